-- What people may ask of their data, and what the Alliance has to show of it (UK GDPR Art. 5(2), 7, 15, 21, 30, 33).
BEGIN;
SET LOCAL client_min_messages = warning;

-- What an account of a person is called, with a note of who read it. A dry run, which would undo the note, reads nothing;
-- accounts of systems are nobody's.
CREATE FUNCTION scip.account_word(account uuid, word text) RETURNS text
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = scip, pg_temp AS $$
DECLARE
  of_whom uuid := (SELECT a.person_id FROM account a WHERE a.id = account_word.account);
BEGIN
  IF of_whom IS NULL THEN
    RETURN word;
  ELSIF ctx.dry_run() THEN
    RETURN NULL;
  END IF;
  PERFORM note_read(of_whom);
  RETURN word;
END $$;
GRANT EXECUTE ON FUNCTION scip.account_word TO scip_writer;

-- Whose data an answer that is kept was made of: given again, it is read again.
ALTER TABLE scip.idempotency ADD COLUMN persons uuid[];
CREATE FUNCTION scip.note_persons() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = scip, pg_temp AS $$
BEGIN
  NEW.persons := ARRAY(SELECT r.person_id FROM personal_read r WHERE r.xid = pg_current_xact_id());
  RETURN NEW;
END $$;
CREATE TRIGGER note_persons BEFORE INSERT ON scip.idempotency FOR EACH ROW EXECUTE FUNCTION scip.note_persons();
CREATE OR REPLACE FUNCTION ctx.kept(operation text, key text, hash bytea,
                                    OUT status int, OUT location text, OUT etag text, OUT content_type text, OUT body text)
RETURNS SETOF record LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = scip, pg_temp SET enable_seqscan = off AS $$
DECLARE
  persons uuid[];
BEGIN
  FOR status, location, etag, content_type, body, persons IN
    SELECT i.status, i.location, i.etag, i.content_type, i.body, i.persons FROM idempotency i
    WHERE i.account_id = ctx.account() AND i.operation = kept.operation AND i.key = kept.key
      AND i.hash = kept.hash AND i.rights = ctx.rights() LOOP
    PERFORM note_read(u) FROM unnest(persons) u;
    RETURN NEXT;
  END LOOP;
END $$;

-- What a delegate consents to who says what they eat or need: one row a version, and none of them ever changes.
CREATE TABLE scip.consent_text (
  version int PRIMARY KEY CHECK (version > 0),
  text text NOT NULL CHECK (length(text) <= 4000),
  text_cy text CHECK (length(text_cy) <= 4000),
  created_at timestamptz NOT NULL DEFAULT now()
);
CALL scip.publish('consent_text');
CALL scip.keep_records('consent_text', 'consent_text', 'r.version::text', record => 'r.version');
CREATE TRIGGER refuse_change BEFORE UPDATE OR DELETE OR TRUNCATE ON scip.consent_text
  FOR EACH STATEMENT EXECUTE FUNCTION scip.refuse_change();
GRANT INSERT ON scip.consent_text TO scip_writer;
CREATE POLICY central_insert ON scip.consent_text FOR INSERT TO scip_writer WITH CHECK ((SELECT ctx.central()));
INSERT INTO scip.kind_address VALUES ('consent_text', '/v1/training/consent-texts/');
INSERT INTO scip.consent_text (version, text) VALUES (1, 'I agree that the SCiP Alliance keeps what I have written here about what I eat or need, so that it can be provided on the day. '
  'It is read by those who run the session, and removed 30 days after it. I can withdraw this at any time; then it is removed at once. Who does not agree can come all the same.');
-- They come one after the other.
CREATE FUNCTION scip.guard_consent_text() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = scip, pg_temp AS $$
BEGIN
  PERFORM pg_advisory_xact_lock(hashtextextended('scip.consent_text', 0));
  IF NEW.version > (SELECT max(t.version) + 1 FROM consent_text t) THEN
    RAISE 'not the next' USING ERRCODE = 'SC409', CONSTRAINT = 'consent-text-order';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER guard_consent_text BEFORE INSERT ON scip.consent_text FOR EACH ROW EXECUTE FUNCTION scip.guard_consent_text();

COMMENT ON COLUMN scip.booking_need.dietary IS 'personal: purpose=catering on the day; basis=explicit consent, UK GDPR Art. 9(2)(a); retention=30 days after the session, or until consent is withdrawn';
COMMENT ON COLUMN scip.booking_need.access IS 'personal: purpose=reasonable adjustments on the day; basis=explicit consent, UK GDPR Art. 9(2)(a); retention=30 days after the session, or until consent is withdrawn';
-- To which text consent was given with a booking, when, and when it was withdrawn.
CREATE TABLE scip.booking_consent (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  booking_id uuid NOT NULL REFERENCES scip.booking ON DELETE CASCADE,
  text_version int NOT NULL REFERENCES scip.consent_text,
  account_id uuid DEFAULT ctx.account() REFERENCES scip.account ON DELETE SET NULL,
  given_at timestamptz NOT NULL DEFAULT now(),
  withdrawn_at timestamptz
);
CREATE INDEX ON scip.booking_consent (booking_id, id);
CREATE INDEX ON scip.booking_consent (text_version);
CREATE INDEX ON scip.booking_consent (account_id);
COMMENT ON COLUMN scip.booking_consent.account_id IS 'Who told of it: the website''s account, or the staff''s';
CALL scip.protect('booking_consent');
CALL scip.keep_records('booking_consent', NULL, 'NULL', 'NULL');
GRANT SELECT ON scip.booking_consent TO scip_writer;
CREATE POLICY see ON scip.booking_consent FOR SELECT TO scip_writer USING (EXISTS (SELECT FROM scip.booking b WHERE b.id = booking_id));

-- Whatever the way: no needs without consent, and none that outlive it.
CREATE FUNCTION scip.guard_needs() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = scip, pg_temp AS $$
BEGIN
  IF NOT EXISTS (SELECT FROM booking_consent c WHERE c.booking_id = NEW.booking_id AND c.withdrawn_at IS NULL) THEN
    RAISE 'without consent' USING ERRCODE = 'SC422', CONSTRAINT = 'consent-needed';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER guard_needs BEFORE INSERT OR UPDATE ON scip.booking_need FOR EACH ROW EXECUTE FUNCTION scip.guard_needs();
CREATE FUNCTION scip.remove_needs() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = scip, pg_temp AS $$
BEGIN
  DELETE FROM booking_need n WHERE n.booking_id = NEW.booking_id;
  RETURN NULL;
END $$;
CREATE TRIGGER remove_needs AFTER UPDATE OF withdrawn_at ON scip.booking_consent FOR EACH ROW
  WHEN (OLD.withdrawn_at IS NULL AND NEW.withdrawn_at IS NOT NULL) EXECUTE FUNCTION scip.remove_needs();

-- The consent that comes with needs is written down before them. The booking's row is the lock, so that of a withdrawal
-- at the same moment one comes after the other.
ALTER FUNCTION scip.set_needs RENAME TO write_needs;
REVOKE EXECUTE ON FUNCTION scip.write_needs FROM scip_writer;
CREATE FUNCTION scip.set_needs(booking uuid, body jsonb, whole boolean) RETURNS boolean
LANGUAGE plpgsql SECURITY DEFINER SET search_path = scip, pg_temp AS $$
DECLARE
  given int := (body ->> 'consent')::int;
BEGIN
  IF NOT ctx.handles_booking(set_needs.booking) THEN
    RETURN false;
  ELSIF given IS NOT NULL AND coalesce(btrim(body ->> 'dietary'), '') || coalesce(btrim(body ->> 'access'), '') <> '' THEN
    PERFORM FROM booking b WHERE b.id = set_needs.booking FOR NO KEY UPDATE;
    IF NOT EXISTS (SELECT FROM consent_text t WHERE t.version = given) THEN
      RAISE 'no such text' USING ERRCODE = 'SC422', CONSTRAINT = 'no-such-consent-text';
    ELSIF given < (SELECT max(t.version) FROM consent_text t) THEN
      RAISE 'there is a newer one' USING ERRCODE = 'SC422', CONSTRAINT = 'consent-text-replaced';
    ELSIF NOT EXISTS (SELECT FROM booking_consent c WHERE c.booking_id = set_needs.booking AND c.text_version = given AND c.withdrawn_at IS NULL) THEN
      INSERT INTO booking_consent (booking_id, text_version) VALUES (set_needs.booking, given);
    END IF;
  END IF;
  RETURN write_needs(set_needs.booking, body, whole);
END $$;
-- By who handles the booking, and the delegate. False: there is none that stands.
CREATE FUNCTION scip.withdraw_consent(booking uuid) RETURNS boolean
LANGUAGE plpgsql SECURITY DEFINER SET search_path = scip, pg_temp AS $$
BEGIN
  PERFORM FROM booking b WHERE b.id = withdraw_consent.booking AND (ctx.handles_booking(b.id) OR b.person_id = ctx.person()) FOR NO KEY UPDATE;
  IF NOT FOUND THEN
    RETURN false;
  END IF;
  UPDATE booking_consent c SET withdrawn_at = now() WHERE c.booking_id = withdraw_consent.booking AND c.withdrawn_at IS NULL;
  RETURN FOUND;
END $$;
GRANT EXECUTE ON FUNCTION scip.set_needs, scip.withdraw_consent TO scip_writer;

-- Records of processing: what the columns' comments say.
CREATE VIEW scip.processing WITH (security_invoker) AS
SELECT c.relname::text AS "table", a.attname::text AS "column", part[1] AS purpose, part[2] AS basis, part[3] AS retention
FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped,
     regexp_match(col_description(c.oid, a.attnum), '^personal: purpose=([^;]+); basis=([^;]+); retention=(.+)$') part
WHERE c.relnamespace = 'scip'::regnamespace AND c.relkind IN ('r', 'p') AND part IS NOT NULL;
GRANT SELECT ON scip.processing TO scip_writer;

-- What the nightly job removed: every run, also of nothing, for it tells that the job ran.
CREATE TABLE scip.removal (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  at timestamptz NOT NULL DEFAULT now(),
  kind text NOT NULL,
  removed int NOT NULL CHECK (removed >= 0)
);
CREATE INDEX ON scip.removal (kind, id);
CALL scip.protect('removal');
GRANT SELECT ON scip.removal TO scip_writer;
CREATE POLICY central ON scip.removal FOR SELECT TO scip_writer USING ((SELECT ctx.central()));
CREATE OR REPLACE FUNCTION scip.retain(OUT kind text, OUT removed int) RETURNS SETOF record
LANGUAGE plpgsql AS $$
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
CREATE FUNCTION scip.retain_removal() RETURNS int
LANGUAGE sql AS $$
  WITH gone AS (DELETE FROM scip.removal WHERE at < now() - interval '6 years' RETURNING 1) SELECT count(*)::int FROM gone;
$$;

-- Earlier states of rows are kept as long as their table says; after that of each record the state of that day is the
-- first. Figures as of a day before it are not known any more: what tells so is where history begins.
CREATE FUNCTION scip.history_kept(the_table oid) RETURNS interval
LANGUAGE sql STABLE
RETURN substring(obj_description(the_table, 'pg_class') FROM 'history: kept=([^;]+)')::interval;
CREATE FUNCTION scip.retain_history() RETURNS int
LANGUAGE plpgsql AS $$
DECLARE
  t record;
  gone int;
  removed int := 0;
BEGIN
  FOR t IN SELECT c.relname::text AS name, now() - scip.history_kept(c.oid) AS until FROM pg_class c
           WHERE c.relnamespace = 'scip'::regnamespace AND c.relkind IN ('r', 'p') AND scip.history_kept(c.oid) IS NOT NULL LOOP
    DELETE FROM scip.history h WHERE h."table" = t.name AND h.at < t.until
      AND (h.row IS NULL OR EXISTS (SELECT FROM scip.history n WHERE n."table" = h."table" AND n.record = h.record AND n.id > h.id AND n.at < t.until));
    GET DIAGNOSTICS gone = ROW_COUNT;
    removed := removed + gone;
    UPDATE scip.history_start s SET at = t.until WHERE s."table" = t.name AND s.at < t.until;
  END LOOP;
  RETURN removed;
END $$;
-- What everybody reads: 10 years, for figures of strategies. What is of people or in words of theirs: two years, as the
-- people themselves. A comment that a table has stays before it.
DO $$
DECLARE
  t record;
BEGIN
  FOR t IN SELECT c.oid, c.relname, obj_description(c.oid, 'pg_class') AS note, has_any_column_privilege('scip_anonymous', c.oid, 'SELECT') AS open FROM pg_class c
           WHERE c.relnamespace = 'scip'::regnamespace AND EXISTS (SELECT FROM pg_trigger g WHERE g.tgrelid = c.oid AND g.tgname = 'keep_records') LOOP
    EXECUTE format('COMMENT ON TABLE scip.%I IS %L', t.relname, concat_ws('; ', t.note, 'history: kept=' || CASE WHEN t.open THEN '10 years' ELSE '2 years' END));
  END LOOP;
END $$;

-- The schedule: of each step of the nightly job and of each table's history what its comment says.
COMMENT ON FUNCTION scip.retain_idempotency IS 'retention: kept=24 hours, a key whose answer was erased with a person 2 years; what=answers that were kept for a request that is sent again';
COMMENT ON FUNCTION scip.retain_spent_token IS 'retention: kept=5 minutes after their end; what=tokens that were ended or used up';
COMMENT ON FUNCTION scip.retain_personal_read IS 'retention: kept=2 years; what=who read whose data';
COMMENT ON FUNCTION scip.retain_change IS 'retention: kept=400 days; what=that a record has changed';
COMMENT ON FUNCTION scip.retain_person IS 'retention: kept=2 years after the last membership, seat, account or training; what=people: they are erased';
COMMENT ON FUNCTION scip.retain_booking_need IS 'retention: kept=30 days after the session, or until consent is withdrawn; what=what delegates eat or need';
COMMENT ON FUNCTION scip.retain_feedback_comment IS 'retention: kept=2 years; what=what delegates wrote of a training';
COMMENT ON FUNCTION scip.retain_unknown_account IS 'retention: kept=30 days after they last asked; what=who signed in without an account';
COMMENT ON FUNCTION scip.retain_file IS 'retention: kept=1 day of what came to nothing, 30 days of files that were removed; what=bytes of files';
COMMENT ON FUNCTION scip.retain_usage_salt IS 'retention: kept=the day; what=what visitors are told apart by';
COMMENT ON FUNCTION scip.retain_use IS 'retention: kept=62 days after the month; what=single uses of documents and resources';
COMMENT ON FUNCTION scip.retain_removal IS 'retention: kept=6 years; what=what the nightly job removed';
COMMENT ON FUNCTION scip.retain_history IS 'retention: kept=as each table says; what=earlier states of records';
CREATE VIEW scip.retention WITH (security_invoker) AS
SELECT 'removal' AS kind, substr(p.proname, 8) AS name, part[1] AS kept, part[2] AS what,
       (SELECT r.at FROM scip.removal r WHERE r.kind = substr(p.proname, 8) ORDER BY r.id DESC LIMIT 1) AS last_run,
       (SELECT sum(r.removed)::int FROM scip.removal r WHERE r.kind = substr(p.proname, 8)) AS removed
FROM pg_proc p LEFT JOIN LATERAL regexp_match(obj_description(p.oid, 'pg_proc'), '^retention: kept=([^;]+); what=([^;]+)$') part ON true
WHERE p.pronamespace = 'scip'::regnamespace AND p.proname ~ '^retain_' AND p.pronargs = 0
UNION ALL
SELECT 'history', c.relname::text, substring(obj_description(c.oid, 'pg_class') FROM 'history: kept=([^;]+)'), NULL, NULL, NULL
FROM pg_class c WHERE c.relnamespace = 'scip'::regnamespace AND obj_description(c.oid, 'pg_class') ~ 'history: kept=';
GRANT SELECT ON scip.retention TO scip_writer;

-- Breaches of personal data, Art. 33(5): added and amended, never removed; earlier states are in the history. No name stands here.
CREATE TABLE scip.breach (
  id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
  what text NOT NULL CHECK (length(what) <= 4000),
  discovered_at timestamptz NOT NULL,
  began_at timestamptz,
  data text CHECK (length(data) <= 4000),
  people int CHECK (people >= 0),
  risk text CHECK (risk IN ('unlikely', 'risk', 'high')),
  consequences text CHECK (length(consequences) <= 4000),
  measures text CHECK (length(measures) <= 4000),
  reported_at timestamptz,
  not_reported_because text CHECK (length(not_reported_because) <= 4000),
  people_told_at timestamptz,
  people_not_told_because text CHECK (length(people_not_told_because) <= 4000),
  closed_at timestamptz,
  version int NOT NULL DEFAULT 1,
  created_at timestamptz NOT NULL DEFAULT now(),
  updated_at timestamptz NOT NULL DEFAULT now(),
  CONSTRAINT breach_times CHECK (discovered_at >= began_at AND reported_at >= discovered_at AND people_told_at >= discovered_at AND closed_at >= discovered_at),
  CONSTRAINT breach_reported CHECK (closed_at IS NULL OR risk IS NOT NULL AND (reported_at IS NOT NULL OR not_reported_because IS NOT NULL)),
  CONSTRAINT breach_people_told CHECK (closed_at IS NULL OR risk <> 'high' OR people_told_at IS NOT NULL OR people_not_told_because IS NOT NULL)
);
CREATE INDEX ON scip.breach (discovered_at, id);
CALL scip.protect('breach');
CALL scip.keep_records('breach', NULL, 'NULL', 'NULL');
COMMENT ON TABLE scip.breach IS 'history: kept=10 years';
GRANT SELECT, INSERT, UPDATE ON scip.breach TO scip_writer;
CREATE POLICY see ON scip.breach FOR SELECT TO scip_writer USING ((SELECT ctx.central()));
CREATE POLICY add ON scip.breach FOR INSERT TO scip_writer WITH CHECK ((SELECT ctx.central()));
CREATE POLICY change ON scip.breach FOR UPDATE TO scip_writer USING ((SELECT ctx.central()));
CREATE VIEW scip.breaches WITH (security_invoker) AS
SELECT b.id, b.what, b.discovered_at, b.began_at, b.data, b.people, b.risk, b.consequences, b.measures, b.reported_at, b.not_reported_because,
       b.people_told_at, b.people_not_told_because, b.discovered_at + interval '72 hours' AS report_by, b.closed_at, b.created_at, b.updated_at,
       '/v1/privacy/breaches/' || b.id AS href, b.version AS _version
FROM scip.breach b;
GRANT SELECT ON scip.breaches TO scip_writer;

-- Objections, Art. 21. While one stands (it is not decided, or was upheld) the use of the person's data is restricted.
CREATE TABLE scip.objection (
  id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
  person_id uuid NOT NULL REFERENCES scip.person,
  received_on date NOT NULL,
  purpose text NOT NULL CHECK (length(purpose) <= 500),
  grounds text CHECK (length(grounds) <= 4000),
  decision text NOT NULL DEFAULT 'open' CHECK (decision IN ('open', 'upheld', 'refused')),
  reasons text CHECK (length(reasons) <= 4000),
  decided_at timestamptz,
  restricts boolean NOT NULL DEFAULT false,
  version int NOT NULL DEFAULT 1,
  created_at timestamptz NOT NULL DEFAULT now(),
  updated_at timestamptz NOT NULL DEFAULT now(),
  CONSTRAINT objection_decided CHECK ((decision = 'open') = (decided_at IS NULL))
);
CREATE INDEX ON scip.objection (person_id);
CREATE INDEX ON scip.objection (created_at, id);
COMMENT ON COLUMN scip.objection.purpose IS 'personal: purpose=to answer an objection; basis=legal obligation, UK GDPR Art. 6(1)(c) and 21; retention=the person''s';
COMMENT ON COLUMN scip.objection.grounds IS 'personal: purpose=to answer an objection; basis=legal obligation, UK GDPR Art. 6(1)(c) and 21; retention=the person''s';
COMMENT ON COLUMN scip.objection.reasons IS 'personal: purpose=to answer an objection; basis=legal obligation, UK GDPR Art. 6(1)(c) and 21; retention=the person''s';
COMMENT ON COLUMN scip.objection.restricts IS 'The restriction of the person came with it, and ends when it is refused';
CALL scip.protect('objection');
CALL scip.keep_records('objection', NULL, 'NULL', 'NULL', personal => '{purpose,grounds,reasons}');
COMMENT ON TABLE scip.objection IS 'history: kept=2 years';
GRANT SELECT (id, person_id, received_on, decision, decided_at, restricts, version, created_at, updated_at), INSERT (id, person_id, received_on, purpose, grounds),
  UPDATE (decision, reasons, decided_at) ON scip.objection TO scip_writer;
CREATE POLICY see ON scip.objection FOR SELECT TO scip_writer USING ((SELECT ctx.central()));
CREATE POLICY add ON scip.objection FOR INSERT TO scip_writer WITH CHECK ((SELECT ctx.central()));
CREATE POLICY change ON scip.objection FOR UPDATE TO scip_writer USING ((SELECT ctx.central()));

-- The person's row is the lock. It comes before the objection's, so that the restriction is there with it.
CREATE FUNCTION scip.restrict_for_objection() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = scip, pg_temp AS $$
DECLARE
  p record;
BEGIN
  SELECT o.restricted, o.erased_at INTO p FROM person o WHERE o.id = NEW.person_id FOR NO KEY UPDATE;
  IF p.erased_at IS NOT NULL THEN
    RAISE 'erased' USING ERRCODE = 'SC409', CONSTRAINT = 'person-erased';
  ELSIF NOT p.restricted THEN
    UPDATE person o SET restricted = true WHERE o.id = NEW.person_id;
    NEW.restricts := true;
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER restrict_for_objection BEFORE INSERT ON scip.objection FOR EACH ROW EXECUTE FUNCTION scip.restrict_for_objection();
CREATE FUNCTION scip.guard_objection() RETURNS trigger
LANGUAGE plpgsql AS $$
BEGIN
  RAISE 'decided' USING ERRCODE = 'SC409', CONSTRAINT = 'objection-decided';
END $$;
CREATE TRIGGER guard_objection BEFORE UPDATE OF decision ON scip.objection FOR EACH ROW
  WHEN (OLD.decision <> 'open') EXECUTE FUNCTION scip.guard_objection();
-- Refused, the restriction that it brought ends; another one that stands takes it over.
CREATE FUNCTION scip.settle_objection() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = scip, pg_temp AS $$
BEGIN
  PERFORM FROM person p WHERE p.id = NEW.person_id FOR NO KEY UPDATE;
  UPDATE objection o SET restricts = true
  WHERE o.id = (SELECT n.id FROM objection n WHERE n.person_id = NEW.person_id AND n.decision <> 'refused' ORDER BY n.created_at, n.id LIMIT 1);
  IF NOT FOUND THEN
    UPDATE person p SET restricted = false WHERE p.id = NEW.person_id AND p.restricted;
  END IF;
  RETURN NULL;
END $$;
CREATE TRIGGER settle_objection AFTER UPDATE OF decision ON scip.objection FOR EACH ROW
  WHEN (NEW.decision = 'refused' AND NEW.restricts) EXECUTE FUNCTION scip.settle_objection();
CREATE FUNCTION scip.guard_restriction() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = scip, pg_temp AS $$
BEGIN
  IF EXISTS (SELECT FROM objection o WHERE o.person_id = NEW.id AND o.decision <> 'refused') THEN
    RAISE 'an objection stands' USING ERRCODE = 'SC409', CONSTRAINT = 'objection-stands';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER guard_restriction BEFORE UPDATE OF restricted ON scip.person FOR EACH ROW
  WHEN (OLD.restricted AND NOT NEW.restricted) EXECUTE FUNCTION scip.guard_restriction();
-- The words go with the person; that there was an objection stays.
CREATE FUNCTION scip.erase_objections() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = scip, pg_temp AS $$
BEGIN
  UPDATE objection o SET purpose = '(erased)', grounds = NULL, reasons = NULL WHERE o.person_id = NEW.id;
  RETURN NULL;
END $$;
CREATE TRIGGER erase_objections AFTER UPDATE OF erased_at ON scip.person FOR EACH ROW
  WHEN (OLD.erased_at IS NULL AND NEW.erased_at IS NOT NULL) EXECUTE FUNCTION scip.erase_objections();

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
CREATE VIEW scip.objections WITH (security_invoker) AS
SELECT o.id, o.person_id AS person, o.received_on, o.decision, o.decided_at, o.created_at, o.updated_at, '/v1/privacy/objections/' || o.id AS href, o.version AS _version
FROM scip.objection o;
GRANT SELECT ON scip.objections TO scip_writer;
GRANT EXECUTE ON FUNCTION scip.objection_words TO scip_writer;

-- UK GDPR Art. 15: consents and objections as well; what is left of who was erased is about nobody.
ALTER FUNCTION scip.held_about RENAME TO held_before_rights;
REVOKE EXECUTE ON FUNCTION scip.held_before_rights FROM scip_writer;
CREATE FUNCTION scip.held_about(person uuid) RETURNS jsonb
LANGUAGE plpgsql SECURITY DEFINER SET search_path = scip, pg_temp AS $$
DECLARE
  of_whom uuid := (SELECT p.id FROM person p WHERE p.id = held_about.person AND p.erased_at IS NULL);
BEGIN
  RETURN held_before_rights(person) || jsonb_build_object(
    'consents', (SELECT coalesce(jsonb_agg(jsonb_build_object('booking', c.booking_id, 'text', '/v1/training/consent-texts/' || c.text_version, 'given_at', c.given_at,
        'withdrawn_at', c.withdrawn_at) ORDER BY c.id), '[]') FROM booking_consent c JOIN booking b ON b.id = c.booking_id WHERE b.person_id = of_whom),
    'objections', (SELECT coalesce(jsonb_agg(jsonb_build_object('received_on', o.received_on, 'purpose', o.purpose, 'grounds', o.grounds, 'decision', o.decision,
        'reasons', o.reasons, 'decided_at', o.decided_at) ORDER BY o.created_at, o.id), '[]') FROM objection o WHERE o.person_id = of_whom));
END $$;
GRANT EXECUTE ON FUNCTION scip.held_about TO scip_writer;

COMMIT;
