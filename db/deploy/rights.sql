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

COMMIT;
