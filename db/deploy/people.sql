-- People: professionals, never children; members of Hubs, who leads them, and who has a seat in a group. Names and addresses stand in one
-- table, are given out by one function that checks and logs, and are copied nowhere: all other tables know a person by id.
BEGIN;
SET LOCAL client_min_messages = warning;

-- RFC 5321, section 4.1.2, without quoted names and address literals: the one rule of every door. A domain with other
-- letters is written as DNS has it (xn--…), so that it is one address and not two.
CREATE FUNCTION scip.is_email(value text) RETURNS boolean LANGUAGE sql IMMUTABLE PARALLEL SAFE STRICT RETURN length(value) <= 254
  AND value ~* '^(?=[^@]{1,64}@)[a-z0-9!#$%&''*+/=?^_`{|}~-]+(\.[a-z0-9!#$%&''*+/=?^_`{'
  '|}~-]+)*@[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?(\.[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?)*$';

CREATE TABLE scip.person (
  LIKE ctx.entry INCLUDING ALL,
  name scip.label,
  email text CHECK (scip.is_email(email)),
  restricted boolean NOT NULL DEFAULT false,
  erased_at timestamptz,
  added_by uuid DEFAULT ctx.account() REFERENCES scip.account ON DELETE SET NULL,
  CONSTRAINT person_erased CHECK ((erased_at IS NULL) = (name IS NOT NULL) AND (erased_at IS NULL OR email IS NULL))
);
CREATE INDEX ON scip.person (updated_at);
CREATE INDEX ON scip.person (id) WHERE restricted;
-- A name is kept as it is read, whatever was pasted; that it is one's own is seen by its folded form.
CALL scip.add_trigger('tidy BEFORE INSERT OR UPDATE OF name ON person',
  $$NEW.name := scip.plain(NEW.name);$$);

-- What is personal says why, on what ground and how long: a test finds a text column that is neither marked so nor
-- listed as reviewed.
COMMENT ON COLUMN scip.person.name
  IS 'personal: purpose=to know who leads or takes part in a Hub, a group or a training; basis=legitimate interests, UK GDPR Art. 6(1)(f); '
  'retention=two years after the last membership, lead role, seat, account or training';
COMMENT ON COLUMN scip.person.email
  IS 'personal: purpose=to invite to meetings and training; basis=legitimate interests, UK GDPR Art. 6(1)(f); '
  'retention=two years after the last membership, lead role, seat, account or training';
COMMENT ON COLUMN scip.person.restricted IS 'UK GDPR Art. 18: kept, and given to nobody but the central team';
COMMENT ON COLUMN scip.person.added_by IS 'The account; sees the person until it is a member of a Hub or has a seat';

-- Who was in the records twice: the former id leads to the person; the name and address that it had are kept for an erasure to find.
CREATE TABLE scip.person_merge (
  LIKE ctx.entry INCLUDING ALL,
  person_id uuid NOT NULL REFERENCES scip.person,
  former_id uuid NOT NULL UNIQUE,
  name scip.label,
  email text,
  moved jsonb NOT NULL
);
SELECT format('COMMENT ON COLUMN scip.person_merge.%I IS %L', word, 'personal: purpose=to find all of a person at an erasure; basis=legal '
  'obligation, UK GDPR Art. 6(1)(c) and 17; retention=the person''s') FROM unnest('{name,email}'::text[]) word \gexec
CREATE INDEX ON scip.person USING gin (scip.search_text(name) public.gin_trgm_ops);

-- A person's own account: what it sees of itself.
ALTER TABLE scip.account ADD COLUMN person_id uuid REFERENCES scip.person;
CREATE INDEX ON scip.account (person_id);

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
CREATE INDEX ON scip.personal_read (account_id, id);

-- Erasures by id alone: what is replayed on a database that was restored from an older backup.
CREATE TABLE scip.erasure (
  person_id uuid PRIMARY KEY,
  at timestamptz NOT NULL DEFAULT now(),
  account_id uuid
);

CALL scip.protect('person', 'person_merge', 'personal_read', 'erasure');
CALL scip.track_changes('person_merge', NULL, 'NULL', 'NULL', personal => '{name,email}');
GRANT SELECT (id, person_id, former_id, moved, version, created_at, updated_at), INSERT (id, person_id, former_id) ON scip.person_merge
  TO scip_caller;

CREATE FUNCTION ctx.person() RETURNS uuid LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = scip, pg_temp
AS $$ BEGIN RETURN (SELECT a.person_id FROM scip.account a WHERE a.id = ctx.account()); END $$;
GRANT EXECUTE ON FUNCTION scip.is_email, ctx.person TO scip_caller;

-- A professional in a Hub for a time, with what they represent then: another organisation or sector is another row.
CREATE TABLE scip.hub_membership (
  LIKE ctx.entry INCLUDING ALL,
  hub_id bigint NOT NULL REFERENCES scip.hub,
  person_id uuid NOT NULL REFERENCES scip.person,
  organisation_id bigint REFERENCES scip.organisation,
  organisation_name scip.label,
  sector text NOT NULL REFERENCES term.sector,
  ambassador boolean NOT NULL DEFAULT false,
  speaks_for jsonb,
  starts date NOT NULL,
  ends date,
  CONSTRAINT hub_membership_organisation CHECK (num_nonnulls(organisation_id, organisation_name) <= 1),
  CONSTRAINT hub_membership_dates CHECK (ends > starts),
  CONSTRAINT hub_membership_once EXCLUDE USING gist (hub_id WITH =, person_id WITH =, daterange(starts, ends) WITH &&)
);
CREATE INDEX ON scip.hub_membership (hub_id, starts, id);
COMMENT ON COLUMN scip.hub_membership.ends IS 'The first day without it';
COMMENT ON COLUMN scip.hub_membership.speaks_for IS 'personal: purpose=to know for whom and what a member speaks; '
  'basis=legitimate interests, UK GDPR Art. 6(1)(f); retention=the person''s';

-- The rule of a Hub from a day on; a Hub without one has scip.quorum_of()'s default.
CREATE TABLE scip.hub_quorum (
  LIKE ctx.entry INCLUDING ALL,
  hub_id bigint NOT NULL REFERENCES scip.hub,
  starts date NOT NULL,
  sectors text[] NOT NULL CHECK (array_position(sectors, NULL) IS NULL),
  minimum int NOT NULL CHECK (minimum BETWEEN 1 AND 1000),
  CONSTRAINT hub_quorum_once UNIQUE (hub_id, starts)
);
CALL scip.hold_to_terms('hub_quorum', 'sector', '$.sectors[*]', 'of_members');

-- A seat of a group for a time: who it is for, and who holds it; no person is a vacancy.
CREATE TABLE scip.group_seat (
  LIKE ctx.entry INCLUDING ALL,
  group_id bigint NOT NULL REFERENCES scip.alliance_group,
  title scip.label NOT NULL,
  organisation_id bigint REFERENCES scip.organisation,
  sector text REFERENCES term.sector,
  person_id uuid REFERENCES scip.person,
  starts date NOT NULL,
  ends date,
  CONSTRAINT group_seat_dates CHECK (ends > starts)
);

-- Who oversees a Hub at an institution that leads it, and who leads it there: one in each role at a time, while the institution leads.
CREATE TABLE scip.hub_lead_person (
  LIKE ctx.entry INCLUDING ALL,
  hub_id bigint NOT NULL REFERENCES scip.hub,
  lead_id uuid NOT NULL REFERENCES scip.hub_lead (uid),
  person_id uuid NOT NULL REFERENCES scip.person,
  role text NOT NULL REFERENCES term.lead_role,
  authority_to_represent boolean NOT NULL DEFAULT false,
  time_and_travel boolean NOT NULL DEFAULT false,
  starts date NOT NULL,
  ends date,
  CONSTRAINT hub_lead_person_dates CHECK (ends > starts),
  CONSTRAINT hub_lead_person_once EXCLUDE USING gist (lead_id WITH =, role WITH =, daterange(starts, ends) WITH &&)
);

CALL scip.protect('hub_membership', 'hub_quorum', 'group_seat', 'hub_lead_person');
GRANT SELECT, INSERT, UPDATE, DELETE ON scip.hub_membership, scip.hub_quorum, scip.group_seat, scip.hub_lead_person TO scip_caller;

CALL scip.track_changes('person', 'person', 'r.id', $$ARRAY['role:central']$$, personal => '{name,email}');
CALL scip.track_changes('hub_membership', 'hub_membership', $$(SELECT h.slug || '/members/' || r.id FROM hub h WHERE h.id = r.hub_id)$$,
  $$ARRAY['hub-lead:' || r.hub_id]$$, personal => '{speaks_for}');
CALL scip.track_changes('hub_quorum', 'hub_quorum', '(SELECT h.slug FROM hub h WHERE h.id = r.hub_id)', $$ARRAY['hub:' || r.hub_id]$$,
  part => true);
CALL scip.track_changes('group_seat', 'group_seat', $$(SELECT g.slug || '/seats/' || r.id FROM alliance_group g WHERE g.id = r.group_id)$$,
  $$ARRAY['group:' || r.group_id]$$);

CALL scip.track_changes('hub_lead_person', 'hub_lead_person',
  $$(SELECT h.slug || '/lead-people/' || r.id FROM hub h WHERE h.id = r.hub_id)$$, $$ARRAY['hub:' || r.hub_id, 'role:group_member']$$);

-- Who learns a person's name and address: one function each gives them out, after it has checked, and writes down
-- that it did. No role may read the columns.

CREATE FUNCTION ctx.placed(person uuid) RETURNS boolean LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = scip, pg_temp AS $$ BEGIN
RETURN EXISTS (SELECT FROM scip.hub_membership m WHERE m.person_id = person UNION ALL SELECT FROM scip.group_seat s
  WHERE s.person_id = person UNION ALL SELECT FROM scip.hub_lead_person l WHERE l.person_id = person); END $$;
-- Leads who is or was a member of their Hub, its members who leads it, members of groups each other and all leads. It becomes a part of the
-- queries below, which ask for one person by an index; these are in PL/pgSQL, as what has rights of its own is else planned at each call.
CREATE FUNCTION ctx.known() RETURNS SETOF uuid LANGUAGE sql STABLE AS $$
  SELECT ctx.person() UNION ALL SELECT s.person_id FROM scip.group_seat s WHERE s.group_id = ANY (ctx.groups())
  UNION ALL SELECT m.person_id FROM scip.hub_membership m WHERE m.hub_id = ANY (ctx.hubs_led()) UNION ALL
  SELECT l.person_id FROM scip.hub_lead_person l WHERE l.hub_id = ANY (ctx.hubs()) OR ctx.groups() <> '{}' $$;
CREATE FUNCTION ctx.people() RETURNS uuid[] LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = scip, pg_temp AS $$ BEGIN
RETURN ARRAY(SELECT DISTINCT k FROM ctx.known() k); END $$;
CREATE FUNCTION ctx.knows(person uuid) RETURNS boolean LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = scip, pg_temp AS $$ BEGIN
RETURN ctx.central() OR EXISTS (SELECT FROM ctx.known() k WHERE k = person); END $$;
-- The central team, leads whose Hub's member or leading person it is or will be, and the person; a restricted one the central team alone.
CREATE FUNCTION ctx.corrects(person uuid, restricted boolean) RETURNS boolean
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = scip, pg_temp AS $$ BEGIN
RETURN ctx.central() OR NOT restricted AND (coalesce(person = ctx.person(), false)
    OR EXISTS (SELECT FROM (SELECT person_id, hub_id, ends FROM scip.hub_membership UNION ALL
                            SELECT person_id, hub_id, ends FROM scip.hub_lead_person) m
               WHERE m.person_id = person AND m.hub_id = ANY (ctx.hubs_led()) AND (m.ends IS NULL OR m.ends > scip.today())));
END $$;

-- Who reads the name and the address: who knows somebody, and who added them, until they have a place. A dry run,
-- which would undo the note of it, learns nothing.
CREATE FUNCTION ctx.sees_person(person uuid, restricted boolean, added_by uuid) RETURNS boolean LANGUAGE sql STABLE RETURN NOT ctx.dry_run()
   AND (ctx.central() OR NOT restricted AND (ctx.knows(person) OR added_by = ctx.account() AND NOT ctx.placed(person)));

-- VOLATILE, for it writes; the log has one row for each person and transaction.
CREATE FUNCTION scip.note_read(person uuid) RETURNS void LANGUAGE plpgsql SECURITY DEFINER SET search_path = scip, pg_temp AS $$ BEGIN
  INSERT INTO personal_read (account_id, request, operation, person_id)
  VALUES (ctx.account(), ctx.request(), ctx.operation(), person) ON CONFLICT (xid, person_id) DO NOTHING;
END $$;
SELECT format($made$
CREATE FUNCTION scip.person_%1$s(person uuid) RETURNS text
LANGUAGE plpgsql STRICT VOLATILE SECURITY DEFINER SET search_path = scip, pg_temp AS $$
DECLARE
  given text;
BEGIN
  SELECT p.%1$s INTO given FROM person p
  WHERE p.id = person AND ctx.sees_person(p.id, p.restricted, p.added_by);
  PERFORM note_read(person) WHERE given IS NOT NULL;
  RETURN given;
END $$ $made$, word) FROM unnest('{name,email}'::text[]) word \gexec
GRANT EXECUTE ON FUNCTION ctx.placed, ctx.people, ctx.knows, ctx.corrects, scip.person_name, scip.person_email TO scip_caller;

GRANT SELECT (id, restricted, erased_at, version, created_at, updated_at),
  UPDATE (name, email, restricted) ON scip.person TO scip_caller;

-- Restricting is the central team's; what was erased stays so.
CALL scip.add_trigger($$central_restricts BEFORE UPDATE ON person
  WHEN (OLD.restricted IS DISTINCT FROM NEW.restricted AND current_user = 'scip_writer')$$,
  $$PERFORM scip.refuse(403, 'only-the-central-team');$$);
CALL scip.add_trigger('guard_person BEFORE UPDATE ON person WHEN (OLD.erased_at IS NOT NULL)',
  $$PERFORM scip.refuse(409, 'person-erased') WHERE NEW.erased_at IS NULL OR NEW.name IS NOT NULL OR NEW.email IS NOT NULL;$$);

GRANT SELECT ON scip.personal_read, scip.erasure TO scip_caller;

-- Who adds people holds the first lock, who changes a Hub's members the second (after the row that it changes): the
-- overlap is looked for by one at a time, so nobody waits for somebody who waits.
CREATE FUNCTION scip.lock_people() RETURNS void LANGUAGE sql AS $$
  SELECT pg_advisory_xact_lock(hashtextextended('scip.person', 0));
$$;
CALL scip.add_trigger('lock_hub BEFORE INSERT OR UPDATE ON hub_membership',
  $$PERFORM FROM hub WHERE id = NEW.hub_id FOR NO KEY UPDATE;$$);

-- Within the time of a lead of the Hub; when that ends, so do they. The Hub's row is the lock of both.
CALL scip.add_trigger('guard_lead_person BEFORE INSERT OR UPDATE ON hub_lead_person', $$
DECLARE
  lead hub_lead;
BEGIN
  PERFORM FROM hub WHERE id = NEW.hub_id FOR NO KEY UPDATE;
  SELECT * INTO lead FROM hub_lead l WHERE l.uid = NEW.lead_id AND l.hub_id = NEW.hub_id;
  PERFORM scip.refuse(422, 'reference-not-found', 'lead', 'There is no such lead of this Hub.') WHERE lead.id IS NULL;
  PERFORM scip.refuse(409, 'lead-ended', 'from') WHERE NOT lead.period @> NEW.starts;
  NEW.ends := least(NEW.ends, upper(lead.period));
$$);
CALL scip.add_trigger('end_lead_people AFTER UPDATE OF period ON hub_lead', $$
  UPDATE hub_lead_person p SET ends = upper(NEW.period) WHERE p.lead_id = NEW.uid AND coalesce(p.ends, 'infinity') > upper(NEW.period);
$$);

-- Whom a member speaks for they may write down themselves; all else of the membership is for who leads the Hub.
CALL scip.add_trigger($$guard_self BEFORE UPDATE ON hub_membership
  WHEN (current_user = 'scip_writer' AND NOT ctx.writes(OLD.hub_id, NULL))$$, $$
  PERFORM scip.refuse(403, 'only-the-hub-lead') FROM (SELECT '{speaks_for,version,updated_at}'::text[] AS free) own
    WHERE to_jsonb(NEW) - free <> to_jsonb(OLD) - free;
$$);

-- Where somebody with this name and address is known already it is that one, so that nobody is counted twice; an
-- address alone may be an office's. What the caller learns is no more than what it gave.
CREATE INDEX person_email ON scip.person (lower(email));
CREATE FUNCTION scip.person_for(name text, email text) RETURNS uuid LANGUAGE plpgsql SECURITY DEFINER SET search_path = scip, pg_temp AS $$
DECLARE
  found_id uuid;
BEGIN
  PERFORM scip.refuse(403, 'only-leads-add-people') WHERE NOT (ctx.central() OR cardinality(ctx.hubs_led()) > 0);
  PERFORM lock_people();
  SELECT p.id INTO found_id FROM person p
  WHERE lower(p.email) = lower(person_for.email) AND fold(p.name) = fold(person_for.name) ORDER BY p.created_at, p.id LIMIT 1;
  IF found_id IS NULL THEN
    INSERT INTO person (name, email) VALUES (person_for.name, person_for.email) RETURNING id INTO found_id;
  END IF;
  RETURN found_id;
END $$;
-- Somebody that the caller knows, by id.
CREATE FUNCTION scip.known_person(person uuid) RETURNS uuid LANGUAGE plpgsql STABLE STRICT AS $$
BEGIN
  PERFORM scip.refuse(422, 'reference-not-found', 'person owner', 'There is no such person, or none whom you may see.')
    WHERE NOT EXISTS (SELECT FROM scip.person p WHERE p.id = person AND p.erased_at IS NULL);
  RETURN person;
END $$;

-- A rule is made for days to come; what was judged by an earlier one changes only as a correction of the central team.
CALL scip.add_trigger($$guard_quorum BEFORE INSERT OR DELETE ON hub_quorum WHEN (current_user IN ('scip_writer', 'scip_central'))$$, $$
DECLARE
  rule hub_quorum := CASE TG_OP WHEN 'DELETE' THEN OLD ELSE NEW END;
BEGIN
  PERFORM scip.refuse(403, 'only-the-central-team') WHERE rule.starts < today() AND NOT ctx.central();
  PERFORM scip.refuse(422, 'reason-needed', 'reason /query/reason') WHERE rule.starts < today()
        AND NOT is_corrected('/v1/hubs/' || (SELECT h.slug FROM hub h WHERE h.id = rule.hub_id) || '/quorum-rules/' || rule.starts);
$$);

-- The rule in force on a day. These two see all members for any caller, and show none.
CREATE FUNCTION scip.quorum_of(hub bigint, day date, OUT sectors text[], OUT minimum int, OUT starts date)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = scip, pg_temp AS $$
  SELECT coalesce(q.sectors, terms_with('sector', 'counts_for_quorum')), coalesce(q.minimum, setting.quorum_minimum()), q.starts
  FROM (VALUES (1)) one LEFT JOIN LATERAL (
    SELECT r.sectors, r.minimum, r.starts FROM hub_quorum r
    WHERE r.hub_id = hub AND r.starts <= day ORDER BY r.starts DESC LIMIT 1) q ON true;
$$;
-- Whether these people, as far as they are members on the day, make the quorum; without a list all members.
CREATE FUNCTION scip.quorate(hub bigint, day date, people uuid[], OUT quorate boolean, OUT missing_sectors text[], OUT heads int)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = scip, pg_temp AS $$
  SELECT missing.sectors = '{}' AND there.heads >= rule.minimum, missing.sectors, there.heads
  FROM quorum_of(hub, day) rule,
       LATERAL (SELECT count(*)::int AS heads, coalesce(array_agg(DISTINCT m.sector::text), '{}') AS sectors
                FROM hub_membership m
                WHERE m.hub_id = hub AND m.starts <= day AND (m.ends IS NULL OR m.ends > day)
                  AND (people IS NULL OR m.person_id = ANY (people))) there,
       LATERAL (SELECT coalesce(array_agg(s ORDER BY n), '{}') AS sectors
                FROM unnest(rule.sectors) WITH ORDINALITY u (s, n) WHERE s <> ALL (there.sectors)) missing;
$$;
GRANT EXECUTE ON FUNCTION scip.lock_people, scip.person_for, scip.known_person, scip.quorum_of, scip.quorate TO scip_caller;

-- Somebody the caller knows by this name and address is there already.
CREATE FUNCTION scip.add_person(id uuid, name text, email text) RETURNS uuid
LANGUAGE plpgsql SECURITY DEFINER SET search_path = scip, pg_temp AS $$
BEGIN
  PERFORM scip.refuse(403, 'only-leads-add-people') WHERE NOT (ctx.central() OR cardinality(ctx.hubs_led()) > 0);
  PERFORM lock_people();
  PERFORM scip.refuse(409, 'person-exists', 'email')
    WHERE EXISTS (SELECT FROM person p WHERE lower(p.email) = lower(add_person.email) AND fold(p.name) = fold(add_person.name)
                  AND (ctx.central() OR NOT p.restricted) AND (ctx.knows(p.id) OR p.added_by = ctx.account()));
  INSERT INTO person (id, name, email) VALUES (add_person.id, add_person.name, add_person.email);
  RETURN add_person.id;
END $$;

-- Who is or was called so, for the central team. Only ids: who reads the names writes that down.
CREATE FUNCTION scip.people_named(q text) RETURNS SETOF uuid LANGUAGE sql STABLE SECURITY DEFINER SET search_path = scip, pg_temp AS $$
  SELECT p.id FROM person p WHERE ctx.central() AND search_text(p.name) LIKE ANY (search_term(q))
  UNION SELECT m.person_id FROM person_merge m WHERE ctx.central() AND search_text(m.name) LIKE ANY (search_term(q));
$$;
-- Makes one of two records of a person, for good, with the name and address of the one that stays.
CALL scip.add_trigger('merge BEFORE INSERT ON person_merge', $$
DECLARE
  gone person;
BEGIN
  PERFORM lock_people();
  PERFORM FROM person p WHERE p.id IN (NEW.former_id, NEW.person_id) ORDER BY p.id FOR UPDATE;
  SELECT * INTO gone FROM person p WHERE p.id = NEW.former_id AND p.id <> NEW.person_id;
  PERFORM scip.refuse(422, 'reference-not-found', 'former', 'There is no other person of this id.') WHERE gone.id IS NULL;
  PERFORM scip.refuse(409, 'person-erased') FROM person p WHERE p.id IN (NEW.former_id, NEW.person_id) AND p.erased_at IS NOT NULL;
  NEW.name := gone.name;
  NEW.email := gone.email;
  NEW.moved := merge_records('person', gone.id::text, NEW.person_id::text);
  UPDATE person p SET restricted = true WHERE p.id = NEW.person_id AND gone.restricted AND NOT p.restricted;
  UPDATE personal_read r SET person_id = NEW.person_id WHERE r.person_id = gone.id
    AND NOT EXISTS (SELECT FROM personal_read o WHERE o.xid = r.xid AND o.person_id = NEW.person_id);
$$);

-- 2025-09-01, or 01/09/2025 as British spreadsheets write it again; NULL for anything else.
CREATE FUNCTION scip.sheet_date(cell text) RETURNS date LANGUAGE sql IMMUTABLE PARALLEL SAFE STRICT RETURN CASE
  WHEN cell ~ '^[0-9]{4}-[0-9]{2}-[0-9]{2}$' AND scip.is_partial_date(cell) THEN cell::date
  WHEN cell ~ '^[0-9]{1,2}/[0-9]{1,2}/[0-9]{4}$' AND scip.is_partial_date(split_part(cell, '/', 3) || '-'
       || lpad(split_part(cell, '/', 2), 2, '0') || '-' || lpad(split_part(cell, '/', 1), 2, '0'))
    THEN make_date(split_part(cell, '/', 3)::int, split_part(cell, '/', 2)::int, split_part(cell, '/', 1)::int) END;

-- A line as it was read: its cells, what they mean, and who it is: found are so many, and lines with the same who are one person.
CREATE TYPE scip.member_line AS (
  line int, cells jsonb, who text, person uuid, found int, organisation_id bigint, sector text, ambassador boolean, starts date, ends date);
CREATE FUNCTION scip.read_member_lines(hub bigint, sheet jsonb) RETURNS SETOF scip.member_line
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = scip, pg_temp AS $$
  WITH read AS MATERIALIZED (
    SELECT (r ->> 'line')::int AS line, c AS cells, c ->> 'person' AS id, fold(c ->> 'name') AS name, lower(c ->> 'email') AS email
    FROM jsonb_array_elements(sheet -> 'rows') r, LATERAL (
      SELECT r -> 'values' || jsonb_build_object('name', plain(r -> 'values' ->> 'name'), 'organisation_name',
        plain(r -> 'values' ->> 'organisation_name'))) v (c)
  ), here AS MATERIALIZED (
    SELECT DISTINCT p.id, fold(p.name) AS name FROM hub_membership m JOIN person p ON p.id = m.person_id
    WHERE m.hub_id = hub AND p.name IS NOT NULL AND (ctx.central() OR NOT p.restricted)
  ), whose AS ( -- by id whom the caller knows; by name and address anybody; by name alone a member of this Hub
    SELECT r.line, p.id FROM read r JOIN person p
      ON p.id = CASE WHEN r.id ~ '^[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}$' THEN r.id::uuid END
    WHERE ctx.central() OR NOT p.restricted AND p.id = ANY ((SELECT ctx.people())::uuid[]) -- asked once, not of each person
    UNION ALL
    SELECT r.line, p.id FROM read r JOIN person p ON lower(p.email) = r.email AND fold(p.name) = r.name WHERE r.id IS NULL
    UNION ALL
    SELECT r.line, h.id FROM read r JOIN here h ON h.name = r.name WHERE r.id IS NULL AND r.email IS NULL
  ), persons AS (
    SELECT w.line, min(w.id::text) AS id, count(*)::int AS found FROM whose w GROUP BY w.line
  )
  SELECT r.line, r.cells, coalesce(p.id, concat_ws(' ', r.name, r.email)), p.id::uuid, coalesce(p.found, 0),
         (SELECT o.id FROM organisation o WHERE o.slug = r.cells ->> 'organisation'),
         lower(regexp_replace(r.cells ->> 'sector', '[\s-]+', '_', 'g')),
         CASE WHEN lower(coalesce(r.cells ->> 'ambassador', 'no')) IN ('yes', 'y', 'true', '1') THEN true
              WHEN lower(coalesce(r.cells ->> 'ambassador', 'no')) IN ('no', 'n', 'false', '0') THEN false END,
         sheet_date(r.cells ->> 'from'), sheet_date(r.cells ->> 'to') + 1
  FROM read r LEFT JOIN persons p USING (line);
$$;

-- Whether a line says what is there already.
CREATE FUNCTION scip.is_listed(hub bigint, l scip.member_line) RETURNS boolean
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = scip, pg_temp AS $$
  SELECT l.found = 1 AND EXISTS (
    SELECT FROM hub_membership m WHERE m.hub_id = hub AND m.person_id = l.person
      AND (m.organisation_id, plain(m.organisation_name), m.sector::text, m.ambassador, m.starts, m.ends)
          IS NOT DISTINCT FROM (l.organisation_id, l.cells ->> 'organisation_name', l.sector, l.ambassador, l.starts, l.ends))
$$;

-- Why a line cannot be taken, whether it is new or not: column and reason, without a value of it. What the list has
-- besides the template is looked at too, so that a sheet of another Hub, or one whose columns were sorted apart, is not
-- taken for what it is not. (created_at and updated_at alone say nothing of a line.)
CREATE FUNCTION scip.member_line_faults(hub bigint, lines scip.member_line[], OUT line int, OUT cell text, OUT reason text)
RETURNS SETOF record LANGUAGE sql STABLE SECURITY DEFINER SET search_path = scip, pg_temp AS $$
  SELECT l.line, f.cell, f.reason
  FROM unnest(lines) l, LATERAL (VALUES
    ('hub', CASE WHEN cells ->> 'hub' <> (SELECT h.slug FROM hub h WHERE h.id = member_line_faults.hub) THEN 'is another Hub' END),
    ('id', CASE WHEN cells ->> 'id' IS NOT NULL AND NOT EXISTS (SELECT FROM hub_membership m
                  WHERE m.id = CASE WHEN cells ->> 'id' ~ '^[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}$'
                    THEN (cells ->> 'id')::uuid END
                  AND m.hub_id = member_line_faults.hub AND m.person_id = l.person) THEN 'is no membership of this person here' END),
    ('href', CASE WHEN cells ->> 'href' <> '/v1/hubs/' || (SELECT h.slug FROM hub h WHERE h.id = member_line_faults.hub) || '/members/'
      || lower(cells ->> 'id')
                    THEN 'is not the address of this id' END),
    ('current', CASE WHEN NOT lower(cells ->> 'current') = ANY (
                  CASE WHEN starts <= today() AND (ends IS NULL OR ends > today()) THEN '{true,yes,y,1}'::text[] ELSE '{false,no,n,0}' END)
                    THEN 'is not what from and to say' END),
    ('person', CASE WHEN cells ->> 'person' IS NOT NULL AND found = 0 THEN 'is no person whom you know' END),
    ('name', CASE WHEN cells ->> 'person' IS NULL AND cells ->> 'name' IS NULL THEN 'is missing'
                  WHEN length(cells ->> 'name') > 500 THEN 'is longer than 500 characters'
                  WHEN cells ->> 'person' IS NULL
                    AND found > 1 THEN 'is the name of more than one: give the e-mail address, or the id as person'
                  WHEN cells ->> 'person' IS NOT NULL AND cells ->> 'name' <> (SELECT p.name FROM person p WHERE p.id = person)
                    THEN 'is not the name of this person: correct it there' END),
    ('email', CASE WHEN NOT is_email(cells ->> 'email') THEN 'is not an e-mail address; one with other letters is written with xn--'
                   WHEN found = 1 AND cells ->> 'person' IS NOT NULL
                     AND cells ->> 'email' <> coalesce((SELECT p.email FROM person p WHERE p.id = person), '')
                     THEN 'is not the address of this person: correct it there' END),
    ('organisation', CASE WHEN cells ->> 'organisation' IS NOT NULL AND organisation_id IS NULL THEN 'is not the slug of an organisation'
                          WHEN cells ->> 'organisation' IS NOT NULL AND cells ->> 'organisation_name' IS NOT NULL
                            THEN 'stands beside organisation_name: one of them is enough' END),
    ('organisation_name', CASE WHEN length(cells ->> 'organisation_name') > 500 THEN 'is longer than 500 characters' END),
    ('sector', CASE WHEN l.sector IS NULL THEN 'is missing'
                    WHEN NOT EXISTS (SELECT FROM term t WHERE t.list = 'sector' AND t.code = l.sector AND 'of_members' = ANY (properties))
                      THEN 'must be one of ' || array_to_string(terms_with('sector', 'of_members'), ', ') END),
    ('ambassador', CASE WHEN ambassador IS NULL THEN 'must be yes or no' END),
    ('from', CASE WHEN cells ->> 'from' IS NULL THEN 'is missing'
                  WHEN starts IS NULL THEN 'is not a day: write 2025-09-01 or 01/09/2025' END),
    ('to', CASE WHEN cells ->> 'to' IS NOT NULL AND ends IS NULL THEN 'is not a day: write 2025-09-01 or 01/09/2025'
                WHEN ends <= starts THEN 'is before from' END)) f (cell, reason)
  WHERE f.reason IS NOT NULL
  UNION ALL
  SELECT l.line, 'from', format('overlaps the membership from %s', max(m.starts))
  FROM unnest(lines) l JOIN hub_membership m ON m.hub_id = hub AND m.person_id = l.person AND NOT is_listed(hub, l)
    AND daterange(m.starts, m.ends) && CASE WHEN l.ends <= l.starts THEN 'empty' ELSE daterange(l.starts, l.ends) END
  WHERE l.found = 1 AND l.starts IS NOT NULL
  GROUP BY l.line
  UNION ALL
  SELECT w.line, 'from', format('overlaps line %s', w.longest[2])
  FROM (SELECT l.line, l.starts, max(ARRAY[coalesce(l.ends, '9999-12-31') - date '0001-01-01', l.line]) OVER (
               PARTITION BY l.who ORDER BY l.starts, l.line ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING) AS longest
        FROM unnest(lines) l WHERE l.starts IS NOT NULL AND (l.ends IS NULL OR l.ends > l.starts)) w
  WHERE w.longest[1] > w.starts - date '0001-01-01';
$$;

-- All lines or none. Lines that say what is there already are left alone, so a list can be imported as it was exported.
CREATE FUNCTION scip.import_members(hub bigint, sheet jsonb, OUT lines int, OUT imported int, OUT unchanged int, OUT created_people int,
  OUT errors jsonb) LANGUAGE plpgsql SECURITY DEFINER SET search_path = scip, pg_temp AS $$
DECLARE
  all_lines member_line[];
  new_lines member_line[];
BEGIN
  PERFORM scip.refuse(403, 'only-the-hub-lead') WHERE NOT ctx.writes(hub, NULL);
  lines := jsonb_array_length(sheet -> 'rows');
  SELECT jsonb_agg(jsonb_build_object('pointer', '/body/line/1/' || f.cell, 'detail', f.reason) ORDER BY f.cell) INTO errors FROM (
    SELECT c AS cell, 'is not a column of the template' AS reason FROM jsonb_array_elements_text(sheet -> 'columns') c
    WHERE c NOT IN ('name', 'email', 'organisation', 'organisation_name', 'sector', 'ambassador', 'from', 'to',
                    'id', 'hub', 'person', 'current', 'created_at', 'updated_at', 'href') -- these the list has besides
    UNION ALL SELECT c, 'is missing' FROM unnest(ARRAY['name', 'sector', 'from']) c WHERE NOT sheet -> 'columns' ? c) f;
  IF lines > 2000 THEN
    errors := jsonb_build_array(jsonb_build_object('pointer', '/body', 'detail', 'has more than 2,000 lines'));
  ELSIF lines = 0 AND errors IS NULL THEN
    errors := jsonb_build_array(jsonb_build_object('pointer', '/body', 'detail', 'has no lines'));
  END IF;
  IF errors IS NOT NULL THEN
    RETURN;
  END IF;
  PERFORM lock_people();
  PERFORM FROM scip.hub h WHERE h.id = hub FOR NO KEY UPDATE;
  all_lines := ARRAY(SELECT l FROM read_member_lines(hub, sheet) l);
  SELECT jsonb_agg(jsonb_build_object('pointer', '/body/line/' || f.line || '/' || f.cell, 'detail', f.reason) ORDER BY f.line, f.cell)
  INTO errors FROM (SELECT * FROM member_line_faults(hub, all_lines) g ORDER BY g.line, g.cell LIMIT 1000) f;
  IF errors IS NOT NULL THEN
    RETURN;
  END IF;
  new_lines := ARRAY(SELECT l FROM unnest(all_lines) l WHERE NOT is_listed(hub, l));
  unchanged := lines - cardinality(new_lines);
  WITH fresh AS MATERIALIZED ( -- who stands in several lines is added once
    SELECT gen_random_uuid() AS id, l.who, min(l.cells ->> 'name') AS name, min(l.cells ->> 'email') AS email
    FROM unnest(new_lines) l WHERE l.person IS NULL GROUP BY l.who
  ), people AS (
    INSERT INTO person (id, name, email) SELECT f.id, f.name, f.email FROM fresh f RETURNING id
  ), made AS (
    INSERT INTO hub_membership (hub_id, person_id, organisation_id, organisation_name, sector, ambassador, starts, ends)
    SELECT hub, coalesce(l.person, f.id), l.organisation_id, l.cells ->> 'organisation_name', l.sector, l.ambassador, l.starts, l.ends
    FROM unnest(new_lines) l LEFT JOIN fresh f ON f.who = l.who AND l.person IS NULL
    RETURNING id
  )
  SELECT (SELECT count(*) FROM made), (SELECT count(*) FROM people) INTO imported, created_people;
END $$;
GRANT EXECUTE ON FUNCTION scip.add_person, scip.people_named, scip.import_members TO scip_caller;

-- A seat stays with its group, and who holds it is somebody we know.
CALL scip.add_trigger('guard_seat BEFORE INSERT OR UPDATE ON group_seat', $$
  PERFORM scip.refuse(409, 'cannot-move', '', 'A seat cannot be moved to another group.')
    WHERE TG_OP = 'UPDATE' AND NEW.group_id <> OLD.group_id;
  PERFORM scip.refuse(422, 'reference-not-found', 'person owner', 'There is no such person, or none whom you may see.')
    WHERE NEW.person_id IS NOT NULL AND (TG_OP = 'INSERT' OR NEW.person_id IS DISTINCT FROM OLD.person_id)
          AND NOT EXISTS (SELECT FROM person p WHERE p.id = NEW.person_id AND p.erased_at IS NULL);
$$);

COMMIT;
