"""Figures, now and as of a day, their explanations and what is made of them read each row a few times at most, measured by the plans of all
statements that it takes, nested ones too: no part of a plan comes by more rows than there are in all. With SCIP_LONG the whole
Alliance answers each in half a second of a processor: in four times the yardstick, which takes an eighth of one where nobody else is at work.

TEST_DATABASE_URL is a superuser's URL of a throw-away migrated database.
"""
import json
import re
from collections import deque

import pytest

from conftest import ROOT, plant, processor_ms, session

YEAR, THEN = "2024/25", "2025-07-01"
HUBS = 330  # and a hundredth of all else: each Hub beside each other one is more than all rows that there are
YARDSTICK = "SELECT count(*) FROM (SELECT n % 50000 || ' of the yardstick', count(*) FROM generate_series(1, 200000) n GROUP BY 1) x"
LIMIT = 4

FACETS = re.sub(r"--.*", "", (ROOT / "db/queries/getLibraryFacets.sql").read_text())
CELLS = "SELECT count(*) FROM scip.metric_answer(%s, ARRAY[%s], %s, NULL, NULL, NULL, %s, NULL)"
EXPLAIN = "SELECT rows_included FROM scip.metric_explain(%s, %s, '{}', NULL, NULL, NULL, %s, NULL)"
OTHERS = {"values": "SELECT count(*) FROM scip.metric_values(NULL, '{2023/24}', NULL, NULL, NULL, NULL, NULL, 100)",
          "network evaluation": "SELECT count(*) FROM scip.network_evaluation('2023-24')",
          "progress": "SELECT count(*) FROM scip.network_progress('2024-25')",
          "headlines": "SELECT count(*) FROM scip.headline_comparison()",
          "returns": "SELECT * FROM scip.network_return_counts('2024-25')",
          "training": "SELECT count(*) FROM scip.training_figures('2024-25', NULL)",
          **{f"facets of {q}": re.sub(r"(?<!:):[a-z_]+", lambda name: q if name[0] == ":q" else "NULL", FACETS) for q in ("NULL", "'college'")}}


@pytest.fixture(scope="session")
def hubs(fresh):
    """Hubs above all."""
    yield from plant(1, HUBS)


def handled(node):
    """The most rows that a node of the plan came by, those among them that it left out."""
    own = node["Actual Rows"] + sum(node.get(f"Rows Removed by {why}", 0) for why in ("Filter", "Join Filter", "Index Recheck"))
    return max([own * node["Actual Loops"], *map(handled, node.get("Plans", []))])


def rows(cursor, statement, parameters=(), least_ms=1):
    """The most that a node comes by, of a statement and those within it that take so long: what handles a hundred thousand rows does."""
    cursor.connection.notices = deque()  # of a list psycopg2 keeps the last fifty
    cursor.execute("LOAD 'auto_explain'; SET auto_explain.log_analyze = on; SET auto_explain.log_timing = off;"
                   "SET auto_explain.log_nested_statements = on; SET auto_explain.log_format = json;"
                   f"SET auto_explain.log_level = notice; SET client_min_messages = notice; SET auto_explain.log_min_duration = {least_ms}")
    cursor.execute(statement, parameters)
    cursor.execute("SET client_min_messages = warning; SET auto_explain.log_min_duration = -1")
    plans = [json.loads(notice[notice.index("{"):])["Plan"] for notice in cursor.connection.notices if "plan:\n{" in notice]
    assert plans or least_ms
    return max(map(handled, plans), default=0)


def questions(cursor, every):
    """Name, statement and parameters; of the breakdowns every one, or the finest, by whose facts all others are summed."""
    cursor.execute("SELECT code, breakdowns FROM scip.metric ORDER BY ordinal")
    for code, breakdowns in cursor.fetchall():
        for day in None, THEN:
            for by in [""] + breakdowns if every else ([""] + breakdowns)[-1:]:
                yield f"{code} by {by or 'nothing'}, {day or 'now'}", CELLS, (code, YEAR, by.split("+") if by else [], day)
            if every or day:
                yield f"{code} explained, {day or 'now'}", EXPLAIN, (code, YEAR, day)
    for name, statement in OTHERS.items():
        yield name, statement, ()


def test_no_part_of_a_plan_comes_by_more_rows_than_there_are(hubs):
    quadratic = "SELECT count(*) FROM scip.hub a JOIN scip.hub b ON (a.id, a.slug) IS NOT DISTINCT FROM (b.id, b.slug)"
    with session(hubs) as cursor:
        cursor.execute("SELECT sum(n_live_tup) FROM pg_stat_user_tables WHERE schemaname = 'scip'")
        there_are = int(cursor.fetchone()[0])
        asked = [("quadratic", quadratic, ()), *questions(cursor, every=False)]
        found = {name: rows(cursor, *question) for name, *question in asked}
        assert [name for name, n in found.items() if n > there_are] == ["quadratic"], (there_are, found)
        one = rows(cursor, "UPDATE scip.event SET venue = 'Here' WHERE slug = 'event-7'", least_ms=0)
        assert one < 100, f"{one} rows: a write ends the states of its record alone"


@pytest.mark.long
def test_the_whole_database_answers_in_time(planted):
    too_long = {}
    with session(planted) as cursor:
        def took(*question):
            before = processor_ms(cursor)
            cursor.execute(*question)
            return processor_ms(cursor) - before

        for name, *question in questions(cursor, every=True):
            yardstick, best = took(YARDSTICK), took(*question)
            for _ in range(4):  # the first one made the plan; a processor that is shared is slower by half at times
                yardstick, best = min(yardstick, took(YARDSTICK)), min(best, took(*question))
                if best <= LIMIT * yardstick:
                    break
            else:
                too_long[name] = best / yardstick
    assert not too_long, "\n".join(f"{name}: {ratio:.1f} yardsticks" for name, ratio in too_long.items())
