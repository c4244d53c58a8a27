-- The counter's tables: who may see what, months and their partitions, salts. How it counts: test_usage.py.
BEGIN;
CREATE EXTENSION IF NOT EXISTS pgtap SCHEMA public;
SELECT no_plan();

CREATE FUNCTION pg_temp.run_as(role text, statement text) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
  EXECUTE format('SET LOCAL ROLE %I', role);
  EXECUTE statement;
  RESET ROLE;
END $$;
CREATE FUNCTION pg_temp.value_as(role text, statement text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
  value text;
BEGIN
  EXECUTE format('SET LOCAL ROLE %I', role);
  EXECUTE statement INTO value;
  RESET ROLE;
  RETURN value;
END $$;

SELECT throws_ok(format('SELECT pg_temp.run_as(%L, %L)', r, s), '42501', NULL, r || ': ' || s)
FROM unnest(ARRAY['scip_anonymous', 'scip_writer']) r, unnest(ARRAY[
  'SELECT * FROM scip.use', 'SELECT * FROM scip.use_session', 'SELECT * FROM scip.use_visitor', 'SELECT * FROM scip.usage_salt',
  'SELECT * FROM scip.use_month', 'SELECT * FROM scip.agent_pattern', 'UPDATE scip.usage_month SET total_item_requests = 0', 'DELETE FROM scip.users_month',
  'INSERT INTO scip.use_item (kind, record_id, slug) VALUES (''document'', 1, ''x'')', 'SELECT scip.recount_usage()', 'SELECT scip.retain_use()',
  'SELECT scip.import_agents(''[]'')', 'SELECT scip.salt(''day'', now())', 'SELECT scip.make_use_partitions(''2040-01-01'')']) s;
SELECT throws_ok(format('SELECT pg_temp.run_as(%L, %L)', 'scip_anonymous', s), '42501', NULL, 'scip_anonymous: ' || s)
FROM unnest(ARRAY['SELECT * FROM scip.usage_salts(0)', 'SELECT * FROM scip.agent_patterns()',
  'SELECT * FROM scip.record_uses(1, ''{}'', ''{}'', ''{}'', ''{}'', ''{}'', ''{}'', ''{}'')']) s;
SELECT lives_ok($$SELECT pg_temp.run_as('scip_anonymous', 'SELECT * FROM scip.usage_rows(NULL, NULL, false, NULL, NULL, NULL, NULL); SELECT * FROM scip.usage_users(NULL, NULL, NULL)')$$,
  'figures are everybody''s');

-- Months are London's, made once, and next month's with them.
SELECT scip.make_use_partitions('2041-03-01');
SELECT scip.make_use_partitions('2041-03-01');
SELECT results_eq($$SELECT month, starts, ends FROM scip.use_month WHERE month >= '2041-01-01' ORDER BY 1$$,
  $$VALUES ('2041-03-01'::date, '2041-03-01 00:00Z'::timestamptz, '2041-03-31 23:00Z'::timestamptz),
           ('2041-04-01', '2041-03-31 23:00Z', '2041-04-30 23:00Z')$$, 'months begin at midnight in London');
SELECT is((SELECT count(*) FROM pg_class WHERE relnamespace = 'counted'::regnamespace AND relname ~ '_2041_0[34]$' AND relispartition AND relkind = 'r'), 6::bigint,
  'three partitions a month');
SELECT is_empty($$SELECT r FROM unnest(ARRAY['scip_anonymous', 'scip_writer']) r WHERE has_schema_privilege(r, 'counted', 'USAGE')$$, 'their schema is nobody''s');
SELECT is_empty($$SELECT relname, r FROM pg_class, unnest(ARRAY['scip_anonymous', 'scip_writer', 'public']) r
  WHERE relnamespace = 'counted'::regnamespace AND relkind = 'r' AND has_table_privilege(r, pg_class.oid, 'SELECT')$$, 'and no partition is granted');

-- Salts: the same as long as their time is, random, and gone a minute after it.
CREATE FUNCTION pg_temp.salts(at text) RETURNS TABLE (starts bigint, ends bigint, day text, previous text, month text) LANGUAGE sql AS $$
  SELECT s.starts, s.ends, s.day::text, s.previous::text, s.month::text FROM scip.usage_salts(extract(epoch FROM at::timestamp AT TIME ZONE 'Europe/London')::bigint) s
$$;
SELECT is((SELECT s FROM pg_temp.salts('2041-03-31 12:00') s), (SELECT s FROM pg_temp.salts('2041-03-31 23:59:59') s), 'one salt a day');
SELECT is((SELECT ends - starts FROM pg_temp.salts('2041-03-31 12:00')), 23 * 3600::bigint, 'also of the day that is short');
SELECT is((SELECT previous FROM pg_temp.salts('2041-04-01 00:00:29')), (SELECT day FROM pg_temp.salts('2041-03-31 12:00')), 'in the first seconds with that of the day before');
SELECT is((SELECT previous FROM pg_temp.salts('2041-04-01 00:00:30')), NULL, 'and no longer');
SELECT isnt((SELECT month FROM pg_temp.salts('2041-04-01 00:00:30')), (SELECT month FROM pg_temp.salts('2041-03-31 12:00')), 'one salt a month');
SELECT is((SELECT count(DISTINCT salt) FROM scip.usage_salt WHERE starts > '2041-01-01'), 4::bigint, 'all different');
INSERT INTO scip.usage_salt VALUES ('day', now() - interval '3 days', now() - interval '61 seconds', sha256('x')), ('month', now() - interval '40 days', now() - interval '59 seconds', sha256('y'));
SELECT count(*) FROM pg_temp.salts(to_char(now() AT TIME ZONE 'Europe/London', 'YYYY-MM-DD HH24:MI:SS'));
SELECT is((SELECT count(*) FROM scip.usage_salt WHERE salt = sha256('x')), 0::bigint, 'what is over for a minute is gone when the next is asked for');
SELECT is((SELECT count(*) FROM scip.usage_salt WHERE salt = sha256('y')), 1::bigint, 'and what is not stays');

-- No column of the counter's could hold an address or an agent.
SELECT is_empty($$SELECT relname, attname, format_type(atttypid, atttypmod) FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid AND attnum > 0 AND NOT attisdropped
  WHERE relnamespace = 'scip'::regnamespace AND relname IN ('use', 'use_session', 'use_visitor') AND relkind = 'p'
    AND atttypid NOT IN ('uuid'::regtype, 'int4'::regtype, 'int2'::regtype, 'bool'::regtype, 'date'::regtype, 'timestamptz'::regtype) AND attname <> 'agent'$$,
  'keys are 128 bits each, and words are classes');
SELECT throws_ok($$INSERT INTO scip.use VALUES ('2041-03-05', 1, true, 'Mozilla', gen_random_uuid(), NULL, gen_random_uuid())$$, '23514');

-- The list of agents has an edition that rises with every change.
SELECT pg_temp.value_as('scip_writer', 'SELECT version FROM scip.agent_patterns() LIMIT 1') AS before \gset
DELETE FROM scip.agent_pattern WHERE imported;
SELECT is((SELECT array[listed, added, removed] FROM scip.import_agents('["^one", "^two"]')), ARRAY[2, 2, 0], 'a list is taken in');
SELECT cmp_ok(pg_temp.value_as('scip_writer', 'SELECT version FROM scip.agent_patterns() LIMIT 1')::bigint, '>', :before::bigint, 'which makes another edition');
SELECT is((SELECT array[listed, added, removed] FROM scip.import_agents('["^two", "^three", "^three"]')), ARRAY[3, 1, 1], 'the next one in its place');
SELECT ok(EXISTS (SELECT FROM scip.agent_pattern WHERE agent = 'machine' AND pattern = '^curl\b' AND NOT imported), 'the service''s own stay');

SELECT * FROM finish();
ROLLBACK;
