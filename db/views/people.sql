-- Names are not in the views: the function that gives them out writes, so it is called for the rows of the answer alone.
-- In the API a membership ends on its last day, in the table with the day after.
CREATE VIEW scip.hub_members WITH (security_invoker) AS
SELECT m.id, scip.link('hubs', h.slug, h.name) AS hub, m.person_id AS person,
       scip.link('organisations', o.slug, o.name) AS organisation,
       m.organisation_name::text, m.sector::text, m.ambassador, m.speaks_for::json, m.starts AS "from", m.ends - 1 AS "to",
       m.starts <= scip.today() AND (m.ends IS NULL OR m.ends > scip.today()) AS current,
       m.created_at, m.updated_at, '/v1/hubs/' || h.slug || '/members/' || m.id AS href, m.version AS _version,
       h.slug AS _hub, m.ends AS _ends
FROM scip.hub_membership m
JOIN scip.hub h ON h.id = m.hub_id
LEFT JOIN scip.organisation o ON o.id = m.organisation_id;

CREATE VIEW scip.person_former_id WITH (security_invoker) AS SELECT former_id AS id, person_id FROM scip.person_merge;

CREATE VIEW scip.hub_quorum_rules WITH (security_invoker) AS
SELECT scip.link('hubs', h.slug, h.name) AS hub, q.starts AS "from",
       array_to_json(q.sectors) AS sectors, q.minimum AS minimum_members, q.created_at, q.updated_at,
       '/v1/hubs/' || h.slug || '/quorum-rules/' || q.starts AS href, q.version AS _version, h.slug AS _hub, q.id AS _id
FROM scip.hub_quorum q JOIN scip.hub h ON h.id = q.hub_id;

CREATE VIEW scip.group_seats WITH (security_invoker) AS
SELECT s.id, scip.link('groups', g.slug, g.name) AS "group", s.title::text,
       scip.link('organisations', o.slug, o.name) AS organisation,
       s.sector::text, s.person_id AS person, s.starts AS "from", s.ends - 1 AS "to", s.created_at, s.updated_at,
       '/v1/groups/' || g.slug || '/seats/' || s.id AS href, s.version AS _version, g.slug AS _group, s.ends AS _ends
FROM scip.group_seat s
JOIN scip.alliance_group g ON g.id = s.group_id
LEFT JOIN scip.organisation o ON o.id = s.organisation_id;

-- Hubs and groups that the caller belongs to, once and now.
CREATE VIEW scip.own_memberships WITH (security_invoker) AS
SELECT id, hub, NULL::json AS "group", NULL::text AS title, organisation, sector, "from", "to", created_at, updated_at, href
FROM scip.hub_members WHERE person = (SELECT ctx.person())
UNION ALL
SELECT id, NULL, "group", title, organisation, sector, "from", "to", created_at, updated_at, href
FROM scip.group_seats WHERE person = (SELECT ctx.person());
GRANT SELECT ON scip.person_former_id, scip.hub_members, scip.hub_quorum_rules, scip.group_seats, scip.own_memberships TO scip_caller;
