-- One of them by its slug.
SELECT slug, title, title_source, section, published, published_precision, publisher, url, sources, confidence, href, _version
FROM scip.news_items
WHERE slug = :slug
