"""What a Hub reports and hears, as its lead, its members, the national groups and the central team see it: activities,
quarterly updates and their locks, messages down and up, reviews."""
import csv
import datetime
import io
import json
import threading
import time
import uuid
from zoneinfo import ZoneInfo

import psycopg2
import pytest
from harness import delete, get, patch, post, problem

FROM = {"sources": ["https://www.scipalliance.example/minutes"], "confidence": "high"}
HEADINGS = {"practice": "A transition day", "challenges": "Schools lose pupils in mid-year", "ideas": "A passport of skills",
            "priorities": "Year 6", "questions": "Who pays for travel?"}
NOBODY = str(uuid.UUID(int=1))


def today():
    return datetime.datetime.now(ZoneInfo("Europe/London")).date()


def day(days=0):
    return (today() + datetime.timedelta(days)).isoformat()


def academic_year(date):
    first = date.year - (date.month < 9)
    return f"{first}-{(first + 1) % 100:02}"


def quarter(back=0):
    """The quarter of an academic year, so many quarters ago."""
    months = today().year * 12 + today().month - 9 - 3 * back
    first, month = divmod(months, 12)
    return f"{first}-{(first + 1) % 100:02}-Q{month // 3 + 1}"


def last_day(name):
    """Of a quarter."""
    year, months = int(name[:4]), 8 + 3 * int(name[-1])
    return datetime.date(year + months // 12, months % 12 + 1, 1) - datetime.timedelta(1)


@pytest.fixture(scope="module", autouse=True)
def nothing_stays(cluster, server):
    def clear():
        cluster.remove(hub="slug LIKE 'reporting-%'", message="title LIKE 'Reporting:%'", meeting="title LIKE 'Reporting:%'", person="name = 'Reporting Member'",
                       quarter_deadline="true")
    clear()
    yield
    clear()


@pytest.fixture(scope="module")
def hubs(server, central):
    """Three Hubs at work since long ago, and one that is only proposed."""
    slugs = ["reporting-one", "reporting-two", "reporting-three", "reporting-proposed"]
    for slug in slugs:
        status = {"status": "proposed"} if slug.endswith("proposed") else {
            "status": "active", "status_from": "2018-05-14", "leads": [{"organisation": "university-of-winchester", "from": "2018-05-14"}]}
        made = server.send("PUT", f"/v1/hubs/{slug}", {"name": slug.title(), "nations": ["GB-ENG"], **status, **FROM}, token=central, If_None_Match="*")
        assert made.status == 201, made.text
    return slugs


@pytest.fixture(scope="module")
def lead(cluster, server, hubs):
    return cluster.token(server, "hub_lead", hub="reporting-one")


@pytest.fixture(scope="module")
def other_lead(cluster, server, hubs):
    return cluster.token(server, "hub_lead", hub="reporting-two")


@pytest.fixture(scope="module")
def member(cluster, server, hubs):
    return cluster.token(server, "hub_member", hub="reporting-one")


@pytest.fixture(scope="module")
def decider(cluster, server):
    return cluster.token(server, "group_member", group="hub-leads-group")


@pytest.fixture(scope="module")
def board(cluster, server):
    return cluster.token(server, "group_member", group="board")


@pytest.fixture(scope="module")
def membership(cluster, hubs):
    """Of reporting-one, from 1 September 2024 to 31 May 2025."""
    return cluster.psql("""WITH p AS (INSERT INTO scip.person (name) VALUES ('Reporting Member') RETURNING id)
        INSERT INTO scip.hub_membership (hub_id, person_id, sector, starts, ends)
        SELECT h.id, p.id, 'he', '2024-09-01', '2025-06-01' FROM scip.hub h, p WHERE h.slug = 'reporting-one' RETURNING id""")


ONE, TWO = "/v1/hubs/reporting-one", "/v1/hubs/reporting-two"


def put(server, token, path, body, **options):
    return server.send("PUT", path, body, token=token, **({"If_None_Match": "*"} | options))


def done(answer, status=201):
    assert answer.status == status, answer.text
    return answer


def items(server, token, path):
    answer = done(get(server, token, path), 200)
    return answer.json["items"]


def rows(server, token, path):
    answer = done(get(server, token, path, Accept="text/csv"), 200)
    return list(csv.DictReader(io.StringIO(answer.text)))


def lines(server, token, path):
    answer = done(get(server, token, path, Accept="application/x-ndjson"), 200)
    return [json.loads(line) for line in answer.text.splitlines()]


def together(*actions):
    """Runs them at the same moment, each in a thread of its own; what each came to."""
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


def while_held(cluster, sql, action, commit=True):
    """What an action comes to that must wait for another session, which has done sql and then commits (or not)."""
    connection, results = psycopg2.connect(cluster.url("postgres")), []
    connection.cursor().execute(sql)
    thread = threading.Thread(target=lambda: results.append(action()))
    thread.start()
    waiting = f"SELECT count(*) FROM pg_locks l WHERE NOT granted AND pg_blocking_pids(pid) @> ARRAY[{connection.get_backend_pid() if hasattr(connection, 'get_backend_pid') else connection.info.backend_pid}]"
    until = time.monotonic() + 1.5
    while cluster.psql(waiting) == "0":
        assert thread.is_alive() and time.monotonic() < until, "it does not wait"
        time.sleep(0.01)
    connection.commit() if commit else connection.rollback()
    connection.close()
    thread.join()
    return results[0]


def seen(server, token, bookmark, seconds=5):
    """What a follower of the changes sees, once there is something."""
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        page = get(server, token, "/v1/changes?cursor=" + bookmark).json
        if page["items"]:
            return [(change["op"], change["href"]) for change in page["items"]]
        time.sleep(0.02)
    return []


def bookmark(server, token):
    return get(server, token, "/v1/changes?start=now").json["next"]


# Activities.

def test_a_lead_notes_what_the_hub_did(server, lead, member, other_lead, decider, central, membership):
    path = ONE + "/activities"
    led = done(post(server, lead, path, {"kind": "hub_led", "held_on": "2024-11-20", "title": "A day for designated teachers", "themes": ["practice", "research"]}))
    reported = done(post(server, lead, path, {"kind": "member_because_of_hub", "held_on": "2025-05-31", "title": "A college's breakfast club", "membership": membership}))
    outreach = done(post(server, lead, path, {"kind": "outreach", "held_on": "2025-08-31", "title": "Festival", "programme": "creative-forces",
                                               "interventions": 3, "young_people": 42, "description": "Three workshops"}))
    assert led.json["hub"]["slug"] == "reporting-one" and led.json["themes"] == ["practice", "research"] and led.json["young_people"] is None
    assert reported.json["membership"] == {"id": membership, "href": ONE + "/members/" + membership}
    assert get(server, member, reported.json["href"]).json["membership"]["href"] is None, "another member's"
    programme = {"slug": "creative-forces", "name": "Creative Forces", "href": "/v1/programmes/creative-forces"}
    assert (outreach.json["programme"], outreach.json["interventions"], outreach.json["young_people"]) == (programme, 3, 42)
    assert get(server, lead, outreach.headers["Location"]).json == outreach.json
    assert get(server, lead, outreach.headers["Location"]).headers["ETag"] == outreach.headers["ETag"]

    # The day is of the past, and who reports it was a member of this Hub then.
    late = {"kind": "hub_led", "held_on": day(1), "title": "Tomorrow"}
    assert problem(post(server, lead, path, late)) == (422, "date-in-future")
    assert problem(patch(server, lead, led.headers["Location"], {"held_on": day(1)})) == (422, "date-in-future")
    because = {"kind": "member_because_of_hub", "held_on": "2025-06-01", "title": "x"}
    assert problem(post(server, lead, path, {**because, "membership": membership})) == (422, "person-not-a-member"), "the day after its last"
    assert problem(post(server, lead, path, {**because, "membership": NOBODY})) == (422, "person-not-a-member")
    assert post(server, lead, path, because).status == 422, "somebody reports it"
    assert problem(post(server, central, TWO + "/activities", {**because, "held_on": "2025-01-01", "membership": membership})) == (422, "person-not-a-member"), "of another Hub"
    for wrong in ({"kind": "hub_led", "young_people": 3}, {"kind": "hub_led", "programme": "creative-forces"}):
        assert post(server, lead, path, {**wrong, "held_on": "2025-01-01", "title": "x"}).status == 422, "numbers are of outreach"
    assert {error["pointer"] for error in post(server, lead, path, {"kind": "outreach", "held_on": "2025-01-01", "title": "x", "young_people": "five", "names": []}).json["errors"]} \
        == {"/body/young_people", "/body/names"}

    # Read by the Hub and the central team alone.
    for token in (lead, member, central):
        assert [one["id"] for one in items(server, token, path)] == [outreach.json["id"], reported.json["id"], led.json["id"]]
    assert items(server, other_lead, path) == [] and get(server, other_lead, led.headers["Location"]).status == 404
    assert get(server, decider, path).status == get(server, decider, led.headers["Location"]).status == 403
    assert post(server, member, path, late).status == 403 and post(server, other_lead, path, {**late, "held_on": "2025-01-01"}).status == 403
    assert get(server, central, "/v1/hubs/reporting-none/activities").status == 404
    assert post(server, central, "/v1/hubs/reporting-none/activities", {**late, "held_on": "2025-01-01"}).status == 404

    # By kind, by year and by quarter: 31 August is the last day of both.
    ids = lambda query: [one["id"] for one in items(server, lead, path + query)]
    assert ids("?kind=outreach") == [outreach.json["id"]]
    for year in ("2024-25", "2024/25", "202425"):
        assert len(ids("?period=" + year)) == 3
    assert ids("?period=2024-25-Q4") == [outreach.json["id"]] and ids("?period=2024-25-Q3") == [reported.json["id"]] and ids("?period=2025-26") == []
    for wrong in ("2024-26", "202426", "2024-26-Q1"):
        assert get(server, lead, path + "?period=" + wrong).status == 400
    assert get(server, lead, path + "?period=2024").status == 400
    page = get(server, lead, path + "?limit=2").json
    assert [one["id"] for one in page["items"]] + ids("?limit=2&cursor=" + page["next"]) == ids("")

    sheet = rows(server, lead, path)
    assert [(row["hub"], row["held_on"], row["themes"], row["young_people"]) for row in sheet] == [
        ("reporting-one", "2025-08-31", "", "42"), ("reporting-one", "2025-05-31", "", ""), ("reporting-one", "2024-11-20", "practice;research", "")]
    assert lines(server, lead, path) == items(server, lead, path)

    # Changed and removed.
    changed = patch(server, lead, outreach.headers["Location"], {"young_people": 44, "description": None}, outreach.headers["ETag"])
    assert done(changed, 200).json == {**outreach.json, "young_people": 44, "description": None, "updated_at": changed.json["updated_at"]}
    assert patch(server, lead, outreach.headers["Location"], {"young_people": 45}, outreach.headers["ETag"]).status == 412
    assert patch(server, lead, outreach.headers["Location"], {"kind": "hub_led"}).status == 422
    assert done(patch(server, lead, reported.headers["Location"], {"kind": "hub_led", "membership": None}), 200).json["membership"] is None
    assert patch(server, other_lead, led.headers["Location"], {"title": "x"}).status == 404
    assert delete(server, lead, led.headers["Location"], '"99.x"').status == 412
    assert delete(server, lead, led.headers["Location"]).status == 204
    assert delete(server, lead, led.headers["Location"]).status == 404 == patch(server, lead, led.headers["Location"], {"title": "x"}).status


def test_numbers_of_young_people_are_in_no_other_hands(server, cluster, lead, central):
    """Nobody but the Hub and the central team learns the number, nor that it changed."""
    start = bookmark(server, None), bookmark(server, central)
    made = done(post(server, lead, ONE + "/activities", {"kind": "outreach", "held_on": "2025-02-03", "title": "Numbers", "young_people": 31337}))
    assert ("changed", made.headers["Location"]) in seen(server, central, start[1])
    for token in (None, cluster.token(server, "hub_lead", hub="reporting-two"), cluster.token(server, "group_member", group="board"), cluster.token(server, "analyst")):
        assert made.json["id"] not in get(server, token, "/v1/changes?cursor=" + start[0] if token is None else "/v1/changes?limit=200").text
    assert delete(server, lead, made.headers["Location"]).status == 204


# Quarterly updates.

@pytest.fixture
def due(server, central):
    """Sets when the updates of a quarter are due."""
    def set_due(name, on, if_match="*"):
        return server.send("PUT", f"/v1/quarters/{name}", {"due_on": on}, token=central, if_match=if_match)
    return set_due


def test_an_update_from_draft_to_late(server, cluster, lead, member, other_lead, decider, board, central, due):
    name = quarter(2)
    path = f"{ONE}/quarterly-updates/{name}"
    assert get(server, lead, path).status == 404
    assert problem(put(server, lead, path, {})) == (409, "update-locked"), "it was due long ago"
    assert due(name, day()).status in (200, 201), "today is the last day"
    begun = done(put(server, lead, path, {"practice": HEADINGS["practice"], "member_updates": "A school has joined"}))
    assert begun.headers["Location"] == path
    assert (begun.json["status"], begun.json["late"], begun.json["required"], begun.json["due_on"], begun.json["open_until"], begun.json["to"]) == \
        ("draft", None, True, day(), day(), last_day(name).isoformat())
    assert put(server, lead, path, {}).status == 412

    # A draft is the lead's: others see that there is none yet.
    assert get(server, member, path).status == get(server, decider, path).status == get(server, other_lead, path).status == 404
    status = lambda token: next(one["status"] for one in items(server, token, ONE + "/quarterly-updates?limit=200") if one["quarter"] == name)
    assert (status(lead), status(central), status(member), status(decider)) == ("draft", "draft", "none", "none")
    assert items(server, other_lead, ONE + "/quarterly-updates") == items(server, board, ONE + "/quarterly-updates") == []

    # Nothing may be missing.
    assert problem(post(server, lead, path + "/submission")) == (422, "update-incomplete")
    assert patch(server, lead, path, {"nil_return": True}).status == 422, "a nil return says nothing else"
    assert patch(server, lead, path, {"ideas": " "}).status == 422
    changed = done(patch(server, lead, path, HEADINGS, begun.headers["ETag"]), 200)
    assert patch(server, lead, path, HEADINGS, begun.headers["ETag"]).status == 412
    start = bookmark(server, decider)
    assert post(server, lead, path + "/submission?dry_run=true").json["status"] == "submitted" and status(lead) == "draft"
    submitted = done(post(server, lead, path + "/submission"), 200)
    assert (submitted.json["status"], submitted.json["late"], submitted.json["practice"]) == ("submitted", False, HEADINGS["practice"])
    assert submitted.json["member_updates"] == "A school has joined" and changed.headers["ETag"] != submitted.headers["ETag"]
    assert ("changed", path) in seen(server, decider, start)
    assert problem(post(server, lead, path + "/submission")) == (409, "update-submitted")
    assert get(server, member, path).json == get(server, decider, path).json == submitted.json
    assert get(server, board, path).status == get(server, other_lead, path).status == 404

    # Until the day is over it may be corrected, and stays complete.
    assert problem(patch(server, lead, path, {"questions": None})) == (422, "update-incomplete")
    assert done(patch(server, lead, path, {"questions": "Who pays?"}), 200).json["status"] == "submitted"
    # Then it is locked, for everybody; what was submitted in time turns out late if it was due before.
    assert due(name, day(-1)).status in (200, 201)
    assert get(server, lead, path).json["late"] is True
    for token in (lead, central):
        assert problem(patch(server, token, path, {"questions": "x"})) == (409, "update-locked")
    assert problem(put(server, other_lead, f"{TWO}/quarterly-updates/{name}", {"nil_return": True})) == (409, "update-locked")

    # The central team opens it for one Hub.
    exception = f"{TWO}/quarterly-updates/{name}/extension"
    assert put(server, other_lead, exception, {"open_until": day(3), "reason": "Illness"}).status == 403
    opened = done(put(server, central, exception, {"open_until": day(), "reason": "Illness"}))
    assert put(server, central, exception, {"open_until": day(), "reason": "Illness"}).status == 412
    assert put(server, central, f"{TWO}/quarterly-updates/{quarter(3)}/extension", {"open_until": day(), "reason": " "}).status == 422
    assert get(server, other_lead, exception).json == opened.json and get(server, decider, exception).json["reason"] == "Illness"
    assert get(server, lead, exception).status == 404
    nil = done(put(server, other_lead, f"{TWO}/quarterly-updates/{name}", {"nil_return": True}))
    assert nil.json["open_until"] == day()
    assert done(post(server, other_lead, f"{TWO}/quarterly-updates/{name}/submission"), 200).json["late"] is True, "lateness stays visible"
    assert done(patch(server, central, exception, {"open_until": day(2)}, opened.headers["ETag"]), 200).json["open_until"] == day(2)
    assert patch(server, central, exception, {"open_until": day(2)}, opened.headers["ETag"]).status == 412
    assert patch(server, central, exception, {"reason": " "}).status == 422
    assert delete(server, central, exception, opened.headers["ETag"]).status == 412
    assert delete(server, central, exception).status == 204
    assert problem(patch(server, other_lead, f"{TWO}/quarterly-updates/{name}", {"nil_return": False, **HEADINGS})) == (409, "update-locked")
    assert delete(server, central, exception).status == patch(server, central, exception, {"open_until": day()}).status == get(server, central, exception).status == 404
    assert put(server, central, f"/v1/hubs/reporting-none/quarterly-updates/{name}/extension", {"open_until": day(), "reason": "x"}).status == 404
    assert patch(server, other_lead, path, {"ideas": "x"}).status == post(server, other_lead, path + "/submission").status == 404
    assert put(server, lead, f"{TWO}/quarterly-updates/{quarter()}", {}).status == 403
    assert put(server, central, f"/v1/hubs/reporting-none/quarterly-updates/{name}", {}).status == 404


def test_a_quarter_has_its_time(server, lead, central, board, due):
    """From its first day, and for a year that is one."""
    now = f"{ONE}/quarterly-updates/{quarter()}"
    begun = done(put(server, lead, now, {"nil_return": True}))
    assert begun.json["due_on"] == (last_day(quarter()) + datetime.timedelta(21)).isoformat()
    assert done(post(server, lead, now + "/submission"), 200).json["late"] is False, "early is in time"
    assert problem(put(server, lead, f"{ONE}/quarterly-updates/{quarter(-1)}", {})) == (409, "quarter-not-started")
    assert put(server, lead, f"{ONE}/quarterly-updates/2024-26-Q1", {}).status == 404
    assert put(server, lead, f"{ONE}/quarterly-updates/2024-25-Q5", {}).status == 400
    assert put(server, central, f"{TWO}/quarterly-updates/{quarter()}", {"nil_return": True, "ideas": "One"}).status == 422, "a nil return says nothing else"

    # When it is due.
    path = f"/v1/quarters/{quarter(5)}"
    before = get(server, board, path)
    assert (before.json["due_on_changed"], before.json["due_on"], before.json["to"]) == \
        (False, (last_day(quarter(5)) + datetime.timedelta(21)).isoformat(), last_day(quarter(5)).isoformat())
    assert get(server, board, "/v1/quarters/2024-26-Q1").status == due("2024-26-Q1", day()).status == 404
    assert due(quarter(5), last_day(quarter(5)).isoformat()).status == 422, "not while it runs"
    set_to = done(due(quarter(5), day(-3), before.headers["ETag"]), 201)
    assert set_to.json == {**before.json, "due_on": day(-3), "due_on_changed": True, "updated_at": set_to.json["updated_at"]} and set_to.json["updated_at"]
    assert due(quarter(5), day(-2), before.headers["ETag"]).status == 412
    assert done(due(quarter(5), day(-2), set_to.headers["ETag"]), 200).json["due_on"] == day(-2)
    assert due(quarter(6), day(), '"7.x"').status == 412, "nobody has set it yet"
    assert server.send("PUT", path, {"due_on": day()}, token=board, if_match="*").status == 403
    answers = together(*[lambda n=n: due(quarter(7), day(n), get(server, central, f"/v1/quarters/{quarter(9)}").headers["ETag"]) for n in range(6)])
    assert sorted(answer.status for answer in answers) == [201] + [412] * 5, "one of those who saw it unset sets it"


def test_all_updates_of_a_quarter(server, lead, decider, board, central, other_lead, due):
    """The Hub Leads Group reads what all Hubs reported, in a spreadsheet too."""
    name = quarter(2)
    mine = [one for one in items(server, decider, f"/v1/quarterly-updates?period={name}&limit=200") if one["hub"]["slug"].startswith("reporting-")]
    assert [(one["hub"]["slug"], one["status"], one["nil_return"], one["late"], one["required"]) for one in mine] == [
        ("reporting-one", "submitted", False, True, True), ("reporting-three", "none", None, None, True), ("reporting-two", "submitted", True, True, True)]
    assert all(one["quarter"] == name for one in mine)
    assert [one["hub"]["slug"] for one in items(server, central, f"/v1/quarterly-updates?period={name}&status=none") if one["hub"]["slug"].startswith("reporting")] == ["reporting-three"]
    assert items(server, board, f"/v1/quarterly-updates?period={name}") == [] and get(server, lead, "/v1/quarterly-updates").status == 403
    assert {one["quarter"] for one in items(server, decider, "/v1/quarterly-updates")} == {quarter(1)}, "the last one that is over"
    sheet = {row["hub"]: row for row in rows(server, decider, f"/v1/quarterly-updates?period={name}")}
    assert sheet["reporting-one"]["practice"] == HEADINGS["practice"] and sheet["reporting-two"]["nil_return"] == "true"
    assert lines(server, decider, f"/v1/quarterly-updates?period={name}") == items(server, decider, f"/v1/quarterly-updates?period={name}&limit=200")
    assert get(server, decider, "/v1/quarterly-updates?period=2024-26-Q1").status == 400
    page = get(server, decider, f"/v1/quarterly-updates?period={name}&limit=1").json
    assert items(server, decider, f"/v1/quarterly-updates?period={name}&limit=1&cursor={page['next']}") != page["items"]

    mine = items(server, lead, ONE + "/quarterly-updates?limit=200")
    assert mine[0]["quarter"] == quarter() and mine[-1]["quarter"] == "2017-18-Q4", "from the first whole quarter"
    assert [one["quarter"] for one in items(server, lead, ONE + "/quarterly-updates?period=2020-21")] == [f"2020-21-Q{n}" for n in (4, 3, 2, 1)]
    assert get(server, lead, ONE + "/quarterly-updates?period=2020-22").status == 400 and get(server, central, "/v1/hubs/reporting-none/quarterly-updates").status == 404
    assert [row["quarter"] for row in rows(server, lead, ONE + "/quarterly-updates")] == [one["quarter"] for one in lines(server, lead, ONE + "/quarterly-updates")] == [one["quarter"] for one in mine]
    page = get(server, lead, ONE + "/quarterly-updates?limit=3").json
    assert [one["quarter"] for one in page["items"] + items(server, lead, f"{ONE}/quarterly-updates?limit=3&cursor={page['next']}")] == [one["quarter"] for one in mine[:6]]
    assert items(server, central, "/v1/hubs/reporting-proposed/quarterly-updates") == [], "it owes nothing yet"


def test_an_update_against_its_lock(server, cluster, lead, central, due):
    """The first one wins: a change that waits for the lock is refused by it, a lock that waits for a change
    comes after it."""
    name = quarter(4)
    path = f"{ONE}/quarterly-updates/{name}"
    due(name, day(5))
    done(put(server, lead, path, {"practice": "0"}))
    write = lambda: patch(server, lead, path, {"practice": "late"})
    move = f"UPDATE scip.quarter_deadline SET due_on = '{day(-1)}' WHERE quarter = '{name}'"
    assert while_held(cluster, move, write, commit=False).status == 200, "the deadline was not moved after all"
    assert problem(while_held(cluster, move, write)) == (409, "update-locked")
    assert problem(patch(server, lead, path, {"practice": "later"})) == (409, "update-locked")
    due(name, day(5))
    changed = f"UPDATE scip.quarterly_update SET practice = 'in time' WHERE quarter = '{name}' AND hub_id = (SELECT id FROM scip.hub WHERE slug = 'reporting-one')"
    assert while_held(cluster, changed, lambda: due(name, day(-1))).status in (200, 201)
    assert get(server, lead, path).json["practice"] == "in time" and problem(write()) == (409, "update-locked")

    # The same with an exception that ends, and with a deadline that is set for the first time.
    exception = path + "/extension"
    done(put(server, central, exception, {"open_until": day(1), "reason": "Illness"}))
    ended = f"DELETE FROM scip.quarterly_update_extension WHERE quarter = '{name}'"
    assert while_held(cluster, ended, write, commit=False).status == 200
    assert problem(while_held(cluster, ended, lambda: post(server, lead, path + "/submission"))) in ((409, "update-locked"), (422, "update-incomplete"))
    assert problem(write()) == (409, "update-locked")
    done(put(server, central, exception, {"open_until": day(1), "reason": "Illness"}))
    assert while_held(cluster, changed.replace("in time", "again"), lambda: delete(server, central, exception)).status == 204
    assert get(server, lead, path).json["practice"] == "again"
    fresh = quarter()
    begin = lambda: put(server, cluster.token(server, "hub_lead", hub="reporting-three"), f"/v1/hubs/reporting-three/quarterly-updates/{fresh}", {})
    begin_path = f"/v1/hubs/reporting-three/quarterly-updates/{fresh}"
    locked = f"SET LOCAL session_replication_role = replica; SELECT pg_advisory_xact_lock(hashtextextended('quarter {fresh}', 0))"
    assert while_held(cluster, locked, begin).status == 201 and get(server, central, begin_path).status == 200


def test_many_changes_and_one_lock(server, cluster, lead, due):
    """After the answer that the deadline has moved, nothing is written any more, whatever was under way."""
    name = quarter(3)
    path = f"{ONE}/quarterly-updates/{name}"
    for turn in range(6):
        due(name, day(5))
        put(server, lead, path, {"practice": "begun"})
        after = {}

        def lock():
            time.sleep(0.004 * turn)
            moved = due(name, day(-1))
            after["text"] = get(server, lead, path).json["practice"]
            return moved

        answers = together(lock, *[lambda n=n: patch(server, lead, path, {"practice": f"{turn}-{n}"}) for n in range(8)])
        assert answers[0].status == 200
        assert {answer.status for answer in answers[1:]} <= {200, 409}
        assert all(problem(answer) == (409, "update-locked") for answer in answers[1:] if answer.status == 409)
        assert get(server, lead, path).json["practice"] == after["text"]


def test_one_submission(server, lead, due):
    name = quarter(6)
    path = f"{ONE}/quarterly-updates/{name}"
    due(name, day(5))
    assert sorted(answer.status for answer in together(*[lambda: put(server, lead, path, {"nil_return": True}) for _ in range(6)])) == [201] + [412] * 5
    answers = together(*[lambda: post(server, lead, path + "/submission") for _ in range(6)])
    assert sorted(answer.status for answer in answers) == [200] + [409] * 5


# Messages.

def send(server, token, title="x", **more):
    return post(server, token, "/v1/messages", {"title": "Reporting: " + title, "text": "For all members", **more})


def ask(server, token, hub=ONE, title="x", **more):
    return post(server, token, hub + "/messages", {"kind": "question", "title": "Reporting: " + title, "text": "Who pays for travel?", **more})


def test_a_message_for_hubs_is_relayed(server, cluster, lead, member, other_lead, decider, board, central):
    start = bookmark(server, member)
    sent = done(send(server, decider, group="hub-leads-group"))
    assert (sent.json["direction"], sent.json["group"]["slug"], sent.json["hub"], sent.json["sent_on"]) == ("to_hubs", "hub-leads-group", None, day())
    assert ("changed", sent.headers["Location"]) in seen(server, member, start)
    own = done(send(server, central, "from the team"))
    assert own.json["group"] is None
    for token in (lead, member, other_lead, decider, board, central):
        assert get(server, token, sent.headers["Location"]).json == sent.json, "the whole network reads it"
    assert get(server, cluster.token(server, "analyst"), sent.headers["Location"]).status == 403
    assert send(server, board, group="hub-leads-group").status == send(server, board).status == 403, "for their own group"
    assert send(server, lead).status == 403
    assert problem(send(server, central, group="no-such")) == (422, "reference-not-found")
    assert problem(send(server, central, group="practice-group")) == (422, "group-closed")
    assert get(server, lead, "/v1/messages/" + NOBODY).status == 404

    relay = f"{ONE}/relays/{sent.json['id']}"
    mine = lambda query="": [one["message"]["name"] for one in items(server, lead, ONE + "/relays?limit=200" + query) if one["message"]["name"].startswith("Reporting:")]
    assert sorted(mine("&relayed=false")) == ["Reporting: from the team", "Reporting: x"] and mine("&relayed=true") == []
    assert get(server, lead, relay).status == 404
    assert problem(put(server, lead, relay, {"relayed_on": day(-1)})) == (422, "relay-before-message")
    assert problem(put(server, lead, relay, {"relayed_on": day(1)})) == (422, "date-in-future")
    marked = done(put(server, lead, relay, {"note": "Mail to all members"}))
    assert (marked.headers["Location"], marked.json["relayed_on"], marked.json["message"]["href"]) == (relay, day(), sent.headers["Location"])
    assert put(server, lead, relay, {}).status == 412
    assert get(server, member, relay).json == get(server, board, relay).json == marked.json
    assert get(server, other_lead, relay).status == 404 and items(server, other_lead, ONE + "/relays") == []
    assert put(server, member, relay, {}).status == put(server, other_lead, relay, {}).status == 403
    assert put(server, lead, f"{ONE}/relays/{NOBODY}", {}).status == put(server, central, f"/v1/hubs/reporting-none/relays/{sent.json['id']}", {}).status == 404
    assert mine("&relayed=true") == ["Reporting: x"]
    page = get(server, lead, ONE + "/relays?limit=1").json
    assert items(server, lead, f"{ONE}/relays?limit=1&cursor={page['next']}") != page["items"]
    assert get(server, lead, ONE + "/relays?period=2024-26").status == 400 and get(server, central, "/v1/hubs/reporting-none/relays").status == 404
    assert len(mine("&period=" + quarter())) == 2 and mine("&period=" + quarter(4)) == []

    assert delete(server, lead, relay, '"9.x"').status == 412 and delete(server, other_lead, relay).status == 404
    assert delete(server, lead, relay, marked.headers["ETag"]).status == 204 and delete(server, lead, relay).status == 404
    assert sorted(answer.status for answer in together(*[lambda: put(server, lead, relay, {}) for _ in range(4)])) == [201] + [412] * 3


def test_a_message_up_is_answered(server, lead, member, other_lead, decider, board, central):
    start = bookmark(server, decider)
    asked = done(ask(server, lead, group="hub-leads-group"))
    path = asked.headers["Location"]
    assert (asked.json["direction"], asked.json["kind"], asked.json["hub"]["slug"], asked.json["group"]["slug"], asked.json["response"]) == \
        ("from_hub", "question", "reporting-one", "hub-leads-group", None)
    assert ("changed", path) in seen(server, decider, start)
    for token in (lead, member, decider, central):
        assert get(server, token, path).json == asked.json
    for token in (other_lead, board):
        assert get(server, token, path).status == 404, "of other Hubs and groups it is none of their business"
    assert ask(server, member).status == 403 and ask(server, other_lead).status == 403
    assert problem(ask(server, lead, group="practice-group")) == (422, "group-closed")
    assert ask(server, lead, kind="complaint").status == 400
    assert ask(server, central, "/v1/hubs/reporting-none").status == 404
    team = done(ask(server, lead, title="to the team", kind="idea"))

    answer = {"response": "The Alliance's travel fund", "response_channel": "direct_reply"}
    respond = lambda token, path, body=answer, if_match="*": server.send("PUT", path + "/response", body, token=token, if_match=if_match)
    assert respond(decider, team.headers["Location"]).status == 404 and respond(board, path).status == 404
    assert respond(lead, path).status == 403
    assert respond(decider, path, {**answer, "response": " "}).status == 422 and respond(decider, path, {**answer, "response_channel": "silence"}).status == 400
    waiting = lambda query: {one["id"] for one in items(server, central, "/v1/messages?hub=reporting-one&answered=" + query)}
    assert waiting("false") == {asked.json["id"], team.json["id"]} and waiting("true") == set()
    responded = done(respond(decider, path, if_match=asked.headers["ETag"]), 200)
    assert responded.json == {**asked.json, **answer, "responded_on": day(), "updated_at": responded.json["updated_at"]}
    assert respond(decider, path, if_match=asked.headers["ETag"]).status == 412
    assert done(respond(central, path, {**answer, "response_channel": "conference_input"}), 200).json["response_channel"] == "conference_input"
    assert get(server, lead, path).json["response_channel"] == "conference_input" and waiting("true") == {asked.json["id"]}
    down = done(send(server, central, "no question"))
    assert problem(respond(central, down.headers["Location"])) == (409, "message-not-from-hub")
    assert respond(central, "/v1/messages/" + NOBODY).status == 404

    # Found again.
    ids = lambda token, query: [one["id"] for one in items(server, token, "/v1/messages" + query)]
    assert ids(lead, "?direction=from_hub&hub=reporting-one") == [team.json["id"], asked.json["id"]]
    assert ids(lead, "?direction=from_hub&kind=idea") == [team.json["id"]] and ids(decider, "?group=hub-leads-group&direction=from_hub&hub=reporting-one") == [asked.json["id"]]
    assert down.json["id"] in ids(lead, "?period=" + academic_year(today())) and down.json["id"] not in ids(lead, "?period=2018-19")
    assert get(server, lead, "/v1/messages?period=2018-20").status == 400
    page = get(server, lead, "/v1/messages?limit=1").json
    assert ids(lead, "?limit=1&cursor=" + page["next"]) != [page["items"][0]["id"]]
    assert [row["id"] for row in rows(server, lead, "/v1/messages?hub=reporting-one")] == [one["id"] for one in lines(server, lead, "/v1/messages?hub=reporting-one")] \
        == ids(lead, "?hub=reporting-one")
    assert rows(server, lead, "/v1/messages?kind=question")[0]["group"] == "hub-leads-group"


def test_hubs_answer_what_one_of_them_opens(server, cluster, lead, member, other_lead, decider, board, central):
    """A success for all, and a question that is opened later: the other Hubs answer, each once."""
    start = bookmark(server, other_lead)
    shared = done(ask(server, lead, kind="success", title="a success", group="hub-leads-group", open_to_hubs=True)).json
    assert ("changed", shared["href"]) in seen(server, other_lead, start) and shared["open_to_hubs"] is True
    asked = done(ask(server, lead, title="open", group="hub-leads-group")).json
    answers, path = asked["href"] + "/answers", TWO + "/answers/" + asked["id"]
    assert asked["open_to_hubs"] is False and get(server, other_lead, answers).status == get(server, other_lead, asked["href"]).status == 404
    assert put(server, other_lead, path, {"text": "We share a car"}).status == 404, "it is not theirs to see"
    assert post(server, other_lead, asked["href"] + "/opening").status == 404 and post(server, decider, asked["href"] + "/opening").status == 403
    down = done(send(server, central, "no question")).json
    assert problem(post(server, central, down["href"] + "/opening")) == (409, "message-not-from-hub")
    start = bookmark(server, board)
    assert done(post(server, lead, asked["href"] + "/opening"), 200).json["open_to_hubs"] is True
    assert ("changed", asked["href"]) in seen(server, board, start)
    for token in (member, other_lead, board, decider, central):
        assert get(server, token, asked["href"]).json["open_to_hubs"] is True and items(server, token, answers) == []
    opened = {one["title"] for one in items(server, other_lead, "/v1/messages?open_to_hubs=true&hub=reporting-one")}
    assert opened == {"Reporting: a success", "Reporting: open"}

    start = bookmark(server, member)
    said = done(put(server, other_lead, path, {"text": "We share a car"}))
    assert (said.headers["Location"], said.json["answered_on"], said.json["message"]["href"]) == (path, day(), asked["href"])
    assert ("changed", asked["href"]) in seen(server, member, start)
    for token in (lead, member, board, decider):
        assert [one["text"] for one in items(server, token, answers)] == ["We share a car"] and get(server, token, path).json == said.json
    assert problem(put(server, other_lead, path, {"text": "x"})) == (412, "precondition-failed")
    assert put(server, other_lead, path, {"text": "A bus"}, if_match=said.headers["ETag"], If_None_Match=None).json["text"] == "A bus"
    assert problem(put(server, lead, ONE + "/answers/" + asked["id"], {"text": "x"})) == (409, "message-not-open"), "the Hub's own"
    assert problem(put(server, other_lead, TWO + "/answers/" + down["id"], {"text": "x"})) == (409, "message-not-open")
    assert put(server, lead, path, {"text": "x"}).status == 403 and put(server, member, path, {"text": "x"}).status == 403
    assert problem(put(server, central, "/v1/hubs/reporting-three/answers/" + asked["id"], {"text": " "})) == (422, "text-blank")

    # The group has the last word on it, the Hub none.
    reply = {"response": "The Alliance's travel fund", "response_channel": "direct_reply"}
    respond = lambda token: server.send("PUT", asked["href"] + "/response", reply, token=token, if_match="*")
    two_roles = cluster.token(server, "group_member", group="board", fresh=True)
    cluster.psql("INSERT INTO scip.account_role (account_id, role, hub_id) SELECT a.id, 'hub_lead', h.id FROM scip.hub h, scip.account a"
                 f" WHERE h.slug = 'reporting-one' AND a.id = '{get(server, two_roles, '/v1/me').json['id']}'", "scip_migrator")
    assert problem(respond(two_roles)) == (403, "only-the-group") and respond(decider).status == 200
    in_group = cluster.token(server, "group_member", group="hub-leads-group", fresh=True)
    cluster.psql("INSERT INTO scip.account_role (account_id, role, hub_id) SELECT a.id, 'hub_lead', h.id FROM scip.hub h, scip.account a"
                 f" WHERE h.slug = 'reporting-two' AND a.id = '{get(server, in_group, '/v1/me').json['id']}'", "scip_migrator")
    closed = done(ask(server, lead, title="closed", group="hub-leads-group")).json
    assert problem(post(server, in_group, closed["href"] + "/opening")) == (403, "only-the-hub-lead")
    assert delete(server, lead, shared["href"] + "?reason=Twice").status == 204
    assert problem(delete(server, lead, asked["href"] + "?reason=Twice")) == (409, "message-has-answers")
    assert delete(server, lead, path).status == 403
    assert delete(server, other_lead, path).status == 204 and get(server, lead, path).status == 404


def test_an_answer_against_the_removal_of_the_message(server, lead, other_lead, central):
    """Either there is no message any more, or it stays with its answer; one Hub's answer is there once."""
    for _ in range(3):
        asked = done(ask(server, lead, title="race", open_to_hubs=True)).json
        answer = lambda token=other_lead, hub=TWO: put(server, token, f"{hub}/answers/{asked['id']}", {"text": "x"})
        removed, *said = together(lambda: delete(server, lead, asked["href"] + "?reason=Twice"), answer, answer,
                                  lambda: answer(central, "/v1/hubs/reporting-three"))
        statuses = sorted(one.status for one in said)
        if removed.status == 204:
            assert {*statuses} <= {404, 409, 422} and get(server, central, asked["href"]).status == 404
        else:
            assert problem(removed) in ((409, "message-has-answers"), (409, "in-use")) and len(items(server, central, asked["href"] + "/answers")) == \
                statuses.count(201) > 0 and statuses.count(412) <= 1


def report_of(server, token, hub="reporting-one", **query):
    found = items(server, token, f"/v1/hub-reports?hub={hub}&limit=200" + "".join(f"&{name}={value}" for name, value in query.items()))
    return found[0] if found else None


@pytest.fixture(scope="module")
def reported(cluster, hubs):
    """What reporting-one submitted for a quarter that is over."""
    cluster.psql(f"""BEGIN; SET LOCAL session_replication_role = replica;
        INSERT INTO scip.quarterly_update (hub_id, quarter, status, submitted_at, practice, challenges, ideas, priorities, questions)
        SELECT h.id, q, 'submitted', now(), 'Of ' || q, {", ".join(f"'{text}'" for text in list(HEADINGS.values())[1:])}
        FROM scip.hub h, unnest(ARRAY['{quarter(3)}', '{quarter(2)}']) q WHERE h.slug = 'reporting-one'
        ON CONFLICT (hub_id, quarter) DO UPDATE SET status = 'submitted', submitted_at = now(), practice = excluded.practice, nil_return = false;
        DELETE FROM scip.quarterly_update u USING scip.hub h WHERE h.id = u.hub_id
          AND (h.slug = 'reporting-one' AND u.quarter > '{quarter(2)}' OR h.slug = 'reporting-two'); COMMIT""")


def new_meeting(server, token, group="hub-leads-group", days=1):
    at = (datetime.datetime.now(datetime.timezone.utc) + datetime.timedelta(days)).strftime("%Y-%m-%dT12:00:00Z")
    return done(post(server, token, f"/v1/groups/{group}/meetings", {"title": "Reporting: the group", "starts_at": at, "online": True})).json["href"]


def test_hubs_report_to_a_national_meeting(server, cluster, lead, member, other_lead, decider, board, central, reported):
    """Invited, begun from the last update, written, submitted; what the meeting answers is there for all of the Hub."""
    meeting = new_meeting(server, decider)
    start = bookmark(server, lead)
    assert post(server, board, meeting + "/report-invitations").status == 404 and post(server, lead, meeting + "/report-invitations").status == 403
    assert done(post(server, decider, meeting + "/report-invitations"), 200).json["href"] == meeting
    agenda = {one["hub"]["slug"]: one for one in items(server, decider, meeting + "/agenda?limit=200") if one["hub"]}
    assert {"reporting-one", "reporting-two", "reporting-three"} <= {*agenda} and "reporting-proposed" not in agenda
    assert agenda["reporting-one"]["title"] == "Report: Reporting-One"
    report = report_of(server, lead, meeting=meeting[13:])
    path = report["href"]
    assert ("changed", path) in seen(server, lead, start)
    assert (report["status"], report["quarter"], report["practice"], report["challenges"]) == \
        ("draft", quarter(2), "Of " + quarter(2), HEADINGS["challenges"])
    assert report["agenda_item"]["href"] == agenda["reporting-one"]["href"] and report["agenda_item"]["meeting"]["href"] == meeting
    assert report_of(server, other_lead, "reporting-two", meeting=meeting[13:])["quarter"] is None, "nothing to begin from"
    for token in (member, decider, board, other_lead):
        assert get(server, token, path).status == 404, "a draft is its lead's"
    assert report_of(server, central, meeting=meeting[13:])["id"] == report["id"]

    changed = done(patch(server, lead, path, {"practice": "A transition day", "questions": None}), 200).json
    assert (changed["practice"], changed["questions"], changed["ideas"]) == ("A transition day", None, HEADINGS["ideas"])
    assert problem(patch(server, lead, path, {"ideas": " "})) == (422, "text-blank")
    assert problem(patch(server, lead, path, {"nil_return": True})) == (422, "nil-return-with-text")
    feedback = lambda token, words="We take it on", if_match="*": server.send("PUT", path + "/feedback", {"feedback": words}, token=token, if_match=if_match)
    assert feedback(decider).status == 404 and problem(feedback(central)) == (409, "report-not-submitted"), "not before it is submitted"
    empty = report_of(server, other_lead, "reporting-two", meeting=meeting[13:])["href"]
    assert problem(post(server, other_lead, empty + "/submission")) == (422, "text-blank")
    assert done(patch(server, other_lead, empty, {"nil_return": True}), 200).json["nil_return"] is True
    assert post(server, other_lead, empty + "/submission").status == 200
    start = bookmark(server, decider)
    submitted = done(post(server, lead, path + "/submission"), 200)
    assert submitted.json["status"] == "submitted" and submitted.json["submitted_at"] and ("changed", path) in seen(server, decider, start)
    assert problem(post(server, lead, path + "/submission")) == (409, "report-submitted")
    for token in (member, decider, central):
        assert get(server, token, path).json == submitted.json
    assert get(server, board, path).status == get(server, other_lead, path).status == 404
    assert {one["hub"]["slug"] for one in items(server, decider, f"/v1/hub-reports?meeting={meeting[13:]}&status=submitted")} == {"reporting-one", "reporting-two"}
    assert report_of(server, decider, group="board") is None
    assert done(patch(server, lead, path, {"ideas": "A passport"}), 200).json["ideas"] == "A passport", "as long as nobody has answered"

    assert feedback(lead).status == 403 and feedback(board).status == 404 and problem(feedback(decider, " ")) == (422, "text-blank")
    assert feedback(decider, if_match=submitted.headers["ETag"]).status == 412, "the report is another by now"
    noted = done(feedback(decider), 200).json
    assert (noted["feedback"], noted["feedback_on"]) == ("We take it on", day()) and get(server, member, path).json["feedback"] == "We take it on"
    assert problem(patch(server, lead, path, {"ideas": "More"})) == (409, "report-has-feedback")
    assert problem(delete(server, decider, agenda["reporting-one"]["href"])) == (409, "report-submitted")
    assert problem(delete(server, decider, meeting)) == (409, "report-submitted")
    assert delete(server, decider, agenda["reporting-three"]["href"]).status == 204 and report_of(server, central, "reporting-three", meeting=meeting[13:]) is None

    # One by itself, and who is not to.
    invite = lambda meeting, hub: post(server, decider, meeting + "/agenda", {"title": "A new Hub", "hub": hub})
    assert done(invite(meeting, "reporting-proposed")).json["hub"]["slug"] == "reporting-proposed"
    assert problem(invite(meeting, "reporting-proposed")) == (409, "already-exists") and problem(invite(meeting, "reporting-none")) == (422, "reference-not-found")
    of_hub = done(post(server, lead, ONE + "/meetings", {"title": "Reporting: own", "starts_at": "2040-01-01T12:00:00Z"})).json["href"]
    assert problem(post(server, lead, of_hub + "/agenda", {"title": "x", "hub": "reporting-one"})) == (409, "meeting-not-national")
    assert problem(post(server, board, new_meeting(server, board, "board") + "/report-invitations")) == (409, "meeting-not-national")
    assert get(server, central, "/v1/groups/hub-leads-group").json["counts_for_representation"] is True
    assert get(server, central, "/v1/groups/research-group").json["counts_for_representation"] is False
    assert get(server, None, path).status == 401


def test_invitations_and_feedback_at_once(server, lead, decider, central, reported):
    """Each Hub has one item; a report that has feedback is as it was when the group read it."""
    meeting = new_meeting(server, decider)
    answers = together(*[lambda: post(server, decider, meeting + "/report-invitations") for _ in range(4)],
                       *[lambda: post(server, decider, meeting + "/agenda", {"title": "x", "hub": "reporting-one"}) for _ in range(2)])
    assert {one.status for one in answers[:4]} == {200} and {one.status for one in answers[4:]} <= {201, 409}
    hubs = [one["hub"]["slug"] for one in items(server, decider, meeting + "/agenda?limit=200")]
    assert len(hubs) == len({*hubs}) and "reporting-one" in hubs
    path = report_of(server, lead, meeting=meeting[13:])["href"]
    before = done(post(server, lead, path + "/submission"), 200)
    tag = before.headers["ETag"]
    for number in range(4):
        changed, noted = together(lambda: patch(server, lead, path, {"ideas": f"Idea {number}"}, if_match=tag),
                                  lambda: server.send("PUT", path + "/feedback", {"feedback": "Well done"}, token=decider, if_match=tag))
        assert sorted((changed.status, noted.status)) in ([200, 409], [200, 412])
        if noted.status == 200:
            assert noted.json["ideas"] != f"Idea {number}"
            break
        tag = changed.headers["ETag"]


def test_messages_go_out_of_an_item_of_a_meeting(server, lead, member, other_lead, decider, board, central, reported):
    """Each Hub knows which meeting and item a message is of; the group sees who has passed it on, and when."""
    meeting = new_meeting(server, decider, days=0)
    item = done(post(server, decider, meeting + "/agenda", {"title": "Messages for Hubs"})).json
    sent = done(send(server, decider, "of the meeting", agenda_item=item["id"])).json
    assert sent["group"]["slug"] == "hub-leads-group" and sent["agenda_item"] == {
        "id": item["id"], "name": "Messages for Hubs", "href": item["href"],
        "meeting": {"id": meeting[13:], "name": "Reporting: the group", "starts_on": day(), "href": meeting}}
    assert get(server, member, sent["href"]).json["agenda_item"] == sent["agenda_item"] and get(server, member, item["href"]).status == 404
    assert [one["id"] for one in items(server, lead, "/v1/messages?agenda_item=" + item["id"])] == [sent["id"]]
    assert send(server, central, "by the team", agenda_item=item["id"]).json["group"]["slug"] == "hub-leads-group"
    for token, more in ((board, {}), (board, {"group": "board"}), (decider, {"agenda_item": NOBODY}), (central, {"group": "board"})):
        assert problem(send(server, token, "not theirs", **{"agenda_item": item["id"], **more})) == (422, "reference-not-found")
    assert send(server, board, "of theirs", agenda_item=item["id"], group="hub-leads-group").status == 403
    assert problem(delete(server, decider, item["href"])) == (409, "in-use") and problem(delete(server, decider, meeting)) == (409, "in-use")

    done(put(server, lead, f"{ONE}/relays/{sent['id']}", {"note": "Read out"}))
    relays = {one["hub"]["slug"]: one["relayed_on"] for one in items(server, decider, sent["href"] + "/relays?limit=200")}
    assert relays["reporting-one"] == day() and relays["reporting-two"] is None and "reporting-proposed" not in relays
    assert [one["note"] for one in items(server, central, sent["href"] + "/relays?relayed=true")] == ["Read out"]
    assert get(server, lead, sent["href"] + "/relays").status == 403
    assert get(server, decider, f"/v1/messages/{NOBODY}/relays").status == 404


def test_what_a_lead_has_to_do_next(server, lead, member, other_lead, decider, central, due):
    """The rules, actions, meetings and reports in one list, by their days; and what is owed and late."""
    path = ONE + "/duties"
    planned = done(post(server, lead, ONE + "/meetings", {"title": "Reporting: planned", "starts_at": day(20) + "T12:00:00Z"})).json
    past = done(post(server, lead, ONE + "/meetings", {"title": "Reporting: past", "starts_at": day(-20) + "T12:00:00Z"})).json
    action = done(post(server, lead, past["href"] + "/actions", {"text": "Find a speaker", "due_on": day(-3)})).json
    undated = done(post(server, lead, past["href"] + "/actions", {"text": "Some time"})).json
    meeting = new_meeting(server, decider, days=9)
    done(post(server, decider, meeting + "/agenda", {"title": "x", "hub": "reporting-one"}))
    report = report_of(server, lead, meeting=meeting[13:])["href"]
    duties = {one["href"]: one for one in items(server, lead, path + "?limit=200")}
    expected = {planned["href"]: ("meeting", "Reporting: planned", day(20), False), past["href"]: ("meeting", "Reporting: past", day(-20), True),
                action["href"]: ("action", "Find a speaker", day(-3), True), undated["href"]: ("action", "Some time", None, False),
                report: ("hub_report", "x", day(9), False)}
    assert {href: (one["kind"], one["title"], one["due_on"], one["overdue"]) for href, one in duties.items() if href in expected} == expected
    asked = {(one["rule"], one["title"], one["due_on"], one["href"]) for one in items(server, lead, path + "?kind=rule&limit=200")}
    for year in (academic_year(today()), academic_year(today() - datetime.timedelta(365))):
        href = f"{ONE}/health?period={year}"
        assert {one for one in asked if one[3] == href} == {(rule["rule"], rule["next_action"], rule["due_on"], href)
                                                            for rule in get(server, lead, href).json["rules"] if rule["next_action"]} != set()
    days = [one["due_on"] or "9999" for one in items(server, lead, path + "?limit=200")]
    assert days == sorted(days) and {one["overdue"] for one in items(server, lead, path + "?overdue=true")} == {True}
    page = get(server, lead, path + "?limit=2").json
    assert items(server, lead, f"{path}?limit=2&cursor={page['next']}") == items(server, lead, path + "?limit=4")[2:]
    assert items(server, central, path + "?limit=200") == items(server, lead, path + "?limit=200")
    assert get(server, other_lead, path).status == get(server, central, "/v1/hubs/reporting-none/duties").status == 404
    assert get(server, member, path).status == get(server, decider, path).status == 403
    done(patch(server, lead, action["href"], {"done_on": day()}), 200)
    done(post(server, lead, planned["href"] + "/cancellation"), 200)
    left = {one["href"] for one in items(server, lead, path + "?limit=200")}
    assert action["href"] not in left and planned["href"] not in left and undated["href"] in left


def test_which_returns_are_late(server, cluster, lead, decider, board, central, due):
    path = "/v1/network/late-returns"
    late = lambda token, query="": [(one["kind"], one["period"]) for one in items(server, token, f"{path}?hub=reporting-two&limit=200{query}")]
    assert {period[:7] for _, period in late(decider)} <= {academic_year(today()), academic_year(today() - datetime.timedelta(365))}
    year = "2019-20"
    assert late(central, "&period=" + year) == [("quarterly_update", f"{year}-Q{n}") for n in (1, 2, 3, 4)] + [("evaluation", year)]
    cluster.psql(f"""BEGIN; SET LOCAL session_replication_role = replica;
        INSERT INTO scip.quarterly_update (hub_id, quarter, status, submitted_at, nil_return)
        SELECT id, '{year}-Q2', 'submitted', now(), true FROM scip.hub WHERE slug = 'reporting-two'; COMMIT""")
    assert late(decider, "&period=" + year) == [("quarterly_update", f"{year}-Q{n}") for n in (1, 3, 4)] + [("evaluation", year)]
    one = items(server, central, f"{path}?hub=reporting-two&period={year}&limit=1")[0]
    assert one["days_late"] == (today() - datetime.date.fromisoformat(one["due_on"])).days and one["hub"]["slug"] == "reporting-two"
    assert late(central, "&kind=evaluation&period=" + year) == [("evaluation", year)]
    assert {one["hub"]["slug"] for one in items(server, central, f"{path}?nation=GB-SCT&limit=200")} & {"reporting-one", "reporting-two"} == set()
    assert items(server, board, path) == [], "for the group that reads the updates"
    assert get(server, lead, path).status == 403 and get(server, central, path + "?period=2019-21").status == 400


def test_how_messages_fare(server, cluster, lead, other_lead, member, board, central):
    """Rates with their two parts: a relay is owed by each Hub that was active on the message's day."""
    cluster.psql("""
        CREATE TEMP TABLE h AS SELECT id, slug FROM scip.hub WHERE slug LIKE 'reporting-%';
        INSERT INTO scip.hub_status (hub_id, status, starts, ends) SELECT id, 'paused', '2005-01-01', '2005-06-01' FROM h WHERE slug = 'reporting-three';
        INSERT INTO scip.hub_status (hub_id, status, starts, ends) SELECT id, 'active', '2003-01-01', CASE slug WHEN 'reporting-three' THEN '2005-01-01' ELSE '2005-06-01' END FROM h WHERE slug <> 'reporting-proposed';
        INSERT INTO scip.message (id, direction, title, text, sent_on) VALUES ('00000000-0000-4000-8000-00000000a001', 'to_hubs', 'Reporting: a', 't', '2004-09-01'),
          ('00000000-0000-4000-8000-00000000a002', 'to_hubs', 'Reporting: b', 't', '2005-02-01');
        INSERT INTO scip.message_relay (message_id, hub_id, relayed_on)
          SELECT '00000000-0000-4000-8000-00000000a001'::uuid, id, '2004-09-02'::date FROM h WHERE slug IN ('reporting-one', 'reporting-proposed')
          UNION ALL SELECT '00000000-0000-4000-8000-00000000a002'::uuid, id, '2005-02-02' FROM h WHERE slug IN ('reporting-two', 'reporting-three');
        INSERT INTO scip.message (direction, hub_id, kind, title, text, sent_on, response, response_channel, responded_on)
          SELECT 'from_hub', id, 'idea', 'Reporting: up', 't', '2005-01-01', r, CASE WHEN r IS NOT NULL THEN 'other' END, CASE WHEN r IS NOT NULL THEN '2006-01-01'::date END
          FROM h, unnest(ARRAY['yes', NULL, NULL]) r WHERE slug = 'reporting-one'""")
    rates = get(server, board, "/v1/network/message-rates?period=2004-05")
    assert rates.json == {"period": "2004-05", "messages_to_hubs": 2, "relay_rate": {"numerator": 2, "denominator": 5, "percent": 40.0}, "messages_from_hubs": 3,
                          "loop_closed_rate": {"numerator": 1, "denominator": 3, "percent": 33.3}}
    assert get(server, member, "/v1/network/message-rates?period=200405").json == rates.json
    assert get(server, lead, "/v1/network/message-rates?period=2004-05-Q1").json["relay_rate"] == {"numerator": 1, "denominator": 3, "percent": 33.3}
    nothing = get(server, central, "/v1/network/message-rates?period=2001-02").json
    assert (nothing["relay_rate"], nothing["loop_closed_rate"]["percent"]) == ({"numerator": 0, "denominator": 0, "percent": None}, None)
    assert get(server, central, "/v1/network/message-rates").json["period"] == academic_year(today())
    assert get(server, central, "/v1/network/message-rates?period=2004-06").status == 400
    assert get(server, cluster.token(server, "partner", organisation="university-of-winchester"), "/v1/network/message-rates").status == 403
    cluster.psql("DELETE FROM scip.hub_status WHERE starts < '2006' AND hub_id IN (SELECT id FROM scip.hub WHERE slug LIKE 'reporting-%')")


# Reviews.

def test_a_hub_reviews_how_it_works(server, lead, member, other_lead, board, central):
    path = ONE + "/reviews"
    old = done(post(server, lead, path, {"reviewed_on": "2024-06-30", "note": "Partners want shorter meetings"}))
    new = done(post(server, lead, path, {"reviewed_on": day(), "note": "Meetings are shorter"}))
    assert problem(post(server, lead, path, {"reviewed_on": day(1), "note": "x"})) == (422, "date-in-future")
    assert post(server, lead, path, {"reviewed_on": day(), "note": " "}).status == 422
    assert [one["id"] for one in items(server, member, path)] == [new.json["id"], old.json["id"]]
    assert [one["id"] for one in items(server, member, path + "?period=2023-24")] == [old.json["id"]]
    assert get(server, lead, path + "?period=2023-25").status == 400
    page = get(server, lead, path + "?limit=1").json
    assert items(server, lead, f"{path}?limit=1&cursor={page['next']}") == [old.json]
    assert items(server, other_lead, path) == [] and get(server, other_lead, old.headers["Location"]).status == 404
    assert get(server, board, path).status == post(server, member, path, {"reviewed_on": day(), "note": "x"}).status == 403
    for method in (get, lambda *a: post(*a, {"reviewed_on": day(), "note": "x"})):
        assert method(server, central, "/v1/hubs/reporting-none/reviews").status == 404
    changed = done(patch(server, lead, new.headers["Location"], {"note": "Much shorter"}, new.headers["ETag"]), 200)
    assert changed.json == {**new.json, "note": "Much shorter", "updated_at": changed.json["updated_at"]}
    assert patch(server, lead, new.headers["Location"], {"note": "x"}, new.headers["ETag"]).status == delete(server, lead, new.headers["Location"], new.headers["ETag"]).status == 412
    assert problem(patch(server, lead, new.headers["Location"], {"reviewed_on": day(1)})) == (422, "date-in-future")
    assert delete(server, lead, old.headers["Location"]).status == 204
    assert get(server, lead, old.headers["Location"]).status == patch(server, lead, old.headers["Location"], {"note": "x"}).status == delete(server, lead, old.headers["Location"]).status == 404


# All of them.

def test_what_has_not_changed_is_not_sent_again(server, lead, decider, central):
    name = quarter(2)
    message = done(send(server, central, "for the list")).json
    done(put(server, lead, f"{ONE}/relays/{message['id']}", {}))
    exception = f"{ONE}/quarterly-updates/{quarter(9)}/extension"
    done(put(server, central, exception, {"open_until": day(), "reason": "Because"}))
    activity = done(post(server, lead, ONE + "/activities", {"kind": "hub_led", "held_on": day(), "title": "Today"})).headers["Location"]
    review = items(server, lead, ONE + "/reviews")[0]["href"]
    for token, path in ((lead, ONE + "/activities"), (lead, activity), (lead, ONE + "/quarterly-updates"), (lead, f"{ONE}/quarterly-updates/{name}"), (lead, exception),
                        (lead, "/v1/quarters/" + name), (decider, "/v1/quarterly-updates?period=" + name), (lead, "/v1/messages"), (lead, message["href"]),
                        (lead, ONE + "/relays"), (lead, f"{ONE}/relays/{message['id']}"), (lead, "/v1/network/message-rates"), (lead, ONE + "/reviews"), (lead, review)):
        answer = get(server, token, path)
        assert (answer.status, answer.headers["Cache-Control"]) == (200, "private, no-store"), path
        assert get(server, token, path, If_None_Match=answer.headers["ETag"]).status == 304, path
        assert server.send("HEAD", path, token=token).headers["ETag"] == answer.headers["ETag"]


def test_a_key_that_is_in_use(server, cluster, lead, central):
    """While one request with a key runs, another one is refused."""
    for token, operation, path, body in ((lead, "addHubActivity", ONE + "/activities", {"kind": "hub_led", "held_on": day(), "title": "x"}),
                                         (central, "addMessage", "/v1/messages", {"title": "Reporting: x", "text": "x"}),
                                         (lead, "addHubMessage", ONE + "/messages", {"kind": "idea", "title": "Reporting: x", "text": "x"}),
                                         (lead, "addHubReview", ONE + "/reviews", {"reviewed_on": day(), "note": "x"})):
        account = get(server, token, "/v1/me").json["id"]
        holder = threading.Thread(target=cluster.psql, args=(
            f"BEGIN; SELECT pg_advisory_xact_lock(hashtextextended('{account} {operation} held', 0)); SELECT pg_sleep(1); COMMIT",))
        holder.start()
        until = time.monotonic() + 0.9
        while (answer := post(server, token, path, body, key="held")).status != 409 and time.monotonic() < until:
            time.sleep(0.02)
        assert problem(answer) == (409, "idempotency-key-in-progress"), answer.text
        holder.join()
        again = post(server, token, path, body, key="sent-once")
        assert post(server, token, path, body, key="sent-once").body == again.body and again.status == 201
