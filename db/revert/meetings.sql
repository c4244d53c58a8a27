BEGIN;
SET LOCAL client_min_messages = warning;
\ir ../views/drop.sql
DROP FUNCTION scip.import_attendance, scip.read_attendance, scip.attendance_summary, scip.meeting_quorum, scip.meetings_of,
  scip.meeting_head, scip.keep_shared, scip.guard_minutes_status, scip.guard_minutes, scip.set_attendance, scip.guard_action,
  scip.guard_attendance, scip.shift_ordinals, scip.guard_heading, scip.guard_meeting_part, scip.create_agenda,
  scip.guard_attendance_sharing, scip.complete_agenda, scip.guard_completion, scip.open_headings, scip.guard_meeting_status,
  scip.guard_meeting, scip.meeting_has_records, scip.meeting_members, scip.lock_meeting, scip.record_minutes,
  scip.record_action, scip.record_resolution, scip.record_attendance, scip.record_agenda_item, scip.record_meeting,
  ctx.writes_meeting CASCADE;
DROP TABLE scip.minutes, scip.action, scip.resolution, scip.attendance, scip.agenda_item, scip.meeting CASCADE;
DELETE FROM scip.record_kind WHERE "table" IN ('meeting', 'agenda_item', 'attendance', 'resolution', 'action', 'minutes');
COMMIT;
