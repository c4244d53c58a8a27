"""Rights that no operation uses: what callers may do by grant and policy, against all that is ever run under its rights.

Those are the statements of the operations and the functions that have their caller's rights. TEST_DATABASE_URL is a
superuser's URL of a throw-away migrated database.
"""
import os
import pathlib
import re

import psycopg2
import pytest

DB = pathlib.Path(__file__).resolve().parents[2] / "db"
COMMANDS = {"a": "INSERT", "w": "UPDATE", "d": "DELETE"}
WRITE = re.compile(r"\b(INSERT INTO|(?<!DO )(?<!FOR )(?<!KEY )UPDATE(?: ONLY)?|DELETE FROM) (?:scip\.)?(\w+)")


@pytest.fixture
def rights():
    """A transaction that is undone, and how to ask in it for the rights."""
    connection = psycopg2.connect(os.environ["TEST_DATABASE_URL"])
    cursor = connection.cursor()

    def ask():
        cursor.execute("""
            SELECT relname, polcmd FROM pg_policy JOIN pg_class c ON c.oid = polrelid
            WHERE relnamespace = 'scip'::regnamespace AND polcmd IN ('a', 'w', 'd') AND polroles && ARRAY['scip_caller', 'scip_writer', 'scip_central']::regrole[]::oid[]""")
        policies = cursor.fetchall()
        cursor.execute("""
            SELECT relname, command FROM pg_class c, (VALUES ('a', 'INSERT'), ('w', 'UPDATE'), ('d', 'DELETE')) v (command, privilege)
            WHERE relnamespace = 'scip'::regnamespace AND relkind IN ('r', 'p') AND CASE command
              WHEN 'd' THEN has_table_privilege('scip_caller', c.oid, privilege) ELSE has_any_column_privilege('scip_caller', c.oid, privilege) END""")
        return {(table, COMMANDS[command]) for table, command in policies + cursor.fetchall()}

    yield cursor, ask
    connection.rollback()
    connection.close()


def levels(text):
    """The parts of a text by its parentheses, each without those in it: a clause belongs to what is on its own level."""
    inner = re.compile(r"\(([^()]*)\)")
    while inner.search(text):
        yield from inner.findall(text)
        text = inner.sub(" ", text)
    yield from text.split(";")


def used_by(text):
    """What a text writes, and what it locks, which takes the right to update."""
    text = re.sub(r"\s+", " ", re.sub(r"'[^']*'", "''", re.sub(r"--[^\n]*", "", text)))
    for part in levels(text):
        writes = [(table, words.split()[0]) for words, table in WRITE.findall(part)]
        yield from writes
        if re.search(r"\bDO UPDATE\b", part):
            yield from ((table, "UPDATE") for table, command in writes if command == "INSERT")
        if re.search(r"\bFOR (NO KEY )?(UPDATE|SHARE)\b|\bFOR KEY SHARE\b", part):
            yield from ((table, "UPDATE") for table in re.findall(r"\b(?:FROM|JOIN) (?:scip\.)?(\w+)", part))


@pytest.fixture
def used(rights):
    cursor, _ = rights
    cursor.execute("""
        SELECT prosrc || coalesce(pg_get_function_sqlbody(oid), '') FROM pg_proc
        WHERE NOT prosecdef AND proowner = 'scip_migrator'::regrole
          AND (prorettype = 'trigger'::regtype OR has_function_privilege('scip_caller', oid, 'EXECUTE'))""")
    texts = [source for (source,) in cursor.fetchall()] + [path.read_text() for folder in ("queries", "derived") for path in (DB / folder).glob("*.sql")]
    return {use for text in texts for use in used_by(text)}


def test_each_right_is_used(rights, used):
    left = sorted(rights[1]() - used)
    assert left == [], left


@pytest.mark.parametrize("mistake, left", [
    ("GRANT DELETE ON scip.headline_figure TO scip_caller", ("headline_figure", "DELETE")),
    ("GRANT UPDATE (title) ON scip.pathway_step TO scip_caller", ("pathway_step", "UPDATE")),
    ("CREATE POLICY planted ON scip.audit FOR INSERT TO scip_writer WITH CHECK (false)", ("audit", "INSERT"))])
def test_one_that_is_left_is_found(rights, used, mistake, left):
    cursor, ask = rights
    cursor.execute(mistake)
    assert left in ask() - used


def test_what_a_text_uses():
    text = """WITH own AS (SELECT id FROM scip.meeting WHERE id = (SELECT id FROM scip.hub) FOR NO KEY UPDATE), -- DELETE FROM scip.hub
      put AS (INSERT INTO scip.news (slug) VALUES ('UPDATE scip.event') ON CONFLICT (slug) DO UPDATE SET slug = 'x')
      DELETE FROM scip.minutes"""
    assert set(used_by(text)) == {("meeting", "UPDATE"), ("news", "INSERT"), ("news", "UPDATE"), ("minutes", "DELETE")}
