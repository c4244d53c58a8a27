SELECT json_build_object('slug', h.slug, 'name', h.name, 'href', '/v1/hubs/' || h.slug) AS hub,
       (SELECT coalesce(json_agg(json_build_object('hub', r.hub, 'from', r."from", 'sectors', r.sectors,
          'minimum_members', r.minimum_members, 'created_at', to_char(r.created_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"'),
          'updated_at', to_char(r.updated_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"'),
          'href', r.href) ORDER BY r."from" DESC), '[]')
        FROM scip.hub_quorum_rules r WHERE r._hub = h.slug) AS items
FROM scip.hub h
WHERE h.slug = :slug AND ctx.sees(h.id, NULL)
