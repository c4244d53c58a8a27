WITH vis AS (
  SELECT e.hub_id FROM scip.update_exception e JOIN scip.hub h ON h.id = e.hub_id WHERE h.slug = :slug AND e.quarter = :quarter
), own AS MATERIALIZED (
  SELECT hub_id, version FROM scip.update_exception WHERE hub_id = (SELECT hub_id FROM vis) AND quarter = :quarter FOR UPDATE
), gone AS (
  DELETE FROM scip.update_exception t USING own
  WHERE t.hub_id = own.hub_id AND t.quarter = :quarter AND (:if_match IS NULL OR own.version = ANY (:if_match))
  RETURNING t.hub_id
)
SELECT CASE WHEN own.hub_id IS NULL THEN 403 WHEN gone.hub_id IS NULL THEN 412 END AS _status
FROM vis LEFT JOIN own USING (hub_id) LEFT JOIN gone USING (hub_id)
