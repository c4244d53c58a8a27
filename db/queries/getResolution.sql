SELECT id, text, created_at, updated_at, href, _version
FROM scip.resolutions
WHERE _meeting = :meeting AND id = :id
