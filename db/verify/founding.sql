BEGIN;
SELECT 'ctx.decides'::regproc, 'scip.pathway_proof'::regproc;
SELECT 1/(count(*) = 9)::int FROM pg_trigger
WHERE tgname IN ('guard_application', 'guard_text', 'guard_status', 'guard_status_note', 'then_found_hub', 'create_pathway', 'guard_pathway',
                 'guard_invitation');
ROLLBACK;
