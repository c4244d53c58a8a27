BEGIN;
SELECT slug, name, _version FROM scip.courses WHERE false;
SELECT id, course, places_left, _ical_dtstart_at, _version FROM scip.training_sessions WHERE false;
SELECT id, session, position, links, _version FROM scip.bookings WHERE false;
SELECT id, course, comment, cleared FROM scip.training_comments WHERE false;
SELECT 1/((scip.places(gen_random_uuid())).confirmed = 0)::int;
SELECT 1/(scip.new_code() ~ '^([0-9A-HJKMNP-TV-Z]{4}-){3}[0-9A-HJKMNP-TV-Z]{4}$')::int;
SELECT 1/(scip.read_code('oil0 abcd-1234-wxyz') = '0110-ABCD-1234-WXYZ')::int;
SELECT 1/(starts = '2024-09-01' AND ends = '2025-08-31')::int FROM scip.training_period('2024/25');
SELECT 1/(count(*) = 1)::int FROM scip.training_figures('2024-25', NULL);
SELECT 1/(NOT has_column_privilege('scip_writer', 'scip.booking', 'status', 'UPDATE') AND NOT has_table_privilege('scip_writer', 'scip.booking', 'INSERT')
          AND NOT has_column_privilege('scip_writer', 'scip.booking_need', 'dietary', 'SELECT'))::int;
SELECT 1/(count(*) = 7)::int FROM pg_proc WHERE pronamespace = 'scip'::regnamespace AND proname IN ('retain_idempotency', 'retain_spent_token',
  'retain_personal_read', 'retain_change', 'retain_person', 'retain_booking_need', 'retain_feedback_comment');
ROLLBACK;
