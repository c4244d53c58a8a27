-- Meetings, agendas, attendance, minutes, seats: what may follow what, whatever the SQL, and who may.
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
-- What it would come to: nothing of it stays.
CREATE FUNCTION pg_temp.would(statement text) RETURNS text LANGUAGE plpgsql AS $$
BEGIN
  RAISE '%', pg_temp.outcome(statement) USING ERRCODE = 'UNDOX';
EXCEPTION WHEN SQLSTATE 'UNDOX' THEN
  RETURN SQLERRM;
END $$;
CREATE FUNCTION pg_temp.hub(text) RETURNS bigint LANGUAGE sql AS 'SELECT id FROM scip.hub WHERE slug = $1';
CREATE FUNCTION pg_temp.met(int) RETURNS uuid LANGUAGE sql AS $$SELECT ('00000000-0000-4000-8000-0000000001' || lpad($1::text, 2, '0'))::uuid$$;
CREATE FUNCTION pg_temp.who(int) RETURNS uuid LANGUAGE sql AS $$SELECT ('00000000-0000-4000-8000-0000000002' || lpad($1::text, 2, '0'))::uuid$$;
GRANT EXECUTE ON FUNCTION pg_temp.outcome, pg_temp.would, pg_temp.hub, pg_temp.met, pg_temp.who TO PUBLIC;

INSERT INTO hub (slug, name, nations, sources, confidence) VALUES ('test-a', 'Area Hub', '{GB-ENG}', '{test}', 'low'), ('test-b', 'The B Hub', '{GB-ENG}', '{test}', 'low');
INSERT INTO alliance_group (slug, name, kind, status, sources, confidence) VALUES ('test-g', 'G', 'governance', 'active', '{test}', 'low');
INSERT INTO account (id, issuer, subject, label)
SELECT ('00000000-0000-4000-8000-00000000030' || n)::uuid, 'self', 'test-' || label, label
FROM (VALUES (1, 'central'), (2, 'lead'), (3, 'member'), (4, 'other'), (5, 'group'), (6, 'analyst')) v (n, label);
INSERT INTO account_role (account_id, role, hub_id, group_id)
SELECT a.id, v.role, pg_temp.hub(v.hub), (SELECT id FROM alliance_group WHERE slug = v.in_group)
FROM (VALUES ('central', 'central', NULL, NULL), ('lead', 'hub_lead', 'test-a', NULL), ('member', 'hub_member', 'test-a', NULL), ('other', 'hub_lead', 'test-b', NULL),
             ('group', 'group_member', NULL, 'test-g'), ('analyst', 'analyst', NULL, NULL)) v (label, role, hub, in_group) JOIN account a ON a.subject = 'test-' || v.label;
INSERT INTO person (id, name) SELECT pg_temp.who(n), 'Test ' || n FROM generate_series(1, 5) n;
INSERT INTO hub_membership (hub_id, person_id, sector, starts, ends)
VALUES (pg_temp.hub('test-a'), pg_temp.who(1), 'he', '2024-01-01', NULL), (pg_temp.hub('test-a'), pg_temp.who(2), 'fe', '2024-01-01', '2024-06-01'),
       (pg_temp.hub('test-a'), pg_temp.who(3), 'charity', '2024-06-01', NULL), (pg_temp.hub('test-b'), pg_temp.who(4), 'he', '2024-01-01', NULL);
INSERT INTO group_seat (group_id, title, sector, person_id, starts) SELECT id, s, s, CASE s WHEN 'he' THEN pg_temp.who(5) END, '2024-01-01' FROM alliance_group, unnest(ARRAY['he', 'fe']) s WHERE slug = 'test-g';

-- Acts as one of them, as the engine does.
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
  came_to := pg_temp.would(statement);
  RESET ROLE;
  RETURN came_to;
END $$;

-- A meeting begins as planned, of one Hub or one group.
SELECT is(pg_temp.would(format('INSERT INTO meeting (hub_id, group_id, kind, title, starts_at, status) VALUES (%s, %s, %L, ''Test'', now(), %L)', hub, grp, kind, status)), expected, concat_ws(' ', hub, grp, kind, status))
FROM (VALUES ('pg_temp.hub(''test-a'')', 'NULL', 'ordinary', 'held', 'SC409 meeting-not-planned'), ('pg_temp.hub(''test-a'')', 'NULL', 'ordinary', 'cancelled', 'SC409 meeting-not-planned'),
             ('NULL', 'NULL', 'ordinary', 'planned', '23514 meeting_of_one'), ('pg_temp.hub(''test-a'')', '(SELECT id FROM alliance_group WHERE slug = ''test-g'')', 'ordinary', 'planned', '23514 meeting_of_one'),
             ('NULL', '(SELECT id FROM alliance_group WHERE slug = ''test-g'')', 'inaugural', 'planned', '23514 meeting_inaugural'),
             ('pg_temp.hub(''test-a'')', 'NULL', 'ordinary', 'planned', 'accepted')) v (hub, grp, kind, status, expected);
INSERT INTO meeting (id, hub_id, group_id, kind, title, starts_at)
SELECT pg_temp.met(n), pg_temp.hub(hub), CASE WHEN hub IS NULL THEN (SELECT id FROM alliance_group WHERE slug = 'test-g') END, kind, 'Test ' || n, starts
FROM (VALUES (1, 'test-a', 'ordinary', '2024-05-31T22:59:59Z'::timestamptz), (2, 'test-a', 'ordinary', '2024-05-31T23:00:00Z'), (3, 'test-a', 'inaugural', '2024-01-10T12:00:00Z'),
             (4, NULL, 'ordinary', '2024-05-01T12:00:00Z'), (5, 'test-a', 'ordinary', (today() + 1)::timestamp AT TIME ZONE 'Europe/London'), (6, 'test-b', 'inaugural', '2024-05-01T12:00:00Z'),
             (7, 'test-a', 'ordinary', today()::timestamp AT TIME ZONE 'Europe/London' + interval '23 hours')) v (n, hub, kind, starts);
SELECT results_eq('SELECT day FROM meeting WHERE id IN (pg_temp.met(1), pg_temp.met(2)) ORDER BY starts_at', $$VALUES ('2024-05-31'::date), ('2024-06-01')$$, 'the day is London''s');
SELECT results_eq(format('SELECT title::text, heading FROM agenda_item WHERE meeting_id = pg_temp.met(1) ORDER BY ordinal'),
  $$VALUES ('Practice', 'practice'), ('Challenges', 'challenges'), ('Ideas', 'ideas'), ('Priorities', 'priorities'), ('Questions', 'questions')$$, 'the five headings');
SELECT results_eq(format('SELECT title::text FROM agenda_item WHERE meeting_id = pg_temp.met(%s) ORDER BY ordinal', n), format($$SELECT unnest(ARRAY['Welcome', 'Introductions', 'The SCiP Alliance',
    'The SCiP Alliance Hub network', %L, 'Operating Practices', 'Plans and actions'])$$, name), 'the seven of the appendix: ' || name)
FROM (VALUES (3, 'An Area Hub'), (6, 'The B Hub')) v (n, name);
SELECT is_empty('SELECT FROM agenda_item WHERE meeting_id = pg_temp.met(4)', 'a group''s is free');

-- Once, and not before its day.
SELECT is(pg_temp.would(format('UPDATE meeting SET status = %L WHERE id = pg_temp.met(%s)', status, n)), expected, n || ' ' || status)
FROM (VALUES (5, 'held', 'SC409 meeting-not-yet-held'), (5, 'cancelled', 'accepted'), (7, 'held', 'accepted'), (1, 'held', 'accepted'), (1, 'planned', 'SC409 meeting-not-planned')) v (n, status, expected);
UPDATE meeting SET status = 'held', guests = 2 WHERE id = pg_temp.met(1);
SELECT is(pg_temp.would('UPDATE meeting SET status = ''cancelled'' WHERE id = pg_temp.met(6)'), 'accepted');
UPDATE meeting SET status = 'cancelled' WHERE id = pg_temp.met(6);
SELECT is(pg_temp.would(format('UPDATE meeting SET %s WHERE id = pg_temp.met(%s)', change, n)), expected, concat_ws(' ', n, change))
FROM (VALUES (1, 'status = ''held''', 'SC409 meeting-not-planned'), (1, 'status = ''cancelled''', 'SC409 meeting-not-planned'), (6, 'status = ''held''', 'SC409 meeting-not-planned'),
             (6, 'title = ''x''', 'SC409 meeting-cancelled'), (1, 'title = ''x''', 'accepted'), (1, 'guests = 3', 'accepted'), (2, 'guests = 3', '23514 meeting_guests'),
             (1, 'starts_at = starts_at - interval ''1 hour''', 'accepted'), (1, 'starts_at = starts_at + interval ''1 second''', 'SC409 meeting-not-planned'),
             (2, 'starts_at = starts_at - interval ''1 second''', 'accepted'), (2, 'hub_id = pg_temp.hub(''test-b'')', 'SC409 cannot-move'), (2, 'kind = ''inaugural''', 'SC409 cannot-move'),
             (2, 'attendance_shared_at = now()', 'SC409 meeting-not-held'), (1, 'attendance_shared_at = now()', 'accepted'), (1, 'agenda_completed_at = now()', 'SC409 agenda-not-addressed'),
             (3, 'agenda_completed_at = now()', 'accepted'), (4, 'agenda_completed_at = now()', 'accepted'), (5, 'agenda_completed_at = now()', 'SC409 meeting-not-yet-held'),
             (6, 'agenda_completed_at = now()', 'SC409 meeting-cancelled')) v (n, change, expected);
SELECT is(pg_temp.would(format('DELETE FROM meeting WHERE id = pg_temp.met(%s)', n)), expected, 'deleted: ' || n)
FROM (VALUES (1, 'SC409 meeting-not-planned'), (6, 'SC409 meeting-not-planned'), (2, 'accepted'), (5, 'accepted')) v (n, expected);
SELECT is(pg_temp.would('INSERT INTO meeting (hub_id, kind, title, starts_at) VALUES (pg_temp.hub(''test-a''), ''inaugural'', ''Test'', now())'), '23505 meeting_one_inaugural', 'one inaugural meeting');
SELECT is(pg_temp.would('INSERT INTO meeting (hub_id, kind, title, starts_at) VALUES (pg_temp.hub(''test-b''), ''inaugural'', ''Test'', now())'), 'accepted', 'a cancelled one is none');

-- The agenda.
SELECT is(pg_temp.would(format('%s WHERE meeting_id = pg_temp.met(1) AND heading = ''ideas''', change)), expected, change)
FROM (VALUES ('DELETE FROM agenda_item', 'SC409 agenda-heading-stays'), ('UPDATE agenda_item SET heading = NULL', 'SC409 agenda-heading-stays'), ('UPDATE agenda_item SET meeting_id = pg_temp.met(2)', 'SC409 cannot-move'),
             ('UPDATE agenda_item SET title = ''x''', 'accepted'), ('UPDATE agenda_item SET outcome = ''perhaps''', '23503 agenda_item_outcome_fkey')) v (change, expected);
SELECT is(pg_temp.would('INSERT INTO agenda_item (meeting_id, title) VALUES (pg_temp.met(6), ''x'')'), 'SC409 meeting-cancelled');
UPDATE agenda_item SET outcome = CASE heading WHEN 'ideas' THEN 'nothing_raised' ELSE 'addressed' END WHERE meeting_id = pg_temp.met(1) AND heading <> 'questions';
SELECT results_eq('SELECT open_headings(pg_temp.met(1))', $$VALUES ('{questions}'::text[])$$, 'what is open');
SELECT is(pg_temp.would('UPDATE meeting SET agenda_completed_at = now() WHERE id = pg_temp.met(1)'), 'SC409 agenda-not-addressed', 'four of five');
UPDATE agenda_item SET outcome = 'addressed' WHERE meeting_id = pg_temp.met(1) AND heading = 'questions';
UPDATE meeting SET agenda_completed_at = '2001-01-01' WHERE id = pg_temp.met(1);
SELECT is(agenda_completed_at, now(), 'when it was completed is now') FROM meeting WHERE id = pg_temp.met(1);
SELECT is(pg_temp.would(change), 'SC409 agenda-completed', change)
FROM unnest(ARRAY['UPDATE meeting SET agenda_completed_at = NULL WHERE id = pg_temp.met(1)', 'UPDATE agenda_item SET notes = ''x'' WHERE meeting_id = pg_temp.met(1)',
  'INSERT INTO agenda_item (meeting_id, title) VALUES (pg_temp.met(1), ''x'')', 'DELETE FROM agenda_item WHERE meeting_id = pg_temp.met(1)']) change;

-- Who was there: members of that day.
SELECT is(pg_temp.would(format('INSERT INTO attendance VALUES (pg_temp.met(%s), pg_temp.who(%s), ''present'')', n, who)), expected, format('%s at %s', who, n))
FROM (VALUES (1, 1, 'accepted'), (1, 2, 'accepted'), (1, 3, 'SC422 person-not-a-member'), (2, 2, 'SC422 person-not-a-member'), (2, 3, 'accepted'), (1, 4, 'SC422 person-not-a-member'), (1, 5, 'SC422 person-not-a-member'),
             (4, 5, 'accepted'), (4, 1, 'SC422 person-not-a-member'), (5, 1, 'SC409 meeting-not-yet-held'), (6, 4, 'SC409 meeting-cancelled'), (7, 1, 'accepted')) v (n, who, expected);
INSERT INTO attendance VALUES (pg_temp.met(1), pg_temp.who(1), 'present'), (pg_temp.met(1), pg_temp.who(2), 'apologies'), (pg_temp.met(7), pg_temp.who(1), 'present');
SELECT is(pg_temp.would(format('%s WHERE id = pg_temp.met(7)', change)), 'SC409 meeting-has-records', change)
FROM unnest(ARRAY['DELETE FROM meeting', 'UPDATE meeting SET status = ''cancelled''', 'UPDATE meeting SET starts_at = starts_at - interval ''1 day''']) change;
SELECT is(pg_temp.would(format('INSERT INTO %s', change)), expected, change)
FROM (VALUES ('resolution (meeting_id, text) VALUES (pg_temp.met(5), ''x'')', 'SC409 meeting-not-yet-held'), ('resolution (meeting_id, text) VALUES (pg_temp.met(6), ''x'')', 'SC409 meeting-cancelled'),
             ('action (meeting_id, text, owner_id) VALUES (pg_temp.met(1), ''x'', pg_temp.who(2))', 'accepted'), ('action (meeting_id, text, owner_id) VALUES (pg_temp.met(1), ''x'', pg_temp.who(3))', 'accepted'),
             ('action (meeting_id, text, owner_id) VALUES (pg_temp.met(1), ''x'', pg_temp.who(4))', 'SC422 person-not-a-member'), ('action (meeting_id, text, owner_id) VALUES (pg_temp.met(4), ''x'', pg_temp.who(5))', 'accepted'),
             ('action (meeting_id, text, done_on) VALUES (pg_temp.met(1), ''x'', scip.today() + 1)', 'SC422 date-in-future'), ('action (meeting_id, text, done_on) VALUES (pg_temp.met(1), ''x'', scip.today())', 'accepted'))
  v (change, expected);

-- Minutes: from draft to shared, one open at a time, and then as they are.
SELECT is(pg_temp.would(format('INSERT INTO minutes (meeting_id, number, text, status) VALUES (pg_temp.met(%s), 7, ''x'', %L)', n, status)), expected, concat_ws(' ', n, status))
FROM (VALUES (1, 'approved', 'SC409 minutes-not-draft'), (1, 'shared', 'SC409 minutes-not-draft'), (5, 'draft', 'SC409 meeting-not-yet-held'), (6, 'draft', 'SC409 meeting-cancelled'), (1, 'draft', 'accepted')) v (n, status, expected);
INSERT INTO minutes (id, meeting_id, number, text) VALUES (pg_temp.met(1), pg_temp.met(1), 7, 'First');
SELECT is(number, 1, 'the number is given') FROM minutes WHERE meeting_id = pg_temp.met(1);
SELECT is(pg_temp.would('INSERT INTO minutes (meeting_id, text) VALUES (pg_temp.met(1), ''x'')'), 'SC409 minutes-draft-exists', 'one at a time');
CREATE FUNCTION pg_temp.minutes(change text) RETURNS text LANGUAGE sql AS $$SELECT pg_temp.would(format('%s WHERE meeting_id = pg_temp.met(1)', change))$$;
SELECT is(pg_temp.minutes(change), expected, 'draft: ' || change)
FROM (VALUES ('UPDATE minutes SET text = ''x''', 'accepted'), ('DELETE FROM minutes', 'accepted'), ('UPDATE minutes SET status = ''shared''', 'SC409 minutes-not-approved'),
             ('UPDATE minutes SET status = ''draft''', 'SC409 minutes-not-draft'), ('UPDATE minutes SET status = ''approved''', 'accepted')) v (change, expected);
UPDATE minutes SET status = 'approved' WHERE meeting_id = pg_temp.met(1);
SELECT is(pg_temp.minutes(change), expected, 'approved: ' || change)
FROM (VALUES ('UPDATE minutes SET text = ''x''', 'SC409 minutes-not-draft'), ('DELETE FROM minutes', 'SC409 minutes-not-draft'), ('UPDATE minutes SET status = ''draft''', 'SC409 minutes-not-draft'),
             ('UPDATE minutes SET status = ''approved''', 'SC409 minutes-not-draft'), ('UPDATE minutes SET status = ''shared''', 'accepted')) v (change, expected);
UPDATE minutes SET status = 'shared' WHERE meeting_id = pg_temp.met(1);
UPDATE minutes SET approved_by = NULL WHERE meeting_id = pg_temp.met(1);
SELECT is(pg_temp.minutes(change), expected, 'shared: ' || change)
FROM (VALUES ('UPDATE minutes SET text = ''x''', 'SC409 minutes-not-draft'), ('DELETE FROM minutes', 'SC409 minutes-not-draft'), ('UPDATE minutes SET status = ''draft''', 'SC409 minutes-not-draft'),
             ('UPDATE minutes SET status = ''approved''', 'SC409 minutes-not-draft'), ('UPDATE minutes SET status = ''shared''', 'SC409 minutes-not-approved'), ('UPDATE minutes SET number = 2', 'SC409 minutes-not-draft'),
             ('UPDATE minutes SET shared_at = now() - interval ''1 day''', 'SC409 minutes-shared'), ('UPDATE minutes SET created_at = now() - interval ''1 day''', 'SC409 minutes-shared'),
             ('UPDATE minutes SET id = gen_random_uuid()', 'SC409 minutes-shared'), ('UPDATE minutes SET approved_by = ''00000000-0000-4000-8000-000000000301''', 'SC409 minutes-shared')) v (change, expected);
SELECT is(pg_temp.would('TRUNCATE minutes'), 'SC409 record-immutable', 'not even all at once');
SELECT is(text, 'First', 'as they were') FROM minutes WHERE meeting_id = pg_temp.met(1);
INSERT INTO minutes (meeting_id, text) VALUES (pg_temp.met(1), 'Second');
SELECT results_eq('SELECT number, status FROM minutes WHERE meeting_id = pg_temp.met(1) ORDER BY number', $$VALUES (1, 'shared'), (2, 'draft')$$, 'the next one corrects');

-- An account that goes leaves what it approved.
INSERT INTO account (id, issuer, subject, label) VALUES ('00000000-0000-4000-8000-000000000399', 'self', 'test-gone', 'gone');
DO $$ BEGIN PERFORM set_config('scip.account', '00000000-0000-4000-8000-000000000399', true); END $$;
UPDATE minutes SET status = 'approved' WHERE meeting_id = pg_temp.met(1) AND number = 2;
UPDATE minutes SET status = 'shared' WHERE meeting_id = pg_temp.met(1) AND number = 2;
DELETE FROM account WHERE subject = 'test-gone';
SELECT results_eq('SELECT status, approved_by, text FROM minutes WHERE meeting_id = pg_temp.met(1) AND number = 2', $$VALUES ('shared', NULL::uuid, 'Second')$$, 'an account that goes leaves the minutes');

-- Who sees and does it.
SELECT is(pg_temp.as_one(who, statement), CASE WHEN who = ANY (string_to_array(allowed, ' ')) THEN 'accepted' ELSE refused END, who || ': ' || statement)
FROM (VALUES
  ('SELECT FROM meeting WHERE id = pg_temp.met(1)', 'central lead member', 'no row'), ('SELECT FROM meeting WHERE id = pg_temp.met(4)', 'central group', 'no row'),
  ('UPDATE meeting SET title = ''x'' WHERE id = pg_temp.met(1)', 'central lead', 'no row'), ('UPDATE meeting SET title = ''x'' WHERE id = pg_temp.met(4)', 'central group', 'no row'),
  ('DELETE FROM meeting WHERE id = pg_temp.met(2)', 'central lead', 'no row'), ('INSERT INTO meeting (hub_id, title, starts_at) VALUES (pg_temp.hub(''test-a''), ''x'', now())', 'central lead', '42501'),
  ('SELECT FROM agenda_item WHERE meeting_id = pg_temp.met(1)', 'central lead member', 'no row'), ('UPDATE agenda_item SET notes = ''x'' WHERE meeting_id = pg_temp.met(2)', 'central lead', 'no row'),
  ('SELECT FROM attendance WHERE meeting_id = pg_temp.met(1)', 'central lead', 'no row'), ('INSERT INTO attendance VALUES (pg_temp.met(2), pg_temp.who(1), ''absent'')', 'central lead', '42501'),
  ('SELECT FROM minutes WHERE meeting_id = pg_temp.met(1)', 'central lead member other group', 'no row'),
  ('SELECT FROM meeting_head(pg_temp.met(1))', 'central lead member other group', 'no row'), ('SELECT FROM meeting_head(pg_temp.met(2))', 'central lead member', 'no row'),
  ('SELECT FROM attendance_summary(pg_temp.met(1))', 'central lead member', 'no row'),
  ('SELECT FROM meeting_quorum(pg_temp.met(1)) q WHERE q IS NOT NULL', 'central lead member', 'no row'),
  ('SELECT FROM read_attendance(pg_temp.met(1), ''{"rows": [{"line": 2, "values": {"person": "x"}}]}'')', 'central lead', 'no row'),
  ('SELECT FROM group_seats WHERE _group = ''test-g''', 'central group', 'no row'), ('UPDATE group_seat SET title = ''x'' WHERE person_id = pg_temp.who(5)', 'central', 'no row')) v (statement, allowed, refused),
  unnest(ARRAY['nobody', 'central', 'lead', 'member', 'other', 'group', 'analyst']) who;
UPDATE meeting SET attendance_shared_at = now() WHERE id = pg_temp.met(1);
SELECT is(pg_temp.would('UPDATE meeting SET attendance_shared_at = now() WHERE id = pg_temp.met(1)'), 'SC409 attendance-shared');
SELECT is(pg_temp.as_one(who, 'SELECT FROM attendance_summary(pg_temp.met(1)) WHERE present = 1 AND apologies = 1 AND absent = 0 AND guests = 2'), CASE WHEN who IN ('nobody', 'analyst') THEN 'no row' ELSE 'accepted' END, 'shared: ' || who)
FROM unnest(ARRAY['nobody', 'central', 'lead', 'member', 'other', 'group', 'analyst']) who;
SELECT is(pg_temp.as_one('other', 'SELECT FROM attendance WHERE meeting_id = pg_temp.met(1)'), 'no row', 'and still nobody''s name');

-- Who sees a change.
CREATE FUNCTION pg_temp.audience(about text) RETURNS text[] LANGUAGE sql AS $$
  SELECT ARRAY(SELECT split_part(a, ':', CASE WHEN a LIKE 'role:%' THEN 2 ELSE 1 END) FROM unnest(audience) a ORDER BY 1) FROM scip.change WHERE kind = about ORDER BY id DESC LIMIT 1
$$;
SELECT is(pg_temp.audience('minutes'), '{group_member,hub_lead,hub_member}', 'what is shared is seen by the network');

-- Seats.
SELECT is(pg_temp.would(format('UPDATE group_seat SET %s WHERE title = ''he''', change)), expected, change)
FROM (VALUES ('person_id = gen_random_uuid()', 'SC422 reference-not-found'), ('person_id = NULL', 'accepted'), ('person_id = pg_temp.who(1)', 'accepted'), ('ends = starts', '23514 group_seat_dates'),
             ('group_id = (SELECT id FROM scip.alliance_group WHERE slug = ''board'')', 'SC409 cannot-move'), ('sector = ''bank''', '23503 group_seat_sector_fkey')) v (change, expected);

SELECT * FROM finish();
ROLLBACK;
