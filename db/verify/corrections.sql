BEGIN;
SELECT id, record, operation, reason, hub, "group", created_at FROM scip.corrections WHERE false;
SELECT 'scip.correct_record'::regproc, 'scip.is_corrected'::regproc;
ROLLBACK;
