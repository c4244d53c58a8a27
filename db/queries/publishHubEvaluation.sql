-- From which status, and by whom, is the table's to say.
WITH vis AS (
  SELECT e.id FROM scip.hub_evaluation e JOIN scip.hub h ON h.id = e.hub_id WHERE h.slug = :slug AND e.year = scip.period_name(:year)
), upd AS (
  UPDATE scip.hub_evaluation SET status = 'published' WHERE id = (SELECT id FROM vis) RETURNING id
)
SELECT CASE WHEN upd.id IS NULL THEN 403 END AS _status
FROM vis LEFT JOIN upd USING (id)
