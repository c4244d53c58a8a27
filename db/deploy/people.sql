-- People: professionals, never children. Their names and addresses stand in this one table, are given out by one
-- function that checks and logs, and are copied nowhere: all other tables know a person by id.
BEGIN;

-- RFC 5321, section 4.1.2, without quoted names and address literals: the one rule of every door. A domain with other
-- letters is written as DNS has it (xn--…), so that it is one address and not two.
CREATE FUNCTION scip.is_email(value text) RETURNS boolean
LANGUAGE sql IMMUTABLE PARALLEL SAFE STRICT
RETURN length(value) <= 254 AND value ~* '^(?=[^@]{1,64}@)[a-z0-9!#$%&''*+/=?^_`{|}~-]+(\.[a-z0-9!#$%&''*+/=?^_`{|}~-]+)*@[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?(\.[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?)*$';

CREATE TABLE scip.person (
  id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
  name scip.label,
  email text CHECK (scip.is_email(email)),
  restricted boolean NOT NULL DEFAULT false,
  erased_at timestamptz,
  version int NOT NULL DEFAULT 1,
  created_at timestamptz NOT NULL DEFAULT now(),
  updated_at timestamptz NOT NULL DEFAULT now(),
  CONSTRAINT person_erased CHECK ((erased_at IS NULL) = (name IS NOT NULL) AND (erased_at IS NULL OR email IS NULL))
);
-- A name is kept as it is read, whatever was pasted; that it is one's own is told by its folded form.
CREATE FUNCTION scip.tidy_person() RETURNS trigger
LANGUAGE plpgsql AS $$
BEGIN
  NEW.name := scip.plain(NEW.name);
  RETURN NEW;
END $$;
CREATE TRIGGER tidy BEFORE INSERT OR UPDATE OF name ON scip.person FOR EACH ROW EXECUTE FUNCTION scip.tidy_person();
GRANT EXECUTE ON FUNCTION scip.is_email TO scip_writer;

-- What is personal says why, on what ground and how long: a test finds a text column that is neither marked so nor
-- listed as reviewed.
COMMENT ON COLUMN scip.person.name IS 'personal: purpose=to know who takes part in a Hub or group; basis=legitimate interests, UK GDPR Art. 6(1)(f); retention=two years after the last membership, seat or account';
COMMENT ON COLUMN scip.person.email IS 'personal: purpose=to invite to meetings; basis=legitimate interests, UK GDPR Art. 6(1)(f); retention=two years after the last membership, seat or account';
COMMENT ON COLUMN scip.person.restricted IS 'UK GDPR Art. 18: kept, and given to nobody but the central team';

-- A person's own account: what it sees of itself.
ALTER TABLE scip.account ADD COLUMN person_id uuid REFERENCES scip.person;
CREATE INDEX ON scip.account (person_id);
COMMENT ON COLUMN scip.account.subject IS 'personal: purpose=to recognise who signs in; basis=legitimate interests, UK GDPR Art. 6(1)(f); retention=the account''s';

-- Reads of personal data: who read of whom, in which request. No value stands here.
CREATE TABLE scip.personal_read (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  at timestamptz NOT NULL DEFAULT now(),
  xid xid8 NOT NULL DEFAULT pg_current_xact_id(),
  account_id uuid,
  request text,
  operation text,
  person_id uuid NOT NULL,
  UNIQUE (xid, person_id)
);
CREATE INDEX ON scip.personal_read (person_id, at);

-- Erasures by id alone: what is replayed on a database that was restored from an older backup.
CREATE TABLE scip.erasure (
  person_id uuid PRIMARY KEY,
  at timestamptz NOT NULL DEFAULT now(),
  account_id uuid
);

CALL scip.protect('person', 'personal_read', 'erasure');

CREATE FUNCTION ctx.person() RETURNS uuid
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = scip, pg_temp
RETURN (SELECT a.person_id FROM scip.account a WHERE a.id = ctx.account());
GRANT EXECUTE ON FUNCTION ctx.person TO scip_writer;

COMMIT;
