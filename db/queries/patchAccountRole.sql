-- When it ends: to is the last day.
WITH vis AS (
  SELECT id FROM scip.account_role WHERE account_id = :account AND id = :id
), own AS MATERIALIZED (
  SELECT * FROM scip.account_role WHERE account_id = :account AND id = :id FOR NO KEY UPDATE
), upd AS (
  UPDATE scip.account_role t SET ends = :to::date + 1 FROM own
  WHERE t.id = own.id AND (:if_match IS NULL OR own.version = ANY (:if_match))
  RETURNING t.id
), parent AS (
  UPDATE scip.account SET label = label WHERE id = :account AND EXISTS (SELECT FROM upd)
)
SELECT CASE WHEN own.id IS NULL THEN 403 WHEN upd.id IS NULL THEN 412 END AS _status
FROM vis LEFT JOIN own USING (id) LEFT JOIN upd USING (id)
