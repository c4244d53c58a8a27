-- The files of a resource by name. A withdrawn one has none to show any more.
SELECT page.name, page.media_type, page.size, page.sha256, page.available_from, page.uploaded_at, page.href,
       page.name AS _after_name, page._status
FROM (
  SELECT f.*, NULL::int AS _status FROM scip.files f
  WHERE f._resource_id = (SELECT id FROM scip.resource WHERE slug = :slug AND withdrawn_at IS NULL)
    AND (:after_name IS NULL OR f.name COLLATE "C" > :after_name)
  ORDER BY f.name COLLATE "C"
  LIMIT :limit) page
UNION ALL
SELECT NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, CASE WHEN EXISTS (SELECT FROM scip.resource WHERE slug = :slug) THEN 410 ELSE 404 END
WHERE NOT EXISTS (SELECT FROM scip.resource WHERE slug = :slug AND withdrawn_at IS NULL)
