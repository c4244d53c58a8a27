-- The bytes of documents and resources. They arrive in chunks under an upload; when all are there, one transaction makes
-- the file, which is what anybody sees. What replaces a file or removes it ends the earlier one and leaves its row.
BEGIN;
SET LOCAL client_min_messages = warning;

CREATE TABLE scip.upload (
  id uuid PRIMARY KEY,
  begun_at timestamptz NOT NULL DEFAULT now()
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
CREATE FUNCTION scip.uri_segment(value text) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE STRICT
RETURN (SELECT string_agg(CASE WHEN c ~ '[A-Za-z0-9._~-]' THEN c
                               ELSE regexp_replace(upper(encode(convert_to(c, 'UTF8'), 'hex')), '(..)', '%\1', 'g') END, '' ORDER BY n)
        FROM regexp_split_to_table(value, '') WITH ORDINALITY AS part (c, n));

-- A name for every file system: no folder, nothing invisible or that turns the reading direction, no dot or space at the end.
CREATE DOMAIN scip.file_name AS text CONSTRAINT file_name CHECK (
  VALUE IS NFC NORMALIZED AND length(VALUE) <= 120 AND octet_length(VALUE) <= 240
  AND VALUE ~ '^[^[:cntrl:]\u0080-\u009f\u061c\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff/\\:*?"<>|]+$' AND VALUE !~ '^[ .]|[ .]$');

CREATE TABLE scip.file (
  id uuid PRIMARY KEY REFERENCES scip.upload,
  document_id bigint REFERENCES scip.document ON DELETE CASCADE,
  resource_id bigint REFERENCES scip.resource ON DELETE CASCADE,
  name scip.file_name NOT NULL,
  media_type text NOT NULL CHECK (media_type ~ '^[a-z]+/[a-z0-9.+-]+$'),
  size bigint NOT NULL CHECK (size > 0),
  sha256 bytea NOT NULL CHECK (length(sha256) = 32),
  ended_at timestamptz,
  ending text CHECK (ending IN ('replaced', 'deleted')),
  version int NOT NULL DEFAULT 1,
  created_at timestamptz NOT NULL DEFAULT date_trunc('second', now()),
  updated_at timestamptz NOT NULL DEFAULT now(),
  CONSTRAINT file_item CHECK (num_nonnulls(document_id, resource_id) = 1),
  CONSTRAINT file_end CHECK ((ended_at IS NULL) = (ending IS NULL))
);
CREATE UNIQUE INDEX file_of_document ON scip.file (document_id, name) WHERE ended_at IS NULL;
CREATE UNIQUE INDEX file_of_resource ON scip.file (resource_id, name) WHERE ended_at IS NULL;
CREATE INDEX ON scip.file (document_id);
CREATE INDEX ON scip.file (resource_id);
CREATE INDEX ON scip.file (ended_at);
COMMENT ON COLUMN scip.file.name IS 'In the addresses, and proposed to who saves it';
COMMENT ON COLUMN scip.file.media_type IS 'By its content';

CALL scip.protect('upload', 'file', 'file_chunk');
CALL scip.let_central_write('file');
GRANT SELECT ON scip.file TO scip_anonymous, scip_writer;
GRANT SELECT ON scip.file_chunk TO scip_anonymous, scip_writer;
GRANT INSERT ON scip.file_chunk TO scip_writer;
GRANT SELECT, INSERT, DELETE ON scip.upload TO scip_writer;
-- who is reading a file when it is replaced may read it to its end
CREATE POLICY read ON scip.file FOR SELECT TO scip_anonymous, scip_writer
  USING (ended_at IS NULL OR ending = 'replaced' AND ended_at > now() - interval '1 hour');
CREATE POLICY central ON scip.file FOR SELECT TO scip_writer USING ((SELECT ctx.central()));
CREATE POLICY read ON scip.file_chunk FOR SELECT TO scip_anonymous
  USING (EXISTS (SELECT FROM scip.file f LEFT JOIN scip.document d ON d.id = f.document_id LEFT JOIN scip.resource r ON r.id = f.resource_id
                 WHERE f.id = file_id AND scip.availability(coalesce(d.withdrawn_at, r.withdrawn_at),
                                                            coalesce(d.embargo_until, r.embargo_until)) = 'available'));
CREATE POLICY central ON scip.file_chunk FOR SELECT TO scip_writer USING ((SELECT ctx.central()));
CREATE POLICY central_insert ON scip.file_chunk FOR INSERT TO scip_writer WITH CHECK ((SELECT ctx.central()));
CREATE POLICY central ON scip.upload FOR SELECT TO scip_writer USING ((SELECT ctx.central()));
CREATE POLICY central_insert ON scip.upload FOR INSERT TO scip_writer WITH CHECK ((SELECT ctx.central()));
CREATE POLICY central_delete ON scip.upload FOR DELETE TO scip_writer USING ((SELECT ctx.central()));

-- The address without /v1/: what a change is keyed by.
CREATE FUNCTION scip.file_key(document_id bigint, resource_id bigint, name text) RETURNS text
LANGUAGE sql STABLE
RETURN coalesce((SELECT 'documents/' || d.slug FROM scip.document d WHERE d.id = file_key.document_id),
                (SELECT 'resources/' || r.slug FROM scip.resource r WHERE r.id = file_key.resource_id)) || '/files/' || scip.uri_segment(name);
CALL scip.keep_records('file', 'file', 'file_key(r.document_id, r.resource_id, r.name)',
                       $$CASE WHEN r.ended_at IS NULL THEN ARRAY['public'] ELSE '{}' END$$);
INSERT INTO scip.kind_address VALUES ('file', '/v1/');

CREATE VIEW scip.files WITH (security_invoker) AS
SELECT f.name::text, f.media_type, f.size, encode(f.sha256, 'hex') AS sha256,
       coalesce(d.embargo_until, r.embargo_until) AS available_from, f.created_at AS uploaded_at,
       '/v1/' || scip.file_key(f.document_id, f.resource_id, f.name) AS href,
       f.id AS _id, f.document_id AS _document_id, f.resource_id AS _resource_id
FROM scip.file f LEFT JOIN scip.document d ON d.id = f.document_id LEFT JOIN scip.resource r ON r.id = f.resource_id
WHERE f.ended_at IS NULL;
-- As the list shows it, for who has just written it.
CREATE VIEW scip.file_answers WITH (security_invoker) AS
SELECT f._id, f.href, json_build_object('name', f.name, 'media_type', f.media_type, 'size', f.size, 'sha256', f.sha256,
  'available_from', f.available_from, 'uploaded_at', to_char(f.uploaded_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"'), 'href', f.href) AS answer
FROM scip.files f;

-- Why a file may not be written, as a status: only_new is If-None-Match: *, tags those of If-Match ('*' for any).
CREATE FUNCTION scip.file_refusal(document_id bigint, resource_id bigint, name text, only_new boolean, tags text[]) RETURNS int
LANGUAGE plpgsql STABLE AS $$
DECLARE
  tag text;
BEGIN
  IF NOT only_new AND tags IS NULL THEN
    RETURN 428;
  ELSIF document_id IS NULL AND resource_id IS NULL THEN
    RETURN 404;
  END IF;
  SELECT encode(f.sha256, 'hex') INTO tag FROM scip.file f
  WHERE f.ended_at IS NULL AND f.name = file_refusal.name
    AND (f.document_id = file_refusal.document_id OR f.resource_id = file_refusal.resource_id);
  RETURN CASE WHEN only_new AND tag IS NOT NULL OR tags IS NOT NULL AND (tag IS NULL OR NOT tags && ARRAY['*', tag]) THEN 412 END;
END $$;

-- Before the first byte is read: whether it may be.
CREATE FUNCTION scip.begin_file(document text, resource text, name text, only_new boolean, tags text[], file uuid) RETURNS int
LANGUAGE plpgsql AS $$
DECLARE
  refusal int := scip.file_refusal((SELECT d.id FROM scip.document d WHERE d.slug = document),
                                   (SELECT r.id FROM scip.resource r WHERE r.slug = resource), normalize(name), only_new, tags);
BEGIN
  PERFORM normalize(name)::scip.file_name;
  IF refusal IS NULL THEN
    INSERT INTO scip.upload (id) VALUES (file) ON CONFLICT DO NOTHING; -- asked again where the answer was lost
  END IF;
  RETURN refusal;
END $$;

-- All chunks are there: makes the file, if it still may be. Uploads of one item end one after another. Without a file
-- nothing was kept, and nothing will be: a dry run.
CREATE FUNCTION scip.end_file(document text, resource text, name text, only_new boolean, tags text[], file uuid, media_type text,
                              size bigint, sha256 bytea, OUT status int, OUT href text, OUT answer json)
LANGUAGE plpgsql AS $$
DECLARE
  of_document bigint;
  of_resource bigint;
BEGIN
  SELECT d.id INTO of_document FROM scip.document d WHERE d.slug = document FOR NO KEY UPDATE;
  SELECT r.id INTO of_resource FROM scip.resource r WHERE r.slug = resource FOR NO KEY UPDATE;
  name := normalize(name);
  SELECT f.href, f.answer INTO href, answer FROM scip.file_answers f WHERE f._id = file;
  IF FOUND THEN -- it is done already, and the answer was lost
    status := CASE WHEN only_new THEN 201 ELSE 200 END;
    RETURN;
  END IF;
  status := scip.file_refusal(of_document, of_resource, name, only_new, tags);
  IF status IS NOT NULL THEN
    RETURN;
  ELSIF file IS NULL THEN
    INSERT INTO scip.upload (id) VALUES (gen_random_uuid()) RETURNING id INTO file;
  ELSIF (SELECT (sum(length(c.bytes)), max(c.n) + 1) IS DISTINCT FROM (size::bigint, count(*)::int)
         FROM scip.file_chunk c WHERE c.file_id = file) THEN
    status := 503; -- the database has forgotten some of it: chunks are committed without waiting for the disk
    RETURN;
  END IF;
  UPDATE scip.file f SET ended_at = now(), ending = 'replaced'
  WHERE f.ended_at IS NULL AND f.name = end_file.name AND (f.document_id = of_document OR f.resource_id = of_resource);
  status := CASE WHEN FOUND THEN 200 ELSE 201 END;
  INSERT INTO scip.file (id, document_id, resource_id, name, media_type, size, sha256)
  VALUES (file, of_document, of_resource, name, media_type, size, sha256);
  SELECT f.href, f.answer INTO href, answer FROM scip.file_answers f WHERE f._id = file;
END $$;

CREATE FUNCTION scip.delete_file(document text, resource text, name text, tags text[]) RETURNS int
LANGUAGE plpgsql AS $$
DECLARE
  of_document bigint;
  of_resource bigint;
  refusal int;
BEGIN
  SELECT d.id INTO of_document FROM scip.document d WHERE d.slug = document FOR NO KEY UPDATE;
  SELECT r.id INTO of_resource FROM scip.resource r WHERE r.slug = resource FOR NO KEY UPDATE;
  name := normalize(name);
  IF NOT EXISTS (SELECT FROM scip.files f WHERE f.name = delete_file.name AND (f._document_id = of_document OR f._resource_id = of_resource)) THEN
    RETURN 404;
  END IF;
  refusal := scip.file_refusal(of_document, of_resource, name, false, tags);
  IF refusal IS NULL THEN
    UPDATE scip.file f SET ended_at = now(), ending = 'deleted'
    WHERE f.ended_at IS NULL AND f.name = delete_file.name AND (f.document_id = of_document OR f.resource_id = of_resource);
  END IF;
  RETURN refusal;
END $$;

-- Uploads that came to nothing go after a day, the bytes of files that have ended after 30 days.
CREATE FUNCTION scip.retain_file() RETURNS int
LANGUAGE sql AS $$
  WITH uploads AS (DELETE FROM scip.upload u WHERE u.begun_at < now() - interval '1 day'
                     AND NOT EXISTS (SELECT FROM scip.file f WHERE f.id = u.id) RETURNING u.id),
       chunks AS (DELETE FROM scip.file_chunk c USING scip.file f
                  WHERE f.id = c.file_id AND f.ended_at < now() - interval '30 days' RETURNING c.file_id)
  SELECT ((SELECT count(*) FROM uploads) + (SELECT count(DISTINCT file_id) FROM chunks))::int;
$$;

GRANT EXECUTE ON FUNCTION scip.uri_segment, scip.file_key TO scip_anonymous, scip_writer;
GRANT EXECUTE ON FUNCTION scip.file_refusal, scip.begin_file, scip.end_file, scip.delete_file TO scip_writer;
GRANT SELECT ON scip.files TO scip_anonymous, scip_writer;
GRANT SELECT ON scip.file_answers TO scip_writer;

COMMIT;
