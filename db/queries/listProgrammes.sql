-- Programmes by their names in the reader's language.
SELECT slug, name, language, summary, summary_language, name_cy, summary_cy, url, sources, confidence, href,
       _sort AS _after_sort, slug AS _after_slug
FROM scip.programmes
WHERE _lang = :lang
  AND (:after_slug IS NULL OR (_sort, slug) > (:after_sort, :after_slug))
ORDER BY _sort, slug
LIMIT :limit
