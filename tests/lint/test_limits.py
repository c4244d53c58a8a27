"""The bounds of tests/limits.json hold. What is counted does not change: who has more to say has to say it more shortly, or why not."""
import csv
import json
import re
import subprocess

import harness
import pytest
from test_source import generators, lines_of_code, lines_of_python

LIMITS = json.loads((harness.ROOT / "tests/limits.json").read_text())
SOURCES = {path: path.read_text().splitlines() for path in sorted((harness.ROOT / "openapi").rglob("*.yaml"))}
SQL = [line for path in sorted((harness.ROOT / "db").glob("*/*.sql")) if path.parent.name in ("deploy", "views", "queries", "metrics")
       for line in path.read_text().splitlines()]
TEMPLATES = [line for path in (harness.ROOT / "script/generators/templates").iterdir() for line in path.read_text().splitlines() if line.strip()]
FRAMEWORK = harness.ROOT / "tests/api/framework.csv"
CONTRACT = json.loads((harness.ROOT / "openapi/openapi.json").read_text())
OPERATIONS = sum(len(item) for item in CONTRACT["paths"].values())
MEASURES = {
    "contract lines": lambda: sum(len(lines) for lines in SOURCES.values()),  # of YAML, empty and comments too
    "contract columns": lambda: max(len(line) for lines in SOURCES.values() for line in lines),
    "contract lines per operation": lambda: sum(len(lines) for path, lines in SOURCES.items() if path.parent.name == "paths") / OPERATIONS,
    "objects without an example": lambda: sum("object" in schema.get("type", ()) and "examples" not in schema and not name.endswith("List")
                                              for name, schema in CONTRACT["components"]["schemas"].items()),
    "duties without an operation": lambda: sum(bool(row["section"]) for row in csv.DictReader(FRAMEWORK.open())),
    "statements by hand": lambda: len(list((harness.ROOT / "db/queries").glob("*.sql"))),  # those of the engine too
    "SQL lines": lambda: len(SQL),  # of the schema, its views, the statements by hand and the metrics, empty and comments too
    "SQL columns": lambda: max(len(line) for line in SQL),
    "lines of code: generators": lambda: sum(map(lines_of_python, generators().values())) + len(TEMPLATES),  # comments and docstrings not
    **{f"lines of code: {part}": (lambda part=part: lines_of_code()[part]) for part in ("engine", "tokens", "counter", "handlers", "api")}}
IN_TEST_SOURCE = {"lines of a function", "lines of a file", "lines of a header", "functions named twice"}  # each file against them, there


def test_every_bound_is_measured():
    bounds = {name for name in LIMITS if not name.startswith("old word: ")}  # those are in test_old_words
    assert bounds == MEASURES.keys() | IN_TEST_SOURCE and OPERATIONS > 300


@pytest.mark.parametrize("name", MEASURES)
def test_bound(name):
    assert min(1, LIMITS[name]) <= MEASURES[name]() <= LIMITS[name]  # a bound of nothing is met by nothing


def git(*words):
    return subprocess.run(["git", *words], cwd=harness.ROOT, check=True, text=True, stdout=subprocess.PIPE).stdout


def loosened(before, after, message):
    """The bounds that are higher or gone, of which the message has no line `Raises: name, why`."""
    said = re.findall(r"^Raises: (.+?), \S", message, re.M)
    return [name for name in before if after.get(name, before[name] + 1) > before[name] and name not in said]


def test_a_bound_is_raised_with_its_reason_alone():
    path = "tests/limits.json"
    commits = [line.split() for line in git("log", "--no-merges", "--format=%H %P", "--", path).splitlines()]
    text = {commit: json.loads(git("show", f"{commit}:{path}")) for commit, *_ in commits}
    assert text, "tests/limits.json has no history"
    first = {commits[-1][0]}  # where it began, or where a shallow clone does
    faults = {commit: loosened(json.loads(git("show", f"{parents[0]}:{path}")), text[commit], git("log", "-1", "--format=%B", commit))
              for commit, *parents in commits if commit not in first}
    faults["what is not committed"] = loosened(text[commits[0][0]], LIMITS, "")
    assert {commit: names for commit, names in faults.items() if names} == {}


@pytest.mark.parametrize("after, message, names", [
    ({"lines": 5}, "", []), ({"lines": 6}, "tests: Raise it", ["lines"]), ({}, "", ["lines"]), ({"lines": 4, "more": 9}, "", []),
    ({"lines": 6}, "tests: Raise it\n\nRaises: lines, because\n", []), ({"lines": 6}, "Raises: lines,\n", ["lines"]), ({}, "Raises: lines, it is gone", [])])
def test_the_gate_bites(after, message, names):
    assert loosened({"lines": 5}, after, message) == names
