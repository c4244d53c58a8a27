BEGIN;
SELECT 1/(count(*) FILTER (WHERE t.oid IS NOT NULL) = count(*))::int
FROM pg_class c LEFT JOIN pg_trigger t ON t.tgrelid = c.oid AND t.tgname = 'keep_records'
WHERE c.relnamespace = 'scip'::regnamespace AND c.relkind IN ('r', 'p')
  AND c.relname NOT IN ('change', 'audit', 'history', 'idempotency', 'spent_token', 'record_kind');
SELECT kind, key, op, audience, at FROM scip.change WHERE false;
ROLLBACK;
