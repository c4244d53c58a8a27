"""The Alliance's own branding: sent by the central team, for those who lead a Hub that is active."""
import os
from concurrent.futures import ThreadPoolExecutor

import harness
import pytest
from harness import get, problem
from test_files import SAMPLES

PATH = "/v1/branding/branding-mark"
BODY = {"title": "Mark", "title_cy": "Nod", "usage": "Beside the Hub's own.", "usage_cy": "Wrth ymyl un yr Hwb."}
PICTURE = b"\x89PNG\r\n\x1a\n" + os.urandom(300000)  # of two chunks
CLEAR = {"branding": "slug LIKE 'branding-%'", "file": "branding LIKE 'branding-%'", "hub": "slug = 'branding-hub'"}


@pytest.fixture(scope="module")
def people(cluster, server):
    """The central team, and the lead and a member of a Hub whose status the tests set."""
    cluster.remove(**CLEAR)
    central = cluster.token(server, "central", fresh=True)
    hub = {"name": "Branding Hub", "nations": ["GB-ENG"], "regions": [], "sources": ["x"], "confidence": "low"}
    assert server.send("PUT", "/v1/hubs/branding-hub", hub, central, If_None_Match="*").status == 201
    yield central, cluster.token(server, "hub_lead", hub="branding-hub"), cluster.token(server, "hub_member", hub="branding-hub")
    cluster.remove(**CLEAR)


@pytest.fixture(autouse=True)
def mark(cluster, people):
    cluster.remove(branding=CLEAR["branding"], file=CLEAR["file"])
    status(cluster, "active")


def status(cluster, word):
    cluster.psql(f"""SET session_replication_role = replica; DELETE FROM scip.hub_status WHERE hub_id = (SELECT id FROM scip.hub WHERE slug = 'branding-hub');
        INSERT INTO scip.hub_status (hub_id, status) SELECT id, '{word}' FROM scip.hub WHERE slug = 'branding-hub'; RESET session_replication_role""")


def put(server, token, path=PATH, body=BODY, **more):
    return server.send("PUT", path, body, token, **(more or {"If_None_Match": "*"}))


def send(server, token, name="mark.png", body=PICTURE, query="", **headers):
    return server.request("PUT", f"{PATH}/files/{name}{query}", {"Authorization": f"Bearer {token}", **(headers or {"If-None-Match": "*"})}, body)


def test_what_is_sent_is_given(server, people):
    central, lead, _ = people
    assert send(server, central).status == 404, "an asset first"
    made = put(server, central)
    assert made.status == 201 and made.headers["Location"] == PATH and made.json["files"] == [], made.text
    assert put(server, central).status == 412 and put(server, central, "/v1/branding/branding-other").status == 201
    assert problem(put(server, central, body={**BODY, "usage_cy": " \n"}, if_match="*"))[0] == 422, "in both languages"
    changed = put(server, central, body={**BODY, "usage": "On white."}, if_match=made.headers["ETag"])
    assert (changed.status, changed.json["usage"]) == (200, "On white.") and put(server, central, if_match=made.headers["ETag"]).status == 412

    tried = send(server, central, query="?dry_run=true")
    assert tried.status == 201 and get(server, lead, PATH).json["files"] == []
    file = send(server, central)
    assert file.status == 201 and file.json["media_type"] == "image/png" and file.headers["Location"] == file.json["href"] == PATH + "/files/mark.png", file.text
    assert send(server, central).status == 412 and send(server, central, "sheet.pdf", b"%PDF-1.7\n%%EOF\n").status == 201
    assert problem(send(server, central, "mark.svg", b"<svg xmlns='http://www.w3.org/2000/svg'/>"))[0] in (415, 422)
    shown = get(server, lead, PATH).json
    assert [one["name"] for one in shown["files"]] == ["mark.png", "sheet.pdf"] and shown["files"][0] == file.json
    assert [one for one in get(server, lead, "/v1/branding?limit=100").json["items"] if one["slug"] == "branding-mark"] == [shown]
    since = f"/v1/branding?modified_since={changed.json['updated_at']}"
    assert shown["updated_at"] > changed.json["updated_at"] and [one["slug"] for one in get(server, lead, since).json["items"]] == ["branding-mark"]

    got = get(server, lead, PATH + "/files/mark.png")
    assert got.body == PICTURE and got.headers["ETag"] == file.headers["ETag"] and got.headers["Content-Disposition"].startswith("attachment")
    assert "no-store" in got.headers["Cache-Control"], "no cache gives it to somebody else"
    part = server.request("GET", PATH + "/files/mark.png", {"Authorization": f"Bearer {lead}", "Range": "bytes=262140-262150"})
    assert (part.status, part.body) == (206, PICTURE[262140:262151])
    assert server.request("GET", PATH + "/files/mark.png", {"Authorization": f"Bearer {lead}", "If-None-Match": got.headers["ETag"]}).status == 304
    assert server.send("DELETE", PATH + "/files/sheet.pdf", token=central, if_match="*").status == 204
    assert get(server, lead, PATH).json["updated_at"] > shown["updated_at"], "an asset changes with its files"
    assert server.send("DELETE", PATH, token=central, if_match="*").status == 204
    assert get(server, lead, PATH).status == get(server, lead, PATH + "/files/mark.png").status == 404


def test_types(server, people):
    central, lead, _ = people
    put(server, central)
    for name, (media_type, data) in SAMPLES.items():
        assert send(server, central, name, data).json["media_type"] == media_type
        answer = get(server, lead, f"{PATH}/files/{name}")
        assert answer.body == data and answer.headers["Content-Type"].split(";")[0] == media_type
        part = server.request("GET", f"{PATH}/files/{name}", {"Authorization": f"Bearer {lead}", "Range": "bytes=-3"})
        assert part.body == data[-3:] and part.headers["Content-Type"] == answer.headers["Content-Type"]
    assert send(server, central, "report.pdf", SAMPLES["report.pdf"][1] + b"\n", **{"If-Match": "*"}).status == 200
    assert send(server, central, "a.pdf", b"MZ\x90\0").status == 415


def test_the_limit(cluster, server, people):
    central = people[0]
    put(server, central)
    small = harness.Server("main", DATABASE_URL=cluster.url(), UPLOAD_LIMIT=len(PICTURE))
    assert send(small, central).status == 201 and send(small, central, "larger.png", PICTURE + b"1").status == 413
    small.stop()
    assert [file["name"] for file in get(server, central, PATH).json["files"]] == ["mark.png"]


def test_only_leads_of_active_hubs_have_it(cluster, server, people):
    central, lead, member = people
    put(server, central), send(server, central)
    places = ["/v1/branding", PATH, PATH + "/files/mark.png"]
    for word in ("paused", "proposed", "closed"):
        status(cluster, word)
        for place in places:
            assert problem(get(server, lead, place)) == (403, "only-active-hubs"), (word, place)
        assert [get(server, central, place).status for place in places] == [200] * 3
    status(cluster, "active")
    assert [get(server, lead, place).status for place in places] == [200] * 3
    for place in places:
        assert get(server, None, place).status == 401 and problem(get(server, member, place)) == (403, "role-needed")
    for attempt in (put(server, lead), send(server, lead), server.send("DELETE", PATH, token=lead, if_match="*")):
        assert problem(attempt) == (403, "role-needed")


def test_the_database_shows_it_to_nobody_else(cluster, server, people):
    """Whatever statement asks: rows, bytes, what has changed."""
    central, lead, _ = people
    put(server, central), send(server, central)
    for role in ("scip_anonymous", "scip_writer"):
        assert cluster.psql("SELECT count(*) FROM scip.files WHERE _item LIKE 'branding/%'", role) == "0"
        assert cluster.psql("SELECT count(*) FROM scip.file_chunk c JOIN scip.file f ON f.id = c.file_id WHERE f.branding IS NOT NULL", role) == "0"
    assert cluster.psql("SELECT count(*) FROM scip.change WHERE key LIKE '%branding-mark%' AND audience <> '{}'") == "0"


def test_of_those_at_once_one_is_made(server, people):
    central = people[0]
    with ThreadPoolExecutor(4) as pool:
        made = [answer.status for answer in pool.map(lambda _: put(server, central), range(4))]
        sent = [answer.status for answer in pool.map(lambda _: send(server, central), range(4))]
    assert sorted(made) == sorted(sent) == [201, 412, 412, 412]
