-- One of them by its slug.
SELECT slug, name, language, summary, summary_language, name_cy, summary_cy, url, sources, confidence, href, _version
FROM scip.programmes
WHERE slug = :slug AND _lang = :lang
