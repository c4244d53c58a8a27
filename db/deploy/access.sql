-- Who asks: accounts and their roles. A token says who, these tables say what.
BEGIN;
SET LOCAL client_min_messages = warning;

-- A person at an OpenID provider, or a client of the service's own (issuer 'self').
CREATE TABLE scip.account (
  LIKE ctx.entry INCLUDING ALL,
  issuer text NOT NULL CHECK (issuer ~ '^(self|https?://\S+)$'),
  subject text NOT NULL CHECK (subject ~ '^[^[:cntrl:]]{1,255}$'),
  label scip.label NOT NULL,
  active boolean NOT NULL DEFAULT true,
  tokens_from timestamptz,
  label_sort text COLLATE "C" NOT NULL GENERATED ALWAYS AS (scip.fold(label)) STORED,
  CONSTRAINT account_once UNIQUE (issuer, subject)
);
CREATE INDEX ON scip.account (label_sort, id);
CREATE INDEX ON scip.account (label_sort, id) WHERE issuer = 'self';
CREATE INDEX ON scip.account (updated_at);
COMMENT ON COLUMN scip.account.label IS 'What the central team calls it: a post or a system, not a person''s name';
COMMENT ON COLUMN scip.account.tokens_from IS 'Tokens issued earlier are not accepted';
COMMENT ON COLUMN scip.account.subject IS
  'personal: purpose=to recognise who signs in; basis=legitimate interests, UK GDPR Art. 6(1)(f); retention=the account''s';

-- Dated; a role ends with the day before `ends`. An organisation beside a Hub or a group is the one that the
-- account stands for there.
CREATE TABLE scip.account_role (
  LIKE ctx.entry INCLUDING ALL,
  account_id uuid NOT NULL REFERENCES scip.account ON DELETE CASCADE,
  role text NOT NULL CHECK (role IN ('central', 'hub_lead', 'hub_member', 'group_member', 'partner', 'website', 'analyst')),
  hub_id bigint REFERENCES scip.hub,
  group_id bigint REFERENCES scip.alliance_group,
  organisation_id bigint REFERENCES scip.organisation,
  starts date NOT NULL DEFAULT scip.today(),
  ends date,
  CONSTRAINT account_role_subject CHECK (
    (hub_id IS NOT NULL) = (role IN ('hub_lead', 'hub_member')) AND (group_id IS NOT NULL) = (role = 'group_member')
    AND CASE WHEN role = 'partner' THEN organisation_id IS NOT NULL
             WHEN role IN ('central', 'website', 'analyst') THEN organisation_id IS NULL ELSE true END),
  CONSTRAINT account_role_dates CHECK (ends >= starts),
  CONSTRAINT account_role_once EXCLUDE USING gist (
    account_id WITH =, role WITH =, (coalesce(hub_id, group_id, organisation_id, 0)) WITH =, daterange(starts, ends) WITH &&)
);

-- What a client of our own shows for itself: secrets (two at a time, so that one can follow the other), or
-- the public keys of its assertions (RFC 7523).
CREATE TABLE scip.client_secret (
  id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
  account_id uuid NOT NULL REFERENCES scip.account ON DELETE CASCADE,
  sha256 bytea NOT NULL CHECK (length(sha256) = 32),
  created_at timestamptz NOT NULL DEFAULT now(),
  ends_at timestamptz
);
CREATE TABLE scip.client_keys (
  account_id uuid PRIMARY KEY REFERENCES scip.account ON DELETE CASCADE,
  jwks jsonb NOT NULL CHECK (jsonb_typeof(jwks -> 'keys') = 'array')
);

-- Tokens that are no longer accepted, and assertions that have been used, until they expire anyway.
CREATE TABLE scip.spent_token (
  issuer text,
  token_id text,
  expires_at timestamptz NOT NULL,
  PRIMARY KEY (issuer, token_id)
);
CREATE INDEX ON scip.spent_token (expires_at);

-- Answers to requests with an Idempotency-Key. rights: of the caller when it was made, for a replay is given to
-- nobody who has other rights by then. persons: whose data it was made of; given again, it is read again.
CREATE TABLE scip.idempotency (
  account_id uuid NOT NULL REFERENCES scip.account ON DELETE CASCADE,
  operation text NOT NULL,
  key text NOT NULL,
  hash bytea NOT NULL,
  rights text NOT NULL,
  status int NOT NULL,
  location text,
  etag text,
  content_type text,
  body text,
  created_at timestamptz NOT NULL DEFAULT now(),
  persons uuid[],
  PRIMARY KEY (account_id, operation, key)
);
CREATE INDEX ON scip.idempotency (created_at);

CALL scip.protect('account', 'account_role', 'client_secret', 'client_keys', 'spent_token', 'idempotency');
-- Accounts are the central team's and their own; what clients prove themselves with stands nowhere else.
CALL scip.track_changes('account', 'account', 'r.id', 'ARRAY[''account:'' || r.id]', personal => '{subject}');
CALL scip.keep_part('account_role', 'account', 'r.id', key => 'id', audience => 'ARRAY[''account:'' || r.account_id]');
CALL scip.keep_part('client_secret', 'account', 'r.id', key => 'id', audience => 'ARRAY[''account:'' || r.account_id]',
  personal => '{sha256}');
CALL scip.keep_part('client_keys', 'account', 'r.account_id', key => 'id', audience => 'ARRAY[''account:'' || r.account_id]');

-- The central team keeps accounts; everybody sees their own.
GRANT SELECT, INSERT, UPDATE, DELETE ON scip.account, scip.account_role, scip.client_secret, scip.client_keys TO scip_caller;

-- Roles as a request gives them, as the table has them; refuses a Hub, organisation or group that there is not.
CREATE FUNCTION scip.given_roles(roles jsonb, OUT role text, OUT hub_id bigint, OUT group_id bigint, OUT organisation_id bigint,
  OUT starts date, OUT ends date) RETURNS SETOF record LANGUAGE plpgsql STABLE AS $$
DECLARE
  g record;
BEGIN
  FOR g IN SELECT * FROM jsonb_to_recordset(roles) g (role text, hub text, organisation text, "group" text, "from" date, "to" date) LOOP
    hub_id := (SELECT h.id FROM scip.hub h WHERE h.slug = g.hub);
    group_id := (SELECT a.id FROM scip.alliance_group a WHERE a.slug = g."group");
    organisation_id := (SELECT o.id FROM scip.organisation o WHERE o.slug = g.organisation);
    PERFORM scip.refuse(422, 'reference-not-found', 'hub', 'There is no such Hub.') WHERE g.hub IS NOT NULL AND hub_id IS NULL;
    PERFORM scip.refuse(422, 'reference-not-found', 'group', 'There is no such group.') WHERE g."group" IS NOT NULL AND group_id IS NULL;
    PERFORM scip.refuse(422, 'reference-not-found', 'organisation', 'There is no such organisation.')
      WHERE g.organisation IS NOT NULL AND organisation_id IS NULL;
    role := g.role;
    starts := coalesce(g."from", scip.today());
    ends := g."to" + 1;
    RETURN NEXT;
  END LOOP;
END $$;
GRANT EXECUTE ON FUNCTION scip.given_roles TO scip_caller;

-- The new secret and the newest other one live; older ones, and those that are over, go. The account is
-- locked first and counted in the next statement, which sees what a concurrent one has made meanwhile.
CALL scip.add_trigger('keep_two AFTER INSERT ON client_secret', $$
  PERFORM FROM account WHERE id = NEW.account_id FOR NO KEY UPDATE;
  DELETE FROM client_secret WHERE account_id = NEW.account_id AND id <> NEW.id AND (
    ends_at <= now() OR id <> (SELECT s.id FROM client_secret s
                               WHERE s.account_id = NEW.account_id AND s.id <> NEW.id AND (s.ends_at IS NULL OR s.ends_at > now())
                               ORDER BY s.created_at DESC, s.id LIMIT 1));
$$);

-- These read by key alone, and sessions keep their plans: one that was made while a table was empty would read all of
-- it when it has grown, until it is analysed (hence enable_seqscan).
-- Begins a request's transaction: makes the claims, or raises SC401 (nobody we know) or SC403 (none of the roles
-- that the operation is for; an empty list is for every account), or SCPOL: the central team has a login of its own, which is
-- nobody else's. scope: the roles that the token is limited to.
CREATE FUNCTION ctx.enter(issuer text, subject text, token_id text, issued_at bigint, scope text, request text,
                          operation text, roles text[], dry_run boolean DEFAULT false)
RETURNS void LANGUAGE plpgsql SECURITY DEFINER SET search_path = scip, pg_temp SET enable_seqscan = off AS $$
DECLARE
  caller uuid;
  has record;
  audiences text[];
  login text := coalesce(nullif(current_setting('role'), 'none'), session_user);
BEGIN
  -- Words are taken out when nobody is in: what another is about to commit would be missed.
  IF enter.operation <> ALL ('{erasePerson,putErasureMentionDecision,addRedaction}') THEN
    PERFORM pg_advisory_xact_lock_shared(hashtextextended('scip.redaction', 0));
  END IF;
  SELECT a.id INTO caller FROM account a
  WHERE a.issuer = enter.issuer AND a.subject = enter.subject AND a.active
    AND (a.tokens_from IS NULL OR to_timestamp(enter.issued_at) >= date_trunc('second', a.tokens_from))
    AND NOT EXISTS (SELECT FROM spent_token t WHERE t.issuer = enter.issuer AND t.token_id = enter.token_id);
  IF caller IS NULL THEN
    RAISE 'unknown account' USING ERRCODE = 'SC401';
  END IF;
  SELECT coalesce(array_agg(DISTINCT r.role), '{}') AS roles,
         coalesce(array_agg(DISTINCT r.hub_id) FILTER (WHERE r.role = 'hub_lead'), '{}') AS hubs_led,
         coalesce(array_agg(DISTINCT r.hub_id) FILTER (WHERE r.hub_id IS NOT NULL), '{}') AS hubs,
         coalesce(array_agg(DISTINCT r.group_id) FILTER (WHERE r.group_id IS NOT NULL), '{}') AS groups,
         coalesce(array_agg(DISTINCT r.organisation_id) FILTER (WHERE r.role = 'partner'), '{}') AS organisations
  INTO has
  FROM account_role r
  WHERE r.account_id = caller AND r.starts <= today() AND (r.ends IS NULL OR r.ends > today())
    AND (enter.scope IS NULL OR r.role = ANY (string_to_array(enter.scope, ' ')));
  IF cardinality(enter.roles) > 0 AND NOT has.roles && enter.roles THEN
    PERFORM scip.refuse(403, 'role-needed');
  ELSIF login IN ('scip_writer', 'scip_central') AND (login = 'scip_central') <> ('central' = ANY (has.roles)) THEN
    RAISE 'the other login is theirs' USING ERRCODE = 'SCPOL';
  END IF;
  audiences := ARRAY['public', 'account:' || caller]
    || ARRAY(SELECT 'role:' || u FROM unnest(has.roles) u) || ARRAY(SELECT 'hub-lead:' || u FROM unnest(has.hubs_led) u)
    || ARRAY(SELECT 'hub:' || u FROM unnest(has.hubs) u) || ARRAY(SELECT 'group:' || u FROM unnest(has.groups) u)
    || ARRAY(SELECT 'organisation:' || u FROM unnest(has.organisations) u);
  PERFORM set_config('scip.account', caller::text, true), set_config('scip.request', enter.request, true),
    set_config('scip.operation', enter.operation, true), set_config('scip.dry_run', enter.dry_run::text, true),
    set_config('scip.roles', has.roles::text, true),
    set_config('scip.hubs_led', has.hubs_led::text, true), set_config('scip.hubs', has.hubs::text, true),
    set_config('scip.groups', has.groups::text, true), set_config('scip.organisations', has.organisations::text, true),
    set_config('scip.affiliations', coalesce((SELECT array_agg(DISTINCT r.organisation_id)::text FROM account_role r
      WHERE r.account_id = caller AND r.organisation_id IS NOT NULL
        AND r.starts <= today() AND (r.ends IS NULL OR r.ends > today())), ''), true),
    set_config('scip.audiences', audiences::text, true), set_config('scip.rights', md5(audiences::text), true);
END $$;

-- The end of a dry run: everything is checked now, also what waits for the commit, and then undone.
CREATE FUNCTION ctx.undo() RETURNS void LANGUAGE plpgsql AS $$
BEGIN
  SET CONSTRAINTS ALL IMMEDIATE;
  RAISE 'dry run' USING ERRCODE = 'SCDRY';
END $$;

-- Reserves a key for this transaction. Raises SC409 while another one has it, SC200 where its answer is kept,
-- SC422 where that was for another request, SC403 where the caller's rights have changed since.
CREATE FUNCTION ctx.claim(operation text, key text, hash bytea)
RETURNS void LANGUAGE plpgsql SECURITY DEFINER SET search_path = scip, pg_temp SET enable_seqscan = off AS $$
DECLARE
  kept record;
BEGIN
  PERFORM scip.refuse(409, 'idempotency-key-in-progress', '/header/Idempotency-Key')
    WHERE NOT pg_try_advisory_xact_lock(hashtextextended(concat_ws(' ', ctx.account(), operation, key), 0));
  SELECT i.hash, i.rights, i.status, i.created_at INTO kept FROM idempotency i
  WHERE i.account_id = ctx.account() AND i.operation = claim.operation AND i.key = claim.key;
  IF NOT FOUND THEN
    RETURN;
  ELSIF kept.status = 410 THEN
    PERFORM scip.refuse(409, 'idempotency-answer-erased', '/header/Idempotency-Key');
  ELSIF kept.created_at < now() - interval '24 hours' THEN
    DELETE FROM idempotency i WHERE i.account_id = ctx.account() AND i.operation = claim.operation AND i.key = claim.key;
  ELSIF kept.hash <> claim.hash THEN
    PERFORM scip.refuse(422, 'idempotency-key-reused', '/header/Idempotency-Key');
  ELSIF kept.rights <> ctx.rights() THEN
    PERFORM scip.refuse(403, 'rights-have-changed', '/header/Idempotency-Key');
  ELSE
    RAISE 'kept' USING ERRCODE = 'SC200';
  END IF;
END $$;

-- Keeps the answer in the transaction of its effect, and clears away a few that are over.
CREATE FUNCTION ctx.keep(operation text, key text, hash bytea, status int, location text, etag text, content_type text, body text)
RETURNS void LANGUAGE plpgsql SECURITY DEFINER SET search_path = scip, pg_temp SET enable_seqscan = off AS $$
BEGIN -- in plpgsql plans are kept; the order makes the plan use the index where nothing is over, whatever the statistics say
  DELETE FROM idempotency WHERE ctid = ANY (ARRAY(
    SELECT i.ctid FROM idempotency i WHERE i.created_at < now() - interval '24 hours' AND i.status <> 410
    ORDER BY i.created_at LIMIT 4 FOR UPDATE SKIP LOCKED));
  INSERT INTO idempotency (account_id, operation, key, hash, rights, status, location, etag, content_type, body)
  VALUES (ctx.account(), keep.operation, keep.key, keep.hash, ctx.rights(), keep.status, keep.location, keep.etag,
          keep.content_type, keep.body);
END $$;
CREATE FUNCTION ctx.kept(operation text, key text, hash bytea,
                         OUT status int, OUT location text, OUT etag text, OUT content_type text, OUT body text)
RETURNS SETOF record LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = scip, pg_temp SET enable_seqscan = off AS $$
DECLARE
  persons uuid[];
BEGIN
  FOR status, location, etag, content_type, body, persons IN
    SELECT i.status, i.location, i.etag, i.content_type, i.body, i.persons FROM idempotency i
    WHERE i.account_id = ctx.account() AND i.operation = kept.operation AND i.key = kept.key
      AND i.hash = kept.hash AND i.rights = ctx.rights() LOOP
    PERFORM note_read(u) FROM unnest(persons) u;
    RETURN NEXT;
  END LOOP;
END $$;

CALL scip.add_trigger('note_persons BEFORE INSERT ON idempotency',
  $$NEW.persons := ARRAY(SELECT r.person_id FROM personal_read r WHERE r.xid = pg_current_xact_id());$$);

-- A client with this secret: its roles. No row: the credentials are wrong.
CREATE FUNCTION ctx.client_roles(client text, secret_sha256 bytea)
RETURNS SETOF text LANGUAGE sql STABLE SECURITY DEFINER SET search_path = scip, pg_temp AS $$
  SELECT coalesce((SELECT string_agg(DISTINCT r.role, ' ' ORDER BY r.role) FROM account_role r
                   WHERE r.account_id = a.id AND r.starts <= today() AND (r.ends IS NULL OR r.ends > today())), '')
  FROM account a
  WHERE a.issuer = 'self' AND a.subject = client AND a.active
    AND (secret_sha256 IS NULL
         OR EXISTS (SELECT FROM client_secret s WHERE s.account_id = a.id AND s.sha256 = secret_sha256
                    AND (s.ends_at IS NULL OR s.ends_at > now())));
$$;

CREATE FUNCTION ctx.client_jwks(client text) RETURNS SETOF jsonb LANGUAGE sql STABLE SECURITY DEFINER SET search_path = scip, pg_temp AS $$
  SELECT k.jwks FROM client_keys k JOIN account a ON a.id = k.account_id
  WHERE a.issuer = 'self' AND a.subject = client AND a.active;
$$;

-- Ends a token or uses up an assertion; false when it was spent before.
CREATE FUNCTION ctx.spend_token(issuer text, token_id text, expires_at bigint)
RETURNS boolean LANGUAGE plpgsql SECURITY DEFINER SET search_path = scip, pg_temp AS $$
BEGIN
  DELETE FROM spent_token WHERE ctid = ANY (ARRAY(
    SELECT ctid FROM spent_token t WHERE t.expires_at < now() - interval '5 minutes' ORDER BY t.expires_at LIMIT 4 FOR UPDATE SKIP LOCKED));
  INSERT INTO spent_token VALUES (issuer, token_id, to_timestamp(expires_at)) ON CONFLICT DO NOTHING;
  RETURN FOUND;
END $$;

GRANT EXECUTE ON FUNCTION ctx.enter, ctx.undo, ctx.claim, ctx.keep, ctx.kept, ctx.client_roles, ctx.client_jwks,
  ctx.spend_token TO scip_caller;

-- Who signed in at an OpenID provider that is trusted here, and has no account: the answer says what to do, and the central team sees them,
-- which can make one.

-- Written only after the token was found good, outside of the transaction that was refused. No name, no address: the provider's
-- own number for somebody, and when.
CREATE TABLE scip.unknown_account (
  issuer text,
  subject text CHECK (subject ~ '^[^[:cntrl:]]{1,255}$'),
  first_asked_at timestamptz NOT NULL DEFAULT now(),
  last_asked_at timestamptz NOT NULL DEFAULT now(),
  asked int NOT NULL DEFAULT 1,
  PRIMARY KEY (issuer, subject)
);
CREATE INDEX ON scip.unknown_account (last_asked_at);
COMMENT ON COLUMN scip.unknown_account.subject IS
  'personal: purpose=to give an account to who has asked for one; basis=legitimate interests, UK GDPR Art. 6(1)(f); '
  'retention=30 days after the last time, or until there is the account';
COMMENT ON COLUMN scip.unknown_account.asked IS 'Minutes in which they asked';
CALL scip.protect('unknown_account');
GRANT SELECT ON scip.unknown_account TO scip_caller;

-- The answer to a caller whose account is not known or not accepted. Of one account there is one write a minute, and of all the
-- 1,000 are kept that asked last, as anyone can make accounts at a provider.
CREATE FUNCTION ctx.unknown_account(issuer text, subject text) RETURNS text
LANGUAGE plpgsql SECURITY DEFINER SET search_path = scip, pg_temp SET enable_seqscan = off AS $$
BEGIN
  IF EXISTS (SELECT FROM account a WHERE a.issuer = unknown_account.issuer AND a.subject = unknown_account.subject) THEN
    RETURN 'This account is closed, or its token has been ended: sign in again, and if that does not help ask the central team of '
      'the Alliance.';
  ELSIF unknown_account.issuer = 'self' OR unknown_account.subject !~ '^[^[:cntrl:]]{1,255}$' THEN
    RETURN 'The account of this token is no longer known: ask the central team of the Alliance.';
  END IF;
  INSERT INTO unknown_account AS u VALUES (unknown_account.issuer, unknown_account.subject)
  ON CONFLICT ON CONSTRAINT unknown_account_pkey
    DO UPDATE SET asked = least(u.asked, 1000000000) + 1, last_asked_at = now() WHERE u.last_asked_at < now() - interval '1 minute';
  DELETE FROM unknown_account WHERE ctid = ANY (ARRAY(
    SELECT u.ctid FROM unknown_account u ORDER BY u.last_asked_at DESC OFFSET 1000 FOR UPDATE SKIP LOCKED));
  RETURN format('You have no account here yet. The central team of the Alliance can make one, and sees that you asked: '
    'issuer %s, subject %s.',
    unknown_account.issuer, unknown_account.subject);
END $$;
GRANT EXECUTE ON FUNCTION ctx.unknown_account TO scip_caller;

-- Known from now on.
CALL scip.add_trigger('forget_unknown AFTER INSERT ON account',
  $$DELETE FROM unknown_account u WHERE u.issuer = NEW.issuer AND u.subject = NEW.subject;$$);

CALL scip.add_retention('unknown_account', '30 days after they last asked', 'who signed in without an account',
  $$DELETE FROM scip.unknown_account WHERE last_asked_at < now() - interval '30 days'$$);

COMMIT;
