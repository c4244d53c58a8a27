SELECT id, "group", title, organisation, sector, person, scip.person_name(person) AS name, "from", "to", created_at, updated_at, href, _version
FROM scip.group_seats
WHERE _group = :slug AND id = :id
