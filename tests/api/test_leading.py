"""Who leads a Hub, by which terms: the people at its lead institutions, and its terms of reference."""
import concurrent.futures
import threading
import uuid

import pytest
from harness import delete, get, patch, post, problem

FROM = {"sources": ["https://www.scipalliance.example/minutes"], "confidence": "high"}
HUB, OTHER = "leading-north", "leading-south"
PEOPLE, TERMS = f"/v1/hubs/{HUB}/lead-people", f"/v1/hubs/{HUB}/terms-of-reference"


@pytest.fixture(scope="module", autouse=True)
def hubs(cluster, server):
    """Two Hubs, each led by one institution since 2020."""
    def clear():
        cluster.remove(hub="slug LIKE 'leading-%'", organisation="slug LIKE 'leading-%'", person="email LIKE '%@leading.example'")
    clear()
    central = cluster.token(server, "central")
    for slug, university in ((HUB, "leading-first"), (OTHER, "leading-second")):
        for path, body in ((f"organisations/{university}", {"name": university.title()}), (f"hubs/{slug}", {"name": slug.title(), "nations": ["GB-ENG"]})):
            assert server.send("PUT", f"/v1/{path}", {**body, **FROM}, token=central, If_None_Match="*").status == 201
        assert post(server, central, f"/v1/hubs/{slug}/leads", {"organisation": university, "from": "2020-01-01"}).status == 201
    yield
    clear()


@pytest.fixture(scope="module")
def member(cluster, server, hubs):
    return cluster.token(server, "hub_member", hub=HUB)


@pytest.fixture(scope="module")
def board(cluster, server, hubs):
    return cluster.token(server, "group_member", group="board")


@pytest.fixture
def of(server):
    """The lead of a Hub, by its first institution."""
    return lambda hub=HUB: server.get(f"/v1/hubs/{hub}/leads").json["items"][-1]["id"]


def name(server, token, lead, who, role="functional_lead", path=PEOPLE, **values):
    return post(server, token, path, {"lead": lead, "role": role, "name": who, "email": f"{who.lower()}@leading.example", **values})


def named(*words, **values):
    answer = name(*words, **values)
    assert answer.status == 201 and answer.headers["Location"] == answer.json["href"], answer.text
    return answer.json


def at_once(*requests):
    start = threading.Barrier(len(requests))

    def wait_and_send(request):
        start.wait()
        return request()

    with concurrent.futures.ThreadPoolExecutor(len(requests)) as pool:
        return list(pool.map(wait_and_send, requests))


def test_who_leads_is_known_to_the_hub_and_the_groups(cluster, server, lead, member, board, neighbour, central, of):
    ada = named(server, lead, of(), "Ada", authority_to_represent=True, **{"from": "2021-09-01", "to": "2022-08-31"})
    bo = named(server, lead, of(), "Bo", **{"from": "2022-09-01"})
    cy = named(server, lead, of(), "Cy", "senior_manager", **{"from": "2020-01-01"})
    assert (ada["current"], bo["current"], ada["authority_to_represent"], cy["time_and_travel"]) == (False, True, True, False)
    assert ada["lead"]["href"] == f"/v1/hubs/{HUB}/leads/{of()}" and server.get(ada["lead"]["href"]).json["organisation"] == ada["organisation"]
    names = lambda token, query="": [one["name"] for one in get(server, token, PEOPLE + query).json["items"]]
    for token in (lead, member, board, central):
        assert names(token) == ["Cy", "Ada", "Bo"] and get(server, token, bo["href"]).json["name"] == "Bo"
        assert get(server, token, bo["person"]["href"]).json["name"] == "Bo"
    assert names(member, "?sort=-date") == ["Bo", "Ada", "Cy"] and names(member, "?as_of=2022-08-31") == ["Cy", "Ada"]
    assert names(member, "?current=true") == ["Cy", "Bo"] and names(member, "?current=false") == ["Ada"]
    assert names(member, "?role=senior_manager") == ["Cy"]
    # for who leads another Hub and is in no group there is nobody, nor a change; nor without an account
    assert names(neighbour) == [] and {get(server, neighbour, one).status for one in (bo["href"], bo["person"]["href"])} == {404}
    assert server.get(PEOPLE).status == server.get(bo["href"]).status == 401
    audience = cluster.psql(f"SELECT DISTINCT unnest(audience) FROM scip.change WHERE key = '{HUB}/lead-people/{bo['id']}' ORDER BY 1").split()
    assert audience == ["hub:" + cluster.psql(f"SELECT id FROM scip.hub WHERE slug = '{HUB}'"), "role:group_member"]
    # each name that was read is noted
    reads = cluster.psql(f"SELECT DISTINCT operation FROM scip.personal_read WHERE person_id = '{bo['person']['id']}'").split()
    assert {"listHubLeadPeople", "getHubLeadPerson", "addHubLeadPerson"} <= set(reads)
    # who represents the Hub may be in its records for this alone; restricted, nobody is shown the name
    assert get(server, lead, f"/v1/people/{ada['person']['id']}").status == 200
    assert server.send("PUT", f"/v1/people/{bo['person']['id']}/restriction", {}, token=central, if_match="*").status == 200
    assert names(member) == ["Cy", "Ada", None] and names(central) == ["Cy", "Ada", "Bo"]
    assert delete(server, central, f"/v1/people/{bo['person']['id']}/restriction").status in (200, 204)
    assert patch(server, lead, bo["person"]["href"], {"name": "Bo Example"}).json["name"] == "Bo Example"
    assert problem(patch(server, member, bo["person"]["href"], {"name": "X"}))[0] == 403
    held = get(server, central, f"/v1/people/{ada['person']['id']}/export").json["lead_roles"]
    assert held == [{"hub": HUB, "role": "functional_lead", "authority_to_represent": True, "time_and_travel": False, "from": "2021-09-01", "to": "2022-08-31"}]
    assert delete(server, lead, cy["href"]).status == 204 and get(server, lead, cy["href"]).status == 404


def test_one_in_each_role_at_a_time(cluster, server, lead, neighbour, member, of):
    first = named(server, lead, of(), "Di", **{"from": "2020-01-01", "to": "2020-12-31"})
    assert problem(name(server, lead, of(), "Ed", **{"from": "2020-12-31", "to": "2021-01-31"})) == (409, "overlaps")
    named(server, lead, of(), "Ed", "senior_manager", **{"from": "2020-12-31", "to": "2021-01-31"})
    second = named(server, lead, of(), "Ed", **{"from": "2021-01-01", "to": "2021-01-31"})
    assert problem(patch(server, lead, first["href"], {"to": "2021-01-01"})) == (409, "overlaps")
    assert problem(patch(server, lead, first["href"], {"to": "2019-12-31"})) == (422, "to-before-from")
    assert problem(patch(server, lead, first["href"], {"from": "2019-12-31"})) == (409, "lead-ended")
    assert patch(server, lead, second["href"], {"authority_to_represent": True, "to": "2021-01-30"}).json["to"] == "2021-01-30"
    assert problem(patch(server, lead, second["href"], {"to": None}, if_match='"99"'))[0] == 412
    for values, status, rule in (({"lead": str(uuid.uuid4())}, 422, "reference-not-found"), ({"lead": of(OTHER)}, 422, "reference-not-found"),
                                 ({"from": "2019-12-31"}, 409, "lead-ended"), ({"from": "2020-05-02", "to": "2020-05-01"}, 422, "to-before-from"),
                                 ({"name": " "}, 422, "text-blank"), ({"role": "chair"}, 400, "bad-request")):
        assert problem(post(server, lead, PEOPLE, {"lead": of(), "role": "senior_manager", "name": "Flo", **values})) == (status, rule), values
    assert problem(post(server, lead, PEOPLE, {"lead": of(), "role": "senior_manager", "person": str(uuid.uuid4())})) == (422, "reference-not-found")
    assert problem(name(server, neighbour, of(), "Flo"))[0] == 403 and problem(name(server, member, of(), "Flo"))[0] == 403
    # all at once: one of them
    answers = at_once(*[lambda who=who: name(server, lead, of(), who, **{"from": "2021-02-01", "to": "2021-08-31"}) for who in ("Gil", "Hal", "Ida", "Jo")])
    assert sorted(answer.status for answer in answers) == [201, 409, 409, 409]
    assert {problem(answer) for answer in answers if answer.status == 409} == {(409, "overlaps")}


def test_they_end_with_the_lead(server, central, lead, neighbour, of):
    """Whichever comes first, the handover or the naming: with the institution's lead that of its people ends."""
    path = f"/v1/hubs/{OTHER}/lead-people"
    kim = named(server, neighbour, of(OTHER), "Kim", "senior_manager", path=path, **{"from": "2021-01-01"})
    lead_id = of(OTHER)
    handover, leo = at_once(
        lambda: post(server, central, f"/v1/hubs/{OTHER}/leads/{lead_id}/handover", {"organisation": "leading-first", "from": "2024-09-01"}),
        lambda: name(server, neighbour, lead_id, "Leo", path=path, **{"from": "2022-01-01"}))
    assert (handover.status, leo.status) == (201, 201), (handover.text, leo.text)
    assert [get(server, neighbour, one["href"]).json["to"] for one in (kim, leo.json)] == ["2024-08-31"] * 2
    assert problem(name(server, neighbour, lead_id, "Max", path=path, **{"from": "2024-09-01"})) == (409, "lead-ended")
    assert problem(delete(server, central, f"/v1/hubs/{OTHER}/leads/{lead_id}?reason=Mistake")) == (409, "in-use")


@pytest.fixture(scope="module")
def meetings(server, lead, hubs):
    """Of 2023 and 2024, held; one that is planned; and one of another Hub."""
    made = [post(server, lead, f"/v1/hubs/{HUB}/meetings", {"title": "Meeting", "starts_at": day + "T10:00:00Z"}).json
            for day in ("2023-06-01", "2024-06-01", "2999-06-01")]
    for one in made[:2]:
        assert post(server, lead, one["href"] + "/held", {}).status == 200
    return [one["id"] for one in made]


def test_a_hub_adopts_its_terms(cluster, server, lead, member, neighbour, central, meetings):
    path = f"/v1/hubs/{HUB}/quorum-rules/2999-01-01"
    assert server.send("PUT", path, {"sectors": ["he"], "minimum_members": 7}, token=lead, If_None_Match="*").status == 201
    assert problem(post(server, lead, TERMS, {"text": " "})) == (422, "text-blank")
    # all at once: one draft, of the framework's words with what the Hub has set today
    answers = at_once(*[lambda: post(server, lead, TERMS, {})] * 4)
    assert sorted(answer.status for answer in answers) == [201, 409, 409, 409]
    assert {problem(answer) for answer in answers if answer.status == 409} == {(409, "terms-draft-exists")}
    first = next(answer.json for answer in answers if answer.status == 201)
    assert (first["number"], first["status"], first["meeting"], first["text_cy"]) == (1, "draft", None, None)
    for words in (f"{HUB.title()} is led by Leading-First.", "at least 4 members", "- Local authority", "a minimum of 2 meetings", "The lead will:"):
        assert words in first["text"], words
    # a draft is the Hub's
    assert get(server, member, first["href"]).json == first and get(server, member, TERMS).json["items"] == [first]
    assert server.get(first["href"]).status == get(server, neighbour, first["href"]).status == 404 and server.get(TERMS).json["items"] == []
    assert problem(post(server, neighbour, TERMS, {}))[0] == 403 and problem(patch(server, neighbour, first["href"], {"text": "x"}))[0] == 404
    assert problem(patch(server, lead, first["href"], {"text": " "})) == (422, "text-blank")
    changed = patch(server, lead, first["href"], {"text": "We meet.", "text_cy": "Rydym yn cwrdd."}).json
    assert (changed["text"], changed["text_cy"]) == ("We meet.", "Rydym yn cwrdd.")
    assert problem(patch(server, lead, first["href"], {"text": "x"}, if_match='"99"')) == (412, "precondition-failed")
    adopt = lambda terms, meeting, token=lead: post(server, token, terms["href"] + "/adoption", {"meeting": meeting})
    assert problem(adopt(first, meetings[2])) == (409, "meeting-not-held")
    assert problem(adopt(first, str(uuid.uuid4()))) == (422, "reference-not-found")
    # adopted, once, it is everybody's and stays as it is
    answers = at_once(*[lambda: adopt(first, meetings[1])] * 3)
    assert sorted(answer.status for answer in answers) == [200, 409, 409]
    assert {problem(answer) for answer in answers if answer.status == 409} == {(409, "terms-adopted")}
    adopted = server.get(first["href"]).json
    assert (adopted["status"], adopted["adopted_on"], adopted["meeting"]) == ("in_force", "2024-06-01", {"id": meetings[1], "href": None})
    assert get(server, member, first["href"]).json["meeting"]["href"] == f"/v1/meetings/{meetings[1]}"
    assert server.get(TERMS + "?format=csv").body.count(meetings[1].encode()) == 1
    for answer in (patch(server, lead, first["href"], {"text": "x"}), patch(server, central, first["href"], {"text": "x"}), delete(server, lead, first["href"])):
        assert problem(answer) == (409, "terms-adopted")
    assert problem(adopt(first, meetings[1], neighbour))[0] == 403
    key = f"{HUB}/terms-of-reference/{first['id']}"
    assert cluster.psql(f"SELECT op, audience @> '{{public}}' FROM scip.change WHERE key = '{key}' ORDER BY xid DESC, id DESC LIMIT 1") == "changed|t"
    # the next begins as it stands, and is not adopted before it; a draft may go
    second = post(server, lead, TERMS, {}).json
    assert (second["number"], second["text"], second["text_cy"]) == (2, "We meet.", "Rydym yn cwrdd.")
    assert delete(server, lead, second["href"]).status == 204
    second = post(server, lead, TERMS, {"text": "We meet twice."}).json
    assert (second["number"], second["text_cy"]) == (2, None)
    assert problem(adopt(second, meetings[0])) == (409, "terms-before-last")
    assert adopt(second, meetings[1]).json["status"] == "in_force"
    assert [(one["number"], one["status"]) for one in server.get(TERMS).json["items"]] == [(2, "in_force"), (1, "replaced")]
    # the meeting that adopted them is not unmade
    assert post(server, lead, f"/v1/meetings/{meetings[1]}/reopening", {"reason": "A mistake"}).status == 200
    assert problem(post(server, lead, f"/v1/meetings/{meetings[1]}/cancellation")) == (409, "meeting-has-records")
