SELECT slug, name, name_cy, summary, summary_cy, sources, confidence, href, _version
FROM scip.courses
WHERE slug = :slug
