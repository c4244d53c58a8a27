-- Of a session that is not the caller's to handle: none.
SELECT json_build_object('id', s.id, 'name', c.name, 'href', '/v1/training/sessions/' || s.id) AS session, s.day AS held_on, a.delegates,
       a.responses, a.ratings, a.answers AS feedback
FROM scip.training_session s JOIN scip.course c ON c.id = s.course_id CROSS JOIN LATERAL scip.session_answers(s.id) a
WHERE s.id = :id AND a.delegates IS NOT NULL
