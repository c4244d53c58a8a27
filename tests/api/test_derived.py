"""What script/derive writes is what is committed, it refuses what it cannot make, and the engine reads both folders."""
import os
import re
import shutil
import subprocess

import harness
import pytest


def derive(folder, database, *options, script="derive"):
    """Exit status and what it says, of a tree with the script, the descriptions, the statements and the contract."""
    done = subprocess.run([folder / "script" / script, *options], text=True, capture_output=True, env={**os.environ, "DATABASE_URL": database})
    return done.returncode, done.stderr


@pytest.fixture
def tree(tmp_path):
    for folder in ("db/queries", "db/derived", "script/generators"):
        shutil.copytree(harness.ROOT / folder, tmp_path / folder)
    for file in ("script/derive", "db/resources.yaml", "openapi/openapi.json", "openapi/problems.csv", "openapi/states.csv"):
        (tmp_path / file).parent.mkdir(exist_ok=True)
        shutil.copy(harness.ROOT / file, tmp_path / file)
    return tmp_path


def edit(folder, file, old, new):
    text = (folder / file).read_text()
    assert old in text, old
    (folder / file).write_text(text.replace(old, new, 1))


def test_what_is_committed_is_what_it_writes(cluster):
    assert derive(harness.ROOT, cluster.url("postgres"), "--check") == (0, "")


def test_the_rules_of_operations_are_what_the_schema_raises(tree, cluster):
    """openapi/rules.csv is what script/rules finds; where a statement reaches less, or a function refuses more, it says so."""
    for name in ("script/rules", "openapi/constraints.csv", "openapi/rules.csv"):
        shutil.copy(harness.ROOT / name, tree / name)
    assert derive(tree, cluster.url("postgres"), "--check", script="rules") == (0, "")
    (tree / "db/derived/deleteEvent.sql").write_text("SELECT NULL::int AS _status, CASE WHEN :slug = '' THEN 'session-full' END AS _rule\n")
    assert derive(tree, cluster.url("postgres"), "--check", script="rules") == (1, "openapi/rules.csv is not what script/rules writes\n")
    assert derive(tree, cluster.url("postgres"), script="rules") == (0, "") and "deleteEvent,session-full\n" in (tree / "openapi/rules.csv").read_text()


def test_it_writes_what_is_missing_and_removes_what_is_too_much(tree, cluster):
    """The second time there is nothing to do."""
    (tree / "db/derived/getRegion.sql").unlink()
    edit(tree, "db/derived/getNewsItem.sql", "slug", "'slug' AS slug")
    shutil.copy(tree / "db/derived/getStrategy.sql", tree / "db/queries/getStrategy.sql")
    status, said = derive(tree, cluster.url("postgres"), "--check")
    assert status == 1 and re.findall(r"db/derived/(\w+)\.sql", said) == ["getNewsItem", "getRegion", "getStrategy"]
    assert derive(tree, cluster.url("postgres")) == derive(tree, cluster.url("postgres"), "--check") == (0, "")
    (tree / "db/queries/getStrategy.sql").unlink()
    assert derive(tree, cluster.url("postgres")) == (0, "")
    same = lambda name: (tree / "db/derived" / name).read_text() == (harness.ROOT / "db/derived" / name).read_text()
    assert all(same(f"{name}.sql") for name in ("getRegion", "getNewsItem", "getStrategy"))


@pytest.mark.parametrize("old, new, message", [
    ("view: vocabularies,", "view: territories,", "there is no relation territories"),
    ("view: vocabularies,", "vue: vocabularies,", '/v1/vocabularies/{code} has an unknown key "vue"'),
    ("{view: vocabularies, list: {order: _ordinal}}", "{view: vocabularies, list: {ordre: _ordinal}}",
     'the list of /v1/vocabularies/{code} has an unknown key "ordre"'),
    ("{view: vocabularies, list: {order: _ordinal}}", "{view: [vocabularies], list: {order: _ordinal}}",
     '"view" of /v1/vocabularies/{code} is a text'),
    ("rename: {name: label}", "rename: {name: [label]}", '"rename" of /v1/accounts/{id} is a map, each a text'),
    ("{view: vocabularies,", "{view: courses,", "code is no column of courses"),
    ("/v1/regions/{slug}:", "/v1/regions/{word}:", "/v1/regions/{word}: word is no column of regions"),
    ("  rename: {period: period_text, from: starts, to: ends}\n", "  rename: {from: starts, to: ends}\n", "Strategy: there is no column for period"),
    ("submitHubApplication: ", "submitApplication: ", "there is no operation submitApplication"),
    ("{status: ':decision', decision_note: ':note'}", "{status: ':decision'}", "decideHubApplication: nothing takes note"),
    ("list: {order: {title: _sort, published:", "list: {order: {name: _sort, published:", "listDocuments: order is not of the values of sort")])
def test_what_cannot_be_made_is_refused(tree, cluster, old, new, message):
    """With what is wrong and where, and nothing is written."""
    before = {path: path.stat().st_mtime_ns for path in (tree / "db/derived").iterdir()}
    edit(tree, "db/resources.yaml", old, new)
    status, said = derive(tree, cluster.url("postgres"))
    assert status == 1 and re.match(r"db/resources\.yaml:\d+: ", said) and message in said and len(said.splitlines()) == 1, said
    assert before == {path: path.stat().st_mtime_ns for path in (tree / "db/derived").iterdir()}


@pytest.fixture
def engine_folder(tmp_path):
    shutil.copytree(harness.FIXTURE, tmp_path / "engine")
    (tmp_path / "engine/derived").mkdir()
    return tmp_path / "engine"


def check(folder):
    """Exit status and faults of the engine's contract with the statements of both folders."""
    done = harness.expand("openapi.yaml", "openapi.json", "queries", cwd=folder)
    if done.returncode:
        return done.returncode, done.stderr
    env = {**os.environ, "CONTRACT": "openapi.json", "DOCS": str(harness.ROOT / "clients/docs"), "ASAN_OPTIONS": "detect_leaks=0"}
    done = subprocess.run([harness.BINARY, "check"], text=True, capture_output=True, cwd=folder, env=env)
    return done.returncode, done.stderr


def test_both_folders_are_read(engine_folder):
    (engine_folder / "queries/getSlow.sql").rename(engine_folder / "derived/getSlow.sql")
    assert check(engine_folder)[0] == 0
    edit(engine_folder, "derived/getSlow.sql", ":seconds", ":minutes")
    status, said = check(engine_folder)
    assert status == 1 and re.search(r"^derived/getSlow.sql:\d+: :minutes is neither", said, re.M), said


def test_a_statement_in_both_folders_is_a_fault(engine_folder):
    shutil.copy(engine_folder / "queries/getSlow.sql", engine_folder / "derived/getSlow.sql")
    status, said = check(engine_folder)
    assert status == 1 and "derived/getSlow.sql: queries/getSlow.sql is there too" in said, said


def test_a_derived_statement_without_an_operation_is_a_fault(engine_folder):
    shutil.copy(engine_folder / "queries/getSlow.sql", engine_folder / "derived/getFast.sql")
    status, said = check(engine_folder)
    assert status == 1 and "getFast.sql belongs to no operation of the contract" in said, said
