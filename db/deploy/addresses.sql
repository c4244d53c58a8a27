-- Where the record of a change is: a row a kind, so that a new kind is data.
BEGIN;

CREATE TABLE scip.kind_address (
  kind scip.code PRIMARY KEY,
  prefix text NOT NULL CHECK (prefix ~ '^/v1/([a-z/-]+/)?$')
);
COMMENT ON TABLE scip.kind_address IS 'The address of a change''s record is prefix and key; a kind without a row has none';
INSERT INTO scip.kind_address VALUES
  ('region', '/v1/regions/'), ('organisation', '/v1/organisations/'), ('hub', '/v1/hubs/'), ('hub_pathway', '/v1/hubs/'),
  ('hub_invitation', '/v1/hubs/'), ('hub_application', '/v1/hub-applications/'), ('event', '/v1/events/'),
  ('document', '/v1/documents/'), ('news', '/v1/news/'), ('policy_contribution', '/v1/policy-contributions/'),
  ('group', '/v1/groups/'), ('toolkit_principle', '/v1/toolkit/principles/'), ('toolkit_fact', '/v1/toolkit/facts/'),
  ('strategy', '/v1/strategies/'), ('headline_figure', '/v1/headline-figures/'), ('account', '/v1/accounts/'),
  ('person', '/v1/people/'), ('hub_membership', '/v1/hubs/'), ('activity', '/v1/hubs/'), ('quarterly_update', '/v1/hubs/'),
  ('hub_review', '/v1/hubs/'), ('group_seat', '/v1/groups/'), ('meeting', '/v1/meetings/'), ('minutes', '/v1/minutes/'),
  ('message', '/v1/messages/'), ('quarter', '/v1/quarters/');
CALL scip.publish('kind_address');
CALL scip.keep_records('kind_address', NULL, 'NULL', 'NULL', record => 'r.kind');

CREATE OR REPLACE FUNCTION scip.href(kind text, key text) RETURNS text
LANGUAGE sql STABLE PARALLEL SAFE
RETURN (SELECT a.prefix || href.key FROM scip.kind_address a WHERE a.kind = href.kind);

COMMIT;
