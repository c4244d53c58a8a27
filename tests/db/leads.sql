-- The rules about a Hub's leads, former slugs, and figures that never change (races: test_races.py).
BEGIN;
CREATE EXTENSION IF NOT EXISTS pgtap SCHEMA public;
SELECT no_plan();
SET LOCAL search_path = scip, public;

CREATE FUNCTION pg_temp.constraint_of(statement text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
  state text;
  name text;
BEGIN
  EXECUTE statement;
  RETURN 'accepted';
EXCEPTION WHEN OTHERS THEN
  GET STACKED DIAGNOSTICS state = RETURNED_SQLSTATE, name = CONSTRAINT_NAME;
  RETURN state || ' ' || name;
END $$;
CREATE FUNCTION pg_temp.lead(hub text, organisation text, period daterange) RETURNS bigint LANGUAGE sql AS $$
  INSERT INTO scip.hub_lead (hub_id, organisation_id, evidence_kind, period, sources, confidence)
  SELECT h.id, o.id, 'dated', period, '{test}', 'low' FROM scip.hub h, scip.organisation o WHERE h.slug = hub AND o.slug = organisation
  RETURNING id
$$;
CREATE FUNCTION pg_temp.day(days int) RETURNS date LANGUAGE sql AS 'SELECT scip.today() + days';

INSERT INTO organisation (slug, name, sources, confidence) SELECT 'test-' || o, o, '{test}', 'low' FROM unnest(ARRAY['a', 'b', 'c']) o;
INSERT INTO hub (slug, name, nations, sources, confidence) SELECT 'test-' || h, h, '{GB-ENG}', '{test}', 'low' FROM unnest(ARRAY['x', 'y']) h;

-- Two at a time.
SELECT is(pg_temp.constraint_of(format('SELECT pg_temp.lead(%L, %L, %L)', 'test-x', o, p)), expected, o || ' ' || p)
FROM (VALUES (1, 'test-a', '[2020-01-01,)', 'accepted'),
             (2, 'test-a', '[2023-01-01,2024-01-01)', 'SC409 hub-lead-twice'),
             (3, 'test-b', '[2021-01-01,2022-01-01)', 'accepted'),
             (4, 'test-c', '[2021-12-31,2023-01-01)', 'SC409 hub-has-two-leads'),
             (5, 'test-c', '[2022-01-01,2023-01-01)', 'accepted'),
             (6, 'test-b', '[2023-01-01,)', 'accepted'),
             (7, 'test-c', '[2023-06-01,)', 'SC409 hub-has-two-leads'),
             (8, 'test-c', '[2018-01-01,2020-01-01)', 'accepted')) v (n, o, p, expected) ORDER BY n;
SELECT is(pg_temp.constraint_of($$SELECT pg_temp.lead('test-y', 'test-c', '[2021-06-01,)')$$), 'accepted', 'Hubs do not count for each other');

-- Which dates each status of a lead has.
SELECT is(pg_temp.constraint_of(format($$INSERT INTO hub_lead (hub_id, organisation_id, evidence_kind, period, evidence, starts, sources, confidence)
    SELECT h.id, o.id, %L, %L, %L, %L, '{test}', 'low' FROM hub h, organisation o WHERE h.slug = 'test-y' AND o.slug = 'test-a'$$,
    evidence_kind, period, evidence, starts)), expected, concat_ws(' ', evidence_kind, period, evidence, starts))
FROM (VALUES ('dated', NULL, NULL, NULL, '23514 hub_lead_evidence_kind'), ('dated', '(,2020-01-01)', NULL, NULL, '23514 hub_lead_evidence_kind'),
             ('dated', 'empty', NULL, NULL, '23514 hub_lead_evidence_kind'), ('dated', '[2020-01-01,)', '2020', NULL, '23514 hub_lead_evidence_kind'),
             ('last_known', NULL, NULL, NULL, '23514 hub_lead_evidence_kind'), ('last_known', '[2020-01-01,)', '2020', NULL, '23514 hub_lead_evidence_kind'),
             ('former', '[2020-01-01,)', NULL, NULL, '23514 hub_lead_evidence_kind'),
             ('last_known', NULL, '2020', NULL, 'accepted'), ('last_known', NULL, '2021', NULL, '23505 hub_lead_last_known_once'),
             ('former', NULL, NULL, NULL, 'accepted'), ('former', NULL, NULL, '2020-05', 'accepted')) v (evidence_kind, period, evidence, starts, expected);

-- One at least, from today on.
CREATE FUNCTION pg_temp.end_lead(organisation text, on_day date) RETURNS text LANGUAGE sql AS $$
  SELECT pg_temp.constraint_of(format('UPDATE scip.hub_lead SET period = daterange(lower(period), %L) WHERE upper_inf(period)
    AND hub_id = (SELECT id FROM scip.hub WHERE slug = ''test-x'') AND organisation_id = (SELECT id FROM scip.organisation WHERE slug = %L)',
    on_day, organisation))
$$;
SELECT is(pg_temp.end_lead('test-b', pg_temp.day(10)), 'accepted', 'one of two may end');
SELECT is(pg_temp.end_lead('test-a', pg_temp.day(0)), 'SC409 hub-needs-a-lead', 'the last one may not');
SELECT is(pg_temp.end_lead('test-a', pg_temp.day(5)), 'SC409 hub-needs-a-lead', 'not even later, when the other has gone by then');
SELECT is(pg_temp.constraint_of($$DELETE FROM hub_lead WHERE hub_id = (SELECT id FROM hub WHERE slug = 'test-x') AND upper_inf(period)$$),
  'SC409 hub-needs-a-lead', 'nor be deleted');
SELECT is(pg_temp.constraint_of($$UPDATE hub_lead SET hub_id = (SELECT id FROM hub WHERE slug = 'test-y')
    WHERE hub_id = (SELECT id FROM hub WHERE slug = 'test-x') AND upper_inf(period)$$), 'SC409 hub-needs-a-lead', 'nor move');
SELECT is(pg_temp.constraint_of($$DELETE FROM hub_lead WHERE period << daterange(scip.today(), NULL)$$), 'accepted', 'the past may be corrected');
-- A handover is one statement, with the end on the day of the start.
SELECT is(pg_temp.constraint_of(format($$WITH ended AS (UPDATE hub_lead SET period = daterange(lower(period), %1$L) WHERE upper_inf(period)
      AND hub_id = (SELECT id FROM hub WHERE slug = 'test-x') RETURNING hub_id)
    INSERT INTO hub_lead (hub_id, organisation_id, evidence_kind, period, sources, confidence)
    SELECT hub_id, (SELECT id FROM organisation WHERE slug = 'test-c'), 'dated', daterange(%2$L, NULL), '{test}', 'low' FROM ended$$,
    e, s)), expected, 'ends ' || e || ', next starts ' || s)
FROM (VALUES (1, pg_temp.day(20), pg_temp.day(21), 'SC409 hub-needs-a-lead'), (2, pg_temp.day(20), pg_temp.day(20), 'accepted')) v (n, e, s, expected)
ORDER BY n;
-- A Hub that closes lets go.
UPDATE hub_status SET ends = '2025' WHERE hub_id = (SELECT id FROM hub WHERE slug = 'test-x');
INSERT INTO hub_status (hub_id, status) SELECT id, 'closed' FROM hub WHERE slug = 'test-x';
SELECT is(pg_temp.constraint_of($$DELETE FROM hub_lead WHERE hub_id = (SELECT id FROM hub WHERE slug = 'test-x')$$), 'accepted', 'a closed Hub needs none');

-- Former slugs lead on.
UPDATE hub SET slug = 'test-x2' WHERE slug = 'test-x';
UPDATE hub SET slug = 'test-x3' WHERE slug = 'test-x2';
SELECT results_eq($$SELECT f.slug::text FROM hub_former_slug f JOIN hub h ON h.id = hub_id WHERE h.slug = 'test-x3' ORDER BY 1$$,
  $$VALUES ('test-x'), ('test-x2')$$, 'every earlier slug is kept');
SELECT is(pg_temp.constraint_of(statement), expected, statement)
FROM (VALUES
  (1, $$INSERT INTO hub (slug, name, nations, sources, confidence) VALUES ('test-x', 'X', '{GB-ENG}', '{test}', 'low')$$, 'SC409 slug-retired'),
  (2, $$UPDATE hub SET slug = 'test-x' WHERE slug = 'test-y'$$, 'SC409 slug-retired'),
  (3, $$INSERT INTO hub_former_slug SELECT 'test-y', id FROM hub WHERE slug = 'test-x3'$$, 'SC409 slug-taken'),
  (4, $$UPDATE hub SET slug = 'test-x' WHERE slug = 'test-x3'$$, 'accepted'),
  (5, $$UPDATE organisation SET slug = 'test-a2' WHERE slug = 'test-a'$$, 'accepted'),
  (6, $$UPDATE organisation SET slug = 'test-a' WHERE slug = 'test-b'$$, 'SC409 slug-retired'),
  (7, $$INSERT INTO organisation (slug, name, sources, confidence) VALUES ('test-a', 'A', '{test}', 'low')$$, 'SC409 slug-retired'))
  v (n, statement, expected) ORDER BY n;
SELECT results_eq($$SELECT f.slug::text FROM hub_former_slug f JOIN hub h ON h.id = hub_id WHERE h.slug = 'test-x' ORDER BY 1$$,
  $$VALUES ('test-x2'), ('test-x3')$$, 'a slug taken back is former no more');

-- Figures stand.
INSERT INTO headline_figure (slug, metric, kind, title, period_text, value, unit, qualifier, sources, confidence)
  VALUES ('test-figure', 'hubs', 'alliance', 'Hubs', '2019-22', 12, 'hubs', 'exact', '{test}', 'low');
SELECT is(pg_temp.constraint_of(statement), 'SC409 record-immutable', statement) FROM unnest(ARRAY[
  $$UPDATE headline_figure SET value = 13 WHERE slug = 'test-figure'$$,
  $$UPDATE headline_figure SET value = value$$,
  $$DELETE FROM headline_figure WHERE slug = 'test-figure'$$,
  $$TRUNCATE headline_figure$$]) statement;
SELECT is(pg_temp.constraint_of(format($$INSERT INTO headline_figure (slug, version, metric, kind, title, value, unit, qualifier, sources, confidence)
    VALUES ('test-figure', %s, 'hubs', 'alliance', 'Hubs', %s, 'hubs', 'exact', '{test}', 'low')$$, version, value)), expected, version || ' ' || value)
FROM (VALUES (1, 3, '13', '23503 headline_figure_slug_supersedes_fkey'), (2, 2, '13', 'accepted'), (3, 2, '14', '23505 headline_figure_slug_version_key'),
             (4, 3, '-1', '23514 headline_figure_value_check'), (5, 3, '''NaN''', '23514 headline_figure_value_check')) v (n, version, value, expected) ORDER BY n;
SELECT is(supersedes, 1, 'a correction names what it supersedes') FROM headline_figure WHERE slug = 'test-figure' AND version = 2;

SELECT * FROM finish();
ROLLBACK;
