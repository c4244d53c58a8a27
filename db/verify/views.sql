BEGIN;
SELECT 1/count(*) FROM pg_class c WHERE c.oid = 'scip.headline_figures'::regclass AND c.reloptions @> '{security_invoker=true}';
SELECT slug FROM scip.hubs WHERE false;
SELECT slug FROM scip.organisations WHERE false;
ROLLBACK;
