-- Makes the record, if its slug is free.
WITH made AS (
  INSERT INTO scip.programme (slug, name, name_cy, summary, summary_cy, url, sources, confidence)
  SELECT :slug, p.name, p.name_cy, p.summary, p.summary_cy, p.url, p.sources, p.confidence
  FROM jsonb_populate_record(NULL::scip.programme, :body) p
  ON CONFLICT (slug) DO NOTHING
  RETURNING id
)
SELECT CASE WHEN NOT EXISTS (SELECT FROM made) THEN 412 END AS _status, '/v1/programmes/' || :slug AS _location
