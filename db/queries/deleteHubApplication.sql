-- Withdraws a draft.
WITH own AS MATERIALIZED (
  SELECT id, version FROM scip.hub_application WHERE id = :id FOR NO KEY UPDATE
), gone AS (
  DELETE FROM scip.hub_application t USING own
  WHERE t.id = own.id AND (:if_match IS NULL OR own.version = ANY (:if_match))
  RETURNING t.id
)
SELECT CASE WHEN gone.id IS NOT NULL THEN NULL WHEN :if_match IS NULL OR own.version = ANY (:if_match) THEN 403 ELSE 412 END AS _status
FROM own LEFT JOIN gone USING (id)
