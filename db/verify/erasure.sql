BEGIN;
SELECT 1 / (count(*) = 0)::int FROM scip.text_column WHERE rule IS NULL;
SELECT id, person_id, "table", record, "column", match, words, digest, decision, reason, href, hub_id, at, decided_at, account_id FROM scip.redaction WHERE false;
SELECT who, at, rest FROM scip.replayable WHERE false;
SELECT 'scip.erase_words'::regproc, 'scip.redact'::regproc, 'scip.replay'::regproc, 'scip.decide_mention'::regproc, 'scip.erasure_mentions'::regproc, 'scip.add_redaction'::regproc;
ROLLBACK;
