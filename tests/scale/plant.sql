-- An Alliance of some size, by its share of the whole (plant.share, 1 to 100 hundredths): 1,200 Hubs, 20,000 organisations, 100,000
-- members, 50,000 events, 200,000 attendances, 1,000,000 versions of rows; what belongs to a Hub or a meeting is as much at any size.
-- plant.hubs, where it is set: so many Hubs instead. Without the rules that are for what people write.
SET session_replication_role = replica;
SET work_mem = '64MB';
CREATE FUNCTION pg_temp.many(whole int) RETURNS int LANGUAGE sql IMMUTABLE RETURN whole * current_setting('plant.share')::int / 100;
CREATE FUNCTION pg_temp.n(whole int) RETURNS SETOF int LANGUAGE sql RETURN generate_series(1, pg_temp.many(whole));
CREATE FUNCTION pg_temp.hubs() RETURNS int LANGUAGE sql IMMUTABLE
RETURN coalesce(nullif(current_setting('plant.hubs', true), '')::int, pg_temp.many(1200));
CREATE FUNCTION pg_temp.uid(kind text, i int) RETURNS uuid LANGUAGE sql IMMUTABLE RETURN md5(kind || i)::uuid;
CREATE FUNCTION pg_temp.pick(i int, words text[]) RETURNS text LANGUAGE sql IMMUTABLE RETURN words[1 + i % cardinality(words)];
CREATE FUNCTION pg_temp.day(i int) RETURNS date LANGUAGE sql IMMUTABLE RETURN date '2014-09-01' + (i::bigint * 37 % 4500)::int;
CREATE FUNCTION pg_temp.nation(i int) RETURNS text LANGUAGE sql IMMUTABLE
RETURN pg_temp.pick(i, '{GB-ENG,GB-NIR,GB-SCT,GB-WLS}')::text;
CREATE FUNCTION pg_temp.name(i int) RETURNS text LANGUAGE sql IMMUTABLE RETURN
  pg_temp.pick(i, '{King''s College,St Mary''s School,North-East Trust,Stoke-on-Trent Council,School of Well-being}')
    || ' ' || md5(i::text);
-- The planted Hubs, groups, organisations and courses count on from a million, above what an installation begins with.
CREATE FUNCTION pg_temp.hub(i int) RETURNS bigint LANGUAGE sql IMMUTABLE RETURN 1000001 + i % pg_temp.hubs();
CREATE FUNCTION pg_temp.group(i int) RETURNS bigint LANGUAGE sql STABLE
RETURN coalesce(1000000 + nullif(i % (1 + pg_temp.many(100)), 0), (SELECT id FROM scip.alliance_group WHERE slug = 'board'));
CREATE FUNCTION pg_temp.organisation(i int) RETURNS bigint LANGUAGE sql IMMUTABLE RETURN 1000001 + i % pg_temp.many(20000);
CREATE FUNCTION pg_temp.person(i int) RETURNS uuid LANGUAGE sql IMMUTABLE RETURN pg_temp.uid('person', 1 + i % pg_temp.many(90000));
CREATE FUNCTION pg_temp.meeting(i int) RETURNS uuid LANGUAGE sql IMMUTABLE RETURN pg_temp.uid('meeting', 1 + i % pg_temp.many(20000));
-- Which of its Hub's own it is: what differs by that differs within each Hub, at any size.
CREATE FUNCTION pg_temp.nth(i int) RETURNS int LANGUAGE sql IMMUTABLE RETURN i / pg_temp.hubs();

INSERT INTO scip.organisation (id, slug, name, nation, sources, confidence) OVERRIDING SYSTEM VALUE
SELECT 1000000 + i, 'organisation-' || i, pg_temp.name(i), pg_temp.nation(i), '{x}', 'high' FROM pg_temp.n(20000) i;
INSERT INTO scip.alliance_group (id, slug, name, kind, status, sources, confidence) OVERRIDING SYSTEM VALUE
SELECT pg_temp.group(i), 'group-' || i, 'Group ' || i, b.kind, b.status, b.sources, b.confidence
FROM pg_temp.n(100) i, scip.alliance_group b WHERE b.slug = 'board';
INSERT INTO scip.hub (id, slug, name, nations, launched_on, sources, confidence) OVERRIDING SYSTEM VALUE
SELECT 1000000 + i, 'hub-' || i, 'Hub of ' || pg_temp.name(i), ARRAY[pg_temp.nation(i)], '2015', '{x}', 'high'
FROM generate_series(1, pg_temp.hubs()) i;
INSERT INTO scip.organisation_name (organisation_id, name, kind) SELECT pg_temp.organisation(i), 'Alias ' || pg_temp.name(i),
    'former' FROM pg_temp.n(4000) i;
INSERT INTO scip.organisation_sector (organisation_id, sector) SELECT pg_temp.organisation(i),
    pg_temp.pick(i, '{he,charity,government}') FROM pg_temp.n(20000) i;
INSERT INTO scip.organisation_identifier (organisation_id, identifier) SELECT pg_temp.organisation(i),
    'GB-COH-' || lpad(i::text, 8, '0') FROM pg_temp.n(5000) i;
INSERT INTO scip.organisation_partnership (organisation_id, role, starts) SELECT pg_temp.organisation(i * 7), 'host',
    '2015' FROM pg_temp.n(2000) i;
INSERT INTO scip.hub_name (hub_id, kind, name) SELECT pg_temp.hub(i), 'former', 'Once ' || pg_temp.name(i) FROM pg_temp.n(600) i;
INSERT INTO scip.hub_status (hub_id, status, starts, ends) SELECT pg_temp.hub(i), 'active', '2015-09',
    CASE WHEN i % 7 = 0 THEN '2024-03' END FROM generate_series(1, pg_temp.hubs()) i;
INSERT INTO scip.hub_status (hub_id, status, starts) SELECT pg_temp.hub(i), 'paused', '2024-03'
FROM generate_series(1, pg_temp.hubs()) i WHERE i % 7 = 0;
INSERT INTO scip.hub_region (hub_id, region_id) SELECT pg_temp.hub(i), r.id
FROM generate_series(1, pg_temp.hubs()) i JOIN (SELECT id, row_number() OVER (ORDER BY id) AS n,
    count(*) OVER () AS many FROM scip.region) r ON r.n = 1 + i % many;
INSERT INTO scip.hub_lead (hub_id, organisation_id, evidence_kind, period, sources, confidence)
SELECT pg_temp.hub(i), pg_temp.organisation(i * 7), 'dated', daterange('2016-09-01', NULL), '{x}', 'high'
FROM generate_series(1, pg_temp.hubs()) i;
INSERT INTO scip.hub_pathway (hub_id, step) SELECT pg_temp.hub(i), s.code
FROM generate_series(1, pg_temp.hubs()) i, scip.pathway_step s;
INSERT INTO scip.hub_invitation (hub_id, sector, name, invited_on) SELECT pg_temp.hub(i), 'he', pg_temp.name(i),
    pg_temp.day(i) FROM pg_temp.n(12000) i;
INSERT INTO scip.hub_application (organisation_id, slug, name, status) SELECT pg_temp.organisation(i), 'new-' || i, pg_temp.name(i),
    'draft' FROM pg_temp.n(2000) i;

INSERT INTO scip.account (id, issuer, subject, label) SELECT pg_temp.uid('account', i),
    CASE WHEN i % 5 = 0 THEN 'self' ELSE 'https://id.example' END,
  'planted-' || i, pg_temp.name(i) FROM pg_temp.n(10000) i;
INSERT INTO scip.account_role (account_id, role, hub_id) SELECT pg_temp.uid('account', i), 'hub_lead',
    pg_temp.hub(i) FROM pg_temp.n(10000) i;
INSERT INTO scip.unknown_account (issuer, subject) SELECT 'https://id.example', 'unknown-' || i FROM pg_temp.n(100) i;
INSERT INTO scip.person (id, name) SELECT pg_temp.uid('person', i), 'Person ' || i FROM pg_temp.n(90000) i;
INSERT INTO scip.hub_membership (id, hub_id, person_id, organisation_id, sector, starts, ends)
SELECT pg_temp.uid('member', i), pg_temp.hub(i + i / pg_temp.many(90000)), pg_temp.person(i), pg_temp.organisation(i),
       pg_temp.pick(pg_temp.nth(i), '{he,fe,school_sector,charity,government}'), pg_temp.day(i),
       CASE WHEN pg_temp.nth(i) % 4 = 0 THEN pg_temp.day(i) + 400 END
FROM pg_temp.n(100000) i;
INSERT INTO scip.personal_read (person_id, account_id, at) SELECT pg_temp.person(i), pg_temp.uid('account', 1 + i % 100),
    pg_temp.day(i) FROM pg_temp.n(50000) i;
INSERT INTO scip.erasure (person_id, at) SELECT pg_temp.person(i), pg_temp.day(i) FROM pg_temp.n(500) i;
INSERT INTO scip.objection (person_id, received_on, purpose, created_at) SELECT pg_temp.person(i), pg_temp.day(i), 'x',
    pg_temp.day(i) FROM pg_temp.n(500) i;
INSERT INTO scip.redaction ("table", record, "column", words, reason, href, hub_id, at, decision, decided_at, digest)
SELECT 'activity', pg_temp.uid('activity', i), 'title', 1, 'x', '/v1/x', pg_temp.hub(i), pg_temp.day(i), 'removed', now(),
       '\x00' FROM pg_temp.n(500) i;
INSERT INTO scip.correction (record, operation, reason, hub_id, created_at) SELECT '/v1/activities/' || i, 'patchHubActivity', 'x',
    pg_temp.hub(i), pg_temp.day(i)
FROM pg_temp.n(12000) i;

INSERT INTO scip.programme (slug, name, sources, confidence) SELECT 'programme-' || i, 'Programme ' || i, '{x}', 'high'
FROM generate_series(0, 4) i;
INSERT INTO scip.event (slug, title, title_source, kind, starts, venue, town, nation, hub_id, organiser_id, status, sources, confidence)
SELECT 'event-' || i, pg_temp.name(i), 'published', pg_temp.pick(i, '{conference,workshop,outreach,training}'),
       CASE WHEN i % 97 > 0 THEN left(pg_temp.day(i)::text, CASE WHEN i % 53 > 0 THEN 10 ELSE 7 END) END, 'Hall ' || i % 300,
       pg_temp.pick(i, '{York,Cardiff,Belfast}'), pg_temp.nation(i), CASE WHEN pg_temp.nth(i) % 11 < 10 THEN pg_temp.hub(i) END,
       pg_temp.organisation(i),
       CASE WHEN i % 20 = 0 THEN 'cancelled' WHEN i % 500 = 1 THEN 'draft' WHEN i % 100 = 3 THEN 'published' ELSE 'held' END, '{x}', 'high'
FROM pg_temp.n(50000) i;
INSERT INTO scip.event_outreach (event_id, interventions, young_people) SELECT id, 1 + id % 9, id % 40
FROM scip.event WHERE slug ~ '^event-\d+$' AND kind = 'outreach';
INSERT INTO scip.news (slug, title, title_source, kind, published_on, publisher, sources, confidence)
SELECT 'news-' || i, pg_temp.name(i), 'page', pg_temp.pick(i, '{news,views,partner_press}'), pg_temp.day(i)::text, 'SCiP', '{x}',
       'high' FROM pg_temp.n(20000) i;
INSERT INTO scip.document (slug, title, kind, published_on, year, language, file_format, sources, confidence)
SELECT 'document-' || i, pg_temp.name(i), pg_temp.pick(i, '{report,guide,briefing}'), pg_temp.day(i)::text, extract(year FROM pg_temp.day(i)),
       'en', 'pdf', '{x}', 'high'
FROM pg_temp.n(1000) i;
INSERT INTO scip.resource (slug, title, kind, published_on, language, file_format, phases, nations, sources, confidence)
SELECT 'resource-' || i, pg_temp.name(i), pg_temp.pick(i, '{animation,film,guide}'), pg_temp.day(i)::text, 'en', 'pdf', '{primary}',
       ARRAY[pg_temp.nation(i)]::text[], '{x}', 'high'
FROM pg_temp.n(1000) i;
INSERT INTO scip.branding (slug, title, title_cy, usage, usage_cy) SELECT 'branding-' || i, 'x', 'x', 'x', 'x' FROM generate_series(1, 20) i;
INSERT INTO scip.policy_contribution (slug, title, kind, body, published_on, sources, confidence)
SELECT 'policy-' || i, pg_temp.name(i), pg_temp.pick(i, '{consultation_response,inquiry_evidence,context}'), 'Parliament',
       pg_temp.day(i)::text, '{x}', 'high' FROM pg_temp.n(2000) i;
INSERT INTO scip.headline_figure (slug, version, metric, kind, title, period_text, value, unit, qualifier, sources, confidence)
SELECT 'figure-' || i, 1, 'hubs', 'alliance', 'x', '2023-24', i, 'hubs', 'exact', '{x}', 'high' FROM generate_series(1, 8) i;
INSERT INTO scip.historical_total (metric, period, hub_id, value, sources)
SELECT m.code, '2019-20', pg_temp.hub(i), i, '{x}'
FROM generate_series(1, pg_temp.hubs()) i, (SELECT code FROM scip.historical_metric ORDER BY code LIMIT 3) m;

INSERT INTO scip.meeting (id, hub_id, title, starts_at, status)
SELECT pg_temp.uid('meeting', i), pg_temp.hub(i), 'Meeting ' || i, pg_temp.day(i) + time '10:00',
       pg_temp.pick(pg_temp.nth(i), '{held,cancelled,held,planned}')
FROM pg_temp.n(20000) i;
INSERT INTO scip.meeting (group_id, title, starts_at, status)
SELECT pg_temp.group(i), 'Meeting of a group ' || i, pg_temp.day(i) + time '10:00', 'held' FROM pg_temp.n(3000) i;
INSERT INTO scip.attendance (meeting_id, person_id, status)
SELECT pg_temp.meeting(i), pg_temp.person(i * 13 + i / 2000),
       pg_temp.pick(i, '{present,present,apologies}') FROM pg_temp.n(200000) i ON CONFLICT DO NOTHING;
INSERT INTO scip.agenda_item (meeting_id, ordinal, title) SELECT pg_temp.meeting(i), 1 + i / 20000, 'Item ' || i FROM pg_temp.n(20000) i;
INSERT INTO scip.resolution (meeting_id, text) SELECT pg_temp.meeting(i), 'x' FROM pg_temp.n(20000) i;
INSERT INTO scip.project (id, slug, hub_id, name, aims) OVERRIDING SYSTEM VALUE
SELECT 1000000 + i, 'project-' || i, pg_temp.hub(i), 'Project of ' || pg_temp.name(i), 'x' FROM pg_temp.n(5000) i;
INSERT INTO scip.project_hub SELECT 1000000 + i, pg_temp.hub(i + k) FROM pg_temp.n(5000) i, generate_series(0, 1) k;
INSERT INTO scip.project_organisation SELECT 1000000 + i, pg_temp.organisation(i) FROM pg_temp.n(5000) i;
INSERT INTO scip.action (meeting_id, project_id, hub_id, text, owner_id, due_on, done_on)
SELECT pg_temp.meeting(i), CASE WHEN i % 2 = 0 THEN 1000001 + i % pg_temp.many(5000) END, pg_temp.hub(1 + i % pg_temp.many(20000)), 'x',
       pg_temp.person(i), pg_temp.day(i), CASE WHEN pg_temp.nth(i) % 3 > 0 THEN pg_temp.day(i) END
FROM pg_temp.n(20000) i;
INSERT INTO scip.minutes (meeting_id, number, status, text, approved_at, shared_at)
SELECT pg_temp.meeting(i), 1, 'shared', 'x', pg_temp.day(i), pg_temp.day(i) FROM pg_temp.n(20000) i;
INSERT INTO scip.activity (hub_id, kind, held_on, title, membership_id, programme, interventions, young_people)
SELECT pg_temp.hub(i), k, pg_temp.day(i), 'Activity ' || i, CASE k WHEN 'member_because_of_hub' THEN pg_temp.uid('member', i) END,
       CASE k WHEN 'outreach' THEN 'programme-' || i % 5 END, CASE k WHEN 'outreach' THEN i % 5 END, CASE k WHEN 'outreach' THEN i % 30 END
FROM pg_temp.n(30000) i, pg_temp.pick(pg_temp.nth(i), '{hub_led,outreach,member_because_of_hub}') k;
INSERT INTO scip.hub_review (hub_id, reviewed_on, note) SELECT pg_temp.hub(i), pg_temp.day(i), 'x' FROM pg_temp.n(5000) i;
INSERT INTO scip.quarterly_update (hub_id, quarter, status, nil_return, practice, submitted_at)
SELECT pg_temp.hub(i), q.name, 'submitted', i % 13 = 0, CASE WHEN i % 13 > 0 THEN repeat('Members met and planned. ', 25) END,
       scip.quarter_end(q.name) + i % 40
FROM (SELECT scip.quarter(d::date) AS name, extract(year FROM d)::int AS year
      FROM generate_series(timestamp '2020-09-01', '2026-08-01', '3 months') d) q,
     generate_series(1, pg_temp.hubs()) i
WHERE (i + q.year) % 8 > 0;
INSERT INTO scip.hub_evaluation (hub_id, year, status, submitted_at, accepted_at)
SELECT pg_temp.hub(i), scip.academic_year(make_date(y, 9, 1)), 'accepted', make_date(y + 1, 10, 1), make_date(y + 1, 11, 1)
FROM generate_series(2022, 2024) y, generate_series(1, pg_temp.hubs()) i;
INSERT INTO scip.hub_evaluation_figure (evaluation_id, metric, derived, value, reason)
SELECT e.id, m.metric, 2, 2, CASE WHEN (e.hub_id + m.ordinal) % 8 = 0 THEN 'Counted again' END
FROM scip.hub_evaluation e, scip.evaluation_metric m;
INSERT INTO scip.message (id, direction, group_id, title, text, sent_on, created_at)
SELECT pg_temp.uid('message', i), 'to_hubs', (SELECT id FROM scip.alliance_group WHERE slug = 'board'), 'Message ' || i, 'x',
       pg_temp.day(i), pg_temp.day(i)
FROM generate_series(1, 240) i;
INSERT INTO scip.message_relay (message_id, hub_id, relayed_on) SELECT pg_temp.uid('message', i), pg_temp.hub(h), pg_temp.day(i) + h % 60
FROM generate_series(1, 240) i, generate_series(1, pg_temp.hubs()) h WHERE (i + h) % 16 = 0;
INSERT INTO scip.message (direction, group_id, hub_id, kind, title, text, sent_on, created_at)
SELECT 'from_hub', pg_temp.group(i), pg_temp.hub(i), pg_temp.pick(pg_temp.nth(i), '{idea,practice}'),
       'Message ' || i, 'x', pg_temp.day(i), pg_temp.day(i)
FROM pg_temp.n(20000) i;
INSERT INTO scip.course (id, slug, name, sources, confidence) OVERRIDING SYSTEM VALUE
SELECT 1000000 + i, 'course-' || i, pg_temp.name(i), '{x}', 'high' FROM pg_temp.n(300) i;
INSERT INTO scip.training_session (id, course_id, hub_id, starts_at, ends_at, capacity, status)
SELECT pg_temp.uid('session', i), 1000001 + i % pg_temp.many(300), CASE WHEN pg_temp.nth(i) % 5 < 4 THEN pg_temp.hub(i) END,
       pg_temp.day(i) + time '10:00', pg_temp.day(i) + time '12:00', 20,
       CASE WHEN i % 100 = 0 THEN 'draft' WHEN i % 100 = 1 THEN 'published' WHEN i % 10 = 2 THEN 'cancelled' ELSE 'held' END
FROM pg_temp.n(10000) i;
INSERT INTO scip.booking (id, session_id, person_id, status, attended)
SELECT pg_temp.uid('booking', i), pg_temp.uid('session', 1 + i % pg_temp.many(10000)), pg_temp.person(i * 7), 'confirmed', i % 6 > 0
FROM pg_temp.n(40000) i;
INSERT INTO scip.feedback (booking_id, rating, comment, comment_cleared, given_at, session_id)
SELECT pg_temp.uid('booking', i), 1 + i % 5, 'x', i % 4 = 0, pg_temp.day(i), pg_temp.uid('session', 1 + i % pg_temp.many(10000))
FROM pg_temp.n(40000) i WHERE i % 2 = 0 AND i % 6 > 0;
INSERT INTO scip.self_assessment (organisation_id, principle_id, stage, assessed_on)
SELECT pg_temp.organisation(i), p.id, pg_temp.pick(i + p.ordinal, '{emerging,developing,embedding}'), pg_temp.day(i)
FROM pg_temp.n(4000) i, scip.toolkit_principle p;
-- twenty by each of the transactions that an installation began with, and those after them
INSERT INTO scip.change (xid, kind, key, op, audience)
SELECT (3 + i / 20)::text::xid8, 'event', 'event-' || i, 'changed', '{public}' FROM pg_temp.n(100000) i;

-- Versions of these rows, each from half a year after the one before it, some of the earlier ones different.
CREATE FUNCTION pg_temp.remember(t text, versions int, before jsonb, personal text[]) RETURNS void LANGUAGE plpgsql AS $plant$
BEGIN
  DELETE FROM scip.history WHERE "table" = t;
  personal := personal || ARRAY(SELECT attname::text FROM pg_attribute WHERE attrelid = format('scip.%I', t)::regclass
                                AND attgenerated <> '');
  EXECUTE format($$INSERT INTO scip.history ("table", record, row, at, until)
    SELECT %1$L, k.record, to_jsonb(r) - %5$L::text[]
             || CASE WHEN v < %2$s AND hashtext(k.record || v) %% 5 = 0 THEN %3$L ELSE '{}' END::jsonb,
           CASE WHEN v > 1 THEN b.begun + (v - 1) * interval '180 days' ELSE '2024-01-01' END,
           CASE WHEN v < %2$s THEN b.begun + v * interval '180 days' ELSE 'infinity' END
    FROM generate_series(1, %2$s) v, scip.%1$I r, concat_ws('', %4$s) k (record),
         LATERAL (SELECT timestamptz '2024-01-01' + (hashtext(k.record) & 1023) * interval '4 hours' AS begun) b
    ORDER BY v, b.begun$$, t, versions, before, scip.record_key(t), personal);
END $plant$;
SELECT pg_temp.remember(t, versions, before::jsonb, personal::text[])
FROM (VALUES ('hub', 3, '{"nations": ["GB-WLS"]}', '{}'), ('hub_status', 2, '{"ends": null}', '{}'), ('hub_lead', 2, '{}', '{}'),
  ('hub_membership', 2, '{"sector": "he", "ends": "2025-01-01"}', '{}'), ('person', 1, '{}', '{name,email}'),
  ('organisation', 2, '{}', '{}'), ('activity', 2, '{"held_on": "2024-12-12"}', '{}'), ('meeting', 2, '{"status": "planned"}', '{}'),
  ('attendance', 1, '{}', '{}'), ('event', 3, '{"status": "published"}', '{}'), ('event_outreach', 2, '{"young_people": 3}', '{}'),
  ('programme', 1, '{}', '{}'), ('course', 1, '{}', '{}'), ('training_session', 2, '{"status": "published"}', '{}'),
  ('booking', 2, '{"attended": null}', '{feedback_sha256}'), ('feedback', 1, '{}', '{comment}'),
  ('quarterly_update', 2, '{"status": "draft"}', '{}'), ('message', 2, '{}', '{}'), ('message_relay', 1, '{}', '{}'),
  ('policy_contribution', 2, '{"kind": "context"}', '{}'), ('hub_evaluation', 2, '{"status": "submitted"}', '{}'),
  ('hub_evaluation_figure', 1, '{}', '{}'), ('self_assessment', 2, '{"stage": "emerging"}', '{}'), ('historical_total', 1, '{}', '{}'),
  ('quarter_deadline', 1, '{}', '{}')) v (t, versions, before, personal) \g /dev/null
UPDATE scip.history_start SET at = '2023-12-31';
SET session_replication_role = origin;
SELECT set_config('scip.roles', '{central}', false), scip.make_release('2023-24', 'Planted', gen_random_uuid()) \g /dev/null
VACUUM (ANALYZE);
