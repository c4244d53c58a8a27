BEGIN;
SELECT month, verified_at, dropped_at FROM scip.use_month WHERE false;
SELECT at, item_id, request, agent, day_key, previous_key, month_key FROM scip.use WHERE false;
SELECT item_id, month, agent, total_item_investigations, unique_item_investigations, total_item_requests, unique_item_requests FROM scip.usage_month WHERE false;
SELECT month, agent, investigating, requesting FROM scip.users_month WHERE false;
SELECT 1 / has_function_privilege('scip_writer', 'scip.usage_salts(bigint)', 'EXECUTE')::int;
SELECT 1 / (NOT has_function_privilege('scip_anonymous', 'scip.usage_salts(bigint)', 'EXECUTE'))::int;
ROLLBACK;
