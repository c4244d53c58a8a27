SELECT r.lines, r.imported, r.unchanged, r.created_people AS people_created, '/v1/hubs/' || h.slug || '/members' AS href,
       CASE WHEN r.errors IS NOT NULL THEN 'import-not-valid' END AS _rule, r.errors AS _errors
FROM scip.hub h, LATERAL scip.import_members(h.id, :body) r
WHERE h.slug = :slug
