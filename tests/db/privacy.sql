-- What is personal is marked, and nobody's to read; nothing can hold a child. The rules are functions that return rows of
-- faults; what is planted further down shows that they bite.
BEGIN;
CREATE EXTENSION IF NOT EXISTS pgtap SCHEMA public;
SELECT no_plan();

-- Columns of text that were looked at and hold no person: names of bodies and places, titles, what is written about work, codes.
CREATE TEMP TABLE reviewed (name text PRIMARY KEY);
\copy reviewed FROM 'tests/db/reviewed.txt'
-- What is personal and yet granted: who may see which rows is for policies to say.
CREATE TEMP TABLE by_row AS SELECT unnest(ARRAY['account.subject', 'unknown_account.subject', 'booking_need.dietary', 'booking_need.access', 'feedback.comment', 'hub_membership.speaks_for']) AS name;
GRANT SELECT ON reviewed, by_row TO PUBLIC;

-- Every column that could hold words.
CREATE FUNCTION pg_temp.texts(OUT name text, OUT note text, OUT id oid, OUT number int2) RETURNS SETOF record LANGUAGE sql AS $$
  SELECT c.relname || '.' || a.attname, col_description(c.oid, a.attnum), c.oid, a.attnum
  FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
  JOIN pg_type t ON t.oid = a.atttypid
  LEFT JOIN pg_type base ON base.oid = t.typbasetype
  LEFT JOIN pg_type element ON element.oid = coalesce(base.typelem, t.typelem)
  WHERE c.relnamespace = 'scip'::regnamespace AND c.relkind IN ('r', 'p') AND a.attgenerated = ''
    AND (t.typcategory = 'S' OR t.typcategory = 'A' AND element.typcategory = 'S' OR coalesce(base.typname, t.typname) IN ('json', 'jsonb', 'xml', 'bytea'))
$$;
CREATE FUNCTION pg_temp.mark_faults() RETURNS SETOF text LANGUAGE sql AS $$
  SELECT name || ': is neither marked personal nor reviewed' FROM pg_temp.texts() t
  WHERE coalesce(note, '') !~ '^personal: ' AND NOT EXISTS (SELECT FROM reviewed r WHERE r.name = t.name)
  UNION ALL
  SELECT name || ': its mark says not purpose, basis and retention' FROM pg_temp.texts()
  WHERE note ~ '^personal: ' AND note !~ '^personal: purpose=[^;]+; basis=[^;]+; retention=[^;]+$'
  UNION ALL
  SELECT r.name || ': is reviewed, and is marked or is no more' FROM reviewed r
  WHERE NOT EXISTS (SELECT FROM pg_temp.texts() t WHERE t.name = r.name AND coalesce(t.note, '') !~ '^personal: ')
$$;
-- A person's name and address are nobody's to read but by the functions that write it down.
CREATE FUNCTION pg_temp.reader_faults() RETURNS SETOF text LANGUAGE sql AS $$
  SELECT t.name || ': is granted to ' || role FROM pg_temp.texts() t, unnest(ARRAY['scip_anonymous', 'scip_writer']) role
  WHERE note ~ '^personal: ' AND has_column_privilege(role, id, number, 'SELECT') AND NOT (role = 'scip_writer' AND EXISTS (SELECT FROM by_row b WHERE b.name = t.name))
  UNION ALL
  SELECT viewname || ': is a view that gives a name to every row that it looks at' FROM pg_views
  WHERE schemaname = 'scip' AND definition ~ 'person_(name|email)'
  UNION ALL
  SELECT proname || ': may be called by everybody' FROM pg_proc
  WHERE pronamespace = 'scip'::regnamespace AND prosrc ~ '\mperson\M' AND prosecdef
    AND (has_function_privilege('scip_anonymous', oid, 'EXECUTE') OR has_function_privilege('public', oid, 'EXECUTE'))
  UNION ALL
  SELECT tgrelid::regclass || ': its history keeps ' || a.attname FROM pg_trigger g
  JOIN pg_attribute a ON a.attrelid = g.tgrelid AND a.attnum > 0 AND NOT a.attisdropped
  JOIN pg_proc p ON p.oid = g.tgfoid
  WHERE g.tgname = 'track_changes' AND col_description(a.attrelid, a.attnum) ~ '^personal: '
    AND p.prosrc !~ ('''\{[a-z_,]*\m' || a.attname || '\M')
$$;
-- Young people are numbers. Nothing is called after a child, and a person has nothing that only a record of a child would need.
CREATE FUNCTION pg_temp.child_faults() RETURNS SETOF text LANGUAGE sql AS $$
  SELECT format('%s.%s: could be of a child', c.relname, a.attname)
  FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
  WHERE c.relnamespace = 'scip'::regnamespace AND c.relkind IN ('r', 'p', 'v', 'm')
    AND (c.relname || '.' || a.attname) ~ '(child|pupil|student|learner|young|youth|minor|guardian|parent|birth|dob|gender|ethnic|school_year|year_group|surname|forename|address|postcode|phone|(^|_|\.)age(_|$))'
    AND NOT (a.atttypid = 'int4'::regtype AND a.attname ~ '^young_people') -- how many
    AND c.relname || '.' || a.attname <> 'kind_address.kind' AND c.relname <> 'kind_address'
  UNION ALL
  SELECT 'person.' || attname || ': is more than is needed' FROM pg_attribute
  WHERE attrelid = 'scip.person'::regclass AND attnum > 0 AND NOT attisdropped
    AND attname <> ALL ('{id,name,email,restricted,erased_at,version,created_at,updated_at,added_by}')
$$;

-- A name that is in any text is found when its person is erased.
CREATE FUNCTION pg_temp.word_faults() RETURNS SETOF text LANGUAGE sql AS $$
  SELECT t.name || ': is looked into by no erasure, and nothing says why' FROM pg_temp.texts() t
  WHERE NOT EXISTS (SELECT FROM scip.text_column x WHERE x."table" || '.' || x."column" = t.name AND x.rule IS NOT NULL)
  UNION ALL
  SELECT format('%s: trigger %s would refuse it', c.relname, t.tgname) FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid
  WHERE c.relnamespace = 'scip'::regnamespace AND NOT t.tgisinternal AND t.tgtype & 16 > 0 AND pg_get_triggerdef(t.oid) !~ 'scip\.redacting'
    AND t.tgname NOT IN ('track_changes', 'touch', 'touch_whole') AND t.tgconstraint = 0 AND t.tgnewtable IS NULL AND c.relname NOT IN ('person', 'audit')
  UNION ALL
  SELECT x."table" || ': history knows its rows by another key' FROM (SELECT DISTINCT "table" FROM scip.text_column WHERE rule <> 'kept') x
  JOIN pg_proc p ON p.proname = 'record_' || x."table" AND p.pronamespace = 'scip'::regnamespace
  WHERE regexp_replace(substring(p.prosrc FROM 'record := ([^;]*);'), '\mr\.', '', 'g')
    NOT IN (regexp_replace(scip.record_key(x."table"), '\mr\.', '', 'g'), regexp_replace(scip.record_key(x."table"), '^r\.(.*)::text$', '\1'))
$$;

SELECT is_empty('SELECT * FROM pg_temp.word_faults()', 'no text is left out of an erasure');
SELECT is_empty('SELECT * FROM pg_temp.mark_faults()', 'every column of text is marked or reviewed');
SELECT is_empty('SELECT * FROM pg_temp.reader_faults()', 'no role reads what is personal');
SELECT is_empty('SELECT * FROM pg_temp.child_faults()', 'no table can hold a child');
SELECT ok('{account.subject,person.email,person.name}' <@ (SELECT array_agg(name) FROM pg_temp.texts() WHERE note ~ '^personal: '), 'names and addresses are');

-- They bite.
CREATE FUNCTION pg_temp.bites(rule text, statement text, fault text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
  found boolean;
BEGIN
  BEGIN
    EXECUTE 'SET LOCAL ROLE scip_migrator';
    EXECUTE statement;
    EXECUTE 'RESET ROLE';
    EXECUTE format('SELECT EXISTS (SELECT FROM pg_temp.%I() f WHERE f LIKE %L)', rule, fault) INTO found;
    RAISE SQLSTATE 'XXUND';
  EXCEPTION WHEN SQLSTATE 'XXUND' THEN NULL;
  END;
  RETURN ok(found, statement);
END $$;
SELECT pg_temp.bites('mark_faults', 'ALTER TABLE scip.person ADD COLUMN phone text', 'person.phone: is neither%');
SELECT pg_temp.bites('mark_faults', 'ALTER TABLE scip.meeting ADD COLUMN chair scip.label', 'meeting.chair: is neither%');
SELECT pg_temp.bites('mark_faults', 'ALTER TABLE scip.meeting ADD COLUMN extra jsonb', 'meeting.extra: is neither%');
SELECT pg_temp.bites('mark_faults', 'ALTER TABLE scip.meeting ADD COLUMN guests_names text[]', 'meeting.guests_names: is neither%');
SELECT pg_temp.bites('mark_faults', $$COMMENT ON COLUMN scip.person.email IS 'personal: to write to'$$, 'person.email: its mark says not%');
SELECT pg_temp.bites('mark_faults', 'COMMENT ON COLUMN scip.person.name IS NULL', 'person.name: is neither%');
SELECT pg_temp.bites('mark_faults', 'ALTER TABLE scip.meeting DROP COLUMN venue CASCADE', 'meeting.venue: is reviewed, and%');
SELECT pg_temp.bites('word_faults', 'ALTER TABLE scip.meeting ADD COLUMN scan bytea', 'meeting.scan: is looked into by no%');
SELECT pg_temp.bites('word_faults', 'CREATE TABLE scip.note (said text)', 'note.said: is looked into by no%');
SELECT pg_temp.bites('word_faults', 'CREATE TRIGGER guard BEFORE UPDATE ON scip.news FOR EACH ROW EXECUTE FUNCTION scip.action_guard_action()', 'news: trigger guard would%');
SELECT pg_temp.bites('word_faults', 'ALTER TABLE scip.hub_pathway DROP CONSTRAINT hub_pathway_pkey, ADD PRIMARY KEY (step, hub_id)', 'hub_pathway: history knows%');
SELECT pg_temp.bites('reader_faults', 'GRANT SELECT (name) ON scip.person TO scip_writer', 'person.name: is granted to scip_writer');
SELECT pg_temp.bites('reader_faults', 'GRANT SELECT ON scip.account TO scip_anonymous', 'account.subject: is granted to scip_anonymous');
SELECT pg_temp.bites('reader_faults', 'CREATE VIEW scip.names AS SELECT scip.person_name(id) FROM scip.person', 'names: is a view%');
SELECT pg_temp.bites('reader_faults', 'GRANT EXECUTE ON FUNCTION scip.person_name TO scip_anonymous', 'person_name: may be called%');
SELECT pg_temp.bites('reader_faults', $$ALTER TABLE scip.action ADD COLUMN witness text;
  COMMENT ON COLUMN scip.action.witness IS 'personal: purpose=x; basis=x; retention=x'$$, '%action: its history keeps witness');
SELECT pg_temp.bites('child_faults', 'ALTER TABLE scip.activity ADD COLUMN pupil_names text[]', 'activity.pupil_names:%');
SELECT pg_temp.bites('child_faults', 'ALTER TABLE scip.activity ADD COLUMN young_people_list text', 'activity.young_people_list:%');
SELECT pg_temp.bites('child_faults', 'CREATE TABLE scip.child (id int)', 'child.id:%');
SELECT pg_temp.bites('child_faults', 'ALTER TABLE scip.person ADD COLUMN birth_date date', 'person.birth_date: is more%');
SELECT pg_temp.bites('child_faults', 'ALTER TABLE scip.attendance ADD COLUMN age int', 'attendance.age:%');

SELECT * FROM finish();
ROLLBACK;
