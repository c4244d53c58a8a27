SELECT id, issuer, scip.account_word(id, subject) AS subject, scip.account_word(id, label) AS label, active, tokens_from, roles, person, created_at, updated_at, href, _version
FROM scip.accounts
WHERE id = :id
