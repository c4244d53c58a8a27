"""Dated links between any two records, as those see them who may read both, one or neither."""
import concurrent.futures
import threading
from collections import Counter

import harness
import pytest
from harness import delete, get, patch, post, problem, put

FROM = {"sources": ["https://www.scipalliance.example/minutes"], "confidence": "high"}
NOBODY = "/v1/links/00000000-0000-4000-8000-000000000001"
HUB = "/v1/hubs/linked-one"


@pytest.fixture(scope="module", autouse=True)
def nothing_stays(cluster, server):
    def clear():
        cluster.remove(**{table: "slug LIKE 'linked-%'" for table in ("hub", "event", "news", "document")}, message="title LIKE 'Linked: %'")
    clear()
    yield
    clear()


@pytest.fixture(scope="module")
def people(cluster, server, nothing_stays):
    """Tokens of who is asked, by name."""
    central = cluster.token(server, "central")
    for slug in ("linked-one", "linked-two"):
        assert put(server, central, "/v1/hubs/" + slug, {"name": slug.title(), "nations": ["GB-ENG"], "regions": [], **FROM}, If_None_Match="*").status == 201
    return {"central": central, "visitor": None, "lead": cluster.token(server, "hub_lead", hub="linked-one"),
            "member": cluster.token(server, "hub_member", hub="linked-one"), "other": cluster.token(server, "hub_lead", hub="linked-two"),
            "group": cluster.token(server, "group_member", group="hub-leads-group"), "analyst": cluster.token(server, "analyst")}


@pytest.fixture(scope="module")
def records(server, people):
    """An address of each kind that a story needs: a Hub's question, a draft and a published event, a document, an activity."""
    made = lambda answer: (answer.status == 201 or pytest.fail(answer.text)) and answer.headers["Location"]
    event = {"kind": "webinar", "hub": "linked-one", "starts_on": "2025-03-01", **FROM}
    found = {
        "question": made(post(server, people["lead"], HUB + "/messages", {"kind": "question", "title": "Linked: travel", "text": "Who pays?", "group": "hub-leads-group"})),
        "draft": made(put(server, people["lead"], "/v1/events/linked-draft", {"title": "Linked draft", **event}, If_None_Match="*")),
        "event": made(put(server, people["lead"], "/v1/events/linked-event", {"title": "Linked event", **event}, If_None_Match="*")),
        "document": made(put(server, people["central"], "/v1/documents/linked-document", {"title": "Linked document", "kind": "report", **FROM}, If_None_Match="*")),
        "activity": made(post(server, people["lead"], HUB + "/activities", {"kind": "hub_led", "held_on": "2025-03-02", "title": "Linked activity"}))}
    assert post(server, people["lead"], found["event"] + "/publication").status == 200
    return found


def linked(server, token, start, end, relation="led_to", **more):
    return post(server, token, "/v1/links", {"from_record": start, "to_record": end, "relation": relation, **more})


def ends(server, token, record):
    """The links of a record as (from, relation, to)."""
    return {(one["from_record"]["href"], one["relation"], one["to_record"]["href"]) for one in get(server, token, "/v1/links?record=" + record).json["items"]}


def test_what_came_of_a_question(server, people, records):
    """The group that answers links the question with what resulted; who may read both sees it from either end."""
    made = linked(server, people["group"], records["question"], records["event"], linked_on="2025-03-05")
    assert made.status == 201, made.text
    assert made.json["from_record"] == {"kind": "message", "name": "Linked: travel", "href": records["question"]}
    assert made.json["to_record"] == {"kind": "event", "name": "Linked event", "href": records["event"]}
    assert (made.json["linked_on"], made.json["relation"], made.headers["Location"]) == ("2025-03-05", "led_to", made.json["href"])
    one = {(records["question"], "led_to", records["event"])}
    for who in ("central", "lead", "member", "group"):
        assert ends(server, people[who], records["question"]) == ends(server, people[who], records["event"]) == one, who
    for who in ("visitor", "other", "analyst"):
        assert ends(server, people[who], records["event"]) == ends(server, people[who], records["question"]) == set(), who
        assert records["question"] not in get(server, people[who], "/v1/links").text
        assert problem(get(server, people[who], made.json["href"])) == (404, "not-found")
    assert linked(server, people["group"], records["question"], records["document"]).json["linked_on"] >= "2026-11-30", "today, where no day is given"
    assert len(get(server, people["lead"], f"/v1/links?record={records['question']}&relation=led_to").json["items"]) == 2
    page = get(server, people["lead"], f"/v1/links?record={records['question']}&limit=1&sort=date").json
    assert [item["to_record"]["kind"] for item in page["items"]] == ["event"] and page["next"]
    assert get(server, people["lead"], f"/v1/links?record={records['question']}&format=csv").text.count("\n") == 3


def test_a_link_is_as_public_as_both_of_its_records(server, people, records):
    document = linked(server, people["central"], records["document"], records["event"], "about").json["href"]
    assert linked(server, people["central"], records["document"], records["draft"], "about").status == 201
    assert ends(server, None, records["document"]) == {(records["document"], "about", records["event"])}
    assert get(server, None, document).json["to_record"]["name"] == "Linked event" and get(server, None, document + "?format=csv").status == 200
    assert ends(server, None, records["draft"]) == set()
    assert (records["document"], "about", records["draft"]) in ends(server, people["lead"], records["document"])
    assert post(server, people["lead"], records["draft"] + "/publication").status == 200
    harness.wait_until(lambda: (records["document"], "about", records["draft"]) in ends(server, None, records["document"]))  # the link is public too


def test_who_may_link(server, people, records):
    """Who may change the record that it begins at; the other one only has to be seen."""
    assert problem(linked(server, people["member"], records["question"], records["activity"]))[0] == 403
    assert problem(linked(server, people["other"], records["event"], records["document"]))[0] == 403
    for start, end, who, place in ((records["question"], records["event"], "other", "from_record"), (records["event"], records["activity"], "analyst", "to_record"),
                                   ("/v1/events/linked-none", records["event"], "central", "from_record"), (records["event"], "/v1/hubs", "central", "to_record"),
                                   (records["event"], "/v1/messages/none", "central", "to_record")):
        refused = linked(server, people[who], start, end)
        assert problem(refused) == (422, "reference-not-found") and [e["pointer"] for e in refused.json["errors"]] == ["/body/" + place], refused.text
    assert linked(server, None, records["event"], records["document"]).status == 401
    own = linked(server, people["lead"], records["activity"], records["event"], "same_as").json
    assert own["from_record"] == {"kind": "activity", "name": "Linked activity", "href": records["activity"]}
    assert problem(linked(server, people["lead"], records["event"], records["activity"], "same_as")) == (409, "already-exists"), "whichever way round"
    assert problem(linked(server, people["lead"], records["event"], records["event"])) == (422, "link-of-itself")
    assert problem(linked(server, people["lead"], records["event"], HUB, linked_on="2999-01-01")) == (422, "date-in-future")
    assert linked(server, people["lead"], records["event"], HUB, "hates").status == 400
    tried = post(server, people["lead"], "/v1/links?dry_run=true", {"from_record": records["event"], "to_record": HUB, "relation": "about"})
    assert tried.status == 201 and tried.json["to_record"]["kind"] == "hub" and (records["event"], "about", HUB) not in ends(server, people["lead"], HUB)
    for kind, address in (("group", "/v1/groups/hub-leads-group"), ("organisation", "/v1/organisations/university-of-winchester")):
        assert linked(server, people["lead"], records["event"], address, "about").json["to_record"]["kind"] == kind

    shown = get(server, people["member"], own["href"])
    assert problem(patch(server, people["member"], own["href"], {"relation": "related"}))[0] == 403
    assert problem(delete(server, people["member"], own["href"]))[0] == 403
    assert problem(patch(server, people["lead"], own["href"], {"relation": "related"}, if_match='"0"'))[0] == 412
    changed = patch(server, people["lead"], own["href"], {"relation": "related", "linked_on": "2025-03-03"}, if_match=shown.headers["ETag"])
    assert (changed.json["relation"], changed.json["linked_on"]) == ("related", "2025-03-03")
    assert linked(server, people["lead"], records["event"], records["activity"], "same_as").status == 201
    assert problem(patch(server, people["lead"], own["href"], {"relation": "same_as"})) == (409, "already-exists")
    assert problem(patch(server, people["lead"], own["href"], {"linked_on": "2999-01-01"})) == (422, "date-in-future")
    assert delete(server, people["lead"], own["href"]).status == 204 and problem(get(server, people["lead"], own["href"]))[0] == 404
    assert patch(server, people["lead"], NOBODY, {"relation": "about"}).status == delete(server, people["lead"], NOBODY).status == 404


def test_who_follows_changes_learns_of_links_of_theirs(server, people, records):
    """The change of a link is for who may read both of its records."""
    since = {who: get(server, people[who], "/v1/changes?start=now").json["next"] for who in ("visitor", "lead", "other", "group")}
    one = linked(server, people["group"], records["question"], "/v1/documents/linked-document", "related").json
    two = linked(server, people["central"], records["document"], HUB, "about").json
    sees = lambda who: {change["href"] for change in get(server, people[who], "/v1/changes?cursor=" + since[who]).json["items"] if change["kind"] == "link"}
    harness.wait_until(lambda: two["href"] in sees("visitor"))
    assert sees("visitor") == sees("other") == {two["href"]} and sees("lead") == sees("group") == {one["href"], two["href"]}


def test_the_same_link_at_once(server, people, records):
    """Of two clients that link the same two records, either way round, one does. A record that goes takes its links with it, also one that
    comes at that instant."""
    start = threading.Barrier(8)

    def at_once(requests):
        def wait_and_send(request):
            start.wait()
            return request()
        with concurrent.futures.ThreadPoolExecutor(8) as pool:
            return list(pool.map(wait_and_send, requests))

    pairs = [(records["event"], records["document"]), (records["document"], records["event"])] * 4
    answers = at_once([lambda pair=pair: linked(server, people["central"], *pair, "part_of") for pair in pairs])
    assert Counter(answer.status for answer in answers) == {201: 1, 409: 7}, [answer.text for answer in answers]

    for turn in range(3):
        news = f"/v1/news/linked-{turn}"
        assert put(server, people["central"], news, {"title": "Linked news", "kind": "news", **FROM}, If_None_Match="*").status == 201
        remove = lambda: delete(server, people["central"], news)
        relations = ("about", "led_to", "part_of", "same_as", "related")
        answers = at_once([remove, remove, remove, *[lambda r=r: linked(server, people["central"], news, records["event"], r) for r in relations]])
        assert Counter(answer.status for answer in answers[:3]) == {204: 1, 404: 2}
        assert {answer.status for answer in answers[3:]} <= {201, 409, 422} and not [a.text for a in answers if a.status == 500]
        assert not [one for one in ends(server, people["central"], records["event"]) if news in one], answers[3].text
