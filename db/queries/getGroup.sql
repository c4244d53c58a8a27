-- One of them by its slug.
SELECT slug, name, kind, status, starts, ends, purpose, organisations, sources, confidence, href, _version
FROM scip.groups
WHERE slug = :slug
