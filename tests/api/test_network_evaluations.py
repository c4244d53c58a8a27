"""The annual evaluation of the network: what the returns of a year make, in the numbers of its release and no others; what Hubs
say; how far it is before it is released; the page to print."""
import csv
import datetime
import io
import json
import time
from decimal import Decimal
from xml.etree import ElementTree
from zoneinfo import ZoneInfo

import pytest

FROM = {"sources": ["https://www.scipalliance.example/evaluation"], "confidence": "high"}
YEAR, BEFORE = "2014-15", "2013-14"
LIST = "/v1/network/evaluations"
PATH = f"{LIST}/{YEAR}"
ROWS = PATH + "/figures"
YOUNG = "outreach_young_people"
HUBS = {"networked-a": "Northern Coast & Hills Hub", "networked-b": "River Hub", "networked-c": "South <West> Hub", "networked-d": "Islands Hub",
        "networked-e": "Late Hub", "networked-f": "Closed Hub"}
# a Hub's numbers; organisations engaged come from the records alone
FIGURES = ("memberships", "meetings_held", "attendance", "members_reporting", "hub_led_activities", "member_activities", "outreach_interventions", YOUNG)
GIVEN = {BEFORE: {"networked-a": (40, 3, 60, 9, 4, 11, 6, 90), "networked-b": (25, 2, 30, 5, 0, 4, 2, 38)},
         YEAR: {"networked-a": (52, 3, 71, 12, 7, 15, 9, 121), "networked-b": (25, 2, 28, 6, 2, 4, 3, 44),
                "networked-c": (31, 4, 55, 8, 3, 6, 1, 3), "networked-d": (12, 2, 14, 2, 0, 2, 2, 17)}}


@pytest.fixture(scope="module", autouse=True)
def nothing_stays(cluster, server):
    def clear():
        cluster.remove(hub="slug LIKE 'networked-%'", release=f"period IN ('{YEAR}', '{BEFORE}')")

    clear()
    yield
    clear()


@pytest.fixture(scope="module")
def readers(cluster, server):
    return {"analyst": cluster.token(server, "analyst"), "board": cluster.token(server, "group_member", group="board"), "central": cluster.token(server, "central")}


@pytest.fixture(scope="module")
def hubs(server, central):
    for slug, name in HUBS.items():
        done(server.send("PUT", f"/v1/hubs/{slug}", {"name": name, "nations": ["GB-SCT" if slug in ("networked-b", "networked-d") else "GB-ENG"], "status": "active",
                                                     "status_from": "2012-10-01", "leads": [{"organisation": "university-of-winchester", "from": "2012-10-01"}], **FROM}, token=central, If_None_Match="*"), 201)
    done(server.send("POST", "/v1/hubs/networked-f/statuses", {"status": "closed", "from": "2013-10-01"}, token=central), 201)
    # of what was never recorded at all a 0 is not published
    done(server.send("POST", "/v1/hubs/networked-a/activities", {"kind": "hub_led", "held_on": "2013-11-05", "title": "A transition day"}, token=central), 201)


@pytest.fixture(scope="module")
def returns(server, central, hubs):
    """Two published ones of the year before; of the year one published, one accepted, one submitted and one draft."""
    for year, by_hub in GIVEN.items():
        for slug, values in by_hub.items():
            path = f"/v1/hubs/{slug}/evaluations/{year}"
            none = done(server.send("GET", path, token=central)).json
            answers = {answer["question"]: f"{slug}: {answer['question']}\n\nMore & <better> of {year}." for answer in none["answers"]}
            figures = {metric: {"value": value, "reason": "Counted by hand"} for metric, value in zip(FIGURES, values)}
            figures["organisations_engaged"] = {"value": 5, "reason": "Counted by hand"}
            done(server.send("PUT", path, {"figures": figures, "answers": answers}, token=central, If_None_Match="*"), 201)
            steps = ["submission", "acceptance", "publication"]
            for step in steps[:{"networked-b": 2, "networked-c": 1, "networked-d": 0}.get(slug, 3) if year == YEAR else 3]:
                done(server.send("POST", f"{path}/{step}", token=central))


def release(server, central, year, note="The year is over"):
    return done(server.send("POST", "/v1/releases", {"period": year, "note": note}, token=central), 201).json


@pytest.fixture(scope="module")
def released(server, central, returns):
    release(server, central, BEFORE)
    for slug in ("networked-c", "networked-d"):
        for step in ("submission", "acceptance") if slug == "networked-d" else ("acceptance",):
            done(server.send("POST", f"/v1/hubs/{slug}/evaluations/{YEAR}/{step}", token=central))
    return release(server, central, YEAR)


def done(answer, status=200):
    assert answer.status == status, answer.text
    return answer


def soon(get, holds, seconds=5):
    """A public answer may be a quarter of a second old."""
    until = time.monotonic() + seconds
    while not holds(answer := get()):
        assert time.monotonic() < until, answer.text
        time.sleep(0.05)
    return answer


def rows(answer):
    return {(row["metric"], row["hub"] and row["hub"]["slug"]): row for row in done(answer).json["items"]}


def test_progress_comes_before_the_release(server, cluster, central, readers, returns):
    """Sums as they are, with what is submitted: never of young people, and for nobody else."""
    answers = {name: done(server.send("GET", f"{PATH}/progress", token=token)) for name, token in readers.items()}
    assert len({answer.text for answer in answers.values()}) == 1
    items = {row["metric"]: row for row in answers["analyst"].json["items"]}
    assert list(items) == [metric for metric in ("memberships", "organisations_engaged", *FIGURES[1:])]
    given = GIVEN[YEAR]
    for at, metric in enumerate(FIGURES[:-2]):
        # others' records may be of the year too, but of networked Hubs there are none
        others = Decimal(cluster.psql(f"SELECT coalesce(sum(value), 0) FROM metric.sums('{metric}', '2014-09-01', '2015-08-31', NULL, '{{hub}}') s "
                                      "WHERE s.hub_id IS NULL OR s.hub_id NOT IN (SELECT id FROM scip.hub WHERE slug LIKE 'networked-%')", "scip_migrator"))
        assert items[metric]["value"] == sum(given[slug][at] for slug in ("networked-a", "networked-b", "networked-c")) + others, metric
        assert (items[metric]["status"], items[metric]["confirmed"], items[metric]["overridden"]) == ("value", 0, 3)
    for metric in FIGURES[-2:]:
        assert (items[metric]["value"], items[metric]["status"], items[metric]["overridden"]) == (None, "not_available", 3), "released together"
    first = items["memberships"]
    assert first["evaluations_required"] >= 5 and (first["evaluations_submitted"], first["evaluations_accepted"], first["evaluations_published"]) == (3, 2, 1)
    assert set(first) == {"year", "category", "metric", "title", "unit", "value", "status", "confirmed", "overridden",
                          "evaluations_required", "evaluations_submitted", "evaluations_accepted", "evaluations_published"}, "no Hub"
    table = list(csv.DictReader(io.StringIO(done(server.send("GET", f"{PATH}/progress?format=csv", token=central)).text)))
    assert [row["metric"] for row in table] == list(items) and "121" not in json.dumps(table)
    assert [json.loads(line) for line in server.send("GET", f"{PATH}/progress?format=ndjson", token=central).text.splitlines()] == answers["analyst"].json["items"]
    assert server.send("GET", f"{PATH}/progress", token=central, If_None_Match=answers["central"].headers["ETag"]).status == 304
    assert server.send("GET", f"{PATH}/progress", token=central, Accept="image/png").status == 406

    today = datetime.datetime.now(ZoneInfo("Europe/London")).date()
    this = today.year - (today.month < 9)
    assert done(server.send("GET", f"{LIST}/{this}-{(this + 1) % 100:02}/progress", token=central)).json["items"][0]["evaluations_required"] > 0, "the year that runs"
    for unknown, status in ((f"{this + 1}-{(this + 2) % 100:02}", 404), ("2014-16", 404), ("2014", 400)):
        assert server.send("GET", f"{LIST}/{unknown}/progress", token=central).status == status
    assert server.get(f"{PATH}/progress").status == 401
    for role, subject in (("hub_lead", {"hub": "networked-a"}), ("hub_member", {"hub": "networked-a"}), ("website", {}), ("partner", {"organisation": "university-of-winchester"})):
        assert server.send("GET", f"{PATH}/progress", token=cluster.token(server, role, **subject)).status == 403, role


def test_a_year_without_a_release_is_none(server, returns):
    assert not {YEAR, BEFORE} & {item["year"] for item in done(server.get(LIST + "?limit=200")).json["items"]}
    for path in (PATH, ROWS, PATH + "/answers", f"{LIST}/2014-16", f"{LIST}/2014-16/figures", f"{LIST}/2014-16/answers", f"{LIST}/2099-00"):
        assert server.get(path).status == 404, path
    for path in (f"{LIST}/2014", f"{LIST}/2014/figures", f"{LIST}/2014/answers", f"{LIST}/2014-15-Q1", f"{LIST}/last"):
        assert server.get(path).status == 400, path


def test_the_list_of_years(server, released):
    answer = soon(lambda: server.get(LIST + "?limit=200"), lambda a: YEAR in a.text)
    years = [item["year"] for item in answer.json["items"]]
    assert years == sorted(years, reverse=True) and years[years.index(YEAR) + 1] == BEFORE
    one = answer.json["items"][years.index(YEAR)]
    assert (one["release"], one["from"], one["to"], one["released_at"], one["href"]) == (1, "2014-09-01", "2015-08-31", released["released_at"], PATH)
    assert one["evaluations_required"] >= 5 and (one["evaluations_submitted"], one["evaluations_accepted"], one["evaluations_published"]) == (4, 4, 1)
    record = soon(lambda: server.get(PATH), lambda a: a.status == 200)
    assert record.json == one == server.get(PATH.replace("14-15", "1415")).json
    assert server.get(PATH, If_None_Match=record.headers["ETag"]).status == 304 and server.get(PATH, Accept="image/png").status == 406
    pages, address = [], LIST + "?limit=1"
    while address:
        page = done(server.get(address)).json
        pages += [item["year"] for item in page["items"]]
        address = page["next"] and f"{LIST}?limit=1&cursor={page['next']}"
    assert pages == years
    assert [row["year"] for row in csv.DictReader(io.StringIO(server.get(LIST, Accept="text/csv").text))] == years
    assert [json.loads(line)["year"] for line in server.get(LIST, Accept="application/x-ndjson").text.splitlines()] == years
    assert server.get(LIST, If_None_Match=server.get(LIST).headers["ETag"]).status == 304 and server.get(LIST, Accept="image/png").status == 406
    assert server.get(LIST + "?limit=0").status == 400 and server.get(LIST + "?cursor=x").status == 400


def test_its_numbers_are_those_of_the_release(server, central, released):
    answer = soon(lambda: server.get(ROWS), lambda a: a.status == 200)
    table = rows(answer)
    metrics = list(dict.fromkeys(metric for metric, _ in table))
    assert metrics == ["memberships", "organisations_engaged", *FIGURES[1:]]
    for metric in metrics:
        for by, query in ((False, ""), (True, "&by=hub")):
            for cell in done(server.get(f"/v1/metrics/{metric}/values?period={YEAR}&release=1{query}")).json["items"]:
                slug = cell["hub"] and cell["hub"]["slug"]
                if (slug is not None) == by and (metric, slug) in table:
                    row = table[metric, slug]
                    assert (row["value"], row["status"], row["unit"], row["release"]) == (cell["value"], cell["status"], cell["unit"], 1)
            for cell in server.get(f"/v1/metrics/{metric}/values?period={BEFORE}&release=1{query}").json["items"]:
                slug = cell["hub"] and cell["hub"]["slug"]
                if (slug is not None) == by and (metric, slug) in table:
                    assert (table[metric, slug]["previous_value"], table[metric, slug]["previous_status"]) == (cell["value"], cell["status"])
        names = [slug for code, slug in table if code == metric]
        assert names[0] is None and {slug for slug in names if slug and slug.startswith("networked-")} == set(HUBS) - {"networked-f"}, "a Hub that was closed had no year"
    for slug, values in GIVEN[YEAR].items():
        for metric, value in zip(FIGURES[:-1], values):
            hidden = metric == FIGURES[-2] and table[YOUNG, slug]["status"] == "suppressed"
            assert table[metric, slug]["value"] == (None if hidden else value), "what its accepted return says"

    # Beside the year before.
    assert (table["memberships", "networked-a"]["previous_value"], table["memberships", "networked-a"]["change"]) == (40, 12)
    assert (table["attendance", "networked-b"]["change"], table["meetings_held", "networked-b"]["change"]) == (-2, 0)
    assert table["hub_led_activities", "networked-b"]["previous_status"] == "zero" and table["hub_led_activities", "networked-b"]["change"] == 2
    late = table["meetings_held", "networked-c"]
    assert (late["previous_value"], late["previous_status"], late["change"]) == (None, "not_submitted", None)
    for row in table.values():
        numbers = {row["status"], row["previous_status"]} <= {"value", "zero"}
        assert (row["change"] is not None) == (numbers and row["metric"] not in FIGURES[-2:]), row
        assert (row["value"] is None) == (row["status"] not in ("value", "zero")) and (row["previous_value"] is None) == (row["previous_status"] not in ("value", "zero"))

    # Young people: what is published is a multiple of five, and three is not published.
    young = {slug: row for (metric, slug), row in table.items() if metric == YOUNG}
    assert young["networked-c"]["status"] == "suppressed" and sum(row["status"] == "suppressed" for row in young.values()) >= 1
    assert all(row["value"] % 5 == 0 for row in young.values() if row["value"] is not None) and all(row["change"] is None for row in young.values())

    # The returns as they are now.
    assert {slug: table["memberships", slug]["evaluation_status"] for slug in ("networked-a", "networked-b", "networked-c", "networked-d", "networked-e", None)} == {
        "networked-a": "published", "networked-b": "accepted", "networked-c": "accepted", "networked-d": "accepted", "networked-e": "not_submitted", None: None}
    assert table["memberships", "networked-a"]["category"] == "members" and table["memberships", "networked-a"]["hub"]["name"] == HUBS["networked-a"]

    # The same in every form.
    assert server.get(ROWS.replace("14-15", "1415")).json == answer.json
    flat = list(csv.DictReader(io.StringIO(server.get(ROWS, Accept="text/csv").text)))
    text = lambda value: "" if value is None else str(value)
    assert [(row["metric"], row["hub"], row["value"], row["status"], row["change"]) for row in flat] == [
        (row["metric"], row["hub"]["slug"] if row["hub"] else "", text(row["value"]), row["status"], text(row["change"])) for row in answer.json["items"]]
    assert [json.loads(line) for line in server.get(ROWS + "?format=ndjson").text.splitlines()] == answer.json["items"] and answer.json["next"] is None
    assert server.get(ROWS, If_None_Match=answer.headers["ETag"]).status == 304 and server.get(ROWS, Accept="image/png").status == 406


def test_what_hubs_say_is_read_once_it_is_published(server, central, released):
    answers = soon(lambda: server.get(PATH + "/answers?limit=200"), lambda a: a.status == 200).json["items"]
    mine = [(one["question"], one["text"]) for one in answers if one["hub"]["slug"].startswith("networked-")]
    assert {one["hub"]["slug"] for one in answers if one["hub"]["slug"].startswith("networked-")} == {"networked-a"} and len(mine) == 6
    assert mine[0] == ("practice_shared", f"networked-a: practice_shared\n\nMore & <better> of {YEAR}.") and all(one["title"].endswith("?") for one in answers)
    done(server.send("POST", f"/v1/hubs/networked-b/evaluations/{YEAR}/publication", token=central))
    both = soon(lambda: server.get(PATH + "/answers?limit=200"), lambda a: "networked-b:" in a.text).json["items"]
    assert [(one["question"], one["hub"]["slug"]) for one in both if one["hub"]["slug"].startswith("networked-")] == [
        (question, slug) for question, _ in mine for slug in ("networked-a", "networked-b")]
    pages, address = [], PATH + "/answers?limit=5"
    while address:
        page = done(server.get(address)).json
        pages += page["items"]
        address = page["next"] and f"{PATH}/answers?limit=5&cursor={page['next']}"
    assert pages == both
    flat = list(csv.DictReader(io.StringIO(server.get(PATH + "/answers", Accept="text/csv").text)))
    assert [(row["hub"], row["text"]) for row in flat] == [(one["hub"]["slug"], one["text"]) for one in both]
    assert [json.loads(line) for line in server.get(PATH + "/answers", Accept="application/x-ndjson").text.splitlines()] == both
    assert server.get(PATH + "/answers", If_None_Match=server.get(PATH + "/answers").headers["ETag"]).status == 304
    assert server.get(PATH + "/answers", Accept="image/png").status == 406 and server.get(PATH + "/answers?limit=0").status == 400


def test_the_document(server, released):
    """What it looks like is for the browser to say (tests/browser), what is in it for tests/db."""
    page = soon(lambda: server.get(PATH + "/document"), lambda a: a.status == 200 and "networked-b:" in a.text)
    assert page.headers["Content-Type"] == "text/html; charset=utf-8" and page.text.startswith("<!DOCTYPE html>")
    assert page.headers["Content-Security-Policy"].startswith("default-src 'none'") and page.headers["X-Content-Type-Options"] == "nosniff"
    root = ElementTree.fromstring(page.text.split("\n", 1)[1])
    assert root.get("lang") == "en" and root.find("head/title").text == f"Annual network evaluation {YEAR} – SCiP Alliance"
    cells = {cell.text for cell in root.iter("th")}
    assert {HUBS["networked-a"], HUBS["networked-c"]} <= cells and HUBS["networked-f"] not in cells
    said = ["".join(part.itertext()) for part in root.iter("p")]
    assert f"More & <better> of {YEAR}." in said and "networked-a: practice_shared" in said
    assert "withheld" in page.text and "Release 1 of" in page.text
    assert server.get(PATH.replace("14-15", "1415") + "/document").body == page.body
    assert server.get(PATH + "/document", If_None_Match=page.headers["ETag"]).status == 304
    assert server.request("HEAD", PATH + "/document").headers["ETag"] == page.headers["ETag"]
    assert server.get(PATH + "/document", Accept="text/html,application/xhtml+xml;q=0.9,*/*;q=0.8").status == 200
    assert server.get(PATH + "/document", Accept="image/png").status == 406
    assert server.get(f"{LIST}/2014-16/document").status == 404 and server.get(f"{LIST}/2099-00/document").status == 404 and server.get(f"{LIST}/2014/document").status == 400


def test_a_later_release_stands_in_the_place_of_the_first(server, central, cluster, released):
    first = rows(server.get(ROWS))
    cluster.psql("""BEGIN; SET LOCAL session_replication_role = replica;
        UPDATE scip.hub_evaluation_figure SET value = 57 WHERE metric = 'memberships' AND evaluation_id = (
          SELECT e.id FROM scip.hub_evaluation e JOIN scip.hub h ON h.id = e.hub_id WHERE h.slug = 'networked-a' AND e.year = '2014-15'); COMMIT""")
    assert rows(server.get(ROWS)) == first, "a release is what is published"
    release(server, central, YEAR, "A list came late")
    second = rows(soon(lambda: server.get(ROWS), lambda a: a.json["items"][0]["release"] == 2))
    assert second["memberships", "networked-a"]["value"] == 57 and second["memberships", "networked-a"]["change"] == 17
    assert {key: row["status"] for key, row in second.items()} == {key: row["status"] for key, row in first.items()}
    assert soon(lambda: server.get(LIST + "?limit=200"), lambda a: any((item["year"], item["release"]) == (YEAR, 2) for item in a.json["items"]))
