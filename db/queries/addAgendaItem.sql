-- Without an ordinal it is the last; with one the items from there on make room.
WITH vis AS MATERIALIZED (
  SELECT id, scip.hold_meeting(id) AS held FROM scip.meeting WHERE id = :meeting
), made AS (
  INSERT INTO scip.agenda_item (id, meeting_id, ordinal, title, intended_outcome, led_by, notes, outcome)
  SELECT :new_id, vis.id, :ordinal, :title, :intended_outcome, :led_by, :notes, :outcome FROM vis WHERE held
  RETURNING id
)
SELECT CASE WHEN NOT held THEN 403 END AS _status, '/v1/meetings/' || :meeting || '/agenda/' || made.id AS _location
FROM vis LEFT JOIN made ON true
