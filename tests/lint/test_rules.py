"""Every rule that a request can break is listed in openapi/problems.csv, with what it means and what to do, and every rule of the list
is raised by something: the database, a statement, a constraint or the engine."""
import csv
import importlib.machinery
import importlib.util
import json
import re

import harness
import pytest
from generators.contract.engine import OWN
from test_source import sources

spec = importlib.util.spec_from_loader("rules", importlib.machinery.SourceFileLoader("rules", str(harness.ROOT / "script/rules")))
script = importlib.util.module_from_spec(spec)
spec.loader.exec_module(script)

PROBLEMS = {row["rule"]: row for row in csv.DictReader((harness.ROOT / "openapi/problems.csv").open())}
CONSTRAINTS = {row["constraint"]: row for row in csv.DictReader((harness.ROOT / "openapi/constraints.csv").open())}
STATES = {row["state"]: row for row in csv.DictReader((harness.ROOT / "openapi/states.csv").open())}
RULE = re.compile(r"'([a-z]+(?:-[a-z]+)+)'")


def statements():
    for folder in ("deploy", "views", "queries", "derived", "metrics"):
        for path in sorted((harness.ROOT / "db" / folder).glob("*.sql")):
            yield f"{folder}/{path.name}", re.sub(r"--[^\n]*", "", path.read_text())


def arguments(text, start):
    """What stands between the parentheses that open at start, each argument by itself."""
    depth, quoted, found, since = 0, False, [], start + 1
    for i in range(start, len(text)):
        quoted ^= text[i] == "'"
        if quoted:
            continue
        depth += (text[i] == "(") - (text[i] == ")")
        if depth == 0 or depth == 1 and text[i] == ",":
            found.append(text[since:i].strip())
            since = i + 1
        if depth == 0:
            return found


def refusals():
    """Of each scip.refuse(): where, the states and the rules that it can give."""
    for where, text in statements():
        for call in re.finditer(r"scip\.refuse(?=\()", text):
            status, rule, *_ = arguments(text, call.end())
            if "RAISE" in text[call.end():call.end() + 400] and "status int" in status:
                continue  # its definition
            rules = re.findall(r"'([a-z]+(?:-[a-z]+)*)'", re.sub(r"(\bWHEN|=|<>) '\w+'", "", rule))
            if not rules:  # a variable, which a CASE of the same function fills
                begin = text.rindex("CREATE FUNCTION", 0, call.start())
                rules = [name for name in RULE.findall(text[begin:call.start()]) if name in PROBLEMS] if re.fullmatch(r"\w+", rule) else []
            yield where, re.findall(r"\b4\d\d\b", status), rules


def named():
    """The rules that statements give in their column _rule."""
    for where, text in ((where, text) for where, text in statements() if where.startswith(("queries", "derived"))):
        for column in re.finditer(r"(?:AS _rule|AS rule)\b", text):
            case = text[text.rindex("CASE", 0, column.start()):column.start()]
            for rule in re.findall(r"THEN '([a-z]+(?:-[a-z]+)*)'", case):
                yield where, rule


def of_the_engine():
    """Slugs that C sets: in a call, which it asserts that the contract has, or by a name that it hands on."""
    text = re.sub(r"/\*.*?\*/", "", "\n".join(sources().values()), flags=re.S)
    statuses = set(re.findall(r"problem_set_status\([^;]*\b(\d{3})\)", text))
    called = {slug for slug, row in PROBLEMS.items() if row["status"] in statuses} | set(re.findall(r'(?:problem_set|request_refuse|problem_set_rule)\([^;"]*"([a-z]+(?:-[a-z]+)*)"', text))
    return called, called | set(re.findall(r'"([a-z]+(?:-[a-z]+)*)"', text)) & PROBLEMS.keys()


def test_what_the_database_refuses_is_listed_with_its_status():
    found = list(refusals())
    assert len(found) > 150 and all(rules and states for _, states, rules in found), [each for each in found if not each[2]]
    wrong = [(where, states, rule) for where, states, rules in found for rule in rules
             if rule not in PROBLEMS or PROBLEMS[rule]["status"] not in states]
    assert wrong == []


def test_what_a_statement_names_is_listed():
    found = list(named())
    assert len(found) > 10 and [each for each in found if each[1] not in PROBLEMS] == []


def test_what_a_state_of_the_database_is_is_listed():
    """By a rule of the engine's own, which is there whatever the contract lists; of two that begin alike the longer one counts."""
    assert len(STATES) > 30 and {row["rule"] for row in STATES.values()} <= set(OWN) and all(row["detail"] for row in STATES.values())


def test_what_the_engine_names_is_listed():
    called, named = of_the_engine()
    assert len(named) > 20 and called - PROBLEMS.keys() == set()


def test_nothing_is_refused_without_a_rule():
    """By a RAISE of its own; what the engine itself reads (SC200, SC401, SCDRY, SCPOL) and faults of deployment are none."""
    faults = [(where, line) for where, text in statements() for line in re.findall(r"[^\n]*RAISE[^\n]*SC4(?!01)\d\d[^\n]*", text)]
    assert faults == []


def test_every_rule_of_the_list_is_raised():
    raised = {rule for *_, rules in refusals() for rule in rules} | {rule for _, rule in named()} | of_the_engine()[1]
    raised |= {row["rule"] for table in (CONSTRAINTS, STATES) for row in table.values()}
    assert PROBLEMS.keys() - raised == set()


def reached():
    """The rules of each operation in the contract, and the statuses that it documents."""
    for *_, operation in harness.operations(json.loads((harness.ROOT / "openapi/openapi.json").read_text())):
        yield operation["operationId"], operation.get("x-problems", []), operation["responses"]


def test_each_operation_documents_the_statuses_of_its_rules():
    missing = {(name, rule) for name, rules, responses in reached() for rule in rules if PROBLEMS[rule]["status"] not in responses}
    assert missing == set()


def test_what_the_database_raises_is_of_some_operation():
    """But for what no request can do: change what is permanent, count uses of a month that is closed, move a part, name a term that is none."""
    raised = {rule for *_, rules in refusals() for rule in rules} | {rule for _, rule in named()}
    assert raised - {rule for _, rules, _ in reached() for rule in rules} == {"record-immutable", "month-closed", "cannot-move", "no-such-term"}


GUARD = """BEGIN
  IF TG_OP = 'INSERT' THEN
    IF NEW.kind = 'ordinary' THEN PERFORM scip.refuse(409, 'a-a'); END IF;
    RETURN NEW;
  ELSIF NEW.hub_id IS DISTINCT FROM OLD.hub_id THEN
    PERFORM scip.refuse(409, 'b-b');
  END IF;
  PERFORM scip.refuse(409, CASE WHEN NEW.status <> 'held' THEN 'c-c' ELSE 'd-d' END);
  PERFORM scip.refuse(409, 'e-e', 'size', 'No (';').') WHERE NEW.kind = 'ordinary' AND EXISTS (SELECT FROM t WHERE name = ';');
  IF NEW.status = 'held' THEN
    UPDATE hub SET size = (SELECT 1 FROM t), name = 'e' WHERE true;
  ELSE
    PERFORM other();
  END IF;
  RETURN NEW;
END"""


@pytest.mark.parametrize("values, rules, calls", [
    ({}, "a-a b-b c-c d-d e-e", True), ({"TG_OP": "INSERT"}, "a-a", False), ({"TG_OP": "INSERT", "NEW.kind": "other"}, "", False),
    ({"TG_OP": "UPDATE", "columns": {"size"}}, "c-c d-d e-e", True), ({"TG_OP": "UPDATE", "columns": {"hub_id"}}, "b-b c-c d-d e-e", True),
    ({"TG_OP": "UPDATE", "NEW.status": "held"}, "b-b d-d e-e", False), ({"TG_OP": "UPDATE", "NEW.status": "planned"}, "b-b c-c e-e", True),
    ({"TG_OP": "UPDATE", "NEW.status": "held", "NEW.kind": "other"}, "b-b d-d", False)])
def test_a_refusal_is_reached_where_its_conditions_may_hold(values, rules, calls):
    known, guard = {"a-a", "b-b", "c-c", "d-d", "e-e"}, script.plain(GUARD)
    pieces = [piece for *piece, conditions in script.pieces(guard) if script.reachable(conditions, values)]
    reached = [script.rules_in(text, known, values) for piece in pieces for text in script.refusals(guard, *piece)]
    assert sorted(set().union(*reached)) == rules.split()
    assert any("other()" in guard[start:end] for start, end in pieces) == calls


def test_what_an_update_sets_ends_where_it_ends():
    start = GUARD.index(" size")
    assert GUARD[start:script.text_end(GUARD, start, script.SET_END)] == " size = (SELECT 1 FROM t), name = 'e' "
    assert script.as_written("(((NOT scip.redacting()) AND (new.status = 'approved'::text)))") == "NOT scip.redacting AND NEW.status = 'approved'"
    assert not script.holds(script.as_written("((old.slug)::text IS DISTINCT FROM (new.slug)::text)"), {"columns": {"name"}})


def test_what_a_function_writes_by_the_name_of_a_table_is_reached():
    """The parts of a record, and what refers to one of two that become one: by a trigger that asks then too, and no constraint."""
    constraint = lambda name, type, to, *columns: {"table": "part", "name": name, "type": type, "to": to, "cascades": True, "columns": columns}
    world = script.World({"functions": [["scip.look", "PERFORM scip.refuse(409, 'a-a');"], ["scip.ask", "PERFORM scip.refuse(409, 'b-b');"]],
                          "triggers": [["part", "scip.look", "AFTER UPDATE ON part EXECUTE"], ["part", "scip.ask", "AFTER INSERT OR UPDATE ON part WHEN ((NOT scip.redacting())) EXECUTE"]],
                          "constraints": [constraint("once", "u", None, "whole_id", "name"), constraint("of", "f", "whole", "whole_id")]},
                         {"a-a", "b-b", "c-c"}, {"once": "c-c"})
    assert world.reach("SELECT scip.set_parts('part', 'whole_id', 1, '[]')") == {"b-b", "c-c"}
    assert world.reach("moved := merge_records('whole', 'a', 'b');") == {"a-a"} and world.reach("moved := merge_records('other', 'a', 'b');") == set()
