-- Accounts by label; role, hub, organisation and group are those of one role that the account has today.
SELECT id, issuer, scip.account_word(id, subject) AS subject, scip.account_word(id, label) AS label, active, tokens_from, roles, person,
       created_at, updated_at, href, _sort AS _after_key, id AS _after_id
FROM (SELECT * FROM scip.accounts
WHERE (:issuer IS NULL OR issuer = :issuer)
  AND (:active IS NULL OR active = :active)
  AND (coalesce(:role, :hub, :organisation, :group) IS NULL
       OR EXISTS (SELECT FROM scip.account_roles r
                  WHERE r.account = accounts.id AND r._current
                    AND (:role IS NULL OR r.role = :role) AND (:hub IS NULL OR r.hub = :hub)
                    AND (:organisation IS NULL OR r.organisation = :organisation) AND (:group IS NULL OR r."group" = :group)))
  AND (:after_id IS NULL OR (_sort, id) > (:after_key, :after_id::uuid))
ORDER BY _sort, id
LIMIT :limit) page
ORDER BY _sort, id
