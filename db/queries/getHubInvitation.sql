SELECT id, hub, sector, organisation, name, invited_on, answer, answered_on, created_at, updated_at, href, _version
FROM scip.hub_invitations
WHERE _hub = :slug AND id = :id
