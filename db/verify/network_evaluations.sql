BEGIN;
SELECT year, release, released_at FROM scip.network_evaluations WHERE false;
SELECT 1 / (count(*) = 0)::int FROM scip.network_evaluation('1999-00');
SELECT 1 / (scip.network_document('1999-00') IS NULL)::int;
SELECT 1 / (NOT has_function_privilege('scip_anonymous', 'scip.network_progress(text)', 'EXECUTE'))::int;
ROLLBACK;
