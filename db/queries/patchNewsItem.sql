-- Changes what the body names.
WITH own AS MATERIALIZED (
  SELECT * FROM scip.news WHERE slug = :slug FOR NO KEY UPDATE
), upd AS (
  UPDATE scip.news t SET title = p.title, title_source = p.title_source, section = p.section, published = p.published,
    publisher = p.publisher, url = p.url, sources = p.sources, confidence = p.confidence
  FROM own, jsonb_populate_record((own.*)::scip.news, :body) p
  WHERE t.id = own.id AND (:if_match IS NULL OR own.version = ANY (:if_match))
  RETURNING t.id
)
SELECT CASE WHEN upd.id IS NULL THEN 412 END AS _status
FROM own LEFT JOIN upd USING (id)
