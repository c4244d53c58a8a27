-- What may be published is decided before this: in releases, and in scip.metric_answer().
SELECT a.metric, a.definition_version, a.period, a."from", a."to",
       scip.link('hubs', a.hub_slug, a.hub_name) AS hub,
       a.of_nation AS nation, a.of_category AS category, a.value, a.numerator, a.denominator, a.unit, a.status, a.basis,
       a.of_release AS release, a.replaced_by, a.breakdown AS by, a.hub_name, a.explanation, a.refused AS _status, a.wrong AS _errors
FROM scip.metric_answer(:code, coalesce(:period, ARRAY[scip.academic_year(scip.today())]), coalesce(:by, '{}'), :hub, :nation, :category,
    :as_of, :release) a
ORDER BY a."from", a."to", a.hub_slug COLLATE "C" NULLS FIRST, a.of_nation NULLS FIRST, a.of_category COLLATE "C" NULLS FIRST
