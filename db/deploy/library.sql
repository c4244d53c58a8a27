-- What the Alliance and its partners published: documents, news, policy contributions; the research repository and the resource
-- bank, with their files: what a reader has to know of an item before it is read, when it may be read, that it was withdrawn, and
-- the words by which both are searched together.
BEGIN;
SET LOCAL client_min_messages = warning;

-- Authors as reports name them, one in each text. Surely a person is "Family, G." with initials, and what comes after the
-- name of one (Jr., III) stands last or in the middle; all other names are taken as they stand (NULLs).
CREATE FUNCTION scip.author(name text, OUT family text, OUT given text, OUT suffix text) RETURNS record
LANGUAGE sql IMMUTABLE PARALLEL SAFE STRICT AS $$
  SELECT p.family, p.given, p.suffix FROM (
    SELECT m[1], m[3], coalesce(m[2], m[4]) FROM regexp_match(scip.plain(author.name),
      '^([^,]+)(?:, ((?:Jr|Sr|II|III|IV)\.?))?, ((?:[[:upper:]][[:alpha:]]+ )*[[:upper:]]\.(?:[ -]?[[:upper:]]\.|[ '
      '-][[:upper:]][[:alpha:]]+)*)(?:, ((?:Jr|Sr|II|III|IV)\.?))?$') m
    WHERE m[2] IS NULL OR m[4] IS NULL) p (family, given, suffix)
  UNION ALL SELECT NULL, NULL, NULL LIMIT 1
$$;
-- None is empty, and none is two: a list of names in one text would be cited as one person.
CREATE FUNCTION scip.are_authors(names text[]) RETURNS boolean LANGUAGE sql IMMUTABLE PARALLEL SAFE STRICT
RETURN NOT EXISTS (
  SELECT FROM unnest(names) a
  WHERE a IS NULL OR NOT scip.is_line(a) OR a ~ ';|^[[:space:]]*,|,[[:space:]]*$'
     OR EXISTS (SELECT FROM regexp_matches(a,
       '(.*[^[:space:]])[[:space:]]*(?:,?[[:space:]]+and[[:space:]]+|,?[[:space:]]*&[[:space:]]*|,[[:space:]]+)([^,]+,.*)$') m
                WHERE m[1] ~ ', *[[:upper:]][.]' AND (scip.author(m[2])).family IS NOT NULL));

-- Words of an item by weight: title, names, text. Stemmed as English and also as they stand, which is what Welsh has;
-- what has a hyphen also in one word, so that wellbeing finds well-being. A phrase ends with each of these: there is a |.
CREATE FUNCTION scip.lexemes(value text) RETURNS tsvector LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN (SELECT to_tsvector('pg_catalog.english', t) || '''|'':1'::tsvector || to_tsvector('pg_catalog.simple', t)
        FROM scip.tokens(regexp_replace(scip.fold(coalesce(value, '')), '([[:alpha:]]+)-([[:alpha:]]+)', '\1 \2 \1\2', 'g')) t);
CREATE FUNCTION scip.search_vector(title text, names text, body text) RETURNS tsvector LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN ts_delete(setweight(scip.lexemes(title), 'A') || '''|'':1'::tsvector || setweight(scip.lexemes(names), 'B') || '''|'':1'::tsvector
                 || setweight(scip.lexemes(body), 'C'), '|');
-- What somebody typed as a query. Its grammar has three signs ("a phrase", -without, or), which are carried through as
-- private characters; all others are white space, so that no text is an error and words are cut as in the index.
CREATE FUNCTION scip.parsed_query(q text) RETURNS tsquery LANGUAGE sql IMMUTABLE PARALLEL SAFE STRICT
RETURN (SELECT websearch_to_tsquery('pg_catalog.english', t) || websearch_to_tsquery('pg_catalog.simple', t)
        FROM regexp_replace(translate(scip.tokens(translate(regexp_replace(scip.fold(q), '(^| )-', '\1' || U&'\e000', 'g'), '"',
                                                            U&'\e001')), U&'\e000\e001', '-"'), '-(?![[:alnum:]])', '', 'g') t);
CREATE FUNCTION scip.search_query(q text) RETURNS tsquery LANGUAGE sql IMMUTABLE PARALLEL SAFE STRICT
RETURN scip.parsed_query(q) || CASE WHEN scip.fold(q) ~ '(^| )-' THEN '' ELSE scip.parsed_query(scip.unhyphened(q)) END;
-- array_to_string is not immutable for every type of element; for text it is.
CREATE FUNCTION scip.joined(value text[]) RETURNS text LANGUAGE sql IMMUTABLE PARALLEL SAFE STRICT RETURN array_to_string(value, ' ');

-- BCP 47, as far as books and web pages need it.
CREATE DOMAIN scip.language AS text CONSTRAINT language CHECK (VALUE ~ '^[a-z]{2,3}(-[A-Z]{2})?$');
CREATE DOMAIN scip.doi AS text CONSTRAINT doi CHECK (VALUE ~ '^10\.[0-9]{4,9}/\S+$' AND length(VALUE) <= 200);
-- ISBN-13 without hyphens; the last digit checks the others.
CREATE FUNCTION scip.is_isbn(value text) RETURNS boolean LANGUAGE sql IMMUTABLE PARALLEL SAFE STRICT
RETURN CASE WHEN value ~ '^97[89][0-9]{10}$' THEN
  (SELECT sum(substr(value, n, 1)::int * CASE n % 2 WHEN 0 THEN 3 ELSE 1 END) % 10 = 0 FROM generate_series(1, 13) n)
  ELSE false END;
CREATE DOMAIN scip.isbn AS text CONSTRAINT isbn CHECK (scip.is_isbn(VALUE));

-- Until the day of embargo_until the record is public and the files are not; on that day they are.
CREATE FUNCTION scip.availability(withdrawn_at timestamptz, embargo_until date) RETURNS text LANGUAGE sql STABLE PARALLEL SAFE
RETURN CASE WHEN withdrawn_at IS NOT NULL THEN 'withdrawn' WHEN embargo_until > scip.today() THEN 'embargoed' ELSE 'available' END;
GRANT EXECUTE ON FUNCTION scip.search_vector, scip.lexemes, scip.parsed_query, scip.search_query, scip.joined, scip.is_isbn,
  scip.availability TO scip_anonymous, scip_caller;

CREATE TABLE scip.document (
  LIKE ctx.publication INCLUDING ALL,
  title scip.label NOT NULL,
  title_source text NOT NULL DEFAULT 'published' REFERENCES term.title_source,
  authors text[] NOT NULL DEFAULT '{}' CHECK (scip.are_authors(authors)),
  year int CHECK (year BETWEEN 1900 AND 2200),
  published_on scip.partial_date,
  publisher text,
  kind text NOT NULL REFERENCES term.document_kind,
  note text,
  commissioned_by text,
  url scip.url,
  title_sort text COLLATE "C" NOT NULL GENERATED ALWAYS AS (scip.fold(title)) STORED,
  search text NOT NULL GENERATED ALWAYS AS (scip.search_text(title || ' ' || coalesce(publisher, ''))) STORED,
  published_sort text COLLATE "C" NOT NULL
    GENERATED ALWAYS AS (scip.date_sort(published_on, coalesce(year::text || '-01-01', '0001-01-01'))) STORED,
  abstract text CHECK (length(abstract) <= 20000),
  language scip.language,
  licence scip.label,
  file_format text REFERENCES term.file_format,
  isbn scip.isbn,
  doi scip.doi,
  edition scip.label,
  replaces_id bigint UNIQUE REFERENCES scip.document ON DELETE SET NULL,
  embargo_until date,
  withdrawn_at timestamptz,
  withdrawal_note text CHECK (length(withdrawal_note) <= 2000),
  words tsvector NOT NULL GENERATED ALWAYS AS (scip.search_vector(title, scip.joined(authors) || ' ' || coalesce(publisher, ''),
    coalesce(abstract, '') || ' ' || coalesce(note, ''))) STORED,
  CHECK (year = left(published_on, 4)::int),
  CONSTRAINT document_withdrawal CHECK (withdrawn_at IS NOT NULL OR withdrawal_note IS NULL),
  CONSTRAINT document_replaces CHECK (replaces_id <> id)
);
CREATE INDEX ON scip.document (title_sort, slug);
CREATE INDEX ON scip.document (updated_at);
CREATE INDEX ON scip.document (published_sort, slug);
CREATE INDEX ON scip.document (year, published_sort, slug);
CREATE INDEX ON scip.document USING gin (words);
CREATE INDEX ON scip.document USING gin (search public.gin_trgm_ops);
COMMENT ON COLUMN scip.document.title_source IS 'described: a label of ours, no exact title was found';
COMMENT ON COLUMN scip.document.authors IS 'Authors of published reports, as the report names them';
COMMENT ON COLUMN scip.document.licence IS 'An SPDX identifier (CC-BY-4.0), an address or a statement';
COMMENT ON COLUMN scip.document.replaces_id IS 'The earlier edition; one edition has one successor';

CREATE TABLE scip.news (
  LIKE ctx.publication INCLUDING ALL,
  title scip.label NOT NULL,
  title_source text NOT NULL REFERENCES term.title_source,
  kind text NOT NULL REFERENCES term.news_kind,
  published_on scip.partial_date,
  publisher text,
  url scip.url,
  status text NOT NULL DEFAULT 'published' CHECK (status IN ('draft', 'published')),
  title_cy scip.label,
  summary text CHECK (length(summary) <= 2000), summary_cy text CHECK (length(summary_cy) <= 2000),
  body text CHECK (length(body) <= 20000), body_cy text CHECK (length(body_cy) <= 20000),
  picture scip.url, picture_alt scip.label, picture_alt_cy scip.label,
  title_sort text COLLATE "C" NOT NULL GENERATED ALWAYS AS (scip.fold(title)) STORED,
  search text NOT NULL GENERATED ALWAYS AS
    (scip.search_text(scip.joined(ARRAY[title, title_cy, publisher, summary, summary_cy]))) STORED,
  published_sort text COLLATE "C" NOT NULL GENERATED ALWAYS AS (scip.date_sort(published_on, '0001-01-01')) STORED,
  CONSTRAINT news_picture CHECK (picture IS NULL OR picture_alt IS NOT NULL)
);
CREATE INDEX ON scip.news (published_sort, slug);
CREATE INDEX ON scip.news (updated_at);
CREATE INDEX ON scip.news USING gin (search public.gin_trgm_ops);
COMMENT ON COLUMN scip.news.title_source IS 'page: as published; url: read from the address; shortened: a personal name left out';

CREATE TABLE scip.policy_contribution (
  LIKE ctx.publication INCLUDING ALL,
  title scip.label NOT NULL,
  kind text NOT NULL REFERENCES term.policy_contribution_kind,
  body text,
  published_on scip.partial_date,
  summary text,
  outcome text,
  url scip.url,
  title_sort text COLLATE "C" NOT NULL GENERATED ALWAYS AS (scip.fold(title)) STORED,
  search text NOT NULL GENERATED ALWAYS AS
    (scip.search_text(title || ' ' || coalesce(body, '') || ' ' || coalesce(summary, '') || ' ' || coalesce(outcome, ''))) STORED,
  published_sort text COLLATE "C" NOT NULL GENERATED ALWAYS AS (scip.date_sort(published_on, '0001-01-01')) STORED
);
CREATE INDEX ON scip.policy_contribution (published_sort, slug);
CREATE INDEX ON scip.policy_contribution (kind, published_sort, slug);
CREATE INDEX ON scip.policy_contribution (updated_at);
CREATE INDEX ON scip.policy_contribution USING gin (search public.gin_trgm_ops);
COMMENT ON COLUMN scip.policy_contribution.body IS 'Whom it was addressed to: committee, department, regulator';

CALL scip.publish('document', 'news', 'policy_contribution');
-- Withdrawn, a record is gone for those who follow the changes; reinstated, it is there again.
CALL scip.track_changes('document', 'document', 'r.slug', $$CASE WHEN r.withdrawn_at IS NULL THEN ARRAY['public'] ELSE '{}' END$$);
CALL scip.track_changes('news', 'news', 'r.slug', $$ARRAY[CASE r.status WHEN 'draft' THEN 'role:central' ELSE 'public' END]$$);
CALL scip.track_changes('policy_contribution', 'policy_contribution');
GRANT INSERT, UPDATE, DELETE ON scip.document, scip.news, scip.policy_contribution TO scip_caller;

-- The resource bank. Without a principle an item is of the whole Toolkit, or of none; phases and nations that are
-- empty are not known.
CREATE TABLE scip.resource (
  LIKE ctx.publication INCLUDING ALL,
  title scip.label NOT NULL,
  title_cy scip.label,
  summary text CHECK (length(summary) <= 20000),
  summary_cy text CHECK (length(summary_cy) <= 20000),
  kind text NOT NULL REFERENCES term.resource_kind,
  principle_id bigint REFERENCES scip.toolkit_principle,
  tier int CHECK (tier BETWEEN 1 AND 3),
  phases text[] NOT NULL DEFAULT '{}' CHECK (array_position(phases, NULL) IS NULL),
  nations text[] NOT NULL DEFAULT '{}' CHECK (array_position(nations, NULL) IS NULL),
  authors text[] NOT NULL DEFAULT '{}' CHECK (scip.are_authors(authors)),
  publisher text CHECK (length(publisher) <= 2000),
  published_on scip.partial_date,
  language scip.language,
  file_format text REFERENCES term.file_format,
  licence scip.label,
  accessibility text CHECK (length(accessibility) <= 4000),
  url scip.url,
  embargo_until date,
  withdrawn_at timestamptz,
  withdrawal_note text CHECK (length(withdrawal_note) <= 2000),
  title_sort text COLLATE "C" NOT NULL GENERATED ALWAYS AS (scip.fold(title)) STORED,
  published_sort text COLLATE "C" NOT NULL GENERATED ALWAYS AS (scip.date_sort(published_on, '0001-01-01')) STORED,
  words tsvector NOT NULL GENERATED ALWAYS AS
    (scip.search_vector(title || ' ' || coalesce(title_cy, ''), scip.joined(authors) || ' ' || coalesce(publisher, ''),
                coalesce(summary, '') || ' ' || coalesce(summary_cy, ''))) STORED,
  title_source text NOT NULL DEFAULT 'published' REFERENCES term.title_source,
  CONSTRAINT resource_withdrawal CHECK (withdrawn_at IS NOT NULL OR withdrawal_note IS NULL)
);
CALL scip.hold_to_terms('resource', 'phase', '$.phases[*]');
CALL scip.hold_to_terms('resource', 'nation', '$.nations[*]');
CREATE INDEX ON scip.resource (title_sort, slug);
CREATE INDEX ON scip.resource (updated_at);
CREATE INDEX ON scip.resource (published_sort, slug);
CREATE INDEX ON scip.resource USING gin (words);
COMMENT ON COLUMN scip.resource.tier IS 'Of the Toolkit''s three-tier CPD resources: 1 animation, 2 detailed resource, 3 case studies';
COMMENT ON COLUMN scip.resource.authors IS 'As the item names them';
COMMENT ON COLUMN scip.resource.title_source IS 'described: a label of ours, no exact title was found';
CALL scip.publish('resource');
GRANT INSERT, UPDATE, DELETE ON scip.resource TO scip_caller;
CALL scip.track_changes('resource', 'resource', 'r.slug', $$CASE WHEN r.withdrawn_at IS NULL THEN ARRAY['public'] ELSE '{}' END$$);
INSERT INTO scip.kind_address VALUES ('resource', '/v1/resources/');

CREATE TABLE scip.upload (
  id uuid PRIMARY KEY,
  begun_at timestamptz NOT NULL DEFAULT now(),
  account_id uuid DEFAULT ctx.account()
);
CREATE INDEX ON scip.upload (begun_at);
CREATE TABLE scip.file_chunk (
  file_id uuid REFERENCES scip.upload ON DELETE CASCADE,
  n int CHECK (n >= 0),
  bytes bytea NOT NULL CHECK (length(bytes) BETWEEN 1 AND 262144),
  PRIMARY KEY (file_id, n)
);
-- most are compressed already
ALTER TABLE scip.file_chunk ALTER bytes SET STORAGE EXTERNAL;

-- A segment of a path (RFC 3986, section 3.3), no more than that.
CREATE FUNCTION scip.uri_segment(value text) RETURNS text LANGUAGE sql IMMUTABLE PARALLEL SAFE STRICT
RETURN (SELECT string_agg(CASE WHEN c ~ '[A-Za-z0-9._~-]' THEN c
                               ELSE regexp_replace(upper(encode(convert_to(c, 'UTF8'), 'hex')), '(..)', '%\1', 'g') END, '' ORDER BY n)
        FROM regexp_split_to_table(value, '') WITH ORDINALITY AS part (c, n));

-- A name for every file system: no folder, nothing invisible or that turns the reading direction, no dot or space at the end.
CREATE DOMAIN scip.file_name AS text CONSTRAINT file_name CHECK (
  VALUE IS NFC NORMALIZED AND length(VALUE) <= 120 AND octet_length(VALUE) <= 240
  AND VALUE ~ '^[^[:cntrl:]\u0080-\u009f\u061c\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff/\\:*?"<>|]+$' AND VALUE !~ '^[ .]|[ .]$');

-- What the Alliance gives its Hubs to show that they are of it, such as its logo: each with its files. It is for the leads of active Hubs.
CREATE TABLE scip.branding (
  slug scip.slug PRIMARY KEY,
  title scip.label NOT NULL,
  title_cy scip.label NOT NULL,
  usage text NOT NULL CHECK (scip.shows(usage) AND length(usage) <= 4000),
  usage_cy text NOT NULL CHECK (scip.shows(usage_cy) AND length(usage_cy) <= 4000),
  LIKE ctx.record INCLUDING DEFAULTS
);
CREATE FUNCTION ctx.uses_branding(asset text) RETURNS boolean LANGUAGE sql STABLE PARALLEL SAFE RETURN ctx.central()
  OR EXISTS (SELECT FROM scip.hub_status s WHERE s.hub_id = ANY (ctx.hubs_led()) AND s.ends IS NULL AND s.status = 'active');
CREATE FUNCTION scip.branding_open() RETURNS boolean LANGUAGE plpgsql STABLE AS $$
BEGIN
  PERFORM scip.refuse(403, 'only-active-hubs') WHERE NOT ctx.uses_branding(NULL); -- of all alike
  RETURN true;
END $$;

CREATE TABLE scip.file (
  id uuid PRIMARY KEY REFERENCES scip.upload,
  document_id bigint REFERENCES scip.document ON DELETE CASCADE,
  resource_id bigint REFERENCES scip.resource ON DELETE CASCADE,
  hub_id bigint REFERENCES scip.hub ON DELETE CASCADE,
  branding text REFERENCES scip.branding ON DELETE CASCADE,
  item text NOT NULL GENERATED ALWAYS AS (coalesce('documents/' || document_id::text, 'resources/' || resource_id::text,
    'hubs/' || hub_id::text, 'branding/' || branding)) STORED,
  name scip.file_name NOT NULL,
  media_type text NOT NULL CHECK (media_type ~ '^[a-z]+/[a-z0-9.+-]+$'),
  size bigint NOT NULL CHECK (size > 0),
  sha256 bytea NOT NULL CHECK (length(sha256) = 32),
  ended_at timestamptz,
  ending text CHECK (ending IN ('replaced', 'deleted')),
  version int NOT NULL DEFAULT 1,
  created_at timestamptz NOT NULL DEFAULT date_trunc('second', now()),
  updated_at timestamptz NOT NULL DEFAULT now(),
  CONSTRAINT file_item CHECK (num_nonnulls(document_id, resource_id, hub_id, branding) = 1),
  CONSTRAINT file_picture CHECK (hub_id IS NULL OR media_type IN ('image/png', 'image/jpeg')),
  CONSTRAINT file_end CHECK ((ended_at IS NULL) = (ending IS NULL))
);
CREATE UNIQUE INDEX file_once ON scip.file (item, name) WHERE ended_at IS NULL;
CREATE INDEX ON scip.file (ended_at);
COMMENT ON COLUMN scip.file.name IS 'In the addresses, and proposed to who saves it';
COMMENT ON COLUMN scip.file.media_type IS 'By its content';

CALL scip.protect('branding', 'upload', 'file', 'file_chunk');
CALL scip.track_changes('branding', NULL, 'NULL', 'NULL', record => 'r.slug');
CREATE TRIGGER touch_whole AFTER INSERT OR UPDATE ON scip.file
  FOR EACH ROW EXECUTE FUNCTION scip.touch_whole('branding', 'branding', 'slug');
GRANT SELECT ON scip.file, scip.file_chunk TO scip_anonymous, scip_caller;
GRANT SELECT, INSERT, DELETE ON scip.branding, scip.upload TO scip_caller;
GRANT INSERT ON scip.file_chunk TO scip_caller;
GRANT INSERT, UPDATE ON scip.file, scip.branding TO scip_caller;
-- Who is reading a file when it is replaced may read it to its end.
CREATE FUNCTION scip.ended_lately(ended_at timestamptz) RETURNS boolean LANGUAGE sql STABLE PARALLEL SAFE
RETURN ended_at > now() - interval '1 hour';
GRANT EXECUTE ON FUNCTION scip.author, scip.are_authors, scip.ended_lately, scip.branding_open TO scip_anonymous, scip_caller;
-- What a Hub shows of itself is given while it is active.
CREATE FUNCTION scip.file_state(hub bigint, withdrawn_at timestamptz, embargo_until date) RETURNS text LANGUAGE sql STABLE PARALLEL SAFE
RETURN CASE WHEN hub IS NULL OR EXISTS (SELECT FROM scip.hub_status s WHERE s.hub_id = hub AND s.ends IS NULL AND s.status = 'active')
  THEN scip.availability(withdrawn_at, embargo_until) ELSE 'inactive' END;
CREATE POLICY read ON scip.file_chunk FOR SELECT TO scip_anonymous
  USING (EXISTS (SELECT FROM scip.file f LEFT JOIN scip.document d ON d.id = f.document_id LEFT JOIN scip.resource r ON r.id = f.resource_id
                 WHERE f.id = file_id AND scip.file_state(f.hub_id, coalesce(d.withdrawn_at, r.withdrawn_at),
                                                          coalesce(d.embargo_until, r.embargo_until)) = 'available'));
CREATE POLICY see ON scip.file_chunk FOR SELECT TO scip_writer USING (EXISTS (SELECT FROM scip.upload u WHERE u.id = file_id)
  OR EXISTS (SELECT FROM scip.file f WHERE f.id = file_id AND f.branding IS NOT NULL));
CREATE POLICY add ON scip.file_chunk FOR INSERT TO scip_writer WITH CHECK (EXISTS (SELECT FROM scip.upload u WHERE u.id = file_id));

-- The address without /v1/: what a change is keyed by.
CREATE FUNCTION scip.file_key(item text, name text) RETURNS text LANGUAGE sql STABLE
RETURN split_part(item, '/', 1) || '/' || CASE split_part(item, '/', 1)
  WHEN 'documents' THEN (SELECT d.slug FROM scip.document d WHERE d.id = split_part(item, '/', 2)::bigint)
  WHEN 'resources' THEN (SELECT r.slug FROM scip.resource r WHERE r.id = split_part(item, '/', 2)::bigint)
  WHEN 'hubs' THEN (SELECT h.slug FROM scip.hub h WHERE h.id = split_part(item, '/', 2)::bigint)
  ELSE split_part(item, '/', 2) END || '/files/' || scip.uri_segment(name);
CALL scip.track_changes('file', 'file', 'file_key(r.item, r.name)',
                       $$CASE WHEN num_nonnulls(r.ended_at, r.branding) = 0 THEN ARRAY['public'] ELSE '{}' END$$);
INSERT INTO scip.kind_address VALUES ('file', '/v1/');

-- What files are written to, where the caller may, as file.item; it is locked, so that uploads of one end one after another.
CREATE FUNCTION scip.file_item(collection text, slug text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
  found text;
BEGIN
  EXECUTE format('SELECT x.%I FROM scip.%I x WHERE x.slug = $1 FOR NO KEY UPDATE',
                 CASE collection WHEN 'branding' THEN 'slug' ELSE 'id' END, rtrim(collection, 's')) INTO found USING slug;
  PERFORM scip.refuse(403, 'only-the-hub-lead') WHERE found IS NULL AND collection = 'hubs'
    AND EXISTS (SELECT FROM scip.hub h WHERE h.slug = file_item.slug);
  RETURN collection || '/' || found;
END $$;
-- Why a file may not be written, as a status: only_new is If-None-Match: *, tags those of If-Match ('*' for any).
CREATE FUNCTION scip.file_refusal(item text, name text, only_new boolean, tags text[]) RETURNS int LANGUAGE plpgsql STABLE AS $$
DECLARE
  tag text := (SELECT encode(f.sha256, 'hex') FROM scip.file f
               WHERE f.ended_at IS NULL AND f.name = file_refusal.name AND f.item = file_refusal.item);
BEGIN
  RETURN CASE WHEN item IS NULL THEN 404
    WHEN only_new AND tag IS NOT NULL OR tags IS NOT NULL AND (tag IS NULL OR NOT tags && ARRAY['*', tag]) THEN 412 END;
END $$;

-- Before the first byte is read: whether it may be.
CREATE FUNCTION scip.begin_file(collection text, slug text, name text, only_new boolean, tags text[], file uuid) RETURNS int
LANGUAGE plpgsql AS $$
DECLARE
  refusal int := scip.file_refusal(scip.file_item(collection, slug), normalize(name), only_new, tags);
BEGIN
  PERFORM normalize(name)::scip.file_name;
  IF refusal IS NULL THEN
    INSERT INTO scip.upload (id) VALUES (file) ON CONFLICT DO NOTHING; -- asked again where the answer was lost
  END IF;
  RETURN refusal;
END $$;

-- All chunks are there: makes the file, if it still may be. Without a file nothing was kept, and nothing will be: a dry run.
CREATE FUNCTION scip.end_file(collection text, slug text, name text, only_new boolean, tags text[], file uuid, media_type text,
  size bigint, sha256 bytea, OUT status int, OUT href text, OUT answer json) LANGUAGE plpgsql AS $$
DECLARE
  of text := scip.file_item(collection, slug);
  key text := split_part(of, '/', 2);
BEGIN
  name := normalize(name);
  SELECT f.href, f.answer INTO href, answer FROM scip.file_answers f WHERE f._id = file;
  IF FOUND THEN -- it is done already, and the answer was lost
    status := CASE WHEN only_new THEN 201 ELSE 200 END;
    RETURN;
  END IF;
  status := CASE WHEN collection = 'hubs' AND media_type <> ALL ('{image/png,image/jpeg}') THEN 415
    ELSE scip.file_refusal(of, name, only_new, tags) END;
  IF status IS NOT NULL THEN
    RETURN;
  ELSIF file IS NULL THEN
    INSERT INTO scip.upload (id) VALUES (gen_random_uuid()) RETURNING id INTO file;
  ELSIF (SELECT (sum(length(c.bytes)), max(c.n) + 1) IS DISTINCT FROM (size::bigint, count(*)::int)
         FROM scip.file_chunk c WHERE c.file_id = file) THEN
    status := 503; -- the database has forgotten some of it: chunks are committed without waiting for the disk
    RETURN;
  END IF;
  UPDATE scip.file f SET ended_at = now(), ending = 'replaced' WHERE f.ended_at IS NULL AND f.name = end_file.name AND f.item = of;
  status := CASE WHEN FOUND THEN 200 ELSE 201 END;
  INSERT INTO scip.file (id, document_id, resource_id, hub_id, branding, name, media_type, size, sha256)
  VALUES (file, CASE collection WHEN 'documents' THEN key::bigint END, CASE collection WHEN 'resources' THEN key::bigint END,
          CASE collection WHEN 'hubs' THEN key::bigint END, CASE collection WHEN 'branding' THEN key END, name, media_type, size, sha256);
  SELECT f.href, f.answer INTO href, answer FROM scip.file_answers f WHERE f._id = file;
END $$;

CREATE FUNCTION scip.delete_file(collection text, slug text, name text, tags text[]) RETURNS int LANGUAGE plpgsql AS $$
DECLARE
  of text := scip.file_item(collection, slug);
  refusal int;
BEGIN
  name := normalize(name);
  IF NOT EXISTS (SELECT FROM scip.files f WHERE f.name = delete_file.name AND f._item = of) THEN
    RETURN 404;
  END IF;
  refusal := scip.file_refusal(of, name, false, tags);
  IF refusal IS NULL THEN
    UPDATE scip.file f SET ended_at = now(), ending = 'deleted'
    WHERE f.ended_at IS NULL AND f.name = delete_file.name AND f.item = of;
  END IF;
  RETURN refusal;
END $$;

-- Uploads that came to nothing go after a day, the bytes of files that have ended after 30 days.
CREATE FUNCTION scip.retain_file() RETURNS int LANGUAGE sql AS $$
  WITH uploads AS (DELETE FROM scip.upload u WHERE u.begun_at < now() - interval '1 day'
                     AND NOT EXISTS (SELECT FROM scip.file f WHERE f.id = u.id) RETURNING u.id),
       chunks AS (DELETE FROM scip.file_chunk c USING scip.file f
                  WHERE f.id = c.file_id AND f.ended_at < now() - interval '30 days' RETURNING c.file_id)
  SELECT ((SELECT count(*) FROM uploads) + (SELECT count(DISTINCT file_id) FROM chunks))::int;
$$;

GRANT EXECUTE ON FUNCTION scip.uri_segment, scip.file_key, scip.file_state, ctx.uses_branding TO scip_anonymous, scip_caller;
GRANT EXECUTE ON FUNCTION scip.file_item, scip.file_refusal, scip.begin_file, scip.end_file, scip.delete_file TO scip_caller;

COMMIT;
