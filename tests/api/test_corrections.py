"""A careful registrar corrects what was settled by mistake: with a reason that stays, and with figures that follow."""
import datetime
import threading
import uuid
from collections import Counter
from urllib.parse import quote
from zoneinfo import ZoneInfo

import pytest
from harness import get, patch, post, problem

LONDON = ZoneInfo("Europe/London")
FROM = {"sources": ["https://www.scipalliance.example/minutes"], "confidence": "high"}
HUB = "/v1/hubs/corrected-hub"
LED = {"leads": [{"organisation": "university-of-winchester", "from": "2018-05-14"}]}


def day(days=0):
    return (datetime.datetime.now(LONDON).date() + datetime.timedelta(days)).isoformat()


def at(days=0, hour=12):
    date = datetime.datetime.now(LONDON).date() + datetime.timedelta(days)
    return datetime.datetime.combine(date, datetime.time(hour), LONDON).astimezone(datetime.timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ")


def this_year():
    """The calendar year of yesterday, in which the meeting is."""
    return day(-1)[:4]


@pytest.fixture(scope="module", autouse=True)
def nothing_stays(cluster, server):
    def clear():
        mine = "SELECT id FROM scip.hub WHERE slug LIKE 'corrected-%'"
        cluster.remove(
            person=f"""id IN (SELECT person_id FROM scip.hub_membership WHERE hub_id IN ({mine}) UNION
                              SELECT person_id FROM scip.booking b JOIN scip.training_session s ON s.id = b.session_id WHERE s.hub_id IN ({mine}))""",
            training_session=f"hub_id IN ({mine})", course="slug = 'corrected-course'", message="title LIKE 'Corrected%'", correction="true",
            event="slug LIKE 'corrected-%'", hub=f"id IN ({mine})")

    clear()
    yield
    clear()


@pytest.fixture(scope="module")
def hub(server, central):
    made = server.send("PUT", HUB, {"name": "Corrected Hub", "nations": ["GB-SCT"], "status": "active", "status_from": "2018-05-14", **LED, **FROM}, token=central, If_None_Match="*")
    assert made.status == 201, made.text
    other = server.send("PUT", "/v1/hubs/corrected-other", {"name": "Other Hub", "nations": ["GB-SCT"], **FROM}, token=central, If_None_Match="*")
    assert other.status == 201, other.text


@pytest.fixture(scope="module")
def lead(cluster, server, hub):
    return cluster.token(server, "hub_lead", hub="corrected-hub")


@pytest.fixture(scope="module")
def others(cluster, server, hub):
    """Who may not: another Hub's lead, a member of the Hub, a partner."""
    return [cluster.token(server, "hub_lead", hub="corrected-other"), cluster.token(server, "hub_member", hub="corrected-hub"),
            cluster.token(server, "partner", organisation="university-of-winchester")]


def delete(server, token, path, reason="Made by mistake", if_match="*", **options):
    return server.send("DELETE", path + (f"?reason={quote(reason)}" if reason is not None else ""), token=token, if_match=if_match, **options)


def kept(server, token, record):
    return [(row["operation"], row["reason"]) for row in get(server, token, f"/v1/corrections?record={quote(record)}").json["items"]]


def together(*calls):
    answers, gate = [None] * len(calls), threading.Barrier(len(calls))

    def one(index):
        gate.wait()
        answers[index] = calls[index]()
    threads = [threading.Thread(target=one, args=(index,)) for index in range(len(calls))]
    [thread.start() for thread in threads], [thread.join() for thread in threads]
    return answers


@pytest.fixture
def held(server, lead):
    """A meeting of yesterday that was marked as held, with a guest."""
    meeting = post(server, lead, HUB + "/meetings", {"title": "Autumn meeting", "starts_at": at(-1)}).json["href"]
    assert post(server, lead, meeting + "/held", {"guests": 1}).status == 200
    return meeting


def test_a_meeting_marked_as_held_by_mistake(server, lead, central, others, held):
    in_health = lambda: next(rule for rule in get(server, lead, f"{HUB}/health").json["rules"] if rule["rule"] == "two_meetings")["evidence"]["held"]
    counted = in_health()
    for body in ({}, {"reason": ""}, {"reason": " "}, {"reason": 7}, {"reason": "x" * 2001}):
        assert post(server, lead, held + "/reopening", body).status == 400, body
    assert post(server, lead, held + "/reopening", "x", Content_Type="text/plain").status == 415
    assert [post(server, token, held + "/reopening", {"reason": "x"}).status for token in others] == [404, 403, 403]
    tried = post(server, lead, held + "/reopening?dry_run=true", {"reason": "A dry run"})
    assert tried.json["status"] == "planned" and get(server, lead, held).json["status"] == "held" and kept(server, lead, held) == []
    again = post(server, lead, held + "/reopening", {"reason": "It was another Hub's meeting"}, key="reopen")
    assert (again.status, again.json["status"], again.json["guests"]) == (200, "planned", None), again.text
    assert post(server, lead, held + "/reopening", {"reason": "It was another Hub's meeting"}, key="reopen").body == again.body
    assert problem(post(server, lead, held + "/reopening", {"reason": "Another"}, key="reopen")) == (422, "idempotency-key-reused")
    assert in_health() == counted - 1
    assert problem(post(server, lead, held + "/reopening", {"reason": "Twice"})) == (409, "meeting-not-held")
    assert kept(server, lead, held) == [("reopenMeeting", "It was another Hub's meeting")], "once, and nothing of what was refused"
    assert kept(server, central, held) == kept(server, others[1], held) != [] == kept(server, others[0], held)
    assert get(server, others[2], "/v1/corrections").status == 403 and server.get("/v1/corrections").status == 401
    explanation = f"/v1/metrics/meetings_held/explanation?period={this_year()}&hub=corrected-hub"
    explained = get(server, lead, explanation).json
    assert [(row["record"], row["reason"]) for row in explained["corrections"] if row["record"] == held] == [(held, "It was another Hub's meeting")]
    assert held not in explained["records"] and {"reason": "not recorded as held", "rows": 1} in explained["rows_excluded"]
    assert get(server, None, explanation).json["corrections"] is None and get(server, others[0], explanation).json["corrections"] is None
    # Now it can be what it is: moved, cancelled, gone.
    assert patch(server, lead, held, {"starts_at": at(7)}).status == 200
    assert post(server, lead, held + "/cancellation").json["status"] == "cancelled"
    assert post(server, lead, held + "/reopening", {"reason": "It takes place after all"}).json["status"] == "planned"
    assert delete(server, lead, held, reason=None).status == 204
    assert len(kept(server, lead, held)) == 2, "the reasons outlive the record"


def test_a_meeting_reopened_by_many_at_once(server, lead, held):
    answers = together(*[lambda n=n: post(server, lead, held + "/reopening", {"reason": f"Reason {n}"}) for n in range(8)])
    assert Counter(answer.status for answer in answers) == {200: 1, 409: 7}
    assert len(kept(server, lead, held)) == 1


def test_a_meeting_on_the_wrong_day(server, lead, held):
    people = [post(server, lead, HUB + "/members", {"name": name, "sector": "he", "from": start}).json["person"]["id"]
              for name, start in (("Ann Example", day(-400)), ("Ben Example", day(-5)))]
    for person in people:
        answer = server.send("PUT", f"{held}/attendance/{person}", {"status": "present"}, token=lead, if_match="*")
        assert answer.status in (200, 201), answer.text
    tag = get(server, lead, held).headers["ETag"]
    assert problem(patch(server, lead, held, {"starts_at": at(-3)})) == (409, "meeting-not-planned")
    assert problem(patch(server, lead, held, {"starts_at": at(3), "reason": "x"})) == (409, "meeting-not-yet-held")
    assert problem(patch(server, lead, held, {"starts_at": at(-30), "reason": "x"})) == (409, "attendance-breaks-membership")
    assert patch(server, lead, held, {"starts_at": at(-3), "reason": "x"}, '"1.x"').status == 412
    assert kept(server, lead, held) == []
    moved = patch(server, lead, held, {"starts_at": at(-3), "reason": "The minutes say Tuesday"}, tag)
    assert moved.status == 200 and (moved.json["starts_on"], moved.json["status"], moved.json["guests"]) == (day(-3), "held", 1), moved.text
    assert kept(server, lead, held) == [("patchMeeting", "The minutes say Tuesday")]
    assert len(get(server, lead, held + "/attendance").json["items"]) == 2


def test_an_event_marked_by_mistake(server, lead, central, others):
    path = "/v1/events/corrected-event"
    assert server.send("PUT", path, {"title": "Festival", "kind": "conference", "hub": "corrected-hub", "starts_on": day(-2), **FROM}, token=lead, If_None_Match="*").status == 201
    assert post(server, lead, path + "/publication").status == 200
    for step, body in (("held", {"attendance": 40}), ("cancellation", {"reason": "Rain"})):
        assert post(server, lead, f"{path}/{step}", body).status == 200
        assert post(server, lead, path + "/reopening", {}).status == 400
        assert [post(server, token, path + "/reopening", {"reason": "x"}).status for token in others] == [403, 403, 403]
        again = post(server, lead, path + "/reopening", {"reason": f"No {step}"}, key=f"event-{step}")
        assert problem(post(server, lead, path + "/reopening", {"reason": "Another"}, key=f"event-{step}")) == (422, "idempotency-key-reused")
        assert (again.status, again.json["status"], again.json["attendance"]) == (200, "published", None), again.text
        assert problem(post(server, lead, path + "/reopening", {"reason": "Twice"})) == (409, "event-transition")
    assert [reason for _, reason in kept(server, lead, path)] == ["No cancellation", "No held"]
    feed = get(server, None, "/v1/events?format=ics&hub=corrected-hub").text.replace("\r\n ", "")
    assert "STATUS:CONFIRMED" in feed and "Rain" not in feed
    assert post(server, central, "/v1/events/corrected-nowhere/reopening", {"reason": "x"}).status == 404


def test_a_session_marked_as_held_by_mistake(server, lead, central, others, cluster):
    assert server.send("PUT", "/v1/training/courses/corrected-course", {"name": "A course", **FROM}, token=central, If_None_Match="*").status == 201
    made = post(server, lead, "/v1/training/sessions", {"course": "corrected-course", "hub": "corrected-hub", "starts_at": at(-1, 10), "ends_at": at(-1, 12), "capacity": 5, "online": True})
    assert made.status == 201, made.text
    path = f"/v1/training/sessions/{made.json['id']}"
    for step in ("publication", "held"):
        assert post(server, lead, f"{path}/{step}").status == 200
    assert [post(server, token, path + "/reopening", {"reason": "x"}).status for token in others] == [403, 403, 403]
    assert post(server, lead, f"/v1/training/sessions/{uuid.uuid4()}/reopening", {"reason": "x"}).status == 404
    again = post(server, lead, path + "/reopening", {"reason": "Nobody came"}, key="session-reopened")
    assert problem(post(server, lead, path + "/reopening", {"reason": "Another"}, key="session-reopened")) == (422, "idempotency-key-reused")
    assert (again.status, again.json["status"]) == (200, "published"), again.text
    assert problem(post(server, lead, path + "/reopening", {"reason": "Twice"})) == (409, "session-not-held")
    assert kept(server, lead, path) == [("reopenTrainingSession", "Nobody came")]
    assert post(server, lead, path + "/cancellation").status == 200
    assert problem(post(server, lead, path + "/reopening", {"reason": "After all"}))[0] == 409, "its places were given back"


def test_a_message_sent_by_mistake(server, lead, central, others, cluster):
    member = cluster.token(server, "group_member", group="hub-leads-group")
    sent = post(server, central, "/v1/messages", {"title": "Corrected news", "text": "To the wrong list"}).json["href"]
    assert delete(server, central, sent, reason=None).status == 400
    assert [delete(server, token, sent).status for token in (lead, member)] == [403, 403]
    assert delete(server, central, sent, if_match='"7.x"').status == 412
    assert server.send("DELETE", sent + "?reason=x", token=central).status == 428
    assert delete(server, central, sent).status == 204
    assert get(server, lead, sent).status == delete(server, central, sent).status == 404
    assert kept(server, central, sent) == [("deleteMessage", "Made by mistake")]
    # What a Hub has passed on, or a group answered, stays.
    sent = post(server, central, "/v1/messages", {"title": "Corrected twice", "text": "To all"}).json["href"]
    assert server.send("PUT", f"{HUB}/relays/{sent.split('/')[-1]}", {"relayed_on": day()}, token=lead, If_None_Match="*").status in (200, 201)
    assert problem(delete(server, central, sent)) == (409, "message-relayed")
    up = post(server, lead, HUB + "/messages", {"kind": "question", "title": "Corrected question", "text": "Who decides?"}).json["href"]
    assert server.send("PUT", up + "/response", {"response": "The group", "response_channel": "direct_reply"}, token=central, if_match="*").status == 200
    assert problem(delete(server, lead, up)) == (409, "message-responded")


@pytest.mark.parametrize("round_", range(4))
def test_a_message_is_removed_while_a_hub_relays_it(server, lead, central, round_):
    sent = post(server, central, "/v1/messages", {"title": f"Corrected race {round_}", "text": "To all"}).json["href"]
    relay = f"{HUB}/relays/{sent.split('/')[-1]}"
    gone, relayed = together(lambda: delete(server, central, sent), lambda: server.send("PUT", relay, {"relayed_on": day()}, token=lead, If_None_Match="*"))
    assert (gone.status, relayed.status) in ((204, 404), (204, 422), (409, 200), (409, 201)), (gone.text, relayed.text)
    assert get(server, central, sent).status == (404 if gone.status == 204 else 200)


def test_a_hub_made_by_mistake(server, central, lead, hub):
    path = "/v1/hubs/corrected-mistake"
    new = {"name": "Mistaken Hub", "nations": ["GB-WLS"], "regions": ["wales"], "other_names": ["A slip"], **LED, **FROM}
    assert server.send("PUT", path, new, token=central, If_None_Match="*").status == 201
    assert delete(server, lead, path).status == 403 and delete(server, central, path, reason=None).status == 400
    meeting = post(server, central, path + "/meetings", {"title": "First", "starts_at": at(5)}).json["href"]
    assert delete(server, central, path).status == 409, "something refers to it"
    assert delete(server, central, meeting, reason=None).status == 204
    assert delete(server, central, path, if_match='"9.x"').status == 412
    assert delete(server, central, path + "", reason="Entered twice").status == 204
    assert server.get(path).status == delete(server, central, path).status == 404
    assert kept(server, central, path) == [("deleteHub", "Entered twice")]
    assert problem(delete(server, central, HUB)) == (409, "hub-not-proposed")
    assert server.get(HUB).status == 200 and len(server.get(HUB).json["current_leads"]) == 1, "nothing of it went"


@pytest.mark.parametrize("round_", range(4))
def test_a_hub_is_removed_while_somebody_joins(server, central, round_):
    path = f"/v1/hubs/corrected-race-{round_}"
    assert server.send("PUT", path, {"name": "Race", "nations": ["GB-WLS"], **FROM}, token=central, If_None_Match="*").status == 201
    gone, joined = together(lambda: delete(server, central, path), lambda: post(server, central, path + "/members", {"name": "Cy Example", "sector": "he", "from": day()}))
    assert (gone.status, joined.status) in ((204, 404), (204, 409), (204, 422), (409, 201)), (gone.text, joined.text)


def test_a_lead_entered_by_mistake(server, central, lead, hub):
    made = post(server, central, HUB + "/leads", {"organisation": "ministry-of-defence", "from": day(-10)})
    assert made.status == 201, made.text
    path = made.json["href"]
    assert delete(server, lead, path).status == 403 and delete(server, central, path, reason=None).status == 400
    assert delete(server, central, path, if_match='"9.x"').status == 412
    assert delete(server, central, path, reason="Another organisation").status == 204
    assert get(server, central, path).status == delete(server, central, path).status == 404
    assert kept(server, lead, path) == [("deleteHubLead", "Another organisation")]
    only = next(row["href"] for row in server.get(HUB + "/leads").json["items"] if row["status"] == "current")
    assert problem(delete(server, central, only)) == (409, "hub-needs-a-lead") and kept(server, lead, only) == []


def test_an_active_hub_is_led(server, central):
    path = "/v1/hubs/corrected-unled"
    active = {"name": "Unled Hub", "nations": ["GB-NIR"], "status": "active", **FROM}
    assert problem(server.send("PUT", path, active, token=central, If_None_Match="*")) == (409, "hub-needs-a-lead")
    assert server.get(path).status == 404, "nothing of it stays"
    assert server.send("PUT", path, {**active, "status": "proposed"}, token=central, If_None_Match="*").status == 201
    assert problem(post(server, central, path + "/statuses", {"status": "active"})) == (409, "hub-needs-a-lead")
    past = {"organisation": "university-of-winchester", "from": day(-20), "to": day(-10)}
    assert post(server, central, path + "/leads", past).status == 201
    assert problem(post(server, central, path + "/statuses", {"status": "active"})) == (409, "hub-needs-a-lead"), "a former one leads no more"
    assert post(server, central, path + "/leads", {"organisation": "university-of-winchester", "from": day()}).status == 201
    assert post(server, central, path + "/statuses", {"status": "active"}).status == 201


def test_who_is_erased_is_not_made_again(server, cluster, lead, central):
    body = {"name": f"Dee Example {uuid.uuid4().hex[:6]}", "email": f"{uuid.uuid4().hex[:8]}@corrected.example", "sector": "he", "from": day(-3)}
    made = post(server, lead, HUB + "/members", body, key="make-dee")
    person = made.json["person"]["id"]
    assert made.status == 201 and post(server, lead, HUB + "/members", body, key="make-dee").json["id"] == made.json["id"]
    assert post(server, central, f"/v1/people/{person}/erasure").status == 200
    answer = post(server, lead, HUB + "/members", body, key="make-dee")
    assert problem(answer) == (409, "idempotency-answer-erased"), answer.text
    assert cluster.psql(f"SELECT count(*) FROM scip.person WHERE name = '{body['name']}'") == "0"
    assert cluster.psql("SELECT count(*) FROM scip.idempotency WHERE key = 'make-dee' AND (hash <> '' OR body IS NOT NULL OR location IS NOT NULL)") == "0"
    assert problem(post(server, lead, HUB + "/members", {**body, "name": "Another"}, key="make-dee")) == (409, "idempotency-answer-erased")
    # nor a day later, when keys of other answers are free again
    cluster.psql("UPDATE scip.idempotency SET created_at = now() - interval '3 days' WHERE key = 'make-dee'")
    post(server, central, "/v1/messages", {"title": "Corrected broom", "text": "Keeping an answer clears old ones away"}, key=uuid.uuid4().hex)
    assert problem(post(server, lead, HUB + "/members", body, key="make-dee")) == (409, "idempotency-answer-erased")


def test_the_list(server, lead, central):
    everything = get(server, central, "/v1/corrections?format=csv").text.splitlines()
    assert everything[0] == "id,record,operation,reason,hub,group,created_at,updated_at"
    ours = get(server, lead, "/v1/corrections?hub=corrected-hub&limit=1")
    assert len(ours.json["items"]) == 1 and ours.json["next"] and ours.json["items"][0]["hub"]["slug"] == "corrected-hub"
    seen, cursor = [], ours.json["next"]
    while cursor:
        page = get(server, lead, f"/v1/corrections?hub=corrected-hub&limit=1&cursor={quote(cursor)}").json
        seen, cursor = seen + page["items"], page["next"]
    assert len(seen) + 1 == len(get(server, lead, "/v1/corrections?hub=corrected-hub&format=ndjson").text.splitlines())
    assert get(server, lead, "/v1/corrections", Accept="image/png").status == 406 and get(server, lead, "/v1/corrections?limit=0").status == 400
    assert get(server, lead, "/v1/corrections", If_None_Match=get(server, lead, "/v1/corrections").headers["ETag"]).status == 304
