-- What each Hub was on the last day.
WITH phase AS MATERIALIZED (
  SELECT DISTINCT ON (x.hub_id) x.hub_id, x.status FROM known.hub_phases(known_at) x WHERE x.since <= last_day
  ORDER BY x.hub_id, x.since DESC, x.until DESC NULLS FIRST
)
SELECT NULL, 1, NULL, last_day, h.id, scip.one_nation(h.nations), NULL,
       CASE WHEN p.status IS DISTINCT FROM 'active' THEN coalesce('Hub that was ' || p.status, 'Hub that was not known yet') END,
         '/v1/hubs/' || h.slug
FROM known.hub(known_at) h LEFT JOIN phase p ON p.hub_id = h.id
