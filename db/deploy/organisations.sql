BEGIN;

-- nation null: UK-wide (uk_wide true) or not known (uk_wide null).
CREATE TABLE scip.organisation (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  slug scip.slug NOT NULL UNIQUE,
  name scip.label NOT NULL,
  nation scip.nation,
  uk_wide boolean,
  region_id bigint REFERENCES scip.region,
  gss_code text UNIQUE CHECK (gss_code ~ '^[ENSW][0-9]{8}$'),
  website scip.url,
  logo scip.url,
  role text,
  note text,
  sources scip.sources NOT NULL,
  confidence scip.confidence NOT NULL,
  version int NOT NULL DEFAULT 1,
  created_at timestamptz NOT NULL DEFAULT now(),
  updated_at timestamptz NOT NULL DEFAULT now(),
  name_sort text COLLATE "C" NOT NULL GENERATED ALWAYS AS (scip.fold(name)) STORED,
  search text NOT NULL GENERATED ALWAYS AS (scip.searched(name)) STORED,
  CONSTRAINT organisation_nation_or_uk_wide CHECK (nation IS NULL OR uk_wide IS NOT TRUE)
);
CREATE INDEX ON scip.organisation (name_sort, id);
CREATE INDEX ON scip.organisation (region_id);
COMMENT ON COLUMN scip.organisation.gss_code IS 'ONS code of a local authority';
COMMENT ON COLUMN scip.organisation.role IS 'What the organisation does with the Alliance, in the source''s words';

CREATE TABLE scip.organisation_name (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  organisation_id bigint NOT NULL REFERENCES scip.organisation ON DELETE CASCADE,
  kind text NOT NULL CHECK (kind IN ('former', 'other', 'welsh', 'acronym')),
  name scip.label NOT NULL,
  name_sort text COLLATE "C" NOT NULL GENERATED ALWAYS AS (scip.fold(name)) STORED,
  search text NOT NULL GENERATED ALWAYS AS (scip.searched(name)) STORED,
  UNIQUE (organisation_id, name)
);

CREATE TABLE scip.organisation_category (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  organisation_id bigint NOT NULL REFERENCES scip.organisation ON DELETE CASCADE,
  category text NOT NULL CHECK (category IN ('he', 'fe', 'school_sector', 'local_authority', 'charity', 'government',
                                             'armed_forces', 'research', 'careers', 'other', 'unknown')),
  subcategory scip.code,
  starts scip.partial_date,
  ends scip.partial_date,
  UNIQUE NULLS NOT DISTINCT (organisation_id, category, subcategory, starts),
  CHECK (scip.earliest(starts) <= scip.latest(ends))
);
CREATE INDEX ON scip.organisation_category (category);

-- org-id.guide form: register's list code, then the register's own number (GB-UKPRN-10003614), in the one spelling of
-- each list, so that no organisation is two. NULL for what is none: British and international lists are those below,
-- of other countries any.
CREATE FUNCTION scip.org_id(value text) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE STRICT
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
    WHEN list !~ '^(GB|XI)-' OR list IN ('GB-CASC', 'GB-GOR', 'GB-GOVUK', 'GB-IRN', 'GB-LAE', 'GB-LANI', 'GB-LAS', 'GB-MPR', 'GB-NHS', 'GB-NIEDU', 'GB-PLA', 'GB-REV',
         'GB-SCOTEDU', 'GB-SHPE', 'GB-WALEDU', 'XI-EUID', 'XI-PB') THEN substring(n FROM '^[A-Z0-9.-]+$') END
  FROM (SELECT upper(m[1]), upper(m[2]) FROM regexp_match(replace(scip.plain(value), ' ', ''), '^([A-Za-z]{2}-[A-Za-z0-9]+)-(.+)$') m) x (list, n));
GRANT EXECUTE ON FUNCTION scip.org_id TO scip_anonymous, scip_writer;

-- One organisation may hold several; none belongs to two organisations.
CREATE TABLE scip.organisation_identifier (
  identifier text PRIMARY KEY CHECK (coalesce(identifier = scip.org_id(identifier), false)),
  organisation_id bigint NOT NULL REFERENCES scip.organisation ON DELETE CASCADE,
  sources scip.sources
);
CREATE INDEX ON scip.organisation_identifier (organisation_id);

CREATE TABLE scip.organisation_partnership (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  organisation_id bigint NOT NULL REFERENCES scip.organisation ON DELETE CASCADE,
  role text NOT NULL CHECK (role IN ('host', 'national_partner', 'regional_partner', 'hub_lead', 'funder', 'founder',
                                     'delivery', 'adviser', 'venue', 'member', 'other')),
  starts scip.partial_date,
  ends scip.partial_date,
  description text,
  UNIQUE NULLS NOT DISTINCT (organisation_id, role, starts),
  CHECK (scip.earliest(starts) <= scip.latest(ends))
);
CREATE INDEX ON scip.organisation_partnership (role);

-- Whether these records are invented: a demonstration says so in the sources of all that it has, and shares its database with nothing real.
CREATE FUNCTION scip.is_demonstration() RETURNS boolean LANGUAGE sql STABLE AS $$
  SELECT EXISTS (SELECT FROM scip.organisation o WHERE 'Demonstration data' = ANY (o.sources))
$$;
GRANT EXECUTE ON FUNCTION scip.is_demonstration TO scip_anonymous, scip_writer;

CALL scip.publish('organisation', 'organisation_name', 'organisation_category', 'organisation_identifier',
                  'organisation_partnership');
CALL scip.keep_former_slugs('organisation');

COMMIT;
