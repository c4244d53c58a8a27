-- Makes the record, if its slug is free.
WITH made AS (
  INSERT INTO scip.toolkit_fact (slug, kind, ordinal, name, text, value, sources, confidence)
  SELECT :slug, p.kind, p.ordinal, p.name, p.text, p.value, p.sources, p.confidence
  FROM jsonb_populate_record(NULL::scip.toolkit_fact, :body) p
  ON CONFLICT (slug) DO NOTHING
  RETURNING id
)
SELECT CASE WHEN NOT EXISTS (SELECT FROM made) THEN 412 END AS _status, '/v1/toolkit/facts/' || :slug AS _location
