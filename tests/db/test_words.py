"""An erased name in every text there is: planted by the catalog, in each column as a whole and as a part, in history and kept answers."""
import json

import canary
import pytest

PERSON = "00000000-0000-4000-8000-00000000c0de"
quote = lambda text: "'" + text.replace("'", "''") + "'"
NAME, INSIDE = quote(f"  {canary.NAME.upper()} "), quote(f"Seen: {canary.NAME.replace(chr(39), chr(8217))}, and gone")

ANSWER = json.dumps({"text": f"A line\n{canary.NAME.replace(' ', '  ')}"}, ensure_ascii=False)

# Rows made of the catalog alone: what a column must have by its type, and the name in each that is looked into.
PLANT = f"""
CREATE FUNCTION pg_temp.filled(t text, words text, n int) RETURNS jsonb LANGUAGE plpgsql AS $$
DECLARE
  c record;
  made jsonb := '{{}}';
BEGIN
  FOR c IN SELECT a.attname, coalesce(nullif(y.typbasetype, 0), y.oid)::regtype::text AS type, y.typname, x.rule FROM pg_attribute a JOIN pg_type y ON y.oid = a.atttypid
           LEFT JOIN scip.text_column x ON x."table" = t AND x."column" = a.attname
           WHERE a.attrelid = format('scip.%I', t)::regclass AND a.attnum > 0 AND NOT a.attisdropped AND a.attgenerated = '' LOOP
    made := made || jsonb_build_object(c.attname, CASE
      WHEN c.rule IN ('at_once', 'listed') THEN CASE
        WHEN c.type = 'text[]' THEN jsonb_build_array('x', words) WHEN c.type IN ('json', 'jsonb') THEN jsonb_build_object('deep', jsonb_build_array(words))
        WHEN c.typname = 'url' THEN to_jsonb('https://canary.example/' || array_to_string(scip.words_of({quote(canary.NAME)}), '-')) ELSE to_jsonb(words) END
      WHEN c.typname = 'year_name' OR c.attname = 'period' AND c.type = 'text' THEN to_jsonb('202' || n || '-2' || n + 1) WHEN c.typname = 'partial_date' THEN to_jsonb('2024'::text) WHEN c.typname = 'nation' THEN to_jsonb('GB-ENG'::text)
      WHEN c.typname IN ('sector', 'hub_sector') THEN to_jsonb('he'::text) WHEN c.typname = 'confidence' THEN to_jsonb('low'::text)
      WHEN c.typname IN ('doi', 'isbn', 'language') OR c.attname = 'erased_at' THEN 'null'
      WHEN c.typname = 'quarter_name' THEN to_jsonb('2024-25-Q' || n) WHEN c.typname = 'file_name' THEN to_jsonb('x' || n || '.csv'::text)
      WHEN c.type = 'uuid' THEN to_jsonb(gen_random_uuid()) WHEN c.type IN ('integer', 'bigint', 'smallint', 'numeric') THEN to_jsonb(900 + n)
      WHEN c.type = 'boolean' THEN 'false' WHEN c.type = 'date' THEN to_jsonb(date '2024-01-01' + n) WHEN c.type ~ '^timestamp' THEN to_jsonb(now())
      WHEN c.type ~ 'range' THEN to_jsonb('empty'::text) WHEN c.type = 'bytea' THEN to_jsonb('\\x00' || lpad(n::text, 2, '0')) WHEN c.type ~ '\\[\\]' THEN '[]'
      WHEN c.type IN ('json', 'jsonb') THEN '{{}}' WHEN c.type = 'xid8' THEN to_jsonb(n::text) WHEN c.type = 'tsvector' THEN 'null' ELSE to_jsonb('x' || n || left(c.attname, 1)) END);
  END LOOP;
  RETURN made;
END $$;
CREATE TEMP TABLE planted (t text, record text, n int);
CREATE FUNCTION pg_temp.plant() RETURNS void LANGUAGE plpgsql AS $$
DECLARE
  t text;
  c text;
  columns text;
  key text;
  row jsonb;
BEGIN
  SET LOCAL session_replication_role = replica;
  INSERT INTO scip.person (id, name, email) VALUES ('{PERSON}', {quote(canary.NAME)}, '{canary.EMAIL}');
  FOR t IN SELECT DISTINCT "table" FROM scip.text_column WHERE rule <> 'kept' AND "table" <> 'redaction' ORDER BY 1 LOOP
    FOR c IN SELECT conname FROM pg_constraint WHERE conrelid = format('scip.%I', t)::regclass AND contype IN ('c', 'x', 'f') LOOP
      EXECUTE format('ALTER TABLE scip.%I DROP CONSTRAINT %I', t, c);
    END LOOP;
    SELECT string_agg(quote_ident(attname), ', ') INTO columns FROM pg_attribute
    WHERE attrelid = format('scip.%I', t)::regclass AND attnum > 0 AND NOT attisdropped AND attgenerated = '';
    FOR n IN 1..2 LOOP
      row := pg_temp.filled(t, CASE n WHEN 1 THEN {NAME} ELSE {INSIDE} END, n);
      EXECUTE format('INSERT INTO scip.%I AS r (%s) OVERRIDING SYSTEM VALUE SELECT %s FROM jsonb_populate_record(NULL::scip.%I, $1) RETURNING %s', t, columns, columns, t, scip.record_key(t))
      INTO key USING row;
      INSERT INTO planted VALUES (t, key, n);
      INSERT INTO scip.history ("table", record, row) VALUES (t, key, row);
    END LOOP;
  END LOOP;
  SET LOCAL session_replication_role = origin;
  INSERT INTO scip.idempotency (account_id, operation, key, hash, rights, status, body) SELECT id, 'x', 'canary', 'x', 'x', 201, {quote(ANSWER)}
  FROM scip.account LIMIT 1;
END $$;
"""
LISTED = f"""
SELECT 'null rule ' || "table" || '.' || "column" FROM scip.text_column WHERE rule IS NULL
UNION ALL SELECT 'whole in history ' || h."table" || '.' || x."column" FROM scip.history h JOIN planted p ON p.t = h."table" AND p.record = h.record AND p.n = 1
  JOIN scip.text_column x ON x."table" = h."table" AND x.rule = 'at_once' WHERE (h.row -> x."column")::text ILIKE '%{canary.WORD}%'
UNION ALL SELECT 'not listed ' || p.t || '.' || x."column" FROM planted p JOIN scip.text_column x ON x."table" = p.t AND x.rule IN ('at_once', 'listed')
  WHERE (p.n = 2 OR x.rule = 'listed') AND NOT EXISTS (SELECT FROM scip.redaction r WHERE (r."table", r.record, r."column", r.match) = (p.t, p.record, x."column", 'name'))
UNION ALL SELECT 'listed for nothing ' || p.t || '.' || x."column" FROM planted p JOIN scip.text_column x ON x."table" = p.t AND x.rule = 'at_once'
  JOIN scip.redaction r ON (r."table", r.record, r."column") = (p.t, p.record, x."column") WHERE p.n = 1;
"""
LEFT = f"""
SELECT count(scip.address_of(h."table", h.row)), count(scip.hub_of(h."table", h.row)) FROM scip.history h JOIN planted p ON p.t = h."table" AND p.record = h.record \\g /dev/null
SELECT scip.settle_mention(id, 'removed', now()) FROM scip.redaction WHERE person_id = '{PERSON}' \\g /dev/null
CREATE FUNCTION pg_temp.everywhere() RETURNS SETOF text LANGUAGE plpgsql AS $$
DECLARE
  t text;
  n int;
BEGIN
  FOR t IN SELECT relname FROM pg_class WHERE relnamespace = 'scip'::regnamespace AND relkind = 'r' LOOP
    EXECUTE format('SELECT count(*) FROM scip.%I t WHERE t::text ILIKE %L', t, '%{canary.WORD}%') INTO n;
    IF n > 0 THEN
      RETURN NEXT 'left in ' || t;
    END IF;
  END LOOP;
END $$;
SELECT pg_temp.everywhere();
"""


def erased(cluster, mistake="", look=LISTED + LEFT):
    """What is wrong after an erasure, with a mistake made before it."""
    script = f"BEGIN;\n{mistake};\n{PLANT}\nSELECT pg_temp.plant() \\g /dev/null\nSELECT scip.erase('{PERSON}', now()) \\g /dev/null\n{look}\nROLLBACK"
    return cluster.psql(script).splitlines()


def test_it_is_taken_out_of_every_text(cluster):
    assert erased(cluster) == []


def test_a_new_column_is_cleaned_by_itself(cluster):
    assert erased(cluster, "ALTER TABLE scip.meeting ADD COLUMN chair text, ADD COLUMN said jsonb; CREATE TABLE scip.note (id int PRIMARY KEY, said text[]); ALTER TABLE scip.note OWNER TO scip_migrator") == []


def body(name, old, new):
    """A function with something else in it."""
    return f"""DO $mistake$ BEGIN
      ASSERT (SELECT count(*) FROM pg_proc WHERE proname = '{name}' AND strpos(pg_get_functiondef(oid), {quote(old)}) > 0) = 1;
      EXECUTE (SELECT replace(pg_get_functiondef(oid), {quote(old)}, {quote(new)}) FROM pg_proc WHERE proname = '{name}' AND strpos(pg_get_functiondef(oid), {quote(old)}) > 0);
    END $mistake$"""


@pytest.mark.parametrize("mistake, found", [
    ("ALTER TABLE scip.meeting ADD COLUMN scan bytea", "null rule meeting.scan"),
    (body("erase_words", "UPDATE history h SET row = h.row || changed", "UPDATE history h SET row = h.row"), "whole in history"),
    (body("redact", "UPDATE history h SET row = h.row || jsonb_build_object(r.\"column\", old.value)", "UPDATE history h SET row = h.row"), "left in history"),
    (body("empty_answers", "WHERE i.body IS NOT NULL", "WHERE false"), "left in idempotency"),
    (body("redacted", "scip.fold(m[2])", "lower(m[2])"), "not listed minutes.text"),
    (body("redacted", "WHEN 'array'", "WHEN 'list'"), "left in hub_application"),
    (body("erase_from_row", "list_mention(person, t, record, c.\"column\", 'name', name)", "1"), "not listed minutes.text"),
])
def test_mistakes_are_found(cluster, mistake, found):
    left = erased(cluster, mistake, LEFT if found.startswith("left") else LISTED)
    assert any(line.startswith(found) for line in left), left


@pytest.mark.parametrize("text, struck", [
    ("Zoë Quillfeather", "[x]"), ("thanks, ZOE\u00a0 quill\u200bfeather!", "thanks, [x]!"), ("Zoe\u0308 Quillfeather's idea", "[x]'s idea"),
    ("Quillfeather, Zoë", None), ("Zoë Quillfeathers", None), ("Joezoë Quillfeather", None), ("Zoë\n\nQuillfeather\n", "[x]\n"),
    ("Zoë Quillfeather and Zoë Quillfeather", "[x] and [x]"), ("", None), ("…", None)])
def test_words(cluster, text, struck):
    """Letters and digits count, whatever their case, accents and form, and what shows nothing; parts of words do not."""
    given = "E'" + "".join(c if c.isalnum() and c.isascii() or c == " " else f"\\u{ord(c):04x}" for c in text) + "'"
    answer = cluster.psql(f"SELECT to_json(scip.redacted({given}, scip.sought(scip.words_of('Zoe Quillfeather'), 'salt', false, '[x]')))")
    assert json.loads(answer) == (text if struck is None else struck)


def test_whatever_has_a_word_is_looked_into(cluster):
    """Beside any character, control characters of ASCII apart: what folding finds is found in what is asked first."""
    missed = cluster.psql("""SELECT count(*), min(to_hex(c)) FROM generate_series(32, 65533) c, LATERAL (SELECT 'X' || chr(c) || 'Ab' || chr(c) || 'Y' AS text) x
        WHERE c <> 127 AND (c < 12288 OR c > 64255) AND EXISTS (SELECT FROM unnest(scip.words_of(text)) word WHERE strpos(scip.prefilter(text), word) = 0)""")
    assert missed == "0|"


def test_what_stands_in_brackets_is_no_part_of_a_name(cluster):
    found = cluster.psql(f"""BEGIN; INSERT INTO scip.person (id, name) VALUES ('{PERSON}', 'Zoë Quillfeather (University of Winchester)') \\g /dev/null
        INSERT INTO scip.group_seat (group_id, title, starts) SELECT id, 'Zoe Quillfeather', '2024-01-01' FROM scip.alliance_group WHERE slug = 'board' \\g /dev/null
        SELECT scip.erase('{PERSON}', now()) \\g /dev/null
        SELECT count(*) FROM scip.group_seat WHERE title = '[erased]'; SELECT count(*) FROM scip.redaction WHERE person_id = '{PERSON}'; ROLLBACK""")
    assert found.split() == ["1", "0"]


@pytest.mark.parametrize("text, struck", [("Write to Z.Quillfeather@canary.example.", "Write to [x]."), ("az.quillfeather@canary.example", None),
    ("m.z.quillfeather@canary.example", None), ("z.quillfeather@canary.example.org", None), ("<z.quillfeather@canary.example>", "<[x]>")])
def test_addresses(cluster, text, struck):
    """An address is its own as a whole, and no part of another."""
    found = cluster.psql(f"""BEGIN; INSERT INTO scip.person (id, name, email) VALUES ('{PERSON}', 'Somebody Unmentioned', 'z.quillfeather@canary.example') \\g /dev/null
        INSERT INTO scip.group_seat (group_id, title, starts, sector) SELECT id, '{text}', '2999-01-01', 'other' FROM scip.alliance_group WHERE slug = 'board' \\g /dev/null
        SELECT scip.erase('{PERSON}', now()) \\g /dev/null
        SELECT title FROM scip.group_seat WHERE starts = '2999-01-01' AND sector = 'other'; ROLLBACK""")
    assert found.replace("[erased]", "[x]") == (struck or text)
