SELECT id, meeting, text, owner, scip.person_name(owner) AS owner_name, due_on, done_on, created_at, updated_at, href, _version
FROM scip.actions
WHERE _meeting = :meeting AND id = :id
