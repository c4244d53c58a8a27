SELECT id, session, person, scip.person_name(person) AS name, scip.person_email(person) AS email, organisation, organisation_name, sector,
       status, position, attended, certificate, links, created_at, updated_at, href, _version
FROM scip.bookings
WHERE id = :id
