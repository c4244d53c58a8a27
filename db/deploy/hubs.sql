BEGIN;

CREATE TABLE scip.hub (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  slug scip.slug NOT NULL UNIQUE,
  slug_source text NOT NULL DEFAULT 'official' CHECK (slug_source IN ('official', 'derived')),
  name scip.label NOT NULL,
  nations scip.nation[] NOT NULL CHECK (cardinality(nations) > 0 AND array_position(nations, NULL) IS NULL),
  blurb text,
  logo scip.url,
  logo_alt text,
  page_url scip.url,
  page jsonb CHECK (jsonb_typeof(page) = 'object'),
  launched scip.partial_date,
  launch_text text,
  lead_note text,
  sources scip.sources NOT NULL,
  confidence scip.confidence NOT NULL,
  version int NOT NULL DEFAULT 1,
  created_at timestamptz NOT NULL DEFAULT now(),
  updated_at timestamptz NOT NULL DEFAULT now(),
  name_sort text COLLATE "C" NOT NULL GENERATED ALWAYS AS (scip.fold(name)) STORED,
  CHECK (logo IS NULL OR logo_alt IS NOT NULL)
);
CREATE INDEX ON scip.hub (name_sort, id);
COMMENT ON COLUMN scip.hub.page IS 'Aims, activities, contact, links';

CREATE TABLE scip.hub_region (
  hub_id bigint REFERENCES scip.hub ON DELETE CASCADE,
  region_id bigint REFERENCES scip.region,
  PRIMARY KEY (hub_id, region_id)
);
CREATE INDEX ON scip.hub_region (region_id);

CREATE TABLE scip.hub_name (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  hub_id bigint NOT NULL REFERENCES scip.hub ON DELETE CASCADE,
  kind text NOT NULL CHECK (kind IN ('former', 'other', 'welsh', 'acronym')),
  name scip.label NOT NULL,
  name_sort text COLLATE "C" NOT NULL GENERATED ALWAYS AS (scip.fold(name)) STORED,
  UNIQUE (hub_id, name)
);

-- History; the row without an end is the present one. evidence: when the source says so, where the
-- start is not known.
CREATE TABLE scip.hub_status (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  hub_id bigint NOT NULL REFERENCES scip.hub ON DELETE CASCADE,
  status text NOT NULL CHECK (status IN ('proposed', 'active', 'paused', 'closed', 'unknown')),
  starts scip.partial_date,
  ends scip.partial_date,
  evidence scip.partial_date,
  CHECK (scip.earliest(starts) <= scip.latest(ends))
);
CREATE UNIQUE INDEX hub_status_one_current ON scip.hub_status (hub_id) WHERE ends IS NULL;
CREATE INDEX ON scip.hub_status (hub_id);

-- dated: leads in `period` (half open). last_known: led when `evidence` was given, nothing later is known.
-- former: led once, with what is known of when.
CREATE TABLE scip.hub_lead (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  hub_id bigint NOT NULL REFERENCES scip.hub,
  organisation_id bigint NOT NULL REFERENCES scip.organisation,
  standing text NOT NULL CHECK (standing IN ('dated', 'last_known', 'former')),
  period daterange,
  evidence scip.partial_date,
  starts scip.partial_date,
  ends scip.partial_date,
  note text,
  sources scip.sources NOT NULL,
  confidence scip.confidence NOT NULL,
  version int NOT NULL DEFAULT 1,
  created_at timestamptz NOT NULL DEFAULT now(),
  updated_at timestamptz NOT NULL DEFAULT now(),
  CONSTRAINT hub_lead_standing CHECK (CASE standing
    WHEN 'dated' THEN period IS NOT NULL AND NOT isempty(period) AND NOT lower_inf(period)
                      AND isfinite(lower(period)) AND coalesce(isfinite(upper(period)), true)
                      AND num_nonnulls(evidence, starts, ends) = 0
    WHEN 'last_known' THEN evidence IS NOT NULL AND num_nonnulls(period, starts, ends) = 0
    ELSE period IS NULL AND coalesce(scip.earliest(starts) <= scip.latest(ends), true)
  END)
);
CREATE INDEX ON scip.hub_lead (hub_id);
CREATE INDEX ON scip.hub_lead (organisation_id);
CREATE UNIQUE INDEX hub_lead_last_known_once ON scip.hub_lead (hub_id, organisation_id) WHERE standing = 'last_known';

-- One or two dated leads at a time, never the same organisation twice. The Hub's row is the lock, and the
-- next statements see, with new snapshots, all that earlier holders committed. An exclusion constraint for
-- the same organisation would deadlock where two insert at once, so that rule stands here as well. The
-- trigger runs after all parts of a statement: a succession (end one, start the next) is one statement.
CREATE FUNCTION scip.check_hub_leads() RETURNS trigger
LANGUAGE plpgsql AS $$
DECLARE
  hub bigint;
  unled datemultirange;
  led boolean;
BEGIN
  IF current_setting('transaction_isolation') <> 'read committed' THEN
    RAISE 'leads are changed in read committed transactions' USING ERRCODE = 'invalid_transaction_state';
  END IF;
  -- A lead that moves locks both Hubs, always in the same order.
  PERFORM FROM scip.hub WHERE id IN (OLD.hub_id, NEW.hub_id) ORDER BY id FOR NO KEY UPDATE;

  hub := NEW.hub_id;
  IF EXISTS (SELECT FROM scip.hub_lead a JOIN scip.hub_lead b USING (hub_id, organisation_id)
             WHERE a.hub_id = hub AND a.standing = 'dated' AND b.standing = 'dated'
               AND a.id < b.id AND a.period && b.period) THEN
    RAISE 'the same organisation leads twice at once' USING ERRCODE = 'SC409', CONSTRAINT = 'hub-lead-twice';
  END IF;
  -- A third one, if any, overlaps the other two on the day on which the last of the three starts.
  IF EXISTS (SELECT FROM scip.hub_lead a JOIN scip.hub_lead b ON b.period @> lower(a.period)
             WHERE a.hub_id = hub AND b.hub_id = hub AND a.standing = 'dated' AND b.standing = 'dated'
             GROUP BY a.id HAVING count(*) > 2) THEN
    RAISE 'a Hub has at most two leads' USING ERRCODE = 'SC409', CONSTRAINT = 'hub-has-two-leads';
  END IF;

  hub := OLD.hub_id;
  IF OLD.standing = 'dated' AND EXISTS (SELECT FROM scip.hub h WHERE h.id = hub)
     AND NOT EXISTS (SELECT FROM scip.hub_status s WHERE s.hub_id = hub AND s.status = 'closed' AND s.ends IS NULL) THEN
    -- Days from today on that this change leaves without any lead. Plans of a Hub that nobody leads
    -- today are free.
    SELECT datemultirange(OLD.period * daterange(scip.today(), NULL)) - coalesce(range_agg(l.period), '{}'),
           OLD.period @> scip.today() OR coalesce(bool_or(l.period @> scip.today()), false)
    INTO unled, led
    FROM scip.hub_lead l WHERE l.hub_id = hub AND l.standing = 'dated';
    IF led AND NOT isempty(unled) THEN
      RAISE 'a Hub needs a lead' USING ERRCODE = 'SC409', CONSTRAINT = 'hub-needs-a-lead';
    END IF;
  END IF;
  RETURN NULL;
END $$;

CREATE CONSTRAINT TRIGGER check_hub_leads AFTER INSERT OR UPDATE OR DELETE ON scip.hub_lead
  FOR EACH ROW EXECUTE FUNCTION scip.check_hub_leads();

CALL scip.publish('hub', 'hub_region', 'hub_name', 'hub_status', 'hub_lead');
CALL scip.keep_former_slugs('hub');

COMMIT;
