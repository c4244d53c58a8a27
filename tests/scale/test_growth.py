"""What is asked of many rows reads in proportion to them: measured by the rows that plans come by, not by a clock."""
import json
import os

import psycopg2
import pytest

HUBS = 1200 if os.environ.get("SCIP_LONG") else 120  # as conftest.py plants them


@pytest.fixture
def cursor(planted):
    connection = psycopg2.connect(planted)
    connection.cursor().execute("SET jit = off")
    yield connection.cursor()
    connection.close()


def nodes(plan):
    yield plan
    for part in plan.get("Plans", []):
        yield from nodes(part)


def explain(cursor, statement):
    cursor.execute("EXPLAIN (ANALYZE, BUFFERS, TIMING off, FORMAT json) " + statement)
    found = cursor.fetchone()[0]
    return list(nodes((found if isinstance(found, list) else json.loads(found))[0]["Plan"]))


def come_by(plan):
    """The most rows that a node of the plan handled, those among them that it left out."""
    return max((node["Actual Rows"] + node.get("Rows Removed by Filter", 0) + node.get("Rows Removed by Join Filter", 0))
               * node["Actual Loops"] for node in plan)


def test_what_hubs_were_is_looked_up_once(cursor):
    plan = explain(cursor, "SELECT * FROM fact.hubs('2024-09-01', '2025-08-31', NULL)")
    assert come_by(plan) <= 3 * HUBS, [(node["Node Type"], node["Actual Rows"], node["Actual Loops"]) for node in plan]


def test_of_a_record_that_was_known_its_own_state_is_read(cursor):
    plan = explain(cursor, "SELECT * FROM known.hub('2024-04-15')")
    assert next(node for node in plan if node.get("Relation Name") == "history" and node["Actual Loops"])["Actual Rows"] >= HUBS, plan
    assert come_by(plan) <= 4 * HUBS + 200, [(node["Node Type"], node["Actual Rows"], node["Actual Loops"]) for node in plan]
