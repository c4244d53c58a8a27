-- A system; its id is its name at the token endpoint too.
WITH given AS MATERIALIZED (
  SELECT * FROM scip.given_roles(:body -> 'roles')
), made AS (
  INSERT INTO scip.account (id, issuer, subject, label) VALUES (:new_id, 'self', :new_id::text, :name) RETURNING id
), roles AS (
  INSERT INTO scip.account_role (account_id, role, hub_id, group_id, organisation_id, starts, ends)
  SELECT made.id, g.role, g.hub_id, g.group_id, g.organisation_id, g.starts, g.ends FROM made, given g
), keys AS (
  INSERT INTO scip.client_keys (account_id, jwks) SELECT id, :jwks FROM made WHERE :jwks IS NOT NULL
)
SELECT '/v1/clients/' || id AS _location FROM made
