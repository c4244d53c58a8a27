-- Who was at meetings of Hubs, each time.
SELECT NULL, 1, NULL, m.day, m.hub_id, scip.one_nation(h.nations), NULL,
       CASE WHEN m.status = 'cancelled' THEN 'meeting that was cancelled' WHEN a.status <> 'present' THEN a.status END,
         '/v1/meetings/' || m.id || '/attendance'
FROM known.attendance(known_at) a JOIN known.meeting(known_at) m ON m.id = a.meeting_id JOIN known.hub(known_at) h ON h.id = m.hub_id
WHERE m.day BETWEEN first_day AND last_day
