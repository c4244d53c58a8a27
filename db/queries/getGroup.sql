-- One of them by its slug.
SELECT slug, name, kind, status, starts, ends, purpose, organisations, sources, confidence, href
FROM scip.groups
WHERE slug = :slug
