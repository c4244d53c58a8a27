-- Every quarter exists; version 0 is one whose due date nobody has set.
SELECT q.quarter, scip.quarter_start(q.quarter) AS "from", scip.quarter_end(q.quarter) AS "to", scip.due_on(q.quarter) AS due_on,
       d.quarter IS NOT NULL AS due_on_changed, d.updated_at, '/v1/quarters/' || q.quarter AS href, coalesce(d.version, 0) AS _version
FROM (SELECT scip.period_name(:quarter) AS quarter) q
LEFT JOIN scip.quarter_deadline d ON d.quarter = q.quarter
WHERE q.quarter IS NOT NULL
