SELECT hub, "from", sectors, minimum, created_at, updated_at, href, _version
FROM scip.hub_quorum_rules
WHERE _hub = :slug AND "from" = :starts
