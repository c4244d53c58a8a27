BEGIN;
SELECT code, version, privacy, breakdowns FROM scip.metric WHERE false;
SELECT code, version, sql FROM scip.metric_definition WHERE false;
SELECT 1 / (SELECT (p.first_day = '2021-09-01')::int FROM metric.period('2021/22') p);
SELECT 1 / (NOT has_schema_privilege('scip_anonymous', 'metric', 'USAGE'))::int;
SELECT 1 / (NOT has_schema_privilege('scip_writer', 'fact', 'USAGE'))::int;
ROLLBACK;
