-- The research repository and the resource bank: what a reader has to know of an item before it is read, when it may be
-- read, that it was withdrawn, and the words by which both are searched together.
BEGIN;
SET LOCAL client_min_messages = warning;

-- Words of an item by weight: title, names, text. Stemmed as English and also as they stand, which is what Welsh has;
-- what has a hyphen also in one word, so that wellbeing finds well-being. A phrase ends with each of these: there is a |.
CREATE FUNCTION scip.indexed(value text) RETURNS tsvector
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN (SELECT to_tsvector('pg_catalog.english', t) || '''|'':1'::tsvector || to_tsvector('pg_catalog.simple', t)
        FROM scip.spell(regexp_replace(scip.fold(coalesce(value, '')), '([[:alpha:]]+)-([[:alpha:]]+)', '\1 \2 \1\2', 'g')) t);
CREATE FUNCTION scip.words(title text, names text, body text) RETURNS tsvector
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN ts_delete(setweight(scip.indexed(title), 'A') || '''|'':1'::tsvector || setweight(scip.indexed(names), 'B') || '''|'':1'::tsvector
                 || setweight(scip.indexed(body), 'C'), '|');
-- What somebody typed as a query. Its grammar has three signs ("a phrase", -without, or), which are carried through as
-- private characters; all others are white space, so that no text is an error and words are cut as in the index.
CREATE FUNCTION scip.asked(q text) RETURNS tsquery
LANGUAGE sql IMMUTABLE PARALLEL SAFE STRICT
RETURN (SELECT websearch_to_tsquery('pg_catalog.english', t) || websearch_to_tsquery('pg_catalog.simple', t)
        FROM regexp_replace(translate(scip.spell(translate(regexp_replace(scip.fold(q), '(^| )-', '\1' || U&'\e000', 'g'), '"', U&'\e001')),
                                      U&'\e000\e001', '-"'), '-(?![[:alnum:]])', '', 'g') t);
CREATE FUNCTION scip.wanted(q text) RETURNS tsquery
LANGUAGE sql IMMUTABLE PARALLEL SAFE STRICT
RETURN scip.asked(q) || CASE WHEN scip.fold(q) ~ '(^| )-' THEN '' ELSE scip.asked(scip.unhyphened(q)) END;
-- array_to_string is not immutable for every type of element; for text it is.
CREATE FUNCTION scip.joined(value text[]) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE STRICT
RETURN array_to_string(value, ' ');

-- BCP 47, as far as books and web pages need it.
CREATE DOMAIN scip.language AS text CONSTRAINT language CHECK (VALUE ~ '^[a-z]{2,3}(-[A-Z]{2})?$');
CREATE DOMAIN scip.doi AS text CONSTRAINT doi CHECK (VALUE ~ '^10\.[0-9]{4,9}/\S+$' AND length(VALUE) <= 200);
-- ISBN-13 without hyphens; the last digit checks the others.
CREATE FUNCTION scip.is_isbn(value text) RETURNS boolean
LANGUAGE sql IMMUTABLE PARALLEL SAFE STRICT
RETURN CASE WHEN value ~ '^97[89][0-9]{10}$' THEN
  (SELECT sum(substr(value, n, 1)::int * CASE n % 2 WHEN 0 THEN 3 ELSE 1 END) % 10 = 0 FROM generate_series(1, 13) n)
  ELSE false END;
CREATE DOMAIN scip.isbn AS text CONSTRAINT isbn CHECK (scip.is_isbn(VALUE));
CREATE FUNCTION scip.are_phases(value text[]) RETURNS boolean
LANGUAGE sql IMMUTABLE PARALLEL SAFE STRICT
RETURN value <@ ARRAY['early_years', 'primary', 'secondary', 'further', 'higher'] AND array_position(value, NULL) IS NULL;
CREATE FUNCTION scip.are_nations(value text[]) RETURNS boolean
LANGUAGE sql IMMUTABLE PARALLEL SAFE STRICT
RETURN value <@ ARRAY['GB-ENG', 'GB-NIR', 'GB-SCT', 'GB-WLS'] AND array_position(value, NULL) IS NULL;

-- Until the day of embargo_until the record is public and the files are not; on that day they are.
CREATE FUNCTION scip.availability(withdrawn_at timestamptz, embargo_until date) RETURNS text
LANGUAGE sql STABLE PARALLEL SAFE
RETURN CASE WHEN withdrawn_at IS NOT NULL THEN 'withdrawn' WHEN embargo_until > scip.today() THEN 'embargoed' ELSE 'available' END;

ALTER TABLE scip.document
  ADD COLUMN abstract text CHECK (length(abstract) <= 20000),
  ADD COLUMN language scip.language,
  ADD COLUMN licence scip.label,
  ADD COLUMN format scip.code,
  ADD COLUMN isbn scip.isbn,
  ADD COLUMN doi scip.doi,
  ADD COLUMN edition scip.label,
  ADD COLUMN replaces_id bigint UNIQUE REFERENCES scip.document ON DELETE SET NULL,
  ADD COLUMN embargo_until date,
  ADD COLUMN withdrawn_at timestamptz,
  ADD COLUMN withdrawal_note text CHECK (length(withdrawal_note) <= 2000),
  ADD COLUMN words tsvector NOT NULL GENERATED ALWAYS AS
    (scip.words(title, scip.joined(authors) || ' ' || coalesce(publisher, ''), coalesce(abstract, '') || ' ' || coalesce(note, ''))) STORED,
  ADD CONSTRAINT document_withdrawal CHECK (withdrawn_at IS NOT NULL OR withdrawal_note IS NULL),
  ADD CONSTRAINT document_replaces CHECK (replaces_id <> id);
CREATE INDEX ON scip.document USING gin (words);
COMMENT ON COLUMN scip.document.licence IS 'An SPDX identifier (CC-BY-4.0), an address or a statement';
COMMENT ON COLUMN scip.document.replaces_id IS 'The earlier edition; one edition has one successor';

-- The resource bank. Without a principle an item is of the whole Toolkit, or of none; phases and nations that are
-- empty are not known.
CREATE TABLE scip.resource (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  slug scip.slug NOT NULL UNIQUE,
  title scip.label NOT NULL,
  title_cy scip.label,
  summary text CHECK (length(summary) <= 20000),
  summary_cy text CHECK (length(summary_cy) <= 20000),
  kind scip.code NOT NULL,
  principle_id bigint REFERENCES scip.toolkit_principle,
  tier int CHECK (tier BETWEEN 1 AND 3),
  phases text[] NOT NULL DEFAULT '{}' CHECK (scip.are_phases(phases)),
  nations text[] NOT NULL DEFAULT '{}' CHECK (scip.are_nations(nations)),
  authors text[] NOT NULL DEFAULT '{}' CHECK (scip.are_authors(authors)),
  publisher text CHECK (length(publisher) <= 2000),
  published scip.partial_date,
  language scip.language,
  format scip.code,
  licence scip.label,
  accessibility text CHECK (length(accessibility) <= 4000),
  url scip.url,
  embargo_until date,
  withdrawn_at timestamptz,
  withdrawal_note text CHECK (length(withdrawal_note) <= 2000),
  sources scip.sources NOT NULL,
  confidence scip.confidence NOT NULL,
  version int NOT NULL DEFAULT 1,
  created_at timestamptz NOT NULL DEFAULT now(),
  updated_at timestamptz NOT NULL DEFAULT now(),
  title_sort text COLLATE "C" NOT NULL GENERATED ALWAYS AS (scip.fold(title)) STORED,
  published_on date GENERATED ALWAYS AS (scip.earliest(published)) STORED,
  words tsvector NOT NULL GENERATED ALWAYS AS
    (scip.words(title || ' ' || coalesce(title_cy, ''), scip.joined(authors) || ' ' || coalesce(publisher, ''),
                coalesce(summary, '') || ' ' || coalesce(summary_cy, ''))) STORED,
  CONSTRAINT resource_withdrawal CHECK (withdrawn_at IS NOT NULL OR withdrawal_note IS NULL)
);
CREATE INDEX ON scip.resource (title_sort, id);
CREATE INDEX ON scip.resource (principle_id);
CREATE INDEX ON scip.resource USING gin (words);
COMMENT ON COLUMN scip.resource.tier IS 'Of the Toolkit''s three-tier CPD resources: 1 animation, 2 detailed resource, 3 case studies';
COMMENT ON COLUMN scip.resource.authors IS 'As the item names them';
CALL scip.publish('resource');
CALL scip.let_central_write('resource');

-- Withdrawn, a record is gone for those who follow the changes; reinstated, it is there again.
DROP FUNCTION scip.record_document CASCADE;
CALL scip.keep_records('document', 'document', 'r.slug', $$CASE WHEN r.withdrawn_at IS NULL THEN ARRAY['public'] ELSE '{}' END$$);
CALL scip.keep_records('resource', 'resource', 'r.slug', $$CASE WHEN r.withdrawn_at IS NULL THEN ARRAY['public'] ELSE '{}' END$$);
INSERT INTO scip.kind_address VALUES ('resource', '/v1/resources/');

CREATE OR REPLACE VIEW scip.documents WITH (security_invoker) AS
SELECT d.slug, d.title, d.title_is_descriptive, array_to_json(d.authors) AS authors, d.year, d.published::text,
       scip.precision(d.published) AS published_precision, d.publisher, d.kind, d.note, d.commissioned_by, d.url,
       array_to_json(d.sources) AS sources, d.confidence, '/v1/documents/' || d.slug AS href,
       d.search AS _search, d.published_on AS _published_on, d.title_sort AS _sort,
       d.version AS _version,
       d.abstract, d.language, d.licence, d.format, d.isbn, d.doi, d.edition, d.embargo_until,
       scip.availability(d.withdrawn_at, d.embargo_until) AS status,
       (SELECT json_build_object('slug', o.slug, 'title', o.title, 'href', '/v1/documents/' || o.slug)
        FROM scip.document o WHERE o.id = d.replaces_id AND o.withdrawn_at IS NULL) AS replaces,
       (SELECT json_build_object('slug', o.slug, 'title', o.title, 'href', '/v1/documents/' || o.slug)
        FROM scip.document o WHERE o.replaces_id = d.id AND o.withdrawn_at IS NULL) AS replaced_by,
       d.id AS _id
FROM scip.document d
WHERE d.withdrawn_at IS NULL;

CREATE VIEW scip.resources WITH (security_invoker) AS
SELECT r.slug, r.title, r.title_cy, r.summary, r.summary_cy, r.kind,
       (SELECT json_build_object('slug', p.slug, 'name', p.name, 'href', '/v1/toolkit/principles/' || p.slug)
        FROM scip.toolkit_principle p WHERE p.id = r.principle_id) AS principle,
       r.tier, array_to_json(r.phases) AS phases, array_to_json(r.nations) AS nations, array_to_json(r.authors) AS authors,
       r.publisher, r.published::text, scip.precision(r.published) AS published_precision, r.language, r.format, r.licence,
       r.accessibility, r.url, r.embargo_until, scip.availability(r.withdrawn_at, r.embargo_until) AS status,
       array_to_json(r.sources) AS sources, r.confidence, '/v1/resources/' || r.slug AS href, r.version AS _version,
       r.id AS _id, r.title_sort AS _sort, r.published_on AS _published_on, r.phases AS _phases, r.nations AS _nations,
       (SELECT p.slug FROM scip.toolkit_principle p WHERE p.id = r.principle_id) AS _principle
FROM scip.resource r
WHERE r.withdrawn_at IS NULL;

-- What stands where a record was.
CREATE VIEW scip.withdrawals WITH (security_invoker) AS
SELECT 'document' AS type, d.slug, d.title, d.withdrawn_at, d.withdrawal_note AS note, '/v1/documents/' || d.slug AS href, d.version AS _version
FROM scip.document d WHERE d.withdrawn_at IS NOT NULL
UNION ALL
SELECT 'resource', r.slug, r.title, r.withdrawn_at, r.withdrawal_note, '/v1/resources/' || r.slug, r.version
FROM scip.resource r WHERE r.withdrawn_at IS NOT NULL;

-- Both together, to be searched; a document is of no principle and no phase.
CREATE VIEW scip.holdings WITH (security_invoker) AS
SELECT 'document' AS type, d.id, d.slug, d.title, NULL::text AS title_cy, d.abstract AS summary, d.authors, d.publisher,
       coalesce(d.year, left(d.published, 4)::int) AS year, d.published::text, d.kind::text, NULL::text AS principle,
       '{}'::text[] AS phases, '{}'::text[] AS nations, d.language::text, d.format::text, d.licence::text, d.url::text,
       scip.availability(d.withdrawn_at, d.embargo_until) AS status, '/v1/documents/' || d.slug AS href, d.words, d.title_sort
FROM scip.document d WHERE d.withdrawn_at IS NULL
UNION ALL
SELECT 'resource', r.id, r.slug, r.title, r.title_cy, r.summary, r.authors, r.publisher,
       left(r.published, 4)::int, r.published::text, r.kind::text,
       (SELECT p.slug::text FROM scip.toolkit_principle p WHERE p.id = r.principle_id),
       r.phases, r.nations, r.language::text, r.format::text, r.licence::text, r.url::text,
       scip.availability(r.withdrawn_at, r.embargo_until), '/v1/resources/' || r.slug, r.words, r.title_sort
FROM scip.resource r WHERE r.withdrawn_at IS NULL;

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
    WHEN 'document' THEN SELECT id INTO found_id FROM scip.document WHERE slug = key;
    WHEN 'principle' THEN SELECT id INTO found_id FROM scip.toolkit_principle WHERE slug = key;
  END CASE;
  IF found_id IS NULL THEN
    RAISE 'no % %', kind, key USING ERRCODE = 'SC422', CONSTRAINT = 'no-such-' || kind;
  END IF;
  RETURN found_id;
END $$;

GRANT EXECUTE ON FUNCTION scip.words, scip.indexed, scip.asked, scip.wanted, scip.joined, scip.is_isbn, scip.are_phases, scip.are_nations,
  scip.availability TO scip_anonymous, scip_writer;
GRANT SELECT ON scip.resources, scip.withdrawals, scip.holdings TO scip_anonymous, scip_writer;

COMMIT;
