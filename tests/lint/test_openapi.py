"""What stops the common generators of clients does not stand in the contract. Those in Python and TypeScript are run by
tests/clients; those in Go and Java stop at the same things, and are not needed to see them."""
import json
import re

import harness

CONTRACT = json.loads((harness.ROOT / "openapi/openapi.json").read_text())
COMPONENTS = CONTRACT["components"]["schemas"]
OPERATIONS = [operation for item in CONTRACT["paths"].values() for key, operation in item.items() if key in ("get", "put", "post", "patch", "delete")]

# Classes and types that a generated client, its runtime or the language's own global names bring along.
TAKEN = """AbstractOpenApiSchema Any ApiCallback ApiClient ApiException ApiKeyAuth ApiResponse Array AuthenticatedClient Authentication Blob Boolean
    Client ClientInterface ClientOption ClientWithResponses Config Configuration CreateClientConfig Date Decimal Dict Enum Error Exception False
    File Float Function Headers HttpBasicAuth HttpBearerAuth Int Integer Iterable JSON List Long Map Module None Null Number Object Option Options
    Override Pair Promise Record Request RequestOptions Response RESTClientObject Self Server ServerConfiguration ServerVariable Set String
    StringUtil Symbol Thread True Tuple Type Undefined Union Unset Void""".split()
# What generators put behind an operationId.
BEHIND = ("", "Body", "Data", "Error", "Errors", "JSONBody", "JSONRequestBody", "Params", "Request", "RequestBody", "Response", "Responses")
TEXTS = re.compile(r"text/.*|application/(.*\+)?(json|x-ndjson|x-www-form-urlencoded)|image/svg\+xml|application/xml")


def pascal(name):
    return "".join(word[:1].upper() + word[1:] for word in re.split(r"[^A-Za-z0-9]+", str(name)))  # YAML 1.1 reads on and no as booleans


def parts(schema):
    """The schemas right inside one: (keyword, name of the property or None, schema)."""
    for keyword in ("items", "contains", "not", "if", "then", "else", "propertyNames", "additionalProperties"):
        if keyword in schema and not (keyword == "additionalProperties" and isinstance(schema[keyword], bool)):
            yield keyword, None, schema[keyword]
    for keyword in ("allOf", "anyOf", "oneOf", "prefixItems"):
        yield from ((keyword, None, each) for each in schema.get(keyword, ()))
    for keyword in ("properties", "patternProperties", "$defs"):
        yield from ((keyword, name, each) for name, each in schema.get(keyword, {}).items())


def walk(name, schema):
    """All schemas in one, each with the name that a generator would make for it."""
    yield name, schema
    if isinstance(schema, dict):
        for keyword, member, inner in parts(schema):
            yield from walk(name + (pascal(member) if member else {"items": "Item"}.get(keyword, "")), inner)


def media(node):
    """Every media type with its schema, of bodies and responses wherever they stand."""
    if isinstance(node, dict):
        if isinstance(content := node.get("content"), dict):
            yield from content.items()
        for inner in node.values():
            yield from media(inner)
    elif isinstance(node, list):
        for inner in node:
            yield from media(inner)


def parameters(node):
    if isinstance(node, dict):
        if "in" in node and "schema" in node:
            yield node
        for inner in node.values():
            yield from parameters(inner)
    elif isinstance(node, list):
        for inner in node:
            yield from parameters(inner)


def schemas():
    for name, schema in COMPONENTS.items():
        yield from walk(name, schema)
    for _, content in media(CONTRACT):
        yield from walk("", content.get("schema", {}))
    for parameter in parameters(CONTRACT):
        yield from walk("", parameter["schema"])


def test_the_names_are_read():
    assert len(COMPONENTS) > 300 and len(OPERATIONS) > 300


def test_no_schema_is_a_boolean():
    assert [name for name, schema in schemas() if isinstance(schema, bool)] == []


def test_no_component_is_named_as_a_generator_names_its_own():
    taken = {name.lower() for name in TAKEN}
    taken |= {(operation["operationId"] + behind).lower() for operation in OPERATIONS for behind in BEHIND}
    assert [name for name in COMPONENTS if name.lower() in taken] == []


def test_no_component_has_the_name_that_an_inline_schema_gets():
    given = {inner.lower(): inner for name, whole in COMPONENTS.items() for inner, schema in walk(name, whole)
             if inner != name and isinstance(schema, dict) and "$ref" not in schema}
    assert [(name, given[name.lower()]) for name in COMPONENTS if name.lower() in given] == []


def test_no_two_inline_schemas_get_one_name():
    seen, twice = {}, []
    for name, whole in COMPONENTS.items():
        for inner, schema in walk(name, whole):
            if isinstance(schema, dict) and ("enum" in schema or "properties" in schema) and seen.setdefault(inner.lower(), (name, schema))[0] != name:
                twice.append((inner, name, seen[inner.lower()][0]))
    assert twice == []


def test_no_property_is_named_as_its_record():
    """A generated reader of Share has a variable share for the whole, and one for each property: of two types, unless it is plain."""
    assert [(name, member) for name, schema in COMPONENTS.items() for member, inner in schema.get("properties", {}).items()
            if pascal(member).lower() == name.lower() and not isinstance(inner.get("type"), str)] == []


def test_names_differ_by_more_than_case_and_hyphens():
    def doubled(names):
        folded = [re.sub(r"(?<=.)[^a-z0-9]", "", str(name).lower()) for name in names if name is not None]
        return len(folded) != len(set(folded))
    assert not doubled(COMPONENTS) and not doubled(operation["operationId"] for operation in OPERATIONS)
    assert [name for name, schema in schemas() if doubled(schema.get("properties", ())) or doubled(schema.get("enum", ()))] == []


def test_bytes_are_declared_as_bytes():
    """OpenAPI 3.1, "Considerations for File Uploads" and 4.8.14: no type, and what the bytes are."""
    faults = []
    for kind, content in media(CONTRACT):
        schema = content.get("schema", {})
        wanted = "application/octet-stream" if kind == "*/*" else kind
        if not TEXTS.fullmatch(kind) and (schema.get("contentMediaType") != wanted or {"type", "format", "contentEncoding"} & set(schema)):
            faults.append((kind, schema))
    assert faults == []


def test_no_parameter_is_a_constant():
    assert [parameter["name"] for parameter in parameters(CONTRACT) if "const" in parameter["schema"]] == []


def test_operations_say_what_else_may_go_wrong_and_how_stable_they_are():
    """A problem, or OAuth's error where a client of the protocol asks."""
    answered = {operation["operationId"]: operation["responses"].get("default") for operation in OPERATIONS}
    assert {each["$ref"].split("/")[-1] for each in answered.values()} == {"Problem", "OAuthProblem"}
    assert {name for name, each in answered.items() if each["$ref"].endswith("OAuthProblem")} == {"createToken", "revokeToken"}
    assert {operation["x-stability-level"] for operation in OPERATIONS} == {"stable", "beta"}


def test_operations_say_who_may():
    assert [operation["operationId"] for operation in OPERATIONS if "security" not in operation] == []
    assert CONTRACT["servers"]
