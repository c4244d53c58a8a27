-- Everything that figures are made of, as much of it as scale.size says (1: the Alliance grown a hundredfold) and as many Hubs as scale.hubs; and
-- what it was before: of each record its versions, some of them different. Without the rules that are for what people write.
SET session_replication_role = replica;
CREATE FUNCTION pg_temp.many(most int) RETURNS int LANGUAGE sql RETURN ceil(most * current_setting('scale.size')::numeric)::int;
CREATE FUNCTION pg_temp.hubs() RETURNS int LANGUAGE sql RETURN current_setting('scale.hubs')::int;
CREATE FUNCTION pg_temp.numbers(most int) RETURNS SETOF int LANGUAGE sql AS $$ SELECT generate_series(1, pg_temp.many(most)) $$;
CREATE FUNCTION pg_temp.id(kind text, n int) RETURNS uuid LANGUAGE sql IMMUTABLE RETURN md5(kind || n)::uuid;
INSERT INTO scip.organisation (slug, name, nation, sources, confidence)
SELECT 'org-' || i, 'Organisation ' || i, 'GB-ENG', '{x}', 'high' FROM pg_temp.numbers(20000) i;
INSERT INTO scip.hub (slug, name, nations, launched, sources, confidence)
SELECT 'hub-' || i, 'Hub ' || i, ARRAY[(ARRAY['GB-ENG', 'GB-NIR', 'GB-SCT', 'GB-WLS'])[1 + i % 4]::scip.nation], '2015', '{x}', 'high'
FROM generate_series(1, pg_temp.hubs()) i;
CREATE TEMP TABLE hubs AS SELECT id, row_number() OVER (ORDER BY id)::int - 1 AS n FROM scip.hub WHERE slug ~ '^hub-[0-9]';
CREATE TEMP TABLE orgs AS SELECT id, row_number() OVER (ORDER BY id)::int - 1 AS n FROM scip.organisation WHERE slug ~ '^org-[0-9]';
ANALYZE hubs; ANALYZE orgs;
INSERT INTO scip.hub_status (hub_id, status, starts, ends) SELECT id, 'active', '2015-09', CASE n % 7 WHEN 0 THEN '2024-03' END FROM hubs;
INSERT INTO scip.hub_status (hub_id, status, starts) SELECT id, 'paused', '2024-03' FROM hubs WHERE n % 7 = 0;
INSERT INTO scip.hub_lead (hub_id, organisation_id, standing, period, sources, confidence)
SELECT h.id, o.id, 'dated', '[2016-09-01,)', '{x}', 'high' FROM hubs h JOIN orgs o ON o.n = h.n;
INSERT INTO scip.person (id, name) SELECT pg_temp.id('p', i), 'Person ' || i FROM pg_temp.numbers(90000) i;
INSERT INTO scip.hub_membership (id, hub_id, person_id, organisation_id, sector, starts, ends)
SELECT pg_temp.id('m', i), h.id, pg_temp.id('p', i % pg_temp.many(90000)), o.id, (ARRAY['he', 'fe', 'charity'])[1 + i % 3], d, CASE i % 4 WHEN 0 THEN d + 400 END
FROM pg_temp.numbers(100000) i CROSS JOIN LATERAL (SELECT date '2018-09-01' + i % 2500 AS d) d
JOIN hubs h ON h.n = (i + i / pg_temp.many(90000)) % pg_temp.hubs() JOIN orgs o ON o.n = i % pg_temp.many(20000) ON CONFLICT DO NOTHING;
INSERT INTO scip.programme (slug, name, sources, confidence) SELECT 'programme-' || i, 'Programme ' || i, '{x}', 'high' FROM generate_series(0, 4) i;
INSERT INTO scip.event (slug, title, title_source, kind, starts, nation, hub_id, status, sources, confidence)
SELECT 'event-' || i, 'Event ' || i, 'published', (ARRAY['conference', 'workshop', 'outreach'])[1 + i % 3],
       CASE WHEN i % 97 > 0 THEN left((date '2013-09-01' + i * 37 % 4700)::text, CASE i % 53 WHEN 0 THEN 7 ELSE 10 END) END, 'GB-ENG',
       CASE WHEN i % 11 > 0 THEN h.id END, (ARRAY['cancelled', 'draft', 'held', 'held', 'held', 'held', 'published'])[1 + i % 7], '{x}', 'high'
FROM pg_temp.numbers(50000) i JOIN hubs h ON h.n = i % pg_temp.hubs();
INSERT INTO scip.event_outreach (event_id, interventions, young_people) SELECT id, 1 + id % 9, id % 40 FROM scip.event WHERE kind = 'outreach' AND slug LIKE 'event-%';
INSERT INTO scip.meeting (id, hub_id, title, starts_at, status)
SELECT pg_temp.id('g', i), h.id, 'Meeting ' || i, timestamptz '2018-09-05 10:00Z' + i % 3000 * interval '1 day', (ARRAY['cancelled', 'held', 'held', 'planned'])[1 + i % 4]
FROM pg_temp.numbers(20000) i JOIN hubs h ON h.n = i % pg_temp.hubs();
INSERT INTO scip.attendance (meeting_id, person_id, state)
SELECT pg_temp.id('g', 1 + i % pg_temp.many(20000)), pg_temp.id('p', i * 13 % pg_temp.many(90000)), (ARRAY['present', 'present', 'apologies'])[1 + i % 3]
FROM pg_temp.numbers(200000) i ON CONFLICT DO NOTHING;
INSERT INTO scip.activity (id, hub_id, kind, held_on, title, membership_id, programme, interventions, young_people)
SELECT pg_temp.id('a', i), m.hub_id, k, date '2018-09-01' + i % 3000, 'Activity ' || i, CASE k WHEN 'member_because_of_hub' THEN m.id END,
       CASE k WHEN 'outreach' THEN 'programme-' || i % 5 END, CASE k WHEN 'outreach' THEN i % 5 END, CASE k WHEN 'outreach' THEN i % 30 END
FROM pg_temp.numbers(30000) i CROSS JOIN LATERAL (SELECT (ARRAY['hub_led', 'outreach', 'member_because_of_hub'])[1 + i % 3] AS k) k
JOIN scip.hub_membership m ON m.id = pg_temp.id('m', i);
INSERT INTO scip.course (slug, name, sources, confidence) SELECT 'course-' || i, 'Course ' || i, '{x}', 'high' FROM generate_series(0, 9) i;
INSERT INTO scip.training_session (id, course_id, hub_id, starts_at, ends_at, capacity, status)
SELECT pg_temp.id('s', i), c.id, CASE WHEN i % 5 > 0 THEN h.id END, t, t + interval '2 hours', 30, (ARRAY['cancelled', 'held', 'held', 'published'])[1 + i % 4]
FROM pg_temp.numbers(5000) i JOIN hubs h ON h.n = i % pg_temp.hubs() JOIN scip.course c ON c.slug = 'course-' || i % 10
CROSS JOIN LATERAL (SELECT timestamptz '2018-09-05 10:00Z' + i % 3000 * interval '1 day' AS t) t;
INSERT INTO scip.booking (id, session_id, person_id, status, attended)
SELECT pg_temp.id('b', i), pg_temp.id('s', 1 + i % pg_temp.many(5000)), pg_temp.id('p', i * 13 % pg_temp.many(90000)), 'confirmed', i % 6 > 0
FROM pg_temp.numbers(50000) i ON CONFLICT DO NOTHING;
INSERT INTO scip.feedback (booking_id, session_id, rating) SELECT id, session_id, 1 + (hashtext(id::text) & 3) FROM scip.booking WHERE attended;
INSERT INTO scip.quarterly_update (id, hub_id, quarter, status, nil_return, submitted_at)
SELECT pg_temp.id('u' || q, h.n), h.id, scip.quarter(q::date), 'submitted', h.n % 13 = 0, scip.quarter_end(scip.quarter(q::date)) + h.n % 40
FROM hubs h, generate_series(timestamp '2019-09-01', '2026-08-01', '3 months') q WHERE (h.n + extract(year FROM q)::int) % 8 > 0;
INSERT INTO scip.message (id, direction, title, text, sent_on)
SELECT pg_temp.id('d', i), 'down', 'Message ' || i, 'Text', date '2018-09-01' + i * 10 % 3000 FROM pg_temp.numbers(300) i;
INSERT INTO scip.message_relay (message_id, hub_id, relayed_on)
SELECT pg_temp.id('d', i), h.id, date '2018-09-01' + i * 10 % 3000 + h.n % 60 FROM pg_temp.numbers(300) i, hubs h WHERE (i + h.n) % 3 = 0;
INSERT INTO scip.message (id, direction, hub_id, kind, title, text, sent_on)
SELECT pg_temp.id('x', i), 'up', h.id, (ARRAY['practice', 'idea'])[1 + i % 2], 'Message ' || i, 'Text', date '2018-09-01' + i % 3000
FROM pg_temp.numbers(20000) i JOIN hubs h ON h.n = i % pg_temp.hubs();
INSERT INTO scip.policy_contribution (slug, title, kind, body, published, sources, confidence)
SELECT 'policy-' || i, 'Evidence ' || i, (ARRAY['evidence', 'context'])[1 + i % 2], 'Parliament', (date '2013-09-01' + i * 41 % 4700)::text, '{x}', 'high'
FROM pg_temp.numbers(20000) i;
INSERT INTO scip.hub_evaluation (id, hub_id, year, status, submitted_at, accepted_at)
SELECT pg_temp.id('e' || y, h.n), h.id, scip.academic_year(make_date(y, 9, 1)), 'accepted', make_date(y + 1, 10, 1), make_date(y + 1, 11, 1)
FROM hubs h, generate_series(2019, 2025) y;
INSERT INTO scip.hub_evaluation_figure (evaluation_id, metric, derived, value, reason)
SELECT e.id, m.metric, 2, 2, CASE hashtext(e.id || m.metric) & 7 WHEN 0 THEN 'Counted again' END FROM scip.hub_evaluation e, scip.evaluation_metric m;
INSERT INTO scip.self_assessment (id, organisation_id, principle_id, stage, assessed_on)
SELECT pg_temp.id('z', i), o.id, p.id, (ARRAY['emerging', 'developing', 'embedding'])[1 + i % 3], date '2018-09-01' + i * 7 % 3000
FROM pg_temp.numbers(20000) i JOIN orgs o ON o.n = i % pg_temp.many(20000) JOIN scip.toolkit_principle p ON p.ordinal = 1 + i % 4;
-- the versions, each from half a year after the one before it
CREATE FUNCTION pg_temp.remember(t text, versions int, before jsonb) RETURNS void LANGUAGE plpgsql AS $plant$
BEGIN
  EXECUTE format($$INSERT INTO scip.history ("table", record, row, at, until)
    SELECT %1$L, k.record, to_jsonb(r) || CASE WHEN v < %2$s AND hashtext(k.record || v) %% 5 = 0 THEN %3$L ELSE '{}' END::jsonb, a.at,
           CASE WHEN v < %2$s THEN a.at + interval '180 days' ELSE 'infinity' END
    FROM generate_series(1, %2$s) v, scip.%1$I r CROSS JOIN LATERAL (SELECT concat_ws('', %4$s) AS record) k
    CROSS JOIN LATERAL (SELECT timestamptz '2024-01-01' + (v - 1) * interval '180 days' + (hashtext(k.record) & 1023) * interval '4 hours' AS at) a
    ORDER BY v, a.at$$, t, versions, before, scip.record_key(t));
END $plant$;
DELETE FROM scip.history WHERE "table" IN (SELECT "table" FROM scip.history_start);
SELECT pg_temp.remember(t, n, before::jsonb) FROM (VALUES ('hub', 3, '{"nations": ["GB-WLS"]}'), ('hub_status', 2, '{"ends": null}'), ('hub_lead', 2, '{}'),
  ('hub_membership', 3, '{"sector": "he", "ends": "2025-01-01"}'), ('organisation', 3, '{}'), ('activity', 2, '{"held_on": "2024-12-12"}'),
  ('meeting', 3, '{"status": "planned"}'), ('attendance', 1, '{}'), ('event', 4, '{"status": "published"}'), ('event_outreach', 2, '{"young_people": 3}'),
  ('programme', 1, '{}'), ('course', 1, '{}'), ('training_session', 2, '{"status": "published"}'), ('booking', 2, '{"attended": null}'),
  ('feedback', 1, '{}'), ('quarterly_update', 2, '{"status": "draft"}'), ('message', 2, '{}'), ('message_relay', 1, '{}'),
  ('policy_contribution', 2, '{"kind": "context"}'), ('hub_evaluation', 2, '{"status": "submitted"}'), ('hub_evaluation_figure', 1, '{}'),
  ('self_assessment', 2, '{"stage": "emerging"}'), ('closed_total', 1, '{}'), ('quarter_deadline', 1, '{}')) v (t, n, before);
UPDATE scip.history_start SET at = '2023-12-31';
SET session_replication_role = origin;
SELECT set_config('scip.roles', '{central}', false);
SELECT scip.make_release('2023-24', 'For the tests', gen_random_uuid());
