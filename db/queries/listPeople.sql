-- Names are given out for the rows of the page alone: the function writes down that it did.
SELECT id, scip.person_name(id) AS name, scip.person_email(id) AS email, restricted, erased_at, created_at, updated_at,
       '/v1/people/' || id AS href, id AS _after_id
FROM (SELECT id, restricted, erased_at, created_at, updated_at FROM scip.person
      WHERE (:hub IS NULL OR id IN (SELECT m.person_id FROM scip.hub_membership m JOIN scip.hub h ON h.id = m.hub_id WHERE h.slug = :hub))
        AND (:restricted IS NULL OR restricted = :restricted)
        AND (:after_id IS NULL OR id > :after_id::uuid)
      ORDER BY id
      LIMIT :limit) page
ORDER BY id
