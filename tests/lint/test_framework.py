"""tests/api/framework.csv has each sentence of the Hub framework: who has to do what, by when, with which operations, and the test that
does it as that person. tests/api/test_a_year.py shows that none of these tests passes without its operations; here is held that the
list is whole and names what exists. What has no operation yet names the section of the issue that brings it, and can only become less."""
import ast
import csv
import json
import re

import harness
import pytest

# Who acts in the tests, and the role that their account has.
WHO = {"Applicant": "partner", "School": "partner", "Hub Lead": "hub_lead", "Lead of another Hub": "hub_lead", "Hub member": "hub_member",
       "Hub Leads Group": "group_member", "Practice Group": "group_member", "Board": "group_member", "Central team": "central",
       "Website": "website", "Visitor": None}
SECTIONS = range(1, 14)
ROWS = list(csv.DictReader((harness.ROOT / "tests/api/framework.csv").open()))
CONTRACT = json.loads((harness.ROOT / "openapi/openapi.json").read_text())
ROLES = {operation["operationId"]: [role for each in operation.get("security", ()) for role in each.get("bearer", [])] or None
         for _, _, operation in harness.operations(CONTRACT)}  # None: everybody, or any account
STORY = [node.name for node in ast.parse((harness.ROOT / "tests/api/test_a_year.py").read_text()).body if isinstance(node, ast.FunctionDef)]
TEXT = next(iter(sorted(harness.SHARED.glob("seeds/002_*.txt"))), None)


def faults(row, roles=ROLES, tests=STORY):
    """What is wrong with one row."""
    kinds = [bool(row["operations"] or row["test"]), bool(row["section"]), bool(row["asks_nothing"])]
    if sum(kinds) != 1:
        yield "has operations and a test, or a section, or a reason why nothing is asked"
    if not all(row[name] for name in ("place", "part")) or row["asks_nothing"] and any(row[name] for name in ("duty", "who", "by_when")):
        yield "has a place and a part, and no duty where nothing is asked"
    if not row["asks_nothing"] and not (row["duty"] and row["by_when"] and row["who"] in WHO):
        yield "a duty says what, who and by when"
    if row["section"] and row["section"] not in map(str, SECTIONS):
        yield f"section {row['section']} is none of the issue"
    if bool(row["operations"]) != bool(row["test"]):
        yield "operations have a test, and a test has operations"
    if row["test"] and row["test"] not in tests:
        yield f"{row['test']} is not in test_a_year.py"
    for operation in row["operations"].split():
        if operation not in roles:
            yield f"{operation} is not in the contract"
        elif roles[operation] and WHO.get(row["who"]) not in roles[operation]:
            yield f"{operation} is not for a {row['who']}"


def test_each_duty_names_what_there_is():
    assert len(ROWS) > 180 and {f"{row['place']} {row['duty']}": found for row in ROWS if (found := [*faults(row)])} == {}


def test_no_duty_stands_twice():
    named = [(row["place"], row["duty"], row["who"]) for row in ROWS]
    assert len(named) == len(set(named))


def places(text):
    """The sentences of a text: the number of the line, and in a line that has more of them .1, .2 …"""
    for number, line in enumerate(text.splitlines(), 1):
        parts = [line] if "\t" in line else re.split(r"(?<=[.?!])(?<!\d\.)(?<!e\.g\.)\s+(?=[A-Z])", line.strip())
        if line.strip():
            yield from [f"{number}.{part}" for part in range(1, len(parts) + 1)] if len(parts) > 1 else [str(number)]


@pytest.mark.skipif(not TEXT, reason="the text of the framework is not there")
def test_each_sentence_is_there_in_its_order():
    assert list(dict.fromkeys(row["place"] for row in ROWS)) == [*places(TEXT.read_text())]


def test_sentences_are_separated():
    assert [*places("One, e.g. This.\n\n1. Two. Three\n(2. Hub)\tfour. Five.\n")] == ["1", "3.1", "3.2", "4"]


GOOD = {"place": "1", "part": "Lead", "duty": "Meet", "who": "Hub Lead", "by_when": "soon", "operations": "meet", "test": "test_it",
        "asks_nothing": "", "section": ""}


@pytest.mark.parametrize("change", [
    {"operations": "meet leave"}, {"operations": "sign"}, {"test": "test_no"}, {"test": ""}, {"operations": ""},
    {"operations": "", "test": ""}, {"section": "3"}, {"who": "Somebody"}, {"who": "Board"}, {"by_when": ""}, {"place": ""}, {"duty": ""},
    {"asks_nothing": "a heading"}, {"operations": "", "test": "", "section": "14"},
    {"operations": "", "test": "", "asks_nothing": "a heading"}])
def test_the_gate_bites(change):
    gate = lambda row: [*faults(row, {"meet": ["hub_lead"], "sign": ["central"]}, ["test_it"])]
    assert gate(GOOD) == [] and gate({**GOOD, **change})


def test_nothing_asked_is_no_duty():
    said = {**dict.fromkeys(GOOD, ""), "place": "1", "part": "Lead", "asks_nothing": "a heading"}
    assert [*faults(said)] == [] and [*faults({**said, "section": "3"})]
