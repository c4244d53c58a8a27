"""How each Hub stands with the rules of the framework, and who may know. On which day a rule turns is tested in
tests/db/reporting.sql; a whole year in test_a_year.py."""
import csv
import datetime
import io
import json
from zoneinfo import ZoneInfo

import pytest
from harness import get

FROM = {"sources": ["https://www.scipalliance.example/minutes"], "confidence": "high"}
RULES = ["membership_quorate", "two_meetings", "five_headings", "minutes_shared", "quarterly_updates", "messages_relayed", "pathway", "evaluation",
         "national_meetings", "yearly_review"]
HUB = "/v1/hubs/health-one"


def year(back=0):
    date = datetime.datetime.now(ZoneInfo("Europe/London")).date()
    first = date.year - (date.month < 9) - back
    return f"{first}-{(first + 1) % 100:02}"


@pytest.fixture(scope="module", autouse=True)
def nothing_stays(cluster, server):
    def clear():
        cluster.remove(hub="slug LIKE 'health-%'")

    clear()
    yield
    clear()


LED = {"leads": [{"organisation": "university-of-winchester", "from": "2018-05-14"}]}


@pytest.fixture(scope="module")
def hubs(cluster, server, nothing_stays):
    central = cluster.token(server, "central")
    for slug, status in (("health-one", {"status": "active", "status_from": "2018-05", **LED}), ("health-two", {"status": "active", "status_from": "2018", **LED}),
                         ("health-young", {"status": "proposed"})):
        made = server.send("PUT", f"/v1/hubs/{slug}", {"name": slug, "nations": ["GB-WLS"], **status, **FROM}, token=central, If_None_Match="*")
        assert made.status == 201, made.text


@pytest.fixture
def tokens(cluster, server, hubs):
    return {"central": cluster.token(server, "central"), "lead": cluster.token(server, "hub_lead", hub="health-one"),
            "member": cluster.token(server, "hub_member", hub="health-one"), "other": cluster.token(server, "hub_lead", hub="health-two"),
            "decider": cluster.token(server, "group_member", group="hub-leads-group"), "board": cluster.token(server, "group_member", group="board"),
            "management": cluster.token(server, "group_member", group="management-group"), "analyst": cluster.token(server, "analyst")}


def states(server, token, path):
    answer = get(server, token, path)
    assert answer.status == 200, answer.text
    return {rule["rule"]: rule["status"] for rule in answer.json["rules"]}


def test_a_hub_sees_how_it_stands(server, cluster, tokens):
    answer = get(server, tokens["lead"], f"{HUB}/health")
    assert answer.status == 200 and answer.headers["Cache-Control"] == "private, no-store"
    assert (answer.json["hub"]["slug"], answer.json["period"]) == ("health-one", year()), "the present year"
    assert [rule["rule"] for rule in answer.json["rules"]] == RULES
    now = {rule["rule"]: rule for rule in answer.json["rules"]}
    assert now["two_meetings"]["status"] == "not_yet" and now["two_meetings"]["evidence"] == {"held": 0, "planned": 0}
    assert now["two_meetings"]["next_action"] == "Plan and hold 2 more" and now["two_meetings"]["due_on"] == f"{int(year()[:4]) + 1}-08-31"
    assert now["membership_quorate"]["evidence"]["missing_sectors"] == ["he", "fe", "school_sector", "local_authority"]
    assert now["pathway"] == {"rule": "pathway", "title": "The required steps of the pathway are done", "status": "not_applicable",
                              "evidence": {"required": 9, "done": 0}, "next_action": None, "due_on": None}, "it was there before"
    for spelled in (year(), year().replace("-", "/"), year().replace("-", "")):
        assert get(server, tokens["member"], f"{HUB}/health?period={spelled}").json == answer.json
    assert get(server, tokens["lead"], f"{HUB}/health", If_None_Match=answer.headers["ETag"]).status == 304

    before = states(server, tokens["lead"], f"{HUB}/health?period={year(2)}")
    assert {rule for rule, state in before.items() if state == "missed"} == {"membership_quorate", "two_meetings", "quarterly_updates", "evaluation", "yearly_review"}
    assert set(states(server, tokens["lead"], f"{HUB}/health?period=2010-11").values()) == {"not_applicable"}, "before there was a Hub"
    assert states(server, tokens["central"], "/v1/hubs/health-young/health")["two_meetings"] == "not_applicable"

    # A year put right: what was reported, reviewed and returned.
    cluster.psql(f"""BEGIN; SET LOCAL session_replication_role = replica;
        INSERT INTO scip.quarterly_update (hub_id, quarter, status, nil_return, submitted_at)
          SELECT h.id, '{year(2)}-Q' || n, 'submitted', n = 2, scip.quarter_end('{year(2)}-Q' || n) + CASE n WHEN 3 THEN 40 ELSE 10 END FROM scip.hub h, generate_series(1, 4) n WHERE h.slug = 'health-one';
        INSERT INTO scip.hub_evaluation (hub_id, year, status, submitted_at) SELECT id, '{year(2)}', 'submitted', scip.period_end('{year(2)}') + 30 FROM scip.hub WHERE slug = 'health-one';
        INSERT INTO scip.hub_review (hub_id, reviewed_on, note) SELECT id, scip.period_end('{year(2)}'), 'x' FROM scip.hub WHERE slug = 'health-one'; COMMIT""")
    after = {rule["rule"]: rule for rule in get(server, tokens["lead"], f"{HUB}/health?period={year(2)}").json["rules"]}
    assert {rule for rule in RULES if after[rule]["status"] == "met"} == {"quarterly_updates", "evaluation", "yearly_review"}
    assert after["quarterly_updates"]["evidence"] == {"required": 4, "submitted": 4, "nil_returns": 1, "late": 1, "missed": 0}
    assert after["quarterly_updates"]["next_action"] is None


def test_who_may_know(server, tokens):
    for who in ("central", "lead", "member", "decider"):
        assert get(server, tokens[who], HUB + "/health").status == 200, who
    for who in ("other", "board"):
        assert get(server, tokens[who], HUB + "/health").status == 404, who
    assert get(server, tokens["analyst"], HUB + "/health").status == 403 and get(server, None, HUB + "/health").status == 401
    assert get(server, tokens["central"], "/v1/hubs/health-none/health").status == 404
    for path in (HUB + "/health", "/v1/network/health"):
        assert get(server, tokens["central"], path + "?period=2024-26").status == 400
        assert get(server, tokens["central"], path + "?period=2024").status == get(server, tokens["central"], path + "?period=2024-25-Q1").status == 400
    for who in ("lead", "member", "analyst"):
        assert get(server, tokens[who], "/v1/network/health").status == 403, who


def test_the_groups_see_where_help_is_needed(server, tokens):
    path = f"/v1/network/health?period={year(2)}"
    answer = get(server, tokens["board"], path + "&limit=200")
    assert answer.status == 200
    mine = {one["hub"]["slug"]: one for one in answer.json["items"]}
    assert {"health-one", "health-two", "health-young", "scotland-hub"} <= set(mine)
    for slug in ("health-one", "health-two"):
        assert mine[slug]["href"] is None, "the board reads no Hub's evidence"
        shown = get(server, tokens["central"], f"/v1/hubs/{slug}/health?period={year(2)}").json
        assert {rule["rule"]: rule["status"] for rule in shown["rules"]} == {rule: mine[slug][rule] for rule in RULES}
        assert [mine[slug][state] for state in ("met", "not_yet", "missed")] == [sum(rule["status"] == state for rule in shown["rules"]) for state in ("met", "not_yet", "missed")]
    assert (mine["health-one"]["met"], mine["health-one"]["missed"], mine["health-two"]["met"]) == (3, 2, 0)
    assert get(server, tokens["management"], path + "&limit=200").json == answer.json
    for who in ("decider", "central"):
        listed = get(server, tokens[who], path + "&limit=200").json["items"]
        assert [{**one, "href": None} for one in listed] == answer.json["items"]
        assert all(one["href"] == f"/v1/hubs/{one['hub']['slug']}/health?period={year(2)}" for one in listed)
        assert get(server, tokens[who], listed[0]["href"]).status == 200
    sheet = get(server, tokens["management"], path, Accept="text/csv")
    rows = list(csv.DictReader(io.StringIO(sheet.text)))
    assert [(row["hub"], row["two_meetings"], row["met"]) for row in rows] == [(one["hub"]["slug"], one["two_meetings"], str(one["met"])) for one in answer.json["items"]]
    assert [json.loads(line) for line in get(server, tokens["board"], path, Accept="application/x-ndjson").text.splitlines()] == answer.json["items"]
    slugs, cursor = [], ""
    while cursor is not None:
        page = get(server, tokens["board"], path + "&limit=5" + cursor).json
        slugs += [one["hub"]["slug"] for one in page["items"]]
        cursor = page["next"] and "&cursor=" + page["next"]
    assert slugs == [one["hub"]["slug"] for one in answer.json["items"]]
    assert get(server, tokens["board"], path, If_None_Match=get(server, tokens["board"], path).headers["ETag"]).status == 304
    assert {one["period"] for one in get(server, tokens["board"], "/v1/network/health").json["items"]} == {year()}
