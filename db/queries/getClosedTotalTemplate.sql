-- The columns alone.
SELECT NULL AS metric, NULL AS period, NULL AS hub, NULL AS item, NULL AS class, NULL AS value, NULL AS source, NULL AS note
WHERE false
