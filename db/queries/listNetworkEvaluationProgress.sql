-- A year that is yet to begin is 404.
SELECT y.name AS year, p.category, p.metric, p.title, p.unit, p.value, p.status, p.confirmed, p.overridden, r.owed AS returns_owed,
       r.submitted AS returns_submitted, r.accepted AS returns_accepted, r.published AS returns_published,
       CASE WHEN p.metric IS NULL THEN 404 END AS _status
FROM (SELECT scip.period_name(:year) AS name) y
LEFT JOIN LATERAL scip.network_progress(y.name) p ON scip.year_start(y.name) <= scip.today()
LEFT JOIN LATERAL scip.network_return_counts(y.name) r ON true
ORDER BY p.ordinal
