-- An Alliance of some size, by its share of the whole (:share, 1 to 100 %): 1,200 Hubs, 20,000 organisations, 100,000 members,
-- 50,000 events, 200,000 attendances, 1,000,000 versions of rows; what belongs to a Hub or a meeting is as much at any size.
SET session_replication_role = replica;
CREATE FUNCTION pg_temp.n(whole int) RETURNS SETOF int LANGUAGE sql RETURN generate_series(1,
    whole * current_setting('plant.share')::int / 100);
CREATE FUNCTION pg_temp.uid(kind text, i int) RETURNS uuid LANGUAGE sql IMMUTABLE RETURN md5(kind || i)::uuid;
CREATE FUNCTION pg_temp.pick(i int, words text[]) RETURNS text LANGUAGE sql IMMUTABLE RETURN words[1 + i % cardinality(words)];
CREATE FUNCTION pg_temp.day(i int) RETURNS date LANGUAGE sql IMMUTABLE RETURN date '2014-09-01' + (i::bigint * 37 % 4500)::int;
CREATE FUNCTION pg_temp.nation(i int) RETURNS scip.nation LANGUAGE sql IMMUTABLE
RETURN pg_temp.pick(i, '{GB-ENG,GB-NIR,GB-SCT,GB-WLS}')::scip.nation;
CREATE FUNCTION pg_temp.name(i int) RETURNS text LANGUAGE sql IMMUTABLE RETURN
  pg_temp.pick(i, '{King''s College,St Mary''s School,North-East Trust,Stoke-on-Trent Council,School of Well-being}')
    || ' ' || md5(i::text);

INSERT INTO scip.organisation (slug, name, nation, sources, confidence)
SELECT 'organisation-' || i, pg_temp.name(i), pg_temp.nation(i), '{x}', 'high' FROM pg_temp.n(20000) i;
INSERT INTO scip.hub (slug, name, nations, launched, sources, confidence)
SELECT 'hub-' || i, 'Hub of ' || pg_temp.name(i), ARRAY[pg_temp.nation(i)], '2015', '{x}', 'high' FROM pg_temp.n(1200) i;
CREATE TEMP TABLE h AS SELECT id, substr(slug, 5)::int - 1 AS i FROM scip.hub WHERE slug ~ '^hub-\d+$';
CREATE TEMP TABLE o AS SELECT id, substr(slug, 14)::int - 1 AS i FROM scip.organisation WHERE slug ~ '^organisation-\d+$';
CREATE INDEX ON h (i);
CREATE INDEX ON o (i);
CREATE FUNCTION pg_temp.hub(i int) RETURNS bigint LANGUAGE plpgsql STABLE AS $$
BEGIN RETURN (SELECT id FROM h WHERE h.i = hub.i % (1200 * current_setting('plant.share')::int / 100)); END $$;
CREATE FUNCTION pg_temp.organisation(i int) RETURNS bigint LANGUAGE plpgsql STABLE AS $$
BEGIN RETURN (SELECT id FROM o WHERE o.i = organisation.i % (20000 * current_setting('plant.share')::int / 100)); END $$;
INSERT INTO scip.organisation_name (organisation_id, name, kind) SELECT pg_temp.organisation(i), 'Alias ' || pg_temp.name(i),
    'former' FROM pg_temp.n(4000) i;
INSERT INTO scip.organisation_category (organisation_id, category) SELECT pg_temp.organisation(i),
    pg_temp.pick(i, '{he,charity,government}') FROM pg_temp.n(20000) i;
INSERT INTO scip.organisation_identifier (organisation_id, identifier) SELECT pg_temp.organisation(i),
    'GB-COH-' || lpad(i::text, 8, '0') FROM pg_temp.n(5000) i;
INSERT INTO scip.organisation_partnership (organisation_id, role, starts) SELECT pg_temp.organisation(i * 7), 'host',
    '2015' FROM pg_temp.n(2000) i;
INSERT INTO scip.hub_name (hub_id, kind, name) SELECT pg_temp.hub(i), 'former', 'Once ' || pg_temp.name(i) FROM pg_temp.n(600) i;
INSERT INTO scip.hub_status (hub_id, status, starts) SELECT pg_temp.hub(i), 'active', '2015-09' FROM pg_temp.n(1200) i;
INSERT INTO scip.hub_region (hub_id, region_id) SELECT pg_temp.hub(i), r.id
FROM pg_temp.n(1200) i JOIN (SELECT id, row_number() OVER (ORDER BY id) AS n,
    count(*) OVER () AS many FROM scip.region) r ON r.n = 1 + i % many;
INSERT INTO scip.hub_lead (hub_id, organisation_id, standing, period, sources, confidence)
SELECT pg_temp.hub(i), pg_temp.organisation(i * 7), 'dated', daterange('2016-09-01', NULL), '{x}', 'high' FROM pg_temp.n(1200) i;
INSERT INTO scip.hub_pathway (hub_id, step) SELECT pg_temp.hub(i), s.code FROM pg_temp.n(1200) i, scip.pathway_step s;
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
CREATE FUNCTION pg_temp.person(i int) RETURNS uuid LANGUAGE sql STABLE
RETURN pg_temp.uid('person', 1 + i % (90000 * current_setting('plant.share')::int / 100));
INSERT INTO scip.hub_membership (hub_id, person_id, organisation_id, sector, starts, ends)
SELECT pg_temp.hub(i + i / (900 * current_setting('plant.share')::int)), pg_temp.person(i), pg_temp.organisation(i),
       pg_temp.pick(i, '{he,fe,school_sector,charity,government}'), pg_temp.day(i),
  CASE WHEN i % 4 = 0 THEN pg_temp.day(i) + 400 END FROM pg_temp.n(100000) i;
INSERT INTO scip.personal_read (person_id, account_id, at) SELECT pg_temp.person(i), pg_temp.uid('account', 1 + i % 100),
    pg_temp.day(i) FROM pg_temp.n(50000) i;
INSERT INTO scip.erasure (person_id, at) SELECT pg_temp.person(i), pg_temp.day(i) FROM pg_temp.n(500) i;
INSERT INTO scip.objection (person_id, received_on, purpose, created_at) SELECT pg_temp.person(i), pg_temp.day(i), 'x',
    pg_temp.day(i) FROM pg_temp.n(500) i;
INSERT INTO scip.redaction ("table", record, "column", words, reason, href, hub_id, at, decision, decided_at, digest)
SELECT 'activity', pg_temp.uid('activity', i), 'title', 1, 'x', '/v1/x', pg_temp.hub(i), pg_temp.day(i), 'removed', now(),
       '\x00' FROM pg_temp.n(500) i;
INSERT INTO scip.correction (record, operation, reason, hub_id, created_at) SELECT '/v1/activities/' || i, 'patchActivity', 'x',
    pg_temp.hub(i), pg_temp.day(i)
FROM pg_temp.n(12000) i;

INSERT INTO scip.event (slug, title, title_source, kind, starts, venue, town, nation, hub_id, organiser_id, status, sources, confidence)
SELECT 'event-' || i, pg_temp.name(i), 'published', pg_temp.pick(i, '{conference,workshop,outreach,training}'), pg_temp.day(i)::text,
       'Hall ' || i % 300,
  pg_temp.pick(i, '{York,Cardiff,Belfast}'), pg_temp.nation(i), pg_temp.hub(i), pg_temp.organisation(i),
  CASE WHEN i % 20 = 0 THEN 'cancelled' WHEN i % 500 = 1 THEN 'draft' WHEN i % 100 = 3 THEN 'published' ELSE 'held' END, '{x}',
      'high' FROM pg_temp.n(50000) i;
INSERT INTO scip.event_outreach (event_id, interventions, young_people) SELECT id, 1,
    10 FROM scip.event WHERE slug ~ '^event-\d+$' AND id % 5 = 0;
INSERT INTO scip.news (slug, title, title_source, section, published, publisher, sources, confidence)
SELECT 'news-' || i, pg_temp.name(i), 'page', pg_temp.pick(i, '{news,views,partner_press}'), pg_temp.day(i)::text, 'SCiP', '{x}',
       'high' FROM pg_temp.n(20000) i;
INSERT INTO scip.document (slug, title, kind, published, year, language, format, sources, confidence)
SELECT 'document-' || i, pg_temp.name(i), pg_temp.pick(i, '{report,guide,paper}'), pg_temp.day(i)::text, extract(year FROM pg_temp.day(i)),
       'en', 'pdf', '{x}', 'high'
FROM pg_temp.n(1000) i;
INSERT INTO scip.resource (slug, title, kind, published, language, format, phases, nations, sources, confidence)
SELECT 'resource-' || i, pg_temp.name(i), pg_temp.pick(i, '{lesson,video,guide}'), pg_temp.day(i)::text, 'en', 'pdf', '{primary}',
       ARRAY[pg_temp.nation(i)]::text[], '{x}', 'high'
FROM pg_temp.n(1000) i;
INSERT INTO scip.policy_contribution (slug, title, kind, published, sources, confidence)
SELECT 'policy-' || i, pg_temp.name(i), pg_temp.pick(i, '{consultation,evidence}'), pg_temp.day(i)::text, '{x}',
       'high' FROM pg_temp.n(2000) i;
INSERT INTO scip.headline_figure (slug, version, metric, scope, label, period_text, value, unit, qualifier, sources, confidence)
SELECT 'figure-' || i, 1, 'hubs', 'alliance', 'x', '2023-24', i, 'x', 'exact', '{x}', 'high' FROM pg_temp.n(2000) i;
INSERT INTO scip.closed_total (metric, period, hub_id, value, sources)
SELECT m.code, '2019-20', pg_temp.hub(i), i, '{x}' FROM pg_temp.n(1200) i, (SELECT code FROM scip.closed_metric ORDER BY code LIMIT 3) m;

INSERT INTO scip.meeting (id, hub_id, title, starts_at, status)
SELECT pg_temp.uid('meeting', i), pg_temp.hub(i), 'Meeting ' || i, pg_temp.day(i) + time '10:00', 'held' FROM pg_temp.n(20000) i;
INSERT INTO scip.meeting (group_id, title, starts_at, status)
SELECT (SELECT id FROM scip.alliance_group WHERE slug = 'board'), 'Board ' || i, pg_temp.day(i) + time '10:00',
       'held' FROM pg_temp.n(3000) i;
CREATE FUNCTION pg_temp.meeting(i int) RETURNS uuid LANGUAGE sql STABLE
RETURN pg_temp.uid('meeting', 1 + i % (20000 * current_setting('plant.share')::int / 100));
INSERT INTO scip.attendance (meeting_id, person_id, state)
SELECT pg_temp.meeting(i), pg_temp.person(i * 13 + i / 2000),
       pg_temp.pick(i, '{present,present,apologies}') FROM pg_temp.n(200000) i ON CONFLICT DO NOTHING;
INSERT INTO scip.agenda_item (meeting_id, ordinal, title) SELECT pg_temp.meeting(i), 1 + i / 20000, 'Item ' || i FROM pg_temp.n(20000) i;
INSERT INTO scip.resolution (meeting_id, text) SELECT pg_temp.meeting(i), 'x' FROM pg_temp.n(20000) i;
INSERT INTO scip.action (meeting_id, text, due_on) SELECT pg_temp.meeting(i), 'x', pg_temp.day(i) FROM pg_temp.n(20000) i;
INSERT INTO scip.minutes (meeting_id, number, status, text, approved_at, shared_at)
SELECT pg_temp.meeting(i), 1, 'shared', 'x', pg_temp.day(i), pg_temp.day(i) FROM pg_temp.n(20000) i;
INSERT INTO scip.activity (hub_id, kind, held_on, title) SELECT pg_temp.hub(i), 'hub_led', pg_temp.day(i),
    'Activity ' || i FROM pg_temp.n(30000) i;
INSERT INTO scip.hub_review (hub_id, reviewed_on, note) SELECT pg_temp.hub(i), pg_temp.day(i), 'x' FROM pg_temp.n(5000) i;
INSERT INTO scip.quarterly_update (hub_id, quarter, status, submitted_at)
SELECT pg_temp.hub(i), format('20%s-%s-Q%s', y, y + 1, q), 'submitted', now() FROM pg_temp.n(1200) i, generate_series(20, 25) y,
       generate_series(1, 4) q;
INSERT INTO scip.message (id, direction, group_id, title, text, sent_on, created_at)
SELECT pg_temp.uid('message', i), 'down', (SELECT id FROM scip.alliance_group WHERE slug = 'board'), 'Message ' || i, 'x', pg_temp.day(i),
       pg_temp.day(i)
FROM pg_temp.n(3000) i;
INSERT INTO scip.message_relay (message_id, hub_id, relayed_on) SELECT pg_temp.uid('message', i), pg_temp.hub(i),
    pg_temp.day(i) FROM pg_temp.n(3000) i;
INSERT INTO scip.message (direction, group_id, hub_id, kind, title, text, sent_on, created_at)
SELECT 'up', (SELECT id FROM scip.alliance_group WHERE slug = 'board'), pg_temp.hub(i), 'idea', 'Message ' || i, 'x', pg_temp.day(i),
  pg_temp.day(i) FROM pg_temp.n(3000) i;
INSERT INTO scip.course (slug, name, sources, confidence) SELECT 'course-' || i, pg_temp.name(i), '{x}', 'high' FROM pg_temp.n(300) i;
INSERT INTO scip.training_session (id, course_id, hub_id, starts_at, ends_at, capacity, status)
SELECT pg_temp.uid('session', i),
       (SELECT id FROM scip.course WHERE slug = 'course-' || 1 + i % (300 * current_setting('plant.share')::int / 100)), pg_temp.hub(i),
  pg_temp.day(i) + time '10:00', pg_temp.day(i) + time '12:00', 20,
      CASE WHEN i % 100 = 0 THEN 'draft' WHEN i % 100 = 1 THEN 'published' ELSE 'held' END FROM pg_temp.n(10000) i;
INSERT INTO scip.booking (id, session_id, person_id, status, attended)
SELECT pg_temp.uid('booking', i), pg_temp.uid('session', 1 + i % (10000 * current_setting('plant.share')::int / 100)),
       pg_temp.person(i * 7), 'confirmed', true
FROM pg_temp.n(40000) i;
INSERT INTO scip.feedback (booking_id, rating, comment, comment_cleared, given_at, session_id)
SELECT b.id, 4, 'x', b.place % 8 = 0, pg_temp.day(b.place::int), b.session_id FROM scip.booking b WHERE b.place % 4 = 0;
INSERT INTO scip.self_assessment (organisation_id, principle_id, stage, assessed_on)
SELECT pg_temp.organisation(i), p.id, 'emerging', pg_temp.day(i) FROM pg_temp.n(4000) i, scip.toolkit_principle p ON CONFLICT DO NOTHING;
INSERT INTO scip.change (xid, kind, key, op, audience) SELECT '3', 'event', 'event-' || i, 'changed', '{public}' FROM pg_temp.n(100000) i;

-- Versions of these rows, as the triggers write them: the more the older a record is.
CREATE FUNCTION pg_temp.versions(t text, key text, many int) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
  EXECUTE format('INSERT INTO scip.history ("table", record, row, at, until) SELECT %1$L, %2$s,
      to_jsonb(r) - ARRAY(SELECT attname::text FROM pg_attribute WHERE attrelid = ''scip.%1$I''::regclass AND attgenerated <> '''')
                  - (SELECT coalesce(array_agg("column"), ''{}'') FROM scip.text_column WHERE "table" = %1$L
                      AND "column" IN (''name'', ''email'')
                     AND %1$L = ''person''), timestamptz ''2024-01-01'' + v * interval ''150 days'',
      CASE WHEN v < %3$s - 1 THEN timestamptz ''2024-01-01'' + (v + 1) * interval ''150 days'' ELSE ''infinity'' END
    FROM generate_series(0, %3$s - 1) v, scip.%1$I r', t, key, many);
END $$;
SELECT pg_temp.versions(t, CASE t WHEN 'attendance' THEN 'r.meeting_id || ''/'' || r.person_id' ELSE 'r.id' END, many)
FROM (VALUES ('event', 5), ('hub_membership', 3), ('attendance', 1), ('meeting', 3), ('activity', 3), ('organisation', 3), ('hub', 3),
    ('hub_status', 2),
  ('hub_lead', 2), ('person', 1)) v (t, many) \g /dev/null
UPDATE scip.history_start SET at = '2023-12-31';
SET session_replication_role = origin;
VACUUM (ANALYZE);
