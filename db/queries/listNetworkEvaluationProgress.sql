-- A year that is yet to begin is 404.
SELECT y.name AS year, p.category, p.metric, p.title, p.unit, p.value, p.status, p.confirmed, p.overridden, r.owed AS evaluations_required,
       r.submitted AS evaluations_submitted, r.accepted AS evaluations_accepted, r.published AS evaluations_published,
       CASE WHEN p.metric IS NULL THEN 404 END AS _status
FROM (SELECT scip.period_name(:year) AS name) y
LEFT JOIN LATERAL scip.network_progress(y.name) p ON scip.year_start(y.name) <= scip.today()
LEFT JOIN LATERAL scip.network_return_counts(y.name) r ON true
ORDER BY p.ordinal
