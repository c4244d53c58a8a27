-- The catalogue, in its own order.
SELECT code, version AS definition_version, title, definition, left_out, unit, kind, measure, array_to_json(breakdowns) AS breakdowns, category,
       privacy, beside, records, array_to_json(sources) AS sources, '/v1/metrics/' || code AS href, '/v1/metrics/' || code || '/metadata' AS metadata, ordinal AS _after_ordinal
FROM scip.metric
WHERE (:after_ordinal IS NULL OR ordinal > :after_ordinal::int)
ORDER BY ordinal
LIMIT :limit
