-- On which day it is, and whether anything may change, is the table's to say; a reason is written down first.
WITH vis AS (
  SELECT id FROM scip.meeting WHERE id = :id
), own AS MATERIALIZED (
  SELECT * FROM scip.meeting WHERE id = (SELECT id FROM vis) FOR NO KEY UPDATE
), noted AS MATERIALIZED (
  SELECT * FROM own
  WHERE CASE WHEN :if_match IS NULL OR version = ANY (:if_match) THEN scip.correct_record('/v1/meetings/' || id, :reason, hub_id, group_id) END
), upd AS (
  UPDATE scip.meeting t SET title = p.title, starts_at = p.starts_at, venue = p.venue, online = p.online, guests = p.guests
  FROM noted, jsonb_populate_record((noted.*)::scip.meeting, :body) p
  WHERE t.id = noted.id
  RETURNING t.id
)
SELECT CASE WHEN own.id IS NULL THEN 403 WHEN upd.id IS NULL THEN 412 END AS _status
FROM vis LEFT JOIN own USING (id) LEFT JOIN upd USING (id)
