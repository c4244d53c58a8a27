SELECT id, hub, organisation, standing, "from", "to", as_of, note, sources, confidence, href, _version
FROM scip.hub_leads
WHERE _hub = :slug AND id = :id
