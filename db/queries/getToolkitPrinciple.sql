-- One of them by its slug.
SELECT slug, ordinal, name, summary, sources, confidence, href, _version
FROM scip.toolkit_principles
WHERE slug = :slug
