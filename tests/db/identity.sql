-- Who asks, as what and until when; kept answers; what every write leaves behind.
BEGIN;
CREATE EXTENSION IF NOT EXISTS pgtap SCHEMA public;
SELECT no_plan();
SET LOCAL search_path = scip, public;

-- The clock of the tests: scip.today() as it is defined, but for the instant.
SELECT set_config('test.now', now()::text, true);
DO $$ BEGIN EXECUTE replace(pg_get_functiondef('scip.today'::regproc), 'now()', 'current_setting(''test.now'')::timestamptz'); END $$;

INSERT INTO organisation (slug, name, sources, confidence) VALUES ('test-a', 'A', '{test}', 'low'), ('test-b', 'B', '{test}', 'low');
INSERT INTO hub (slug, name, nations, sources, confidence) VALUES ('test-h1', 'H1', '{GB-ENG}', '{test}', 'low'), ('test-h2', 'H2', '{GB-ENG}', '{test}', 'low');
INSERT INTO alliance_group (slug, name, kind, status, sources, confidence) VALUES ('test-g', 'G', 'working_group', 'active', '{test}', 'low');
CREATE FUNCTION pg_temp.account(name text) RETURNS uuid LANGUAGE sql AS 'SELECT id FROM scip.account WHERE issuer = ''self'' AND subject = ''test-'' || name';
CREATE FUNCTION pg_temp.a(name text, starts date, ends date, roles jsonb) RETURNS void LANGUAGE sql AS $$
  WITH made AS (INSERT INTO scip.account (issuer, subject, label) VALUES ('self', 'test-' || name, 'Test') RETURNING id)
  INSERT INTO scip.account_role (account_id, role, hub_id, group_id, organisation_id, starts, ends)
  SELECT made.id, r.role, (SELECT id FROM scip.hub WHERE slug = r.hub), (SELECT id FROM scip.alliance_group WHERE slug = r."group"),
         (SELECT id FROM scip.organisation WHERE slug = r.organisation), starts, ends
  FROM made, jsonb_to_recordset(roles) r (role text, hub text, "group" text, organisation text)
$$;
SELECT pg_temp.a('none', '2020-01-01', NULL, '[]');
SELECT pg_temp.a('central', '2020-01-01', NULL, '[{"role": "central"}]');
SELECT pg_temp.a('many', '2020-01-01', NULL, '[{"role": "hub_lead", "hub": "test-h1", "organisation": "test-a"}, {"role": "hub_member", "hub": "test-h2"},
  {"role": "group_member", "group": "test-g", "organisation": "test-b"}, {"role": "partner", "organisation": "test-b"}, {"role": "analyst"}]');
SELECT pg_temp.a('dated', '2025-09-01', '2026-01-01', '[{"role": "analyst"}]');

CREATE FUNCTION pg_temp.enter(name text, roles text[] DEFAULT '{}', scope text DEFAULT NULL, issued timestamptz DEFAULT now(), token text DEFAULT NULL)
RETURNS void LANGUAGE sql AS $$
  SELECT ctx.enter('self', 'test-' || name, token, floor(extract(epoch FROM issued))::bigint, scope, 'request-1', 'testOperation', roles)
$$;

-- Nobody: no rights.
SELECT collect_tap(is(ctx.account(), NULL, 'nobody'), is(ctx.roles(), '{}'), is(ctx.central(), false), is(ctx.hubs_led(), '{}'), is(ctx.hubs(), '{}'),
  is(ctx.groups(), '{}'), is(ctx.organisations(), '{}'), is(ctx.affiliations(), '{}'), is(ctx.audiences(), '{public}'), is(ctx.rights(), 'anonymous'));
SELECT set_config('scip.' || s, '', true) FROM unnest(ARRAY['account', 'roles', 'hubs_led', 'hubs', 'groups', 'organisations',
  'affiliations', 'audiences', 'rights', 'request', 'operation']) s;
SELECT collect_tap(is(ctx.account(), NULL, 'what Sync leaves behind gives no right'), is(ctx.roles(), '{}'), is(ctx.central(), false), is(ctx.hubs_led(), '{}'),
  is(ctx.hubs(), '{}'), is(ctx.groups(), '{}'), is(ctx.organisations(), '{}'), is(ctx.affiliations(), '{}'), is(ctx.audiences(), '{public}'));

-- The claims.
SELECT lives_ok($$SELECT pg_temp.enter('many')$$, 'in');
SELECT collect_tap(is(ctx.account(), pg_temp.account('many'), 'account'), is(ctx.request(), 'request-1', 'request'), is(ctx.operation(), 'testOperation', 'operation'),
  set_eq('SELECT unnest(ctx.roles())', ARRAY['hub_lead', 'hub_member', 'group_member', 'partner', 'analyst'], 'roles'),
  is(ctx.central(), false, 'not central'),
  is(ctx.hubs_led(), ARRAY(SELECT id FROM hub WHERE slug = 'test-h1'), 'Hubs led'),
  set_eq('SELECT unnest(ctx.hubs())', $$SELECT id FROM scip.hub WHERE slug IN ('test-h1', 'test-h2')$$, 'Hubs'),
  is(ctx.groups(), ARRAY(SELECT id FROM alliance_group WHERE slug = 'test-g'), 'groups'),
  is(ctx.organisations(), ARRAY(SELECT id FROM organisation WHERE slug = 'test-b'), 'organisations it speaks for'),
  set_eq('SELECT unnest(ctx.affiliations())', $$SELECT id FROM scip.organisation WHERE slug IN ('test-a', 'test-b')$$, 'organisations it belongs to'));
SELECT set_eq('SELECT unnest(ctx.audiences())', $$
  SELECT unnest(ARRAY['public', 'role:hub_lead', 'role:hub_member', 'role:group_member', 'role:partner', 'role:analyst',
                      'account:' || pg_temp.account('many')])
  UNION ALL SELECT 'hub-lead:' || id FROM scip.hub WHERE slug = 'test-h1'
  UNION ALL SELECT 'hub:' || id FROM scip.hub WHERE slug IN ('test-h1', 'test-h2')
  UNION ALL SELECT 'group:' || id FROM scip.alliance_group WHERE slug = 'test-g'
  UNION ALL SELECT 'organisation:' || id FROM scip.organisation WHERE slug = 'test-b'$$, 'audiences');
SELECT pg_temp.enter('central');
SELECT collect_tap(is(ctx.central(), true, 'the next claims'), is(ctx.hubs(), '{}', 'replace the first'));

-- Who is refused.
SELECT throws_ok($$SELECT pg_temp.enter('stranger')$$, 'SC401', NULL, 'a stranger');
SELECT throws_ok($$SELECT ctx.enter('https://id.example.org', 'test-central', NULL, 0, NULL, 'x', 'x', '{}')$$, 'SC401', NULL, 'the subject of another issuer');
SELECT throws_ok($$SELECT ctx.enter(NULL, NULL, NULL, NULL, NULL, NULL, NULL, '{}')$$, 'SC401', NULL, 'nothing');
SELECT throws_ok($$SELECT pg_temp.enter('none', '{central}')$$, 'SC403', NULL, 'no role');
SELECT throws_ok($$SELECT pg_temp.enter('many', '{central,website}')$$, 'SC403', NULL, 'none of the roles');
SELECT lives_ok($$SELECT pg_temp.enter('many', '{central,partner}')$$, 'one of the roles');
SELECT lives_ok($$SELECT pg_temp.enter('none')$$, 'any account');
SELECT is(ctx.rights() <> 'anonymous' AND ctx.roles() = '{}', true, 'has no roles, and is somebody');
UPDATE account SET active = false WHERE subject = 'test-none';
SELECT throws_ok($$SELECT pg_temp.enter('none')$$, 'SC401', NULL, 'an inactive account');
UPDATE account SET active = true, tokens_from = '2026-03-01T12:00:00.5Z' WHERE subject = 'test-none';
SELECT throws_ok($$SELECT pg_temp.enter('none', issued => '2026-03-01T11:59:59Z')$$, 'SC401', NULL, 'a token of before');
SELECT lives_ok($$SELECT pg_temp.enter('none', issued => '2026-03-01T12:00:00Z')$$, 'one of the same second');
SELECT throws_ok($$SELECT ctx.enter('self', 'test-none', NULL, NULL, NULL, 'x', 'x', '{}')$$, 'SC401', NULL, 'one of no time at all');
SELECT collect_tap(is(ctx.spend_token('self', 'test-t', extract(epoch FROM now())::bigint + 600), true, 'a token is ended'),
  is(ctx.spend_token('self', 'test-t', extract(epoch FROM now())::bigint + 600), false, 'once'));
SELECT throws_ok($$SELECT pg_temp.enter('many', token => 'test-t')$$, 'SC401', NULL, 'an ended token');
SELECT lives_ok($$SELECT pg_temp.enter('many', token => 'test-u')$$, 'another one');

-- The central team has a login of its own, and nobody else has it: as far as the token says so.
CREATE FUNCTION pg_temp.enter_on(login text, name text, roles text[] DEFAULT '{}', scope text DEFAULT NULL) RETURNS text LANGUAGE plpgsql AS $$
BEGIN
  EXECUTE format('SET LOCAL ROLE %I', login);
  PERFORM ctx.enter('self', 'test-' || name, NULL, floor(extract(epoch FROM now()))::bigint, scope, 'x', 'x', roles);
  RESET ROLE;
  RETURN 'in';
EXCEPTION WHEN OTHERS THEN
  RETURN SQLSTATE;
END $$;
SELECT is(pg_temp.enter_on(login, name, roles, scope), expected, format('%s as %s %s %s', name, login, roles, scope)) FROM (VALUES
  ('scip_central', 'central', '{}'::text[], NULL, 'in'), ('scip_writer', 'central', '{}', NULL, 'SCPOL'),
  ('scip_writer', 'central', '{}', 'analyst', 'in'), ('scip_central', 'central', '{}', 'analyst', 'SCPOL'),
  ('scip_writer', 'many', '{}', NULL, 'in'), ('scip_central', 'many', '{}', NULL, 'SCPOL'), ('scip_central', 'many', '{}', 'central', 'SCPOL'),
  ('scip_central', 'many', '{central}', NULL, 'SC403'), ('scip_writer', 'many', '{central}', 'central', 'SC403'),
  ('scip_central', 'stranger', '{}', NULL, 'SC401'), ('scip_anonymous', 'many', '{}', NULL, '42501')) t (login, name, roles, scope, expected);

-- The scope limits, it never adds.
SELECT pg_temp.enter('many', scope => 'analyst partner central');
SELECT collect_tap(set_eq('SELECT unnest(ctx.roles())', ARRAY['analyst', 'partner'], 'scope'), is(ctx.hubs(), '{}', 'no Hubs'), is(ctx.central(), false),
  is(cardinality(ctx.organisations()), 1, 'but the organisation'), is(cardinality(ctx.affiliations()), 2, 'whom it belongs to stays known'));
SELECT throws_ok($$SELECT pg_temp.enter('many', '{hub_lead}', 'analyst')$$, 'SC403', NULL, 'what the scope leaves out is missing');
SELECT throws_ok($$SELECT pg_temp.enter('central', '{central}', '')$$, 'SC403', NULL, 'an empty scope is nothing');

-- Days are London's: 1 September begins at 23:00 UTC, 1 January at midnight.
SELECT is((SELECT prosrc || pg_get_function_sqlbody(oid) FROM pg_proc WHERE oid = 'scip.today'::regproc) LIKE '%setting.zone()%test.now%'
       OR pg_get_functiondef('scip.today'::regproc) LIKE '%test.now%setting.zone()%', true, 'the clock is ours');
CREATE FUNCTION pg_temp.roles_at(instant text, name text DEFAULT 'dated') RETURNS text[] LANGUAGE plpgsql AS $$
BEGIN
  PERFORM set_config('test.now', instant, true), pg_temp.enter(name);
  RETURN ctx.roles();
END $$;
SELECT is(pg_temp.roles_at(instant), roles, instant) FROM (VALUES
  ('2025-08-31T22:59:59.9Z', '{}'::text[]), ('2025-08-31T23:00:00Z', '{analyst}'), ('2025-12-31T23:59:59.9Z', '{analyst}'),
  ('2026-01-01T00:00:00Z', '{}')) t (instant, roles);
SELECT set_config('test.now', now()::text, true);
SELECT throws_ok($$SELECT pg_temp.a('twice', '2026-01-01', '2026-06-01', '[{"role": "analyst"}, {"role": "analyst"}]')$$, '23P01', NULL, 'a role once at a time');
SELECT lives_ok($$INSERT INTO scip.account_role (account_id, role, starts) VALUES (pg_temp.account('dated'), 'analyst', '2026-01-01')$$, 'and again after its end');
SELECT throws_ok(format('INSERT INTO scip.account_role (account_id, role, hub_id, group_id, organisation_id) VALUES (pg_temp.account(''none''), %s)', v), '23514', NULL, v)
FROM unnest(ARRAY['''hub_lead'', NULL, NULL, NULL', '''central'', (SELECT min(id) FROM scip.hub), NULL, NULL', '''partner'', NULL, NULL, NULL',
  '''group_member'', NULL, NULL, NULL', '''website'', NULL, NULL, (SELECT min(id) FROM scip.organisation)', '''admin'', NULL, NULL, NULL']) v;

-- Row-level security reads the claims: the central team sees all accounts, others their own, nobody none.
CREATE FUNCTION pg_temp.seen(name text, query text) RETURNS bigint LANGUAGE plpgsql AS $$
DECLARE
  n bigint;
BEGIN
  PERFORM pg_temp.enter(name);
  EXECUTE 'SET LOCAL ROLE ' || CASE WHEN ctx.central() THEN 'scip_central' ELSE 'scip_writer' END;
  EXECUTE query INTO n;
  RESET ROLE;
  RETURN n;
END $$;
SELECT collect_tap(is(pg_temp.seen('central', 'SELECT count(*) FROM scip.accounts WHERE subject LIKE ''test-%'''), 4::bigint, 'all accounts'),
  is(pg_temp.seen('many', 'SELECT count(*) FROM scip.accounts'), 1::bigint, 'one''s own'),
  is(pg_temp.seen('many', 'SELECT count(*) FROM scip.account_roles'), 5::bigint, 'one''s own roles'),
  is(pg_temp.seen('many', 'SELECT (SELECT count(*) FROM scip.audit) + (SELECT count(*) FROM scip.history)'), 0::bigint, 'no audit'),
  isnt(pg_temp.seen('central', 'SELECT count(*) FROM scip.audit'), 0::bigint, 'the audit'),
  is(pg_temp.seen('many', $$SELECT count(*) FROM scip.change WHERE kind = 'account' AND key <> ctx.account()::text$$), 0::bigint, 'no change of others'),
  is(pg_temp.seen('many', $$SELECT count(DISTINCT key) FROM scip.change WHERE kind = 'account'$$), 1::bigint, 'one''s own'),
  isnt(pg_temp.seen('many', $$SELECT count(*) FROM scip.change WHERE kind = 'hub'$$), 0::bigint, 'and what is public'));

-- A request with a key is done once.
CREATE FUNCTION pg_temp.claim(name text, operation text, key text, body text) RETURNS void LANGUAGE sql AS $$
  SELECT pg_temp.enter(name); SELECT ctx.claim(operation, key, sha256(body::bytea))
$$;
CREATE FUNCTION pg_temp.kept(name text, operation text, key text, body text) RETURNS SETOF text LANGUAGE sql AS $$
  SELECT pg_temp.enter(name); SELECT k::text FROM ctx.kept(operation, key, sha256(body::bytea)) k
$$;
SELECT lives_ok($$SELECT pg_temp.claim('many', 'addThing', 'k', 'body')$$, 'a new key');
SELECT ctx.keep('addThing', 'k', sha256('body'), 201, '/v1/things/1', '"1.x"', 'application/json', '{"a": 1}');
SELECT throws_ok($$SELECT pg_temp.claim('many', 'addThing', 'k', 'body')$$, 'SC200', NULL, 'again');
SELECT results_eq($$SELECT pg_temp.kept('many', 'addThing', 'k', 'body')$$,
  ARRAY['(201,/v1/things/1,"""1.x""",application/json,"{""a"": 1}")'], 'the same answer');
SELECT throws_ok($$SELECT pg_temp.claim('many', 'addThing', 'k', 'other')$$, 'SC422', NULL, 'another body');
SELECT is_empty($$SELECT pg_temp.kept('many', 'addThing', 'k', 'other')$$, 'gets nothing');
SELECT collect_tap(lives_ok($$SELECT pg_temp.claim('many', 'addOther', 'k', 'other')$$, 'another operation'),
  lives_ok($$SELECT pg_temp.claim('central', 'addThing', 'k', 'other')$$, 'another caller'));
SELECT is_empty($$SELECT pg_temp.kept('central', 'addThing', 'k', 'body')$$, 'who gets nothing of the first');
UPDATE account_role SET ends = starts WHERE account_id = pg_temp.account('many') AND role = 'analyst';
SELECT throws_ok($$SELECT pg_temp.claim('many', 'addThing', 'k', 'body')$$, 'SC403', NULL, 'with other rights than then');
SELECT is_empty($$SELECT pg_temp.kept('many', 'addThing', 'k', 'body')$$, 'gets nothing either');
UPDATE account_role SET ends = NULL WHERE account_id = pg_temp.account('many') AND role = 'analyst';
SELECT throws_ok($$SELECT pg_temp.claim('many', 'addThing', 'k', 'body')$$, 'SC200', NULL, 'with the same again');
UPDATE idempotency SET created_at = now() - interval '24 hours' WHERE key = 'k';
SELECT throws_ok($$SELECT pg_temp.claim('many', 'addThing', 'k', 'body')$$, 'SC200', NULL, 'for 24 hours');
UPDATE idempotency SET created_at = created_at - interval '1 second' WHERE key = 'k';
SELECT lives_ok($$SELECT pg_temp.claim('many', 'addThing', 'k', 'other')$$, 'and no longer');
SELECT ctx.keep('addThing', 'k', sha256('other'), 201, NULL, NULL, 'application/json', '{}');
INSERT INTO idempotency SELECT pg_temp.account('none'), 'x', n::text, 'x', 'x', 200, NULL, NULL, NULL, NULL, now() - interval '25 hours' FROM generate_series(1, 6) n;
SELECT ctx.keep('addThing', 'k2', sha256('other'), 201, NULL, NULL, 'application/json', '{}');
SELECT is(count(*), 2::bigint, 'old answers are cleared away, a few at a time') FROM idempotency WHERE account_id = pg_temp.account('none');

-- A dry run checks what waits for the commit.
CREATE TEMP TABLE later (a int UNIQUE DEFERRABLE INITIALLY DEFERRED);
SELECT throws_ok('SELECT ctx.undo()', 'SCDRY', NULL, 'a dry run ends');
INSERT INTO later VALUES (1), (1);
SELECT throws_ok('SELECT ctx.undo()', '23505', NULL, 'or fails as the commit would');

-- Clients prove themselves with a secret; two at most.
SELECT pg_temp.a('client', '2020-01-01', NULL, '[{"role": "website"}, {"role": "analyst"}]');
INSERT INTO client_secret (account_id, sha256, created_at) SELECT pg_temp.account('client'), sha256('one'), now() - interval '3 days';
SELECT collect_tap(is(ctx.client_roles('test-client', sha256('one')), 'analyst website', 'its roles'),
  is_empty($$SELECT ctx.client_roles('test-client', sha256('two'))$$, 'a wrong secret'),
  is_empty($$SELECT ctx.client_roles('test-central', sha256('one'))$$, 'another client''s'));
INSERT INTO client_secret (account_id, sha256, created_at) SELECT pg_temp.account('client'), sha256('two'), now() - interval '2 days';
SELECT is(count(*), 2::bigint, 'two') FROM client_secret WHERE account_id = pg_temp.account('client');
INSERT INTO client_secret (account_id, sha256) SELECT pg_temp.account('client'), sha256('three');
SELECT set_eq($$SELECT sha256 FROM scip.client_secret WHERE account_id = pg_temp.account('client')$$, ARRAY[sha256('two'), sha256('three')], 'the oldest ends');
UPDATE client_secret SET ends_at = now() WHERE sha256 = sha256('two');
SELECT is_empty($$SELECT ctx.client_roles('test-client', sha256('two'))$$, 'an ended one is none');
UPDATE client_secret SET ends_at = now() + interval '1 minute' WHERE sha256 = sha256('three');
INSERT INTO client_secret (account_id, sha256) SELECT pg_temp.account('client'), sha256('four');
SELECT set_eq($$SELECT sha256 FROM scip.client_secret WHERE account_id = pg_temp.account('client')$$, ARRAY[sha256('three'), sha256('four')], 'and is cleared away');
INSERT INTO client_keys SELECT pg_temp.account('client'), '{"keys": []}';
SELECT is(ctx.client_jwks('test-client'), '{"keys": []}', 'or with keys');
UPDATE account SET active = false WHERE subject = 'test-client';
SELECT collect_tap(is_empty($$SELECT ctx.client_roles('test-client', sha256('four'))$$, 'inactive: no roles'), is_empty($$SELECT ctx.client_jwks('test-client')$$, 'no keys'));

-- Every write leaves audit, history and change behind.
SELECT pg_temp.enter('central');
INSERT INTO news (slug, title, title_source, kind, sources, confidence) VALUES ('test-n', 'N', 'page', 'news', '{test}', 'low');
UPDATE news SET title = 'M' WHERE slug = 'test-n';
DELETE FROM news WHERE slug = 'test-n';
SELECT results_eq($$SELECT account_id, request, operation, op, columns FROM scip.audit WHERE "table" = 'news' AND xid = pg_current_xact_id() ORDER BY id$$,
  $$VALUES (pg_temp.account('central'), 'request-1', 'testOperation', 'INSERT', NULL), (pg_temp.account('central'), 'request-1', 'testOperation', 'UPDATE', '{title,version}'::text[]),
           (pg_temp.account('central'), 'request-1', 'testOperation', 'DELETE', NULL)$$, 'who did what');
SELECT results_eq($$SELECT row ->> 'title' FROM scip.history WHERE "table" = 'news' AND xid = pg_current_xact_id() ORDER BY id$$,
  ARRAY['N', 'M', NULL], 'what it was');
SELECT results_eq($$SELECT op, audience FROM scip.change WHERE kind = 'news' AND key = 'test-n' ORDER BY id$$,
  $$VALUES ('changed', '{public}'::text[]), ('deleted', '{public}')$$, 'what to read again, the last word last');
INSERT INTO organisation_name (organisation_id, name, kind) SELECT id, 'Other', 'other' FROM organisation WHERE slug = 'test-a';
SELECT ok(EXISTS (SELECT FROM change c WHERE kind = 'organisation' AND key = 'test-a' AND op = 'changed'), 'a part changes its record');
SELECT is(count(*), 0::bigint, 'subjects stay out of history') FROM history WHERE "table" = 'account' AND row ? 'subject';
SELECT is(count(*), 0::bigint, 'and secrets') FROM history WHERE "table" = 'client_secret' AND row ? 'sha256';
SELECT throws_ok(s, 'SC409', NULL, s) FROM unnest(ARRAY['UPDATE scip.audit SET op = ''DELETE''', 'DELETE FROM scip.audit', 'TRUNCATE scip.audit']) s;

-- A change of who may see a record: gone for some, there for others.
CREATE TABLE test_note (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, slug text, audience text[], version int DEFAULT 1);
CALL track_changes('test_note', 'test_note', 'r.slug', 'r.audience');
INSERT INTO test_note (slug, audience) VALUES ('a', '{hub:1,hub:2}');
DELETE FROM change WHERE kind = 'test_note';
UPDATE test_note SET audience = '{hub:2,hub:3}';
SELECT results_eq($$SELECT op, audience FROM scip.change WHERE kind = 'test_note' ORDER BY id$$,
  $$VALUES ('deleted', '{hub:1}'::text[]), ('changed', '{hub:2,hub:3}')$$, 'an audience that moves');
DELETE FROM change WHERE kind = 'test_note';
UPDATE test_note SET slug = 'b';
SELECT results_eq($$SELECT key, op FROM scip.change WHERE kind = 'test_note' ORDER BY id$$,
  $$VALUES ('a', 'deleted'), ('b', 'changed')$$, 'a new name');

-- Every kind that is followed has an address, but for those whose operations are still to come.
CREATE TEMP TABLE kinds AS SELECT DISTINCT substring(prosrc FROM 'SELECT ''([a-z_]+)'', c\.key, c\.op') AS kind
  FROM pg_trigger t JOIN pg_proc p ON p.oid = tgfoid WHERE tgname = 'track_changes';
CREATE TEMP TABLE to_come AS SELECT unnest(ARRAY['hub_quorum']) AS kind;
SELECT is_empty($$SELECT kind FROM kinds WHERE kind <> 'test_note' AND scip.href(kind, 'x') IS NULL EXCEPT SELECT kind FROM to_come$$, 'kinds');
SELECT is_empty($$SELECT kind FROM to_come WHERE scip.href(kind, 'x') IS NOT NULL$$, 'those that have come stand on the list no longer');

SELECT * FROM finish();
ROLLBACK;
