-- The excerpts are read for the rows of the page alone; that they were is written down.
SELECT id, record, kind, field, match, excerpt, current, decision, decided_at, updated_at, id AS _after_id
FROM scip.erasure_mentions(:id)
WHERE (:after_id IS NULL OR id > :after_id::uuid) AND (:modified_since IS NULL OR updated_at >= :modified_since)
ORDER BY id
LIMIT :limit
