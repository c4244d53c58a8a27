"""A new installation reads by index from the first row on, before anything has been analysed again.

TEST_DATABASE_URL is a superuser's URL of a throw-away migrated database.
"""
import re
from pathlib import Path

import psycopg2
import pytest

DERIVED = Path(__file__).resolve().parents[2] / "db/derived"


@pytest.fixture
def cursor(fresh):
    connection = psycopg2.connect(fresh)
    yield connection.cursor()
    connection.rollback()
    connection.close()


def explain(cursor, name):
    """The generic plan of a derived statement as a session of a caller keeps it, by its parameters' names."""
    text = re.sub(r"^--.*$", "", (DERIVED / f"{name}.sql").read_text(), flags=re.M)
    names = list(dict.fromkeys(re.findall(r"(?<!:):([a-z_]+)", text)))
    for number, parameter in enumerate(names, 1):
        text = re.sub(rf"(?<!:):{parameter}\b", f"${number}", text)
    cursor.execute(f"DEALLOCATE ALL; PREPARE asked AS {text}")
    cursor.execute("EXPLAIN EXECUTE asked" + (f"({', '.join(['NULL'] * len(names))})" if names else ""))
    return "\n".join(line for line, in cursor.fetchall())


def test_no_empty_table_is_known_to_be_empty(cursor):
    cursor.execute("SELECT relname FROM pg_class WHERE relnamespace = 'scip'::regnamespace AND relkind = 'r' AND reltuples = 0")
    assert cursor.fetchall() == []


def test_tables_with_rows_have_statistics(cursor):
    cursor.execute("SELECT relname FROM pg_class WHERE oid = ANY ('{scip.hub,scip.organisation,scip.metric,scip.region}'::regclass[]) "
                   "AND reltuples <= 0")
    assert cursor.fetchall() == []


@pytest.mark.parametrize("name,table", [("getAccount", "account"), ("getPerson", "person"), ("getMeeting", "meeting"),
                                        ("getHubMember", "hub_membership")])
def test_what_was_empty_is_read_by_index(cursor, name, table):
    cursor.execute("SET LOCAL plan_cache_mode = force_generic_plan; SET LOCAL ROLE scip_writer")
    plan = explain(cursor, name)
    assert f"Seq Scan on {table}" not in plan and "Index" in plan, plan
