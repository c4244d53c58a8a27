-- Changes what the body names.
WITH own AS MATERIALIZED (
  SELECT * FROM scip.course WHERE slug = :slug FOR NO KEY UPDATE
), upd AS (
  UPDATE scip.course t SET name = p.name, name_cy = p.name_cy, summary = p.summary, summary_cy = p.summary_cy,
    sources = p.sources, confidence = p.confidence
  FROM own, jsonb_populate_record((own.*)::scip.course, :body) p
  WHERE t.id = own.id AND (:if_match IS NULL OR own.version = ANY (:if_match))
  RETURNING t.id
)
SELECT CASE WHEN upd.id IS NULL THEN 412 END AS _status
FROM own LEFT JOIN upd USING (id)
