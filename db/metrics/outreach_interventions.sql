-- Interventions of outreach.
SELECT NULL, o.interventions, NULL, o.day, o.hub_id, o.nation, o.programme,
       coalesce(o.left_out, CASE WHEN o.interventions IS NULL THEN 'no number given' END), o.record
FROM known.outreach(first_day, last_day, known_at) o
