"""Past months and years come in as totals: by hand, from a spreadsheet, and what everybody reads of them."""
import csv
import datetime
import io
import threading
import time
import uuid
from zoneinfo import ZoneInfo

import harness
from harness import problem
import pytest

SOURCE = ["SCiP Alliance annual report 2020"]
HEAD = "metric,period,hub,item,agent,value,source,note\n"


def today():
    return datetime.datetime.now(ZoneInfo("Europe/London")).date()


@pytest.fixture(scope="module", autouse=True)
def nothing_stays(cluster, server):
    """Two metrics of these tests' own beside those of the start data: metrics are data."""
    def clear():
        cluster.psql("DELETE FROM scip.historical_total; DELETE FROM scip.historical_metric WHERE code LIKE 'totals_%'")
    clear()
    cluster.psql("""INSERT INTO scip.historical_metric (code, title, unit, public, people, sources) VALUES
        ('totals_open', 'Open', 'events', true, false, '{test}'), ('totals_people', 'People', 'people', true, true, '{test}'),
        ('totals_young', 'Young people', 'people', false, true, '{test}')""")
    yield
    clear()


@pytest.fixture(autouse=True)
def clean(cluster, nothing_stays):
    cluster.psql("DELETE FROM scip.historical_total")


def add(server, token, metric="totals_open", period="2020-21", value=5, query="", key=None, **more):
    return server.send("POST", "/v1/historical-totals" + query, {"metric": metric, "period": period, "value": value, "sources": SOURCE, **more}, token=token, key=key)


def load(server, token, text, query="", key=None, **headers):
    if isinstance(text, str):
        text = text.encode()
    return server.send("POST", "/v1/historical-totals/imports" + query, text, token=token, key=key or str(uuid.uuid4()), Content_Type="text/csv", **headers)


def errors(answer):
    assert answer.status == 422, answer.text
    return [(error["pointer"].removeprefix("/body/line/"), error["detail"]) for error in answer.json["errors"]]


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


def count(cluster):
    return int(cluster.psql("SELECT count(*) FROM scip.historical_total"))


def past(server, query=""):
    answer = server.get("/v1/historical-totals?limit=200" + query)
    assert answer.status == 200, answer.text
    return answer.json["items"]


def test_a_total_is_recorded_changed_and_deleted(server, central):
    made = add(server, central, "network_events", "2019-20", 62, hub="scotland-hub", item="a-document", **{"agent": "online"}, note="From the minutes")
    assert made.status == 201, made.text
    total = made.json
    assert made.headers["Location"] == total["href"] == "/v1/historical-totals/" + total["id"]
    assert (total["metric"], total["title"], total["unit"], total["public"]) == ("network_events", "Network events", "events", True)
    assert (total["period"], total["period_kind"], total["hub"]["slug"], total["agent"]) == ("2019-20", "academic_year", "scotland-hub", "online")
    assert (total["value"], total["sources"], total["note"]) == (62, SOURCE, "From the minutes")
    shown = server.send("GET", total["href"], token=central)
    assert shown.json == total and shown.headers["Cache-Control"] == "private, no-store"
    assert server.send("GET", total["href"], token=central, If_None_Match=shown.headers["ETag"]).status == 304

    changed = server.send("PATCH", total["href"], {"value": 63.5, "note": None}, token=central, if_match=made.headers["ETag"])
    assert (changed.status, changed.json["value"], changed.json["note"], changed.json["sources"]) == (200, 63.5, None, SOURCE)
    assert server.send("PATCH", total["href"], {"value": 1}, token=central, if_match=made.headers["ETag"]).status == 412
    assert server.send("PATCH", total["href"], {"value": 1}, token=central).status == 428
    assert server.send("PATCH", total["href"], {"period": "2018-19"}, token=central, if_match="*").status == 400, "what it is a total of stays"
    assert server.send("PATCH", total["href"], {"value": -1}, token=central, if_match="*").status == 400
    assert problem(server.send("PATCH", total["href"], {"value": 0.00001}, token=central, if_match="*"))[0] == 422
    assert server.send("DELETE", total["href"], token=central, if_match=made.headers["ETag"]).status == 412
    assert server.send("DELETE", total["href"], token=central, if_match=changed.headers["ETag"]).status == 204
    assert server.send("GET", total["href"], token=central).status == 404
    assert server.send("DELETE", total["href"], token=central, if_match="*").status == 404
    assert server.send("PATCH", total["href"], {"value": 1}, token=central, if_match="*").status == 404
    assert add(server, central, query="?dry_run=true").status == 201 and past(server) == []
    key = str(uuid.uuid4())
    assert add(server, central, key=key).body == add(server, central, key=key).body and len(past(server)) == 1


def test_the_item_of_a_total_is_linked(server, central):
    """A document, a resource, or what has no record here; in CSV by its slug."""
    for kind in ("document", "resource"):
        record = server.get(f"/v1/{kind}s?limit=1").json["items"][0]
        made = add(server, central, item=record["slug"])
        assert made.json["item"] == {"kind": kind, "slug": record["slug"], "name": record["title"], "href": record["href"]}
    assert add(server, central, item="a-document").json["item"] == {"kind": "document", "slug": "a-document", "name": None, "href": None}
    assert add(server, central, period="2019-20").json["item"] is None
    lines = list(csv.DictReader(server.get("/v1/historical-totals?metric=totals_open&format=csv").text.splitlines()))
    assert {"a-document", record["slug"], ""} < {line["item"] for line in lines}


def test_what_is_not_a_total(server, central):
    assert server.get("/v1/historical-totals/no-id").status == 400
    assert problem(add(server, central, "totals_nobody")) == (422, "reference-not-found")
    assert problem(add(server, central, period="2020-22")) == (422, "period-not-valid")
    assert problem(add(server, central, period="2020-M13")) == (422, "period-not-valid")
    assert problem(add(server, central, period="0000")) == (422, "period-not-valid")
    assert problem(add(server, central, hub="totals-nowhere")) == (422, "reference-not-found")
    for body in ({"value": -1}, {"period": "last year"}, {"sources": []}, {"agent": "Not a code"}, {"item": "Not a slug"}, {"value": "5"}):
        assert add(server, central, **body).status == 400, body


def test_only_what_is_over(server, central):
    """A year or month is over on the day after its last day, in Europe/London."""
    day = today()
    year = day.year - (day.month < 9)
    assert problem(add(server, central, period=f"{year}-{(year + 1) % 100:02d}")) == (422, "period-not-over")
    assert problem(add(server, central, period=str(day.year))) == (422, "period-not-over")
    assert problem(add(server, central, period=f"{day:%Y-M%m}")) == (422, "period-not-over")
    before = day.replace(day=1) - datetime.timedelta(1)
    assert add(server, central, period=f"{before:%Y-M%m}").status == 201
    assert add(server, central, "network_events", period=f"{year - 1}-{year % 100:02d}").status == 201
    assert add(server, central, "hubs", period=str(day.year - 1)).status == 201


def test_a_period_is_counted_once(server, central):
    assert add(server, central, period="2020/21").json["period"] == "2020-21"
    assert problem(add(server, central, period="202021"))[0] == 409, "the same"
    for period in ("2020-M09", "2021-M08", "2020", "2021"):
        assert problem(add(server, central, period=period)) == (409, "total-overlaps"), period
    for period in ("2020-M08", "2021-M09", "2018"):
        assert add(server, central, period=period).status == 201, period
    for period in ("2019-20", "2021-22"):
        assert problem(add(server, central, period=period)) == (409, "total-overlaps"), period
    assert add(server, central, period="2020-M10", hub="scotland-hub").status == 201, "another Hub's"
    assert add(server, central, period="2020-M10", item="a-document").status == 201, "of one item"
    assert add(server, central, period="2020-M10", **{"agent": "online"}).status == 201, "of one agent"
    assert add(server, central, "network_events", period="2020-M10").status == 201, "another metric"
    assert problem(add(server, central, period="2020-21", hub="scotland-hub")) == (409, "total-overlaps")


@pytest.mark.parametrize("round_", range(4))
def test_a_year_and_its_months_at_once(cluster, server, central, round_):
    months = [f"2020-M{month:02d}" for month in range(9, 13)]
    answers = together(*[lambda period=period: add(server, central, period=period) for period in [*months, "2020-21", "2020"]])
    assert {answer.status for answer in answers} <= {201, 409}, [answer.text for answer in answers]
    made = {row["period"] for row in past(server)}
    assert made and made in ({"2020-21"}, {"2020"}, set(months)) or made < set(months)
    assert made == {period for period, answer in zip([*months, "2020-21", "2020"], answers) if answer.status == 201}


def test_a_year_and_an_import_of_its_months_at_once(cluster, server, central):
    sheet = HEAD + "".join(f"{metric},2020-M{month:02d},,,,{month},Report,\n" for month in range(9, 13) for metric in ("totals_open", "network_events", "hubs"))
    other = HEAD + "".join(f"{metric},2020-21,,,,1,Report,\n" for metric in ("hubs", "network_events", "totals_open"))
    for round_ in range(4):
        cluster.psql("DELETE FROM scip.historical_total")
        answers = together(lambda: load(server, central, sheet), lambda: load(server, central, other), lambda: load(server, central, sheet),
                           lambda: add(server, central, "hubs", "2020"))
        assert {answer.status for answer in answers} <= {200, 201, 409, 422}, [answer.text for answer in answers]
        kept = {row["period"] for row in past(server, "&metric=totals_open")}
        assert kept in (set(), {"2020-21"}, {f"2020-M{month:02d}" for month in range(9, 13)}), "all or nothing"
        for metric in ("hubs", "network_events", "totals_open"):
            rows = past(server, "&metric=" + metric)
            assert len({row["period"] for row in rows}) == len(rows) and not ({"2020-21", "2020"} & {row["period"] for row in rows} and len(rows) > 1)


def test_what_everybody_reads(server, central):
    assert add(server, central, "totals_young", "2020-21", 120).status == 201
    assert add(server, central, "outreach_young_people", "2020-21", 120, hub="scotland-hub").status == 201
    assert add(server, central, "totals_people", "2020-21", 40, hub="scotland-hub", note="Ask the office").status == 201
    assert add(server, central, "totals_people", "2020-21", 40, **{"agent": "he"}).status == 201
    assert add(server, central, "totals_people", "2020-21", 2, hub="scotland-hub", **{"agent": "he"}).status == 201
    assert add(server, central, "totals_open", "2020-21", 2, hub="scotland-hub", **{"agent": "he"}).status == 201
    answer = server.get("/v1/historical-totals")
    assert answer.headers["Cache-Control"].startswith("public")
    rows = answer.json["items"]
    assert [(row["metric"], row["hub"] and row["hub"]["slug"], row["agent"], row["value"]) for row in rows] == [
        ("totals_open", "scotland-hub", "he", 2), ("totals_people", "scotland-hub", None, 40), ("totals_people", None, "he", 40)]
    assert all(row["public"] and row["sources"] == SOURCE and row["note"] is None for row in rows)
    assert "Ask the office" not in answer.text and past(server, "&metric=totals_young") == past(server, "&metric=outreach_young_people") == []
    assert [row["metric"] for row in past(server, "&metric=totals_people&hub=scotland-hub")] == ["totals_people"]
    assert past(server, "&period=2019-20") == [] and len(past(server, "&period=2020-21")) == 3
    mine = server.send("GET", "/v1/historical-totals?limit=200", token=central).json["items"]
    assert len(mine) == 6 and [row["public"] for row in mine if "young" in row["metric"]] == [False, False]
    assert {row["id"] for row in rows} < {row["id"] for row in mine} and any(row["note"] for row in mine)
    table = list(csv.DictReader(io.StringIO(server.get("/v1/historical-totals?format=csv").text, newline="")))
    assert [(row["metric"], row["value"], row["note"], row["hub"]) for row in table][0] == ("totals_open", "2", "", "scotland-hub")
    shown = {row["id"]: row for row in rows}
    for row in mine:
        alone = server.get(row["href"])
        assert (alone.status, alone.json) == (200, shown[row["id"]]) if row["id"] in shown else alone.status == 404
        assert server.send("GET", row["href"], token=central).json == row and shown.get(row["id"]) in (None, {**row, "note": None})


def test_pages(server, central):
    for year in range(2010, 2020):
        assert add(server, central, period=f"{year}-{(year + 1) % 100:02d}", value=year).status == 201
        assert add(server, central, "network_events", period=f"{year}-M11", value=year).status == 201
    page = server.send("GET", "/v1/historical-totals", token=central)
    assert server.send("GET", "/v1/historical-totals", token=central, If_None_Match=page.headers["ETag"]).status == 304
    path = "/v1/historical-totals"
    for send in (lambda target: server.get(target), lambda target: server.send("GET", target, token=central)):
        everything = send(path + "?limit=200").json["items"]
        assert [row["metric"] for row in everything] == ["network_events"] * 10 + ["totals_open"] * 10
        found, cursor = [], ""
        while cursor is not None:
            page = send(path + "?limit=3" + (f"&cursor={cursor}" if cursor else "")).json
            found, cursor = found + page["items"], page["next"]
        assert found == everything


def test_who_follows_public_totals_is_told(server, cluster, central):
    begin = server.get("/v1/changes?start=now").json["next"]
    assert add(server, central, "totals_young", "2020-21").status == 201
    made = add(server, central, "totals_open", "2020-21")
    assert len(past(server)) == 1, "fresh at once"
    assert server.send("DELETE", made.headers["Location"], token=central, if_match="*").status == 204
    assert past(server) == []
    seen, until = [], time.monotonic() + 5
    while len(seen) < 2 and time.monotonic() < until:
        page = server.get("/v1/changes?cursor=" + begin).json
        seen, begin = seen + [(change["kind"], change["href"], change["op"]) for change in page["items"] if "total" in change["kind"]], page["next"]
    assert seen == [("historical_totals", "/v1/historical-totals?metric=totals_open", "changed")] * 2


def test_whose_they_are(cluster, server, central):
    path = add(server, central).headers["Location"]
    for role, subject in (("hub_lead", {"hub": "scotland-hub"}), ("hub_member", {"hub": "scotland-hub"}), ("group_member", {"group": "board"}),
                          ("partner", {"organisation": "university-of-winchester"}), ("website", {}), ("analyst", {})):
        token = cluster.token(server, role, **subject)
        for target in (path, "/v1/historical-totals"):
            assert server.send("GET", target, token=token).json == server.get(target).json, role
        for answer in (add(server, token, period="2010"), load(server, token, HEAD + "totals_open,2011,,,,1,x,\n"),
                       server.send("GET", "/v1/historical-totals/template.csv", token=token),
                       server.send("PATCH", path, {"value": 1}, token=token, if_match="*"), server.send("DELETE", path, token=token, if_match="*")):
            assert problem(answer) == (403, "role-needed"), role
    assert server.get(path).status == 200 and add(server, None, period="2010").status == server.get("/v1/historical-totals/template.csv").status == 401
    assert count(cluster) == 1


def test_the_template_fits_the_import(server, central):
    sheet = server.send("GET", "/v1/historical-totals/template.csv", token=central)
    assert (sheet.text, sheet.headers["Content-Type"]) == (HEAD.replace("\n", "\r\n"), "text/csv; charset=utf-8")
    assert server.send("GET", "/v1/historical-totals/template.csv", token=central, If_None_Match=sheet.headers["ETag"]).status == 304
    assert server.send("GET", "/v1/historical-totals/template.csv?format=json", token=central).json == {"items": [], "next": None}
    done = load(server, central, sheet.text + "totals_open,2020-21,,,,5,Report,\r\n")
    assert (done.status, done.json) == (200, {"lines": 1, "imported": 1, "unchanged": 0, "href": "/v1/historical-totals"})


def test_ten_years_from_a_spreadsheet(cluster, server, central):
    """As a British spreadsheet saves it: a byte order mark, semicolons, thousands, dates that are none."""
    lines = [f'network_events;{year}-{(year + 1) % 100:02d};scotland-hub;;;"1,{year - 1800}";Report {year} | Minutes;{"Guess" if year == 2012 else ""}' for year in range(2010, 2020)]
    lines += [f"training_delegates;{year}-M{month:02d};;;online;{month}.5;Report;" for year in (2020, 2021) for month in range(1, 13)]
    sheet = b"\xef\xbb\xbf" + ("Metric;Period;Hub;Item;Agent;Value;Source;Note\r\n" + "\r\n".join(lines) + "\r\n\r\n").encode()
    dry = load(server, central, sheet, "?dry_run=true")
    assert (dry.status, dry.json["imported"]) == (200, 34) and count(cluster) == 0
    key = str(uuid.uuid4())
    done = load(server, central, sheet, key=key)
    assert done.json == {"lines": 34, "imported": 34, "unchanged": 0, "href": "/v1/historical-totals"}
    assert load(server, central, sheet, key=key).body == done.body and count(cluster) == 34
    assert problem(load(server, central, sheet + b"hubs;2010;;;;1;x;\r\n", key=key)) == (422, "idempotency-key-reused")
    rows = past(server, "&metric=network_events")
    assert [row["value"] for row in rows] == [year - 800 for year in range(2010, 2020)] and rows[0]["sources"] == ["Report 2010", "Minutes"]
    assert [row["note"] for row in server.send("GET", "/v1/historical-totals?period=2012-13", token=central).json["items"]] == ["Guess"]
    for change in ((b"Report 2011", b"Other words", "source"), (b"Guess", b"Sure", "note")):
        assert {(place.split("/")[1], what) for place, what in errors(load(server, central, sheet.replace(*change[:2])))} == {
            (change[2], "differs from that of the recorded total: correct that total")}, "what was changed is not unchanged"
    again = load(server, central, sheet.replace(b"Guess", b""))
    assert again.json["unchanged"] == 34 and count(cluster) == 34
    audited = cluster.psql("SELECT count(*) FROM scip.audit WHERE operation = 'importHistoricalTotals'")
    assert int(audited) >= 34


def test_what_is_wrong_is_named_by_line_and_column(cluster, server, central):
    assert add(server, central, period="2018", value=7).status == 201
    assert add(server, central, "network_events", "2019-20", 7).status == 201
    sheet = HEAD + "".join(line + "\n" for line in (
        "totals_open,2010-11,,,,5,Report,",                      # 2: right
        "totals_nobody,2010-11,,,,5,Report,",                    # 3
        "totals_open,Dec-11,,,,5,Report,",                       # 4: what a spreadsheet makes of 2011-12
        "totals_open,2099-00,,,,5,Report,",                      # 5
        "totals_open,2012-13,nowhere-hub,,,5,Report,",           # 6
        "totals_open,2012-13,,Not a slug,,5,Report,",            # 7
        "totals_open,2012-13,,,Not a class,5,Report,",           # 8
        "totals_open,2012-13,,,,-5,Report,",                     # 9
        "totals_open,2012-13,,,,,Report,",                       # 10
        "totals_open,2012-13,,,,5,,",                            # 11
        "totals_open,2010-11,,,,6,Report,",                      # 12: as line 2
        "totals_open,2010-M10,,,,6,Report,",                     # 13: in the year of line 2
        "totals_open,2018-M10,,,,6,Report,",                     # 14: in a year that is recorded
        "network_events,2019-20,,,,8,Report,",                   # 15: there with another value
        "network_events,201920,scotland-hub,,,8,Report |  | x,"))   # 16
    found = errors(load(server, central, sheet))
    assert [place for place, _ in found] == ["2/period", "3/metric", "4/period", "5/period", "6/hub", "7/item", "8/agent", "9/value", "10/value", "11/source",
                                             "12/period", "12/period", "13/period", "14/period", "15/value", "16/source"]
    places = {}
    for place, detail in found:
        places.setdefault(place, []).append(detail)
    assert places["3/metric"][0].startswith("must be one of ") and "totals_open" in places["3/metric"][0]
    assert "2021-M11" in places["4/period"][0]
    assert places["5/period"] == ["is not over yet"]
    assert places["6/hub"] == ["is not the slug of a Hub"]
    assert places["7/item"] == ["must be a slug"] and "small letters" in places["8/agent"][0]
    assert places["9/value"] == places["10/value"] and places["11/source"] == ["is missing"]
    assert "is the same as in line 2" in places["12/period"]
    assert "overlaps with that of line 2" in places["13/period"] and places["2/period"] == ["overlaps with that of line 13"]
    assert places["14/period"] == ["overlaps with the total of 2018"]
    assert places["15/value"] == ["differs from that of the recorded total, 7"]
    assert count(cluster) == 2, "all or nothing"


def test_what_is_no_sheet_of_totals(cluster, server, central):
    assert errors(load(server, central, "metric,period,value\nhubs,2010,1\n")) == [("1", "has no column source")]
    assert errors(load(server, central, HEAD.replace("note", "remark") + "hubs,2010,,,,1,x,\n"))[0][1].endswith(": remark")
    assert errors(load(server, central, HEAD)) == [("1", "has no lines below it")]
    assert load(server, central, HEAD + "hubs,2010,,,,1,\"x,\n").json["errors"][0]["pointer"] == "/body/line/2"
    assert load(server, central, "").status == 400
    with harness.claimed(cluster, "importHistoricalTotals", key := str(uuid.uuid4())):
        assert problem(load(server, central, HEAD, key=key)) == (409, "idempotency-key-in-progress")
    without = server.send("POST", "/v1/historical-totals/imports", (HEAD + "hubs,2010,,,,1,x,\n").encode(), token=central, Content_Type="text/csv")
    assert without.json["errors"][0] == {"pointer": "/header/Idempotency-Key", "detail": "is missing"}
    many = load(server, central, HEAD + "".join(f"hubs,20{n % 100:02d}-M13,,,,1,x,\n" for n in range(1200)))
    assert len(many.json["errors"]) == 1000 and many.json["errors"][-1]["pointer"] == "/body/line/1001/period"
    assert "2,000" in errors(load(server, central, HEAD + "hubs,2010,,,,1,x,\n" * 2001))[0][1]
    assert count(cluster) == 0


def test_a_large_import_is_in_time(patient, central):
    """2,000 lines of one metric, well within the time that a statement may take."""
    lines = [f"totals_open,20{year:02d}-M{month:02d},,item-{item},,1,x,\n" for year in range(10, 20) for month in range(1, 13) for item in range(42)][:2000]
    start = patient.seconds()
    done = load(patient, central, HEAD + "".join(lines))
    assert (done.status, done.json["imported"]) == (200, 2000), done.text
    assert patient.seconds() - start < 5
