SELECT id, direction, "group", hub, kind, title, text, sent_on, response, means, responded_on, created_at, updated_at, href, _version
FROM scip.messages
WHERE id = :id
