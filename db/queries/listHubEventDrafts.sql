-- Drafts of a Hub. A Hub that there is not is 404.
SELECT * FROM (
  SELECT slug, title, language, title_source, kind, status, starts, ends, starts_precision, date_text, starts_at, ends_at, venue, town, nation,
       online, hub, organiser, programme, capacity, attendance, attendance_text, accessibility, description, description_language,
       title_cy, description_cy, cancellation_reason, url, sources, confidence, href,
       slug AS _after_slug, NULL::int AS _status
  FROM scip.events
  WHERE _hub = :slug AND status = 'draft' AND _lang = 'en'
    AND (:after_slug IS NULL OR slug > :after_slug)
  ORDER BY slug
  LIMIT :limit) page
UNION ALL
SELECT NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, 404
WHERE NOT EXISTS (SELECT FROM scip.hub WHERE slug = :slug)
