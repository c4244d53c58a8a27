BEGIN;
SELECT id, issuer, subject, label, active, roles, _version FROM scip.accounts WHERE false;
SELECT id, client_id, jwks, secrets FROM scip.clients WHERE false;
SELECT 'scip.given_roles'::regproc;
SELECT 1/count(*) FROM pg_trigger WHERE tgname = 'keep_two';
ROLLBACK;
