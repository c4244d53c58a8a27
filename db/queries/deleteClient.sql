-- Its roles, secrets and kept answers go with it; what it did stays under its id.
WITH vis AS (
  SELECT id FROM scip.account WHERE id = :id AND issuer = 'self'
), own AS MATERIALIZED (
  SELECT id, version FROM scip.account WHERE id = :id AND issuer = 'self' FOR UPDATE
), del AS (
  DELETE FROM scip.account t USING own
  WHERE t.id = own.id AND (:if_match IS NULL OR own.version = ANY (:if_match))
  RETURNING t.id
)
SELECT CASE WHEN own.id IS NULL THEN 403 WHEN del.id IS NULL THEN 412 END AS _status
FROM vis LEFT JOIN own USING (id) LEFT JOIN del USING (id)
