-- One of them by its slug.
SELECT slug, title, title_is_descriptive, authors, year, published, published_precision, publisher, kind, note,
       commissioned_by, url, sources, confidence, href, _version
FROM scip.documents
WHERE slug = :slug
