-- Whether there may be one, and what may be in it, is the tables' to say; where it is refused nothing of it stays.
WITH made AS (
  INSERT INTO scip.hub_evaluation (hub_id, year)
  SELECT h.id, scip.period_name(:year) FROM scip.hub h WHERE h.slug = :slug AND scip.period_name(:year) IS NOT NULL
  ON CONFLICT ON CONSTRAINT hub_evaluation_once DO NOTHING RETURNING id
)
SELECT CASE WHEN made.id IS NULL THEN 412 END AS _status, CASE WHEN r.errors IS NOT NULL THEN 'invalid' END AS _rule, r.errors AS _errors,
       '/v1/hubs/' || h.slug || '/evaluations/' || scip.period_name(:year) AS _location
FROM scip.hub h LEFT JOIN made ON true
CROSS JOIN LATERAL (SELECT CASE WHEN made.id IS NOT NULL AND :body <> '{}' THEN scip.change_evaluation(made.id, :body) END AS errors) r
WHERE h.slug = :slug AND scip.period_name(:year) IS NOT NULL
