BEGIN;
SELECT session_id, person_id, place, status, attended FROM scip.booking WHERE false;
SELECT 'ctx.handles_booking'::regproc;
SELECT 1/((scip.places(gen_random_uuid())).confirmed = 0)::int;
SELECT 1/(scip.new_code() ~ '^([0-9A-HJKMNP-TV-Z]{4}-){3}[0-9A-HJKMNP-TV-Z]{4}$')::int;
SELECT 1/(scip.read_code('oil0 abcd-1234-wxyz') = '0110-ABCD-1234-WXYZ')::int;
SELECT 1/(NOT has_column_privilege('scip_writer', 'scip.booking', 'status', 'UPDATE') AND NOT has_table_privilege('scip_writer', 'scip.booking', 'INSERT')
          AND NOT has_column_privilege('scip_writer', 'scip.booking_need', 'dietary', 'SELECT'))::int;
SELECT 1/(count(*) = 1)::int FROM scip.consent_text WHERE version = 1;
SELECT booking_id, text_version, given_at, withdrawn_at FROM scip.booking_consent WHERE false;
ROLLBACK;
