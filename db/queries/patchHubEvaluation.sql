-- Which figures need a reason, and whether it may still change, is the function's to say: it has the lock by then.
WITH vis AS (
  SELECT e.id FROM scip.hub_evaluation e JOIN scip.hub h ON h.id = e.hub_id WHERE h.slug = :slug AND e.year = scip.period_name(:year)
), own AS MATERIALIZED (
  SELECT id, version FROM scip.hub_evaluation WHERE id = (SELECT id FROM vis) FOR NO KEY UPDATE
), upd AS MATERIALIZED (
  SELECT own.id, r.errors FROM own, LATERAL scip.change_evaluation(own.id, :body) r
  WHERE :if_match IS NULL OR own.version = ANY (:if_match)
)
SELECT CASE WHEN own.id IS NULL THEN 403 WHEN upd.id IS NULL THEN 412 END AS _status,
       CASE WHEN upd.errors IS NOT NULL THEN 'invalid' END AS _rule, upd.errors AS _errors
FROM vis LEFT JOIN own USING (id) LEFT JOIN upd USING (id)
