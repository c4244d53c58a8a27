BEGIN;
SET LOCAL client_min_messages = warning;
\ir ../views/drop.sql
DROP FUNCTION scip.usage_users, scip.historical_usage, scip.usage_figures, scip.named_month, scip.import_agents,
  scip.retain_use, scip.retain_usage_salt, scip.recount_usage, scip.repair_usage, scip.verify_usage, scip.usage_faults,
  scip.counted_users, scip.counted_usage, scip.counted, scip.agent_patterns, scip.usage_salts, scip.drop_salts,
  scip.salt, scip.record_uses, scip.use_targets, scip.make_use_partitions, scip.use_month_of, scip.record_agent_pattern,
  scip.agent_pattern_note_agents CASCADE;
DROP TABLE scip.agent_list, scip.agent_pattern, scip.usage_salt, scip.users_month, scip.usage_month, scip.use_visitor,
  scip.use_session, scip.use, scip.use_month, scip.use_item CASCADE;
DROP SCHEMA counted CASCADE;
DROP TYPE scip.use_change;
DELETE FROM scip.record_kind WHERE "table" IN ('agent_pattern');
COMMIT;
