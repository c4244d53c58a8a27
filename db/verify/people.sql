BEGIN;
SELECT id, name, email, restricted, erased_at FROM scip.person WHERE false;
SELECT person_id FROM scip.account WHERE false;
SELECT 'ctx.person'::regproc;
SELECT hub_id, person_id, sector, ambassador, starts, ends FROM scip.hub_membership WHERE false;
SELECT hub_id, lead_id, person_id, role, starts, ends FROM scip.hub_lead_person WHERE false;
SELECT added_by FROM scip.person WHERE false;
SELECT person_id, former_id, name, email, moved FROM scip.person_merge WHERE false;
SELECT speaks_for FROM scip.hub_membership WHERE false;
SELECT 'scip.person_name'::regproc, 'scip.person_email'::regproc, 'ctx.knows'::regproc;
SELECT 1/(NOT has_column_privilege('scip_writer', 'scip.person', 'name', 'SELECT')
          AND NOT has_column_privilege('scip_writer', 'scip.person', 'email', 'SELECT'))::int;
SELECT 1/(NOT (scip.quorate(0, '2024-09-01', NULL)).quorate)::int;
SELECT 1/((scip.quorum_of(0, '2024-09-01')).minimum = 4)::int;
SELECT 1/(count(*) = 1)::int FROM pg_trigger WHERE tgname = 'lock_hub';
SELECT 'scip.import_members'::regproc, 'scip.add_person'::regproc;
SELECT 1/(scip.sheet_date('1/9/2025') = '2025-09-01' AND scip.sheet_date('31/02/2025') IS NULL)::int;
ROLLBACK;
