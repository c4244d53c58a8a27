BEGIN;
SELECT id, issuer, subject, label, active, tokens_from FROM scip.account WHERE false;
SELECT account_id, role, hub_id, group_id, organisation_id, starts, ends FROM scip.account_role WHERE false;
SELECT 'ctx.enter'::regproc, 'ctx.claim'::regproc, 'ctx.keep'::regproc, 'ctx.kept'::regproc, 'ctx.undo'::regproc;
ROLLBACK;
