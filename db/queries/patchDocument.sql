-- Changes what the body names.
WITH own AS MATERIALIZED (
  SELECT * FROM scip.document WHERE slug = :slug FOR NO KEY UPDATE
), upd AS (
  UPDATE scip.document t SET title = p.title, title_is_descriptive = p.title_is_descriptive, authors = p.authors,
    year = p.year, published = p.published, publisher = p.publisher, kind = p.kind, note = p.note,
    commissioned_by = p.commissioned_by, abstract = p.abstract, language = p.language, licence = p.licence,
    format = p.format, isbn = p.isbn, doi = p.doi, edition = p.edition,
    replaces_id = CASE WHEN :body ? 'replaces' THEN scip.reference('document', :body ->> 'replaces') ELSE own.replaces_id END,
    embargo_until = p.embargo_until, url = p.url, sources = p.sources, confidence = p.confidence
  FROM own, jsonb_populate_record((own.*)::scip.document, :body) p
  WHERE t.id = own.id AND own.withdrawn_at IS NULL AND (:if_match IS NULL OR own.version = ANY (:if_match))
  RETURNING t.id
)
SELECT CASE WHEN own.withdrawn_at IS NOT NULL THEN 410 WHEN upd.id IS NULL THEN 412 END AS _status
FROM own LEFT JOIN upd USING (id)
