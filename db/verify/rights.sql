BEGIN;
SELECT persons FROM scip.idempotency WHERE false;
SELECT 'scip.account_word'::regproc;
SELECT 1/(count(*) = 1)::int FROM scip.consent_text WHERE version = 1;
SELECT booking_id, text_version, given_at, withdrawn_at FROM scip.booking_consent WHERE false;
ROLLBACK;
