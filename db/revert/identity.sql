BEGIN;
DROP TABLE scip.idempotency, scip.spent_token, scip.client_keys, scip.client_secret, scip.account_role, scip.account;
DROP SCHEMA ctx CASCADE;
DROP PROCEDURE scip.protect;
COMMIT;
