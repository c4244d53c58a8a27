-- Members with at least one activity that they report; somebody in two Hubs is a member of each.
SELECT a.hub_id || '/' || m.person_id, NULL, NULL, a.held_on, a.hub_id, scip.one_nation(h.nations), NULL,
       CASE WHEN m.id IS NULL THEN 'activity that no member reports' END, '/v1/hubs/' || h.slug || '/activities/' || a.id
FROM known.activity(known_at) a JOIN known.hub(known_at) h ON h.id = a.hub_id
LEFT JOIN known.hub_membership(known_at) m ON m.id = a.membership_id
WHERE a.held_on BETWEEN first_day AND last_day
