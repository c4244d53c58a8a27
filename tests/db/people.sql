-- Names are given out by functions that check and write down; what is over is removed; the quorum of a day.
BEGIN;
CREATE EXTENSION IF NOT EXISTS pgtap SCHEMA public;
SELECT no_plan();
SET LOCAL client_min_messages = warning;

CREATE FUNCTION pg_temp.id(n int) RETURNS uuid LANGUAGE sql RETURN ('00000000-0000-4000-8000-' || lpad(n::text, 12, '0'))::uuid;
CREATE FUNCTION pg_temp.claims(roles text, hubs_led text DEFAULT '{}', groups text DEFAULT '{}', account uuid DEFAULT NULL) RETURNS void LANGUAGE sql AS $$
  SELECT set_config('scip.roles', roles, true), set_config('scip.hubs_led', hubs_led, true), set_config('scip.hubs', hubs_led, true),
         set_config('scip.groups', groups, true), set_config('scip.account', coalesce(account::text, ''), true)
$$;

SET LOCAL ROLE scip_migrator;
INSERT INTO scip.hub (slug, name, nations, sources, confidence) VALUES ('quorum-hub', 'Quorum', '{GB-ENG}', '{test}', 'low'), ('other-hub', 'Other', '{GB-ENG}', '{test}', 'low');
INSERT INTO scip.person (id, name, email, created_at) SELECT pg_temp.id(n), 'Person ' || n, n || '@example.org', now() - interval '3 years' FROM generate_series(1, 12) n;
CREATE TEMP TABLE one AS SELECT id, '{' || id || '}' AS led FROM scip.hub WHERE slug = 'quorum-hub';
CREATE TEMP TABLE two AS SELECT id, '{' || id || '}' AS led FROM scip.hub WHERE slug = 'other-hub';
INSERT INTO scip.hub_membership (hub_id, person_id, sector, starts, ends)
SELECT one.id, pg_temp.id(v.n), v.sector, v.starts::date, v.ends::date FROM one, (VALUES
  (1, 'he', '2024-09-01', NULL), (2, 'fe', '2024-09-01', NULL), (3, 'school_sector', '2024-09-01', '2025-03-01'),
  (4, 'local_authority', '2024-09-01', NULL), (5, 'he', '2020-01-01', '2021-01-01')) v (n, sector, starts, ends);

-- The quorum.
SELECT is(q.*, ROW(true, '{}'::text[], 4), 'all four sectors and four heads') FROM one, scip.quorate(one.id, '2025-02-28', NULL) q;
SELECT is(q.*, ROW(false, '{school_sector}'::text[], 3), 'the first day without one of them') FROM one, scip.quorate(one.id, '2025-03-01', NULL) q;
SELECT is(q.*, ROW(false, '{fe,local_authority}'::text[], 2), 'of those who were there, members alone count')
FROM one, scip.quorate(one.id, '2024-09-01', ARRAY[pg_temp.id(1), pg_temp.id(3), pg_temp.id(5), pg_temp.id(9)]) q;
SELECT is(q.*, ROW(false, '{he,fe,school_sector,local_authority}'::text[], 0), 'nobody') FROM one, scip.quorate(one.id, '2025-01-01', '{}') q;
INSERT INTO scip.hub_quorum (hub_id, starts, sectors, minimum) SELECT id, date '2025-01-01', ARRAY['he', 'he', 'charity'], 1 FROM one
UNION ALL SELECT id, '2025-06-01', '{}', 3 FROM one;
SELECT is(q.*, ROW(false, '{charity}'::text[], 4), 'a rule of its own, from its day on') FROM one, scip.quorate(one.id, '2025-01-01', NULL) q;
SELECT is(q.*, ROW(true, '{}'::text[], 3), 'until the next one') FROM one, scip.quorate(one.id, '2025-06-01', NULL) q;
SELECT is((scip.quorum_of(one.id, '2024-12-31')).minimum, 4, 'before it the default') FROM one;
SELECT is((scip.quorum_of(two.id, '2026-01-01')).sectors, '{he,fe,school_sector,local_authority}'::text[], 'and of others') FROM two;

-- Who sees a name.
INSERT INTO scip.account (id, issuer, subject, label, person_id) VALUES (pg_temp.id(90), 'self', 'own', 'Own', pg_temp.id(1)), (pg_temp.id(91), 'self', 'lead', 'Lead', NULL);
INSERT INTO scip.group_seat (group_id, title, person_id, starts) SELECT id, 'Seat', pg_temp.id(2), '2020-01-01' FROM scip.alliance_group WHERE slug = 'board';
UPDATE scip.person SET restricted = true WHERE id = pg_temp.id(4);
UPDATE scip.person SET name = NULL, email = NULL, erased_at = now() WHERE id = pg_temp.id(5);
GRANT SELECT ON one, two TO scip_writer;
CREATE FUNCTION pg_temp.names_seen() RETURNS text LANGUAGE sql AS $$
  SELECT string_agg(coalesce(substr(scip.person_name(pg_temp.id(n)), 8), '-') || coalesce(left(scip.person_email(pg_temp.id(n)), 1), '-'), ' ') FROM generate_series(1, 6) n
$$;
GRANT EXECUTE ON FUNCTION pg_temp.names_seen TO scip_writer;
SET LOCAL ROLE scip_writer;
SELECT pg_temp.claims('{central}');
SELECT is(pg_temp.names_seen(), '11 22 33 44 -- 66', 'the central team');
SELECT pg_temp.claims('{hub_lead}', (SELECT led FROM one), account => pg_temp.id(91));
SELECT is(pg_temp.names_seen(), '11 22 33 -- -- --', 'the lead: who is and was a member, not the restricted one');
SELECT pg_temp.claims('{hub_lead}', (SELECT led FROM two), account => pg_temp.id(91));
SELECT is(pg_temp.names_seen(), '-- -- -- -- -- --', 'the lead of another Hub');
SELECT pg_temp.claims('{group_member}', '{}', (SELECT '{' || id || '}' FROM scip.alliance_group WHERE slug = 'board'));
SELECT is(pg_temp.names_seen(), '-- 22 -- -- -- --', 'the group');
SELECT pg_temp.claims('{hub_member}', account => pg_temp.id(90));
SELECT is(pg_temp.names_seen(), '11 -- -- -- -- --', 'oneself');
SELECT pg_temp.claims('{}');
SELECT is(pg_temp.names_seen(), '-- -- -- -- -- --', 'nobody');
SELECT throws_ok('SELECT name FROM scip.person', '42501', NULL, 'the column is nobody''s');
SELECT throws_ok('SELECT scip.erase(pg_temp.id(6), now())', '42501', NULL, 'and erasing without a check too');
SELECT throws_ok('SELECT scip.erase_person(pg_temp.id(6))', 'SC403', NULL, 'erasing is the central team''s');
SELECT pg_temp.claims('{hub_lead}', (SELECT led FROM one), account => pg_temp.id(91));
SELECT throws_ok('UPDATE scip.person SET restricted = true WHERE id = pg_temp.id(1)', 'SC403', NULL, 'restricting is the central team''s');
SELECT is((SELECT count(*) FROM scip.personal_read), 0::bigint, 'the log of reads is not the lead''s');
SET LOCAL ROLE scip_migrator;
SELECT is((SELECT array_agg(person_id ORDER BY person_id) FROM scip.personal_read WHERE xid = pg_current_xact_id()),
          ARRAY(SELECT pg_temp.id(n) FROM unnest('{1,2,3,4,6}'::int[]) n), 'each read once, and nothing of who was not shown');

-- What is over.
DELETE FROM scip.personal_read;
INSERT INTO scip.personal_read (at, person_id, xid) VALUES (now() - interval '2 years 1 day', pg_temp.id(1), '1'), (now() - interval '1 year 11 months', pg_temp.id(1), '2');
INSERT INTO scip.idempotency (account_id, operation, key, hash, rights, status, created_at)
VALUES (pg_temp.id(91), 'x', 'old', '', '', 200, now() - interval '25 hours'), (pg_temp.id(91), 'x', 'new', '', '', 200, now() - interval '23 hours');
INSERT INTO scip.spent_token VALUES ('self', 'old', now() - interval '1 hour'), ('self', 'new', now() + interval '1 hour');
DELETE FROM scip.change WHERE xid = pg_current_xact_id();
INSERT INTO scip.change (xid, kind, key, op, audience, at) VALUES ('5', 'hub', 'a', 'changed', '{public}', now() - interval '401 days'),
  ('10', 'hub', 'b', 'changed', '{public}', now() - interval '401 days'), ('11', 'hub', 'c', 'changed', '{public}', now() - interval '399 days');
-- 6: left more than two years ago. 7: not quite. 8: has a seat. 9: has an account. 10: its account was closed long ago. 11: nothing. 12: new.
INSERT INTO scip.hub_membership (hub_id, person_id, sector, starts, ends)
SELECT id, pg_temp.id(6), 'he', date '2020-01-01', (scip.today() - interval '2 years')::date FROM one
UNION ALL SELECT id, pg_temp.id(7), 'he', '2020-01-01', (scip.today() - interval '2 years' + interval '1 day')::date FROM one;
INSERT INTO scip.group_seat (group_id, title, person_id, starts) SELECT id, 'Seat', pg_temp.id(8), '2020-01-01' FROM scip.alliance_group WHERE slug = 'board';
INSERT INTO scip.account (id, issuer, subject, label, person_id, active) VALUES (pg_temp.id(92), 'self', 'nine', 'x', pg_temp.id(9), true), (pg_temp.id(93), 'self', 'ten', 'x', pg_temp.id(10), false);
RESET ROLE;
ALTER TABLE scip.account DISABLE TRIGGER touch;
UPDATE scip.account SET updated_at = now() - interval '3 years' WHERE id = pg_temp.id(93);
ALTER TABLE scip.account ENABLE TRIGGER touch;
ALTER TABLE scip.person DISABLE TRIGGER touch;
UPDATE scip.person SET created_at = now() - interval '23 months' WHERE id = pg_temp.id(12);
ALTER TABLE scip.person ENABLE TRIGGER touch;
SET LOCAL ROLE scip_migrator;
CREATE TEMP TABLE gone AS SELECT kind, removed FROM scip.retain();
SELECT is((SELECT array_agg(kind || ' ' || CASE WHEN kind = 'person' THEN (SELECT count(*) FROM scip.person WHERE erased_at = now() AND id <> pg_temp.id(5)) ELSE least(removed, 2) END
                            ORDER BY kind) FROM gone WHERE kind IN ('idempotency', 'spent_token', 'personal_read', 'change', 'person')),
          '{"change 2","idempotency 1","person 3","personal_read 1","spent_token 1"}'::text[], 'what was removed');
SELECT is((SELECT array_agg(n) FROM generate_series(1, 12) n JOIN scip.person p ON p.id = pg_temp.id(n) WHERE p.erased_at IS NOT NULL), '{5,6,10,11}'::int[], 'who was');
SELECT is((SELECT count(*) FROM scip.erasure WHERE person_id = ANY (ARRAY[pg_temp.id(6), pg_temp.id(10), pg_temp.id(11)])), 3::bigint, 'and is on the list');
SELECT matches((SELECT subject FROM scip.account WHERE id = pg_temp.id(93)), '^erased-', 'with the account');
SELECT is((SELECT xid FROM scip.change_cut), '10'::xid8, 'how far');
SELECT is((SELECT sum(removed) FROM scip.retain()), 0::bigint, 'again: nothing');

-- Erased again after a restore; of somebody who is not here, it is on the list and does no harm.
SELECT lives_ok($$SELECT scip.erase(pg_temp.id(1), '2026-01-02T03:04:05Z'), scip.erase(pg_temp.id(1), now()), scip.erase(pg_temp.id(77), '2026-01-01T00:00:00Z')$$, 'erased');
SELECT results_eq($$SELECT person_id, at FROM scip.erasure WHERE person_id IN (pg_temp.id(1), pg_temp.id(77)) ORDER BY at$$,
                  $$VALUES (pg_temp.id(77), '2026-01-01T00:00:00Z'::timestamptz), (pg_temp.id(1), '2026-01-02T03:04:05Z'::timestamptz)$$, 'once, with its day');
SELECT is((SELECT (name IS NULL, email IS NULL, erased_at) FROM scip.person WHERE id = pg_temp.id(1)), (true, true, '2026-01-02T03:04:05Z'::timestamptz), 'gone');
SELECT is((SELECT active FROM scip.account WHERE id = pg_temp.id(90)), false, 'its account is closed');
SELECT throws_ok($$UPDATE scip.person SET name = 'Back' WHERE id = pg_temp.id(1)$$, 'SC409', NULL, 'for good');

-- Days as spreadsheets write them.
SELECT is(scip.sheet_date(v.cell), v.day::date, coalesce(v.cell, 'NULL')) FROM (VALUES ('2025-09-01', '2025-09-01'), ('01/09/2025', '2025-09-01'), ('1/9/2025', '2025-09-01'),
  ('29/02/2024', '2024-02-29'), ('29/02/2025', NULL), ('2025-02-29', NULL), ('13/13/2025', NULL), ('2025-9-1', NULL), ('01.09.2025', NULL), ('01/09/25', NULL), ('45901', NULL),
  ('0000-01-01', NULL), (NULL, NULL)) v (cell, day);

SELECT * FROM finish();
ROLLBACK;
