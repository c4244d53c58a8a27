-- What each version said and did; a metric that there is not is 404.
SELECT page.*, refused AS _status
FROM (SELECT 404 AS refused WHERE NOT EXISTS (SELECT FROM scip.metric WHERE code = :code)) refusal
FULL JOIN (
  SELECT code AS metric, version, definition, left_out AS exclusions, sql, since AS "from"
  FROM scip.metric_definition
  WHERE code = :code
  ORDER BY version DESC
) page ON false
