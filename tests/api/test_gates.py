"""What a contract or its SQL may not say is said with file and line, and no edit of a contract ends the process."""
import contextlib
import copy
import functools
import io
import json
import os
import random
import re
import shutil
import subprocess

import harness
import pytest
import yaml


def check(folder, database=None):
    """Exit status and faults of script/contract, or else of `scip-api check`, for the contract in a folder."""
    with contextlib.redirect_stderr(io.StringIO()) as said, contextlib.chdir(folder):
        status = harness.contract_script().build("openapi.yaml", "openapi.json", "queries")
    return engine_check(folder, database) if status == 0 else (status, said.getvalue())


def engine_check(folder, database=None):
    env = {**os.environ, "CONTRACT": "openapi.json", "DOCS": str(harness.ROOT / "clients/docs"), "DATABASE_URL": database or "",
           "ASAN_OPTIONS": "detect_leaks=0"}
    done = subprocess.run([harness.BINARY, "check", *(["--db"] if database else [])], text=True, capture_output=True, cwd=folder, env=env)
    return done.returncode, done.stderr


@pytest.fixture
def engine_folder(tmp_path):
    shutil.copytree(harness.FIXTURE, tmp_path / "engine")
    return tmp_path / "engine"


def edit(folder, file, old, new):
    text = (folder / file).read_text()
    assert old in text, old
    (folder / file).write_text(text.replace(old, new, 1))


PUBLIC = "headers: { Cache-Control: { schema: { type: string, const: 'public, max-age=5' } } }"
SECURED = "operationId: listThings\n      security: [{ bearer: [central] }]"


@pytest.mark.parametrize("file, old, new, message", [
    # shared answers are everybody's
    ("openapi.yaml", "operationId: listThings", SECURED, r"openapi.yaml:\d+: listThings needs a token, and its Cache-Control is public"),
    # names of the engine
    ("openapi.yaml", "name: label, in: query, schema: { type: string }", "name: cursor, in: query, schema: { type: string, format: date }",
     r"openapi.yaml:\d+: the name cursor is the engine's"),
    ("openapi.yaml", "name: label, in: query, schema: { type: string }", "name: dry_run, in: query, schema: { type: string }",
     r"openapi.yaml:\d+: the name dry_run is the engine's"),
    ("openapi.yaml", "name: limit, in: query, schema: { type: integer", "name: limit, in: query, schema: { type: number",
     r"openapi.yaml:\d+: the name limit is the engine's"),
    ("openapi.yaml", "name: limit, in: query", "name: limit, in: header", r"openapi.yaml:\d+: the name limit is the engine's"),
    ("openapi.yaml", "name: cursor, in: query, schema: { type: string, maxLength: 2048 }", "name: cursor, in: query, schema: { type: integer }",
     r"openapi.yaml:\d+: the name cursor is the engine's"),
    ("queries/postEcho.sql", ":name", ":new_id", None),
    # values of another shape
    ("openapi.yaml", "operationId: listThings", "operationId: listThings\n      x-answer: [a]", r'openapi.yaml:\d+: "x-answer" of an operation is a text'),
    ("openapi.yaml", "operationId: listThings", "operationId: listThings\n      security: { bearer: [] }", r'openapi.yaml:\d+: "security" of an operation is a list'),
    ("openapi.yaml", "operationId: listThings", "operationId: listThings\n      security: [{ bearer: [7] }]", r"openapi.yaml:\d+: listThings: an alternative is"),
    ("openapi.yaml", "operationId: listThings", "operationId: listThings\n      security: [bearer]", r"openapi.yaml:\d+: listThings: an alternative is"),
    ("openapi.yaml", "required: true\n", "required: 'yes'\n", r'openapi.yaml:\d+: "required" of a request body is true or false'),
    ("openapi.yaml", "in: path, required: true", "in: path, required: 1", r'openapi.yaml:\d+: "required" of a parameter is true or false'),
    ("openapi.yaml", "description: What came., content", "descriptoin: What came., content", r'openapi.yaml:\d+: a response has an unknown key "descriptoin"'),
    ("openapi.yaml", "'400': { $ref: '#/components/responses/Problem' }", "'400': { $ref: 7 }", r'openapi.yaml:\d+: \$ref "" leads nowhere'),
    ("openapi.yaml", "'201'", "201", r"openapi.yaml:\d+: a key is not a string: quote it"),
    ("openapi.yaml", "enum: [json, csv, ndjson]", "enum: [json, csv, [ndjson]]", r"openapi.yaml:\d+: listThings does not offer the format \['ndjson'\]"),
    # bounds of bodies
    ("openapi.yaml", "operationId: postEcho", "operationId: postEcho\n      x-body-limit: { bytes: 0 }", r"openapi.yaml:\d+: postEcho: a bound of x-body-limit is 1 to \d+"),
    ("openapi.yaml", "operationId: postEcho", "operationId: postEcho\n      x-body-limit: { values: 1e9 }", r'openapi.yaml:\d+: '),
    ("openapi.yaml", "operationId: postEcho", "operationId: postEcho\n      x-body-limit: { byte: 1 }", r'openapi.yaml:\d+: x-body-limit has an unknown key "byte"'),
    ("openapi.yaml", "operationId: postEcho", "operationId: postEcho\n      x-body-limit: 65536", r'openapi.yaml:\d+: "x-body-limit" of an operation is a map'),
    ("openapi.yaml", "operationId: postEcho", "operationId: postEcho\n      x-body-limit: {}", r"openapi.yaml:\d+: postEcho: x-body-limit has bytes or values"),
    ("openapi.yaml", "operationId: listThings", "operationId: listThings\n      x-body-limit: { bytes: 9 }", r"openapi.yaml:\d+: listThings: x-body-limit has bytes or values, of a body"),
    ("openapi.yaml", "type: array, maxItems: 3", "type: array, uniqueItems: true, maxItems: 1001", r'openapi.yaml:\d+: the value of "uniqueItems" is not valid'),
    # what a handler needs
    ("openapi.yaml", "operationId: postEcho", "operationId: createToken", r"openapi.yaml:\d+: createToken: its handler needs a required grant_type"),
    ("openapi.yaml", "operationId: deleteEcho", "operationId: deleteDocumentFile", r"openapi.yaml:\d+: deleteDocumentFile: its handler needs a required If-Match"),
    ("openapi.yaml", "operationId: getSlow", "operationId: visitDocument", r"openapi.yaml:\d+: visitDocument: its handler needs a required slug"),
])
def test_contract(engine_folder, file, old, new, message):
    if message is None:
        edit(engine_folder, "openapi.yaml", "operationId: postEcho", "operationId: postEcho")
        text = (engine_folder / "openapi.yaml").read_text().replace("name: { type: string, minLength", "new_id: { type: string, format: uuid }\n        name: { type: string, minLength", 1)
        (engine_folder / "openapi.yaml").write_text(text)
        message = r"queries/postEcho.sql:\d+: :new_id is the engine's here, and the name of a parameter or property too"
    edit(engine_folder, file, old, new)
    if "its handler" in message:  # which has no statement beside it
        (engine_folder / f"queries/{old.split()[-1]}.sql").unlink()
    status, errors = check(engine_folder)
    assert status == 1 and re.search("^" + message, errors, re.M), errors


@pytest.mark.parametrize("name", ["if_match", "new_id", "new_secret", "operations", "body", "after_n"])
def test_parameters_do_not_take_the_engines_names(engine_folder, name):
    edit(engine_folder, "openapi.yaml", "name: label, in: query", f"name: {name}, in: query")
    edit(engine_folder, "queries/listThings.sql", ":label", f":{name}")
    status, errors = check(engine_folder)
    taken = name not in ("if_match", "body")  # those come with a header and a body, which this operation has not
    assert (f"queries/listThings.sql:" in errors and f":{name} is the engine's here" in errors) == taken, errors


def test_a_second_document_is_refused(engine_folder):
    for more in ("---\nthis: is passed over\n", "...\n---\nthis: too\n", "--- \n"):
        shutil.copy(harness.FIXTURE / "openapi.yaml", engine_folder / "openapi.yaml")
        with (engine_folder / "openapi.yaml").open("a") as file:
            file.write(more)
        status, errors = check(engine_folder)
        assert status == 1 and re.search(r"^openapi.yaml:\d+: one document a file", errors, re.M), errors
    shutil.copy(harness.FIXTURE / "openapi.yaml", engine_folder / "openapi.yaml")
    (engine_folder / "openapi.yaml").write_text("---\n" + (engine_folder / "openapi.yaml").read_text() + "...\n# an end\n")
    assert check(engine_folder) == (0, "")


def test_a_query_is_read_whole(engine_folder):
    path = engine_folder / "queries/getSlow.sql"
    path.write_text(path.read_text() + "-- " + "x" * (1 << 18))
    status, errors = check(engine_folder)
    assert status == 1 and re.search(r"^queries/getSlow.sql:1: has more than 262143 bytes", errors, re.M), errors


def test_more_columns_than_are_read(engine_folder, cluster):
    path = engine_folder / "queries/getSlow.sql"
    path.write_text("SELECT pg_sleep(:seconds) IS NOT NULL AS slept, " + ", ".join(f"{n} AS _c{n}" for n in range(128)))
    status, errors = check(engine_folder, cluster.url())
    assert status == 1 and re.search(r"^queries/getSlow.sql:1: has 129 columns, more than 128", errors, re.M), errors
    path.write_text("SELECT pg_sleep(:seconds) IS NOT NULL AS slept, " + ", ".join(f"{n} AS _c{n}" for n in range(127)))
    assert check(engine_folder, cluster.url()) == (0, "")


def test_terms_are_those_of_the_database(engine_folder, cluster):
    edit(engine_folder, "openapi.yaml", "openapi: 3.1.0\n", "openapi: 3.1.0\nx-terms: { confidence: [high, medium, low], nation: [GB-ENG, IE], weather: [wet] }\n")
    status, said = check(engine_folder, cluster.url())
    assert status == 1 and "confidence" not in said, said
    assert "db/terms: the terms nation are GB-ENG IE in the contract, GB-ENG GB-NIR GB-SCT GB-WLS in the database" in said
    assert "db/terms: the terms weather are wet in the contract, none in the database" in said


def test_the_engines_own_take_what_they_are_given(engine_folder):
    (engine_folder / "queries/_filePiece.sql").write_text("SELECT :n::int, :file::bigint")
    assert check(engine_folder) == (0, "")
    (engine_folder / "queries/_filePiece.sql").write_text("SELECT :n::int")
    assert check(engine_folder) == (1, "queries/_filePiece.sql:1: does not use :file\n")
    (engine_folder / "queries/_filePiece.sql").write_text("SELECT :n::int,\n :file::bigint, :x")
    assert check(engine_folder) == (1, "queries/_filePiece.sql:2: has a parameter that is not given\n")


def test_more_statements_than_there_are_numbers(tmp_path):
    (tmp_path / "queries").mkdir()
    paths = {}
    for n in range(1025):
        paths[f"/p{n}"] = {"get": {"operationId": f"getP{n}", "responses": {"204": {"description": "Nothing."}}}}
        (tmp_path / f"queries/getP{n}.sql").write_text("SELECT 1 AS _status")
    (tmp_path / "openapi.yaml").write_text(yaml.safe_dump({"openapi": "3.1.0", "info": {"title": "Many", "version": "1"}, "paths": paths}, sort_keys=False))
    status, errors = check(tmp_path)
    assert status == 1 and re.search(r"^openapi.yaml:\d+: there are more than 1024 statements", errors, re.M), errors


def nodes(node, path=()):
    yield path
    for key, child in node.items() if isinstance(node, dict) else enumerate(node) if isinstance(node, list) else ():
        yield from nodes(child, (*path, key))


WORDS = [None, True, False, 0, -1, 1.5, 1 << 62, "", "x", "{", "é", "#/components/schemas/Echo", "#", [], [None], ["a", "a"], {}, {"$ref": 7}, {"$ref": "#/paths"}, {"type": "x"}, {"a": {}}]


def test_no_edit_ends_the_process(engine_folder):
    """Any node with another value, or away: faults or none, and a status that is 0 or 1."""
    source = yaml.load((engine_folder / "openapi.yaml").read_text(), yaml.CSafeLoader)
    plain = type("Plain", (yaml.CSafeDumper,), {"ignore_aliases": lambda *_: True})
    places, generator = [path for path in nodes(source) if path], random.Random(13)
    for _ in range(60):
        document, path, word = copy.deepcopy(source), generator.choice(places), generator.choice([*WORDS, "away"])
        parent = functools.reduce(lambda node, key: node[key], path[:-1], document)
        if word == "away":
            del parent[path[-1]]
        else:
            parent[path[-1]] = word
        (engine_folder / "openapi.yaml").write_text(yaml.dump(document, sort_keys=False, Dumper=plain))
        status, errors = check(engine_folder)
        assert "Traceback" not in errors, f"{path} as {word!r}: {errors}"
        assert status in (0, 1) and bool(errors) == (status == 1), f"{path} as {word!r}: {status}\n{errors}"


def without(path):
    """An edit of what the engine reads: a member away."""
    def edit_facts(facts):
        parent = facts
        for key in path[:-1]:
            parent = parent[key]
        del parent[path[-1]]
    return edit_facts


@pytest.mark.parametrize("edited, message", [
    (lambda facts: facts.update(bytes=facts["bytes"] + 1), "openapi.json.engine: belongs to another contract"),
    *[(without(path), "openapi.json.engine: is not what script/contract writes") for path in (
        ["bytes"], ["roles"], ["operations"], ["parameters"], ["operations", 0, "id"], ["operations", 0, "where"], ["operations", 0, "parameters"],
        ["operations", 0, "success"], ["operations", 0, "head"], ["operations", 0, "streamed"], ["parameters", 0, "schema"], ["parameters", 0, "in"])],
    (lambda facts: facts["operations"][0].update(id=7), "openapi.json.engine: is not what script/contract writes"),
    (lambda facts: facts["patterns"].append(["(", False]), r"openapi.json.engine: pattern \(: missing closing parenthesis")])
def test_what_the_engine_is_told_belongs_to_its_contract(engine_folder, edited, message):
    assert check(engine_folder) == (0, "")
    written = engine_folder / "openapi.json.engine"
    facts = json.loads(written.read_text())
    edited(facts)
    written.write_text(json.dumps(facts))
    status, errors = engine_check(engine_folder)
    assert status == 1 and re.search("^" + message, errors, re.M), errors


def test_a_contract_is_json(engine_folder):
    assert check(engine_folder) == (0, "")
    (engine_folder / "openapi.json.engine").write_text('{\n"title": "a",\n"title": "b"}')
    status, errors = engine_check(engine_folder)
    assert status == 1 and re.search(r"^openapi.json.engine:3: duplicate object key", errors, re.M), errors
    for name in ("openapi.json.engine", "openapi.json"):
        assert check(engine_folder) == (0, "")
        (engine_folder / name).unlink()
        status, errors = engine_check(engine_folder)
        assert status == 1 and f"{name}: " in errors, errors


def test_an_operation_is_shown_whole():
    """As the contract has it, with the place where it is written and its statement."""
    def show(name):
        return subprocess.run([harness.BINARY, "show", name], cwd=harness.ROOT, text=True, capture_output=True, env={**os.environ, "ASAN_OPTIONS": "detect_leaks=1"})
    contract = json.loads((harness.ROOT / "openapi/openapi.json").read_text())
    head, rest = show("getNewsItem").stdout.split("\n", 1)
    file, line, name = re.fullmatch(r"(openapi/paths/news.yaml):(\d+): (GET /v1/news/\{slug\})", head).groups()
    assert (harness.ROOT / file).read_text().splitlines()[int(line) - 1].strip() == "get getNewsItem:"
    shown, statement = rest.split("\n\ndb/derived/getNewsItem.sql:\n")
    assert json.loads(shown) == contract["paths"]["/v1/news/{slug}"]["get"]
    assert statement == (harness.ROOT / "db/derived/getNewsItem.sql").read_text()
    assert json.loads(show("getData").stdout.split("\n", 1)[1]) == contract["paths"]["/v1/data.zip"]["get"], "a handler's has none"
    assert (show("getNothing").returncode, show("getNothing").stderr) == (1, "there is no operation getNothing\n")
