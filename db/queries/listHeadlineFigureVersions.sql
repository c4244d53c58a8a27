-- All versions of a figure, the newest first.
SELECT f.slug, f.version, f.metric, f.definition_version, f.scope, f.label, f.period, f.period_starts, f.period_ends, f.as_of,
       f.value, f.unit, f.qualifier, f.subject, f.strategy, f.sources, f.confidence, f.href,
       f.version AS _after_version, CASE WHEN f.slug IS NULL THEN 404 END AS _status
FROM (VALUES (:slug)) asked (slug)
LEFT JOIN scip.headline_figure_versions f ON f.slug = asked.slug AND (:after_version IS NULL OR f.version < :after_version::int)
ORDER BY f.version DESC
LIMIT :limit
