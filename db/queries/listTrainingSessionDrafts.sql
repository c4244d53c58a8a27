-- Drafts of the caller's.
SELECT id, course, hub, starts_at, ends_at, day, venue, online, accessibility, status, capacity, confirmed, waiting, places_left,
       created_at, updated_at, href,
       starts_at::text AS _after_key, id AS _after_id
FROM scip.training_sessions
WHERE status = 'draft'
  AND (:course IS NULL OR _course = :course)
  AND (:hub IS NULL OR _hub = :hub)
  AND (:after_id IS NULL OR (starts_at, id) > (:after_key::timestamptz, :after_id::uuid))
ORDER BY starts_at, id
LIMIT :limit
