-- Makes the record, if its slug is free.
WITH made AS (
  INSERT INTO scip.toolkit_principle (slug, ordinal, name, summary, sources, confidence)
  SELECT :slug, p.ordinal, p.name, p.summary, p.sources, p.confidence
  FROM jsonb_populate_record(NULL::scip.toolkit_principle, :body) p
  ON CONFLICT (slug) DO NOTHING
  RETURNING id
)
SELECT CASE WHEN NOT EXISTS (SELECT FROM made) THEN 412 END AS _status, '/v1/toolkit/principles/' || :slug AS _location
