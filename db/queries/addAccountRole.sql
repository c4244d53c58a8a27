WITH given AS MATERIALIZED (
  SELECT * FROM scip.given_roles(jsonb_build_array(:body))
), made AS (
  INSERT INTO scip.account_role (id, account_id, role, hub_id, group_id, organisation_id, starts, ends)
  SELECT :new_id, own.id, g.role, g.hub_id, g.group_id, g.organisation_id, g.starts, g.ends
  FROM scip.account own, given g WHERE own.id = :account
  RETURNING id, account_id
)
SELECT '/v1/accounts/' || account_id || '/roles/' || id AS _location FROM made
