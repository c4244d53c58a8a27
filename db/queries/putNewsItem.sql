-- Makes the record, if its slug is free.
WITH made AS (
  INSERT INTO scip.news (slug, title, title_source, section, published, publisher, url, sources, confidence)
  SELECT :slug, p.title, coalesce(p.title_source, 'page'), p.section, p.published, p.publisher, p.url, p.sources,
         p.confidence
  FROM jsonb_populate_record(NULL::scip.news, :body) p
  ON CONFLICT (slug) DO NOTHING
  RETURNING id
)
SELECT CASE WHEN NOT EXISTS (SELECT FROM made) THEN 412 END AS _status, '/v1/news/' || :slug AS _location
