-- A person at an OpenID provider, with the roles of the start.
WITH given AS MATERIALIZED (
  SELECT * FROM scip.given_roles(:body -> 'roles')
), made AS (
  INSERT INTO scip.account (id, issuer, subject, label, person_id) VALUES (:new_id, :issuer, :subject, :name,
      scip.known_person(:person)) RETURNING id
), roles AS (
  INSERT INTO scip.account_role (account_id, role, hub_id, group_id, organisation_id, starts, ends)
  SELECT made.id, g.role, g.hub_id, g.group_id, g.organisation_id, g.starts, g.ends FROM made, given g
)
SELECT '/v1/accounts/' || id AS _location FROM made
