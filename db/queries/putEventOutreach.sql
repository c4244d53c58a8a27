-- An event that the caller does not write is one without such numbers.
WITH vis AS (
  SELECT id FROM scip.event WHERE slug = :slug AND ctx.sees(hub_id, NULL)
), made AS (
  INSERT INTO scip.event_outreach (event_id, interventions, young_people)
  SELECT id, :interventions, :young_people FROM vis
  ON CONFLICT (event_id) DO NOTHING
  RETURNING event_id
)
SELECT CASE WHEN made.event_id IS NULL THEN 412 END AS _status, '/v1/events/' || :slug || '/outreach' AS _location
FROM vis LEFT JOIN made ON made.event_id = vis.id
