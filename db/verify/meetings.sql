BEGIN;
SELECT id, hub, "group", kind, day, status, quorum, _version FROM scip.meetings WHERE false;
SELECT id, ordinal, heading, outcome, _version FROM scip.agenda_items WHERE false;
SELECT person, sector, state, _meeting FROM scip.meeting_attendance WHERE false;
SELECT id, text, _version FROM scip.resolutions WHERE false;
SELECT id, meeting, owner, due_on, done_on, _version FROM scip.actions WHERE false;
SELECT id, number, status, current, shared_at, _version FROM scip.minutes_versions WHERE false;
SELECT id, "group", person, "from", "to", _version FROM scip.group_seats WHERE false;
SELECT 'scip.attendance_summary'::regproc, 'scip.import_attendance'::regproc, 'scip.complete_agenda'::regproc;
SELECT 1/(count(*) = 21)::int FROM pg_trigger
WHERE tgrelid IN ('scip.meeting'::regclass, 'scip.agenda_item'::regclass, 'scip.attendance'::regclass, 'scip.resolution'::regclass,
                  'scip.action'::regclass, 'scip.minutes'::regclass, 'scip.group_seat'::regclass)
  AND tgname IN ('guard_text', 'guard_status', 'guard_completion', 'guard_sharing', 'lay_agenda', 'begin_guard', 'guard_heading',
                 'make_room', 'make_room_for_new', 'guard_attendance', 'guard_action', 'guard_minutes', 'keep_shared',
                 'keep_shared_all', 'guard_seat');
ROLLBACK;
