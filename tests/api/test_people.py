"""The rights of the people in the records: who reads a name, that it is written down, correction, restriction, export, erasure."""
import json
import threading
import time
import uuid

import harness
from harness import get, link, only_one, patch, post, problem
import pytest

FROM = {"sources": ["https://www.scipalliance.example/minutes"], "confidence": "high"}
HUB, OTHER = "people-hub", "people-other"
MEMBERS = f"/v1/hubs/{HUB}/members"
SELF = {"grant_type": "client_credentials"}


@pytest.fixture(scope="module", autouse=True)
def hubs(cluster, server):
    def clear():
        cluster.psql("""
          CREATE TEMP TABLE mine AS SELECT id FROM scip.hub WHERE slug LIKE 'people-%';
          CREATE TEMP TABLE who AS SELECT DISTINCT person_id AS id FROM scip.hub_membership WHERE hub_id IN (TABLE mine);
          INSERT INTO who SELECT id FROM scip.person WHERE email LIKE '%@people.example';
          DELETE FROM scip.action WHERE meeting_id IN (SELECT id FROM scip.meeting WHERE hub_id IN (TABLE mine));
          DELETE FROM scip.attendance WHERE meeting_id IN (SELECT id FROM scip.meeting WHERE hub_id IN (TABLE mine));
          DELETE FROM scip.meeting WHERE hub_id IN (TABLE mine);
          DELETE FROM scip.hub_membership WHERE hub_id IN (TABLE mine);
          DELETE FROM scip.group_seat WHERE person_id IN (TABLE who);
          DELETE FROM scip.account_role WHERE hub_id IN (TABLE mine);
          UPDATE scip.account SET person_id = NULL WHERE person_id IN (TABLE who);
          DELETE FROM scip.person WHERE id IN (TABLE who);
          DELETE FROM scip.hub_status WHERE hub_id IN (TABLE mine);
          DELETE FROM scip.hub WHERE id IN (TABLE mine);""")
    clear()
    central = cluster.token(server, "central")
    for slug in (HUB, OTHER):
        made = server.send("PUT", f"/v1/hubs/{slug}", {"name": slug.title(), "nations": ["GB-ENG"], **FROM}, token=central, If_None_Match="*")
        assert made.status == 201, made.text
    yield
    clear()


@pytest.fixture
def member(server, lead):
    """Somebody new in the Hub."""
    made = server.send("POST", MEMBERS, {"name": f"Person {uuid.uuid4().hex[:6]}", "email": f"{uuid.uuid4().hex}@people.example", "sector": "he",
                                         "from": "2024-09-01"}, token=lead)
    assert made.status == 201, made.text
    return {**made.json, "person": made.json["person"]["id"], "person_href": made.json["person"]["href"]}


def account_of(cluster, server, person, role="hub_member", **subject):
    """A token of the person's own account."""
    name, secret = cluster.client(role, **(subject or {"hub": HUB}))
    cluster.psql(f"UPDATE scip.account SET person_id = '{person}' WHERE subject = '{name}'")
    return server.form("/oauth/token", SELF, (name, secret)).json["access_token"]


def test_who_reads_a_name(cluster, server, central, lead, neighbour, member):
    href = member["person_href"]
    own = account_of(cluster, server, member["person"])
    for token in (central, lead, own):
        answer = get(server, token, href)
        assert answer.status == 200 and (answer.json["name"], answer.json["email"]) == (member["name"], member["email"])
        assert answer.headers["Cache-Control"] == "private, no-store"
    assert get(server, neighbour, href).status == 404 and server.get(href).status == 401
    other_member = cluster.token(server, "hub_member", hub=HUB)
    assert get(server, other_member, href).status == 404  # a member of the Hub is not its lead
    # who was a member stays known to the Hub that it was in
    assert patch(server, lead, member["href"], {"to": "2024-12-31"}).status == 200
    assert get(server, lead, href).json["name"] == member["name"]
    # members of a group know each other
    fellow, board = (cluster.token(server, "group_member", group=group) for group in ("practice-group", "board"))
    cluster.psql(f"""INSERT INTO scip.group_seat (group_id, title, person_id, starts)
                     SELECT id, 'Seat', '{member['person']}', '2024-01-01' FROM scip.alliance_group WHERE slug = 'practice-group'""")
    assert get(server, fellow, href).json["name"] == member["name"] and get(server, board, href).status == 404


def test_reads_are_written_down(cluster, server, central, lead, neighbour, member):
    reads = lambda: cluster.psql(f"SELECT operation, count(*) FROM scip.personal_read WHERE person_id = '{member['person']}' GROUP BY 1 ORDER BY 1").split("\n")
    assert reads() == ["addHubMember|1"]
    assert get(server, lead, member["person_href"], X_Request_Id="a-read-of-a-name").status == 200
    assert get(server, central, MEMBERS).status == 200 and get(server, central, f"/v1/people?hub={HUB}").status == 200
    get(server, neighbour, member["person_href"])
    assert reads() == ["addHubMember|1", "getPerson|1", "listHubMembers|1", "listPeople|1"]
    assert cluster.psql(f"SELECT count(*) FROM scip.personal_read WHERE request = 'a-read-of-a-name' AND person_id = '{member['person']}' AND account_id IS NOT NULL") == "1"
    # a page notes reads of those whom it shows (and of the first one of the next page, which it looks at)
    before = int(cluster.psql("SELECT coalesce(max(id), 0) FROM scip.personal_read"))
    assert len(get(server, central, "/v1/people?limit=1").json["items"]) == 1
    assert int(cluster.psql(f"SELECT count(*) FROM scip.personal_read WHERE id > {before}")) <= 2


def test_adding_people(server, central, lead, neighbour, cluster):
    address = f"{uuid.uuid4().hex}@people.example"
    made = post(server, lead, "/v1/people", {"name": "Ada Person", "email": address}, key=uuid.uuid4().hex)
    assert made.status == 201 and made.headers["Location"] == made.json["href"] and made.json["name"] == "Ada Person"
    assert get(server, lead, made.json["href"]).json == made.json and get(server, neighbour, made.json["href"]).status == 404
    assert patch(server, lead, made.json["href"], {"name": "Ada Q. Person"}).json["name"] == "Ada Q. Person"
    assert problem(post(server, lead, "/v1/people", {"name": "ADA Q. person", "email": address.upper()})) == (409, "person-exists")
    assert post(server, neighbour, "/v1/people", {"name": "Ada Q. Person", "email": address}).status == 201  # whom the caller does not know is not shown
    assert post(server, central, "/v1/people", {"name": " "}).status == 422
    assert post(server, central, "/v1/people", {"name": "X", "email": "x"}).status == post(server, central, "/v1/people", {"email": address}).status == 400
    # once placed elsewhere it is that Hub's lead who knows the person
    placed = server.send("POST", f"/v1/hubs/{OTHER}/members", {"person": made.json["id"], "sector": "he"}, token=central)
    assert placed.status == 201
    assert get(server, lead, made.json["href"]).status == 404 and get(server, neighbour, made.json["href"]).status == 200


def test_listing_people(server, central, lead, neighbour, member):
    everywhere = get(server, central, f"/v1/people?hub={HUB}&format=ndjson").text.splitlines()
    assert member["person"] in {json.loads(line)["id"] for line in everywhere}
    assert member["person"] in {item["id"] for item in get(server, lead, "/v1/people?limit=200").json["items"]}
    assert member["person"] not in {item["id"] for item in get(server, neighbour, "/v1/people?limit=200").json["items"]}
    page = get(server, central, "/v1/people?limit=1")
    assert page.json["next"] and get(server, central, f"/v1/people?limit=1&cursor={page.json['next']}").json["items"][0]["id"] > page.json["items"][0]["id"]
    assert not {"@", member["name"]} & set(page.json["next"])


def test_correction(cluster, server, central, lead, neighbour, member):
    href, own = member["person_href"], account_of(cluster, server, member["person"])
    read = get(server, own, href)
    changed = patch(server, own, href, {"name": "Corrected Name"}, if_match=read.headers["ETag"])
    assert changed.status == 200 and (changed.json["name"], changed.json["email"]) == ("Corrected Name", member["email"])
    assert patch(server, own, href, {"email": None}, if_match=read.headers["ETag"]).status == 412
    assert patch(server, lead, href, {"email": None}).json["email"] is None
    both = patch(server, central, href, {"name": "Newer Name", "email": member["email"]}).json
    assert (both["name"], both["email"]) == ("Newer Name", member["email"])
    assert patch(server, lead, href, {"name": " "}).status == 422 and patch(server, lead, href, {}).status == 400
    assert patch(server, lead, href, {"restricted": True}).status == 400
    assert patch(server, neighbour, href, {"name": "X"}).status == 404
    assert patch(server, lead, f"/v1/people/{uuid.uuid4()}", {"name": "X"}).status == 404
    # who has left is another's to correct
    assert patch(server, lead, member["href"], {"to": "2024-12-31"}).status == 200
    assert patch(server, lead, href, {"name": "X"}).status == 403
    # nothing of it is in what was written down
    for table in ("history", "audit", "change"):
        assert cluster.psql(f"SELECT count(*) FROM scip.{table} r WHERE r::text LIKE '%Corrected Name%' OR r::text LIKE '%{member['email']}%'") == "0"


def test_whose_account(cluster, server, central, lead, member):
    """The central team says whose an account is; from then on it sees itself."""
    name, secret = cluster.client("hub_member", hub=HUB)
    token = server.form("/oauth/token", SELF, (name, secret)).json["access_token"]
    me = get(server, token, "/v1/me").json
    assert me["person"] is None and get(server, token, member["person_href"]).status == 404
    href = f"/v1/accounts/{me['id']}"
    assert patch(server, central, href, {"person": member["person"]}).json["person"] == get(server, token, "/v1/me").json["person"] == link("people", member["person"])
    assert get(server, token, member["person_href"]).json["name"] == member["name"]
    assert problem(patch(server, central, href, {"person": str(uuid.uuid4())})) == (422, "reference-not-found")
    assert patch(server, central, href, {"name": "Unchanged"}).json["person"]["id"] == member["person"]
    assert patch(server, central, href, {"person": None}).json["person"] is None and get(server, token, member["person_href"]).status == 404
    made = post(server, central, "/v1/accounts", {"issuer": "https://login.people.example", "subject": uuid.uuid4().hex, "name": "A member",
                                                  "roles": [{"role": "hub_member", "hub": HUB}], "person": member["person"]})
    assert made.status == 201 and made.json["person"] == link("people", member["person"])
    assert server.send("DELETE", made.json["href"], token=central, if_match="*").status == 204


def test_restriction(cluster, server, central, lead, member):
    href, own = member["person_href"], account_of(cluster, server, member["person"])
    answer = server.send("PUT", href + "/restriction", token=central, if_match="*")
    assert answer.status == 200 and answer.json["restricted"] and answer.json["name"] == member["name"]
    assert server.send("PUT", href + "/restriction", token=central, if_match="*").json == answer.json
    assert server.send("PUT", href + "/restriction", token=central, if_match='"7.x"').status == 412
    for token in (lead, own):
        assert (get(server, token, href).json["name"], get(server, token, href).json["email"]) == (None, None)
        assert patch(server, token, href, {"name": "X"}).status == 403
    assert [item["name"] for item in get(server, lead, MEMBERS).json["items"] if item["person"]["id"] == member["person"]] == [None]
    assert member["person"] in {item["id"] for item in get(server, central, "/v1/people?restricted=true&limit=200").json["items"]}
    assert get(server, own, href + "/export").json["person"]["name"] == member["name"]  # one's own stays one's own to ask for
    assert server.send("DELETE", href + "/restriction", token=central).status == 204
    assert get(server, lead, href).json["name"] == member["name"]
    known = get(server, central, href)
    place, _ = only_one(lambda: server.send("PUT", href + "/restriction", token=central, if_match=known.headers["ETag"]),
                        *[lambda name=name: patch(server, central, href, {"name": name}, if_match=known.headers["ETag"]) for name in ("One", "Two")])
    left = get(server, central, href).json
    assert (left["restricted"], left["name"]) == ((True, known.json["name"]), (False, "One"), (False, "Two"))[place]
    nobody = f"/v1/people/{uuid.uuid4()}/restriction"
    assert server.send("PUT", nobody, token=central, if_match="*").status == server.send("DELETE", nobody, token=central).status == 404


def test_export(cluster, server, central, lead, neighbour, member):
    href, own = member["person_href"], account_of(cluster, server, member["person"])
    cluster.psql(f"""WITH meeting AS (INSERT INTO scip.meeting (hub_id, title, starts_at) SELECT id, 'Autumn', '2024-10-01T10:00Z' FROM scip.hub WHERE slug = '{HUB}'
                       RETURNING id),
                     there AS (INSERT INTO scip.attendance (meeting_id, person_id, status) SELECT id, '{member['person']}', 'apologies' FROM meeting)
                     INSERT INTO scip.action (meeting_id, text, owner_id) SELECT id, 'Write to schools', '{member['person']}' FROM meeting""")
    held = get(server, own, href + "/export")
    assert held.status == 200 and held.headers["Cache-Control"] == "private, no-store"
    held = held.json
    assert (held["person"]["name"], held["person"]["email"]) == (member["name"], member["email"])
    assert [(row["hub"], row["sector"], row["from"]) for row in held["memberships"]] == [(HUB, "he", "2024-09-01")]
    assert [(row["title"], row["starts_on"], row["status"]) for row in held["attendance"]] == [("Autumn", "2024-10-01", "apologies")]
    assert [row["text"] for row in held["actions"]] == ["Write to schools"]
    assert [role["role"] for row in held["accounts"] for role in row["roles"]] == ["hub_member"]
    assert [row["operation"] for row in held["reads"]] == ["addHubMember", "exportPerson"]
    assert get(server, central, href + "/export").json["person"] == held["person"]
    for token in (lead, neighbour):
        assert get(server, token, href + "/export").status == 404
    assert get(server, central, f"/v1/people/{uuid.uuid4()}/export").status == 404


def test_erasure(cluster, server, central, lead, member):
    name, email, person, href = member["name"], member["email"], member["person"], member["person_href"]
    subject, secret = cluster.client("hub_member", hub=HUB, label="A member")
    cluster.psql(f"UPDATE scip.account SET person_id = '{person}' WHERE subject = '{subject}'")
    own = server.form("/oauth/token", SELF, (subject, secret)).json["access_token"]
    # answers that were kept: of adding, of an import, of what its account did, of another member
    twin = post(server, lead, MEMBERS, {"person": person, "sector": "fe", "from": "2023-09-01", "to": "2024-08-31"}, key="twin-" + person)
    assert twin.status == 201 and twin.json["name"] == name
    assert post(server, lead, "/v1/people", {"name": "Somebody Else", "email": f"{uuid.uuid4().hex}@people.example"}, key="else-" + person).status == 201
    assert patch(server, own, href, {"email": email}).status == 200
    assert cluster.tables_with(name, email) == ["idempotency", "person"]
    count = lambda: [cluster.psql(f"SELECT count(DISTINCT person_id), count(*) FROM scip.hub_membership WHERE hub_id = (SELECT id FROM scip.hub WHERE slug = '{HUB}')"),
                     get(server, lead, f"/v1/hubs/{HUB}/quorum").json, len(get(server, lead, MEMBERS + "?format=ndjson").text.splitlines())]
    before = count()

    tried = post(server, central, href + "/erasure?dry_run=true")
    assert tried.status == 200 and tried.json["name"] is None and get(server, central, href).json["name"] == name
    done = post(server, central, href + "/erasure")
    assert done.status == 200 and (done.json["name"], done.json["email"]) == (None, None) and done.json["erased_at"]

    assert cluster.tables_with(name, email, subject) == []
    assert count() == before
    assert get(server, own, "/v1/me").status == 401  # the account is closed
    assert server.form("/oauth/token", SELF, (subject, secret)).status == 401
    assert [item["name"] for item in get(server, lead, MEMBERS).json["items"] if item["person"]["id"] == person] == [None, None]
    assert get(server, central, href + "/export").json["person"]["name"] is None
    assert problem(patch(server, central, href, {"name": "Back Again"})) == (409, "person-erased")
    assert problem(post(server, lead, MEMBERS, {"person": person, "sector": "he", "from": "2030-01-01"})) == (422, "reference-not-found")
    # the kept answer is gone, that of others is not
    assert problem(post(server, lead, MEMBERS, {"person": person, "sector": "fe", "from": "2023-09-01", "to": "2024-08-31"}, key="twin-" + person)) == (409, "idempotency-answer-erased")
    assert cluster.psql(f"SELECT count(*) FROM scip.idempotency WHERE key = 'else-{person}'") == "1"
    assert post(server, central, href + "/erasure").json == done.json  # again: nothing happens
    assert person in {item["person"]["id"] for item in json_lines(get(server, central, "/v1/erasures?format=ndjson"))}
    page = get(server, central, "/v1/erasures?limit=1").json
    assert set(page["items"][0]) == {"person", "erased_at", "updated_at"}
    assert post(server, central, f"/v1/people/{uuid.uuid4()}/erasure").status == 404
    key = uuid.uuid4().hex
    assert post(server, central, href + "/erasure", key=key).status == post(server, central, href + "/erasure", key=key).status == 200
    assert post(server, central, f"/v1/people/{uuid.uuid4()}/erasure", key=key).status == 422
    with harness.claimed(cluster, "erasePerson", key := uuid.uuid4().hex):
        assert problem(post(server, central, href + "/erasure", key=key)) == (409, "idempotency-key-in-progress")
    for path in ("/v1/erasures", "/v1/people", href):
        assert get(server, central, path, If_None_Match=get(server, central, path).headers["ETag"]).status == 304, path
    assert get(server, central, "/v1/erasures?format=csv").text.startswith("person,erased_at,updated_at\r\n")
    assert get(server, central, f"/v1/people?hub={HUB}&format=csv").text.startswith("id,name,email,")


def json_lines(answer):
    return [json.loads(line) for line in answer.text.splitlines()]


def test_an_answer_that_is_being_kept(cluster, server, central, lead, member):
    """The name is erased while a request that read it is about to keep its answer: it stands nowhere, whichever is first."""
    person, name = member["person"], member["name"]
    results = []

    def add(number):
        day = f"20{10 + number}-01-01"
        results.append(post(server, lead, MEMBERS, {"person": person, "sector": "fe", "from": day, "to": day}, key=f"racing-{number}-{person}").status)

    threads = [threading.Thread(target=add, args=(number,)) for number in range(12)]
    for thread in threads:
        thread.start()
    time.sleep(0.01)
    assert post(server, central, member["person_href"] + "/erasure").status == 200
    for thread in threads:
        thread.join()
    assert set(results) <= {201, 422, 503}
    assert cluster.tables_with(name) == []
