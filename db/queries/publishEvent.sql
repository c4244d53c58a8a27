-- Whether it may be is the table's to say.
WITH vis AS (
  SELECT id FROM scip.event WHERE slug = :slug
), upd AS (
  UPDATE scip.event SET status = 'published' WHERE slug = :slug RETURNING id
)
SELECT CASE WHEN upd.id IS NULL THEN 403 END AS _status
FROM vis LEFT JOIN upd USING (id)
