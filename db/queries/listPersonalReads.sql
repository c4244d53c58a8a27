-- Days are those of Europe/London.
SELECT at, person_id AS person, account_id AS account, operation, request, id::text AS _after_id
FROM scip.personal_read
WHERE (:person IS NULL OR person_id = :person)
  AND (:account IS NULL OR account_id = :account)
  AND (:since IS NULL OR at >= :since::timestamp AT TIME ZONE 'Europe/London')
  AND (:until IS NULL OR at < (:until + 1)::timestamp AT TIME ZONE 'Europe/London')
  AND (:after_id IS NULL OR id < :after_id::bigint)
ORDER BY id DESC
LIMIT :limit
