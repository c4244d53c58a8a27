"""What every list has, read from the contract: when its records last changed, and those that changed since."""
import csv
import io
import json
import re
from urllib.parse import quote

import harness
import pytest
from test_examples import CENTRAL, CONTRACT, GROUP, HUB, MEETING, PEOPLE, SCHEMAS, SESSION, Demonstration

# Where the lists below a record are asked, of the demonstration: a slug or SQL.
AT = {"organisations": "demonstration-charity-06", "documents": "demonstration-document-1", "groups": GROUP, "headline-figures": "training-delegates-2019-22", "hubs": HUB, "meetings": MEETING,
      "metrics": "SELECT code FROM scip.metric ORDER BY ordinal", "network/evaluations": "SELECT max(year) FROM scip.network_evaluations", "people": PEOPLE, "projects": "demonstration-action-plan-8",
      "programmes": "demonstration-days", "messages": "SELECT message_id FROM scip.message_answer ORDER BY 1", "resources": "demonstration-resource-1", "training/sessions": SESSION,
      "vocabularies": "sector"}
# What is shown without the time of its last change, as it is no record of its own.
COMPUTED = {"Certificate", "HeadlineComparison", "HubDuty", "HubHealth", "HubQuorum", "LateReturn", "LibraryFacets", "Me", "MeetingAttendanceSummary", "MessageRates", "Metric",
            "MetricExplanation", "MetricValue", "NetworkEvaluation", "NetworkEvaluationAnswer", "NetworkEvaluationFigure", "NetworkEvaluationProgress",
            "NetworkHealth", "PersonExport", "Processing", "Retention", "SelfAssessmentTotal", "TrainingFigures", "TrainingSessionAttendance",
            "TrainingSessionFeedback", "Usage", "UsageUsers", "Vocabulary", "VocabularyTerm"}


def named(parameter):
    return CONTRACT["components"]["parameters"][parameter["$ref"].split("/")[-1]] if "$ref" in parameter else parameter


def shown():
    """Each GET of records: its operation, path, parameters in the query, record, and whether it is a list."""
    for path, item in CONTRACT["paths"].items():
        operation = item.get("get", {})
        schema = operation.get("responses", {}).get("200", {}).get("content", {}).get("application/json", {}).get("schema", {})
        if "$ref" not in schema or operation["tags"][0] in ("Service", "Access") or path.endswith("/template.csv"):
            continue
        name = schema["$ref"].split("/")[-1]
        properties, query = SCHEMAS[name].get("properties", {}), {named(each)["name"] for each in operation.get("parameters", ()) if named(each)["in"] == "query"}
        listed = "items" in properties
        yield operation, path, query, properties["items"]["items"]["$ref"].split("/")[-1] if listed else name, listed


LISTS = {operation["operationId"]: (path, query) for operation, path, query, _, listed in shown() if listed}
SINCE = {name: path for name, (path, query) in LISTS.items() if "modified_since" in query}


def test_records_say_when_they_changed():
    """All but those that are computed; a list of them can be asked by that, and no other."""
    records = {record for _, _, _, record, _ in shown()}
    assert {record for record in records if "updated_at" not in SCHEMAS[record]["properties"]} == COMPUTED
    wrong = [operation["operationId"] for operation, _, query, record, listed in shown()
             if ("modified_since" in query) != (listed and "updated_at" in SCHEMAS[record]["properties"])]
    assert not wrong and len(SINCE) >= 60


ONES = {"listMetricValues", "listNetworkEvaluationYearFigures", "listNetworkEvaluationProgress"}  # which stand for each other: no part says enough


def test_lists_come_in_pages_and_as_csv():
    """Each that no comment in its source takes out. What is in another has the member that a cell is made of."""
    media = {operation["operationId"]: operation["responses"]["200"]["content"].keys() for operation, *_ in shown()}
    assert {name for name, (_, query) in LISTS.items() if not {"limit", "cursor"} <= query} == ONES
    assert {name for name, (_, query) in LISTS.items() if "text/csv" not in media[name] or "format" not in query} == set()
    wrong = [f"{record}.{name}" for record in {record for *_, record, listed in shown() if listed} for name, schema in SCHEMAS[record]["properties"].items()
             if kinds(schema) & {"array", "object"} and "x-csv" not in (SCHEMAS[schema["$ref"].split("/")[-1]] if "$ref" in schema and "x-csv" not in schema else schema)]
    assert not wrong


def kinds(schema):
    """The types that a value may have."""
    if "$ref" in schema:
        return kinds(SCHEMAS[schema["$ref"].split("/")[-1]])
    own = schema.get("type", [])
    return {*([own] if isinstance(own, str) else own)}.union(*(kinds(each) for key in ("anyOf", "oneOf", "allOf") for each in schema.get(key, ())))


@pytest.fixture(scope="module")
def demonstration(cluster):
    """Its records as if they had changed one after the other."""
    demonstration = Demonstration(cluster)
    demonstration.psql("""
        SET session_replication_role = replica;
        SELECT format('UPDATE scip.%I t SET updated_at = timestamptz ''2024-01-01'' + hashtext(t::text) %% 8000 * interval ''1 hour''', c.relname)
        FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid AND a.attname = 'updated_at'
        WHERE c.relnamespace = 'scip'::regnamespace AND c.relkind = 'r' \\gexec""")
    yield demonstration
    demonstration.leave()
    cluster.psql("DROP DATABASE scip_examples WITH (FORCE)")


@pytest.fixture(scope="module")
def demo(demonstration):
    server = harness.Server("lists", DATABASE_URL=demonstration.url())
    yield server
    server.stop()


def target(demonstration, path):
    """The address of a list, of a record of the demonstration."""
    for prefix, value in AT.items():
        if path.startswith(f"/v1/{prefix}/{{"):
            value = f"{demonstration.psql(value)}\nnothing".split()[0] if value.startswith("SELECT") else value
            return re.sub(r"{\w+}", value, path, count=1)
    return path


def everything(server, token, path):
    """All records of a list, page by page."""
    items, cursor = [], ""
    while True:
        answer = harness.get(server, token, f"{path}{'&' if '?' in path else '?'}limit=200{cursor}")
        assert answer.status == 200, (path, answer.status, answer.text)
        items += answer.json["items"]
        if not answer.json["next"]:
            return items
        cursor = f"&cursor={answer.json['next']}"


def test_what_changed_since(demonstration, demo):
    """Of each list the records that changed at that instant or later, and no other."""
    token, divided, wrong = demonstration.token(demo, **CENTRAL), set(), []
    for name, path in SINCE.items():
        path = target(demonstration, path)
        items = everything(demo, token, path)
        times = sorted({item["updated_at"] for item in items if item["updated_at"]})
        middle = times[len(times) // 2] if times else "2024-06-01T00:00:00Z"
        found = everything(demo, token, f"{path}?modified_since={middle}")
        if found != [item for item in items if item["updated_at"] and item["updated_at"] >= middle]:
            wrong.append((name, middle, len(items), len(found)))
        if 0 < len(found) < len(items):
            divided.add(name)
        assert everything(demo, token, f"{path}?modified_since=2100-01-01T00:00:00Z") == [], name
    assert not wrong
    assert len(divided) > 35, sorted(SINCE.keys() - divided)


def test_csv(demonstration, demo):
    """Everything at once, by the columns of the record."""
    token, rows = demonstration.token(demo, **CENTRAL), 0
    for name, (path, query) in LISTS.items():
        path = target(demonstration, path)
        answer = harness.get(demo, token, f"{path}?format=csv")
        if answer.status == 400:  # it needs a filter
            continue
        assert answer.status == 200 and answer.headers["Content-Type"].startswith("text/csv"), (name, answer.text[:300])
        lines = list(csv.reader(io.StringIO(answer.body.decode("utf-8-sig"))))
        assert len(lines[0]) == len(set(lines[0])) > 1 and {len(line) for line in lines} == {len(lines[0])}, name
        first = harness.get(demo, token, path).json["items"]
        assert len(lines) - 1 == len(first) or len(lines) - 1 > len(first) == 50, (name, len(lines), len(first))
        rows += len(lines) - 1
        assert not [cell for line in lines[1:] for cell in line if cell[:2] in ('{"', '["', "[{")], name
    assert rows > 5000


SORTED = {operation["operationId"]: (path, next(each["schema"] for each in map(named, operation["parameters"]) if each["name"] == "sort"))
          for operation, path, query, _, listed in shown() if listed and "sort" in query}


def test_sort(demonstration, demo):
    """Both ways the same records, page by page; the first is what comes without it."""
    token, turned = demonstration.token(demo, **CENTRAL), 0
    assert len(SORTED) > 45
    for name, (path, schema) in SORTED.items():
        path = target(demonstration, path)
        assert schema["default"] == schema["enum"][0] and harness.get(demo, token, f"{path}?sort=size").status == 400
        orders = {word: everything(demo, token, f"{path}?sort={word}") for word in schema["enum"]}
        assert orders[schema["default"]] == everything(demo, token, path), name
        for word, items in orders.items():
            assert sorted(map(json.dumps, items)) == sorted(map(json.dumps, orders[schema["default"]])), (name, word)
            if name != "listEvents" and f"-{word}" in orders:  # whose days are spans: they begin first, and end last
                assert items == orders[f"-{word}"][::-1], (name, word)
                turned += len(items) > 1
            cursor = ""
            for start in range(0, min(len(items), 9), 3):
                page = harness.get(demo, token, f"{path}?sort={word}&limit=3{cursor}").json
                assert page["items"] == items[start:start + 3], (name, word, start)
                cursor = f"&cursor={page['next']}"
    assert turned > 25


def test_text(demonstration, demo):
    """A record is found by its name, and nothing by what is nowhere."""
    token, found = demonstration.token(demo, **CENTRAL), 0
    for name, path in ((name, path) for name, (path, query) in LISTS.items() if "q" in query):
        for item in harness.get(demo, token, path).json["items"][-1:]:
            words = item.get("name") or item["title"]
            hits = everything(demo, token, f"{path}?q={quote(words[:100])}")
            assert item in hits, (name, words)
            found += 1
        assert everything(demo, token, f"{path}?q=xylophonically") == [], name
    assert found > 12


def test_nations(demonstration, demo):
    """Its own, or that of its Hub."""
    token, divided = demonstration.token(demo, **CENTRAL), set()
    hubs = {hub["slug"]: hub["nations"] for hub in everything(demo, token, "/v1/hubs")}
    for name, path in ((name, path) for name, (path, query) in LISTS.items() if "nation" in query and "{" not in path and not path.startswith("/v1/metric")):
        items = everything(demo, token, path)
        for nation in SCHEMAS["NationTerm"]["enum"]:
            of = lambda item: [item["nation"]] if "nation" in item else item["nations"] if "nations" in item else hubs[item["hub"]["slug"]] if item["hub"] else []
            found = everything(demo, token, f"{path}?nation={nation}")
            assert found == [item for item in items if nation in of(item)], (name, nation)
            if 0 < len(found) < len(items):
                divided.add(name)
    assert len(divided) > 6


def test_an_instant_that_is_none(demo):
    assert harness.problem(demo.get("/v1/hubs?modified_since=yesterday"))[0] == harness.problem(demo.get("/v1/usage?modified_since=2024-01-01T00:00:00Z"))[0] == 400


PARTS = {"account": {"account_role", "client_keys", "client_secret"}, "alliance_group": {"group_organisation"}, "branding": {"file"},
         "hub": {"hub_former_slug", "hub_lead", "hub_name", "hub_region", "hub_status"},
         "project": {"action", "project_hub", "project_organisation"},
         "organisation": {"organisation_former_slug", "organisation_identifier", "organisation_lineage", "organisation_name", "organisation_partnership", "organisation_sector"},
         "strategy": {"strategy_theme"}}


def test_a_part_changes_its_record(demonstration):
    """Once a request: a record is then one version further, and says when."""
    said = demonstration.psql("""
        SELECT json_object_agg(whole, parts) FROM (
          SELECT split_part(encode(g.tgargs, 'escape'), '\\000', 1) AS whole, array_agg(c.relname ORDER BY c.relname) AS parts
          FROM pg_trigger g JOIN pg_class c ON c.oid = g.tgrelid WHERE g.tgname = 'touch_whole' GROUP BY 1) x""")
    assert {whole: set(parts) for whole, parts in json.loads(said).items()} == PARTS
    tried = 0
    for whole, part in ((whole, part) for whole, parts in PARTS.items() for part in sorted(parts)):
        column, key = {"alliance_group": ("group_id", "id"), "branding": ("branding", "slug")}.get(whole, (f"{whole}_id", "id"))
        if demonstration.psql(f"SELECT EXISTS (SELECT FROM scip.{part} WHERE {column} IS NOT NULL)") == "f":
            continue
        said = demonstration.psql(f"""
            BEGIN;
            SELECT {column} AS id FROM scip.{part} WHERE {column} IS NOT NULL LIMIT 1 \\gset
            SELECT version AS before FROM scip.{whole} WHERE {key} = :'id' \\gset
            UPDATE scip.{part} SET {column} = {column} WHERE {column} = :'id';
            UPDATE scip.{part} SET {column} = {column} WHERE {column} = :'id';
            SELECT version - :before, updated_at = now() FROM scip.{whole} WHERE {key} = :'id'""")
        assert said == "1|t", (part, said)
        tried += 1
    assert tried >= 8


def test_a_time_never_goes_back(demonstration):
    """A request that began earlier may be done later."""
    assert demonstration.psql("""
        BEGIN;
        SET LOCAL session_replication_role = replica;
        UPDATE scip.region SET updated_at = '2100-01-01Z';
        SET LOCAL session_replication_role = origin;
        UPDATE scip.region SET name = name;
        SELECT DISTINCT updated_at AT TIME ZONE 'UTC' FROM scip.region""") == "2100-01-01 00:00:00"
