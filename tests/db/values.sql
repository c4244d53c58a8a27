-- Domains and constraints: partial dates, folded text, slugs, sources, what tables refuse.
BEGIN;
CREATE EXTENSION IF NOT EXISTS pgtap SCHEMA public;
SELECT no_plan();
SET LOCAL search_path = scip, public;

SELECT ok(is_partial_date(d), d || ' is a partial date') FROM unnest(ARRAY[
  '2025', '0001', '9999', '2025-06', '2025-12', '2025-06-06', '2024-02-29', '2000-02-29', '2025-12-31']) d;
SELECT ok(NOT is_partial_date(d), to_json(d) || ' is none') FROM unnest(ARRAY[
  '', '0000', '25', '02025', '2025-', '2025-6', '2025-00', '2025-13', '2025-06-', '2025-06-00', '2025-06-31', '2025-02-29',
  '1900-02-29', '2025-06-6', '2025/06', '2025-06-06T00:00', ' 2025', '2025 ', E'2025\n', '-2025', '+2025', '2025-W01', '20250606',
  '２０２５', 'none']) d;
SELECT is(is_partial_date(NULL), NULL, 'unknown stays unknown');
SELECT throws_ok($$SELECT '2025-02-30'::partial_date$$, '23514');

SELECT is(earliest(d)::text || ' ' || latest(d) || ' ' || scip.precision(d), expected, d)
FROM (VALUES ('2025', '2025-01-01 2025-12-31 year'), ('2025-06', '2025-06-01 2025-06-30 month'),
             ('2024-02', '2024-02-01 2024-02-29 month'), ('2023-02', '2023-02-01 2023-02-28 month'),
             ('2025-12', '2025-12-01 2025-12-31 month'), ('2025-06-06', '2025-06-06 2025-06-06 day'),
             ('9999', '9999-01-01 9999-12-31 year')) v (d, expected);
SELECT is(earliest(NULL), NULL) UNION ALL SELECT is(latest(NULL), NULL);

SELECT is(fold('ÉCOLE Ŷnys Tŷ Llŵ'), 'ecole ynys ty llw', 'case and accents are folded');
SELECT is(fold(t), 'w pad', to_json(t) || ' is the same key')
FROM unnest(ARRAY['W Pad', E' w\u00a0\u2003PAD\t', E'W\u200b \r\n P\u00adad\ufeff', E'W\u3000Pa\u0301d']) t;
SELECT is(plain(t), '', to_json(t) || ' shows nothing') FROM unnest(ARRAY['', ' ', E'\u00a0\u200b', E'\u2800\u3164', E'\u0007', E'\ufe0f\U000e0041']) t;
SELECT ok(is_line(t), t || ' is a line') FROM unnest(ARRAY['a', 'Tŷ Gwŷn', '🎓', '3–4', E'a\u00a0b']) t;
SELECT ok(NOT is_line(t), to_json(t) || ' is none') FROM unnest(ARRAY[' ', E'\u200b', E'a\nb', E'a\u0007', E'a\u2028b', E'a\u0085']) t;
SELECT ok(search_text(there) LIKE ANY (search_term(q)), q || ' is found in ' || there) FROM (VALUES
  ('King’s College', 'kings college'), ('Kings College', 'king''s college'), ('Well-being', 'wellbeing'), ('Wellbeing', 'well-being'), ('Well-being now', 'well being now'), ('Stoke on Trent', 'Stoke-on-Trent'), ('Stoke-on-Trent', 'stoke on'),
  ('Plan 2021/22', '2021-22'), ('Plan 2021-22', '2021/22'), ('1,800 pupils', '1800'), ('1800 pupils', '1,800'), ('“Dandelions”', '"dandelions"')) v (there, q);
SELECT is(search_term(t), NULL, t || ' is nowhere') FROM unnest(ARRAY['---', '''', ' ', '"', E'\u200b']) t;
SET LOCAL client_min_messages = warning;
SELECT is(search_query(repeat('-', n)), ''::tsquery, n || ' hyphens are no query') FROM unnest(ARRAY[1, 32, 33, 200]) n;
SELECT ok(search_vector(there, NULL, NULL) @@ search_query(q), q || ' finds ' || there) FROM (VALUES
  ('King’s College', 'kings college'), ('Well-being', 'wellbeing'), ('Wellbeing', 'well-being'), ('Plan 2021/22', '2021-22'), ('1,800 pupils', '1800'),
  ('The schools', 'school'), ('Tŷ', 'ty'), ('Plan 2021-22', '"2021 22"'), ('A well-being plan', '"well-being plan"')) v (there, q);
SELECT ok(NOT search_vector('Well-being plan', NULL, NULL) @@ search_query(q), q || ' does not') FROM unnest(ARRAY['plan -well', 'plan -wellbeing', '"being plan well"', 'ing']) q;
SELECT volatility_is('scip', f, 'immutable') FROM unnest(ARRAY['plain', 'tokens', 'search_text', 'search_term', 'search_query', 'search_vector', 'is_line', 'shows', 'fold', 'earliest', 'latest', 'precision']::name[]) f;

SELECT lives_ok(format('SELECT %L::slug', s)) FROM unnest(ARRAY['a', 'hub-1', repeat('a', 120)]) s;
SELECT throws_ok(format('SELECT %L::slug', s), '23514', NULL, to_json(s) || ' is no slug')
FROM unnest(ARRAY['', '-a', 'a-', 'a--b', 'A', 'a_b', 'ŷ', 'a b', repeat('a', 121), E'a\n']) s;
SELECT throws_ok(format('SELECT %L::url', s), '23514', NULL, quote_literal(s) || ' is no address')
FROM unnest(ARRAY['', 'javascript:alert(1)', 'ftp://a.example/', 'https://', 'https://a.example/a b', '//a.example']) s;
SELECT throws_ok(format('SELECT %L::sources', s), '23514', NULL, s || ' are no sources') FROM unnest(ARRAY['{}', '{NULL}', '{""}']) s;
SELECT throws_ok($$INSERT INTO region (slug, gss_code, name, kind, nation, longitude, latitude, sources, confidence)
  VALUES ('test-r', 'E99999998', 'R', 'region', 'GB-XXX', 0, 0, '{test}', 'low')$$, '23503');
SELECT throws_ok($$UPDATE region SET confidence = 'certain'$$, '23503');
SELECT throws_ok($$UPDATE hub SET nations = '{GB-ENG,GB-XXX}'$$, 'SC422', 'GB-XXX is none of GB-ENG, GB-NIR, GB-SCT, GB-WLS.');
SELECT throws_ok($$DELETE FROM term WHERE list = 'nation' AND code = 'GB-WLS'$$, '23503', NULL, 'a term that is used stays');

-- Every record keeps its source.
SELECT col_not_null('scip', t, 'sources'::name, t || ' needs sources')
FROM unnest(ARRAY['region', 'organisation', 'hub', 'hub_lead', 'event', 'document', 'news', 'policy_contribution', 'alliance_group',
                  'toolkit_principle', 'toolkit_fact', 'resource', 'strategy', 'headline_figure']::name[]) t;
-- No published fact can hold a day that was not known: partial dates are text, real dates are derived. What the
-- Alliance's people enter about themselves is known to the day, and so is the end of an embargo, which they set; a
-- month of counted uses is its first day, a release's days follow from the name of its period, a link's is when it was made, and that
-- of adopted terms the day of a meeting.
SELECT is_empty($$SELECT relname, attname FROM pg_attribute a JOIN pg_class c ON c.oid = attrelid
    WHERE relnamespace = 'scip'::regnamespace AND relkind = 'r' AND atttypid = 'date'::regtype AND attgenerated = ''
      AND attname NOT IN ('embargo_until', 'month', 'linked_on', 'adopted_on') AND NOT (relname = 'release' AND attname IN ('first_day', 'last_day')) AND relname <> 'programme_participant' AND has_table_privilege('scip_anonymous', c.oid, 'SELECT')$$,
  'no table stores an invented day');

INSERT INTO organisation (slug, name, sources, confidence) VALUES ('test-a', 'Àlpha', '{test}', 'low'), ('test-b', 'Beta', '{test}', 'low');
SELECT is(name_sort, 'alpha') FROM organisation WHERE slug = 'test-a';
CREATE FUNCTION pg_temp.org(text) RETURNS bigint LANGUAGE sql AS 'SELECT id FROM scip.organisation WHERE slug = $1';
SELECT throws_ok($$INSERT INTO organisation_sector (organisation_id, sector) VALUES (pg_temp.org('test-a'), 'military')$$, '23503');
SELECT throws_ok(statement, '23514', NULL, split_part(statement, ' (', 1) || ' refused') FROM unnest(ARRAY[
  $$INSERT INTO organisation (slug, name, nation, uk_wide, sources, confidence) VALUES ('test-c', 'C', 'GB-ENG', true, '{test}', 'low')$$,
  $$INSERT INTO organisation (slug, name, sources, confidence) VALUES ('test-c', ' ', '{test}', 'low')$$,
  $$INSERT INTO organisation_partnership (organisation_id, role, starts, ends) VALUES (pg_temp.org('test-a'), 'host', '2022', '2021-12')$$,
  $$INSERT INTO organisation_identifier (identifier, organisation_id) VALUES ('1139440', pg_temp.org('test-a'))$$,
  $$INSERT INTO hub (slug, name, nations, sources, confidence) VALUES ('test-h', 'H', '{}', '{test}', 'low')$$,
  $$INSERT INTO hub (slug, name, nations, logo, sources, confidence) VALUES ('test-h', 'H', '{GB-ENG}', 'https://a.example/l.svg', '{test}', 'low')$$,
  $$INSERT INTO event (slug, title, title_source, kind, ends, status, sources, confidence)
      VALUES ('test-e', 'E', 'published', 'conference', '2025', 'held', '{test}', 'low')$$,
  $$INSERT INTO event (slug, title, title_source, kind, starts, ends, status, sources, confidence)
      VALUES ('test-e', 'E', 'published', 'conference', '2025-06', '2025-05-31', 'held', '{test}', 'low')$$,
  $$INSERT INTO document (slug, title, kind, year, published_on, sources, confidence) VALUES ('test-d', 'D', 'guide', 2024, '2025-01', '{test}', 'low')$$
  ]) statement;
SELECT lives_ok($$INSERT INTO organisation_partnership (organisation_id, role, starts, ends)
  VALUES (pg_temp.org('test-a'), 'host', '2022', '2022')$$, 'a period within one year');
INSERT INTO organisation_identifier (identifier, organisation_id)
  VALUES ('GB-CHC-9999901', pg_temp.org('test-a')), ('GB-SC-SC999901', pg_temp.org('test-a'));
SELECT throws_ok($$INSERT INTO organisation_identifier (identifier, organisation_id) VALUES ('GB-CHC-9999901', pg_temp.org('test-b'))$$,
  '23505', NULL, 'an identifier is one organisation''s');

-- Unknown dates stay unknown; changes are counted.
INSERT INTO event (slug, title, title_source, kind, starts, status, sources, confidence)
  VALUES ('test-year', 'Year', 'published', 'conference', '2025', 'published', '{test}', 'low'),
         ('test-none', 'None', 'described', 'conference', NULL, 'unknown', '{test}', 'low');
SELECT results_eq($$SELECT starts::text, earliest_on, latest_on FROM event WHERE slug IN ('test-year', 'test-none') ORDER BY slug DESC$$,
  $$VALUES ('2025', '2025-01-01'::date, '2025-12-31'::date), (NULL, NULL, NULL)$$, 'filters know the whole period');
UPDATE event SET attendance = 5 WHERE slug = 'test-year';
SELECT results_eq($$SELECT version, ical_sequence FROM event WHERE slug = 'test-year'$$, 'VALUES (2, 0)', 'calendars need not know');
UPDATE event SET status = 'cancelled', version = 99 WHERE slug = 'test-year';
SELECT results_eq($$SELECT version, ical_sequence FROM event WHERE slug = 'test-year'$$, 'VALUES (3, 1)', 'calendars follow a cancellation');

-- A Hub has one present status.
INSERT INTO hub (slug, name, nations, sources, confidence) VALUES ('test-h', 'H', '{GB-ENG}', '{test}', 'low');
INSERT INTO hub_status (hub_id, status) SELECT id, 'active' FROM hub WHERE slug = 'test-h';
SELECT throws_ok($$INSERT INTO hub_status (hub_id, status) SELECT id, 'paused' FROM hub WHERE slug = 'test-h'$$, '23505');
SELECT lives_ok($$WITH ended AS (UPDATE hub_status SET ends = '2025-06' WHERE hub_id = (SELECT id FROM hub WHERE slug = 'test-h') RETURNING hub_id)
  INSERT INTO hub_status (hub_id, status, starts, ends) SELECT hub_id, 'paused', '2025-06', '2025-09' FROM ended$$, 'history is kept');

SELECT * FROM finish();
ROLLBACK;
