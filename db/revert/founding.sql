BEGIN;
DROP VIEW scip.hub_applications, scip.hub_pathway_steps, scip.hub_invitations;
DROP TRIGGER lay_pathway ON scip.hub;
DROP TABLE scip.hub_invitation, scip.hub_pathway, scip.pathway_step, scip.hub_application;
DROP FUNCTION scip.record_hub_invitation, scip.record_hub_pathway, scip.record_pathway_step, scip.record_hub_application,
  scip.guard_invitation, scip.guard_pathway, scip.lay_pathway, scip.found_hub, scip.guard_decision_note,
  scip.guard_application_status, scip.guard_application, scip.are_partners, ctx.decides;
ALTER TABLE scip.alliance_group DROP COLUMN decides_applications;
DROP DOMAIN scip.hub_sector;
CREATE OR REPLACE FUNCTION scip.href(kind text, key text) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN CASE kind
  WHEN 'region' THEN '/v1/regions/'
  WHEN 'organisation' THEN '/v1/organisations/'
  WHEN 'hub' THEN '/v1/hubs/'
  WHEN 'event' THEN '/v1/events/'
  WHEN 'document' THEN '/v1/documents/'
  WHEN 'news' THEN '/v1/news/'
  WHEN 'policy_contribution' THEN '/v1/policy-contributions/'
  WHEN 'group' THEN '/v1/groups/'
  WHEN 'toolkit_principle' THEN '/v1/toolkit/principles/'
  WHEN 'strategy' THEN '/v1/strategies/'
  WHEN 'headline_figure' THEN '/v1/headline-figures/'
  WHEN 'account' THEN '/v1/accounts/'
END || key;
COMMIT;
