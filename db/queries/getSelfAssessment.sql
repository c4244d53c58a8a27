SELECT id, organisation, principle, stage, assessed_on, created_at, updated_at, href, _version
FROM scip.self_assessments
WHERE id = :id
