-- One of them by its slug.
SELECT slug, ordinal, name, summary, sources, confidence, href
FROM scip.toolkit_principles
WHERE slug = :slug
