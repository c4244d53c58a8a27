-- Removes the record.
WITH own AS MATERIALIZED (
  SELECT id, version FROM scip.resource WHERE slug = :slug FOR UPDATE
), gone AS (
  DELETE FROM scip.resource t USING own
  WHERE t.id = own.id AND (:if_match IS NULL OR own.version = ANY (:if_match))
  RETURNING t.id
)
SELECT CASE WHEN gone.id IS NULL THEN 412 END AS _status
FROM own LEFT JOIN gone USING (id)
