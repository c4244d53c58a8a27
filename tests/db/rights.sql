-- How long earlier states are kept, and what is known of figures after that; what triggers hold for every writer.
BEGIN;
CREATE EXTENSION IF NOT EXISTS pgtap SCHEMA public;
SELECT no_plan();
SET search_path = scip, public;

-- A record in words, one that has ended, one that never changed; one of what everybody reads.
UPDATE history_start SET at = now() - interval '5 years';
INSERT INTO history ("table", record, row, at, until)
SELECT t, r, row::jsonb, now() - ago::interval, lead(now() - ago::interval, 1, 'infinity') OVER (PARTITION BY t, r ORDER BY ago::interval DESC) FROM (VALUES
  ('activity', 'changed', '{"title": "first"}', '3 years'), ('activity', 'changed', '{"title": "second"}', '30 months'), ('activity', 'changed', '{"title": "third"}', '1 year'),
  ('activity', 'ended', '{"title": "a name"}', '3 years'), ('activity', 'ended', NULL, '30 months'),
  ('activity', 'ends', '{"title": "later"}', '3 years'), ('activity', 'ends', NULL, '1 year'),
  ('activity', 'same', '{"title": "same"}', '3 years'),
  ('organisation', 'changed', '{"name": "first"}', '9 years'), ('organisation', 'changed', '{"name": "second"}', '3 years'),
  ('organisation', 'old', '{"name": "first"}', '12 years'), ('organisation', 'old', '{"name": "second"}', '11 years')) v (t, r, row, ago);
CREATE FUNCTION pg_temp.known_as(t text, ago text) RETURNS text LANGUAGE sql AS $$
  SELECT coalesce(string_agg(coalesce(r ->> 'title', r ->> 'name'), ' ' ORDER BY coalesce(r ->> 'title', r ->> 'name')), '') FROM history h, LATERAL (SELECT h.row AS r, now() - ago::interval AS known_at) k
  WHERE h."table" = t AND h.at < known_at AND h.until >= known_at AND coalesce(r ->> 'title', r ->> 'name') IN ('first', 'second', 'third', 'a name', 'later', 'same')
$$;
CREATE FUNCTION pg_temp.figure(period text, ago text) RETURNS text LANGUAGE sql AS $$
  SELECT concat_ws(' ', status, trim_scale(value)) FROM metric_answer('meetings_held', ARRAY[period], '{}', NULL, NULL, NULL, CASE WHEN ago <> '' THEN (now() - ago::interval)::date END, NULL)
$$;
-- One year is published, another is not.
SET LOCAL session_replication_role = replica;
INSERT INTO release (period, number, family, first_day, last_day, note, created_at) VALUES ('2017-18', 1, 'academic', '2017-09-01', '2018-08-31', 'test', now() - interval '4 years');
INSERT INTO release_cell (release_id, metric, definition_version, breakdown, value, status)
SELECT r.id, m.code, m.version, '{}', 41, 'value' FROM release r, metric m WHERE r.note = 'test' AND m.code = 'meetings_held';
SET LOCAL session_replication_role = origin;
CREATE TEMP TABLE before AS SELECT ago, pg_temp.figure('2018-19', ago) AS said, pg_temp.figure('2017-18', ago) AS published FROM unnest(ARRAY['3 years', '1 year', '']) ago;
SELECT isnt(said, 'not_available', 'kept: ' || ago) FROM before;
SELECT is(pg_temp.known_as('activity', '27 months'), 'later same second');

SELECT cmp_ok((SELECT retain_history()), '>=', 4, 'what is over');
SELECT results_eq($$SELECT record, row ->> 'title' FROM history WHERE "table" = 'activity' AND record IN ('changed', 'ended', 'ends', 'same') ORDER BY id$$,
  $$VALUES ('changed', 'second'), ('changed', 'third'), ('ends', 'later'), ('ends', NULL), ('same', 'same')$$, 'the state at the beginning, and what came after');
SELECT results_eq($$SELECT record, row ->> 'name' FROM history WHERE "table" = 'organisation' AND record IN ('changed', 'old') ORDER BY id$$,
  $$VALUES ('changed', 'first'), ('changed', 'second'), ('old', 'second')$$, 'what everybody reads stays longer');
SELECT is(pg_temp.known_as('activity', ago), said, 'activities as of ' || ago) FROM (VALUES ('23 months', 'later same second'), ('6 months', 'same third')) v (ago, said);
SELECT is((SELECT at FROM history_start WHERE "table" = 'activity'), now() - interval '2 years', 'history begins there');
SELECT is((SELECT at FROM history_start WHERE "table" = 'organisation'), now() - interval '5 years', 'and no earlier than it did');
SELECT is(pg_temp.figure('2018-19', ago), CASE ago WHEN '3 years' THEN 'not_available' ELSE said END, 'a figure as of ' || ago) FROM before;
SELECT is(pg_temp.figure('2017-18', ago), 'value 41', 'what was published stays, as of ' || ago) FROM before;
SELECT is((SELECT retain_history()), 0, 'once');

-- A key whose answer was erased with a person stays used: who repeats the request does not make the person again.
INSERT INTO account (id, issuer, subject, label) VALUES ('00000000-0000-7000-8000-00000000aaaa', 'self', 'test-retention', 'test');
INSERT INTO idempotency (account_id, operation, key, hash, rights, status, created_at)
SELECT '00000000-0000-7000-8000-00000000aaaa', 'addPerson', days || ' ' || status, '', '', status, now() - days * interval '1 day' FROM unnest(ARRAY[0, 2, 729, 732]) days, unnest(ARRAY[201, 410]) status;
SELECT ok((SELECT retain_idempotency()) >= 4, 'answers that are over');
SELECT results_eq($$SELECT key FROM idempotency WHERE operation = 'addPerson' AND account_id = '00000000-0000-7000-8000-00000000aaaa' ORDER BY 1$$, $$VALUES ('0 201'), ('0 410'), ('2 410'), ('729 410')$$, 'of erased people keys stay used for two years');

-- Every table that keeps its history says how long.
SELECT is_empty($$SELECT tgrelid::regclass FROM pg_trigger WHERE tgname = 'track_changes' AND history_kept(tgrelid) IS NULL$$, 'stated of each table');
SELECT is_empty($$SELECT p.proname FROM pg_proc p WHERE p.pronamespace = 'scip'::regnamespace AND p.proname ~ '^retain_' AND p.pronargs = 0
  AND coalesce(obj_description(p.oid, 'pg_proc'), '') !~ '^retention: kept=[^;]+; what=[^;]+$'$$, 'and of each step of the nightly job');
SELECT isnt_empty('SELECT FROM removal', 'the run is written down') FROM retain() LIMIT 1;

SELECT * FROM finish();
ROLLBACK;
