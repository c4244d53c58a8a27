-- Sessions of training in the Toolkit.
SELECT NULL, 1, NULL, s.day, s.hub_id, scip.one_nation(h.nations), c.slug,
       CASE s.status WHEN 'cancelled' THEN 'cancelled' WHEN 'published' THEN 'not recorded as held' END, '/v1/training/sessions/' || s.id
FROM known.training_session(known_at) s JOIN known.course(known_at) c ON c.id = s.course_id
  LEFT JOIN known.hub(known_at) h ON h.id = s.hub_id
WHERE s.status <> 'draft' AND s.day BETWEEN first_day AND last_day
