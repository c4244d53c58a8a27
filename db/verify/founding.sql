BEGIN;
SELECT id, organisation, account, slug, status, hub, _version FROM scip.hub_applications WHERE false;
SELECT hub, code, ordinal, done_on, evidence, done_by FROM scip.hub_pathway_steps WHERE false;
SELECT id, hub, sector, organisation, name, answer FROM scip.hub_invitations WHERE false;
SELECT decides_applications FROM scip.alliance_group WHERE false;
SELECT 'ctx.decides'::regproc;
SELECT 1/(count(*) = 9)::int FROM pg_trigger
WHERE tgname IN ('guard_application', 'guard_text', 'guard_status', 'guard_status_note', 'then_found_hub', 'lay_pathway', 'guard_pathway',
                 'guard_invitation');
ROLLBACK;
