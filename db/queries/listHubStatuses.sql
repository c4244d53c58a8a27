-- All that a Hub has been, the present first.
SELECT json_build_object('slug', h.slug, 'name', h.name, 'href', '/v1/hubs/' || h.slug) AS hub,
       (SELECT coalesce(json_agg(json_build_object('status', s.status, 'from', s.starts, 'to', s.ends, 'evidence_on', s.evidence)
                                 ORDER BY scip.latest(s.ends) DESC NULLS FIRST, s.id DESC), '[]')
        FROM scip.hub_status s WHERE s.hub_id = h.id) AS items
FROM scip.hub h
WHERE h.slug = :slug
