BEGIN;
SET LOCAL client_min_messages = warning;
DROP VIEW scip.meetings, scip.agenda_items, scip.meeting_attendance, scip.resolutions, scip.actions, scip.minutes_versions, scip.group_seats;
DROP INDEX scip.minutes_shared_at_id_idx;
DROP FUNCTION scip.guard_meeting, scip.guard_meeting_status, scip.guard_completion, scip.guard_attendance_sharing, scip.lay_agenda,
  scip.guard_meeting_part, scip.guard_heading, scip.make_room, scip.guard_attendance, scip.guard_action, scip.guard_minutes,
  scip.guard_minutes_status, scip.keep_shared, scip.guard_seat CASCADE;
DROP TRIGGER keep_shared_all ON scip.minutes;
DROP FUNCTION scip.import_attendance, scip.read_attendance, scip.attendance_summary, scip.meeting_quorum, scip.meeting_head,
  scip.set_attendance, scip.complete_agenda, scip.open_headings, scip.meeting_has_records, scip.meeting_members, scip.hold_meeting;
COMMIT;
