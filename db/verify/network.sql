BEGIN;
SELECT hub_id, person_id, sector, ambassador, starts, ends FROM scip.hub_membership WHERE false;
SELECT hub_id, group_id, kind, status, day FROM scip.meeting WHERE false;
SELECT 'ctx.sees'::regproc, 'ctx.writes'::regproc, 'scip.let'::regproc;
ROLLBACK;
