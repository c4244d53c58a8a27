BEGIN;
DO $$
DECLARE
  made text;
BEGIN
  FOR made IN SELECT pg_get_triggerdef(t.oid) FROM pg_trigger t WHERE NOT t.tgisinternal AND pg_get_triggerdef(t.oid) ~ '\mredacting\(\)' LOOP
    made := replace(made, 'CREATE TRIGGER', 'CREATE OR REPLACE TRIGGER');
    EXECUTE regexp_replace(regexp_replace(made, ' WHEN \(\(NOT (?:scip\.)?redacting\(\)\)\)', ''), ' WHEN \(\(\(NOT (?:scip\.)?redacting\(\)\) AND (.*)\)\) EXECUTE', ' WHEN (\1) EXECUTE');
  END LOOP;
END $$;
DROP PROCEDURE scip.let_redact;
DROP VIEW scip.redactions, scip.replayable, scip.text_column;
DROP FUNCTION scip.retain_redaction, scip.replay, scip.add_redaction, scip.erasure_mentions, scip.decide_mention, scip.settle_mention, scip.row_of, scip.redact,
  scip.erase_words, scip.list_mention, scip.erase_from_row, scip.empty_answers, scip.write_row, scip.lock_texts, scip.strike(text, scip.sought_words),
  scip.strike(jsonb, scip.sought_words), scip.seek, scip.sift, scip.words_of, scip.hub_of, scip.address_of, scip.record_key;
DROP TYPE scip.sought_words;
DROP TABLE scip.redaction CASCADE;
DROP FUNCTION scip.record_redaction;
COMMIT;
