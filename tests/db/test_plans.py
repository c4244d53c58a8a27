"""Statements that the engine asks again and again read no more than they need, by a plan that was made while the tables were empty.

TEST_DATABASE_URL is a superuser's URL of a throw-away migrated database.
"""
import os
import re
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


@pytest.fixture(scope="module")
def grown():
    """Members and attendances of many Hubs, with statistics, in a transaction that is undone: how to ask for a plan in it."""
    connection = psycopg2.connect(os.environ["TEST_DATABASE_URL"])
    cursor = connection.cursor()
    cursor.execute("""
        SET LOCAL session_replication_role = replica;
        INSERT INTO scip.meeting (id, hub_id, title, starts_at)
        SELECT md5('m' || i)::uuid, 1000 + i % 200, 'Meeting', timestamptz '2020-01-01' + i * interval '1 hour' FROM generate_series(1, 2000) i;
        INSERT INTO scip.attendance (meeting_id, person_id, status)
        SELECT md5('m' || i % 2000 + 1)::uuid, md5('p' || i)::uuid, 'present' FROM generate_series(1, 16000) i;
        INSERT INTO scip.hub_membership (hub_id, person_id, sector, starts)
        SELECT 1000 + i % 200, md5('p' || i)::uuid, 'he', date '2018-09-01' + i % 2500 FROM generate_series(1, 16000) i;
        ANALYZE scip.meeting, scip.attendance, scip.hub_membership;
        SET LOCAL session_replication_role = origin;
        SAVEPOINT grown""")

    def plan(role, claims, question):
        for name, value in claims.items():
            cursor.execute("SELECT set_config(%s, %s, true)", (f"scip.{name}", f"{{{value}}}"))
        cursor.execute("SET LOCAL ROLE " + role)
        cursor.execute("EXPLAIN (ANALYZE, TIMING off) " + question)
        lines = [line for line, in cursor.fetchall()]
        cursor.execute("ROLLBACK TO grown")
        return "\n".join(lines)

    yield plan
    connection.rollback()
    connection.close()


@pytest.mark.parametrize("role, claims", [("scip_writer", {"roles": "hub_lead", "hubs_led": 1007, "hubs": 1007}), ("scip_central", {"roles": "central"}),
                                          ("scip_writer", {"roles": "group_member", "groups": 3})])
@pytest.mark.parametrize("table, question", [
    ("hub_membership", "SELECT id FROM scip.hub_membership WHERE hub_id = 1007 ORDER BY starts, id LIMIT 50"),
    ("hub_membership", "SELECT id FROM scip.hub_membership WHERE person_id = md5('p7')::uuid"),
    ("attendance", "SELECT person_id FROM scip.attendance WHERE meeting_id = md5('m7')::uuid"),
    ("attendance", "SELECT meeting_id FROM scip.attendance WHERE person_id = md5('p7')::uuid")])
def test_what_a_caller_may_see_is_found_by_index(grown, role, claims, table, question):
    plan = grown(role, claims, question)
    assert f"Seq Scan on {table}" not in plan and "Index" in plan, plan


@pytest.mark.parametrize("table", ["hub_membership", "attendance"])
def test_all_that_a_lead_may_see_is_found_by_index(grown, table):
    """What an arm for the central team beside the lead's would forbid: it selects rows by no column."""
    plan = grown("scip_writer", {"roles": "hub_lead", "hubs_led": 1007, "hubs": 1007}, f"SELECT * FROM scip.{table}")
    assert f"Seq Scan on {table}" not in plan and "rows=80 " in plan, plan


@pytest.mark.parametrize("role", ["scip_anonymous", "scip_writer", "scip_central"])
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
    cursor.execute("ANALYZE scip.change")  # which has the plan made again
    cursor.execute("SET LOCAL ROLE " + role)
    cursor.execute("EXPLAIN (ANALYZE, TIMING off) EXECUTE freshness (%s)", (token,))
    plan = "\n".join(line for line, in cursor.fetchall())
    assert "Seq Scan on change" not in plan and "Index" in plan, plan


@pytest.mark.parametrize("role", ["scip_anonymous", "scip_central"])
@pytest.mark.parametrize("table, columns, values", [
    ("organisation", "slug, name, sources, confidence", "'plan-' || i, 'Plan ' || i, '{Plan}', 'high'"),
    ("event", "slug, title, title_source, kind, status, starts, sources, confidence",
     "'plan-' || i, 'Plan ' || i, 'page', (SELECT min(code) FROM term.event_kind), 'published', '2020-01-01', '{Plan}', 'high'")])
def test_what_changed_since_is_found_by_index(cursor, role, table, columns, values):
    """Among many that did not, as the list asks for it."""
    cursor.execute(f"""SET LOCAL session_replication_role = replica;
        INSERT INTO scip.{table} ({columns}, updated_at) SELECT {values}, timestamptz '2020-01-01' + i * interval '5 minutes' FROM generate_series(1, 4000) i;
        ANALYZE scip.{table};
        SET LOCAL session_replication_role = origin""")
    cursor.execute("SET LOCAL ROLE " + role)
    page = (QUERIES.parent / f"derived/list{table.title()}s.sql").read_text()
    given = {"modified_since": "timestamptz '2026-01-01'", "limit": "51", "lang": "'en'"}
    cursor.execute("EXPLAIN (ANALYZE, TIMING off) " + re.sub(r"(?<!:):([a-z]\w*)", lambda name: given.get(name[1], "NULL"), page))
    plan = "\n".join(line for line, in cursor.fetchall())
    assert f"{table}_updated_at_idx" in plan and f"Seq Scan on {table} " not in plan, plan


# Functions in SQL that are no part of the query which calls them, so that each query makes a plan of them: where that is no matter.
APART = {
    "once in a request, of one record": """ctx.decides ctx.uses_branding metric.breakdowns metric.query metric.quoted metric.rounded metric.rounded_answers scip.bookings_about
        scip.file_key scip.file_state scip.hub_operated scip.hub_status_on scip.is_demonstration scip.new_code scip.open_headings scip.open_until scip.page_filled
        scip.record_key scip.self_assessments_version scip.share scip.total_overlaps scip.total_period""",
    "of what a request says, which is worked out when the plan is made": "scip.parsed_query scip.org_id scip.search_term scip.search_query",
    "when a record is written or shown, a text or two": """scip.are_authors scip.are_partners scip.href scip.ical_status scip.lexemes scip.is_ambiguous scip.is_email scip.is_isbn scip.joined
        scip.page_number scip.page_title scip.parts_sum scip.same_parts scip.sheet_date scip.uri_segment""",
    "of an erasure": "scip.hub_of scip.sought scip.words_of",
    "a day's work, once": """scip.retain_booking_need scip.retain_feedback_comment scip.retain_file scip.retain_idempotency scip.retain_person scip.retain_personal_read
        scip.retain_redaction scip.retain_removal scip.retain_spent_token scip.retain_unknown_account""",
}


def test_what_is_asked_often_is_planned_once(cursor):
    """Each function in SQL that gives one value, and has no rights or settings of its own, becomes a part of the query; or is listed."""
    cursor.execute("""SELECT n.nspname || '.' || p.proname, array(SELECT format_type(t, NULL) FROM unnest(p.proargtypes) WITH ORDINALITY x (t, i) ORDER BY i)
        FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace JOIN pg_language l ON l.oid = p.prolang
        WHERE l.lanname = 'sql' AND p.prokind = 'f' AND NOT p.proretset AND NOT p.prosecdef AND p.proconfig IS NULL AND p.provariadic = 0
          AND p.prorettype <> ALL ('{record,void}'::regtype[]) AND n.nspname IN ('scip', 'ctx', 'metric', 'known', 'fact', 'facts', 'sum', 'recorded', 'counted', 'setting')""")
    functions = cursor.fetchall()
    apart = set()
    for name, types in functions:
        columns = ", ".join(f"NULL::{kind} AS a{i}" for i, kind in enumerate(types)) or "1"
        arguments = ", ".join(f"x.a{i}" for i in range(len(types)))
        cursor.execute(f"EXPLAIN (VERBOSE, COSTS off) SELECT {name}({arguments}) FROM (SELECT {columns} FROM generate_series(1, 2) OFFSET 0) x")
        if name.split(".")[1] + "(" in next(line for line, in cursor if "Output:" in line):
            apart.add(name)
    assert len(functions) > 100 and apart == {name for names in APART.values() for name in names.split()}


def test_whom_a_lead_knows_is_asked_once(cursor):
    """A sheet that is read, whatever the plan: of each person it took seconds."""
    cursor.execute("""
        SET LOCAL track_functions = 'all'; SET LOCAL enable_indexscan = off; SET LOCAL enable_bitmapscan = off; SET LOCAL enable_nestloop = off;
        SELECT set_config('scip.roles', '{hub_lead}', true), set_config('scip.hubs_led', '{1}', true), set_config('scip.hubs', '{1}', true);
        INSERT INTO scip.person (id, name) SELECT md5('known' || i)::uuid, 'Person ' || i FROM generate_series(1, 300) i;
        SELECT count(*) FROM scip.read_member_lines(1, (SELECT jsonb_build_object('rows', jsonb_agg(jsonb_build_object('line', i, 'values',
          jsonb_build_object('name', 'Person ' || i, 'person', md5('known' || i)::uuid)))) FROM generate_series(1, 300) i));""")
    assert cursor.fetchone() == (300,)
    cursor.execute("SELECT calls FROM pg_stat_xact_user_functions WHERE schemaname = 'ctx' AND funcname = 'people'")
    assert cursor.fetchone() == (1,)


def test_a_figure_is_explained_from_one_reading_of_its_facts(cursor):
    """Sum, records and what was left out: each reading of a large Alliance's facts takes a quarter of a second."""
    cursor.execute("""
        SET LOCAL track_functions = 'all'; SELECT set_config('scip.roles', '{central}', true);
        SELECT unrounded IS NULL, rows_included FROM scip.metric_explain('memberships', '2023-24', '{}', NULL, NULL, NULL, NULL, NULL)""")
    assert cursor.fetchone() == (True, 0)
    cursor.execute("SELECT schemaname, calls FROM pg_stat_xact_user_functions WHERE funcname = 'memberships' AND schemaname <> 'recorded'")
    assert cursor.fetchall() == [("facts", 1)]
