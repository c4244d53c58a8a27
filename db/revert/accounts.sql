BEGIN;
DROP TRIGGER keep_two ON scip.client_secret;
DROP FUNCTION scip.keep_two_secrets, scip.given_roles;
DROP VIEW scip.clients, scip.accounts, scip.account_roles;
COMMIT;
