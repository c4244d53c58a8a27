-- Changes what the body names; sets are replaced as a whole.
WITH own AS MATERIALIZED (
  SELECT * FROM scip.strategy WHERE slug = :slug FOR NO KEY UPDATE
), upd AS (
  UPDATE scip.strategy t SET name = p.name, period_text = coalesce(:body ->> 'period', own.period_text),
    starts = p.starts, ends = p.ends, summary = p.summary, sources = p.sources, confidence = p.confidence
  FROM own, jsonb_populate_record((own.*)::scip.strategy, :body) p
  WHERE t.id = own.id AND (:if_match IS NULL OR own.version = ANY (:if_match))
  RETURNING t.id
), parts AS MATERIALIZED (
  SELECT id, scip.set_strategy_themes(id, :body) FROM upd
)
SELECT CASE WHEN parts.id IS NULL THEN 412 END AS _status
FROM own LEFT JOIN parts USING (id)
