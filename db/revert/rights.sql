BEGIN;
SET LOCAL client_min_messages = warning;
DROP FUNCTION scip.held_about;
ALTER FUNCTION scip.held_before_rights RENAME TO held_about;
GRANT EXECUTE ON FUNCTION scip.held_about TO scip_writer;
DROP VIEW scip.objections, scip.breaches, scip.retention, scip.processing;
DROP TRIGGER guard_restriction ON scip.person;
DROP TRIGGER erase_objections ON scip.person;
DROP TABLE scip.objection, scip.breach;
DROP FUNCTION scip.objection_words, scip.erase_objections, scip.guard_restriction, scip.settle_objection, scip.guard_objection, scip.restrict_for_objection,
  scip.record_objection, scip.record_breach, scip.retain_history, scip.history_kept, scip.retain_removal;
DO $$
DECLARE
  t record;
BEGIN
  FOR t IN SELECT c.relname, obj_description(c.oid, 'pg_class') AS note FROM pg_class c
           WHERE c.relnamespace = 'scip'::regnamespace AND obj_description(c.oid, 'pg_class') ~ 'history: kept=' LOOP
    EXECUTE format('COMMENT ON TABLE scip.%I IS %L', t.relname, nullif(regexp_replace(t.note, '(; )?history: kept=.*$', ''), ''));
  END LOOP;
  FOR t IN SELECT p.proname FROM pg_proc p WHERE p.pronamespace = 'scip'::regnamespace AND obj_description(p.oid, 'pg_proc') ~ '^retention: ' LOOP
    EXECUTE format('COMMENT ON FUNCTION scip.%I IS NULL', t.proname);
  END LOOP;
END $$;
CREATE OR REPLACE FUNCTION scip.retain(OUT kind text, OUT removed int) RETURNS SETOF record
LANGUAGE plpgsql AS $$
DECLARE
  step text;
BEGIN
  FOR step IN SELECT p.proname FROM pg_proc p
    WHERE p.pronamespace = 'scip'::regnamespace AND p.proname ~ '^retain_' AND p.pronargs = 0 ORDER BY 1 LOOP
    EXECUTE format('SELECT scip.%I()', step) INTO removed;
    kind := substr(step, 8);
    RETURN NEXT;
  END LOOP;
END $$;
DROP TABLE scip.removal;
DROP FUNCTION scip.withdraw_consent, scip.set_needs;
ALTER FUNCTION scip.write_needs RENAME TO set_needs;
GRANT EXECUTE ON FUNCTION scip.set_needs TO scip_writer;
COMMENT ON COLUMN scip.booking_need.dietary IS 'personal: purpose=catering on the day; basis=explicit consent, UK GDPR Art. 9(2)(a); retention=30 days after the session';
COMMENT ON COLUMN scip.booking_need.access IS 'personal: purpose=reasonable adjustments on the day; basis=explicit consent, UK GDPR Art. 9(2)(a); retention=30 days after the session';
DROP TRIGGER guard_needs ON scip.booking_need;
DROP FUNCTION scip.guard_needs;
DROP TABLE scip.booking_consent, scip.consent_text;
DROP FUNCTION scip.remove_needs, scip.guard_consent_text, scip.record_booking_consent, scip.record_consent_text;
DELETE FROM scip.kind_address WHERE kind = 'consent_text';
CREATE OR REPLACE FUNCTION ctx.kept(operation text, key text, hash bytea,
                         OUT status int, OUT location text, OUT etag text, OUT content_type text, OUT body text)
RETURNS SETOF record LANGUAGE sql STABLE SECURITY DEFINER SET search_path = scip, pg_temp SET enable_seqscan = off AS $$
  SELECT i.status, i.location, i.etag, i.content_type, i.body FROM idempotency i
  WHERE i.account_id = ctx.account() AND i.operation = kept.operation AND i.key = kept.key
    AND i.hash = kept.hash AND i.rights = ctx.rights();
$$;
DROP TRIGGER note_persons ON scip.idempotency;
DROP FUNCTION scip.note_persons, scip.account_word;
ALTER TABLE scip.idempotency DROP COLUMN persons;
COMMIT;
