-- What the records' writes rest on: references by name, sets that replace sets, and who may touch which row.
BEGIN;
CREATE EXTENSION IF NOT EXISTS pgtap SCHEMA public;
SELECT no_plan();
SET LOCAL search_path = scip, public;

INSERT INTO organisation (slug, name, sources, confidence)
  VALUES ('test-own', 'Own', '{test}', 'low'), ('test-other', 'Other', '{test}', 'low');
INSERT INTO alliance_group (slug, name, kind, status, sources, confidence) VALUES ('test-group', 'G', 'governance', 'active', '{test}', 'low');
INSERT INTO strategy (slug, name, period_text, starts, ends, sources, confidence) VALUES ('test-strategy', 'S', '2070', '2070', '2071', '{test}', 'low');
INSERT INTO headline_figure (slug, metric, kind, title, value, unit, qualifier, sources, confidence)
  VALUES ('test-figure', 'test', 'context', 'F', 1, 'people', 'exact', '{test}', 'low');
INSERT INTO account (issuer, subject, label) VALUES ('self', 'test-central', 'Test'), ('self', 'test-partner', 'Test');
INSERT INTO account_role (account_id, role, organisation_id)
SELECT a.id, substr(a.subject, 6), CASE a.subject WHEN 'test-partner' THEN (SELECT id FROM organisation WHERE slug = 'test-own') END
FROM account a WHERE a.subject IN ('test-central', 'test-partner');

CREATE FUNCTION pg_temp.id(slug text) RETURNS bigint LANGUAGE sql AS 'SELECT id FROM scip.organisation o WHERE o.slug = $1';
CREATE FUNCTION pg_temp.became(part text) RETURNS text LANGUAGE sql AS $$
  SELECT string_agg(op, ' ' ORDER BY id) FROM scip.audit WHERE "table" = part AND request = current_setting('scip.request')
$$;
CREATE FUNCTION pg_temp.as_who(who text, request text) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
  PERFORM ctx.enter('self', 'test-' || who, NULL, extract(epoch FROM now())::bigint, NULL, request, 'test', '{}');
END $$;

-- References.
SELECT is(reference('region', 'scotland'), reference('region', 'S92000003'), 'a region by slug or code');
SELECT is(reference('organisation', 'test-own'), pg_temp.id('test-own'), 'an organisation by its slug');
SELECT is(reference('hub', NULL), NULL, 'none by none');
SELECT throws_ok(format('SELECT scip.reference(%L, %L)', kind, 'nowhere'), 'SC422', NULL, 'no such ' || kind)
FROM unnest(ARRAY['region', 'organisation', 'hub', 'event']) kind;
SELECT throws_ok($$SELECT scip.reference('account', 'x')$$, '20000', NULL, 'of these kinds alone');

-- Sets, as the central team.
SELECT pg_temp.as_who('central', 'first');
SET LOCAL ROLE scip_central;
SELECT set_organisation_parts((SELECT id FROM organisation WHERE slug = 'test-own'), '{"other_names": [{"name": "A", "kind": "former"}, {"name": "B", "kind": "acronym"}],
  "sectors": [{"sector": "he"}, {"sector": "fe", "from": "2001"}], "identifiers": ["GB-COH-00000001", "GB-COH-00000002"],
  "partnerships": [{"role": "member", "description": "d"}]}');
RESET ROLE;
SELECT collect_tap(is(pg_temp.became('organisation_name'), 'INSERT INSERT', 'names'), is(pg_temp.became('organisation_sector'), 'INSERT INSERT', 'categories'),
  is(pg_temp.became('organisation_identifier'), 'INSERT INSERT', 'identifiers'), is(pg_temp.became('organisation_partnership'), 'INSERT', 'partnerships'));
SELECT pg_temp.as_who('central', 'second');
SET LOCAL ROLE scip_central;
SELECT set_organisation_parts((SELECT id FROM organisation WHERE slug = 'test-own'), '{"other_names": [{"name": "B", "kind": "former"}, {"name": "A", "kind": "former"}],
  "sectors": [{"sector": "fe", "from": "2001"}, {"sector": "he", "kind": null}], "identifiers": []}');
RESET ROLE;
SELECT collect_tap(is(pg_temp.became('organisation_name'), 'DELETE INSERT', 'one name changed its kind, the other was left alone'),
  is(pg_temp.became('organisation_sector'), NULL, 'the same set in another order is the same'),
  is(pg_temp.became('organisation_identifier'), 'DELETE DELETE', 'an empty set empties'),
  is(pg_temp.became('organisation_partnership'), NULL, 'what is not named stays'));

SELECT pg_temp.as_who('central', 'themes');
SET LOCAL ROLE scip_central;
SELECT set_strategy_themes((SELECT id FROM strategy WHERE slug = 'test-strategy'), '{"themes": [{"slug": "a", "name": "A"}, {"slug": "b", "name": "B"}]}');
SELECT set_strategy_themes((SELECT id FROM strategy WHERE slug = 'test-strategy'), '{"themes": [{"slug": "b", "name": "B"}, {"slug": "a", "name": "A"}]}');
SET CONSTRAINTS ALL IMMEDIATE;
RESET ROLE;
SELECT results_eq($$SELECT t.slug::text, t.ordinal FROM strategy_theme t JOIN strategy s ON s.id = t.strategy_id WHERE s.slug = 'test-strategy' ORDER BY ordinal$$,
  $$VALUES ('b', 1), ('a', 2)$$, 'themes stand in the order given');
SELECT is(pg_temp.became('strategy_theme'), 'INSERT INSERT UPDATE UPDATE', 'and are moved, not made again');

-- Rows.
CREATE FUNCTION pg_temp.changed(statement text) RETURNS bigint LANGUAGE plpgsql AS $$
DECLARE
  n bigint;
BEGIN
  EXECUTE 'SET LOCAL ROLE ' || CASE WHEN ctx.central() THEN 'scip_central' ELSE 'scip_writer' END;
  EXECUTE statement;
  GET DIAGNOSTICS n = ROW_COUNT;
  RESET ROLE;
  RETURN n;
END $$;
SELECT pg_temp.as_who('partner', 'third');
SELECT is(pg_temp.changed('UPDATE scip.organisation SET description = ''r'''), 1::bigint, 'a partner changes its own organisation alone');
SELECT is((SELECT array_agg(slug::text) FROM organisation WHERE description = 'r'), ARRAY['test-own'], 'that one');
SELECT is(pg_temp.changed(s), 0::bigint, s) FROM unnest(ARRAY['DELETE FROM scip.organisation', 'UPDATE scip.news SET title = ''x''', 'UPDATE scip.hub SET name = ''x''']) s;
SELECT throws_ok(format('SELECT pg_temp.changed(%L)', s), '42501', NULL, s) FROM unnest(ARRAY[
  'INSERT INTO scip.organisation (slug, name, sources, confidence) VALUES (''test-x'', ''X'', ''{t}'', ''low'')',
  'DELETE FROM scip.organisation_name', 'DELETE FROM scip.organisation_sector',
  'INSERT INTO scip.organisation_name (organisation_id, kind, name) SELECT id, ''other'', ''x'' FROM scip.organisation WHERE slug = ''test-own''']) s;
SELECT pg_temp.as_who('central', 'fourth');
SELECT throws_ok('SELECT pg_temp.changed(''UPDATE scip.headline_figure SET value = 2'')', 'SC409', NULL,
  'not even the central team changes a figure');
SELECT throws_ok(format('SELECT pg_temp.changed(%L)', s), '42501', NULL, 'nor has it a right to: ' || s)
FROM unnest(ARRAY['DELETE FROM scip.headline_figure', 'UPDATE scip.organisation_sector SET ends = ''2024''']) s;
SELECT is(pg_temp.changed('SELECT scip.lock_figure(''test-figure'')'), 1::bigint, 'it may lock a figure to follow it');

-- What each table gets by the procedures that make it one of records: index and reference, and triggers that ask all but who takes out words.
CREATE TABLE scip.test_record (LIKE ctx.publication INCLUDING ALL, day date, hub_id bigint REFERENCES scip.hub);
CALL scip.protect('test_record');
SELECT is((SELECT array_agg(attname::text ORDER BY attname) FROM pg_index i JOIN pg_attribute a ON a.attrelid = i.indrelid AND a.attnum = i.indkey[0]
           WHERE i.indrelid = 'scip.test_record'::regclass), '{hub_id,id,slug}', 'each key and each reference to a record has an index, no term');
CALL scip.add_trigger('guard BEFORE INSERT OR UPDATE OF day ON test_record WHEN (NEW.day IS NOT NULL)', $$
DECLARE
  latest date := today();
BEGIN
  PERFORM scip.refuse(422, 'date-in-future', 'day') WHERE NEW.day > latest;
$$);
CALL scip.add_trigger('then_day BEFORE INSERT ON test_record WHEN (NEW.day IS NULL)', $$NEW.day := '2020-01-01';$$);
PREPARE test_record AS INSERT INTO scip.test_record (slug, sources, confidence, day) VALUES ($1, '{test}', $2, $3);
SELECT throws_ok($$EXECUTE test_record('test-a', 'certain', NULL)$$, '23503', NULL, 'confidence is one of its terms');
SELECT throws_ok($$EXECUTE test_record('test-a', 'low', scip.today() + 1)$$, 'SC422', NULL, 'a rule with variables refuses');
SELECT lives_ok($$EXECUTE test_record('test-a', 'low', scip.today())$$, 'and only what it is for');
SELECT lives_ok($$EXECUTE test_record('test-b', 'low', NULL)$$);
SELECT is((SELECT day FROM scip.test_record WHERE slug = 'test-b'), '2020-01-01', 'a single statement sets a column of the row');
SELECT throws_ok($$UPDATE scip.test_record SET day = scip.today() + 1$$, 'SC422', NULL, 'an update is asked too');
SET LOCAL scip.redacting = 'yes';
SELECT lives_ok($$UPDATE scip.test_record SET day = scip.today() + 1$$, 'but not one that takes words out');
SET LOCAL scip.redacting = '';
SELECT lives_ok($$DELETE FROM scip.test_record$$, 'what it does not name is not asked');
CALL scip.add_trigger('guard_removal BEFORE DELETE ON test_record', $$PERFORM scip.refuse(409, 'in-use');$$);
EXECUTE test_record('test-a', 'low', NULL);
SELECT throws_ok($$DELETE FROM scip.test_record$$, 'SC409', NULL, 'a removal is refused');
SELECT throws_ok($$CALL scip.add_trigger('guard BEFORE INSERT', 'NULL;')$$, NULL, NULL, 'a trigger of no table is none');

SELECT * FROM finish();
ROLLBACK;
