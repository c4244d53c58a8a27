-- Messages for Hubs that were relayed, of those due: one a message and Hub that was active when it was sent.
WITH sent AS MATERIALIZED (
  SELECT m.id, m.sent_on FROM known.message(known_at) m WHERE m.direction = 'to_hubs' AND m.sent_on BETWEEN first_day AND last_day
), active AS MATERIALIZED (
  SELECT DISTINCT p.hub_id, m.id FROM sent m JOIN known.hub_phases(known_at) p
    ON p.status = 'active' AND p.since_by <= m.sent_on AND (p.until IS NULL OR p.until > m.sent_on)
)
SELECT NULL, 1, (r.hub_id IS NOT NULL AND r.relayed_on <= coalesce((known_at AT TIME ZONE setting.zone())::date, scip.today()))::int,
  m.sent_on,
       h.id, scip.one_nation(h.nations), NULL, CASE WHEN a.hub_id IS NULL THEN 'Hub that was not active then' END,
         '/v1/hubs/' || h.slug || '/relays/' || m.id
FROM sent m CROSS JOIN known.hub(known_at) h LEFT JOIN active a ON a.hub_id = h.id AND a.id = m.id
LEFT JOIN known.message_relay(known_at) r ON r.message_id = m.id AND r.hub_id = h.id
