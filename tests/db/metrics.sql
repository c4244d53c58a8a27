-- Every metric against records that were counted by hand: the edges of a year in Europe/London, people in two Hubs, changed categories, what was
-- cancelled; as of a day; what a Hub's return and totals of the past put in the place of records; what releases publish and never change.
BEGIN;
CREATE EXTENSION IF NOT EXISTS pgtap SCHEMA public;
SELECT no_plan();
SET LOCAL jit = off;
SET LOCAL search_path = scip, public;

CREATE FUNCTION pg_temp.h(text) RETURNS bigint LANGUAGE sql AS $$ SELECT id FROM scip.hub WHERE slug = 'test-' || $1 $$;
CREATE FUNCTION pg_temp.id(n int) RETURNS uuid LANGUAGE sql IMMUTABLE AS $$ SELECT ('00000000-0000-4000-8000-' || lpad(n::text, 12, '0'))::uuid $$;
CREATE FUNCTION pg_temp.o(text) RETURNS bigint LANGUAGE sql AS $$ SELECT id FROM scip.organisation WHERE slug = 'test-' || $1 $$;
-- The cells of a year as text: "key=value", what has no number by its status; of a share the parts too.
CREATE FUNCTION pg_temp.values_of(metric text, by text[] DEFAULT '{}', period text DEFAULT '1996-97', known timestamptz DEFAULT NULL, only_own boolean DEFAULT true) RETURNS text LANGUAGE sql AS $$
  SELECT string_agg(concat_ws('/', nullif(replace(h.slug, 'test-', ''), ''), c.nation, c.category) || '=' || coalesce(trim_scale(c.value)::text || coalesce(' of ' || c.part || '/' || c.whole, ''), c.status), ', '
                    ORDER BY h.slug COLLATE "C" NULLS LAST, c.nation COLLATE "C" NULLS LAST, c.category COLLATE "C" NULLS LAST)
  FROM metric.period(period) p, metric.cells(metric, ARRAY[p.first_day], ARRAY[p.last_day], known, ARRAY[array_to_string(by, '+')], true) c LEFT JOIN hub h ON h.id = c.hub_id
  WHERE h.id IS NULL OR h.slug LIKE 'test-%'
$$;
-- All facts of a metric, as those who sum and explain them read them.
CREATE FUNCTION pg_temp.facts(metric text, first_day date, last_day date) RETURNS SETOF fact.row LANGUAGE plpgsql AS $$
BEGIN
  RETURN QUERY EXECUTE format('SELECT f.* FROM (SELECT $1 AS first_day, $2 AS last_day, metric.until($2, NULL) AS until_day, NULL::timestamptz AS known_at, '
    'true AS returns) p CROSS JOIN LATERAL (%s) f', metric.query(metric, false)) USING first_day, last_day;
END $$;
CREATE FUNCTION pg_temp.left_out(metric text, period text DEFAULT '1996-97') RETURNS text LANGUAGE sql AS $$
  SELECT string_agg(n || ' ' || f.left_out, ', ' ORDER BY f.left_out COLLATE "C") FROM (
    SELECT x.left_out, count(*) AS n FROM metric.period(period) p, pg_temp.facts(metric, p.first_day, p.last_day) x LEFT JOIN hub h ON h.id = x.hub_id
    WHERE x.left_out IS NOT NULL AND (h.id IS NULL OR h.slug LIKE 'test-%') GROUP BY 1) f
$$;

-- Periods.
SELECT is(concat_ws(' ', p.name, p.family, p.first_day, p.last_day), said, given) FROM (VALUES
  ('2021-22', '2021-22 academic 2021-09-01 2022-08-31'), ('2021/22', '2021-22 academic 2021-09-01 2022-08-31'), ('202122', '2021-22 academic 2021-09-01 2022-08-31'),
  ('2021-22-Q2', '2021-22-Q2 academic 2021-12-01 2022-02-28'), ('2021', '2021 calendar 2021-01-01 2021-12-31'), ('2021-M11', '2021-M11 calendar 2021-11-01 2021-11-30'),
  ('2011/12', '2011-12 academic 2011-09-01 2012-08-31'), ('strategy-2019-22', 'strategy-2019-22 strategy 2019-01-01 2022-12-31'),
  ('2011-12', ''), ('201112', ''), ('2019-22', ''), ('2021-13', ''), ('last year', '')) v (given, said), metric.period(given) p;
SELECT matches((metric.period('2011-12')).wrong, 'academic year 2011/12 or the month 2011-M12', 'both readings are named');
SELECT matches((metric.period('2019-22')).wrong, 'strategy-2019-22', 'a strategy''s years lead to its name');

-- What there is. History and rules of the day are for writes of today, so this is written past them.
SET LOCAL session_replication_role = replica;
INSERT INTO programme (slug, name, sources, confidence) VALUES ('test-programme', 'Test', '{test}', 'high');
INSERT INTO organisation (slug, name, sources, confidence) SELECT 'test-o' || n, 'Test ' || n, '{test}', 'high' FROM generate_series(1, 3) n;
INSERT INTO hub (slug, name, nations, sources, confidence) VALUES ('test-a', 'Test A', '{GB-ENG}', '{test}', 'high'), ('test-b', 'Test B', '{GB-SCT}', '{test}', 'high'),
  ('test-c', 'Test C', '{GB-ENG}', '{test}', 'high'), ('test-d', 'Test D', '{GB-ENG,GB-WLS}', '{test}', 'high');
INSERT INTO hub_status (hub_id, status, starts, ends) VALUES (pg_temp.h('a'), 'active', '1995', NULL), (pg_temp.h('b'), 'active', '1995', NULL), (pg_temp.h('c'), 'proposed', '1996', NULL),
  (pg_temp.h('d'), 'active', '1995', '1997-01-01'), (pg_temp.h('d'), 'closed', '1997-01-01', NULL);
INSERT INTO hub_lead (hub_id, organisation_id, evidence_kind, period, evidence, sources, confidence) VALUES
  (pg_temp.h('a'), pg_temp.o('o1'), 'dated', '[1995-01-01,)', NULL, '{test}', 'high'), (pg_temp.h('d'), pg_temp.o('o1'), 'dated', '[1995-01-01,)', NULL, '{test}', 'high'),
  (pg_temp.h('b'), pg_temp.o('o2'), 'dated', '[1995-01-01,1997-08-31)', NULL, '{test}', 'high'), (pg_temp.h('b'), pg_temp.o('o3'), 'last_known', NULL, '1997', '{test}', 'high');
INSERT INTO person (id, name) SELECT pg_temp.id(n), 'Test ' || n FROM generate_series(1, 6) n;
INSERT INTO hub_membership (id, hub_id, person_id, organisation_id, organisation_name, sector, starts, ends) VALUES
  (pg_temp.id(11), pg_temp.h('a'), pg_temp.id(1), pg_temp.o('o1'), NULL, 'he', '1996-01-01', NULL), (pg_temp.id(12), pg_temp.h('b'), pg_temp.id(1), NULL, 'Test College', 'he', '1996-01-01', NULL),
  (pg_temp.id(13), pg_temp.h('a'), pg_temp.id(2), pg_temp.o('o2'), NULL, 'fe', '1996-09-01', '1997-02-01'), (pg_temp.id(14), pg_temp.h('a'), pg_temp.id(2), NULL, 'test college', 'charity', '1997-02-01', NULL),
  (pg_temp.id(15), pg_temp.h('b'), pg_temp.id(3), pg_temp.o('o2'), NULL, 'local_authority', '1997-08-31', NULL), (pg_temp.id(16), pg_temp.h('b'), pg_temp.id(4), NULL, NULL, 'he', '1997-09-01', NULL),
  (pg_temp.id(17), pg_temp.h('a'), pg_temp.id(5), NULL, NULL, 'he', '1996-01-01', '1997-08-31'), (pg_temp.id(18), pg_temp.h('d'), pg_temp.id(6), pg_temp.o('o1'), NULL, 'he', '1996-09-01', NULL);
INSERT INTO meeting (id, hub_id, kind, title, starts_at, status) VALUES
  (pg_temp.id(21), pg_temp.h('a'), 'ordinary', 'Test', '1996-08-31T23:30Z', 'held'), (pg_temp.id(22), pg_temp.h('a'), 'inaugural', 'Test', '1996-10-01T10:00Z', 'held'),
  (pg_temp.id(23), pg_temp.h('a'), 'ordinary', 'Test', '1997-01-10T10:00Z', 'cancelled'), (pg_temp.id(24), pg_temp.h('a'), 'ordinary', 'Test', '1997-02-01T10:00Z', 'planned'),
  (pg_temp.id(25), pg_temp.h('a'), 'ordinary', 'Test', '1997-08-31T23:30Z', 'held'), (pg_temp.id(26), pg_temp.h('b'), 'ordinary', 'Test', '1997-03-03T10:00Z', 'held');
INSERT INTO attendance (meeting_id, person_id, status) VALUES (pg_temp.id(21), pg_temp.id(1), 'present'), (pg_temp.id(21), pg_temp.id(2), 'apologies'), (pg_temp.id(22), pg_temp.id(1), 'present'),
  (pg_temp.id(22), pg_temp.id(5), 'present'), (pg_temp.id(23), pg_temp.id(1), 'present'), (pg_temp.id(26), pg_temp.id(1), 'present'), (pg_temp.id(25), pg_temp.id(1), 'present');
INSERT INTO activity (hub_id, kind, held_on, title, membership_id, programme, interventions, young_people) VALUES
  (pg_temp.h('a'), 'hub_led', '1996-09-01', 'Test', pg_temp.id(13), NULL, NULL, NULL), (pg_temp.h('a'), 'hub_led', '1997-08-31', 'Test', NULL, NULL, NULL, NULL), (pg_temp.h('a'), 'hub_led', '1997-09-01', 'Test', NULL, NULL, NULL, NULL),
  (pg_temp.h('a'), 'member_because_of_hub', '1996-10-01', 'Test', pg_temp.id(11), NULL, NULL, NULL), (pg_temp.h('a'), 'member_because_of_hub', '1996-11-01', 'Test', pg_temp.id(11), NULL, NULL, NULL),
  (pg_temp.h('b'), 'member_because_of_hub', '1996-10-01', 'Test', pg_temp.id(12), NULL, NULL, NULL),
  (pg_temp.h('a'), 'outreach', '1996-12-01', 'Test', NULL, 'test-programme', 3, 12), (pg_temp.h('b'), 'outreach', '1996-12-02', 'Test', NULL, NULL, NULL, 3);
INSERT INTO event (slug, title, title_source, kind, starts, starts_at, hub_id, nation, status, sources, confidence) VALUES
  ('test-1', 'Test', 'published', 'conference', '1996-09-01', '1996-08-31T23:30Z', NULL, 'GB-WLS', 'held', '{test}', 'high'), ('test-2', 'Test', 'published', 'creative_forces', '1997-05-05', NULL, pg_temp.h('b'), NULL, 'held', '{test}', 'high'),
  ('test-3', 'Test', 'published', 'conference', '1997-08', NULL, NULL, NULL, 'held', '{test}', 'high'), ('test-4', 'Test', 'published', 'conference', '1997', NULL, NULL, NULL, 'held', '{test}', 'high'),
  ('test-5', 'Test', 'published', 'conference', '1997-05-06', NULL, pg_temp.h('b'), NULL, 'cancelled', '{test}', 'high'), ('test-6', 'Test', 'published', 'conference', '1997-05-07', NULL, NULL, NULL, 'published', '{test}', 'high'),
  ('test-7', 'Test', 'published', 'conference', '1997-05-08', NULL, NULL, NULL, 'draft', '{test}', 'high'), ('test-8', 'Test', 'published', 'conference', '1997-09-01', '1997-08-31T23:30Z', NULL, NULL, 'held', '{test}', 'high');
INSERT INTO event_outreach (event_id, interventions, young_people) SELECT id, 2, 30 FROM event WHERE slug IN ('test-2', 'test-5');
INSERT INTO course (slug, name, sources, confidence) VALUES ('test-course', 'Test', '{test}', 'high');
INSERT INTO training_session (id, course_id, hub_id, starts_at, ends_at, capacity, status)
SELECT pg_temp.id(30 + n), (SELECT id FROM course WHERE slug = 'test-course'), CASE WHEN n < 4 THEN pg_temp.h('a') END, at, at + interval '1 hour', 20, status
FROM (VALUES (1, '1997-06-01T10:00Z'::timestamptz, 'held'), (2, '1997-06-02T10:00Z', 'cancelled'), (3, '1997-06-03T10:00Z', 'published'), (4, '1997-08-31T23:30Z', 'held')) v (n, at, status);
INSERT INTO booking (id, session_id, person_id, status, attended)
SELECT pg_temp.id(40 + n), pg_temp.id(session), pg_temp.id(person), status, attended FROM (VALUES (1, 31, 1, 'confirmed', true), (2, 31, 2, 'confirmed', true), (3, 31, 3, 'confirmed', true), (4, 31, 4, 'confirmed', true),
  (5, 31, 5, 'confirmed', false), (6, 31, 6, 'cancelled', NULL), (7, 31, 6, 'waiting', NULL), (8, 33, 1, 'confirmed', NULL), (9, 34, 1, 'confirmed', true), (10, 32, 1, 'confirmed', true)) v (n, session, person, status, attended);
INSERT INTO feedback (booking_id, session_id, rating) VALUES (pg_temp.id(41), pg_temp.id(31), 5), (pg_temp.id(42), pg_temp.id(31), 4), (pg_temp.id(43), pg_temp.id(31), 3), (pg_temp.id(44), pg_temp.id(31), NULL), (pg_temp.id(49), pg_temp.id(34), 1);
INSERT INTO self_assessment (organisation_id, principle_id, stage, assessed_on)
SELECT pg_temp.o(o), p.id, stage, day::date FROM (SELECT id FROM toolkit_principle ORDER BY ordinal LIMIT 1) p,
  (VALUES ('o1', 'emerging', '1996-10-01'), ('o1', 'embedding', '1997-08-31'), ('o2', 'developing', '1996-09-01'), ('o3', 'embedding', '1997-09-01')) v (o, stage, day);
INSERT INTO use_item (kind, record_id, slug) VALUES ('document', 2000000001, 'test-document'), ('resource', 2000000001, 'test-resource');
INSERT INTO usage_month (item_id, month, agent, total_item_investigations, unique_item_investigations, total_item_requests, unique_item_requests)
SELECT i.id, m::date, c.agent, 9, 8, n, n - 1 FROM use_item i, (VALUES ('1996-08-01', 100), ('1996-09-01', 10), ('1997-08-01', 20), ('1997-09-01', 100)) v (m, n), (VALUES ('human'), ('robot')) c (agent) WHERE i.record_id = 2000000001;
INSERT INTO users_month (month, agent, investigating, requesting, of_resources, of_documents) VALUES ('1996-08-01', 'human', 100, 1, 100, 100), ('1996-09-01', 'human', 9, 1, 7, 4), ('1996-09-01', 'machine', 50, 1, 50, 1),
  ('1997-08-01', 'human', 9, 1, 5, 4), ('1997-09-01', 'human', 100, 1, 100, 100);
INSERT INTO quarterly_update (hub_id, quarter, status, nil_return, submitted_at, practice) VALUES (pg_temp.h('a'), '1996-97-Q1', 'submitted', false, '1996-12-21T12:00Z', 'Test'),
  (pg_temp.h('a'), '1996-97-Q2', 'submitted', false, '1997-03-22T12:00Z', 'Test'), (pg_temp.h('a'), '1996-97-Q3', 'submitted', true, '1997-06-01T12:00Z', NULL), (pg_temp.h('a'), '1996-97-Q4', 'draft', false, NULL, NULL);
INSERT INTO message (id, direction, hub_id, kind, title, text, sent_on, response, response_channel, responded_on) VALUES (pg_temp.id(51), 'to_hubs', NULL, NULL, 'Test', 'Test', '1996-10-10', NULL, NULL, NULL), (pg_temp.id(52), 'to_hubs', NULL, NULL, 'Test', 'Test', '1997-09-01', NULL, NULL, NULL),
  (pg_temp.id(53), 'from_hub', pg_temp.h('a'), 'idea', 'Test', 'Test', '1996-10-10', 'Test', 'other', '1996-10-11'), (pg_temp.id(54), 'from_hub', pg_temp.h('a'), 'question', 'Test', 'Test', '1996-10-10', NULL, NULL, NULL), (pg_temp.id(55), 'from_hub', pg_temp.h('b'), 'idea', 'Test', 'Test', '1997-08-31', NULL, NULL, NULL);
INSERT INTO message_relay (message_id, hub_id, relayed_on) VALUES (pg_temp.id(51), pg_temp.h('a'), '1996-10-12');
INSERT INTO policy_contribution (slug, title, kind, published_on, sources, confidence) VALUES ('test-1', 'Test', 'inquiry_evidence', '1997-03', '{test}', 'high'), ('test-2', 'Test', 'policy_win', '1997', '{test}', 'high'),
  ('test-3', 'Test', 'context', '1997-03-01', '{test}', 'high'), ('test-4', 'Test', 'policy_win', '1997-09-01', '{test}', 'high'), ('test-5', 'Test', 'policy_win', '1996-09-01', '{test}', 'high');
SET LOCAL session_replication_role = origin;

-- By hand: of the year, by each breakdown, and what is left out.
SELECT is(pg_temp.values_of(metric, by::text[]), said, metric || ' by ' || by) FROM (VALUES
  ('professionals', '{}', '=4'), ('professionals', '{hub}', 'a=2, b=2, c=not_applicable, d=1'), ('professionals', '{nation}', 'GB-ENG=2, GB-NIR=0, GB-SCT=2, GB-WLS=0, =1'),
  ('professionals', '{category}', 'charity=1, he=2, local_authority=1'),
  ('memberships', '{}', '=5'), ('memberships', '{category}', 'charity=1, he=3, local_authority=1'),
  ('hubs', '{}', '=2'), ('hubs', '{hub}', 'a=1, b=1, c=not_applicable, d=not_applicable'), ('hubs', '{nation}', 'GB-ENG=1, GB-NIR=0, GB-SCT=1, GB-WLS=0'),
  ('host_partners', '{}', '=1'), ('host_partners', '{hub}', 'a=1, b=0, c=not_applicable, d=1'),
  ('organisations_engaged', '{}', '=3'), ('organisations_engaged', '{category}', 'charity=1, fe=1, he=2, local_authority=1'), ('organisations_engaged', '{hub}', 'a=3, b=2, c=not_applicable, d=1'),
  ('meetings_held', '{}', '=3'), ('meetings_held', '{hub}', 'a=2, b=1, c=not_applicable, d=not_submitted'), ('meetings_held', '{category}', 'inaugural=1, ordinary=2'),
  ('attendance', '{}', '=4'), ('attendance', '{hub}', 'a=3, b=1, c=not_applicable, d=not_submitted'),
  ('members_reporting', '{}', '=3'), ('members_reporting', '{hub}', 'a=2, b=1, c=not_applicable, d=not_submitted'),
  ('network_events', '{}', '=3'), ('network_events', '{nation}', 'GB-ENG=0, GB-NIR=0, GB-SCT=1, GB-WLS=1, =1'), ('network_events', '{category}', 'conference=2, creative_forces=1'),
  ('hub_led_activities', '{}', '=2'), ('hub_led_activities', '{hub}', 'a=2, b=not_submitted, c=not_applicable, d=not_submitted'),
  ('member_activities', '{}', '=3'), ('member_activities', '{nation}', 'GB-ENG=2, GB-NIR=not_applicable, GB-SCT=1, GB-WLS=not_applicable'),
  ('outreach_interventions', '{}', '=5'), ('outreach_interventions', '{hub}', 'a=3, b=2, c=not_applicable, d=not_submitted'), ('outreach_interventions', '{category}', 'test-programme=3, =2'),
  ('outreach_young_people', '{}', '=45'), ('outreach_young_people', '{hub}', 'a=12, b=33, c=not_applicable, d=not_submitted'), ('outreach_young_people', '{nation}', 'GB-ENG=12, GB-NIR=not_applicable, GB-SCT=33, GB-WLS=not_applicable'),
  ('training_sessions', '{}', '=1'), ('training_sessions', '{category}', 'test-course=1'),
  ('training_delegates', '{}', '=4'), ('training_delegates', '{hub}', 'a=4, b=0, c=not_applicable, d=0'),
  ('toolkit_rated_highly', '{}', '=66.7 of 2/3'), ('feedback_response_rate', '{}', '=100 of 4/4'),
  ('resource_bank_users', '{}', '=12'), ('research_repository_users', '{}', '=8'), ('research_documents_downloaded', '{}', '=30'), ('research_documents_downloaded', '{category}', 'test-document=30'), ('document_requests_unique', '{}', '=28'),
  ('reporting_rate', '{}', '=33.3 of 3/9'), ('reporting_rate', '{hub}', 'a=75 of 3/4, b=0 of 0/4, c=not_applicable, d=0 of 0/1'), ('on_time_rate', '{}', '=22.2 of 2/9'),
  ('relay_rate', '{}', '=33.3 of 1/3'), ('relay_rate', '{hub}', 'a=100 of 1/1, b=0 of 0/1, c=not_applicable, d=0 of 0/1'),
  ('loop_closed_rate', '{}', '=33.3 of 1/3'), ('loop_closed_rate', '{category}', 'idea=50 of 1/2, question=0 of 0/1'),
  ('self_assessments', '{}', '=2'), ('self_assessments', '{category}', 'clear-approach/developing=1, clear-approach/embedding=1'),
  ('policy_contributions', '{}', '=2'), ('policy_contributions', '{category}', 'inquiry_evidence=1, policy_win=1')) v (metric, by, said);
SELECT is(pg_temp.left_out(metric), said, 'left out of ' || metric) FROM (VALUES
  ('professionals', '2 membership that ended before the day'), ('memberships', '2 membership that ended before the day'), ('hubs', '1 Hub that was closed, 1 Hub that was proposed'),
  ('host_partners', '1 lead at another time, 1 lead of whom no dates are known'), ('organisations_engaged', '1 member who represents no organisation'),
  ('meetings_held', '1 cancelled, 1 not recorded as held'), ('attendance', '1 apologies, 1 meeting that was cancelled'), ('members_reporting', '3 activity that no member reports'),
  ('outreach_interventions', '1 event that was cancelled, 1 no number given'), ('outreach_young_people', '1 event that was cancelled'), ('training_sessions', '1 cancelled, 1 not recorded as held'),
  ('training_delegates', '1 attendance not recorded, 1 booking that was cancelled, 1 did not come, 1 session that was cancelled, 1 waiting list'),
  ('toolkit_rated_highly', '1 feedback without a rating'), ('resource_bank_users', '1 machine'), ('research_repository_users', '1 machine'), ('research_documents_downloaded', '2 robot'),
  ('self_assessments', '1 self-assessment that a later one replaces'), ('relay_rate', '1 Hub that was not active then'), ('loop_closed_rate', NULL)) v (metric, said);
SELECT ok(pg_temp.left_out('network_events') ~ ('1 cancelled, 1 date that may be outside the period, \d+ no date, 1 not recorded as held'), 'left out of network_events: ' || pg_temp.left_out('network_events'));
SELECT ok(pg_temp.left_out('policy_contributions') ~ '1 context, no contribution, 1 date that may be outside the period', 'left out of policy_contributions');

-- An event that goes on over the year's end.
SET LOCAL session_replication_role = replica;
INSERT INTO event (slug, title, title_source, kind, starts, ends, nation, status, sources, confidence) VALUES ('test-9', 'Test', 'published', 'conference', '1997-08-30', '1997-09-02', 'GB-WLS', 'held', '{test}', 'high');
INSERT INTO event_outreach (event_id, interventions, young_people) SELECT id, 1, 8 FROM event WHERE slug = 'test-9';
SET LOCAL session_replication_role = origin;
SELECT is(array_agg((SELECT s.value FROM metric.sums('network_events', year_start(y), period_end(y), NULL, '{}') s) ORDER BY y), ARRAY[4, 2]::numeric[], 'one that goes on over the year''s end counts in both')
FROM unnest(ARRAY['1996-97', '1997-98']) y;
SELECT is(array_agg((SELECT s.value FROM metric.sums('outreach_young_people', year_start(y), period_end(y), NULL, '{}') s) ORDER BY y), ARRAY[45, 8]::numeric[], 'who was reached there counts once, on its last day')
FROM unnest(ARRAY['1996-97', '1997-98']) y;
SET LOCAL session_replication_role = replica;
DELETE FROM event_outreach WHERE event_id = (SELECT id FROM event WHERE slug = 'test-9');
DELETE FROM event WHERE slug = 'test-9';
SET LOCAL session_replication_role = origin;
SELECT is((SELECT array_agg(code::text ORDER BY ordinal) FROM metric m WHERE pg_temp.values_of(m.code) ~ '=[1-9]'), (SELECT array_agg(code::text ORDER BY ordinal) FROM metric), 'every metric is counted here');
-- The next year begins where this one ends.
SELECT is(pg_temp.values_of(metric, '{}', '1997-98'), said, metric || ' of the next year') FROM (VALUES ('meetings_held', '=1'), ('network_events', '=1'), ('training_delegates', '=1'), ('hub_led_activities', '=1'), ('professionals', '=5')) v (metric, said);
-- Parts of the year, and other years than the academic one.
SELECT is(pg_temp.values_of(metric, '{}', period), said, metric || ' of ' || period) FROM (VALUES ('meetings_held', '1996-97-Q1', '=2'), ('meetings_held', '1996-97-Q3', '=1'), ('meetings_held', '1996', '=2'), ('meetings_held', '1996-M10', '=1'),
  ('professionals', '1996', '=4'), ('resource_bank_users', '1996-M09', '=7'), ('network_events', '1997', '=4'), ('reporting_rate', '1996-97-Q1', '=33.3 of 1/3')) v (metric, period, said);
-- What is not known is not nothing: before anything was recorded.
SELECT is(pg_temp.values_of(metric, '{}', '1980-81'), said, metric || ' before there was any') FROM (VALUES ('professionals', '=not_available'), ('network_events', '=not_available'), ('meetings_held', '=not_submitted'), ('relay_rate', '=not_applicable')) v (metric, said);
-- What a Hub has reported as nothing is nothing; a nil return says so.
SET LOCAL session_replication_role = replica;
INSERT INTO quarterly_update (hub_id, quarter, status, nil_return, submitted_at) VALUES (pg_temp.h('b'), '1996-97-Q1', 'submitted', true, '1996-12-01');
SELECT is(pg_temp.values_of('hub_led_activities', '{hub}'), 'a=2, b=nil_return, c=not_applicable, d=not_submitted', 'a nil return');
INSERT INTO quarterly_update (hub_id, quarter, status, nil_return, submitted_at, practice) VALUES (pg_temp.h('b'), '1996-97-Q2', 'submitted', false, '1996-12-01', 'Test');
SELECT is(pg_temp.values_of('hub_led_activities', '{hub}'), 'a=2, b=0, c=not_applicable, d=not_submitted', 'a report without any');

-- An accepted return of a Hub stands for its records, where it says why; a draft does not, nor does what was confirmed.
INSERT INTO hub_evaluation (id, hub_id, year, status, submitted_at) VALUES (pg_temp.id(61), pg_temp.h('a'), '1996-97', 'submitted', '1997-10-01');
INSERT INTO hub_evaluation_figure (evaluation_id, metric, derived, value, reason) VALUES (pg_temp.id(61), 'hub_led_activities', 2, 7, 'Five were never entered'), (pg_temp.id(61), 'meetings_held', 2, 2, NULL), (pg_temp.id(61), 'outreach_young_people', 12, 100, 'Counted again');
SELECT is(pg_temp.values_of('hub_led_activities'), '=2', 'a return that is not accepted');
UPDATE hub_evaluation SET status = 'accepted', accepted_at = '1997-10-02' WHERE id = pg_temp.id(61);
SELECT is(pg_temp.values_of('hub_led_activities', '{hub}'), 'a=7, b=0, c=not_applicable, d=not_submitted', 'an accepted one');
SELECT is(pg_temp.values_of('outreach_young_people', '{nation}'), 'GB-ENG=100, GB-NIR=not_applicable, GB-SCT=33, GB-WLS=not_applicable', 'in its nation too');
SELECT is(pg_temp.left_out('hub_led_activities'), '2 the return of the Hub stands', 'its records are left out');
SELECT is(pg_temp.values_of('meetings_held'), '=3', 'what was confirmed is what was recorded');
SELECT is((SELECT value FROM metric.of_hub(pg_temp.h('a'), '1996-97') o WHERE o.metric = 'hub_led_activities'), 2::numeric, 'the Hub itself sees what the records say');
SELECT is(pg_temp.values_of('hub_led_activities', '{}', '1996'), '=1', 'a return is of its year alone');
-- Totals of the past stand for the records of their days.
INSERT INTO historical_total (metric, period, value, sources) VALUES ('resource_bank_users', '1996-M09', 1000, '{test}'), ('network_events', '1996-97', 50, '{test}'), ('professionals', '1996-97', 20, '{test}');
SELECT is(pg_temp.values_of(metric, '{}', period), said, metric || ' with totals, of ' || period) FROM (VALUES ('resource_bank_users', '1996-97', '=1005'), ('resource_bank_users', '1997-98', '=100'), ('network_events', '1996-97', '=50'), ('network_events', '1997', '=4'), ('professionals', '1996-97', '=20'), ('professionals', '1997-98', '=5'))
  v (metric, period, said);
SELECT matches(pg_temp.left_out('network_events', '1997'), 'a total of the past that is of other days too', 'a total of a longer time is no part of a shorter one');

-- As of a day: what the history said by its end.
DELETE FROM historical_total WHERE sources = '{test}';
UPDATE history_start SET at = '1990-01-01';
INSERT INTO history ("table", record, row, at) SELECT 'hub', id, to_jsonb(h), '1996-01-01' FROM hub h WHERE slug LIKE 'test-%';
INSERT INTO history ("table", record, row, at) SELECT 'hub_status', s.id, to_jsonb(s), '1996-01-01' FROM hub_status s JOIN hub h ON h.id = s.hub_id WHERE h.slug LIKE 'test-%';
DO $$ DECLARE t text; BEGIN -- all else that was planted came later
  FOR t IN SELECT "table" FROM history_start LOOP
    EXECUTE format('INSERT INTO history ("table", record, row) SELECT %1$L, %2$s, to_jsonb(r) FROM %1$I r WHERE NOT EXISTS (SELECT FROM history h WHERE h."table" = %1$L AND h.record = %2$s)', t, record_key(t));
  END LOOP;
END $$;
INSERT INTO history ("table", record, row, at, until) SELECT 'meeting', m.id, to_jsonb(m) - 'day' || '{"status": "planned"}', '1996-08-01', '1996-09-30T23:00Z' FROM meeting m WHERE m.id = pg_temp.id(21);
INSERT INTO history ("table", record, row, at, until) SELECT 'meeting', m.id, to_jsonb(m) - 'day', '1996-09-30T23:00Z', '1996-12-01' FROM meeting m WHERE m.id = pg_temp.id(21); -- midnight in London: the first moment of 1 October
INSERT INTO history ("table", record, row, at) VALUES ('meeting', pg_temp.id(21), NULL, '1996-12-01');
CREATE FUNCTION pg_temp.at_end_of(day date) RETURNS timestamptz LANGUAGE sql AS $$ SELECT (day + 1)::timestamp AT TIME ZONE 'Europe/London' $$;
SELECT is(pg_temp.values_of('meetings_held', '{}', '1996-97', pg_temp.at_end_of(day)), said, 'as of ' || day) FROM (VALUES ('1996-09-29'::date, '=not_submitted'), ('1996-09-30', '=not_submitted'), ('1996-10-01', '=1'), ('1996-11-30', '=1'), ('1996-12-01', '=not_submitted')) v (day, said);
SELECT is(pg_temp.values_of('resource_bank_users', '{}', '1996-97', pg_temp.at_end_of('1996-10-01')), '=7', 'a month that was over by then');
SELECT is(pg_temp.values_of('resource_bank_users', '{}', '1996-97', pg_temp.at_end_of('1997-08-30')), '=7', 'and none that was not');
-- Periods from one to another, and several at once: the same cells as one by one.
SELECT is((SELECT string_agg(name, ' ') FROM metric.periods(given::text[])), said, given) FROM (VALUES ('{1996-97..1998-99}', '1996-97 1997-98 1998-99'), ('{1996-97-Q4..1997-98-Q1}', '1996-97-Q4 1997-98-Q1'),
  ('{1996..1997,1995}', '1996 1997 1995'), ('{1996-M12..1997-M01}', '1996-M12 1997-M01'), ('{2009/10..2011/12}', '2009-10 2010-11 2011-12')) v (given, said);
SELECT is((SELECT wrong FROM metric.periods(ARRAY[given])), given || said, given) FROM (VALUES ('1998-99..1996-97', ' ends before it begins'), ('1996..1997-98', ' mixes calendar and academic periods, whose days are not the same'),
  ('1996-97..x..1997-98', ' must be two periods with .. between them (2019-20..2023-24); x must be an academic year (2021-22), its quarter (2021-22-Q1), a calendar year (2021), a month (2021-M11) or the slug of a strategy')) v (given, said);
SELECT is((SELECT wrong FROM metric.periods('{0000-01}')) IS NOT NULL, true, 'there was no year 0');
SELECT bag_eq(format($$SELECT breakdown, hub_id, nation, category, value, part, whole, status FROM metric.cells(%L, '{1995-09-01,1996-09-01,1997-09-01}', '{1996-08-31,1997-08-31,1998-08-31}', NULL, (SELECT breakdowns || ARRAY[''] FROM metric WHERE code = %1$L), true) WHERE n = 2$$, m.code),
  format($$SELECT array_to_string(b, '+'), c.hub_id, c.nation, c.category, c.value, c.part, c.whole, c.status FROM (SELECT string_to_array(x, '+') FROM metric, unnest(breakdowns || ARRAY['']) x WHERE code = %1$L) b (b), metric.cells(%1$L, '{1996-09-01}', '{1997-08-31}', NULL, ARRAY[array_to_string(b, '+')], true) c$$, m.code), m.code || ': many at once')
FROM metric m ORDER BY ordinal;
SELECT is((SELECT status FROM metric_answer('meetings_held', '{1996-97}', '{}', NULL, NULL, NULL, '1989-12-31', NULL)), 'not_available', 'before there is a history');
SET LOCAL session_replication_role = origin;
-- What has not changed since is read where it stands: each row is what its last state in the history says.
CREATE FUNCTION pg_temp.other_than_known(t text) RETURNS SETOF text LANGUAGE plpgsql AS $$ BEGIN
  RETURN QUERY EXECUTE format('SELECT coalesce(h.record, %2$s) FROM %1$I r FULL JOIN (SELECT x.* FROM history x WHERE x."table" = %1$L AND x.until = ''infinity'' AND x.row IS NOT NULL) h ON h.record = %2$s WHERE (to_jsonb(r) || h.row = to_jsonb(r)) IS NOT TRUE', t, record_key(t));
END $$;
SELECT is_empty(format('SELECT pg_temp.other_than_known(%L)', "table"), "table" || ' is what its history says') FROM history_start ORDER BY 1;
-- What has is read from its former state, generated columns too.
CREATE TEMP TABLE former AS SELECT * FROM known.event(NULL) WHERE slug NOT LIKE 'test-%';
UPDATE event SET title = 'Another' WHERE slug NOT LIKE 'test-%';
SELECT set_eq($$SELECT * FROM known.event(now()) WHERE slug NOT LIKE 'test-%'$$, 'TABLE former', 'events as they were before this');

-- What is refused, and how.
SELECT is((SELECT concat_ws(' ', refused, wrong #>> '{0,pointer}') FROM metric_answer(code, periods::text[], by::text[], hub, NULL, NULL, day::date, number) LIMIT 1), said, what) FROM (VALUES
  ('nothing', '{1996-97}', '{}', NULL, NULL, NULL, '404', 'no such metric'), ('hubs', '{1996-97,1996}', '{}', NULL, NULL, NULL, '400 /query/period', 'years of two kinds'), ('hubs', '{2011-12}', '{}', NULL, NULL, NULL, '400 /query/period', 'two readings'),
  ('hubs', '{1996-97}', '{category}', NULL, NULL, NULL, '400 /query/by', 'no such breakdown'), ('professionals', '{1996-97}', '{nation,category}', NULL, NULL, NULL, '400 /query/by', 'nor two at once'), ('hubs', '{1996-97}', '{}', 'nowhere', NULL, NULL, '400 /query/hub', 'no such Hub'),
  ('hubs', '{1996-97}', '{}', NULL, '2999-01-01', NULL, '400 /query/as_of', 'a day to come'), ('hubs', '{1996-97}', '{}', NULL, NULL, 99, '404 /query/release', 'no such release'), ('hubs', '{1996-97,1997-98}', '{}', NULL, NULL, 1, '400 /query/release', 'a release is of one period'),
  ('resource_bank_users', '{1996-97}', '{hub}', NULL, NULL, NULL, '400 /query/by', 'nothing to break down by')) v (code, periods, by, hub, day, number, said, what);

-- Releases: only the central team's, of what is over; nothing of them changes.
CREATE FUNCTION pg_temp.outcome(statement text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
  state text;
  rule text;
BEGIN
  EXECUTE statement;
  RETURN 'accepted';
EXCEPTION WHEN OTHERS THEN
  GET STACKED DIAGNOSTICS state = RETURNED_SQLSTATE, rule = CONSTRAINT_NAME;
  RETURN rtrim(state || ' ' || rule);
END $$;
SELECT is(pg_temp.outcome($$SELECT make_release('1996-97', 'Test', pg_temp.id(71))$$), 'SC403 role-needed', 'nobody else');
SELECT set_config('scip.roles', '{central}', true);
SELECT is(pg_temp.outcome(format('SELECT make_release(%L, ''Test'', gen_random_uuid())', period)), said, 'a release of ' || period) FROM (VALUES ('1996', 'SC422 period-not-valid'), ('1996-97-Q1', 'SC422 period-not-valid'), ('x', 'SC422 period-not-valid'),
  (academic_year(today()), 'SC422 period-not-over'), ('strategy-2019-22', 'SC409 release-years-first'), ('strategy-2022-26', 'SC422 period-not-over')) v (period, said);
SELECT is(pg_temp.outcome($$SELECT make_release('1996-97', 'Test', pg_temp.id(71))$$), 'accepted', 'a year that is over');
CREATE FUNCTION pg_temp.released(metric text, by text[] DEFAULT '{}', number int DEFAULT NULL, period text DEFAULT '1996-97') RETURNS text LANGUAGE sql AS $$
  SELECT string_agg(coalesce(replace(h.slug, 'test-', ''), '') || '=' || coalesce(trim_scale(a.value)::text, a.status) || coalesce(' of ' || a.numerator || '/' || a.denominator, ''), ', ' ORDER BY h.slug)
  FROM metric_answer(metric, ARRAY[period], by, NULL, NULL, NULL, NULL, number) a LEFT JOIN hub h ON h.id = a.hub_id WHERE h.id IS NULL OR h.slug LIKE 'test-%' AND a.status <> 'not_applicable'
$$;
SELECT is(pg_temp.released('meetings_held'), '=3', 'what is exact is published as it is');
SELECT is(pg_temp.released('outreach_young_people'), '=135', 'young people are rounded (100 and 33)');
SELECT is(pg_temp.released('outreach_interventions', '{hub}'), 'a=3, b=2, d=not_submitted', 'interventions are published beside them');
SELECT is(pg_temp.released('toolkit_rated_highly'), '=suppressed', 'three ratings are not published');
SELECT is(pg_temp.released('feedback_response_rate'), '=100 of 4/4', 'how many answered is');
SELECT is(pg_temp.released('outreach_young_people', '{hub}'), 'a=100, b=35, d=not_submitted', 'by Hub');
SELECT is(pg_temp.released('professionals', '{hub,category}') LIKE 'a=%' AND pg_temp.released('professionals', '{hub,category}') NOT LIKE '%suppressed%', true, 'members are exact, by Hub and sector too');
UPDATE activity SET held_on = '1997-01-01' WHERE hub_id = pg_temp.h('b') AND kind = 'outreach';
SET LOCAL session_replication_role = replica;
UPDATE meeting SET status = 'cancelled' WHERE id = pg_temp.id(26);
UPDATE activity SET young_people = 2 WHERE hub_id = pg_temp.h('b') AND kind = 'outreach';
DELETE FROM event_outreach;
SET LOCAL session_replication_role = origin;
SELECT is(pg_temp.released('meetings_held'), '=3', 'what is released stays, whatever the records do');
SELECT is(pg_temp.outcome($$SELECT make_release('1996-97', 'Corrected', pg_temp.id(72))$$), 'accepted', 'a second release');
SELECT is(pg_temp.released('meetings_held'), '=2', 'is in force');
SELECT is(pg_temp.released('meetings_held', '{}', 1), '=3', 'the first stays what it was');
SELECT is((SELECT replaced_by FROM metric_answer('meetings_held', '{1996-97}', '{}', NULL, NULL, NULL, NULL, 1)), 2, 'and says what replaced it');
SELECT is(pg_temp.released('outreach_young_people', '{hub}'), 'a=100, b=suppressed, d=not_submitted', 'a small number is hidden, and no other for its sake');
SELECT is(pg_temp.released('outreach_young_people'), '=105', 'the sum is that of what is published, a hidden one counting two and a half');
SELECT is(pg_temp.released('outreach_interventions', '{hub}'), 'a=3, b=suppressed, d=not_submitted', 'interventions are hidden with them');
SET LOCAL session_replication_role = replica;
UPDATE activity SET young_people = 200 WHERE hub_id = pg_temp.h('b') AND kind = 'outreach';
SET LOCAL session_replication_role = origin;
SELECT is(pg_temp.outcome($$SELECT make_release('1996-97', 'Corrected again', pg_temp.id(73))$$), 'accepted', 'a third one');
SELECT is(pg_temp.released('outreach_young_people', '{hub}'), 'a=100, b=200, d=not_submitted', 'what was hidden and is large now is published');
SELECT is(pg_temp.released('outreach_young_people', '{hub}', 2), 'a=100, b=suppressed, d=not_submitted', 'the release before stays');
SELECT is(pg_temp.outcome(statement), 'SC409 record-immutable', statement) FROM (VALUES ('UPDATE release SET note = ''x'''), ('DELETE FROM release')) v (statement);
SET LOCAL ROLE scip_anonymous;
SELECT is(pg_temp.outcome(statement), '42501', statement || ' as anybody') FROM (VALUES ('SELECT * FROM metric.cells(''hubs'', ''{1996-09-01}'', ''{1997-08-31}'', NULL, ''{}'', true)'), ('SELECT * FROM known.activity(NULL)'), ('SELECT * FROM fact.professionals(''1996-09-01'', ''1997-08-31'', NULL)'),
  ('SELECT * FROM sum.professionals(''{1996-09-01}'', ''{1997-08-31}'', NULL, true, ''{hub}'')'), ('SELECT * FROM facts.professionals(''{1996-09-01}'', ''{1997-08-31}'', NULL, true)')) v (statement);
RESET ROLE;
-- What sums a metric is made with it, by all that it may be asked by and no more, and its plans are kept.
SELECT bag_eq($$SELECT pronamespace::regnamespace::text, proname::text FROM pg_proc WHERE pronamespace::regnamespace::text IN ('facts', 'sum', 'recorded') AND proconfig @> '{plan_cache_mode=force_generic_plan,enable_nestloop=off,enable_sort=off}'$$,
  $$SELECT s, m.code::text FROM metric m, unnest(ARRAY['facts', 'sum', 'recorded']) s$$, 'each metric has its functions');
SELECT is(pg_temp.outcome($$SELECT * FROM metric.sums('hubs', '{1996-09-01}', '{1997-08-31}', NULL, '{hub+category}', true)$$), 'P0001', 'what is not summed is no empty answer');

-- Ratings: fewer than five more do not show in a difference.
SET LOCAL session_replication_role = replica;
INSERT INTO booking (id, session_id, person_id, status, attended) SELECT pg_temp.id(100 + n), pg_temp.id(34), pg_temp.id(100 + n), 'confirmed', true FROM generate_series(1, 10) n;
INSERT INTO feedback (booking_id, session_id, rating) SELECT pg_temp.id(100 + n), pg_temp.id(34), 5 FROM generate_series(1, 6) n;
SET LOCAL session_replication_role = origin;
SELECT is(pg_temp.outcome($$SELECT make_release('1997-98', 'Test', pg_temp.id(81))$$), 'accepted', 'seven ratings');
SELECT is(pg_temp.released('toolkit_rated_highly', '{}', NULL, '1997-98'), '=85.7 of 6/7', 'are published');
SET LOCAL session_replication_role = replica;
INSERT INTO feedback (booking_id, session_id, rating) VALUES (pg_temp.id(107), pg_temp.id(34), 1);
SET LOCAL session_replication_role = origin;
SELECT is(pg_temp.outcome($$SELECT make_release('1997-98', 'Test', pg_temp.id(82))$$), 'accepted', 'one more');
SELECT is(pg_temp.released('toolkit_rated_highly', '{}', NULL, '1997-98'), '=85.7 of 6/7', 'does not change what is published');

-- A definition says the same as long as it has the same version.
SELECT is(pg_temp.outcome($$CALL metric.define('hubs', 'SELECT 1')$$), 'P0001', 'another SQL needs another version');
SELECT is(pg_temp.outcome('UPDATE metric_definition SET sql = ''x'''), 'SC409 record-immutable', 'what was said stays');

SELECT finish();
ROLLBACK;
