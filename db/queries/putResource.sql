-- Makes the record, if its slug is free.
WITH made AS (
  INSERT INTO scip.resource (slug, title, title_is_descriptive, title_cy, summary, summary_cy, kind, principle_id, tier, phases,
    nations, authors, publisher, published, language, format, licence, accessibility, embargo_until, url, sources, confidence)
  SELECT :slug, p.title, coalesce(p.title_is_descriptive, false), p.title_cy, p.summary, p.summary_cy, p.kind,
         scip.reference('principle', :body ->> 'principle'), p.tier, coalesce(p.phases, '{}'), coalesce(p.nations, '{}'),
         coalesce(p.authors, '{}'), p.publisher, p.published, p.language, p.format, p.licence, p.accessibility,
         p.embargo_until, p.url, p.sources, p.confidence
  FROM jsonb_populate_record(NULL::scip.resource, :body) p
  ON CONFLICT (slug) DO NOTHING
  RETURNING id
)
SELECT CASE WHEN NOT EXISTS (SELECT FROM made) THEN 412 END AS _status, '/v1/resources/' || :slug AS _location
