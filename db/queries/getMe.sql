-- Who is asking: the roles in force, as far as the token's scope lets them, and what they allow.
SELECT a.id, a.label::text AS name, scip.link_id('people', a.person_id, a.person_id) AS person,
       coalesce((SELECT json_agg(json_build_object('role', r.role, 'hub', r.hub, 'organisation', r.organisation,
                                   'group', r."group", 'from', r."from", 'to', r."to")
                                 ORDER BY r.role, r._hub, r._group, r._organisation)
                 FROM scip.account_roles r
                 WHERE r.account = a.id AND r._current AND r.role = ANY (ctx.roles())), '[]') AS roles,
       coalesce((SELECT json_agg(o.key ORDER BY o.key COLLATE "C") FROM jsonb_each(:operations) o
                 WHERE o.value = '[]' OR o.value ?| ctx.roles()), '[]') AS operations
FROM scip.account a
WHERE a.id = ctx.account()
