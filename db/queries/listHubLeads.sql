-- All who lead, led and will lead a Hub, the latest first.
SELECT json_build_object('slug', h.slug, 'name', h.name, 'href', '/v1/hubs/' || h.slug) AS hub,
       (SELECT coalesce(json_agg(json_build_object('id', l.id, 'hub', l.hub, 'organisation', l.organisation, 'status', l.status,
                                   'from', l."from", 'to', l."to", 'evidence_on', l.evidence_on, 'note', l.note, 'sources', l.sources,
                                   'confidence', l.confidence, 'href', l.href) ORDER BY l._since DESC NULLS LAST, l._sort, l.id), '[]')
        FROM scip.hub_leads l WHERE l._hub = h.slug) AS items
FROM scip.hub h
WHERE h.slug = :slug
