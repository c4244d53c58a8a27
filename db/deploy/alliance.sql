-- Who and what the Alliance is: nations and regions, organisations, groups, Hubs with their leads, the Toolkit, strategies;
-- what their writes call; and why a settled record was changed.
BEGIN;
SET LOCAL client_min_messages = warning;

-- The four nations and England's nine regions (ONS codes), and the local authorities within one of them that the central team adds;
-- longitude and latitude of ONS's centroid, WGS 84.
CREATE TABLE scip.region (
  LIKE ctx.publication INCLUDING ALL,
  gss_code text NOT NULL UNIQUE CHECK (gss_code ~ '^[ENSW][0-9]{8}$'),
  name scip.label NOT NULL,
  kind text NOT NULL REFERENCES term.region_kind,
  nation text NOT NULL REFERENCES term.nation,
  within_id bigint REFERENCES scip.region,
  longitude numeric(5, 2) NOT NULL CHECK (longitude BETWEEN -180 AND 180),
  latitude numeric(4, 2) NOT NULL CHECK (latitude BETWEEN -90 AND 90),
  name_sort text COLLATE "C" NOT NULL GENERATED ALWAYS AS (scip.fold(name)) STORED
);

CALL scip.publish('region');

CALL scip.track_changes('region', 'region');
GRANT INSERT, UPDATE, DELETE ON scip.region TO scip_caller;
CALL scip.add_trigger('set_nation BEFORE INSERT OR UPDATE ON region WHEN (NEW.within_id IS NOT NULL)', $$
  SELECT r.nation INTO NEW.nation FROM region r WHERE r.id = NEW.within_id AND r.within_id IS NULL;
  PERFORM scip.refuse(422, 'reference-not-found', 'within', 'A local authority is within a region or a nation.') WHERE NOT FOUND;
$$);

-- nation null: UK-wide (uk_wide true) or not known (uk_wide null).
CREATE TABLE scip.organisation (
  LIKE ctx.publication INCLUDING ALL,
  name scip.label NOT NULL,
  nation text REFERENCES term.nation,
  uk_wide boolean,
  region_id bigint REFERENCES scip.region,
  gss_code text UNIQUE CHECK (gss_code ~ '^[ENSW][0-9]{8}$'),
  website scip.url,
  logo scip.url,
  description text,
  note text,
  renamed_on scip.partial_date,
  name_sort text COLLATE "C" NOT NULL GENERATED ALWAYS AS (scip.fold(name)) STORED,
  search text NOT NULL GENERATED ALWAYS AS (scip.search_text(name)) STORED,
  CONSTRAINT organisation_nation_or_uk_wide CHECK (nation IS NULL OR uk_wide IS NOT TRUE)
);
CREATE INDEX ON scip.organisation (name_sort, slug);
CREATE INDEX ON scip.organisation (updated_at);
CREATE INDEX ON scip.organisation USING gin (search public.gin_trgm_ops);
COMMENT ON COLUMN scip.organisation.gss_code IS 'ONS code of a local authority';
COMMENT ON COLUMN scip.organisation.description IS 'What the organisation does with the Alliance, in the source''s words';

CREATE TABLE scip.organisation_name (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  organisation_id bigint NOT NULL REFERENCES scip.organisation ON DELETE CASCADE,
  kind text NOT NULL REFERENCES term.name_kind,
  name scip.label NOT NULL,
  name_sort text COLLATE "C" NOT NULL GENERATED ALWAYS AS (scip.fold(name)) STORED,
  search text NOT NULL GENERATED ALWAYS AS (scip.search_text(name)) STORED,
  UNIQUE (organisation_id, name)
);
CREATE INDEX ON scip.organisation_name USING gin (search public.gin_trgm_ops);

CREATE TABLE scip.organisation_sector (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  organisation_id bigint NOT NULL REFERENCES scip.organisation ON DELETE CASCADE,
  sector text NOT NULL REFERENCES term.sector,
  kind text REFERENCES term.organisation_kind,
  starts scip.partial_date,
  ends scip.partial_date,
  UNIQUE NULLS NOT DISTINCT (organisation_id, sector, kind, starts),
  CHECK (scip.earliest(starts) <= scip.latest(ends))
);
CREATE INDEX ON scip.organisation_sector (sector);
CREATE INDEX ON scip.organisation_sector (organisation_id, sector);

-- org-id.guide form: register's list code, then the register's own number (GB-UKPRN-10003614), in the one spelling of
-- each list, so that no organisation is two. NULL for what is none: British and international lists are those below,
-- of other countries any.
CREATE FUNCTION scip.org_id(value text) RETURNS text LANGUAGE sql IMMUTABLE PARALLEL SAFE STRICT
RETURN (SELECT list || '-' || CASE
    WHEN list IN ('GB-CHC', 'GB-NIC') THEN substring(n FROM '^(?:NIC)?0*([1-9][0-9]{5,6})$')
    WHEN list = 'GB-SC' THEN 'SC' || lpad(substring(n FROM '^(?:SC)?0*([1-9][0-9]{0,5})$'), 6, '0')
    WHEN list = 'GB-COH' AND n ~ '^[0-9]{1,8}$' AND n !~ '^0+$' THEN lpad(n, 8, '0')
    WHEN list = 'GB-COH' AND n ~ '^[A-Z]{2}[0-9]{1,6}$' THEN left(n, 2) || lpad(substr(n, 3), 6, '0')
    WHEN list = 'GB-COH' THEN substring(n FROM '^(R[0-9]{7}|[A-Z]{2}[0-9]{5}[A-Z])$')
    WHEN list = 'GB-UKPRN' THEN substring(n FROM '^[0-9]{8}$')
    WHEN list = 'GB-EDU' THEN substring(n FROM '^0*([1-9][0-9]{4,6})$')
    WHEN list = 'GB-HESA' THEN lpad(substring(n FROM '^(?:H-?)?0*([1-9][0-9]{0,3})$'), 4, '0')
    WHEN list = 'XI-ROR' THEN substring(lower(n) FROM '^(?:https?://ror[.]org/)?(0[a-hj-km-np-tv-z0-9]{6}[0-9]{2})$')
    WHEN list = 'XI-GRID' THEN substring(lower(n) FROM '^grid[.][0-9]{4,6}[.][0-9a-f]{1,2}$')
    WHEN list = 'XI-LEI' THEN substring(n FROM '^[A-Z0-9]{18}[0-9]{2}$')
    WHEN list = 'XI-WIKIDATA' THEN substring(n FROM '^Q[1-9][0-9]*$')
    WHEN list !~ '^(GB|XI)-'
      OR list IN ('GB-CASC', 'GB-GOR', 'GB-GOVUK', 'GB-IRN', 'GB-LAE', 'GB-LANI', 'GB-LAS', 'GB-MPR', 'GB-NHS', 'GB-NIEDU', 'GB-PLA',
      'GB-REV',
         'GB-SCOTEDU', 'GB-SHPE', 'GB-WALEDU', 'XI-EUID', 'XI-PB') THEN substring(n FROM '^[A-Z0-9.-]+$') END
  FROM (SELECT upper(m[1]), upper(m[2])
    FROM regexp_match(replace(scip.plain(value), ' ', ''), '^([A-Za-z]{2}-[A-Za-z0-9]+)-(.+)$') m) x (list, n));

-- One organisation may hold several; none belongs to two organisations.
CREATE TABLE scip.organisation_identifier (
  identifier text PRIMARY KEY CHECK (coalesce(identifier = scip.org_id(identifier), false)),
  organisation_id bigint NOT NULL REFERENCES scip.organisation ON DELETE CASCADE,
  sources scip.sources
);

CREATE TABLE scip.organisation_partnership (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  organisation_id bigint NOT NULL REFERENCES scip.organisation ON DELETE CASCADE,
  role text NOT NULL REFERENCES term.partner_role,
  starts scip.partial_date,
  ends scip.partial_date,
  description text,
  brings text,
  brings_cy text,
  UNIQUE NULLS NOT DISTINCT (organisation_id, role, starts),
  CHECK (scip.earliest(starts) <= scip.latest(ends))
);
CREATE INDEX ON scip.organisation_partnership (role);

-- Whether these records are invented: a demonstration says so in the sources of all that it has, and shares its database with nothing real.
CREATE FUNCTION scip.is_demonstration() RETURNS boolean LANGUAGE sql STABLE AS $$
  SELECT EXISTS (SELECT FROM scip.organisation o WHERE 'Demonstration data' = ANY (o.sources))
$$;
GRANT EXECUTE ON FUNCTION scip.org_id, scip.is_demonstration TO scip_anonymous, scip_caller;

CALL scip.publish('organisation', 'organisation_name', 'organisation_sector', 'organisation_identifier',
                  'organisation_partnership');
CALL scip.keep_former_slugs('organisation');
CALL scip.track_changes('organisation', 'organisation');
CALL scip.keep_part('organisation_name', 'organisation');
CALL scip.keep_part('organisation_sector', 'organisation');
CALL scip.keep_part('organisation_identifier', 'organisation', 'r.identifier');
CALL scip.keep_part('organisation_partnership', 'organisation');
CALL scip.keep_part('organisation_former_slug', 'organisation', 'r.slug');
GRANT INSERT, UPDATE, DELETE ON scip.organisation TO scip_caller;

-- An organisation's predecessor: one that has a record, or what was renamed or merged, as it was called. moved: what the merge moved.
CREATE TABLE scip.organisation_lineage (
  LIKE ctx.entry INCLUDING ALL,
  organisation_id bigint NOT NULL REFERENCES scip.organisation,
  predecessor_id bigint REFERENCES scip.organisation,
  slug scip.slug,
  name scip.label,
  kind text NOT NULL REFERENCES term.lineage_kind,
  happened_on scip.partial_date,
  note text,
  moved jsonb,
  CONSTRAINT organisation_lineage_self CHECK (predecessor_id <> organisation_id),
  CHECK (num_nonnulls(slug, name) = CASE WHEN predecessor_id IS NULL THEN 2 ELSE 0 END)
);
CREATE UNIQUE INDEX organisation_lineage_once ON scip.organisation_lineage
  (least(organisation_id, predecessor_id), greatest(organisation_id, predecessor_id)) WHERE predecessor_id IS NOT NULL;
CALL scip.publish('organisation_lineage');
CALL scip.keep_part('organisation_lineage', 'organisation');
GRANT INSERT, UPDATE (happened_on, note), DELETE ON scip.organisation_lineage TO scip_caller;
CALL scip.add_trigger($$guard_merge BEFORE DELETE ON organisation_lineage WHEN (OLD.moved IS NOT NULL)$$,
  $$PERFORM scip.refuse(409, 'merge-final');$$);
-- A slug alone makes one of two records, for good; who holds both rows is the only one that does.
CALL scip.add_trigger('merge BEFORE INSERT ON organisation_lineage WHEN (NEW.slug IS NOT NULL AND NEW.name IS NULL)', $$
DECLARE
  gone bigint;
BEGIN
  PERFORM FROM organisation o WHERE NEW.slug = o.slug OR NEW.organisation_id = o.id ORDER BY o.id FOR UPDATE;
  SELECT o.id, o.name INTO gone, NEW.name FROM organisation o WHERE o.slug = NEW.slug AND o.id <> NEW.organisation_id;
  PERFORM scip.refuse(422, 'reference-not-found', 'former', format('There is no other organisation %s.', NEW.slug)) WHERE gone IS NULL;
  DELETE FROM organisation_lineage l WHERE ARRAY[l.organisation_id, l.predecessor_id] <@ ARRAY[NEW.organisation_id, gone];
  NEW.moved := merge_records('organisation', gone::text, NEW.organisation_id::text);
  INSERT INTO organisation_former_slug (slug, organisation_id) VALUES (NEW.slug, NEW.organisation_id);
$$);
-- Renamed on a day, and not only spelt otherwise, it keeps its former name, as that of one that was merged; its own is none of these.
CALL scip.add_trigger($$note_renaming AFTER UPDATE ON organisation WHEN (OLD.name <> NEW.name AND NEW.renamed_on IS NOT NULL
  AND NEW.renamed_on IS DISTINCT FROM OLD.renamed_on)$$, $$INSERT INTO organisation_lineage (organisation_id, slug, name, kind, happened_on)
    VALUES (NEW.id, OLD.slug, OLD.name, 'renamed', NEW.renamed_on);$$);
CALL scip.add_trigger('keep_name AFTER INSERT ON organisation_lineage WHEN (NEW.name IS NOT NULL)', $$
  DELETE FROM organisation_name n USING organisation o WHERE o.id = NEW.organisation_id AND n.organisation_id = o.id AND n.name = o.name;
  INSERT INTO organisation_name (organisation_id, kind, name)
  SELECT o.id, CASE NEW.kind WHEN 'duplicate' THEN 'other' ELSE 'former' END, NEW.name FROM organisation o
  WHERE o.id = NEW.organisation_id AND o.name <> NEW.name ON CONFLICT (organisation_id, name) DO UPDATE SET kind = EXCLUDED.kind;
$$);

-- Groups come and go: dated records.
CREATE TABLE scip.alliance_group (
  LIKE ctx.publication INCLUDING ALL,
  name scip.label NOT NULL,
  kind text NOT NULL REFERENCES term.group_kind,
  status text NOT NULL REFERENCES term.group_status,
  starts scip.partial_date,
  ends scip.partial_date,
  purpose text,
  name_sort text COLLATE "C" NOT NULL GENERATED ALWAYS AS (scip.fold(name)) STORED,
  decides_applications boolean NOT NULL DEFAULT false,
  counts_for_representation boolean NOT NULL DEFAULT false,
  CHECK (scip.earliest(starts) <= scip.latest(ends))
);
COMMENT ON COLUMN scip.alliance_group.decides_applications IS 'Its members review and decide applications for Hubs';
COMMENT ON COLUMN scip.alliance_group.counts_for_representation IS 'Its meetings are national ones: Hubs are to be there, and report';

CREATE TABLE scip.group_organisation (
  group_id bigint REFERENCES scip.alliance_group ON DELETE CASCADE,
  organisation_id bigint REFERENCES scip.organisation,
  PRIMARY KEY (group_id, organisation_id)
);

CALL scip.publish('alliance_group', 'group_organisation');
CALL scip.track_changes('alliance_group', 'group');
CALL scip.keep_part('group_organisation', 'alliance_group', 'concat_ws(''/'', r.group_id, r.organisation_id)', kind => 'group');
GRANT INSERT, UPDATE, DELETE ON scip.alliance_group TO scip_caller;

CREATE TABLE scip.hub (
  LIKE ctx.publication INCLUDING ALL,
  slug_source text NOT NULL DEFAULT 'official' CHECK (slug_source IN ('official', 'derived')),
  name scip.label NOT NULL,
  nations text[] NOT NULL CHECK (cardinality(nations) > 0 AND array_position(nations, NULL) IS NULL),
  blurb text,
  logo scip.url,
  logo_alt text,
  page_url scip.url,
  page jsonb CHECK (jsonb_typeof(page) = 'object'),
  launched_on scip.partial_date,
  launched_text text,
  lead_note text,
  name_sort text COLLATE "C" NOT NULL GENERATED ALWAYS AS (scip.fold(name)) STORED,
  search text NOT NULL GENERATED ALWAYS AS (scip.search_text(name)) STORED,
  launched_sort text COLLATE "C" NOT NULL GENERATED ALWAYS AS (coalesce(launched_on, '9999')) STORED,
  CHECK (logo IS NULL OR logo_alt IS NOT NULL)
);
CREATE INDEX ON scip.hub (name_sort, slug);
CREATE INDEX ON scip.hub (launched_sort, slug);
CREATE INDEX ON scip.hub USING gin (search public.gin_trgm_ops);
CALL scip.hold_to_terms('hub', 'nation', '$.nations[*]');
COMMENT ON COLUMN scip.hub.page IS 'Aims, activities, contact, links';

CREATE TABLE scip.hub_region (
  hub_id bigint REFERENCES scip.hub ON DELETE CASCADE,
  region_id bigint REFERENCES scip.region,
  PRIMARY KEY (hub_id, region_id)
);

CREATE TABLE scip.hub_name (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  hub_id bigint NOT NULL REFERENCES scip.hub ON DELETE CASCADE,
  kind text NOT NULL REFERENCES term.name_kind,
  name scip.label NOT NULL,
  name_sort text COLLATE "C" NOT NULL GENERATED ALWAYS AS (scip.fold(name)) STORED,
  search text NOT NULL GENERATED ALWAYS AS (scip.search_text(name)) STORED,
  UNIQUE (hub_id, name)
);
CREATE INDEX ON scip.hub_name USING gin (search public.gin_trgm_ops);

-- History; the row without an end is the present one. evidence: when the source says so, where the
-- start is not known.
CREATE TABLE scip.hub_status (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  hub_id bigint NOT NULL REFERENCES scip.hub ON DELETE CASCADE,
  status text NOT NULL CHECK (status IN ('proposed', 'active', 'paused', 'closed', 'unknown')),
  starts scip.partial_date,
  ends scip.partial_date,
  evidence scip.partial_date,
  LIKE ctx.record INCLUDING DEFAULTS,
  CHECK (scip.earliest(starts) <= scip.latest(ends))
);
CREATE UNIQUE INDEX hub_status_one_current ON scip.hub_status (hub_id) WHERE ends IS NULL;

-- dated: leads in `period` (half open). last_known: led when `evidence` was given, nothing later is known.
-- former: led once, with what is known of when. uid: a lead's address.
CREATE TABLE scip.hub_lead (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  hub_id bigint NOT NULL REFERENCES scip.hub,
  organisation_id bigint NOT NULL REFERENCES scip.organisation,
  evidence_kind text NOT NULL CHECK (evidence_kind IN ('dated', 'last_known', 'former')),
  period daterange,
  evidence scip.partial_date,
  starts scip.partial_date,
  ends scip.partial_date,
  note text,
  sources scip.sources NOT NULL,
  confidence text NOT NULL,
  LIKE ctx.record INCLUDING DEFAULTS,
  uid uuid NOT NULL DEFAULT gen_random_uuid() UNIQUE,
  CONSTRAINT hub_lead_evidence_kind CHECK (CASE evidence_kind
    WHEN 'dated' THEN period IS NOT NULL AND NOT isempty(period) AND NOT lower_inf(period)
                      AND isfinite(lower(period)) AND coalesce(isfinite(upper(period)), true)
                      AND num_nonnulls(evidence, starts, ends) = 0
    WHEN 'last_known' THEN evidence IS NOT NULL AND num_nonnulls(period, starts, ends) = 0
    ELSE period IS NULL AND coalesce(scip.earliest(starts) <= scip.latest(ends), true)
  END)
);
CREATE UNIQUE INDEX hub_lead_last_known_once ON scip.hub_lead (hub_id, organisation_id) WHERE evidence_kind = 'last_known';

-- One or two dated leads at a time, never the same organisation twice. The Hub's row is the lock, and the
-- next statements see, with new snapshots, all that earlier holders committed. An exclusion constraint for
-- the same organisation would deadlock where two insert at once, so that rule stands here as well. The
-- trigger runs after all parts of a statement: a handover (end one, start the next) is one statement.
CREATE FUNCTION scip.check_hub_leads() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = scip, pg_temp AS $$
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
  PERFORM scip.refuse(409, 'hub-lead-twice', 'organisation') FROM scip.hub_lead a JOIN scip.hub_lead b USING (hub_id, organisation_id)
    WHERE a.hub_id = hub AND a.evidence_kind = 'dated' AND b.evidence_kind = 'dated' AND a.id < b.id AND a.period && b.period;
  -- A third one, if any, overlaps the other two on the day on which the last of the three starts.
  PERFORM scip.refuse(409, 'hub-has-two-leads', 'from') FROM scip.hub_lead a JOIN scip.hub_lead b ON b.period @> lower(a.period)
    WHERE a.hub_id = hub AND b.hub_id = hub AND a.evidence_kind = 'dated' AND b.evidence_kind = 'dated' GROUP BY a.id HAVING count(*) > 2;

  hub := OLD.hub_id;
  IF OLD.evidence_kind = 'dated' AND EXISTS (SELECT FROM scip.hub h WHERE h.id = hub)
     AND NOT EXISTS (SELECT FROM scip.hub_status s WHERE s.hub_id = hub AND s.status = 'closed' AND s.ends IS NULL) THEN
    -- Days from today on that this change leaves without any lead. Plans of a Hub that nobody leads
    -- today are free.
    SELECT datemultirange(OLD.period * daterange(scip.today(), NULL)) - coalesce(range_agg(l.period), '{}'),
           OLD.period @> scip.today() OR coalesce(bool_or(l.period @> scip.today()), false)
    INTO unled, led
    FROM scip.hub_lead l WHERE l.hub_id = hub AND l.evidence_kind = 'dated';
    PERFORM scip.refuse(409, 'hub-needs-a-lead', 'status to') WHERE led AND NOT isempty(unled);
  END IF;
  RETURN NULL;
END $$;

CREATE CONSTRAINT TRIGGER check_hub_leads AFTER INSERT OR UPDATE OR DELETE ON scip.hub_lead
  FOR EACH ROW EXECUTE FUNCTION scip.check_hub_leads();

CALL scip.publish('hub', 'hub_region', 'hub_name', 'hub_status', 'hub_lead');
CALL scip.keep_former_slugs('hub');
CALL scip.track_changes('hub', 'hub');
CALL scip.keep_part('hub_region', 'hub', 'concat_ws(''/'', r.hub_id, r.region_id)');
CALL scip.keep_part('hub_name', 'hub');
CALL scip.keep_part('hub_status', 'hub');
CALL scip.keep_part('hub_lead', 'hub');
CALL scip.keep_part('hub_former_slug', 'hub', 'r.slug');
GRANT INSERT, UPDATE, DELETE ON scip.hub, scip.hub_lead TO scip_caller;
GRANT INSERT, UPDATE ON scip.hub_status TO scip_caller;
-- A Hub Lead keeps the Hub's profile; policies know rows, not columns.
CALL scip.add_trigger($$guard_profile BEFORE UPDATE ON hub WHEN (current_user = 'scip_writer')$$, $$
DECLARE
  free text[] := '{blurb,logo,logo_alt,page_url,page,version,created_at,updated_at,name_sort,launched_sort,search}';
BEGIN
  PERFORM scip.refuse(403, 'only-the-profile') WHERE to_jsonb(NEW) - free <> to_jsonb(OLD) - free;
$$);

-- A name that is given up stays findable; one taken back is former no more. Files that are loaded rule over
-- their own names.
CALL scip.add_trigger('keep_former_name AFTER UPDATE ON hub WHEN (OLD.name IS DISTINCT FROM NEW.name AND ctx.account() IS NOT NULL)', $$
  DELETE FROM hub_name WHERE hub_id = NEW.id AND name = NEW.name;
  INSERT INTO hub_name (hub_id, kind, name) VALUES (NEW.id, 'former', OLD.name)
  ON CONFLICT (hub_id, name) DO UPDATE SET kind = 'former';
$$);

-- A Hub made by mistake goes while it is proposed; who refers to it keeps it (foreign keys).
CALL scip.add_trigger($$guard_removal BEFORE DELETE ON hub WHEN (current_user = 'scip_central')$$, $$
  PERFORM scip.refuse(409, 'hub-not-proposed') WHERE EXISTS (SELECT FROM hub_status s WHERE s.hub_id = OLD.id AND s.status <> 'proposed');
$$);

-- What may follow what. An active Hub is led by somebody; where that was not known when it was loaded, by who led it last. The Hub's row is
-- the lock; what the earlier holders committed is seen by the next statement.
CALL scip.add_trigger('check_hub_status AFTER INSERT ON hub_status WHEN (NEW.ends IS NULL)', $$
DECLARE
  before text;
BEGIN
  PERFORM FROM hub WHERE id = NEW.hub_id FOR NO KEY UPDATE;
  before := (SELECT s.status FROM hub_status s WHERE s.hub_id = NEW.hub_id AND s.id <> NEW.id
             ORDER BY latest(s.ends) DESC NULLS FIRST, s.id DESC LIMIT 1);
  PERFORM scip.refuse(409, 'hub-status-transition', 'status', format('A Hub cannot change from %s to %s.', before, NEW.status))
    WHERE before || ' ' || NEW.status NOT IN ('proposed active', 'proposed closed', 'active paused', 'active closed',
            'paused active', 'paused closed', 'closed active', 'unknown active', 'unknown paused', 'unknown closed');
  PERFORM scip.refuse(409, 'hub-needs-a-lead', 'status to')
    WHERE NEW.status = 'active' AND (before = 'closed' OR ctx.account() IS NOT NULL) AND NOT EXISTS (
            SELECT FROM hub_lead l WHERE l.hub_id = NEW.hub_id
            AND (l.evidence_kind = 'dated' AND l.period @> today() OR l.evidence_kind = 'last_known' AND before = 'unknown'));
  PERFORM scip.refuse(422, 'date-in-future', 'from', 'The present status cannot begin after today.') WHERE earliest(NEW.starts) > today();
$$);

-- The Thriving Lives Toolkit. The principles are parts of one picture: ordinal is for display and ranks nothing.
CREATE TABLE scip.toolkit_principle (
  LIKE ctx.publication INCLUDING ALL,
  ordinal int NOT NULL UNIQUE DEFERRABLE INITIALLY DEFERRED CHECK (ordinal > 0),
  name scip.label NOT NULL,
  summary text
);

CREATE TABLE scip.toolkit_fact (
  LIKE ctx.publication INCLUDING ALL,
  kind text NOT NULL REFERENCES term.toolkit_fact_kind,
  ordinal int CHECK (ordinal > 0),
  name scip.label NOT NULL,
  text text,
  value text
);
CREATE INDEX ON scip.toolkit_fact (kind, ordinal, id);

CALL scip.publish('toolkit_principle', 'toolkit_fact');
CALL scip.track_changes('toolkit_principle', 'toolkit_principle');
CALL scip.track_changes('toolkit_fact', 'toolkit_fact');
GRANT INSERT, UPDATE, DELETE ON scip.toolkit_principle, scip.toolkit_fact TO scip_caller;

CREATE TABLE scip.strategy (
  LIKE ctx.publication INCLUDING ALL,
  name scip.label NOT NULL,
  period_text text NOT NULL UNIQUE,
  starts scip.partial_date NOT NULL,
  ends scip.partial_date NOT NULL,
  summary text,
  CHECK (scip.earliest(starts) <= scip.latest(ends))
);

CREATE TABLE scip.strategy_theme (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  strategy_id bigint NOT NULL REFERENCES scip.strategy ON DELETE CASCADE,
  ordinal int NOT NULL CHECK (ordinal > 0),
  slug scip.slug NOT NULL,
  name scip.label NOT NULL,
  UNIQUE (strategy_id, slug),
  UNIQUE (strategy_id, ordinal) DEFERRABLE INITIALLY DEFERRED
);

CALL scip.publish('strategy', 'strategy_theme');
CALL scip.track_changes('strategy', 'strategy');
CALL scip.keep_part('strategy_theme', 'strategy');
GRANT INSERT, UPDATE, DELETE ON scip.strategy TO scip_caller;

-- The id of a record that a body names in the property of that place, or of the kind; SC422 when there is none.
CREATE FUNCTION scip.reference(kind text, key text, place text DEFAULT '') RETURNS bigint LANGUAGE plpgsql STABLE STRICT AS $$
DECLARE
  found_id bigint;
BEGIN
  CASE kind
    WHEN 'region' THEN SELECT id INTO found_id FROM scip.region WHERE key IN (slug, gss_code);
    WHEN 'organisation' THEN SELECT id INTO found_id FROM scip.organisation WHERE slug = key;
    WHEN 'hub' THEN SELECT id INTO found_id FROM scip.hub WHERE slug = key;
    WHEN 'event' THEN SELECT id INTO found_id FROM scip.event WHERE slug = key;
    WHEN 'document' THEN SELECT id INTO found_id FROM scip.document WHERE slug = key;
    WHEN 'programme' THEN SELECT id INTO found_id FROM scip.programme WHERE slug = key;
    WHEN 'course' THEN SELECT id INTO found_id FROM scip.course WHERE slug = key;
    WHEN 'project' THEN SELECT id INTO found_id FROM scip.project WHERE slug = key;
    WHEN 'principle' THEN SELECT id INTO found_id FROM scip.toolkit_principle WHERE slug = key;
  END CASE;
  PERFORM scip.refuse(422, 'reference-not-found', coalesce(nullif(place, ''), kind), format('There is no %s %s.', kind, key))
    WHERE found_id IS NULL;
  RETURN found_id;
END $$;

-- Parts that a body gives replace those of the record, whose row the caller has locked: in statements of their own, which see what was
-- committed before that lock was got. made: what p, the n-th part, is in the table. What stays the same is not touched; NULL is no set.
CREATE FUNCTION scip.set_parts(t text, whole text, id bigint, parts jsonb,
  made text DEFAULT $$p || jsonb_build_object('starts', p -> 'from', 'ends', p -> 'to')$$) RETURNS void LANGUAGE plpgsql STRICT AS $$
DECLARE
  columns text := (SELECT string_agg(quote_ident(attname), ', ') FROM pg_attribute WHERE attrelid = format('scip.%I', t)::regclass
    AND attnum > 0 AND NOT attisdropped AND attgenerated = '' AND attname NOT IN ('id', whole, 'sources'));
BEGIN
  ASSERT ctx.central() OR t = 'hub_region' AND id = ANY (ctx.hubs_led()); -- the areas are the lead's to name, all else the central team's
  EXECUTE format('SELECT coalesce(jsonb_agg(%s), ''[]'') FROM jsonb_array_elements($2) WITH ORDINALITY x (p, n)', made)
    INTO parts USING id, parts;
  EXECUTE format('DELETE FROM %1$I WHERE %2$I = $1 AND NOT EXISTS (
    SELECT %3$s INTERSECT SELECT %3$s FROM jsonb_populate_recordset(NULL::%1$I, $2))', t, whole, columns) USING id, parts;
  EXECUTE format('INSERT INTO %1$I (%2$I, %3$s) SELECT $1, n.* FROM (SELECT %3$s FROM jsonb_populate_recordset(NULL::%1$I, $2)
    EXCEPT SELECT %3$s FROM %1$I WHERE %2$I = $1) n', t, whole, columns) USING id, parts;
END $$;
CREATE FUNCTION scip.set_organisation_parts(organisation bigint, body jsonb) RETURNS void
LANGUAGE sql SECURITY DEFINER SET search_path = scip, pg_temp AS $$
  SELECT refuse(422, 'identifier-form', 'identifiers') FROM jsonb_array_elements_text(body -> 'identifiers') p WHERE org_id(p) IS NULL;
  SELECT set_parts('organisation_name', 'organisation_id', organisation, body -> 'other_names'),
    set_parts('organisation_sector', 'organisation_id', organisation, body -> 'sectors'),
    set_parts('organisation_partnership', 'organisation_id', organisation, body -> 'partnerships'),
    set_parts('organisation_identifier', 'organisation_id', organisation, body -> 'identifiers',
      $row$jsonb_build_object('identifier', org_id(p #>> '{}'))$row$);
$$;
CREATE FUNCTION scip.set_group_organisations(the_group bigint, body jsonb) RETURNS void
LANGUAGE sql SECURITY DEFINER SET search_path = scip, pg_temp AS $$
  SELECT set_parts('group_organisation', 'group_id', the_group, body -> 'organisations',
    $row$jsonb_build_object('organisation_id', reference('organisation', p #>> '{}'))$row$);
$$;
-- Themes stand in the order of the list.
CREATE FUNCTION scip.set_strategy_themes(strategy bigint, body jsonb) RETURNS void
LANGUAGE sql SECURITY DEFINER SET search_path = scip, pg_temp AS $$
  UPDATE strategy_theme t SET ordinal = p.n FROM jsonb_array_elements(body -> 'themes') WITH ORDINALITY p (theme, n)
  WHERE t.strategy_id = strategy AND t.slug = p.theme ->> 'slug' AND t.ordinal <> p.n; -- they are moved, not made again
  SELECT set_parts('strategy_theme', 'strategy_id', strategy, body -> 'themes', $row$p || jsonb_build_object('ordinal', n)$row$);
$$;
-- A name that stays keeps its kind.
CREATE FUNCTION scip.set_hub_parts(hub bigint, body jsonb) RETURNS void LANGUAGE sql SECURITY DEFINER SET search_path = scip, pg_temp AS $$
  SELECT set_parts('hub_region', 'hub_id', hub, body -> 'regions',
      $row$jsonb_build_object('region_id', reference('region', p #>> '{}'))$row$),
    set_parts('hub_name', 'hub_id', hub, body -> 'other_names', $row$jsonb_build_object('name', p, 'kind', coalesce(
      (SELECT n.kind FROM hub_name n WHERE n.hub_id = $1 AND n.name = p #>> '{}'), 'other'))$row$);
$$;
GRANT EXECUTE ON FUNCTION scip.reference, scip.set_organisation_parts, scip.set_group_organisations, scip.set_strategy_themes,
  scip.set_hub_parts TO scip_caller;

-- A Hub's page after a merge patch of the Hub (RFC 7396: members that are null go).
CREATE FUNCTION scip.patched_page(page jsonb, patch jsonb) RETURNS jsonb LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN CASE WHEN NOT patch ? 'page' THEN page
            WHEN jsonb_typeof(patch -> 'page') = 'null' THEN NULL
            ELSE nullif(jsonb_strip_nulls(coalesce(page, '{}') || (patch -> 'page')), '{}') END;

-- Corrections: a settled record is changed with a reason, which stays for those who see the record. History keeps what the
-- record was before.

CREATE TABLE scip.correction (
  id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
  record text NOT NULL CHECK (record ~ '^/v1/'),
  operation scip.label NOT NULL,
  reason text NOT NULL CHECK (scip.shows(reason) AND length(reason) <= 2000),
  hub_id bigint REFERENCES scip.hub ON DELETE SET NULL,
  group_id bigint REFERENCES scip.alliance_group ON DELETE SET NULL,
  account_id uuid,
  xid xid8 NOT NULL DEFAULT pg_current_xact_id(),
  created_at timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX ON scip.correction (record);
CREATE INDEX ON scip.correction (created_at, id);
COMMENT ON COLUMN scip.correction.record IS 'Where the record is, or was';
COMMENT ON COLUMN scip.correction.account_id IS 'Whose account corrected it';
CALL scip.protect('correction');
GRANT SELECT ON scip.correction TO scip_caller;
CALL scip.track_changes('correction', NULL, 'NULL', 'NULL');

-- Writes the reason down, before the change: it is what lets the record's own rules accept the change. The caller holds
-- the record's row and may change it. Without a reason nothing is written, and the rules refuse as ever.
CREATE FUNCTION scip.correct_record(record text, reason text, hub bigint, alliance_group bigint) RETURNS boolean
LANGUAGE plpgsql SECURITY DEFINER SET search_path = scip, pg_temp AS $$
BEGIN
  IF correct_record.reason IS NOT NULL THEN
    INSERT INTO correction (record, operation, reason, hub_id, group_id, account_id)
    VALUES (correct_record.record, ctx.operation(), correct_record.reason, hub, alliance_group, ctx.account());
  END IF;
  RETURN true;
END $$;
-- Whether this transaction has given a reason for changing the record. Volatile: it sees what its own statement wrote.
CREATE FUNCTION scip.is_corrected(record text) RETURNS boolean LANGUAGE sql VOLATILE SECURITY DEFINER SET search_path = scip, pg_temp AS $$
  SELECT EXISTS (SELECT FROM correction c WHERE c.record = is_corrected.record AND c.xid = pg_current_xact_id())
$$;
GRANT EXECUTE ON FUNCTION scip.patched_page, scip.correct_record, scip.is_corrected TO scip_caller;

COMMIT;
