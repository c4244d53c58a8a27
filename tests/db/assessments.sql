-- How schools judge themselves: whose, on which days, what others see of it. Totals: what is one, and that none is counted twice.
BEGIN;
CREATE EXTENSION IF NOT EXISTS pgtap SCHEMA public;
SELECT no_plan();
SET LOCAL search_path = scip, public;
DELETE FROM self_assessment;
DELETE FROM historical_total;

CREATE FUNCTION pg_temp.outcome(statement text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
  state text;
  name text;
  n bigint;
BEGIN
  EXECUTE statement;
  GET DIAGNOSTICS n = ROW_COUNT;
  RETURN CASE WHEN n = 0 THEN 'no row' ELSE 'accepted' END;
EXCEPTION WHEN OTHERS THEN
  GET STACKED DIAGNOSTICS state = RETURNED_SQLSTATE, name = CONSTRAINT_NAME;
  RETURN rtrim(state || ' ' || name);
END $$;
CREATE FUNCTION pg_temp.org(text) RETURNS bigint LANGUAGE sql AS 'SELECT id FROM scip.organisation WHERE slug = $1';
CREATE FUNCTION pg_temp.first() RETURNS bigint LANGUAGE sql AS 'SELECT id FROM scip.toolkit_principle ORDER BY ordinal LIMIT 1';
GRANT EXECUTE ON FUNCTION pg_temp.outcome, pg_temp.org, pg_temp.first TO PUBLIC;

INSERT INTO organisation (slug, name, sources, confidence) SELECT 'test-' || n, n, '{test}', 'low' FROM generate_series(1, 13) n;
INSERT INTO organisation_sector (organisation_id, sector) SELECT pg_temp.org('test-' || n), 'school_sector' FROM generate_series(1, 12) n;
INSERT INTO organisation_sector (organisation_id, sector) VALUES (pg_temp.org('test-13'), 'fe');
INSERT INTO account (issuer, subject, label) SELECT 'self', 'test-' || l, l FROM unnest(ARRAY['school', 'other', 'central', 'lead', 'board', 'website', 'analyst']) l;
INSERT INTO account_role (account_id, role, hub_id, group_id, organisation_id, starts)
SELECT a.id, v.role, (SELECT id FROM hub WHERE slug = v.of_hub), (SELECT id FROM alliance_group WHERE slug = v.of_group), pg_temp.org(v.organisation), '2020-01-01'
FROM (VALUES ('school', 'partner', NULL, NULL, 'test-1'), ('other', 'partner', NULL, NULL, 'test-2'), ('central', 'central', NULL, NULL, NULL),
             ('lead', 'hub_lead', 'scotland-hub', NULL, 'test-1'), ('board', 'group_member', NULL, 'board', 'test-1'), ('website', 'website', NULL, NULL, NULL),
             ('analyst', 'analyst', NULL, NULL, NULL)) v (label, role, of_hub, of_group, organisation) JOIN account a ON a.subject = 'test-' || v.label;
CREATE FUNCTION pg_temp.as_one(who text, statement text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
  came_to text;
BEGIN
  EXECUTE 'SET LOCAL ROLE ' || CASE who WHEN 'central' THEN 'scip_central' ELSE 'scip_writer' END;
  IF who = 'nobody' THEN
    PERFORM set_config('scip.' || s, '', true) FROM unnest(ARRAY['account', 'roles', 'hubs', 'hubs_led', 'groups', 'organisations', 'affiliations']) s;
  ELSE
    PERFORM ctx.enter('self', 'test-' || who, NULL, extract(epoch FROM now())::bigint + 60, NULL, 'r', 'o', '{}');
  END IF;
  came_to := pg_temp.outcome(statement);
  RESET ROLE;
  RETURN came_to;
END $$;
-- What day it is, as far as the rules know.
CREATE FUNCTION pg_temp.be(day date) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
  EXECUTE format('CREATE OR REPLACE FUNCTION scip.today() RETURNS date LANGUAGE sql STABLE PARALLEL SAFE RETURN %L::date', day);
END $$;

-- Whose, whatever the SQL.
SELECT is(pg_temp.as_one(who, format($$INSERT INTO self_assessment (organisation_id, principle_id, stage, assessed_on)
    VALUES (pg_temp.org(%L), pg_temp.first(), 'emerging', %L)$$, school, day)), expected, concat_ws(' ', who, 'for', school, day))
FROM (VALUES ('nobody', 'test-1', '2024-01-01', '42501'), ('other', 'test-1', '2024-01-01', '42501'), ('lead', 'test-1', '2024-01-01', '42501'),
             ('board', 'test-1', '2024-01-01', '42501'), ('website', 'test-1', '2024-01-01', '42501'), ('analyst', 'test-1', '2024-01-01', '42501'),
             ('school', 'test-1', '2024-01-01', 'accepted'), ('school', 'test-1', '2024-01-01', '23505 self_assessment_once'),
             ('central', 'test-2', '2024-01-01', 'accepted'), ('central', 'test-13', '2024-01-01', 'SC422 not-a-school')) v (who, school, day, expected);
SELECT is(pg_temp.as_one(who, statement), expected, who || ': ' || statement)
FROM (VALUES ('school', 'SELECT FROM self_assessment WHERE organisation_id = pg_temp.org(''test-2'')', 'no row'),
             ('school', 'UPDATE self_assessment SET stage = ''embedding'' WHERE organisation_id = pg_temp.org(''test-2'')', 'no row'),
             ('school', 'DELETE FROM self_assessment WHERE organisation_id = pg_temp.org(''test-2'')', 'no row'),
             ('school', 'UPDATE self_assessment SET organisation_id = pg_temp.org(''test-2''), assessed_on = ''2024-01-02''', '42501'),
             ('school', 'UPDATE self_assessment SET stage = ''wonderful''', '23503 self_assessment_stage_fkey'),
             ('school', 'UPDATE self_assessment SET stage = ''embedding''', 'accepted'),
             ('lead', 'SELECT FROM self_assessment', 'no row'), ('analyst', 'SELECT FROM self_assessment', 'no row'), ('nobody', 'SELECT FROM self_assessment', 'no row'),
             ('nobody', 'SELECT scip.self_assessment_sums(''2024-25'')', '42501'),
             ('school', 'SELECT scip.set_self_assessments(pg_temp.org(''test-2''), ''2024-01-01'', ''{"wellbeing": "emerging"}'', ''{0}'')', '42501'),
             ('school', 'SELECT scip.set_self_assessments(pg_temp.org(''test-1''), ''2024-01-01'', ''{"wellbeing": "emerging"}'', NULL)', 'accepted')) v (who, statement, expected);
SELECT results_eq('SELECT p.slug::text, a.stage FROM self_assessment a JOIN toolkit_principle p ON p.id = principle_id WHERE organisation_id = pg_temp.org(''test-1'')',
  $$VALUES ('wellbeing', 'emerging')$$, 'a set replaces that day''s');

-- The days on which the year turns, and the hours when it has turned here and not yet in UTC.
SELECT is(('2025-08-31T23:30:00Z'::timestamptz AT TIME ZONE 'Europe/London')::date, '2025-09-01'::date, 'a summer night');
SELECT is(pg_temp.outcome(format($f$DO $do$ BEGIN PERFORM pg_temp.be(%L);
    INSERT INTO scip.self_assessment (organisation_id, principle_id, stage, assessed_on) VALUES (pg_temp.org('test-3'), pg_temp.first(), 'emerging', %L); END $do$$f$, today, day)),
  expected, format('%s on %s', day, today))
FROM (VALUES ('2025-08-31', '2025-09-01', 'SC422 date-in-future'), ('2025-08-31', '2025-08-31', 'no row'), ('2025-09-01', '2025-09-01', 'no row')) v (today, day, expected);
SELECT is(pg_temp.outcome(format($f$DO $do$ BEGIN PERFORM pg_temp.be(%L);
    INSERT INTO scip.historical_total (metric, period, value, sources) VALUES ('hubs', %L, 1, '{test}'); DELETE FROM scip.historical_total; END $do$$f$, today, period)),
  expected, format('%s on %s', period, today))
FROM (VALUES ('2025-08-31', '2024-25', 'SC422 period-not-over'), ('2025-09-01', '2024-25', 'no row'), ('2025-08-31', '2025-M08', 'SC422 period-not-over'),
             ('2025-09-01', '2025-M08', 'no row'), ('2025-12-31', '2025', 'SC422 period-not-over'), ('2026-01-01', '2025', 'no row'),
             ('2024-02-29', '2024-M02', 'SC422 period-not-over'), ('2024-03-01', '2024-M02', 'no row')) v (today, period, expected);
SELECT pg_temp.be('2026-01-15');

-- What others see (test_disclosure.py tries what is published): years alone, and nothing before a release.
SELECT is(pg_temp.outcome(format('SELECT * FROM self_assessment_sums(%L)', period)), expected, 'period ' || period)
FROM (VALUES ('2025-26', 'accepted'), ('2025/26', 'accepted'), ('202526', 'accepted'), ('2025-27', 'SC400 bad-request'), ('2025', 'SC400 bad-request'),
             ('2025-26-Q1', 'SC400 bad-request'), ('', 'SC400 bad-request')) v (period, expected);
SELECT is(min(year), '2025-26', 'this year when none is named') FROM self_assessment_sums(NULL);

-- The latest of a school in the year.
DELETE FROM self_assessment;
INSERT INTO self_assessment (organisation_id, principle_id, stage, assessed_on)
SELECT pg_temp.org('test-' || n), pg_temp.first(), v.stage, v.day
FROM generate_series(1, 5) n, (VALUES ('embedding', '2021-08-31'::date), ('emerging', '2021-09-01'), ('developing', '2022-08-31'), ('embedding', '2022-09-01')) v (stage, day);
SELECT is((SELECT string_agg(s.category || '=' || s.value, ', ') FROM metric.sums('self_assessments', year_start(period), period_end(period), NULL, '{category}') s), expected, period)
FROM (VALUES ('2020-21', 'clear-approach/embedding=5'), ('2021-22', 'clear-approach/developing=5'), ('2022-23', 'clear-approach/embedding=5'), ('2023-24', NULL)) v (period, expected);
SELECT is(count(*), (SELECT count(*) FROM toolkit_principle), 'never before it is released') FROM self_assessment_sums('2021-22') WHERE schools_status = 'not_available' AND schools IS NULL AND embedding_status = 'not_available';

-- Nobody but the school sees that it has changed.
SELECT is_empty($$SELECT FROM change WHERE xid = pg_current_xact_id() AND kind ~ 'self_assessment' AND audience && ARRAY['public', 'role:partner']$$, 'its own are the school''s');

-- Totals. Periods and what shares a day with them.
SELECT is(total_period(given), expected, 'period ' || given)
FROM (VALUES ('2021', '2021'), ('2021-M11', '2021-M11'), ('2021-22', '2021-22'), ('2021/22', '2021-22'), ('202122', '2021-22'), ('1999-00', '1999-00'), ('2021-23', NULL),
             ('2021-M13', NULL), ('2021-M00', NULL), ('0000', NULL), ('21', NULL), ('2021-11', NULL), ('2021-22-Q1', NULL), ('', NULL), ('2021-M1', NULL), ('2021-M11 ', NULL)) v (given, expected);
CREATE TEMP TABLE periods AS SELECT y::text AS name FROM generate_series(1998, 2002) y UNION ALL SELECT y || '-' || lpad(((y + 1) % 100)::text, 2, '0') FROM generate_series(1997, 2002) y
UNION ALL SELECT y || '-M' || lpad(m::text, 2, '0') FROM generate_series(1998, 2002) y, generate_series(1, 12) m;
SELECT is_empty($$SELECT a.name, b.name FROM periods a, periods b WHERE a.name <> b.name AND (total_days(a.name) && total_days(b.name)) <> (b.name = ANY (total_overlaps(a.name)))$$,
  'overlaps are what the days say, of 71 periods and 71');

INSERT INTO historical_metric (code, title, unit, public, people, sources) VALUES ('test_open', 'Open', 'people', true, false, '{test}'),
  ('test_people', 'People', 'people', true, true, '{test}'), ('test_young', 'Young', 'people', false, true, '{test}');
SELECT is(pg_temp.as_one(who, 'INSERT INTO historical_total (metric, period, value, sources) VALUES (''test_open'', ''1999'', 1, ''{test}'')'), expected, who)
FROM (VALUES ('nobody', '42501'), ('school', '42501'), ('lead', '42501'), ('board', '42501'), ('website', '42501'), ('analyst', '42501'), ('central', 'accepted')) v (who, expected);
SELECT is(pg_temp.as_one(who, 'SELECT FROM historical_total'), expected, who || ' looks')
FROM (VALUES ('nobody', 'accepted'), ('school', 'accepted'), ('lead', 'accepted'), ('analyst', 'accepted'), ('central', 'accepted')) v (who, expected);
SELECT is(pg_temp.outcome(format('INSERT INTO historical_total (metric, period, hub_id, item, agent, value, sources) VALUES (%L, %L, %L, %L, %L, %L, ''{test}'')', metric, period, (SELECT id FROM hub WHERE slug = of_hub), item, agent, value)),
  expected, concat_ws(' ', metric, period, of_hub, item, agent, value))
FROM (VALUES ('test_none', '2001', NULL, NULL, NULL, 1, 'SC422 reference-not-found'), ('test_open', '2001-03', NULL, NULL, NULL, 1, 'SC422 period-not-valid'),
             ('test_open', '1999', NULL, NULL, NULL, 1, '23505 historical_total_once'), ('test_open', '1999-M12', NULL, NULL, NULL, 1, 'SC409 total-overlaps'),
             ('test_open', '1999-00', NULL, NULL, NULL, 1, 'SC409 total-overlaps'), ('test_open', '1998-99', NULL, NULL, NULL, 1, 'SC409 total-overlaps'),
             ('test_open', '2000-M01', NULL, NULL, NULL, 1, 'accepted'), ('test_open', '2000', NULL, NULL, NULL, 1, 'SC409 total-overlaps'),
             ('test_open', '1999-M12', 'scotland-hub', NULL, NULL, 1, 'accepted'), ('test_open', '1999-M12', NULL, 'x', NULL, 1, 'accepted'),
             ('test_open', '1999-M12', NULL, NULL, 'x', 1, 'accepted'), ('test_people', '1999-M12', NULL, NULL, NULL, 1, 'accepted'),
             ('test_people', '2001', NULL, NULL, NULL, -1, '23514 historical_total_value_check'), ('test_people', '2001', NULL, NULL, NULL, 1e13, '23514 historical_total_size'),
             ('test_people', '2001', NULL, NULL, NULL, 0.00001, '23514 historical_total_size')) v (metric, period, of_hub, item, agent, value, expected);
SELECT is(pg_temp.outcome('INSERT INTO historical_total (metric, period, value, sources) VALUES (''test_young'', ''1999-M09'', 1, ''{x}''), (''test_young'', ''1999-00'', 1, ''{x}'')'), 'SC409 total-overlaps', 'within one statement');
SELECT is(pg_temp.outcome('UPDATE historical_total SET period = ''1999-M11'' WHERE metric = ''test_open'' AND period = ''2000-M01'''), 'SC409 total-overlaps', 'nor moved there');
SELECT is(pg_temp.outcome('UPDATE historical_total SET period = ''2000-M02'' WHERE metric = ''test_open'' AND period = ''2000-M01'''), 'accepted', 'but beside it');
SELECT is(pg_temp.outcome('DELETE FROM historical_metric WHERE code = ''test_open'''), '23503 historical_total_metric', 'a metric with totals stays');

-- What everybody reads.
INSERT INTO historical_total (metric, period, hub_id, agent, value, sources, note) SELECT 'test_people', '2003', h.id, c, 2, '{test}', 'secret' FROM hub h, unnest(ARRAY['x', NULL]) c WHERE h.slug = 'scotland-hub';
INSERT INTO historical_total (metric, period, value, sources) VALUES ('test_young', '2003', 50, '{test}');
SELECT is(pg_temp.as_one(who, 'SELECT FROM historical_totals WHERE ' || what), CASE who WHEN 'central' THEN 'accepted' ELSE 'no row' END, who || ' sees ' || what)
FROM unnest(ARRAY['nobody', 'school', 'lead', 'analyst', 'central']) who, unnest(ARRAY[$$metric = 'test_young'$$, $$agent = 'x' AND hub IS NOT NULL$$, $$note = 'secret'$$]) what;
SET LOCAL ROLE scip_anonymous;
SELECT results_eq($$SELECT metric, period, agent, value FROM historical_totals WHERE period = '2003' ORDER BY 1$$, $$VALUES ('test_people', '2003', NULL::text, 2::numeric)$$,
  'neither of young people nor a Hub''s people by agent');
SELECT throws_ok('SELECT note FROM scip.historical_total', '42501', NULL, 'no notes');
SELECT throws_ok('SELECT * FROM scip.self_assessment', '42501', NULL, 'nor who assessed what');
RESET ROLE;
SELECT results_eq($$SELECT DISTINCT key FROM change WHERE xid = pg_current_xact_id() AND kind = 'historical_totals' AND audience = '{public}' AND key LIKE 'test%' ORDER BY 1$$,
  $$VALUES ('test_open'), ('test_people'), ('test_young')$$, 'a metric''s coming is public');
DELETE FROM change WHERE xid = pg_current_xact_id();
UPDATE historical_total SET value = value + 1 WHERE period = '2003';
SELECT results_eq($$SELECT key FROM change WHERE xid = pg_current_xact_id() AND kind = 'historical_totals'$$, $$VALUES ('test_people')$$, 'what becomes of totals of young people is not');

SELECT * FROM finish();
ROLLBACK;
