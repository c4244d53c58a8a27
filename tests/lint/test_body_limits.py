"""The longest body that a schema allows fits into the bounds of its operation (openapi/README, "Bounds of a body")."""
import json

import harness
import pytest

BYTES, VALUES = 64 * 1024, 5000
ENDLESS = float("inf")
CONTRACT = json.loads((harness.ROOT / "openapi/openapi.json").read_text())


def resolve(node):
    while isinstance(node, dict) and set(node) == {"$ref"}:
        kind, name = node["$ref"].split("#/components/")[1].split("/")
        node = CONTRACT["components"][kind][name]
    return node


def size(schema, depth=0):
    """Bytes and values of the longest value in ASCII; endless where the schema has no bound."""
    schema = resolve(schema)
    if not isinstance(schema, dict) or depth > 12 or not schema:
        return ENDLESS, ENDLESS
    parts = [size(part, depth + 1) for part in schema.get("anyOf", schema.get("oneOf", []))]
    if parts and "properties" not in schema:
        return max(part[0] for part in parts), max(part[1] for part in parts)
    kinds = schema["type"] if isinstance(schema.get("type"), list) else [schema.get("type")]
    if "enum" in schema:
        return max(len(str(word)) for word in schema["enum"]) + 2, 1
    if "object" in kinds or "properties" in schema:
        members = [(len(str(name)) + 4, size(part, depth + 1)) for name, part in schema.get("properties", {}).items()]
        more = schema.get("additionalProperties", True)
        if more is not False:
            one, most = size(more, depth + 1), schema.get("maxProperties", ENDLESS)
            members.append((0, (most * (one[0] + 64), most * one[1])))
        return 2 + sum(name + part[0] for name, part in members), 1 + sum(part[1] for _, part in members)
    if "array" in kinds:
        one, most = size(schema.get("items", {}), depth + 1), schema.get("maxItems", ENDLESS)
        return 2 + most * (one[0] + 1), 1 + most * one[1]
    if "string" in kinds:
        return (40 if schema.get("format") in ("date", "date-time", "uuid") else schema.get("maxLength", ENDLESS) + 2), 1
    return (24, 1) if {"integer", "number", "boolean", "null"} & set(kinds) else (ENDLESS, ENDLESS)


def bodies():
    for item in CONTRACT["paths"].values():
        for operation in item.values():
            for kind, media in resolve(operation.get("requestBody", {"content": {}}))["content"].items():
                if kind in ("application/json", "application/merge-patch+json"):
                    yield operation, media["schema"]


@pytest.mark.parametrize("operation, schema", [pytest.param(*body, id=body[0]["operationId"]) for body in bodies()])
def test_the_longest_body_fits(operation, schema):
    longest, values = size(schema)
    limit = operation.get("x-body-limit", {})
    if longest < ENDLESS:
        assert longest <= limit.get("bytes", BYTES) and values <= limit.get("values", VALUES), (longest, values)
    if limit:  # no more than that either
        assert longest > BYTES or values > VALUES, "needs no x-body-limit"
        assert limit.get("bytes", 0) <= 512 * 1024 and limit.get("values", 0) <= 20000
