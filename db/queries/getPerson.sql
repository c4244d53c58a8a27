SELECT id, scip.person_name(id) AS name, scip.person_email(id) AS email, restricted, erased_at, created_at, updated_at,
       '/v1/people/' || id AS href, version AS _version
FROM scip.person
WHERE id = :id
