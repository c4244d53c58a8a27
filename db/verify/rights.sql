BEGIN;
SELECT persons FROM scip.idempotency WHERE false;
SELECT 'scip.account_word'::regproc;
ROLLBACK;
