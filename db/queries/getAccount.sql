SELECT id, issuer, subject, label, active, tokens_from, roles, person, created_at, updated_at, href, _version
FROM scip.accounts
WHERE id = :id
