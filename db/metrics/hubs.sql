-- What each Hub was on the last day.
WITH phase AS MATERIALIZED (SELECT * FROM known.hub_phases(known_at))
SELECT NULL, 1, NULL, last_day, h.id, scip.one_nation(h.nations), NULL,
       CASE WHEN p.status IS DISTINCT FROM 'active' THEN coalesce('Hub that was ' || p.status, 'Hub that was not known yet') END, '/v1/hubs/' || h.slug
FROM known.hub(known_at) h
LEFT JOIN LATERAL (SELECT x.status FROM phase x WHERE x.hub_id = h.id AND x.since <= last_day
                   ORDER BY x.since DESC, x.until DESC NULLS FIRST LIMIT 1) p ON true
