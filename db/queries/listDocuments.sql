-- Documents, the newest first (undated ones last), or by title.
SELECT slug, title, title_is_descriptive, authors, year, published, published_precision, publisher, kind, note,
       commissioned_by, abstract, language, licence, format, isbn, doi, edition, replaces, replaced_by,
       embargo_until, status, url, sources, confidence, href,
       key AS _after_key, slug AS _after_slug
FROM scip.documents, LATERAL (SELECT CASE WHEN :sort = 'title' THEN _sort
                                          ELSE coalesce(_published_on, make_date(year, 1, 1), '0001-01-01')::text END COLLATE "C" AS key) AS sorted
WHERE (:kind IS NULL OR kind = :kind)
  AND (:year IS NULL OR year = :year)
  AND (:q IS NULL OR strpos(_search, (SELECT scip.sought(:q))) > 0)
  AND (:after_slug IS NULL OR CASE WHEN :sort = '-published' THEN (key, slug) < (:after_key, :after_slug)
                                   ELSE (key, slug) > (:after_key, :after_slug) END)
ORDER BY CASE WHEN :sort = '-published' THEN key END DESC, CASE WHEN :sort = '-published' THEN slug END DESC, key, slug
LIMIT :limit
