BEGIN;
SELECT added_by FROM scip.person WHERE false;
SELECT 'scip.person_name'::regproc, 'scip.person_email'::regproc, 'ctx.knows'::regproc;
SELECT 1/(NOT has_column_privilege('scip_writer', 'scip.person', 'name', 'SELECT')
          AND NOT has_column_privilege('scip_writer', 'scip.person', 'email', 'SELECT'))::int;
ROLLBACK;
