-- News posts, the newest first.
SELECT slug, title, title_source, section, published, published_precision, publisher, url, sources, confidence, href,
       coalesce(_published_on, '0001-01-01')::text AS _after_key, slug AS _after_slug
FROM scip.news_items
WHERE (:section IS NULL OR section = :section)
  AND (:year IS NULL OR left(published, 4) = :year::text)
  AND (:q IS NULL OR strpos(_search, (SELECT scip.sought(:q))) > 0)
  AND (:after_slug IS NULL OR (coalesce(_published_on, '0001-01-01'), slug) < (:after_key::date, :after_slug))
ORDER BY coalesce(_published_on, '0001-01-01') DESC, slug DESC
LIMIT :limit
