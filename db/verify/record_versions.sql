BEGIN;
SELECT 1/(count(*) = 10)::int FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid
WHERE c.relnamespace = 'scip'::regnamespace AND a.attname = '_version' AND c.reloptions @> '{security_invoker=true}'
  AND c.relname IN ('hubs', 'organisations', 'documents', 'news_items', 'policy_contributions', 'groups', 'toolkit_principles',
                    'toolkit_facts', 'strategies', 'headline_figures');
SELECT page, may_use_branding FROM scip.hubs WHERE false;
SELECT slug, version FROM scip.headline_figure_versions WHERE false;
ROLLBACK;
