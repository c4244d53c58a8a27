-- Members of Hubs: how they are shown; one at a time where rules span rows; the quorum of a day.
BEGIN;
SET LOCAL client_min_messages = warning;

-- Who adds people holds the first lock, who changes a Hub's members the second (after the row that it changes): the
-- overlap is looked for by one at a time, so nobody waits for somebody who waits.
CREATE FUNCTION scip.lock_people() RETURNS void LANGUAGE sql AS $$
  SELECT pg_advisory_xact_lock(hashtextextended('scip.person', 0));
$$;
CREATE FUNCTION scip.lock_hub_of_member() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = scip, pg_temp AS $$
BEGIN
  PERFORM FROM hub WHERE id = NEW.hub_id FOR NO KEY UPDATE;
  RETURN NEW;
END $$;
CREATE TRIGGER lock_hub BEFORE INSERT OR UPDATE ON scip.hub_membership FOR EACH ROW EXECUTE FUNCTION scip.lock_hub_of_member();

-- Where somebody with this name and address is known already it is that one, so that nobody is counted twice; an
-- address alone may be an office's. What the caller learns is no more than what it gave.
CREATE INDEX person_email ON scip.person (lower(email));
CREATE FUNCTION scip.person_for(name text, email text) RETURNS uuid
LANGUAGE plpgsql SECURITY DEFINER SET search_path = scip, pg_temp AS $$
DECLARE
  found_id uuid;
BEGIN
  IF NOT (ctx.central() OR cardinality(ctx.hubs_led()) > 0) THEN
    RAISE 'not theirs to do' USING ERRCODE = 'SC403', CONSTRAINT = 'only-leads-add-people';
  END IF;
  PERFORM lock_people();
  SELECT p.id INTO found_id FROM person p
  WHERE lower(p.email) = lower(person_for.email) AND fold(p.name) = fold(person_for.name) ORDER BY p.created_at, p.id LIMIT 1;
  IF found_id IS NULL THEN
    INSERT INTO person (name, email) VALUES (person_for.name, person_for.email) RETURNING id INTO found_id;
  END IF;
  RETURN found_id;
END $$;
-- Somebody that the caller knows, by id.
CREATE FUNCTION scip.known_person(person uuid) RETURNS uuid
LANGUAGE plpgsql STABLE STRICT AS $$
BEGIN
  IF NOT EXISTS (SELECT FROM scip.person p WHERE p.id = person AND p.erased_at IS NULL) THEN
    RAISE 'no such person' USING ERRCODE = 'SC422', CONSTRAINT = 'no-such-person';
  END IF;
  RETURN person;
END $$;

-- A rule is made for days to come; what was judged by an earlier one changes only as a correction of the central team.
CREATE FUNCTION scip.guard_quorum() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = scip, pg_temp AS $$
DECLARE
  rule hub_quorum := CASE TG_OP WHEN 'DELETE' THEN OLD ELSE NEW END;
BEGIN
  IF rule.starts < today() AND NOT ctx.central() THEN
    RAISE 'it is of days that are over' USING ERRCODE = 'SC403', CONSTRAINT = 'only-the-central-team';
  ELSIF rule.starts < today()
        AND NOT is_corrected('/v1/hubs/' || (SELECT h.slug FROM hub h WHERE h.id = rule.hub_id) || '/quorum-rules/' || rule.starts) THEN
    RAISE 'a reason is needed for days that are over' USING ERRCODE = 'SC422', CONSTRAINT = 'reason-needed';
  END IF;
  RETURN rule;
END $$;
CREATE TRIGGER guard_quorum BEFORE INSERT OR DELETE ON scip.hub_quorum
  FOR EACH ROW WHEN (current_user = 'scip_writer') EXECUTE FUNCTION scip.guard_quorum();

-- The rule in force on a day. These two see all members, whoever asks, and give none.
CREATE FUNCTION scip.quorum_of(hub bigint, day date, OUT sectors text[], OUT minimum int, OUT starts date)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = scip, pg_temp AS $$
  SELECT coalesce(q.sectors, ARRAY['he', 'fe', 'school_sector', 'local_authority']), coalesce(q.minimum, 4), q.starts
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
GRANT EXECUTE ON FUNCTION scip.lock_people, scip.person_for, scip.known_person, scip.quorum_of, scip.quorate TO scip_writer;

-- Names are not in the views: the function that gives them out writes, so it is called for the rows of the answer alone.
-- In the API a membership ends on its last day, in the table with the day after.
CREATE VIEW scip.hub_members WITH (security_invoker) AS
SELECT m.id, json_build_object('slug', h.slug, 'name', h.name, 'href', '/v1/hubs/' || h.slug) AS hub, m.person_id AS person,
       CASE WHEN o.id IS NOT NULL THEN json_build_object('slug', o.slug, 'name', o.name, 'href', '/v1/organisations/' || o.slug) END AS organisation,
       m.organisation_name::text, m.sector::text, m.ambassador, m.starts AS "from", m.ends - 1 AS "to",
       m.starts <= scip.today() AND (m.ends IS NULL OR m.ends > scip.today()) AS current,
       m.created_at, m.updated_at, '/v1/hubs/' || h.slug || '/members/' || m.id AS href, m.version AS _version,
       h.slug AS _hub, m.ends AS _ends
FROM scip.hub_membership m
JOIN scip.hub h ON h.id = m.hub_id
LEFT JOIN scip.organisation o ON o.id = m.organisation_id;

CREATE VIEW scip.hub_quorum_rules WITH (security_invoker) AS
SELECT json_build_object('slug', h.slug, 'name', h.name, 'href', '/v1/hubs/' || h.slug) AS hub, q.starts AS "from",
       array_to_json(q.sectors) AS sectors, q.minimum, q.created_at, q.updated_at,
       '/v1/hubs/' || h.slug || '/quorum-rules/' || q.starts AS href, q.version AS _version, h.slug AS _hub, q.id AS _id
FROM scip.hub_quorum q JOIN scip.hub h ON h.id = q.hub_id;

GRANT SELECT ON scip.hub_members, scip.hub_quorum_rules TO scip_writer;

COMMIT;
