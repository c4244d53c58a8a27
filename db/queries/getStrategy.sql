-- One of them by its slug.
SELECT slug, name, period, starts, ends, summary, themes, sources, confidence, href, _version
FROM scip.strategies
WHERE slug = :slug
