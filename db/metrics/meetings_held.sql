-- Meetings of Hubs.
SELECT NULL, 1, NULL, m.day, m.hub_id, scip.one_nation(h.nations), m.kind,
       CASE m.status WHEN 'cancelled' THEN 'cancelled' WHEN 'planned' THEN 'not recorded as held' END, '/v1/meetings/' || m.id
FROM known.meeting(known_at) m JOIN known.hub(known_at) h ON h.id = m.hub_id
WHERE m.day BETWEEN first_day AND last_day
