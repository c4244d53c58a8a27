SELECT json_build_object('id', s.id, 'name', c.name, 'href', '/v1/training/sessions/' || s.id) AS session,
       count(b.id)::int AS confirmed, count(b.id) FILTER (WHERE b.attended)::int AS attended,
       count(b.id) FILTER (WHERE NOT b.attended)::int AS absent, count(b.id) FILTER (WHERE b.attended IS NULL)::int AS not_recorded,
       s.version AS _version
FROM scip.training_session s JOIN scip.course c ON c.id = s.course_id
LEFT JOIN scip.booking b ON b.session_id = s.id AND b.status = 'confirmed'
WHERE s.id = :id AND ctx.handles_session(s.id)
GROUP BY s.id, c.id
