BEGIN;
SELECT uid, programme_id, starts_at, ends_at, capacity, title_cy FROM scip.event WHERE false;
SELECT session_id, person_id, place, status, attended FROM scip.booking WHERE false;
SELECT 'ctx.handles_booking'::regproc;
ROLLBACK;
