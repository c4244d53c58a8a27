BEGIN;
SELECT issuer, subject, first_asked_at, last_asked_at, asked FROM scip.unknown_account WHERE false;
SELECT has_function_privilege('scip_writer', 'ctx.unknown_account(text, text)', 'EXECUTE')::int / 1;
ROLLBACK;
