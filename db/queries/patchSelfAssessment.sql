WITH vis AS (
  SELECT id FROM scip.self_assessment WHERE id = :id
), own AS MATERIALIZED (
  SELECT * FROM scip.self_assessment WHERE id = :id FOR NO KEY UPDATE
), upd AS (
  UPDATE scip.self_assessment t SET stage = p.stage, assessed_on = p.assessed_on
  FROM own, jsonb_populate_record((own.*)::scip.self_assessment, :body) p
  WHERE t.id = own.id AND (:if_match IS NULL OR own.version = ANY (:if_match))
  RETURNING t.id
)
SELECT CASE WHEN own.id IS NULL THEN 403 WHEN upd.id IS NULL THEN 412 END AS _status
FROM vis LEFT JOIN own USING (id) LEFT JOIN upd USING (id)
