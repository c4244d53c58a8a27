"""Lists and records read as many rows of a large Alliance as of one of a hundredth: measured by the database's own counts of rows
read, those in functions among them, not by a clock; and none goes through a table that grows.

Statements are asked as the engine asks them: without parameters of the query as it is prepared, with their defaults as constants;
with some as it is planned for their values.
"""
import json
import re
from pathlib import Path

import psycopg2
import pytest

ROOT = Path(__file__).resolve().parents[2]
CONTRACT = json.loads((ROOT / "openapi/openapi.json").read_text())
GROWS = 2500  # rows, from which on a table is one that grows: to go through less is no dearer than an index
PAGE = 51
BESIDE = 20  # rows that may be read for each of a page: what stands beside it, and what a filter leaves out
# What reads in proportion to what it counts, ranks or itself says, by one parameter or by any; metrics have tests of their own.
LINEAR = {
    "counts": ["getLibraryFacets", "getMessageRates", "getHubHealth", "listHubDuties", "listLateReturns", "getTrainingFigures", "listSelfAssessmentTotals"],
    "metrics": ["listMetricValues", "listAllMetricValues", "listMetricDefinitions", "explainMetric", "listHeadlineComparisons",
                "listNetworkHealth", "listNetworkEvaluationProgress", "listNetworkEvaluationAnswers", "listNetworkEvaluationYearFigures", "listNetworkEvaluations",
                "getNetworkEvaluation", "listNetworkEvaluationFigures", "getNetworkEvaluationDocument", "getHubEvaluation", "getLanding", "getMe"],
    "of the library what fits best, and what few have": [
        "searchLibrary q Stoke-on-Trent", "searchLibrary kind article", "searchLibrary kind case_study", "searchLibrary year",
        "searchLibrary file_format web_page", "searchLibrary file_format video"],
    "says all Hubs of a region": ["listRegions", "getRegion"],
    "of each Hub another table is asked": ["listHubs status"],
    "all of a period, or all that ever were partners, are looked at": [
        "listMinutes period", "listMessages period", "listOrganisations partner_status"],
    "of some thousands all are looked at for a Hub's own, or for a nation's, of more they are found": [
        "listMessages direction from_hub", "listHistoricalTotals nation"],
    "all other names with a frequent word": ["listOrganisations q Stoke-on-Trent"],
    "in the order of names until enough have the word": ["listProjects q Stoke-on-Trent"],
    "events of a year before, as one may last for one": ["listEvents from"],
    "delegates in the order of their sessions' days, which are in another table": ["listDelegates"],
    "all that was ever written of a table": ["listAuditEntries table"],
    "few, ever": ["listObjections", "listHubApplications", "listNews status draft"],
}
EXCEPT = {operation for operations in LINEAR.values() for operation in operations}
WRITER = {"hub_lead": {"hubs": "hub", "hubs_led": "hub"}, "hub_member": {"hubs": "hub"}, "group_member": {"groups": "group"},
          "partner": {"organisations": "organisation"}, "analyst": {}, "website": {}, "central": {}}
# An address of one of each kind; the other parameters of a path are ids of records of that Hub.
SLUGS = {"hubs": "hub-3", "programmes": "programme-1", "organisations": "organisation-5", "events": "event-7", "news": "news-7",
         "documents": "document-7", "resources": "resource-7", "policy-contributions": "policy-7", "groups": "board",
         "headline-figures": "figure-7", "projects": "project-7", "courses": "course-1", "quarterly-updates": "hub-3"}
NAMES = {"list": "sector", "year": "2023-24", "quarter": "2023-24-Q1", "version": "1", "from": "2020-01-01", "date": "2020-01-01"}
TABLES = {"invitations": "hub_invitation", "members": "hub_membership", "activities": "activity", "reviews": "hub_review",
          "meetings": "meeting", "messages": "message", "sessions": "training_session"}
VALUES = {"from": "2023-09-01", "to": "2024-08-31", "hub": "hub-3", "lead": "organisation-5", "identifier": "GB-COH-00000007",
          "organisation": "organisation-5", "course": "course-1", "group": "board", "project": "project-7", "period": "2023-24", "quarter": "2023-24-Q1",
          "year": "2020", "as_of": "2024-01-01", "record": "/v1/activities/7", "item": "document-7", "metric": "hubs", "modified_since": "2100-01-01T00:00:00Z"}
KINDS = {"id": "uuid", "meeting": "uuid", "message": "uuid", "session": "uuid", "from": "date", "date": "date", "version": "int4"}  # of paths
TYPES = {"integer": "int4", "boolean": "bool", "array": "text[]", "date": "date", "date-time": "timestamptz", "uuid": "uuid"}


def find(said):
    while "$ref" in said:
        place = CONTRACT
        for step in said["$ref"][2:].split("/"):
            place = place[step.replace("~1", "/")]
        said = place
    return said


class Read:
    """An operation that reads, with what it takes."""

    def __init__(self, path, item):
        said = item["get"]
        parameters = [find(p) for p in item.get("parameters", []) + said.get("parameters", [])]
        self.id, self.path = said["operationId"], path
        self.of_path = [p["name"] for p in parameters if p["in"] == "path"]
        self.of_query = {p["name"]: find(p["schema"]) for p in parameters if p["in"] == "query" and p["name"] not in ("format", "cursor")}
        self.types = {name: TYPES.get(s.get("format"), TYPES.get(s.get("type"), "text")) for name, s in self.of_query.items()}
        roles = [role for entry in said.get("security", []) for role in entry.get("bearer", []) or ["central", "hub_lead"]]
        self.callers = roles or ["anonymous", "central"]
        self.places = {name: path.split("{" + name + "}")[0].rstrip("/").split("/")[-1] for name in self.of_path}
        self.file = next((f for f in (ROOT / f"db/{d}/{self.id}.sql" for d in ("queries", "derived")) if f.exists()), None)

    def defaults(self):
        return {name: "50" if name == "limit" else s.get("default") for name, s in self.of_query.items()}

    def asked(self):
        """What may be asked: nothing, each filter alone, each order."""
        yield {}
        for name, schema in self.of_query.items():
            if name in VALUES:  # months of usage, days of all else
                yield {name: VALUES[name][:7] if self.path.endswith("usage") or "/usage/" in self.path else VALUES[name]}
            elif name == "q":
                yield from ({"q": q} for q in ("Stoke-on-Trent", "nowhere in it"))
            elif "enum" in schema or schema.get("type") == "boolean":
                yield from ({name: value} for value in schema.get("enum", ["true"])[:3] if value != schema.get("default"))


    def is_planted(self):
        """Whether there are records of its address."""
        return all(place in SLUGS or place in TABLES or name in NAMES for name, place in self.places.items())


READS = [read for read in (Read(path, item) for path, item in CONTRACT["paths"].items() if "get" in item)
         if read.file and read.is_planted()]


def excepted(read, given):
    return any(" ".join([read.id, *given, *values]) in EXCEPT for values in ([], given.values()))


class Alliance:
    """A planted database."""

    def __init__(self, url):
        self.connection = psycopg2.connect(url)
        self.cursor = self.connection.cursor()
        self.growing = {name for name, in self.all(
            f"SELECT relname FROM pg_class WHERE relnamespace = 'scip'::regnamespace AND relkind = 'r' AND reltuples >= {GROWS}")}
        self.subjects = {kind: self.all(f"SELECT id FROM scip.{table} WHERE slug = '{slug}'")[0][0] for kind, table, slug in (
            ("hub", "hub", "hub-3"), ("group", "alliance_group", "board"), ("organisation", "organisation", "organisation-5"))}

    def all(self, statement):
        self.cursor.execute(statement)
        return self.cursor.fetchall()

    def values_of(self, read):
        """For the parameters of a path."""
        return {name: SLUGS.get(place) or NAMES.get(name) or self.all(f"""
            SELECT id FROM scip.{TABLES[place]} WHERE hub_id = {self.subjects["hub"]} ORDER BY id LIMIT 1""")[0][0]
                for name, place in read.places.items()}

    def read(self, read, caller, given, after=None):
        """Rows of the answer, rows read, tables gone through, cursor."""
        values = self.values_of(read) | read.defaults() | given | (after or {})
        text = re.sub(r"^--.*$", "", read.file.read_text(), flags=re.M)
        for name in [*given, *(after or {})]:
            text = text.replace(f"(:{name} IS NULL OR ", "(")

        def literal(match):
            name = match[1]
            value = str(PAGE) if name == "limit" else values.get(name)
            kind = read.types.get(name, KINDS.get(name, "text"))
            return "NULL::" + kind if value is None else "'" + str(value).replace("'", "''") + "'::" + ("int8" if name == "limit" else kind)
        text = re.sub(r"(?<![:\w]):([a-z_]\w*)", literal, text)
        self.connection.rollback()
        for name, kind in WRITER.get(caller, {}).items():
            self.cursor.execute("SELECT set_config(%s, %s, true)", ("scip." + name, f"{{{self.subjects[kind]}}}"))
        self.cursor.execute("SELECT set_config('scip.roles', %s, true)", (f"{{{caller}}}",))
        self.cursor.execute("SET LOCAL jit = off; SET LOCAL random_page_cost = 1.1; SET LOCAL ROLE "
                            + {"anonymous": "scip_anonymous", "central": "scip_central"}.get(caller, "scip_writer"))
        before = self.counts()
        rows = self.all(text)
        columns = [column.name for column in self.cursor.description]
        self.cursor.execute("RESET ROLE")
        read_now = {name: (kind, scans - before.get(name, (0, 0, 0))[1], returned - before.get(name, (0, 0, 0))[2])
                    for name, (kind, scans, returned) in self.counts().items()}
        scanned = sorted(name for name, (kind, scans, returned) in read_now.items() if kind == "r" and scans and name in self.growing)
        cursor = {c[1:]: v for c, v in zip(columns, rows[PAGE - 2]) if c.startswith("_after")} if len(rows) == PAGE else None
        return len(rows), sum(returned for _, _, returned in read_now.values()), scanned, cursor, text

    def counts(self):
        return {name: rest for name, *rest in self.all(
            "SELECT relname, relkind::text, pg_stat_get_xact_numscans(oid), pg_stat_get_xact_tuples_returned(oid) FROM pg_class "
            "WHERE relnamespace = 'scip'::regnamespace AND relkind IN ('r', 'i')")}


@pytest.fixture(scope="session")
def alliances(small, planted):
    made = Alliance(small), Alliance(planted)
    yield made
    for alliance in made:
        alliance.connection.close()


@pytest.mark.parametrize("read", [read for read in READS if read.id not in EXCEPT], ids=lambda read: read.id)
def test_reads_no_more_of_more(alliances, read):
    small, large = alliances
    wrong = []
    for caller in dict.fromkeys(read.callers):
        for given in (given for given in read.asked() if not excepted(read, given)):
            few, few_read, *_ = small.read(read, caller, given)
            rows, rows_read, scanned, cursor, text = large.read(read, caller, given)
            pages = [(rows, rows_read, scanned)]
            if cursor and not given:
                pages.append(large.read(read, caller, given, cursor)[:3])
            for rows, rows_read, scanned in pages:
                if scanned or rows_read > 1.5 * max(few_read * max(1, rows / max(1, few)), BESIDE * PAGE):
                    wrong.append(f"{caller} {given}: {few} rows by {few_read} read, {rows} by {rows_read}, scans of {scanned}")
    assert not wrong, "\n".join(wrong)


@pytest.mark.parametrize("q", ["Stoke-on-Trent", "stoke on trent", "STOKE ON-TRENT", "kings college", "King’s College", "kíng's  coll",
                               "north east", "North-East", "wellbeing", "well-being", "well being"])
@pytest.mark.parametrize("operation", ["listEvents", "listNews", "listOrganisations", "listHubs", "listDocuments",
                                       "listPolicyContributions"])
def test_words_are_found_however_they_are_written(alliances, operation, q):
    read = next(read for read in READS if read.id == operation)
    assert alliances[0].read(read, "anonymous", {"q": q})[0] > 0


def test_what_is_part_of_a_name_finds_it(alliances):
    """Whatever part: signs, spaces and case are no part of what is compared."""
    [(missed,)] = alliances[0].all("""
        SELECT count(*) FROM scip.event e, generate_series(1, 12) first, generate_series(3, 9) length
        WHERE e.id % 7 = 0 AND NOT coalesce(e.search LIKE ANY (scip.search_term(upper(substr(e.title, first, length)))), true)""")
    assert missed == 0
