-- What each version said and did; a metric that there is not is 404.
SELECT code AS metric, version, definition, left_out, sql, since, NULL::int AS _status
FROM scip.metric_definition WHERE code = :code
UNION ALL
SELECT NULL, NULL, NULL, NULL, NULL, NULL, 404 WHERE NOT EXISTS (SELECT FROM scip.metric WHERE code = :code)
ORDER BY version DESC
