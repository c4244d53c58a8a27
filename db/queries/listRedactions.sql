SELECT id, record, field, reason, hub, at, href, at::text AS _after_key, id AS _after_id
FROM scip.redactions
WHERE :after_id IS NULL OR (at, id) < (:after_key::timestamptz, :after_id::uuid)
ORDER BY at DESC, id DESC
LIMIT :limit
