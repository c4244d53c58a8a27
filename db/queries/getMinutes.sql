SELECT id, hub, "group", meeting, number, status, current, approved_at, shared_at, created_at, updated_at, href,
       text, _version
FROM scip.minutes_versions
WHERE id = :id
