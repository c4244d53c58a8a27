-- Applications that the caller may see, the newest first.
SELECT id, organisation, account, slug, name, nations, regions, case_for_hub, expected_partners, status, submitted_at,
       review_started_at, decided_at, decision_note, hub, created_at, updated_at, href,
       created_at::text AS _after_key, id AS _after_id
FROM scip.hub_applications
WHERE (:status IS NULL OR status = :status)
  AND (:organisation IS NULL OR _organisation = :organisation)
  AND (:after_id IS NULL OR (created_at, id) < (:after_key::timestamptz, :after_id::uuid))
ORDER BY created_at DESC, id DESC
LIMIT :limit
