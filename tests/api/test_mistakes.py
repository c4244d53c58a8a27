"""Mistakes that people and programs make, each with an answer that says which rule was broken, where, and what is wrong. And the pages
of the rules, which the type of each problem leads to."""
import csv
import datetime
import re
import uuid
from urllib.parse import urlencode

import harness
import pytest
from harness import problem

FROM = {"sources": ["https://www.scipalliance.example/minutes"], "confidence": "high"}
EVENT = {"title": "Mistakes", "kind": "conference", "starts_on": "2030-02-01", **FROM}
PROBLEMS = list(csv.DictReader((harness.ROOT / "openapi/problems.csv").open()))


def day(days=0):
    return (datetime.date.today() + datetime.timedelta(days)).isoformat()


@pytest.fixture(scope="module")
def callers(server, cluster):
    return {None: None, "garbage": "a.b.c", "central": cluster.token(server, "central"), "analyst": cluster.token(server, "analyst"),
            "hub_lead": cluster.token(server, "hub_lead", hub="scotland-hub")}


# what is asked, by whom; the rule; the pointers, "" for none; what the answer says, in its detail or in an error's
QUERIES = [
    ("/v1/hubs?nations=GB-SCT", None, "bad-request", "/query/nations", "is not a parameter of this operation; it has nation, region"),
    ("/v1/hubs?nation=Scotland", None, "bad-request", "/query/nation", "GB-SCT"),
    ("/v1/events?from=2030-02-31", None, "bad-request", "/query/from", "must be a date such as"),
    ("/v1/hubs?limit=1000", None, "bad-request", "/query/limit", "must be at most 200"),
    ("/v1/hubs?limit=1&limit=2", None, "bad-request", "/query/limit", "stands more than once"),
    ("/v1/hubs?q=" + "x" * 101, None, "bad-request", "/query/q", "100 characters"),
    ("/v1/hubs?format=xls", None, "bad-request", "/query/format", "csv"),
    ("/v1/hubs?cursor=x", None, "bad-request", "/query/cursor", "was not given by this operation"),
    ("/v1/meetings/first", "central", "bad-request", "/path/id", "must be a UUID"),
    ("/v1/hubs/No%20Hub", None, "bad-request", "/path/slug", ", as has scotland-hub"),
    ("/v1/hubs/no-such-hub", None, "not-found", "", "/v1/hubs has no no-such-hub."),
    ("/v1/hubs/no-such-hub/leads", None, "not-found", "", "/v1/hubs has no no-such-hub."),
    ("/v1/metrics/hubs/values?period=2023-24&release=999", None, "not-found", "/query/release", "is no release of the period"),
    ("/v1/documents/no-such-report/files", None, "not-found", "", "/v1/documents has no no-such-report."),
    ("/v1/hub", None, "not-found", "", "/v1 lists what there is"),
    ("/v1/metrics/no_such_metric/values?period=2024-25", None, "not-found", "", "/v1/metrics has no no_such_metric."),
    ("/v1/metrics/hubs/values?period=2010-11", None, "bad-request", "/query/period", "2010/11"),
    ("/v1/metrics/hubs/values?period=2024-25&by=colour", None, "bad-request", "/query/by/0", "hub, nation, category"),
    ("/v1/quarterly-updates?period=2024-26-Q1", "central", "bad-request", "/query/period", "is no period such as 2024-25"),
    ("/v1/hubs/scotland-hub/health?period=2024-26", "central", "bad-request", "/query/period", "This needs an academic year, such as 2024-25."),
    ("/v1/toolkit/self-assessment-totals?period=2024-26", None, "bad-request", "/query/period", "This needs an academic year, such as 2024-25."),
    ("/v1/training/figures?period=2024-26", None, "bad-request", "/query/period", "must be an academic year"),
    ("/v1/network/message-rates?period=2024-26", "central", "bad-request", "/query/period", "is no period"),
    ("/v1/changes?cursor=x", None, "bad-request", "/query/cursor", "was not given by this operation"),
    ("/v1/me", None, "unauthorized", "", "bearer token"),
    ("/v1/me", "garbage", "unauthorized", "", "not a signed JWT"),
    ("/v1/accounts", "hub_lead", "role-needed", "", "one of the roles: central."),
]
# method, path, body, what else, by whom; the rule, pointers, words
WRITES = [
    ("PUT", "/v1/events/mistakes", EVENT, {}, "analyst", "role-needed", "", "one of the roles: "),
    ("PUT", "/v1/events/mistakes", EVENT, {"If_None_Match": None}, "central", "precondition-required", "", "If-None-Match"),
    ("PATCH", "/v1/hubs/scotland-hub", {"blurb": "x"}, {}, "central", "precondition-required", "", "If-Match"),
    ("PATCH", "/v1/hubs/scotland-hub", {"blurb": "x"}, {"if_match": '"0.0"'}, "central", "precondition-failed", "", "read it again"),
    ("PUT", "/v1/events/mistakes", b"title", {"Content_Type": "text/plain"}, "central", "unsupported-media-type", "", "application/json"),
    ("PUT", "/v1/events/mistakes", b'{"title": "x",}', {"Content_Type": "application/json"}, "central", "bad-request", "/body", "line 1, column"),
    ("PUT", "/v1/events/mistakes", b"", {"Content_Type": "application/json"}, "central", "bad-request", "/body", "is missing"),
    ("PUT", "/v1/events/mistakes", {**EVENT, "title": 7}, {}, "central", "bad-request", "/body/title", "must be a string"),
    ("PUT", "/v1/events/mistakes", {**EVENT, "title": "x" * 501}, {}, "central", "bad-request", "/body/title", "500 characters"),
    ("PUT", "/v1/events/mistakes", {**EVENT, "colour": "red"}, {}, "central", "bad-request", "/body/colour", ""),
    ("PUT", "/v1/events/mistakes", {"kind": "conference", **FROM}, {}, "central", "bad-request", "/body/title", "is missing"),
    ("PUT", "/v1/events/mistakes", {**EVENT, "starts_on": "2030-02-31"}, {}, "central", "bad-request", "/body/starts_on", "such as 2025"),
    ("PUT", "/v1/events/mistakes", {**EVENT, "ends_on": "2030-01-01"}, {}, "central", "to-before-from", "/body/ends_on", "before it begins"),
    ("PUT", "/v1/events/mistakes", {**EVENT, "starts_at": "2030-02-01T10:00:00Z", "ends_at": "2030-02-01T09:00:00Z"}, {}, "central",
     "to-before-from", "/body/ends_at", "before it begins"),
    ("PUT", "/v1/events/mistakes", {**EVENT, "starts_at": "2030-02-02T10:00:00Z"}, {}, "central", "day-not-of-instant", "/body/starts_on", "the same day"),
    ("PUT", "/v1/events/mistakes", {**EVENT, "hub": "nowhere"}, {}, "central", "reference-not-found", "/body/hub", "There is no hub nowhere."),
    ("PUT", "/v1/events/mistakes", {**EVENT, "organiser": "nobody"}, {}, "central", "reference-not-found", "/body/organiser", "no organisation nobody"),
    ("PUT", "/v1/events/mistakes", {**EVENT, "programme": "none"}, {}, "central", "reference-not-found", "/body/programme", "no programme none"),
    ("PUT", "/v1/events/mistakes", {**EVENT, "title": " \t"}, {}, "central", "text-blank", "", "no visible character"),
    ("PUT", "/v1/documents/mistakes", {"title": "x", "kind": "report", "isbn": "9780306406158", **FROM}, {}, "central", "isbn-not-valid", "/body/isbn", "check digit"),
    ("PUT", "/v1/documents/mistakes", {"title": "x", "kind": "report", "published_on": "2024-05", "year": 2023, **FROM}, {}, "central",
     "year-not-of-date", "/body/year", "do not agree"),
    ("POST", "/v1/hubs/scotland-hub/leads", {"organisation": "nobody", "from": "2025-01-01"}, {}, "central", "reference-not-found",
     "/body/organisation", "no organisation nobody"),
    ("DELETE", "/v1/organisations/university-of-winchester", None, {"if_match": "*"}, "central", "in-use", "", "Other records refer"),
    ("POST", "/v1/hubs/scotland-hub/reviews", {"reviewed_on": day(3), "note": "x"}, {}, "central", "date-in-future", "/body/reviewed_on", "cannot be after today"),
    ("PUT", "/v1/quarters/2024-25-Q1", {"due_on": "2024-10-01"}, {"If_None_Match": None, "if_match": "*"}, "central", "due-before-end", "/body/due_on", "before their quarter has ended"),
]


def is_clear(answer, rule, pointers, words):
    listed = next(row for row in PROBLEMS if row["rule"] == rule)
    assert problem(answer) == (int(listed["status"]), rule), answer.text
    assert answer.json["title"] == listed["title"]
    errors = answer.json.get("errors", [])
    assert {error["pointer"] for error in errors} == set(pointers.split()), answer.text
    assert words in " ".join([answer.json["detail"], *(error["detail"] for error in errors)]), answer.text
    assert re.fullmatch(r"[A-Z].*[.)…]", answer.json["detail"]), "a sentence"


@pytest.mark.parametrize("target, who, rule, pointers, words", QUERIES, ids=[each[0][:40] for each in QUERIES])
def test_a_wrong_question(server, callers, target, who, rule, pointers, words):
    is_clear(server.send("GET", target, token=callers[who]), rule, pointers, words)


@pytest.mark.parametrize("method, path, body, more, who, rule, pointers, words", WRITES, ids=[f"{each[0]} {each[5]} {each[6]}" for each in WRITES])
def test_a_wrong_change(server, callers, method, path, body, more, who, rule, pointers, words):
    more = {**({"If_None_Match": "*"} if method == "PUT" else {}), **more}
    more = {name: value for name, value in more.items() if value is not None}
    is_clear(server.send(method, path, body, token=callers[who], **more), rule, pointers, words)


def test_a_third_lead_and_what_comes_too_late(server, callers, cluster):
    path, event = (f"/v1/{kind}/mistakes-{uuid.uuid4().hex[:8]}" for kind in ("hubs", "events"))
    organisations = [each["slug"] for each in server.get("/v1/organisations?limit=3").json["items"]]
    hub = {"name": "Mistakes Hub", "nations": ["GB-ENG"], "regions": ["south-west"], "status": "proposed", **FROM,
           "leads": [{"organisation": name, "from": "2024-01-01"} for name in organisations[:2]]}
    made = server.send("PUT", path, hub, token=callers["central"], If_None_Match="*")
    assert made.status == 201, made.text
    third = server.send("POST", path + "/leads", {"organisation": organisations[2], "from": "2025-01-01"}, token=callers["central"])
    is_clear(third, "hub-has-two-leads", "/body/from", "at most two lead organisations")
    assert server.send("PUT", event, {**EVENT, "starts_on": day(-3)}, token=callers["central"], If_None_Match="*").status == 201
    early = server.send("POST", event + "/held", token=callers["central"])
    is_clear(early, "event-transition", "", "cannot change from draft to held.")


def test_a_post_without_a_length(server):
    answer = server.request("POST", "/v1/events/mistakes/publication")
    assert problem(answer) == (411, "length-required")


@pytest.mark.parametrize("path", ["/oauth/token", "/oauth/revoke"])
def test_the_protocol_of_tokens_keeps_its_words(server, path):
    """RFC 6749, section 5.2, whatever refuses."""
    form = {"Content-Type": "application/x-www-form-urlencoded"}
    for answer, status in ((server.request("GET", path), 405), (server.request("POST", path), 400), (server.request("POST", path, {"Content-Type": "text/plain"}, b"x"), 400),
                           (server.request("POST", path, form, b"a=" + b"x" * 70000), 400), (server.request("POST", path, form, urlencode({"x": 1}).encode()), 400)):
        assert answer.status == status and set(answer.json) == {"error", "error_description"}, answer.text
        assert answer.json["error"] == "invalid_request" and answer.headers["Content-Type"] == "application/json"


def test_the_pages_of_problems(server):
    """For people and for programs, at the address that the type is."""
    listed = server.get("/problems").json["items"]
    assert [(each["type"], each["status"], each["title"]) for each in listed] == [("/problems/" + row["rule"], int(row["status"]), row["title"]) for row in PROBLEMS]
    for row in PROBLEMS:
        said = server.get("/problems/" + row["rule"])
        assert said.headers["Content-Type"] == "application/json" and "Accept" in said.headers["Vary"]
        assert {name: said.json[name] for name in ("title", "meaning", "remedy")} == {name: row[name] for name in ("title", "meaning", "remedy")}
    full = server.get("/problems/session-full").json
    assert {"operation": "addBooking", "method": "POST", "path": "/v1/training/sessions/{session}/bookings"} in full["operations"]
    page = server.get("/problems/session-full", Accept="text/html,application/xhtml+xml;q=0.9")
    assert page.headers["Content-Type"] == "text/html; charset=utf-8" and "script" not in page.headers["Content-Security-Policy"]
    assert all(words in page.text for words in ("<h1>The session is full</h1>", "There is no free place", "/bookings"))
    assert "/problems/session-full" in server.get("/problems", Accept="text/html").text
    assert problem(server.get("/problems/no-such-rule")) == (404, "not-found")
    tag = page.headers["ETag"]
    assert tag != said.headers["ETag"] and server.get("/problems/session-full", Accept="text/html", If_None_Match=tag).status == 304
