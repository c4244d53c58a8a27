"""What an answer is however its request was written: long heads, links that can be followed, pages, paths with slashes, and writes
that are done and answered as done, or neither."""
import json
import re
import shutil
from urllib.parse import quote

import harness
import pytest

BROWSER = "text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,image/webp,*/*;q=0.8"


def next_of(answer):
    link = answer.headers["Link"]
    return link and re.fullmatch(r'<([^>\s]+)>; rel="next"', link)[1]


def test_every_link_can_be_followed(server, contract):
    """The first two links of every public list, in each of its forms, as the same caller."""
    followed = 0
    for template, method, operation in harness.operations(contract):
        if method != "GET" or operation.get("security") or "{" in template or not template.startswith("/v1/"):
            continue
        names = {contract["components"]["parameters"][p["$ref"].split("/")[-1]]["name"] if "$ref" in p else p["name"] for p in operation.get("parameters", [])}
        if "limit" not in names:
            continue
        for form in ("", "&format=csv") if "format" in names else ("",):
            target = f"{template}?limit=1{form}"
            for _ in range(2):
                answer = server.get(target)
                if answer.status == 400:  # a list that needs a filter
                    break
                assert answer.status == 200, (target, answer.text)
                if not (target := next_of(answer)):
                    break
                followed += 1
    assert followed > 30


@pytest.mark.parametrize("characters", [1, 150, 189])
def test_a_long_target_has_an_answer(server, characters):
    """Heads repeat the target: they have room for it, or leave it out."""
    word = quote("\N{PARTY POPPER}" * characters)
    answer = server.get(f"/v1/organisations?limit=1&q={word}", X_Request_Id="x" * 64)
    assert answer.status in (200, 400), answer.status
    for target in (f"/v1/hubs/?q={'y' * 7900}", f"/v1/hubs/{'z' * 7900}/", f"/v1/organisations?q={'%41' * 60}&limit=1&limit=1"):
        answer = server.get(target)
        assert answer.status in (308, 404, 400) and answer.headers["X-Request-Id"]


def test_heads_of_all_lengths_are_whole(engine):
    """A cursor's link that grows over what stands before a body, byte by byte, and then over what clients take."""
    seen = set()
    for length in [*range(3300, 4300, 7), 5000, 6000, 7000]:
        answer = engine.get(f"/things?limit=1&label={'l' * length}")
        assert answer.status == 200 and answer.json["next"], length
        seen.add(answer.headers["Link"] is not None)
        assert not answer.headers["Link"] or "l" * length in answer.headers["Link"]
    assert seen == {True, False}
    assert engine.logged(operation="listThings", status=200)


def test_one_meaning_is_one_answer(engine):
    """However a path is written it is the same key, and the link says it in one way."""
    settled = [engine.get(path + "?limit=1&label=one") for path in ("/things", "/%74hings", "/th%69ngs", "/things")]
    assert len({answer.body for answer in settled}) == 1 and len({next_of(answer) for answer in settled}) == 1
    assert next_of(settled[1]).startswith("/things?") and settled[1].headers["Cache-Status"] == "scip-api; hit"


@pytest.fixture(scope="module")
def editor(cluster, server):
    return cluster.token(server, "central")


@pytest.fixture(scope="module")
def partial(cluster, tmp_path_factory):
    """A service that does not show what is called Hidden, and cannot send what is called Large."""
    folder = tmp_path_factory.mktemp("walk")
    queries, derived = (shutil.copytree(harness.ROOT / "db" / name, folder / name) for name in ("queries", "derived"))
    read = (derived / "getNewsItem.sql").read_text()
    assert "slug, title, " in read
    read = read.replace("slug, title, ", "slug, CASE title WHEN 'Large' THEN repeat('x', 200000) ELSE title END AS title, ") + "\n  AND title <> 'Hidden'"
    (derived / "getNewsItem.sql").write_text(read)
    assert harness.expand(harness.ROOT / "openapi/openapi.yaml", folder / "openapi.json", queries).stderr == ""
    server = harness.Server("main", DATABASE_URL=cluster.url(), CONTRACT=folder / "openapi.json", RESPONSE_LIMIT=65536)
    yield server
    server.stop()


@pytest.mark.parametrize("key", [None, "walk-key-1"])
@pytest.mark.parametrize("title, status", [("Hidden", 403), ("Large", 400)])
def test_nothing_is_done_that_cannot_be_answered(partial, cluster, editor, title, status, key):
    """A caller whose answer is a failure has changed nothing; with the answer it is done."""
    path = "/v1/news/walk-" + title.lower()
    stored = lambda: cluster.psql(f"SELECT title FROM scip.news WHERE slug = '{path.split('/')[-1]}'")
    made = {"title": "Seen", "kind": "news", "sources": ["https://www.example.org"], "confidence": "high"}
    try:
        assert partial.send("PUT", path, {**made, "title": title}, token=editor, If_None_Match="*", key=key).status == status and not stored()
        assert partial.send("PUT", path, made, token=editor, If_None_Match="*").status == 201 and stored() == "Seen"
        before = cluster.psql("SELECT count(*) FROM scip.audit")
        refused = partial.send("PATCH", path, {"title": title}, token=editor, if_match="*")
        assert refused.status == status and stored() == "Seen" and cluster.psql("SELECT count(*) FROM scip.audit") == before
        assert partial.send("PATCH", path, {"title": "Other"}, token=editor, if_match="*").status == 200 and stored() == "Other"
    finally:
        cluster.psql("DELETE FROM scip.news WHERE slug LIKE 'walk-%'")


def test_a_dry_run_leaves_the_answers_that_are_kept(server, editor):
    target = "/v1/regions?kind=country"
    hits = 0
    body = {"title": "Dry", "kind": "news", "sources": ["https://www.example.org"], "confidence": "high"}
    for number in range(20):
        assert server.send("PUT", f"/v1/news/walk-dry-{number}?dry_run=true", body, token=editor, If_None_Match="*").status == 201
        hits += server.get(target).headers["Cache-Status"] == "scip-api; hit"
    assert hits >= 10  # a slow watch, or what was changed before, may cost some


# Pages

@pytest.mark.parametrize("path", ["/", "/docs", "/web/scip.js", "/docs/docs.css"])
@pytest.mark.parametrize("query", ["utm_source=x", "fbclid=IwAR0", "ver=6.4.1", "lang=cy&utm_source=a&utm_source=b", "", "&&", "q=%E9", "%", "=x", "&".join(f"a{n}=1" for n in range(100))])
def test_pages_pass_over_what_is_for_others(server, path, query):
    plain, shared = server.get(path), server.get(f"{path}?{query}")
    assert (shared.status, shared.body, shared.headers["ETag"]) == (200, plain.body, plain.headers["ETag"])


def test_records_do_not_pass_over_parameters(server):
    assert server.get("/v1/hubs?utm_source=x").json["errors"][0]["pointer"] == "/query/utm_source"
    assert server.get("/openapi.json?utm_source=x").status == 400


@pytest.mark.parametrize("target, stands_at", [
    ("/docs/", "/docs"), ("/v1/", "/v1"), ("/v1/hubs/", "/v1/hubs"), ("/v1/hubs/?limit=2&q=a%20b", "/v1/hubs?limit=2&q=a%20b"), ("/v1/hubs///", "/v1/hubs"),
    ("/v1/hubs/london-hub/", "/v1/hubs/london-hub"), ("/v1/%68ubs/?", "/v1/%68ubs?"), ("/docs/?utm_source=x", "/docs?utm_source=x"), ("/openapi.json/", "/openapi.json")])
def test_slashes_behind_a_path_lead_to_it(server, target, stands_at):
    for method in ("GET", "HEAD"):
        moved = server.request(method, target)
        assert (moved.status, moved.headers["Location"], moved.body) == (308, stands_at, b"")
    assert server.get(stands_at).status == 200


def test_slashes_lead_nowhere_else(server):
    for target in ("/v1/nowhere/", "//", "//evil.example/", "//evil.example//", "/\\evil.example/", "/v1//hubs/", "/%2fevil.example/"):
        answer = server.get(target)
        assert answer.status in (308, 400, 404) and (answer.headers["Location"] or "/") == "/", target
    assert server.send("POST", "/v1/people/", {"name": "x"}).headers["Location"] == "/v1/people"
    assert server.send("DELETE", "/v1/hubs/").status == 405


@pytest.mark.parametrize("accept, page", [
    (BROWSER, True), ("text/html", True), ("text/html, application/json;q=0.9", True), ("TEXT/HTML;q=0.2", True), (None, False), ("*/*", False), ("", False),
    ("application/json", False), ("application/json, text/plain, */*", False), ("application/problem+json, text/html;q=0.9", False), ("text/html;q=0, */*", False),
    ("text/html;q=0.5, application/json", False), ("text/html, application/json", False), ("image/png", False)])
def test_problems_are_pages_for_who_reads_pages(server, accept, page):
    answer = server.request("GET", "/v1/nowhere", {"Accept": accept} if accept is not None else {})
    assert answer.status == 404 and "Accept" in answer.headers["Vary"] and answer.headers["Cache-Control"] == "no-store"
    if not page:
        assert answer.headers["Content-Type"] == "application/problem+json" and answer.json["status"] == 404
        return
    assert answer.headers["Content-Type"] == "text/html; charset=utf-8"
    policy = answer.headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy and "script" not in policy and "<script" not in answer.text
    for part in ("404", "There is no such resource", "There is nothing at this path: /v1 lists what there is.", answer.headers["X-Request-Id"], 'href="/"'):
        assert part in answer.text, part
    assert not re.search(r"\{(title|status|detail|errors|instance)\}", answer.text)


@pytest.mark.parametrize("target, status", [("/v1/hubs?limit=0", 400), ("/v1/people", 401), ("/v1/hubs/no-such-hub", 404), ("/v1/hubs/%00", 400), ("/v1/network-evaluations/0000/document", 400)])
def test_every_problem_has_its_page(server, target, status):
    answer = server.get(target, Accept=BROWSER)
    assert answer.status in (status, 404) and answer.headers["Content-Type"].startswith("text/html")
    assert ("WWW-Authenticate" in answer.headers) == (status == 401)
    head = server.request("HEAD", target, {"Accept": BROWSER})
    assert head.status == answer.status and head.body == b""


def test_a_page_repeats_what_was_sent_as_text(server):
    for target in ("/v1/hubs?%3Cscript%3Ealert(1)%3C/script%3E=1", "/v1/hubs?%22onload=%22='x'", "/v1/hubs?sort=%3Cimg%20src=x%3E"):
        answer = server.get(target, Accept=BROWSER)
        assert answer.status == 400 and not any(mark in answer.text for mark in ("<script", "<img", 'onload="'))
    assert "&#60;script&#62;" in server.get("/v1/hubs?%3Cscript%3Ealert(1)%3C/script%3E=1", Accept=BROWSER).text


def test_browsers_see_records_as_json(server):
    """A browser's Accept takes anything: what has no page is shown as it is. Who takes pages alone gets 406 as a page."""
    assert server.get("/v1/hubs", Accept=BROWSER).headers["Content-Type"] == "application/json"
    strict = server.get("/v1/hubs", Accept="text/html")
    assert strict.status == 406 and strict.headers["Content-Type"].startswith("text/html")


def test_problems_stay_json_where_there_is_no_template(cluster, tmp_path):
    server = harness.Server("main", DATABASE_URL=cluster.url(), WEB=tmp_path)
    answer = server.get("/v1/nowhere", Accept="text/html")
    assert answer.status == 404 and json.loads(answer.body)["status"] == 404
    server.stop()
