-- Of public metrics, by metric and period: row-level security chooses.
SELECT metric, title, unit, period, period_kind, hub, item, class, value, basis, sources,
       metric AS _after_metric, period AS _after_period, _id AS _after_id
FROM scip.past_totals
WHERE (:metric IS NULL OR metric = :metric)
  AND (:period IS NULL OR period = scip.total_period(:period))
  AND (:hub IS NULL OR _hub = :hub)
  AND (:after_id IS NULL OR (metric, period, _id) > (:after_metric, :after_period, :after_id::uuid))
ORDER BY metric, period, _id
LIMIT :limit
