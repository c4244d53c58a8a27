"""How schools judge themselves by the Toolkit's principles, as they, the central team and everybody else see it."""
import csv
import datetime
import io
import threading
import uuid
from zoneinfo import ZoneInfo

import pytest
from harness import only_one, problem

FROM = {"sources": ["https://www.scipalliance.example/minutes"], "confidence": "high"}
STAGES = ("emerging", "developing", "embedding")
SCHOOLS = [f"assess-school-{number}" for number in range(1, 13)]


def day(days=0):
    return (datetime.datetime.now(ZoneInfo("Europe/London")).date() + datetime.timedelta(days)).isoformat()


@pytest.fixture(scope="module", autouse=True)
def nothing_stays(cluster, server):
    def clear():
        cluster.remove(organisation="slug LIKE 'assess-%'", toolkit_principle="slug LIKE 'assess-%'",
                       release="period IN ('2021-22', '2022-23', '2023-24', '2024-25')")

    clear()
    yield
    clear()


@pytest.fixture(scope="module")
def schools(server, central):
    """Twelve schools, and an organisation that is none."""
    for slug in [*SCHOOLS, "assess-college"]:
        category = "fe" if slug == "assess-college" else "school_sector"
        made = server.send("PUT", f"/v1/organisations/{slug}", {"name": slug, "sectors": [{"sector": category}], **FROM}, token=central, If_None_Match="*")
        assert made.status == 201, made.text
    return SCHOOLS


@pytest.fixture(scope="module")
def principles(server):
    return [row["slug"] for row in server.get("/v1/toolkit/principles").json["items"]][:7]


@pytest.fixture(scope="module")
def school(cluster, server, schools):
    return cluster.token(server, "partner", organisation=schools[0])


@pytest.fixture(scope="module")
def neighbour(cluster, server, schools):
    return cluster.token(server, "partner", organisation=schools[1])


@pytest.fixture
def clean(cluster):
    cluster.psql("DELETE FROM scip.self_assessment WHERE organisation_id IN (SELECT id FROM scip.organisation WHERE slug LIKE 'assess-%')")


def add(server, token, organisation, principle, stage, on=None, **options):
    return server.send("POST", "/v1/self-assessments", {"organisation": organisation, "principle": principle, "stage": stage, **({"assessed_on": on} if on else {})},
                       token=token, **options)


def put(server, token, organisation, on, stages, query=""):
    """Made, or whatever is there replaced."""
    send = lambda **precondition: server.send("PUT", f"/v1/organisations/{organisation}/self-assessments/{on}{query}", {"principles": stages}, token=token, **precondition)
    made = send(If_None_Match="*")
    return send(if_match="*") if made.status == 412 else made


def together(*actions):
    start, results = threading.Barrier(len(actions)), [None] * len(actions)

    def run(index, action):
        start.wait()
        results[index] = action()

    threads = [threading.Thread(target=run, args=pair) for pair in enumerate(actions)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return results


def sums(server, period, principle=None):
    answer = server.get(f"/v1/toolkit/self-assessment-totals?period={period}")
    assert answer.status == 200, answer.text
    rows = {row["principle"]["slug"]: row for row in answer.json["items"]}
    return rows[principle] if principle else rows


def cells(row):
    """What a row says: [schools, emerging, developing, embedding], each its value or its status."""
    return [row[name] if row[name] is not None else row[name + "_status"] for name in ("schools", *STAGES)]


def test_a_school_judges_itself(server, central, school, schools, principles, clean):
    made = add(server, school, schools[0], principles[0], "emerging", "2024-09-01", key=str(uuid.uuid4()))
    assert made.status == 201, made.text
    one = made.json
    assert made.headers["Location"] == one["href"] == "/v1/self-assessments/" + one["id"]
    assert (one["organisation"]["slug"], one["principle"]["slug"], one["stage"], one["assessed_on"]) == (schools[0], principles[0], "emerging", "2024-09-01")
    assert one["principle"]["href"] == "/v1/toolkit/principles/" + principles[0]
    shown = server.send("GET", one["href"], token=school)
    assert shown.json == one and shown.headers["ETag"] == made.headers["ETag"] and shown.headers["Cache-Control"] == "private, no-store"
    assert server.send("GET", one["href"], token=school, If_None_Match=shown.headers["ETag"]).status == 304
    assert server.send("GET", one["href"], token=central).json == one

    assert problem(add(server, school, schools[0], principles[0], "developing", "2024-09-01"))[0] == 409, "one a day"
    assert add(server, central, schools[0], principles[0], "developing", "2024-09-02").status == 201
    today = add(server, school, schools[0], principles[1], "embedding")
    assert (today.status, today.json["assessed_on"]) == (201, day())
    assert problem(add(server, school, schools[0], principles[2], "emerging", day(1))) == (422, "date-in-future")
    assert problem(add(server, school, schools[0], "assess-no-principle", "emerging")) == (422, "reference-not-found")
    assert problem(add(server, central, "assess-nowhere", principles[2], "emerging")) == (422, "reference-not-found")
    assert problem(add(server, central, "assess-college", principles[2], "emerging")) == (422, "not-a-school")
    assert add(server, school, schools[0], principles[2], "perfect").json["errors"][0]["pointer"] == "/body/stage"
    dry = server.send("POST", "/v1/self-assessments?dry_run=true", {"organisation": schools[0], "principle": principles[3], "stage": "emerging"}, token=school)
    assert dry.status == 201 and server.send("GET", dry.headers["Location"], token=school).status == 404


def test_it_is_changed_and_deleted(server, central, school, schools, principles, clean):
    made = add(server, school, schools[0], principles[0], "emerging", "2024-10-01")
    path, tag = made.headers["Location"], made.headers["ETag"]
    changed = server.send("PATCH", path, {"stage": "developing"}, token=school, if_match=tag)
    assert (changed.status, changed.json["stage"], changed.json["assessed_on"]) == (200, "developing", "2024-10-01")
    assert server.send("PATCH", path, {"stage": "embedding"}, token=central, if_match=tag).status == 412
    assert server.send("PATCH", path, {"stage": "embedding"}, token=school).status == 428
    assert server.send("PATCH", path, {"organisation": schools[1]}, token=school, if_match="*").status == 400
    assert problem(server.send("PATCH", path, {"assessed_on": day(1)}, token=school, if_match="*")) == (422, "date-in-future")
    other = add(server, school, schools[0], principles[0], "emerging", "2024-10-02").headers["Location"]
    assert problem(server.send("PATCH", other, {"assessed_on": "2024-10-01"}, token=school, if_match="*"))[0] == 409
    assert server.send("DELETE", path, token=school, if_match=tag).status == 412
    assert server.send("DELETE", path + "?dry_run=true", token=school, if_match="*").status == 204
    assert server.send("DELETE", path, token=school, if_match=changed.headers["ETag"]).status == 204
    assert server.send("GET", path, token=school).status == 404
    assert server.send("DELETE", path, token=school, if_match="*").status == server.send("PATCH", path, {"stage": "emerging"}, token=school, if_match="*").status == 404


def test_schools_are_schools_on_their_days(server, central, schools, principles):
    """A category's dates are as exact as they are known: what may have been a school on the day may say so."""
    slug = "assess-former"
    made = server.send("PUT", f"/v1/organisations/{slug}", {"name": slug, "sectors": [{"sector": "school_sector", "from": "2023-09", "to": "2024"}], **FROM},
                       token=central, If_None_Match="*")
    assert made.status == 201, made.text
    assert problem(add(server, central, slug, principles[0], "emerging", "2023-08-31")) == (422, "not-a-school")
    assert add(server, central, slug, principles[0], "emerging", "2023-09-01").status == 201
    assert add(server, central, slug, principles[0], "emerging", "2024-12-31").status == 201
    assert problem(add(server, central, slug, principles[0], "emerging", "2025-01-01")) == (422, "not-a-school")


def test_a_whole_set_on_a_day(cluster, server, central, school, schools, principles, clean):
    path = f"/v1/organisations/{schools[0]}/self-assessments/2024-11-05"
    assert server.send("GET", path, token=school).status == 404
    first = put(server, school, schools[0], "2024-11-05", {principles[0]: "emerging", principles[1]: "developing", principles[2]: "embedding"})
    assert first.status == 201 and first.headers["Location"] == path, first.text
    shown = server.send("GET", path, token=school)
    assert first.json == shown.json and server.send("GET", path, token=school, If_None_Match=shown.headers["ETag"]).status == 304
    assert first.json["href"] == path and first.json["assessed_on"] == "2024-11-05" and first.json["organisation"]["slug"] == schools[0]
    assert first.json["principles"] == {principles[0]: "emerging", principles[1]: "developing", principles[2]: "embedding"}
    listed = {row["principle"]["slug"]: row for row in server.send("GET", f"/v1/self-assessments?organisation={schools[0]}", token=school).json["items"]}
    assert add(server, school, schools[0], principles[0], "embedding", "2024-11-06").status == 201

    replace = lambda tag: server.send("PUT", path + "?dry_run=true", {"principles": {principles[0]: "emerging"}}, token=school, if_match=tag)
    assert replace('"0"').status == replace('"1"').status == 412 and replace(shown.headers["ETag"]).status == 200
    nothing = server.send("PUT", path.replace("-05", "-25"), {"principles": {principles[0]: "emerging"}}, token=school, if_match="*")
    assert problem(nothing) == (412, "precondition-failed"), "nothing to replace"
    again = put(server, school, schools[0], "2024-11-05", {principles[1]: "developing", principles[2]: "developing", principles[3]: "emerging"})
    assert again.json["principles"] == {principles[1]: "developing", principles[2]: "developing", principles[3]: "emerging"}
    rows = {row["principle"]["slug"]: row for row in server.send("GET", f"/v1/self-assessments?organisation={schools[0]}&period=2024-25", token=school).json["items"]
            if row["assessed_on"] == "2024-11-05"}
    assert rows[principles[1]] == listed[principles[1]], "what is the same stays"
    assert rows[principles[2]]["id"] == listed[principles[2]]["id"] and rows[principles[2]]["updated_at"] > listed[principles[2]]["updated_at"]
    assert server.send("GET", f"/v1/organisations/{schools[0]}/self-assessments/2024-11-06", token=school).json["principles"] == {principles[0]: "embedding"}, "another day's"

    assert put(server, school, schools[0], "2024-11-05", {principles[0]: "emerging"}, "?dry_run=true").json["principles"] == {principles[0]: "emerging"}
    assert server.send("GET", path, token=school).json == again.json
    assert problem(put(server, school, schools[0], "2024-11-05", {principles[0]: "emerging", "assess-no-principle": "emerging"})) == (422, "reference-not-found")
    assert server.send("GET", path, token=school).json == again.json, "all or nothing"
    assert problem(put(server, school, schools[0], day(1), {principles[0]: "emerging"})) == (422, "date-in-future")
    assert problem(put(server, central, "assess-college", "2024-11-05", {principles[0]: "emerging"})) == (422, "not-a-school")
    assert put(server, central, "assess-nowhere", "2024-11-05", {principles[0]: "emerging"}).status == 404
    assert put(server, school, schools[0], "2024-11-05", {}).status == put(server, school, schools[0], "2024-02-30", {principles[0]: "emerging"}).status == 400
    assert put(server, school, schools[0], "2024-11-05", {principles[0]: "splendid"}).status == put(server, school, schools[0], "2024-11-05", {"Not a slug": "emerging"}).status == 400


def test_whose_they_are(cluster, server, central, school, neighbour, schools, principles, clean):
    own = add(server, school, schools[0], principles[0], "emerging", "2024-10-01").headers["Location"]
    theirs = add(server, neighbour, schools[1], principles[0], "developing", "2024-10-01").headers["Location"]
    assert server.send("GET", theirs, token=school).status == 404, "exactly like one that is not there"
    assert server.send("PATCH", theirs, {"stage": "emerging"}, token=school, if_match="*").status == 404
    assert server.send("DELETE", theirs, token=school, if_match="*").status == 404
    assert add(server, school, schools[1], principles[1], "emerging").status == 403
    assert put(server, school, schools[1], "2024-10-01", {principles[1]: "emerging"}).status == 403
    assert server.send("GET", f"/v1/organisations/{schools[1]}/self-assessments/2024-10-01", token=school).status == 404
    seen = server.send("GET", "/v1/self-assessments?limit=200", token=school).json["items"]
    assert {row["organisation"]["slug"] for row in seen} == {schools[0]}
    assert server.send("GET", f"/v1/self-assessments?organisation={schools[1]}", token=school).json["items"] == []
    assert {own, theirs} <= {row["href"] for row in server.send("GET", f"/v1/self-assessments?principle={principles[0]}", token=central).json["items"]}

    others = [("hub_lead", {"hub": "scotland-hub"}), ("hub_member", {"hub": "scotland-hub"}), ("group_member", {"group": "hub-leads-group"}),
              ("website", {}), ("analyst", {}), ("hub_lead", {"hub": "wales-hub", "standing_for": schools[0]})]
    for role, subject in others:
        token = cluster.token(server, role, **subject)
        for answer in (server.send("GET", own, token=token), server.send("GET", "/v1/self-assessments", token=token),
                       add(server, token, schools[0], principles[1], "emerging"), put(server, token, schools[0], "2024-10-01", {principles[0]: "emerging"}),
                       server.send("PATCH", own, {"stage": "embedding"}, token=token, if_match="*"), server.send("DELETE", own, token=token, if_match="*")):
            assert problem(answer) == (403, "role-needed"), role
    assert server.get(own).status == 401


def test_pages_filters_and_table(server, school, schools, principles, clean):
    for month in range(1, 6):
        for principle in principles[:3]:
            assert add(server, school, schools[0], principle, STAGES[month % 3], f"2025-0{month}-15").status == 201
    path = f"/v1/self-assessments?organisation={schools[0]}"
    everything = server.send("GET", path + "&limit=200", token=school).json["items"]
    assert len(everything) == 15 and [row["assessed_on"] for row in everything] == sorted((row["assessed_on"] for row in everything), reverse=True)
    found, cursor = [], ""
    while cursor is not None:
        page = server.send("GET", path + "&limit=4" + (f"&cursor={cursor}" if cursor else ""), token=school).json
        found, cursor = found + page["items"], page["next"]
    assert found == everything
    table = list(csv.DictReader(io.StringIO(server.send("GET", path + "&format=csv", token=school).text, newline="")))
    assert [(row["principle"], row["organisation"], row["stage"]) for row in table] == [(row["principle"]["slug"], schools[0], row["stage"]) for row in everything]
    assert len(server.send("GET", path + f"&principle={principles[0]}", token=school).json["items"]) == 5
    assert server.send("GET", path + "&period=2023-24", token=school).json["items"] == []
    assert server.send("GET", path + "&period=202425&limit=200", token=school).json["items"] == everything
    assert problem(server.send("GET", path + "&period=2024-26", token=school)) == (400, "bad-request")
    first = server.send("GET", path, token=school)
    assert server.send("GET", path, token=school, If_None_Match=first.headers["ETag"]).status == 304


def release(server, central, year):
    assert server.send("POST", "/v1/releases", {"period": year, "note": "For the tests"}, token=central).status == 201


def test_what_everybody_sees(server, central, schools, principles, clean):
    """A year's release says where schools stand, from five on and to the nearest five; nothing is published before, and nothing after by itself."""
    one, two, three, four = principles[:4]

    def said(principle, stages, on="2022-03-01"):
        for slug, stage in zip(schools, stages):
            assert add(server, central, slug, principle, stage, on).status == 201
    said(one, ["emerging"] * 4)
    said(two, ["emerging"] * 5)
    said(three, ["emerging"] * 5 + ["developing"] * 6)
    said(four, ["emerging"] * 2 + ["developing"] * 3 + ["embedding"] * 7)
    assert all(cells(row) == ["not_available"] * 4 for row in sums(server, "2021-22").values())
    release(server, central, "2021-22")
    rows = sums(server, "2021-22")
    assert cells(rows[one]) == ["suppressed"] * 4, "four schools"
    assert cells(rows[two]) == [10, 5, "suppressed", "suppressed"], "five, and twice 0 to 4, which count two"
    assert cells(rows[three]) == [10, 5, 5, "suppressed"]
    assert cells(rows[four]) == [10, "suppressed", "suppressed", 5]
    assert cells(rows[principles[4]]) == ["suppressed"] * 4, "four schools are not published"
    assert rows[one]["period"] == "2021-22" and rows == sums(server, "2021/22") == sums(server, "202122")
    metric = {cell["category"]: cell["value"] for cell in server.get("/v1/metrics/self_assessments/values?period=2021-22&by=category").json["items"]}
    assert metric[f"{three}/developing"] == 5 and metric[f"{one}/emerging"] is None and len(metric) == 3 * len(principles)
    said(two, ["emerging"] * 6, "2022-04-01")
    assert sums(server, "2021-22") == rows, "a release stays"

    table = list(csv.DictReader(io.StringIO(server.get("/v1/toolkit/self-assessment-totals?period=2021-22&format=csv").text, newline="")))
    assert [row["principle"] for row in table] == principles
    assert (table[2]["schools"], table[2]["embedding"], table[2]["embedding_status"]) == ("10", "", "suppressed")
    assert server.get("/v1/toolkit/self-assessment-totals?period=2021-22&format=ndjson").text.count('"suppressed"') == 4 * 4 + 2 + 1 + 2
    pages = server.get("/v1/toolkit/self-assessment-totals?period=2021-22&limit=3").json
    rest = server.get("/v1/toolkit/self-assessment-totals?period=2021-22&limit=10&cursor=" + pages["next"]).json
    assert {row["principle"]["slug"]: row for row in pages["items"] + rest["items"]} == rows
    assert server.get("/v1/toolkit/self-assessment-totals?period=2021-22").headers["Cache-Control"].startswith("public")


def test_each_school_counts_once_by_its_latest(server, central, schools, principles, clean):
    for slug in schools[:6]:
        assert put(server, central, slug, "2023-09-01", {principles[0]: "emerging"}).status == 201
        assert put(server, central, slug, "2024-08-31", {principles[0]: "developing"}).status == 201
        assert put(server, central, slug, "2024-09-01", {principles[0]: "embedding"}).status == 201
    for year in ("2022-23", "2023-24", "2024-25"):
        release(server, central, year)
    assert cells(sums(server, "2022-23", principles[0])) == ["suppressed"] * 4
    assert cells(sums(server, "2023-24", principles[0])) == [10, "suppressed", 5, "suppressed"], "31 August is the year's last day"
    assert cells(sums(server, "2024-25", principles[0])) == [10, "suppressed", "suppressed", 5], "1 September the next one's first"


def test_periods_of_the_sums(server, principles):
    now = server.get("/v1/toolkit/self-assessment-totals").json["items"][0]["period"]
    year = int(day()[:4]) - (day()[5:] < "09-01")
    assert now == f"{year}-{(year + 1) % 100:02d}"
    ahead = sums(server, f"{year + 1}-{(year + 2) % 100:02d}", principles[0])
    assert cells(ahead) == ["not_available"] * 4 and ahead["schools"] is None
    for none in ("2024-26", "2024-24"):
        assert problem(server.get(f"/v1/toolkit/self-assessment-totals?period={none}")) == (400, "bad-request")
    for none in ("2024", "2024-25-Q1", "2024-M11", "strategy-2019-22", ""):
        assert server.get(f"/v1/toolkit/self-assessment-totals?period={none}").json["errors"][0]["pointer"] == "/query/period"


def test_nobody_else_is_told_that_a_school_judged_itself(server, central, school, schools, principles, clean):
    """Neither by the change feed nor by any figure: who asks again and again sees no difference before the next release."""
    begin, own = server.get("/v1/changes?start=now").json["next"], None
    own_begin = server.send("GET", "/v1/changes?start=now", token=school).json["next"]
    asked = ["/v1/toolkit/self-assessment-totals?period=2020-21", "/v1/metrics/self_assessments/values?period=2020-21&by=category", "/v1/metrics/self_assessments/explanation?period=2020-21",
             "/v1/toolkit/self-assessment-totals", "/v1/metric-values?metric=self_assessments"]
    before = [server.get(path).body for path in asked]
    for slug in schools[:5]:
        made = add(server, central, slug, principles[0], "emerging", "2020-12-01")
        assert made.status == 201
        own = own or made.headers["Location"]
    assert server.send("PATCH", made.headers["Location"], {"assessed_on": "2019-12-01"}, token=central, if_match="*").status == 200
    news = server.send("PUT", "/v1/news/assess-news", {"title": "News", "kind": "news", **FROM}, token=central, If_None_Match="*")
    try:
        seen, until = [], 50
        while not any(change["kind"] == "news" for change in seen) and until:
            page = server.get("/v1/changes?cursor=" + begin).json
            seen, begin, until = seen + page["items"], page["next"], until - 1
            if not page["items"]:
                threading.Event().wait(0.1)
        assert news.status == 201 and {change["kind"] for change in seen} == {"news"}
        assert [server.get(path).body for path in asked] == before
    finally:
        assert server.send("DELETE", "/v1/news/assess-news", token=central, if_match="*").status == 204
    mine = [change for change in server.send("GET", "/v1/changes?limit=200&cursor=" + own_begin, token=school).json["items"] if change["kind"] == "self_assessment"]
    assert {change["href"] for change in mine} == {own}, "not those of other schools"


def test_a_principle_that_is_judged_by_stays(server, central, schools):
    assert server.send("PUT", "/v1/toolkit/principles/assess-principle", {"ordinal": 99, "name": "Ours", **FROM}, token=central, If_None_Match="*").status == 201
    made = add(server, central, schools[2], "assess-principle", "emerging", "2018-01-01")
    assert made.status == 201
    assert problem(server.send("DELETE", "/v1/toolkit/principles/assess-principle", token=central, if_match="*"))[0] == 409
    assert problem(server.send("DELETE", f"/v1/organisations/{schools[2]}", token=central, if_match="*"))[0] == 409
    assert server.send("DELETE", made.headers["Location"], token=central, if_match="*").status == 204
    assert server.send("DELETE", "/v1/toolkit/principles/assess-principle", token=central, if_match="*").status == 204


@pytest.mark.parametrize("round_", range(4))
def test_two_sets_of_a_day_at_once(server, central, school, schools, principles, clean, round_):
    """Two of the school's staff: one set stays as a whole, never a mixture."""
    sets = [{principle: stage for principle in principles[offset:offset + 4]} for offset, stage in ((0, "emerging"), (1, "developing"), (2, "embedding"), (3, "emerging"))]
    answers = together(*[lambda stages=stages, token=token: put(server, token, schools[0], "2024-12-01", stages) for stages in sets for token in (school, central)])
    assert {answer.status for answer in answers} == {200, 201}
    path = f"/v1/organisations/{schools[0]}/self-assessments/2024-12-01"
    known = server.send("GET", path, token=school)
    assert known.json["principles"] in sets
    others = [each for each in sets if each != known.json["principles"]]
    place, _ = only_one(*[lambda each=each: server.send("PUT", path, {"principles": each}, token=school, if_match=known.headers["ETag"]) for each in others])
    assert server.send("GET", path, token=school).json["principles"] == others[place]
    new = path.replace("12-01", "12-02")
    place, _ = only_one(*[lambda each=each: server.send("PUT", new, {"principles": each}, token=school, If_None_Match="*") for each in sets])
    assert server.send("GET", new, token=school).json["principles"] == sets[place]


def test_sets_and_single_ones_at_once(server, school, schools, principles, clean):
    """None fails but for a rule, and what stays is what one order of them would leave."""
    for round_ in range(5):
        on = f"2024-12-1{round_}"
        answers = together(*[lambda p=p: add(server, school, schools[0], p, "embedding", on) for p in principles[:3]],
                           *[lambda: put(server, school, schools[0], on, {p: "emerging" for p in principles[:4]})] * 2)
        assert {answer.status for answer in answers[3:]} <= {200, 201}
        assert {answer.status for answer in answers[:3]} <= {201, 409}, [answer.text for answer in answers]
        left = server.send("GET", f"/v1/organisations/{schools[0]}/self-assessments/{on}", token=school).json["principles"]
        assert left[principles[3]] == "emerging" and len(left) == 4


def test_the_same_one_at_once(server, central, school, schools, principles, clean):
    answers = together(*[lambda stage=stage: add(server, school, schools[0], principles[0], stage, "2024-12-24") for stage in STAGES * 3])
    assert sorted(answer.status for answer in answers) == [201] + [409] * 8
