-- What the Alliance and its partners published: documents, news, policy contributions.
BEGIN;

-- Authors as reports name them, one in each text. Surely a person is "Family, G." with initials, and what comes after the
-- name of one (Jr., III) stands last or in the middle; all other names are taken as they stand (NULLs).
CREATE FUNCTION scip.author(name text, OUT family text, OUT given text, OUT suffix text) RETURNS record
LANGUAGE sql IMMUTABLE PARALLEL SAFE STRICT AS $$
  SELECT p.family, p.given, p.suffix FROM (
    SELECT m[1], m[3], coalesce(m[2], m[4]) FROM regexp_match(scip.plain(author.name),
      '^([^,]+)(?:, ((?:Jr|Sr|II|III|IV)\.?))?, ((?:[[:upper:]][[:alpha:]]+ )*[[:upper:]]\.(?:[ -]?[[:upper:]]\.|[ -][[:upper:]][[:alpha:]]+)*)(?:, ((?:Jr|Sr|II|III|IV)\.?))?$') m
    WHERE m[2] IS NULL OR m[4] IS NULL) p (family, given, suffix)
  UNION ALL SELECT NULL, NULL, NULL LIMIT 1
$$;
-- None is empty, and none is two: a list of names in one text would be cited as one person.
CREATE FUNCTION scip.are_authors(names text[]) RETURNS boolean
LANGUAGE sql IMMUTABLE PARALLEL SAFE STRICT
RETURN NOT EXISTS (
  SELECT FROM unnest(names) a
  WHERE a IS NULL OR NOT scip.is_line(a) OR a ~ ';|^[[:space:]]*,|,[[:space:]]*$'
     OR EXISTS (SELECT FROM regexp_matches(a, '(.*[^[:space:]])[[:space:]]*(?:,?[[:space:]]+and[[:space:]]+|,?[[:space:]]*&[[:space:]]*|,[[:space:]]+)([^,]+,.*)$') m
                WHERE m[1] ~ ', *[[:upper:]][.]' AND (scip.author(m[2])).family IS NOT NULL));
GRANT EXECUTE ON FUNCTION scip.author, scip.are_authors TO scip_anonymous, scip_writer;

CREATE TABLE scip.document (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  slug scip.slug NOT NULL UNIQUE,
  title scip.label NOT NULL,
  title_is_descriptive boolean NOT NULL DEFAULT false,
  authors text[] NOT NULL DEFAULT '{}' CHECK (scip.are_authors(authors)),
  year int CHECK (year BETWEEN 1900 AND 2200),
  published scip.partial_date,
  publisher text,
  kind scip.code NOT NULL,
  note text,
  commissioned_by text,
  url scip.url,
  sources scip.sources NOT NULL,
  confidence scip.confidence NOT NULL,
  version int NOT NULL DEFAULT 1,
  created_at timestamptz NOT NULL DEFAULT now(),
  updated_at timestamptz NOT NULL DEFAULT now(),
  title_sort text COLLATE "C" NOT NULL GENERATED ALWAYS AS (scip.fold(title)) STORED,
  search text NOT NULL GENERATED ALWAYS AS (scip.searched(title || ' ' || coalesce(publisher, ''))) STORED,
  published_on date GENERATED ALWAYS AS (scip.earliest(published)) STORED,
  CHECK (year = left(published, 4)::int)
);
CREATE INDEX ON scip.document (title_sort, id);
CREATE INDEX ON scip.document (year, id);
COMMENT ON COLUMN scip.document.title_is_descriptive IS 'True where no exact title was found';
COMMENT ON COLUMN scip.document.authors IS 'Authors of published reports, as the report names them';

CREATE TABLE scip.news (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  slug scip.slug NOT NULL UNIQUE,
  title scip.label NOT NULL,
  title_source text NOT NULL CHECK (title_source IN ('page', 'url', 'shortened')),
  section scip.code NOT NULL,
  published scip.partial_date,
  publisher text,
  url scip.url,
  sources scip.sources NOT NULL,
  confidence scip.confidence NOT NULL,
  version int NOT NULL DEFAULT 1,
  created_at timestamptz NOT NULL DEFAULT now(),
  updated_at timestamptz NOT NULL DEFAULT now(),
  title_sort text COLLATE "C" NOT NULL GENERATED ALWAYS AS (scip.fold(title)) STORED,
  search text NOT NULL GENERATED ALWAYS AS (scip.searched(title || ' ' || coalesce(publisher, ''))) STORED,
  published_on date GENERATED ALWAYS AS (scip.earliest(published)) STORED
);
CREATE INDEX ON scip.news (published_on, id);
CREATE INDEX ON scip.news (title_sort, id);
COMMENT ON COLUMN scip.news.title_source IS 'page: as published; url: read from the address; shortened: a personal name left out';

CREATE TABLE scip.policy_contribution (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  slug scip.slug NOT NULL UNIQUE,
  title scip.label NOT NULL,
  kind scip.code NOT NULL,
  body text,
  published scip.partial_date,
  summary text,
  outcome text,
  url scip.url,
  sources scip.sources NOT NULL,
  confidence scip.confidence NOT NULL,
  version int NOT NULL DEFAULT 1,
  created_at timestamptz NOT NULL DEFAULT now(),
  updated_at timestamptz NOT NULL DEFAULT now(),
  title_sort text COLLATE "C" NOT NULL GENERATED ALWAYS AS (scip.fold(title)) STORED,
  search text NOT NULL GENERATED ALWAYS AS
    (scip.searched(title || ' ' || coalesce(body, '') || ' ' || coalesce(summary, '') || ' ' || coalesce(outcome, ''))) STORED,
  published_on date GENERATED ALWAYS AS (scip.earliest(published)) STORED
);
CREATE INDEX ON scip.policy_contribution (published_on, id);
CREATE INDEX ON scip.policy_contribution (title_sort, id);
COMMENT ON COLUMN scip.policy_contribution.body IS 'Whom it was addressed to: committee, department, regulator';

CALL scip.publish('document', 'news', 'policy_contribution');

COMMIT;
