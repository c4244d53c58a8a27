-- Messages from Hubs that were answered, of those that came.
SELECT NULL, 1, (m.responded_on IS NOT NULL)::int, m.sent_on, m.hub_id, scip.one_nation(h.nations), m.kind, NULL, '/v1/messages/' || m.id
FROM known.message(known_at) m JOIN known.hub(known_at) h ON h.id = m.hub_id
WHERE m.direction = 'from_hub' AND m.sent_on BETWEEN first_day AND last_day
