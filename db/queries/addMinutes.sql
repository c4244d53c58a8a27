-- The number is the table's to give.
WITH vis AS MATERIALIZED (
  SELECT id, scip.hold_meeting(id) AS held FROM scip.meeting WHERE id = :meeting
), made AS (
  INSERT INTO scip.minutes (id, meeting_id, text) SELECT :new_id, vis.id, :text FROM vis WHERE held RETURNING id
)
SELECT CASE WHEN NOT held THEN 403 END AS _status, '/v1/minutes/' || made.id AS _location
FROM vis LEFT JOIN made ON true
