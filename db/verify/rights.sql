BEGIN;
SELECT 'scip.retain'::regproc, 'scip.erase'::regproc, 'scip.erase_person'::regproc, 'scip.held_about'::regproc, 'scip.correct'::regproc;
SELECT 1/(NOT has_function_privilege('scip_writer', 'scip.erase(uuid, timestamptz)', 'EXECUTE'))::int;
SELECT 1/(count(*) = 1)::int FROM pg_trigger WHERE tgname = 'guard_kept';
SELECT 1/(count(*) = 7)::int FROM pg_proc WHERE pronamespace = 'scip'::regnamespace AND proname IN ('retain_idempotency', 'retain_spent_token',
  'retain_personal_read', 'retain_change', 'retain_person', 'retain_booking_need', 'retain_feedback_comment');
SELECT 'scip.account_word'::regproc;
SELECT 1/(count(*) = 0)::int FROM pg_trigger g WHERE g.tgname = 'track_changes' AND scip.history_kept(g.tgrelid) IS NULL;
SELECT id, person_id, "table", record, "column", match, words, digest, decision, reason, href, hub_id, at, decided_at, account_id FROM scip.redaction WHERE false;
SELECT 'scip.erase_words'::regproc, 'scip.redact'::regproc, 'scip.replay'::regproc, 'scip.decide_mention'::regproc, 'scip.erasure_mentions'::regproc, 'scip.add_redaction'::regproc;
SELECT 1/(count(*) FILTER (WHERE t.oid IS NOT NULL) = count(*))::int
FROM pg_class c LEFT JOIN pg_trigger t ON t.tgrelid = c.oid AND t.tgname = 'track_changes'
WHERE c.relnamespace = 'scip'::regnamespace AND c.relkind IN ('r', 'p')
  AND c.relname NOT IN ('agent_list', 'audit', 'change', 'change_cut', 'erasure', 'file_chunk', 'history', 'history_start', 'idempotency',
                        'metric_definition', 'personal_read', 'record_kind', 'release_cell', 'removal', 'spent_token', 'term', 'unknown_account', 'upload',
                        'usage_month', 'usage_salt', 'use', 'use_item', 'use_month', 'use_session', 'use_visitor', 'users_month');
ROLLBACK;
