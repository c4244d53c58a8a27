-- Replaces what the school said on that day; its row is the lock.
WITH vis AS (
  SELECT id FROM scip.organisation WHERE slug = :slug
), own AS MATERIALIZED (
  SELECT id FROM scip.organisation WHERE slug = :slug FOR NO KEY UPDATE
), done AS MATERIALIZED (
  SELECT id, scip.set_self_assessments(id, :date, :principles) FROM own
)
SELECT CASE WHEN done.id IS NULL THEN 403 END AS _status
FROM vis LEFT JOIN done USING (id)
