-- What a Hub reports, and how its health is judged: every rule on the days on which it turns, in Europe/London.
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
CREATE FUNCTION pg_temp.state(rule text, day date, year text DEFAULT '2024-25', hub text DEFAULT 'test-h') RETURNS text LANGUAGE sql AS
  'SELECT h.state FROM scip.hub_health(pg_temp.hub(hub), year, day) h WHERE h.rule = state.rule';
CREATE FUNCTION pg_temp.evidence(rule text, day date, year text DEFAULT '2024-25', hub text DEFAULT 'test-h') RETURNS text LANGUAGE sql AS
  'SELECT h.evidence::text FROM scip.hub_health(pg_temp.hub(hub), year, day) h WHERE h.rule = evidence.rule';
CREATE FUNCTION pg_temp.next(rule text, day date, year text DEFAULT '2024-25', hub text DEFAULT 'test-h') RETURNS text LANGUAGE sql AS
  'SELECT concat_ws('' by '', h.next_action, h.deadline) FROM scip.hub_health(pg_temp.hub(hub), year, day) h WHERE h.rule = next.rule';
-- Writes past the rules of the day: the past cannot be written now.
CREATE FUNCTION pg_temp.past(statement text) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
  SET LOCAL session_replication_role = replica;
  EXECUTE statement;
  SET LOCAL session_replication_role = origin;
END $$;

-- Periods.
SELECT is(period_name(p), n, p) FROM (VALUES ('2024-25', '2024-25'), ('2024/25', '2024-25'), ('202425', '2024-25'), ('1999-00', '1999-00'), ('2024-25-Q4', '2024-25-Q4'),
  ('2024-26', NULL), ('2024-25-Q5', NULL), ('2024', NULL), ('2024-25-', NULL), ('x2024-25', NULL)) v (p, n);
SELECT is(format('%s to %s', period_start(p), period_end(p)), d, p) FROM (VALUES ('2024-25', '2024-09-01 to 2025-08-31'), ('2023-24-Q1', '2023-09-01 to 2023-11-30'),
  ('2023-24-Q2', '2023-12-01 to 2024-02-29'), ('2024-25-Q2', '2024-12-01 to 2025-02-28'), ('2024-25-Q3', '2025-03-01 to 2025-05-31'), ('2024-25-Q4', '2025-06-01 to 2025-08-31'), ('2024-26', ' to ')) v (p, d);
SELECT is(quarter(d), q, d::text) FROM (VALUES ('2025-08-31'::date, '2024-25-Q4'), ('2025-09-01', '2025-26-Q1'), ('2024-12-01', '2024-25-Q2'), ('2024-02-29', '2023-24-Q2'), ('2025-03-01', '2024-25-Q3')) v (d, q);

INSERT INTO hub (slug, name, nations, launched_on, sources, confidence)
SELECT 'test-' || s, 'Test', '{GB-ENG}', CASE s WHEN 'launched' THEN '2018-06' END, '{test}', 'low'
FROM unnest(ARRAY['h', 'new', 'paused', 'closed', 'launched', 'evidence', 'unknown', 'proposed']) s;
INSERT INTO hub_status (hub_id, status, starts, ends, evidence)
SELECT pg_temp.hub('test-' || s), status, starts, ends, evidence FROM (VALUES
  ('h', 'active', '2018-05-14', NULL, NULL), ('new', 'proposed', '2024-05-01', '2024-09-01', NULL), ('new', 'active', '2024-09-01', NULL, NULL),
  ('paused', 'active', '2018', '2025-01-10', NULL), ('paused', 'paused', '2025-01-10', '2025-09-01', NULL), ('paused', 'active', '2025-09-01', NULL, NULL),
  ('closed', 'active', '2018', '2025-08-31', NULL), ('closed', 'closed', '2025-08-31', NULL, NULL), ('launched', 'active', NULL, NULL, '2025-02'),
  ('evidence', 'active', NULL, NULL, '2025-02'), ('unknown', 'unknown', NULL, NULL, '2018'), ('proposed', 'proposed', '2024-10-01', NULL, NULL)) v (s, status, starts, ends, evidence);

-- What a Hub is on a day; the day of a change is the new one's.
SELECT is(hub_status_on(pg_temp.hub('test-' || s), d), status, s || ' on ' || d) FROM (VALUES ('h', '2018-05-13'::date, NULL), ('h', '2018-05-14', 'active'), ('new', '2024-08-31', 'proposed'),
  ('new', '2024-09-01', 'active'), ('paused', '2025-01-09', 'active'), ('paused', '2025-01-10', 'paused'), ('paused', '2025-09-01', 'active'), ('closed', '2025-08-30', 'active'),
  ('closed', '2025-08-31', 'closed'), ('launched', '2018-05-31', NULL), ('launched', '2018-06-01', 'active'), ('evidence', '2025-01-31', NULL), ('evidence', '2025-02-01', 'active')) v (s, d, status);
-- Two meetings: not asked in the years of launch, pause and closing, and where it is not known.
SELECT is(pg_temp.state('two_meetings', '2025-06-01', year, 'test-' || s), state, s || ' in ' || year) FROM (VALUES
  ('h', '2017-18', 'not_applicable'), ('h', '2018-19', 'missed'), ('h', '2024-25', 'not_yet'), ('h', '2025-26', 'not_yet'), ('new', '2023-24', 'not_applicable'), ('new', '2024-25', 'not_applicable'), ('new', '2025-26', 'not_yet'),
  ('paused', '2018-19', 'not_applicable'), ('paused', '2019-20', 'missed'), ('paused', '2024-25', 'not_applicable'), ('paused', '2025-26', 'not_applicable'), ('closed', '2023-24', 'missed'), ('closed', '2024-25', 'not_applicable'),
  ('closed', '2025-26', 'not_applicable'), ('launched', '2017-18', 'not_applicable'), ('launched', '2018-19', 'missed'), ('evidence', '2024-25', 'not_applicable'), ('unknown', '2024-25', 'not_applicable'), ('proposed', '2024-25', 'not_applicable')) v (s, year, state);

-- Meetings on the edges of a year: 31 August 23:30 UTC is 1 September.
CREATE FUNCTION pg_temp.meet(at timestamptz, status text DEFAULT 'held', kind text DEFAULT 'ordinary') RETURNS uuid LANGUAGE plpgsql AS $$
DECLARE
  made uuid := gen_random_uuid();
BEGIN
  PERFORM pg_temp.past(format('INSERT INTO scip.meeting (id, hub_id, kind, title, starts_at, venue, status) VALUES (%L, pg_temp.hub(), %L, ''Test'', %L, ''A hall'', %L)', made, kind, at, status));
  RETURN made;
END $$;
SELECT is(pg_temp.state('two_meetings', '2025-08-31') || ' ' || pg_temp.state('two_meetings', '2025-09-01'), 'not_yet missed', 'the year ends with 31 August');
SELECT is(pg_temp.next('two_meetings', '2025-01-01'), 'Plan and hold 2 more by 2025-08-31', 'what next');
CREATE TEMP TABLE met AS SELECT pg_temp.meet('2024-08-31T23:30:00Z') AS first, pg_temp.meet('2025-08-31T23:30:00Z') AS after, pg_temp.meet('2024-10-01T10:00:00Z', 'cancelled') AS cancelled,
  pg_temp.meet('2024-10-02T10:00:00Z', 'held', 'inaugural') AS inaugural, pg_temp.meet('2025-07-01T10:00:00Z', 'planned') AS planned, pg_temp.meet('2024-08-31T22:30:00Z') AS before;
SELECT is(pg_temp.evidence('two_meetings', '2025-06-01'), '{"held": 1, "planned": 1}', 'one of the year: neither cancelled nor inaugural, before nor after');
SELECT is(pg_temp.evidence('two_meetings', '2024-08-31') || pg_temp.state('two_meetings', '2025-06-01'), '{"held": 0, "planned": 1}not_yet', 'not before it is held');
SELECT is(pg_temp.next('two_meetings', '2025-06-01'), 'Hold the meeting of 2025-07-01 by 2025-08-31', 'the planned one');
SELECT pg_temp.past('UPDATE scip.meeting SET status = ''held'' WHERE id = (SELECT planned FROM met)');
SELECT is(pg_temp.state('two_meetings', d), s, 'on ' || d) FROM (VALUES ('2025-06-30'::date, 'not_yet'), ('2025-07-01', 'met'), ('2026-01-01', 'met')) v (d, s);

-- Five headings; minutes and attendance.
SELECT is(pg_temp.state('five_headings', '2025-08-31') || ' ' || pg_temp.state('five_headings', '2025-09-01') || pg_temp.evidence('five_headings', '2025-09-01'),
  'not_yet missed{"held": 2, "completed": 0}', 'no agenda is completed; the inaugural one''s is another');
SELECT is(pg_temp.state('five_headings', d, y), s, y) FROM (VALUES ('2025-08-31'::date, '2019-20', 'not_applicable'), ('2026-06-01', '2026-27', 'not_yet')) v (d, y, s);
SELECT is(pg_temp.next('five_headings', '2025-08-01'), 'Complete the agenda of the meeting of 2024-09-01 by 2025-08-31', 'the first');
SELECT pg_temp.past('UPDATE scip.meeting SET agenda_completed_at = starts_at WHERE kind = ''ordinary'' AND hub_id = pg_temp.hub()');
SELECT is(pg_temp.state('five_headings', '2025-08-31'), 'met', 'all are');
SELECT is(pg_temp.evidence('minutes_shared', '2025-08-31'), '{"held": 3, "minutes_shared": 0, "attendance_shared": 0}', 'the inaugural one counts too');
SELECT pg_temp.past($$INSERT INTO scip.minutes (meeting_id, number, status, text, approved_at, shared_at)
  SELECT m.id, 1, 'shared', 'x', now(), '2025-08-31T22:59:00Z' FROM scip.meeting m WHERE hub_id = pg_temp.hub() AND m.id <> (SELECT planned FROM met)$$);
SELECT pg_temp.past($$UPDATE scip.meeting SET attendance_shared_at = '2025-08-31T22:59:00Z' WHERE hub_id = pg_temp.hub()$$);
SELECT is(pg_temp.evidence('minutes_shared', '2025-08-30') || pg_temp.evidence('minutes_shared', '2025-08-31'),
  '{"held": 3, "minutes_shared": 0, "attendance_shared": 0}{"held": 3, "minutes_shared": 2, "attendance_shared": 3}', 'on the day on which they are shared');
SELECT is(pg_temp.next('minutes_shared', '2025-08-31') || ' ' || pg_temp.state('minutes_shared', '2025-08-31'), 'Share minutes and attendance of the meeting of 2025-07-01 by 2025-08-31 not_yet', 'one is missing');
SELECT pg_temp.past($$INSERT INTO scip.minutes (meeting_id, number, status, text, approved_at) SELECT planned, 1, 'approved', 'x', now() FROM met$$);
SELECT is(pg_temp.state('minutes_shared', '2025-09-01'), 'missed', 'approved is not shared');
SELECT pg_temp.past($$UPDATE scip.minutes SET status = 'shared', shared_at = '2025-10-01' WHERE meeting_id = (SELECT planned FROM met)$$);
SELECT is(pg_temp.state('minutes_shared', d), s, 'shared late, on ' || d) FROM (VALUES ('2025-09-30'::date, 'missed'), ('2025-10-01', 'met')) v (d, s);

-- Quarterly updates: due on the 21st day after the quarter, to the last minute in London.
CREATE FUNCTION pg_temp.report(quarter text, at timestamptz, nil boolean DEFAULT false, hub text DEFAULT 'test-h') RETURNS void LANGUAGE sql AS $$
  SELECT pg_temp.past(format($i$INSERT INTO scip.quarterly_update (hub_id, quarter, status, nil_return, submitted_at)
    VALUES (pg_temp.hub(%L), %L, %L, %L, %L)$i$, hub, quarter, CASE WHEN at IS NULL THEN 'draft' ELSE 'submitted' END, nil, at))
$$;
SELECT is(due_on(q), d, q) FROM (VALUES ('2024-25-Q1', '2024-12-21'::date), ('2024-25-Q2', '2025-03-21'), ('2023-24-Q2', '2024-03-21'), ('2024-25-Q3', '2025-06-21'), ('2024-25-Q4', '2025-09-21')) v (q, d);
SELECT is(pg_temp.state('quarterly_updates', d) || ' ' || pg_temp.next('quarterly_updates', d), s, 'nothing reported, on ' || d) FROM (VALUES
  ('2024-12-21'::date, 'not_yet Submit the update of 2024-25-Q1 by 2024-12-21'), ('2024-12-22', 'missed Ask the central team to open 2024-25-Q1 by 2025-03-21'),
  ('2025-09-22', 'missed Ask the central team to open 2024-25-Q1, 2024-25-Q2, 2024-25-Q3, 2024-25-Q4 by 2025-09-21')) v (d, s);
SELECT pg_temp.report('2024-25-Q1', '2024-12-21T23:59:59Z');
SELECT pg_temp.report('2024-25-Q2', '2025-03-01T12:00:00Z', true);
SELECT is(pg_temp.state('quarterly_updates', '2025-06-21') || pg_temp.evidence('quarterly_updates', '2025-06-21'),
  'not_yet{"late": 0, "missed": 0, "required": 4, "submitted": 2, "nil_returns": 1}', 'a nil return counts');
SELECT is(pg_temp.evidence('quarterly_updates', '2024-12-20'), '{"late": 0, "missed": 0, "required": 4, "submitted": 0, "nil_returns": 0}', 'not before it is submitted');
SELECT pg_temp.report('2024-25-Q3', NULL);
SELECT is(pg_temp.state('quarterly_updates', '2025-06-22'), 'missed', 'a draft is nothing');
SELECT pg_temp.past($$INSERT INTO scip.quarterly_update_extension (hub_id, quarter, open_until, reason) VALUES (pg_temp.hub(), '2024-25-Q3', '2025-07-10', 'x')$$);
SELECT is(pg_temp.state('quarterly_updates', d), s, 'with an exception, on ' || d) FROM (VALUES ('2025-07-10'::date, 'not_yet'), ('2025-07-11', 'missed')) v (d, s);
SELECT pg_temp.past($$UPDATE scip.quarterly_update SET status = 'submitted', submitted_at = '2025-06-21T23:00:00Z' WHERE hub_id = pg_temp.hub() AND quarter = '2024-25-Q3'$$);
SELECT pg_temp.report('2024-25-Q4', '2025-09-21T22:59:59Z');
SELECT is(pg_temp.state('quarterly_updates', '2025-09-22') || pg_temp.evidence('quarterly_updates', '2025-09-22'),
  'met{"late": 1, "missed": 0, "required": 4, "submitted": 4, "nil_returns": 1}', 'one a second late, one a second before');
SELECT is((SELECT string_agg(quarter || coalesce(late::text, '-'), ' ' ORDER BY quarter) FROM hub_updates WHERE _hub = 'test-h' AND quarter LIKE '2024-25%'),
  '2024-25-Q1false 2024-25-Q2false 2024-25-Q3true 2024-25-Q4false', 'so the list says');
INSERT INTO quarter_deadline VALUES ('2024-25-Q1', '2024-12-10');
SELECT is(pg_temp.evidence('quarterly_updates', '2025-09-22'), '{"late": 2, "missed": 0, "required": 4, "submitted": 4, "nil_returns": 1}', 'by another deadline');
SELECT is(pg_temp.outcome($$INSERT INTO quarter_deadline VALUES ('2024-25-Q2', '2025-02-28')$$), '23514 quarter_deadline_after', 'after the quarter');
SELECT is(pg_temp.evidence('quarterly_updates', '2025-09-30', '2024-25', s), e, s) FROM (VALUES ('test-new', '{"late": 0, "missed": 4, "required": 4, "submitted": 0, "nil_returns": 0}'),
  ('test-paused', '{"late": 0, "missed": 1, "required": 1, "submitted": 0, "nil_returns": 0}'), ('test-closed', '{"late": 0, "missed": 3, "required": 3, "submitted": 0, "nil_returns": 0}'),
  ('test-evidence', '{"late": 0, "missed": 2, "required": 2, "submitted": 0, "nil_returns": 0}'), ('test-proposed', '{"late": 0, "missed": 0, "required": 0, "submitted": 0, "nil_returns": 0}')) v (s, e);
SELECT pg_temp.report('2024-25-Q2', '2025-03-01', false, 'test-proposed');
SELECT is(pg_temp.state('quarterly_updates', '2025-09-30', '2024-25', 'test-proposed'), 'met', 'what is reported without being owed counts');

-- Membership: on the last day, or on the day before it.
INSERT INTO person (id, name) SELECT ('00000000-0000-4000-8000-00000000000' || n)::uuid, 'Test' FROM generate_series(1, 5) n;
INSERT INTO hub_membership (hub_id, person_id, sector, starts, ends)
SELECT pg_temp.hub(), ('00000000-0000-4000-8000-00000000000' || n)::uuid, sector, '2024-10-01', CASE n WHEN 4 THEN '2025-08-31'::date END
FROM unnest(ARRAY['he', 'fe', 'school_sector', 'local_authority']) WITH ORDINALITY u (sector, n);
SELECT is(pg_temp.state('membership_quorate', d), s, 'on ' || d) FROM (VALUES ('2024-09-30'::date, 'not_yet'), ('2024-10-01', 'met'), ('2025-08-30', 'met'), ('2025-08-31', 'not_yet'), ('2025-12-01', 'missed')) v (d, s);
SELECT is(pg_temp.evidence('membership_quorate', '2025-12-01'), '{"members": 3, "minimum": 4, "missing_sectors": ["local_authority"]}', 'who is missing');
SELECT is(pg_temp.next('membership_quorate', '2025-08-31'), 'Find members of the sectors local_authority; Find 1 more by 2025-08-31', 'whom to find');
INSERT INTO hub_quorum (hub_id, starts, sectors, minimum) VALUES (pg_temp.hub(), '2025-08-31', '{he}', 2);
SELECT is(pg_temp.state('membership_quorate', d), 'met', 'by the rule in force on ' || d) FROM unnest(ARRAY['2025-08-30', '2025-08-31']::date[]) d;
SELECT is(pg_temp.state('membership_quorate', '2025-06-01', '2024-25', s), 'not_applicable', s) FROM unnest(ARRAY['test-paused', 'test-unknown']) s;
SELECT is(pg_temp.state('membership_quorate', '2025-06-01', '2024-25', 'test-proposed'), 'not_yet', 'a Hub that is proposed looks for members');

-- Messages, as far as the Hub was active when they were sent.
SELECT is(pg_temp.state('messages_relayed', '2025-06-01'), 'not_applicable', 'none was sent');
SELECT pg_temp.past($$INSERT INTO scip.message (id, direction, title, text, sent_on) VALUES ('00000000-0000-4000-8000-00000000000a', 'to_hubs', 'x', 'x', '2024-09-01'),
  ('00000000-0000-4000-8000-00000000000b', 'to_hubs', 'x', 'x', '2025-08-31'), ('00000000-0000-4000-8000-00000000000c', 'to_hubs', 'x', 'x', '2025-09-01')$$);
SELECT is(pg_temp.evidence('messages_relayed', '2025-08-30') || pg_temp.evidence('messages_relayed', '2025-09-02'), '{"sent": 1, "relayed": 0}{"sent": 2, "relayed": 0}', 'the year''s');
SELECT is(pg_temp.state('messages_relayed', '2025-06-01', '2024-25', 'test-paused') || pg_temp.evidence('messages_relayed', '2025-09-02', '2024-25', 'test-paused'), 'not_yet{"sent": 1, "relayed": 0}', 'before the pause');
SELECT is(pg_temp.next('messages_relayed', '2025-08-31'), 'Relay 2 messages, the oldest of 2024-09-01 by 2025-08-31', 'what to relay');
SELECT is(pg_temp.outcome(format($$INSERT INTO message_relay (message_id, hub_id, relayed_on) VALUES ('00000000-0000-4000-8000-00000000000%s', pg_temp.hub(), %L)$$, m, d)), o, m || d) FROM (VALUES
  ('a', '2024-08-31', 'SC422 relay-before-message'), ('a', '2999-01-01', 'SC422 date-in-future'), ('d', '2025-01-01', 'SC422 relay-before-message'), ('a', '2024-09-01', 'accepted'), ('b', '2025-09-15', 'accepted')) v (m, d, o);
SELECT is(pg_temp.state('messages_relayed', d), s, 'on ' || d) FROM (VALUES ('2025-08-30'::date, 'met'), ('2025-08-31', 'not_yet'), ('2025-09-14', 'missed'), ('2025-09-15', 'met')) v (d, s);
SELECT is(pg_temp.outcome(o), r, o) FROM (VALUES
  ($$INSERT INTO message (direction, title, text, response, response_channel, responded_on) VALUES ('to_hubs', 'x', 'x', 'x', 'other', '2025-01-01')$$, '23514 message_way'),
  ($$INSERT INTO message (direction, title, text) VALUES ('from_hub', 'x', 'x')$$, '23514 message_way')) v (o, r);

-- The pathway: nine steps; not of a Hub that was at work before there was one.
SELECT is(pg_temp.state('pathway', today(), academic_year(today()), s), e, s) FROM (VALUES ('test-h', 'not_applicable'), ('test-unknown', 'not_applicable'), ('test-proposed', 'not_yet')) v (s, e);
UPDATE hub_pathway SET done_on = '2025-01-01', evidence = 'x', reason = 'x' WHERE hub_id = pg_temp.hub() AND step NOT IN ('mapping_exercise', 'page_sent');
SELECT is(pg_temp.state('pathway', '2025-06-01') || pg_temp.evidence('pathway', '2025-06-01'), 'not_yet{"done": 8, "required": 9}', 'it has begun');
SELECT is(pg_temp.evidence('pathway', '2024-12-31'), '{"done": 0, "required": 9}', 'not before it was done');
SELECT is(pg_temp.next('pathway', '2025-06-01'), 'Logos, blurb and page content sent by 2025-08-31', 'the next step');
UPDATE hub_pathway SET done_on = '2025-09-01', evidence = 'x', reason = 'x' WHERE hub_id = pg_temp.hub() AND step = 'page_sent';
SELECT is(pg_temp.state('pathway', '2025-09-01') || ' ' || pg_temp.state('pathway', '2025-09-01', '2025-26'), 'missed met', 'done a day after the year');

-- The evaluation: in the quarter after the year.
SELECT is(pg_temp.state('evaluation', d), s, 'on ' || d) FROM (VALUES ('2025-11-30'::date, 'not_yet'), ('2025-12-01', 'missed')) v (d, s);
INSERT INTO hub_evaluation (hub_id, year) VALUES (pg_temp.hub(), '2024-25');
SELECT is(pg_temp.state('evaluation', '2025-11-30') || pg_temp.evidence('evaluation', '2025-11-30'), 'not_yet{"status": "draft"}', 'a draft');
SELECT pg_temp.past($$UPDATE scip.hub_evaluation SET status = 'submitted', submitted_at = '2025-12-01' WHERE hub_id = pg_temp.hub()$$);
SELECT is(pg_temp.state('evaluation', d), s, 'submitted late, on ' || d) FROM (VALUES ('2025-11-30'::date, 'not_yet'), ('2025-12-01', 'met')) v (d, s);
SELECT is(pg_temp.state('evaluation', '2025-10-01', '2024-25', s), 'not_applicable', s) FROM unnest(ARRAY['test-closed', 'test-proposed', 'test-unknown']) s;
SELECT is(pg_temp.outcome(format('SELECT pg_temp.past(%L)', o)), '23514 hub_evaluation_status', o) FROM unnest(ARRAY['UPDATE hub_evaluation SET status = ''draft''', 'UPDATE hub_evaluation SET status = ''published''', 'UPDATE hub_evaluation SET accepted_at = now()']) o;

-- Meetings of the working groups, as far as attendance is recorded.
SELECT is(pg_temp.state('national_meetings', '2025-06-01'), 'not_applicable', 'there was none');
SELECT pg_temp.past($$INSERT INTO scip.meeting (id, group_id, title, starts_at, venue, status)
  SELECT ('00000000-0000-4000-8000-0000000000a' || n)::uuid, (SELECT id FROM scip.alliance_group WHERE slug = g), 'x', ('2025-0' || n || '-01T10:00:00Z')::timestamptz, 'A hall', s
  FROM (VALUES (1, 'hub-leads-group', 'held'), (2, 'hub-leads-group', 'held'), (3, 'board', 'held'), (4, 'hub-leads-group', 'cancelled')) v (n, g, s)$$);
SELECT is(pg_temp.evidence('national_meetings', '2025-06-01'), '{"held": 0, "attended": 0}', 'who was there is not recorded');
SELECT pg_temp.past($$INSERT INTO scip.attendance VALUES ('00000000-0000-4000-8000-0000000000a1', '00000000-0000-4000-8000-000000000001', 'present'),
  ('00000000-0000-4000-8000-0000000000a2', '00000000-0000-4000-8000-000000000001', 'apologies'), ('00000000-0000-4000-8000-0000000000a3', '00000000-0000-4000-8000-000000000005', 'present')$$);
SELECT is(pg_temp.state('national_meetings', d) || pg_temp.evidence('national_meetings', d), s, 'on ' || d) FROM (VALUES
  ('2025-01-31'::date, 'met{"held": 1, "attended": 1}'), ('2025-06-01', 'missed{"held": 2, "attended": 1}')) v (d, s);
INSERT INTO organisation (slug, name, sources, confidence) VALUES ('test-lead', 'Test', '{test}', 'low');
INSERT INTO hub_lead (hub_id, organisation_id, evidence_kind, period, sources, confidence)
SELECT pg_temp.hub(), id, 'dated', '[2020-01-01,)', '{test}', 'low' FROM organisation WHERE slug = 'test-lead';
INSERT INTO group_seat (group_id, title, organisation_id, person_id, starts)
SELECT g.id, 'Test', o.id, '00000000-0000-4000-8000-000000000005', '2024-01-01' FROM alliance_group g, organisation o WHERE g.slug = 'hub-leads-group' AND o.slug = 'test-lead';
SELECT pg_temp.past($$INSERT INTO scip.attendance VALUES ('00000000-0000-4000-8000-0000000000a2', '00000000-0000-4000-8000-000000000005', 'present')$$);
SELECT is(pg_temp.state('national_meetings', '2025-06-01') || ' ' || pg_temp.state('national_meetings', '2025-06-01', '2024-25', 'test-new'), 'met missed', 'in the seat of its lead');

-- A review a year.
SELECT is(pg_temp.state('yearly_review', d), s, 'on ' || d) FROM (VALUES ('2025-08-31'::date, 'not_yet'), ('2025-09-01', 'missed')) v (d, s);
INSERT INTO hub_review (hub_id, reviewed_on, note) VALUES (pg_temp.hub(), '2025-08-31', 'x'), (pg_temp.hub('test-new'), '2025-03-01', 'x');
SELECT is(pg_temp.state('yearly_review', '2025-09-01') || ' ' || pg_temp.state('yearly_review', '2025-09-01', '2025-26'), 'met not_yet', 'of its own year');
SELECT is(pg_temp.state('yearly_review', '2025-09-01', '2024-25', s), e, s) FROM (VALUES ('test-new', 'met'), ('test-paused', 'not_applicable')) v (s, e);
SELECT is(pg_temp.outcome('INSERT INTO hub_review (hub_id, reviewed_on, note) VALUES (pg_temp.hub(), scip.today() + 1, ''x'')'), 'SC422 date-in-future', 'not yet');

-- Ten rules, in their order, for any Hub and year.
SELECT is(count(*) FILTER (WHERE n = 10 AND states), count(*), 'ten rules with a state') FROM (
  SELECT count(*) AS n, bool_and(h.state IN ('met', 'not_yet', 'missed', 'not_applicable') AND (h.next_action IS NULL OR h.state IN ('not_yet', 'missed'))) AS states
  FROM hub, unnest(ARRAY['2000-01', '2018-19', '2024-25', '2030-31']) y, hub_health(hub.id, y, '2025-06-01') h GROUP BY hub.id, y) v;

-- Activities and updates, whatever the SQL.
SELECT is(pg_temp.outcome(format('INSERT INTO activity (hub_id, kind, title, held_on, membership_id, young_people) VALUES (pg_temp.hub(%L), %L, ''x'', %L, %s, %s)', h, k, d,
  CASE WHEN m THEN '(SELECT id FROM hub_membership WHERE hub_id = pg_temp.hub() AND sector = ''local_authority'')' ELSE 'NULL' END, coalesce(y::text, 'NULL'))), o, concat_ws(' ', h, k, d, m, y))
FROM (VALUES ('test-h', 'hub_led', today(), false, NULL, 'accepted'), ('test-h', 'hub_led', today() + 1, false, NULL, 'SC422 date-in-future'), ('test-h', 'hub_led', today(), false, 5, '23514 activity_outreach'),
  ('test-h', 'outreach', today(), false, 5, 'accepted'), ('test-h', 'outreach', today(), false, -1, '23514 activity_young_people_check'), ('test-h', 'member_because_of_hub', '2025-01-01', false, NULL, '23514 activity_reporter'),
  ('test-h', 'member_because_of_hub', '2024-09-30', true, NULL, 'SC422 person-not-a-member'), ('test-h', 'member_because_of_hub', '2024-10-01', true, NULL, 'accepted'), ('test-h', 'member_because_of_hub', '2025-08-30', true, NULL, 'accepted'),
  ('test-h', 'member_because_of_hub', '2025-08-31', true, NULL, 'SC422 person-not-a-member'), ('test-new', 'member_because_of_hub', '2025-01-01', true, NULL, 'SC422 person-not-a-member')) v (h, k, d, m, y, o);
SELECT is(pg_temp.outcome(o), r, o) FROM (VALUES
  ($$INSERT INTO quarterly_update (hub_id, quarter) VALUES (pg_temp.hub('test-new'), '2024-25-Q1')$$, 'SC409 update-locked'),
  ($$UPDATE quarterly_update SET practice = 'x' WHERE hub_id = pg_temp.hub()$$, 'SC409 update-locked'),
  ($$DELETE FROM quarterly_update WHERE hub_id = pg_temp.hub()$$, 'SC409 update-locked'),
  ($$INSERT INTO quarterly_update (hub_id, quarter) VALUES (pg_temp.hub(), scip.quarter((scip.today() + 93)))$$, 'SC409 quarter-not-started'),
  ($$INSERT INTO quarterly_update (hub_id, quarter, status) VALUES (pg_temp.hub(), scip.quarter(scip.today()), 'submitted')$$, 'SC422 update-incomplete'),
  ($$INSERT INTO quarterly_update (hub_id, quarter, status, nil_return) VALUES (pg_temp.hub(), scip.quarter(scip.today()), 'submitted', true)$$, 'accepted'),
  ($$UPDATE quarterly_update SET status = 'submitted' WHERE hub_id = pg_temp.hub() AND quarter = scip.quarter(scip.today())$$, 'SC409 update-submitted'),
  ($$UPDATE quarterly_update SET status = 'draft' WHERE hub_id = pg_temp.hub() AND quarter = scip.quarter(scip.today())$$, 'SC409 update-submitted'),
  ($$UPDATE quarterly_update SET nil_return = false WHERE hub_id = pg_temp.hub() AND quarter = scip.quarter(scip.today())$$, 'SC422 update-incomplete'),
  ($$INSERT INTO quarterly_update (hub_id, quarter, ideas) VALUES (pg_temp.hub('test-new'), scip.quarter(scip.today()), ' ')$$, '23514 quarterly_update_texts'),
  ($$DELETE FROM quarterly_update WHERE hub_id = pg_temp.hub() AND quarter = scip.quarter(scip.today())$$, 'accepted')) v (o, r);

SELECT * FROM finish();
ROLLBACK;
