-- Corrections that the caller may see, the latest first.
SELECT id, record, operation, reason, hub, "group", created_at, created_at::text AS _after_key, id AS _after_id
FROM scip.corrections
WHERE (:hub IS NULL OR _hub = :hub) AND (:record IS NULL OR record = :record)
  AND (:after_id IS NULL OR (created_at, id) < (:after_key::timestamptz, :after_id::uuid))
ORDER BY created_at DESC, id DESC
LIMIT :limit
