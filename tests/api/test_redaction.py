"""Words that may not stay, over HTTP: an erased person's name in what others wrote, a child's name in an activity."""
import concurrent.futures
import uuid

import canary
import harness
import pytest
from test_operations import ALL, some_path

HUB = "words-hub"
OURS = f"/v1/hubs/{HUB}"
CHILD = "Tommy Wigglesworth"
FROM = {"sources": ["https://www.scipalliance.example/minutes"], "confidence": "high"}
SURNAME = "O'Canary"


@pytest.fixture(scope="module")
def lead(cluster, server, central):
    """Leads the Hub of these tests, which goes with all of its records."""
    def clear():
        cluster.psql(f"SELECT scip.erase(id, now()) FROM scip.person WHERE name ~* '{canary.WORD}'")
        cluster.remove(hub=f"slug = '{HUB}'", redaction="true", group_seat="title IN ('[erased]', 'Words')",
                       correction=f"hub_id = (SELECT id FROM scip.hub WHERE slug = '{HUB}')")
        cluster.psql(f"""
          UPDATE scip.history SET row = NULL WHERE row::text ~* '{canary.WORD}|o.canary|wigglesworth';
          UPDATE scip.idempotency SET body = NULL WHERE body ~* '{canary.WORD}|o.canary|wigglesworth'""")

    clear()
    made = server.send("PUT", OURS, {"name": "Words", "nations": ["GB-ENG"], **FROM}, token=central, If_None_Match="*")
    assert made.status == 201, made.text
    yield cluster.token(server, "hub_lead", hub=HUB)
    clear()


@pytest.fixture
def post(server, lead):
    def post(path, body, token=None, status=201, key=None):
        answer = server.send("POST", path, body, token=token or lead, key=key or uuid.uuid4().hex)
        assert answer.status == status, (path, answer.text)
        return answer.json if answer.body else None
    return post


def mentions(server, central, person):
    answer = server.send("GET", f"/v1/people/{person}/erasure/mentions", token=central)
    assert answer.status == 200, answer.text
    return answer.json["items"]


def decide(server, central, person, mention, decision):
    return server.send("PUT", f"/v1/people/{person}/erasure/mentions/{mention}/decision", {"decision": decision}, token=central, If_None_Match="*").status


def test_an_erased_name_in_what_others_wrote(cluster, server, contract, central, lead, post):
    key = uuid.uuid4().hex
    person = post(OURS + "/members", {"name": canary.NAME, "email": canary.EMAIL, "sector": "he", "from": "2024-09-01"}, key=key)["person"]["id"]
    account = post("/v1/accounts", {"issuer": "https://login.canary.example", "subject": canary.SUBJECT, "name": canary.NAME, "roles": []}, central)
    cluster.psql(f"UPDATE scip.account SET person_id = '{person}' WHERE id = '{account['id']}'", "scip_migrator")
    invitation = post(OURS + "/invitations", {"sector": "he", "name": "ZOE  " + canary.WORD.upper() + " o’canary"})
    seat = post("/v1/groups/board/seats", {"title": canary.NAME, "from": "2024-01-01"}, central)
    meeting = post(OURS + "/meetings", {"title": f"With {canary.NAME}", "starts_at": "2024-10-01T10:00:00Z", "venue": f"Ask {canary.EMAIL} for the room"})
    item = post(meeting["href"] + "/agenda", {"title": "News", "led_by": canary.NAME})
    action = post(meeting["href"] + "/actions", {"text": f"{SURNAME} writes to the school"})
    activity = post(OURS + "/activities", {"kind": "hub_led", "held_on": "2024-06-01", "title": f"Ask {canary.NAME} first"})
    review = post(OURS + "/reviews", {"reviewed_on": "2024-06-01", "note": f"Thanks to {canary.NAME}."})
    other = post(OURS + "/activities", {"kind": "hub_led", "held_on": "2024-06-02", "title": f"A play about {canary.NAME}, who is somebody else"})
    assert server.send("DELETE", activity["href"], token=lead, if_match="*").status == 204  # history has it still
    message = post(OURS + "/messages", {"kind": "question", "title": "Who?", "text": f"Is {canary.NAME} still with you?", "group": "hub-leads-group"})
    resolution = post(meeting["href"] + "/resolutions", {"text": f"To thank {canary.NAME}"})
    quarter = cluster.psql("SELECT scip.quarter('2024-06-01')")
    assert server.send("PUT", f"{OURS}/quarterly-updates/{quarter}/extension", {"open_until": "2999-01-01", "reason": "Late"}, token=central, if_match=None, If_None_Match="*").status == 201
    update = {"href": f"{OURS}/quarterly-updates/{quarter}"}
    assert server.send("PUT", update["href"], {"practice": f"{canary.NAME} showed us how", **dict.fromkeys(("challenges", "ideas", "priorities", "questions", "member_updates"), "None")}, token=lead, If_None_Match="*").status == 201
    assert server.send("POST", update["href"] + "/submission", token=lead).status == 200  # for good
    assert server.send("POST", meeting["href"] + "/held", token=lead).status == 200
    minutes = post(meeting["href"] + "/minutes", {"text": f"1. Welcome\n{canary.NAME} spoke."})
    for step in ("approval", "sharing"):  # what was shared is changed by nobody
        assert server.send("POST", f"{minutes['href']}/{step}", token=lead).status == 200
    figures = server.get("/v1/metric-values?metric=hub_led_activities,professionals,meetings_held&period=2023-24,2024-25").body
    bookmark = server.send("GET", "/v1/changes?start=now", token=central).json["next"]

    assert server.send("GET", f"/v1/people/{person}/erasure/mentions", token=lead).status == 403 and mentions(server, central, person) == []
    assert server.send("POST", f"/v1/people/{person}/erasure?dry_run=true", token=central).status == 200 and mentions(server, central, person) == []
    assert server.send("POST", f"/v1/people/{person}/erasure", token=central).status == 200

    read = lambda record: server.send("GET", record["href"], token=central).json
    assert read(account)["name"] == read(invitation)["name"] == read(seat)["title"] == read(item)["led_by"] == "[erased]"
    assert read(meeting)["venue"] == "Ask [erased] for the room"
    assert cluster.tables_with(canary.EMAIL) == cluster.tables_with(canary.SUBJECT) == []
    export = server.send("GET", f"/v1/people/{person}/export", token=central).json
    assert export["person"]["name"] is None and not any(value for name, value in export.items() if name != "person")
    again = server.send("POST", OURS + "/members", {"name": canary.NAME, "email": canary.EMAIL, "sector": "he", "from": "2024-09-01"}, token=lead, key=key)
    assert harness.problem(again) == (409, "idempotency-answer-erased"), again.text
    cluster.psql("UPDATE scip.idempotency SET created_at = now() - interval '3 days' WHERE status = 410", "scip_migrator")
    cluster.psql("SELECT * FROM scip.retain()", "scip_migrator")
    assert server.send("POST", OURS + "/members", {"name": canary.NAME, "email": canary.EMAIL, "sector": "he", "from": "2024-09-01"}, token=lead, key=key).status == 409

    listed = {(mention["record"], mention["field"]): mention for mention in mentions(server, central, person)}
    assert set(listed) == {(record["href"], field) for record, field in ((meeting, "title"), (activity, "title"), (other, "title"), (review, "note"),
                                                                        (minutes, "text"), (action, "text"), (message, "text"), (resolution, "text"), (update, "practice"))}
    assert [mention["match"] for place, mention in listed.items() if place[0] == action["href"]] == ["surname"]
    assert not listed[activity["href"], "title"]["current"] and listed[minutes["href"], "text"]["current"]
    assert all(SURNAME in mention["excerpt"] for mention in listed.values())
    contested = listed[other["href"], "title"]["id"]
    harness.only_one(*[lambda: server.send("PUT", f"/v1/people/{person}/erasure/mentions/{contested}/decision", {"decision": "kept"}, token=central, If_None_Match="*")] * 3)
    for (record, field), mention in listed.items():
        if mention["id"] == contested:
            continue
        assert decide(server, central, person, mention["id"], "kept" if record == other["href"] else "removed") == 204
    assert decide(server, central, person, listed[other["href"], "title"]["id"], "kept") == 412
    assert decide(server, central, person, listed[other["href"], "title"]["id"], "removed") == 412
    assert decide(server, central, str(uuid.uuid4()), listed[other["href"], "title"]["id"], "kept") == 404
    assert read(minutes)["text"] == "1. Welcome\n[erased] spoke." and read(review)["note"] == "Thanks to [erased]." and read(meeting)["title"] == "With [erased]"
    assert read(update)["practice"] == "[erased] showed us how" and read(message)["text"] == "Is [erased] still with you?" and read(resolution)["text"] == "To thank [erased]"
    assert read(action)["text"] == "[erased] writes to the school"
    assert canary.WORD.title() in read(other)["title"]
    assert cluster.tables_with(canary.WORD) == ["activity", "history"]  # of somebody else
    assert cluster.psql(f"SELECT count(*) FROM scip.history WHERE row::text ILIKE '%{canary.WORD}%' AND record <> '{other['id']}'") == "0"
    decided = mentions(server, central, person)
    assert all(mention["excerpt"] is None and mention["decision"] in ("removed", "kept") for mention in decided)
    feed = server.send("GET", f"/v1/changes?cursor={bookmark}&limit=100", token=central).json["items"]
    assert {(change["href"], change["op"]) for change in feed} >= {(record["href"], "redacted") for record in (seat, invitation, meeting, review, minutes)}
    assert server.get("/v1/metric-values?metric=hub_led_activities,professionals,meetings_held&period=2023-24,2024-25").body == figures
    assert server.send("DELETE", other["href"], token=lead, if_match="*").status == 204
    post("/v1/redactions", {"record": other["href"], "field": "title", "words": canary.NAME, "reason": "Another wish"}, central)
    assert cluster.tables_with(canary.WORD) == []
    callers = [None, central, lead, *(cluster.token(server, role, **of) for role, of in [("hub_member", {"hub": HUB}), ("group_member", {"group": "board"}), ("analyst", {})])]
    for method, template, operation in ALL:
        if method == "GET" and "{asset}" not in template:
            path = some_path(contract, method, template).replace("not-there", HUB)
            for record in {person, account["id"], meeting["id"], minutes["id"]} if "00000000-0000-7000" in path else {""}:
                for token in callers:
                    assert not canary.shows(server.send("GET", path.replace("00000000-0000-7000-8000-000000000000", record), token=token).body), (operation, path)
    assert not canary.shows(server.log.read_bytes())
    redaction = server.send("GET", "/v1/redactions?limit=1", token=central).json["items"][0]
    for path in (f"/v1/people/{person}/erasure/mentions", "/v1/redactions", redaction["href"]):
        answer = server.send("GET", path, token=central)
        assert answer.status == 200 and server.send("GET", path, token=central, If_None_Match=answer.headers["ETag"]).status == 304, path
    for answer in (server.send("GET", path, token=central) for path in (f"/v1/people/{person}/erasure/mentions?format=csv", f"/v1/people/{person}/erasure/mentions?format=ndjson", "/v1/redactions?format=csv", "/v1/redactions?format=ndjson")):
        assert answer.status == 200 and not canary.shows(answer.body)


def test_a_childs_name_is_redacted(cluster, server, central, lead, post):
    key = uuid.uuid4().hex
    body = {"kind": "outreach", "held_on": "2024-06-01", "title": f"Reading with {CHILD} and tommy  WIGGLESWORTH’s class", "description": "Fun", "young_people": 7}
    activity = post(OURS + "/activities", body, key=key)
    figures = server.get("/v1/metric-values?metric=outreach_young_people,member_activities&period=2023-24").body
    assert server.send("PATCH", activity["href"], {"title": f"With {CHILD}, rewritten"}, token=lead, if_match="*").status == 200
    bookmark = server.send("GET", "/v1/changes?start=now", token=lead).json["next"]
    ask = {"record": activity["href"], "field": "title", "words": CHILD.upper(), "reason": f"A child's name: {CHILD}"}
    stranger = cluster.token(server, "hub_lead", hub="scotland-hub")
    send = lambda token, more={}, key=None: server.send("POST", "/v1/redactions", {**ask, **more}, token=token, key=key or uuid.uuid4().hex)
    assert send(stranger).status == 404 and send(lead, {"field": "kind"}).status == 404 and send(lead, {"record": OURS + "/activities/" + str(uuid.uuid4())}).status == 404
    assert send(cluster.token(server, "hub_member", hub=HUB)).status == 403
    assert send(lead, {"words": "Somebody Else"}).status == 422 and send(lead, {"words": "…"}).status == 422
    once = uuid.uuid4().hex
    made = send(lead, key=once)
    assert made.status == 201 and CHILD not in made.text and made.json["reason"] == "A child's name: [redacted]" and made.json["hub"]["slug"] == HUB
    assert send(lead, key=once).json == made.json and send(lead).status == 422  # it is not there any more
    now = server.send("GET", activity["href"], token=lead)
    assert now.json["title"] == "With [redacted], rewritten" and now.json["young_people"] == 7
    assert cluster.tables_with("wigglesworth") == []
    assert server.send("POST", OURS + "/activities", body, token=lead, key=key).status == 409  # the answer that was kept is gone
    assert cluster.psql(f"""SELECT row ->> 'title' FROM scip.history WHERE "table" = 'activity' AND record = '{activity["id"]}' ORDER BY id LIMIT 1""") == \
        "Reading with [redacted] and [redacted]’s class"
    ops = [change["op"] for change in server.send("GET", f"/v1/changes?cursor={bookmark}", token=lead).json["items"] if change["href"] == activity["href"]]
    assert ops == ["redacted"]
    assert server.get("/v1/metric-values?metric=outreach_young_people,member_activities&period=2023-24").body == figures
    assert cluster.psql(f"SELECT operation FROM scip.audit WHERE \"table\" = 'redaction' AND record = '{made.json['id']}'") == "addRedaction"
    assert made.json["id"] in server.send("GET", "/v1/redactions", token=lead).text and made.json["id"] not in server.send("GET", "/v1/redactions", token=stranger).text
    assert server.send("GET", made.json["href"], token=stranger).status == 404 and server.send("GET", made.headers["Location"], token=lead).json == made.json
    assert b"igglesworth" not in server.log.read_bytes().lower()


def test_what_was_removed_is_redacted_too(cluster, server, central, lead, post):
    activity = post(OURS + "/activities", {"kind": "hub_led", "held_on": "2024-06-01", "title": f"{CHILD}"})
    assert server.send("DELETE", activity["href"], token=lead, if_match="*").status == 204
    assert cluster.tables_with("wigglesworth") == ["history", "idempotency"]
    assert server.send("POST", "/v1/redactions", {"record": activity["href"], "field": "title", "words": CHILD, "reason": "A child"}, token=central).status == 201
    assert cluster.tables_with("wigglesworth") == []


@pytest.mark.parametrize("part, field", [("agenda", "title"), ("resolutions", "text"), ("actions", "text")])
def test_parts_have_addresses(cluster, server, lead, post, part, field):
    meeting = post(OURS + "/meetings", {"title": "Summer", "starts_at": "2024-06-01T10:00:00Z"})
    one = post(f"{meeting['href']}/{part}", {field: f"About {CHILD}"})
    post("/v1/redactions", {"record": one["href"], "field": field, "words": CHILD, "reason": "A child"})
    assert server.send("GET", one["href"], token=lead).json[field] == "About [redacted]" and cluster.tables_with("wigglesworth") == []


def test_the_record_may_not_be_without_them(server, lead, central):
    """An address is a rule of its own: words are not taken out of it by half."""
    ask = {"record": "/v1/hubs/" + HUB, "field": "page_url", "words": "https", "reason": "Try"}
    assert server.send("PATCH", OURS, {"page_url": "https://words.example/"}, token=central, if_match="*").status == 200
    refused = server.send("POST", "/v1/redactions", ask, token=central)
    assert harness.problem(refused) == (409, "value-required"), refused.text


def test_an_erasure_waits_for_who_writes(cluster, server, central, lead, post):
    """Members, minutes and corrections of the same person at the same time: none of them brings the name back unseen."""
    for round_ in range(6):
        person = post("/v1/people", {"name": canary.NAME, "email": f"{round_}.{canary.EMAIL}"}, central)
        meeting = post(OURS + "/meetings", {"title": "Race", "starts_at": "2024-10-01T10:00:00Z"})
        writes = [lambda: server.send("POST", OURS + "/members", {"person": person["id"], "sector": "he", "from": "2024-09-01"}, token=lead, key=uuid.uuid4().hex),
                  lambda: server.send("PATCH", person["href"], {"email": f"x.{canary.EMAIL}"}, token=central, if_match="*"),
                  lambda: server.send("POST", meeting["href"] + "/agenda", {"title": "x", "led_by": canary.NAME}, token=lead, key=uuid.uuid4().hex),
                  lambda: server.send("POST", person["href"] + "/erasure", token=central)]
        with concurrent.futures.ThreadPoolExecutor(4) as pool:
            answers = [job.result() for job in [pool.submit(write) for write in writes[round_ % 4:] + writes[:round_ % 4]]]
        assert all(answer.status < 500 for answer in answers), [(answer.status, answer.text) for answer in answers]
        assert "person" not in cluster.tables_with(canary.WORD)
        written = lambda table, record: f"(SELECT max(id) FROM scip.audit WHERE \"table\" = '{table}' AND record = {record})"
        assert cluster.psql(f"""SELECT count(*) FROM scip.agenda_item i WHERE meeting_id = '{meeting["id"]}' AND led_by ILIKE '%{canary.WORD}%'
            AND {written("agenda_item", "i.id::text")} < {written("person", repr(person["id"]))}""") == "0", "was written before the erasure and not found"
        cluster.psql(f"""UPDATE scip.agenda_item SET led_by = NULL WHERE meeting_id = '{meeting["id"]}'; UPDATE scip.idempotency SET body = NULL;
                         UPDATE scip.history SET row = row - 'led_by' WHERE "table" = 'agenda_item'""", "scip_migrator")


def test_an_erasure_finds_what_was_about_to_be_committed(cluster, server, central, post):
    person = post("/v1/people", {"name": canary.NAME, "email": canary.EMAIL}, central)
    meeting = post(OURS + "/meetings", {"title": "Slow", "starts_at": "2024-10-01T10:00:00Z"})
    client, _ = cluster.client("central")
    writer = harness.Psql(cluster.url("scip_central"))
    writer.process.stdin.write(f"""BEGIN; SELECT ctx.enter('self', '{client}', 'x', extract(epoch FROM now())::bigint + 9, NULL, 'x', 'addAgendaItem', '{{central}}');
        INSERT INTO scip.agenda_item (id, meeting_id, title, led_by, ordinal) VALUES (gen_random_uuid(), '{meeting["id"]}', 'x', '{canary.NAME.replace("'", "''")}', 9);\n\\echo written\n""")
    writer.process.stdin.flush()
    assert "written" in [writer.process.stdout.readline().strip() for _ in range(2)]
    with concurrent.futures.ThreadPoolExecutor(1) as pool:
        erasure = pool.submit(lambda: server.send("POST", person["href"] + "/erasure", token=central))
        assert concurrent.futures.wait([erasure], 0.5).not_done
        assert writer.run("COMMIT")[1] is None
        assert erasure.result().status == 200
    writer.close()
    assert cluster.psql(f"SELECT led_by FROM scip.agenda_item WHERE meeting_id = '{meeting['id']}'") == "[erased]" and cluster.tables_with(canary.WORD) == []
