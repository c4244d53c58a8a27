-- Changes what the body names.
WITH own AS MATERIALIZED (
  SELECT * FROM scip.resource WHERE slug = :slug FOR NO KEY UPDATE
), upd AS (
  UPDATE scip.resource t SET title = p.title, title_is_descriptive = p.title_is_descriptive, title_cy = p.title_cy,
    summary = p.summary, summary_cy = p.summary_cy, kind = p.kind,
    principle_id = CASE WHEN :body ? 'principle' THEN scip.reference('principle', :body ->> 'principle') ELSE own.principle_id END,
    tier = p.tier, phases = p.phases, nations = p.nations, authors = p.authors, publisher = p.publisher,
    published = p.published, language = p.language, format = p.format, licence = p.licence,
    accessibility = p.accessibility, embargo_until = p.embargo_until, url = p.url, sources = p.sources, confidence = p.confidence
  FROM own, jsonb_populate_record((own.*)::scip.resource, :body) p
  WHERE t.id = own.id AND own.withdrawn_at IS NULL AND (:if_match IS NULL OR own.version = ANY (:if_match))
  RETURNING t.id
)
SELECT CASE WHEN own.withdrawn_at IS NOT NULL THEN 410 WHEN upd.id IS NULL THEN 412 END AS _status
FROM own LEFT JOIN upd USING (id)
