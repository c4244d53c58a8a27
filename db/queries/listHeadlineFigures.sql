-- Figures as their sources assert them, by metric. A strategy's slug names its period too.
SELECT slug, version, metric, definition_version, scope, label, period, period_starts, period_ends, as_of,
       value, unit, qualifier, subject, strategy, sources, confidence, href,
       metric::text AS _after_key, slug AS _after_slug
FROM scip.headline_figures
WHERE (:period IS NULL OR scip.written_period(:period) IN (period, strategy))
  AND (:scope IS NULL OR scope = :scope)
  AND (:metric IS NULL OR metric = :metric)
  AND (:after_slug IS NULL OR (metric, slug) > (:after_key, :after_slug))
ORDER BY metric, slug
LIMIT :limit
