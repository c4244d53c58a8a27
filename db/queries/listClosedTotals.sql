-- By metric and period.
SELECT id, metric, title, unit, public, period, period_kind, hub, item, class, value, sources, note, created_at, updated_at, href,
       metric AS _after_metric, period AS _after_period, id AS _after_id
FROM scip.closed_totals
WHERE (:metric IS NULL OR metric = :metric)
  AND (:period IS NULL OR period = scip.total_period(:period))
  AND (:hub IS NULL OR _hub = :hub)
  AND (:after_id IS NULL OR (metric, period, id) > (:after_metric, :after_period, :after_id::uuid))
ORDER BY metric, period, id
LIMIT :limit
