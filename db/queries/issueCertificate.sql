WITH issued AS MATERIALIZED (
  SELECT scip.certify(:id) AS code
)
SELECT code, scip.link('training/courses', c.slug, c.name) AS course, s.day AS held_on,
       true AS valid, '/v1/certificates/' || code AS href
FROM issued, scip.booking b JOIN scip.training_session s ON s.id = b.session_id JOIN scip.course c ON c.id = s.course_id
WHERE b.id = :id AND code IS NOT NULL
