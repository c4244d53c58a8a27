BEGIN;
SELECT xid, id, kind FROM scip.change WHERE false;
SELECT kind, key, op, audience, at FROM scip.change WHERE false;
SELECT 'scip.href'::regproc, 'scip.merge_records'::regproc;
SELECT 1/(scip.href('toolkit_fact', 'x') IS NOT NULL)::int;
SELECT 1/(scip.href('news', 'x') = '/v1/news/x')::int;
SELECT xid FROM scip.change_cut WHERE false;
ROLLBACK;
