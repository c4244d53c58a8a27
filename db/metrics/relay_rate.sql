-- Messages for Hubs that were relayed, of those due: one a message and Hub that was active when it was sent.
WITH phase AS MATERIALIZED (SELECT * FROM known.hub_phases(known_at))
SELECT NULL, 1, (r.hub_id IS NOT NULL AND r.relayed_on <= coalesce((known_at AT TIME ZONE 'Europe/London')::date, scip.today()))::int, m.sent_on,
       h.id, scip.one_nation(h.nations), NULL,
       CASE WHEN NOT EXISTS (SELECT FROM phase p WHERE p.hub_id = h.id AND p.status = 'active' AND p.since_by <= m.sent_on
                             AND (p.until IS NULL OR p.until > m.sent_on)) THEN 'Hub that was not active then' END,
       '/v1/hubs/' || h.slug || '/relays/' || m.id
FROM known.message(known_at) m CROSS JOIN known.hub(known_at) h
LEFT JOIN known.message_relay(known_at) r ON r.message_id = m.id AND r.hub_id = h.id
WHERE m.direction = 'down' AND m.sent_on BETWEEN first_day AND last_day
