-- As the catalogue has it.
SELECT code, version AS definition_version, title, definition, left_out, unit, kind, measure, array_to_json(breakdowns) AS breakdowns, category,
       privacy, beside, records, array_to_json(sources) AS sources, '/v1/metrics/' || code AS href, '/v1/metrics/' || code || '/metadata' AS metadata
FROM scip.metric
WHERE code = :code
