-- Metric after metric, in the order of the catalogue; what may be published is decided where one of them is asked for.
SELECT a.metric, a.definition_version, a.period, a."from", a."to", scip.link('hubs', a.hub_slug, a.hub_name) AS hub,
       a.of_nation AS nation, a.of_category AS category, a.value, a.numerator, a.denominator, a.unit, a.status, a.basis,
       a.of_release AS release, a.replaced_by, a.breakdown AS by, a.hub_name, a.explanation, a.refused AS _status, a.wrong AS _errors,
       v.ordinal AS _after_metric, v.place AS _after_place
FROM scip.metric_values(:metric, :period, :by, :hub, :nation, :after_metric::int, :after_place, :limit::int) v
CROSS JOIN LATERAL (SELECT (v.cell).*) a
ORDER BY v.ordinal, v.place COLLATE "C"
LIMIT :limit
