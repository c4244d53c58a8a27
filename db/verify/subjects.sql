BEGIN;
SELECT xid FROM scip.change_cut WHERE false;
SELECT 'scip.retain'::regproc, 'scip.erase'::regproc, 'scip.erase_person'::regproc, 'scip.held_about'::regproc, 'scip.correct'::regproc;
SELECT 1/(NOT has_function_privilege('scip_writer', 'scip.erase(uuid, timestamptz)', 'EXECUTE'))::int;
SELECT 1/(count(*) = 1)::int FROM pg_trigger WHERE tgname = 'guard_kept';
ROLLBACK;
