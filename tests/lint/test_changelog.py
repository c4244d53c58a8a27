"""The tables old → new of openapi/CHANGELOG.md against the contract: what is under Changed has left no old name, and what is under
Planned is still to be done."""
import json
import re

import harness
import pytest

TEXT = (harness.ROOT / "openapi/openapi.json").read_text()
CONTRACT = json.loads(TEXT)
OPERATIONS = {operation["operationId"]: operation for item in CONTRACT["paths"].values() for operation in item.values()}
COMPONENTS = {name for part in CONTRACT["components"].values() for name in part}


def tables(text):
    """{"Changed": {"Paths": [[old, new, …]]}}, without backticks. What is new has no old name."""
    found = {}
    for section in re.split(r"^### ", text, flags=re.M)[1:]:
        parts = found.setdefault(section.split("\n")[0], {})
        for part in re.split(r"^#### ", section, flags=re.M)[1:]:
            rows = [[cell.strip().replace("`", "") for cell in line.strip("|").split(" | ")] for line in part.splitlines() if line.startswith("|")]
            parts[part.split("\n")[0]] = rows[2:]
    return found


TABLES = tables((harness.ROOT / "openapi/CHANGELOG.md").read_text())


def parameters(operation):
    for parameter in OPERATIONS.get(operation, {}).get("parameters", ()):
        yield (CONTRACT["components"]["parameters"][parameter["$ref"].split("/")[-1]] if "$ref" in parameter else parameter)["name"]


def properties(schema):
    """The names in a schema, at any depth, but not in those that it refers to."""
    if isinstance(schema, dict):
        yield from schema.get("properties", ())
        for inner in schema.values():
            yield from properties(inner)
    elif isinstance(schema, list):
        for inner in schema:
            yield from properties(inner)


def listed(cell):
    return cell.split(", ")


def of_record(name):
    return {part for each in (name, name + "New", name + "Patch") for part in properties(CONTRACT["components"]["schemas"].get(each, {}))}


def there(kind, old, *rest):
    """Whether the contract has a name: True where all that the row names have it, None where some have. Rules and codes stand in no
    fixed place of it."""
    if kind == "Paths":
        return bool(re.search(rf"(?<![\w}}-]){re.escape(old)}(?![\w/{{-])", TEXT))
    if kind == "Operations":
        return bool(re.search(rf"\b{old}\b", TEXT))
    if kind == "Schemas":
        return old in COMPONENTS
    if kind in ("Parameters", "Properties"):
        found = {old in (set(parameters(name)) if kind == "Parameters" else of_record(name)) for name in listed(rest[-1])}
        return found.pop() if len(found) == 1 else None
    return f'"{old}"' in TEXT or f"/{old}\"" in TEXT if kind == "Rules" else None


def test_the_tables_are_read():
    assert sum(len(rows) for parts in TABLES.values() for rows in parts.values()) > 350
    assert {"Paths", "Operations", "Schemas", "Parameters", "Properties", "Rules"} <= {kind for parts in TABLES.values() for kind in parts}


@pytest.mark.parametrize("kind", ["Paths", "Operations", "Schemas", "Parameters", "Properties", "Rules"])
def test_no_old_name_is_left(kind):
    rows = TABLES.get("Changed", {}).get(kind, [])
    again = {row[1] for row in rows} if kind in ("Paths", "Operations", "Schemas") else set()  # a new name may be another's old one
    assert [row for row in rows if row[0] and row[0] not in again and there(kind, *row) is not False] == []


@pytest.mark.parametrize("kind", ["Paths", "Operations", "Schemas", "Parameters", "Properties"])
def test_what_is_planned_is_not_done(kind):
    assert [row for row in TABLES.get("Planned", {}).get(kind, []) if row[0] and there(kind, *row) is not True] == []


def test_the_lint_bites():
    assert there("Paths", "/v1/hubs/{slug}") and not there("Paths", "/v1/hub") and there("Operations", "getHub") and there("Schemas", "Hub")
    assert there("Properties", "slug", "Hub") and there("Properties", "slug", "Hub, Change") is None and not there("Properties", "nothing", "Hub")
    assert there("Parameters", "lang", "listHubs") is False and there("Parameters", "slug", "getHub")
    assert tables("### Changed\n\n#### Paths\n\n| old | new |\n|---|---|\n| `/a` | `/b` |\n|  | `/c` |\n") == {"Changed": {"Paths": [["/a", "/b"], ["", "/c"]]}}
