"""The bounds of tests/limits.json hold. What is counted does not change: who has more to say has to say it more shortly, or why not."""
import json

import harness
import pytest
from test_source import lines_of_code

LIMITS = json.loads((harness.ROOT / "tests/limits.json").read_text())
SOURCES = {path: path.read_text().splitlines() for path in sorted((harness.ROOT / "openapi").rglob("*.yaml"))}
OPERATIONS = sum(len(item) for item in json.loads((harness.ROOT / "openapi/openapi.json").read_text())["paths"].values())
MEASURES = {
    "contract lines": lambda: sum(len(lines) for lines in SOURCES.values()),  # of YAML, empty and comments too
    "contract columns": lambda: max(len(line) for lines in SOURCES.values() for line in lines),
    "contract lines per operation": lambda: sum(len(lines) for path, lines in SOURCES.items() if path.parent.name == "paths") / OPERATIONS,
    "statements by hand": lambda: len(list((harness.ROOT / "db/queries").glob("*.sql"))),  # those of the engine too
    **{f"lines of code: {part}": (lambda part=part: lines_of_code()[part]) for part in ("engine", "tokens", "counter", "handlers", "api")}}


def test_every_bound_is_measured():
    assert LIMITS.keys() == MEASURES.keys() and OPERATIONS > 300


@pytest.mark.parametrize("name", LIMITS)
def test_bound(name):
    assert 0 < MEASURES[name]() <= LIMITS[name]
