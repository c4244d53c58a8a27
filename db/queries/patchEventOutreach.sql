WITH vis AS (
  SELECT event_id FROM scip.event_outreach WHERE event_id = (SELECT id FROM scip.event WHERE slug = :slug)
), own AS MATERIALIZED (
  SELECT * FROM scip.event_outreach WHERE event_id = (SELECT event_id FROM vis) FOR NO KEY UPDATE
), upd AS (
  UPDATE scip.event_outreach t SET interventions = p.interventions, young_people = p.young_people
  FROM own, jsonb_populate_record((own.*)::scip.event_outreach, :body) p
  WHERE t.event_id = own.event_id AND (:if_match IS NULL OR own.version = ANY (:if_match))
  RETURNING t.event_id
)
SELECT CASE WHEN own.event_id IS NULL THEN 403 WHEN upd.event_id IS NULL THEN 412 END AS _status
FROM vis LEFT JOIN own USING (event_id) LEFT JOIN upd USING (event_id)
