-- On which day it is, and whether anything may change, is the table's to say.
WITH vis AS (
  SELECT id FROM scip.meeting WHERE id = :id
), own AS MATERIALIZED (
  SELECT * FROM scip.meeting WHERE id = (SELECT id FROM vis) FOR NO KEY UPDATE
), upd AS (
  UPDATE scip.meeting t SET title = p.title, starts_at = p.starts_at, venue = p.venue, online = p.online, guests = p.guests
  FROM own, jsonb_populate_record((own.*)::scip.meeting, :body) p
  WHERE t.id = own.id AND (:if_match IS NULL OR own.version = ANY (:if_match))
  RETURNING t.id
)
SELECT CASE WHEN own.id IS NULL THEN 403 WHEN upd.id IS NULL THEN 412 END AS _status
FROM vis LEFT JOIN own USING (id) LEFT JOIN upd USING (id)
