-- The network first, then its Hubs by name. A year without a release is 404.
SELECT y.name AS year, e.release, e.category, e.metric, e.title, e.unit,
       scip.link('hubs', h.slug, h.name) AS hub,
       e.value, e.status, e.previous_value, e.previous_status, e.change, e.return AS evaluation_status,
       CASE WHEN e.release IS NULL THEN 404 END AS _status
FROM (SELECT scip.period_name(:year) AS name) y
LEFT JOIN LATERAL scip.network_evaluation(y.name) e ON true LEFT JOIN scip.hub h ON h.id = e.hub_id
ORDER BY e.ordinal, h.id IS NOT NULL, h.name_sort, h.slug
