-- When that may be, and what follows for its bookings, is the table's to say.
WITH vis AS (
  SELECT id FROM scip.training_session WHERE id = :id
), upd AS (
  UPDATE scip.training_session SET status = 'published' WHERE id = :id RETURNING id
)
SELECT CASE WHEN upd.id IS NULL THEN 403 END AS _status
FROM vis LEFT JOIN upd USING (id)
