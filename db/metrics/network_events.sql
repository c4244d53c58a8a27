-- Events on days of the period, also where they went on over its end; of one whose date is not exact, all days that it may mean.
SELECT NULL, 1, NULL, least(e.latest_on, last_day), e.hub_id, scip.event_nation(e.hub_id, h.nations, e.nation), e.kind,
       CASE WHEN e.status = 'cancelled' THEN 'cancelled' WHEN e.status <> 'held' THEN 'not recorded as held'
            WHEN (e.earliest_on < first_day OR e.latest_on > last_day)
              AND NOT scip.are_days(e.starts, e.ends) THEN 'date that may be outside the period' END, '/v1/events/' || e.slug
FROM known.event(known_at) e LEFT JOIN known.hub(known_at) h ON h.id = e.hub_id
WHERE e.status <> 'draft' AND e.earliest_on <= last_day AND e.latest_on >= first_day
UNION ALL
SELECT NULL, 1, NULL, NULL, e.hub_id, scip.event_nation(e.hub_id, h.nations, e.nation), e.kind, 'no date', '/v1/events/' || e.slug
FROM known.event(known_at) e LEFT JOIN known.hub(known_at) h ON h.id = e.hub_id WHERE e.status <> 'draft' AND e.starts IS NULL
