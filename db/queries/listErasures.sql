SELECT person_id AS person, at, at::text AS _after_at, person_id AS _after_id
FROM scip.erasure
WHERE :after_at IS NULL OR (at, person_id) > (:after_at::timestamptz, :after_id::uuid)
ORDER BY at, person_id
LIMIT :limit
