-- Quarters that Hubs reported by the day when it was due, of those that they owed.
SELECT NULL, 1, (coalesce((u.submitted_at AT TIME ZONE setting.zone())::date <= q.due_on, false))::int, q.ends, q.hub_id, q.nation, NULL,
  q.left_out,
       '/v1/hubs/' || q.hub || '/quarterly-updates/' || q.quarter
FROM known.quarters_owed(first_day, last_day, known_at) q
LEFT JOIN known.quarterly_update(known_at) u ON u.hub_id = q.hub_id AND u.quarter = q.quarter AND u.status = 'submitted'
