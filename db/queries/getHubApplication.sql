SELECT id, organisation, account, slug, name, nations, regions, case_for_hub, expected_partners, status, submitted_at,
       review_started_at, decided_at, decision_note, hub, created_at, updated_at, href, _version
FROM scip.hub_applications
WHERE id = :id
