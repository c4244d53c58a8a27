-- Makes the record, if its slug is free.
WITH made AS (
  INSERT INTO scip.strategy (slug, name, period_text, starts, ends, summary, sources, confidence)
  SELECT :slug, p.name, :body ->> 'period', p.starts, p.ends, p.summary, p.sources, p.confidence
  FROM jsonb_populate_record(NULL::scip.strategy, :body) p
  ON CONFLICT (slug) DO NOTHING
  RETURNING id
), parts AS MATERIALIZED (
  SELECT scip.set_strategy_themes(id, :body) FROM made
)
SELECT CASE WHEN NOT EXISTS (SELECT FROM parts) THEN 412 END AS _status, '/v1/strategies/' || :slug AS _location
