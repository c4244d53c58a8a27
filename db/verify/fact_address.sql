BEGIN;
SELECT 1/(scip.href('toolkit_fact', 'x') IS NOT NULL)::int;
ROLLBACK;
