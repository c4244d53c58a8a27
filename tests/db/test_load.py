"""Migrations there and back, and the start data: loaded once, then unchanged, then what was edited.

TEST_DATABASE_URL is a superuser's URL of the cluster; these tests make a database of their own in it.
"""
import csv
import os
import re
import shutil
import subprocess
from pathlib import Path

import harness
import psycopg2
import psycopg2.extensions
import pytest

DB = Path(__file__).resolve().parents[2] / "db"
NAME = "scip_load_test"


def dsn(**changes):
    return psycopg2.extensions.make_dsn(os.environ["TEST_DATABASE_URL"], **changes)


def sqitch(*arguments):
    parameters = psycopg2.extensions.parse_dsn(dsn())
    address = "&".join(f"{key}={parameters[key]}" for key in ("host", "port") if key in parameters)
    command = ["sqitch", "--quiet", *arguments, f"db:pg://scip_migrator@/{NAME}?{address}"]
    subprocess.run(command, cwd=DB, check=True, capture_output=True, text=True)


def deploy():
    sqitch("deploy")
    subprocess.run(["psql", "-qXd", dsn(dbname=NAME, user="scip_migrator"), "-f", "views/load.sql"], cwd=DB, check=True)


@pytest.fixture(scope="module")
def database():
    harness.bare(dsn(), NAME)
    subprocess.run(["psql", "-qXd", dsn(dbname=NAME), "-f", DB / "bootstrap.sql"], check=True)  # running it again changes nothing
    yield dsn(dbname=NAME, user="scip_migrator")
    superuser = psycopg2.connect(dsn())
    superuser.autocommit = True
    superuser.cursor().execute(f"DROP DATABASE {NAME} WITH (FORCE)")
    superuser.close()


@pytest.fixture(scope="module")
def loaded(database):
    """The same with the start data, whatever the tests before have edited."""
    if not query(database, "SELECT EXISTS (SELECT FROM scip.hub)")[0][0]:
        load(DB, database)
    return database


@pytest.fixture
def files(tmp_path):
    """A copy of the files, to be edited."""
    return Path(shutil.copytree(DB, tmp_path / "db"))


def run(files, database):
    return subprocess.run([files / "load", database], capture_output=True, text=True)


def load(files, database):
    """{table: (inserted, updated, unchanged, removed)}"""
    result = run(files, database)
    assert result.returncode == 0, result.stderr
    rows = (line.split("|") for line in result.stdout.splitlines()[2:] if "|" in line)
    return {name.strip(): tuple(map(int, counts)) for name, *counts in rows}


def replace(path, old, new):
    text = path.read_text()
    assert old in text
    path.write_text(text.replace(old, new, 1))


def query(database, statement):
    connection = psycopg2.connect(database)
    try:
        with connection.cursor() as cursor:
            cursor.execute(statement)
            return cursor.fetchall()
    finally:
        connection.close()


def rows(path):
    with path.open(newline="") as file:
        return list(csv.DictReader(file))


def schema(database):
    """What pg_dump says of each object, in whatever order they were made."""
    dump = subprocess.run(["pg_dump", "--schema-only", "--exclude-schema=sqitch", database], check=True, capture_output=True, text=True).stdout
    blocks = re.split(r"^--\n-- (?=Name: )", re.sub(r"^\\(un)?restrict .*", "", dump, flags=re.M), flags=re.M)
    return sorted(block.strip() for block in blocks if not block.startswith("Name: SCHEMA ctx; Type: COMMENT"))  # when its views were loaded


def test_there_and_back(database):
    before = schema(database)
    sqitch("revert", "-y")
    assert query(database, "SELECT count(*) FROM pg_class WHERE relnamespace = 'scip'::regnamespace") == [(0,)]
    assert query(database, "SELECT proname::text FROM pg_proc WHERE pronamespace = 'scip'::regnamespace") == []
    deploy()
    assert schema(database) == before


def test_loaded_once_then_unchanged(database, files):
    expected = {path.stem: len(rows(path)) for path in (files / "data").glob("*.csv")}
    expected["term"] = sum(len(rows(path)) for path in (files / "terms").glob("*.csv"))
    assert load(files, database) == {name: (count, 0, 0, 0) for name, count in expected.items()}
    assert load(files, database) == {name: (0, 0, count, 0) for name, count in expected.items()}


def test_edits_are_taken_over(database, files, loaded):
    replace(files / "data/hub.csv", "Hub Cymru,GB-WLS", "Hub Cymru!,GB-WLS")
    replace(files / "data/hub_name.csv", "wales-hub,other,Wales Hub\n", "")
    replace(files / "data/headline_figure.csv", ",891,people", ",892,people")
    changed = {name: counts for name, counts in load(files, database).items() if counts[:2] + counts[3:] != (0, 0, 0)}
    assert {name: counts[:2] + counts[3:] for name, counts in changed.items()} == {
        "hub": (0, 1, 0), "hub_name": (0, 0, 1), "headline_figure": (0, 1, 0)}
    assert query(database, "SELECT version, value FROM scip.headline_figure WHERE slug = 'professionals-2019-22' ORDER BY 1") == [
        (1, 891), (2, 892)]


def test_a_term_is_changed_and_retired_never_removed(database, files, loaded):
    replace(files / "terms/phase.csv", "Early years,Blynyddoedd cynnar,", "Before school,Blynyddoedd cynnar,")
    replace(files / "terms/phase.csv", "primary,Primary,Cynradd,\n", "")
    replace(files / "terms/sector.csv", "charity,Charity,Elusen,,yes,,yes,", "charity,Charity,Elusen,yes,yes,,,")
    assert load(files, database)["term"][:2] == (0, 6)  # those behind the one that is gone move up
    assert query(database, "SELECT code, label, retired, properties FROM scip.term WHERE code IN ('early_years', 'primary', 'charity') ORDER BY 1") == [
        ("charity", "Charity", True, ["of_members"]), ("early_years", "Before school", False, []), ("primary", "Primary", True, [])]
    replace(files / "terms/phase.csv", "secondary,", "Second ary,")
    assert re.search(r"term\.csv: .*term_code_check", run(files, database).stderr)


def test_settings_are_constants_of_every_plan_and_days_are_not_moved(database, files, loaded):
    due = lambda: query(database, "SELECT scip.due_on('2030-31-Q1'), scip.academic_year('2030-08-31'), scip.quarter('2030-08-31')")
    assert [str(each) for each in due()[0]] == ["2030-12-21", "2029-30", "2029-30-Q4"]
    plan = "\n".join(row[0] for row in query(database, "EXPLAIN VERBOSE SELECT at AT TIME ZONE setting.zone() FROM scip.audit"))
    assert "'Europe/London'::text" in plan and "setting." not in plan
    replace(files / "settings.csv", "update_due_days,int,21", "update_due_days,int,30")
    load(files, database)
    assert str(due()[0][0]) == "2030-12-30"
    replace(files / "settings.csv", "year_month,int,9", "year_month,int,8")
    assert "settings.csv: year_month is 9 where there are records" in run(files, database).stderr


def test_a_renamed_record_is_found_by_its_former_slug(database, files, loaded):
    connection = psycopg2.connect(database)
    with connection, connection.cursor() as cursor:
        cursor.execute("UPDATE scip.hub SET slug = 'hub-cymru' WHERE slug = 'wales-hub'")
    connection.close()
    assert load(files, database)["hub"][0] == 0
    assert query(database, "SELECT count(*) FROM scip.hub WHERE slug IN ('wales-hub', 'hub-cymru')") == [(1,)]


@pytest.mark.parametrize("file, old, new, message", [
    ("hub_lead", "linchigher", "nobody", r'hub_lead\.csv: unknown organisation "nobody"'),
    ("event", "GB-ENG", "GB-XXX", r"event\.csv: .*nation"),
    ("event", "2016-06-23", "2016-06-31", r"event\.csv: .*partial_date"),
    ("news", "title_source", "source_of_title", r"news\.csv: .*column"),
])
def test_a_wrong_file_changes_nothing(database, files, loaded, file, old, new, message):
    replace(files / "data/document.csv", "Theory Of Change 2021", "Theory")
    replace(files / f"data/{file}.csv", old, new)
    result = run(files, database)
    assert result.returncode != 0
    assert re.search(message, result.stderr), result.stderr
    assert query(database, "SELECT count(*) FROM scip.document WHERE title LIKE '%Theory'") == [(0,)]


def test_start_data_keep_what_is_known(database, files):
    load(DB, database)
    figures = query(database, """SELECT DISTINCT ON (slug) metric, value::int, qualifier FROM scip.headline_figure
        WHERE period_text = '2019-22' AND kind = 'alliance' ORDER BY slug, version DESC""")
    assert set(figures) == {
        ("professionals", 891, "exact"), ("hubs", 12, "exact"), ("host_partners", 21, "exact"), ("network_events", 178, "exact"),
        ("resource_bank_users", 23750, "exact"), ("training_delegates", 600, "over"), ("toolkit_rated_highly", 84, "exact"),
        ("research_documents_downloaded", 1800, "exact")}
    assert query(database, "SELECT count(*) FROM scip.hub_lead WHERE evidence_kind = 'dated'") == [(0,)]
    assert query(database, "SELECT starts, earliest_on::text FROM scip.event WHERE slug = 'annual-conference-2025'") == [("2025", "2025-01-01")]
    text = "".join(path.read_text() for path in (DB / "data").glob("*.csv"))
    assert "seed:" not in text and "@" not in text


def test_what_accounts_wrote_is_theirs(files, database):
    """An edit, a deletion and a corrected figure made by an account outlive the next release's files."""
    with psycopg2.connect(database) as connection, connection.cursor() as cursor:
        cursor.execute("SELECT set_config('scip.account', gen_random_uuid()::text, true)")
        cursor.execute("UPDATE scip.organisation SET name = 'As the people call it' WHERE slug = 'university-of-winchester'")
        cursor.execute("DELETE FROM scip.news WHERE slug = (SELECT min(slug) FROM scip.news) RETURNING slug")
        gone = cursor.fetchone()[0]
        cursor.execute("""INSERT INTO scip.headline_figure (slug, version, metric, kind, title, value, unit, qualifier, sources, confidence)
                          SELECT slug, version + 1, metric, kind, title, value + 1, unit, qualifier, sources, confidence
                          FROM scip.headline_figure f WHERE slug = (SELECT min(slug) FROM scip.headline_figure) ORDER BY version DESC LIMIT 1
                          RETURNING slug, version""")
        figure = cursor.fetchone()
    names = files / "data/organisation_name.csv"
    names.write_text(re.sub(r"^(university-of-winchester),.*$", r"\1,other,A name of the files", names.read_text(), flags=re.M))
    load(files, database)
    with psycopg2.connect(database) as connection, connection.cursor() as cursor:
        cursor.execute("SELECT name FROM scip.organisation WHERE slug = 'university-of-winchester'")
        assert cursor.fetchone() == ("As the people call it",)
        cursor.execute("SELECT count(*) FROM scip.news WHERE slug = %s", (gone,))
        assert cursor.fetchone() == (0,)
        cursor.execute("SELECT slug, max(version) FROM scip.headline_figure WHERE slug = %s GROUP BY 1", (figure[0],))
        assert cursor.fetchone() == figure
        cursor.execute("SELECT count(*) FROM scip.organisation_name WHERE name = 'A name of the files'")
        assert cursor.fetchone() == (0,)
