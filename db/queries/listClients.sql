-- Clients of the service's own, by label.
SELECT id, client_id, scip.account_word(id, label) AS label, active, tokens_from, roles, jwks, secrets, created_at, updated_at, href,
       _sort AS _after_key, id AS _after_id
FROM (SELECT * FROM scip.clients
WHERE (:role IS NULL OR EXISTS (SELECT FROM scip.account_roles r WHERE r.account = clients.id AND r._current AND r.role = :role))
  AND (:active IS NULL OR active = :active)
  AND (:after_id IS NULL OR (_sort, id) > (:after_key, :after_id::uuid))
ORDER BY _sort, id
LIMIT :limit) page
ORDER BY _sort, id
