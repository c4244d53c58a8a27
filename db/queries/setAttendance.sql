-- All at once: whoever is not in the list is not noted any more.
WITH vis AS (
  SELECT id FROM scip.meeting WHERE id = :id
), done AS MATERIALIZED (
  SELECT scip.set_attendance(id, :body -> 'items', true) AS may FROM vis
)
SELECT CASE WHEN NOT may THEN 403 END AS _status FROM done
