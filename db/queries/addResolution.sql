WITH vis AS MATERIALIZED (
  SELECT id, scip.hold_meeting(id) AS held FROM scip.meeting WHERE id = :meeting
), made AS (
  INSERT INTO scip.resolution (id, meeting_id, text)
  SELECT :new_id, vis.id, :text FROM vis WHERE held
  RETURNING id
)
SELECT CASE WHEN NOT held THEN 403 END AS _status, '/v1/meetings/' || :meeting || '/resolutions/' || made.id AS _location
FROM vis LEFT JOIN made ON true
