-- Members of Hubs on the last day.
SELECT m.person_id::text, NULL, NULL, last_day, m.hub_id, scip.one_nation(h.nations), m.sector,
       CASE WHEN m.ends <= last_day THEN 'membership that ended before the day' END, '/v1/hubs/' || h.slug || '/members/' || m.id
FROM known.hub_membership(known_at) m JOIN known.hub(known_at) h ON h.id = m.hub_id
WHERE m.starts <= last_day AND (m.ends IS NULL OR m.ends > first_day)
