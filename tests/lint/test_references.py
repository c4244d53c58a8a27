"""What refers to another record in an answer is a link: an object with its address. A bare id or slug is of who asks alone, who would
have to know where it leads. Requests and filters name records by these."""
import json
import re

import harness
import pytest
from test_changelog import TABLES

CONTRACT = json.loads((harness.ROOT / "openapi/openapi.json").read_text())
SCHEMAS = CONTRACT["components"]["schemas"]
SLUG = SCHEMAS["Slug"]["pattern"]
# Bare all the same, and why.
BARE = {
    "Booking.certificate": "a secret, by which who holds it shows it: the address stands in links",
    "Booking.links.certificate": "an address, as all of links", "Booking.links.feedback_link": "an address, as all of links",
    "HealthRule.next_action": "a text", "TrainingComment.comment": "a text", "TrainingSessionFeedback.feedback[].comment": "a text",
    "HistoricalTotalSheetRow.hub": "a cell of a sheet to fill in", "HistoricalTotalSheetRow.metric": "a cell of a sheet to fill in",
    "MemberSheetRow.organisation": "a cell of a sheet to fill in",
    "MetricExplanation.filters.hub": "a filter, as it was asked for",
    "PersonExport.person.added_by": "a column of the table, as it is kept"}


def singular(plural):
    return re.sub(r"people$", "person", re.sub(r"s$", "", re.sub(r"ies$", "y", re.sub(r"(?<=ss|us|ch)es$", "", plural)))).replace("-", "_")


RECORDS = {singular(name) for path in CONTRACT["paths"] for name in re.findall(r"/([a-z-]+)(?=/\{)", path)}


def resolved(schema):
    while "$ref" in schema:
        schema = SCHEMAS[schema["$ref"].split("/")[-1]]
    return schema


def properties(schema, place, seen):
    """(place, schema) of each property in one, those of the components that it refers to under the names of these."""
    if "$ref" in schema:
        name = schema["$ref"].split("/")[-1]
        if name not in seen:
            seen.add(name)
            yield from properties(SCHEMAS[name], name, seen)
        return
    for name, inner in schema.get("properties", {}).items():
        yield f"{place}.{name}", resolved(inner)
        yield from properties(inner, f"{place}.{name}", seen)
    if isinstance(schema.get("items"), dict):
        yield from properties(schema["items"], place + "[]", seen)
    for inner in [part for keyword in ("allOf", "anyOf", "oneOf") for part in schema.get(keyword, ())]:
        yield from properties(inner, place, seen)


def answered():
    seen = set()
    for operation in (operation for item in CONTRACT["paths"].values() for operation in item.values()):
        for status, answer in operation.get("responses", {}).items():
            for content in answer.get("content", {}).values() if status[0] == "2" else ():
                yield from properties(content.get("schema", {}), operation["operationId"], seen)


def is_bare(place, schema):
    """Whether a property names another record by a string: an id or slug that is not the record's own, or anything that is called as records
    are, but for codes."""
    name = place.split(".")[-1]
    if "string" not in schema.get("type", ()) or {"enum", "const", "x-terms"} & schema.keys():
        return False
    if schema.get("format") == "uuid" or schema.get("pattern") == SLUG:
        return name not in ("id", "slug")
    called = any(name == record or name.endswith("_" + record) for record in RECORDS)
    return called and "format" not in schema and schema.get("pattern", "^/v1/") == "^/v1/"


def cells(section):
    return {place for row in TABLES.get(section, {}).get("References", ()) for place in row[0].split(", ")}


def test_references_are_links():
    places = dict(answered())
    assert len(places) > 900 and {"hub", "person", "activity", "principle", "headline_figure", "breach"} <= RECORDS
    bare = {place for place, schema in places.items() if is_bare(place, schema)}
    assert sorted((bare - cells("Planned")) ^ BARE.keys()) == []


def test_what_was_changed_is_a_link():
    places = dict(answered())
    for place in cells("Changed") - {"RegionLink"}:
        shapes = [resolved(part) for part in places[place].get("anyOf", places[place].get("oneOf", [places[place]]))]
        assert [shape for shape in shapes if "href" in shape.get("properties", ())], place


@pytest.mark.parametrize("place, schema, bare", [
    ("Thing.id", {"type": "string", "format": "uuid"}, False), ("Thing.owner", {"type": ["string", "null"], "format": "uuid"}, True),
    ("Thing.slug", {"type": "string", "pattern": SLUG}, False), ("Thing.seat", {"type": "string", "pattern": SLUG}, True),
    ("Thing.hub", {"type": "string"}, True), ("Thing.old_hub", {"type": ["string", "null"]}, True), ("Thing.hub", {"type": "object"}, False),
    ("Thing.session", {"type": "string", "pattern": "^/v1/"}, True), ("Thing.href", {"type": "string", "pattern": "^/v1/"}, False),
    ("Thing.metric", {"type": "string", "pattern": "^[a-z]+$"}, False), ("Thing.role", {"type": "string", "enum": ["a"]}, False)])
def test_the_lint_bites(place, schema, bare):
    assert is_bare(place, schema) == bare
