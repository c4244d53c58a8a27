-- Hubs under the hands of the central team and of their leads: what may follow what, and who may change which part.
BEGIN;

-- Sets that a body gives replace those of the Hub, whose row the caller has locked (see set_organisation_parts).
-- A name that stays keeps its kind.
CREATE FUNCTION scip.set_hub_parts(hub bigint, body jsonb) RETURNS void
LANGUAGE plpgsql AS $$
DECLARE
  given bigint[];
BEGIN
  IF body ? 'regions' THEN
    given := ARRAY(SELECT DISTINCT scip.reference('region', p) FROM jsonb_array_elements_text(body -> 'regions') p);
    DELETE FROM scip.hub_region r WHERE r.hub_id = hub AND r.region_id <> ALL (given);
    INSERT INTO scip.hub_region (hub_id, region_id)
    SELECT hub, g FROM unnest(given) g
    WHERE NOT EXISTS (SELECT FROM scip.hub_region r WHERE r.hub_id = hub AND r.region_id = g);
  END IF;
  IF body ? 'other_names' THEN
    DELETE FROM scip.hub_name n WHERE n.hub_id = hub AND NOT body -> 'other_names' ? n.name;
    INSERT INTO scip.hub_name (hub_id, kind, name)
    SELECT DISTINCT hub, 'other', p FROM jsonb_array_elements_text(body -> 'other_names') p
    WHERE NOT EXISTS (SELECT FROM scip.hub_name n WHERE n.hub_id = hub AND n.name = p);
  END IF;
END $$;
GRANT EXECUTE ON FUNCTION scip.set_hub_parts TO scip_writer;

-- A Hub's page after a merge patch of the Hub (RFC 7396: members that are null go).
CREATE FUNCTION scip.patched_page(page jsonb, patch jsonb) RETURNS jsonb
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN CASE WHEN NOT patch ? 'page' THEN page
            WHEN jsonb_typeof(patch -> 'page') = 'null' THEN NULL
            ELSE nullif(jsonb_strip_nulls(coalesce(page, '{}') || (patch -> 'page')), '{}') END;
GRANT EXECUTE ON FUNCTION scip.patched_page TO scip_writer;

-- A Hub Lead keeps the Hub's profile; policies know rows, not columns.
CREATE POLICY lead_update ON scip.hub FOR UPDATE TO scip_writer
  USING (id = ANY ((SELECT ctx.hubs_led())::bigint[]));
CREATE FUNCTION scip.guard_hub_profile() RETURNS trigger
LANGUAGE plpgsql AS $$
DECLARE
  free text[] := '{blurb,logo,logo_alt,page_url,page,version,created_at,updated_at,name_sort}';
BEGIN
  IF NOT ctx.central() AND to_jsonb(NEW) - free <> to_jsonb(OLD) - free THEN
    RAISE 'more than the profile' USING ERRCODE = 'SC403', CONSTRAINT = 'only-the-profile';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER guard_profile BEFORE UPDATE ON scip.hub
  FOR EACH ROW WHEN (current_user = 'scip_writer') EXECUTE FUNCTION scip.guard_hub_profile();

-- A name that is given up stays findable; one taken back is former no more. Files that are loaded rule over
-- their own names.
CREATE FUNCTION scip.keep_former_name() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = scip, pg_temp AS $$
BEGIN
  DELETE FROM hub_name WHERE hub_id = NEW.id AND name = NEW.name;
  INSERT INTO hub_name (hub_id, kind, name) VALUES (NEW.id, 'former', OLD.name)
  ON CONFLICT (hub_id, name) DO UPDATE SET kind = 'former';
  RETURN NULL;
END $$;
CREATE TRIGGER keep_former_name AFTER UPDATE ON scip.hub
  FOR EACH ROW WHEN (OLD.name IS DISTINCT FROM NEW.name AND ctx.account() IS NOT NULL)
  EXECUTE FUNCTION scip.keep_former_name();

-- A Hub made by mistake goes while it is proposed; who refers to it keeps it (foreign keys).
CREATE FUNCTION scip.guard_hub_removal() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = scip, pg_temp AS $$
BEGIN
  IF EXISTS (SELECT FROM hub_status s WHERE s.hub_id = OLD.id AND s.status <> 'proposed') THEN
    RAISE 'it was more than proposed' USING ERRCODE = 'SC409', CONSTRAINT = 'hub-not-proposed';
  END IF;
  RETURN OLD;
END $$;
CREATE TRIGGER guard_removal BEFORE DELETE ON scip.hub
  FOR EACH ROW WHEN (current_user = 'scip_writer') EXECUTE FUNCTION scip.guard_hub_removal();

-- What may follow what. An active Hub is led by somebody; where that was not known when it was loaded, by who led it last. The Hub's row is the lock; what
-- the earlier holders committed is seen by the next statement.
CREATE FUNCTION scip.check_hub_status() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = scip, pg_temp AS $$
DECLARE
  before text;
BEGIN
  PERFORM FROM hub WHERE id = NEW.hub_id FOR NO KEY UPDATE;
  before := (SELECT s.status FROM hub_status s WHERE s.hub_id = NEW.hub_id AND s.id <> NEW.id
             ORDER BY latest(s.ends) DESC NULLS FIRST, s.id DESC LIMIT 1);
  IF before || ' ' || NEW.status NOT IN ('proposed active', 'proposed closed', 'active paused', 'active closed',
       'paused active', 'paused closed', 'closed active', 'unknown active', 'unknown paused', 'unknown closed') THEN
    RAISE '% cannot follow %', NEW.status, before USING ERRCODE = 'SC409', CONSTRAINT = 'hub-status-transition';
  ELSIF NEW.status = 'active' AND (before = 'closed' OR ctx.account() IS NOT NULL) AND NOT EXISTS (
          SELECT FROM hub_lead l WHERE l.hub_id = NEW.hub_id
          AND (l.standing = 'dated' AND l.period @> today() OR l.standing = 'last_known' AND before = 'unknown')) THEN
    RAISE 'a Hub needs a lead' USING ERRCODE = 'SC409', CONSTRAINT = 'hub-needs-a-lead';
  ELSIF earliest(NEW.starts) > today() THEN
    RAISE 'the present status starts later' USING ERRCODE = 'SC422', CONSTRAINT = 'hub-status-starts-later';
  END IF;
  RETURN NULL;
END $$;
CREATE TRIGGER check_hub_status AFTER INSERT ON scip.hub_status
  FOR EACH ROW WHEN (NEW.ends IS NULL) EXECUTE FUNCTION scip.check_hub_status();

-- A lead's address. In the API a lead's last day is `to`; the table has the day after.
ALTER TABLE scip.hub_lead ADD COLUMN uid uuid NOT NULL DEFAULT gen_random_uuid() UNIQUE;
CREATE VIEW scip.hub_leads WITH (security_invoker) AS
SELECT l.uid AS id, json_build_object('slug', h.slug, 'name', h.name, 'href', '/v1/hubs/' || h.slug) AS hub,
       json_build_object('slug', o.slug, 'name', o.name, 'href', '/v1/organisations/' || o.slug) AS organisation,
       CASE WHEN l.standing <> 'dated' THEN l.standing WHEN l.period @> scip.today() THEN 'current'
            WHEN lower(l.period) > scip.today() THEN 'planned' ELSE 'former' END AS standing,
       coalesce(lower(l.period)::text, l.starts) AS "from", coalesce((upper(l.period) - 1)::text, l.ends) AS "to",
       l.evidence::text AS as_of, l.note, array_to_json(l.sources) AS sources, l.confidence,
       '/v1/hubs/' || h.slug || '/leads/' || l.uid AS href, l.version AS _version, h.slug AS _hub,
       coalesce(lower(l.period), scip.earliest(l.starts), scip.earliest(l.evidence)) AS _since, o.name_sort AS _sort
FROM scip.hub_lead l
JOIN scip.hub h ON h.id = l.hub_id
JOIN scip.organisation o ON o.id = l.organisation_id;
GRANT SELECT ON scip.hub_leads TO scip_anonymous, scip_writer;

COMMIT;
