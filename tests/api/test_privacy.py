"""Somebody with an unmistakable name in every personal field, and everything that nobody may read it in."""
import json
import uuid

import canary
import pytest
from test_operations import ALL, alternatives, plausible, request_of, some_path

FROM = {"sources": ["https://www.scipalliance.example/minutes"], "confidence": "high"}
HUB = "privacy-hub"
MEMBERS = f"/v1/hubs/{HUB}/members"


@pytest.fixture(scope="module")
def planted(cluster, server, central):
    """Person, member, seat, owner of an action, account: all with the word in them."""
    def clear():
        cluster.remove(hub=f"slug = '{HUB}'", account="issuer = 'https://login.canary.example'", person=f"""email = '{canary.EMAIL}' OR id IN (
            SELECT m.person_id FROM scip.hub_membership m JOIN scip.hub h ON h.id = m.hub_id WHERE h.slug = '{HUB}')""")

    clear()
    made = server.send("PUT", f"/v1/hubs/{HUB}", {"name": "Privacy", "nations": ["GB-ENG"], **FROM}, token=central, If_None_Match="*")
    assert made.status == 201, made.text
    lead = cluster.token(server, "hub_lead", hub=HUB)
    member = server.send("POST", MEMBERS, {"name": canary.NAME, "email": canary.EMAIL, "sector": "he", "from": "2024-09-01"}, token=lead, key=uuid.uuid4().hex).json
    account = server.send("POST", "/v1/accounts", {"issuer": "https://login.canary.example", "subject": canary.SUBJECT, "name": "A member",
                                                   "roles": [{"role": "hub_member", "hub": HUB}]}, token=central, key=uuid.uuid4().hex).json
    person = member["person"]["id"]
    cluster.psql(f"""UPDATE scip.account SET person_id = '{person}' WHERE id = '{account["id"]}';
        INSERT INTO scip.group_seat (group_id, title, person_id, starts) SELECT id, 'Seat', '{person}', '2024-01-01' FROM scip.alliance_group WHERE slug = 'board';
        WITH meeting AS (INSERT INTO scip.meeting (hub_id, title, starts_at) SELECT id, 'Autumn', '2024-10-01T10:00Z' FROM scip.hub WHERE slug = '{HUB}' RETURNING id),
             there AS (INSERT INTO scip.attendance (meeting_id, person_id, status) SELECT id, '{person}', 'present' FROM meeting)
        INSERT INTO scip.action (meeting_id, text, owner_id) SELECT id, 'Write', '{person}' FROM meeting""", "scip_migrator")
    yield {"person": person, "href": f"/v1/people/{person}", "member": member["href"], "lead": lead, "account": account["id"]}
    clear()


def test_whoever_may_sees_it(server, central, planted):
    for token, path in [(central, planted["href"]), (planted["lead"], planted["member"]), (planted["lead"], MEMBERS), (central, planted["href"] + "/export"),
                        (planted["lead"], MEMBERS + "?format=csv"), (planted["lead"], MEMBERS + "?format=ndjson"), (central, "/v1/people?format=csv")]:
        answer = server.send("GET", path, token=token)
        assert answer.status == 200 and canary.shows(answer.body) and not any(canary.shows(value) for value in answer.headers.values()), path
        assert answer.headers["Cache-Control"] == "private, no-store"
    page = server.send("GET", "/v1/people?limit=1", token=central)
    assert not canary.shows(page.json["next"]) and not canary.shows(page.headers["Link"])


def test_nobody_sees_it(server, contract, planted):
    """Every operation without a token, and with one that has no part in it."""
    for method, template, operation in ALL:
        if "{asset}" in template:
            continue
        headers, body = request_of(contract, method, template)
        for path in {some_path(contract, method, template).replace("not-there", HUB), some_path(contract, method, template).replace("00000000-0000-7000-8000-000000000000", planted["person"])}:
            for media in ("application/json", "text/csv", "application/x-ndjson"):
                answer = server.send(method, path, body and plausible(contract, method, template) if operation not in ("createToken", "revokeToken") else b"", Accept=media, **headers)
                assert not canary.shows(answer.body) and not any(canary.shows(value) for value in answer.headers.values()), (operation, path)
                if media == "application/json" and method != "GET":
                    break


def test_outsiders_see_it_nowhere(cluster, server, contract, planted):
    others = [cluster.token(server, role, **subject) for role, subject in [("website", {}), ("analyst", {}), ("partner", {"organisation": "university-of-winchester"}),
              ("hub_lead", {"hub": "scotland-hub"}), ("hub_member", {"hub": "scotland-hub"}), ("group_member", {"group": "practice-group"})]]
    for method, template, operation in ALL:
        if method != "GET" or not alternatives(contract, method, template):
            continue
        path = some_path(contract, method, template).replace("not-there", HUB).replace("00000000-0000-7000-8000-000000000000", planted["person"])
        for token in others:
            answer = server.send("GET", path, token=token)
            assert not canary.shows(answer.body), (operation, path)


def test_problems_do_not_repeat_it(server, central, planted):
    lead, header = planted["lead"], "name,email,sector,from\r\n"
    sheet = lambda line: server.send("POST", MEMBERS + "/imports", header + line, token=lead, key=uuid.uuid4().hex)
    answers = [
        server.send("POST", MEMBERS, {"name": canary.NAME, "email": canary.EMAIL, "sector": "fe"}, token=lead),  # overlaps
        server.send("POST", MEMBERS, {"name": canary.NAME, "email": canary.EMAIL, "sector": canary.WORD}, token=lead),
        server.send("POST", MEMBERS, {"name": canary.NAME * 100, "email": canary.NAME, "sector": "fe"}, token=lead),
        server.send("POST", MEMBERS, json.dumps({"name": canary.NAME, "sector": "fe"}).encode()[:-1], token=lead, Content_Type="application/json"),
        server.send("POST", MEMBERS, f'{{"name": "{canary.NAME}", {canary.WORD}}}'.encode(), token=lead, Content_Type="application/json"),
        server.send("POST", "/v1/people", {"name": canary.NAME, "email": canary.EMAIL}, token=central),
        server.send("POST", "/v1/people", {"name": [canary.NAME], "email": {"at": canary.EMAIL}}, token=central),
        server.send("PATCH", planted["href"], {"email": canary.NAME}, token=central, if_match="*"),
        server.send("PATCH", planted["href"], {"email": canary.EMAIL}, token=central, if_match='"99.x"'),
        server.send("POST", "/v1/accounts", {"issuer": "https://login.canary.example", "subject": canary.SUBJECT, "name": "x", "roles": []}, token=central),
        sheet(f"{canary.NAME},{canary.EMAIL},he,2025-01-01\r\n"), sheet(f"{canary.EMAIL},{canary.NAME},{canary.NAME},{canary.NAME}\r\n"),
        sheet(f'"{canary.NAME}'), sheet(f'"{canary.NAME}"{canary.NAME},,,\r\n'), sheet(f",,,,{canary.NAME}\r\n")]
    for answer in answers:
        assert answer.status >= 400 and not canary.shows(answer.body), answer.text
        assert answer.headers["Content-Type"] == "application/problem+json"


def test_the_feed_has_ids_alone(server, central, planted):
    bookmark = server.send("GET", "/v1/changes?start=now", token=central).json["next"]
    assert server.send("PATCH", planted["href"], {"email": canary.EMAIL}, token=central, if_match="*").status == 200
    feed = server.send("GET", f"/v1/changes?cursor={bookmark}", token=central)
    assert feed.status == 200 and not canary.shows(feed.body) and not canary.shows(feed.json["next"])
    assert not canary.shows(server.send("GET", "/v1/changes?format=csv", token=central).body)


def test_in_the_end_it_is_nowhere(cluster, server, central, planted):
    assert cluster.tables_with(canary.WORD) == ["account", "idempotency", "person"]
    assert server.send("POST", planted["href"] + "/erasure", token=central).status == 200
    assert cluster.tables_with(canary.WORD) == []
    for path in (planted["href"], planted["href"] + "/export", planted["member"], MEMBERS, f"/v1/accounts/{planted['account']}"):
        assert not canary.shows(server.send("GET", path, token=central).body), path
    assert not canary.shows(server.log.read_bytes())
