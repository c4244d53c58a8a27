BEGIN;
SELECT 1 / has_function_privilege('scip_anonymous', 'scip.metric_answer(text,text[],text[],text,text,text,date,int)', 'EXECUTE')::int;
SELECT 1 / (NOT has_function_privilege('scip_anonymous', 'metric.citation(text,text,text[],int)', 'EXECUTE'))::int;
ROLLBACK;
