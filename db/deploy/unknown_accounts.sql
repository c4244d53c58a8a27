-- Who signed in at an OpenID provider that is trusted here, and has no account: told what to do, and shown to the central team,
-- which can make one.
BEGIN;

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
COMMENT ON COLUMN scip.unknown_account.subject IS 'personal: purpose=to give an account to who has asked for one; basis=legitimate interests, UK GDPR Art. 6(1)(f); retention=30 days after the last time, or until there is the account';
COMMENT ON COLUMN scip.unknown_account.asked IS 'Minutes in which they asked';
CALL scip.protect('unknown_account');
GRANT SELECT ON scip.unknown_account TO scip_writer;
CREATE POLICY central ON scip.unknown_account FOR SELECT TO scip_writer USING ((SELECT ctx.central()));

-- What a caller is told whose account is not known or not accepted. Of one account there is one write a minute, and of all the
-- 1,000 are kept that asked last, whoever can make accounts at a provider.
CREATE FUNCTION ctx.unknown_account(issuer text, subject text) RETURNS text
LANGUAGE plpgsql SECURITY DEFINER SET search_path = scip, pg_temp SET enable_seqscan = off AS $$
BEGIN
  IF EXISTS (SELECT FROM account a WHERE a.issuer = unknown_account.issuer AND a.subject = unknown_account.subject) THEN
    RETURN 'This account is closed, or its token has been ended: sign in again, and if that does not help ask the central team of the Alliance.';
  ELSIF unknown_account.issuer = 'self' OR unknown_account.subject !~ '^[^[:cntrl:]]{1,255}$' THEN
    RETURN 'The account of this token is no longer known: ask the central team of the Alliance.';
  END IF;
  INSERT INTO unknown_account AS u VALUES (unknown_account.issuer, unknown_account.subject)
  ON CONFLICT ON CONSTRAINT unknown_account_pkey
    DO UPDATE SET asked = least(u.asked, 1000000000) + 1, last_asked_at = now() WHERE u.last_asked_at < now() - interval '1 minute';
  DELETE FROM unknown_account WHERE ctid = ANY (ARRAY(
    SELECT u.ctid FROM unknown_account u ORDER BY u.last_asked_at DESC OFFSET 1000 FOR UPDATE SKIP LOCKED));
  RETURN format('You have no account here yet. The central team of the Alliance can make one, and sees that you asked: issuer %s, subject %s.',
    unknown_account.issuer, unknown_account.subject);
END $$;
REVOKE EXECUTE ON FUNCTION ctx.unknown_account FROM PUBLIC;
GRANT EXECUTE ON FUNCTION ctx.unknown_account TO scip_writer;

-- Known from now on.
CREATE FUNCTION scip.forget_unknown_account() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = scip, pg_temp AS $$
BEGIN
  DELETE FROM unknown_account u WHERE u.issuer = NEW.issuer AND u.subject = NEW.subject;
  RETURN NULL;
END $$;
CREATE TRIGGER forget_unknown AFTER INSERT ON scip.account FOR EACH ROW EXECUTE FUNCTION scip.forget_unknown_account();

CREATE FUNCTION scip.retain_unknown_account() RETURNS int
LANGUAGE sql VOLATILE AS $$
  WITH gone AS (DELETE FROM scip.unknown_account WHERE last_asked_at < now() - interval '30 days' RETURNING 1) SELECT count(*)::int FROM gone;
$$;
REVOKE EXECUTE ON FUNCTION scip.retain_unknown_account FROM PUBLIC;

COMMIT;
