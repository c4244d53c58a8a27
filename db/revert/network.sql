BEGIN;
DROP TABLE scip.hub_review, scip.message_relay, scip.message, scip.quarterly_update, scip.update_exception, scip.quarter_deadline,
  scip.minutes, scip.action, scip.resolution, scip.attendance, scip.agenda_item, scip.meeting, scip.group_seat, scip.activity,
  scip.hub_quorum, scip.hub_membership CASCADE;
DROP TRIGGER keep_records ON scip.person;
DROP FUNCTION scip.record_person, scip.record_hub_review, scip.record_message_relay, scip.record_message,
  scip.record_quarterly_update, scip.record_update_exception, scip.record_quarter_deadline, scip.record_minutes, scip.record_action,
  scip.record_resolution, scip.record_attendance, scip.record_agenda_item, scip.record_meeting, scip.record_group_seat,
  scip.record_activity, scip.record_hub_quorum, scip.record_hub_membership;
DROP PROCEDURE scip.let;
DROP FUNCTION ctx.sees, ctx.writes, ctx.in_network;
DROP DOMAIN scip.year_name, scip.quarter_name, scip.sector;
DROP FUNCTION scip.academic_year, scip.is_academic_year, scip.year_start, scip.quarter, scip.quarter_end;
COMMIT;
