"""What script/contract makes of the sources is what is committed, and nothing that it can't read rightly is passed over: a word
where a list belongs once opened an operation to everybody."""
import contextlib
import copy
import functools
import io
import json
import os
import random
import re
import shutil
from pathlib import Path

import harness
import pytest
import yaml
from generators import shapes
from generators.contract import datapackage, engine, forms, operations, rules, standard, terms
from generators.nodes import faults

script = harness.contract_script()

ROOT = """openapi: 3.1.0
info: { title: Things, version: '1' }
files:
  paths: [things]
  schemas: [common]
"""
THINGS = """tag: Things
paths:
  /v1/things:
    get:
      operationId: listThings
      summary: List the things
      is: list Thing
    post:
      operationId: addThing
      summary: Add a thing
      is: create Thing
      security: [central]
  /v1/things/{slug}:
    get:
      operationId: getThing
      summary: Show a thing
      is: read Thing
      security: [any]
    patch:
      operationId: patchThing
      summary: Change a thing
      is: change Thing
      security: [central]
    delete:
      operationId: deleteThing
      summary: Delete a thing
      is: remove
      security: [central]
  /v1/things/{slug}/use:
    post:
      operationId: useThing
      summary: Use a thing
      is: step Thing
      security: [any, anyone]
      body: ThingUse
      parameters:
        - Query
        - name: at
          description: Where.
          schema: Slug
components:
  schemas:
    Thing:
      description: A thing.
      record:
        slug: Slug
        size?: integer or null
        parts: [Slug]
    ThingNew: { record: { slug: Slug, size: integer, name: string, since: date } }
    ThingPatch: { patch-of: ThingNew, without: [name], nullable: [size], with: { since: date or null } }
    ThingUse: { record: { times: { type: integer, minimum: 1 } } }
"""


def named(things):
    """The same in the short forms."""
    def short(found):
        method, name, summary, description, what, roles = found.groups()
        by = f" by {roles.replace(',', '') or 'everybody'}" if roles is not None else ""
        return f"    {method} {name}:\n      is: {what}{by}\n      description: {summary}. {description or 'It does.'}\n"
    made = re.sub(r"    (\w+):\n      operationId: (\w+)\n      summary: (.*)\n(?:      description: (.*)\n)?      is: (.*)\n(?:      security: \[(.*)\]\n)?", short, things)
    return re.sub(r"- name: at\n +description: .*\n +schema: ", "- at: ", made)


NAMED = named(THINGS)
TOLD = ROOT.replace("files:\n", "files:\n  texts: texts.csv\n")  # with a sentence for each thing


def expand(folder, things=THINGS, root=ROOT):
    """What is wrong with these things, or else what they make."""
    for name in ("paths", "schemas"):
        (folder / name).mkdir(exist_ok=True)
    shutil.copy(harness.ROOT / "openapi/schemas/common.yaml", folder / "schemas")
    (folder / "openapi.yaml").write_text(root)
    (folder / "paths/things.yaml").write_text(things)
    (folder / "made.json").unlink(missing_ok=True)
    with contextlib.redirect_stderr(io.StringIO()) as said, contextlib.chdir(folder):  # in this process: there are hundreds
        status = script.build("openapi.yaml", "made.json")
    assert (folder / "made.json").exists() == (status == 0) == (said.getvalue() == "")
    return said.getvalue() or json.loads((folder / "made.json").read_text())


def line(text, part):
    """The line on which part begins."""
    assert part in text
    return text[:text.index(part)].count("\n") + 1


def test_the_committed_contract_is_what_the_sources_make(tmp_path):
    made = tmp_path / "openapi.json"
    assert harness.expand(harness.ROOT / "openapi/openapi.yaml", made).stderr == ""
    committed = (harness.ROOT / "openapi/openapi.json").read_text()
    assert committed == json.dumps(json.loads(made.read_text()), indent=1, ensure_ascii=False) + "\n", "script/contract writes another"


RULES = "rule,status,title,meaning,remedy\nthing-full,409,It is full,No place is left.,Choose another.\n"
CONSTRAINTS = "constraint,rule,values\nthing_size,thing-full,size\n"


def test_the_rules_of_problems(tmp_path):
    (tmp_path / "problems.csv").write_text(RULES)
    (tmp_path / "constraints.csv").write_text(CONSTRAINTS)
    made = expand(tmp_path)["components"]
    assert made["x-problems"] == {"thing-full": {"status": 409, "title": "It is full", "meaning": "No place is left.", "remedy": "Choose another."}}
    assert made["x-constraints"] == {"thing_size": {"rule": "thing-full", "values": "size"}}
    assert made["schemas"]["Problem"]["properties"]["type"]["enum"] == ["/problems/thing-full"]


def test_the_rules_of_operations(tmp_path):
    """Those of rules.csv, without and with what the operation says, and those that follow from roles and keys."""
    (tmp_path / "problems.csv").write_text(RULES + "".join(f"{rule},403,T,M.,R.\n" for rule in ("role-needed", "rights-have-changed", "thing-gone")))
    (tmp_path / "rules.csv").write_text("operation,rules\npatchThing,thing-full\naddThing,thing-full\n")
    (tmp_path / "without-rules.csv").write_text("operation,rules,reason\npatchThing,thing-full,It has no places.\n")
    things = THINGS.replace("operationId: patchThing\n", "operationId: patchThing\n      rules: [thing-gone]\n")
    made = expand(tmp_path, things)["paths"]
    assert made["/v1/things"]["post"]["x-problems"] == ["rights-have-changed", "role-needed", "thing-full"]
    assert made["/v1/things/{slug}"]["patch"]["x-problems"] == ["role-needed", "thing-gone"] and "x-problems" not in made["/v1/things"]["get"]
    assert "409" in made["/v1/things"]["post"]["responses"] and "409" not in made["/v1/things/{slug}"]["patch"]["responses"]
    (tmp_path / "problems.csv").write_text((tmp_path / "problems.csv").read_text().replace("thing-gone,403", "record-withdrawn,410"))
    made = expand(tmp_path, things.replace("[thing-gone]", "[record-withdrawn]"))["paths"]
    assert made["/v1/things/{slug}"]["patch"]["responses"]["410"] == {"$ref": "#/components/responses/Withdrawn"}
    (tmp_path / "problems.csv").write_text((tmp_path / "problems.csv").read_text().replace("record-withdrawn", "thing-gone"))
    made = expand(tmp_path, things)["paths"]
    assert made["/v1/things/{slug}"]["patch"]["responses"]["410"] == {"$ref": "#/components/responses/Gone"}
    assert "there is no rule thing-away" in expand(tmp_path, things.replace("[thing-gone]", "[thing-away]"))
    (tmp_path / "without-rules.csv").write_text("operation,rules,reason\npatchThing,thing-full,\n")
    assert "without-rules.csv:2: has no reason" in expand(tmp_path, things)
    (tmp_path / "without-rules.csv").write_text("operation,rules,reason\npatchThing,thing-gone,It stays.\n")
    assert "without-rules.csv:2: thing-gone was not found for it" in expand(tmp_path, things)


@pytest.mark.parametrize("file, text, fault", [
    ("problems", RULES + RULES.splitlines()[1] + "\n", "problems.csv:3: thing-full stands twice"),
    ("problems", RULES.replace("409", "209"), "problems.csv:2: a rule is a slug and has a status of 400 to 599"),
    ("problems", RULES.replace("thing-full", "Full"), "problems.csv:2: a rule is a slug"),
    ("problems", RULES.replace("No place is left.", " "), "problems.csv:2: thing-full needs a title, a meaning and a remedy"),
    ("problems", RULES.replace("rule,status", "status,rule"), "problems.csv:1: the first line is rule,status,title,meaning,remedy"),
    ("problems", RULES.replace(",Choose another.", ""), "problems.csv:2: a line is rule,status,title,meaning,remedy"),
    ("constraints", CONSTRAINTS.replace("thing-full", "thing-gone"), "constraints.csv:2: thing_size is of no rule: thing-gone")])
def test_a_wrong_rule_is_refused(tmp_path, file, text, fault):
    (tmp_path / "problems.csv").write_text(RULES)
    (tmp_path / f"{file}.csv").write_text(text)
    assert fault in expand(tmp_path)


def test_what_follows(tmp_path):
    made = expand(tmp_path)
    things, thing = made["paths"]["/v1/things"], made["paths"]["/v1/things/{slug}"]
    use = made["paths"]["/v1/things/{slug}/use"]["post"]
    assert list(things["get"]["responses"]) == ["200", "304", "400", "406", "429", "503", "504", "default"] and things["get"]["security"] == []
    assert list(things["post"]["responses"]) == ["201", "400", "401", "403", "406", "409", "415", "422", "429", "503", "504", "default"]
    assert things["post"]["x-answer"] == thing["patch"]["x-answer"] == use["x-answer"] == "getThing" and "x-answer" not in thing["delete"]
    assert list(thing["get"]["responses"]) == ["200", "304", "400", "401", "404", "406", "429", "503", "504", "default"], "no role, so no 403"
    assert list(thing["delete"]["responses"]) == ["204", "400", "401", "403", "404", "412", "428", "429", "503", "504", "default"]
    assert use["security"] == [{"bearer": []}, {}] and thing["patch"]["security"] == [{"bearer": ["central"]}]
    assert [parameter.get("name") or parameter["$ref"].split("/")[-1] for parameter in use["parameters"]] == ["SlugPath", "Query", "at", "IdempotencyKey", "DryRun"]
    schemas = made["components"]["schemas"]
    assert list(schemas).index("ThingList") == list(schemas).index("Thing") + 1
    assert schemas["Thing"] == {"description": "A thing.", "type": "object", "required": ["slug", "parts", "updated_at"], "additionalProperties": False, "properties": {
        "slug": {"$ref": "#/components/schemas/Slug"}, "size": {"type": ["integer", "null"]}, "parts": {"type": "array", "items": {"$ref": "#/components/schemas/Slug"}},
        "updated_at": {"type": "string", "format": "date-time"}}}
    assert schemas["ThingPatch"]["properties"] == {"slug": {"$ref": "#/components/schemas/Slug"}, "size": {"type": ["integer", "null"]},
                                                   "since": {"type": ["string", "null"], "format": "date"}}


def test_a_named_operation_says_the_same_in_fewer_words(tmp_path):
    """What it is says who may, its description begins with its summary; a parameter of one key is a name with its schema."""
    long = re.sub("(      summary: .*\n)", r"\1      description: It does. All of it.\n", THINGS.replace("          description: Where.\n", ""))
    short = named(long).replace("        - name: at\n          schema: Slug\n", "        - at: Slug\n")
    assert "operationId" not in short and "security" not in short and "- at: Slug" in short and "is: step Thing by any anyone\n" in short
    assert expand(tmp_path, short) == expand(tmp_path, long)
    opened = short.replace("is: remove by central", "is: remove by everybody")
    assert expand(tmp_path, opened) == expand(tmp_path, long.replace("is: remove\n      security: [central]", "is: remove\n      security: []"))
    assert expand(tmp_path, opened)["paths"]["/v1/things/{slug}"]["delete"]["security"] == []


def assert_refused(tmp_path, text, old, new, at, message):
    """With the line of what is wrong."""
    assert old in text
    things = text.replace(old, new, 1)
    said = expand(tmp_path, things)
    assert isinstance(said, str), "it is taken"
    assert f"paths/things.yaml:{line(things, at)}: {message}" in said, said


@pytest.mark.parametrize("old, new, at, message", [
    ("is: list Thing\n", "parameters: []\n", "get listThings:", 'a named operation says what it is, and by that and its description its "is"'),
    ("is: list Thing\n", "is: [list, Thing]\n", "is: [list", "a named operation says what it is"),
    ("is: list Thing\n", "is: list Thing\n      security: [central]\n", "security:", 'a named operation says what it is, and by that and its description its "security"'),
    ("is: list Thing\n", "is: list Thing\n      operationId: listThings\n", "operationId:", "a named operation says what it is"),
    ("is: list Thing\n", "is: list Thing\n      summary: List\n", "summary:", "a named operation says what it is"),
    ("is: remove by central", "is: 'remove by '", "is: 'remove", "is by nobody"), ("is: remove by central", "is: remove by", "delete deleteThing", "says not who may DELETE"),
    ("is: remove by central", "is: remove", "delete deleteThing", "says not who may DELETE"), ("is: list Thing\n", "is: by central\n", "is: by central", '"by" is no kind'),
    ("get listThings:", "get list things:", "get list things:", "GET /v1/things: operationId must be letters and digits"),
    ("get listThings:", "got listThings:", "got listThings:", '/v1/things has an unknown key "got"'),
    ("post addThing:", "get addThing:", "get addThing:", "GET stands twice"), ("post addThing:", "get: {}\n    post addThing:", "get: {}", "GET stands twice"),
    ("- at: Slug\n", "- at: Slgu\n", "- at: Slgu", "there is no schema Slgu"), ("- at: Slug\n", "- at: 7\n", "- at: 7", '"schema" of a parameter is'),
    ("- at: Slug\n", "- {}\n", "- {}", "a parameter needs name, schema"),
    ("/use:\n", "/use/{other}:\n", "post useThing:", "there is no parameter for {other}")])
def test_what_is_refused_of_a_named_operation(tmp_path, old, new, at, message):
    assert_refused(tmp_path, NAMED, old, new, at, message)


def test_parameters_of_paths_are_schemas(tmp_path):
    things = NAMED.replace("/use:\n", "/use/{other}:\n").replace("tag: Things\n", "tag: Things\npath-parameters: { other: { type: integer, minimum: 1 } }\n")
    other = expand(tmp_path, things)["paths"]["/v1/things/{slug}/use/{other}"]["post"]["parameters"][1]
    assert other == {"name": "other", "in": "path", "required": True, "schema": {"type": "integer", "minimum": 1}}
    for wrong, message in (("Slgu", "there is no schema Slgu"), ("7", '"schema" of a parameter is'), ("{ schema: Slug }", 'the schema keyword "schema" is not supported')):
        assert message in expand(tmp_path, things.replace("{ type: integer, minimum: 1 }", wrong))


def test_a_list_is_sorted_by_its_words(tmp_path):
    made = expand(tmp_path, THINGS.replace("is: list Thing", "is: list Thing\n      sort: [-size, size]"))
    assert made["paths"]["/v1/things"]["get"]["parameters"][0] == {
        "name": "sort", "in": "query", "schema": {"type": "string", "enum": ["-size", "size"], "default": "-size"}}


def test_a_record_that_is_shown_says_when_it_changed(tmp_path):
    """Before its address; a list of it can be asked by that. Not so what is undated, and says why."""
    def thing(things):
        made = expand(tmp_path, things)
        return made["components"]["schemas"]["Thing"]["properties"], made["paths"]["/v1/things"]["get"]["parameters"]

    asked = {"$ref": "#/components/parameters/ModifiedSince"}
    properties, parameters = thing(THINGS.replace("        parts: [Slug]\n", "        href: Href\n        parts: [Slug]\n"))
    assert list(properties) == ["slug", "size", "parts", "updated_at", "href"] and asked in parameters
    properties, parameters = thing(THINGS.replace("        parts: [Slug]\n", "        updated_at: date-time or null\n        parts: [Slug]\n"))
    assert properties["updated_at"]["type"] == ["string", "null"] and list(properties)[-1] == "parts" and asked in parameters
    computed = THINGS.replace("      description: A thing.\n", "      undated: computed\n")
    properties, parameters = thing(computed)
    assert "updated_at" not in properties and asked not in parameters and "computed" not in json.dumps(expand(tmp_path, computed))
    for wrong in (computed.replace("computed", "7"), computed.replace("undated: computed", "undated:"), computed.replace("list Thing", "list Other").replace("read Thing", "read Other")):
        assert f"paths/things.yaml:{line(wrong, 'undated')}: Thing is undated for a reason, and shown by a list or a read" in expand(tmp_path, wrong)
    assert 'the schema keyword "undated" is not supported' in expand(tmp_path, THINGS.replace("parts: [Slug]", "parts: { type: array, undated: computed }"))
    assert "Thing does not say when it last changed" in expand(tmp_path, re.sub("(?s)    Thing:.*?    ThingNew:", "    Thing: { type: object }\n    ThingNew:", THINGS))


VALUES = {"word": "central", "number": "7", "flag": "true", "words": "[central, any]", "numbers": "[7]", "map": "{ a: b }", "maps": "[{ a: b }]", "null": "null", "none": ""}
OPERATION = {"tags": "words", "operationId": "word", "x-body-limit": "map", "summary": "word", "description": "word", "x-licenses": "maps", "deprecated": "map",
             "externalDocs": "map", "security": "words", "x-answer": "word", "parameters": "words maps", "requestBody": "map", "responses": "map", "is": "word",
             "body": "word", "answer": "word", "errors": "numbers", "without": "words", "rules": "words", "stability": "word", "sort": "words"}
PARAMETER = {"name": "word", "in": "word", "required": "flag", "description": "word", "explode": "flag", "schema": "word words numbers maps map"}
PATCH = {"patch-of": "word", "only": "words", "without": "words", "nullable": "words", "with": "map"}
FILE = {"tag": "word", "paths": "map", "components": "map", "path-parameters": "map"}


def wrong(shapes):
    return [(key, value) for key, fitting in shapes.items() for value in VALUES if value not in fitting.split()]


def refused(folder, things, key, place, root=ROOT):
    said = expand(folder, things, root)
    assert isinstance(said, str), "it is taken"
    assert re.search(rf'^{place}: "{key}" of ', said, re.M), said


def test_every_key_is_tried():
    assert ((shapes.STANDARD | shapes.SHORT).keys(), shapes.PARAMETER.keys(), shapes.PATCH.keys(), shapes.FILE.keys()) == (OPERATION.keys(), PARAMETER.keys(), PATCH.keys(), FILE.keys())


def members(indent, **values):
    return "".join(f"{' ' * indent}{key.replace('_', '-')}: {value}\n" for key, value in values.items())


@pytest.mark.parametrize("key, value", wrong(OPERATION))
def test_a_key_of_an_operation_with_another_shape(tmp_path, key, value):
    written = {"operationId": "useThing", "is": "step Thing", key.replace("-", "_"): VALUES[value]}
    start, end = THINGS.index("      operationId: useThing"), THINGS.index("components:")
    things = THINGS[:start] + members(6, **written) + THINGS[end:]
    refused(tmp_path, things, key, f"paths/things.yaml:{line(THINGS, '      operationId: useThing') + list(written).index(key.replace('-', '_'))}")


@pytest.mark.parametrize("key, value", wrong(PARAMETER))
def test_a_key_of_a_parameter_with_another_shape(tmp_path, key, value):
    written = {"name": "at", "description": "Where.", "schema": "Slug", key: VALUES[value]}
    start, end = THINGS.index("        - name: at"), THINGS.index("components:")
    things = THINGS[:start] + "        -\n" + members(10, **written) + THINGS[end:]
    refused(tmp_path, things, key, f"paths/things.yaml:{line(THINGS, '        - name: at') + 1 + list(written).index(key)}")


@pytest.mark.parametrize("key, value", wrong(PATCH))
def test_a_key_of_a_patch_with_another_shape(tmp_path, key, value):
    written = {"patch_of": "ThingNew", key.replace("-", "_"): VALUES[value]}
    things = re.sub(r"    ThingPatch: .*\n", lambda _: "    ThingPatch:\n" + members(6, **written), THINGS)
    refused(tmp_path, things, key, f"paths/things.yaml:{line(THINGS, '    ThingPatch') + 1 + list(written).index(key.replace('-', '_'))}")


@pytest.mark.parametrize("key, value", wrong(FILE))
def test_a_key_of_a_file_with_another_shape(tmp_path, key, value):
    refused(tmp_path, f"{key}: {VALUES[value]}\n", key, "paths/things.yaml:1")
    refused(tmp_path, THINGS, key, "openapi.yaml:6", root=ROOT + f"{key}: {VALUES[value]}\n")


KINDS = {"list": "get", "read": "get", "create": "put post", "put": "put", "change": "patch", "remove": "delete", "step": "put post delete", "page": "get", "own": "get put post patch delete"}


@pytest.mark.parametrize("kind, method", [(kind, method) for kind, methods in KINDS.items() for method in shapes.METHODS if method not in methods.split()])
def test_a_kind_has_its_methods(tmp_path, kind, method):
    record = "" if kind in ("remove", "page", "own") else " Thing"
    things = THINGS.replace("    post:\n      operationId: useThing", f"    {method}:\n      operationId: useThing").replace("is: step Thing", f"is: {kind}{record}")
    assert KINDS.keys() == operations.KINDS.keys()
    at = line(things, f"is: {kind}{record}\n      security: [any, anyone]")
    assert f"paths/things.yaml:{at}: {method.upper()} is not the method of \"{kind}\"" in expand(tmp_path, things)


@pytest.mark.parametrize("old, new, at, message", [
    ("is: list Thing", "is: lst Thing", "is: lst", '"lst" is no kind of operation'),
    ("is: list Thing", "is: ''", "is: ''", '"" is no kind of operation'),
    ("is: list Thing", "is: list", "is: list\n", '"list" has a record'),
    ("is: remove", "is: remove Thing", "is: remove", '"remove" has no record'),
    ("is: list Thing", "is: list Thing xml", "is: list", '"xml" are not the formats of "list"'),
    ("is: list Thing", "is: list Thing csv", "is: list", '"csv" follows from "list"'),
    ("is: change Thing", "is: change Thing csv", "is: change", '"csv" are not the formats of "change"'),
    ("is: list Thing", "is: list Thnig", "is: list", "there is no schema Thnig"),
    ("security: [any, anyone]", "securty: [central]", "securty:", 'an operation has an unknown key "securty"'),
    ("      security: [any, anyone]\n", "", "operationId: useThing", "says not who may POST"),
    ("security: [any, anyone]", "security: [central]\n      security: [any]", "security: [any]\n      body", 'a key stands twice: "security"'),
    ("body: ThingUse", "body: ThingUsed", "body:", "there is no schema ThingUsed"),
    ("body: ThingUse", "requestBody: { content: {} }\n      body: ThingUse", "body: ThingUse", "body or requestBody, not both"),
    ("body: ThingUse", "sort: [name]", "sort:", "a list has the words that it is sorted by"),
    ("is: list Thing", "is: list Thing\n      sort: []", "sort:", "a list has the words that it is sorted by"),
    ("body: ThingUse", "errors: [404]", "errors:", "404 follows from the rest"),
    ("body: ThingUse", "errors: [-413]", "errors:", "413 does not follow from the rest"),
    ("body: ThingUse", "errors: [499]", "errors:", "there is no response of the status 499"),
    ("body: ThingUse", "deprecated: { since: 2026-11-30 }", "deprecated:", "deprecated has a day since, and one of its sunset"),
    ("body: ThingUse", "deprecated: { since: 2026-11-30, sunset: soon }", "deprecated:", "deprecated has a day since, and one of its sunset"),
    ("body: ThingUse", "deprecated: { since: 2026-11-30, sunset: 2027-11-29 }", "deprecated:", "callers have 365 days to change"),
    ("body: ThingUse", "stability: firm", "stability:", '"firm" is no stability'),
    ("body: ThingUse", "without: [IfMatch]", "without:", "IfMatch does not follow from the rest"),
    ("body: ThingUse", "responses: { '410': Gnoe }", "responses:", "there is no response Gnoe"),
    ("body: ThingUse", "responses: { '410': null }", "responses:", '"410" of responses is a text or a map'),
    ("body: ThingUse", "responses: { '200': { headers: { ETag: true } } }", "responses:", '"ETag" of headers is'),
    ("body: ThingUse", "responses: { '200': { content: { text/csv: true } } }", "responses:", '"text/csv" of content is'),
    ("- Query", "- Qery", "- Qery", "there is no parameter Qery"),
    ("name: at\n", "nmae: at\n", "nmae: at", 'a parameter has an unknown key "nmae"'),
    ("          schema: Slug\n", "", "name: at", "a parameter needs name, schema"),
    ("/v1/things/{slug}/use:", "/v1/things/{slug}/use/{twice}:", "operationId: useThing", "there is no parameter for {twice}"),
    ("slug: Slug\n", "slug: Slgu\n", "slug: Slgu", "there is no schema Slgu"),
    ("size?: integer or null", "size?: integer or nil", "size?:", "there is no schema integer or nil"),
    ("parts: [Slug]", "parts: [Slug, Slug]", "parts:", "a list of one word is an array"),
    ("parts: [Slug]", "slug?: Slug", "        slug: Slug", "a property stands twice"),
    ("description: A thing.", "type: object", "record:", "a record is a map of properties"),
    ("description: A thing.", "required: [slug]", "required:", '"required" follows from "record"'),
    ("slug: Slug\n", "slug: { type: Slug, $ref: '#/x' }\n", "slug: { type", '"$ref" follows from "type"'),
    ("with: { since: date or null }", "with: { since: { type: date, format: time } }", "ThingPatch:", '"format" follows from "type"'),
    ("size: integer, name", "size: integer or null, name", "ThingPatch:", "size can be null already"),
    ("ThingUse: { record: { times: { type: integer, minimum: 1 } } }", "ThingUse: { record: [times] }", "ThingUse: {", "a record is a map of properties"),
    ("patch-of: ThingNew", "patch-of: ThingNw", "ThingPatch:", "there is no record ThingNw"),
    ("without: [name]", "without: [nmae]", "ThingPatch:", "ThingNew has no property nmae"),
    ("without: [name]", "wihtout: [name]", "ThingPatch:", 'a patch has an unknown key "wihtout"'),
    ("components:\n", "  /v1/things:\n    get: {}\ncomponents:\n", "/v1/things:\n    get: {}", 'a key stands twice: "/v1/things"'),
    ("    get:\n      operationId: listT", "    summary: Things\n    get:\n      operationId: listT", "summary: Things", '/v1/things has an unknown key "summary"'),
    ("tag: Things", "tga: Things", "tga:", 'a file has an unknown key "tga"'),
    ("tag: Things\n", "", "operationId: listThings", "neither the operation nor its file has a tag"),
    ("[central]", "[*central]", "[*central]", "aliases are not read"),
    ("[central]", "&c [central]", "&c", "anchors and tags are not read"),
    ("[central]", "[!!str central]", "[!!str", "anchors and tags are not read"),
    ("tag: Things", "tag: Things\n---\na: b\n", "---", "one document a file"),
    ("tag: Things", "tag: ]Things", "tag: ]", "did not find expected"),
    ("slug: Slug\n", "slug: { terms: phse }\n", "slug: { terms", "there are no terms phse"),
    ("slug: Slug\n", "slug: { terms: sector of_all }\n", "slug: { terms", "the terms sector have no property of_all"),
    ("is: list Thing", "is: list Thing\n      x-size: 1e999", "x-size", "is too large a number"),
    ("      operationId: listThings", "      7: x\n      operationId: listThings", "7: x", "a key is not a string: quote it")])
def test_what_is_refused(tmp_path, old, new, at, message):
    assert_refused(tmp_path, THINGS, old, new, at, message)


def test_what_is_deprecated_says_until_when(tmp_path):
    made = expand(tmp_path, THINGS.replace("is: list Thing", "is: list Thing\n      deprecated: { since: 2026-11-30, sunset: 2027-11-30 }"))
    things = made["paths"]["/v1/things"]["get"]
    assert things["deprecated"] is True and things["x-sunset"] == "2027-11-30"
    said = {name: header["schema"]["const"] for name, header in things["responses"]["200"]["headers"].items() if "const" in header.get("schema", {})}
    assert said == {"Deprecation": "@1795996800", "Sunset": "Tue, 30 Nov 2027 00:00:00 GMT"}


def test_terms_are_an_enum_of_requests_and_open_in_answers(tmp_path, monkeypatch):
    things = THINGS.replace("size?: integer or null", "size?: integer or null\n        word: Word\n        kind: { terms: 'kind good, word' }")
    things = things.replace("name: string, since", "name: string, word: Word, kind: { type: string or null, terms: 'kind good, word' }, since")
    things = things.replace("    ThingUse:", "    Word: { terms: word }\n    ThingUse:").replace("schema: Slug\ncomp", "schema: Word\ncomp")
    monkeypatch.setattr(terms, "FOLDER", tmp_path)
    (tmp_path / "kind.csv").write_text("code,label,label_cy,retired,good\nb,B,,,yes\na,A,,,\nc,C,,yes,yes\n")
    for text, codes, asked in (("x,X,,\ny,Y,,yes\n", ["x"], ["x", "y"]), ("x,X,,\n", ["x"], ["x"])):
        (tmp_path / "word.csv").write_text("code,label,label_cy,retired\n" + text)
        (tmp_path / "nation.csv").write_text("code,label,label_cy,retired\n")
        (tmp_path / "confidence.csv").write_text("code,label,label_cy,retired\n")
        made = expand(tmp_path, things)
        schemas, word = made["components"]["schemas"], {"type": "string", "x-terms": "word"}
        assert schemas["Word"] == word and schemas["Thing"]["properties"]["kind"] == {"type": "string", "x-terms": "kind good, word"}
        new = schemas["ThingNew"]["properties"]
        assert schemas["WordTerm"] == word | {"enum": codes} and new["word"] == {"$ref": "#/components/schemas/WordTerm"}
        assert new["kind"] == {"type": ["string", "null"], "x-terms": "kind good, word", "enum": ["b", *codes, None]}
        at = next(each for each in made["paths"]["/v1/things/{slug}/use"]["post"]["parameters"] if each.get("name") == "at")
        assert at["schema"] == (word | {"enum": asked} if asked != codes else new["word"])  # a filter still finds what is retired
        assert made["x-terms"] == {"confidence": [], "kind": ["b", "a"], "nation": [], "word": codes}
        assert "kind.csv" in (tmp_path / "made.json.d").read_text()
    shared = things.replace("parts: [Slug]", "parts: [Part]").replace("since: date }", "parts: [Part] }").replace("    Word:", "    Part: { record: { word: Word } }\n    Word:")
    assert "Part is in answers too, which are open: a request needs a schema of its own" in expand(tmp_path, shared.replace(", with: { since: date or null }", ""))


def test_what_is_written_beside_what_follows(tmp_path):
    """Parameters of a header in place of the one that follows, bytes, headers, a body and an answer that are not there."""
    made = expand(tmp_path, THINGS.replace("      body: ThingUse\n      parameters:\n", """      without: [Server-Timing, x-answer, DryRun]
      responses:
        '200': { headers: { X-Size: { description: Its size., schema: integer } }, content: { application/zip: bytes } }
        '403': Withdrawn
      errors: [-406, 410]
      parameters:
        - { name: Idempotency-Key, in: header, required: true, schema: string }
"""))
    use = made["paths"]["/v1/things/{slug}/use"]["post"]
    assert "x-answer" not in use and "requestBody" not in use
    assert [parameter.get("name") or parameter["$ref"].split("/")[-1] for parameter in use["parameters"]] == ["SlugPath", "Idempotency-Key", "Query", "at"]
    assert list(use["responses"]) == ["200", "400", "401", "403", "404", "409", "410", "422", "429", "503", "504", "default"]
    assert use["responses"]["403"] == {"$ref": "#/components/responses/Withdrawn"}
    good = use["responses"]["200"]
    assert list(good["headers"]) == ["Cache-Control", "X-Request-Id", "X-Size"]
    assert good["headers"]["X-Size"]["schema"] == {"type": "integer"}
    assert good["content"] == {"application/zip": {"schema": {"contentMediaType": "application/zip"}}}


def test_what_does_not_say_what_it_is_stands_as_it_is(tmp_path):
    plain = {"operationId": "putThings", "security": [], "responses": {"200": {"description": "Done."}}, "parameters": [{"name": "a", "in": "query", "schema": {}}]}
    made = expand(tmp_path, THINGS.replace("components:\n", f"  /v1/plain: {{ put: {json.dumps(plain)}, summary: Plain }}\ncomponents:\n"))
    assert made["paths"]["/v1/plain"] == {"put": plain, "summary": "Plain"}


def test_a_name_has_one_meaning(tmp_path):
    """In all files."""
    said = expand(tmp_path, THINGS.replace("    ThingUse:", "    Slug: { type: string }\n    ThingUse:"))
    assert re.search(r"^schemas/common.yaml:\d+: schemas/Slug is defined twice", said, re.M)
    (tmp_path / "paths/more.yaml").write_text("tag: More\npaths:\n  /v1/things:\n    put: { operationId: putThings, is: own }\n")
    assert "paths/more.yaml:3: /v1/things is defined twice" in expand(tmp_path, root=ROOT.replace("[things]", "[things, more]"))


WORDS = [None, True, 0, -1, 1.5, 1 << 64, "", "x", "any", "Slug", "null", [], [None], ["anyone"], ["a", "a"], [[]], {}, {"$ref": 7}, {"type": "x"}, {"a": {}}, {"record": 1}]


def nodes(node, path=()):
    yield path
    for key, child in node.items() if isinstance(node, dict) else enumerate(node) if isinstance(node, list) else ():
        yield from nodes(child, (*path, key))


def openings(made):
    return {(template, method) for template, item in made["paths"].items() for method, operation in item.items() if operation["security"] == [] or {} in operation["security"]}


@pytest.mark.parametrize("seed", range(8))
def test_no_edit_opens_an_operation(tmp_path, seed):
    """Any node with another value, or away: refused, or made, and by nothing but its own words is an operation everybody's."""
    things = (THINGS, NAMED)[seed % 2]
    generator, before, made = random.Random(seed), openings(expand(tmp_path, things)), 0
    written = yaml.load(things, yaml.CSafeLoader)
    places = [path for path in nodes(written) if path]
    for _ in range(80):
        document, path, word = copy.deepcopy(written), generator.choice(places), generator.choice([*WORDS, "away"])
        parent = functools.reduce(lambda node, key: node[key], path[:-1], document)
        if word == "away":
            del parent[path[-1]]
        else:
            parent[path[-1]] = word
        done = expand(tmp_path, yaml.dump(document, Dumper=yaml.CSafeDumper, sort_keys=False))
        operations = [operation for item in (done["paths"] if isinstance(done, dict) else {}).values() if isinstance(item, dict) for operation in item.values()]
        if operations and all(isinstance(operation, dict) and {"operationId", "security"} <= operation.keys() for operation in operations):
            made += 1
            opened = openings(done) - before
            assert not opened or "security" in path and word in ([], ["anyone"], "away"), f"{path} as {word!r} opens {opened}"
    assert made > 5


def test_files_are_listed(tmp_path):
    assert "openapi.yaml:4: paths/things.yaml is not listed" in expand(tmp_path, root=ROOT.replace("[things]", "[]"))
    assert "paths/thigns.yaml: cannot be read" in expand(tmp_path, root=ROOT.replace("[things]", "[things, thigns]"))
    assert 'openapi.yaml:3: "files" of the contract is a map' in expand(tmp_path, root=ROOT[:ROOT.index("files")] + "files: [things]\n")
    assert 'openapi.yaml:4: "paths" of files is a list' in expand(tmp_path, root=ROOT.replace("[things]", "things"))


BARE = re.sub(" +description: .*\n", "", THINGS)
DESCRIBED = re.sub("(      summary: (.*))", r"\1\n      description: \2, at once.", BARE)


def with_texts(folder, rows={}, things=DESCRIBED):
    """The same with the sentences that are missing, but for those rows; a row without one stays away."""
    write = lambda rows: (folder / "texts.csv").write_text("name,sentence\n" + "".join(f"{name},{text}\n" for name, text in sorted(rows.items()) if text))
    write({})
    missing = re.findall(r": (\S+) has no sentence in texts.csv", expand(folder, things, TOLD))
    assert {"Slug", "Thing", "Thing.size", "ThingNew", "ThingList", "SlugPath{slug}", "Limit?limit", "useThing?at"} <= set(missing)
    write({**{name: f"What {name} is." for name in missing}, **rows})
    return expand(folder, things, TOLD)


def test_each_thing_has_a_sentence(tmp_path):
    """Its own, or that of its name; a New, Patch or List has its record's."""
    made = with_texts(tmp_path, {"Thing.size": "", "ThingNew.size": "", "ThingPatch.size": "", "size": "How large it is.", "ThingNew.name": "How it is called.",
                                 "Thing": "A thing.", "ThingNew": "", "ThingPatch": "", "ThingList": "", "ThingNew.since": "Since when.", "ThingPatch.since": ""})
    schemas = made["components"]["schemas"]
    words = lambda name: {key: value["description"] for key, value in schemas[name]["properties"].items()}
    assert words("Thing") == {"slug": "What Thing.slug is.", "size": "How large it is.", "parts": "What Thing.parts is.", "updated_at": "What Thing.updated_at is."}
    assert words("ThingNew") == {"slug": "What ThingNew.slug is.", "size": "How large it is.", "name": "How it is called.", "since": "Since when."}
    assert words("ThingPatch")["since"] == "Since when." and words("ThingPatch")["size"] == "How large it is."
    assert [schemas[name]["description"] for name in ("Thing", "ThingNew", "ThingPatch", "ThingList")] == [
        "A thing.", "What makes a new record: a thing.", "What changes of a record; all else stays as it is: a thing.", "A page of records: a thing."]
    assert schemas["Thing"]["properties"]["slug"] == {"description": "What Thing.slug is.", "$ref": "#/components/schemas/Slug"}
    paths = made["paths"]
    assert paths["/v1/things"]["get"]["description"] == """List the things, at once.

Returns a page of records: a thing. Anyone may call it, without a token."""
    assert paths["/v1/things/{slug}"]["delete"]["description"].endswith("Delete a thing, at once.\n\nIt may be called by What @central is..")
    assert paths["/v1/things/{slug}/use"]["post"]["description"].endswith("Anyone may call it without a token; with one, What @any is. may see more.")
    own = paths["/v1/things/{slug}/use"]["post"]["parameters"]
    assert [each["description"] for each in own if "name" in each] == ["What useThing?at is."]
    assert made["components"]["parameters"]["Limit"]["description"] == "What Limit?limit is."


@pytest.mark.parametrize("rows, where, message", [
    ({"Thing.size": ""}, "paths/things.yaml", "Thing.size has no sentence"), ({"Thing": ""}, "paths/things.yaml", "Thing has no sentence"),
    ({"useThing?at": ""}, "paths/things.yaml", "useThing?at has no sentence"), ({"Limit?limit": ""}, "schemas/common.yaml", "Limit?limit has no sentence"),
    ({"@central": ""}, "paths/things.yaml", "@central has no sentence"), ({"@everybody": "anyone"}, "texts.csv", "@everybody is nowhere"),
    ({"Ting.size": "How large."}, "texts.csv", "Ting.size is nowhere"), ({"sizes": "How large."}, "texts.csv", "sizes is nowhere"),
    ({"Thing.size": "How, large."}, "texts.csv", "a line is name,sentence"), ({'"Thing.size': "How large."}, "texts.csv", "cannot be read")])
def test_a_sentence_that_is_not_there_or_not_needed(tmp_path, rows, where, message):
    said = with_texts(tmp_path, rows)
    assert isinstance(said, str) and re.search(rf"^{where}(:\d+)?: {re.escape(message)}", said, re.M), said


def test_an_operation_has_a_summary_and_a_description(tmp_path):
    with_texts(tmp_path)
    said = expand(tmp_path, BARE.replace("      summary: Show a thing\n", ""), TOLD)
    assert "getThing has no summary" in said and "useThing has no description" in said and "useThing has no summary" not in said


def test_a_sentence_stands_once(tmp_path):
    assert "the description of Thing stands in texts.csv" in with_texts(tmp_path, things=DESCRIBED.replace("    Thing:\n", "    Thing:\n      description: A thing.\n"))
    lines = (tmp_path / "texts.csv").read_text().splitlines(True)
    for wrong in ([lines[0], lines[2], lines[1], *lines[3:]], [*lines[:2], *lines[1:]], lines[1:]):
        (tmp_path / "texts.csv").write_text("".join(wrong))
        assert re.search(r"^texts.csv:\d+: (.* stands behind |the first line is name,sentence)", expand(tmp_path, root=TOLD), re.M)
    (tmp_path / "texts.csv").unlink()
    assert "texts.csv: cannot be read" in expand(tmp_path, root=TOLD)


def test_a_schema_has_its_example(tmp_path):
    (tmp_path / "examples").mkdir()
    shown = ROOT.replace("files:\n", "files:\n  examples: examples\n")
    (tmp_path / "examples/ThingUse.json").write_text('{"times": 3}')
    made = expand(tmp_path, root=shown)
    assert made["components"]["schemas"]["ThingUse"]["examples"] == [{"times": 3}] and "examples" not in made["components"]["schemas"]["ThingNew"]
    for name, text, message in (("ThingUse", "{", "cannot be read"), ("ThingUsed", "{}", "there is no schema ThingUsed without"), ("Slug", '"a"', "there is no schema Slug without")):
        (tmp_path / f"examples/{name}.json").write_text(text)
        assert f"examples/{name}.json:1: {message}" in expand(tmp_path, root=shown)
        (tmp_path / f"examples/{name}.json").unlink()


def test_the_engine_is_told_where_things_are_written(tmp_path):
    expand(tmp_path)
    facts = json.loads((tmp_path / "made.json.engine").read_text())
    operations = {operation["id"]: operation for operation in facts["operations"]}
    here = lambda part: f"paths/things.yaml:{line(THINGS, part)}"
    assert len(operations) == len(re.findall("operationId: ", THINGS)) > 3
    for name, operation in operations.items():
        assert operation["where"] == here(f"operationId: {name}")
    of = {facts["parameters"][number]["name"]: facts["parameters"][number]["where"] for number in operations["useThing"]["parameters"]}
    assert of["at"] == here("name: at") and re.fullmatch(r"schemas/common.yaml:\d+", of["Idempotency-Key"])
    assert facts["bytes"] == (tmp_path / "made.json").stat().st_size


@pytest.mark.parametrize("pattern, said", [
    (r"^[a-z0-9]+(-[a-z0-9]+)*$", r"[a-z0-9]+(-[a-z0-9]+)*"), ("^/v1/", r"/v1/[\s\S]*"), ("^https?://", r"https?://[\s\S]*"),
    (r"^[0-9]{4}(-[0-9]{2}(-[0-9]{2})?)?$", r"[0-9]{4}(-[0-9]{2}(-[0-9]{2})?)?"), (r"^a{2,}b{1,5}\.\\[c_]$", r"a{2,}b{1,5}\.\\[c_]"), ("^(ab|cd)$", "(ab|cd)"),
    (r"^ab\$", None),  # no escape there; and no anchor here
    (r"\S", None),  # may begin with what gets a quote mark
    ("^[!-~]+$", None),  # so may this
    ("^[a=]$", None), ("^[a-]$", None), ("^-a$", None), ("^[^a]$", None),
    ("^a|b$", None),  # anchors of one side each
    ("^a(b|^c)$", None), ("^a$b", None), ("^(?!0)[0-9]$", None), ("^a(?:b)$", None),
    ("^a+?$", None),  # lazy
    ("^a{2}+$", None), ("^a{,2}$", None), ("^a{x}$", None), ("^a}$", None), ("^a]$", None), (r"^a\bb$", None), (r"^a\x41$", None), (r"^a\1$", None),
    (r"^a\S$", None), (r"^a[\x00-\x1f]$", None),
    ("^a[b-d-[c]]$", None),  # a subtraction there
    ("^a[[b]$", None), (r"^a[b-\]]$", None), ("^a[b-d-f]$", None), ("^a[]b]$", None), ("^a[b$", None), ("^a(b$", None), ("^a)b($", None),
    ("^a\\", None), ("^", None), ("", None)])
def test_a_pattern_in_the_words_of_table_schema(pattern, said):
    """The same, or none."""
    assert datapackage.table_pattern(pattern) == said


def given(schema):
    """What the engine is given of a schema, and what is wrong with it."""
    others = {"Other": {"$ref": "#/components/schemas/Text"}, "Text": {"type": "string"}}
    faults.clear()
    made = engine.Engine({"openapi": "3.1.0", "info": {"title": "Things", "version": "1"}, "paths": {}, "components": {"schemas": {"Thing": schema, **others}}})
    return made.schemas["Thing"], [*faults]


def refusals(schema):
    return given(schema)[1]


@pytest.mark.parametrize("schema", [
    {"unevaluatedProperties": False}, {"$dynamicRef": "#a"}, {"nullable": True}, {"type": "text"}, {"type": []}, {"minimum": "1"}, {"maxLength": -1},
    {"pattern": "("}, {"format": "colour"}, {"required": [1]}, {"allOf": []}, {"items": []}, {"$ref": "#/components/schemas/Away"}, {"$ref": "#/paths"},
    {"if": True}, {"dependentRequired": {}}, {"uniqueItems": True, "maxItems": 1001}, {"uniqueItems": 1}, {"properties": {"a": 7}}, {"enum": "a"}, {"$defs": {}}])
def test_a_schema_that_the_engine_does_not_know(schema):
    assert refusals(schema) and refusals({"properties": {"a": {"not": schema}}}), schema
    assert not refusals({"$ref": "#/components/schemas/Thing"})


def test_what_a_schema_is_all_of_is_one_for_the_engine():
    other = {"$ref": "#/components/schemas/Other"}
    assert given(other) == given({"description": "A thing.", **other}) == ("Other", [])
    for schema in ({**other, "maxLength": 3}, {"allOf": [other], "maxLength": 3}, {"allOf": [other, {"maxLength": 3}]}):
        assert given(schema) == ({"type": "string", "maxLength": 3}, [])
    for schema in ({**other, "type": "string"}, {"allOf": [other, other]}, {"allOf": [{"maxLength": 3}], "maxLength": 4}, {"allOf": [False]}):
        assert refusals(schema) == ["contract: of what a schema is all of, no two say the same keyword"], schema


def test_the_engine_gets_of_the_official_suite_what_it_is_tried_with():
    """tests/unit/test_schema_suite.c compares its verdicts; the groups that it leaves out are those that are refused here."""
    suite = Path(os.environ.get("SCIP_SHARED", harness.ROOT / "../shared"), "data/json-schema-suite/draft2020-12")
    if not suite.is_dir():
        pytest.skip("shared/data/json-schema-suite/draft2020-12 is not there")
    listed = [line for line in (harness.ROOT / "tests/unit/schema_suite_refused.txt").read_text().splitlines() if line[0] != "#"]
    files = [*suite.glob("*.json"), *(path for path in suite.glob("format/*.json") if path.stem in forms.FORMS)]
    groups = {f"{path.name} / {group['description']}: ": group["schema"] for path in files for group in json.loads(path.read_text())}
    assert len(groups) > 200
    for name, schema in groups.items():
        assert (bool(refusals(schema)) or "allOf" in json.dumps(schema)) == any(line.startswith(name) for line in listed), name


def test_the_engine_has_the_rules_that_keywords_become():
    """One that it does not have would be passed over."""
    assert {"$ref", "allOf", *rules.RULES} == set(standard.KEYWORDS)
    kinds = int(re.search(r"KINDS = (\d+)", (harness.ROOT / "api/contract/schema.c").read_text())[1])
    assert {*rules.RULES.values(), rules.INSTANT} == {*range(kinds)}
    header = (harness.ROOT / "api/contract/schema.h").read_text()
    assert {name: int(bit) for name, bit in re.findall(r"SCHEMA_(\w+) = (\d+)", header)} == {
        name.upper(): bits & 123 or 8 for name, (bits, _) in rules.TYPE_BITS.items()} | {"INTEGER": 4}


@pytest.mark.parametrize("schema, expected", [
    ({"type": "integer"}, [[0, "must be an integer", 4]]), ({"type": ["string", "null"]}, [[0, "must be null or a string", 17]]),
    ({"type": "number"}, [[0, "must be a number", 12]]), ({"type": ["integer", "number"]}, [[0, "must be a number", 12]]),
    ({"enum": ["a", "b", None]}, [[2, "is not one of: a, b, null", ["a", "b", None]]]), ({"enum": [1, "a"]}, [[2, "is not one of: …", [1, "a"]]]),
    ({"const": 7}, [[2, "is not the one value that is allowed", [7]]]), ({"minimum": 3}, [[3, "must be at least 3", ["minimum", 3]]]),
    ({"maximum": 2000000}, [[3, "must be at most 2e+06", ["maximum", 2000000]]]), ({"maxLength": 2}, [[1, "must have at most 2 characters", ["maxLength", 2]]]),
    ({"minItems": 1}, [[1, "must have at least 1 items", ["minItems", 1]]]), ({"maxProperties": 9}, [[1, "must have at most 9 members", ["maxProperties", 9]]]),
    ({"pattern": "^a$", "maxLength": 2}, [[1, "must have at most 2 characters", ["maxLength", 2]], [4, "does not have the form ^a$", 0]]),
    ({"pattern": "^a$", "examples": ["é" * 40]}, [[4, f"does not have the form ^a$, as has {'é' * 30}", 0]]),
    ({"format": "date"}, [[4, "must be a date such as 2025-08-31", 0]]), ({"format": "date-time"}, [[5, "must be an instant such as 2025-08-31T23:30:00Z", 0]]),
    ({"format": "int64"}, []), ({"uniqueItems": True}, [[10, None, True]]), ({"uniqueItems": False}, []), ({"not": {"minimum": 1}}, [[8, "has a form that is not allowed", [[3, "must be at least 1", ["minimum", 1]]]]]),
    ({"anyOf": [{"$ref": "#/components/schemas/Text"}, True]}, [[6, "fits none of the forms that are allowed", ["Text", True]]]), ({"oneOf": [False]}, [[7, None, [False]]]),
    ({"items": False}, [[9, None, False]]), ({"properties": {"a": True}, "additionalProperties": False}, [[11, None, [{"a": True}, False]]]),
    ({"additionalProperties": {"type": "null"}}, [[11, None, [{}, [[0, "must be null", 1]]]]]), ({"properties": {"a": {}}}, [[11, None, [{"a": []}, True]]]),
    ({"propertyNames": {"maxLength": 1}, "required": ["a"]}, [[12, None, [[1, "must have at most 1 characters", ["maxLength", 1]]]], [13, None, ["a"]]])])
def test_the_rules_of_a_schema(schema, expected):
    made, said = given(schema)
    assert (rules.Rules().of(made), said) == (expected, [])


@pytest.mark.parametrize("count, shown", [(14, 14), (15, 14), (30, 14)])
def test_a_message_lists_the_words_that_it_has_room_for(count, shown):
    words = [f"word-{n:03}-" for n in range(count)]
    assert rules.Rules().of({"enum": words})[0][1] == "is not one of: " + ", ".join(words[:shown] + ["…"] * (count > shown))


@pytest.mark.parametrize("form, good, bad", [
    ("date", "2024-02-29 2000-02-29 2025-12-31", "2025-02-29 1900-02-29 2025-13-01 2025-00-01 2025-01-00 2025-04-31 2025-1-1 20250101 0000-01-01"),
    ("date-time", "2025-08-31T23:30:00Z 2025-08-31t23:30:00.123456z 2025-08-31T23:30:00+01:00 2016-12-31T23:59:60Z 1990-12-31T15:59:60-08:00",
     "2025-08-31T23:30:00 2025-08-31T24:00:00Z 2025-08-31T23:60:00Z 2025-08-31T23:30:00+24:00 2025-08-31T23:30Z"),
    ("uuid", "0188D2e4-89ab-7cde-8f01-23456789abcd", "0188d2e489ab-7cde-8f01-23456789abcd-"),
    ("partial-date", "2025 2025-08 2025-08-31", "2025-13 0000 2025-8 25")])
def test_the_patterns_of_formats(form, good, bad):
    """The engine's are PCRE2's, the same for these; leap seconds are its own."""
    pattern = re.compile(forms.FORMS[form][1], re.I | re.A)
    assert [word for word in good.split() if not pattern.search(word)] == [word for word in bad.split() if pattern.search(word)] == []
    assert not pattern.search("2025-01-01 ") and not pattern.search("")


def test_the_engine_refuses_by_rules_that_there_are():
    """It would end with one that is none; a contract without a list has the engine's own."""
    files = {path.name: path.read_text() for path in (harness.ROOT / "api").rglob("*.c")}
    named = set(re.findall(r'(?:problem_set|request_refuse)\((?:[^"()]|\([^()]*\))*?"([a-z-]+)"', "".join(files.values())))
    named |= set(re.findall(r'"([a-z]+(?:-[a-z]+)+)"', files["arrival.c"] + files["wire.c"]))
    assert len(named) > 20 and named <= {*engine.OWN, "role-needed"}, named - set(engine.OWN)
    made = engine.Engine({"openapi": "3.1.0", "info": {"title": "Things", "version": "1"}, "paths": {}})
    assert made.facts["problems"]["record-withdrawn"] == {"status": 410} and [*made.facts["problems"]] == [*engine.OWN]
    listed = {"own": {"status": 409, "title": "Own", "meaning": "It is ours."}, "not-found": {"status": 404, "title": "Not found", "meaning": "There is nothing."}}
    rules = engine.Engine({"openapi": "3.1.0", "info": {"title": "Things", "version": "1"}, "paths": {}, "components": {"x-problems": listed}}).facts["problems"]
    assert [*rules] == [*engine.OWN, "own"] and rules["not-found"] == listed["not-found"] and rules["conflict"] == {"status": 409}


def test_the_engine_gets_headers_that_are_always_the_same_as_lines():
    header = lambda value: {"schema": {"type": "string", "const": value}}
    response = {"description": "A thing.", "headers": {"cache-control": header("public, max-age=5"), "X-One": header("1"), "X-Any": {"schema": {"type": "string"}}, "X-Two": header("2")}}
    document = {"openapi": "3.1.0", "info": {"title": "Things", "version": "1"}, "paths": {"/v1/thing": {"get": {"operationId": "getThing", "responses": {"200": response}}}}}
    (operation,) = engine.Engine(document).facts["operations"]
    assert (operation["head"], operation["cache"], operation["shared"]) == ("X-One: 1\r\nX-Two: 2\r\n", "public, max-age=5", True)
    response["headers"]["X-Two"] = header("2\r\nX-Three: 3")
    faults.clear()
    engine.Engine(document)
    assert faults == ["contract: X-Two has a control character"]


def test_the_index_is_a_page_of_the_lists_that_everybody_reads(tmp_path):
    things = THINGS.replace("paths:\n", "paths:\n  /v1:\n    get:\n      operationId: getIndex\n      summary: Show the index\n      is: page\n      responses: { '200': { description: It. } }\n")
    expand(tmp_path, things)
    index = lambda: json.loads((tmp_path / "made.json.pages").read_text().split("/v1 application/json ", 1)[1].partition("\n")[2])
    listed = {"name": "things", "href": "/v1/things", "title": "List the things", "media_types": ["application/json", "text/csv", "application/x-ndjson"]}
    assert index() == {"title": "Things", "version": "1", "documentation": "/docs", "contract": "/openapi.json", "resources": [listed]}
    expand(tmp_path, things.replace("      is: list Thing\n", "      is: list Thing\n      security: [any]\n"))
    assert index()["resources"] == []


def test_the_engine_gets_the_methods_of_each_path(tmp_path):
    expand(tmp_path)
    facts = json.loads((tmp_path / "made.json.engine").read_text())
    number = {operation["id"]: number for number, operation in enumerate(facts["operations"])}
    used = {"POST": number["useThing"], "allow": "POST, OPTIONS"}
    one = {"GET": number["getThing"], "PATCH": number["patchThing"], "DELETE": number["deleteThing"], "allow": "GET, HEAD, PATCH, DELETE, OPTIONS", "parts": {"use": used}}
    all_ = {"GET": number["listThings"], "POST": number["addThing"], "allow": "GET, HEAD, POST, OPTIONS", "any": one}
    assert facts["routes"] == {"parts": {"v1": {"parts": {"things": all_}}}}


@pytest.mark.parametrize("path", ["/a" * 17, "/{a}" * 9])
def test_a_path_has_a_length(path):
    faults.clear()
    made = {"path": path, "method": "GET", "where": "here"}
    engine.Engine.route(None, {}, 0, made)
    assert faults == [f"here: the path is too long: {path}"]
    faults.clear()
    engine.Engine.route(None, {}, 0, {**made, "path": path[:-2] if "{" not in path else "/{a}" * 8})
    assert not faults
