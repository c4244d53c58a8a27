-- By question and Hub. A year without a release is 404.
SELECT page.*, refused AS _status
FROM (SELECT 404 AS refused WHERE NOT EXISTS (SELECT FROM scip.network_evaluations WHERE year = scip.period_name(:year))) refusal
FULL JOIN (
  SELECT y.name AS year, a.question, q.title, scip.link('hubs', h.slug, h.name) AS hub,
         a.text, q.ordinal::text AS _after_question, h.name_sort::text AS _after_key, h.slug::text AS _after_slug
  FROM (SELECT scip.period_name(:year) AS name) y
  JOIN scip.network_evaluations n ON n.year = y.name
  CROSS JOIN LATERAL scip.published_answers(y.name) a JOIN scip.evaluation_question q ON q.code = a.question
      JOIN scip.hub h ON h.id = a.hub_id
  WHERE :after_slug IS NULL OR (q.ordinal, h.name_sort, h.slug) > (:after_question::int, :after_key COLLATE "C", :after_slug)
  ORDER BY q.ordinal, h.name_sort, h.slug
  LIMIT :limit
) page ON false
