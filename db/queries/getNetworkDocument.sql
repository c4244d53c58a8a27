-- A page that is made in the database, of a year that has a release.
SELECT scip.network_document(n.year) AS _html
FROM scip.network_evaluations n WHERE n.year = scip.period_name(:year)
