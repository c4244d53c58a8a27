-- Functions of one load, gone with its session; `load` calls them. The files rule over the records they
-- hold: what differs is updated, rows that belong to such a record and are in no file are removed. Records
-- that no file has are left alone, and so are those that an account has changed, made or deleted: from then on
-- they are the people's, not the files'.
SET LOCAL client_min_messages = warning;
LOCK TABLE scip.region IN SHARE ROW EXCLUSIVE MODE;  -- one load at a time

CREATE TEMP TABLE report (
  ordinal int GENERATED ALWAYS AS IDENTITY, name text, inserted bigint, updated bigint, unchanged bigint, removed bigint
) ON COMMIT DROP;

-- A demonstration and the records of an alliance never share a database.
CREATE PROCEDURE pg_temp.keep_apart(demo boolean)
LANGUAGE plpgsql AS $$
DECLARE
  has_demo boolean := scip.is_demonstration();
BEGIN
  IF has_demo AND NOT demo THEN
    RAISE 'this database holds a demonstration: load the records into another one';
  ELSIF demo AND NOT has_demo AND EXISTS (SELECT FROM scip.organisation) THEN
    RAISE 'this database holds records: load the demonstration into another one';
  END IF;
END $$;

-- The record that has, or once had, this slug.
CREATE FUNCTION pg_temp.find(record text, slug text, required boolean DEFAULT true) RETURNS bigint
LANGUAGE plpgsql STABLE AS $$
DECLARE
  found_id bigint;
BEGIN
  EXECUTE format('SELECT id FROM scip.%I WHERE slug = $1', record) INTO found_id USING slug;
  IF found_id IS NULL AND to_regclass(format('scip.%I', record || '_former_slug')) IS NOT NULL THEN
    EXECUTE format('SELECT %I FROM scip.%I WHERE slug = $1', record || '_id', record || '_former_slug')
      INTO found_id USING slug;
  END IF;
  IF found_id IS NULL AND slug IS NOT NULL AND required AND NOT pg_temp.deleted(record, slug) THEN
    RAISE 'unknown % "%"', record, slug;
  END IF;
  RETURN found_id;
END $$;

-- Whether an account has written this record.
CREATE FUNCTION pg_temp.taken_over(record text, id bigint) RETURNS boolean
LANGUAGE sql STABLE AS $$
  SELECT EXISTS (SELECT FROM scip.audit a WHERE a."table" = $1 AND a.record = $2::text AND a.account_id IS NOT NULL)
$$;

-- Whether an account has deleted a record of this slug.
CREATE FUNCTION pg_temp.deleted(record text, slug text) RETURNS boolean
LANGUAGE sql STABLE AS $$
  SELECT EXISTS (SELECT FROM scip.audit a JOIN scip.history h ON h."table" = a."table" AND h.record = a.record
                 WHERE a."table" = $1 AND a.op = 'DELETE' AND a.account_id IS NOT NULL AND h.row ->> 'slug' = $2)
$$;

-- csv_<t>, all text, becomes new_<t>, typed as the table: slugs of other records are resolved, lists are split.
CREATE FUNCTION pg_temp.read(t text) RETURNS text[]
LANGUAGE plpgsql AS $$
DECLARE
  columns text[];
  expressions text;
BEGIN
  SELECT array_agg(target.attname ORDER BY csv.attnum),
         string_agg(format(CASE
           WHEN target.attname IS NULL THEN NULL
           WHEN target.attname <> csv.attname THEN format('pg_temp.find(%L, %%1$I) AS %%2$I', refers.relname)
           WHEN typcategory = 'A' AND attnotnull THEN 'coalesce(string_to_array(%1$I, '' | ''), ''{}'')::%3$s AS %2$I'
           WHEN typcategory = 'A' THEN 'string_to_array(%1$I, '' | '')::%3$s AS %2$I'
           ELSE '%1$I::%3$s AS %2$I'
         END, csv.attname, target.attname, format_type(target.atttypid, target.atttypmod)), ', ' ORDER BY csv.attnum)
  INTO columns, expressions
  FROM (SELECT attname, attnum FROM pg_attribute WHERE attrelid = ('csv_' || t)::regclass AND attnum > 0) csv
  LEFT JOIN pg_attribute target
    ON target.attrelid = ('scip.' || t)::regclass AND target.attname IN (csv.attname, csv.attname || '_id')
  LEFT JOIN pg_type ON pg_type.oid = target.atttypid
  LEFT JOIN pg_constraint key ON key.conrelid = target.attrelid AND key.contype = 'f' AND key.conkey = ARRAY[target.attnum]
  LEFT JOIN pg_class refers ON refers.oid = key.confrelid;
  IF array_position(columns, NULL) IS NOT NULL THEN
    RAISE 'a column of the file is none of the table';
  END IF;
  EXECUTE format('CREATE TEMP TABLE %I ON COMMIT DROP AS SELECT %s FROM %I', 'new_' || t, expressions, 'csv_' || t);
  RETURN columns;
END $$;

-- The zone and the first month of the year do not change under records.
CREATE PROCEDURE pg_temp.load_settings()
LANGUAGE plpgsql AS $$
DECLARE
  s record;
  before text;
BEGIN
  FOR s IN SELECT * FROM settings LOOP
    IF to_regprocedure(format('setting.%I()', s.name)) IS NOT NULL THEN
      EXECUTE format('SELECT setting.%I()::text', s.name) INTO before;
    END IF;
    IF s.fixed = 'yes' AND before <> s.value AND EXISTS (SELECT FROM scip.organisation) THEN
      RAISE 'settings.csv: % is % where there are records', s.name, before;
    END IF;
    CALL setting.set(s.name, s.type, s.value);
  END LOOP;
END $$;

-- The lists of terms/, as one table; each file is read into `terms`. What is no column of the table is a property, which the terms have
-- that say yes. A term that its file has no more may be in use: it is retired.
CREATE TEMP TABLE csv_term ON COMMIT DROP AS
SELECT list, code, ordinal::text, label::text, label_cy::text, 'yes' AS retired, array_to_string(properties, ' | ') AS properties FROM scip.term;
CREATE PROCEDURE pg_temp.read_terms(of_list text)
LANGUAGE plpgsql AS $$
BEGIN
  DELETE FROM csv_term c USING terms t WHERE c.list = of_list AND c.code = t.code;
  INSERT INTO csv_term
  SELECT of_list, code, ordinal::text, label, label_cy, coalesce(retired, 'no'),
         (SELECT string_agg(key, ' | ' ORDER BY key)
          FROM jsonb_each_text(to_jsonb(t) - '{code,ordinal,label,label_cy,retired}'::text[]) WHERE value = 'yes')
  FROM terms t;
  DROP TABLE terms;
END $$;

-- A figure never changes: what differs becomes its next version.
CREATE FUNCTION pg_temp.load_figures(columns text[], OUT inserted bigint, OUT updated bigint)
LANGUAGE plpgsql AS $$
DECLARE
  list text := (SELECT string_agg(format('%I', c), ', ') FROM unnest(columns) c);
  now_in_force text := (SELECT string_agg(format('f.%I', c), ', ') FROM unnest(columns) c);
  given text := (SELECT string_agg(format('n.%I', c), ', ') FROM unnest(columns) c);
BEGIN
  EXECUTE format('WITH added AS (
      INSERT INTO scip.headline_figure (version, %s)
      SELECT coalesce(f.version, 0) + 1, %s
      FROM new_headline_figure n
      LEFT JOIN LATERAL (SELECT * FROM scip.headline_figure x WHERE x.slug = n.slug
                         ORDER BY x.version DESC LIMIT 1) f ON true
      WHERE f.id IS NULL OR ROW(%s) IS DISTINCT FROM ROW(%s) AND NOT pg_temp.taken_over(''headline_figure'', f.id)
      RETURNING version)
    SELECT count(*) FILTER (WHERE version = 1), count(*) FILTER (WHERE version > 1) FROM added',
    list, given, now_in_force, given) INTO inserted, updated;
END $$;

-- A record is identified by its slug, or by the key columns; a row that belongs to a record (owner) by the owner
-- and the key columns.
CREATE PROCEDURE pg_temp.load(t text, owner text, key text[])
LANGUAGE plpgsql AS $$
DECLARE
  columns text[];
  owner_id text := (SELECT attname FROM pg_constraint JOIN pg_attribute ON attrelid = conrelid AND attnum = conkey[1]
                    WHERE conrelid = ('scip.' || t)::regclass AND confrelid = to_regclass('scip.' || nullif(owner, '')));
  same text;
  assigned text;
  given text;
  stored text;
  total bigint;
  inserted bigint;
  updated bigint;
  removed bigint := 0;
BEGIN
  columns := pg_temp.read(t);
  EXECUTE format('SELECT count(*) FROM %I', 'new_' || t) INTO total;
  IF owner <> '' THEN
    EXECUTE format('DELETE FROM %I WHERE %I IS NULL OR pg_temp.taken_over(%L, %2$I)', 'new_' || t, owner_id, owner);
  ELSIF t <> 'headline_figure' AND 'slug' = ANY (columns) THEN
    EXECUTE format('DELETE FROM %I n WHERE pg_temp.taken_over(%L, pg_temp.find(%2$L, n.slug, false)) OR pg_temp.deleted(%2$L, n.slug)', 'new_' || t, t);
  END IF;
  IF t = 'headline_figure' THEN
    SELECT f.inserted, f.updated INTO inserted, updated FROM pg_temp.load_figures(columns) f;
  ELSE
    same := CASE WHEN owner = '' AND key = '{}' THEN format('t.id = pg_temp.find(%L, n.slug, false)', t) ELSE
      (SELECT string_agg(format('t.%1$I IS NOT DISTINCT FROM n.%1$I', c), ' AND ')
       FROM unnest(array_remove(owner_id || key, NULL)) c) END;
    SELECT string_agg(format('%1$I = n.%1$I', c), ', '), string_agg(format('n.%I', c), ', '),
           string_agg(format('t.%I', c), ', ')
    INTO assigned, given, stored
    FROM unnest(columns) c WHERE owner <> '' OR c <> 'slug';  -- a record keeps the slug that it has now
    IF owner <> '' THEN
      -- Dated leads are made where the rule about them is kept, not in a file.
      EXECUTE format('DELETE FROM scip.%I t
        WHERE %I IN (SELECT pg_temp.find(%L, slug, false) FROM %I) AND NOT pg_temp.taken_over(%5$L, %2$I) %6$s
          AND NOT EXISTS (SELECT FROM %7$I n WHERE %8$s)',
        t, owner_id, owner, 'csv_' || owner, owner, CASE t WHEN 'hub_lead' THEN 'AND evidence_kind <> ''dated''' END,
        'new_' || t, same);
      GET DIAGNOSTICS removed = ROW_COUNT;
    END IF;
    EXECUTE format('UPDATE scip.%I t SET %s FROM %I n WHERE %s AND ROW(%s) IS DISTINCT FROM ROW(%s)',
      t, assigned, 'new_' || t, same, stored, given);
    GET DIAGNOSTICS updated = ROW_COUNT;
    EXECUTE format('INSERT INTO scip.%I (%s) SELECT %s FROM %I n WHERE NOT EXISTS (SELECT FROM scip.%I t WHERE %s)',
      t, (SELECT string_agg(quote_ident(c), ', ') FROM unnest(columns) c),
      (SELECT string_agg('n.' || quote_ident(c), ', ') FROM unnest(columns) c), 'new_' || t, t, same);
    GET DIAGNOSTICS inserted = ROW_COUNT;
  END IF;
  INSERT INTO report (name, inserted, updated, unchanged, removed)
  VALUES (t, inserted, updated, total - inserted - updated, removed);
EXCEPTION WHEN raise_exception OR data_exception OR integrity_constraint_violation THEN
  RAISE '%.csv: %', t, SQLERRM;
END $$;

-- Without statistics the planner plans every request again. Of a table without rows there can be none: until it is analysed the
-- planner takes it for one of ten pages and reads it by its indexes, afterwards for an empty one, whatever is written to it next,
-- and sessions keep plans that read all of it.
CREATE PROCEDURE pg_temp.analyze()
LANGUAGE plpgsql AS $$
DECLARE
  t regclass;
  filled boolean;
BEGIN
  FOR t IN SELECT format('%I.%I', schemaname, tablename) FROM pg_tables WHERE schemaname = 'scip' LOOP
    EXECUTE format('SELECT EXISTS (SELECT FROM %s)', t) INTO filled;
    IF filled THEN
      EXECUTE format('ANALYZE %s', t);
    END IF;
  END LOOP;
END $$;
