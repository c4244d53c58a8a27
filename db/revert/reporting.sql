BEGIN;
DROP VIEW scip.hub_reviews, scip.hub_relays, scip.messages, scip.hub_updates, scip.activities;
DROP FUNCTION scip.message_rates, scip.health, scip.hub_health;
DROP TABLE scip.hub_evaluation;
DROP TRIGGER guard_message ON scip.message;
DROP TRIGGER guard_review ON scip.hub_review;
DROP TRIGGER guard_relay ON scip.message_relay;
ALTER POLICY add ON scip.message WITH CHECK (ctx.writes(CASE direction WHEN 'up' THEN hub_id END, group_id));
ALTER POLICY change ON scip.message USING (ctx.writes(CASE direction WHEN 'up' THEN hub_id END, group_id));
ALTER POLICY remove ON scip.message USING (ctx.writes(CASE direction WHEN 'up' THEN hub_id END, group_id));
REVOKE UPDATE (response, means, responded_on) ON scip.message FROM scip_writer;
GRANT UPDATE ON scip.message TO scip_writer;
ALTER TABLE scip.quarterly_update DROP CONSTRAINT quarterly_update_texts;
DROP TRIGGER once_submitted ON scip.quarterly_update;
DROP TRIGGER guard_update ON scip.quarterly_update;
DROP TRIGGER lock_quarter ON scip.update_exception;
DROP TRIGGER lock_quarter ON scip.quarter_deadline;
DROP TRIGGER guard_activity ON scip.activity;
DROP FUNCTION scip.record_hub_evaluation, scip.guard_message, scip.guard_review, scip.guard_relay, scip.addressed_group, scip.refuse_second_submission,
  scip.guard_update, scip.lock_quarter, scip.guard_activity, scip.open_until, scip.due_on, scip.hub_active, scip.hub_status_on,
  scip.hub_phases, scip.refuse_list, scip.period_end, scip.period_start, scip.written_period, scip.period_name, scip.quarter_start;
COMMIT;
