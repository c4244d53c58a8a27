BEGIN;
SET LOCAL client_min_messages = warning;
\ir ../views/drop.sql
DROP FUNCTION scip.record_hub_invitation, scip.record_hub_pathway, scip.record_pathway_step, scip.record_hub_application,
  scip.guard_invitation, scip.guard_pathway, scip.create_pathway, scip.found_hub, scip.guard_decision_note,
  scip.guard_application_status, scip.guard_application, scip.are_partners, ctx.decides CASCADE;
DROP TABLE scip.hub_invitation, scip.hub_pathway, scip.pathway_step, scip.hub_application CASCADE;
DELETE FROM scip.record_kind WHERE "table" IN ('hub_application', 'pathway_step', 'hub_pathway', 'hub_invitation');
COMMIT;
