-- Annual evaluations: what a return may hold, which step follows which, and that what is submitted stays as it is.
BEGIN;
CREATE EXTENSION IF NOT EXISTS pgtap SCHEMA public;
SELECT no_plan();
SET LOCAL search_path = scip, public;

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
CREATE FUNCTION pg_temp.hub(text DEFAULT 'test-h') RETURNS bigint LANGUAGE sql AS 'SELECT id FROM scip.hub WHERE slug = $1';
CREATE FUNCTION pg_temp.be(role text, hub text DEFAULT NULL) RETURNS void LANGUAGE sql AS $$
  SELECT set_config('scip.roles', format('{%s}', role), true),
    set_config('scip.hubs_led', CASE role WHEN 'hub_lead' THEN format('{%s}', pg_temp.hub(hub)) ELSE '' END, true),
    set_config('scip.hubs', CASE WHEN hub IS NOT NULL THEN format('{%s}', pg_temp.hub(hub)) ELSE '' END, true),
    set_config('scip.groups', CASE role WHEN 'group_member' THEN (SELECT array_agg(id)::text FROM scip.alliance_group WHERE decides_applications) ELSE '' END, true)
$$;
CREATE FUNCTION pg_temp.seen(statement text) RETURNS bigint LANGUAGE plpgsql AS $$
DECLARE
  n bigint;
BEGIN
  EXECUTE 'SET LOCAL ROLE ' || CASE WHEN ctx.central() THEN 'scip_central' ELSE 'scip_writer' END;
  EXECUTE statement INTO n;
  RESET ROLE;
  RETURN n;
END $$;
GRANT EXECUTE ON FUNCTION pg_temp.hub, pg_temp.outcome TO PUBLIC;

-- The six categories of the framework; what is about young people is withheld from others.
SELECT results_eq('SELECT category::text FROM evaluation_metric GROUP BY category ORDER BY min(ordinal)',
  $$VALUES ('members'), ('organisations_engaged'), ('engagement'), ('hub_led_activity'), ('member_activity'), ('outreach')$$, 'six categories');
SELECT results_eq('SELECT metric::text FROM evaluation_metric WHERE restricted ORDER BY 1', $$VALUES ('outreach_interventions'), ('outreach_young_people')$$, 'those that are about young people, and what stands beside them');
SELECT is_empty($$SELECT metric FROM evaluation_metric WHERE metric ~ 'young' AND NOT restricted$$, 'nothing about them is open');
SELECT ok(count(*) BETWEEN 4 AND 6 AND bool_or(required), 'questions') FROM evaluation_question;

INSERT INTO hub (slug, name, nations, sources, confidence) SELECT 'test-' || s, 'Test', '{GB-ENG}', '{test}', 'low' FROM unnest(ARRAY['h', 'paused', 'closed', 'proposed', 'unknown', 'late']) s;
INSERT INTO hub_status (hub_id, status, starts, ends, evidence) SELECT pg_temp.hub('test-' || s), status, starts, ends, evidence FROM (VALUES
  ('h', 'active', '2018-05-14', NULL, NULL), ('paused', 'active', '2018', '2020-01-10', NULL), ('paused', 'paused', '2020-01-10', NULL, NULL),
  ('closed', 'active', '2018', '2019-09-01', NULL), ('closed', 'closed', '2019-09-01', NULL, NULL), ('proposed', 'proposed', '2018', NULL, NULL),
  ('unknown', 'unknown', NULL, NULL, '2018'), ('late', 'proposed', '2018', '2019-08-31', NULL), ('late', 'active', '2019-08-31', NULL, NULL)) v (s, status, starts, ends, evidence);

-- Which years: the Hub was active or paused on a day of it, and it has begun.
SELECT is(pg_temp.outcome(format('INSERT INTO hub_evaluation (hub_id, year) VALUES (%s, %L)', pg_temp.hub('test-' || s), y)), r, s || ' in ' || y) FROM (VALUES
  ('h', '2016-17', 'SC409 hub-not-active'), ('h', '2017-18', 'accepted'), ('h', academic_year(today()), 'accepted'), ('h', academic_year((today() + interval '1 year')::date), 'SC409 year-not-started'),
  ('paused', '2019-20', 'accepted'), ('paused', '2023-24', 'accepted'), ('closed', '2018-19', 'accepted'), ('closed', '2019-20', 'SC409 hub-not-active'),
  ('late', '2018-19', 'accepted'), ('late', '2017-18', 'SC409 hub-not-active'), ('proposed', '2023-24', 'SC409 hub-not-active'), ('unknown', '2023-24', 'SC409 hub-not-active'),
  ('h', '2017-18', '23505 hub_evaluation_once'), ('h', '2023-25', '23514 year_name')) v (s, y, r);

INSERT INTO hub_evaluation (id, hub_id, year) VALUES ('00000000-0000-4000-8000-0000000000e1', pg_temp.hub(), '2023-24');
-- A figure is what the records say, or has a reason.
SELECT is(pg_temp.outcome(format('INSERT INTO hub_evaluation_figure VALUES (''00000000-0000-4000-8000-0000000000e1'', %L, %s)', m, v)), r, m || ' ' || v) FROM (VALUES
  ('memberships', '3, 3, NULL', 'accepted'), ('meetings_held', '3, 4, NULL', '23514 hub_evaluation_figure_reason'), ('meetings_held', 'NULL, 4, NULL', '23514 hub_evaluation_figure_reason'),
  ('meetings_held', '3, 4, '' ''', '23514 hub_evaluation_figure_reason_check'), ('meetings_held', '3, 4, ''One more''', 'accepted'), ('attendance', 'NULL, 7, ''By hand''', 'accepted'),
  ('members_reporting', '3, -1, ''x''', '23514 hub_evaluation_figure_value_check'), ('members_reporting', '3, NULL, ''x''', '23502'), ('pupils', '3, 3, NULL', '23503 hub_evaluation_figure_metric_fkey'),
  ('outreach_young_people', '42, 42, NULL', 'accepted')) x (m, v, r);
SELECT is(pg_temp.outcome(format('INSERT INTO hub_evaluation_answer VALUES (''00000000-0000-4000-8000-0000000000e1'', %L, %L)', q, t)), r, q) FROM (VALUES
  ('practice_shared', 'A transition day', 'accepted'), ('local_needs', ' ', '23514 hub_evaluation_answer_text_check'), ('weather', 'Fine', '23503 hub_evaluation_answer_question_fkey')) x (q, t, r);

-- Who sees a draft and its parts, and what of one that is submitted.
SELECT is(pg_temp.seen('SELECT count(*) FROM scip.hub_evaluation_figure'), 0::bigint, 'nobody by default');
SELECT pg_temp.be('hub_lead', 'test-h');
SELECT is(pg_temp.seen('SELECT count(*) FROM scip.hub_evaluation_figure'), 4::bigint, 'the Hub sees its figures');
SELECT is(jsonb_array_length(evaluation_gaps('00000000-0000-4000-8000-0000000000e1')), (SELECT count(*)::int FROM evaluation_metric) - 4 + (SELECT count(*)::int FROM evaluation_question WHERE required) - 1, 'what is missing');
SELECT is(pg_temp.outcome('UPDATE hub_evaluation SET status = ''submitted'' WHERE id = ''00000000-0000-4000-8000-0000000000e1'''), 'SC422 evaluation-incomplete', 'so it is not submitted');
SELECT pg_temp.be('hub_lead', 'test-paused');
SELECT is(pg_temp.seen('SELECT count(*) FROM scip.hub_evaluation_figure'), 0::bigint, 'another Hub sees none');
SELECT is(evaluation_gaps('00000000-0000-4000-8000-0000000000e1'), NULL, 'nor what is missing');
SELECT is(pg_temp.outcome($$SELECT change_evaluation('00000000-0000-4000-8000-0000000000e1', '{}')$$), 'SC403 only-the-hub-lead', 'nor does it change it');
SELECT pg_temp.be('group_member');
SELECT is(pg_temp.seen('SELECT count(*) FROM scip.hub_evaluation_answer'), 0::bigint, 'the group sees no draft');
SELECT pg_temp.be('hub_lead', 'test-h');
INSERT INTO hub_evaluation_figure SELECT '00000000-0000-4000-8000-0000000000e1', metric, 1, 1 FROM evaluation_metric ON CONFLICT DO NOTHING;
INSERT INTO hub_evaluation_answer SELECT '00000000-0000-4000-8000-0000000000e1', code, 'As we see it' FROM evaluation_question WHERE required ON CONFLICT DO NOTHING;
SELECT is(evaluation_gaps('00000000-0000-4000-8000-0000000000e1'), NULL, 'nothing is missing');

-- Each step, by whom, from which status.
CREATE FUNCTION pg_temp.step(status text, note text DEFAULT NULL) RETURNS text LANGUAGE sql AS
  $$SELECT pg_temp.outcome(format('UPDATE scip.hub_evaluation SET status = %L, revision_note = %L WHERE id = ''00000000-0000-4000-8000-0000000000e1''', status, note))$$;
SELECT is(pg_temp.step(s), 'SC403 only-the-central-team', 'the lead: ' || s) FROM unnest(ARRAY['draft', 'accepted', 'published']) s;
SELECT is(pg_temp.step('submitted'), 'accepted', 'the lead submits');
SELECT is(pg_temp.step('submitted'), 'SC409 evaluation-submitted', 'once');
SELECT is(pg_temp.step('draft', 'x'), 'SC403 only-the-central-team', 'and does not take it back');
SELECT is(pg_temp.outcome(o), 'SC409 evaluation-submitted', o) FROM unnest(ARRAY[
  'UPDATE hub_evaluation_figure SET reason = ''x'' WHERE evaluation_id = ''00000000-0000-4000-8000-0000000000e1''',
  'DELETE FROM hub_evaluation_answer WHERE evaluation_id = ''00000000-0000-4000-8000-0000000000e1''',
  'INSERT INTO hub_evaluation_answer SELECT ''00000000-0000-4000-8000-0000000000e1'', code, ''x'' FROM evaluation_question WHERE NOT required',
  'DELETE FROM hub_evaluation WHERE id = ''00000000-0000-4000-8000-0000000000e1''']) o;
SELECT pg_temp.be('group_member');
SELECT is(pg_temp.seen('SELECT count(*) FROM scip.hub_evaluation_figure'), (SELECT count(*) - 2 FROM evaluation_metric), 'the group sees all but the young people, and what stands beside them');
SELECT is(pg_temp.seen('SELECT count(*) FROM scip.hub_evaluation_figure WHERE metric = ''outreach_young_people'''), 0::bigint, 'not even that there is one');
SELECT pg_temp.be('central');
SELECT is(pg_temp.step('published'), 'SC409 evaluation-submitted', 'not before it is accepted');
SELECT is(pg_temp.step('draft'), '23514 hub_evaluation_returned', 'a return needs a note');
SELECT is(pg_temp.step('draft', 'More'), 'accepted', 'and has one');
SELECT results_eq($$SELECT status, submitted_at, revision_requested_at = now(), revision_note FROM hub_evaluation WHERE id = '00000000-0000-4000-8000-0000000000e1'$$,
  $$VALUES ('draft'::text, NULL::timestamptz, true, 'More'::text)$$, 'a draft again');
SELECT is(pg_temp.step('accepted'), 'SC409 evaluation-not-submitted', 'nothing to accept');
SELECT is(pg_temp.step('submitted'), 'accepted', 'the central team submits for a Hub');
SELECT is((SELECT revision_note FROM hub_evaluation WHERE id = '00000000-0000-4000-8000-0000000000e1'), NULL, 'the note is gone');
SELECT is_empty('SELECT * FROM published_answers(''2023-24'')', 'nothing is published');
SELECT is(pg_temp.step(s), 'accepted', s) FROM unnest(ARRAY['accepted', 'published']) s;
SELECT is(pg_temp.step(s, CASE s WHEN 'draft' THEN 'x' END), 'SC409 evaluation-published', s) FROM unnest(ARRAY['draft', 'submitted', 'accepted', 'published']) s;
SELECT is(count(*), (SELECT count(*) FROM evaluation_question WHERE required), 'the answers are') FROM published_answers('2023-24') WHERE hub_id = pg_temp.hub();
SELECT is(pg_temp.outcome($$DELETE FROM hub_evaluation WHERE hub_id = pg_temp.hub() AND year = '2017-18'$$), 'accepted', 'a draft goes');

SELECT * FROM finish();
ROLLBACK;
