-- What the nightly job removes, then history by table.
SELECT kind, name, retention, removes, last_run_at, removed, kind AS _after_kind, name AS _after_name
FROM scip.retention
WHERE :after_kind IS NULL OR kind < :after_kind OR kind = :after_kind AND name > :after_name
ORDER BY kind DESC, name
LIMIT :limit
