BEGIN;
SET LOCAL client_min_messages = warning;
\ir ../views/drop.sql
DROP FUNCTION scip.project_hub_guard_removal, scip.set_project_parts, scip.record_project_organisation, scip.record_project_hub,
  scip.record_project CASCADE;
DROP TABLE scip.project_organisation, scip.project_hub, scip.project CASCADE;
DELETE FROM scip.record_kind WHERE "table" IN ('project', 'project_hub', 'project_organisation');
COMMIT;
