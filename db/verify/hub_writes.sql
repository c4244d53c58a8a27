BEGIN;
SELECT id, hub, organisation, standing, "from", "to", as_of, _version FROM scip.hub_leads WHERE false;
SELECT 1/(count(*) = 3)::int FROM pg_trigger WHERE tgname IN ('check_hub_status', 'keep_former_name', 'guard_profile');
ROLLBACK;
