BEGIN;
SELECT id, organisation, principle, stage, assessed_on, _version FROM scip.self_assessments WHERE false;
SELECT code, title, unit, public, people FROM scip.closed_metric WHERE false;
SELECT id, metric, period, value, note, _version FROM scip.closed_totals WHERE false;
SELECT metric, period, value, basis, sources FROM scip.past_totals WHERE false;
SELECT lines, imported, unchanged, errors FROM scip.import_closed_totals('{"columns": [], "rows": []}');
ROLLBACK;
