-- Quarters that Hubs reported by the day when it was due, of those that they owed.
WITH phase AS MATERIALIZED (SELECT * FROM known.hub_phases(known_at)),
first_report AS MATERIALIZED (SELECT min(scip.quarter_start(x.quarter)) AS starts FROM known.quarterly_update(known_at) x WHERE x.status = 'submitted')
SELECT NULL, 1, (coalesce((u.submitted_at AT TIME ZONE 'Europe/London')::date <= q.due_on, false))::int, q.ends, h.id, scip.one_nation(h.nations), NULL,
       CASE WHEN NOT EXISTS (SELECT FROM phase p WHERE p.hub_id = h.id AND p.status = 'active' AND p.since_by <= q.starts
                             AND (p.until IS NULL OR p.until > q.ends)) THEN 'Hub that was not active in all of the quarter'
            WHEN q.starts < (SELECT f.starts FROM first_report f) THEN 'quarter before any was reported here'
            WHEN q.due_on >= coalesce((known_at AT TIME ZONE 'Europe/London')::date, scip.today()) THEN 'quarter that was not due yet' END,
       '/v1/hubs/' || h.slug || '/updates/' || q.name
FROM known.hub(known_at) h
CROSS JOIN LATERAL (
  SELECT n.name, s::date AS starts, scip.quarter_end(n.name) AS ends, coalesce(d.due_on, scip.quarter_end(n.name) + 21) AS due_on
  FROM generate_series(scip.quarter_start(scip.quarter(first_day))::timestamp, last_day, interval '3 months') s
  CROSS JOIN LATERAL (SELECT scip.quarter(s::date) AS name) n
  LEFT JOIN known.quarter_deadline(known_at) d ON d.quarter = n.name
  WHERE EXISTS (SELECT FROM first_report f WHERE f.starts IS NOT NULL) AND s::date >= first_day AND scip.quarter_end(n.name) <= last_day) q
LEFT JOIN known.quarterly_update(known_at) u ON u.hub_id = h.id AND u.quarter = q.name AND u.status = 'submitted'
