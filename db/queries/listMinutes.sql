-- What all Hubs may read, the newest first.
SELECT id, hub, "group", meeting, number, status, current, approved_at, shared_at, created_at, updated_at, href, shared_at::text AS _after_key, id AS _after_id
FROM scip.minutes_versions
WHERE status = 'shared'
  AND (:hub IS NULL OR _hub = :hub)
  AND (:group IS NULL OR _group = :group)
  AND (:period IS NULL OR scip.period_name(:period) IN (scip.academic_year(_day), scip.quarter(_day)))
  AND (:current IS NULL OR current = :current)
  AND (:after_id IS NULL OR (shared_at, id) < (:after_key::timestamptz, :after_id::uuid))
ORDER BY shared_at DESC, id DESC
LIMIT :limit
