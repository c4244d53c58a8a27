BEGIN;
DROP FUNCTION scip.withdraw_consent, scip.set_needs;
ALTER FUNCTION scip.write_needs RENAME TO set_needs;
GRANT EXECUTE ON FUNCTION scip.set_needs TO scip_writer;
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
