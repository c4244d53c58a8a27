-- Whether there may be one is the table's to say.
SELECT CASE WHEN NOT r.begun THEN 412 END AS _status, CASE WHEN r.errors IS NOT NULL THEN 'invalid' END AS _rule, r.errors AS _errors,
       '/v1/hubs/' || h.slug || '/evaluations/' || scip.period_name(:year) AS _location
FROM scip.hub h, LATERAL scip.begin_evaluation(h.id, scip.period_name(:year), :body) r
WHERE h.slug = :slug AND scip.period_name(:year) IS NOT NULL
