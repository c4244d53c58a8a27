BEGIN;
SELECT hub_id, group_id, kind, status, day FROM scip.meeting WHERE false;
SELECT 'scip.attendance_summary'::regproc, 'scip.import_attendance'::regproc, 'scip.complete_agenda'::regproc;
SELECT 1/(count(*) = 21)::int FROM pg_trigger
WHERE tgrelid IN ('scip.meeting'::regclass, 'scip.agenda_item'::regclass, 'scip.attendance'::regclass, 'scip.resolution'::regclass,
                  'scip.action'::regclass, 'scip.minutes'::regclass, 'scip.group_seat'::regclass)
  AND tgname IN ('guard_text', 'guard_status', 'guard_completion', 'guard_sharing', 'create_agenda', 'begin_guard', 'guard_heading',
                 'shift_ordinals', 'shift_ordinals_of_new', 'guard_attendance', 'guard_action', 'guard_minutes', 'keep_shared',
                 'keep_shared_all', 'guard_seat');
ROLLBACK;
