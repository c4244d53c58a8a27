BEGIN;
SET LOCAL client_min_messages = warning;
\ir ../views/drop.sql
DROP FUNCTION scip.record_terms_template, scip.record_terms_of_reference, scip.terms_of_reference_guard_new,
  scip.terms_of_reference_keep_adopted, scip.terms_of_reference_set_adoption, scip.import_attendance, scip.read_attendance, scip.attendance_summary, scip.meeting_quorum,
  scip.meetings_of, scip.meeting_head, scip.item_link, scip.set_attendance, scip.complete_agenda, scip.open_headings,
  scip.meeting_has_records, scip.meeting_members, scip.lock_meeting, scip.record_minutes, scip.record_action,
  scip.record_resolution, scip.record_attendance, scip.record_agenda_item, scip.record_meeting, ctx.writes_meeting,
  scip.meeting_guard_new, scip.meeting_guard_removal, scip.meeting_guard_text, scip.meeting_guard_status,
  scip.meeting_guard_completion, scip.meeting_guard_sharing, scip.meeting_create_agenda, scip.agenda_item_begin_guard,
  scip.agenda_item_guard_heading, scip.agenda_item_guard_removal, scip.agenda_item_shift_ordinals_of_new,
  scip.agenda_item_shift_ordinals, scip.attendance_guard_attendance, scip.action_guard_action, scip.minutes_guard_minutes,
  scip.minutes_guard_removal, scip.minutes_guard_text, scip.minutes_guard_status, scip.minutes_keep_shared CASCADE;
DROP TABLE scip.terms_of_reference, scip.terms_template, scip.minutes, scip.action, scip.resolution, scip.attendance, scip.agenda_item, scip.meeting CASCADE;
DELETE FROM scip.record_kind WHERE "table" IN ('meeting', 'agenda_item', 'attendance', 'resolution', 'action', 'minutes',
  'terms_template', 'terms_of_reference');
COMMIT;
