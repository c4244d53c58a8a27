BEGIN;
SELECT person FROM scip.accounts WHERE false;
ROLLBACK;
