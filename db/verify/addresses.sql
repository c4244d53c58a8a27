BEGIN;
SELECT 1/(scip.href('news', 'x') = '/v1/news/x')::int;
ROLLBACK;
