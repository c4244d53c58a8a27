WITH vis AS (
  SELECT event_id FROM scip.event_outreach WHERE event_id = (SELECT id FROM scip.event WHERE slug = :slug)
), own AS MATERIALIZED (
  SELECT event_id, version FROM scip.event_outreach WHERE event_id = (SELECT event_id FROM vis) FOR UPDATE
), gone AS (
  DELETE FROM scip.event_outreach t USING own
  WHERE t.event_id = own.event_id AND (:if_match IS NULL OR own.version = ANY (:if_match))
  RETURNING t.event_id
)
SELECT CASE WHEN own.event_id IS NULL THEN 403 WHEN gone.event_id IS NULL THEN 412 END AS _status
FROM vis LEFT JOIN own USING (event_id) LEFT JOIN gone USING (event_id)
