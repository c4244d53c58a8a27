BEGIN;
SET LOCAL client_min_messages = warning;
DELETE FROM scip.kind_address WHERE kind = 'resource';
DROP VIEW scip.holdings, scip.withdrawals, scip.resources, scip.documents;
DROP FUNCTION scip.record_resource, scip.record_document CASCADE;
DROP TABLE scip.resource;
CREATE OR REPLACE FUNCTION scip.reference(kind text, key text) RETURNS bigint
LANGUAGE plpgsql STABLE STRICT AS $$
DECLARE
  found_id bigint;
BEGIN
  CASE kind
    WHEN 'region' THEN SELECT id INTO found_id FROM scip.region WHERE key IN (slug, gss_code);
    WHEN 'organisation' THEN SELECT id INTO found_id FROM scip.organisation WHERE slug = key;
    WHEN 'hub' THEN SELECT id INTO found_id FROM scip.hub WHERE slug = key;
    WHEN 'event' THEN SELECT id INTO found_id FROM scip.event WHERE slug = key;
  END CASE;
  IF found_id IS NULL THEN
    RAISE 'no % %', kind, key USING ERRCODE = 'SC422', CONSTRAINT = 'no-such-' || kind;
  END IF;
  RETURN found_id;
END $$;
ALTER TABLE scip.document DROP COLUMN words, DROP COLUMN abstract, DROP COLUMN language, DROP COLUMN licence, DROP COLUMN format,
  DROP COLUMN isbn, DROP COLUMN doi, DROP COLUMN edition, DROP COLUMN replaces_id, DROP COLUMN embargo_until,
  DROP COLUMN withdrawn_at, DROP COLUMN withdrawal_note;
CALL scip.keep_records('document', 'document');
CREATE VIEW scip.documents WITH (security_invoker) AS
SELECT d.slug, d.title, d.title_is_descriptive, array_to_json(d.authors) AS authors, d.year, d.published::text,
       scip.precision(d.published) AS published_precision, d.publisher, d.kind, d.note, d.commissioned_by, d.url,
       array_to_json(d.sources) AS sources, d.confidence, '/v1/documents/' || d.slug AS href,
       d.search AS _search, d.published_on AS _published_on, d.title_sort AS _sort,
       d.version AS _version
FROM scip.document d;
GRANT SELECT ON scip.documents TO scip_anonymous, scip_writer;
DROP FUNCTION scip.words, scip.indexed, scip.wanted, scip.asked, scip.joined, scip.is_isbn, scip.are_phases, scip.are_nations, scip.availability CASCADE;
DROP DOMAIN scip.isbn, scip.doi, scip.language;
COMMIT;
