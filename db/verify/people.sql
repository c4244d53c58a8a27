BEGIN;
SELECT id, name, email, restricted, erased_at FROM scip.person WHERE false;
SELECT person_id FROM scip.account WHERE false;
SELECT 'ctx.person'::regproc;
ROLLBACK;
