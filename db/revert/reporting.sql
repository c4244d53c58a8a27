BEGIN;
SET LOCAL client_min_messages = warning;
\ir ../views/drop.sql
DROP FUNCTION scip.message_rates, scip.health, scip.hub_health, scip.refuse_outreach_twice, scip.guard_review,
  scip.guard_message, scip.guard_relay, scip.addressed_group, scip.refuse_second_submission, scip.guard_update,
  scip.lock_quarter, scip.open_until, scip.due_on, scip.guard_activity, scip.hub_active, scip.hub_status_on, scip.hub_phases,
  scip.refuse_list, scip.record_hub_review, scip.record_message_relay, scip.record_message, scip.record_quarterly_update,
  scip.record_quarterly_update_extension, scip.record_quarter_deadline, scip.record_activity CASCADE;
DROP TABLE scip.hub_review, scip.message_relay, scip.message, scip.quarterly_update, scip.quarterly_update_extension,
  scip.quarter_deadline, scip.activity CASCADE;
DELETE FROM scip.record_kind WHERE "table" IN ('activity', 'quarter_deadline', 'quarterly_update_extension', 'quarterly_update',
  'message', 'message_relay', 'hub_review');
COMMIT;
