-- Whether it is complete, and may be submitted, is the table's to say.
WITH vis AS (
  SELECT u.id FROM scip.quarterly_update u JOIN scip.hub h ON h.id = u.hub_id WHERE h.slug = :slug AND u.quarter = :quarter
), upd AS (
  UPDATE scip.quarterly_update SET status = 'submitted' WHERE id = (SELECT id FROM vis) RETURNING id
)
SELECT CASE WHEN upd.id IS NULL THEN 403 END AS _status
FROM vis LEFT JOIN upd USING (id)
