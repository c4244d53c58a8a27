BEGIN;
SELECT "table", at FROM scip.history_start WHERE false;
SELECT id FROM known.hub(NULL) WHERE false;
SELECT 1 / (NOT has_schema_privilege('scip_anonymous', 'known', 'USAGE'))::int;
ROLLBACK;
