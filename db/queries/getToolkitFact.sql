-- One of them by its slug.
SELECT slug, kind, ordinal, name, text, value, sources, confidence, href, _version
FROM scip.toolkit_facts
WHERE slug = :slug
