-- The columns may not be read here, so what is not named cannot be written back: correct() sets what is.
WITH vis AS (
  SELECT id FROM scip.person WHERE id = :id
), own AS MATERIALIZED (
  SELECT id, version FROM scip.person WHERE id = :id FOR NO KEY UPDATE
), upd AS MATERIALIZED (
  SELECT id, scip.correct(id, :body) FROM own WHERE :if_match IS NULL OR version = ANY (:if_match)
)
SELECT CASE WHEN own.id IS NULL THEN 403 WHEN upd.id IS NULL THEN 412 END AS _status
FROM vis LEFT JOIN own USING (id) LEFT JOIN upd USING (id)
