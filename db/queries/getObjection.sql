SELECT id, person, received_on, w.purpose, w.grounds, decision, w.reasons, decided_at, created_at, updated_at, href, _version
FROM scip.objections, scip.objection_words(id) w
WHERE id = :id
