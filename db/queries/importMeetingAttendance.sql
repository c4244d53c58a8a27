-- All rows or none.
WITH vis AS (
  SELECT id FROM scip.meeting WHERE id = :id
), done AS MATERIALIZED (
  SELECT scip.import_attendance(id, :body) AS wrong FROM vis
)
SELECT CASE WHEN wrong IS NULL THEN 403 END AS _status, CASE WHEN wrong <> '[]' THEN 'import-not-valid' END AS _rule,
       nullif(wrong, '[]') AS _errors
FROM done
