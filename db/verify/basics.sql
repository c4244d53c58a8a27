BEGIN;
SELECT 1 / (scip.latest('2024-02') = '2024-02-29' AND scip.fold('Ŷnys É') = 'ynys e')::int;
SELECT NULL::scip.partial_date, NULL::scip.slug, NULL::scip.code, NULL::scip.label, NULL::scip.url, NULL::scip.sources;
SELECT list, code, ordinal, label, label_cy, retired, properties FROM scip.term WHERE false;
SELECT 'scip.publish'::regproc, 'scip.keep_former_slugs'::regproc, 'scip.touch'::regproc, 'scip.refuse'::regproc;
SELECT 'ctx.sees'::regproc, 'ctx.writes'::regproc;
ROLLBACK;
