"""Meetings as people see them: a Hub Lead, a member, another Hub, a group, the central team."""
import datetime
import json
import threading
import time
import uuid
from collections import Counter
from zoneinfo import ZoneInfo

import pytest
from harness import delete, get, link, only_one, patch, post, problem, put

LONDON = ZoneInfo("Europe/London")
FROM = {"sources": ["https://www.scipalliance.example/minutes"], "confidence": "high"}
HEADINGS = ["practice", "challenges", "ideas", "priorities", "questions"]
SECTORS = ["he", "fe", "school_sector", "local_authority", "charity"]


def day(days=0):
    return (datetime.datetime.now(LONDON).date() + datetime.timedelta(days)).isoformat()


def at(days=0, hour=12):
    """An instant of that day in London, as UTC."""
    date = datetime.datetime.now(LONDON).date() + datetime.timedelta(days)
    return datetime.datetime.combine(date, datetime.time(hour), LONDON).astimezone(datetime.timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ")


@pytest.fixture(scope="module", autouse=True)
def nothing_stays(cluster, server):
    """Other tests read the start data: what these make is deleted, past the rules that would keep it."""
    def clear():
        cluster.remove(hub="slug LIKE 'meetings-%'", alliance_group="slug LIKE 'meetings-%'", person="""id IN (
            SELECT m.person_id FROM scip.hub_membership m JOIN scip.hub h ON h.id = m.hub_id WHERE h.slug LIKE 'meetings-%' UNION
            SELECT s.person_id FROM scip.group_seat s JOIN scip.alliance_group g ON g.id = s.group_id WHERE g.slug LIKE 'meetings-%')""")

    clear()
    yield
    clear()


def new_hub(server, central, slug, name):
    made = server.send("PUT", f"/v1/hubs/{slug}", {"name": name, "nations": ["GB-ENG"], **FROM}, token=central, If_None_Match="*")
    assert made.status == 201, made.text
    return f"/v1/hubs/{slug}"


def person(cluster, name, email=None):
    value = f"'{email}'" if email else "NULL"
    return cluster.psql(f"INSERT INTO scip.person (name, email) VALUES ('{name}', {value}) RETURNING id", "scip_migrator")


def member(cluster, hub, who, sector, starts="2020-01-01", ends=None):
    """ends: the first day without."""
    last = f"'{ends}'" if ends else "NULL"
    cluster.psql(f"""INSERT INTO scip.hub_membership (hub_id, person_id, sector, starts, ends)
        SELECT id, '{who}', '{sector}', '{starts}', {last} FROM scip.hub WHERE slug = '{hub.rsplit('/')[-1]}'""", "scip_migrator")


class Scene:
    """A Hub with five members, its people, another Hub, and who has nothing to do with either."""


@pytest.fixture(scope="module")
def scene(cluster, server, central):
    s = Scene()
    s.hub, s.other_hub = new_hub(server, central, "meetings-east", "East Meadow Hub"), new_hub(server, central, "meetings-west", "West Meadow Hub")
    s.lead, s.member = cluster.token(server, "hub_lead", hub="meetings-east"), cluster.token(server, "hub_member", hub="meetings-east")
    s.other, s.other_member = cluster.token(server, "hub_lead", hub="meetings-west"), cluster.token(server, "hub_member", hub="meetings-west")
    s.board = cluster.token(server, "group_member", group="board")
    s.names = [f"Meetings Member {number}" for number in range(5)]
    s.emails = [f"meetings.member.{number}@example.org" for number in range(5)]
    s.people = [person(cluster, name, email) for name, email in zip(s.names, s.emails)]
    for who, sector in zip(s.people, SECTORS):
        member(cluster, s.hub, who, sector)
    s.stranger = person(cluster, "Meetings Stranger", "meetings.stranger@example.org")
    member(cluster, s.other_hub, s.stranger, "he")
    own = get(server, s.member, "/v1/me").json["id"]
    cluster.psql(f"UPDATE scip.account SET person_id = '{s.people[0]}' WHERE id = '{own}'", "scip_migrator")
    return s


@pytest.fixture(scope="module")
def group(cluster, server, central):
    """A group with two seats that are held."""
    g = Scene()
    made = server.send("PUT", "/v1/groups/meetings-circle", {"name": "Meetings Circle", "kind": "working_group", "status": "active", **FROM}, token=central, If_None_Match="*")
    assert made.status == 201, made.text
    g.path = "/v1/groups/meetings-circle"
    g.insider = cluster.token(server, "group_member", group="meetings-circle")
    g.people = [person(cluster, f"Meetings Seat {number}") for number in range(3)]
    for who, sector in zip(g.people[:2], ("research", "charity")):
        made = post(server, central, g.path + "/seats", {"title": f"Seat for {sector}", "sector": sector, "person": who, "from": "2024-01-01"})
        assert made.status == 201, made.text
    return g


def errors(answer):
    return [(error["pointer"], error["detail"]) for error in answer.json["errors"]]


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


def plan(server, token, parent, starts_at=None, **more):
    made = post(server, token, parent + "/meetings", {"title": "A meeting", "starts_at": starts_at or at(-1), **more})
    assert made.status == 201, made.text
    assert made.headers["Location"] == made.json["href"]
    return made.json["href"]


def hold(server, token, parent, starts_at=None, guests=None, **more):
    path = plan(server, token, parent, starts_at, **more)
    held = post(server, token, path + "/held", {} if guests is None else {"guests": guests})
    assert held.status == 200, held.text
    return path


def agenda(server, token, path):
    return get(server, token, path + "/agenda").json["items"]


def attendance(server, token, path):
    return {row["person"]["id"]: row["status"] for row in get(server, token, path + "/attendance").json["items"]}


def seen(server, token, bookmark, href, seconds=5):
    """What a follower of the changes sees of a record, once it sees anything."""
    found, until = [], time.monotonic() + seconds
    while not found and time.monotonic() < until:
        page = get(server, token, "/v1/changes?cursor=" + bookmark).json
        found += [change["op"] for change in page["items"] if change["href"] == href]
        bookmark = page["next"]
    return found


# A meeting of a Hub.

def test_a_leads_meeting(server, scene, central):
    """Planned, held, who was there, the five headings, what was resolved, minutes; and what the other Hubs see of it."""
    mark, theirs = (get(server, token, "/v1/changes?start=now").json["next"] for token in (scene.member, scene.other_member))
    body = {"title": "Spring meeting", "starts_at": at(0, 0), "venue": "The town hall"}
    made = post(server, scene.lead, scene.hub + "/meetings", body, key="spring")
    assert made.status == 201, made.text
    assert post(server, scene.lead, scene.hub + "/meetings", body, key="spring").body == made.body
    path, meeting = made.headers["Location"], made.json
    assert (meeting["kind"], meeting["status"], meeting["starts_on"], meeting["online"], meeting["guests"], meeting["quorum"]) == ("ordinary", "planned", day(), False, None, None)
    assert meeting["hub"]["slug"] == "meetings-east" and meeting["group"] is None
    assert get(server, scene.member, path).json == meeting
    assert seen(server, scene.member, mark, path) == ["changed"]
    items = agenda(server, scene.member, path)
    assert [(item["ordinal"], item["heading"], item["title"]) for item in items] == [(n, word, word.title()) for n, word in enumerate(HEADINGS, 1)]

    held = post(server, scene.lead, path + "/held", {"guests": 3})
    assert (held.status, held.json["status"], held.json["guests"]) == (200, "held", 3), held.text
    assert held.json["quorum"] == {"quorate": False, "missing_sectors": ["he", "fe", "school_sector", "local_authority"], "members_present": 0, "guests": 3}
    noted = put(server, scene.lead, path + "/attendance", {"items": [{"person": who, "status": "present"} for who in scene.people[:3]]
                                                           + [{"person": scene.people[3], "status": "apologies"}]})
    assert noted.status == 200, noted.text
    assert (noted.json["present"], noted.json["apologies"], noted.json["absent"], noted.json["guests"]) == (3, 1, 0, 3)
    assert get(server, scene.member, path).json["quorum"] == {"quorate": False, "missing_sectors": ["local_authority"], "members_present": 3, "guests": 3}
    late = put(server, scene.lead, f"{path}/attendance/{scene.people[3]}", {"status": "present"})
    assert (late.status, late.json["status"], late.json["name"], late.json["sector"]) == (200, "present", scene.names[3], "local_authority")
    assert get(server, scene.lead, path).json["quorum"] == {"quorate": True, "missing_sectors": [], "members_present": 4, "guests": 3}

    refused = post(server, scene.lead, path + "/agenda-completion")
    assert refused.status == 409
    assert [pointer for pointer, _ in errors(refused)] == ["/agenda/" + heading for heading in HEADINGS]
    for item in items[:4]:
        assert patch(server, scene.lead, item["href"], {"outcome": "addressed", "notes": "We talked."}).status == 200
    assert [pointer for pointer, _ in errors(post(server, scene.lead, path + "/agenda-completion"))] == ["/agenda/questions"]
    assert patch(server, scene.lead, items[4]["href"], {"outcome": "nothing_raised"}).json["outcome"] == "nothing_raised"
    done = post(server, scene.lead, path + "/agenda-completion")
    assert done.status == 200 and done.json["agenda_completed_at"], done.text
    assert problem(post(server, scene.lead, path + "/agenda-completion")) == (409, "agenda-completed")
    assert problem(patch(server, scene.lead, items[0]["href"], {"notes": "Late"})) == (409, "agenda-completed")
    assert problem(post(server, scene.lead, path + "/agenda", {"title": "Late"})) == (409, "agenda-completed")
    assert problem(delete(server, scene.lead, items[0]["href"])) == (409, "agenda-completed")

    draft = post(server, scene.lead, path + "/minutes", {"text": "We met."})
    assert (draft.status, draft.json["number"], draft.json["status"]) == (201, 1, "draft"), draft.text
    minutes = draft.headers["Location"]
    assert get(server, scene.member, minutes).status == 404, "a draft is for those who write it"
    assert post(server, scene.lead, minutes + "/approval").json["status"] == "approved"
    assert get(server, scene.member, minutes).json["text"] == "We met."
    assert get(server, scene.other_member, minutes).status == 404
    assert post(server, scene.lead, minutes + "/sharing").json["status"] == "shared"
    assert seen(server, scene.other_member, theirs, minutes) == ["changed"]

    # The other Hubs: the minutes, the counts once shared, and nothing else of the meeting.
    shared = post(server, scene.lead, path + "/attendance-sharing")
    assert shared.status == 200 and shared.json["attendance_shared_at"], shared.text
    assert problem(post(server, scene.lead, path + "/attendance-sharing")) == (409, "attendance-shared")
    for token in (scene.other, scene.other_member, scene.board, central):
        read = get(server, token, minutes)
        assert (read.status, read.json["text"], read.json["meeting"]["starts_on"], read.json["hub"]["slug"]) == (200, "We met.", day(), "meetings-east")
        counts = get(server, token, path + "/attendance-summary")
        assert (counts.status, counts.json) == (200, shared.json)
        assert counts.json["sectors"] == [{"sector": sector, "present": 1, "apologies": 0, "absent": 0} for sector in sorted(SECTORS[:4])]
        assert counts.json["quorum"] == {"quorate": True, "missing_sectors": [], "members_present": 4, "guests": 3}
        for name, who in zip(scene.names, scene.people):
            assert name.encode() not in counts.body and who.encode() not in counts.body
    for token in (scene.other, scene.other_member, scene.board):
        for part in ("", "/agenda", "/attendance", "/resolutions", "/actions"):
            assert get(server, token, path + part).status == 404, part
        assert [row["href"] for row in get(server, token, path + "/minutes").json["items"]] == [minutes]


def test_counts_are_the_hubs_own_until_they_are_shared(server, scene):
    path = hold(server, scene.lead, scene.hub)
    assert get(server, scene.member, path + "/attendance-summary").status == 200
    assert get(server, scene.other, path + "/attendance-summary").status == get(server, scene.board, path + "/attendance-summary").status == 404
    planned = plan(server, scene.lead, scene.hub)
    assert problem(post(server, scene.lead, planned + "/attendance-sharing")) == (409, "meeting-not-held")
    nobody = f"/v1/meetings/{uuid.uuid4()}"
    assert get(server, scene.lead, nobody + "/attendance-summary").status == post(server, scene.lead, nobody + "/attendance-sharing").status == 404


def test_the_inaugural_meeting(server, scene, central):
    path = plan(server, scene.other, scene.other_hub, at(10), kind="inaugural")
    items = agenda(server, scene.other, path)
    assert [item["title"] for item in items] == ["Welcome", "Introductions", "The SCiP Alliance", "The SCiP Alliance Hub network", "A West Meadow Hub",
                                                 "Operating Practices", "Plans and actions"]
    assert [item["led_by"] for item in items] == ["Host organisation"] * 2 + ["SCiP Alliance"] * 2 + ["Proposed Hub Lead"] * 3
    assert items[0]["intended_outcome"] is None and items[1]["intended_outcome"] == "Understand each other's stake in the proposed Hub"
    assert {item["heading"] for item in items} == {None}
    assert delete(server, scene.other, items[2]["href"]).status == 204, "a sample, not a rule"
    assert problem(post(server, scene.other, scene.other_hub + "/meetings", {"title": "Again", "kind": "inaugural", "starts_at": at(20)}))[0] == 409
    assert post(server, scene.other, path + "/cancellation").json["status"] == "cancelled"
    again = plan(server, scene.other, scene.other_hub, at(0, 0), kind="inaugural")
    assert post(server, scene.other, again + "/held").json["guests"] == 0, "no body is needed"
    assert post(server, scene.other, again + "/agenda-completion").status == 200, "no heading of the five is asked for"
    # An area whose name begins with a vowel.
    assert agenda(server, scene.lead, plan(server, scene.lead, scene.hub, at(5), kind="inaugural"))[4]["title"] == "An East Meadow Hub"


def test_held_or_cancelled_once_and_not_before_its_day(server, scene, central):
    tomorrow = plan(server, scene.lead, scene.hub, at(1, 0))
    assert problem(post(server, scene.lead, tomorrow + "/held", {"guests": 1})) == (409, "meeting-not-yet-held"), "midnight in London begins its day"
    for part, body in (("/agenda-completion", None), ("/resolutions", {"text": "x"}), ("/actions", {"text": "x"}), ("/minutes", {"text": "x"})):
        assert problem(post(server, scene.lead, tomorrow + part, body)) == (409, "meeting-not-yet-held"), part
    assert problem(put(server, scene.lead, tomorrow + "/attendance", {"items": [{"person": scene.people[0], "status": "present"}]})) == (409, "meeting-not-yet-held")
    assert problem(put(server, scene.lead, f"{tomorrow}/attendance/{scene.people[0]}", {"status": "present"})) == (409, "meeting-not-yet-held")
    csv = post(server, scene.lead, tomorrow + "/attendance/imports", f"person,status\n{scene.people[0]},present\n".encode(), Content_Type="text/csv")
    assert problem(csv) == (409, "meeting-not-yet-held")
    today = plan(server, scene.lead, scene.hub, at(0, 23))
    assert put(server, scene.lead, f"{today}/attendance/{scene.people[0]}", {"status": "present"}).status == 200, "on the day, before it is marked as held"
    assert problem(post(server, scene.lead, today + "/cancellation")) == (409, "meeting-has-records")
    dry = post(server, scene.lead, today + "/held?dry_run=true", {"guests": 2})
    assert (dry.status, dry.json["status"]) == (200, "held") and get(server, scene.lead, today).json["status"] == "planned"
    assert post(server, scene.lead, today + "/held", {"guests": 2}).status == 200
    for step, body in (("/held", {}), ("/cancellation", None)):
        assert problem(post(server, scene.lead, today + step, body)) == (409, "meeting-not-planned")
    cancelled = post(server, scene.lead, tomorrow + "/cancellation")
    assert (cancelled.status, cancelled.json["status"]) == (200, "cancelled")
    for step, body in (("/held", {}), ("/cancellation", None)):
        assert problem(post(server, scene.lead, tomorrow + step, body)) == (409, "meeting-not-planned")
    for attempt in (patch(server, scene.lead, tomorrow, {"title": "x"}), post(server, scene.lead, tomorrow + "/agenda", {"title": "x"}),
                    post(server, scene.lead, tomorrow + "/agenda-completion"), post(server, scene.lead, tomorrow + "/minutes", {"text": "x"}),
                    put(server, scene.lead, tomorrow + "/attendance", {"items": [{"person": scene.people[0], "status": "absent"}]})):
        assert problem(attempt) == (409, "meeting-cancelled")
    assert problem(post(server, scene.lead, tomorrow + "/attendance-sharing")) == (409, "meeting-not-held")
    assert server.send("POST", today + "/held", {"guests": -1}, token=scene.lead).status == 400
    nobody = f"/v1/meetings/{uuid.uuid4()}"
    assert post(server, scene.lead, nobody + "/held", {}).status == post(server, scene.lead, nobody + "/cancellation").status == 404


def test_a_meeting_changes_and_goes(server, scene):
    path = plan(server, scene.lead, scene.hub, at(30), online=True)
    before = get(server, scene.lead, path)
    changed = patch(server, scene.lead, path, {"title": "Moved", "starts_at": at(-2), "venue": None}, before.headers["ETag"])
    assert (changed.status, changed.json["title"], changed.json["starts_on"], changed.json["online"]) == (200, "Moved", day(-2), True), changed.text
    assert problem(patch(server, scene.lead, path, {"title": "Late"}, before.headers["ETag"]))[0] == 412
    assert problem(patch(server, scene.lead, path, {"guests": 4}))[0] == 422, "nobody has been there yet"
    for wrong in ({"kind": "inaugural"}, {"status": "held"}, {"starts_on": day()}, {"title": None}, {}):
        assert patch(server, scene.lead, path, wrong).status == 400, wrong
    assert put(server, scene.lead, f"{path}/attendance/{scene.people[1]}", {"status": "absent"}).status == 200
    assert problem(patch(server, scene.lead, path, {"starts_at": at(-3)})) == (409, "meeting-has-records"), "others would have been its members"
    assert patch(server, scene.lead, path, {"starts_at": at(-2, 15)}).status == 200, "another hour of that day"
    assert problem(delete(server, scene.lead, path)) == (409, "meeting-has-records")
    assert put(server, scene.lead, path + "/attendance", {"items": []}).json["absent"] == 0
    dry = delete(server, scene.lead, path + "?dry_run=true")
    assert dry.status == 204 and get(server, scene.lead, path).status == 200
    assert problem(delete(server, scene.lead, path, before.headers["ETag"]))[0] == 412
    assert delete(server, scene.lead, path).status == 204
    assert get(server, scene.lead, path).status == delete(server, scene.lead, path).status == patch(server, scene.lead, path, {"title": "x"}).status == 404
    held = hold(server, scene.lead, scene.hub)
    assert problem(delete(server, scene.lead, held)) == (409, "meeting-not-planned")
    assert problem(patch(server, scene.lead, held, {"starts_at": at(-5)})) == (409, "meeting-not-planned")
    assert patch(server, scene.lead, held, {"guests": 7}).json["guests"] == 7
    assert problem(post(server, scene.lead, scene.hub + "/meetings", {"title": " ", "starts_at": at()}))[0] == 422
    assert post(server, scene.lead, scene.hub + "/meetings", {"title": "x", "starts_at": "2025-01-01"}).status == 400
    assert server.send("PATCH", held, {"title": "x"}, token=scene.lead).status == server.send("DELETE", held, token=scene.lead).status == 428


@pytest.mark.parametrize("round_", range(3))
def test_held_and_cancelled_and_attended_at_once(server, scene, round_):
    path = plan(server, scene.lead, scene.hub, at(0, 0))
    steps = together(*[lambda step=step, body=body: post(server, scene.lead, path + step, body) for step, body in (("/held", {"guests": 1}), ("/cancellation", None)) * 3])
    assert Counter(answer.status for answer in steps) == {200: 1, 409: 5}, [answer.text for answer in steps]
    path = plan(server, scene.lead, scene.hub, at(0, 0))
    gone, noted, written = together(lambda: delete(server, scene.lead, path) if round_ else post(server, scene.lead, path + "/cancellation"),
                                    lambda: put(server, scene.lead, f"{path}/attendance/{scene.people[0]}", {"status": "present"}),
                                    lambda: post(server, scene.lead, path + "/minutes", {"text": "We met."}))
    if gone.status in (200, 204):
        assert noted.status in (403, 404, 409) and written.status in (403, 404, 409), (noted.text, written.text)
    else:
        assert problem(gone) == (409, "meeting-has-records") and 201 in (written.status, noted.status + 1), (noted.text, written.text)


def test_which_year_and_quarter(server, scene, central):
    """The day is London's: 23:30 UTC on 31 August is the first of September, and the next year."""
    made = {starts: plan(server, central, scene.other_hub, starts) for starts in
            ("2023-08-31T22:59:59Z", "2023-08-31T23:00:00Z", "2023-11-30T23:59:59Z", "2023-12-01T00:00:00Z", "2024-08-31T22:30:00Z", "2024-08-31T23:30:00Z")}
    assert get(server, scene.other, made["2024-08-31T23:30:00Z"]).json["starts_on"] == "2024-09-01"

    def found(query):
        return [row["starts_at"] for row in get(server, scene.other_member, f"{scene.other_hub}/meetings?{query}").json["items"]]
    assert found("period=2023-24") == ["2024-08-31T22:30:00Z", "2023-12-01T00:00:00Z", "2023-11-30T23:59:59Z", "2023-08-31T23:00:00Z"]
    assert found("period=2022-23") == ["2023-08-31T22:59:59Z"] and found("period=2024-25") == ["2024-08-31T23:30:00Z"]
    assert found("period=2023-24-Q1") == ["2023-11-30T23:59:59Z", "2023-08-31T23:00:00Z"] and found("period=2023-24-Q2") == ["2023-12-01T00:00:00Z"]
    assert found("period=2023-24&status=held") == [] and len(found("period=2023-24&status=planned")) == 4
    page = get(server, scene.other_member, f"{scene.other_hub}/meetings?period=2023-24&limit=3").json
    rest = get(server, scene.other_member, f"{scene.other_hub}/meetings?period=2023-24&limit=3&cursor={page['next']}").json
    assert [row["starts_at"] for row in page["items"] + rest["items"]] == found("period=2023-24") and rest["next"] is None
    for wrong in ("period=2023", "period=2023-24-Q5", "status=over"):
        assert get(server, scene.other, f"{scene.other_hub}/meetings?{wrong}").status == 400
    for path in made.values():
        assert delete(server, scene.other, path).status == 204


# The agenda.

def test_an_agenda_is_arranged(server, scene):
    path = plan(server, scene.lead, scene.hub, at(3))
    welcome = post(server, scene.lead, path + "/agenda", {"title": "Welcome", "ordinal": 1, "led_by": "Host organisation"}, key="welcome")
    assert (welcome.status, welcome.json["ordinal"], welcome.json["heading"]) == (201, 1, None), welcome.text
    assert post(server, scene.lead, path + "/agenda", {"title": "Welcome", "ordinal": 1, "led_by": "Host organisation"}, key="welcome").body == welcome.body
    close = post(server, scene.lead, path + "/agenda", {"title": "Close"})
    assert close.json["ordinal"] == 7

    def order():
        return [item["title"] for item in agenda(server, scene.member, path)]
    assert order() == ["Welcome", "Practice", "Challenges", "Ideas", "Priorities", "Questions", "Close"]
    moved = patch(server, scene.lead, close.json["href"], {"ordinal": 3}, close.headers["ETag"])
    assert (moved.status, moved.json["ordinal"]) == (200, 3), moved.text
    assert order() == ["Welcome", "Practice", "Close", "Challenges", "Ideas", "Priorities", "Questions"]
    assert patch(server, scene.lead, welcome.json["href"], {"ordinal": 5}).status == 200
    assert order() == ["Practice", "Close", "Challenges", "Ideas", "Welcome", "Priorities", "Questions"]
    assert [item["ordinal"] for item in agenda(server, scene.lead, path)] == list(range(1, 8))
    assert problem(patch(server, scene.lead, close.json["href"], {"title": "x"}, close.headers["ETag"]))[0] == 412
    practice = agenda(server, scene.lead, path)[0]["href"]
    assert problem(delete(server, scene.lead, practice)) == (409, "agenda-heading-stays")
    assert patch(server, scene.lead, practice, {"title": "Practice in schools", "outcome": None}).json["heading"] == "practice"
    assert patch(server, scene.lead, practice, {"heading": None}).status == 400
    assert problem(patch(server, scene.lead, practice, {"title": " "}))[0] == problem(post(server, scene.lead, path + "/agenda", {"title": " "}))[0] == 422
    assert problem(delete(server, scene.lead, close.json["href"], close.headers["ETag"]))[0] == 412
    assert delete(server, scene.lead, close.json["href"]).status == 204
    assert get(server, scene.lead, close.json["href"]).status == delete(server, scene.lead, close.json["href"]).status == 404
    assert patch(server, scene.lead, close.json["href"], {"title": "x"}).status == 404
    page = get(server, scene.member, path + "/agenda?limit=4").json
    rest = get(server, scene.member, f"{path}/agenda?limit=4&cursor={page['next']}").json
    assert [item["title"] for item in page["items"] + rest["items"]] == order()
    nobody = f"/v1/meetings/{uuid.uuid4()}"
    assert get(server, scene.lead, nobody + "/agenda").status == post(server, scene.lead, nobody + "/agenda", {"title": "x"}).status == 404
    assert post(server, scene.lead, nobody + "/agenda-completion").status == 404
    other = plan(server, scene.lead, scene.hub, at(3))
    assert get(server, scene.lead, practice.replace(path, other)).status == 404, "an item of another meeting"


@pytest.mark.parametrize("round_", range(3))
def test_completed_while_an_outcome_is_taken_back(server, scene, round_):
    path = hold(server, scene.lead, scene.hub)
    items = agenda(server, scene.lead, path)
    for item in items:
        assert patch(server, scene.lead, item["href"], {"outcome": "addressed"}).status == 200
    answers = together(lambda: post(server, scene.lead, path + "/agenda-completion"), *[
        lambda item=item: patch(server, scene.lead, item["href"], {"outcome": None}) for item in items])
    completed = get(server, scene.lead, path).json["agenda_completed_at"]
    still = [item["outcome"] for item in agenda(server, scene.lead, path)]
    assert (answers[0].status == 200) == bool(completed) == (None not in still), [answer.text for answer in answers]
    assert {answer.status for answer in answers} <= {200, 409}


@pytest.mark.parametrize("round_", range(3))
def test_many_add_items_at_once(server, scene, round_):
    path = plan(server, scene.lead, scene.hub, at(3))
    answers = together(*[lambda n=n: post(server, scene.lead, path + "/agenda", {"title": f"Item {n}", **({"ordinal": 2} if n % 2 else {})}) for n in range(8)])
    assert {answer.status for answer in answers} == {201}, [answer.text for answer in answers]
    items = agenda(server, scene.lead, path)
    assert [item["ordinal"] for item in items] == list(range(1, 14))
    assert items[0]["heading"] == "practice" and all(item["heading"] is None for item in items[1:5])


# Who was there.

def test_attendance_is_of_the_days_members(server, cluster, scene):
    """A membership begins with its first day and ends with the one before the day after."""
    path = hold(server, scene.lead, scene.hub, at(-10))
    edges = {"gone that day": (day(-400), day(-10), False), "last day": (day(-400), day(-9), True), "first day": (day(-10), None, True), "next day": (day(-9), None, False)}
    for title, (starts, ends, is_member) in edges.items():
        who = person(cluster, f"Meetings {title}")
        member(cluster, scene.hub, who, "other", starts, ends)
        answer = put(server, scene.lead, f"{path}/attendance/{who}", {"status": "present"})
        assert (answer.status == 200) == is_member, title
        if not is_member:
            assert problem(answer) == (422, "person-not-a-member")
            assert get(server, scene.lead, f"{path}/attendance/{who}").status == 404
    assert problem(put(server, scene.lead, f"{path}/attendance/{scene.stranger}", {"status": "present"})) == (422, "person-not-a-member")
    assert problem(put(server, scene.lead, f"{path}/attendance/{uuid.uuid4()}", {"status": "present"})) == (422, "person-not-a-member")
    before = attendance(server, scene.lead, path)
    both = {"items": [{"person": scene.people[0], "status": "present"}, {"person": scene.stranger, "status": "present"}]}
    assert problem(put(server, scene.lead, path + "/attendance", both)) == (422, "person-not-a-member")
    assert problem(put(server, scene.lead, path + "/attendance", {"items": both["items"][:1] * 2})) == (422, "named-twice")
    assert put(server, scene.lead, path + "/attendance", {"items": [{"person": scene.people[0], "status": "here"}]}).status == 400
    assert attendance(server, scene.lead, path) == before, "all or nothing"
    assert problem(post(server, scene.lead, path + "/actions", {"text": "Ask", "owner": scene.stranger})) == (422, "person-not-a-member")
    replaced = put(server, scene.lead, path + "/attendance", {"items": [{"person": scene.people[4], "status": "absent"}]})
    assert (replaced.status, replaced.json["present"], replaced.json["absent"]) == (200, 0, 1)
    noted = {who: state for who, state in attendance(server, scene.lead, path).items() if state}
    assert noted == {scene.people[4]: "absent"}
    nobody = f"/v1/meetings/{uuid.uuid4()}"
    assert put(server, scene.lead, nobody + "/attendance", {"items": []}).status == get(server, scene.lead, nobody + "/attendance").status == 404
    assert put(server, scene.lead, f"{nobody}/attendance/{scene.people[0]}", {"status": "absent"}).status == 404


def test_names_are_for_who_may_know_them(server, cluster, scene, central):
    path = hold(server, scene.lead, scene.hub)
    for who in scene.people:
        assert put(server, scene.lead, f"{path}/attendance/{who}", {"status": "present"}).status == 200
    for token in (scene.lead, central):
        rows = {row["person"]["id"]: row for row in get(server, token, path + "/attendance").json["items"]}
        assert [rows[who]["name"] for who in scene.people] == scene.names
        assert [rows[who]["sector"] for who in scene.people] == SECTORS
    own = get(server, scene.member, path + "/attendance").json["items"]
    assert [(row["person"], row["name"], row["status"]) for row in own] == [(link("people", scene.people[0]), scene.names[0], "present")], "a member sees itself"
    assert get(server, scene.member, f"{path}/attendance/{scene.people[1]}").status == 404
    action = post(server, scene.lead, path + "/actions", {"text": "Write to the schools", "owner": scene.people[1], "due_on": day(10)})
    assert (action.json["owner"], action.json["owner_name"]) == (link("people", scene.people[1]), scene.names[1])
    of_another = get(server, scene.member, action.json["href"]).json
    assert (of_another["owner"], of_another["owner_name"]) == (link("people", scene.people[1], seen=False), None)
    assert get(server, scene.member, action.json["owner"]["href"]).status == 404
    account = get(server, scene.lead, "/v1/me").json["id"]
    count = f"SELECT count(DISTINCT person_id) FROM scip.personal_read WHERE account_id = '{account}' AND operation = 'listMeetingAttendance' AND person_id = ANY ('{{{','.join(scene.people)}}}')"
    assert cluster.psql(count) == "5", "who read them is written down"
    page = get(server, scene.lead, path + "/attendance?limit=2").json
    following = get(server, scene.lead, f"{path}/attendance?limit=200&cursor={page['next']}").json
    assert {row["person"]["id"] for row in page["items"] + following["items"]} >= set(scene.people) and following["next"] is None


def test_a_spreadsheet_of_attendance(server, scene):
    path = hold(server, scene.lead, scene.hub)
    sheet = get(server, scene.lead, path + "/attendance?format=csv")
    assert sheet.headers["Content-Type"].startswith("text/csv") and sheet.text.splitlines()[0] == "person,name,sector,status,updated_at,href"
    assert get(server, scene.lead, path + "/attendance", Accept="application/x-ndjson").status == 200

    def send(content, **options):
        query = "?dry_run=true" if options.pop("dry_run", False) else ""
        return post(server, scene.lead, path + "/attendance/imports" + query, content, Content_Type="text/csv", **options)
    # Excel: a mark in front, semicolons, its own line ends, headings as people write them.
    excel = "\ufeffEmail;Status\r\n" + "".join(f"{email.upper()};{state}\r\n" for email, state in zip(scene.emails, ("Present", "present", "apologies")))
    dry = send(excel.encode(), dry_run=True)
    assert dry.status == 200 and set(attendance(server, scene.lead, path).values()) == {None}
    done = send(excel.encode(), key="sheet")
    assert (done.status, done.json["present"], done.json["apologies"]) == (200, 2, 1), done.text
    assert done.json == dry.json and send(excel.encode(), key="sheet").body == done.body
    # The list itself, filled in, comes back; a tab stands between the cells.
    names = {row["person"]["id"]: row["name"] for row in get(server, scene.lead, path + "/attendance?limit=200").json["items"]}
    fill = lambda name: "person\tname\tstatus\n" + "".join(f"{who}\t\"{name(names[who])}\"\tabsent\n" for who in scene.people)
    assert send(fill(lambda name: name.replace(" ", "\n ")).encode()).json["absent"] == 5
    assert {error for error in errors(send(fill(lambda name: "Some Body").encode()))} == {
        (f"/body/line/{n}/name", "is not the name of this person") for n in range(2, 7)}, "the names were sorted apart from the ids"
    exported = get(server, scene.lead, path + "/attendance?format=csv").text.replace(",,,/v1/", ",absent,,/v1/")
    assert send(exported.encode()).status == 200
    other = exported.replace(path, "/v1/meetings/" + str(uuid.uuid4()))
    assert {error[1] for error in errors(send(other.encode()))} == {"is not the address of this person's attendance"}, "the sheet of another meeting"
    before = attendance(server, scene.lead, path)
    wrong = "\n".join(["email,person,status", f"{scene.emails[0]},,present", "meetings.stranger@example.org,,present", f",{scene.stranger},present", ",not-an-id,present",
                       ",,present", f"{scene.emails[1]},,", f"{scene.emails[2]},,there", f",{scene.people[0]},absent", f"{scene.emails[3]},{scene.people[4]},present"])
    verdicts = [("/body/line/3/email", "is not the address of a member of that day"), ("/body/line/4/person", "is not the id of a member of that day"),
                ("/body/line/5/person", "is not the id of a member of that day"), ("/body/line/6/person", "is missing: a person or an email says who"),
                ("/body/line/7/status", "is missing: present, apologies or absent"), ("/body/line/8/status", "is not one of present, apologies, absent"),
                ("/body/line/9/person", "stands twice"), ("/body/line/10/person", "is not the id of a member of that day")]
    for answer in (send(wrong.encode(), dry_run=True), send(wrong.encode())):
        assert (answer.status, errors(answer)) == (422, verdicts)
        assert b"example.org" not in answer.body and scene.stranger.encode() not in answer.body
    assert attendance(server, scene.lead, path) == before
    assert errors(send(b"name,status\nx,present\n")) == [("/body/line/1", "names neither a column person nor email")]
    assert errors(send(b"email,word\nx,present\n")) == [("/body/line/1", "names no column status")]
    assert send(b"email,status\n\"x,present\n").status == 400
    many = "email,status\n" + "nobody@example.org,present\n" * 1500
    assert len(send(many.encode()).json["errors"]) == 1000
    assert errors(send(("email,status\n" + "nobody@example.org,present\n" * 2001).encode())) == [("/body", "has more than 2,000 lines")]
    assert post(server, scene.lead, f"/v1/meetings/{uuid.uuid4()}/attendance/imports", b"email,status\n", Content_Type="text/csv").status == 404
    assert post(server, scene.other, path + "/attendance/imports", b"email,status\n", Content_Type="text/csv").status == 404


@pytest.mark.parametrize("round_", range(3))
def test_attendance_from_many_hands(server, scene, round_):
    """Sets, single notes and a spreadsheet at once: each is done, and nobody waits for somebody who waits."""
    path = hold(server, scene.lead, scene.hub)
    forth = {"items": [{"person": who, "status": "present"} for who in scene.people]}
    back = {"items": [{"person": who, "status": "absent"} for who in reversed(scene.people)]}
    sheet = ("person,status\n" + "".join(f"{who},apologies\n" for who in scene.people)).encode()
    answers = together(*[lambda body=body: put(server, scene.lead, path + "/attendance", body) for body in (forth, back) * 3],
                       *[lambda who=who: put(server, scene.lead, f"{path}/attendance/{who}", {"status": "apologies"}) for who in scene.people],
                       lambda: post(server, scene.lead, path + "/attendance/imports", sheet, Content_Type="text/csv"))
    assert {answer.status for answer in answers} == {200}, [answer.text for answer in answers]
    assert len([state for state in attendance(server, scene.lead, path).values() if state]) == 5


def test_several_items_of_an_agenda_at_once(server, scene):
    """Each by its version, all or none, and what is not named stays."""
    path = hold(server, scene.lead, scene.hub) + "/agenda"
    items = get(server, scene.lead, path).json["items"]
    change = lambda *changes, who=scene.lead: server.request("PATCH", path, {"Authorization": f"Bearer {who}", "Content-Type": "application/json"}, json.dumps({"items": changes}).encode())
    item = lambda n, **said: {"id": items[n]["id"], "version": items[n]["version"], **said}
    place, done = only_one(*[lambda notes=notes: change(item(0, outcome="addressed", notes=notes), item(2, outcome="nothing_raised")) for notes in ("One", "Two", "Three")])
    assert done.json["items"] == get(server, scene.lead, path).json["items"]
    assert [(one["outcome"], one["notes"], one["version"], one["title"]) for one in done.json["items"][:3]] == [
        ("addressed", ("One", "Two", "Three")[place], 2, items[0]["title"]), (None, None, 1, items[1]["title"]), ("nothing_raised", None, 2, items[2]["title"])]
    late = change(item(1, notes="New"), item(2, notes="Old"))
    assert problem(late) == (412, "precondition-failed") and [error["pointer"] for error in late.json["errors"]] == ["/body/items/1"]
    elsewhere = change(item(1, notes="New"), {"id": str(uuid.uuid4()), "version": 1, "notes": "x"})
    assert problem(elsewhere) == (422, "reference-not-found") and elsewhere.json["errors"][0]["pointer"] == "/body/items/1"
    twice = change(item(1, notes="New"), item(1, notes="Newer"))
    assert problem(twice) == (422, "named-twice") and [error["pointer"] for error in twice.json["errors"]] == ["/body/items"]
    assert change(item(1, ordinal=3)).status == 400 and change(item(1, notes="x"), who=scene.other).status == 404
    assert get(server, scene.lead, path).json["items"] == done.json["items"]
    items = done.json["items"]
    assert change(*[item(n, outcome="nothing_raised") for n in range(len(items))]).status == 200
    assert post(server, scene.lead, path + "-completion").status == 200
    items = get(server, scene.lead, path).json["items"]
    assert problem(change(item(0, notes="Late"), item(1, notes="Late"))) == (409, "agenda-completed")


def test_attendance_that_others_have_changed(server, scene):
    """Who replaces it has to know it as it is: the whole by the version of the meeting, one person's by its own."""
    path = hold(server, scene.lead, scene.hub)
    sets = [{"items": [{"person": scene.people[0], "status": status}]} for status in ("present", "apologies", "absent")]
    known = get(server, scene.lead, path).headers["ETag"]
    place, done = only_one(*[lambda body=body: put(server, scene.lead, path + "/attendance", body, if_match=known) for body in sets])
    assert attendance(server, scene.lead, path)[scene.people[0]] == sets[place]["items"][0]["status"]
    assert done.headers["ETag"].split(".")[0] == get(server, scene.lead, path).headers["ETag"].split(".")[0] == get(server, scene.lead, path + "/attendance-summary").headers["ETag"].split(".")[0]
    one = f"{path}/attendance/{scene.people[1]}"
    note = lambda status, **precondition: put(server, scene.lead, one, {"status": status}, **precondition)
    unknown = get(server, scene.lead, one).headers["ETag"]
    place, first = only_one(*[lambda status=status: note(status, if_match=unknown) for status in ("present", "absent")])
    assert first.json["status"] == attendance(server, scene.lead, path)[scene.people[1]] == ("present", "absent")[place]
    assert note("apologies", if_match=unknown).status == 412 and note("apologies", if_match=first.headers["ETag"]).status == 200
    assert put(server, scene.lead, path + "/attendance", sets[0], if_match=done.headers["ETag"]).status == 412, "one of the set has changed meanwhile"


def test_the_rule_of_the_day_judges(server, cluster, scene):
    """A Hub's own rule, from its first day on."""
    cluster.psql("""INSERT INTO scip.hub_quorum (hub_id, starts, sectors, minimum)
        SELECT id, '2021-03-02'::date, '{charity}'::text[], 2 FROM scip.hub WHERE slug = 'meetings-east'
        UNION ALL SELECT id, '2021-06-01', '{he,fe,school_sector,local_authority}', 4 FROM scip.hub WHERE slug = 'meetings-east'""", "scip_migrator")
    for starts, quorate, missing in (("2021-03-01T12:00:00Z", False, ["he", "fe", "school_sector"]), ("2021-03-02T00:00:00Z", True, []),
                                     ("2021-05-31T22:59:00Z", True, []), ("2021-05-31T23:00:00Z", False, ["he", "fe", "school_sector"])):
        path = hold(server, scene.lead, scene.hub, starts)
        assert put(server, scene.lead, path + "/attendance", {"items": [{"person": who, "status": "present"} for who in scene.people[3:]]
                                                              + [{"person": scene.people[0], "status": "apologies"}]}).status == 200
        quorum = get(server, scene.lead, path).json["quorum"]
        assert (quorum["quorate"], quorum["missing_sectors"], quorum["members_present"]) == (quorate, missing, 2), starts


# What was resolved, and who does it.

def test_resolutions_and_actions(server, scene):
    path = hold(server, scene.lead, scene.hub)
    made = post(server, scene.lead, path + "/resolutions", {"text": "We write to the schools."}, key="resolved")
    assert made.status == 201, made.text
    assert post(server, scene.lead, path + "/resolutions", {"text": "We write to the schools."}, key="resolved").body == made.body
    resolution = made.headers["Location"]
    assert get(server, scene.member, resolution).json == made.json
    assert patch(server, scene.lead, resolution, {"text": "We write to all schools."}, made.headers["ETag"]).json["text"] == "We write to all schools."
    assert problem(patch(server, scene.lead, resolution, {"text": "x"}, made.headers["ETag"]))[0] == problem(delete(server, scene.lead, resolution, made.headers["ETag"]))[0] == 412
    assert problem(patch(server, scene.lead, resolution, {"text": " "}))[0] == problem(post(server, scene.lead, path + "/resolutions", {"text": " "}))[0] == 422
    post(server, scene.lead, path + "/resolutions", {"text": "Second"})
    page = get(server, scene.member, path + "/resolutions?limit=1").json
    rest = get(server, scene.member, f"{path}/resolutions?limit=1&cursor={page['next']}").json
    assert [row["text"] for row in page["items"] + rest["items"]] == ["We write to all schools.", "Second"]
    assert delete(server, scene.lead, resolution).status == 204
    assert get(server, scene.lead, resolution).status == delete(server, scene.lead, resolution).status == patch(server, scene.lead, resolution, {"text": "x"}).status == 404

    first = post(server, scene.lead, path + "/actions", {"text": "Write", "owner": scene.people[2], "due_on": day(9)})
    assert first.status == 201, first.text
    soon = post(server, scene.lead, path + "/actions", {"text": "Ask", "due_on": day(2)}).json
    some_day = post(server, scene.lead, path + "/actions", {"text": "Think"}).json
    action = first.headers["Location"]
    assert [row["text"] for row in get(server, scene.member, path + "/actions").json["items"]] == ["Ask", "Write", "Think"], "what is due first is first"
    assert problem(patch(server, scene.lead, action, {"done_on": day(1)})) == (422, "date-in-future")
    assert problem(patch(server, scene.lead, action, {"owner": scene.stranger})) == (422, "person-not-a-member")
    assert patch(server, scene.lead, action, {"done_on": day()}, first.headers["ETag"]).json["done_on"] == day()
    assert problem(patch(server, scene.lead, action, {"text": "x"}, first.headers["ETag"]))[0] == problem(delete(server, scene.lead, action, first.headers["ETag"]))[0] == 412

    def listed(query=""):
        rows, cursor = [], ""
        while cursor is not None:
            page = get(server, scene.member, f"{scene.hub}/actions?limit=2{query}{cursor and '&cursor=' + cursor}").json
            rows, cursor = rows + page["items"], page["next"]
        assert len({row["id"] for row in rows}) == len(rows)
        return [row["text"] for row in rows if row["meeting"]["href"] == path]
    assert listed() == ["Ask", "Write", "Think"] and listed("&done=false") == ["Ask", "Think"] and listed("&done=true") == ["Write"]
    assert patch(server, scene.lead, action, {"done_on": None, "owner": None, "due_on": None}).json["owner"] is None
    assert listed("&done=false") in (["Ask", "Write", "Think"], ["Ask", "Think", "Write"])
    page = get(server, scene.member, path + "/actions?limit=2").json
    assert len(get(server, scene.member, f"{path}/actions?limit=2&cursor={page['next']}").json["items"]) == 1
    assert delete(server, scene.lead, action).status == 204
    assert get(server, scene.lead, action).status == delete(server, scene.lead, action).status == patch(server, scene.lead, action, {"text": "x"}).status == 404
    assert get(server, scene.other, scene.hub + "/actions").status == get(server, scene.lead, "/v1/hubs/meetings-nowhere/actions").status == 404
    nobody = f"/v1/meetings/{uuid.uuid4()}"
    for part in ("/resolutions", "/actions"):
        assert get(server, scene.lead, nobody + part).status == post(server, scene.lead, nobody + part, {"text": "x"}).status == 404
    assert get(server, scene.lead, soon["href"]).status == get(server, scene.lead, some_day["href"]).status == 200
    assert problem(delete(server, scene.lead, path))[0] == 409


# Minutes.

def test_minutes_go_from_draft_to_shared_and_are_corrected_by_the_next(server, cluster, scene, group):
    path = hold(server, scene.lead, scene.hub)
    made = post(server, scene.lead, path + "/minutes", {"text": "First."}, key="first")
    minutes = made.headers["Location"]
    assert post(server, scene.lead, path + "/minutes", {"text": "First."}, key="first").body == made.body
    assert problem(post(server, scene.lead, path + "/minutes", {"text": "Another."})) == (409, "minutes-draft-exists")
    assert problem(post(server, scene.lead, minutes + "/sharing")) == (409, "minutes-not-approved")
    changed = patch(server, scene.lead, minutes, {"text": "First, corrected."}, made.headers["ETag"])
    assert (changed.status, changed.json["text"]) == (200, "First, corrected."), changed.text
    assert problem(patch(server, scene.lead, minutes, {"text": "x"}, made.headers["ETag"]))[0] == problem(delete(server, scene.lead, minutes, made.headers["ETag"]))[0] == 412
    assert problem(patch(server, scene.lead, minutes, {"text": " "}))[0] == problem(post(server, scene.lead, plan(server, scene.lead, scene.hub) + "/minutes", {"text": " "}))[0] == 422
    approved = post(server, scene.lead, minutes + "/approval")
    assert approved.status == 200 and approved.json["approved_at"] and approved.json["shared_at"] is None
    for attempt in (patch(server, scene.lead, minutes, {"text": "x"}), delete(server, scene.lead, minutes), post(server, scene.lead, minutes + "/approval")):
        assert problem(attempt) == (409, "minutes-not-draft")
    assert problem(post(server, scene.lead, path + "/minutes", {"text": "Another."})) == (409, "minutes-draft-exists"), "it is not shared yet"
    shared = post(server, scene.lead, minutes + "/sharing")
    assert (shared.status, shared.json["status"], shared.json["current"], shared.json["text"]) == (200, "shared", True, "First, corrected.")
    for attempt, rule in ((patch(server, scene.lead, minutes, {"text": "x"}), "minutes-not-draft"), (delete(server, scene.lead, minutes), "minutes-not-draft"),
                          (post(server, scene.lead, minutes + "/approval"), "minutes-not-draft"), (post(server, scene.lead, minutes + "/sharing"), "minutes-not-approved")):
        assert problem(attempt) == (409, rule)
    assert get(server, scene.other_member, minutes).json == shared.json

    second = post(server, scene.lead, path + "/minutes", {"text": "Second."})
    assert (second.json["number"], second.json["current"]) == (2, False)
    assert get(server, scene.member, minutes).json["current"] is True, "until the next is shared"
    assert [row["number"] for row in get(server, scene.lead, path + "/minutes").json["items"]] == [2, 1]
    assert [row["number"] for row in get(server, scene.member, path + "/minutes").json["items"]] == [1]
    assert delete(server, scene.lead, second.headers["Location"]).status == 204
    assert get(server, scene.lead, second.headers["Location"]).status == delete(server, scene.lead, second.headers["Location"]).status == 404
    again = post(server, scene.lead, path + "/minutes", {"text": "Corrected."}).headers["Location"]
    assert [post(server, scene.lead, again + step).status for step in ("/approval", "/sharing")] == [200, 200]
    assert (get(server, scene.member, minutes).json["current"], get(server, scene.member, again).json["current"]) == (False, True)
    page = get(server, scene.lead, path + "/minutes?limit=1").json
    assert [row["number"] for row in page["items"] + get(server, scene.lead, f"{path}/minutes?limit=1&cursor={page['next']}").json["items"]] == [2, 1]

    # The network's list, the newest first.
    def listed(query, token=scene.other_member):
        rows, cursor = [], ""
        while cursor is not None:
            page = get(server, token, f"/v1/minutes?limit=1{query}{cursor and '&cursor=' + cursor}").json
            rows, cursor = rows + page["items"], page["next"]
        return [row["href"] for row in rows]
    mine = [href for href in listed("&hub=meetings-east") if href in (minutes, again)]
    assert mine == [again, minutes] and minutes not in listed("&hub=meetings-east&current=true") and minutes in listed("&current=false")
    assert listed("&hub=meetings-west") == [] and listed("&period=2001-02") == []
    assert again in listed("", scene.board) and again in listed("", group.insider)
    for token in (None, cluster.token(server, "website"), cluster.token(server, "analyst")):
        assert get(server, token, "/v1/minutes").status == get(server, token, minutes).status == (401 if token is None else 403)
    nobody = f"/v1/minutes/{uuid.uuid4()}"
    assert {get(server, scene.lead, nobody).status, patch(server, scene.lead, nobody, {"text": "x"}).status, post(server, scene.lead, nobody + "/approval").status,
            post(server, scene.lead, nobody + "/sharing").status, get(server, scene.lead, f"/v1/meetings/{uuid.uuid4()}/minutes").status,
            post(server, scene.lead, f"/v1/meetings/{uuid.uuid4()}/minutes", {"text": "x"}).status} == {404}


@pytest.mark.parametrize("round_", range(3))
def test_races_of_minutes(server, scene, round_):
    path = hold(server, scene.lead, scene.hub)
    drafts = together(*[lambda n=n: post(server, scene.lead, path + "/minutes", {"text": f"Draft {n}"}) for n in range(6)])
    assert Counter(answer.status for answer in drafts) == {201: 1, 409: 5}
    assert {problem(answer) for answer in drafts if answer.status == 409} == {(409, "minutes-draft-exists")}
    minutes = next(answer.headers["Location"] for answer in drafts if answer.status == 201)
    approvals = together(*[lambda: post(server, scene.lead, minutes + "/approval") for _ in range(5)])
    assert Counter(answer.status for answer in approvals) == {200: 1, 409: 4}
    answers = together(*[lambda: post(server, scene.lead, minutes + "/sharing") for _ in range(5)], lambda: patch(server, scene.lead, minutes, {"text": "Otherwise"}),
                       lambda: post(server, scene.lead, path + "/minutes", {"text": "Next"}))
    assert Counter(answer.status for answer in answers[:5]) == {200: 1, 409: 4}
    assert {problem(answer) for answer in answers[:5] if answer.status == 409} == {(409, "minutes-not-approved")}
    assert problem(answers[5]) == (409, "minutes-not-draft") and answers[6].status in (201, 409)
    read = get(server, scene.other, minutes).json
    assert (read["status"], read["text"], read["number"]) == ("shared", next(answer.json["text"] for answer in drafts if answer.status == 201), 1)


@pytest.mark.parametrize("round_", range(3))
def test_a_draft_is_changed_while_it_is_approved(server, scene, round_):
    path = hold(server, scene.lead, scene.hub)
    made = post(server, scene.lead, path + "/minutes", {"text": "Before"})
    minutes, tag = made.headers["Location"], made.headers["ETag"]
    changed, approved, gone = together(lambda: patch(server, scene.lead, minutes, {"text": "After"}, tag), lambda: post(server, scene.lead, minutes + "/approval"),
                                       lambda: delete(server, scene.lead, minutes, tag))
    if gone.status == 204:
        assert get(server, scene.lead, minutes).status == 404
    else:
        read = get(server, scene.lead, minutes).json
        assert read["status"] == "approved" and read["text"] == ("After" if changed.status == 200 else "Before")
        assert changed.status in (200, 409, 412) and gone.status in (409, 412), (changed.text, gone.text)


# Groups.

def test_a_groups_meeting(server, scene, group, central):
    path = plan(server, group.insider, group.path, at(0, 0))
    meeting = get(server, group.insider, path).json
    assert (meeting["hub"], meeting["group"]["slug"], meeting["quorum"]) == (None, "meetings-circle", None)
    assert get(server, group.insider, path + "/agenda").json == {"items": [], "next": None}, "a free agenda"
    item = post(server, group.insider, path + "/agenda", {"title": "Messages for Hubs"})
    assert item.status == 201 and delete(server, group.insider, item.headers["Location"]).status == 204
    assert post(server, group.insider, path + "/held", {"guests": 1}).json["quorum"] is None
    rows = get(server, group.insider, path + "/attendance").json["items"]
    assert {(row["person"]["id"], row["name"], row["sector"], row["status"]) for row in rows} == {(group.people[0], "Meetings Seat 0", "research", None), (group.people[1], "Meetings Seat 1", "charity", None)}
    assert problem(put(server, group.insider, f"{path}/attendance/{group.people[2]}", {"status": "present"})) == (422, "person-not-a-member"), "who has no seat"
    assert put(server, group.insider, f"{path}/attendance/{group.people[0]}", {"status": "present"}).status == 200
    assert post(server, group.insider, path + "/actions", {"text": "Relay", "owner": group.people[1]}).status == 201
    assert post(server, group.insider, path + "/agenda-completion").status == 200
    assert post(server, group.insider, path + "/attendance-sharing").json["sectors"] == [{"sector": "research", "present": 1, "apologies": 0, "absent": 0}]
    assert get(server, scene.lead, path + "/attendance-summary").json["group"]["slug"] == "meetings-circle"
    minutes = post(server, group.insider, path + "/minutes", {"text": "We met."}).headers["Location"]
    assert [post(server, group.insider, minutes + step).status for step in ("/approval", "/sharing")] == [200, 200]
    assert [row["href"] for row in get(server, scene.member, "/v1/minutes?group=meetings-circle").json["items"]] == [minutes]
    assert [row["href"] for row in get(server, group.insider, group.path + "/meetings?status=held").json["items"]] == [path]
    for token in (scene.board, scene.lead):
        assert get(server, token, path).status == 404
    assert get(server, scene.board, group.path + "/meetings").status == post(server, scene.board, group.path + "/meetings", {"title": "x", "starts_at": at()}).status == 404
    assert get(server, central, "/v1/groups/meetings-nowhere/meetings").status == post(server, central, "/v1/groups/meetings-nowhere/meetings", {"title": "x", "starts_at": at()}).status == 404
    assert post(server, group.insider, group.path + "/meetings", {"title": "x", "starts_at": at(), "kind": "inaugural"}).status == 400, "Hubs have those"
    assert problem(post(server, group.insider, group.path + "/meetings", {"title": " ", "starts_at": at()}))[0] == 422



def test_seats(server, cluster, scene, group, central):
    path = group.path + "/seats"
    made = post(server, central, path, {"title": "For the schools", "sector": "school_sector", "organisation": "university-of-winchester", "from": "2024-03-01"}, key="seat")
    assert made.status == 201, made.text
    assert post(server, central, path, {"title": "For the schools", "sector": "school_sector", "organisation": "university-of-winchester", "from": "2024-03-01"}, key="seat").body == made.body
    seat = made.json
    assert (seat["person"], seat["name"], seat["organisation"]["slug"], seat["from"], seat["to"]) == (None, None, "university-of-winchester", "2024-03-01", None)
    assert get(server, group.insider, seat["href"]).json == seat

    def listed(query, token=group.insider):
        return [row["title"] for row in get(server, token, f"{path}?{query}").json["items"]]
    assert listed("vacant=true") == ["For the schools"] and listed("vacant=false") == listed("as_of=2024-02-29") and len(listed("as_of=2024-03-01")) == 3
    assert listed("as_of=2023-12-31") == [] and listed("vacant=true&as_of=2024-02-29") == []
    assert get(server, group.insider, path + "?format=csv").status == 200
    page = get(server, group.insider, path + "?limit=2").json
    assert len(page["items"]) == 2 and len(get(server, group.insider, f"{path}?limit=2&cursor={page['next']}").json["items"]) == 1
    assert problem(patch(server, central, seat["href"], {"person": str(uuid.uuid4())})) == (422, "reference-not-found")
    assert problem(post(server, central, path, {"title": "x", "person": str(uuid.uuid4())})) == (422, "reference-not-found")
    assert problem(post(server, central, path, {"title": "x", "organisation": "meetings-nobody"})) == (422, "reference-not-found")
    assert problem(post(server, central, path, {"title": "x", "from": "2025-01-02", "to": "2025-01-01"}))[0] == 422
    one_day = post(server, central, path, {"title": "One day", "from": "2025-01-02", "to": "2025-01-02"}).json
    assert "One day" in listed("as_of=2025-01-02") and "One day" not in listed("as_of=2025-01-03")
    assert delete(server, central, one_day["href"]).status == 204

    first = post(server, central, seat["href"] + "/handover", {"person": group.people[2], "from": "2024-06-01"}, key="first")
    assert first.status == 201, first.text
    assert (first.json["title"], first.json["sector"], first.json["person"], first.json["name"], first.json["from"]) == ("For the schools", "school_sector", link("people", group.people[2]), "Meetings Seat 2", "2024-06-01")
    assert post(server, central, seat["href"] + "/handover", {"person": group.people[2], "from": "2024-06-01"}, key="first").body == first.body
    assert get(server, group.insider, seat["href"]).json["to"] == "2024-05-31", "the last day"
    assert problem(post(server, central, seat["href"] + "/handover", {"person": None, "from": "2024-07-01"}))[0] == 409, "it has ended"
    assert problem(post(server, central, first.json["href"] + "/handover", {"person": None, "from": "2024-06-01"}))[0] == 422, "nobody has held it by then"
    left = post(server, central, first.json["href"] + "/handover", {"person": None, "from": "2024-09-01"}).json
    assert (left["person"], left["from"]) == (None, "2024-09-01")
    assert [row["person"] for row in get(server, group.insider, path + "?as_of=2024-08-31").json["items"]].count(link("people", group.people[2])) == 1
    assert problem(patch(server, central, seat["href"], {"title": "x"}, made.headers["ETag"]))[0] == problem(delete(server, central, seat["href"], made.headers["ETag"]))[0] == 412
    changed = patch(server, central, left["href"], {"title": "For schools", "organisation": None, "sector": None, "to": "2024-12-31", "from": "2024-09-02"})
    assert (changed.json["title"], changed.json["organisation"], changed.json["sector"], changed.json["from"], changed.json["to"]) == ("For schools", None, None, "2024-09-02", "2024-12-31")
    assert problem(patch(server, central, left["href"], {"to": "2024-09-01"}))[0] == 422
    for body in ({"title": "x"},):
        assert problem(post(server, group.insider, path, body)) == (403, "role-needed")
        assert problem(patch(server, group.insider, seat["href"], body)) == problem(delete(server, group.insider, seat["href"])) == (403, "role-needed")
    assert get(server, scene.board, path).status == get(server, scene.board, seat["href"]).status == 404
    nobody = f"{path}/{uuid.uuid4()}"
    assert {get(server, central, nobody).status, patch(server, central, nobody, {"title": "x"}).status, delete(server, central, nobody).status,
            post(server, central, nobody + "/handover", {"person": None, "from": day()}).status, get(server, central, "/v1/groups/meetings-nowhere/seats").status,
            post(server, central, "/v1/groups/meetings-nowhere/seats", {"title": "x"}).status} == {404}
    for href in (seat["href"], first.json["href"], left["href"]):
        assert delete(server, central, href).status == 204


@pytest.mark.parametrize("round_", range(3))
def test_many_succeed_one_and_one_does(server, group, central, round_):
    seat = post(server, central, group.path + "/seats", {"title": f"Contested {round_}", "person": group.people[0], "from": "2024-01-01"}).json["href"]
    answers = together(*[lambda who=who: post(server, central, seat + "/handover", {"person": who, "from": day()}) for who in group.people * 2])
    assert Counter(answer.status for answer in answers) == {201: 1, 409: 5}, [answer.text for answer in answers]
    for row in get(server, central, group.path + "/seats").json["items"]:
        if row["title"] == f"Contested {round_}":
            assert delete(server, central, row["href"]).status == 204


# Who may.

def test_others_do_not_learn_that_it_is_there(server, scene, group):
    path = hold(server, scene.lead, scene.hub)
    item = agenda(server, scene.lead, path)[0]["href"]
    resolution = post(server, scene.lead, path + "/resolutions", {"text": "x"}).headers["Location"]
    action = post(server, scene.lead, path + "/actions", {"text": "x"}).headers["Location"]
    minutes = post(server, scene.lead, path + "/minutes", {"text": "x"}).headers["Location"]
    who = {"status": "present"}
    requests = [("PATCH", path, {"title": "x"}), ("DELETE", path, None), ("POST", path + "/held", {}), ("POST", path + "/cancellation", None),
                ("POST", path + "/agenda", {"title": "x"}), ("PATCH", item, {"title": "x"}), ("DELETE", item, None), ("POST", path + "/agenda-completion", None),
                ("PUT", path + "/attendance", {"items": []}), ("PUT", f"{path}/attendance/{scene.people[0]}", who), ("POST", path + "/attendance-sharing", None),
                ("POST", path + "/resolutions", {"text": "x"}), ("PATCH", resolution, {"text": "x"}), ("DELETE", resolution, None),
                ("POST", path + "/actions", {"text": "x"}), ("PATCH", action, {"text": "x"}), ("DELETE", action, None), ("POST", path + "/minutes", {"text": "x"}),
                ("PATCH", minutes, {"text": "x"}), ("DELETE", minutes, None), ("POST", minutes + "/approval", None), ("POST", minutes + "/sharing", None)]
    for method, target, body in requests:
        match = "*" if method in ("PUT", "PATCH", "DELETE") else None
        for token in (scene.other, scene.board, group.insider):
            assert server.send(method, target, body, token=token, if_match=match).status == 404, (method, target)
        assert problem(server.send(method, target, body, token=scene.member, if_match=match)) == (403, "role-needed"), (method, target)
    for target in (path, path + "/agenda", item, resolution, action):
        assert get(server, scene.member, target).status == 200
    assert get(server, scene.other, scene.hub + "/meetings").status == get(server, scene.other_member, scene.hub + "/meetings").status == 404
    assert post(server, scene.other, scene.hub + "/meetings", {"title": "x", "starts_at": at()}).status == 404
    assert get(server, scene.lead, "/v1/hubs/meetings-nowhere/meetings").status == post(server, scene.lead, "/v1/hubs/meetings-nowhere/meetings", {"title": "x", "starts_at": at()}).status == 404


def test_who_leads_one_hub_and_belongs_to_another(server, cluster, scene):
    """Seen is not the same as led: what the role lets through, the record refuses."""
    account = get(server, scene.other, "/v1/me").json["id"]
    cluster.psql(f"""INSERT INTO scip.account_role (account_id, role, hub_id) SELECT '{account}', 'hub_member', id FROM scip.hub WHERE slug = 'meetings-east'""", "scip_migrator")
    try:
        path = hold(server, scene.lead, scene.hub)
        item = agenda(server, scene.other, path)[0]["href"]
        resolution = post(server, scene.lead, path + "/resolutions", {"text": "x"}).headers["Location"]
        minutes = post(server, scene.lead, path + "/minutes", {"text": "x"}).headers["Location"]
        assert post(server, scene.lead, minutes + "/approval").status == 200
        assert get(server, scene.other, path).status == get(server, scene.other, minutes).status == 200
        attempts = [patch(server, scene.other, path, {"title": "x"}), delete(server, scene.other, path), post(server, scene.other, path + "/held", {}),
                    post(server, scene.other, path + "/agenda", {"title": "x"}), patch(server, scene.other, item, {"title": "x"}), delete(server, scene.other, item),
                    post(server, scene.other, path + "/agenda-completion"), put(server, scene.other, path + "/attendance", {"items": []}),
                    put(server, scene.other, f"{path}/attendance/{scene.people[0]}", {"status": "present"}), post(server, scene.other, path + "/attendance-sharing"),
                    post(server, scene.other, path + "/attendance/imports", f"person,status\n{scene.people[0]},present".encode(), Content_Type="text/csv"),
                    post(server, scene.other, path + "/resolutions", {"text": "x"}), patch(server, scene.other, resolution, {"text": "x"}),
                    post(server, scene.other, path + "/minutes", {"text": "x"}), post(server, scene.other, minutes + "/sharing"), patch(server, scene.other, minutes, {"text": "x"}),
                    post(server, scene.other, scene.hub + "/meetings", {"title": "x", "starts_at": at()})]
        assert [answer.status for answer in attempts] == [403] * len(attempts)
    finally:
        cluster.psql(f"DELETE FROM scip.account_role WHERE account_id = '{account}' AND role = 'hub_member'", "scip_migrator")


def test_what_has_not_changed_is_not_sent_again(server, scene, group):
    path = hold(server, scene.lead, scene.hub)
    parts = [post(server, scene.lead, path + part, {"text": "x"}).headers["Location"] for part in ("/resolutions", "/actions", "/minutes")]
    item = agenda(server, scene.lead, path)[0]["href"]
    put(server, scene.lead, f"{path}/attendance/{scene.people[0]}", {"status": "present"})
    seat = get(server, group.insider, group.path + "/seats").json["items"][0]["href"]
    for token, target in [(scene.lead, path), (scene.lead, item), *[(scene.lead, part) for part in parts], (scene.lead, scene.hub + "/meetings"), (scene.lead, scene.hub + "/actions"),
                          *[(scene.lead, path + part) for part in ("/agenda", "/attendance", f"/attendance/{scene.people[0]}", "/attendance-summary", "/resolutions", "/actions", "/minutes")],
                          (scene.lead, "/v1/minutes"), (group.insider, group.path + "/meetings"), (group.insider, group.path + "/seats"), (group.insider, seat)]:
        answer = get(server, token, target)
        assert (answer.status, answer.headers["Cache-Control"]) == (200, "private, no-store"), target
        assert get(server, token, target, If_None_Match=answer.headers["ETag"]).status == 304, target


def test_a_key_that_is_in_use(server, cluster, group, central):
    """While one request with a key runs, another one is refused."""
    for token, operation, path, body in ((group.insider, "addGroupMeeting", group.path + "/meetings", {"title": "x", "starts_at": at()}),
                                         (central, "addGroupSeat", group.path + "/seats", {"title": "x"})):
        account = get(server, token, "/v1/me").json["id"]
        holder = threading.Thread(target=cluster.psql, args=(
            f"BEGIN; SELECT pg_advisory_xact_lock(hashtextextended('{account} {operation} held', 0)); SELECT pg_sleep(1.5); COMMIT",))
        holder.start()
        until = time.monotonic() + 1.4
        while (answer := post(server, token, path, body, key="held")).status != 409 and time.monotonic() < until:
            time.sleep(0.02)
        assert problem(answer) == (409, "idempotency-key-in-progress"), answer.text
        holder.join()
