"""Statements that the engine asks again and again read no more than they need, by a plan that was made while the tables were empty.

TEST_DATABASE_URL is a superuser's URL of a throw-away migrated database.
"""
import os
from pathlib import Path

import psycopg2
import pytest

QUERIES = Path(__file__).resolve().parents[2] / "db/queries"


@pytest.fixture
def cursor():
    connection = psycopg2.connect(os.environ["TEST_DATABASE_URL"])
    yield connection.cursor()
    connection.rollback()
    connection.close()


@pytest.mark.parametrize("role", ["scip_anonymous", "scip_writer"])
def test_whether_something_changed_is_found_by_index(cursor, role):
    cursor.execute("SET LOCAL plan_cache_mode = force_generic_plan")
    cursor.execute("SET LOCAL ROLE " + role)
    cursor.execute("PREPARE freshness (text) AS " + (QUERIES / "_freshness.sql").read_text().replace(":token", "$1"))
    cursor.execute("EXECUTE freshness (NULL)")
    token = cursor.fetchone()[0]
    for _ in range(6):
        cursor.execute("EXECUTE freshness (%s)", (token,))
    cursor.execute("RESET ROLE")
    cursor.execute("INSERT INTO scip.change (kind, key, op, audience) SELECT 'news', 'plan-' || n, 'changed', '{public}' FROM generate_series(1, 20000) n")
    cursor.execute("ANALYZE scip.change")  # which has the plan made anew
    cursor.execute("SET LOCAL ROLE " + role)
    cursor.execute("EXPLAIN (ANALYZE, TIMING off) EXECUTE freshness (%s)", (token,))
    plan = "\n".join(line for line, in cursor.fetchall())
    assert "Seq Scan on change" not in plan and "Index" in plan, plan
