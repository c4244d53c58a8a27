-- What was loaded is there, and every view asks by its reader's own rights.
SELECT 1/(count(*) = 10)::int FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid
WHERE c.relnamespace = 'scip'::regnamespace AND a.attname = '_version' AND c.reloptions @> '{security_invoker=true}'
  AND c.relname IN ('hubs', 'organisations', 'documents', 'news_items', 'policy_contributions', 'groups', 'toolkit_principles',
                    'toolkit_facts', 'strategies', 'headline_figures');
SELECT 1/(count(*) = 0)::int FROM pg_class
WHERE relnamespace = 'scip'::regnamespace AND relkind = 'v' AND NOT coalesce(reloptions @> '{security_invoker=true}', false);
SELECT 1 / (count(*) = 0)::int FROM scip.network_evaluation('1999-00');
SELECT 1 / (scip.network_document('1999-00') IS NULL AND scip.page_part('page') LIKE '%</html>' AND scip.page_style() LIKE '%}%')::int;
SELECT 1 / (NOT has_function_privilege('scip_anonymous', 'scip.network_progress(text)', 'EXECUTE'))::int;
SELECT 1 / (count(*) = 0)::int FROM scip.text_column WHERE rule IS NULL;
