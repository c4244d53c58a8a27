BEGIN;
DROP FUNCTION scip.retain_unknown_account;
DROP TRIGGER forget_unknown ON scip.account;
DROP FUNCTION scip.forget_unknown_account, ctx.unknown_account;
DROP TABLE scip.unknown_account;
COMMIT;
