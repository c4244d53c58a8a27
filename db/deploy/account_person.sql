-- Whose account it is.
BEGIN;
CREATE OR REPLACE VIEW scip.accounts WITH (security_invoker) AS
SELECT a.id, a.issuer, a.subject, a.label::text, a.active, a.tokens_from,
       coalesce((SELECT json_agg(json_build_object('id', r.id, 'role', r.role, 'hub', r.hub, 'organisation', r.organisation,
                                   'group', r."group", 'from', r."from", 'to', r."to", 'href', r.href)
                                 ORDER BY r."from", r.role, r.hub, r."group", r.organisation)
                 FROM scip.account_roles r WHERE r.account = a.id), '[]') AS roles,
       a.created_at, a.updated_at, '/v1/accounts/' || a.id AS href,
       a.version AS _version, scip.fold(a.label) COLLATE "C" AS _sort, a.person_id AS person
FROM scip.account a;
COMMIT;
