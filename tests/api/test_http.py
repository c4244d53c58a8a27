"""HTTP as the standards have it: methods, representations, validators, origins, cursors, identifiers."""
import json
import re
import signal
import threading
import time

import harness
import pytest


def test_head_is_get_without_a_body(server):
    get, head = server.get("/v1/hubs"), server.request("HEAD", "/v1/hubs")
    assert head.status == 200 and head.body == b""
    assert head.headers["Content-Length"] == str(len(get.body)) and head.headers["ETag"] == get.headers["ETag"]
    assert server.request("HEAD", "/v1/hubs/none").body == b""


def test_options_and_405(server):
    options = server.request("OPTIONS", "/v1/hubs")
    assert (options.status, options.headers["Allow"], options.body) == (204, "GET, HEAD, OPTIONS", b"")
    for method in ("POST", "PUT", "PATCH", "DELETE"):
        refused = server.request(method, "/v1/hubs", body=b"{}" if method != "DELETE" else None)
        assert (refused.status, refused.headers["Allow"]) == (405, "GET, HEAD, OPTIONS")
        assert refused.json["type"] == "/problems/method-not-allowed"
    assert server.get("/v1/nowhere").status == 404
    assert server.request("DELETE", "/v1/nowhere").status == 404


def test_etag(server):
    first = server.get("/v1/hubs")
    tag = first.headers["ETag"]
    assert re.fullmatch(r'"[0-9a-f]{32}"', tag)
    for condition in (tag, f"W/{tag}", f'"other", {tag}', f'"a",W/{tag} , "b"', "*"):
        known = server.get("/v1/hubs", If_None_Match=condition)
        assert (known.status, known.body, known.headers["ETag"]) == (304, b"", tag), condition
        assert known.headers["Cache-Control"] == first.headers["Cache-Control"]
        assert "Content-Length" not in known.headers and "Content-Type" not in known.headers
    for condition in ('"other"', tag[1:-1], f'"{tag}"'):
        assert server.get("/v1/hubs", If_None_Match=condition).status == 200, condition
    assert server.get("/v1/hubs?format=csv").headers["ETag"] != tag
    assert server.get("/v1/hubs").headers["ETag"] == tag


def test_etag_follows_the_record(server, cluster):
    before = server.get("/v1/hubs/london-hub").headers["ETag"]
    try:
        cluster.psql("UPDATE scip.hub SET blurb = 'New words' WHERE slug = 'london-hub'")
        time.sleep(0.3)  # the bound of what another process writes
        after = server.get("/v1/hubs/london-hub", If_None_Match=before)
        assert after.status == 200 and after.json["blurb"] == "New words"
    finally:
        cluster.psql("UPDATE scip.hub SET blurb = NULL WHERE slug = 'london-hub'")
    time.sleep(0.3)
    again = server.get("/v1/hubs/london-hub")
    assert again.json["blurb"] is None and again.headers["ETag"] != before, "the same words, a later version"


@pytest.mark.parametrize("accept, kind", [
    (None, "application/json"), ("*/*", "application/json"), ("text/csv", "text/csv; charset=utf-8"),
    ("text/*;q=0.5, application/x-ndjson", "application/x-ndjson"), ("application/json;q=0, */*;q=0.1", "text/csv; charset=utf-8"),
    ("text/html, */*;q=0.8", "application/json")])
def test_negotiation(server, accept, kind):
    answer = server.get("/v1/hubs", **({"Accept": accept} if accept else {}))
    assert (answer.status, answer.headers["Content-Type"]) == (200, kind)
    assert "Accept" in answer.headers["Vary"]


@pytest.mark.parametrize("path", ["/health/live", "/health/ready"])
def test_health_is_the_same_while_it_is(server, path):
    answer = server.get(path)
    assert answer.headers["Cache-Control"] == "no-store" and server.get(path, If_None_Match=answer.headers["ETag"]).status == 304


def test_format_wins_over_accept(server):
    assert server.get("/v1/hubs?format=csv", Accept="application/json").headers["Content-Type"].startswith("text/csv")
    assert server.get("/v1/hubs?format=csv", Accept="image/png").status == 200
    wrong = server.get("/v1/hubs?format=xml")
    assert wrong.status == 400 and wrong.json["errors"][0]["pointer"] == "/query/format"
    assert server.get("/v1/organisations?format=geojson").status == 400, "not offered there"


def test_the_contract_is_the_committed_one(server):
    """Byte for byte but for white space: order shows generators and readers of the reference what comes first."""
    committed = json.loads((harness.ROOT / "openapi/openapi.json").read_text())
    assert server.get("/openapi.json").text == json.dumps(committed, separators=(",", ":"), ensure_ascii=False)


ELSEWHERE = ("https://www.example.org", "https://evil.example", "null")


@pytest.mark.parametrize("target, status", [("/v1/hubs", 200), ("/", 200), ("/web/scip.js", 200), ("/openapi.json", 200), ("/v1/data.zip", 200), ("/docs", 200),
                                            ("/v1/nowhere", 404), ("/v1/hubs?limit=0", 400), ("/v1/people", 401), ("/v1/hubs/", 308), ("/health/live", 200)])
def test_what_anybody_may_read_every_page_may_read(server, target, status):
    """The answer is the same for every caller, so it needs no Vary: Origin, and a cache keeps it once."""
    for method in ("GET", "HEAD"):
        for origin in ({}, *({"Origin": origin} for origin in ELSEWHERE)):
            answer = server.request(method, target, origin)
            assert answer.status == status and answer.headers["Access-Control-Allow-Origin"] == "*"
            assert "Access-Control-Allow-Credentials" not in answer.headers and "Origin" not in (answer.headers["Vary"] or "")
            assert {"ETag", "Link", "Location", "Retry-After", "X-Request-Id", "X-Omitted-Count"} <= set(answer.headers["Access-Control-Expose-Headers"].split(", "))
    known = server.get(target, If_None_Match=answer.headers["ETag"] or '"x"', Origin="https://evil.example")
    assert known.status in (304, status) and known.headers["Access-Control-Allow-Origin"] == "*"


def test_cors_of_callers_with_a_token_and_of_writes(server):
    """They are for the pages of the origins that the operator lists."""
    for ask in (lambda origin: server.get("/v1/hubs", Authorization="Bearer x", Origin=origin), lambda origin: server.get("/v1/people", Authorization="Bearer x", Origin=origin),
                lambda origin: server.send("POST", "/v1/people", {}, Origin=origin), lambda origin: server.send("DELETE", "/v1/hubs", Origin=origin)):
        allowed = ask("https://www.example.org")
        assert allowed.headers["Access-Control-Allow-Origin"] == "https://www.example.org" and "Origin" in allowed.headers["Vary"]
        assert "ETag" in allowed.headers["Access-Control-Expose-Headers"]
        for origin in ("https://evil.example", "https://www.example.org.evil.example", "null", "http://www.example.org", "example.org", ""):
            refused = ask(origin)
            assert "Access-Control-Allow-Origin" not in refused.headers and "Origin" in refused.headers["Vary"]


@pytest.mark.parametrize("method, headers, anywhere", [
    ("GET", None, True), ("GET", "if-none-match", True), ("HEAD", "x-request-id, if-none-match, range", True), ("GET", "authorization", False),
    ("GET", "if-none-match,Authorization", False), ("PATCH", "content-type", False), ("POST", None, False), ("get", None, False)])
def test_preflights(server, method, headers, anywhere):
    asked = {"Access-Control-Request-Method": method, **({"Access-Control-Request-Headers": headers} if headers else {})}
    listed = server.request("OPTIONS", "/v1/hubs/london-hub", {**asked, "Origin": "http://localhost:3000"})
    assert listed.status == 204 and listed.headers["Access-Control-Allow-Origin"] == ("*" if anywhere else "http://localhost:3000")
    assert method.upper() in listed.headers["Access-Control-Allow-Methods"] or method == "POST"
    for name in (headers or "").replace(" ", "").split(","):
        assert name.lower() in listed.headers["Access-Control-Allow-Headers"].lower()
    other = server.request("OPTIONS", "/v1/hubs/london-hub", {**asked, "Origin": "https://evil.example"})
    assert other.headers["Access-Control-Allow-Origin"] == ("*" if anywhere else None)
    assert ("Access-Control-Allow-Methods" in other.headers) == anywhere
    assert "PATCH" not in (other.headers["Access-Control-Allow-Methods"] or "") and "Authorization" not in (other.headers["Access-Control-Allow-Headers"] or "")


@pytest.mark.parametrize("query, pointer", [
    ("nonsense=1", "/query/nonsense"), ("limit=0", "/query/limit"), ("limit=201", "/query/limit"), ("limit=ten", "/query/limit"),
    ("limit=5&limit=5", "/query/limit"), ("limit=%201", "/query/limit"), ("limit=1e1", "/query/limit"), ("limit=", "/query/limit"),
    ("nation=FR", "/query/nation"), ("status=ACTIVE", "/query/status"), ("sort=id", "/query/sort"), ("q=", "/query/q"),
    ("lead=Not%20A%20Slug", "/query/lead"), ("cursor=abc", "/query/cursor"), ("after_slug=x", "/query/after_slug"),
    ("Limit=5", "/query/Limit")])
def test_bad_parameter_is_named(server, query, pointer):
    answer = server.get(f"/v1/hubs?{query}")
    assert answer.status == 400 and answer.headers["Content-Type"] == "application/problem+json"
    assert pointer in [error["pointer"] for error in answer.json["errors"]]


def test_all_bad_parameters_are_named_at_once(server):
    answer = server.get("/v1/events?from=2025-13-01&to=2025-02-30&kind=%21&x=1")
    assert {error["pointer"] for error in answer.json["errors"]} == {"/query/from", "/query/to", "/query/kind", "/query/x"}


@pytest.mark.parametrize("query", ["q=%ff", "q=%00", "q=%", "q=%c0%af", "%zz=1", "&".join(f"a{i}=1" for i in range(70))])
def test_query_that_is_not_text(server, query):
    assert server.get(f"/v1/hubs?{query}").status == 400


def test_odd_queries_that_are_fine(server):
    for query in ("", "&", "&&limit=5&", "q=a+b", "q=%26%3D", "q=%F0%9F%8C%8D"):
        assert server.get(f"/v1/hubs?{query}").status == 200, query


def test_cursor_cannot_be_bent(server):
    cursor = server.get("/v1/hubs?limit=2&sort=name").json["next"]
    assert server.get(f"/v1/hubs?limit=2&sort=name&cursor={cursor}").status == 200
    assert server.get(f"/v1/hubs?sort=name&cursor={cursor}").status == 200, "the page's size may change"
    for position in (0, len(cursor) // 2, len(cursor) - 1):
        bent = cursor[:position] + ("A" if cursor[position] != "A" else "B") + cursor[position + 1:]
        assert server.get(f"/v1/hubs?limit=2&sort=name&cursor={bent}").status == 400
    for other in (f"/v1/hubs?limit=2&sort=-name&cursor={cursor}", f"/v1/hubs?limit=2&sort=name&nation=GB-ENG&cursor={cursor}",
                  f"/v1/hubs?limit=2&cursor={cursor}", f"/v1/regions?limit=2&cursor={cursor}"):
        assert server.get(other).status == 400, other


def test_paging_while_rows_come_and_go(server, cluster):
    """Rows that stay are seen once each, whatever else is inserted and deleted meanwhile."""
    stays = [row["slug"] for row in server.get("/v1/organisations?limit=200").json["items"]]
    stop = threading.Event()

    def churn():
        number = 0
        while not stop.is_set():
            number += 1
            cluster.psql(f"""
              INSERT INTO scip.organisation (slug, name, sources, confidence)
              SELECT 'churn-' || n || '-{number}', chr(65 + n) || ' churn {number}', '{{test}}', 'low' FROM generate_series(0, 25) n;
              DELETE FROM scip.organisation WHERE slug LIKE 'churn-%' AND random() < 0.7;""", "scip_migrator")

    thread = threading.Thread(target=churn)
    thread.start()
    try:
        for _ in range(5):
            seen, cursor = [], ""
            while cursor is not None:
                page = server.get(f"/v1/organisations?limit=5{'&cursor=' + cursor if cursor else ''}").json
                seen += [row["slug"] for row in page["items"]]
                cursor = page["next"]
            kept = [slug for slug in seen if not slug.startswith("churn-")]
            assert kept == stays
            assert len(seen) == len(set(seen))
    finally:
        stop.set()
        thread.join()
        cluster.psql("DELETE FROM scip.organisation WHERE slug LIKE 'churn-%'", "scip_migrator")


def test_request_ids(server):
    own = server.get("/v1/hubs")
    assert re.fullmatch("[0-9a-f]{32}", own.headers["X-Request-Id"])
    assert own.headers["X-Request-Id"] != server.get("/v1/hubs").headers["X-Request-Id"]
    assert server.get("/v1/hubs", X_Request_Id="my-id.1").headers["X-Request-Id"] == "my-id.1"
    for bad in ("a b", "x" * 65, '"', "é"):
        assert server.get("/v1/hubs", X_Request_Id=bad.encode().decode("latin-1")).headers["X-Request-Id"] != bad
    trace = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"
    assert server.get("/v1/hubs", traceparent=trace).headers["X-Request-Id"] == trace[3:35]
    problem = server.get("/v1/nowhere", X_Request_Id="find-me")
    assert problem.json["instance"] == "find-me"
    assert server.logged(id="find-me", status=404)


def test_headers_of_every_answer(server):
    for target in ("/v1/hubs", "/v1/nowhere", "/health/live"):
        headers = server.get(target).headers
        assert headers["X-Content-Type-Options"] == "nosniff" and headers["Date"] and headers["Cache-Control"]
        assert re.fullmatch(r"((bind|db|render);dur=[\d.]+, )*total;dur=[\d.]+", headers["Server-Timing"])
    assert server.get("/v1/hubs").headers["Cache-Control"] == "public, max-age=60, stale-while-revalidate=600, stale-if-error=86400"
    assert server.get("/v1/nowhere").headers["Cache-Control"] == "no-store"


def test_log_keeps_no_address(server):
    server.get("/v1/hubs", X_Forwarded_For="203.0.113.7", Forwarded="for=203.0.113.7", User_Agent="secret-agent")
    log = server.log.read_text()
    assert "203.0.113" not in log and "secret-agent" not in log and "127.0.0.1\"," not in log.replace('"host":"127.0.0.1",', "")
    assert all("text" not in event for event in server.events()), "every line is JSON"


def test_admin_listener(server):
    server.get("/v1/hubs")
    status, text = server.admin("/metrics")
    assert status == 200
    assert re.search(r'^scip_requests_total\{operation="listHubs",status="2xx"\} \d+$', text, re.M)
    assert re.search(r"^scip_pool_connections [1-4]$", text, re.M)
    for line in text.splitlines():
        assert re.fullmatch(r"# (HELP|TYPE) \S+ .+|[a-z_]+(\{[^}]*\})? [-+\d.e]+", line), line
    assert server.admin("/health/live")[0] == server.admin("/health/ready")[0] == 200
    assert server.get("/metrics").status == 404, "not on the public listener"


def test_docs_are_self_contained(server):
    page = server.get("/docs")
    assert page.status == 200 and page.headers["Content-Type"].startswith("text/html")
    assert "default-src 'self'" in page.headers["Content-Security-Policy"]
    for address in re.findall(r'(?:src|href)="([^"]+)"', page.text):
        if not address.startswith("data:"):
            assert address.startswith("/"), address
            assert server.get(address).status == 200, address
    assert server.get("/docs/package.json").status == 404


def test_drain(cluster):
    """TERM: requests in progress are answered, who is new is refused, the operator's listener says so, the exit is clean."""
    server = harness.Server("engine", DATABASE_URL=cluster.url(), CONTRACT=harness.engine_contract())
    answers = []
    slow = threading.Thread(target=lambda: answers.append(server.get("/slow?seconds=1.5")))
    slow.start()
    time.sleep(0.5)
    server.process.send_signal(signal.SIGTERM)
    time.sleep(0.2)
    with pytest.raises(ConnectionRefusedError):
        server.get("/typed")
    assert server.admin("/health/ready")[0] == 503 and server.admin("/health/live")[0] == 200
    slow.join()
    assert answers[0].status == 200 and answers[0].headers["Connection"] == "close"
    server.stop()
