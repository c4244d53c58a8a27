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

COMMIT;
