-- What Hubs did as Hubs.
SELECT NULL, 1, NULL, a.held_on, a.hub_id, scip.one_nation(h.nations), NULL, NULL, '/v1/hubs/' || h.slug || '/activities/' || a.id
FROM known.activity(known_at) a JOIN known.hub(known_at) h ON h.id = a.hub_id
WHERE a.kind = 'hub_led' AND a.held_on BETWEEN first_day AND last_day
