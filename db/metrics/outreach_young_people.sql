-- Young people reached by outreach, as activities and events report them, those of an event on its last day: numbers, never persons.
SELECT NULL, a.young_people, NULL, a.held_on, a.hub_id, scip.one_nation(h.nations), a.programme,
       CASE WHEN a.young_people IS NULL THEN 'no number given' END, '/v1/hubs/' || h.slug || '/activities/' || a.id
FROM known.activity(known_at) a JOIN known.hub(known_at) h ON h.id = a.hub_id
WHERE a.kind = 'outreach' AND a.held_on BETWEEN first_day AND last_day
UNION ALL
SELECT NULL, o.young_people, NULL, e.latest_on, e.hub_id, scip.event_nation(e.hub_id, h.nations, e.nation), p.slug,
       CASE WHEN e.status = 'cancelled' THEN 'event that was cancelled' WHEN e.status <> 'held' THEN 'event that is not recorded as held'
            WHEN (e.earliest_on < first_day OR e.latest_on > last_day)
              AND NOT scip.are_days(e.starts, e.ends) THEN 'date that may be outside the period' END, '/v1/events/' || e.slug || '/outreach'
FROM known.event_outreach(known_at) o JOIN known.event(known_at) e ON e.id = o.event_id
LEFT JOIN known.hub(known_at) h ON h.id = e.hub_id LEFT JOIN known.programme(known_at) p ON p.id = e.programme_id
WHERE e.status <> 'draft' AND e.latest_on >= first_day AND CASE WHEN scip.are_days(e.starts, e.ends) THEN e.latest_on
  ELSE e.earliest_on END <= last_day
