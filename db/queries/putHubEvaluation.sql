-- Whether there may be one is the table's to say.
SELECT CASE WHEN NOT r.begun THEN 412 WHEN r.errors IS NOT NULL THEN 422 END AS _status, r.errors AS _errors,
       '/v1/hubs/' || h.slug || '/evaluations/' || scip.period_name(:year) AS _location
FROM scip.hub h, LATERAL scip.begin_evaluation(h.id, scip.period_name(:year), :body) r
WHERE h.slug = :slug AND scip.period_name(:year) IS NOT NULL
