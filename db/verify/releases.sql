BEGIN;
SELECT period, number, first_day, last_day FROM scip.release WHERE false;
SELECT release_id, metric, breakdown, value, status FROM scip.release_cell WHERE false;
SELECT 1 / (NOT has_function_privilege('scip_anonymous', 'scip.make_release(text,text,uuid)', 'EXECUTE'))::int;
ROLLBACK;
