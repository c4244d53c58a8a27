-- One of them by its slug; a withdrawn one is gone.
SELECT r.slug, r.title, title_is_descriptive, title_cy, summary, summary_cy, kind, principle, tier, phases, nations, authors,
       publisher, published, published_precision, language, format, licence, accessibility, embargo_until, status, url,
       sources, confidence, href, _version,
       CASE WHEN r.slug IS NULL THEN 410 END AS _status
FROM (SELECT id FROM scip.resource WHERE slug = :slug) AS there LEFT JOIN scip.resources r ON r._id = there.id
