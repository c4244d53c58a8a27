BEGIN;
SELECT 'scip.import_members'::regproc, 'scip.add_person'::regproc;
SELECT 1/(scip.sheet_date('1/9/2025') = '2025-09-01' AND scip.sheet_date('31/02/2025') IS NULL)::int;
ROLLBACK;
