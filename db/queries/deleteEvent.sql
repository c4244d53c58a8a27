-- Only a draft; others are cancelled.
WITH vis AS (
  SELECT id FROM scip.event WHERE slug = :slug
), own AS MATERIALIZED (
  SELECT id, version FROM scip.event WHERE slug = :slug FOR UPDATE
), gone AS (
  DELETE FROM scip.event t USING own
  WHERE t.id = own.id AND (:if_match IS NULL OR own.version = ANY (:if_match))
  RETURNING t.id
)
SELECT CASE WHEN own.id IS NULL THEN 403 WHEN gone.id IS NULL THEN 412 END AS _status
FROM vis LEFT JOIN own USING (id) LEFT JOIN gone USING (id)
