-- What may be public of a period is decided in scip.training_ratings(), and nowhere else.
WITH figures AS MATERIALIZED (
  SELECT period, "from", "to", (SELECT scip.link('training/courses', c.slug, c.name) FROM scip.course c WHERE c.slug = course) AS course,
         sessions_held, delegates, responses, response_rate, rating_high
  FROM scip.training_figures(:period, :course)
)
SELECT figures.*, refusal.*
FROM (
  SELECT 400 AS _status, CASE WHEN EXISTS (SELECT FROM scip.training_figures(:period, NULL))
           THEN '[{"pointer": "/query/course", "detail": "is not a course"}]'
           ELSE '[{"pointer": "/query/period", "detail": "must be an academic year, as 2024-25, or the slug of a strategy"}]'
         END::jsonb AS _errors
  WHERE NOT EXISTS (SELECT FROM figures)
) refusal
FULL JOIN figures ON false
