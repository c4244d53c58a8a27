"""Metrics as everybody asks for them: cells with their status, as of a day, by release, explained and cited; and what is withheld.
How each metric counts is in tests/db/metrics.sql, whether suppressed numbers can be found out in tests/db/test_disclosure.py."""
import collections
import csv
import datetime
import hashlib
import io
import json
import re
import threading
import zipfile

import harness
import pytest

YEAR = "1994-95"
PUBLIC = {"hubs", "host_partners", "network_events", "training_sessions", "policy_contributions"} # whose rows everybody may see
CANARY = 48213 # young people of one Hub: it is published rounded to 48215


@pytest.fixture(scope="module", autouse=True)
def network(cluster, server):
    def clear():
        cluster.psql("""
          SET session_replication_role = replica;
          DELETE FROM scip.release_cell WHERE release_id IN (SELECT id FROM scip.release WHERE first_day < '2000-01-01');
          DELETE FROM scip.release WHERE first_day < '2000-01-01';
          DELETE FROM scip.activity WHERE hub_id IN (SELECT id FROM scip.hub WHERE slug LIKE 'metric-%');
          DELETE FROM scip.account_role WHERE hub_id IN (SELECT id FROM scip.hub WHERE slug LIKE 'metric-%');
          DELETE FROM scip.hub_status WHERE hub_id IN (SELECT id FROM scip.hub WHERE slug LIKE 'metric-%');
          SET session_replication_role = origin; -- with all that came with them, and history is to know that they are gone
          DELETE FROM scip.hub WHERE slug LIKE 'metric-%';
          DELETE FROM scip.event WHERE slug LIKE 'metric-%';""")
    clear()
    cluster.psql(f"""
      INSERT INTO scip.hub (slug, name, nations, launched_on, sources, confidence)
      SELECT 'metric-' || n, 'Metric ' || n, ARRAY[nation], '1990', '{{test}}', 'high' FROM (VALUES ('one', 'GB-ENG'), ('two', 'GB-ENG'), ('three', 'GB-ENG'), ('four', 'GB-WLS')) v (n, nation);
      UPDATE scip.hub SET name = '=Metric, "four"' WHERE slug = 'metric-four';
      INSERT INTO scip.hub_status (hub_id, status, starts) SELECT id, 'active', '1990' FROM scip.hub WHERE slug LIKE 'metric-%';
      INSERT INTO scip.activity (hub_id, kind, held_on, title, interventions, young_people) SELECT id, 'outreach', '1993-03-01', 'Nobody came', 1, 0 FROM scip.hub WHERE slug = 'metric-one';
      INSERT INTO scip.activity (hub_id, kind, held_on, title, interventions, young_people)
      SELECT h.id, 'outreach', '1995-03-01', 'Outreach', 2, n FROM (VALUES ('one', {CANARY}), ('two', 3), ('three', 9), ('four', 12)) v (called, n) JOIN scip.hub h ON h.slug = 'metric-' || called;
      INSERT INTO scip.event (slug, title, title_source, kind, starts, nation, status, sources, confidence)
      VALUES ('metric-event', 'Metric event', 'published', 'conference', '1995-05-05', 'GB-WLS', 'held', '{{test}}', 'high');""")
    yield
    clear()


def values(question):
    """The address of a metric's values: of hubs, of hubs?by=nation."""
    return "/v1/metrics/" + re.sub("^[a-z_]+", r"\g<0>/values", question)


def cells(server, question):
    answer = server.get(values(question))
    assert answer.status == 200, answer.text
    assert answer.json["next"] is None
    return answer.json["items"]


def published(server, question):
    """{key: value, or the status where there is none}"""
    return {(c["hub"] or {}).get("slug") or c["nation"] or c["category"]: c["value"] if c["value"] is not None else c["status"] for c in cells(server, question)}


def release(server, token, period=YEAR, note="For the tests", query="", key=None):
    return server.send("POST", "/v1/releases" + query, {"period": period, "note": note}, token=token, key=key)


def test_the_catalogue_says_what_counts(server):
    metrics = server.get("/v1/metrics?limit=200").json["items"]
    assert len(metrics) == 27 and all(m["definition"] and m["exclusions"] for m in metrics)
    outreach = {"outreach_interventions", "outreach_young_people"}  # an event and an activity of a day are one thing since
    assert all(m["definition_version"] == (2 if m["code"] in outreach else 1) for m in metrics)
    assert {m["code"]: (m["disclosure_control"], m["published_with"]) for m in metrics if m["disclosure_control"] != "exact"} == {
        "outreach_young_people": ("rounded", None), "outreach_interventions": ("published_with", "outreach_young_people"), "toolkit_rated_highly": ("ratings", None), "self_assessments": ("answers", None)}
    assert {m["code"] for m in metrics if m["records"] == "public"} == PUBLIC
    assert {m["kind"] for m in metrics} == {"stock", "flow"} and {m["measure"] for m in metrics} == {"count", "share"}
    versions = server.get("/v1/metrics/hubs/definitions").json["items"]
    assert [v["version"] for v in versions] == [1] and "known.hub_phases" in versions[0]["sql"]
    assert server.get("/v1/metrics/nothing/definitions").status == 404
    for metric in metrics:
        assert server.get(metric["href"]).json == metric, "one is what it is in the list"
        assert {cell["metric"] for cell in server.get(metric["values"]).json["items"]} == {metric["code"]}
    assert server.get("/v1/metrics/nothing").status == 404


def test_a_row_for_each_cell(server):
    answer = server.get(f"/v1/metrics/network_events/values?period={YEAR}&by=nation&format=csv")
    rows = list(csv.DictReader(io.StringIO(answer.text)))
    assert list(rows[0]) == ["metric", "definition_version", "period", "from", "to", "hub", "nation", "category", "value", "numerator", "denominator", "unit", "status",
                             "basis", "release", "by", "hub_name", "explanation"]
    assert {r["nation"]: (r["value"], r["status"]) for r in rows} == {"GB-ENG": ("0", "zero"), "GB-NIR": ("0", "zero"), "GB-SCT": ("0", "zero"), "GB-WLS": ("1", "value")}
    assert {(r["from"], r["to"], r["basis"]) for r in rows} == {("1994-09-01", "1995-08-31", "provisional")}
    lines = server.get(f"/v1/metrics/network_events/values?period={YEAR},1995-96&format=ndjson").text.splitlines()
    assert [json.loads(line)["period"] for line in lines] == [YEAR, "1995-96"]
    assert published(server, f"network_events?period={YEAR}&nation=GB-WLS") == {"GB-WLS": 1}
    assert published(server, f"network_events?period={YEAR}&category=conference") == {"conference": 1}
    assert published(server, f"outreach_interventions?period={YEAR}&hub=metric-one") == {"metric-one": "not_available"}, "beside the young people, in releases"
    assert cells(server, "hubs")[0]["period"] == server.get("/v1/training/figures").json["period"], "without a period the running year"


@pytest.mark.parametrize("question, pointer, words", [
    ("hubs?period=2021-22,2021", "/query/period", "mixes academic and calendar periods"), ("hubs?period=2021-22,strategy-2019-22", "/query/period", "mixes academic and strategy"),
    ("hubs?period=2011-12", "/query/period", "academic year 2011/12 or the month 2011-M12"), ("hubs?period=2019-22", "/query/period", "strategy-2019-22"), ("hubs?period=soon", "/query/period", "must be"),
    ("hubs?by=category", "/query/by", "hub, nation"), ("resource_bank_users?by=hub", "/query/by", "nothing"), ("professionals?by=nation,category", "/query/by", "hub+category"),
    ("hubs?hub=nowhere", "/query/hub", "not a Hub"), ("hubs?as_of=2999-01-01", "/query/as_of", "to come"), ("hubs?period=2021-22&release=1&as_of=2024-01-01", "/query/release", "as_of"),
    ("professionals?category=no_such", "/query/category", "no_such is no category of professionals: it has he, fe"), ("training_sessions?category=no-such", "/query/category", "no-such is no category"),
    ("outreach_interventions?category=no-such", "/query/category", "creative-forces"), ("network_events?category=no_such", "/query/category", "conference"), ("hubs?category=he", "/query/by", "hub, nation"),
    ("hubs?by=value", "/query/by/0", ""), ("hubs?period=", "/query/period/0", ""), ("hubs?period=0000-01", "/query/period", "0000-01 must be"), ("hubs?period=9999-00", "/query/period", "must be"),
    ("hubs?period=2019-20..2021", "/query/period", "2019-20..2021 mixes academic and calendar"), ("hubs?period=2019-20..2021,2021", "/query/period", "mixes academic and calendar"),
    ("hubs?period=2019-20..2021-22-Q1", "/query/period", "from one year to another"), ("hubs?period=2021..2019", "/query/period", "ends before it begins"),
    ("hubs?period=2011-12..2013-14", "/query/period", "academic year 2011/12 or the month 2011-M12"), ("hubs?period=soon..2013-14", "/query/period", "soon must be"),
    ("hubs?period=2019-20..", "/query/period", "two periods with .. between them"), ("hubs?period=..2019-20", "/query/period", "two periods"), ("hubs?period=..", "/query/period", "two periods"),
    ("hubs?period=2019..2020..2021", "/query/period", "two periods"), ("hubs?period=strategy-2019-22..strategy-2022-26", "/query/period", "named one by one"),
    ("hubs?period=strategy-2019-22..2021-22", "/query/period", "named one by one"), ("hubs?period=2013-M01..2026-M10", "/query/period", "is 166 periods: no more than 60"),
    ("hubs?period=2001..2040,2041..2080", "/query/period", "80 periods are asked for"), ("hubs?period=2021-22..2022-23&release=1", "/query/release", "single period")])
def test_what_cannot_be_asked_is_named(server, question, pointer, words):
    answer = server.get(values(question))
    assert answer.status == 400, answer.text
    assert any(e["pointer"] == pointer and words in e["detail"] for e in answer.json["errors"]), answer.text
    if "," not in question.split("&")[0]:
        explained = server.get("/v1/metrics/" + question.replace("?", "/explanation?"))
        assert explained.status == 400 or "by=" in question, explained.text
    if not any(name in question for name in ("as_of=", "release=", "category=")):
        of_all = server.get("/v1/metric-values?metric=" + question.replace("?", "&"))
        assert of_all.status == 400 and any(e["pointer"] == pointer and words in e["detail"] for e in of_all.json["errors"]), of_all.text


@pytest.mark.parametrize("span, periods", [("2019-20..2021-22", "2019-20,2020-21,2021-22"), ("2009/10..2012/13", "2009/10,2010/11,2011/12,2012/13"), ("2021-22..2021-22", "2021-22"),
    ("2021-22-Q3..2022-23-Q2", "2021-22-Q3,2021-22-Q4,2022-23-Q1,2022-23-Q2"), ("2019..2021", "2019,2020,2021"), ("2021-M11..2022-M02", "2021-M11,2021-M12,2022-M01,2022-M02"),
    ("2019-20..2020-21,2020-21,2023-24", "2019-20,2020-21,2023-24"), ("201920..202021", "2019-20,2020-21")])
def test_from_one_period_to_another(server, span, periods):
    for question in ("network_events?by=nation", "hubs?by=hub", "reporting_rate?"):
        assert cells(server, f"{question}&period={span}") == cells(server, f"{question}&period={periods}")
    assert server.get(f"/v1/metrics/hubs/explanation?period={span}").status == 400, "one figure is explained at a time"


def test_a_span_that_is_long_enough(server):
    assert len(cells(server, "hubs?period=2020-M01..2024-M12")) == 60 and len(cells(server, "on_time_rate?period=1941-42..2000/01")) == 60


def everything(server, question):
    """All pages of the values."""
    found, cursor = [], ""
    while True:
        answer = server.get(f"/v1/metric-values?limit=97{question}{cursor}")
        assert answer.status == 200, answer.text
        found += answer.json["items"]
        if not answer.json["next"]:
            return found
        cursor = "&cursor=" + answer.json["next"]


def test_all_metrics_in_one_answer(server):
    """The cells of each of them, neither more nor fewer, in the catalogue's order; by pages and as a table."""
    metrics = server.get("/v1/metrics?limit=200").json["items"]
    span = "2021-22..2022-23"
    for by, filters in (("", ""), ("&by=none", ""), ("&by=nation", ""), ("&by=hub,category", ""), ("", "&hub=scotland-hub"), ("&by=hub", "&nation=GB-SCT")):
        expected = []
        for metric in metrics:
            ways = [[], *[b.split("+") for b in metric["breakdowns"] if "+" not in b]] if not by + filters else [[]]
            for way in ways:
                asked = {w for w in (by.removeprefix("&by=").split(",") if by else way) if w != "none"} | {name for name in ("hub", "nation") if f"&{name}=" in filters}
                if not asked or "+".join(name for name in ("hub", "nation", "category") if name in asked) in metric["breakdowns"]:
                    expected += cells(server, f"{metric['code']}?period={span}{filters}" + (f"&by={','.join(sorted(asked))}" if asked else ""))
        assert everything(server, f"&period={span}{by}{filters}") == expected, (by, filters)
    table = list(csv.DictReader(io.StringIO(server.get(f"/v1/metric-values?period={span}&format=csv").text)))
    pages = everything(server, f"&period={span}")
    flat = lambda cell: (cell["metric"], cell["period"], cell["by"] or "", (cell["hub"] or {}).get("slug") or "", cell["nation"] or "", cell["category"] or "", cell["status"], (cell["hub_name"] or "").removeprefix("'"))
    assert [flat({**row, "hub": {"slug": row["hub"]}}) for row in table] == [flat(cell) for cell in pages]
    some = everything(server, f"&period={span}&metric=network_events,hubs")
    assert {cell["metric"] for cell in some} == {"hubs", "network_events"} and all(cell in pages for cell in some)
    years = {cell["period"] for cell in everything(server, "&metric=hubs&by=none")}
    assert {"2013-14", server.get("/v1/training/figures").json["period"]} <= years


@pytest.mark.parametrize("question, pointer, words", [("metric=nothing", "/query/metric", "nothing is no metric"), ("metric=hubs&by=category", "/query/by", "hub, nation"), ("by=none,hub", "/query/by", "none stands alone"),
    ("period=2019-20,2019", "/query/period", "mixes academic and calendar"), ("hub=nowhere", "/query/hub", "not a Hub"), ("period=2021-M12..2026-M10", "/query/period", "ask for fewer")])
def test_what_cannot_be_asked_of_all(server, question, pointer, words):
    answer = server.get("/v1/metric-values?" + question)
    assert answer.status == 400 and any(e["pointer"] == pointer and words in e["detail"] for e in answer.json["errors"]), answer.text


DAYS = ["0001-01-01", "0999-12-31", "1900-01-01", "1994-08-31", "1994-09-01", "1995-01-01", "1995-08-31", "2013-09-01", "2020-02-29", "yesterday", "today"]


@pytest.mark.parametrize("period", ["0001-02", "0001", "0001-M01", "0001-02-Q1", "0999-00", YEAR, "2023-24", "2023-24-Q4", "2024", "2024-M02", "strategy-2019-22", "9998-99", "9999", "9999-M12", ""])
def test_any_day_and_any_period(server, period):
    """Whatever comes first: what is not known is not available, in values and explanations alike. All metrics, each with some of the days in turn."""
    today = datetime.date.today()
    for i, code in enumerate(metric["code"] for metric in server.get("/v1/metrics?limit=200").json["items"]):
        for day in (DAYS + DAYS)[(i + len(period)) % len(DAYS):][:2]:
            day = {"yesterday": str(today - datetime.timedelta(days=1)), "today": str(today)}.get(day, day)
            question = f"?as_of={day}" + (f"&period={period}" if period else "")
            found, explained = server.get(f"/v1/metrics/{code}/values{question}"), server.get(f"/v1/metrics/{code}/explanation{question}")
            assert (found.status, explained.status) == (200, 200), f"{code}{question} {found.text} {explained.text}"
            cell, why = found.json["items"][0], explained.json
            assert [cell[k] for k in ("value", "status", "basis", "period", "from", "to", "release")] == [why[k] for k in ("value", "status", "basis", "period", "from", "to", "release")], code + question
            if cell["from"] > day or day < "2013":
                assert why["status"] == "not_available" and not why["rows_included"] and not why["rows_excluded"], code + question


def test_a_hub_that_says_that_nobody_came_has_said_so(server, central):
    assert explain(server, "outreach_young_people/explanation?period=1992-93&hub=metric-one")["status"] == "not_available"
    assert release(server, central, "1992-93").status == 201
    for metric, one in (("outreach_interventions", 1), ("outreach_young_people", 0)):
        values_by_hub = published(server, f"{metric}?period=1992-93&by=hub")
        assert (values_by_hub["metric-one"], values_by_hub["metric-two"]) == (one, "not_submitted")


def test_each_cell_says_how_it_comes_about(server):
    """Also that of no Hub or nation. What is published has at least a row behind it where rows are shown."""
    seen = collections.Counter()
    for question in (f"&period={YEAR}", "&period=2021-22-Q1&by=none", f"&period={YEAR}&by=hub,category"):
        for cell in everything(server, question):
            kind = (cell["metric"], cell["by"], cell["status"], cell["hub"] is None and cell["nation"] is None and cell["category"] is None)
            seen[kind] += 1
            if seen[kind] > 1:
                continue
            why = server.get(cell["explanation"])
            assert why.status == 200, f"{cell} {why.text}"
            assert [why.json[k] for k in ("metric", "period", "value", "numerator", "status", "basis", "release", "definition_version")] == [
                cell[k] for k in ("metric", "period", "value", "numerator", "status", "basis", "release", "definition_version")], cell
            assert why.json["rows_included"] is None or bool(why.json["rows_included"]) >= bool(cell["value"]), cell
    earlier = cells(server, "network_events?period=2023-24&as_of=2020-01-01")[0]
    assert server.get(earlier["explanation"]).json["status"] == earlier["status"] and "as_of=2020-01-01" in earlier["explanation"]


def test_no_such_metric_or_release(server):
    for path in ("/v1/metrics/nothing/values", "/v1/metrics/nothing/explanation", f"/v1/metrics/hubs/values?period={YEAR}&release=99", f"/v1/metrics/hubs/explanation?period={YEAR}&release=99", "/v1/releases/00000000-0000-4000-8000-000000000000"):
        assert server.get(path).status == 404, path


def test_a_write_moves_the_figure(server, central):
    before = published(server, "policy_contributions?period=1991-92")
    made = server.send("PUT", "/v1/policy-contributions/metric-evidence", {"title": "Evidence", "kind": "inquiry_evidence", "published_on": "1992-02", "sources": ["test"], "confidence": "high"}, token=central, If_None_Match="*")
    assert made.status == 201, made.text
    try:
        assert published(server, "policy_contributions?period=1991-92") == {None: 1} and before == {None: "not_available"}
    finally:
        blank = server.send("PATCH", "/v1/policy-contributions/metric-evidence", {"title": "\u2003"}, token=central, if_match=made.headers["ETag"])
        assert harness.problem(blank) == (422, "text-blank"), blank.text
        assert server.send("DELETE", "/v1/policy-contributions/metric-evidence", token=central, if_match=made.headers["ETag"]).status == 204
    # as known before it was written, and before there were any records
    assert published(server, "policy_contributions?period=1991-92&as_of=1990-01-01") == {None: "not_available"}


def test_young_people_come_from_releases_alone(server, central):
    assert published(server, f"outreach_young_people?period={YEAR}&by=hub") == {None: "not_available"}
    assert published(server, "outreach_young_people?period=1995") == {None: "not_available"}
    dry = release(server, central, query="?dry_run=true")
    assert dry.status == 201 and published(server, f"outreach_young_people?period={YEAR}") == {None: "not_available"}
    made = release(server, central, key="metrics-first")
    assert made.status == 201 and made.json["number"] == 1 and made.json["in_force"], made.text
    assert release(server, central, key="metrics-first").json == made.json, "sent again it is done once"
    assert server.get(made.headers["Location"]).json == made.json
    by_hub = published(server, f"outreach_young_people?period={YEAR}&by=hub")
    assert {h: by_hub["metric-" + h] for h in ("one", "two", "three", "four")} == {"one": 48215, "two": "suppressed", "three": 10, "four": 10}
    assert published(server, f"outreach_young_people?period={YEAR}&by=nation")["GB-ENG"] == 48230, "48215, 10 and two and a half"
    assert published(server, f"outreach_young_people?period={YEAR}") == {None: 48240}
    beside = published(server, f"outreach_interventions?period={YEAR}&by=hub")
    assert {h: beside["metric-" + h] for h in ("one", "two", "three", "four")} == {"one": 2, "two": "suppressed", "three": 2, "four": 2}
    assert [c["basis"] for c in cells(server, f"outreach_young_people?period={YEAR}")] == ["release"]


def test_who_may_release(cluster, server, central):
    for role, subject in (("analyst", {}), ("hub_lead", {"hub": "metric-one"}), ("website", {})):
        assert release(server, cluster.token(server, role, **subject)).status == 403
    assert release(server, None).status == 401
    for period, status, rule in (("1995", 422, "period-not-valid"), ("1994-95-Q1", 422, "period-not-valid"), ("2099-00", 422, "period-not-over"), ("strategy-2019-22", 409, "release-years-first")):
        answer = release(server, central, period)
        assert harness.problem(answer) == (status, rule), answer.text


def test_the_same_bytes_for_ever_or_what_replaced_them(cluster, server, central):
    question = f"/v1/metrics/outreach_interventions/values?period={YEAR}&by=hub&format=csv"
    first = server.get(question + "&release=1").text
    assert ",6," in server.get(f"/v1/metrics/outreach_interventions/values?period={YEAR}&format=csv").text, "without those of the one that is hidden"
    cluster.psql("UPDATE scip.activity SET interventions = 5, young_people = 4711 WHERE hub_id = (SELECT id FROM scip.hub WHERE slug = 'metric-four')")
    assert server.get(question).text == first, "a record that changes changes nothing of what was published"
    done = []
    threads = [threading.Thread(target=lambda: done.append(harness.in_time(lambda: release(server, central, note="Corrected")))) for _ in range(3)]
    [t.start() for t in threads]
    [t.join() for t in threads]
    assert sorted(d.json["number"] for d in done) == [2, 3, 4], "one after the other, each of its own number"
    old, new = server.get(question + "&release=1"), server.get(question + "&release=4")
    assert {c["replaced_by"] for c in cells(server, f"outreach_interventions?period={YEAR}&by=hub&release=1")} == {4}, "the first one says what replaced it"
    assert old.text == first and ",metric-four,,,5," in new.text and ",metric-four,,,2," in first
    by_hub = published(server, f"outreach_young_people?period={YEAR}&by=hub")
    assert [by_hub["metric-" + h] for h in ("one", "two", "three", "four")] == [48215, "suppressed", 10, 4710]
    listed = server.get(f"/v1/releases?period={YEAR}").json["items"]
    assert [(r["number"], r["in_force"]) for r in listed] == [(4, True), (3, False), (2, False), (1, False)]


def explain(server, question, token=None):
    answer = server.request("GET", "/v1/metrics/" + question, {"Authorization": "Bearer " + token} if token else {})
    assert answer.status == 200, answer.text
    assert "private" in answer.headers["Cache-Control"]
    return answer.json


def test_a_figure_explains_itself(cluster, server, central):
    plain = explain(server, f"outreach_interventions/explanation?period={YEAR}&hub=metric-four")
    assert (plain["value"], plain["status"], plain["basis"], plain["rows_included"], plain["rows_excluded"], plain["unrounded"], plain["records"]) == (5, "value", "release", None, None, None, None)
    assert plain["filters"] == {"hub": "metric-four", "nation": None, "category": None} and plain["data_changed_at"] is None and "Interventions" in plain["definition"]
    events = explain(server, "network_events/explanation?period=2023-24")
    assert events["rows_included"] == events["value"] and all(r["rows"] > 0 and r["reason"] for r in events["rows_excluded"]) and events["citation"] is None
    assert any(r["reason"] == "no date" for r in events["rows_excluded"]) and len(events["records"]) == events["value"] and server.get(events["records"][0]).status == 200
    # of young people nothing but the cell, except to those who may
    question = f"outreach_young_people/explanation?period={YEAR}&hub=metric-two"
    lead, other = cluster.token(server, "hub_lead", hub="metric-two"), cluster.token(server, "hub_lead", hub="metric-one")
    for token in (None, other, cluster.token(server, "analyst"), cluster.token(server, "group_member", group="board")):
        hidden = explain(server, question, token)
        assert (hidden["status"], hidden["value"], hidden["rows_included"], hidden["rows_excluded"], hidden["unrounded"], hidden["records"]) == ("suppressed", None, None, None, None, None)
    for token in (lead, central):
        own = explain(server, question, token)
        assert own["status"] == "suppressed" and own["unrounded"] == {"value": 3, "numerator": None, "denominator": None} and own["rows_included"] == 1
        assert len(own["records"]) == 1 and own["records"][0].startswith("/v1/hubs/metric-two/activities/")
        assert server.request("GET", own["records"][0], {"Authorization": "Bearer " + token}).status == 200
    assert explain(server, f"outreach_young_people/explanation?period={YEAR}", lead)["unrounded"] is None, "a lead's own Hub alone"
    assert explain(server, f"outreach_young_people/explanation?period={YEAR}", central)["unrounded"]["value"] == CANARY + 3 + 9 + 4711


FILTERS = ["", "&hub=metric-four", "&hub=metric-one", "&nation=GB-ENG", "&category={}", "&hub=metric-four&category={}", "&by=hub", "&by=nation", "&by=category", "&by=hub,category"]
WORD = {"Sector that the member represents": "government", "Kind of meeting": "ordinary", "Kind of event": "conference", "Programme": "creative-forces", "Kind of message": "idea",
        "Kind of contribution": "inquiry_evidence", "Principle and stage": "clear-approach/emerging"}


def test_rows_are_told_to_who_may_see_the_records(cluster, server, central):
    """Of every metric by every filter: to nobody whose records they are not, whatever the class of the figure."""
    lead = cluster.token(server, "hub_lead", hub="metric-four")
    others = [None, cluster.token(server, "hub_lead", hub="metric-two"), cluster.token(server, "analyst"), cluster.token(server, "group_member", group="board"), cluster.token(server, "hub_member", hub="metric-four"),
              cluster.token(server, "website"), cluster.token(server, "partner", organisation="university-of-winchester")]
    asked = rows = 0
    for metric in server.get("/v1/metrics?limit=200").json["items"]:
        for period in (YEAR, "2021-22-Q1"):
            for question in FILTERS:
                if "{}" in question and not (word := WORD.get(metric["category"])):
                    continue
                path = f"/v1/metrics/{metric['code']}/explanation?period={period}" + question.format(word if "{}" in question else "")
                whole = server.send("GET", path, token=central)
                if whole.status in (400, 404):  # there is no such part, or nothing of none
                    continue
                assert whole.status == 200, (path, whole.text)
                may = {None: metric["records"] == "public", lead: "hub=metric-four" in question or metric["records"] == "public"}
                for token in [*others, lead] if period == YEAR else [None, lead]:
                    asked += 1
                    why = server.send("GET", path, token=token).json
                    shown = may[lead] if token == lead else may[None]
                    for part in ("rows_included", "rows_excluded", "records"):
                        assert why[part] == (whole.json[part] if shown else None), (path, part)
                    assert (why["unrounded"] is not None) == (token == lead and "hub=metric-four" in question and whole.json["unrounded"] is not None), path
                rows += bool(whole.json["rows_included"])
    assert asked > 1000 and rows >= 20, (asked, rows)


def test_a_token_that_is_none_explains_nothing(server):
    assert server.request("GET", "/v1/metrics/hubs/explanation", {"Authorization": "Bearer nothing"}).status == 401


def test_a_figure_is_cited_with_the_hash_of_its_download(cluster, server):
    """Of each metric by each breakdown; the same when the records, the Hub's name and the release in force are others."""
    cited = {}
    for metric in server.get("/v1/metrics?limit=200").json["items"]:
        for by in ["", *metric["breakdowns"]]:
            question = f"/v1/metrics/{metric['code']}/values?period={YEAR}" + (f"&by={by.replace('+', ',')}" if by else "")
            cell = server.get(question).json["items"][-1]
            citation = server.get(cell["explanation"]).json["citation"]
            assert citation["href"] == f"{question}&release={cell['release']}&format=csv"
            cited[citation["href"]] = citation["sha256"]
    assert len(cited) > 60
    # what is cited stays as it is: a column more would be another hash of all that ever was
    assert server.get(f"/v1/metrics/network_events/values?period={YEAR}&release=1&format=csv").body.decode() == (
        "\ufeffmetric,definition_version,period,from,to,hub,nation,category,value,numerator,denominator,unit,status,basis,release,by,hub_name,explanation\r\n"
        f"network_events,1,{YEAR},1994-09-01,1995-08-31,,,,1,,,events,value,release,1,,,/v1/metrics/network_events/explanation?period={YEAR}&release=1\r\n")

    def check():
        for href, digest in cited.items():
            answer = server.get(href)
            assert answer.status == 200 and hashlib.sha256(answer.body).hexdigest() == digest, href
    check()
    assert b'"\'=Metric, ""four"""' in server.get(next(href for href in cited if "/attendance/values?" in href and "by=hub" in href)).body
    cluster.psql("""UPDATE scip.hub SET slug = 'metric-other', name = 'Other' WHERE slug = 'metric-four';
        INSERT INTO scip.activity (hub_id, kind, held_on, title, interventions, young_people) SELECT id, 'outreach', '1995-04-01', 'Later', 7, 70 FROM scip.hub WHERE slug = 'metric-two'""")
    try:
        check()
        by_hub = cells(server, f"outreach_interventions?period={YEAR}&by=hub&release=4")
        four = next(cell for cell in by_hub if cell["hub"] and cell["hub"]["slug"] == "metric-four")
        assert server.get(four["explanation"]).json["value"] == four["value"], "a name of then leads to the Hub"
    finally:
        cluster.psql("UPDATE scip.hub SET slug = 'metric-four', name = '=Metric, \"four\"' WHERE slug = 'metric-other'; DELETE FROM scip.activity WHERE title = 'Later' AND held_on = '1995-04-01'")


def test_nobody_reads_the_number_of_young_people_anywhere(cluster, server):
    """Every public address, in all its forms, and all that is asked of metrics."""
    contract = server.get("/openapi.json").json
    seen = []
    for path, item in contract["paths"].items():
        if "get" in item and not item["get"].get("security") and "{" not in path and path.startswith("/v1"):
            seen.append(path)
    for code in (m["code"] for m in server.get("/v1/metrics?limit=200").json["items"]):
        seen += [f"/v1/metrics/{code}/values?period={YEAR}{by}" for by in ("", "&by=hub", "&by=nation", "&by=category", "&by=hub,category", "&hub=metric-one", "&release=1", "&by=hub&release=2")]
        seen += [f"/v1/metrics/{code}/explanation?period={YEAR}{by}" for by in ("", "&hub=metric-one", "&nation=GB-ENG")]
    seen += ["/v1/hubs/metric-one", "/v1/changes?limit=200", f"/v1/historical-totals?period={YEAR}"]
    for path in seen:
        for form in ("", "csv"):
            answer = server.get(path + (f"{'&' if '?' in path else '?'}format={form}" if form else ""))
            body = answer.body.replace(answer.headers["X-Request-Id"].encode(), b"")  # a problem names it, whose digits may be any
            texts = [body]
            if body.startswith(b"PK"):
                archive = zipfile.ZipFile(io.BytesIO(body))
                texts = [archive.read(name) for name in archive.namelist()]
            assert not any(str(CANARY).encode() in text or b",4711," in text for text in texts), path


def test_asserted_figures_beside_derived_ones(server):
    items = server.get("/v1/headline-comparisons?period=2019-22").json["items"]
    assert {i["metric"] for i in items} >= {"professionals", "hubs", "host_partners", "network_events", "training_delegates", "toolkit_rated_highly", "resource_bank_users", "research_documents_downloaded"}
    for item in items:
        assert item["period"] == "strategy-2019-22" and item["published_value"] > 0
        assert (item["calculated_value"] is None) == (item["difference"] is None) and (item["agrees"] or item["reason"])
    hubs = next(i for i in server.get("/v1/headline-comparisons?period=2025").json["items"] if i["metric"] == "hubs")
    derived = published(server, "hubs?period=2025")[None]
    assert (hubs["published_value"], hubs["calculated_value"], hubs["difference"], hubs["agrees"]) == (12, derived, derived - 12, False) and "incomplete" in hubs["reason"]
