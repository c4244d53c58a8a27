-- Who learns a person's name and address: one function each gives them out, after it has checked, and writes down
-- that it did. No role may read the columns.
BEGIN;
SET LOCAL client_min_messages = warning;

-- Whom nobody has given a place yet is known to who added them.
ALTER TABLE scip.person ADD COLUMN added_by uuid DEFAULT ctx.account() REFERENCES scip.account ON DELETE SET NULL;
CREATE INDEX ON scip.person (added_by);
COMMENT ON COLUMN scip.person.added_by IS 'The account; sees the person until it is a member of a Hub or has a seat';

CREATE FUNCTION ctx.placed(person uuid) RETURNS boolean
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = scip, pg_temp
RETURN EXISTS (SELECT FROM scip.hub_membership m WHERE m.person_id = person)
    OR EXISTS (SELECT FROM scip.group_seat s WHERE s.person_id = person);
-- The central team all, leads who is or was a member of their Hub, members of a group each other, everybody themselves.
CREATE FUNCTION ctx.knows(person uuid) RETURNS boolean
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = scip, pg_temp
RETURN ctx.central() OR coalesce(person = ctx.person(), false)
    OR EXISTS (SELECT FROM scip.hub_membership m WHERE m.person_id = person AND m.hub_id = ANY (ctx.hubs_led()))
    OR EXISTS (SELECT FROM scip.group_seat s WHERE s.person_id = person AND s.group_id = ANY (ctx.groups()));
-- The central team, leads whose Hub's member it is or will be, and the person; a restricted one the central team alone.
CREATE FUNCTION ctx.corrects(person uuid, restricted boolean) RETURNS boolean
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = scip, pg_temp
RETURN ctx.central() OR NOT restricted AND (coalesce(person = ctx.person(), false)
    OR EXISTS (SELECT FROM scip.hub_membership m WHERE m.person_id = person AND m.hub_id = ANY (ctx.hubs_led())
               AND (m.ends IS NULL OR m.ends > scip.today())));

-- VOLATILE, for it writes; the log has one row for each person and transaction. A dry run, which would undo the log,
-- learns no name.
CREATE FUNCTION scip.note_read(person uuid) RETURNS void
LANGUAGE sql SECURITY DEFINER SET search_path = scip, pg_temp AS $$
  INSERT INTO personal_read (account_id, request, operation, person_id)
  VALUES (ctx.account(), ctx.request(), ctx.operation(), person) ON CONFLICT (xid, person_id) DO NOTHING;
$$;
CREATE FUNCTION scip.person_name(person uuid) RETURNS text
LANGUAGE plpgsql STRICT VOLATILE SECURITY DEFINER SET search_path = scip, pg_temp AS $$
DECLARE
  given text;
BEGIN
  SELECT p.name INTO given FROM person p
  WHERE p.id = person AND NOT ctx.dry_run() AND (ctx.central() OR NOT p.restricted AND
    (ctx.knows(p.id) OR p.added_by = ctx.account() AND NOT ctx.placed(p.id)));
  IF given IS NOT NULL THEN
    PERFORM note_read(person);
  END IF;
  RETURN given;
END $$;
CREATE FUNCTION scip.person_email(person uuid) RETURNS text
LANGUAGE plpgsql STRICT VOLATILE SECURITY DEFINER SET search_path = scip, pg_temp AS $$
DECLARE
  given text;
BEGIN
  SELECT p.email INTO given FROM person p
  WHERE p.id = person AND NOT ctx.dry_run() AND (ctx.central() OR NOT p.restricted AND
    (ctx.knows(p.id) OR p.added_by = ctx.account() AND NOT ctx.placed(p.id)));
  IF given IS NOT NULL THEN
    PERFORM note_read(person);
  END IF;
  RETURN given;
END $$;
GRANT EXECUTE ON FUNCTION ctx.placed, ctx.knows, ctx.corrects, scip.person_name, scip.person_email TO scip_writer;

GRANT SELECT (id, restricted, erased_at, version, created_at, updated_at), INSERT (id, name, email),
  UPDATE (name, email, restricted) ON scip.person TO scip_writer;
CREATE POLICY see ON scip.person FOR SELECT TO scip_writer
  USING ((SELECT ctx.central()) OR ctx.knows(id) OR added_by = (SELECT ctx.account()) AND NOT ctx.placed(id));
CREATE POLICY add ON scip.person FOR INSERT TO scip_writer
  WITH CHECK ((SELECT ctx.central()) OR cardinality((SELECT ctx.hubs_led())) > 0);
CREATE POLICY change ON scip.person FOR UPDATE TO scip_writer
  USING ((SELECT ctx.central()) OR ctx.corrects(id, restricted)
         OR NOT restricted AND added_by = (SELECT ctx.account()) AND NOT ctx.placed(id));

-- Restricting is the central team's; what was erased stays so.
CREATE FUNCTION scip.guard_person() RETURNS trigger
LANGUAGE plpgsql AS $$
BEGIN
  IF OLD.restricted IS DISTINCT FROM NEW.restricted AND current_user = 'scip_writer' AND NOT ctx.central() THEN
    RAISE 'not theirs to do' USING ERRCODE = 'SC403', CONSTRAINT = 'only-the-central-team';
  ELSIF OLD.erased_at IS NOT NULL AND (NEW.erased_at IS NULL OR NEW.name IS NOT NULL OR NEW.email IS NOT NULL) THEN
    RAISE 'erased' USING ERRCODE = 'SC409', CONSTRAINT = 'person-erased';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER guard_person BEFORE UPDATE ON scip.person FOR EACH ROW EXECUTE FUNCTION scip.guard_person();

GRANT SELECT ON scip.personal_read, scip.erasure TO scip_writer;
CREATE POLICY central ON scip.personal_read FOR SELECT TO scip_writer USING ((SELECT ctx.central()));
CREATE POLICY central ON scip.erasure FOR SELECT TO scip_writer USING ((SELECT ctx.central()));

COMMIT;
