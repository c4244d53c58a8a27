-- Who asks: accounts, their roles, and the claims of one transaction. A token says who, these tables say what.
BEGIN;

-- A person at an OpenID provider, or a client of the service's own (issuer 'self').
CREATE TABLE scip.account (
  id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
  issuer text NOT NULL CHECK (issuer ~ '^(self|https?://\S+)$'),
  subject text NOT NULL CHECK (subject ~ '^[^[:cntrl:]]{1,255}$'),
  label scip.label NOT NULL,
  active boolean NOT NULL DEFAULT true,
  tokens_from timestamptz,
  version int NOT NULL DEFAULT 1,
  created_at timestamptz NOT NULL DEFAULT now(),
  updated_at timestamptz NOT NULL DEFAULT now(),
  CONSTRAINT account_once UNIQUE (issuer, subject)
);
COMMENT ON COLUMN scip.account.label IS 'What the central team calls it: a post or a system, not a person''s name';
COMMENT ON COLUMN scip.account.tokens_from IS 'Tokens issued earlier are not accepted';

-- Dated; a role ends with the day before `ends`. An organisation beside a Hub or a group is the one that the
-- account stands for there.
CREATE TABLE scip.account_role (
  id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
  account_id uuid NOT NULL REFERENCES scip.account ON DELETE CASCADE,
  role text NOT NULL CHECK (role IN ('central', 'hub_lead', 'hub_member', 'group_member', 'partner', 'website', 'analyst')),
  hub_id bigint REFERENCES scip.hub,
  group_id bigint REFERENCES scip.alliance_group,
  organisation_id bigint REFERENCES scip.organisation,
  starts date NOT NULL DEFAULT scip.today(),
  ends date,
  version int NOT NULL DEFAULT 1,
  created_at timestamptz NOT NULL DEFAULT now(),
  updated_at timestamptz NOT NULL DEFAULT now(),
  CONSTRAINT account_role_subject CHECK (
    (hub_id IS NOT NULL) = (role IN ('hub_lead', 'hub_member')) AND (group_id IS NOT NULL) = (role = 'group_member')
    AND CASE WHEN role = 'partner' THEN organisation_id IS NOT NULL
             WHEN role IN ('central', 'website', 'analyst') THEN organisation_id IS NULL ELSE true END),
  CONSTRAINT account_role_dates CHECK (ends >= starts),
  CONSTRAINT account_role_once EXCLUDE USING gist (
    account_id WITH =, role WITH =, (coalesce(hub_id, group_id, organisation_id, 0)) WITH =, daterange(starts, ends) WITH &&)
);
CREATE INDEX ON scip.account_role (account_id);
CREATE INDEX ON scip.account_role (hub_id);
CREATE INDEX ON scip.account_role (group_id);
CREATE INDEX ON scip.account_role (organisation_id);

-- What a client of our own shows for itself: secrets (two at a time, so that one can follow the other), or
-- the public keys of its assertions (RFC 7523).
CREATE TABLE scip.client_secret (
  id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
  account_id uuid NOT NULL REFERENCES scip.account ON DELETE CASCADE,
  sha256 bytea NOT NULL CHECK (length(sha256) = 32),
  created_at timestamptz NOT NULL DEFAULT now(),
  ends_at timestamptz
);
CREATE INDEX ON scip.client_secret (account_id);
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
-- nobody who has other rights by then.
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
  PRIMARY KEY (account_id, operation, key)
);
CREATE INDEX ON scip.idempotency (created_at);

-- Row-level security for all, read by policies of their own: no row is anybody's by default.
CREATE PROCEDURE scip.protect(VARIADIC tables text[])
LANGUAGE plpgsql AS $$
DECLARE
  t text;
BEGIN
  FOREACH t IN ARRAY tables LOOP
    EXECUTE format('ALTER TABLE scip.%I ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY', t);
    EXECUTE format('CREATE POLICY own ON scip.%I TO scip_migrator USING (true) WITH CHECK (true)', t);
    IF EXISTS (SELECT FROM pg_attribute WHERE attrelid = format('scip.%I', t)::regclass AND attname = 'version') THEN
      EXECUTE format('CREATE TRIGGER touch BEFORE UPDATE ON scip.%I FOR EACH ROW EXECUTE FUNCTION scip.touch()', t);
    END IF;
  END LOOP;
END $$;
CALL scip.protect('account', 'account_role', 'client_secret', 'client_keys', 'spent_token', 'idempotency');

-- The claims of the transaction: text settings that enter() makes and policies read. Absent ones give no right.
CREATE SCHEMA ctx;
GRANT USAGE ON SCHEMA ctx TO scip_anonymous, scip_writer;

CREATE FUNCTION ctx.account() RETURNS uuid LANGUAGE sql STABLE PARALLEL SAFE
RETURN nullif(current_setting('scip.account', true), '')::uuid;
CREATE FUNCTION ctx.request() RETURNS text LANGUAGE sql STABLE PARALLEL SAFE
RETURN nullif(current_setting('scip.request', true), '');
CREATE FUNCTION ctx.operation() RETURNS text LANGUAGE sql STABLE PARALLEL SAFE
RETURN nullif(current_setting('scip.operation', true), '');
CREATE FUNCTION ctx.dry_run() RETURNS boolean LANGUAGE sql STABLE PARALLEL SAFE
RETURN coalesce(nullif(current_setting('scip.dry_run', true), '')::boolean, false);
CREATE FUNCTION ctx.roles() RETURNS text[] LANGUAGE sql STABLE PARALLEL SAFE
RETURN coalesce(nullif(current_setting('scip.roles', true), '')::text[], '{}');
CREATE FUNCTION ctx.central() RETURNS boolean LANGUAGE sql STABLE PARALLEL SAFE
RETURN 'central' = ANY (ctx.roles());
-- Hubs that the caller leads; Hubs, groups it belongs to; organisations it may speak for; all that it belongs to.
CREATE FUNCTION ctx.hubs_led() RETURNS bigint[] LANGUAGE sql STABLE PARALLEL SAFE
RETURN coalesce(nullif(current_setting('scip.hubs_led', true), '')::bigint[], '{}');
CREATE FUNCTION ctx.hubs() RETURNS bigint[] LANGUAGE sql STABLE PARALLEL SAFE
RETURN coalesce(nullif(current_setting('scip.hubs', true), '')::bigint[], '{}');
CREATE FUNCTION ctx.groups() RETURNS bigint[] LANGUAGE sql STABLE PARALLEL SAFE
RETURN coalesce(nullif(current_setting('scip.groups', true), '')::bigint[], '{}');
CREATE FUNCTION ctx.organisations() RETURNS bigint[] LANGUAGE sql STABLE PARALLEL SAFE
RETURN coalesce(nullif(current_setting('scip.organisations', true), '')::bigint[], '{}');
CREATE FUNCTION ctx.affiliations() RETURNS bigint[] LANGUAGE sql STABLE PARALLEL SAFE
RETURN coalesce(nullif(current_setting('scip.affiliations', true), '')::bigint[], '{}');
-- Whom a change is meant for, and who this is: a change is seen by who shares a word with its audience.
CREATE FUNCTION ctx.audiences() RETURNS text[] LANGUAGE sql STABLE PARALLEL SAFE
RETURN coalesce(nullif(current_setting('scip.audiences', true), '')::text[], '{public}');
-- A fingerprint of all of the caller's rights: equal as long as they are.
CREATE FUNCTION ctx.rights() RETURNS text LANGUAGE sql STABLE PARALLEL SAFE
RETURN coalesce(nullif(current_setting('scip.rights', true), ''), 'anonymous');
GRANT EXECUTE ON FUNCTION ctx.account, ctx.request, ctx.operation, ctx.dry_run, ctx.roles, ctx.central, ctx.hubs_led, ctx.hubs,
  ctx.groups, ctx.organisations, ctx.affiliations, ctx.audiences, ctx.rights TO scip_anonymous, scip_writer;

-- These read by key alone, and sessions keep their plans: one that was made while a table was empty would read all of
-- it when it has grown, until it is analysed (hence enable_seqscan).
-- Begins a request's transaction: makes the claims, or raises SC401 (nobody we know) or SC403 (none of the roles
-- that the operation is for; an empty list is for every account). scope: the roles that the token is limited to.
CREATE FUNCTION ctx.enter(issuer text, subject text, token_id text, issued_at bigint, scope text, request text,
                          operation text, roles text[], dry_run boolean DEFAULT false)
RETURNS void LANGUAGE plpgsql SECURITY DEFINER SET search_path = scip, pg_temp SET enable_seqscan = off AS $$
DECLARE
  caller uuid;
  has record;
  audiences text[];
BEGIN
  -- Words are taken out when nobody is in: what another is about to commit would be missed.
  IF enter.operation <> ALL ('{erasePerson,decideErasureMention,addRedaction}') THEN
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
    RAISE 'none of the roles' USING ERRCODE = 'SC403', CONSTRAINT = 'role-needed';
  END IF;
  audiences := ARRAY['public', 'account:' || caller]
    || ARRAY(SELECT 'role:' || u FROM unnest(has.roles) u) || ARRAY(SELECT 'hub-lead:' || u FROM unnest(has.hubs_led) u)
    || ARRAY(SELECT 'hub:' || u FROM unnest(has.hubs) u) || ARRAY(SELECT 'group:' || u FROM unnest(has.groups) u)
    || ARRAY(SELECT 'organisation:' || u FROM unnest(has.organisations) u);
  PERFORM set_config('scip.account', caller::text, true), set_config('scip.request', enter.request, true),
    set_config('scip.operation', enter.operation, true), set_config('scip.dry_run', enter.dry_run::text, true), set_config('scip.roles', has.roles::text, true),
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
  IF NOT pg_try_advisory_xact_lock(hashtextextended(concat_ws(' ', ctx.account(), operation, key), 0)) THEN
    RAISE 'in progress' USING ERRCODE = 'SC409', CONSTRAINT = 'idempotency-key-in-progress';
  END IF;
  SELECT i.hash, i.rights, i.status, i.created_at INTO kept FROM idempotency i
  WHERE i.account_id = ctx.account() AND i.operation = claim.operation AND i.key = claim.key;
  IF NOT FOUND THEN
    RETURN;
  ELSIF kept.status = 410 THEN
    RAISE 'erased with a person' USING ERRCODE = 'SC409', CONSTRAINT = 'idempotency-answer-erased';
  ELSIF kept.created_at < now() - interval '24 hours' THEN
    DELETE FROM idempotency i WHERE i.account_id = ctx.account() AND i.operation = claim.operation AND i.key = claim.key;
  ELSIF kept.hash <> claim.hash THEN
    RAISE 'another request' USING ERRCODE = 'SC422', CONSTRAINT = 'idempotency-key-reused';
  ELSIF kept.rights <> ctx.rights() THEN
    RAISE 'other rights' USING ERRCODE = 'SC403', CONSTRAINT = 'rights-have-changed';
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
RETURNS SETOF record LANGUAGE sql STABLE SECURITY DEFINER SET search_path = scip, pg_temp SET enable_seqscan = off AS $$
  SELECT i.status, i.location, i.etag, i.content_type, i.body FROM idempotency i
  WHERE i.account_id = ctx.account() AND i.operation = kept.operation AND i.key = kept.key
    AND i.hash = kept.hash AND i.rights = ctx.rights();
$$;

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

CREATE FUNCTION ctx.client_jwks(client text)
RETURNS SETOF jsonb LANGUAGE sql STABLE SECURITY DEFINER SET search_path = scip, pg_temp AS $$
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
  ctx.spend_token TO scip_writer;

-- The central team keeps accounts; everybody sees their own.
GRANT SELECT, INSERT, UPDATE, DELETE ON scip.account, scip.account_role, scip.client_secret, scip.client_keys TO scip_writer;
CREATE POLICY central ON scip.account TO scip_writer USING ((SELECT ctx.central())) WITH CHECK ((SELECT ctx.central()));
CREATE POLICY self ON scip.account FOR SELECT TO scip_writer USING (id = (SELECT ctx.account()));
CREATE POLICY central ON scip.account_role TO scip_writer USING ((SELECT ctx.central())) WITH CHECK ((SELECT ctx.central()));
CREATE POLICY self ON scip.account_role FOR SELECT TO scip_writer USING (account_id = (SELECT ctx.account()));
CREATE POLICY central ON scip.client_secret TO scip_writer USING ((SELECT ctx.central())) WITH CHECK ((SELECT ctx.central()));
CREATE POLICY central ON scip.client_keys TO scip_writer USING ((SELECT ctx.central())) WITH CHECK ((SELECT ctx.central()));

COMMIT;
