-- Resources by title, or the newest first (undated ones last).
SELECT slug, title, title_is_descriptive, title_cy, summary, summary_cy, kind, principle, tier, phases, nations, authors,
       publisher, published, published_precision, language, format, licence, accessibility, embargo_until, status, url,
       sources, confidence, href,
       key AS _after_key, slug AS _after_slug
FROM scip.resources, LATERAL (SELECT CASE WHEN :sort = 'title' THEN _sort
                                          ELSE coalesce(_published_on, '0001-01-01')::text END COLLATE "C" AS key) AS sorted
WHERE (:kind IS NULL OR kind = :kind)
  AND (:principle IS NULL OR _principle = :principle)
  AND (:phase IS NULL OR :phase = ANY (_phases))
  AND (:nation IS NULL OR :nation = ANY (_nations))
  AND (:language IS NULL OR language = :language)
  AND (:file_format IS NULL OR format = :file_format)
  AND (:q IS NULL OR _words @@ (SELECT scip.wanted(:q)))
  AND (:after_slug IS NULL OR CASE WHEN :sort = '-published' THEN (key, slug) < (:after_key, :after_slug)
                                   ELSE (key, slug) > (:after_key, :after_slug) END)
ORDER BY CASE WHEN :sort = '-published' THEN key END DESC, CASE WHEN :sort = '-published' THEN slug END DESC, key, slug
LIMIT :limit
