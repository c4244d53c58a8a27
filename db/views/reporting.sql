-- What the read queries select from.
CREATE VIEW scip.activities WITH (security_invoker) AS
SELECT a.id, scip.link('hubs', h.slug, h.name) AS hub, a.kind, a.held_on,
       a.title::text, a.description, array_to_json(a.themes) AS themes, a.interventions, a.young_people,
       scip.link_id('hubs/' || h.slug || '/members', a.membership_id, m.id) AS membership,
       scip.link('programmes', p.slug, p.name) AS programme, a.created_at, a.updated_at,
       '/v1/hubs/' || h.slug || '/activities/' || a.id AS href, a.version AS _version, h.slug AS _hub
FROM scip.activity a JOIN scip.hub h ON h.id = a.hub_id LEFT JOIN scip.programme p ON p.slug = a.programme
LEFT JOIN scip.hub_membership m ON m.id = a.membership_id;

-- A row for each Hub and quarter since there are Hubs; a draft is none to who may not see it. required: active in all of the quarter.
CREATE VIEW scip.hub_updates WITH (security_invoker) AS
SELECT scip.link('hubs', h.slug, h.name) AS hub, q.quarter, q.starts AS "from",
       scip.quarter_end(q.quarter) AS "to", scip.due_on(q.quarter) AS due_on, scip.open_until(h.id, q.quarter) AS open_until,
       scip.hub_active(h.id, q.starts, scip.quarter_end(q.quarter)) AS required, coalesce(u.status, 'none') AS status, u.nil_return,
       (u.submitted_at AT TIME ZONE setting.zone())::date > scip.due_on(q.quarter) AS late, u.submitted_at,
       u.practice, u.challenges, u.ideas, u.priorities, u.questions, u.member_updates, u.created_at, u.updated_at,
       '/v1/hubs/' || h.slug || '/quarterly-updates/' || q.quarter AS href, u.version AS _version, h.id AS _hub_id, h.slug AS _hub,
       h.name_sort AS _sort, u.status AS _status, u.hub_id AS _update_of
FROM scip.hub h
CROSS JOIN ( -- by numbers, of which the planner knows how many there will be; as they stand, for what is computed could not be asked of
  -- an index under a policy
  SELECT scip.quarter(s::date) AS quarter, s::date AS starts
  FROM generate_series(0, (extract(year FROM scip.today())::int * 12 + extract(month FROM scip.today())::int
    - (setting.first_year() * 12 + setting.year_month())) / 3) n
  CROSS JOIN LATERAL (SELECT make_date(setting.first_year(), setting.year_month(), 1) + n * interval '3 months' AS s) d OFFSET 0) q
LEFT JOIN scip.quarterly_update u ON u.hub_id = h.id AND u.quarter = q.quarter;

CREATE VIEW scip.messages WITH (security_invoker) AS -- names are looked up of a page's messages alone; only filters join
SELECT m.id, m.direction, m.kind, m.title::text, m.text, m.sent_on, m.response, m.response_channel, m.responded_on, m.created_at,
  m.updated_at, '/v1/messages/' || m.id AS href, m.version AS _version, g.slug AS _group, h.slug AS _hub,
  scip.item_link(m.agenda_item_id) AS agenda_item, m.agenda_item_id AS _agenda_item, m.open_to_hubs,
  (SELECT scip.link('hubs', x.slug, x.name) FROM scip.hub x WHERE x.id = m.hub_id) AS hub,
  (SELECT scip.link('groups', x.slug, x.name) FROM scip.alliance_group x WHERE x.id = m.group_id) AS "group"
FROM scip.message m LEFT JOIN scip.alliance_group g ON g.id = m.group_id LEFT JOIN scip.hub h ON h.id = m.hub_id;

-- A row for each Hub and message for Hubs: relayed or not.
CREATE VIEW scip.hub_relays WITH (security_invoker) AS
SELECT scip.link('hubs', h.slug, h.name) AS hub,
       json_build_object('id', m.id, 'name', m.title, 'sent_on', m.sent_on, 'href', '/v1/messages/' || m.id) AS message,
       r.relayed_on, r.note, r.updated_at, '/v1/hubs/' || h.slug || '/relays/' || m.id AS href, r.version AS _version,
       h.id AS _hub_id, h.slug AS _hub, m.id AS _message, m.sent_on AS _sent_on
FROM scip.hub h
CROSS JOIN scip.message m
LEFT JOIN LATERAL (SELECT * FROM scip.message_relay x WHERE x.message_id = m.id AND x.hub_id = h.id OFFSET 0) r ON true -- not all of m
WHERE m.direction = 'to_hubs';

CREATE VIEW scip.hub_answers WITH (security_invoker) AS
SELECT scip.link('hubs', h.slug, h.name) AS hub,
       json_build_object('id', m.id, 'name', m.title, 'sent_on', m.sent_on, 'href', '/v1/messages/' || m.id) AS message,
       a.text, a.answered_on, a.created_at, a.updated_at, '/v1/hubs/' || h.slug || '/answers/' || m.id AS href, a.version AS _version,
       h.slug AS _hub, m.id AS _message
FROM scip.message_answer a JOIN scip.hub h ON h.id = a.hub_id JOIN scip.message m ON m.id = a.message_id;

CREATE VIEW scip.hub_reports WITH (security_invoker) AS
SELECT r.id, scip.link('hubs', h.slug, h.name) AS hub, scip.link('groups', g.slug, g.name) AS "group",
       scip.item_link(r.agenda_item_id) AS agenda_item, r.quarter, r.practice, r.challenges, r.ideas, r.priorities, r.questions,
       r.member_updates, r.nil_return, r.status, r.submitted_at, r.response AS feedback, r.responded_on AS feedback_on, r.created_at,
       r.updated_at, '/v1/hub-reports/' || r.id AS href, r.version AS _version, h.slug AS _hub, g.slug AS _group, r.meeting_id AS _meeting
FROM scip.hub_report r JOIN scip.hub h ON h.id = r.hub_id JOIN scip.alliance_group g ON g.id = r.group_id;

CREATE VIEW scip.hub_reviews WITH (security_invoker) AS
SELECT r.id, scip.link('hubs', h.slug, h.name) AS hub, r.reviewed_on, r.note,
       r.created_at, r.updated_at, '/v1/hubs/' || h.slug || '/reviews/' || r.id AS href, r.version AS _version, h.slug AS _hub
FROM scip.hub_review r JOIN scip.hub h ON h.id = r.hub_id;

-- What the lead has to do, by the rules of this year and the last and by what is planned.
CREATE VIEW scip.hub_duties WITH (security_invoker) AS
SELECT d.kind, d.rule, d.title::text, d.due_on, coalesce(d.due_on < scip.today(), false) AS overdue, d.href, h.slug AS _hub,
       concat(d.kind, d.rule, d.href) AS _duty
FROM scip.hub h CROSS JOIN LATERAL (
  SELECT 'rule' AS kind, r.rule, r.next_action AS title, r.deadline AS due_on, format('/v1/hubs/%s/health?period=%s', h.slug, r.period) href
  FROM unnest(ARRAY[scip.today(), (scip.today() - interval '1 year')::date]) day, scip.health(scip.academic_year(day), h.slug) r
  WHERE r.next_action IS NOT NULL
  UNION ALL SELECT 'action', NULL, a.text, a.due_on, '/v1/meetings/' || m.id || '/actions/' || a.id
  FROM scip.meeting m JOIN scip.action a ON a.meeting_id = m.id AND a.done_on IS NULL WHERE m.hub_id = h.id
  UNION ALL SELECT 'meeting', NULL, m.title, m.starts_on, m.href FROM scip.meetings m WHERE m._hub_id = h.id AND m.status = 'planned'
  UNION ALL SELECT 'hub_report', NULL, i ->> 'name', (i -> 'meeting' ->> 'starts_on')::date, '/v1/hub-reports/' || r.id
  FROM scip.hub_report r, scip.item_link(r.agenda_item_id) i WHERE r.hub_id = h.id AND r.status = 'draft') d;

-- What Hubs owe past its day: updates of quarters, evaluations of years.
CREATE VIEW scip.late_returns WITH (security_invoker) AS
SELECT u.hub, r.kind, r.period, r.status, r.due_on, scip.today() - r.due_on AS days_late, r.open_until, r.href, u._hub,
       left(u.quarter, 7) AS _year, concat(u._hub, r.period) AS _owed
FROM scip.hub_updates u CROSS JOIN LATERAL (
  SELECT 'quarterly_update' AS kind, u.quarter::text AS period, u.status, u.due_on, u.open_until, u.href WHERE u.required
  UNION ALL SELECT 'evaluation', y.year, coalesce(e.status, 'none'), (u."to" + setting.evaluation_due_months() * interval '1 month')::date,
    NULL, '/v1/hubs/' || u._hub || '/evaluations/' || y.year
  FROM left(u.quarter, 7) y (year) LEFT JOIN scip.hub_evaluation e ON e.hub_id = u._hub_id AND e.year = y.year
  WHERE u.quarter ~ 'Q4$' AND scip.hub_status_on(u._hub_id, u."to") = 'active') r
WHERE r.due_on < scip.today() AND r.status IN ('none', 'draft');

GRANT SELECT ON scip.activities, scip.hub_updates, scip.messages, scip.hub_relays, scip.hub_answers, scip.hub_reports, scip.hub_reviews,
  scip.hub_duties, scip.late_returns TO scip_caller;
