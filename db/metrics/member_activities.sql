-- What members did because of their Hub.
SELECT NULL, 1, NULL, a.held_on, a.hub_id, scip.one_nation(h.nations), NULL, NULL, '/v1/hubs/' || h.slug || '/activities/' || a.id
FROM known.activity(known_at) a JOIN known.hub(known_at) h ON h.id = a.hub_id
WHERE a.kind = 'member_because_of_hub' AND a.held_on BETWEEN first_day AND last_day
