SELECT at, kind, removed, id::text AS _after_id
FROM scip.removal
WHERE (:kind IS NULL OR kind = :kind)
  AND (:after_id IS NULL OR id < :after_id::bigint)
ORDER BY id DESC
LIMIT :limit
