BEGIN;
SET LOCAL client_min_messages = warning;
\ir ../views/drop.sql
DROP FUNCTION scip.record_local_figure, scip.record_local_network, scip.local_figure_round_small_number,
  scip.local_network_guard_network, scip.record_hub_invitation, scip.record_hub_pathway, scip.record_pathway_step,
  scip.record_hub_application, scip.are_partners, ctx.decides, scip.hub_application_guard_removal,
  scip.hub_application_guard_application, scip.hub_application_guard_text, scip.hub_application_guard_status,
  scip.hub_application_guard_status_note, scip.hub_application_then_found_hub, scip.hub_create_pathway,
  scip.hub_pathway_guard_pathway, scip.pathway_proof, scip.hub_invitation_guard_invitation CASCADE;
DROP TABLE scip.local_network, scip.local_figure, scip.hub_invitation, scip.hub_pathway, scip.pathway_step, scip.hub_application CASCADE;
DELETE FROM scip.record_kind WHERE "table" IN ('hub_application', 'pathway_step', 'hub_pathway', 'hub_invitation',
  'local_figure', 'local_network');
COMMIT;
