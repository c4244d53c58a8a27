WITH vis AS (
  SELECT e.id FROM scip.hub_evaluation e JOIN scip.hub h ON h.id = e.hub_id WHERE h.slug = :slug AND e.year = scip.period_name(:year)
), own AS MATERIALIZED (
  SELECT id, version FROM scip.hub_evaluation WHERE id = (SELECT id FROM vis) FOR UPDATE
), gone AS (
  DELETE FROM scip.hub_evaluation t USING own
  WHERE t.id = own.id AND (:if_match IS NULL OR own.version = ANY (:if_match))
  RETURNING t.id
)
SELECT CASE WHEN own.id IS NULL THEN 403 WHEN gone.id IS NULL THEN 412 END AS _status
FROM vis LEFT JOIN own USING (id) LEFT JOIN gone USING (id)
