-- Quarters that Hubs reported, of those that they owed: whole quarters of the period in which they were active.
SELECT NULL, 1, (u.id IS NOT NULL)::int, q.ends, q.hub_id, q.nation, NULL, q.left_out,
       '/v1/hubs/' || q.hub || '/quarterly-updates/' || q.quarter
FROM known.quarters_owed(first_day, last_day, known_at) q
LEFT JOIN known.quarterly_update(known_at) u ON u.hub_id = q.hub_id AND u.quarter = q.quarter AND u.status = 'submitted'
