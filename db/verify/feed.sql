BEGIN;
SELECT 'scip.href'::regproc;
ROLLBACK;
