BEGIN;
SET LOCAL client_min_messages = warning;
\ir ../views/drop.sql
DROP FUNCTION scip.message_rates, scip.health, scip.hub_health, scip.addressed_group, scip.open_until, scip.due_on,
  scip.invite_reports, scip.hub_active, scip.hub_status_on, scip.hub_phases, scip.refuse_list, scip.record_hub_review,
  scip.record_hub_report, scip.record_message_answer, scip.record_message_relay, scip.record_message, scip.record_quarterly_update, scip.record_quarterly_update_extension,
  scip.record_quarter_deadline, scip.record_activity, scip.activity_guard_activity, scip.quarter_deadline_lock_quarter,
  scip.quarterly_update_guard_update, scip.quarterly_update_once_submitted, scip.message_relay_guard_relay,
  scip.message_guard_item, scip.message_guard_opening, scip.message_guard_response, scip.message_answer_guard_answer,
  scip.agenda_item_begin_report, scip.hub_report_guard_report, scip.hub_report_guard_removal, scip.message_guard_message, scip.hub_review_guard_review, scip.activity_refuse_outreach_twice CASCADE;
DROP TABLE scip.hub_report, scip.hub_review, scip.message_answer, scip.message_relay, scip.message, scip.quarterly_update, scip.quarterly_update_extension,
  scip.quarter_deadline, scip.activity CASCADE;
DELETE FROM scip.record_kind WHERE "table" IN ('activity', 'quarter_deadline', 'quarterly_update_extension', 'quarterly_update',
  'message', 'message_relay', 'message_answer', 'hub_review', 'hub_report');
COMMIT;
