-- Shared vocabulary: reduced-precision dates, folded text, domains, and what every table gets.
BEGIN;

-- ISO 8601 year, month or day ("2025", "2025-06", "2025-06-06"); what is not known is not written.
CREATE FUNCTION scip.is_partial_date(value text) RETURNS boolean
LANGUAGE sql IMMUTABLE PARALLEL SAFE STRICT
RETURN CASE
  WHEN value !~ '^[0-9]{4}(-(0[1-9]|1[0-2])(-(0[1-9]|[12][0-9]|3[01]))?)?$' OR left(value, 4) = '0000' THEN false
  WHEN length(value) < 10 THEN true
  ELSE right(value, 2)::int <= extract(day FROM
    make_date(left(value, 4)::int, substr(value, 6, 2)::int, 1) + interval '1 month - 1 day')
END;

CREATE DOMAIN scip.partial_date AS text CONSTRAINT partial_date CHECK (scip.is_partial_date(VALUE));

-- First and last day that a partial date may mean.
CREATE FUNCTION scip.earliest(value scip.partial_date) RETURNS date
LANGUAGE sql IMMUTABLE PARALLEL SAFE STRICT
RETURN make_date(left(value, 4)::int, coalesce(nullif(substr(value, 6, 2), ''), '1')::int,
                 coalesce(nullif(substr(value, 9, 2), ''), '1')::int);

CREATE FUNCTION scip.latest(value scip.partial_date) RETURNS date
LANGUAGE sql IMMUTABLE PARALLEL SAFE STRICT
RETURN CASE length(value)
  WHEN 4 THEN make_date(value::int, 12, 31)
  WHEN 7 THEN (scip.earliest(value) + interval '1 month - 1 day')::date
  ELSE scip.earliest(value)
END;
-- Whether they say days, and no month or year in which these are.
CREATE FUNCTION scip.are_days(starts scip.partial_date, ends scip.partial_date) RETURNS boolean
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN length(starts) = 10 AND coalesce(length(ends), 10) = 10;

CREATE FUNCTION scip.precision(value scip.partial_date) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE STRICT
RETURN CASE length(value) WHEN 4 THEN 'year' WHEN 7 THEN 'month' ELSE 'day' END;

-- Without what shows nothing (zero-width, soft hyphens, marks of direction, tags); lines stay.
CREATE FUNCTION scip.visible(value text) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE STRICT
RETURN regexp_replace(value,
  '[\u0001-\u0008\u000e-\u001f\u007f-\u0084\u0086-\u009f\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u202a-\u202e\u2060-\u206f\u2800\u3164\ufe00-\ufe0f\ufeff\uffa0\ufff9-\ufffb\U000e0000-\U000e0fff]+', '', 'g');
-- As it is read: that, and white space of any kind and length is one space and none at the ends.
CREATE FUNCTION scip.plain(value text) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE STRICT
RETURN btrim(regexp_replace(scip.visible(value),
  '[\u0009-\u000d \u0085\u00a0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000]+', ' ', 'g'));

-- The key by which names are compared and sorted: plain, no accents, no case, one form of each character. The
-- dictionary is named, so the result depends on no setting.
CREATE FUNCTION scip.fold(value text) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE STRICT
RETURN btrim(lower(public.unaccent('public.unaccent'::regdictionary, normalize(scip.plain(value), NFKC))));

-- The words of a text, for what is searched and for what is asked alike: without apostrophes, commas within numbers
-- and other signs, so that "King's" is kings, 1,800 is 1800 and 2021/22 is 2021 22.
CREATE FUNCTION scip.spell(value text) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE STRICT
RETURN btrim(regexp_replace(regexp_replace(scip.fold(value), '[''`\u00b4\u02bc\u2018\u2019]|(?<=[0-9]),(?=[0-9]{3})', '', 'g'),
  '[\u0001-/:-@[-`{-\u00bf\u00d7\u00f7\u2010-\u2027\u2030-\u205e\u2212]+', ' ', 'g'));
-- Words with hyphens as one: wellbeing for well-being, and 2021-22 as it was.
CREATE FUNCTION scip.unhyphened(value text) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE STRICT
RETURN regexp_replace(scip.fold(value), '([[:alpha:]])-(?=[[:alpha:]])', '\1', 'g');
-- A text as it is searched, with and without hyphens, and what is looked for in it; NULL, which is nowhere, for signs alone.
CREATE FUNCTION scip.searched(value text) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE STRICT
RETURN scip.spell(value) || CASE WHEN scip.unhyphened(value) <> scip.fold(value) THEN '|' || scip.spell(scip.unhyphened(value)) ELSE '' END;
CREATE FUNCTION scip.sought(q text) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE STRICT
RETURN nullif(scip.spell(scip.unhyphened(q)), '');

-- Whether a text says something; whether it is a line of its own: a title or a name.
CREATE FUNCTION scip.shows(value text) RETURNS boolean
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN scip.plain(value) <> '';
CREATE FUNCTION scip.is_line(value text) RETURNS boolean
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN scip.plain(value) <> '' AND value !~ '[\u0001-\u001f\u007f-\u009f\u2028\u2029]';

CREATE DOMAIN scip.slug AS text CONSTRAINT slug CHECK (VALUE ~ '^[a-z0-9]+(-[a-z0-9]+)*$' AND length(VALUE) <= 120);
-- A word of a list that may grow (kinds, roles, metrics).
CREATE DOMAIN scip.code AS text CONSTRAINT code CHECK (VALUE ~ '^[a-z][a-z0-9_]*$' AND length(VALUE) <= 60);
CREATE DOMAIN scip.label AS text CONSTRAINT label CHECK (scip.is_line(VALUE) AND length(VALUE) <= 500);
CREATE DOMAIN scip.url AS text CONSTRAINT url CHECK (VALUE ~ '^https?://[^\s/]+(/\S*)?$');
-- ISO 3166-2 of the four nations.
CREATE DOMAIN scip.nation AS text CONSTRAINT nation CHECK (VALUE IN ('GB-ENG', 'GB-NIR', 'GB-SCT', 'GB-WLS'));
-- high: the source says it; medium: read from context or a URL; low: weak.
CREATE DOMAIN scip.confidence AS text CONSTRAINT confidence CHECK (VALUE IN ('high', 'medium', 'low'));
-- URLs or citations; every record has one.
CREATE DOMAIN scip.sources AS text[] CONSTRAINT sources
  CHECK (cardinality(VALUE) > 0 AND array_position(VALUE, NULL) IS NULL AND array_position(VALUE, '') IS NULL);

GRANT EXECUTE ON FUNCTION scip.is_partial_date, scip.earliest, scip.latest, scip.precision, scip.visible, scip.plain, scip.fold, scip.spell,
  scip.unhyphened, scip.searched, scip.sought, scip.shows, scip.is_line
  TO scip_anonymous, scip_writer;

-- Today in the Alliance's own time zone.
CREATE FUNCTION scip.today() RETURNS date
LANGUAGE sql STABLE PARALLEL SAFE
RETURN (now() AT TIME ZONE 'Europe/London')::date;
GRANT EXECUTE ON FUNCTION scip.today TO scip_anonymous, scip_writer;

-- Whether a span of partial dates may hold today; what has no date does.
CREATE FUNCTION scip.is_now(starts scip.partial_date, ends scip.partial_date) RETURNS boolean
LANGUAGE sql STABLE PARALLEL SAFE
RETURN coalesce(scip.earliest(starts) <= scip.today(), true) AND coalesce(scip.latest(ends) >= scip.today(), true);
GRANT EXECUTE ON FUNCTION scip.is_now TO scip_anonymous, scip_writer;

CREATE FUNCTION scip.touch() RETURNS trigger
LANGUAGE plpgsql AS $$
BEGIN
  NEW.version := OLD.version + 1;
  NEW.created_at := OLD.created_at;
  NEW.updated_at := now();
  RETURN NEW;
END $$;

-- A slug that has changed keeps leading to its record: it moves to <table>_former_slug, where no live
-- slug may be. AFTER triggers, so that each sees what a concurrent rename has committed meanwhile.
CREATE FUNCTION scip.retire_slug() RETURNS trigger
LANGUAGE plpgsql AS $$
DECLARE
  former regclass := format('scip.%I', TG_TABLE_NAME || '_former_slug');
  owner text := TG_TABLE_NAME || '_id';
  taken boolean;
BEGIN
  IF TG_OP = 'UPDATE' THEN
    EXECUTE format('DELETE FROM %s WHERE slug = $1 AND %I = $2', former, owner) USING NEW.slug, NEW.id;
    EXECUTE format('INSERT INTO %s (slug, %I) VALUES ($1, $2)', former, owner) USING OLD.slug, NEW.id;
  END IF;
  EXECUTE format('SELECT EXISTS (SELECT FROM %s WHERE slug = $1)', former) INTO taken USING NEW.slug;
  IF taken THEN
    RAISE 'slug % belonged to another record', NEW.slug USING ERRCODE = 'SC409', CONSTRAINT = 'slug-is-retired';
  END IF;
  RETURN NULL;
END $$;

CREATE FUNCTION scip.refuse_live_slug() RETURNS trigger
LANGUAGE plpgsql AS $$
DECLARE
  live boolean;
BEGIN
  EXECUTE format('SELECT EXISTS (SELECT FROM scip.%I WHERE slug = $1)', TG_ARGV[0]) INTO live USING NEW.slug;
  IF live THEN
    RAISE 'slug % is in use', NEW.slug USING ERRCODE = 'SC409', CONSTRAINT = 'slug-is-live';
  END IF;
  RETURN NULL;
END $$;

-- What every table gets: row-level security that binds its owner too, everyone reads, only the migrator
-- writes. The policies of the owner let migrations, loads and triggers work.
CREATE PROCEDURE scip.publish(VARIADIC tables text[])
LANGUAGE plpgsql AS $$
DECLARE
  t text;
BEGIN
  FOREACH t IN ARRAY tables LOOP
    EXECUTE format('ALTER TABLE scip.%I ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY', t);
    EXECUTE format('CREATE POLICY own ON scip.%I TO scip_migrator USING (true) WITH CHECK (true)', t);
    EXECUTE format('CREATE POLICY read ON scip.%I FOR SELECT TO scip_anonymous, scip_writer USING (true)', t);
    EXECUTE format('GRANT SELECT ON scip.%I TO scip_anonymous, scip_writer', t);
    IF EXISTS (SELECT FROM pg_attribute WHERE attrelid = format('scip.%I', t)::regclass AND attname = 'updated_at') THEN
      EXECUTE format('CREATE TRIGGER touch BEFORE UPDATE ON scip.%I FOR EACH ROW EXECUTE FUNCTION scip.touch()', t);
    END IF;
  END LOOP;
END $$;

-- Former slugs of a record table.
CREATE PROCEDURE scip.keep_former_slugs(record text)
LANGUAGE plpgsql AS $$
BEGIN
  EXECUTE format('CREATE TABLE scip.%I (
    slug scip.slug PRIMARY KEY,
    %I bigint NOT NULL REFERENCES scip.%I ON DELETE CASCADE,
    retired_at timestamptz NOT NULL DEFAULT now())', record || '_former_slug', record || '_id', record);
  EXECUTE format('CREATE INDEX ON scip.%I (%I)', record || '_former_slug', record || '_id');
  EXECUTE format('CREATE TRIGGER retire_slug AFTER UPDATE ON scip.%I FOR EACH ROW
    WHEN (OLD.slug IS DISTINCT FROM NEW.slug) EXECUTE FUNCTION scip.retire_slug()', record);
  EXECUTE format('CREATE TRIGGER refuse_retired_slug AFTER INSERT ON scip.%I FOR EACH ROW
    EXECUTE FUNCTION scip.retire_slug()', record);
  EXECUTE format('CREATE TRIGGER refuse_live_slug AFTER INSERT OR UPDATE ON scip.%I FOR EACH ROW
    EXECUTE FUNCTION scip.refuse_live_slug(%L)', record || '_former_slug', record);
  CALL scip.publish(record || '_former_slug');
END $$;

COMMIT;
