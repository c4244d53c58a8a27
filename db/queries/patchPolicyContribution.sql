-- Changes what the body names.
WITH own AS MATERIALIZED (
  SELECT * FROM scip.policy_contribution WHERE slug = :slug FOR NO KEY UPDATE
), upd AS (
  UPDATE scip.policy_contribution t SET title = p.title, kind = p.kind, body = p.body, published = p.published,
    summary = p.summary, outcome = p.outcome, url = p.url, sources = p.sources, confidence = p.confidence
  FROM own, jsonb_populate_record((own.*)::scip.policy_contribution, :body) p
  WHERE t.id = own.id AND (:if_match IS NULL OR own.version = ANY (:if_match))
  RETURNING t.id
)
SELECT CASE WHEN upd.id IS NULL THEN 412 END AS _status
FROM own LEFT JOIN upd USING (id)
