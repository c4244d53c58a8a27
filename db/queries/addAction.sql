WITH vis AS MATERIALIZED (
  SELECT id, scip.hold_meeting(id) AS held FROM scip.meeting WHERE id = :meeting
), made AS (
  INSERT INTO scip.action (id, meeting_id, text, owner_id, due_on, done_on)
  SELECT :new_id, vis.id, :text, :owner, :due_on, :done_on FROM vis WHERE held
  RETURNING id
)
SELECT CASE WHEN NOT held THEN 403 END AS _status, '/v1/meetings/' || :meeting || '/actions/' || made.id AS _location
FROM vis LEFT JOIN made ON true
