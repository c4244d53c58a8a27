-- What is still missing is asked for under the lock; whether it may be submitted is the table's to say.
WITH vis AS (
  SELECT e.id FROM scip.hub_evaluation e JOIN scip.hub h ON h.id = e.hub_id WHERE h.slug = :slug AND e.year = scip.period_name(:year)
), own AS MATERIALIZED (
  SELECT id FROM scip.hub_evaluation WHERE id = (SELECT id FROM vis) FOR NO KEY UPDATE
), gaps AS MATERIALIZED (
  SELECT own.id, scip.evaluation_gaps(own.id) AS missing FROM own
), upd AS (
  UPDATE scip.hub_evaluation t SET status = 'submitted' FROM gaps WHERE t.id = gaps.id AND gaps.missing IS NULL
)
SELECT CASE WHEN gaps.id IS NULL THEN 403 END AS _status,
       CASE WHEN gaps.missing IS NOT NULL THEN 'evaluation-incomplete' END AS _rule, gaps.missing AS _errors
FROM vis LEFT JOIN gaps USING (id)
