"""The demonstration alliance: it derives what the Alliance published of 2019-22, and nobody takes it for real.

TEST_DATABASE_URL is a superuser's URL of the cluster; these tests make a database of their own in it.
"""
import contextlib
import os
import random
import re
import subprocess
import time
from concurrent.futures import ThreadPoolExecutor
from decimal import Decimal
from pathlib import Path

import harness
import psycopg2
import psycopg2.extensions
import pytest
from datapackage.reading import read_by, unpack

NAME = "scip_demo_test"
DB = harness.ROOT / "db"
PUBLISHED = {"professionals": (891, 891), "hubs": (12, 12), "host_partners": (21, 21), "network_events": (178, 178), "resource_bank_users": (23750, 23750),
             "training_delegates": (600, 612), "toolkit_rated_highly": (84, 84), "research_documents_downloaded": (1800, 1800)}
# what --demo takes from the files, and what a trigger writes
REFERENCE = {"region", "pathway_step", "terms_template", "alliance_group", "toolkit_principle", "toolkit_fact", "strategy", "strategy_theme", "headline_figure", "historical_metric",
             "evaluation_metric", "evaluation_question", "metric"}


def dsn(**changes):
    return psycopg2.extensions.make_dsn(os.environ["TEST_DATABASE_URL"], **changes)


def superuser(statement, name="postgres"):
    connection = psycopg2.connect(dsn(dbname=name))
    connection.autocommit = True
    connection.cursor().execute(statement)
    connection.close()


def migrate(name, **env):
    given = psycopg2.extensions.parse_dsn(dsn())
    return subprocess.run([DB / "migrate"], capture_output=True, text=True, env={
        **os.environ, "QUIET": "1", "PGHOST": given["host"], "PGPORT": given.get("port", "5432"), "PGUSER": "postgres", "PGDATABASE": name, **env})


def load(*arguments):
    return subprocess.run([DB / "load", *arguments, dsn(dbname=NAME, user="scip_migrator")], capture_output=True, text=True)


@pytest.fixture(scope="module")
def seconds():
    """The demonstration, and how long its load had a processor: others may be at work."""
    harness.bare(dsn(), NAME)
    connection, had = psycopg2.connect(dsn()), {}
    connection.autocommit = True
    with connection.cursor() as cursor, ThreadPoolExecutor(1) as pool:
        done = pool.submit(load, "--demo")
        while not done.done():
            time.sleep(0.05)
            cursor.execute("SELECT pid FROM pg_stat_activity WHERE datname = %s", (NAME,))
            for pid, in cursor.fetchall():
                with contextlib.suppress(FileNotFoundError):
                    had[pid] = int(Path(f"/proc/{pid}/schedstat").read_text().split()[0]) / 1e9
    connection.close()
    assert done.result().returncode == 0, done.result().stderr
    yield sum(had.values())
    superuser(f"DROP DATABASE {NAME} WITH (FORCE)")


@pytest.fixture(scope="module")
def query(seconds):
    connection = psycopg2.connect(dsn(dbname=NAME, user="scip_migrator"))
    connection.autocommit = True

    def query(statement):
        with connection.cursor() as cursor:
            cursor.execute(statement)
            return cursor.fetchall()
    yield query
    connection.close()


@pytest.fixture(scope="module")
def demo(seconds):
    server = harness.Server("demo", DATABASE_URL=dsn(dbname=NAME, user="scip_anonymous"))
    yield server
    server.stop()


def tables_with(query, *columns):
    return query(f"""SELECT c.table_name, c.column_name FROM information_schema.columns c JOIN information_schema.tables t USING (table_schema, table_name)
        WHERE c.table_schema = 'scip' AND t.table_type = 'BASE TABLE' AND c.column_name IN {columns + columns[:1]} ORDER BY 1, 2""")


def test_it_derives_what_was_published(demo):
    items = demo.get("/v1/headline-comparisons?period=2019-22").json["items"]
    assert {item["metric"]: (item["published_value"], item["calculated_value"]) for item in items} == PUBLISHED
    assert all(item["agrees"] is True and item["status"] == "value" for item in items), items


def test_records_alone_give_the_same_as_the_release(query):
    """What a release says is what the rows are counted to, without the disclosure control that changes none of these."""
    counted = query("""SELECT m.code, s.value FROM scip.metric m, metric.period('strategy-2019-22') p, metric.sums(m.code, p.first_day, p.last_day, NULL, '{}') s""")
    assert {code: value for code, value in counted if code in PUBLISHED} == {code: derived for code, (_, derived) in PUBLISHED.items()}


def test_each_figure_leaves_something_out(query):
    """Distinctness, dates and statuses are needed for the figures: rows without a check would give others."""
    assert query("SELECT count(*) FROM scip.hub_membership WHERE starts <= '2022-12-31' AND (ends IS NULL OR ends > '2022-12-31')") == [(924,)]
    assert query("SELECT count(*) FROM scip.hub") == [(13,)] and query("SELECT count(DISTINCT organisation_id) FROM scip.hub_lead") == [(24,)]
    assert query("SELECT count(*) FROM scip.event") == [(207,)] and query("SELECT count(*) FROM scip.booking") == [(792,)]
    assert query("SELECT sum(value) FROM scip.historical_total WHERE metric = 'research_documents_downloaded'") == [(6900,)]
    leads = "SELECT count(*) AS n FROM scip.hub_lead WHERE period @> date '2022-12-31' GROUP BY hub_id"
    assert query(f"SELECT n, count(*) FROM ({leads}) l GROUP BY 1 ORDER BY 1") == [(1, 3), (2, 9)]


def test_small_numbers_are_not_told(demo):
    answer = demo.get("/v1/metrics/outreach_young_people/values?period=2021-22&by=hub")
    assert answer.status == 200, answer.text
    cells = answer.json["items"]
    assert {"value", "suppressed"} <= {cell["status"] for cell in cells}
    assert all(cell["value"] is None for cell in cells if cell["status"] == "suppressed")


def test_a_second_load_changes_nothing(seconds, query):
    state = """SELECT (SELECT max(id) FROM scip.history), (SELECT max(id) FROM scip.audit), (SELECT max(id) FROM scip.change),
        (SELECT md5(string_agg(c::text, '|' ORDER BY c::text)) FROM scip.release_cell c), (SELECT count(*) FROM scip.release)"""
    before = query(state)
    done = load("--demo")
    assert done.returncode == 0, done.stderr
    rows = [line.split("|") for line in done.stdout.splitlines()[2:] if "|" in line]
    assert rows and all([int(inserted), int(updated), int(removed)] == [0, 0, 0] for _, inserted, updated, _, removed in rows)
    assert query(state) == before


def test_each_page_says_so(demo, query):
    year = demo.get("/v1/network/evaluations?limit=1").json["items"][0]["year"]
    for page in ("/", f"/v1/network/evaluations/{year}/document"):
        assert re.search(r'<p class="demonstration"><strong>Demonstration\.</strong> None of these', demo.get(page).text), page
    assert query("SELECT scip.is_demonstration()") == [(True,)]
    assert "Demonstration data" in demo.get("/v1/organisations?limit=1").json["items"][0]["sources"], "by which /docs knows"


def test_others_read_all_of_it(demo, tmp_path):
    """The archive by the reference reader of its format and by pandas; all metrics within the time that a statement has."""
    folder = unpack(demo, tmp_path / "demo")
    assert read_by("check.py", "frictionless", [folder]) == []
    rows = {name.rpartition("/")[2]: count for name, (count, _) in read_by("readers.py", "python", [folder]).items()}
    assert rows["metric-values.csv"] > 5000 and rows["network-evaluation-figures.csv"] > 300, rows
    most = demo.get("/v1/metric-values?period=2023-M06..2026-M03&format=csv")
    assert most.status == 200 and most.text.count("\n") > 10000, "nearly as much as may be asked for at once"


def test_it_is_loaded_quickly(seconds):
    assert 1 < seconds < 20


def test_it_never_meets_records_of_an_alliance(query):
    refused = load()
    assert refused.returncode != 0 and "this database holds a demonstration" in refused.stderr
    superuser(f"DROP DATABASE IF EXISTS {NAME}_real WITH (FORCE)")
    superuser(f"CREATE DATABASE {NAME}_real TEMPLATE scip")  # the one of the other tests holds the start data
    try:
        refused = migrate(f"{NAME}_real", DEMO="1")
        assert refused.returncode != 0 and "this database holds records" in refused.stderr
    finally:
        superuser(f"DROP DATABASE {NAME}_real WITH (FORCE)")


def test_every_name_is_labelled(query):
    for table, column in tables_with(query, "name", "title", "name_cy", "title_cy", "organisation_name"):
        if table in REFERENCE:
            continue
        beyond = " AND meeting_id IN (SELECT id FROM scip.meeting WHERE hub_id IS NULL)" if table == "agenda_item" else ""  # a Hub's agenda is laid for it
        wrong = query(f"SELECT {column} FROM scip.{table} WHERE {column} !~ '^Demonstration '{beyond} LIMIT 3")
        assert not wrong, (table, wrong)
    assert query("SELECT count(*) FROM scip.person WHERE name ~ '^Demonstration Person [0-9]{4}$'") == [(970,)]


def test_every_source_is_labelled(query):
    for table, _ in tables_with(query, "sources"):
        if table not in REFERENCE:
            assert not query(f"SELECT sources FROM scip.{table} WHERE sources <> '{{Demonstration data}}' LIMIT 3"), table


def test_every_address_is_an_example(query):
    """RFC 2606, 3."""
    text = (DB / "demo.sql").read_text()
    assert set(re.findall(r"@([\w.-]+)'", text)) == {"example.org"} and set(re.findall(r"https?://([^/']+)", text)) == {"example.org"}
    assert query("SELECT count(*) FROM scip.person WHERE email !~ '@example\\.org$'") == [(0,)]


def test_nothing_hangs_on_chance_or_on_the_day():
    """But what the tables stamp themselves."""
    text = re.sub(r"--.*", "", (DB / "demo.sql").read_text())
    assert not re.search(r"random|today\(|current_date|clock_timestamp|DISABLE|session_replication_role", text, re.I)
    assert {line.split(" SET ")[1].split(" = ")[0] for line in text.splitlines() if "now()" in line} == {"agenda_completed_at", "attendance_shared_at"}


def test_the_service_agrees(seconds):
    done = subprocess.run([harness.BINARY, "check", "--db"], cwd=harness.ROOT, capture_output=True, text=True, env={
        **os.environ, "DATABASE_URL": dsn(dbname=NAME, user="scip_anonymous"), "WRITER_DATABASE_URL": dsn(dbname=NAME, user="scip_writer"),
        "CENTRAL_DATABASE_URL": dsn(dbname=NAME, user="scip_central")})
    assert done.returncode == 0, done.stderr


def test_a_figure_is_explained_by_its_rows(demo):
    explained = demo.get("/v1/metrics/network_events/explanation?period=strategy-2019-22")
    assert explained.status == 200, explained.text
    assert explained.json["rows_included"] == 178 == len(explained.json["records"]) and explained.json["rows_excluded"], explained.json
    assert demo.get("/v1/metrics/professionals/explanation?period=strategy-2019-22").json["rows_included"] is None, "members are nobody else's to count"


def test_live_as_of_now_and_explained_are_one(query):
    """200 figures drawn at random: what is published now, what the history of now gives, and what the rows of its explanation add up to."""
    chance = random.Random(29)
    metrics = query("SELECT code, breakdowns, measure FROM scip.metric WHERE privacy = 'exact' ORDER BY ordinal")
    periods = [f"{y}-{(y + 1) % 100}" for y in range(2018, 2023)] + [f"{y}-{(y + 1) % 100}-Q{q}" for y in range(2019, 2022) for q in range(1, 5)] + ["2020", "2021-M05", "strategy-2019-22"]
    query("SELECT set_config('scip.roles', '{central}', false)")
    facts = dict(query("SELECT code, metric.query(code, false) FROM scip.metric"))
    numbers = 0
    for _ in range(200):
        code, breakdowns, measure = chance.choice(metrics)
        by, period = chance.choice(["", *breakdowns]), chance.choice(periods)
        live = query(f"""SELECT a.hub_id, a.hub_slug, a.of_nation, a.of_category, a.value, a.numerator, a.denominator, a.status, a."from", a."to", a.basis
            FROM scip.metric_answer('{code}', ARRAY['{period}'], string_to_array('{by}', '+'), NULL, NULL, NULL, NULL, NULL) a ORDER BY 1, 3, 4""")
        hub, slug, nation, category, value, part, whole, status, first, last, basis = chance.choice(live)
        here = (hub, nation, category)
        if code.endswith("_users") or "documents" in code or "requests" in code:
            continue  # uses have no history: they are never rewritten
        # the history of now gives what the tables give
        now, then = (query(f"SELECT s.hub_id, s.nation, s.category, s.value, s.part, s.whole FROM metric.sums('{code}', '{first}', '{last}', {known}, string_to_array('{by}', '+')) s ORDER BY 1, 2, 3")
                     for known in ("NULL", "clock_timestamp() + interval '1 day'"))
        assert now == then, (code, by, period)
        summed = {row[:3]: row[3:] for row in now}
        if status == "value":
            numbers += 1
            assert summed[here] == (value, part, whole), (code, by, period, here)
        # and so do the rows that explain it
        given = ", ".join(f"'{word}'" if word else "NULL" for word in (slug, nation, category))
        (counted, rows, left_out, said), = query(f"""SELECT e.unrounded, e.rows_included, e.rows_excluded, e.value FROM scip.metric_explain('{code}', '{period}', string_to_array('{by}', '+'), {given}, NULL, NULL) e""")
        part_of = " AND ".join(f"f.{column} IS NOT DISTINCT FROM {word}" for column, word, name in (("hub_id", hub or "NULL", "hub"), ("nation", f"'{nation}'" if nation else "NULL", "nation"),
                               ("category", f"'{category}'" if category else "NULL", "category")) if name in by.split("+")) or "true"
        (one, weights, above, ins, outs), = query(f"""SELECT count(DISTINCT f.subject) FILTER (WHERE f.left_out IS NULL), coalesce(sum(f.weight) FILTER (WHERE f.left_out IS NULL AND f.subject IS NULL), 0),
            coalesce(sum(f.part) FILTER (WHERE f.left_out IS NULL), 0), count(*) FILTER (WHERE f.left_out IS NULL), count(*) FILTER (WHERE f.left_out IS NOT NULL)
            FROM (SELECT date '{first}' AS first_day, date '{last}' AS last_day, metric.until('{last}', NULL) AS until_day, NULL::timestamptz AS known_at, true AS returns) p
            CROSS JOIN LATERAL ({facts[code]}) f WHERE {part_of}""")
        assert (said, rows, sum(row["rows"] for row in left_out)) == (value, ins, outs), (code, by, period, here)
        if status == "value":
            assert Decimal(str(counted["value"])) == value and ((part, whole) == (above, weights) if measure == "share" else value == one + weights), (code, by, period, here)
    query("SELECT set_config('scip.roles', '{}', false)")
    assert numbers > 60, numbers
