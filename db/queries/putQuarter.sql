-- Sets the day when updates are due. Who meets a row that was made or changed meanwhile is told so (412).
WITH it AS (
  SELECT scip.period_name(:quarter) AS quarter
), set AS (
  INSERT INTO scip.quarter_deadline AS t (quarter, due_on)
  SELECT it.quarter, :due_on FROM it
  WHERE it.quarter IS NOT NULL AND (:if_match IS NULL OR 0 = ANY (:if_match)
    OR EXISTS (SELECT FROM scip.quarter_deadline d WHERE d.quarter = it.quarter))
  ON CONFLICT (quarter) DO UPDATE SET due_on = excluded.due_on WHERE :if_match IS NULL OR t.version = ANY (:if_match)
  RETURNING t.quarter
)
SELECT CASE WHEN set.quarter IS NULL THEN 412 END AS _status
FROM it LEFT JOIN set ON true
WHERE it.quarter IS NOT NULL
