-- Words that may not stay: the name of who was erased, and what should never have been written down. One mechanism finds them in
-- every column of text that the catalog has, in history and in kept answers, and takes them out.
BEGIN;
SET LOCAL client_min_messages = warning;

-- Every column that could hold words, and what becomes of a name in it:
-- at_once: what is the name as a whole is replaced; where it is a part of a text, that is listed for the central team to decide;
-- listed: all of it is listed: what everybody may read is not changed by a machine;
-- kept: looked into by nobody, for the reason that stands here. NULL: nothing of this, which a test finds.
-- A new column of text is at_once or listed by itself.
CREATE VIEW scip.text_column WITH (security_invoker) AS
WITH kept ("table", "column", reason) AS (VALUES
  ('account', 'issuer', 'an address of a provider'), ('account', 'subject', 'replaced with the account''s person'),
  ('person', 'name', 'gone with the person'), ('person', 'email', 'gone with the person'),
  ('audit', NULL, 'ids and names of tables, columns and operations'), ('change', NULL, 'ids and addresses'),
  ('history', NULL, 'its rows are cleaned as the table''s own'), ('history_start', NULL, 'names of tables'),
  ('idempotency', NULL, 'an answer with the name is emptied as a whole'), ('personal_read', NULL, 'ids and names of operations'),
  ('spent_token', NULL, 'ids of tokens, gone within a day'), ('unknown_account', NULL, 'a provider''s own number, gone with the account''s person'),
  ('record_kind', NULL, 'names of tables'), ('kind_address', NULL, 'addresses'), ('client_keys', 'jwks', 'public keys'),
  ('client_secret', 'sha256', 'a digest'), ('booking', 'feedback_sha256', 'a digest'), ('booking', 'certificate', 'a random code'),
  ('file', 'sha256', 'a digest'), ('file', 'name', 'a part of an address: a file is deleted and uploaded anew'), ('file', 'media_type', 'a code'),
  ('file_chunk', 'bytes', 'published files: withdrawn by their own operation'), ('usage_salt', NULL, 'random bytes'),
  ('use', NULL, 'keyed digests'), ('use_session', NULL, 'keyed digests'), ('use_visitor', NULL, 'keyed digests'), ('agent_pattern', NULL, 'patterns of programs'),
  ('use_item', NULL, 'addresses'), ('usage_month', NULL, 'codes'), ('users_month', NULL, 'codes'),
  ('metric', NULL, 'ours alone: what a figure means'), ('metric_definition', NULL, 'ours alone: what a figure means'),
  ('release_cell', NULL, 'figures'), ('release', 'period', 'a code'), ('closed_total', 'period', 'a code'), ('region', NULL, 'the nations'' own names'),
  ('evaluation_metric', NULL, 'ours alone'), ('evaluation_question', NULL, 'ours alone'), ('pathway_step', NULL, 'ours alone'),
  ('consent_text', NULL, 'what people consent to stays as they read it'), ('removal', NULL, 'names of jobs'),
  ('organisation', 'gss_code', 'a code'), ('organisation_identifier', 'identifier', 'a code'),
  ('correction', 'record', 'an address'), ('correction', 'operation', 'a name of an operation'),
  ('redaction', 'table', 'a name'), ('redaction', 'record', 'an id'), ('redaction', 'column', 'a name'), ('redaction', 'digest', 'a digest'), ('redaction', 'href', 'an address'))
SELECT c.relname::text AS "table", a.attname::text AS "column", coalesce(k.reason, code.reason) AS reason,
       CASE WHEN coalesce(k.reason, code.reason) IS NOT NULL THEN 'kept'
            WHEN coalesce(base.typname, t.typname) IN ('bytea', 'xml') OR NOT EXISTS (SELECT FROM pg_index i WHERE i.indrelid = c.oid AND i.indisprimary) THEN NULL
            WHEN has_table_privilege('scip_anonymous', c.oid, 'SELECT') THEN 'listed' ELSE 'at_once' END AS rule
FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped AND a.attgenerated = ''
JOIN pg_type t ON t.oid = a.atttypid
LEFT JOIN pg_type base ON base.oid = t.typbasetype
LEFT JOIN pg_type element ON element.oid = coalesce(nullif(base.typelem, 0), t.typelem)
LEFT JOIN kept k ON k."table" = c.relname AND coalesce(k."column", a.attname) = a.attname
CROSS JOIN LATERAL (SELECT CASE
  WHEN coalesce(element.typname, t.typname) IN ('slug', 'code', 'partial_date', 'nation', 'confidence', 'sector', 'hub_sector', 'quarter_name', 'year_name', 'doi', 'isbn', 'language')
    THEN 'codes, dates and addresses: ' || coalesce(element.typname, t.typname)
  WHEN EXISTS (SELECT FROM pg_constraint x WHERE x.conrelid = c.oid AND x.contype = 'c' AND x.conkey = ARRAY[a.attnum]
               AND pg_get_constraintdef(x.oid) ~ format('^CHECK \(\(+%s (= ANY \(|<@ )\(?ARRAY\[|^CHECK \(scip.are_(nations|phases)\(', a.attname))
    THEN 'one of a list' END AS reason) code
WHERE c.relnamespace = 'scip'::regnamespace AND c.relkind IN ('r', 'p')
  AND (t.typcategory = 'S' OR t.typcategory = 'A' AND (element.typcategory = 'S' OR element.typname IN ('json', 'jsonb', 'bytea'))
       OR coalesce(base.typname, t.typname) IN ('json', 'jsonb', 'xml', 'bytea'));

-- One row a place: table, record (its key, as history has it), column. An erasure lists where the name is a part of a text, and the
-- central team decides; or somebody redacts words, with a reason. digest: of the folded words, of which there are `words`, salted with
-- the id. It is kept while it is needed: until the central team has decided, or while backups may hold the words.
CREATE TABLE scip.redaction (
  id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
  person_id uuid REFERENCES scip.person,
  "table" text NOT NULL,
  record text NOT NULL,
  "column" text NOT NULL,
  match text CHECK (match IN ('name', 'surname')),
  words int NOT NULL CHECK (words > 0),
  digest bytea,
  decision text CHECK (decision IN ('removed', 'kept')),
  reason text CHECK (scip.shows(reason) AND length(reason) <= 2000),
  href text,
  hub_id bigint REFERENCES scip.hub ON DELETE SET NULL,
  at timestamptz NOT NULL DEFAULT now(),
  decided_at timestamptz,
  account_id uuid,
  CONSTRAINT redaction_kind CHECK ((person_id IS NULL) = (match IS NULL) AND (match IS NULL) = (reason IS NOT NULL)),
  CONSTRAINT redaction_decided CHECK ((decision IS NULL) = (decided_at IS NULL)),
  CONSTRAINT redaction_once UNIQUE (person_id, "table", record, "column", match)
);
CREATE INDEX ON scip.redaction (at, id);
CREATE INDEX ON scip.redaction (hub_id);
COMMENT ON COLUMN scip.redaction.account_id IS 'Who decided';
CALL scip.protect('redaction');
GRANT SELECT (id, person_id, "column", decision, reason, href, hub_id, at, decided_at) ON scip.redaction TO scip_writer;
CREATE POLICY see ON scip.redaction FOR SELECT TO scip_writer
  USING ((SELECT ctx.central()) OR person_id IS NULL AND hub_id = ANY ((SELECT ctx.hubs_led())::bigint[]));
CALL scip.keep_records('redaction', NULL, 'NULL', 'NULL', personal => '{digest}');
COMMENT ON TABLE scip.redaction IS 'history: kept=2 years';

-- Parts of records have addresses of their own.
UPDATE scip.record_kind r SET kind = v.kind, key = v.key FROM (VALUES
  ('agenda_item', 'meeting', $$r.meeting_id || '/agenda/' || r.id$$), ('resolution', 'meeting', $$r.meeting_id || '/resolutions/' || r.id$$),
  ('action', 'meeting', $$r.meeting_id || '/actions/' || r.id$$), ('hub_lead', 'hub', $$(SELECT h.slug || '/leads/' || r.id FROM hub h WHERE h.id = r.hub_id)$$),
  ('hub_pathway', 'hub', $$(SELECT h.slug || '/pathway/' || r.step FROM hub h WHERE h.id = r.hub_id)$$),
  ('message_relay', 'hub', $$(SELECT h.slug || '/relays/' || r.message_id FROM hub h WHERE h.id = r.hub_id)$$),
  ('update_exception', 'hub', $$(SELECT h.slug || '/updates/' || r.quarter || '/exception' FROM hub h WHERE h.id = r.hub_id)$$),
  ('hub_evaluation_answer', 'hub', $$(SELECT h.slug || '/evaluations/' || e.year || '/answers/' || r.question FROM hub_evaluation e JOIN hub h ON h.id = e.hub_id WHERE e.id = r.evaluation_id)$$),
  ('hub_evaluation_figure', 'hub', $$(SELECT h.slug || '/evaluations/' || e.year || '/figures/' || r.metric FROM hub_evaluation e JOIN hub h ON h.id = e.hub_id WHERE e.id = r.evaluation_id)$$)) v (t, kind, key)
WHERE r."table" = v.t;

-- The key of a row r, as audit and history have it.
CREATE FUNCTION scip.record_key(t text) RETURNS text LANGUAGE sql STABLE
RETURN (SELECT 'concat_ws(''/'', ' || string_agg(format('r.%I', a.attname), ', ' ORDER BY array_position(i.indkey::int2[], a.attnum)) || ')'
        FROM pg_index i JOIN pg_attribute a ON a.attrelid = i.indrelid AND a.attnum = ANY (i.indkey)
        WHERE i.indrelid = format('scip.%I', t)::regclass AND i.indisprimary);
-- Where a row's record is; NULL for what has no address.
CREATE FUNCTION scip.address_of(t text, data jsonb) RETURNS text LANGUAGE plpgsql STABLE COST 10000 SET search_path = scip, pg_temp AS $$
DECLARE
  k record_kind;
  address text;
BEGIN
  SELECT * INTO k FROM record_kind WHERE "table" = t;
  IF k.kind IS NOT NULL THEN
    EXECUTE format('SELECT scip.href(%L, (%s)::text) FROM jsonb_populate_record(NULL::scip.%I, $1) r', k.kind, k.key, t) INTO address USING data;
  END IF;
  RETURN address;
END $$;
CREATE FUNCTION scip.hub_of(t text, data jsonb) RETURNS bigint LANGUAGE sql STABLE
RETURN coalesce((data ->> 'hub_id')::bigint, CASE t WHEN 'hub' THEN (data ->> 'id')::bigint END,
  (SELECT m.hub_id FROM scip.meeting m WHERE m.id = (data ->> 'meeting_id')::uuid), (SELECT e.hub_id FROM scip.event e WHERE e.id = (data ->> 'event_id')::bigint),
  (SELECT e.hub_id FROM scip.hub_evaluation e WHERE e.id::text = data ->> 'evaluation_id'),
  (SELECT s.hub_id FROM scip.training_session s WHERE s.id = (data ->> 'session_id')::uuid));

-- Words, as they are compared: letters and digits alone, folded. Whatever stands between them stands between them.
CREATE FUNCTION scip.words_of(value text) RETURNS text[] LANGUAGE sql IMMUTABLE STRICT
RETURN (SELECT coalesce(array_agg(scip.fold(m[1]) ORDER BY n), '{}')
        FROM regexp_matches(normalize(scip.visible(value), NFC), '([[:alnum:]]+)', 'g') WITH ORDINALITY x (m, n));
-- Whether a word may be in a text is asked of this: what is ASCII but for common signs needs no folding, which takes long.
CREATE FUNCTION scip.sift(value text) RETURNS text LANGUAGE sql IMMUTABLE STRICT
RETURN (SELECT CASE WHEN octet_length(t) = length(t) THEN lower(t) ELSE scip.fold(value) END FROM translate(value, '‘’“”–—…•£€', '''''""--.*LE') t);
-- What is looked for: a pattern; or words, known by their digest, and only as a whole text. mark stands in their place.
CREATE TYPE scip.sought_words AS (pattern text, words int, salt text, digest bytea, whole boolean, mark text);
CREATE FUNCTION scip.seek(words text[], salt text, whole boolean, mark text) RETURNS scip.sought_words LANGUAGE sql IMMUTABLE
RETURN ROW(NULL, cardinality(words), salt, sha256(convert_to(salt || ' ' || array_to_string(words, ' '), 'UTF8')), whole, mark)::scip.sought_words;

-- The text without the words; as it was where they are not in it.
CREATE FUNCTION scip.strike(value text, sought scip.sought_words) RETURNS text LANGUAGE plpgsql IMMUTABLE AS $$
DECLARE
  seen text := normalize(scip.visible(value), NFC);
  struck text;
BEGIN
  IF sought.pattern IS NOT NULL THEN
    RETURN regexp_replace(value, sought.pattern, sought.mark, 'gi');
  END IF;
  WITH word AS (
    SELECT n, m[1] AS gap, m[2] AS word, scip.fold(m[2]) AS folded FROM regexp_matches(seen, '([^[:alnum:]]*)([[:alnum:]]+)', 'g') WITH ORDINALITY x (m, n)
  ), run AS (
    SELECT n, gap, word, sha256(convert_to(sought.salt || ' ' || string_agg(folded, ' ')
             OVER (ORDER BY n ROWS BETWEEN CURRENT ROW AND sought.words - 1 FOLLOWING), 'UTF8')) = sought.digest AS hit FROM word
  ), covered AS (
    SELECT n, gap, word, hit, bool_or(hit) OVER (ORDER BY n ROWS BETWEEN sought.words - 1 PRECEDING AND CURRENT ROW) AS within FROM run
  )
  SELECT string_agg(CASE WHEN hit THEN gap || sought.mark WHEN within THEN '' ELSE gap || word END, '' ORDER BY n) || substring(seen FROM '[^[:alnum:]]*$')
  INTO struck FROM covered HAVING bool_or(hit) AND (NOT sought.whole OR count(*) = sought.words);
  RETURN CASE WHEN struck IS NULL THEN value WHEN sought.whole THEN sought.mark ELSE struck END;
END $$;
CREATE FUNCTION scip.strike(value jsonb, sought scip.sought_words) RETURNS jsonb LANGUAGE plpgsql IMMUTABLE AS $$
BEGIN
  RETURN CASE jsonb_typeof(value)
    WHEN 'string' THEN to_jsonb(scip.strike(value #>> '{}', sought))
    WHEN 'array' THEN (SELECT coalesce(jsonb_agg(scip.strike(e, sought) ORDER BY n), '[]') FROM jsonb_array_elements(value) WITH ORDINALITY x (e, n))
    WHEN 'object' THEN (SELECT coalesce(jsonb_object_agg(scip.strike(x.key, sought), scip.strike(x.value, sought)), '{}') FROM jsonb_each(value) x)
    ELSE value END;
END $$;

-- Nobody else writes meanwhile; ctx.enter() has the other side.
CREATE FUNCTION scip.lock_texts() RETURNS void LANGUAGE sql AS $$
  SELECT pg_advisory_xact_lock(hashtextextended('scip.redaction', 0));
$$;

-- Writes columns of one row as they are given; its rules do not ask, its version rises, and who follows the changes is told.
CREATE FUNCTION scip.write_row(t text, record text, columns jsonb) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
  PERFORM set_config('scip.redacting', 'yes', true);
  EXECUTE (SELECT format('UPDATE scip.%I r SET (%s) = (SELECT %s FROM jsonb_populate_record(r, $1) n) WHERE %s = $2', t,
             string_agg(quote_ident(k), ', '), string_agg('n.' || quote_ident(k), ', '), record_key(t)) FROM jsonb_object_keys(columns) k)
  USING columns, record;
  PERFORM set_config('scip.redacting', '', true);
END $$;
ALTER FUNCTION scip.write_row SET search_path = scip, pg_temp;

-- Answers that were kept and have the words are emptied; their keys stay used.
CREATE FUNCTION scip.empty_answers(sought scip.sought_words) RETURNS void LANGUAGE sql AS $$
  UPDATE scip.idempotency i SET status = 410, hash = '', location = NULL, etag = NULL, content_type = NULL, body = NULL
  WHERE i.body IS NOT NULL AND scip.strike(regexp_replace(i.body, '\\[nrtbf]', ' ', 'g'), sought) <> regexp_replace(i.body, '\\[nrtbf]', ' ', 'g');
$$;

-- What becomes of one row, of a table or of its history: the columns that change. What is not for a machine to decide is listed.
CREATE FUNCTION scip.erase_from_row(person uuid, t text, record text, data jsonb, address scip.sought_words, name text[], surname text[]) RETURNS jsonb
LANGUAGE plpgsql SET search_path = scip, pg_temp AS $$
DECLARE
  c record;
  was jsonb;
  value jsonb;
  rest jsonb;
  changed jsonb := '{}';
BEGIN
  FOR c IN SELECT x."column", x.rule FROM text_column x WHERE x."table" = t AND x.rule <> 'kept' AND jsonb_typeof(data -> x."column") <> 'null' LOOP
    was := data -> c."column";
    value := was;
    IF address.pattern IS NOT NULL AND c.rule = 'at_once' THEN
      value := strike(value, address);
    END IF;
    IF cardinality(name) > 1 AND c.rule = 'at_once' THEN -- one word alone may be anything
      value := strike(value, seek(name, '', true, '[erased]'));
    END IF;
    IF value <> was THEN
      changed := changed || jsonb_build_object(c."column", value);
    END IF;
    rest := strike(value, seek(name, '', false, ''));
    IF rest <> value THEN
      PERFORM list_mention(person, t, record, c."column", 'name', name);
    END IF;
    IF surname <> name AND strike(rest, seek(surname, '', false, '')) <> rest THEN
      PERFORM list_mention(person, t, record, c."column", 'surname', surname);
    END IF;
  END LOOP;
  RETURN changed;
END $$;
CREATE FUNCTION scip.list_mention(person uuid, t text, record text, col text, match text, words text[]) RETURNS void LANGUAGE sql AS $$
  INSERT INTO scip.redaction (id, person_id, "table", record, "column", match, words, digest)
  SELECT n.id, person, t, list_mention.record, col, list_mention.match, cardinality(list_mention.words), (scip.seek(list_mention.words, n.id::text, false, '')).digest
  FROM (SELECT gen_random_uuid() AS id) n ON CONFLICT (person_id, "table", record, "column", match) DO NOTHING;
$$;

-- Takes the name out of every text: from the tables, then from what they were, then from kept answers. Looked for are the whole name,
-- the address, and, to be listed alone, the surname. The name of who is not there any more is NULL.
CREATE FUNCTION scip.erase_words(person uuid, name text, email text) RETURNS void
LANGUAGE plpgsql SET search_path = scip, pg_temp AS $$
DECLARE
  bare text := coalesce(nullif(plain(regexp_replace(name, '[(\[].*$', '')), ''), name); -- "(University of …)" is no part of it
  named text[] := words_of(bare);
  surname text[] := words_of(substring(plain(bare) FROM '[^ ]+$'));
  -- as it is, and not as a part of another
  address sought_words := CASE WHEN email IS NOT NULL THEN ROW('(?<![a-z0-9.!#$%&''*+/=?^_`{|}~-])' || regexp_replace(email, '([^a-zA-Z0-9])', '\\\1', 'g')
    || '(?![a-z0-9-]|\.[a-z0-9])', NULL, NULL, NULL, NULL, '[erased]')::sought_words END;
  longest text;
  t text;
  held record;
  changed jsonb;
BEGIN
  IF coalesce(cardinality(named), 0) = 0 THEN
    RETURN;
  ELSIF length(array_to_string(surname, '')) < 3 THEN
    surname := named;
  END IF;
  longest := (SELECT w FROM unnest(surname) w ORDER BY length(w) DESC LIMIT 1); -- whatever is found has it
  FOR t IN SELECT DISTINCT "table" FROM text_column WHERE rule <> 'kept' AND "table" <> 'redaction' ORDER BY 1 LOOP
    FOR held IN EXECUTE format('SELECT %s AS record, to_jsonb(r) AS data FROM scip.%I r, sift(to_jsonb(r)::text) f WHERE strpos(f, $1) > 0 OR strpos(f, $2) > 0',
                               record_key(t), t) USING longest, fold(email) LOOP
      changed := erase_from_row(person, t, held.record, held.data, address, named, surname);
      IF changed <> '{}' THEN
        BEGIN
          PERFORM write_row(t, held.record, changed);
        EXCEPTION WHEN integrity_constraint_violation THEN -- it must be itself alone, or is too long: for somebody to decide
          PERFORM list_mention(person, t, held.record, k, 'name', named) FROM jsonb_object_keys(changed) k;
        END;
      END IF;
    END LOOP;
  END LOOP;
  FOR held IN SELECT h.id, h."table" AS t, h.record, h.row AS data FROM history h, sift(h.row::text) f
              WHERE h."table" IN (SELECT x."table" FROM text_column x WHERE x.rule <> 'kept') AND (strpos(f, longest) > 0 OR strpos(f, fold(email)) > 0) LOOP
    changed := erase_from_row(person, held.t, held.record, held.data, address, named, surname);
    IF changed <> '{}' THEN
      UPDATE history h SET row = h.row || changed WHERE h.id = held.id;
    END IF;
  END LOOP;
  PERFORM empty_answers(seek(named, '', false, ''));
  IF address.pattern IS NOT NULL THEN
    PERFORM empty_answers(address);
  END IF;
END $$;

-- Takes the words of a redaction out of its place, out of what that was before, and out of kept answers. False: they are nowhere there.
CREATE FUNCTION scip.redact(redaction uuid, mark text) RETURNS boolean
LANGUAGE plpgsql SET search_path = scip, pg_temp AS $$
DECLARE
  r redaction;
  sought sought_words;
  data jsonb;
  value jsonb;
  old record;
  found_it boolean := false;
BEGIN
  SELECT * INTO r FROM redaction x WHERE x.id = redact.redaction;
  sought := ROW(NULL, r.words, r.id::text, r.digest, false, mark)::sought_words;
  data := row_of(r."table", r.record);
  value := strike(data -> r."column", sought);
  IF value <> data -> r."column" THEN
    PERFORM write_row(r."table", r.record, jsonb_build_object(r."column", value));
    found_it := true;
  END IF;
  FOR old IN SELECT h.id, strike(h.row -> r."column", sought) AS value FROM history h
             WHERE h."table" = r."table" AND h.record = r.record AND strike(h.row -> r."column", sought) <> h.row -> r."column" LOOP
    UPDATE history h SET row = h.row || jsonb_build_object(r."column", old.value) WHERE h.id = old.id;
    found_it := true;
  END LOOP;
  PERFORM empty_answers(sought);
  RETURN found_it;
END $$;
CREATE FUNCTION scip.row_of(t text, record text) RETURNS jsonb LANGUAGE plpgsql STABLE AS $$
DECLARE
  data jsonb;
BEGIN
  EXECUTE format('SELECT to_jsonb(r) FROM scip.%I r WHERE %s = $1', t, scip.record_key(t)) INTO data USING record;
  RETURN data;
END $$;

-- remove: the words go. keep: it is somebody else. Either way nothing of the name is left in the list.
CREATE FUNCTION scip.settle_mention(mention uuid, decision text, at timestamptz) RETURNS void
LANGUAGE plpgsql SET search_path = scip, pg_temp AS $$
BEGIN
  IF decision = 'removed' THEN
    PERFORM redact(mention, '[erased]');
  END IF;
  UPDATE redaction r SET decision = settle_mention.decision, decided_at = settle_mention.at, account_id = ctx.account(), digest = NULL WHERE r.id = mention;
END $$;
CREATE FUNCTION scip.decide_mention(person uuid, mention uuid, decision text) RETURNS boolean
LANGUAGE plpgsql SECURITY DEFINER SET search_path = scip, pg_temp AS $$
DECLARE
  r redaction;
  word text := CASE decision WHEN 'remove' THEN 'removed' ELSE 'kept' END;
BEGIN
  IF NOT ctx.central() THEN
    RAISE 'not theirs to do' USING ERRCODE = 'SC403', CONSTRAINT = 'only-the-central-team';
  END IF;
  PERFORM lock_texts();
  SELECT * INTO r FROM redaction x WHERE x.id = mention AND x.person_id = person FOR UPDATE;
  IF r.id IS NULL THEN
    RETURN false;
  ELSIF r.decision <> word THEN
    RAISE 'decided otherwise' USING ERRCODE = 'SC409', CONSTRAINT = 'mention-decided';
  ELSIF r.decision IS NULL THEN
    BEGIN
      PERFORM settle_mention(mention, word, now());
    EXCEPTION WHEN integrity_constraint_violation THEN
      RAISE 'the record cannot be without it' USING ERRCODE = 'SC409', CONSTRAINT = 'record-needs-these-words';
    END;
  END IF;
  RETURN true;
END $$;

-- What the central team decides on, with what stands around it now or stood there last. That the name is told is written down.
CREATE FUNCTION scip.erasure_mentions(person uuid, OUT id uuid, OUT record text, OUT kind text, OUT field text, OUT match text, OUT excerpt text,
                                      OUT current boolean, OUT decision text, OUT decided_at timestamptz)
RETURNS SETOF record LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = scip, pg_temp AS $$
DECLARE
  r redaction;
  sought sought_words;
  data jsonb;
  text_there text;
BEGIN
  IF NOT ctx.central() THEN
    RETURN;
  END IF;
  FOR r IN SELECT * FROM redaction x WHERE x.person_id = person ORDER BY x.at, x.id LOOP
    sought := ROW(NULL, r.words, r.id::text, r.digest, false, E'\uE000')::sought_words;
    data := row_of(r."table", r.record);
    current := coalesce(r.digest IS NOT NULL AND strike(data -> r."column", sought) <> data -> r."column", false);
    IF NOT current THEN
      SELECT h.row INTO data FROM history h WHERE h."table" = r."table" AND h.record = r.record AND h.row IS NOT NULL
      ORDER BY r.digest IS NOT NULL AND strike(h.row -> r."column", sought) <> h.row -> r."column" DESC, h.id DESC LIMIT 1;
    END IF;
    text_there := normalize(visible(data ->> r."column"), NFC);
    id := r.id; kind := r."table"; field := r."column"; match := r.match; decision := r.decision; decided_at := r.decided_at;
    record := address_of(r."table", data);
    excerpt := CASE WHEN r.digest IS NOT NULL AND NOT ctx.dry_run()
      THEN substr(text_there, greatest(strpos(strike(text_there, sought), E'\uE000') - 80, 1), 240) END;
    RETURN NEXT;
  END LOOP;
  IF FOUND THEN
    PERFORM note_read(person);
  END IF;
END $$;

-- Redacts words of a record: by the central team, and the lead of the record's Hub. False: no such record or field for the caller.
CREATE FUNCTION scip.add_redaction(id uuid, address text, field text, words text, reason text) RETURNS boolean
LANGUAGE plpgsql SECURITY DEFINER SET search_path = scip, pg_temp AS $$
DECLARE
  named text[] := words_of(words);
  uuid text := substring(address FROM '[0-9a-f-]{36}$'); -- most keys have it
  k record;
  t text;
  place text;
  data jsonb;
BEGIN
  PERFORM lock_texts();
  FOR k IN SELECT x."table" AS t, r.kind FROM text_column x JOIN record_kind r USING ("table") JOIN kind_address a ON a.kind = r.kind
           WHERE x."column" = field AND x.rule <> 'kept' AND starts_with(address, a.prefix) LOOP
    EXECUTE format('SELECT %1$s AS record, to_jsonb(r) AS data FROM scip.%2$I r WHERE ($2 IS NULL OR strpos(%1$s, $2) > 0) AND scip.address_of(%3$L, to_jsonb(r)) = $1', record_key(k.t), k.t, k.t)
    INTO place, data USING address, uuid;
    IF place IS NULL THEN -- it is gone, and its history is not
      SELECT h.record, h.row INTO place, data FROM history h
      WHERE h."table" = k.t AND h.row IS NOT NULL AND (uuid IS NULL OR strpos(h.record, uuid) > 0) AND address_of(k.t, h.row) = address ORDER BY h.id DESC LIMIT 1;
    END IF;
    t := k.t;
    EXIT WHEN place IS NOT NULL;
  END LOOP;
  IF place IS NULL OR NOT (ctx.central() OR coalesce(hub_of(t, data) = ANY (ctx.hubs_led()), false)) THEN
    RETURN false;
  ELSIF cardinality(named) = 0 THEN
    RAISE 'no words' USING ERRCODE = 'SC422', CONSTRAINT = 'words-not-there';
  END IF;
  INSERT INTO redaction (id, "table", record, "column", words, digest, decision, reason, href, hub_id, decided_at, account_id)
  VALUES (add_redaction.id, t, place, field, cardinality(named), (seek(named, add_redaction.id::text, false, '')).digest, 'removed',
          strike(add_redaction.reason, seek(named, '', false, '[redacted]')), add_redaction.address, hub_of(t, data), now(), ctx.account());
  IF NOT redact(add_redaction.id, '[redacted]') THEN
    RAISE 'not in this field' USING ERRCODE = 'SC422', CONSTRAINT = 'words-not-there';
  END IF;
  RETURN true;
EXCEPTION WHEN integrity_constraint_violation THEN
  RAISE 'the record cannot be without it' USING ERRCODE = 'SC409', CONSTRAINT = 'record-needs-these-words';
END $$;
CREATE VIEW scip.redactions WITH (security_invoker) AS
SELECT r.id, r.href AS record, r."column" AS field, r.reason,
       CASE WHEN h.id IS NOT NULL THEN json_build_object('slug', h.slug, 'name', h.name, 'href', '/v1/hubs/' || h.slug) END AS hub,
       r.at, '/v1/redactions/' || r.id AS href
FROM scip.redaction r LEFT JOIN scip.hub h ON h.id = r.hub_id WHERE r.person_id IS NULL;
GRANT SELECT ON scip.redactions TO scip_writer;
GRANT EXECUTE ON FUNCTION scip.decide_mention, scip.erasure_mentions, scip.add_redaction TO scip_writer;

-- What is done again after a restore, a line each: who was erased when; what was decided of a mention; what was redacted, by digest.
CREATE VIEW scip.replayable WITH (security_invoker) AS
SELECT e.person_id AS who, e.at, NULL AS rest FROM scip.erasure e
UNION ALL
SELECT coalesce(r.person_id, r.id), r.decided_at,
       concat_ws(' ', coalesce(r.match, r.words || ':' || encode(r.digest, 'hex')), r.decision, r."table", r."column", r.record)
FROM scip.redaction r WHERE r.decision IS NOT NULL AND (r.person_id IS NOT NULL OR r.digest IS NOT NULL);
CREATE FUNCTION scip.replay(who uuid, line text) RETURNS void LANGUAGE plpgsql SET search_path = scip, pg_temp AS $$
DECLARE
  part text[] := regexp_match(line, '^(\S+)(?: (\S+) (\S+) (\S+) (\S+) (.*))?$');
  mention uuid;
BEGIN
  PERFORM lock_texts();
  IF part[2] IS NULL THEN
    PERFORM erase(who, part[1]::timestamptz);
  ELSIF part[2] IN ('name', 'surname') THEN
    SELECT r.id INTO mention FROM redaction r WHERE r.decision IS NULL
      AND (r.person_id, r.match, r."table", r."column", r.record) = (who, part[2], part[4], part[5], part[6]);
    IF mention IS NOT NULL THEN
      PERFORM settle_mention(mention, part[3], part[1]::timestamptz);
    END IF;
  ELSIF NOT EXISTS (SELECT FROM redaction r WHERE r.id = who) THEN
    INSERT INTO redaction (id, "table", record, "column", words, digest, decision, reason, href, hub_id, at, decided_at)
    SELECT who, part[4], part[6], part[5], split_part(part[2], ':', 1)::int, decode(split_part(part[2], ':', 2), 'hex'), 'removed',
           'Replayed', address_of(part[4], data), hub_of(part[4], data), part[1]::timestamptz, part[1]::timestamptz FROM row_of(part[4], part[6]) data;
    PERFORM redact(who, '[redacted]');
  END IF;
END $$;

-- Digests of what was redacted go when no backup is that old.
CREATE FUNCTION scip.retain_redaction() RETURNS int
LANGUAGE sql AS $$
  WITH gone AS (UPDATE scip.redaction SET digest = NULL WHERE decision IS NOT NULL AND digest IS NOT NULL AND decided_at < now() - interval '2 years' RETURNING 1)
  SELECT count(*)::int FROM gone;
$$;
COMMENT ON FUNCTION scip.retain_redaction IS 'retention: kept=2 years; what=digests of words that were taken out';

-- The rules of records are for what people write: of words that are taken out they do not ask. Not so what keeps the records.
CREATE PROCEDURE scip.let_redact()
LANGUAGE plpgsql AS $$
DECLARE
  g record;
  made text;
BEGIN
  FOR g IN SELECT t.oid, t.tgqual IS NOT NULL AS conditional FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid
           WHERE c.relnamespace = 'scip'::regnamespace AND NOT t.tgisinternal AND t.tgconstraint = 0 AND t.tgtype & 16 > 0 AND t.tgnewtable IS NULL
             AND t.tgname NOT IN ('keep_records', 'touch') AND c.relname NOT IN ('person', 'audit', 'redaction')
             AND pg_get_triggerdef(t.oid) !~ '\mredacting\(\)' LOOP
    made := replace(pg_get_triggerdef(g.oid), 'CREATE TRIGGER', 'CREATE OR REPLACE TRIGGER');
    EXECUTE CASE WHEN g.conditional THEN regexp_replace(made, ' WHEN \((.*)\) EXECUTE FUNCTION', ' WHEN (NOT scip.redacting() AND (\1)) EXECUTE FUNCTION')
                 ELSE regexp_replace(made, ' EXECUTE FUNCTION', ' WHEN (NOT scip.redacting()) EXECUTE FUNCTION') END;
  END LOOP;
END $$;
CALL scip.let_redact();

COMMIT;
