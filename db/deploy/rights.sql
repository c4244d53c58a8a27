-- The rights of the people in the records, and what the Alliance has to show of them (UK GDPR Art. 5(2), 7, 15 to 18, 21, 30, 33):
-- what is held about one, correction, restriction, objection, erasure; what is removed because its time is over; and words that
-- may not stay.
BEGIN;
SET LOCAL client_min_messages = warning;

-- What an account of a person is called, with a note of who read it. A dry run, which would undo the note, reads nothing;
-- accounts of systems are nobody's.
CREATE FUNCTION scip.account_word(account uuid, word text) RETURNS text
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = scip, pg_temp AS $$
DECLARE
  of_whom uuid := (SELECT a.person_id FROM account a WHERE a.id = account_word.account);
BEGIN
  PERFORM note_read(of_whom) WHERE of_whom IS NOT NULL AND NOT ctx.dry_run();
  RETURN CASE WHEN of_whom IS NULL OR NOT ctx.dry_run() THEN word END;
END $$;

-- Writers may not read the columns, so each is set by a statement that does not.
CREATE FUNCTION scip.correct(person uuid, body jsonb) RETURNS boolean LANGUAGE plpgsql AS $$
BEGIN
  IF body ?& '{name,email}' THEN
    UPDATE scip.person SET name = body ->> 'name', email = body ->> 'email' WHERE id = correct.person;
  ELSIF body ? 'name' THEN
    UPDATE scip.person SET name = body ->> 'name' WHERE id = correct.person;
  ELSIF body ? 'email' THEN
    UPDATE scip.person SET email = body ->> 'email' WHERE id = correct.person;
  END IF;
  RETURN true;
END $$;

-- A kept answer may hold names. Whose name was read for it is held until it is committed: an erasure waits, and then
-- finds it; where the erasure was first, nothing may be kept.
CALL scip.add_trigger('guard_kept BEFORE INSERT ON idempotency', $$
DECLARE
  gone boolean;
BEGIN
  PERFORM FROM person WHERE id IN (SELECT r.person_id FROM personal_read r WHERE r.xid = pg_current_xact_id())
  ORDER BY id FOR KEY SHARE;
  SELECT EXISTS (SELECT FROM personal_read r JOIN person p ON p.id = r.person_id
                 WHERE r.xid = pg_current_xact_id() AND p.erased_at IS NOT NULL) INTO gone;
  IF gone THEN
    RAISE 'erased meanwhile' USING ERRCODE = '40001';
  END IF;
$$);

-- Takes a person out: the name, the address and who signs in are gone, also from the answers that were kept, whose keys stay
-- used: who repeats the request does not make the person again. All rows
-- that count the person stay, for they have the id alone. The name is looked for in every text there is (erase_words).
-- Again, or of nobody, it does no harm.
CREATE FUNCTION scip.erase(person uuid, at timestamptz) RETURNS void LANGUAGE plpgsql SECURITY DEFINER SET search_path = scip, pg_temp AS $$
DECLARE
  held record;
  words text[];
  former CONSTANT person_merge[] := ARRAY(SELECT m FROM person_merge m WHERE m.person_id = erase.person);
BEGIN
  PERFORM lock_texts();
  SELECT p.name::text, p.email INTO held FROM person p WHERE p.id = erase.person FOR UPDATE;
  INSERT INTO erasure (person_id, at, account_id) SELECT u, erase.at, ctx.account()
  FROM unnest(ARRAY(SELECT former_id FROM unnest(former)) || erase.person) u ON CONFLICT DO NOTHING; -- also of who is back after a restore
  words := ARRAY[erase.person::text, held.name, held.email] || ARRAY(SELECT unnest(ARRAY[former_id::text, name, email]) FROM unnest(former))
    || ARRAY(SELECT unnest(ARRAY[a.id::text, a.subject]) FROM account a WHERE a.person_id = erase.person);
  DELETE FROM idempotency i WHERE i.account_id IN (SELECT a.id FROM account a WHERE a.person_id = erase.person);
  UPDATE idempotency i SET status = 410, hash = '', location = NULL, etag = NULL, content_type = NULL, body = NULL
  WHERE EXISTS (SELECT FROM unnest(words) word, unnest(ARRAY[word, btrim(to_json(word)::text, '"')]) written -- as it is, and within JSON
               WHERE strpos(i.body, written) > 0 OR strpos(i.location, written) > 0);
  UPDATE hub_membership m SET speaks_for = NULL WHERE m.person_id = erase.person AND m.speaks_for IS NOT NULL;
  UPDATE person p SET name = NULL, email = NULL, erased_at = erase.at, added_by = NULL
  WHERE p.id = erase.person AND p.erased_at IS NULL;
  DELETE FROM client_secret WHERE account_id IN (SELECT a.id FROM account a WHERE a.person_id = erase.person);
  DELETE FROM client_keys WHERE account_id IN (SELECT a.id FROM account a WHERE a.person_id = erase.person);
  DELETE FROM unknown_account u USING account a WHERE a.person_id = erase.person AND (u.issuer, u.subject) = (a.issuer, a.subject);
  UPDATE account a SET subject = 'erased-' || gen_random_uuid(), label = '[erased]', active = false
  WHERE a.person_id = erase.person AND a.subject !~ '^erased-';
  UPDATE history h SET row = h.row || '{"label": "[erased]"}' FROM account a
  WHERE a.person_id = erase.person AND h."table" = 'account' AND h.record = a.id::text AND h.row ? 'label';
  UPDATE person_merge m SET name = NULL, email = NULL WHERE m.person_id = erase.person AND m.name IS NOT NULL;
  PERFORM erase_words(erase.person, name, email) FROM unnest(former) WHERE (name, email) IS DISTINCT FROM (held.name, held.email);
  PERFORM erase_words(erase.person, held.name, held.email);
END $$;
CREATE FUNCTION scip.erase_person(person uuid) RETURNS void LANGUAGE plpgsql SECURITY DEFINER SET search_path = scip, pg_temp AS $$
BEGIN
  PERFORM scip.refuse(403, 'only-the-central-team') WHERE NOT ctx.central();
  PERFORM erase(person, now());
END $$;

-- All that is held about a person, for the person and the central team; NULL for others. An account that asked for it may be
-- of nobody. What is left of who was erased is about nobody.
CREATE FUNCTION scip.held_about(person uuid) RETURNS jsonb LANGUAGE plpgsql SECURITY DEFINER SET search_path = scip, pg_temp AS $$
DECLARE
  of_whom uuid := (SELECT p.id FROM person p WHERE p.id = held_about.person AND p.erased_at IS NULL);
BEGIN
  IF NOT (ctx.central() OR coalesce(person = ctx.person(), false)) THEN
    RETURN NULL;
  END IF;
  PERFORM note_read(p.id) FROM person p WHERE p.id = person AND p.name IS NOT NULL;
  RETURN (SELECT jsonb_build_object(
    'person', jsonb_build_object('id', p.id, 'name', p.name, 'email', p.email, 'restricted', p.restricted,
      'erased_at', p.erased_at, 'added_by', p.added_by, 'created_at', p.created_at, 'updated_at', p.updated_at),
    'memberships', (SELECT coalesce(jsonb_agg(jsonb_build_object('hub', h.slug, 'organisation', o.slug, 'organisation_name',
        m.organisation_name, 'sector', m.sector, 'ambassador', m.ambassador, 'speaks_for', m.speaks_for, 'from', m.starts,
        'to', m.ends - 1) ORDER BY m.starts, m.id), '[]')
      FROM hub_membership m JOIN hub h ON h.id = m.hub_id LEFT JOIN organisation o ON o.id = m.organisation_id WHERE m.person_id = of_whom),
    'seats', (SELECT coalesce(jsonb_agg(jsonb_build_object('group', g.slug, 'title', s.title, 'organisation', o.slug, 'sector', s.sector,
        'from', s.starts, 'to', s.ends - 1) ORDER BY s.starts, s.id), '[]')
      FROM group_seat s JOIN alliance_group g ON g.id = s.group_id LEFT JOIN organisation o ON o.id = s.organisation_id
        WHERE s.person_id = of_whom),
    'lead_roles', (SELECT coalesce(jsonb_agg(jsonb_build_object('hub', h.slug, 'role', l.role, 'authority_to_represent',
        l.authority_to_represent, 'time_and_travel', l.time_and_travel, 'from', l.starts, 'to', l.ends - 1) ORDER BY l.starts, l.id), '[]')
      FROM hub_lead_person l JOIN hub h ON h.id = l.hub_id WHERE l.person_id = of_whom),
    'attendance', (SELECT coalesce(jsonb_agg(jsonb_build_object('meeting', m.id, 'title', m.title, 'starts_on', m.day, 'status', a.status)
        ORDER BY m.day, m.id), '[]')
      FROM attendance a JOIN meeting m ON m.id = a.meeting_id WHERE a.person_id = of_whom),
    'actions', (SELECT coalesce(jsonb_agg(jsonb_build_object('meeting', a.meeting_id, 'project', p.slug, 'text', a.text, 'due_on', a.due_on,
        'done_on', a.done_on)
        ORDER BY a.created_at, a.id), '[]')
      FROM action a LEFT JOIN project p ON p.id = a.project_id WHERE a.owner_id = of_whom),
    'activities', (SELECT coalesce(jsonb_agg(jsonb_build_object('id', a.id, 'hub', h.slug, 'title', a.title, 'held_on', a.held_on)
        ORDER BY a.held_on, a.id), '[]')
      FROM activity a JOIN hub_membership m ON m.id = a.membership_id JOIN hub h ON h.id = a.hub_id WHERE m.person_id = of_whom),
    'accounts', (SELECT coalesce(jsonb_agg(jsonb_build_object('id', a.id, 'issuer', a.issuer, 'subject', a.subject, 'name', a.label,
        'active', a.active, 'roles', (SELECT coalesce(jsonb_agg(jsonb_build_object('role', r.role, 'from', r.starts, 'to', r.ends - 1)
                                                                ORDER BY r.starts, r.id), '[]')
                                      FROM account_role r WHERE r.account_id = a.id)) ORDER BY a.created_at, a.id), '[]')
      FROM account a WHERE a.person_id = of_whom),
    'merges', (SELECT coalesce(jsonb_agg(jsonb_build_object('former', m.former_id, 'name', m.name, 'email', m.email,
        'merged_at', m.created_at) ORDER BY m.created_at, m.id), '[]') FROM person_merge m WHERE m.person_id = of_whom),
    'reads', (SELECT coalesce(jsonb_agg(jsonb_build_object('read_at', r.at, 'account', r.account_id, 'operation', r.operation)
        ORDER BY r.at, r.id), '[]')
      FROM personal_read r WHERE r.person_id = of_whom),
    'bookings', bookings_about(of_whom),
    'consents', (SELECT coalesce(jsonb_agg(jsonb_build_object('booking', c.booking_id, 'text',
      '/v1/training/consent-texts/' || c.text_version,
        'given_at', c.given_at, 'withdrawn_at', c.withdrawn_at) ORDER BY c.id), '[]')
      FROM booking_consent c JOIN booking b ON b.id = c.booking_id WHERE b.person_id = of_whom),
    'objections', (SELECT coalesce(jsonb_agg(jsonb_build_object('received_on', o.received_on, 'purpose', o.purpose, 'grounds', o.grounds,
        'status', o.decision, 'reasons', o.reasons, 'decided_at', o.decided_at) ORDER BY o.created_at, o.id), '[]')
      FROM objection o WHERE o.person_id = of_whom))
  FROM person p WHERE p.id = held_about.person);
END $$;

-- Objections, Art. 21. While one stands (it is not decided, or was upheld) the use of the person's data is restricted.
CREATE TABLE scip.objection (
  LIKE ctx.entry INCLUDING ALL,
  person_id uuid NOT NULL REFERENCES scip.person,
  received_on date NOT NULL,
  purpose text NOT NULL CHECK (length(purpose) <= 500),
  grounds text CHECK (length(grounds) <= 4000),
  decision text NOT NULL DEFAULT 'open' CHECK (decision IN ('open', 'upheld', 'refused')),
  reasons text CHECK (length(reasons) <= 4000),
  decided_at timestamptz,
  restricts boolean NOT NULL DEFAULT false,
  CONSTRAINT objection_decided CHECK ((decision = 'open') = (decided_at IS NULL))
);
CREATE INDEX ON scip.objection (created_at, id);
SELECT format('COMMENT ON COLUMN scip.objection.%I IS %L', word, 'personal: purpose=to answer an objection; basis=legal obligation, '
  'UK GDPR Art. 6(1)(c) and 21; retention=the person''s') FROM unnest('{purpose,grounds,reasons}'::text[]) word \gexec
COMMENT ON COLUMN scip.objection.restricts IS 'The restriction of the person came with it, and ends when it is refused';
CALL scip.protect('objection');
CALL scip.track_changes('objection', NULL, 'NULL', 'NULL', personal => '{purpose,grounds,reasons}');
GRANT SELECT (id, person_id, received_on, decision, decided_at, restricts, version, created_at, updated_at),
  INSERT (id, person_id, received_on, purpose, grounds),
  UPDATE (decision, reasons, decided_at) ON scip.objection TO scip_caller;

-- The person's row is the lock. It comes before the objection's, so that the restriction is there with it.
CALL scip.add_trigger('restrict_for_objection BEFORE INSERT ON objection', $$
DECLARE
  p record;
BEGIN
  SELECT o.restricted, o.erased_at INTO p FROM person o WHERE o.id = NEW.person_id FOR NO KEY UPDATE;
  PERFORM scip.refuse(409, 'person-erased') WHERE p.erased_at IS NOT NULL;
  IF NOT p.restricted THEN
    UPDATE person o SET restricted = true WHERE o.id = NEW.person_id;
    NEW.restricts := true;
  END IF;
$$);
CALL scip.add_trigger($$guard_objection BEFORE UPDATE OF decision ON objection WHEN (OLD.decision <> 'open')$$,
  $$PERFORM scip.refuse(409, 'objection-decided');$$);
-- Refused, the restriction that it brought ends; another one that stands takes it over.
CALL scip.add_trigger($$settle_objection AFTER UPDATE OF decision ON objection WHEN (NEW.decision = 'refused' AND NEW.restricts)$$, $$
  PERFORM FROM person p WHERE p.id = NEW.person_id FOR NO KEY UPDATE;
  UPDATE objection o SET restricts = true
  WHERE o.id = (SELECT n.id FROM objection n WHERE n.person_id = NEW.person_id AND n.decision <> 'refused' ORDER BY n.created_at, n.id
    LIMIT 1);
  IF NOT FOUND THEN
    UPDATE person p SET restricted = false WHERE p.id = NEW.person_id AND p.restricted;
  END IF;
$$);
CALL scip.add_trigger('guard_restriction BEFORE UPDATE OF restricted ON person WHEN (OLD.restricted AND NOT NEW.restricted)', $$
  PERFORM scip.refuse(409, 'objection-open') WHERE EXISTS (SELECT FROM objection o WHERE o.person_id = NEW.id AND o.decision <> 'refused');
$$);
-- The words go with the person; that there was an objection stays.
CALL scip.add_trigger('erase_objections AFTER UPDATE OF erased_at ON person WHEN (OLD.erased_at IS NULL AND NEW.erased_at IS NOT NULL)',
  $$UPDATE objection o SET purpose = '(erased)', grounds = NULL, reasons = NULL WHERE o.person_id = NEW.id;$$);

-- The words of one, with a note of who read them. A dry run, which would undo the note, reads nothing.
CREATE FUNCTION scip.objection_words(objection uuid, OUT purpose text, OUT grounds text, OUT reasons text)
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = scip, pg_temp AS $$
BEGIN
  IF ctx.central() AND NOT ctx.dry_run() THEN
    SELECT o.purpose, o.grounds, o.reasons INTO objection_words.purpose, objection_words.grounds, objection_words.reasons
    FROM objection o WHERE o.id = objection_words.objection;
    PERFORM note_read(o.person_id) FROM objection o WHERE o.id = objection_words.objection;
  END IF;
END $$;
GRANT EXECUTE ON FUNCTION scip.account_word, scip.correct, scip.erase_person, scip.held_about, scip.objection_words TO scip_caller;

-- Breaches of personal data, Art. 33(5): added and amended, never removed; earlier states are in the history. No name stands here.
CREATE TABLE scip.breach (
  LIKE ctx.entry INCLUDING ALL,
  what text NOT NULL CHECK (length(what) <= 4000),
  discovered_at timestamptz NOT NULL,
  started_at timestamptz,
  data text CHECK (length(data) <= 4000),
  people int CHECK (people >= 0),
  risk text CHECK (risk IN ('unlikely', 'risk', 'high')),
  consequences text CHECK (length(consequences) <= 4000),
  measures text CHECK (length(measures) <= 4000),
  reported_at timestamptz,
  not_reported_reason text CHECK (length(not_reported_reason) <= 4000),
  people_informed_at timestamptz,
  people_not_informed_reason text CHECK (length(people_not_informed_reason) <= 4000),
  closed_at timestamptz,
  CONSTRAINT breach_times CHECK (discovered_at >= started_at AND reported_at >= discovered_at AND people_informed_at >= discovered_at
    AND closed_at >= discovered_at),
  CONSTRAINT breach_reported CHECK (closed_at IS NULL OR risk IS NOT NULL
    AND (reported_at IS NOT NULL OR not_reported_reason IS NOT NULL)),
  CONSTRAINT breach_people_told CHECK (closed_at IS NULL OR risk <> 'high' OR people_informed_at IS NOT NULL
    OR people_not_informed_reason IS NOT NULL)
);
CREATE INDEX ON scip.breach (discovered_at, id);
CALL scip.protect('breach');
CALL scip.track_changes('breach', NULL, 'NULL', 'NULL');
GRANT SELECT, INSERT, UPDATE ON scip.breach TO scip_caller;

-- What the nightly job removed: every run, also of nothing, for it shows that the job ran.
CREATE TABLE scip.removal (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  at timestamptz NOT NULL DEFAULT now(),
  kind text NOT NULL,
  removed int NOT NULL CHECK (removed >= 0)
);
CREATE INDEX ON scip.removal (kind, id);
CALL scip.protect('removal');
GRANT SELECT ON scip.removal TO scip_caller;

-- Retention is what functions called retain_<kind> remove; each gives the number. A later change adds its own.
CALL scip.add_retention('idempotency', '24 hours, a key whose answer was erased with a person 2 years',
  'answers that were kept for a request that is sent again',
  $$DELETE FROM scip.idempotency WHERE created_at < now() - CASE status WHEN 410 THEN interval '2 years' ELSE '24 hours' END$$);
CALL scip.add_retention('spent_token', '5 minutes after their end', 'tokens that were ended or used up',
  $$DELETE FROM scip.spent_token WHERE expires_at < now() - interval '5 minutes'$$);
CALL scip.add_retention('personal_read', '2 years', 'who read whose data',
  $$DELETE FROM scip.personal_read WHERE at < now() - interval '2 years'$$);
CALL scip.add_retention('removal', '6 years', 'what the nightly job removed',
  $$DELETE FROM scip.removal WHERE at < now() - interval '6 years'$$);
CREATE FUNCTION scip.retain_change() RETURNS int LANGUAGE plpgsql AS $$
DECLARE
  removed int;
  cut xid8;
BEGIN
  WITH gone AS (DELETE FROM scip.change WHERE at < now() - interval '400 days' RETURNING xid)
  SELECT count(*), max(xid::text::numeric)::text::xid8 INTO removed, cut FROM gone;
  IF cut IS NOT NULL THEN
    INSERT INTO scip.change_cut (xid) VALUES (cut)
    ON CONFLICT (one) DO UPDATE SET xid = EXCLUDED.xid WHERE EXCLUDED.xid > change_cut.xid;
  END IF;
  RETURN removed;
END $$;
CREATE FUNCTION scip.retain_person() RETURNS int LANGUAGE sql AS $$
  SELECT count(scip.erase(p.id, now()))::int FROM scip.person p
  WHERE p.erased_at IS NULL AND p.created_at < now() - interval '2 years'
    AND NOT EXISTS (SELECT FROM scip.hub_membership m WHERE m.person_id = p.id
                    AND (m.ends IS NULL OR m.ends > scip.today() - interval '2 years'))
    AND NOT EXISTS (SELECT FROM scip.group_seat s WHERE s.person_id = p.id
                    AND (s.ends IS NULL OR s.ends > scip.today() - interval '2 years'))
    AND NOT EXISTS (SELECT FROM scip.hub_lead_person l WHERE l.person_id = p.id
                    AND (l.ends IS NULL OR l.ends > scip.today() - interval '2 years'))
    AND NOT EXISTS (SELECT FROM scip.account a WHERE a.person_id = p.id
                    AND (a.active OR a.updated_at > now() - interval '2 years'))
    AND NOT EXISTS (SELECT FROM scip.booking b JOIN scip.training_session s ON s.id = b.session_id
                    WHERE b.person_id = p.id AND s.day > scip.today() - interval '2 years');
$$;
CREATE FUNCTION scip.retain(OUT kind text, OUT removed int) RETURNS SETOF record LANGUAGE plpgsql AS $$
DECLARE
  step text;
BEGIN
  FOR step IN SELECT p.proname FROM pg_proc p
    WHERE p.pronamespace = 'scip'::regnamespace AND p.proname ~ '^retain_' AND p.pronargs = 0 ORDER BY 1 LOOP
    EXECUTE format('SELECT scip.%I()', step) INTO removed;
    kind := substr(step, 8);
    INSERT INTO scip.removal (kind, removed) VALUES (retain.kind, retain.removed);
    RETURN NEXT;
  END LOOP;
END $$;

-- Earlier states of rows are kept as long as their table says; after that of each record the state of that day is the
-- first. Figures as of a day before it are not known any more: that is seen from where history begins.
CREATE FUNCTION scip.history_kept(the_table oid) RETURNS interval LANGUAGE sql STABLE
RETURN substring(obj_description(the_table, 'pg_class') FROM 'history: kept=([^;]+)')::interval;
CREATE FUNCTION scip.retain_history() RETURNS int LANGUAGE plpgsql AS $$
DECLARE
  t record;
  gone int;
  removed int := 0;
BEGIN
  FOR t IN SELECT c.relname::text AS name, now() - scip.history_kept(c.oid) AS until FROM pg_class c
           WHERE c.relnamespace = 'scip'::regnamespace AND c.relkind IN ('r', 'p') AND scip.history_kept(c.oid) IS NOT NULL LOOP
    DELETE FROM scip.history h WHERE h."table" = t.name AND h.at < t.until AND (h.row IS NULL OR h.until < t.until);
    GET DIAGNOSTICS gone = ROW_COUNT;
    removed := removed + gone;
    UPDATE scip.history_start s SET at = t.until WHERE s."table" = t.name AND s.at < t.until;
  END LOOP;
  RETURN removed;
END $$;

-- Words that may not stay: the name of who was erased, and what should never have been written down. One mechanism finds them in
-- every column of text that the catalog has, in history and in kept answers, and takes them out.

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
COMMENT ON COLUMN scip.redaction.account_id IS 'Who decided';
CALL scip.protect('redaction');
GRANT SELECT (id, person_id, "column", decision, reason, href, hub_id, at, decided_at) ON scip.redaction TO scip_caller;
CALL scip.track_changes('redaction', NULL, 'NULL', 'NULL', personal => '{digest}');

-- Parts of records have addresses of their own.
UPDATE scip.record_kind r SET kind = v.kind, key = v.key FROM (VALUES
  ('agenda_item', 'meeting', $$r.meeting_id || '/agenda/' || r.id$$),
    ('resolution', 'meeting', $$r.meeting_id || '/resolutions/' || r.id$$),
  ('action', 'action', $$coalesce('meetings/' || r.meeting_id || '/', '') || 'actions/' || r.id$$),
    ('hub_lead', 'hub', $$(SELECT h.slug || '/leads/' || r.id FROM hub h WHERE h.id = r.hub_id)$$),
  ('hub_pathway', 'hub', $$(SELECT h.slug || '/pathway/' || r.step FROM hub h WHERE h.id = r.hub_id)$$),
  ('message_relay', 'hub', $$(SELECT h.slug || '/relays/' || r.message_id FROM hub h WHERE h.id = r.hub_id)$$),
  ('quarterly_update_extension', 'hub',
    $$(SELECT h.slug || '/quarterly-updates/' || r.quarter || '/extension' FROM hub h WHERE h.id = r.hub_id)$$),
  ('hub_evaluation_answer', 'hub', $$(SELECT h.slug || '/evaluations/' || e.year || '/answers/' || r.question FROM hub_evaluation e
    JOIN hub h ON h.id = e.hub_id WHERE e.id = r.evaluation_id)$$),
  ('hub_evaluation_figure', 'hub', $$(SELECT h.slug || '/evaluations/' || e.year || '/figures/' || r.metric FROM hub_evaluation e
    JOIN hub h ON h.id = e.hub_id WHERE e.id = r.evaluation_id)$$)) v (t, kind, key)
WHERE r."table" = v.t;

-- Where a row's record is; NULL for what has no address.
CREATE FUNCTION scip.address_of(t text, data jsonb) RETURNS text LANGUAGE plpgsql STABLE COST 10000 SET search_path = scip, pg_temp AS $$
DECLARE
  k record_kind;
  address text;
BEGIN
  SELECT * INTO k FROM record_kind WHERE "table" = t;
  IF k.kind IS NOT NULL THEN
    EXECUTE format('SELECT scip.href(%L, (%s)::text) FROM jsonb_populate_record(NULL::scip.%I, $1) r', k.kind, k.key, t)
      INTO address USING data;
  END IF;
  RETURN address;
END $$;
CREATE FUNCTION scip.hub_of(t text, data jsonb) RETURNS bigint LANGUAGE sql STABLE
RETURN coalesce((data ->> 'hub_id')::bigint, CASE t WHEN 'hub' THEN (data ->> 'id')::bigint END,
  (SELECT m.hub_id FROM scip.meeting m WHERE m.id = (data ->> 'meeting_id')::uuid),
    (SELECT e.hub_id FROM scip.event e WHERE e.id = (data ->> 'event_id')::bigint),
  (SELECT e.hub_id FROM scip.hub_evaluation e WHERE e.id::text = data ->> 'evaluation_id'),
  (SELECT s.hub_id FROM scip.training_session s WHERE s.id = (data ->> 'session_id')::uuid));

-- Words, as they are compared: letters and digits alone, folded. Whatever stands between them stands between them.
CREATE FUNCTION scip.words_of(value text) RETURNS text[] LANGUAGE sql IMMUTABLE STRICT
RETURN (SELECT coalesce(array_agg(scip.fold(m[1]) ORDER BY n), '{}')
        FROM regexp_matches(normalize(scip.visible(value), NFC), '([[:alnum:]]+)', 'g') WITH ORDINALITY x (m, n));
-- Whether a word may be in a text is asked of this, as to fold takes long: what is ASCII needs none of it; letters of Latin that are
-- one character, with common signs, a part of it.
CREATE FUNCTION scip.prefilter(value text) RETURNS text LANGUAGE sql STABLE
RETURN CASE WHEN octet_length(value) = length(value) THEN lower(value COLLATE "C")
  WHEN value ~ '^[\u0001-\u007f£À-ıĴ-ľŁ-ňŊ-ž–—‘’“”•…€]*$' THEN lower(public.unaccent('public.unaccent'::regdictionary, value))
  ELSE scip.fold(value) END;
-- What is looked for: a pattern; or words, known by their digest, and only as a whole text. mark stands in their place.
CREATE TYPE scip.sought_words AS (pattern text, words int, salt text, digest bytea, whole boolean, mark text);
CREATE FUNCTION scip.sought(words text[], salt text, whole boolean, mark text) RETURNS scip.sought_words LANGUAGE sql IMMUTABLE
RETURN ROW(NULL, cardinality(words), salt, sha256(convert_to(salt || ' ' || array_to_string(words, ' '), 'UTF8')), whole,
  mark)::scip.sought_words;

-- The text without the words; as it was where they are not in it.
CREATE FUNCTION scip.redacted(value text, sought scip.sought_words) RETURNS text LANGUAGE plpgsql IMMUTABLE AS $$
DECLARE
  seen text := normalize(scip.visible(value), NFC);
  struck text;
BEGIN
  IF sought.pattern IS NOT NULL THEN
    RETURN regexp_replace(value, sought.pattern, sought.mark, 'gi');
  END IF;
  WITH word AS (
    SELECT n, m[1] AS gap, m[2] AS word, scip.fold(m[2]) AS folded
      FROM regexp_matches(seen, '([^[:alnum:]]*)([[:alnum:]]+)', 'g') WITH ORDINALITY x (m, n)
  ), run AS (
    SELECT n, gap, word, sha256(convert_to(sought.salt || ' ' || string_agg(folded, ' ')
             OVER (ORDER BY n ROWS BETWEEN CURRENT ROW AND sought.words - 1 FOLLOWING), 'UTF8')) = sought.digest AS hit FROM word
  ), covered AS (
    SELECT n, gap, word, hit, bool_or(hit) OVER (ORDER BY n ROWS BETWEEN sought.words - 1 PRECEDING AND CURRENT ROW) AS within FROM run
  )
  SELECT string_agg(CASE WHEN hit THEN gap || sought.mark WHEN within THEN '' ELSE gap || word END, '' ORDER BY n) || substring(seen
    FROM '[^[:alnum:]]*$')
  INTO struck FROM covered HAVING bool_or(hit) AND (NOT sought.whole OR count(*) = sought.words);
  RETURN CASE WHEN struck IS NULL THEN value WHEN sought.whole THEN sought.mark ELSE struck END;
END $$;
CREATE FUNCTION scip.redacted(value jsonb, sought scip.sought_words) RETURNS jsonb LANGUAGE plpgsql IMMUTABLE AS $$
BEGIN
  RETURN CASE jsonb_typeof(value)
    WHEN 'string' THEN to_jsonb(scip.redacted(value #>> '{}', sought))
    WHEN 'array' THEN (SELECT coalesce(jsonb_agg(scip.redacted(e, sought) ORDER BY n), '[]')
      FROM jsonb_array_elements(value) WITH ORDINALITY x (e, n))
    WHEN 'object' THEN (SELECT coalesce(jsonb_object_agg(scip.redacted(x.key, sought), scip.redacted(x.value, sought)), '{}')
      FROM jsonb_each(value) x)
    ELSE value END;
END $$;

-- Nobody else writes meanwhile; ctx.enter() has the other side.
CREATE FUNCTION scip.lock_texts() RETURNS void LANGUAGE sql AS $$
  SELECT pg_advisory_xact_lock(hashtextextended('scip.redaction', 0));
$$;

-- Writes columns of one row as they are given; its rules do not ask, its version rises, and who follows the changes is notified.
CREATE FUNCTION scip.write_row(t text, record text, columns jsonb) RETURNS void LANGUAGE plpgsql SET search_path = scip, pg_temp AS $$
BEGIN
  PERFORM set_config('scip.redacting', 'yes', true);
  EXECUTE (SELECT format('UPDATE scip.%I r SET (%s) = (SELECT %s FROM jsonb_populate_record(r, $1) n) WHERE %s = $2', t,
             string_agg(quote_ident(k), ', '), string_agg('n.' || quote_ident(k), ', '), record_key(t)) FROM jsonb_object_keys(columns) k)
  USING columns, record;
  PERFORM set_config('scip.redacting', '', true);
END $$;

-- Answers that were kept and have the words, one of which is given where it is known, are emptied; their keys stay used.
CREATE FUNCTION scip.empty_answers(sought scip.sought_words, word text) RETURNS void LANGUAGE sql AS $$
  UPDATE scip.idempotency i SET status = 410, hash = '', location = NULL, etag = NULL, content_type = NULL, body = NULL
  WHERE i.body IS NOT NULL AND (word IS NULL OR strpos(scip.prefilter(i.body), word) > 0)
    AND scip.redacted(regexp_replace(i.body, '\\[nrtbf]', ' ', 'g'), sought) <> regexp_replace(i.body, '\\[nrtbf]', ' ', 'g');
$$;

-- What becomes of one row, of a table or of its history: the columns that change. What is not for a machine to decide is listed.
CREATE FUNCTION scip.erase_from_row(person uuid, t text, record text, data jsonb, rules jsonb, address scip.sought_words, name text[],
  surname text[])
RETURNS jsonb LANGUAGE plpgsql SET search_path = scip, pg_temp AS $$
DECLARE
  c record;
  was jsonb;
  value jsonb;
  rest jsonb;
  changed jsonb := '{}';
BEGIN
  FOR c IN SELECT x.key AS "column", x.value AS rule FROM jsonb_each_text(rules) x WHERE jsonb_typeof(data -> x.key) <> 'null' LOOP
    was := data -> c."column";
    value := was;
    IF address.pattern IS NOT NULL AND c.rule = 'at_once' THEN
      value := redacted(value, address);
    END IF;
    IF cardinality(name) > 1 AND c.rule = 'at_once' THEN -- one word alone may be anything
      value := redacted(value, sought(name, '', true, '[erased]'));
    END IF;
    IF value <> was THEN
      changed := changed || jsonb_build_object(c."column", value);
    END IF;
    rest := redacted(value, sought(name, '', false, ''));
    PERFORM list_mention(person, t, record, c."column", 'name', name) WHERE rest <> value;
    PERFORM list_mention(person, t, record, c."column", 'surname', surname)
      WHERE surname <> name AND redacted(rest, sought(surname, '', false, '')) <> rest;
  END LOOP;
  RETURN changed;
END $$;
CREATE FUNCTION scip.list_mention(person uuid, t text, record text, col text, match text, words text[]) RETURNS void LANGUAGE sql AS $$
  INSERT INTO scip.redaction (id, person_id, "table", record, "column", match, words, digest)
  SELECT n.id, person, t, list_mention.record, col, list_mention.match, cardinality(list_mention.words),
    (scip.sought(list_mention.words, n.id::text, false, '')).digest
  FROM (SELECT gen_random_uuid() AS id) n ON CONFLICT (person_id, "table", record, "column", match) DO NOTHING;
$$;

-- Takes the name out of every text: from the tables, then from what they were, then from kept answers. Looked for are the whole name,
-- the address, and, to be listed alone, the surname. The name of who is not there any more is NULL.
CREATE FUNCTION scip.erase_words(person uuid, name text, email text) RETURNS void LANGUAGE plpgsql
SET search_path = scip, pg_temp SET enable_memoize = off AS $$ -- texts are not remembered: most differ
DECLARE
  bare text := coalesce(nullif(plain(regexp_replace(name, '[(\[].*$', '')), ''), name); -- "(University of …)" is no part of it
  named text[] := words_of(bare);
  surname text[] := words_of(substring(plain(bare) FROM '[^ ]+$'));
  -- as it is, and not as a part of another
  address sought_words := CASE WHEN email IS NOT NULL
    THEN ROW('(?<![a-z0-9.!#$%&''*+/=?^_`{|}~-])' || regexp_replace(email, '([^a-zA-Z0-9])', '\\\1', 'g')
    || '(?![a-z0-9-]|\.[a-z0-9])', NULL, NULL, NULL, NULL, '[erased]')::sought_words END;
  longest text;
  rules jsonb := (SELECT jsonb_object_agg("table", columns) FROM (SELECT x."table", jsonb_object_agg(x."column", x.rule) AS columns
    FROM text_column x WHERE x.rule <> 'kept' GROUP BY 1) x);
  looked constant text := 'SELECT %s AS data FROM %s, LATERAL (SELECT prefilter(t) AS f FROM (SELECT %s AS t OFFSET 0) x OFFSET 0) x '
    'WHERE strpos(f, $1) > 0 OR strpos(f, $2) > 0';
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
  FOR t IN SELECT k FROM jsonb_object_keys(rules) k WHERE k <> 'redaction' ORDER BY 1 LOOP
    FOR held IN EXECUTE (SELECT format(looked, record_key(t) || ' AS record, to_jsonb(r)', format('scip.%I r', t),
                           format('concat_ws('' '', %s)', string_agg(format('r.%I', c), ', '))) FROM jsonb_object_keys(rules -> t) c)
    USING longest, fold(email) LOOP
      changed := erase_from_row(person, t, held.record, held.data, rules -> t, address, named, surname);
      IF changed <> '{}' THEN
        BEGIN
          PERFORM write_row(t, held.record, changed);
        EXCEPTION WHEN integrity_constraint_violation THEN -- it must be itself alone, or is too long: for somebody to decide
          PERFORM list_mention(person, t, held.record, k, 'name', named) FROM jsonb_object_keys(changed) k;
        END;
      END IF;
    END LOOP;
  END LOOP;
  -- in one pass, and of the largest tables first, as each row is asked which table's it is
  FOR held IN EXECUTE (SELECT format(looked, 'h.id, h."table" AS t, h.record, h.row', '(SELECT * FROM history WHERE "table" = ANY ($3)) h',
                         format('CASE h."table" %s END', string_agg(format('WHEN %L THEN concat_ws('' '', %s)', x.key,
                           (SELECT string_agg(format('h.row ->> %L', c), ', ') FROM jsonb_object_keys(x.value) c)), ' '
                           ORDER BY pg_relation_size(format('scip.%I', x.key)::regclass) DESC))) FROM jsonb_each(rules) x)
  USING longest, fold(email), ARRAY(SELECT jsonb_object_keys(rules)) LOOP
    changed := erase_from_row(person, held.t, held.record, held.data, rules -> held.t, address, named, surname);
    IF changed <> '{}' THEN
      UPDATE history h SET row = h.row || changed WHERE h.id = held.id;
    END IF;
  END LOOP;
  PERFORM empty_answers(sought(named, '', false, ''), longest);
  PERFORM empty_answers(address, fold(email)) WHERE address.pattern IS NOT NULL;
END $$;

-- Takes the words of a redaction, one of which is given where it is known, out of its place, out of what that was before, and out of kept
-- answers. False: they are nowhere there.
CREATE FUNCTION scip.redact(redaction uuid, mark text, word text DEFAULT NULL) RETURNS boolean
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
  value := redacted(data -> r."column", sought);
  IF value <> data -> r."column" THEN
    PERFORM write_row(r."table", r.record, jsonb_build_object(r."column", value));
    found_it := true;
  END IF;
  FOR old IN SELECT h.id, redacted(h.row -> r."column", sought) AS value FROM history h
             WHERE h."table" = r."table" AND h.record = r.record AND redacted(h.row -> r."column", sought) <> h.row -> r."column" LOOP
    UPDATE history h SET row = h.row || jsonb_build_object(r."column", old.value) WHERE h.id = old.id;
    found_it := true;
  END LOOP;
  PERFORM empty_answers(sought, word);
  RETURN found_it;
END $$;
CREATE FUNCTION scip.row_of(t text, record text) RETURNS jsonb LANGUAGE plpgsql STABLE AS $$
DECLARE
  data jsonb;
BEGIN
  EXECUTE format('SELECT to_jsonb(r) FROM scip.%I r WHERE %s = $1', t, scip.record_key(t)) INTO data USING record;
  RETURN data;
END $$;

-- removed: the words go. kept: they name somebody else. Either way nothing of the name is left in the list.
CREATE FUNCTION scip.settle_mention(mention uuid, decision text, at timestamptz) RETURNS void
LANGUAGE plpgsql SET search_path = scip, pg_temp AS $$
BEGIN
  PERFORM redact(mention, '[erased]') WHERE decision = 'removed';
  UPDATE redaction r SET decision = settle_mention.decision, decided_at = settle_mention.at, account_id = ctx.account(), digest = NULL
    WHERE r.id = mention;
END $$;
CREATE FUNCTION scip.decide_mention(person uuid, mention uuid, decision text) RETURNS boolean
LANGUAGE plpgsql SECURITY DEFINER SET search_path = scip, pg_temp AS $$
DECLARE
  r redaction;
BEGIN
  PERFORM scip.refuse(403, 'only-the-central-team') WHERE NOT ctx.central();
  PERFORM lock_texts();
  SELECT * INTO r FROM redaction x WHERE x.id = mention AND x.person_id = person FOR UPDATE;
  IF r.id IS NULL THEN
    RETURN false;
  ELSIF r.decision IS NOT NULL THEN
    RETURN NULL;
  END IF;
  BEGIN
    PERFORM settle_mention(mention, decision, now());
  EXCEPTION WHEN integrity_constraint_violation THEN
    PERFORM scip.refuse(409, 'value-required', 'field');
  END;
  RETURN true;
END $$;

-- What the central team decides on, with what stands around it now or stood there last. That the name is shown is logged.
CREATE FUNCTION scip.erasure_mentions(person uuid, OUT id uuid, OUT record text, OUT kind text, OUT field text, OUT match text,
  OUT excerpt text, OUT current boolean, OUT decision text, OUT decided_at timestamptz, OUT updated_at timestamptz) RETURNS SETOF record
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = scip, pg_temp AS $$
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
    current := coalesce(r.digest IS NOT NULL AND redacted(data -> r."column", sought) <> data -> r."column", false);
    IF NOT current THEN
      SELECT h.row INTO data FROM history h WHERE h."table" = r."table" AND h.record = r.record AND h.row IS NOT NULL
      ORDER BY r.digest IS NOT NULL AND redacted(h.row -> r."column", sought) <> h.row -> r."column" DESC, h.id DESC LIMIT 1;
    END IF;
    text_there := normalize(visible(data ->> r."column"), NFC);
    id := r.id; kind := r."table"; field := r."column"; match := r.match; decision := r.decision; decided_at := r.decided_at;
    updated_at := coalesce(r.decided_at, r.at);
    record := address_of(r."table", data);
    excerpt := CASE WHEN r.digest IS NOT NULL AND NOT ctx.dry_run()
      THEN substr(text_there, greatest(strpos(redacted(text_there, sought), E'\uE000') - 80, 1), 240) END;
    RETURN NEXT;
  END LOOP;
  PERFORM note_read(person) WHERE FOUND;
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
  -- an action of a meeting has two addresses: it is known by the longer one
  address := coalesce((SELECT address_of('action', to_jsonb(a)) FROM action a WHERE '/v1/actions/' || a.id = address), address);
  FOR k IN SELECT x."table" AS t, r.key, substr(address, length(a.prefix) + 1) AS rest
           FROM text_column x JOIN record_kind r USING ("table") JOIN kind_address a ON a.kind = r.kind
           WHERE x."column" = field AND x.rule <> 'kept' AND starts_with(address, a.prefix) LOOP
    EXECUTE format('SELECT %1$s AS record, to_jsonb(r) AS data FROM scip.%2$I r WHERE ($2 IS NULL OR strpos(%1$s, $2) > 0) AND '
    '(%3$s)::text = $1', record_key(k.t), k.t, k.key)
    INTO place, data USING k.rest, uuid;
    IF place IS NULL THEN -- it is gone, and its history is not
      EXECUTE (SELECT format('SELECT h.record, h.row FROM history h, jsonb_to_record(h.row) r (%3$s) WHERE h."table" = %2$L '
        'AND h.row IS NOT NULL AND ($2 IS NULL OR strpos(h.record, $2) > 0) AND (%1$s)::text = $1 ORDER BY h.id DESC LIMIT 1', k.key, k.t,
        string_agg(format('%I %s', a.attname, format_type(a.atttypid, a.atttypmod)), ', '))
        FROM pg_attribute a WHERE a.attrelid = format('scip.%I', k.t)::regclass AND k.key ~ format('\mr\.%s\M', a.attname))
      INTO place, data USING k.rest, uuid;
    END IF;
    t := k.t;
    EXIT WHEN place IS NOT NULL;
  END LOOP;
  IF place IS NULL OR NOT (ctx.central() OR coalesce(hub_of(t, data) = ANY (ctx.hubs_led()), false)) THEN
    RETURN false;
  END IF;
  PERFORM scip.refuse(422, 'words-not-found', 'words') WHERE cardinality(named) = 0;
  INSERT INTO redaction (id, "table", record, "column", words, digest, decision, reason, href, hub_id, decided_at, account_id)
  VALUES (add_redaction.id, t, place, field, cardinality(named), (sought(named, add_redaction.id::text, false, '')).digest, 'removed',
          redacted(add_redaction.reason, sought(named, '', false, '[redacted]')), add_redaction.address, hub_of(t, data), now(),
          ctx.account());
  PERFORM scip.refuse(422, 'words-not-found', 'words') WHERE NOT redact(add_redaction.id, '[redacted]',
    (SELECT w FROM unnest(named) w ORDER BY length(w) DESC LIMIT 1));
  RETURN true;
EXCEPTION WHEN integrity_constraint_violation THEN
  PERFORM scip.refuse(409, 'value-required', 'field');
END $$;
GRANT EXECUTE ON FUNCTION scip.history_kept, scip.decide_mention, scip.erasure_mentions, scip.add_redaction TO scip_caller;
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
    PERFORM settle_mention(mention, part[3], part[1]::timestamptz) WHERE mention IS NOT NULL;
  ELSIF NOT EXISTS (SELECT FROM redaction r WHERE r.id = who) THEN
    INSERT INTO redaction (id, "table", record, "column", words, digest, decision, reason, href, hub_id, at, decided_at)
    SELECT who, part[4], part[6], part[5], split_part(part[2], ':', 1)::int, decode(split_part(part[2], ':', 2), 'hex'), 'removed',
           'Replayed', address_of(part[4], data), hub_of(part[4], data), part[1]::timestamptz, part[1]::timestamptz
             FROM row_of(part[4], part[6]) data;
    PERFORM redact(who, '[redacted]');
  END IF;
END $$;

-- Digests of what was redacted go when no backup is that old.
CALL scip.add_retention('redaction', '2 years', 'digests of words that were taken out', $$UPDATE scip.redaction SET digest = NULL
  WHERE decision IS NOT NULL AND digest IS NOT NULL AND decided_at < now() - interval '2 years'$$);

-- What everybody reads: 10 years, for figures of strategies. What is of people or in words of theirs: two years, as the
-- people themselves. A comment that a table has stays before it.
DO $$
DECLARE
  t record;
BEGIN
  FOR t IN SELECT c.oid, c.relname, obj_description(c.oid, 'pg_class') AS note,
    has_any_column_privilege('scip_anonymous', c.oid, 'SELECT') AS open FROM pg_class c
           WHERE c.relnamespace = 'scip'::regnamespace
             AND EXISTS (SELECT FROM pg_trigger g WHERE g.tgrelid = c.oid AND g.tgname = 'track_changes') LOOP
    EXECUTE format('COMMENT ON TABLE scip.%I IS %L', t.relname,
      concat_ws('; ', t.note, 'history: kept=' || CASE WHEN t.open THEN '10 years' ELSE '2 years' END));
  END LOOP;
END $$;
-- Breaches are accounted for longer.
COMMENT ON TABLE scip.breach IS 'history: kept=10 years';

-- The schedule: of each step of the nightly job that is more than a statement, and of each table's history, what its comment says.
COMMENT ON FUNCTION scip.retain_change IS 'retention: kept=400 days; what=that a record has changed';
COMMENT ON FUNCTION scip.retain_person
  IS 'retention: kept=2 years after the last membership, lead role, seat, account or training; what=people: they are erased';
COMMENT ON FUNCTION scip.retain_file
  IS 'retention: kept=1 day of what came to nothing, 30 days of files that were removed; what=bytes of files';
COMMENT ON FUNCTION scip.retain_usage_salt IS 'retention: kept=the day; what=what visitors are distinguished by';
COMMENT ON FUNCTION scip.retain_use IS 'retention: kept=62 days after the month; what=single uses of documents and resources';
COMMENT ON FUNCTION scip.retain_history IS 'retention: kept=as each table says; what=earlier states of records';

COMMIT;
