BEGIN;
CREATE OR REPLACE FUNCTION scip.href(kind text, key text) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN CASE kind
  WHEN 'region' THEN '/v1/regions/'
  WHEN 'organisation' THEN '/v1/organisations/'
  WHEN 'hub' THEN '/v1/hubs/'
  WHEN 'hub_pathway' THEN '/v1/hubs/'
  WHEN 'hub_invitation' THEN '/v1/hubs/'
  WHEN 'hub_application' THEN '/v1/hub-applications/'
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
DROP TABLE scip.kind_address;
DROP FUNCTION scip.record_kind_address;
COMMIT;
