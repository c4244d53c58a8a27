"""News & Views: drafts that the central team alone sees, posts with a text of their own, a picture, and what they are about."""

import harness
import pytest
from harness import delete, get, patch, post, problem, put

POST = "/v1/news/written-here"
WHOLE = {"title": "Written here", "kind": "views", "status": "draft", "published_on": "2025-03-11", "sources": ["https://www.scipalliance.example/"],
         "confidence": "high", "title_cy": "Ysgrifennwyd yma", "summary": "In a sentence.", "summary_cy": "Mewn brawddeg.",
         "body": "## Heading\n\n*Text* <script>alert(1)</script>", "body_cy": "*Testun*", "picture": "https://www.example.org/p.png",
         "picture_alt": "A hall", "picture_alt_cy": "Neuadd"}


@pytest.fixture(autouse=True)
def nothing_stays(cluster, server):
    clear = lambda: cluster.remove(news="slug = 'written-here'")
    clear()
    yield
    clear()


def listed(server, token, query=""):
    return {item["slug"] for item in get(server, token, "/v1/news?limit=200" + query).json["items"]}


def seen(server, holds):
    harness.wait_until(lambda: get(server, None, POST), holds)


def test_a_draft_is_written_published_and_taken_down(cluster, server):
    central, lead = cluster.token(server, "central"), cluster.token(server, "hub_lead", hub="london-hub")
    made = put(server, central, POST, WHOLE, If_None_Match="*")
    assert made.status == 201 and {key: made.json[key] for key in WHOLE} == WHOLE
    assert get(server, None, POST).status == get(server, lead, POST).status == 404
    assert get(server, central, POST).json["body"] == WHOLE["body"]
    drafts = [listed(server, who, "&status=draft") for who in (central, lead, None)]
    assert drafts == [{"written-here"}, set(), set()] and "written-here" not in listed(server, central)
    assert post(server, central, "/v1/links", {"from_record": POST, "to_record": "/v1/hubs/london-hub", "relation": "about"}).status == 201
    about = lambda: [one["from_record"]["name"] for one in get(server, None, "/v1/links?record=/v1/hubs/london-hub").json["items"]]
    assert about() == []

    start = get(server, None, "/v1/changes?start=now").json["next"]
    assert patch(server, central, POST, {"status": "published"}).json["status"] == "published"
    seen(server, lambda answer: answer.status == 200)
    assert about() == ["Written here"] and "written-here" in listed(server, None) and "written-here" in listed(server, None, "&q=brawddeg")
    assert patch(server, central, POST, {"status": "draft"}).status == 200
    seen(server, lambda answer: answer.status == 404)
    found = lambda: [change["op"] for change in get(server, None, "/v1/changes?cursor=" + start).json["items"] if change["href"] == POST]
    harness.wait_until(found, lambda ops: ops == ["changed", "deleted"])
    assert delete(server, central, POST).status == 204


def test_what_is_written_is_held_to(cluster, server):
    """A picture needs words for who does not see it; a post is public unless it says otherwise, as before there were drafts."""
    central = cluster.token(server, "central")
    bare = {key: WHOLE[key] for key in ("title", "kind", "sources", "confidence")}
    refused = put(server, central, POST, {**bare, "picture": "https://www.example.org/p.png"}, If_None_Match="*")
    assert problem(refused) == (422, "logo-needs-alt-text") and refused.json["errors"][0]["pointer"] == "/body/picture_alt"
    for wrong in ({"status": "hidden"}, {"picture": "javascript:alert(1)", "picture_alt": "x"}, {"body": "x" * 20001}, {"summary": "x" * 2001}):
        assert put(server, central, POST, {**bare, **wrong}, If_None_Match="*").status == 400, wrong
    assert put(server, central, POST, bare, If_None_Match="*").json["status"] == "published"
    seen(server, lambda answer: answer.status == 200 and answer.json["body"] is None)
