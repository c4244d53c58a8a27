-- Courses by name.
SELECT slug, name, name_cy, summary, summary_cy, sources, confidence, href, _sort AS _after_sort, slug AS _after_slug
FROM scip.courses
WHERE :after_slug IS NULL OR (_sort, slug) > (:after_sort, :after_slug)
ORDER BY _sort, slug
LIMIT :limit
