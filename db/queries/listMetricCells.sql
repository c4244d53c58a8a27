-- What may be told is decided before this: in releases, and in scip.metric_answer().
SELECT a.metric, a.definition_version, a.period, a."from", a."to",
       CASE WHEN h.id IS NOT NULL THEN json_build_object('slug', h.slug, 'name', h.name, 'href', '/v1/hubs/' || h.slug) END AS hub,
       a.of_nation AS nation, a.of_category AS category, a.value, a.numerator, a.denominator, a.unit, a.status, a.basis,
       a.of_release AS release, a.replaced_by, a.refused AS _status, a.wrong AS _errors
FROM scip.metric_answer(:code, coalesce(:period, ARRAY[scip.academic_year(scip.today())]), coalesce(:by, '{}'), :hub, :nation, :category, :as_of, :release) a
LEFT JOIN scip.hub h ON h.id = a.hub_id
ORDER BY a."from", a."to", h.slug COLLATE "C" NULLS FIRST, a.of_nation NULLS FIRST, a.of_category COLLATE "C" NULLS FIRST
