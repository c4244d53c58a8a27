BEGIN;
SELECT slug, hub_id, kind, status, aims, results FROM scip.project WHERE false;
SELECT project_id, hub_id FROM scip.project_hub WHERE false;
SELECT project_id, organisation_id FROM scip.project_organisation WHERE false;
SELECT 'scip.set_project_parts'::regproc;
SELECT 1/count(*) FROM pg_trigger WHERE tgrelid = 'scip.project_hub'::regclass AND tgname = 'guard_removal';
ROLLBACK;
