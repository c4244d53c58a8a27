SELECT id, what, discovered_at, began_at, data, people, risk, consequences, measures, reported_at, not_reported_because, people_told_at,
       people_not_told_because, report_by, closed_at, created_at, updated_at, href, discovered_at::text AS _after_at, id AS _after_id
FROM scip.breaches
WHERE :after_id IS NULL OR (discovered_at, id) < (:after_at::timestamptz, :after_id::uuid)
ORDER BY discovered_at DESC, id DESC
LIMIT :limit
