-- One of them by its slug; a withdrawn one is gone.
SELECT d.slug, d.title, title_is_descriptive, authors, year, published, published_precision, publisher, kind, note,
       commissioned_by, abstract, language, licence, format, isbn, doi, edition, replaces, replaced_by,
       embargo_until, status, url, sources, confidence, href, _version,
       CASE WHEN d.slug IS NULL THEN 410 END AS _status
FROM (SELECT id FROM scip.document WHERE slug = :slug) AS there LEFT JOIN scip.documents d ON d._id = there.id
