CREATE VIEW scip.meetings WITH (security_invoker) AS
SELECT m.id,
       scip.link('hubs', h.slug, h.name) AS hub, scip.link('groups', g.slug, g.name) AS "group",
       m.kind, m.title::text, m.starts_at, m.day AS starts_on, m.venue, m.online, m.status, m.guests, m.agenda_completed_at,
       m.attendance_shared_at, scip.meeting_quorum(m.id) AS quorum, m.created_at, m.updated_at, '/v1/meetings/' || m.id AS href,
       m.version AS _version, m.hub_id AS _hub_id, m.group_id AS _group_id
FROM scip.meeting m
LEFT JOIN scip.hub h ON h.id = m.hub_id
LEFT JOIN scip.alliance_group g ON g.id = m.group_id;

CREATE VIEW scip.agenda_items WITH (security_invoker) AS
SELECT i.id, i.ordinal, i.heading, i.title::text, i.intended_outcome, i.led_by, i.notes, i.outcome, i.version, i.created_at, i.updated_at,
       '/v1/meetings/' || i.meeting_id || '/agenda/' || i.id AS href, i.version AS _version, i.meeting_id AS _meeting,
       scip.link('hubs', h.slug, h.name) AS hub
FROM scip.agenda_item i LEFT JOIN scip.hub h ON h.id = i.hub_id;

-- Everybody who may have been there, with what is noted of them; and who was noted and has been found not to be a member.
CREATE VIEW scip.meeting_attendance WITH (security_invoker) AS
SELECT p.person_id AS _person, p.sector, a.status, a.updated_at,
       '/v1/meetings/' || m.id || '/attendance/' || p.person_id AS href, m.id AS _meeting
FROM scip.meeting m
CROSS JOIN LATERAL (
  SELECT x.person_id, x.sector FROM scip.meeting_members(m.id) x
  UNION ALL
  SELECT n.person_id, NULL FROM scip.attendance n
  WHERE n.meeting_id = m.id AND NOT EXISTS (SELECT FROM scip.meeting_members(m.id) x WHERE x.person_id = n.person_id)) p
LEFT JOIN scip.attendance a ON a.meeting_id = m.id AND a.person_id = p.person_id;

CREATE VIEW scip.resolutions WITH (security_invoker) AS
SELECT r.id, r.text, r.created_at, r.updated_at, '/v1/meetings/' || r.meeting_id || '/resolutions/' || r.id AS href,
       r.version AS _version, r.meeting_id AS _meeting
FROM scip.resolution r;

CREATE VIEW scip.actions WITH (security_invoker) AS
SELECT a.id, CASE WHEN m.id IS NOT NULL
         THEN json_build_object('id', m.id, 'name', m.title, 'starts_on', m.day, 'href', '/v1/meetings/' || m.id) END AS meeting,
       scip.link('projects', p.slug, p.name) AS project, scip.link('hubs', h.slug, h.name) AS hub,
       scip.link('groups', g.slug, g.name) AS "group", a.text, a.owner_id AS owner, a.due_on, a.done_on, a.created_at, a.updated_at,
       '/v1/meetings/' || a.meeting_id || '/actions/' || a.id AS href, a.version AS _version, m.id AS _meeting, a.hub_id AS _hub_id,
       h.slug AS _hub, g.slug AS _group, p.slug AS _project
FROM scip.action a LEFT JOIN scip.meeting m ON m.id = a.meeting_id LEFT JOIN scip.project p ON p.id = a.project_id
LEFT JOIN scip.hub h ON h.id = a.hub_id LEFT JOIN scip.alliance_group g ON g.id = a.group_id;

CREATE VIEW scip.minutes_versions WITH (security_invoker) AS
SELECT n.id, h.hub, h."group", h.meeting, n.number, n.status,
       n.status = 'shared' AND NOT EXISTS (SELECT FROM scip.minutes later WHERE later.meeting_id = n.meeting_id
                                             AND later.status = 'shared' AND later.number > n.number) AS current,
       n.text, n.approved_at, n.shared_at, n.created_at, n.updated_at, '/v1/minutes/' || n.id AS href,
       n.version AS _version, n.meeting_id AS _meeting
FROM scip.minutes n CROSS JOIN LATERAL scip.meeting_head(n.meeting_id) h;

GRANT SELECT ON scip.meetings, scip.agenda_items, scip.meeting_attendance, scip.resolutions, scip.actions,
  scip.minutes_versions TO scip_caller;
