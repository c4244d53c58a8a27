-- Makes the record, if its slug is free.
WITH made AS (
  INSERT INTO scip.course (slug, name, name_cy, summary, summary_cy, sources, confidence)
  SELECT :slug, p.name, p.name_cy, p.summary, p.summary_cy, p.sources, p.confidence
  FROM jsonb_populate_record(NULL::scip.course, :body) p
  ON CONFLICT (slug) DO NOTHING
  RETURNING id
)
SELECT CASE WHEN NOT EXISTS (SELECT FROM made) THEN 412 END AS _status, '/v1/training/courses/' || :slug AS _location
