-- A page that is made in the database, of a year that has a release.
SELECT scip.network_document(n.year) AS _body
FROM scip.network_evaluations n WHERE n.year = scip.period_name(:year)
