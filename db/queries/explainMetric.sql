-- Records and undisclosed numbers are for those who may: scip.metric_explain() looks at the claims.
SELECT metric, title, definition, exclusions, definition_version, unit, kind, period, "from", "to", filters, value, numerator, denominator,
       status, basis, of_release AS release, rows_included, rows_excluded, data_changed_at, citation, unrounded, records, corrections,
       refused AS _status, wrong AS _errors
FROM scip.metric_explain(:code, coalesce(:period, scip.academic_year(scip.today())), coalesce(:by, '{}'), :hub, :nation, :category, :as_of,
    :release)
