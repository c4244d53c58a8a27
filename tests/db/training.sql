-- Training, whatever the SQL: who may do what, which way a session goes, that no place is given twice, what retention
-- and erasure leave, and that nothing public reveals a rating that is hidden.
BEGIN;
CREATE EXTENSION IF NOT EXISTS pgtap SCHEMA public;
SET search_path = scip, public;
SELECT no_plan();
SET LOCAL jit = off;

-- What an attempt comes to: accepted, no row, or the SQLSTATE with the rule's name. What it did is undone with `undo`.
CREATE FUNCTION pg_temp.outcome(statement text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
  rows bigint;
  state text;
  rule text;
BEGIN
  EXECUTE statement;
  GET DIAGNOSTICS rows = ROW_COUNT;
  RETURN CASE rows WHEN 0 THEN 'no row' ELSE 'accepted' END;
EXCEPTION WHEN OTHERS THEN
  GET STACKED DIAGNOSTICS state = RETURNED_SQLSTATE, rule = CONSTRAINT_NAME;
  RETURN state || CASE WHEN rule <> '' THEN ' ' || rule ELSE '' END;
END $$;
GRANT EXECUTE ON FUNCTION pg_temp.outcome TO PUBLIC;
CREATE FUNCTION pg_temp.id(n int) RETURNS uuid LANGUAGE sql IMMUTABLE AS $$ SELECT ('00000000-0000-4000-8000-' || lpad(n::text, 12, '0'))::uuid $$;
GRANT EXECUTE ON FUNCTION pg_temp.id TO PUBLIC;

INSERT INTO account (id, issuer, subject, label)
SELECT pg_temp.id(n), 'self', 'test-' || label, label
FROM (VALUES (1, 'central'), (2, 'lead'), (3, 'other-lead'), (4, 'website'), (5, 'other-website'), (6, 'member'), (7, 'analyst')) v (n, label);
INSERT INTO account_role (account_id, role, hub_id)
SELECT a.id, v.role, (SELECT id FROM hub WHERE slug = v.hub)
FROM (VALUES ('central', 'central', NULL), ('lead', 'hub_lead', 'scotland-hub'), ('other-lead', 'hub_lead', 'london-hub'), ('website', 'website', NULL),
             ('other-website', 'website', NULL), ('member', 'hub_member', 'scotland-hub'), ('analyst', 'analyst', NULL)) v (label, role, hub)
JOIN account a ON a.subject = 'test-' || v.label;
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
-- The value of an expression for one of them.
CREATE FUNCTION pg_temp.seen_by(who text, expression text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
  answer text;
BEGIN
  EXECUTE 'SET LOCAL ROLE ' || CASE who WHEN 'central' THEN 'scip_central' ELSE 'scip_writer' END;
  PERFORM ctx.enter('self', 'test-' || who, NULL, extract(epoch FROM now())::bigint + 60, NULL, 'r', 'o', '{}');
  EXECUTE 'SELECT (' || expression || ')::text' INTO answer;
  RESET ROLE;
  RETURN answer;
END $$;
-- The session in that state, without bookings: what an attempt comes to.
CREATE FUNCTION pg_temp.way(before text, who text, statement text, starts timestamptz DEFAULT now() + interval '1 day') RETURNS text LANGUAGE plpgsql AS $$
BEGIN
  SET LOCAL session_replication_role = replica;
  UPDATE training_session SET status = before, starts_at = way.starts, ends_at = way.starts + interval '1 hour' WHERE id = pg_temp.id(100);
  SET LOCAL session_replication_role = origin;
  RETURN pg_temp.as_one(who, statement);
END $$;

INSERT INTO course (slug, name, sources, confidence) SELECT 'test-' || c, c, '{test}', 'low' FROM unnest(ARRAY['a', 'b', 'c']) c;
INSERT INTO training_session (id, course_id, hub_id, starts_at, ends_at, capacity)
SELECT pg_temp.id(100), (SELECT id FROM course WHERE slug = 'test-a'), (SELECT id FROM hub WHERE slug = 'scotland-hub'), now() + interval '1 day', now() + interval '2 days', 2;

-- Who begins a session.
SELECT is(pg_temp.as_one(who, format($$INSERT INTO training_session (course_id, hub_id, starts_at, ends_at, capacity)
    SELECT c.id, (SELECT id FROM hub WHERE slug = %L), now(), now() + interval '1 hour', 5 FROM course c WHERE slug = 'test-b'$$, hub)), expected, who || ' ' || coalesce(hub, 'no Hub'))
FROM (VALUES ('nobody', NULL, '42501'), ('member', 'scotland-hub', '42501'), ('website', NULL, '42501'), ('lead', NULL, '42501'), ('lead', 'london-hub', '42501'),
             ('lead', 'scotland-hub', 'accepted'), ('central', NULL, 'accepted'), ('central', 'london-hub', 'accepted')) v (who, hub, expected);
SELECT is(pg_temp.as_one('central', $$INSERT INTO training_session (course_id, starts_at, ends_at, capacity, status) SELECT id, now(), now() + interval '1 hour', 5, 'published' FROM course LIMIT 1$$),
  '42501', 'as a draft');

-- Every way from every state.
SELECT is(pg_temp.way(before, who, format('UPDATE training_session SET status = %L WHERE id = pg_temp.id(100)', after), day), expected, format('%s: %s to %s on %s', who, before, after, day::date))
FROM (SELECT before, after, who, day, CASE
        WHEN who IN ('nobody', 'other-lead', 'website', 'member') THEN 'no row'
        WHEN before = 'cancelled' THEN 'SC409 session-cancelled'
        WHEN after = 'held' AND day > now() THEN 'SC409 session-not-yet-held'
        WHEN (before, after) IN (('draft', 'published'), ('published', 'cancelled'), ('published', 'held')) THEN 'accepted'
        WHEN after = 'published' THEN 'SC409 session-not-draft' ELSE 'SC409 session-not-published' END AS expected
      FROM unnest(ARRAY['draft', 'published', 'held', 'cancelled']) before, unnest(ARRAY['draft', 'published', 'held', 'cancelled']) after,
           unnest(ARRAY['nobody', 'other-lead', 'website', 'member', 'lead', 'central']) who, unnest(ARRAY[now() - interval '1 day', now() + interval '1 day']) day
      WHERE NOT (before = 'held' AND day > now())) v;
SELECT is(pg_temp.way(before, 'lead', 'DELETE FROM training_session WHERE id = pg_temp.id(100)'), expected, 'removed: ' || before)
FROM (VALUES ('published', 'SC409 session-not-draft'), ('held', 'SC409 session-not-draft'), ('cancelled', 'SC409 session-not-draft')) v (before, expected);

-- Who books, and how: by the function alone.
CREATE FUNCTION pg_temp.books(booking int, who text, number int DEFAULT NULL) RETURNS text LANGUAGE sql AS $$
  SELECT pg_temp.as_one(who, format('SELECT FROM book(pg_temp.id(100), pg_temp.id(%s), %L) made WHERE made', booking,
    jsonb_build_object('name', 'Delegate ' || coalesce(number, booking), 'email', 'd' || coalesce(number, booking) || '@test.example')))
$$;
SELECT is(pg_temp.way('draft', 'website', $$SELECT FROM book(pg_temp.id(100), pg_temp.id(200), '{"name": "x", "email": "x@x"}') made WHERE made$$), 'no row', 'a draft is nobody''s');
SELECT is(pg_temp.way('published', 'website', $$SELECT FROM book(pg_temp.id(100), pg_temp.id(200), '{"name": "x", "email": "x@x"}') made WHERE made$$, now() - interval '1 second'), 'SC409 session-started');
SELECT is(pg_temp.way('published', who, 'SELECT'), 'accepted') FROM (VALUES ('lead')) v (who);
SELECT is(pg_temp.books(201, who), expected, 'books: ' || who)
FROM (VALUES ('nobody', 'SC403 only-staff-of-the-session'), ('member', 'SC403 only-staff-of-the-session'), ('analyst', 'SC403 only-staff-of-the-session'),
             ('other-lead', 'SC403 only-staff-of-the-session'), ('website', 'accepted')) v (who, expected);
SELECT is(pg_temp.books(202, 'lead'), 'accepted');
SELECT is(pg_temp.books(203, 'central'), 'accepted');
SELECT is(pg_temp.books(204, 'other-website'), 'accepted');
SELECT is(pg_temp.books(205, 'website', 201), 'SC409 booking-exists', 'the same person');
SELECT results_eq('SELECT status FROM booking ORDER BY place', $$VALUES ('confirmed'), ('confirmed'), ('waiting'), ('waiting')$$);
SELECT is(pg_temp.as_one('central', statement), '42501', statement) FROM unnest(ARRAY[
  'INSERT INTO booking (session_id, person_id, status) SELECT session_id, person_id, ''confirmed'' FROM booking', 'UPDATE booking SET status = ''confirmed''',
  'UPDATE booking SET attended = true', 'UPDATE booking SET certificate = NULL', 'UPDATE booking SET person_id = NULL', 'SELECT name FROM booking_contact', 'DELETE FROM booking',
  'INSERT INTO feedback (booking_id, session_id, rating) SELECT id, session_id, 5 FROM booking', 'UPDATE feedback SET rating = 5', 'DELETE FROM feedback',
  'SELECT dietary FROM booking_need', 'INSERT INTO booking_need (booking_id, access) SELECT id, ''x'' FROM booking', 'UPDATE booking_need SET access = ''x''',
  'SELECT promote(pg_temp.id(100))', 'SELECT attended_booking(pg_temp.id(201))', 'SELECT bookings_about(pg_temp.id(1))', 'SELECT retain()']) statement;
SET LOCAL ROLE scip_migrator;
SELECT is(pg_temp.outcome($$UPDATE scip.booking SET status = 'confirmed' WHERE status = 'waiting'$$), 'SC409 session-full', 'not even so');
RESET ROLE;

-- Who sees which booking, and whose names.
SELECT is(pg_temp.seen_by(who, '(SELECT count(*) FROM booking) || '' '' || (SELECT count((delegate_of(id)).name) FROM booking)'), expected, 'sees: ' || who)
FROM (VALUES ('central', '4 4'), ('lead', '4 4'), ('other-lead', '0 0'), ('website', '1 1'), ('other-website', '1 1'), ('member', '0 0'), ('analyst', '0 0')) v (who, expected);
SELECT is(pg_temp.seen_by(who, '(SELECT concat_ws('' '', name, person IS NOT NULL) FROM delegate_of(pg_temp.id(201)))'), expected, 'who 201 is: ' || who)
FROM (VALUES ('central', 'Delegate 201 t'), ('lead', 'Delegate 201 t'), ('website', 'Delegate 201 f'), ('other-website', 'f'), ('other-lead', 'f'), ('member', 'f')) v (who, expected);
SELECT is(pg_temp.seen_by(who, format($$concat_ws(' ', person_name(%L), person_email(%1$L))$$, b.person_id)), expected, 'the person of 201: ' || who)
FROM booking b, (VALUES ('central', 'Delegate 201 d201@test.example'), ('lead', ''), ('website', '')) v (who, expected) WHERE b.id = pg_temp.id(201);

-- Places given back go to the next, one at a time.
SELECT is(pg_temp.as_one(who, 'SELECT FROM cancel_booking(pg_temp.id(201)) done WHERE done'), expected, 'cancels: ' || who)
FROM (VALUES ('other-website', 'no row'), ('other-lead', 'no row'), ('member', 'no row'), ('nobody', 'no row'), ('website', 'accepted'), ('website', 'SC409 booking-cancelled')) v (who, expected);
SELECT results_eq('SELECT status FROM booking ORDER BY place', $$VALUES ('cancelled'), ('confirmed'), ('confirmed'), ('waiting')$$);
SELECT is(pg_temp.as_one('lead', 'UPDATE training_session SET capacity = 1 WHERE id = pg_temp.id(100)'), 'SC409 session-capacity');
SELECT is(pg_temp.as_one('lead', 'UPDATE training_session SET capacity = 4 WHERE id = pg_temp.id(100)'), 'accepted');
SELECT results_eq('SELECT status FROM booking ORDER BY place', $$VALUES ('cancelled'), ('confirmed'), ('confirmed'), ('confirmed')$$);
SELECT is(pg_temp.as_one(who, $$UPDATE booking SET sector = 'fe' WHERE id = pg_temp.id(204)$$), expected, 'changes: ' || who)
FROM (VALUES ('website', 'no row'), ('member', 'no row'), ('other-lead', 'no row'), ('other-website', 'accepted'), ('lead', 'accepted')) v (who, expected);

-- Needs: who handles the booking.
SELECT is(pg_temp.as_one(who, $$SELECT FROM set_needs(pg_temp.id(204), '{"access": "Ramp", "consent": 1}', true) done WHERE done$$), expected, 'says needs: ' || who)
FROM (VALUES ('website', 'no row'), ('other-lead', 'no row'), ('other-website', 'accepted'), ('lead', 'accepted')) v (who, expected);
SELECT is(pg_temp.seen_by(who, '(SELECT access FROM needs_of(pg_temp.id(204)))'), expected, 'reads needs: ' || who)
FROM (VALUES ('website', NULL), ('member', NULL), ('other-lead', NULL), ('other-website', 'Ramp'), ('lead', 'Ramp'), ('central', 'Ramp')) v (who, expected);
SELECT is_empty($$SELECT FROM history WHERE "table" = 'booking_need' AND row ?| '{access,dietary}'$$, 'no copy of them');

-- Attendance, the link, the certificate.
SELECT is(pg_temp.way('published', 'lead', $$SELECT mark_attendance(pg_temp.id(100), '[]')$$), 'SC409 session-not-yet-held');
SELECT is(pg_temp.way('published', who, format('SELECT FROM mark_attendance(pg_temp.id(100), %L) done WHERE done', jsonb_build_array(jsonb_build_object('booking', pg_temp.id(204), 'attended', true))),
  now() - interval '1 hour'), expected, 'marks: ' || who)
FROM (VALUES ('website', 'no row'), ('other-website', 'no row'), ('other-lead', 'no row'), ('nobody', 'no row'), ('lead', 'accepted')) v (who, expected);
SELECT is(pg_temp.as_one(who, $$SELECT FROM link_feedback(pg_temp.id(204), 'a token') done WHERE done$$), expected, 'link: ' || who)
FROM (VALUES ('website', 'no row'), ('other-lead', 'no row'), ('other-website', 'accepted')) v (who, expected);
SELECT is(pg_temp.as_one('lead', 'SELECT link_feedback(pg_temp.id(203), ''x'')'), 'SC409 booking-not-attended');
SELECT is(pg_temp.as_one('lead', 'SELECT certify(pg_temp.id(203))'), 'SC409 booking-not-attended');
SELECT is(pg_temp.seen_by('website', 'certify(pg_temp.id(204))'), NULL);
SELECT is(pg_temp.seen_by('lead', 'certify(pg_temp.id(204)) = certify(pg_temp.id(204))'), 'true');
SELECT is(count(DISTINCT new_code())::int, 1000, 'codes differ') FROM generate_series(1, 1000);
SELECT is(pg_temp.as_one(who, $$SELECT FROM give_feedback('{"token": "a token", "rating": 4, "comment": "Words"}')$$), expected, 'feedback: ' || who)
FROM (VALUES ('lead', 'SC403 only-the-website'), ('nobody', 'SC403 only-the-website'), ('website', 'accepted'), ('website', 'SC409 feedback-given'), ('central', 'SC409 feedback-given')) v (who, expected);
SELECT is(pg_temp.as_one('website', $$SELECT FROM give_feedback('{"token": "another", "rating": 4}')$$), 'no row');
SELECT is(pg_temp.seen_by(who, '(SELECT count(*) FROM feedback)'), expected, 'reads feedback: ' || who)
FROM (VALUES ('central', '1'), ('lead', '0'), ('website', '0'), ('other-website', '0')) v (who, expected);
SELECT is(pg_temp.as_one(who, 'UPDATE feedback SET comment_cleared = true'), expected, 'clears: ' || who)
FROM (VALUES ('website', 'no row'), ('lead', 'no row'), ('central', 'accepted')) v (who, expected);
SELECT is(pg_temp.seen_by(who, '(SELECT string_agg(comment, '','') FROM training_comments)'), expected, 'reads what is cleared: ' || who)
FROM (VALUES ('website', 'Words'), ('lead', NULL), ('member', NULL)) v (who, expected);
SELECT is(pg_temp.as_one('lead', 'UPDATE training_session SET status = ''cancelled'' WHERE id = pg_temp.id(100)'), 'SC409 session-attended');

-- Retention by convention: needs after 30 days, words after two years, a person two years after the last training.
CREATE FUNCTION pg_temp.retained(kind text, days int) RETURNS int LANGUAGE plpgsql AS $$
DECLARE
  gone int;
BEGIN
  SET LOCAL session_replication_role = replica;
  UPDATE training_session SET starts_at = now() - days * interval '1 day', ends_at = now() - days * interval '1 day' + interval '1 hour' WHERE id = pg_temp.id(100);
  UPDATE feedback SET given_at = now() - days * interval '1 day';
  UPDATE person SET created_at = now() - interval '5 years' WHERE id IN (SELECT person_id FROM booking);
  SET LOCAL session_replication_role = origin;
  SET LOCAL ROLE scip_migrator;
  EXECUTE format('SELECT scip.%I()', 'retain_' || kind) INTO gone;
  RESET ROLE;
  RETURN gone;
END $$;
SELECT is(pg_temp.retained(kind, days), expected, format('%s after %s days', kind, days))
FROM (VALUES ('booking_need', 29, 0), ('booking_need', 30, 1), ('booking_need', 31, 0), ('feedback_comment', 729, 0), ('feedback_comment', 732, 1), ('person', 729, 0), ('person', 732, 4)) v (kind, days, expected);
SELECT is(array_agg(substr(proname, 8) ORDER BY proname), '{booking_need,change,feedback_comment,file,history,idempotency,person,personal_read,redaction,removal,spent_token,unknown_account,usage_salt,use}'::text[], 'what is retention''s to remove')
FROM pg_proc WHERE pronamespace = 'scip'::regnamespace AND proname ~ '^retain_' AND pronargs = 0;
SELECT results_eq('SELECT count(*), count(attended), count(certificate) FROM booking', 'VALUES (4::bigint, 1::bigint, 1::bigint)', 'what was counted stays');

-- Periods.
SELECT is((SELECT starts || ' ' || ends FROM training_period(period)), expected, period)
FROM (VALUES ('2024-25', '2024-09-01 2025-08-31'), ('2024/25', '2024-09-01 2025-08-31'), ('202425', '2024-09-01 2025-08-31'), ('2024', NULL), ('2024-26', NULL), ('2024-Q1', NULL),
             ('strategy-2019-22', '2019-09-01 2022-08-31'), ('strategy-2022-26', '2022-09-01 2026-08-31'), ('', NULL)) v (period, expected);

-- Whatever the numbers: nothing below 5 is published, and every sum is that of what is published.
CREATE FUNCTION pg_temp.rate(spread int) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
  DELETE FROM feedback;
  SET LOCAL session_replication_role = replica;
  DELETE FROM booking; DELETE FROM training_session; DELETE FROM release_cell; DELETE FROM release;
  INSERT INTO training_session (id, course_id, starts_at, ends_at, capacity, status)
  SELECT gen_random_uuid(), c.id, make_date(year, 11, 1), make_date(year, 11, 2), 99, 'held' FROM course c, generate_series(2018, 2022) year WHERE c.slug LIKE 'test-%';
  INSERT INTO booking (session_id, person_id, status, attended)
  SELECT s.id, gen_random_uuid(), 'confirmed', true FROM training_session s, LATERAL (SELECT floor(random() * spread * least(1, s.capacity))::int AS n) m, generate_series(1, m.n);
  INSERT INTO feedback (booking_id, session_id, rating) SELECT b.id, b.session_id, 1 + floor(random() * 5)::int FROM booking b;
  SET LOCAL session_replication_role = origin;
  PERFORM set_config('scip.roles', '{central}', true);
  PERFORM make_release(p, 'Test', gen_random_uuid()) FROM unnest(ARRAY['2018-19', '2019-20', '2020-21', '2021-22', 'strategy-2019-22']) WITH ORDINALITY u (p, i);
  PERFORM set_config('scip.roles', '', true);
END $$;
CREATE FUNCTION pg_temp.leaks() RETURNS SETOF text LANGUAGE sql AS $$
  WITH published AS MATERIALIZED (
    SELECT r.period, c.breakdown, c.category, c.status, c.whole, c.part FROM release r JOIN release_cell c ON c.release_id = r.id WHERE c.metric = 'toolkit_rated_highly'
  ), true_ones AS (
    SELECT academic_year(s.day) AS period, c.slug::text AS category, count(f.rating) AS whole FROM feedback f JOIN training_session s ON s.id = f.session_id JOIN course c ON c.id = s.course_id GROUP BY 1, 2
  )
  SELECT format('published: %s', t) FROM published t WHERE t.status IN ('value', 'zero') AND t.whole < 5
  UNION ALL
  SELECT format('hidden with a number: %s', t) FROM published t WHERE t.status = 'suppressed' AND num_nonnulls(t.whole, t.part) > 0
  UNION ALL -- a course by itself
  SELECT format('%s of %s: %s', x.category, x.period, c) FROM true_ones x LEFT JOIN published c ON c.period = x.period AND c.category = x.category
  WHERE x.period IN ('2018-19', '2019-20', '2020-21', '2021-22') AND x.whole > 0 AND (c.whole, c.status = 'suppressed') IS DISTINCT FROM (CASE WHEN x.whole >= 5 THEN x.whole END, x.whole < 5)
  UNION ALL -- a year of its courses, a strategy of its years
  SELECT format('%s: %s', t.period, t) FROM published t LEFT JOIN LATERAL (
    SELECT sum(p.whole) AS whole, sum(p.part) AS part FROM published p
    WHERE CASE t.period WHEN 'strategy-2019-22' THEN p.breakdown = '{}' AND p.period IN ('2019-20', '2020-21', '2021-22') ELSE p.breakdown = '{category}' AND p.period = t.period END) y ON true
  WHERE t.breakdown = '{}' AND (t.whole, t.part) IS DISTINCT FROM (y.whole, y.part)
$$;
SELECT is_empty(format('SELECT pg_temp.leaks() FROM pg_temp.rate(%s)', spread), 'nothing leaks, ' || round || ' of ' || spread)
FROM unnest(ARRAY[3, 6, 9, 15]) spread, generate_series(1, 1) round;
SELECT ok(count(*) > 0, 'and much is published') FROM pg_temp.rate(15), release_cell c WHERE c.metric = 'toolkit_rated_highly' AND c.breakdown = '{category}' AND c.status = 'value';

SELECT finish();
ROLLBACK;
