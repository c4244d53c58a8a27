"""How script/contract reads a statement (PostgreSQL's lexical structure, section 4.1 of its manual) and joins it to its operation.
What is refused with an operation beside it is in tests/api/test_gates.py."""
import json

import pytest

from generators.contract import engine as engines
from generators.contract import statements as script
from generators.nodes import faults
from test_contract import THINGS, expand


@pytest.fixture(autouse=True)
def no_faults():
    faults.clear()


@pytest.fixture
def read(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)

    def read(text, given=None):
        (tmp_path / "q.sql").write_text(text)
        return script.read_statement(tmp_path / "q.sql", given)
    return read


def test_names_become_numbers(read):
    assert read("SELECT :b, :a_1, :b::text FROM t;\n") == ("SELECT $1, $2, $1::text FROM t", {"b": 1, "a_1": 1})
    assert read("SELECT 1,\n\n  :late") == ("SELECT 1,\n\n  $1", {"late": 3})
    assert not faults


def test_given_names_keep_their_numbers(read):
    """The engine's own: where a file has a name says nothing of its number."""
    assert read("SELECT :b, :a, :b", ["a", "b"]) == ("SELECT $2, $1, $2", {"a": 1, "b": 1}) and not faults
    assert read("SELECT :a", ["a", "b"])[1] == {"a": 1, "b": None} and not faults
    read("SELECT 1,\n :c", ["a", "b"])
    assert faults == ["q.sql:2: has a parameter that is not given"]


@pytest.mark.parametrize("text", [
    "SELECT ':a'", "SELECT 'it''s :a'", "SELECT E'\\':a'", 'SELECT "x:a"', 'SELECT "a"":b"', "SELECT $$ :a $$", "SELECT $t$ $$ :a $t$", "SELECT 1 -- :a",
    "SELECT 1 -- :a\n+ 2", "SELECT /* :a */ 1", "SELECT /* /* :a */ :b */ 1", "SELECT a::text", "SELECT x[1:2]", "SELECT x[a:b]", "SELECT f(a := 1)",
    "SELECT U&'d\\0061:a'", "SELECT a$b$c", "SELECT 'a' ':b'", "SELECT '\\':: text", "SELECT e'\\\\' 'x:a'", "SELECT 'é:a'"])
def test_what_is_no_name_stays(read, text):
    assert read(text) == (text, {}) and not faults


def test_a_slice_of_a_call_has_a_name(read):
    assert read("SELECT x[f(1):n]") == ("SELECT x[f(1)$1]", {"n": 1})


@pytest.mark.parametrize("text, said", [
    ("SELECT\n\n 'a", "q.sql:3: a quote is not closed"), ('SELECT "a', "q.sql:1: a quote is not closed"), ("SELECT E'a\\'", "q.sql:1: a quote is not closed"),
    ("SELECT $1", "q.sql:1: write :name, not $1"), ("SELECT $$ a", "q.sql:1: a dollar quote is not closed"),
    ("SELECT $t$ a $$", "q.sql:1: a dollar quote is not closed"), ("1\n/* /* */", "q.sql:2: a comment is not closed"),
    ("SELECT 1; SELECT 2", "q.sql:1: one statement a file"), ("SELECT 0" + "".join(f", :p{n}" for n in range(65)), "q.sql:1: too many parameters")])
def test_what_is_refused(read, text, said):
    read(text)
    assert faults == [said]


def of(types, **more):
    return {"type": types, **more}


@pytest.mark.parametrize("schema, name", [
    (of("string"), "text"), (of(["string", "null"], format="date"), "date"), (of("string", format="date-time"), "timestamptz"), (of("string", format="uuid"), "uuid"),
    (of("integer"), "int4"), (of("integer", format="int64"), "int8"), (of("number"), "numeric"), (of(["number", "integer"]), "numeric"), (of("boolean"), "bool"),
    (of("array", items=of("string")), "text[]"), (of("array", items=of("integer")), "int4[]"), (of("array", items=of("string", format="date")), "date[]"),
    (of("array", items=of("object")), None), (of("array"), "jsonb"), (of(["array", "object"]), "jsonb"), (of("object"), "jsonb"), ({}, "jsonb"), (True, "jsonb"),
    (of(["string", "integer"]), None), (of("array", items=of("boolean")), None), ("Word", "text")])
def test_the_type_of_a_value(schema, name):
    statements = script.Statements.__new__(script.Statements)
    statements.engine = engines.Engine({"openapi": "3.1.0", "info": {"title": "Things", "version": "1"}, "paths": {},
                                       "components": {"schemas": {"Word": of("string")}}})
    assert statements.type_of(schema) == name and (name is None or name in script.OIDS)


SORTED = """SELECT '$' AS "$", slug, size, parts FROM t WHERE (:slug IS NULL OR a OR b = :slug) AND (:size IS NULL OR size = :size)
AND (:day IS NULL OR day = :day) AND (:after_s IS NULL OR s > :after_s) AND :modified_since = at ORDER BY CASE WHEN :sort = '-size' THEN size END, :text IS NULL LIMIT :limit"""


def test_a_list_is_asked_in_pieces(tmp_path):
    """The first page has constants; what is given is put in, and a question whose value is given is left out. A filter by a code or a day
    has a plan of its own for when it is given alone; an order, whose default is a constant, a number and a text have none."""
    filters = "".join(f"\n        - {{ name: {name}, description: It., schema: {schema} }}" for name, schema in (
        ("slug", "{ type: string, pattern: '^[a-z]+$' }"), ("size", "integer"), ("day", "date"), ("text", "{ type: string }")))
    assert isinstance(said := expand(tmp_path, THINGS.replace("is: list Thing", f"is: list Thing\n      sort: [size, -size]\n      parameters:{filters}")), dict), said
    engine = engines.Engine(json.loads((tmp_path / "made.json").read_text()))
    (tmp_path / "queries").mkdir()
    (tmp_path / "queries/listThings.sql").write_text(SORTED)
    script.Statements(engine, tmp_path / "queries")
    made = next(each for each in engine.facts["operations"] if each["id"] == "listThings")
    assert made["text"] == """SELECT '$' AS "$", slug, size, parts FROM t WHERE (true OR a OR b = $1) AND (true OR size = $2)
AND (true OR day = $3) AND (true OR s > $4) AND $5 = at ORDER BY CASE WHEN 'size' = '-size' THEN size END, true LIMIT 51"""
    assert "".join(before + given for before, _, given, _ in made["pieces"]) == """SELECT '$' AS "$", slug, size, parts FROM t WHERE (a OR b = $1) AND (size = $2)
AND (day = $3) AND (s > $4) AND $5 = at ORDER BY CASE WHEN $6 = '-size' THEN size END, $7 IS NULL LIMIT $8"""
    assert [name for name, _, _, alone in made["bindings"] if alone] == ["slug", "day", "modified_since"]
    assert [script.BINDINGS[kind] for _, kind, _, _ in made["bindings"]] == [*["parameter"] * 3, "after", *["parameter"] * 3, "limit"]
    assert engine.facts["columns"]["listThings"][0][-1] == "_after_s"
