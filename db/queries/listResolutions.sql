SELECT * FROM (
  SELECT id, text, created_at, updated_at, href, created_at::text AS _after_key, id AS _after_id, NULL::int AS _status
  FROM scip.resolutions
  WHERE _meeting = :meeting
    AND (:after_id IS NULL OR (created_at, id) > (:after_key::timestamptz, :after_id::uuid))
  ORDER BY created_at, id
  LIMIT :limit) page
UNION ALL
SELECT NULL, NULL, NULL, NULL, NULL, NULL, NULL, 404
WHERE NOT EXISTS (SELECT FROM scip.meeting WHERE id = :meeting)
