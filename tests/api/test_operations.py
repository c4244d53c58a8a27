"""Every operation of the contract gives every status that it documents: generated, so that none is forgotten."""
import harness
import pytest


def load(binary=harness.BINARY):
    """The operations as `scip-api routes` lists them: they must be known before a server runs."""
    import subprocess
    lines = subprocess.run([binary, "routes"], cwd=harness.ROOT, check=True, text=True, capture_output=True).stdout.splitlines()
    return [(line.split()[1], line.split()[2]) for line in lines]


OPERATIONS = load()


def path_of(server, template, operation):
    """An address that exists."""
    if "{slug}" in template:
        return server.get(template.replace("/{slug}", "?limit=1")).json["items"][0]["href"]
    return template.replace("/web/{asset}", "/web/scip.js").replace("{asset}", "docs.js")


def documented(contract, template, status):
    return status in contract["paths"][template]["get"]["responses"]


@pytest.mark.parametrize("template, operation", OPERATIONS)
def test_documented_statuses(server, contract, template, operation):
    path = path_of(server, template, operation)
    answer = server.get(path)
    assert answer.status == 200
    if documented(contract, template, "304"):
        assert server.get(path, If_None_Match=answer.headers["ETag"]).status == 304
    if documented(contract, template, "400"):
        assert server.get(path + "?no_such_parameter=1").json["errors"][0]["pointer"] == "/query/no_such_parameter"
    if documented(contract, template, "404"):
        assert server.get(path + "-not-there").status in (400, 404)
        assert server.get(template.replace("{slug}", "not-there").replace("{asset}", "not-there")).status == 404
    if documented(contract, template, "406"):
        assert server.get(path, Accept="image/png").status == 406


def test_every_representation_of_every_operation(server, contract):
    for template, _, operation in harness.operations(contract):
        offered = operation["responses"]["200"].get("content", {})
        if any(parameter.get("name") == "format" or "Format" in parameter.get("$ref", "") for parameter in operation.get("parameters", [])):
            for media in offered:
                answer = server.get(path_of(server, template, operation), Accept=media)
                assert answer.status == 200 and answer.headers["Content-Type"].split(";")[0] == media


def test_database_away_at_start(contract):
    """Without a database: the process lives, what needs none works, the rest is 503 with Retry-After."""
    server = harness.Server("main", wait=False, DATABASE_URL="postgresql:///scip?host=/nonexistent&user=scip_anonymous")
    for _ in range(200):
        try:
            assert server.get("/health/live").status == 200
            break
        except OSError:
            harness.time.sleep(0.02)
    assert server.get("/health/ready").status == 503
    for template, operation in OPERATIONS:
        answer = server.get(template.replace("{slug}", "any").replace("/web/{asset}", "/web/scip.js").replace("{asset}", "docs.js"))
        if documented(contract, template, "503"):
            assert (answer.status, answer.headers["Retry-After"]) == (503, "1"), operation
            assert answer.json["type"] == "/problems/unavailable"
        else:
            assert answer.status == 200, operation
    server.stop()
