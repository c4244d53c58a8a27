-- Changes what the body names.
WITH own AS MATERIALIZED (
  SELECT * FROM scip.toolkit_principle WHERE slug = :slug FOR NO KEY UPDATE
), upd AS (
  UPDATE scip.toolkit_principle t SET ordinal = p.ordinal, name = p.name, summary = p.summary, sources = p.sources,
    confidence = p.confidence
  FROM own, jsonb_populate_record((own.*)::scip.toolkit_principle, :body) p
  WHERE t.id = own.id AND (:if_match IS NULL OR own.version = ANY (:if_match))
  RETURNING t.id
)
SELECT CASE WHEN upd.id IS NULL THEN 412 END AS _status
FROM own LEFT JOIN upd USING (id)
