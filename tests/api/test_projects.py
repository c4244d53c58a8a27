"""Projects of several Hubs and their actions, as their leads, members, owners and others see them."""
import concurrent.futures
import datetime
from collections import Counter
from zoneinfo import ZoneInfo

import pytest
from harness import delete, get, link, only_one, patch, post, problem, put

FROM = {"sources": ["https://www.scipalliance.example/minutes"], "confidence": "high"}


def day(days=0):
    return (datetime.datetime.now(ZoneInfo("Europe/London")).date() + datetime.timedelta(days)).isoformat()


def pointers(answer):
    return {error["pointer"] for error in answer.json["errors"]}


def rows(answer):
    assert answer.status == 200, answer.text
    return answer.json["items"]


def together(*requests):
    with concurrent.futures.ThreadPoolExecutor(len(requests)) as pool:
        return [future.result() for future in [pool.submit(request) for request in requests]]


@pytest.fixture(scope="module", autouse=True)
def nothing_stays(cluster, server):
    """Other tests read the start data."""
    def clear():
        cluster.remove(hub="slug LIKE 'projects-%'", organisation="slug LIKE 'projects-%'", person="name LIKE 'Projects Member %'")

    clear()
    yield
    clear()


class Scene:
    """Two Hubs that work together and a third one, each with its lead; a member of the first who has an account."""


@pytest.fixture(scope="module")
def scene(cluster, server, nothing_stays):
    s = Scene()
    s.central = cluster.token(server, "central")
    for slug in ("projects-east", "projects-west", "projects-north"):
        assert put(server, s.central, f"/v1/hubs/{slug}", {"name": slug.title(), "nations": ["GB-ENG"], **FROM}, If_None_Match="*").status == 201
    assert put(server, s.central, "/v1/organisations/projects-college", {"name": "Projects College", **FROM}, If_None_Match="*").status == 201
    s.east, s.west, s.north = (cluster.token(server, "hub_lead", hub=f"projects-{place}") for place in ("east", "west", "north"))
    s.member = cluster.token(server, "hub_member", hub="projects-east")
    s.people = []
    for number, hub in enumerate(("east", "west")):
        who = cluster.psql(f"INSERT INTO scip.person (name) VALUES ('Projects Member {number}') RETURNING id", "scip_migrator")
        cluster.psql(f"""INSERT INTO scip.hub_membership (hub_id, person_id, sector, starts)
            SELECT id, '{who}', 'he', '2020-01-01' FROM scip.hub WHERE slug = 'projects-{hub}'""", "scip_migrator")
        s.people.append(who)
    own = get(server, s.member, "/v1/me").json["id"]
    cluster.psql(f"UPDATE scip.account SET person_id = '{s.people[0]}' WHERE id = '{own}'", "scip_migrator")
    s.leads_group = cluster.token(server, "group_member", group="hub-leads-group")
    s.board = cluster.token(server, "group_member", group="board")
    return s


PROJECT = {"name": "Moving schools together", "hub": "projects-east", "hubs": ["projects-west"], "partners": ["projects-college"],
           "aims": "No child waits for a place.", "from": "2025-09-01"}


def project(server, scene, slug, **change):
    made = put(server, scene.east, f"/v1/projects/projects-{slug}", {**PROJECT, **change}, If_None_Match="*")
    assert made.status == 201, made.text
    return made.headers["Location"]


def add(server, token, path, **body):
    made = post(server, token, path + "/actions", body)
    assert made.status == 201, made.text
    return made


def test_a_project_from_its_aims_to_its_results(server, scene):
    path = project(server, scene, "moving")
    made = get(server, scene.north, path)
    slugs = lambda name: [one["slug"] for one in made.json[name]]
    assert (made.json["kind"], made.json["status"], made.json["hub"]["slug"]) == ("project", "planned", "projects-east")
    assert (slugs("hubs"), slugs("partners")) == (["projects-east", "projects-west"], ["projects-college"]), "the network reads it"
    assert get(server, None, path).status == 401
    assert problem(patch(server, scene.west, path, {"status": "stopped"})) == (403, "forbidden"), "the Hub that coordinates changes it"
    assert problem(put(server, scene.west, path, PROJECT)) == problem(delete(server, scene.west, path)) == (403, "forbidden")
    assert problem(put(server, scene.east, path, PROJECT, If_None_Match="*"))[0] == 412
    assert problem(put(server, scene.east, path, {**PROJECT, "aims": " "})) == (422, "text-blank")

    done = patch(server, scene.east, path, {"status": "completed"})
    assert problem(done) == (422, "project-needs-results") and pointers(done) == {"/body/results"}
    assert problem(patch(server, scene.east, path, {"to": "2025-08-01"})) == (422, "to-before-from")
    unknown = patch(server, scene.east, path, {"partners": ["projects-nobody"]})
    assert problem(unknown) == (422, "reference-not-found") and pointers(unknown) == {"/body/partners"}
    changed = patch(server, scene.east, path, {"status": "completed", "results": "Six schools share one form.", "to": "2026-07-31",
                                               "partners": [], "other_partners": "The heads' forum"}, made.headers["ETag"])
    assert (changed.status, changed.json["to"], changed.json["partners"]) == (200, "2026-07-31", []), changed.text
    assert problem(patch(server, scene.east, path, {"name": "Late"}, made.headers["ETag"]))[0] == 412
    again = put(server, scene.east, path, PROJECT)
    assert (again.status, again.json["status"], again.json["results"], slugs("hubs")) == (200, "planned", None, ["projects-east", "projects-west"])

    listed = lambda query: [one["slug"] for one in rows(get(server, scene.board, "/v1/projects?limit=200" + query)) if one["slug"].startswith("projects-")]
    project(server, scene, "plan", kind="action_plan", hubs=[], partners=[], name="A plan of action")
    assert listed("") == ["projects-plan", "projects-moving"] and listed("&sort=-name") == ["projects-moving", "projects-plan"]
    assert listed("&hub=projects-west") == listed("&organisation=projects-college") == listed("&q=moving") == ["projects-moving"]
    assert listed("&kind=action_plan") == ["projects-plan"] and listed("&status=stopped") == []
    assert delete(server, scene.east, "/v1/projects/projects-plan").status == 204
    assert get(server, scene.east, "/v1/projects/projects-plan").status == 404


def test_whose_actions_they_are(server, scene):
    path = project(server, scene, "actions")
    version = get(server, scene.east, path).headers["ETag"]
    mine = add(server, scene.east, path, text="Write the form", due_on=day(-3), owner=scene.people[0])
    theirs = add(server, scene.west, path, text="Try it", due_on=day(3), hub="projects-west", owner=scene.people[1])
    assert (mine.json["hub"]["slug"], mine.json["project"]["slug"], mine.json["meeting"]) == ("projects-east", "projects-actions", None)
    assert get(server, scene.east, path).headers["ETag"] != version, "a project changes with its actions"
    assert problem(post(server, scene.west, path + "/actions", {"text": "x"})) == (403, "forbidden"), "of a Hub that they do not lead"
    none = post(server, scene.north, path + "/actions", {"text": "x", "hub": "projects-north"})
    assert problem(none) == (422, "hub-not-in-project") and pointers(none) == {"/body/hub"}
    assert problem(post(server, scene.east, path + "/actions", {"text": "x", "owner": scene.people[1]})) == (422, "person-not-a-member")
    assert post(server, scene.east, "/v1/projects/projects-nowhere/actions", {"text": "x"}).status == 404
    assert problem(patch(server, scene.east, theirs.headers["Location"], {"text": "x"})) == (403, "forbidden")
    assert problem(patch(server, scene.east, mine.headers["Location"], {"project": None})) == (422, "value-missing")
    assert [row["text"] for row in rows(get(server, scene.north, path + "/actions"))] == ["Write the form", "Try it"]
    assert rows(get(server, scene.north, path + "/actions"))[0]["owner_name"] is None, "names are for who may know them"

    for attempt in (patch(server, scene.east, path, {"hubs": []}), put(server, scene.east, path, {**PROJECT, "hubs": []}), delete(server, scene.east, path)):
        assert problem(attempt) == (409, "project-has-actions")
    assert delete(server, scene.west, theirs.headers["Location"]).status == 204
    assert [one["slug"] for one in patch(server, scene.east, path, {"hubs": []}).json["hubs"]] == ["projects-east"]
    assert delete(server, scene.east, mine.headers["Location"], mine.headers["ETag"]).status == 204
    assert get(server, scene.east, mine.headers["Location"]).status == 404 and delete(server, scene.east, path).status == 204


def test_an_owner_marks_it_as_done(server, scene):
    """Whose it is says when it was done, and changes nothing else; of a meeting's action as of a project's."""
    path = project(server, scene, "owned")
    meeting = post(server, scene.east, "/v1/hubs/projects-east/meetings", {"title": "Meeting", "starts_at": day() + "T00:00:00Z"}).json["href"]
    agreed = add(server, scene.east, meeting, text="Ask the schools", due_on=day(-1), owner=scene.people[0], project="projects-owned")
    planned = add(server, scene.east, path, text="Write to them", owner=scene.people[0])
    others = add(server, scene.east, path, text="Somebody else's")
    assert agreed.json["project"]["slug"] == "projects-owned" and agreed.json["href"].startswith(meeting)

    own = rows(get(server, scene.member, "/v1/me/actions"))
    assert [row["text"] for row in own] == ["Ask the schools", "Write to them"] and own[0]["meeting"]["href"] == meeting
    assert [row["text"] for row in rows(get(server, scene.member, "/v1/me/actions?overdue=true"))] == ["Ask the schools"]
    for row in own:
        assert problem(patch(server, scene.member, row["href"], {"text": "Nothing"})) == (403, "owner-only-marks-done")
        assert problem(patch(server, scene.member, row["href"], {"owner": None})) == (403, "owner-only-marks-done")
        assert problem(patch(server, scene.member, row["href"], {"done_on": day(1)})) == (422, "date-in-future")
        assert patch(server, scene.member, row["href"], {"done_on": day()}).json["done_on"] == day()
        assert problem(delete(server, scene.member, row["href"])) == (403, "role-needed")
    assert rows(get(server, scene.member, "/v1/me/actions?done=false")) == []
    assert get(server, scene.member, agreed.json["href"]).json["done_on"] == day(), "it is the meeting's too"
    assert problem(patch(server, scene.member, "/v1/actions/" + others.json["id"], {"done_on": day()})) == (403, "forbidden")
    assert patch(server, scene.east, own[0]["href"], {"done_on": None, "project": None}).json["project"] is None
    west = post(server, scene.west, "/v1/hubs/projects-west/meetings", {"title": "Meeting", "starts_at": day() + "T00:00:00Z"}).json["href"]
    assert problem(post(server, scene.west, west + "/actions", {"text": "x", "project": "projects-nowhere"})) == (422, "reference-not-found")
    patch(server, scene.east, path, {"hubs": []})
    assert problem(post(server, scene.west, west + "/actions", {"text": "x", "project": "projects-owned"})) == (422, "hub-not-in-project")
    words = {"field": "text", "words": "schools", "reason": "Not theirs"}
    redacted = post(server, scene.east, "/v1/redactions", {"record": own[0]["href"], **words})
    assert (redacted.status, redacted.json["record"]) == (201, agreed.json["href"]), "one record, by either address"
    assert get(server, scene.east, agreed.json["href"]).json["text"] == "Ask the [redacted]"
    assert post(server, scene.east, "/v1/redactions", {"record": planned.headers["Location"], **words, "words": "Write"}).json["record"] == planned.headers["Location"]


def test_what_is_overdue_across_hubs(server, scene):
    """The central team and the Hub Leads Group see it of all Hubs, others of their own and of what the network does together."""
    path = project(server, scene, "late")
    meeting = post(server, scene.west, "/v1/hubs/projects-west/meetings", {"title": "Meeting", "starts_at": day() + "T00:00:00Z"}).json["href"]
    add(server, scene.east, path, text="Late: plan", due_on=day(-3))
    add(server, scene.west, meeting, text="Late: minute", due_on=day(-2))
    add(server, scene.west, meeting, text="Late: not yet", due_on=day())
    late = lambda token, more="": [row["text"] for row in rows(get(server, token, "/v1/actions?overdue=true&limit=200" + more)) if row["text"].startswith("Late")]
    assert late(scene.central) == late(scene.leads_group) == late(scene.west) == ["Late: plan", "Late: minute"]
    assert late(scene.board) == late(scene.north) == ["Late: plan"]
    assert late(scene.central, "&hub=projects-west") == ["Late: minute"] and late(scene.central, "&project=projects-late") == ["Late: plan"]
    assert late(scene.central, "&group=board") == [] and late(scene.central, "&sort=-due") == ["Late: minute", "Late: plan"]
    seen = next(row for row in rows(get(server, scene.leads_group, "/v1/actions?hub=projects-west&overdue=true")))
    assert (seen["meeting"], seen["hub"]["slug"]) == (None, "projects-west"), "not what else the meeting was about"
    assert get(server, scene.leads_group, meeting).status == get(server, scene.leads_group, meeting + "/actions").status == 404
    assert get(server, scene.board, "/v1/actions/" + seen["id"]).status == 404 and get(server, None, "/v1/actions").status == 401


def test_ones_own_meetings_and_places(server, cluster, scene):
    meeting = post(server, scene.east, "/v1/hubs/projects-east/meetings", {"title": "Mine", "starts_at": day(3) + "T12:00:00Z"}).json
    assert meeting in rows(get(server, scene.member, "/v1/me/meetings?status=planned"))
    assert {row["hub"]["slug"] for row in rows(get(server, scene.member, "/v1/me/meetings"))} == {"projects-east"}
    assert rows(get(server, scene.north, "/v1/me/meetings")) == rows(get(server, scene.central, "/v1/me/meetings")) == []
    cluster.psql(f"""INSERT INTO scip.group_seat (group_id, title, sector, person_id, starts) SELECT id, 'Projects seat', 'he', '{scene.people[0]}', '2024-01-01'
        FROM scip.alliance_group WHERE slug = 'board'""", "scip_migrator")
    places = rows(get(server, scene.member, "/v1/me/memberships"))
    assert [(row["group"] and row["group"]["slug"], row["hub"] and row["hub"]["slug"], row["title"], row["from"]) for row in places] == [
        ("board", None, "Projects seat", "2024-01-01"), (None, "projects-east", None, "2020-01-01")]
    assert rows(get(server, scene.east, "/v1/me/memberships")) == [], "an account that is nobody's"


@pytest.mark.parametrize("round_", range(3))
def test_a_hub_leaves_while_it_takes_an_action_on(server, scene, round_):
    """One of both: the Hub has left and takes nothing on, or it has an action and stays."""
    path = project(server, scene, f"race-{round_}")
    left, *added = together(lambda: patch(server, scene.east, path, {"hubs": []}),
                            *[lambda: post(server, scene.west, path + "/actions", {"text": "x", "hub": "projects-west"})] * 3)
    stays = "projects-west" in {one["slug"] for one in get(server, scene.east, path).json["hubs"]}
    taken = [row for row in rows(get(server, scene.east, path + "/actions"))]
    assert Counter(one.status for one in added) == ({201: 3} if stays else {422: 3}) or stays, [one.text for one in added]
    assert (left.status, bool(taken)) == ((409, True) if stays else (200, False)), (left.text, taken)


@pytest.mark.parametrize("round_", range(3))
def test_a_project_goes_while_it_gets_an_action(server, scene, round_):
    path = project(server, scene, f"gone-{round_}")
    gone, made = together(lambda: delete(server, scene.east, path), lambda: post(server, scene.east, path + "/actions", {"text": "x"}))
    assert (gone.status, made.status) in ((204, 404), (204, 422), (409, 201)), (gone.text, made.text)
    assert get(server, scene.east, path).status == (404 if gone.status == 204 else 200)


def test_done_by_its_owner_while_the_lead_changes_it(server, scene):
    path = project(server, scene, "both")
    action = add(server, scene.east, path, text="x", owner=scene.people[0])
    href, tag = action.headers["Location"], action.headers["ETag"]
    only_one(lambda: patch(server, scene.member, href, {"done_on": day()}, tag), lambda: patch(server, scene.east, href, {"text": "y"}, tag))
    assert get(server, scene.member, href).json["owner"] == link("people", scene.people[0])
