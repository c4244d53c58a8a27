SELECT id, hub, person, scip.person_name(person) AS name, scip.person_email(person) AS email, organisation, organisation_name, sector,
       ambassador, "from", "to", current, created_at, updated_at, href, _version
FROM scip.hub_members
WHERE _hub = :slug AND id = :id
