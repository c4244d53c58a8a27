BEGIN;
SET LOCAL client_min_messages = warning;
\ir ../views/drop.sql
DO $$
DECLARE
  t record;
BEGIN
  FOR t IN SELECT c.relname, obj_description(c.oid, 'pg_class') AS note FROM pg_class c
           WHERE c.relnamespace = 'scip'::regnamespace AND obj_description(c.oid, 'pg_class') ~ 'history: kept=' LOOP
    EXECUTE format('COMMENT ON TABLE scip.%I IS %L', t.relname, nullif(regexp_replace(t.note, '(; )?history: kept=.*$', ''), ''));
  END LOOP;
END $$;
COMMENT ON FUNCTION scip.retain_file IS NULL;
COMMENT ON FUNCTION scip.retain_usage_salt IS NULL;
COMMENT ON FUNCTION scip.retain_use IS NULL;
DROP FUNCTION scip.retain_redaction, scip.replay, scip.add_redaction, scip.erasure_mentions, scip.decide_mention,
  scip.settle_mention, scip.row_of, scip.redact, scip.erase_words, scip.list_mention, scip.erase_from_row,
  scip.empty_answers, scip.write_row, scip.lock_texts, scip.redacted(text, scip.sought_words), scip.redacted(jsonb,
  scip.sought_words), scip.sought, scip.prefilter, scip.words_of, scip.hub_of, scip.address_of, scip.record_redaction,
  scip.retain_history, scip.history_kept, scip.retain_removal, scip.retain, scip.retain_person, scip.retain_change,
  scip.retain_personal_read, scip.retain_spent_token, scip.retain_idempotency, scip.record_breach, scip.objection_words,
  scip.record_objection, scip.held_about, scip.erase_person, scip.erase, scip.correct, scip.account_word,
  scip.idempotency_guard_kept, scip.objection_restrict_for_objection, scip.objection_guard_objection,
  scip.objection_settle_objection, scip.person_guard_restriction, scip.person_erase_objections CASCADE;
DROP TABLE scip.redaction, scip.removal, scip.breach, scip.objection CASCADE;
DROP TYPE scip.sought_words;
DELETE FROM scip.record_kind WHERE "table" IN ('objection', 'breach', 'redaction');
COMMIT;
