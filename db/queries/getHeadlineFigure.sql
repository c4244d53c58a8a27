-- One of them by its slug.
SELECT slug, version, metric, definition_version, scope, label, period, period_starts, period_ends, as_of,
       value, unit, qualifier, subject, strategy, sources, confidence, href, _version
FROM scip.headline_figures
WHERE slug = :slug
