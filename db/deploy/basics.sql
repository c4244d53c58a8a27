-- Shared vocabulary: reduced-precision dates, academic years, folded text, domains; the claims of a transaction; and what
-- every table gets.
BEGIN;
SET LOCAL client_min_messages = warning;

-- What another alliance would set otherwise: a function each, which is a constant of every plan. `load` makes them again.
CREATE SCHEMA setting;
GRANT USAGE ON SCHEMA setting TO scip_anonymous, scip_caller;
CREATE PROCEDURE setting.set(name text, type text, value text) LANGUAGE plpgsql AS $$
BEGIN
  EXECUTE format('CREATE OR REPLACE FUNCTION setting.%1$I() RETURNS %2$s LANGUAGE sql IMMUTABLE PARALLEL SAFE RETURN %3$L::%2$s;
                  GRANT EXECUTE ON FUNCTION setting.%1$I TO scip_anonymous, scip_caller', name, type, value);
END $$;
CREATE TEMP TABLE settings (name text, type text, value text, fixed text, meaning text) ON COMMIT DROP;
\copy settings FROM 'settings.csv' (FORMAT csv, HEADER match)
SELECT format('CALL setting.set(%L, %L, %L)', name, type, value) FROM settings \gexec

-- ISO 8601 year, month or day ("2025", "2025-06", "2025-06-06"); what is not known is not written.
-- (In PL/pgSQL, as all that is asked often and cannot become a part of the query: of SQL each query would make a plan.)
CREATE FUNCTION scip.is_partial_date(value text) RETURNS boolean LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE STRICT AS $$ BEGIN RETURN CASE
  WHEN value !~ '^[0-9]{4}(-(0[1-9]|1[0-2])(-(0[1-9]|[12][0-9]|3[01]))?)?$' OR left(value, 4) = '0000' THEN false
  WHEN length(value) < 10 THEN true
  ELSE right(value, 2)::int <= extract(day FROM
    make_date(left(value, 4)::int, substr(value, 6, 2)::int, 1) + interval '1 month - 1 day')
END; END $$;

CREATE DOMAIN scip.partial_date AS text CONSTRAINT partial_date CHECK (scip.is_partial_date(VALUE));

-- First and last day that a partial date may mean. Taken as a text, what a table has is not checked again; not being strict, which a
-- coalesce forbids, they become a part of the query.
CREATE FUNCTION scip.earliest(value text) RETURNS date LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN make_date(left(value, 4)::int, coalesce(nullif(substr(value, 6, 2), ''), '1')::int,
                 coalesce(nullif(substr(value, 9, 2), ''), '1')::int);

CREATE FUNCTION scip.latest(value text) RETURNS date LANGUAGE sql IMMUTABLE PARALLEL SAFE RETURN CASE length(value)
  WHEN 4 THEN make_date(value::int, 12, 31)
  WHEN 7 THEN (scip.earliest(value) + interval '1 month - 1 day')::date
  ELSE scip.earliest(value)
END;
-- The first of these as text, to sort by; where there is none that which comes last.
CREATE FUNCTION scip.date_sort(value scip.partial_date, otherwise text) RETURNS text LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN coalesce(value || right('-01-01', 10 - length(value)), otherwise);
CREATE FUNCTION scip.time_sort(value timestamptz) RETURNS text LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN coalesce(left((value AT TIME ZONE setting.zone())::time::text, 5), '');
-- Whether they say days, and no month or year in which these are.
CREATE FUNCTION scip.are_days(starts text, ends text) RETURNS boolean LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN length(starts) = 10 AND coalesce(length(ends), 10) = 10;

CREATE FUNCTION scip.precision(value scip.partial_date) RETURNS text LANGUAGE sql IMMUTABLE PARALLEL SAFE STRICT
RETURN CASE length(value) WHEN 4 THEN 'year' WHEN 7 THEN 'month' ELSE 'day' END;

-- Without what shows nothing (zero-width, soft hyphens, marks of direction, tags); lines stay.
CREATE FUNCTION scip.visible(value text) RETURNS text LANGUAGE sql IMMUTABLE PARALLEL SAFE STRICT RETURN regexp_replace(value,
  '[\u0001-\u0008\u000e-\u001f\u007f-\u0084\u0086-\u009f\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u202a-\u202e'
  '\u2060-\u206f\u2800\u3164\ufe00-\ufe0f\ufeff\uffa0\ufff9-\ufffb\U000e0000-\U000e0fff]+', '', 'g');
-- As it is read: that, and white space of any kind and length is one space and none at the ends.
CREATE FUNCTION scip.plain(value text) RETURNS text LANGUAGE sql IMMUTABLE PARALLEL SAFE STRICT
RETURN btrim(regexp_replace(scip.visible(value),
  '[\u0009-\u000d \u0085\u00a0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000]+', ' ', 'g'));

-- The key by which names are compared and sorted: plain, no accents, no case, one form of each character. The
-- dictionary is named, so the result depends on no setting.
CREATE FUNCTION scip.fold(value text) RETURNS text LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE STRICT AS $$ BEGIN
  RETURN btrim(lower(public.unaccent('public.unaccent'::regdictionary, normalize(scip.plain(value), NFKC))));
END $$;

-- The words of a text, for what is searched and for what is asked alike: without apostrophes, commas within numbers
-- and other signs, so that "King's" is kings, 1,800 is 1800 and 2021/22 is 2021 22.
CREATE FUNCTION scip.tokens(value text) RETURNS text LANGUAGE sql IMMUTABLE PARALLEL SAFE STRICT
RETURN btrim(regexp_replace(regexp_replace(scip.fold(value), '[''`\u00b4\u02bc\u2018\u2019]|(?<=[0-9]),(?=[0-9]{3})', '', 'g'),
  '[\u0001-/:-@[-`{-\u00bf\u00d7\u00f7\u2010-\u2027\u2030-\u205e\u2212]+', ' ', 'g'));
-- Words with hyphens as one: wellbeing for well-being, and 2021-22 as it was.
CREATE FUNCTION scip.unhyphened(value text) RETURNS text LANGUAGE sql IMMUTABLE PARALLEL SAFE STRICT
RETURN regexp_replace(scip.fold(value), '([[:alpha:]])-(?=[[:alpha:]])', '\1', 'g');
-- A text as it is searched, with a space for a hyphen and with nothing, and what is looked for in it, both ways too: patterns for LIKE,
-- as no sign is left that has a meaning there; NULL, which is nowhere, for signs alone.
CREATE FUNCTION scip.search_text(value text) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE RETURN scip.tokens(value) -- STRICT, it could not be inlined for its CASE, and would take eight times
  || CASE WHEN scip.unhyphened(value) <> scip.fold(value) THEN '|' || scip.tokens(scip.unhyphened(value)) ELSE '' END; -- as long
CREATE FUNCTION scip.search_term(q text) RETURNS text[] LANGUAGE sql IMMUTABLE PARALLEL SAFE STRICT
RETURN CASE WHEN scip.tokens(q) <> '' THEN ARRAY['%' || scip.tokens(q) || '%', '%' || scip.tokens(scip.unhyphened(q)) || '%'] END;

-- Whether a text says something; whether it is a line of its own: a title or a name.
CREATE FUNCTION scip.shows(value text) RETURNS boolean LANGUAGE sql IMMUTABLE PARALLEL SAFE RETURN scip.plain(value) <> '';
CREATE FUNCTION scip.is_line(value text) RETURNS boolean LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN scip.plain(value) <> '' AND value !~ '[\u0001-\u001f\u007f-\u009f\u2028\u2029]';

CREATE DOMAIN scip.slug AS text CONSTRAINT slug CHECK (VALUE ~ '^[a-z0-9]+(-[a-z0-9]+)*$' AND length(VALUE) <= 120);
-- A word of a list that may grow (kinds, roles, metrics).
CREATE DOMAIN scip.code AS text CONSTRAINT code CHECK (VALUE ~ '^[a-z][a-z0-9_]*$' AND length(VALUE) <= 60);
CREATE DOMAIN scip.label AS text CONSTRAINT label CHECK (scip.is_line(VALUE) AND length(VALUE) <= 500);
CREATE DOMAIN scip.url AS text CONSTRAINT url CHECK (VALUE ~ '^https?://[^\s/]+(/\S*)?$');
-- URLs or citations; every record has one.
CREATE DOMAIN scip.sources AS text[] CONSTRAINT sources
  CHECK (cardinality(VALUE) > 0 AND array_position(VALUE, NULL) IS NULL AND array_position(VALUE, '') IS NULL);

GRANT EXECUTE ON FUNCTION scip.is_partial_date, scip.earliest, scip.latest, scip.date_sort, scip.time_sort, scip.precision, scip.visible,
  scip.plain, scip.fold, scip.tokens, scip.unhyphened, scip.search_text, scip.search_term, scip.shows, scip.is_line
  TO scip_anonymous, scip_caller;

-- Today in the Alliance's own time zone.
CREATE FUNCTION scip.today() RETURNS date LANGUAGE sql STABLE PARALLEL SAFE RETURN (now() AT TIME ZONE setting.zone())::date;

-- Whether a span of partial dates may hold today; what has no date does.
CREATE FUNCTION scip.is_now(starts scip.partial_date, ends scip.partial_date) RETURNS boolean LANGUAGE sql STABLE PARALLEL SAFE
RETURN coalesce(scip.earliest(starts) <= scip.today(), true) AND coalesce(scip.latest(ends) >= scip.today(), true);

-- Academic years and their quarters, the first one in the year 1, the last one in 9998: all their days are dates as the contract has them.
CREATE FUNCTION scip.academic_year(day date) RETURNS text LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE STRICT AS $$
DECLARE
  y int := extract(year FROM day)::int - (extract(month FROM day) < setting.year_month())::int;
BEGIN
  RETURN lpad(y::text, 4, '0') || '-' || lpad(((y + 1) % 100)::text, 2, '0');
END $$;
CREATE FUNCTION scip.is_academic_year(value text) RETURNS boolean LANGUAGE sql IMMUTABLE PARALLEL SAFE -- STRICT, it would not be inlined
RETURN value ~ '^(?!0000|9999)[0-9]{4}-[0-9]{2}$' AND (left(value, 4)::int + 1) % 100 = right(value, 2)::int;
CREATE FUNCTION scip.year_start(year text) RETURNS date LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE STRICT AS $$ BEGIN
  RETURN make_date(coalesce(nullif(left(year, 4)::int, 0), -1), setting.year_month(), 1); -- 1 January 0001 is in one before
END $$;
CREATE FUNCTION scip.quarter(day date) RETURNS text LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN scip.academic_year(day) || '-Q' || (((extract(month FROM day)::int + 12 - setting.year_month()) % 12) / 3 + 1)::text;
CREATE FUNCTION scip.quarter_end(quarter text) RETURNS date LANGUAGE sql IMMUTABLE PARALLEL SAFE STRICT
RETURN (scip.year_start(left(quarter, 7)) + right(quarter, 1)::int * interval '3 months' - interval '1 day')::date;
CREATE DOMAIN scip.year_name AS text CONSTRAINT year_name CHECK (scip.is_academic_year(VALUE));
CREATE DOMAIN scip.quarter_name AS text CONSTRAINT quarter_name CHECK (scip.is_academic_year(left(VALUE, 7)) AND VALUE ~ '^.{7}-Q[1-4]$');
GRANT EXECUTE ON FUNCTION scip.today, scip.is_now, scip.academic_year, scip.is_academic_year, scip.year_start, scip.quarter,
  scip.quarter_end TO scip_anonymous, scip_caller;

-- Periods of these records as a query names them: academic years (2024-25, 2024/25, 202425) and their quarters
-- (2024-25-Q1). NULL for what is none.
CREATE FUNCTION scip.quarter_start(quarter text) RETURNS date LANGUAGE sql IMMUTABLE PARALLEL SAFE STRICT
RETURN (scip.year_start(left(quarter, 7)) + (right(quarter, 1)::int - 1) * interval '3 months')::date;
CREATE FUNCTION scip.period_name(period text) RETURNS text LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE STRICT AS $$
DECLARE
  name text := regexp_replace(period, '^([0-9]{4})[-/]?([0-9]{2})', '\1-\2');
BEGIN
  RETURN CASE WHEN scip.is_academic_year(left(name, 7)) AND substr(name, 8) ~ '^(-Q[1-4])?$' THEN name END;
END $$;
-- 2019/22 and 201922 as a source writes the years of a strategy: 2019-22.
CREATE FUNCTION scip.written_period(period text) RETURNS text LANGUAGE sql IMMUTABLE PARALLEL SAFE STRICT
RETURN regexp_replace(period, '^([0-9]{4})[-/]?([0-9]{2})$', '\1-\2');
CREATE FUNCTION scip.period_start(period text) RETURNS date LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE STRICT AS $$
DECLARE
  name text := scip.period_name(period);
BEGIN
  RETURN CASE length(name) WHEN 7 THEN scip.year_start(name) WHEN 10 THEN scip.quarter_start(name) END;
END $$;
CREATE FUNCTION scip.period_end(period text) RETURNS date LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE STRICT AS $$
DECLARE
  name text := scip.period_name(period);
BEGIN
  RETURN CASE length(name) WHEN 7 THEN (scip.year_start(name) + interval '1 year' - interval '1 day')::date
                           WHEN 10 THEN scip.quarter_end(name) END;
END $$;
GRANT EXECUTE ON FUNCTION scip.written_period, scip.period_name TO scip_anonymous, scip_caller;
GRANT EXECUTE ON FUNCTION scip.quarter_start, scip.period_start, scip.period_end TO scip_caller;

-- The claims of the transaction: text settings that enter() makes and policies read. Absent ones give no right.
CREATE SCHEMA ctx;
GRANT USAGE ON SCHEMA ctx TO scip_anonymous, scip_caller;

-- hubs_led: what the caller leads; hubs, groups: what it belongs to; organisations: what it may speak for; affiliations: all that it
-- belongs to. audiences: whom a change is meant for, and who this is: a change is seen by who shares a word with its audience. rights: a
-- fingerprint of all of the caller's rights, equal as long as they are.
SELECT format('CREATE FUNCTION ctx.%1$s() RETURNS %2$s LANGUAGE sql STABLE PARALLEL SAFE
               RETURN coalesce(nullif(current_setting(%3$L, true), '''')::%2$s, %4$L)', name, type, 'scip.' || name, absent)
FROM (VALUES ('account', 'uuid', NULL), ('request', 'text', NULL), ('operation', 'text', NULL), ('dry_run', 'boolean', 'false'),
    ('roles', 'text[]', '{}'), ('hubs_led', 'bigint[]', '{}'), ('hubs', 'bigint[]', '{}'), ('groups', 'bigint[]', '{}'),
    ('organisations', 'bigint[]', '{}'), ('affiliations', 'bigint[]', '{}'), ('audiences', 'text[]', '{public}'),
    ('rights', 'text', 'anonymous')) claim (name, type, absent) \gexec
CREATE FUNCTION ctx.central() RETURNS boolean LANGUAGE sql STABLE PARALLEL SAFE RETURN 'central' = ANY (ctx.roles());
GRANT EXECUTE ON FUNCTION ctx.account, ctx.request, ctx.operation, ctx.dry_run, ctx.roles, ctx.central, ctx.hubs_led, ctx.hubs,
  ctx.groups, ctx.organisations, ctx.affiliations, ctx.audiences, ctx.rights TO scip_anonymous, scip_caller;

-- Who belongs to any Hub or group of the network.
CREATE FUNCTION ctx.in_network() RETURNS boolean LANGUAGE sql STABLE PARALLEL SAFE
RETURN cardinality(ctx.hubs()) + cardinality(ctx.groups()) > 0 OR ctx.central();
-- What the caller may see and write of a Hub or a group.
CREATE FUNCTION ctx.sees(hub bigint, alliance_group bigint) RETURNS boolean LANGUAGE sql STABLE PARALLEL SAFE
RETURN ctx.central() OR coalesce(hub = ANY (ctx.hubs()), false) OR coalesce(alliance_group = ANY (ctx.groups()), false);
CREATE FUNCTION ctx.writes(hub bigint, alliance_group bigint) RETURNS boolean LANGUAGE sql STABLE PARALLEL SAFE
RETURN ctx.central() OR coalesce(hub = ANY (ctx.hubs_led()), false) OR coalesce(alliance_group = ANY (ctx.groups()), false);
GRANT EXECUTE ON FUNCTION ctx.in_network, ctx.sees, ctx.writes TO scip_caller;

-- What the table of records that change has beside its own columns.
CREATE TABLE ctx.record (
  version int NOT NULL DEFAULT 1,
  created_at timestamptz NOT NULL DEFAULT now(),
  updated_at timestamptz NOT NULL DEFAULT now()
);
-- The same with the number that is their address; and of records that are published, with a slug and what they rest on.
CREATE TABLE ctx.entry (id uuid PRIMARY KEY DEFAULT gen_random_uuid(), LIKE ctx.record INCLUDING DEFAULTS);
CREATE TABLE ctx.publication (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  slug scip.slug NOT NULL UNIQUE,
  sources scip.sources NOT NULL,
  confidence text NOT NULL,
  LIKE ctx.record INCLUDING DEFAULTS
);
CREATE FUNCTION scip.touch() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  NEW.version := OLD.version + 1;
  NEW.created_at := OLD.created_at;
  NEW.updated_at := greatest(now(), OLD.updated_at); -- never back: a request may have begun before one that came first
  RETURN NEW;
END $$;

-- The version of what has no number of its own, by what it says; 0: it is not there.
CREATE FUNCTION scip.version_of(said text) RETURNS int LANGUAGE sql IMMUTABLE RETURN coalesce(abs(hashtext(said) % 1000000000), 0);

-- Whether words are being taken out of records: then their rules, which are for what people write, do not ask.
CREATE FUNCTION scip.redacting() RETURNS boolean LANGUAGE sql STABLE PARALLEL SAFE
RETURN coalesce(current_setting('scip.redacting', true), '') <> '';
-- Makes a trigger and its function, <t>_<name>: 'name BEFORE UPDATE OF x ON t, u WHEN (…)', and what it does with a row, by its owner's
-- rights, before it returns that; what has variables begins with DECLARE. It is not called where an update takes words out.
CREATE PROCEDURE scip.add_trigger(head text, body text) LANGUAGE plpgsql AS $make$
DECLARE
  part text[] := regexp_match(head, '^(\w+) (.+?)\s+ON (\w+(?:, \w+)*)(?:\s+WHEN (.+))?$');
  tables text[] := string_to_array(part[3], ', ');
  condition text := concat_ws(' AND ', CASE WHEN part[2] ~ 'UPDATE' THEN 'NOT scip.redacting()' END, part[4]);
  t text;
BEGIN
  EXECUTE format('CREATE FUNCTION scip.%I() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = scip, pg_temp AS %L',
    tables[1] || '_' || part[1],
    CASE WHEN body ~ '^\s*DECLARE' THEN '' ELSE E'BEGIN\n' END || body || E'\nRETURN coalesce(NEW, OLD);\nEND');
  FOREACH t IN ARRAY tables LOOP
    EXECUTE format('CREATE TRIGGER %I %s ON scip.%I FOR EACH ROW %s EXECUTE FUNCTION scip.%I()', part[1], part[2], t,
      'WHEN (' || nullif(condition, '') || ')', tables[1] || '_' || part[1]);
  END LOOP;
END $make$;

-- What the nightly job removes, how long it was kept, and the statement that does: the function retain_<kind>.
CREATE PROCEDURE scip.add_retention(kind text, kept text, what text, statement text) LANGUAGE plpgsql AS $$
BEGIN
  EXECUTE format('CREATE FUNCTION scip.%I() RETURNS int LANGUAGE sql AS %L', 'retain_' || kind,
    format('WITH gone AS (%s RETURNING 1) SELECT count(*)::int FROM gone', statement));
  EXECUTE format('COMMENT ON FUNCTION scip.%I IS %L', 'retain_' || kind, format('retention: kept=%s; what=%s', kept, what));
END $$;
-- A reference in an answer, to a record of a collection (`hubs`), as the contract's Link has it; NULL where there is none. A part of each
-- query that asks for it, as search_text is.
CREATE FUNCTION scip.link(collection text, slug text, name text) RETURNS json LANGUAGE sql STABLE PARALLEL SAFE
RETURN CASE WHEN slug IS NOT NULL THEN json_build_object('slug', slug, 'name', name, 'href', '/v1/' || collection || '/' || slug) END;
-- The same, where a record of several kinds may be meant; without address where there is none of that slug any more, and so no name.
CREATE FUNCTION scip.kind_link(kind text, slug text, name text) RETURNS json LANGUAGE sql STABLE PARALLEL SAFE
RETURN CASE WHEN slug IS NOT NULL THEN json_build_object('kind', kind, 'slug', slug, 'name', name,
  'href', CASE WHEN name IS NOT NULL THEN '/v1/' || kind || 's/' || slug END) END;

-- Refuses by a rule of openapi/problems.csv. places: the properties that broke it, or where else the value stands (/path/slug), with
-- spaces between them; the engine passes on those that the request can have. sentence: what says more than the rule's meaning.
CREATE FUNCTION scip.refuse(status int, rule text, places text DEFAULT '', sentence text DEFAULT NULL) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
  RAISE '%', coalesce(sentence, rule) USING ERRCODE = 'SC' || status, CONSTRAINT = rule, COLUMN = places;
END $$;

-- A slug that has changed keeps leading to its record: it moves to <table>_former_slug, where no live
-- slug may be; writers own none of it. AFTER triggers, so that each sees what a concurrent rename has committed
-- meanwhile.
CREATE FUNCTION scip.retire_slug() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = scip, pg_temp AS $$
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
  PERFORM scip.refuse(409, 'slug-retired', 'slug new_slug /path/slug', format('The slug %s belonged to another record.', NEW.slug))
    WHERE taken;
  RETURN NULL;
END $$;

CREATE FUNCTION scip.refuse_live_slug() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = scip, pg_temp AS $$
DECLARE
  live boolean;
BEGIN
  EXECUTE format('SELECT EXISTS (SELECT FROM scip.%I WHERE slug = $1)', TG_ARGV[0]) INTO live USING NEW.slug;
  PERFORM scip.refuse(409, 'slug-taken', 'slug new_slug /path/slug', format('The slug %s is in use.', NEW.slug)) WHERE live;
  RETURN NULL;
END $$;

-- What every table gets: row-level security that binds its owner too, an index of each reference to a record that has none yet, and the
-- reference of its confidence. The policies of the owner let migrations, loads and triggers work; all others are made of access.csv:
-- until then a row is nobody's.
CREATE PROCEDURE scip.protect(VARIADIC tables text[]) LANGUAGE plpgsql AS $$
DECLARE
  t text;
  c text;
BEGIN
  FOREACH t IN ARRAY tables LOOP
    FOR c IN SELECT a.attname FROM pg_constraint k JOIN pg_attribute a ON a.attrelid = k.conrelid AND a.attnum = k.conkey[1]
             JOIN pg_class f ON f.oid = k.confrelid AND f.relnamespace = 'scip'::regnamespace
             WHERE k.contype = 'f' AND k.conrelid = format('scip.%I', t)::regclass AND NOT EXISTS (
               SELECT FROM pg_index i WHERE i.indrelid = k.conrelid AND i.indkey[0] = a.attnum
                 AND i.indpred IS NULL AND NOT i.indisexclusion) ORDER BY a.attnum LOOP
      EXECUTE format('CREATE INDEX ON scip.%I (%I)', t, c);
    END LOOP;
    EXECUTE format('ALTER TABLE scip.%I ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY', t);
    EXECUTE format('CREATE POLICY own ON scip.%I TO scip_migrator USING (true) WITH CHECK (true)', t);
    FOR c IN SELECT attname FROM pg_attribute
             WHERE attrelid = format('scip.%I', t)::regclass AND attname IN ('updated_at', 'confidence') LOOP
      EXECUTE format(CASE c WHEN 'confidence' THEN 'ALTER TABLE scip.%I ADD FOREIGN KEY (confidence) REFERENCES term.confidence'
        ELSE 'CREATE TRIGGER touch BEFORE UPDATE ON scip.%I FOR EACH ROW EXECUTE FUNCTION scip.touch()' END, t);
    END LOOP;
  END LOOP;
END $$;
-- The same, and everyone may read it.
CREATE PROCEDURE scip.publish(VARIADIC tables text[]) LANGUAGE plpgsql AS $$
BEGIN
  CALL scip.protect(VARIADIC tables);
  EXECUTE (SELECT string_agg(format('GRANT SELECT ON scip.%I TO scip_anonymous, scip_caller', t), '; ') FROM unnest(tables) t);
END $$;

-- Former slugs of a record table.
CREATE PROCEDURE scip.keep_former_slugs(record text) LANGUAGE plpgsql AS $$
BEGIN
  EXECUTE format('CREATE TABLE scip.%I (
    slug scip.slug PRIMARY KEY,
    %I bigint NOT NULL REFERENCES scip.%I ON DELETE CASCADE,
    retired_at timestamptz NOT NULL DEFAULT now())', record || '_former_slug', record || '_id', record);
  EXECUTE format('CREATE TRIGGER retire_slug AFTER UPDATE ON scip.%I FOR EACH ROW
    WHEN (NOT scip.redacting() AND OLD.slug IS DISTINCT FROM NEW.slug) EXECUTE FUNCTION scip.retire_slug()', record);
  EXECUTE format('CREATE TRIGGER refuse_retired_slug AFTER INSERT ON scip.%I FOR EACH ROW
    EXECUTE FUNCTION scip.retire_slug()', record);
  EXECUTE format('CREATE TRIGGER refuse_live_slug AFTER INSERT OR UPDATE ON scip.%I FOR EACH ROW
    WHEN (NOT scip.redacting()) EXECUTE FUNCTION scip.refuse_live_slug(%L)', record || '_former_slug', record);
  CALL scip.publish(record || '_former_slug');
END $$;

-- The words of the vocabularies, as the files of terms/ have them. A column of codes refers to its list: REFERENCES term.sector; one of
-- several codes, or of some of a list, is held to it by hold_to_terms.
CREATE TABLE scip.term (
  list text NOT NULL,
  code text NOT NULL CHECK (code ~ '^[A-Za-z][A-Za-z0-9_-]*$' AND length(code) <= 60),
  ordinal int NOT NULL,
  label scip.label NOT NULL,
  label_cy scip.label,
  retired boolean NOT NULL,
  properties text[] NOT NULL
) PARTITION BY LIST (list);
CALL scip.publish('term');
CREATE SCHEMA term;
SELECT format('CREATE TABLE term.%I PARTITION OF scip.term (PRIMARY KEY (code)) FOR VALUES IN (%1$L)', l)
FROM unnest('{vocabulary,sector,nation,region_kind,heading,message_kind,response_channel,activity_kind,meeting_kind,partner_role,
    name_kind,title_source,confidence,figure_kind,qualifier,toolkit_fact_kind,self_assessment_stage,phase,agenda_outcome,event_kind,
    document_kind,resource_kind,file_format,group_kind,group_status,policy_contribution_kind,news_kind,organisation_kind,theme,unit,
    evaluation_category,link_relation,project_kind,lead_role,lineage_kind}'::text[]) l \gexec
-- The codes of a list, those with a property alone where one is named.
CREATE FUNCTION scip.terms_with(of_list text, property text DEFAULT NULL) RETURNS text[] LANGUAGE plpgsql STABLE PARALLEL SAFE AS $$ BEGIN
  RETURN ARRAY(SELECT code FROM scip.term WHERE list = of_list AND (property IS NULL OR property = ANY (properties)) ORDER BY ordinal);
END $$;
-- Refuses what a path of the row gives, unless it is in the list that the first argument names (and has the property of a third).
CREATE FUNCTION scip.check_terms() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  terms text[] := scip.terms_with(TG_ARGV[0], TG_ARGV[2]);
  wrong text := (SELECT min(v #>> '{}') FROM jsonb_path_query(to_jsonb(NEW), TG_ARGV[1]::jsonpath) v WHERE (v #>> '{}') <> ALL (terms));
BEGIN
  PERFORM scip.refuse(422, 'no-such-term', substring(TG_ARGV[1] FROM '\w+'),
    format('%s is none of %s.', wrong, array_to_string(terms, ', ')))
    WHERE wrong IS NOT NULL;
  RETURN NEW;
END $$;
CREATE PROCEDURE scip.hold_to_terms(t text, of_list text, path text, property text DEFAULT NULL) LANGUAGE plpgsql AS $$
BEGIN
  EXECUTE format('CREATE TRIGGER %I BEFORE INSERT OR UPDATE OF %I ON scip.%I FOR EACH ROW WHEN (NOT scip.redacting())
                  EXECUTE FUNCTION scip.check_terms(%s)', 'check_' || substring(path FROM '\w+'), substring(path FROM '\w+'), t,
    concat_ws(', ', quote_literal(of_list), quote_literal(path), quote_literal(property)));
END $$;
-- What of the contract's terms, {list: [code]}, is not as it is here: an engine that asks by other words does not start.
CREATE FUNCTION scip.term_faults(terms jsonb) RETURNS SETOF text LANGUAGE sql STABLE AS $$
  SELECT format('the terms %s are %s in the contract, %s in the database', list, said, coalesce(kept, 'none'))
  FROM (SELECT key AS list, translate(value::text, '[]",', '') AS said FROM jsonb_each(terms)) c
  LEFT JOIN (SELECT list, string_agg(code, ' ' ORDER BY ordinal) AS kept FROM scip.term WHERE NOT retired GROUP BY list) d USING (list)
  WHERE said IS DISTINCT FROM kept ORDER BY list
$$;
GRANT EXECUTE ON FUNCTION scip.version_of, scip.redacting, scip.link, scip.kind_link, scip.refuse, scip.terms_with, scip.term_faults
  TO scip_anonymous, scip_caller;

COMMIT;
