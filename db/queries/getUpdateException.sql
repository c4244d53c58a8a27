SELECT json_build_object('slug', h.slug, 'name', h.name, 'href', '/v1/hubs/' || h.slug) AS hub, e.quarter::text, e.until, e.reason,
       e.created_at, e.updated_at, '/v1/hubs/' || h.slug || '/updates/' || e.quarter || '/exception' AS href, e.version AS _version
FROM scip.update_exception e JOIN scip.hub h ON h.id = e.hub_id
WHERE h.slug = :slug AND e.quarter = :quarter
