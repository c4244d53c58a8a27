SELECT id, session, d.person, d.name, d.email, organisation, organisation_name, sector,
       status, position, attended, certificate, links, created_at, updated_at, href, _version
FROM scip.bookings, scip.delegate_of(id) d
WHERE id = :id
