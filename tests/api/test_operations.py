"""Every operation of the contract gives every status that it documents: generated, so that none is forgotten. What
depends on the records (404, 409, 412, 422) has tests of its own."""
import json
import re
import subprocess
from concurrent.futures import ThreadPoolExecutor

import harness
import psycopg2
import pytest

SUBJECTS = {"hub_lead": {"hub": "scotland-hub"}, "hub_member": {"hub": "scotland-hub"}, "group_member": {"group": "hub-leads-group"},
            "partner": {"organisation": "university-of-winchester"}}

FORMS = {"date": "2026-01-01", "date-time": "2026-01-01T00:00:00Z", "uuid": "00000000-0000-7000-8000-000000000000", "uri": "https://www.example.org/"}


def load(binary=harness.BINARY):
    """The operations as `scip-api routes` lists them: they must be known before a server runs."""
    lines = subprocess.run([binary, "routes"], cwd=harness.ROOT, check=True, text=True, capture_output=True).stdout.splitlines()
    return [line.split()[:3] for line in lines]


def is_secured(operation):
    found = operation.get("security", [])
    return bool(found) and {} not in found


ALL = load()
PATHS = json.loads((harness.ROOT / "openapi/openapi.json").read_text())["paths"]
READS = [(template, operation) for method, template, operation in ALL if method == "GET" and not is_secured(PATHS[template]["get"])]  # by everybody


def resolve(contract, node):
    while "$ref" in node:
        target = contract
        for token in node["$ref"][2:].split("/"):
            target = target[token]
        node = target
    return node


def operation_of(contract, method, template):
    return contract["paths"][template][method.lower()]


def parameters(contract, method, template):
    item = contract["paths"][template]
    return [resolve(contract, parameter) for parameter in item.get("parameters", []) + item[method.lower()].get("parameters", [])]


def alternatives(contract, method, template):
    return operation_of(contract, method, template).get("security", [])


def secured(contract, method, template):
    return is_secured(operation_of(contract, method, template))


def documented(contract, template, status, method="get"):
    return status in contract["paths"][template][method.lower()]["responses"]


CODE = "TEST-C0DE-0PER-AT10"


@pytest.fixture(scope="module", autouse=True)
def training(cluster):
    """Of what the start data has none: a session that was attended, and its certificate."""
    clear = """SET session_replication_role = replica;
        DELETE FROM scip.booking WHERE certificate = '%s'; DELETE FROM scip.training_session WHERE venue = 'test_operations';
        DELETE FROM scip.course WHERE slug = 'a-test-operation'; DELETE FROM scip.person WHERE email = 'operation@training.example';
        RESET session_replication_role;""" % CODE
    cluster.psql(clear + """
        WITH course AS (INSERT INTO scip.course (slug, name, sources, confidence) VALUES ('a-test-operation', 'A test', '{test}', 'low') RETURNING id)
        INSERT INTO scip.training_session (course_id, starts_at, ends_at, venue, capacity, status)
        SELECT id, '2001-11-05 10:00Z', '2001-11-05 15:00Z', 'test_operations', 5, 'published' FROM course;
        WITH person AS (INSERT INTO scip.person (name, email) VALUES ('A. Delegate', 'operation@training.example') RETURNING id)
        INSERT INTO scip.booking (session_id, person_id, status, attended, certificate)
        SELECT s.id, p.id, 'confirmed', true, '%s' FROM person p, scip.training_session s WHERE s.venue = 'test_operations';""" % CODE)
    yield
    cluster.psql(clear)


@pytest.fixture(scope="module", autouse=True)
def programme(cluster):
    """Who takes part in a programme, and what it came to: the start data says neither."""
    clear = "SET session_replication_role = replica; DELETE FROM scip.programme_participant; DELETE FROM scip.programme_evaluation; RESET session_replication_role;"
    cluster.psql(clear + """INSERT INTO scip.programme_participant (programme_id, hub_id, starts) SELECT p.id, (SELECT min(id) FROM scip.hub), '2016-09-01' FROM scip.programme p;
                            INSERT INTO scip.programme_evaluation (programme_id, year, summary, published_at) SELECT p.id, '2016-17', 'Test', now() FROM scip.programme p""")
    yield
    cluster.psql(clear)


@pytest.fixture(scope="module", autouse=True)
def shelf(cluster, server):
    """What was withdrawn is in no list, and few items have a file or are elsewhere: of each one."""
    def clear():
        cluster.remove(hub="slug = 'operations-shown'")
        for table in ("document", "resource"):
            cluster.psql(f"DELETE FROM scip.{table} WHERE slug LIKE 'operations-%'", "scip_migrator")
        cluster.psql("""SET session_replication_role = replica; DELETE FROM scip.historical_total WHERE period = '1988-89'; DELETE FROM scip.release_cell WHERE release_id IN (SELECT id FROM scip.release WHERE period = '1988-89');
            DELETE FROM scip.release WHERE period = '1988-89';""")

    clear()
    cluster.psql("INSERT INTO scip.historical_total (metric, period, value, sources) VALUES ('hubs', '1988-89', 1, '{test}')")
    central = cluster.token(server, "central")
    assert server.send("POST", "/v1/releases", {"period": "1988-89", "note": "Operations"}, central).status == 201
    for things in ("documents", "resources"):
        for slug in ("withdrawn", "held"):
            assert server.send("PUT", f"/v1/{things}/operations-{slug}", {"title": slug, "kind": "guide", "url": "https://www.example.org/", "sources": ["x"], "confidence": "low"},
                               central, If_None_Match="*").status == 201
        assert server.send("POST", f"/v1/{things}/operations-withdrawn/withdrawal", {"note": "x"}, central).status == 200
        assert server.request("PUT", f"/v1/{things}/operations-held/files/sheet.csv", {"Authorization": f"Bearer {central}", "If-None-Match": "*"}, b"a,b\r\n1,2\r\n").status == 201
    hub = "/v1/hubs/operations-shown"
    assert server.send("PUT", hub, {"name": "Shown", "nations": ["GB-ENG"], "regions": [], "sources": ["x"], "confidence": "low"}, central, If_None_Match="*").status == 201
    assert server.send("GET", "/v1/me", token=central).status == 200  # which login it has is known from now on
    assert server.request("PUT", hub + "/files/picture.png", {"Authorization": f"Bearer {central}", "If-None-Match": "*"}, b"\x89PNG\r\n\x1a\n" + bytes(9)).status == 201
    cluster.psql("""DELETE FROM scip.hub_status WHERE hub_id = (SELECT id FROM scip.hub WHERE slug = 'operations-shown');
        INSERT INTO scip.hub_status (hub_id, status, starts) SELECT id, 'active', '2018' FROM scip.hub WHERE slug = 'operations-shown'""")
    ends = {"from_record": "/v1/documents/operations-held", "to_record": "/v1/resources/operations-held"}
    assert server.send("POST", "/v1/links", {**ends, "relation": "about"}, central).status == 201
    yield
    clear()


@pytest.fixture(scope="module", autouse=True)
def lineage(cluster):
    """The first organisation of the list has a predecessor."""
    clear = "DELETE FROM scip.organisation_lineage WHERE note = 'test_operations'"
    cluster.psql(clear + """; INSERT INTO scip.organisation_lineage (organisation_id, predecessor_id, kind, note)
        SELECT (array_agg(id ORDER BY name_sort, slug))[1], (array_agg(id ORDER BY name_sort, slug))[2], 'succeeded', 'test_operations' FROM scip.organisation""")
    yield
    cluster.psql(clear)


@pytest.fixture(scope="module", autouse=True)
def told_year(cluster):
    """The start data has no release, nor a year of the network that has one; nor has its first Hub figures, or terms of reference that it has adopted."""
    clear = """SET session_replication_role = replica; DELETE FROM scip.release WHERE note = 'test_operations';
               DELETE FROM scip.terms_of_reference WHERE text = 'test_operations'; DELETE FROM scip.local_figure WHERE title = 'test_operations'; RESET session_replication_role;"""
    cluster.psql(clear + """INSERT INTO scip.release (period, number, family, first_day, last_day, note)
                            VALUES ('2016-17', 1, 'academic', '2016-09-01', '2017-08-31', 'test_operations');
                            SET session_replication_role = replica; -- which asks for no meeting
                            INSERT INTO scip.terms_of_reference (hub_id, number, text, meeting_id, adopted_on)
                            SELECT id, 1, 'test_operations', gen_random_uuid(), '2024-06-01' FROM scip.hub ORDER BY name_sort LIMIT 1;
                            INSERT INTO scip.local_figure (hub_id, region_id, title, as_of, value, unit, source, licence, published) SELECT hub_id, 1,
                              text, '2024', 0, 'children', 'https://www.example.org/', 'x', true FROM scip.terms_of_reference WHERE text = 'test_operations';
                            RESET session_replication_role""")
    yield
    cluster.psql(clear)


def path_of(server, template, operation):
    """An address that exists."""
    if template == "/v1/certificates/{code}":
        return template.replace("{code}", CODE)
    template = template.replace("{slug}/withdrawal", "operations-withdrawn/withdrawal").replace("{slug}/visit", "operations-held/visit")
    template = template.replace("/v1/hubs/{slug}/files/{name}", "/v1/hubs/operations-shown/files/picture.png").replace("{slug}/files/{name}", "operations-held/files/sheet.csv")
    found = ""
    for part in template.split("/")[1:]:
        if part.startswith("{") and part not in ("{asset}", "{rule}"):
            found = server.get(found).json["items"][0]["href"]
        else:
            found += "/" + part
    return found.replace("/web/{asset}", "/web/scip.js").replace("{asset}", "docs.js").replace("{rule}", "in-use")


def nowhere(contract, parameter):
    """A value of the right form that no record has, but for one of an enum."""
    schema = resolve(contract, parameter["schema"])
    return FORMS.get(schema.get("format")) or (schema.get("type") == "integer" and "2000000") or (schema.get("enum") or [
        text for text in ("not-there", "nothing", "2000-01-01", "2000-01-Q1", "2000-01") if re.search(schema.get("pattern", ""), text)])[0]


def some_path(contract, method, template):
    """An address of the right form with the query that it needs, whether it exists or not."""
    if template not in contract["paths"]:
        return template
    for parameter in parameters(contract, method, template):
        if parameter["in"] == "path":
            template = template.replace("{%s}" % parameter["name"], nowhere(contract, parameter))
        elif parameter["in"] == "query" and parameter.get("required"):
            template += ("&" if "?" in template else "?") + parameter["name"] + "=words"
    return template


def request_of(contract, method, template):
    """Headers and body that come as far as the body's type."""
    headers = {parameter["name"].replace("-", "_"): "*" if parameter["name"].startswith("If-") else f"key-{next(harness.serial)}"
               for parameter in parameters(contract, method, template) if parameter["in"] == "header" and (parameter.get("required") or parameter["name"] == "If-None-Match")}
    said = operation_of(contract, method, template).get("requestBody")
    if method == "PATCH" and "application/json" in resolve(contract, said)["content"]:  # of several records, and so no merge patch
        headers["Content_Type"] = "application/json"
    return headers, b"{}" if said else None


def token_for(cluster, server, contract, method, template):
    roles = [role for alternative in alternatives(contract, method, template) for role in alternative.get("bearer", [])]
    role = "central" if "central" in roles or not roles else roles[0]
    return cluster.token(server, role, **SUBJECTS.get(role, {}))


@pytest.mark.parametrize("template, operation", READS)
def test_documented_statuses(server, contract, template, operation):
    path = path_of(server, template, operation)
    answer = server.get(path)
    assert answer.status == (303 if documented(contract, template, "303") else 200)
    if documented(contract, template, "304"):
        assert server.get(path, If_None_Match=answer.headers["ETag"]).status == 304
    if documented(contract, template, "400"):
        unknown = server.get(path + "?no_such_parameter=1")
        if "text/html" in contract["paths"][template]["get"]["responses"].get("200", {}).get("content", {}):  # a shared link has what others add to it
            assert unknown.status == 200 and server.get(re.sub(r"\{\w+\}", "~", template)).status == 400
        else:
            assert unknown.json["errors"][0]["pointer"] == "/query/no_such_parameter"
    if documented(contract, template, "404"):
        assert server.get(path + "-not-there").status in (400, 404)
        assert server.get(some_path(contract, "GET", template).replace("{asset}", "not-there")).status == 404
    if documented(contract, template, "406"):
        assert server.get(path, Accept="image/png").status == 406


@pytest.mark.parametrize("method, template, operation", ALL)
def test_callers_and_forms(cluster, server, contract, method, template, operation):
    """Nobody, somebody without the role, a parameter that is none, a missing precondition, another type of body."""
    headers, body = request_of(contract, method, template)
    path = some_path(contract, method, template)
    if secured(contract, method, template):
        answer = server.send(method, path, body, **headers)
        assert (answer.status, answer.headers["WWW-Authenticate"]) == (401, "Bearer")
        assert server.send(method, path, body, token="not.a.token", **headers).status == 401
        token = token_for(cluster, server, contract, method, template)
        if documented(contract, template, "403", method) and {"bearer": []} not in alternatives(contract, method, template):
            roles = [role for alternative in alternatives(contract, method, template) for role in alternative["bearer"]]
            other = cluster.token(server, "analyst" if "website" in roles else "website")
            answer = server.send(method, path, body and plausible(contract, method, template), token=other, **headers)
            assert answer.status in (400, 403), answer.text
    elif method == "GET":
        if alternatives(contract, method, template):  # a token may be left out, and is no wrong one
            assert server.send(method, path, token="not.a.token").status == 401
        return
    else:
        token = None
    if documented(contract, template, "400", method):
        assert server.send(method, path + ("&" if "?" in path else "?") + "no_such_parameter=1", body, token=token, **headers).status == 400
    if documented(contract, template, "428", method):
        assert server.send(method, path, body, token=token).json["type"] == "/problems/precondition-required"
    if documented(contract, template, "415", method) and "/files/" not in template:  # a file's type is recognised by its bytes
        assert server.send(method, path, b"words", token=token, **{**headers, "Content_Type": "text/plain"}).status == 415
    if documented(contract, template, "406", method):
        assert server.send(method, path, body, token=token, Accept="image/png", **headers).status == 406


def plausible(contract, method, template):
    """The least body that its schema accepts, as far as examples of the types go."""
    content = resolve(contract, operation_of(contract, method, template)["requestBody"])["content"]
    return sample(contract, next(iter(content.values()))["schema"])


def sample(contract, schema):
    schema = resolve(contract, schema)
    if "const" in schema:
        return schema["const"]
    if "enum" in schema:
        return schema["enum"][0]
    if "examples" in schema:
        return schema["examples"][0]
    for word in ("oneOf", "anyOf"):
        if word in schema:
            return sample(contract, schema[word][-1])
    kind = schema.get("type", "object")
    kind = kind[0] if isinstance(kind, list) else kind
    if kind == "object":
        names = schema.get("required") or list(schema.get("properties", {}))[:schema.get("minProperties", 0)]
        return {name: sample(contract, schema["properties"][name]) for name in names}
    if kind == "array":
        return [sample(contract, schema["items"]) for _ in range(schema.get("minItems", 0))]
    if kind == "string" and "pattern" in schema:
        return next(text for text in ("words", "two-words", "https://www.example.org/", "2026", "GB-SCT", "S92000003", "GB-UKPRN-10003614", "/v1/hubs/not-there")
                    if re.search(schema["pattern"], text))
    return {"string": FORMS.get(schema.get("format"), "words"), "integer": schema.get("minimum", 1), "number": 1, "boolean": True}[kind]


def test_too_many(cluster, contract):
    """429 of every operation that says so, for every caller."""
    server = harness.Server("main", DATABASE_URL=cluster.url(), RATE_CLIENT=1, RATE_ADDRESS=1000)
    tokens = {}
    for method, template, _ in ALL:
        if not documented(contract, template, "429", method) or not secured(contract, method, template):
            continue
        token = token_for(cluster, server, contract, method, template)
        if token not in tokens:
            tokens[token] = server.send("GET", "/v1/me", token=token).status
        headers, body = request_of(contract, method, template)
        answer = server.send(method, some_path(contract, method, template), body, token=token, **headers)
        if answer.status != 429:  # a minute has begun, and this was its first
            answer = server.send(method, some_path(contract, method, template), body, token=token, **headers)
        assert answer.status == 429 and 0 < int(answer.headers["Retry-After"]) <= 60, template
    server.stop()
    server = harness.Server("main", DATABASE_URL=cluster.url(), RATE_ADDRESS=100)
    while server.get("/v1/regions").status == 200:
        pass
    for method, template, _ in ALL:
        if documented(contract, template, "429", method) and not secured(contract, method, template):
            assert server.send(method, some_path(contract, method, template), request_of(contract, method, template)[1]).status == 429
    server.stop()


def test_every_representation_of_every_operation(server, contract):
    for template, method, operation in harness.operations(contract):
        if method != "GET" or secured(contract, method, template):
            continue
        offered = operation["responses"].get("200", {}).get("content", {})
        if any(parameter.get("name") == "format" or "Format" in parameter.get("$ref", "") for parameter in operation.get("parameters", [])):
            for media in offered:
                answer = server.get(path_of(server, template, operation), Accept=media)
                assert answer.status == 200 and answer.headers["Content-Type"].split(";")[0] == media


def token_or_none(cluster, server, contract, method, template):
    return token_for(cluster, server, contract, method, template) if alternatives(contract, method, template) else None


def ask(to, contract, method, template, operation, token):
    """A request that comes as far as the database."""
    path = some_path(contract, method, template.replace("/web/{asset}", "/web/scip.js").replace("{asset}", "docs.js").replace("{rule}", "in-use"))
    if operation in ("createToken", "revokeToken"):
        return to.form(path, {"grant_type": "client_credentials", "token": "x", "client_id": "a", "client_secret": "b"})
    headers, body = request_of(contract, method, template)
    return to.send(method, path, body and plausible(contract, method, template), token=token, **headers)


def test_database_too_slow(cluster, server, contract):
    """504 of every operation that says so: somebody holds all tables."""
    slow = harness.Server("main", DATABASE_URL=cluster.url(), QUERY_TIMEOUT_MS=60, CACHE_BYTES=0, POOL_SIZE=8)
    wanted = [(method, template, operation, token_or_none(cluster, server, contract, method, template)) for method, template, operation in ALL
              if documented(contract, template, "504", method)]
    document = slow.get("/v1/documents?limit=1").json["items"][0]["href"]
    assert slow.send("POST", document + "/investigations").status == 204, "the salts of the day are known from now on"
    holder = psycopg2.connect(cluster.url("postgres"))
    with holder.cursor() as cursor:
        cursor.execute("""SELECT string_agg(format('%I.%I', schemaname, tablename), ', ') FROM pg_tables WHERE schemaname = 'scip'""")
        cursor.execute("LOCK " + cursor.fetchone()[0])
        with ThreadPoolExecutor(8) as pool:
            answers = list(pool.map(lambda one: ask(slow, contract, *one), wanted))
    holder.close()
    assert [(one[2], answer.status, answer.text) for one, answer in zip(wanted, answers) if answer.status != 504] == []
    slow.stop()


def test_database_away_at_start(cluster, server, contract):
    """Without a database: the process lives, what needs none works, the rest is 503 with Retry-After."""
    away = harness.Server("main", wait=False, DATABASE_URL="postgresql:///scip?host=/nonexistent&user=scip_anonymous")
    for _ in range(200):
        try:
            assert away.get("/health/live").status == 200
            break
        except OSError:
            harness.time.sleep(0.02)
    assert away.get("/health/ready").status == 503
    for method, template, operation in ALL:
        answer = ask(away, contract, method, template, operation, token_or_none(cluster, server, contract, method, template))
        if documented(contract, template, "503", method):
            assert (answer.status, answer.headers["Retry-After"]) == (503, "1"), (operation, answer.text)
            assert answer.json == {"error": "temporarily_unavailable", "error_description": answer.json.get("error_description")} or \
                answer.json["type"] == "/problems/unavailable" and not template.startswith("/oauth/")
        else:
            assert answer.status == 200, operation
    away.stop()


def test_faults_of_a_query_are_400(cluster, server, contract):
    """A period that is none is a fault of the query: not a rule of the records, and not an empty list. A name that is not known (of a strategy,
    of the period that is printed with a figure) lists nothing, as an unknown Hub does."""
    asked = 0
    for method, template, operation in ALL:
        for parameter in parameters(contract, method, template) if method == "GET" else ():
            schema = resolve(contract, parameter["schema"])
            if parameter["in"] != "query" or parameter["name"] not in ("period", "quarter") or not schema.get("pattern"):
                continue
            path = path_of(server, template, operation) if not secured(contract, method, template) else some_path(contract, method, template)
            for value in ("2024-26", "2024-25-Q5", "2024-13", "so on"):
                answer = server.send("GET", f"{path}{'&' if '?' in path else '?'}{parameter['name']}={value.replace(' ', '%20')}",
                                     token=token_or_none(cluster, server, contract, method, template))
                assert answer.status == 400 or answer.status == 404 and "{" in template, (template, value, answer.text[:200])
                asked += answer.status == 400
    assert asked > 50
