SELECT id, hub, reviewed_on, note, created_at, updated_at, href, _version
FROM scip.hub_reviews
WHERE _hub = :slug AND id = :id
