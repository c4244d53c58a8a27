-- In the API a role ends on its last day, in the table with the day after.
CREATE VIEW scip.account_roles WITH (security_invoker) AS
SELECT r.id, r.account_id AS account, r.role, scip.link('hubs', h.slug, h.name) AS hub,
       scip.link('organisations', o.slug, o.name) AS organisation, scip.link('groups', g.slug, g.name) AS "group",
       h.slug::text AS _hub, o.slug::text AS _organisation, g.slug::text AS _group, r.starts AS "from", r.ends - 1 AS "to",
       '/v1/accounts/' || r.account_id || '/roles/' || r.id AS href, r.updated_at,
       r.starts <= scip.today() AND (r.ends IS NULL OR r.ends > scip.today()) AS _current, r.version AS _version
FROM scip.account_role r
LEFT JOIN scip.hub h ON h.id = r.hub_id
LEFT JOIN scip.organisation o ON o.id = r.organisation_id
LEFT JOIN scip.alliance_group g ON g.id = r.group_id;
CREATE VIEW scip.accounts WITH (security_invoker) AS
SELECT a.id, a.issuer, a.subject, a.label::text AS name, a.active, a.tokens_from,
       coalesce((SELECT json_agg(json_build_object('id', r.id, 'role', r.role, 'hub', r.hub, 'organisation', r.organisation,
                                   'group', r."group", 'from', r."from", 'to', r."to", 'href', r.href)
                                 ORDER BY r."from", r.role, r._hub, r._group, r._organisation)
                 FROM scip.account_roles r WHERE r.account = a.id), '[]') AS roles,
       a.created_at, a.updated_at, '/v1/accounts/' || a.id AS href, a.version AS _version, a.label_sort AS _sort, a.person_id AS person
FROM scip.account a;

CREATE VIEW scip.clients WITH (security_invoker) AS
SELECT a.id, a.subject AS client_id, a.name, a.active, a.tokens_from, a.roles,
       (SELECT k.jwks FROM scip.client_keys k WHERE k.account_id = a.id) AS jwks,
       coalesce((SELECT json_agg(json_build_object(
                   'from', to_char(s.created_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"'),
                   'to', to_char(s.ends_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"')) ORDER BY s.created_at DESC, s.id)
                 FROM scip.client_secret s WHERE s.account_id = a.id AND (s.ends_at IS NULL OR s.ends_at > now())), '[]') AS secrets,
       a.created_at, a.updated_at, '/v1/clients/' || a.id AS href, a._version, a._sort
FROM scip.accounts a
WHERE a.issuer = 'self';

GRANT SELECT ON scip.account_roles, scip.accounts, scip.clients TO scip_caller;
