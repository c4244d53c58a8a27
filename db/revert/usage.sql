BEGIN;
SET LOCAL client_min_messages = warning;
REVOKE EXECUTE ON FUNCTION scip.total_days FROM scip_anonymous;
DROP FUNCTION scip.usage_users, scip.usage_rows, scip.closed_usage, scip.usage_figures, scip.named_month;
DROP VIEW scip.use_items;
DROP FUNCTION scip.retain_use, scip.retain_usage_salt, scip.recount_usage, scip.mend_usage, scip.verify_usage, scip.usage_faults, scip.counted_users, scip.counted_usage, scip.counted,
  scip.import_agents, scip.record_uses, scip.usage_salts, scip.agent_patterns, scip.drop_salts, scip.salt, scip.use_targets, scip.make_use_partitions;
DROP TABLE scip.use, scip.use_session, scip.use_visitor, scip.usage_month, scip.users_month, scip.use_item, scip.use_month, scip.usage_salt,
  scip.agent_pattern, scip.agent_list;
DROP TYPE scip.use_change;
DROP FUNCTION scip.note_agents, scip.record_agent_pattern, scip.use_month_of;
DROP SCHEMA counted;
DELETE FROM scip.history WHERE "table" = 'agent_pattern';
COMMIT;
