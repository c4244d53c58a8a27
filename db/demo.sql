-- A demonstration alliance, for `load --demo`: as many rows as the published figures of 2019-22 ask for, in the tables in which an
-- alliance keeps them. Nothing in it is real, and every name and source says so. All follows from series and fixed arithmetic:
-- two loads give the same rows, but for what the tables give themselves: ids of agenda items and totals, and when minutes were shared.
-- It is loaded once: to load it again, begin with a new database.
SELECT NOT EXISTS (SELECT FROM scip.organisation) AS new \gset
\if :new
BEGIN;
SET LOCAL client_min_messages = warning;
SELECT set_config('scip.roles', '{central}', true) \g /dev/null

-- One number always gives one id.
CREATE FUNCTION pg_temp.id(VARIADIC of text[]) RETURNS uuid LANGUAGE sql IMMUTABLE AS $$ SELECT md5('demonstration ' || array_to_string(of, '/'))::uuid $$;
CREATE FUNCTION pg_temp.pick(n int, VARIADIC list text[]) RETURNS text LANGUAGE sql IMMUTABLE AS $$ SELECT list[1 + n % cardinality(list)] $$;

-- Hubs, one in each region, and one of two nations that has closed; members_to: the last of its members in their order.
CREATE TEMP TABLE demo_hub (h int, region text, name text, nations text[], launched_on date, members_to int, id bigint) ON COMMIT DROP;
INSERT INTO demo_hub VALUES
  (1, 'north-east', 'North East', '{GB-ENG}', '2018-03-15', 110), (2, 'north-west', 'North West', '{GB-ENG}', '2018-10-04', 208),
  (3, 'yorkshire-and-the-humber', 'Yorkshire and The Humber', '{GB-ENG}', '2019-02-07', 300), (4, 'east-midlands', 'East Midlands', '{GB-ENG}', '2019-03-21', 385),
  (5, 'west-midlands', 'West Midlands', '{GB-ENG}', '2019-06-13', 465), (6, 'east-of-england', 'East of England', '{GB-ENG}', '2019-10-10', 541),
  (7, 'london', 'London', '{GB-ENG}', '2019-11-21', 613), (8, 'south-east', 'South East', '{GB-ENG}', '2018-05-17', 681),
  (9, 'south-west', 'South West', '{GB-ENG}', '2018-06-21', 745), (10, 'scotland', 'Scotland', '{GB-SCT}', '2020-02-06', 803),
  (11, 'wales', 'Wales', '{GB-WLS}', '2020-10-15', 853), (12, 'northern-ireland', 'Northern Ireland', '{GB-NIR}', '2021-03-18', 891),
  (13, NULL, 'Borders', '{GB-ENG,GB-SCT}', '2018-09-13', NULL);
INSERT INTO scip.hub (slug, slug_source, name, nations, blurb, page_url, page, launched_on, sources, confidence)
SELECT 'demonstration-hub-' || coalesce(region, 'borders'), 'derived', 'Demonstration Hub ' || name, nations,
       'A Hub of the demonstration alliance: none of its members, meetings and figures is real.',
       'https://example.org/demonstration/hubs/' || h, jsonb_build_object('aims', 'To show how a Hub is recorded.'),
       CASE h % 4 WHEN 3 THEN to_char(launched_on, 'YYYY-MM') ELSE launched_on::text END, '{Demonstration data}', 'low'
FROM demo_hub ORDER BY h;
UPDATE demo_hub d SET id = h.id FROM scip.hub h WHERE h.name = 'Demonstration Hub ' || d.name;
INSERT INTO scip.hub_region (hub_id, region_id)
SELECT d.id, r.id FROM demo_hub d JOIN scip.region r ON r.slug = d.region OR d.region IS NULL AND r.slug IN ('north-east', 'scotland') ORDER BY d.h, r.id;
-- The local picture: two districts, of each Hub's region a published figure and a small one that is not, and a network.
INSERT INTO scip.region (slug, gss_code, name, kind, nation, within_id, longitude, latitude, sources, confidence)
SELECT 'demonstration-district-' || n, code, 'Demonstration District ' || n, 'local_authority', r.nation, r.id, r.longitude, r.latitude, '{Demonstration data}', 'low'
FROM (VALUES (1, 'E07999991', 'south-east'), (2, 'W06999992', 'wales')) v (n, code, slug) JOIN scip.region r USING (slug) ORDER BY n;
INSERT INTO scip.hub_region (hub_id, region_id) SELECT d.id, r.id FROM demo_hub d JOIN scip.region w ON w.slug = d.region JOIN scip.region r ON r.within_id = w.id ORDER BY r.id;
INSERT INTO scip.local_figure (id, hub_id, region_id, title, as_of, value, unit, source, licence, published)
SELECT pg_temp.id('figure', h::text, n::text), d.id, r.id, CASE n WHEN 1 THEN 'Demonstration figure of Service children' ELSE 'Demonstration figure of one school' END, '2022-01', CASE n WHEN 1 THEN h * 317 ELSE h - 1 END,
       'children', 'https://example.org/demonstration/figures/' || n, 'Demonstration licence', n = 1
FROM demo_hub d JOIN scip.region r ON r.slug = d.region, generate_series(1, 2) n ORDER BY h, n;
INSERT INTO scip.local_network (id, hub_id, region_id, name, description, website, found_on)
SELECT pg_temp.id('network', h::text), d.id, r.id, 'Demonstration Covenant meeting of ' || d.name, 'Demonstration network', 'https://example.org/demonstration/networks/' || h, launched_on
FROM demo_hub d JOIN scip.region r ON r.slug = d.region ORDER BY h;
INSERT INTO scip.hub_name (hub_id, kind, name) SELECT id, 'former', 'Demonstration Network ' || name FROM demo_hub WHERE h IN (1, 8);
INSERT INTO scip.hub_name (hub_id, kind, name) SELECT id, 'welsh', 'Demonstration Hwb Cymru' FROM demo_hub WHERE h = 11;
INSERT INTO scip.hub_status (hub_id, status, starts, ends)
SELECT id, s.status, s.starts::text, s.ends::text
FROM demo_hub d CROSS JOIN LATERAL (
  VALUES ('proposed', launched_on - 182, launched_on),
         ('active', launched_on, CASE h WHEN 7 THEN date '2020-04-01' WHEN 13 THEN '2021-04-01' END),
         ('paused', CASE h WHEN 7 THEN date '2020-04-01' END, '2020-10-01'), ('active', CASE h WHEN 7 THEN date '2020-10-01' END, NULL),
         ('closed', CASE h WHEN 13 THEN date '2021-04-01' END, NULL)) s (status, starts, ends)
WHERE s.starts IS NOT NULL ORDER BY h, s.starts;

-- Organisations of all sectors; the first 24 of higher education lead Hubs, or have led one.
CREATE TEMP TABLE demo_organisation ON COMMIT DROP AS
SELECT s.sector, n, format('Demonstration %s %s', s.label, to_char(n, 'FM00')) AS name, 1 + (n + s.place) % 12 AS h, NULL::bigint AS id
FROM (VALUES (1, 'he', 'University', 24), (2, 'fe', 'College', 6), (3, 'school_sector', 'School', 14), (4, 'local_authority', 'Council', 6), (5, 'charity', 'Charity', 6),
             (6, 'government', 'Government Body', 2), (7, 'armed_forces', 'Armed Forces Body', 4), (8, 'research', 'Research Institute', 3),
             (9, 'careers', 'Careers Service', 3), (10, 'other', 'Association', 2)) s (place, sector, label, many), generate_series(1, s.many) n;
INSERT INTO scip.organisation (slug, name, nation, region_id, website, note, sources, confidence)
SELECT replace(lower(o.name), ' ', '-'), o.name, d.nations[1], r.id, 'https://example.org/demonstration/' || replace(lower(o.name), ' ', '-'), 'Not a real body',
       '{Demonstration data}', 'low'
FROM demo_organisation o JOIN demo_hub d USING (h) JOIN scip.region r ON r.slug = d.region ORDER BY o.sector, o.n;
UPDATE demo_organisation d SET id = o.id FROM scip.organisation o WHERE o.name = d.name;
INSERT INTO scip.organisation_sector (organisation_id, sector, starts) SELECT id, sector, CASE WHEN n = 2 THEN '2018' END FROM demo_organisation ORDER BY id;
INSERT INTO scip.organisation_partnership (organisation_id, role, starts, ends, description, brings, brings_cy)
SELECT id, CASE WHEN sector = 'he' THEN 'hub_lead' WHEN n = 1 THEN 'national_partner' ELSE 'member' END, '2019', CASE WHEN sector = 'he' AND n > 21 THEN '2021' END, 'Demonstration partner',
       CASE WHEN sector = 'he' THEN 'Rooms for meetings, as a demonstration' WHEN n = 1 THEN 'Advice, as a demonstration' END,
       CASE WHEN sector = 'he' THEN 'Ystafelloedd cyfarfod, fel enghraifft' WHEN n = 1 THEN 'Cyngor, fel enghraifft' END
FROM demo_organisation WHERE sector = 'he' OR n <= 2 ORDER BY id;
-- One was renamed, one succeeded another, one was recorded twice.
UPDATE scip.organisation SET name = 'Demonstration Society 02' WHERE slug = 'demonstration-association-02';
UPDATE scip.organisation SET name = 'Demonstration Association 02', renamed_on = '2021-09' WHERE slug = 'demonstration-association-02';
INSERT INTO scip.organisation_lineage (id, organisation_id, predecessor_id, kind, happened_on, note)
SELECT pg_temp.id('lineage'), s.id, p.id, 'succeeded', '2022', 'Demonstration data'
FROM scip.organisation s, scip.organisation p WHERE s.slug = 'demonstration-charity-06' AND p.slug = 'demonstration-charity-05';
INSERT INTO scip.organisation (slug, name, nation, website, note, sources, confidence)
SELECT 'demonstration-college-2', 'Demonstration College 2', nation, website, note, sources, confidence FROM scip.organisation WHERE slug = 'demonstration-college-02';
INSERT INTO scip.organisation_partnership (organisation_id, role, starts) SELECT id, 'venue', '2020' FROM scip.organisation WHERE slug = 'demonstration-college-2';
INSERT INTO scip.organisation_lineage (id, organisation_id, slug, kind, note)
SELECT pg_temp.id('merge'), id, 'demonstration-college-2', 'duplicate', 'Demonstration data' FROM scip.organisation WHERE slug = 'demonstration-college-02';
-- On 31 December 2022 nine Hubs have two leads and three have one; three leads are former ones.
INSERT INTO scip.hub_lead (uid, hub_id, organisation_id, evidence_kind, period, sources, confidence)
SELECT pg_temp.id('lead', d.h::text, o.n::text), d.id, o.id, 'dated', daterange(coalesce(l.since, d.launched_on), l.until), '{Demonstration data}', 'low'
FROM demo_hub d
CROSS JOIN LATERAL (
  VALUES (CASE WHEN h <= 9 THEN 2 * h - 1 WHEN h <= 12 THEN 9 + h END, NULL::date, NULL::date),
         (CASE WHEN h <= 9 THEN 2 * h END, CASE h WHEN 1 THEN date '2020-09-01' WHEN 8 THEN '2021-09-01' END, NULL),
         (CASE h WHEN 1 THEN 22 WHEN 8 THEN 23 WHEN 13 THEN 24 END, NULL, CASE h WHEN 1 THEN date '2020-09-01' WHEN 8 THEN '2021-09-01' ELSE '2021-04-01' END)) l (n, since, until)
JOIN demo_organisation o ON o.sector = 'he' AND o.n = l.n ORDER BY d.h, l.n;

-- People: 1 to 891 are members on the last day of 2022, 892 to 960 were before it, 961 to 970 came after.
INSERT INTO scip.person (id, name, email)
SELECT pg_temp.id('person', n::text), 'Demonstration Person ' || to_char(n, 'FM0000'), format('demonstration.person.%s@example.org', to_char(n, 'FM0000'))
FROM generate_series(1, 970) n;
INSERT INTO scip.person (id, name) VALUES (pg_temp.id('person', 'twice'), 'Demonstration Person 1');
INSERT INTO scip.person_merge (id, person_id, former_id) VALUES (pg_temp.id('merge', 'person'), pg_temp.id('person', '1'), pg_temp.id('person', 'twice'));
CREATE TEMP TABLE demo_member ON COMMIT DROP AS
WITH home AS (
  SELECT n, d.h, greatest(d.launched_on + n * 53 % (date '2022-11-30' - d.launched_on), d.launched_on + 1) AS starts
  FROM generate_series(1, 891) n JOIN demo_hub d ON d.h = 1 + width_bucket(n * 137 % 891, ARRAY(SELECT members_to FROM demo_hub WHERE h < 12 ORDER BY h))
), spell AS (
  SELECT n, 1 AS part, h, CASE n % 23 WHEN 0 THEN starts + (date '2022-12-15' - starts) / 2 ELSE starts END AS starts, NULL::date AS ends FROM home
  UNION ALL -- had another sector before
  SELECT n, 2, h, starts, starts + (date '2022-12-15' - starts) / 2 FROM home WHERE n % 23 = 0
  UNION ALL -- in two Hubs
  SELECT n, 3, d.h, greatest(x.starts, d.launched_on) + 1, NULL FROM home x JOIN demo_hub d ON d.h = 1 + x.h % 12 WHERE n % 27 = 0
  UNION ALL -- of the Hub that has closed
  SELECT n, 4, 13, date '2018-10-01' + n % 300, '2021-04-01' FROM home WHERE n % 50 = 0
  UNION ALL -- left
  SELECT n, 1, d.h, d.launched_on + n % 200 + 1, least(d.launched_on + 401 + n * 31 % 500, CASE d.h WHEN 13 THEN date '2021-04-01' ELSE date '2022-12-01' - n % 60 END)
  FROM generate_series(892, 960) n JOIN demo_hub d ON d.h = 1 + n % 13
  UNION ALL
  SELECT n, 1, 1 + n % 12, date '2023-02-01' + n % 7 * 100, NULL FROM generate_series(961, 970) n
)
SELECT pg_temp.id('member', n::text, part::text) AS id, *,
       CASE WHEN h % 2 = 0 AND (n * 13 + part) % 40 >= 34 THEN pg_temp.pick(n * 13 + part, 'government', 'research', 'careers', 'other') -- few, of some Hubs
            ELSE pg_temp.pick(n * 13 + part, 'he', 'school_sector', 'fe', 'school_sector', 'local_authority', 'he', 'charity', 'school_sector', 'armed_forces', 'he') END AS sector
FROM spell;
INSERT INTO scip.hub_membership (id, hub_id, person_id, organisation_id, organisation_name, sector, ambassador, speaks_for, starts, ends)
SELECT m.id, d.id, pg_temp.id('person', m.n::text), o.id, CASE m.n % 10 WHEN 9 THEN 'Demonstration Body ' || m.n / 10 END, m.sector, m.n % 12 = 0,
       CASE m.n % 6 WHEN 0 THEN '{"groups": ["Demonstration group"], "contexts": ["Rural schools"], "beneficiaries": ["Service children who move"]}'::jsonb END, m.starts, m.ends
FROM demo_member m JOIN demo_hub d USING (h)
LEFT JOIN (SELECT *, count(*) OVER (PARTITION BY sector) AS many FROM demo_organisation) o ON o.sector = m.sector AND o.n = 1 + m.n / 3 % o.many AND m.n % 10 < 8
ORDER BY m.n, m.part;
INSERT INTO scip.hub_quorum (id, hub_id, starts, sectors, minimum)
SELECT pg_temp.id('quorum', h::text), id, launched_on + 30, '{he,school_sector,local_authority}', 3 + h % 3 FROM demo_hub WHERE h % 4 = 2;
ANALYZE scip.hub, scip.hub_status, scip.person, scip.hub_membership;

-- Meetings of Hubs: the inaugural one and three in an academic year, now and then cancelled; then those of the Hub Leads Group.
CREATE TEMP TABLE demo_meeting ON COMMIT DROP AS
SELECT pg_temp.id('meeting', h::text, day::text) AS id, h, day, kind, h % 3 + row_number() OVER (PARTITION BY h ORDER BY day)::int AS k, kind = 'ordinary' AND (h * 3 + day - date '2018-01-01') % 8 = 0
  OR h = 7 AND day BETWEEN '2020-04-01' AND '2020-09-30' AS cancelled
FROM (
  SELECT h, launched_on AS day, 'inaugural' AS kind FROM demo_hub
  UNION ALL
  SELECT h, m.day, 'ordinary' FROM demo_hub d CROSS JOIN LATERAL (
    SELECT make_date(y, month, 5 + h) AS day FROM generate_series(2018, 2022) y, unnest(ARRAY[2, 6, 10]) month) m
  WHERE m.day > launched_on + 30 AND (h <> 13 OR m.day < '2021-04-01')) x;
INSERT INTO demo_meeting
SELECT pg_temp.id('group meeting', day::text), NULL, day, 'ordinary', 0, day = '2020-05-14'
FROM (SELECT make_date(y, month, 14) AS day FROM generate_series(2019, 2022) y, unnest(ARRAY[5, 11]) month) x;
INSERT INTO scip.group_seat (id, group_id, title, organisation_id, sector, person_id, starts)
SELECT pg_temp.id('seat', d.h::text), g.id, 'Demonstration seat of ' || d.name, o.id, 'he', pg_temp.id('person', m.n::text), greatest(d.launched_on, '2019-01-01')
FROM demo_hub d JOIN scip.alliance_group g ON g.slug = 'hub-leads-group' JOIN demo_organisation o ON o.sector = 'he' AND o.n = CASE WHEN d.h <= 9 THEN 2 * d.h - 1 ELSE 9 + d.h END
CROSS JOIN LATERAL (SELECT n FROM demo_member m WHERE m.h = d.h AND m.part = 1 AND m.ends IS NULL ORDER BY m.starts, n LIMIT 1) m WHERE d.h <= 12 ORDER BY d.h;
INSERT INTO scip.meeting (id, hub_id, group_id, kind, title, starts_at, venue, online)
SELECT m.id, d.id, CASE WHEN m.h IS NULL THEN g.id END, m.kind, CASE WHEN m.h IS NULL THEN 'Demonstration meeting of the Hub Leads Group' WHEN m.kind = 'inaugural'
       THEN 'Demonstration inaugural meeting' ELSE 'Demonstration meeting' END, (m.day + time '10:00') AT TIME ZONE 'Europe/London',
       CASE WHEN m.day NOT BETWEEN '2020-03-20' AND '2021-06-30' THEN 'Demonstration Venue ' || m.h END, m.day BETWEEN '2020-03-20' AND '2021-06-30'
FROM demo_meeting m JOIN scip.alliance_group g ON g.slug = 'hub-leads-group' LEFT JOIN demo_hub d USING (h) ORDER BY m.day, m.h;
UPDATE scip.meeting t SET status = CASE WHEN m.cancelled THEN 'cancelled' ELSE 'held' END, guests = CASE WHEN NOT m.cancelled THEN (m.k + coalesce(m.h, 0)) % 4 END
FROM demo_meeting m WHERE t.id = m.id;
DELETE FROM demo_meeting WHERE cancelled;
-- Who leads: of each lead a senior manager, and of all but the second a functional lead, who of the first has the seat.
INSERT INTO scip.hub_lead_person (id, hub_id, lead_id, person_id, role, authority_to_represent, time_and_travel, starts)
SELECT pg_temp.id('lead person', l.uid::text, r.role), l.hub_id, l.uid, pg_temp.id('person', m.n::text), r.role, r.n = 1, r.n = 1, greatest(lower(l.period), '2019-01-01')
FROM (SELECT *, row_number() OVER (PARTITION BY hub_id ORDER BY id) AS k FROM scip.hub_lead) l JOIN demo_hub d ON d.id = l.hub_id CROSS JOIN (VALUES (1, 'functional_lead'), (2, 'senior_manager')) r (n, role)
JOIN (SELECT h, n, row_number() OVER (PARTITION BY h ORDER BY starts, n) AS k FROM demo_member WHERE part = 1 AND ends IS NULL) m ON m.h = d.h AND m.k = 2 * l.k + r.n - 2 WHERE l.k <> 2 OR r.n = 2 ORDER BY d.h, l.id, r.n;
-- Terms of reference, adopted at the first meeting of each Hub, and drafts of the next.
INSERT INTO scip.terms_of_reference (id, hub_id, text_cy) SELECT pg_temp.id('terms', h::text), id, CASE h WHEN 11 THEN '## Cylch gorchwyl arddangos' END FROM demo_hub WHERE h < 13 ORDER BY h;
UPDATE scip.terms_of_reference t SET meeting_id = m.id FROM demo_hub d JOIN (SELECT DISTINCT ON (h) h, id FROM demo_meeting ORDER BY h, day) m USING (h) WHERE t.hub_id = d.id;
INSERT INTO scip.terms_of_reference (id, hub_id) SELECT pg_temp.id('terms', h::text, '2'), id FROM demo_hub WHERE h % 3 = 2 ORDER BY h;
ANALYZE scip.meeting, scip.agenda_item, scip.group_seat;
INSERT INTO scip.agenda_item (id, meeting_id, ordinal, title, outcome) SELECT pg_temp.id('item', id::text), id, 1, 'Demonstration item', 'addressed' FROM demo_meeting WHERE h IS NULL;
UPDATE scip.agenda_item i SET outcome = CASE WHEN i.heading IS NULL OR (i.ordinal + m.k) % 5 > 0 THEN 'addressed' ELSE 'nothing_raised' END,
  notes = CASE WHEN (i.ordinal + m.k) % 5 > 0 THEN 'Demonstration notes' END
FROM demo_meeting m WHERE i.meeting_id = m.id AND m.k % 9 < 8 AND m.h IS NOT NULL;
UPDATE scip.meeting t SET agenda_completed_at = now() FROM demo_meeting m WHERE t.id = m.id AND m.k % 9 < 8 AND m.h IS NOT NULL;
INSERT INTO scip.attendance (meeting_id, person_id, status)
SELECT m.id, pg_temp.id('person', p.n::text), pg_temp.pick(p.n * 17 + m.k * 5, 'present', 'apologies', 'present', 'absent', 'present')
FROM demo_meeting m JOIN demo_member p ON p.h = m.h AND p.starts <= m.day AND (p.ends IS NULL OR p.ends > m.day) WHERE (p.n * 7 + m.k * 11) % 5 < 3
UNION ALL
SELECT m.id, s.person_id, CASE WHEN (extract(month FROM m.day)::int + row_number() OVER (PARTITION BY m.id ORDER BY s.id)) % 6 > 0 THEN 'present' ELSE 'apologies' END
FROM demo_meeting m JOIN scip.group_seat s ON m.h IS NULL AND s.starts <= m.day;
UPDATE scip.meeting t SET attendance_shared_at = now() FROM demo_meeting m WHERE t.id = m.id AND m.k % 7 < 6;
INSERT INTO scip.resolution (id, meeting_id, text) SELECT pg_temp.id('resolution', id::text), id, 'Demonstration resolution' FROM demo_meeting WHERE k % 2 = 1;
INSERT INTO scip.action (id, meeting_id, text, owner_id, due_on, done_on)
SELECT pg_temp.id('action', m.id::text), m.id, 'Demonstration action', a.person_id, m.day + 60, CASE WHEN m.k % 3 > 0 THEN m.day + 50 END
FROM demo_meeting m CROSS JOIN LATERAL (SELECT a.person_id FROM scip.attendance a WHERE a.meeting_id = m.id AND a.status = 'present' ORDER BY 1 LIMIT 1) a;
-- The action plan of each Hub, with what its meetings agreed since 2022, and projects of two Hubs with a school.
INSERT INTO scip.project (slug, hub_id, kind, status, name, aims, results, starts, ends)
SELECT format('demonstration-%s-%s', replace(k.kind, '_', '-'), d.h), d.id, k.kind, CASE WHEN k.kind = 'project' AND d.h = 3 THEN 'completed' ELSE 'under_way' END,
       format('Demonstration %s of %s', replace(k.kind, '_', ' '), d.name), 'Demonstration aims', CASE WHEN k.kind = 'project' AND d.h = 3 THEN 'Demonstration results' END,
       d.launched_on + 60, CASE WHEN k.kind = 'project' AND d.h = 3 THEN date '2022-08-01' END
FROM demo_hub d, unnest('{action_plan,project}'::text[]) k (kind) WHERE d.h <= 12 AND (k.kind = 'action_plan' OR d.h % 3 = 0) ORDER BY d.h, k.kind;
INSERT INTO scip.project_hub
SELECT p.id, d.id FROM scip.project p JOIN demo_hub o ON o.id = p.hub_id JOIN demo_hub d ON d.h = o.h OR p.kind = 'project' AND d.h = 1 + o.h % 12 ORDER BY p.id, d.h;
INSERT INTO scip.project_organisation
SELECT p.id, o.id FROM scip.project p JOIN demo_hub d ON d.id = p.hub_id JOIN demo_organisation o ON o.sector = 'school_sector' AND o.n = d.h WHERE p.kind = 'project' ORDER BY p.id;
UPDATE scip.action a SET project_id = p.id FROM scip.project p, scip.meeting m WHERE m.id = a.meeting_id AND m.day >= '2022-01-01' AND p.hub_id = a.hub_id AND p.kind = 'action_plan';
INSERT INTO scip.action (id, project_id, hub_id, text, owner_id, due_on, done_on)
SELECT pg_temp.id('project action', p.slug, h.hub_id::text), p.id, h.hub_id, 'Demonstration action of a project',
       (SELECT m.person_id FROM scip.hub_membership m WHERE m.hub_id = h.hub_id AND m.ends IS NULL ORDER BY m.starts, m.person_id LIMIT 1), date '2022-12-01', CASE WHEN p.status = 'completed' THEN date '2022-07-01' END
FROM scip.project p JOIN scip.project_hub h ON h.project_id = p.id WHERE p.kind = 'project' ORDER BY p.id, h.hub_id;
INSERT INTO scip.minutes (id, meeting_id, number, text) SELECT pg_temp.id('minutes', id::text), id, 1, 'Demonstration minutes of the meeting of ' || day FROM demo_meeting;
UPDATE scip.minutes n SET status = 'approved' FROM demo_meeting m WHERE n.meeting_id = m.id AND m.k % 11 < 10;
UPDATE scip.minutes n SET status = 'shared' FROM demo_meeting m WHERE n.meeting_id = m.id AND m.k % 11 < 9;
UPDATE scip.hub_pathway p SET done_on = d.launched_on + 20 * s.ordinal, evidence = 'Demonstration data',
  reason = CASE WHEN scip.pathway_proof(d.id, s.code) IS NULL THEN 'Demonstration reason: it is not recorded here' END
FROM demo_hub d, scip.pathway_step s WHERE p.hub_id = d.id AND s.code = p.step AND s.ordinal <= 10 - d.h % 3;

INSERT INTO scip.programme (slug, name, name_cy, summary, sources, confidence)
VALUES ('demonstration-days', 'Demonstration days', 'Demonstration diwrnodau', 'A programme of the demonstration alliance', '{Demonstration data}', 'low');
INSERT INTO scip.programme_participant (id, programme_id, hub_id, organisation_id, starts, ends, note)
SELECT pg_temp.id('participant', t.what), p.id, t.hub_id, t.organisation_id, t.starts, t.ends, t.note
FROM scip.programme p, (SELECT 'hub ' || h, id, NULL::bigint, launched_on + 40, CASE h WHEN 13 THEN date '2021-04-01' END, 'Demonstration: holds a day each term' FROM demo_hub
  UNION ALL SELECT o.slug, NULL, o.id, date '2019-09-01', NULL, 'Demonstration: has the evaluation done' FROM scip.organisation o WHERE o.slug = 'demonstration-university-01') t
  (what, hub_id, organisation_id, starts, ends, note);
INSERT INTO scip.programme_evaluation (id, programme_id, year, summary, summary_cy, published_at)
SELECT pg_temp.id('programme evaluation', y), p.id, y, 'Demonstration: what the days of ' || y || ' came to', 'Demonstration: canlyniad diwrnodau ' || y,
       CASE WHEN y < '2022' THEN scip.period_end(y) + interval '60 days' END
FROM scip.programme p, unnest(ARRAY['2019-20', '2020-21', '2021-22', '2022-23']) y;

-- What Hubs and their members did; young people are numbers, and small ones of the Hubs 3 and 12.
INSERT INTO scip.activity (id, hub_id, kind, held_on, title, themes, membership_id, programme, interventions, young_people)
SELECT pg_temp.id('activity', h::text, a.kind, a.day::text), d.id, a.kind, a.day, 'Demonstration activity', ARRAY[pg_temp.pick(h + k, 'partnership', 'practice', 'research', 'policy')],
       r.id, CASE a.kind WHEN 'outreach' THEN CASE WHEN k % 2 = 0 THEN 'demonstration-days' END END, CASE WHEN a.kind = 'outreach' THEN 1 + (h + k) % 3 END,
       CASE WHEN a.kind <> 'outreach' OR (h + k) % 13 = 0 THEN NULL WHEN h IN (3, 12) THEN (k % 4 = 0)::int * 2 ELSE 8 + (h * 7 + k * 5) % 40 END
FROM demo_hub d CROSS JOIN LATERAL (
  SELECT f.kind, launched_on + 40 + f.every * i AS day, i AS k
  FROM (VALUES ('hub_led', 120), ('member_because_of_hub', 33), ('outreach', 90)) f (kind, every), generate_series(0, 60) i
  WHERE launched_on + 40 + f.every * i < CASE h WHEN 13 THEN date '2021-04-01' ELSE '2023-01-01' END) a
LEFT JOIN LATERAL (SELECT m.id FROM demo_member m WHERE a.kind = 'member_because_of_hub' AND m.h = d.h AND m.starts <= a.day AND (m.ends IS NULL OR m.ends > a.day)
                   ORDER BY (m.n * 31 + k * 7) % 97, m.n LIMIT 1) r ON true
WHERE a.kind <> 'member_because_of_hub' OR r.id IS NOT NULL ORDER BY a.day, h, a.kind;

-- Quarterly updates, nil returns, and none: the central team opens the quarters, they are written down, the quarters are locked again.
CREATE TEMP TABLE demo_update ON COMMIT DROP AS
SELECT d.id AS hub_id, q.name AS quarter, (h * 5 + k * 3) % 11 AS x
FROM demo_hub d CROSS JOIN LATERAL (
  SELECT scip.quarter(s::date) AS name, row_number() OVER (ORDER BY s)::int AS k FROM generate_series('2018-09-01'::timestamp, '2022-09-01', interval '3 months') s) q
WHERE scip.hub_active(d.id, scip.quarter_start(q.name), scip.quarter_end(q.name)) AND (h * 5 + k * 3) % 11 > 0;
INSERT INTO scip.quarterly_update_extension (hub_id, quarter, open_until, reason) SELECT hub_id, quarter, '9999-12-31', 'Demonstration: written down later' FROM demo_update;
INSERT INTO scip.quarterly_update (id, hub_id, quarter, status, nil_return, practice, challenges, ideas, priorities, questions, member_updates)
SELECT pg_temp.id('update', hub_id::text, quarter), hub_id, quarter, 'submitted', x = 1, t, t, t, t, t, CASE WHEN x > 5 THEN t END
FROM demo_update, LATERAL (SELECT CASE WHEN x <> 1 THEN 'Demonstration text' END AS t) y ORDER BY quarter, hub_id;
DELETE FROM scip.quarterly_update_extension;

-- What Hubs report to the Hub Leads Group, begun from their last update, as the central team writes it down: submitted but for some, and answered.
INSERT INTO scip.agenda_item (meeting_id, hub_id, title, led_by, outcome)
SELECT m.id, d.id, 'Demonstration report of ' || d.name, 'Lead of the Hub', 'addressed'
FROM demo_meeting m JOIN demo_hub d ON m.h IS NULL AND scip.hub_active(d.id, m.day, m.day) ORDER BY m.day, d.h;
UPDATE scip.meeting t SET agenda_completed_at = now() FROM demo_meeting m WHERE t.id = m.id AND m.h IS NULL;
UPDATE scip.hub_report r SET status = 'submitted', submitted_at = m.day - 3 + time '09:30', nil_return = false, practice = coalesce(r.practice, 'Demonstration text')
FROM demo_meeting m JOIN demo_hub d ON true WHERE m.id = r.meeting_id AND d.id = r.hub_id AND (d.h + extract(year FROM m.day)::int) % 5 > 0;
UPDATE scip.hub_report r SET response = 'Demonstration feedback', responded_on = m.day
FROM demo_meeting m WHERE m.id = r.meeting_id AND r.status = 'submitted' AND m.day < '2022-11-01';
INSERT INTO scip.hub_review (id, hub_id, reviewed_on, note)
SELECT pg_temp.id('review', h::text, y::text), id, make_date(y, 7, 1 + h), 'Demonstration review' FROM demo_hub, generate_series(2019, 2022) y
WHERE launched_on < make_date(y, 1, 1) AND (h + y) % 4 > 0 AND h < 13;

-- Messages to all Hubs, with their relays, and from Hubs, with the answers.
INSERT INTO scip.message (id, direction, group_id, agenda_item_id, title, text, sent_on)
SELECT pg_temp.id('message', n::text), 'to_hubs', CASE WHEN n % 3 > 0 THEN g.id END, CASE WHEN n % 3 > 0 AND m.id IS NOT NULL THEN pg_temp.id('item', m.id::text) END,
       'Demonstration message ' || n, 'Demonstration text for all Hubs', date '2019-01-20' + n * 110
FROM generate_series(1, 12) n JOIN scip.alliance_group g ON g.slug = 'hub-leads-group'
LEFT JOIN LATERAL (SELECT m.id FROM demo_meeting m WHERE m.h IS NULL AND m.day BETWEEN date '2019-01-20' + n * 110 - 90 AND date '2019-01-20' + n * 110
                   ORDER BY m.day DESC LIMIT 1) m ON true;
INSERT INTO scip.message_relay (message_id, hub_id, relayed_on, note)
SELECT m.id, d.id, m.sent_on + 5 + h, 'Demonstration newsletter'
FROM demo_hub d JOIN scip.message m ON m.direction = 'to_hubs' AND scip.hub_active(d.id, m.sent_on, m.sent_on) WHERE (h + extract(doy FROM m.sent_on)::int) % 5 > 0;
INSERT INTO scip.message (id, direction, group_id, hub_id, open_to_hubs, kind, title, text, sent_on, response, response_channel, responded_on)
SELECT pg_temp.id('message', 'up', n::text), 'from_hub', g.id, d.id, n % 4 = 2 OR n % 11 = 6, CASE n % 11 WHEN 6 THEN 'success' ELSE pg_temp.pick(n, 'practice', 'challenge', 'idea', 'priority', 'question') END, 'Demonstration question ' || n, 'Demonstration text', day,
       CASE WHEN n % 3 > 0 THEN 'Demonstration answer' END, CASE WHEN n % 3 > 0 THEN pg_temp.pick(n, 'conference_input', 'website_content', 'research_priority', 'direct_reply') END,
       CASE WHEN n % 3 > 0 THEN day + 40 END
FROM generate_series(1, 40) n CROSS JOIN LATERAL (SELECT date '2019-04-10' + n * 31 AS day) x JOIN demo_hub d ON d.h = 1 + n * 5 % 12 AND d.launched_on < day
JOIN scip.alliance_group g ON g.slug = 'hub-leads-group';
INSERT INTO scip.message_answer (message_id, hub_id, text, answered_on)
SELECT m.id, d.id, 'Demonstration answer of another Hub', m.sent_on + d.h
FROM scip.message m JOIN demo_hub d ON m.open_to_hubs AND d.id <> m.hub_id AND (d.h + extract(doy FROM m.sent_on)::int) % 4 = 0 AND scip.hub_active(d.id, m.sent_on, m.sent_on);

-- Events: 1 to 178 count in 2019-22. Of the others 8 were cancelled, 3 have no date, 3 are not recorded as held, and 14 are of other years.
INSERT INTO scip.event (uid, slug, title, title_source, kind, starts, ends, date_text, starts_at, venue, town, nation, online, hub_id, organiser_id, programme_id, capacity,
  attendance, description, status, cancellation_reason, sources, confidence)
SELECT pg_temp.id('event', n::text), 'demonstration-event-' || n, 'Demonstration event ' || n, 'described', x.kind,
       CASE WHEN n BETWEEN 187 AND 189 THEN NULL WHEN n % 89 = 0 THEN to_char(day, 'YYYY') WHEN n % 29 = 0 OR n = 207 THEN to_char(day, 'YYYY-MM') ELSE day::text END,
       CASE WHEN n = 207 THEN '2019-01' WHEN n % 17 = 0 AND n <> 187 THEN (day + 1)::text END, CASE WHEN n BETWEEN 187 AND 189 THEN 'Date not known: demonstration data' END,
       CASE WHEN x.timed THEN (day + time '13:30') AT TIME ZONE 'Europe/London' END, CASE WHEN n % 2 = 0 THEN 'Demonstration Venue ' || n % 12 END,
       CASE WHEN n % 2 = 0 THEN 'Demonstration Town' END, coalesce(d.nations[1], 'GB-ENG'), n % 2 = 1, d.id, o.id,
       CASE WHEN x.kind = 'creative_forces' THEN (SELECT p.id FROM scip.programme p) END, CASE WHEN n % 4 = 0 THEN 120 END, CASE WHEN n % 3 = 0 AND n <= 178 THEN 20 + n % 60 END,
       'An event of the demonstration alliance: it never took place.', CASE WHEN n BETWEEN 179 AND 186 THEN 'cancelled' WHEN n BETWEEN 190 AND 192 THEN 'published' ELSE 'held' END,
       CASE WHEN n BETWEEN 179 AND 186 THEN 'Demonstration: too few places were taken' END, '{Demonstration data}', 'low'
FROM generate_series(1, 207) g (n)
CROSS JOIN LATERAL (SELECT CASE WHEN n <= 178 THEN date '2019-01-10' + (n - 1) * 8 WHEN n <= 192 THEN date '2019-03-01' + (n - 179) * 95
                                WHEN n <= 196 THEN date '2018-03-05' + (n - 193) * 70 WHEN n <= 206 THEN date '2023-02-08' + (n - 197) * 110 ELSE '2018-12-31' END AS day,
                           pg_temp.pick(n, 'conference', 'creative_forces', 'webinar', 'workshop', 'hub_meeting', 'festival_of_friends', 'roundtable') AS kind,
                           n % 5 = 0 AND n % 29 > 0 AND n % 89 > 0 AND n % 17 > 0 AND n NOT BETWEEN 187 AND 189 AS timed) x
LEFT JOIN demo_hub d ON d.h = 1 + n % 12 AND d.launched_on <= day AND n % 3 > 0
LEFT JOIN LATERAL (SELECT x.id FROM demo_organisation x WHERE x.sector = 'he' AND x.n = 1 + g.n % 24 AND g.n % 3 = 0) o ON true
ORDER BY g.n;
INSERT INTO scip.event_outreach (event_id, interventions, young_people)
SELECT e.id, 1 + n % 4, 15 + n % 50 FROM generate_series(1, 178, 14) n JOIN scip.event e ON e.slug = 'demonstration-event-' || n + 1;

-- Training: 34 sessions of 18 who came, 2 who did not, 1 who waited and 1 who cancelled: 612 delegates. One session was cancelled, one is later.
INSERT INTO scip.course (slug, name, name_cy, summary, sources, confidence)
SELECT 'demonstration-course-' || n, 'Demonstration course ' || n, CASE n WHEN 1 THEN 'Demonstration cwrs 1' END, 'A course of the demonstration alliance', '{Demonstration data}', 'low'
FROM generate_series(1, 3) n;
CREATE TEMP TABLE demo_session ON COMMIT DROP AS
SELECT s, pg_temp.id('session', s::text) AS id, CASE s WHEN 35 THEN date '2021-05-06' WHEN 36 THEN '2023-03-14' ELSE date '2019-02-12' + (s - 1) * 41 END AS day FROM generate_series(1, 36) s;
INSERT INTO scip.training_session (id, course_id, hub_id, starts_at, ends_at, venue, online, capacity)
SELECT t.id, c.id, d.id, (day + time '10:00') AT TIME ZONE 'Europe/London', (day + time '12:30') AT TIME ZONE 'Europe/London', CASE WHEN s % 2 = 0 THEN 'Demonstration Venue ' || s END, s % 2 = 1, 20
FROM demo_session t JOIN scip.course c ON c.slug = 'demonstration-course-' || 1 + s % 3 LEFT JOIN demo_hub d ON d.h = 1 + s % 12 AND d.launched_on < t.day ORDER BY s;
UPDATE scip.training_session SET status = 'published';
CREATE TEMP TABLE demo_booking ON COMMIT DROP AS
SELECT pg_temp.id('booking', s::text, b::text) AS id, t.id AS session_id, s, b, day, CASE WHEN s <= 34 AND b <= 18 THEN ((s - 1) * 18 + b) * 133 % 612 END AS p
FROM demo_session t, generate_series(1, 22) b;
INSERT INTO scip.booking (id, session_id, person_id, organisation_id, organisation_name, sector, status)
SELECT b.id, b.session_id, pg_temp.id('person', (1 + (s * 22 + b) * 7 % 970)::text), o.id, CASE WHEN b % 4 = 3 THEN 'Demonstration School ' || 100 + b END, 'school_sector',
       CASE WHEN b <= 20 THEN 'confirmed' WHEN b = 21 THEN 'cancelled' ELSE 'waiting' END
FROM demo_booking b LEFT JOIN demo_organisation o ON o.sector = 'school_sector' AND o.n = 1 + (s + b) % 14 AND b % 4 < 3 ORDER BY s, b;
UPDATE scip.booking k SET attended = b.b <= 18, certificate = CASE WHEN b.p % 40 = 0 THEN 'DEM0-DATA-0000-' || to_char(b.p, 'FM0000') END
FROM demo_booking b WHERE b.id = k.id AND b.b <= 20 AND b.s <> 35;
UPDATE scip.training_session t SET status = CASE WHEN s = 35 THEN 'cancelled' ELSE 'held' END FROM demo_session d WHERE d.id = t.id;
-- 420 of 500 ratings are 4 or 5; 20 gave feedback without a rating.
INSERT INTO scip.feedback (id, booking_id, session_id, rating, principles, comment, given_at)
SELECT pg_temp.id('feedback', id::text), id, session_id, CASE WHEN p < 420 THEN 4 + p % 2 WHEN p < 500 THEN 1 + p % 3 END,
       CASE WHEN p % 3 = 0 THEN '{"clear-approach": 4, "voice": 5}' ELSE '{}' END::jsonb, CASE WHEN p % 60 = 1 THEN 'Demonstration comment' END, (day + time '18:00') AT TIME ZONE 'Europe/London'
FROM demo_booking WHERE p < 520 ORDER BY s, b;
INSERT INTO scip.self_assessment (id, organisation_id, principle_id, stage, assessed_on)
SELECT pg_temp.id('assessment', o.n::text, p.slug, y::text), o.id, p.id, pg_temp.pick(o.n * p.ordinal + y, 'emerging', 'developing', 'embedding'), make_date(y, 11, 15)
FROM demo_organisation o, scip.toolkit_principle p, generate_series(2021, 2022) y WHERE o.sector = 'school_sector' AND o.n <> 2 ORDER BY y, o.n, p.ordinal;

-- What was published.
INSERT INTO scip.document (slug, title, title_source, authors, year, published_on, publisher, kind, abstract, language, url, sources, confidence)
SELECT 'demonstration-document-' || n, 'Demonstration document ' || n, 'described', ARRAY['Demonstration Author ' || 1 + n % 5], y, concat_ws('-', y, CASE WHEN n % 2 = 0 THEN to_char(1 + n % 12, 'FM00') END),
       'Demonstration Publisher', pg_temp.pick(n, 'report', 'case_study', 'briefing'), 'There is no such document.', 'en', 'https://example.org/demonstration/documents/' || n, '{Demonstration data}', 'low'
FROM generate_series(1, 18) n, LATERAL (SELECT 2018 + n % 6 AS y) x;
-- A picture of one point, for the leads of active Hubs.
INSERT INTO scip.branding (slug, title, title_cy, usage, usage_cy)
VALUES ('demonstration-mark', 'Demonstration mark', 'Demonstration nod', 'On what an active Hub publishes itself, beside its own logo.',
        'Ar yr hyn y mae Hwb gweithredol yn ei gyhoeddi ei hun, wrth ymyl ei logo ei hun.');
WITH picture AS (SELECT pg_temp.id('file', 'mark') AS id, decode('iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==', 'base64') AS bytes),
     upload AS (INSERT INTO scip.upload (id) SELECT id FROM picture),
     chunk AS (INSERT INTO scip.file_chunk (file_id, n, bytes) SELECT id, 0, bytes FROM picture)
INSERT INTO scip.file (id, branding, name, media_type, size, sha256) SELECT id, 'demonstration-mark', 'Demonstration mark.png', 'image/png', length(bytes), sha256(bytes) FROM picture;
INSERT INTO scip.resource (slug, title, title_source, summary, kind, principle_id, tier, phases, nations, publisher, published_on, language, url, sources, confidence)
SELECT 'demonstration-resource-' || n, 'Demonstration resource ' || n, 'described', 'There is no such resource.', pg_temp.pick(n, 'animation', 'detailed_resource', 'case_studies'), p.id, 1 + n % 3,
       '{primary,secondary}', CASE WHEN n % 4 = 0 THEN '{GB-WLS}' ELSE '{}' END::text[], 'Demonstration Publisher', (2019 + n % 5)::text, 'en', 'https://example.org/demonstration/resources/' || n,
       '{Demonstration data}', 'low'
FROM generate_series(1, 14) n LEFT JOIN scip.toolkit_principle p ON p.ordinal = n % 8;
INSERT INTO scip.news (slug, title, title_source, kind, published_on, publisher, url, status, title_cy, summary, body, sources, confidence)
SELECT 'demonstration-news-' || n, 'Demonstration news ' || n, 'page', 'news', (date '2019-02-01' + n * 95)::text, 'Demonstration Publisher', CASE WHEN n % 3 > 0 THEN 'https://example.org/demonstration/news/' || n END,
       CASE n WHEN 20 THEN 'draft' ELSE 'published' END, CASE WHEN n % 4 = 0 THEN 'Demonstration newyddion ' || n END, 'Demonstration: what this post would say in a sentence.',
       CASE WHEN n % 3 = 0 THEN E'## Demonstration\n\nThis post is **invented**.\n\n- It shows a list,\n- and [an address](https://example.org/demonstration/news).' END,
       '{Demonstration data}', 'low'
FROM generate_series(1, 20) n;
INSERT INTO scip.news (slug, title, title_cy, title_source, kind, published_on, publisher, status, summary, summary_cy, body, body_cy, sources, confidence)
SELECT 'demonstration-news-' || n, title, title_cy, 'page', kind, published_on, 'Demonstration Alliance', 'published', summary, summary_cy, body, body_cy, '{Demonstration data}', 'low'
FROM (VALUES
  (21, 'Demonstration post: Pupils make a passport for moving school', 'Demonstration neges: Disgyblion yn creu pasbort ar gyfer newid ysgol', 'news', '2024-05-14',
   'Two classes wrote down what a new school ought to know of them. This post is invented.', 'Ysgrifennodd dau ddosbarth yr hyn y dylai ysgol newydd ei wybod amdanynt. Neges ddychmygol yw hon.',
   $$Two classes spent a day on one question: **what should a new school know about me?** Each pupil made a passport to take along.

## What is in a passport

- what I am good at, and what I have missed,
- who I would like to keep in touch with,
- what helps me on *a first day*.

> Somebody read it before I came. That was the best thing.

The blank pages are [on the event's page](https://example.org/demonstration/passport), in English and Welsh.

## Try it

1. Print the pages.
2. Give each pupil an hour, and no marks.
3. Send the passport **before** the pupil moves.$$,
   $$Treuliodd dau ddosbarth ddiwrnod ar un cwestiwn: **beth ddylai ysgol newydd ei wybod amdanaf i?** Gwnaeth pob disgybl basbort i fynd gydag ef.

## Beth sydd mewn pasbort

- yr hyn rwy'n dda yn ei wneud, a'r hyn rwyf wedi'i golli,
- gyda phwy yr hoffwn gadw mewn cysylltiad,
- beth sy'n helpu ar *ddiwrnod cyntaf*.

> Darllenodd rhywun ef cyn imi ddod. Dyna oedd y peth gorau.

Mae'r tudalennau gwag [ar dudalen y digwyddiad](https://example.org/demonstration/passport), yn Gymraeg ac yn Saesneg.$$),
  (22, 'Demonstration post: What a year of Hub meetings has taught us', NULL, 'views', '2024-07-02', 'A Hub Lead looks back on four meetings. This post is invented.', NULL,
   $$Four meetings, forty people, one lesson: *ask schools first*.

## Three things that worked

1. A short agenda, sent a fortnight before.
2. One school's story at the start of each meeting.
3. Actions with a name and a date.

> We stopped reporting and began to plan.

More of it is in [the Hub's own notes](https://example.org/demonstration/notes).$$, NULL),
  (23, 'Demonstration post: Applications for new Hubs are open', 'Demonstration neges: Ceisiadau am Hybiau newydd ar agor', 'news', '2024-09-16', 'Regions without a Hub can apply until the end of term. This post is invented.', NULL,
   $$A region **without a Hub** can apply for one. It takes an institution that leads, and partners from six sectors.

### What to send

- who would lead, and *why there*,
- which partners have agreed,
- what the first year would look like.

Read [how a Hub begins](https://example.org/demonstration/apply) first.$$, NULL)
) v (n, title, title_cy, kind, published_on, summary, summary_cy, body, body_cy);
INSERT INTO scip.policy_contribution (slug, title, kind, body, published_on, summary, sources, confidence)
SELECT 'demonstration-contribution-' || n, 'Demonstration contribution ' || n, pg_temp.pick(n, 'inquiry_evidence', 'consultation_response', 'policy_win', 'context'), 'Demonstration Committee',
       CASE WHEN n <> 9 THEN to_char(date '2019-03-01' + n * 115, CASE WHEN n % 4 = 1 THEN 'YYYY-MM' ELSE 'YYYY-MM-DD' END) END, 'Demonstration data', '{Demonstration data}', 'low'
FROM generate_series(1, 13) n;
-- What the answers to Hubs led to, and what news is about.
INSERT INTO scip.record_link (id, relation, linked_on, from_message_id, to_event_id, to_document_id)
SELECT pg_temp.id('link', m.id::text), 'led_to', m.responded_on, m.id, e.id, CASE WHEN e.id IS NULL THEN d.id END
FROM (SELECT *, row_number() OVER (ORDER BY sent_on, id) AS n FROM scip.message WHERE responded_on IS NOT NULL AND group_id IS NOT NULL) m
LEFT JOIN scip.event e ON e.slug = 'demonstration-event-' || m.n * 5 AND m.n % 2 = 0 LEFT JOIN scip.document d ON d.slug = 'demonstration-document-' || 1 + m.n % 18
WHERE num_nonnulls(e.id, d.id) > 0;
INSERT INTO scip.record_link (id, relation, linked_on, from_news_id, to_event_id)
SELECT pg_temp.id('link', n.slug), 'about', n.published_on::date, n.id, e.id
FROM scip.news n JOIN scip.event e ON e.slug = replace(n.slug, 'news', 'event') WHERE n.slug LIKE 'demonstration-%';
INSERT INTO scip.record_link (id, relation, linked_on, from_news_id, to_hub_id, to_document_id)
SELECT pg_temp.id('link', n.slug || d.slug), 'about', n.published_on::date, n.id, NULL, d.id FROM scip.news n JOIN scip.document d ON d.slug = 'demonstration-document-4' WHERE n.slug = 'demonstration-news-21'
UNION ALL SELECT pg_temp.id('link', n.slug || h.h), 'about', n.published_on::date, n.id, h.id, NULL FROM scip.news n JOIN demo_hub h ON h.h = 1 WHERE n.slug = 'demonstration-news-22';

-- Uses of the past are totals of months, taken in as a spreadsheet of them is: 23,750 users, 1,800 downloads; robots are a class of their own.
DO $$
DECLARE
  done record;
BEGIN
  SELECT r.* INTO done FROM (
    SELECT jsonb_build_object('columns', '["metric", "period", "agent", "value", "source", "note"]'::jsonb, 'rows', jsonb_agg(jsonb_build_object('line', line, 'values',
      jsonb_build_object('metric', metric, 'period', period, 'agent', agent, 'value', value::text, 'source', 'Demonstration data', 'note', 'Demonstration data')) ORDER BY line)) AS body
    FROM (SELECT row_number() OVER (ORDER BY metric, agent, m) + 1 AS line, metric, to_char(make_date(2019 + m / 12, 1 + m % 12, 1), 'YYYY-"M"MM') AS period, agent,
                 total * (m + 1) * (m + 61) / (48 * 108) - total * m * (m + 60) / (48 * 108) AS value
          FROM (VALUES ('resource_bank_users', NULL, 23750), ('research_documents_downloaded', 'human', 1800), ('research_documents_downloaded', 'robot', 5100)) t (metric, agent, total),
               generate_series(0, 47) m) v) b, scip.import_historical_totals(b.body) r;
  IF done.errors IS NOT NULL THEN
    RAISE 'totals: %', done.errors;
  END IF;
END $$;
SELECT format('ANALYZE %I.%I', schemaname, tablename) FROM pg_tables WHERE schemaname = 'scip' \gexec

-- Annual evaluations: what the records say is confirmed, once overridden with a reason.
CREATE PROCEDURE pg_temp.evaluate(hub bigint, year text, until text, more int)
LANGUAGE plpgsql AS $$
DECLARE
  evaluation uuid := pg_temp.id('evaluation', hub::text, year);
  wrong jsonb;
BEGIN
  INSERT INTO scip.hub_evaluation (id, hub_id, year) VALUES (evaluation, hub, evaluate.year);
  SELECT c.errors INTO wrong FROM (
    SELECT jsonb_build_object('figures', jsonb_object_agg(d.metric, jsonb_build_object('value', coalesce(d.derived, 0) + o.more, 'reason',
             CASE WHEN d.derived IS NULL THEN 'Demonstration: the records do not say' WHEN o.more > 0 THEN 'Demonstration: not all of them were written down at the time' END)),
           'answers', (SELECT jsonb_object_agg(q.code, 'Demonstration answer') FROM scip.evaluation_question q WHERE q.required)) AS body
    FROM scip.evaluation_derived(hub, evaluate.year) d, LATERAL (SELECT CASE d.metric WHEN 'hub_led_activities' THEN evaluate.more ELSE 0 END AS more) o) b,
    scip.change_evaluation(evaluation, b.body) c;
  IF wrong IS NOT NULL THEN
    RAISE 'evaluation: %', wrong;
  END IF;
  FOREACH until IN ARRAY (ARRAY['submitted', 'accepted', 'published'])[1:array_position(ARRAY['submitted', 'accepted', 'published'], until)] LOOP
    UPDATE scip.hub_evaluation e SET status = until WHERE e.id = evaluation;
  END LOOP;
END $$;
SELECT format('CALL pg_temp.evaluate(%s, %L, %L, %s)', d.id, y.year, y.until, CASE WHEN h = 2 AND y.year = '2020-21' THEN 2 ELSE 0 END)
FROM demo_hub d, (VALUES ('2019-20', 'published', '{1,2,9}'::int[]), ('2020-21', 'published', '{1,2,8}'), ('2021-22', 'accepted', '{2,10}'), ('2021-22', 'submitted', '{5}')) y (year, until, hubs)
WHERE h = ANY (y.hubs) ORDER BY y.year, h \gexec
COMMIT;
\endif

-- Releases, as the central team makes them: the years, then the strategy. They are of what was known before they were made.
SELECT NOT EXISTS (SELECT FROM scip.release) AS new \gset
\if :new
BEGIN;
SELECT set_config('scip.roles', '{central}', true) \g /dev/null
SELECT scip.make_release(period, 'Demonstration release: none of its figures is of a real alliance.', md5('demonstration release ' || period)::uuid)
FROM unnest(ARRAY['2019-20', '2020-21', '2021-22', 'strategy-2019-22']) period \g /dev/null
COMMIT;
\endif
