"""Every operation of the contract gives every status that it documents: generated, so that none is forgotten. What
depends on the records is asked in test_matrix (304, 404, 412, ranges, keys) and in tests of its own (409, 422)."""
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


ALL = load()


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
    found = alternatives(contract, method, template)
    return bool(found) and {} not in found


def documented(contract, template, status, method="get"):
    return status in contract["paths"][template][method.lower()]["responses"]


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
    else:
        token = None
        if alternatives(contract, method, template):  # a token may be left out, and is no wrong one
            assert server.send(method, path, token="not.a.token").status == 401
    if "text/html" in operation_of(contract, method, template)["responses"].get("200", {}).get("content", {}):  # a shared link has what others add to it
        assert server.get(path + "?no_such_parameter=1").status != 400 and server.get(re.sub(r"\{\w+\}", "~", template)).status == (400 if "{" in template else 200)
    elif documented(contract, template, "400", method):
        answer = server.send(method, path + ("&" if "?" in path else "?") + "no_such_parameter=1", body, token=token, **headers)
        assert answer.status == 400 and (body or answer.json["errors"][0]["pointer"] == "/query/no_such_parameter")
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
    known = any(slow.send("POST", document + "/investigations").status == 204 for _ in range(50))
    assert known, "the salts of the day are known from now on"
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
