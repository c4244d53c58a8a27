-- Every view asks by its reader's own rights, and what reads views gives what it should.
SELECT 1/(count(*) = 0)::int FROM pg_class
WHERE relnamespace = 'scip'::regnamespace AND relkind = 'v' AND NOT coalesce(reloptions @> '{security_invoker=true}', false);
SELECT 1 / (count(*) = 0)::int FROM scip.network_evaluation('1999-00');
SELECT 1 / (scip.network_document('1999-00') IS NULL AND scip.page_part('page') LIKE '%</html>' AND scip.page_style() LIKE '%}%')::int;
SELECT 1 / (NOT has_function_privilege('scip_anonymous', 'scip.network_progress(text)', 'EXECUTE'))::int;
SELECT 1 / (count(*) = 0)::int FROM scip.text_column WHERE rule IS NULL;
