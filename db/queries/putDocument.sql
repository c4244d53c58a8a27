-- Makes the record, if its slug is free.
WITH made AS (
  INSERT INTO scip.document (slug, title, title_is_descriptive, authors, year, published, publisher, kind, note,
    commissioned_by, abstract, language, licence, format, isbn, doi, edition, replaces_id, embargo_until, url, sources, confidence)
  SELECT :slug, p.title, coalesce(p.title_is_descriptive, false), coalesce(p.authors, '{}'),
         coalesce(p.year, left(p.published, 4)::int), p.published, p.publisher, p.kind, p.note, p.commissioned_by,
         p.abstract, p.language, p.licence, p.format, p.isbn, p.doi, p.edition,
         scip.reference('document', :body ->> 'replaces'), p.embargo_until, p.url, p.sources, p.confidence
  FROM jsonb_populate_record(NULL::scip.document, :body) p
  ON CONFLICT (slug) DO NOTHING
  RETURNING id
)
SELECT CASE WHEN NOT EXISTS (SELECT FROM made) THEN 412 END AS _status, '/v1/documents/' || :slug AS _location
