-- All lines or none.
SELECT r.lines, r.imported, r.unchanged, '/v1/historical-totals' AS href,
       CASE WHEN r.errors IS NOT NULL THEN 'import-not-valid' END AS _rule, r.errors AS _errors
FROM scip.import_historical_totals(:body) r
