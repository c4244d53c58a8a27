"""Metrics as everybody asks for them: cells with their status, as of a day, by release, explained and cited; and what nobody is told.
How each metric counts is in tests/db/metrics.sql, whether suppressed numbers can be found out in tests/db/test_disclosure.py."""
import csv
import hashlib
import io
import json
import threading
import zipfile

import pytest

YEAR = "1994-95"
CANARY = 48213 # young people of one Hub: it is told rounded to 48215


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
      INSERT INTO scip.hub (slug, name, nations, launched, sources, confidence)
      SELECT 'metric-' || n, 'Metric ' || n, ARRAY[nation], '1990', '{{test}}', 'high' FROM (VALUES ('one', 'GB-ENG'), ('two', 'GB-ENG'), ('three', 'GB-ENG'), ('four', 'GB-WLS')) v (n, nation);
      INSERT INTO scip.hub_status (hub_id, status, starts) SELECT id, 'active', '1990' FROM scip.hub WHERE slug LIKE 'metric-%';
      INSERT INTO scip.activity (hub_id, kind, held_on, title, interventions, young_people)
      SELECT h.id, 'outreach', '1995-03-01', 'Outreach', 2, n FROM (VALUES ('one', {CANARY}), ('two', 3), ('three', 9), ('four', 12)) v (called, n) JOIN scip.hub h ON h.slug = 'metric-' || called;
      INSERT INTO scip.event (slug, title, title_source, kind, starts, nation, status, sources, confidence)
      VALUES ('metric-event', 'Metric event', 'published', 'conference', '1995-05-05', 'GB-WLS', 'held', '{{test}}', 'high');""")
    yield
    clear()


@pytest.fixture(scope="module")
def central(cluster, server, network):
    return cluster.token(server, "central")


def cells(server, question):
    answer = server.get("/v1/metrics/" + question)
    assert answer.status == 200, answer.text
    assert answer.json["next"] is None
    return answer.json["items"]


def told(server, question):
    """{key: value, or the status where there is none}"""
    return {(c["hub"] or {}).get("slug") or c["nation"] or c["category"]: c["value"] if c["value"] is not None else c["status"] for c in cells(server, question)}


def release(server, token, period=YEAR, note="For the tests", query="", key=None):
    return server.send("POST", "/v1/releases" + query, {"period": period, "note": note}, token=token, key=key)


def test_the_catalogue_says_what_counts(server):
    metrics = server.get("/v1/metrics?limit=200").json["items"]
    assert len(metrics) == 25 and all(m["definition"] and m["left_out"] and m["definition_version"] == 1 for m in metrics)
    assert [m["code"] for m in metrics if m["privacy"] == "young_people"] == ["outreach_young_people"]
    assert {m["kind"] for m in metrics} == {"stock", "flow"} and {m["measure"] for m in metrics} == {"count", "share"}
    versions = server.get("/v1/metrics/hubs/definitions").json["items"]
    assert [v["version"] for v in versions] == [1] and "known.hub_phases" in versions[0]["sql"]
    assert server.get("/v1/metrics/nothing/definitions").status == 404


def test_a_row_for_each_cell(server):
    answer = server.get(f"/v1/metrics/network_events?period={YEAR}&by=nation&format=csv")
    rows = list(csv.DictReader(io.StringIO(answer.text)))
    assert list(rows[0]) == ["metric", "definition_version", "period", "from", "to", "hub", "nation", "category", "value", "numerator", "denominator", "unit", "status",
                             "basis", "release", "replaced_by"]
    assert {r["nation"]: (r["value"], r["status"]) for r in rows} == {"GB-ENG": ("0", "zero"), "GB-NIR": ("0", "zero"), "GB-SCT": ("0", "zero"), "GB-WLS": ("1", "value")}
    assert {(r["from"], r["to"], r["basis"]) for r in rows} == {("1994-09-01", "1995-08-31", "provisional")}
    lines = server.get(f"/v1/metrics/network_events?period={YEAR},1995-96&format=ndjson").text.splitlines()
    assert [json.loads(line)["period"] for line in lines] == [YEAR, "1995-96"]
    assert told(server, f"network_events?period={YEAR}&nation=GB-WLS") == {"GB-WLS": 1}
    assert told(server, f"network_events?period={YEAR}&category=conference") == {"conference": 1}
    assert told(server, f"outreach_interventions?period={YEAR}&hub=metric-one") == {"metric-one": 2}
    assert cells(server, "hubs")[0]["period"] == server.get("/v1/training/figures").json["period"], "without a period the running year"


@pytest.mark.parametrize("question, pointer, words", [
    ("hubs?period=2021-22,2021", "/query/period", "mixes academic and calendar periods"), ("hubs?period=2021-22,strategy-2019-22", "/query/period", "mixes academic and strategy"),
    ("hubs?period=2011-12", "/query/period", "academic year 2011/12 or the month 2011-M12"), ("hubs?period=2019-22", "/query/period", "strategy-2019-22"), ("hubs?period=soon", "/query/period", "must be"),
    ("hubs?by=category", "/query/by", "hub, nation"), ("resource_bank_users?by=hub", "/query/by", "nothing"), ("professionals?by=nation,category", "/query/by", "hub+category"),
    ("hubs?hub=nowhere", "/query/hub", "not a Hub"), ("hubs?as_of=2999-01-01", "/query/as_of", "to come"), ("hubs?period=2021-22&release=1&as_of=2024-01-01", "/query/release", "as_of"),
    ("hubs?by=value", "/query/by/0", ""), ("hubs?period=", "/query/period/0", "")])
def test_what_cannot_be_asked_is_named(server, question, pointer, words):
    answer = server.get("/v1/metrics/" + question)
    assert answer.status == 400, answer.text
    assert any(e["pointer"] == pointer and words in e["detail"] for e in answer.json["errors"]), answer.text
    if "," not in question.split("&")[0]:
        explained = server.get("/v1/metrics/" + question.replace("?", "/explain?"))
        assert explained.status == 400 or "by=" in question, explained.text


def test_no_such_metric_or_release(server):
    for path in ("/v1/metrics/nothing", "/v1/metrics/nothing/explain", f"/v1/metrics/hubs?period={YEAR}&release=99", f"/v1/metrics/hubs/explain?period={YEAR}&release=99", "/v1/releases/00000000-0000-4000-8000-000000000000"):
        assert server.get(path).status == 404, path


def test_a_write_moves_the_figure(server, central):
    before = told(server, "policy_contributions?period=1991-92")
    made = server.send("PUT", "/v1/policy-contributions/metric-evidence", {"title": "Evidence", "kind": "inquiry_evidence", "published": "1992-02", "sources": ["test"], "confidence": "high"}, token=central, If_None_Match="*")
    assert made.status == 201, made.text
    try:
        assert told(server, "policy_contributions?period=1991-92") == {None: 1} and before == {None: "not_available"}
    finally:
        assert server.send("DELETE", "/v1/policy-contributions/metric-evidence", token=central, if_match=made.headers["ETag"]).status == 204
    # as known before it was written, and before there were any records
    assert told(server, "policy_contributions?period=1991-92&as_of=1990-01-01") == {None: "not_available"}


def test_young_people_come_from_releases_alone(server, central):
    assert told(server, f"outreach_young_people?period={YEAR}&by=hub") == {None: "not_available"}
    assert told(server, "outreach_young_people?period=1995") == {None: "not_available"}
    dry = release(server, central, query="?dry_run=true")
    assert dry.status == 201 and told(server, f"outreach_young_people?period={YEAR}") == {None: "not_available"}
    made = release(server, central, key="metrics-first")
    assert made.status == 201 and made.json["number"] == 1 and made.json["in_force"], made.text
    assert release(server, central, key="metrics-first").json == made.json, "sent again it is done once"
    assert server.get(made.headers["Location"]).json == made.json
    by_hub = told(server, f"outreach_young_people?period={YEAR}&by=hub")
    assert {h: by_hub["metric-" + h] for h in ("one", "two", "three", "four")} == {"one": "suppressed", "two": "suppressed", "three": "suppressed", "four": 10}
    assert told(server, f"outreach_young_people?period={YEAR}&by=nation")["GB-ENG"] == 48225
    assert told(server, f"outreach_young_people?period={YEAR}") == {None: 48235}
    assert [c["basis"] for c in cells(server, f"outreach_young_people?period={YEAR}")] == ["release"]


def test_who_may_release(cluster, server, central):
    for role, subject in (("analyst", {}), ("hub_lead", {"hub": "metric-one"}), ("website", {})):
        assert release(server, cluster.token(server, role, **subject)).status == 403
    assert release(server, None).status == 401
    for period, status, rule in (("1995", 422, "no-such-period"), ("1994-95-Q1", 422, "no-such-period"), ("2099-00", 422, "period-is-not-over"), ("strategy-2019-22", 409, "release-years-first")):
        answer = release(server, central, period)
        assert answer.status == status and rule in answer.json["detail"], answer.text


def test_the_same_bytes_for_ever_or_what_replaced_them(cluster, server, central):
    question = f"/v1/metrics/outreach_interventions?period={YEAR}&by=hub&format=csv"
    first = server.get(question + "&release=1").text
    assert ",8," in server.get(f"/v1/metrics/outreach_interventions?period={YEAR}&format=csv").text
    cluster.psql("UPDATE scip.activity SET interventions = 5, young_people = 4711 WHERE hub_id = (SELECT id FROM scip.hub WHERE slug = 'metric-four')")
    assert server.get(question).text == first, "a record that changes changes nothing of what was told"
    done = []
    threads = [threading.Thread(target=lambda: done.append(release(server, central, note="Corrected"))) for _ in range(3)]
    [t.start() for t in threads]
    [t.join() for t in threads]
    assert sorted(d.json["number"] for d in done) == [2, 3, 4], "one after the other, each of its own number"
    old, new = server.get(question + "&release=1"), server.get(question + "&release=4")
    assert [line.rsplit(",", 1) for line in old.text.splitlines()[1:] if ",metric-" in line][0][1] == "4", "the first one says what replaced it"
    strip = lambda text: [line.rsplit(",", 1)[0] for line in text.splitlines()]
    assert strip(old.text) == strip(first) and ",metric-four,,,5," in new.text and ",metric-four,,,2," in first
    by_hub = told(server, f"outreach_young_people?period={YEAR}&by=hub")
    assert [by_hub["metric-" + h] for h in ("one", "two", "three", "four")] == ["suppressed", "suppressed", "suppressed", 4710], "what was suppressed stays so"
    listed = server.get(f"/v1/releases?period={YEAR}").json["items"]
    assert [(r["number"], r["in_force"]) for r in listed] == [(4, True), (3, False), (2, False), (1, False)]


def explain(server, question, token=None):
    answer = server.request("GET", "/v1/metrics/" + question, {"Authorization": "Bearer " + token} if token else {})
    assert answer.status == 200, answer.text
    assert "private" in answer.headers["Cache-Control"]
    return answer.json


def test_a_figure_explains_itself(cluster, server, central):
    plain = explain(server, f"outreach_interventions/explain?period={YEAR}&hub=metric-four")
    assert (plain["value"], plain["status"], plain["basis"], plain["rows_in"], plain["rows_left_out"], plain["counted"], plain["records"]) == (5, "value", "release", 1, [], None, None)
    assert plain["filters"] == {"hub": "metric-four", "nation": None, "category": None} and plain["fresh_at"] and "Interventions" in plain["definition"]
    events = explain(server, "network_events/explain?period=2023-24")
    assert events["rows_in"] == events["value"] and all(r["rows"] > 0 and r["reason"] for r in events["rows_left_out"]) and events["citation"] is None
    assert any(r["reason"] == "no date" for r in events["rows_left_out"])
    # of young people nothing but the cell, except to those who may
    question = f"outreach_young_people/explain?period={YEAR}&hub=metric-two"
    lead, other = cluster.token(server, "hub_lead", hub="metric-two"), cluster.token(server, "hub_lead", hub="metric-one")
    for token in (None, other, cluster.token(server, "analyst"), cluster.token(server, "group_member", group="board")):
        hidden = explain(server, question, token)
        assert (hidden["status"], hidden["value"], hidden["rows_in"], hidden["rows_left_out"], hidden["counted"], hidden["records"]) == ("suppressed", None, None, None, None, None)
    for token in (lead, central):
        own = explain(server, question, token)
        assert own["status"] == "suppressed" and own["counted"] == {"value": 3, "numerator": None, "denominator": None} and own["rows_in"] == 1
        assert len(own["records"]) == 1 and own["records"][0].startswith("/v1/hubs/metric-two/activities/")
        assert server.request("GET", own["records"][0], {"Authorization": "Bearer " + token}).status == 200
    assert explain(server, f"outreach_young_people/explain?period={YEAR}", lead)["counted"] is None, "a lead's own Hub alone"
    assert explain(server, f"outreach_young_people/explain?period={YEAR}", central)["counted"]["value"] == CANARY + 3 + 9 + 4711


def test_a_token_that_is_none_explains_nothing(server):
    assert server.request("GET", "/v1/metrics/hubs/explain", {"Authorization": "Bearer nothing"}).status == 401


def test_a_figure_is_cited_with_a_hash(server):
    said = explain(server, f"outreach_interventions/explain?period={YEAR}&hub=metric-four")["citation"]
    assert said["href"] == f"/v1/metrics/outreach_interventions?period={YEAR}&by=hub&release=4"
    rows = list(csv.DictReader(io.StringIO(server.get(said["href"] + "&format=csv").text)))
    lines = "".join("|".join(r[k] for k in ("metric", "definition_version", "period", "hub", "nation", "category", "value", "numerator", "denominator", "status", "release")) + "\n" for r in rows)
    assert hashlib.sha256(lines.encode()).hexdigest() == said["sha256"]


def test_nobody_reads_the_number_of_young_people_anywhere(cluster, server):
    """Every public address, in all its forms, and all that is asked of metrics."""
    contract = server.get("/openapi.json").json
    seen = []
    for path, item in contract["paths"].items():
        if "get" in item and not item["get"].get("security") and "{" not in path and path.startswith("/v1"):
            seen.append(path)
    for code in (m["code"] for m in server.get("/v1/metrics?limit=200").json["items"]):
        seen += [f"/v1/metrics/{code}?period={YEAR}{by}" for by in ("", "&by=hub", "&by=nation", "&by=category", "&by=hub,category", "&hub=metric-one", "&release=1", "&by=hub&release=2")]
        seen += [f"/v1/metrics/{code}/explain?period={YEAR}{by}" for by in ("", "&hub=metric-one", "&nation=GB-ENG")]
    seen += ["/v1/hubs/metric-one", "/v1/changes?limit=200", f"/v1/past-totals?period={YEAR}"]
    for path in seen:
        for form in ("", "csv"):
            body = server.get(path + (f"{'&' if '?' in path else '?'}format={form}" if form else "")).body
            texts = [body]
            if body.startswith(b"PK"):
                archive = zipfile.ZipFile(io.BytesIO(body))
                texts = [archive.read(name) for name in archive.namelist()]
            assert not any(str(CANARY).encode() in text or b",4711," in text for text in texts), path


def test_asserted_figures_beside_derived_ones(server):
    items = server.get("/v1/headline-comparisons?period=2019-22").json["items"]
    assert {i["metric"] for i in items} >= {"professionals", "hubs", "host_partners", "network_events", "training_delegates", "toolkit_rated_highly", "resource_bank_users", "research_documents_downloaded"}
    for item in items:
        assert item["period"] == "strategy-2019-22" and item["asserted"] > 0
        assert (item["derived"] is None) == (item["difference"] is None) and (item["agrees"] or item["reason"])
    hubs = next(i for i in server.get("/v1/headline-comparisons?period=2025").json["items"] if i["metric"] == "hubs")
    derived = told(server, "hubs?period=2025")[None]
    assert (hubs["asserted"], hubs["derived"], hubs["difference"], hubs["agrees"]) == (12, derived, derived - 12, False) and "incomplete" in hubs["reason"]
