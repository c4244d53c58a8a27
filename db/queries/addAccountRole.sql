-- The account is a version further: its roles are a part of it.
WITH given AS MATERIALIZED (
  SELECT * FROM scip.given_roles(jsonb_build_array(:body))
), own AS (
  UPDATE scip.account SET label = label WHERE id = :account RETURNING id
), made AS (
  INSERT INTO scip.account_role (id, account_id, role, hub_id, group_id, organisation_id, starts, ends)
  SELECT :new_id, own.id, g.role, g.hub_id, g.group_id, g.organisation_id, g.starts, g.ends FROM own, given g
  RETURNING id, account_id
)
SELECT '/v1/accounts/' || account_id || '/roles/' || id AS _location FROM made
