BEGIN;
SET LOCAL client_min_messages = warning;
\ir ../views/drop.sql
DROP FUNCTION scip.retain_unknown_account, ctx.unknown_account, ctx.spend_token, ctx.client_jwks, ctx.client_roles,
  ctx.kept, ctx.keep, ctx.claim, ctx.undo, ctx.enter, scip.given_roles, scip.record_client_keys,
  scip.record_client_secret, scip.record_account_role, scip.record_account, scip.client_secret_keep_two,
  scip.idempotency_note_persons, scip.account_forget_unknown CASCADE;
DROP TABLE scip.unknown_account, scip.idempotency, scip.spent_token, scip.client_keys, scip.client_secret, scip.account_role,
  scip.account CASCADE;
DELETE FROM scip.record_kind WHERE "table" IN ('account', 'account_role', 'client_secret', 'client_keys');
COMMIT;
