-- Young people reached by outreach: numbers, never persons.
SELECT NULL, o.young_people, NULL, o.day, o.hub_id, o.nation, o.programme,
       coalesce(o.left_out, CASE WHEN o.young_people IS NULL THEN 'no number given' END), o.record
FROM known.outreach(first_day, last_day, known_at) o
