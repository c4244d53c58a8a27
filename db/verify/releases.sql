BEGIN;
SELECT 1/(starts = '2024-09-01' AND ends = '2025-08-31')::int FROM scip.training_period('2024/25');
SELECT 1/(count(*) = 1)::int FROM scip.training_figures('2024-25', NULL);
SELECT period, number, first_day, last_day FROM scip.release WHERE false;
SELECT release_id, metric, breakdown, value, status FROM scip.release_cell WHERE false;
SELECT 1 / (NOT has_function_privilege('scip_anonymous', 'scip.make_release(text,text,uuid)', 'EXECUTE'))::int;
SELECT 1 / has_function_privilege('scip_anonymous', 'scip.metric_answer(text,text[],text[],text,text,text,date,int)', 'EXECUTE')::int;
SELECT 1 / (NOT has_function_privilege('scip_anonymous', 'metric.citation(text,text,text[],int)', 'EXECUTE'))::int;
ROLLBACK;
