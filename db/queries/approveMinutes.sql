-- Whether it may be is the table's to say.
WITH vis AS (
  SELECT id FROM scip.minutes WHERE id = :id
), upd AS (
  UPDATE scip.minutes SET status = 'approved' WHERE id = :id RETURNING id
)
SELECT CASE WHEN upd.id IS NULL THEN 403 END AS _status
FROM vis LEFT JOIN upd USING (id)
