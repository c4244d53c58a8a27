WITH vis AS (
  SELECT a.id FROM scip.activity a JOIN scip.hub h ON h.id = a.hub_id WHERE h.slug = :slug AND a.id = :id
), own AS MATERIALIZED (
  SELECT id, version FROM scip.activity WHERE id = (SELECT id FROM vis) FOR UPDATE
), gone AS (
  DELETE FROM scip.activity t USING own
  WHERE t.id = own.id AND (:if_match IS NULL OR own.version = ANY (:if_match))
  RETURNING t.id
)
SELECT CASE WHEN own.id IS NULL THEN 403 WHEN gone.id IS NULL THEN 412 END AS _status
FROM vis LEFT JOIN own USING (id) LEFT JOIN gone USING (id)
