-- As if it had never been; to end one, set its last day.
WITH vis AS (
  SELECT id FROM scip.account_role WHERE account_id = :account AND id = :id
), own AS MATERIALIZED (
  SELECT id, version FROM scip.account_role WHERE account_id = :account AND id = :id FOR UPDATE
), del AS (
  DELETE FROM scip.account_role t USING own
  WHERE t.id = own.id AND (:if_match IS NULL OR own.version = ANY (:if_match))
  RETURNING t.id
), parent AS (
  UPDATE scip.account SET label = label WHERE id = :account AND EXISTS (SELECT FROM del)
)
SELECT CASE WHEN own.id IS NULL THEN 403 WHEN del.id IS NULL THEN 412 END AS _status
FROM vis LEFT JOIN own USING (id) LEFT JOIN del USING (id)
