SELECT id, client_id, scip.account_word(id, label) AS label, active, tokens_from, roles, jwks, secrets, created_at, updated_at, href, _version
FROM scip.clients
WHERE id = :id
