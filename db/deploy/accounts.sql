-- How accounts are shown and given roles; the rule of two secrets.
BEGIN;

-- In the API a role ends on its last day, in the table with the day after.
CREATE VIEW scip.account_roles WITH (security_invoker) AS
SELECT r.id, r.account_id AS account, r.role, h.slug::text AS hub, o.slug::text AS organisation, g.slug::text AS "group",
       r.starts AS "from", r.ends - 1 AS "to", '/v1/accounts/' || r.account_id || '/roles/' || r.id AS href,
       r.starts <= scip.today() AND (r.ends IS NULL OR r.ends > scip.today()) AS _current, r.version AS _version
FROM scip.account_role r
LEFT JOIN scip.hub h ON h.id = r.hub_id
LEFT JOIN scip.organisation o ON o.id = r.organisation_id
LEFT JOIN scip.alliance_group g ON g.id = r.group_id;

CREATE VIEW scip.accounts WITH (security_invoker) AS
SELECT a.id, a.issuer, a.subject, a.label::text, a.active, a.tokens_from,
       coalesce((SELECT json_agg(json_build_object('id', r.id, 'role', r.role, 'hub', r.hub, 'organisation', r.organisation,
                                   'group', r."group", 'from', r."from", 'to', r."to", 'href', r.href)
                                 ORDER BY r."from", r.role, r.hub, r."group", r.organisation)
                 FROM scip.account_roles r WHERE r.account = a.id), '[]') AS roles,
       a.created_at, a.updated_at, '/v1/accounts/' || a.id AS href,
       a.version AS _version, scip.fold(a.label) COLLATE "C" AS _sort
FROM scip.account a;

CREATE VIEW scip.clients WITH (security_invoker) AS
SELECT a.id, a.subject AS client_id, a.label, a.active, a.tokens_from, a.roles,
       (SELECT k.jwks FROM scip.client_keys k WHERE k.account_id = a.id) AS jwks,
       coalesce((SELECT json_agg(json_build_object(
                   'from', to_char(s.created_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"'),
                   'to', to_char(s.ends_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"')) ORDER BY s.created_at DESC, s.id)
                 FROM scip.client_secret s WHERE s.account_id = a.id AND (s.ends_at IS NULL OR s.ends_at > now())), '[]') AS secrets,
       a.created_at, a.updated_at, '/v1/clients/' || a.id AS href, a._version, a._sort
FROM scip.accounts a
WHERE a.issuer = 'self';

GRANT SELECT ON scip.account_roles, scip.accounts, scip.clients TO scip_writer;

-- Roles as a request gives them, as the table has them; refuses a Hub, organisation or group that there is not.
CREATE FUNCTION scip.given_roles(roles jsonb,
  OUT role text, OUT hub_id bigint, OUT group_id bigint, OUT organisation_id bigint, OUT starts date, OUT ends date)
RETURNS SETOF record LANGUAGE plpgsql STABLE AS $$
DECLARE
  g record;
BEGIN
  FOR g IN SELECT * FROM jsonb_to_recordset(roles) g (role text, hub text, organisation text, "group" text, "from" date, "to" date) LOOP
    hub_id := (SELECT h.id FROM scip.hub h WHERE h.slug = g.hub);
    group_id := (SELECT a.id FROM scip.alliance_group a WHERE a.slug = g."group");
    organisation_id := (SELECT o.id FROM scip.organisation o WHERE o.slug = g.organisation);
    IF g.hub IS NOT NULL AND hub_id IS NULL THEN
      RAISE 'no such Hub' USING ERRCODE = 'SC422', CONSTRAINT = 'no-such-hub';
    ELSIF g."group" IS NOT NULL AND group_id IS NULL THEN
      RAISE 'no such group' USING ERRCODE = 'SC422', CONSTRAINT = 'no-such-group';
    ELSIF g.organisation IS NOT NULL AND organisation_id IS NULL THEN
      RAISE 'no such organisation' USING ERRCODE = 'SC422', CONSTRAINT = 'no-such-organisation';
    END IF;
    role := g.role;
    starts := coalesce(g."from", scip.today());
    ends := g."to" + 1;
    RETURN NEXT;
  END LOOP;
END $$;
GRANT EXECUTE ON FUNCTION scip.given_roles TO scip_writer;

-- The new secret and the newest other one live; older ones, and those that are over, go. The account is
-- locked first and counted in the next statement, which sees what a concurrent one has made meanwhile.
CREATE FUNCTION scip.keep_two_secrets() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = scip, pg_temp AS $$
BEGIN
  PERFORM FROM account WHERE id = NEW.account_id FOR NO KEY UPDATE;
  DELETE FROM client_secret WHERE account_id = NEW.account_id AND id <> NEW.id AND (
    ends_at <= now() OR id <> (SELECT s.id FROM client_secret s
                               WHERE s.account_id = NEW.account_id AND s.id <> NEW.id AND (s.ends_at IS NULL OR s.ends_at > now())
                               ORDER BY s.created_at DESC, s.id LIMIT 1));
  RETURN NULL;
END $$;
CREATE TRIGGER keep_two AFTER INSERT ON scip.client_secret FOR EACH ROW EXECUTE FUNCTION scip.keep_two_secrets();

COMMIT;
