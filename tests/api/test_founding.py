"""How a Hub comes to be, as people see it: an applicant, the group that decides, a Hub Lead, the central team."""
import datetime
import json
import threading
import time
import uuid
from collections import Counter

import pytest
from harness import get, link, patch, post, problem

FROM = {"sources": ["https://www.scipalliance.example/minutes"], "confidence": "high"}
STEPS = ["lead_identified", "inaugural_date_set", "partners_invited", "alliance_invited", "minute_taker_arranged", "page_sent",
         "second_meeting_planned", "reporting_under_way", "evaluation_arranged", "mapping_exercise"]
CASE = {"nations": ["GB-ENG"], "regions": ["E12000008"], "rationale": "Forty schools near three bases have nobody to ask."}


def day(days=0):
    from zoneinfo import ZoneInfo
    return (datetime.datetime.now(ZoneInfo("Europe/London")).date() + datetime.timedelta(days)).isoformat()


@pytest.fixture(scope="module", autouse=True)
def nothing_stays(cluster, server):
    """Other tests read the start data: what these make is deleted, as it may be (a closed Hub lets its leads go)."""
    def clear():
        cluster.remove(hub="slug LIKE 'founding-%'", organisation="slug LIKE 'founding-%'")

    clear()
    yield
    clear()


@pytest.fixture(scope="module")
def organisations(server, central):
    """Twelve organisations of these tests' own."""
    slugs = [f"founding-{number}" for number in range(1, 13)]
    for slug in slugs:
        made = server.send("PUT", f"/v1/organisations/{slug}", {"name": f"Founding {slug[9:]}", **FROM}, token=central, If_None_Match="*")
        assert made.status == 201, made.text
    return slugs


@pytest.fixture(scope="module")
def applicant(cluster, server, organisations):
    return cluster.token(server, "partner", organisation=organisations[0])


@pytest.fixture(scope="module")
def neighbour(cluster, server, organisations):
    return cluster.token(server, "partner", organisation=organisations[1])


@pytest.fixture(scope="module")
def reviewer(cluster, server, organisations):
    return cluster.token(server, "group_member", group="hub-leads-group", standing_for=organisations[2])


@pytest.fixture(scope="module")
def board(cluster, server):
    """Of a group that does not decide."""
    return cluster.token(server, "group_member", group="board")


def pointers(answer):
    return {error["pointer"] for error in answer.json["errors"]}


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


def seen(server, token, bookmark, href, count, seconds=5):
    """What a follower of the changes sees of a record, once there is that much of it."""
    found, until = [], time.monotonic() + seconds
    while len(found) < count and time.monotonic() < until:
        page = get(server, token, "/v1/changes?cursor=" + bookmark).json
        found += [change["op"] for change in page["items"] if change["href"] == href]
        bookmark = page["next"]
    return found


def bookmark(server, token):
    return get(server, token, "/v1/changes?start=now").json["next"]


def draft(server, token, organisation, slug=None, **more):
    made = post(server, token, "/v1/hub-applications", {"organisation": organisation, "name": f"Hub {slug}", **({"slug": slug, **CASE} if slug else {}), **more})
    assert made.status == 201, made.text
    return made


def under_review(server, token, reviewer, organisation, slug):
    """The address of an application that waits for the decision."""
    path = draft(server, token, organisation, slug).headers["Location"]
    assert post(server, token, path + "/submission").status == 200
    assert post(server, reviewer, path + "/review").status == 200
    return path


def new_hub(server, central, slug, organisation=None, **more):
    made = server.send("PUT", f"/v1/hubs/{slug}", {"name": slug.replace("-", " ").title(), "nations": ["GB-ENG"], **FROM, **more}, token=central, If_None_Match="*")
    assert made.status == 201, made.text
    if organisation:
        lead = post(server, central, f"/v1/hubs/{slug}/leads", {"organisation": organisation, "from": "2024-01-01"})
        assert lead.status == 201, lead.text
    return f"/v1/hubs/{slug}"


def leads(server, hub, status="current"):
    return [lead for lead in server.get(hub + "/leads").json["items"] if lead["status"] == status]


# An application.

def test_an_applicants_first_day(server, cluster, organisations, applicant, neighbour, reviewer, board, central):
    """A name first, the rest when it is known; submitted, returned with a reason, corrected, approved: there is a Hub."""
    mine, theirs, group = bookmark(server, applicant), bookmark(server, neighbour), bookmark(server, reviewer)
    made = post(server, applicant, "/v1/hub-applications", {"organisation": organisations[0], "name": "Chalk Downs Hub"}, key="first-day")
    assert made.status == 201, made.text
    path, application = made.headers["Location"], made.json
    assert path == application["href"] == f"/v1/hub-applications/{application['id']}"
    assert (application["status"], application["organisation"]["slug"], application["slug"]) == ("draft", organisations[0], None)
    assert application["account"] == link("accounts", get(server, applicant, "/v1/me").json["id"], seen=False)
    # The line broke, so it was sent again: still one draft.
    again = post(server, applicant, "/v1/hub-applications", {"organisation": organisations[0], "name": "Chalk Downs Hub"}, key="first-day")
    assert (again.status, again.body) == (201, made.body)
    assert [row["id"] for row in get(server, applicant, "/v1/hub-applications").json["items"]] == [application["id"]]

    # A draft is the applicant's own.
    assert get(server, reviewer, path).status == get(server, neighbour, path).status == 404
    assert application["id"] not in [row["id"] for row in get(server, reviewer, "/v1/hub-applications").json["items"]]
    assert get(server, central, path).json == application | {"account": link("accounts", application["account"]["id"])}

    assert problem(post(server, applicant, path + "/submission")) == (422, "application-incomplete")
    partners = [{"sector": "he", "name": "Chalk Downs University"}, {"sector": "armed_forces", "name": "The garrison's welfare office"}]
    complete = patch(server, applicant, path, {"slug": "founding-chalk-downs", **CASE, "expected_partners": partners}, made.headers["ETag"])
    assert complete.status == 200, complete.text
    assert complete.json["expected_partners"] == partners and complete.json["regions"] == ["E12000008"]
    assert problem(patch(server, applicant, path, {"name": "Late"}, made.headers["ETag"]))[0] == 412
    submitted = post(server, applicant, path + "/submission")
    assert (submitted.status, submitted.json["status"]) == (200, "submitted") and submitted.json["submitted_at"]
    assert problem(post(server, applicant, path + "/submission")) == (409, "application-not-draft")
    assert problem(patch(server, applicant, path, {"name": "Late"})) == (409, "application-not-draft")
    assert problem(server.send("DELETE", path, token=applicant, if_match="*")) == (409, "application-not-draft")

    # Now it is with those who decide, and with nobody else.
    assert get(server, reviewer, path).json == submitted.json
    assert get(server, board, path).status == get(server, neighbour, path).status == 404
    assert application["id"] in [row["id"] for row in get(server, reviewer, "/v1/hub-applications?status=submitted").json["items"]]
    assert problem(patch(server, reviewer, path, {"name": "Mine"}))[0] == 403
    assert problem(post(server, reviewer, path + "/decision", {"decision": "approved"})) == (409, "application-not-under-review")
    assert post(server, reviewer, path + "/review").json["status"] == "under_review"
    assert problem(post(server, reviewer, path + "/review")) == (409, "application-not-submitted")
    assert problem(post(server, reviewer, path + "/decision", {"decision": "returned"})) == (422, "decision-needs-a-note")
    returned = post(server, reviewer, path + "/decision", {"decision": "returned", "note": "Who speaks for the schools?"})
    assert (returned.status, returned.json["status"], returned.json["hub"]) == (200, "returned", None)

    returned = get(server, applicant, path)
    assert returned.json["decision_note"] == "Who speaks for the schools?"
    partners.append({"sector": "school_sector", "name": "The downs' heads' forum"})
    assert patch(server, applicant, path, {"expected_partners": partners}, returned.headers["ETag"]).status == 200
    assert post(server, applicant, path + "/submission").status == 200
    assert post(server, central, path + "/review").json["status"] == "under_review", "the central team may begin the review"
    dry = post(server, reviewer, path + "/decision?dry_run=true", {"decision": "approved", "note": "Welcome."})
    assert (dry.status, dry.json["status"]) == (200, "approved")
    assert server.get("/v1/hubs/founding-chalk-downs").status == 404
    approved = post(server, reviewer, path + "/decision", {"decision": "approved", "note": "Welcome."})
    assert approved.status == 200, approved.text
    assert approved.json["hub"] == {"slug": "founding-chalk-downs", "name": "Chalk Downs Hub", "href": "/v1/hubs/founding-chalk-downs"}

    hub = server.get("/v1/hubs/founding-chalk-downs").json
    assert (hub["name"], hub["status"], hub["nations"], hub["branding_allowed"]) == ("Chalk Downs Hub", "proposed", ["GB-ENG"], False)
    assert hub["regions"] == [{"slug": "south-east", "gss_code": "E12000008", "name": "South East", "href": "/v1/regions/south-east"}]
    assert [(lead["slug"], lead["from"]) for lead in hub["current_leads"]] == [(organisations[0], day())]
    pathway = get(server, central, "/v1/hubs/founding-chalk-downs/pathway").json
    assert [step["code"] for step in pathway["steps"]] == STEPS
    assert (pathway["percent_complete"], pathway["days_stuck"], pathway["sectors_invited"]) == (0, 0, [])

    # draft, patch, submit, review, return, patch, submit, review, approve; the draft was not the group's to know.
    assert seen(server, applicant, mine, path, 9) == ["changed"] * 9
    assert seen(server, reviewer, group, path, 7) == ["changed"] * 7
    assert seen(server, neighbour, theirs, path, 1, seconds=0.5) == []


def test_a_draft_is_thrown_away(server, organisations, applicant, neighbour):
    made = draft(server, applicant, organisations[0])
    path = made.headers["Location"]
    assert server.send("DELETE", path, token=applicant).status == 428
    assert problem(server.send("DELETE", path, token=neighbour, if_match="*"))[0] == 404
    assert patch(server, applicant, path, {"name": "Second thoughts"}, made.headers["ETag"]).status == 200
    assert problem(server.send("DELETE", path, token=applicant, if_match=made.headers["ETag"]))[0] == 412
    assert server.send("DELETE", path + "?dry_run=true", token=applicant, if_match="*").status == 204
    assert server.send("DELETE", path, token=applicant, if_match=get(server, applicant, path).headers["ETag"]).status == 204
    assert get(server, applicant, path).status == 404
    assert server.send("DELETE", path, token=applicant, if_match="*").status == 404


def test_what_an_application_may_say(server, organisations, applicant, central):
    path = draft(server, applicant, organisations[0]).headers["Location"]
    for body, where in (({"name": "x", "organisation": organisations[0], "status": "approved"}, "/body/status"),
                        ({"organisation": organisations[0]}, "/body/name"), ({"name": "x", "organisation": "No Slug"}, "/body/organisation"),
                        ({"name": "x", "organisation": organisations[0], "nations": ["GB-UKM"]}, "/body/nations/0"),
                        ({"name": "x", "organisation": organisations[0], "regions": ["south-east"]}, "/body/regions/0"),
                        ({"name": "x", "organisation": organisations[0], "expected_partners": [{"sector": "government", "name": "x"}]}, "/body/expected_partners/0/sector")):
        answer = post(server, applicant, "/v1/hub-applications", body)
        assert answer.status in (400, 422) and where in pointers(answer), answer.text
    assert problem(post(server, central, "/v1/hub-applications", {"name": "x", "organisation": "founding-nobody"})) == (422, "reference-not-found")
    assert problem(patch(server, applicant, path, {"regions": ["E99999999"]})) == (422, "reference-not-found")
    assert problem(patch(server, applicant, path, {"rationale": "  "}))[0] == 422
    assert server.send("PATCH", path, {"name": "x"}, token=applicant).status == 428
    assert post(server, applicant, "/v1/hub-applications", b"<x/>", Content_Type="text/xml").status == 415
    assert patch(server, applicant, path, {"slug": "founding-x", **CASE}).json["slug"] == "founding-x"
    assert patch(server, applicant, path, {"slug": None, "rationale": None}).json["slug"] is None
    # A Hub that there is, or was, is not founded again.
    assert patch(server, applicant, path, {"slug": "scotland-hub", **CASE}).status == 200
    assert problem(post(server, applicant, path + "/submission")) == (409, "slug-taken")


def test_own_and_others_applications(server, cluster, organisations, applicant, neighbour, central, reviewer, board):
    body = {"organisation": organisations[0], "name": "Whose Hub"}
    assert problem(post(server, neighbour, "/v1/hub-applications", body))[0] == 403, "a partner applies for its own organisation"
    for token in (reviewer, cluster.token(server, "analyst"), cluster.token(server, "website")):
        assert problem(post(server, token, "/v1/hub-applications", body)) == (403, "role-needed")
    assert post(server, None, "/v1/hub-applications", body).status == 401
    for_another = post(server, central, "/v1/hub-applications", {**body, "slug": "founding-whose", **CASE})
    path = for_another.headers["Location"]
    assert for_another.status == 201 and get(server, applicant, path).json == for_another.json | {"account": link("accounts", for_another.json["account"]["id"], seen=False)}, "the central team applies for any"
    for method, address, given in (("GET", path, None), ("PATCH", path, {"name": "Mine"}), ("DELETE", path, None), ("POST", path + "/submission", None)):
        answer = server.send(method, address, given, token=neighbour, if_match=None if method in ("GET", "POST") else "*")
        assert answer.status == 404, (method, answer.text)
    assert post(server, applicant, path + "/submission").status == 200
    assert problem(post(server, applicant, path + "/review")) == (403, "role-needed")
    assert post(server, board, path + "/review").status == post(server, board, path + "/decision", {"decision": "approved"}).status == 404
    assert post(server, reviewer, path + "/review").status == 200
    for token in (central, applicant):
        assert problem(post(server, token, path + "/decision", {"decision": "approved"})) == (403, "role-needed"), "the group decides, nobody else"
    mine = get(server, neighbour, "/v1/hub-applications").json["items"]
    assert not {organisations[0]} & {row["organisation"]["slug"] for row in mine}
    assert get(server, central, f"/v1/hub-applications?organisation={organisations[0]}&limit=1").json["next"]
    nobody = f"/v1/hub-applications/{uuid.uuid4()}"
    assert get(server, central, nobody).status == post(server, central, nobody + "/submission").status == 404
    assert post(server, reviewer, nobody + "/decision", {"decision": "approved"}).status == post(server, central, nobody + "/review").status == 404
    assert post(server, reviewer, path + "/decision", {"decision": "declined", "note": "There is a Hub next door."}).json["status"] == "declined"
    assert server.get("/v1/hubs/founding-whose").status == 404
    assert problem(post(server, reviewer, path + "/decision", {"decision": "approved"})) == (409, "application-not-under-review")


def test_a_reviewer_from_the_applicants_organisation_stands_aside(server, cluster, organisations, applicant, reviewer):
    path = draft(server, applicant, organisations[0], "founding-aside").headers["Location"]
    assert post(server, applicant, path + "/submission").status == 200
    involved = cluster.token(server, "group_member", group="hub-leads-group", standing_for=organisations[0])
    assert get(server, involved, path).status == 200
    assert problem(post(server, involved, path + "/review")) == (403, "reviewer-is-applicant")
    assert post(server, reviewer, path + "/review").status == 200
    for decision in ("approved", "declined", "returned"):
        assert problem(post(server, involved, path + "/decision", {"decision": decision, "note": "x"})) == (403, "reviewer-is-applicant")
    # Who also leads a Hub for that organisation is of it, too.
    name, secret = cluster.client("group_member", group="hub-leads-group", standing_for=organisations[2])
    cluster.psql(f"""INSERT INTO scip.account_role (account_id, role, hub_id, organisation_id) SELECT a.id, 'hub_lead', h.id, o.id
        FROM scip.account a, scip.hub h, scip.organisation o WHERE a.subject = '{name}' AND h.slug = 'scotland-hub' AND o.slug = '{organisations[0]}'""")
    token = server.form("/oauth/token", {"grant_type": "client_credentials"}, (name, secret)).json["access_token"]
    assert problem(post(server, token, path + "/decision", {"decision": "approved"})) == (403, "reviewer-is-applicant")
    assert get(server, reviewer, path).json["status"] == "under_review"


@pytest.mark.parametrize("round_", range(3))
def test_many_approve_at_once_and_one_hub_is_founded(server, cluster, organisations, applicant, reviewer, round_):
    slug = f"founding-race-{round_}"
    path = under_review(server, applicant, reviewer, organisations[0], slug)
    others = [cluster.token(server, "group_member", group="hub-leads-group", standing_for=organisation) for organisation in organisations[2:5]]
    answers = together(*[lambda token=token: post(server, token, path + "/decision", {"decision": "approved"}) for token in others * 3])
    assert Counter(answer.status for answer in answers) == {200: 1, 409: 8}
    assert {problem(answer) for answer in answers if answer.status == 409} == {(409, "application-not-under-review")}
    assert cluster.psql(f"""SELECT count(*), (SELECT count(*) FROM scip.hub_pathway p WHERE p.hub_id = min(h.id)),
        (SELECT count(*) FROM scip.hub_lead l WHERE l.hub_id = min(h.id)), (SELECT count(*) FROM scip.hub_status s WHERE s.hub_id = min(h.id))
        FROM scip.hub h WHERE slug = '{slug}'""") == "1|10|1|1"


def test_two_applications_for_one_slug(server, organisations, applicant, neighbour, reviewer):
    """The second Hub is not founded, and its application can be returned."""
    first = under_review(server, applicant, reviewer, organisations[0], "founding-twice")
    second = under_review(server, neighbour, reviewer, organisations[1], "founding-twice")
    answers = together(*[lambda path=path: post(server, reviewer, path + "/decision", {"decision": "approved"}) for path in (first, second)])
    assert Counter(answer.status for answer in answers) == {200: 1, 409: 1}
    loser = (first, second)[[answer.status for answer in answers].index(409)]
    assert post(server, reviewer, loser + "/decision", {"decision": "returned", "note": "The name is taken."}).status == 200


def test_approved_again_with_its_key_is_the_same_answer(server, organisations, applicant, reviewer):
    path = under_review(server, applicant, reviewer, organisations[0], "founding-key")
    answers = [post(server, reviewer, path + "/decision", {"decision": "approved"}, key="founding-key") for _ in range(2)]
    assert [answer.status for answer in answers] == [200, 200] and answers[0].body == answers[1].body
    assert problem(post(server, reviewer, path + "/decision", {"decision": "declined", "note": "x"}, key="founding-key")) == (422, "idempotency-key-reused")


# A pathway.

@pytest.fixture(scope="module")
def led(server, cluster, central, organisations):
    """A Hub, its lead's token, a member's, and the token of another Hub's lead."""
    hub = new_hub(server, central, "founding-led", organisations[5])
    new_hub(server, central, "founding-other", organisations[6])
    return (hub, cluster.token(server, "hub_lead", hub="founding-led", standing_for=organisations[5]),
            cluster.token(server, "hub_member", hub="founding-led"), cluster.token(server, "hub_lead", hub="founding-other"))


def test_a_hub_lead_walks_the_pathway(server, cluster, led, reviewer, central):
    hub, lead, member, other = led
    path = hub + "/pathway"
    start = get(server, lead, path).json
    assert [(step["code"], step["ordinal"], step["optional"], step["done_on"], step["version"]) for step in start["steps"]] == [
        (code, number, code == "mapping_exercise", None, 1) for number, code in enumerate(STEPS, 1)]
    both = {"steps": [{"code": code, "version": 1, "done_on": day(-4), "evidence": f"Letter {n}", "reason": "By letter"} for n, code in enumerate(STEPS[1:3])]}
    change = lambda body, who=lead, query="": server.request("PATCH", path + query, {"Authorization": f"Bearer {who}", "Content-Type": "application/json"}, json.dumps(body).encode())
    seen_done = change(both, query="?dry_run=true")
    assert seen_done.status == 200 and [step["done_on"] for step in seen_done.json["steps"][:4]] == [None, day(-4), day(-4), None], seen_done.text
    half = change({"steps": [both["steps"][0], {**both["steps"][1], "done_on": day(1)}]})
    assert problem(half) == (422, "date-in-future") and get(server, lead, path).json == start, "all or none"
    late = change({"steps": [both["steps"][0], {**both["steps"][1], "version": 2}]})
    assert problem(late) == (412, "precondition-failed") and [error["pointer"] for error in late.json["errors"]] == ["/body/steps/1"] and get(server, lead, path).json == start
    twice = change({"steps": both["steps"][:1] * 2})
    assert problem(twice) == (422, "named-twice") and [error["pointer"] for error in twice.json["errors"]] == ["/body/steps"]
    assert problem(change({"steps": [*both["steps"], {"code": "no_such_step", "version": 1}]})) == (422, "reference-not-found")
    assert change(both, other).status == 404 and get(server, lead, path).json == start
    follower = bookmark(server, member)
    step = get(server, lead, path + "/lead_identified")
    assert problem(patch(server, lead, path + "/lead_identified", {"done_on": day()}, step.headers["ETag"]))[0] == 422, "nothing is done without evidence"
    assert problem(patch(server, lead, path + "/lead_identified", {"done_on": day(1), "evidence": "x"}, step.headers["ETag"])) == (422, "date-in-future")
    assert problem(patch(server, lead, path + "/lead_identified", {"evidence": "x"}, step.headers["ETag"]))[0] == 422
    assert server.send("PATCH", path + "/lead_identified", {"done_on": None}, token=lead).status == 428
    done = patch(server, lead, path + "/lead_identified", {"done_on": day(-3), "evidence": "The vice-chancellor's letter"}, step.headers["ETag"])
    assert done.status == 200, done.text
    assert (done.json["done_on"], done.json["evidence"], done.json["version"]) == (day(-3), "The vice-chancellor's letter", 2)
    assert done.json["done_by"] == link("accounts", get(server, lead, "/v1/me").json["id"], seen=False)
    assert problem(patch(server, lead, path + "/lead_identified", {"done_on": None}, step.headers["ETag"]))[0] == 412
    # Undone, and done again by the central team.
    undone = patch(server, lead, path + "/lead_identified", {"done_on": None}, done.headers["ETag"])
    assert (undone.json["done_on"], undone.json["evidence"], undone.json["done_by"]) == (None, None, None)
    for number, code in enumerate(STEPS[:-1], 1):
        assert get(server, lead, path).json["days_stuck"] == 0
        token, done = central if number == 1 else lead, {"done_on": day(), "evidence": f"Minute {number}"}
        if number > 1:  # who leads the Hub is recorded
            unproven = patch(server, token, f"{path}/{code}", done)
            assert problem(unproven) == (422, "step-not-proven") and {error["pointer"] for error in unproven.json["errors"]} == {"/body/reason"}
            done["reason"] = "It was so before there were records here."
        assert patch(server, token, f"{path}/{code}", done).status == 200
        assert get(server, member, path).json["percent_complete"] == 100 * number // 9
    walked = get(server, reviewer, path).json
    assert (walked["percent_complete"], walked["days_stuck"]) == (100, None), "the mapping exercise is optional"
    assert walked["steps"][9]["done_on"] is None
    assert seen(server, member, follower, path, 11) == ["changed"] * 11


def test_what_proves_a_step(server, cluster, central, organisations):
    """Each is proven by the record that it is about, which its proof leads to; then no reason is asked, and one that was given can go."""
    hub = new_hub(server, central, "founding-proven", organisations[8])
    lead, path = cluster.token(server, "hub_lead", hub="founding-proven", standing_for=organisations[8]), hub + "/pathway"
    proofs = lambda: {step["code"]: step["proof"] for step in get(server, lead, path).json["steps"]}
    assert proofs() == {**dict.fromkeys(STEPS), "lead_identified": hub + "/leads"}
    step = lambda code, **change: patch(server, lead, f"{path}/{code}", change)
    assert step("inaugural_date_set", done_on=day(), evidence="Soon", reason="To be agreed").json["reason"] == "To be agreed"
    assert problem(step("inaugural_date_set", reason=None)) == (422, "step-not-proven")
    first = post(server, lead, hub + "/meetings", {"kind": "inaugural", "title": "First", "starts_at": day() + "T00:00:00Z"}).json["href"]
    agenda = {item["title"]: item["href"] for item in get(server, lead, first + "/agenda").json["items"]}
    minutes = post(server, lead, first + "/minutes", {"text": "Resolved."}).json["href"]
    for sector in ("he", "fe", "school_sector", "local_authority", "charity", "armed_forces"):
        assert proofs()["partners_invited"] is None
        assert post(server, lead, hub + "/invitations", {"sector": sector, "name": sector}).status == 201
    assert patch(server, lead, hub + "/profile", {"blurb": "We meet.", "page": {"aims": "To be asked"}}).status == 200
    assert post(server, lead, hub + "/meetings", {"title": "Second", "starts_at": day(20) + "T12:00:00Z"}).status == 201
    assert proofs()["second_meeting_planned"] is None, "an action plan is made too"
    assert server.send("PUT", "/v1/projects/founding-plan", {"name": "Plan", "hub": "founding-proven", "kind": "action_plan", "aims": "To begin"},
                       token=lead, If_None_Match="*").status == 201
    assert problem(step("mapping_exercise", done_on=day(), evidence="A map")) == (422, "step-not-proven")
    network = post(server, lead, hub + "/local-networks", {"name": "Covenant partnership"})
    known = {"lead_identified": hub + "/leads", "inaugural_date_set": first, "partners_invited": hub + "/invitations", "minute_taker_arranged": minutes,
             "page_sent": hub, "second_meeting_planned": "/v1/projects/founding-plan", "mapping_exercise": hub + "/local-networks"}
    now = proofs()
    assert now.pop("alliance_invited") in agenda.values() and now == {**dict.fromkeys(set(STEPS) - {"alliance_invited"}), **known}
    assert step("inaugural_date_set", reason=None).json["reason"] is None
    for code in [*known, "alliance_invited"]:
        assert step(code, done_on=day(), evidence="As recorded").status == 200, code
    assert problem(step("reporting_under_way", done_on=day(), evidence="Soon")) == (422, "step-not-proven")
    assert server.send("DELETE", network.json["href"], token=lead, if_match="*").status == 204
    assert proofs()["mapping_exercise"] is None and step("mapping_exercise", evidence="The map").status == 200, "what was done with proof stays done"
    assert step("mapping_exercise", done_on=None).status == 200
    assert problem(step("mapping_exercise", done_on=day(), evidence="The map")) == (422, "step-not-proven")

    guided = get(server, lead, path + "/partners_invited").json
    assert [row["sector"] for row in guided["contacts"]] == ["he", "fe", "local_authority", "school_sector", "charity", "armed_forces"]
    assert "unit welfare officer" in guided["contacts"][-1]["guidance"] and "swyddog lles" in guided["contacts"][-1]["guidance_cy"]
    steps = get(server, lead, path).json["steps"]
    assert all(one["guidance"] and one["guidance_cy"] and one["title_cy"] for one in steps) and steps[2]["contacts"] == guided["contacts"]
    assert post(server, lead, first + "/cancellation").status == 409 and step("inaugural_date_set", done_on=None).json["done_on"] is None


def test_days_stuck_are_counted(server, cluster, central, organisations):
    hub = new_hub(server, central, "founding-stuck", organisations[7])
    cluster.psql("""SET session_replication_role = replica; UPDATE scip.hub_pathway SET created_at = ((now() AT TIME ZONE 'Europe/London')::date - 40 + time '12:00') AT TIME ZONE 'Europe/London'
                    WHERE hub_id = (SELECT id FROM scip.hub WHERE slug = 'founding-stuck')""")
    assert get(server, central, hub + "/pathway").json["days_stuck"] == 40
    assert patch(server, central, hub + "/pathway/lead_identified", {"done_on": day(-12), "evidence": "Letter"}).status == 200
    assert get(server, central, hub + "/pathway").json["days_stuck"] == 12
    assert post(server, central, hub + "/statuses", {"status": "closed"}).status == 201
    assert get(server, central, hub + "/pathway").json["days_stuck"] is None


def test_whose_pathway_it_is(server, cluster, led, reviewer, board, applicant):
    hub, lead, member, other = led
    step = hub + "/pathway/page_sent"
    assert get(server, None, hub + "/pathway").status == 401
    refused = get(server, applicant, hub + "/pathway")
    assert problem(refused) == (403, "role-needed") and "hub_lead" in refused.json["detail"] and "central team" in refused.json["detail"]
    for path in (hub + "/pathway", step):
        assert get(server, other, path).status == get(server, board, path).status == 404
        assert get(server, member, path).status == get(server, reviewer, path).status == 200
    assert patch(server, other, step, {"done_on": None}).status == 404
    assert problem(patch(server, member, step, {"done_on": None})) == (403, "role-needed")
    # Who sees it as one that decides does not lead it.
    name, secret = cluster.client("hub_lead", hub="founding-other")
    cluster.psql(f"""INSERT INTO scip.account_role (account_id, role, group_id) SELECT a.id, 'group_member', g.id FROM scip.account a, scip.alliance_group g
                     WHERE a.subject = '{name}' AND g.slug = 'hub-leads-group'""")
    both = server.form("/oauth/token", {"grant_type": "client_credentials"}, (name, secret)).json["access_token"]
    assert get(server, both, step).status == 200
    assert problem(patch(server, both, step, {"done_on": None})) == (403, "forbidden")
    assert get(server, lead, hub + "/pathway/no_such_step").status == get(server, lead, "/v1/hubs/founding-nowhere/pathway").status == 404
    assert patch(server, lead, hub + "/pathway/no_such_step", {"done_on": None}).status == 404


@pytest.mark.parametrize("round_", range(3))
def test_of_two_changes_with_one_etag_one_is_made(server, led, central, round_):
    hub, lead, _, _ = led
    step = hub + "/pathway/mapping_exercise"
    tag = get(server, lead, step).headers["ETag"]
    answers = together(*[lambda token=token: patch(server, token, step, {"done_on": day(-1), "evidence": "Map", "reason": "On paper"}, tag) for token in (lead, central) * 4])
    assert Counter(answer.status for answer in answers) == {200: 1, 412: 7}


# Invitations.

def test_a_hub_lead_invites_the_six_sectors(server, led, organisations, central, board):
    hub, lead, member, other = led
    path = hub + "/invitations"
    assert problem(post(server, lead, path, {"sector": "he"}))[0] == 422, "somebody is invited"
    assert problem(post(server, lead, path, {"sector": "he", "organisation": organisations[8], "name": "Twice"}))[0] == 422
    assert problem(post(server, lead, path, {"sector": "he", "organisation": "founding-nobody"})) == (422, "reference-not-found")
    assert problem(post(server, lead, path, {"sector": "he", "name": "x", "invited_on": day(1)})) == (422, "date-in-future")
    assert pointers(post(server, lead, path, {"sector": "government", "name": "x"})) == {"/body/sector"}
    first = post(server, lead, path, {"sector": "he", "organisation": organisations[8], "invited_on": day(-20)}, key="invite-1")
    assert first.status == 201, first.text
    assert (first.json["organisation"]["slug"], first.json["name"], first.json["status"]) == (organisations[8], "Founding 9", "pending")
    assert post(server, lead, path, {"sector": "he", "organisation": organisations[8], "invited_on": day(-20)}, key="invite-1").body == first.body
    names = {"fe": "A college", "local_authority": "The council", "school_sector": "Heads' forum", "charity": "A families' charity", "armed_forces": "The garrison"}
    for sector, name in names.items():
        assert post(server, central, path, {"sector": sector, "name": name}).json["invited_on"] == day()
    everyone = get(server, lead, path).json["items"]
    assert [row["sector"] for row in everyone][0] == "he" and {row["sector"] for row in everyone} == {"he", *names}
    page = get(server, lead, path + "?limit=4").json
    rest = get(server, lead, path + "?limit=4&cursor=" + page["next"]).json
    assert [row["id"] for row in page["items"] + rest["items"]] == [row["id"] for row in everyone] and rest["next"] is None
    assert get(server, member, hub + "/pathway").json["sectors_invited"] == sorted({"he", *names})

    mine = first.headers["Location"]
    accepted = patch(server, lead, mine, {"status": "accepted"}, first.headers["ETag"])
    assert (accepted.json["status"], accepted.json["responded_on"]) == ("accepted", day())
    assert problem(patch(server, lead, mine, {"responded_on": day(-30)}))[0] == 422, "nobody answers before being asked"
    assert problem(patch(server, lead, mine, {"status": "declined"}, first.headers["ETag"]))[0] == 412
    assert [row["id"] for row in get(server, lead, path + "?status=accepted&sector=he").json["items"]] == [first.json["id"]]
    assert patch(server, lead, mine, {"status": "pending"}).json["responded_on"] is None
    assert patch(server, lead, mine, {"name": "A faculty"}).json["organisation"] is None
    assert patch(server, lead, mine, {"organisation": organisations[9]}).json["name"] == "Founding 10"
    assert server.send("PATCH", mine, {"status": "pending"}, token=lead).status == server.send("DELETE", mine, token=lead).status == 428

    assert post(server, other, path, {"sector": "he", "name": "x"}).status == 403, "the Hub is not theirs"
    assert get(server, other, path).json["items"] == []
    for method, body in (("GET", None), ("PATCH", {"status": "declined"}), ("DELETE", None)):
        assert server.send(method, mine, body, token=other, if_match=None if method == "GET" else "*").status == 404
    for token in (member, board):
        assert problem(get(server, token, path)) == (403, "role-needed")
    assert get(server, lead, "/v1/hubs/founding-nowhere/invitations").status == 404
    assert post(server, lead, "/v1/hubs/founding-nowhere/invitations", {"sector": "he", "name": "x"}).status == 404
    assert problem(server.send("DELETE", mine, token=lead, if_match=first.headers["ETag"]))[0] == 412
    assert server.send("DELETE", mine, token=lead, if_match="*").status == 204
    assert get(server, lead, mine).status == server.send("DELETE", mine, token=lead, if_match="*").status == 404


def test_what_has_not_changed_is_not_sent_again(server, led, organisations, applicant):
    hub, lead, _, _ = led
    application = draft(server, applicant, organisations[0]).headers["Location"]
    invitation = post(server, lead, hub + "/invitations", {"sector": "fe", "name": "A college"}).headers["Location"]
    for token, path in ((applicant, "/v1/hub-applications"), (applicant, application), (lead, hub + "/pathway"), (lead, hub + "/pathway/page_sent"),
                        (lead, hub + "/invitations"), (lead, invitation)):
        answer = get(server, token, path)
        assert (answer.status, answer.headers["Cache-Control"]) == (200, "private, no-store")
        assert get(server, token, path, If_None_Match=answer.headers["ETag"]).status == 304


def test_a_key_that_is_in_use(server, cluster, led, organisations, applicant):
    """While one request with a key runs, another one is refused."""
    hub, lead, _, _ = led
    for token, operation, path, body in ((applicant, "addHubApplication", "/v1/hub-applications", {"organisation": organisations[0], "name": "x"}),
                                         (lead, "addHubInvitation", hub + "/invitations", {"sector": "fe", "name": "x"})):
        account = get(server, token, "/v1/me").json["id"]
        holder = threading.Thread(target=cluster.psql, args=(
            f"BEGIN; SELECT pg_advisory_xact_lock(hashtextextended('{account} {operation} held', 0)); SELECT pg_sleep(1.5); COMMIT",))
        holder.start()
        until = time.monotonic() + 1.4
        while (answer := post(server, token, path, body, key="held")).status != 409 and time.monotonic() < until:
            time.sleep(0.02)
        assert problem(answer) == (409, "idempotency-key-in-progress"), answer.text
        holder.join()


# A Hub.

def test_the_central_team_keeps_a_hub(server, central):
    path = "/v1/hubs/founding-kept"
    body = {"name": "Kept Hub", "nations": ["GB-ENG"], "regions": ["E12000008", "south-west"], "other_names": ["The Keep"], "launched_on": "2024-05", **FROM,
            "status": "active", "status_evidence_on": "2025-01", "page": {"aims": "To keep", "activities": "Keeping"}}
    assert server.send("PUT", path, body, token=central).status == 428
    assert pointers(server.send("PUT", path, {"name": "Kept Hub"}, token=central, If_None_Match="*")) >= {"/body/sources", "/body/nations"}
    assert problem(server.send("PUT", path, {**body, "regions": ["nowhere"]}, token=central, If_None_Match="*")) == (422, "reference-not-found")
    assert problem(server.send("PUT", path, body, token=central, If_None_Match="*")) == (409, "hub-needs-a-lead"), "an active Hub is led by somebody"
    assert problem(server.send("PUT", path, {**body, "leads": [{"organisation": "nobody-at-all", "from": "2024-05-01"}]}, token=central, If_None_Match="*")) == (422, "reference-not-found")
    body["leads"] = [{"organisation": "university-of-winchester", "from": "2024-05-01"}]
    made = server.send("PUT", path, body, token=central, If_None_Match="*")
    assert (made.status, made.headers["Location"]) == (201, path), made.text
    assert [lead["slug"] for lead in made.json["current_leads"]] == ["university-of-winchester"]
    assert {region["gss_code"] for region in made.json["regions"]} == {"E12000008", "E12000009"}
    assert (made.json["status"], made.json["status_evidence_on"], made.json["branding_allowed"]) == ("active", "2025-01", True)
    assert server.send("PUT", path, body, token=central, If_None_Match="*").status == 412
    assert server.get(path).json == made.json and server.get(path).headers["ETag"] == made.headers["ETag"]

    renamed = patch(server, central, path, {"name": "Well Kept Hub", "regions": ["E12000009"], "launched_on": None, "page": {"activities": None, "links": [{"title": "Us", "url": "https://kept.example/"}]}},
                    made.headers["ETag"])
    assert renamed.status == 200, renamed.text
    assert renamed.json["other_names"] == ["Kept Hub", "The Keep"], "a former name is kept"
    assert (renamed.json["launched_on"], [region["gss_code"] for region in renamed.json["regions"]]) == (None, ["E12000009"])
    assert renamed.json["page"] == {"aims": "To keep", "links": [{"title": "Us", "url": "https://kept.example/"}]}, "only what is named changes"
    assert problem(patch(server, central, path, {"name": "Late"}, made.headers["ETag"]))[0] == 412
    assert "founding-kept" in [row["slug"] for row in server.get("/v1/hubs?q=kept%20hub&region=south-west").json["items"]]
    back = patch(server, central, path, {"name": "Kept Hub"})
    assert back.json["other_names"] == ["The Keep", "Well Kept Hub"], "a name taken back is former no more"
    assert patch(server, central, path, {"other_names": ["Keep"]}).json["other_names"] == ["Keep"]
    for refused in ({"nations": []}, {"logo": "javascript:x"}, {"page": {"owner": "x"}}, {"status": "closed"}, {}):
        assert patch(server, central, path, refused).status == 400, refused
    assert problem(patch(server, central, path, {"logo": "https://kept.example/logo.svg"}))[0] == 422, "a logo has a text beside it"
    assert problem(patch(server, central, path, {"regions": ["nowhere"]})) == (422, "reference-not-found")
    assert server.send("PATCH", path, {"name": "x"}, token=central).status == 428
    assert patch(server, central, "/v1/hubs/founding-nowhere", {"name": "x"}).status == 404

    moved = patch(server, central, path, {"new_slug": "founding-moved"})
    assert (moved.status, moved.json["slug"]) == (200, "founding-moved"), moved.text
    assert (server.get(path).status, server.get(path).headers["Location"]) == (308, "/v1/hubs/founding-moved")
    assert problem(server.send("PUT", path, body, token=central, If_None_Match="*")) == (409, "slug-retired")
    assert problem(patch(server, central, "/v1/hubs/founding-moved", {"new_slug": "scotland-hub"}))[0] == 409


def test_a_hub_lead_keeps_the_profile(server, cluster, led, central, applicant):
    hub, lead, member, other = led
    tag = server.get(hub).headers["ETag"]
    profile = {"blurb": "We meet twice a year.", "logo": "https://led.example/logo.svg", "logo_alt": "A lighthouse", "page_url": "https://led.example/",
               "page": {"aims": "To lead", "activities": "Leading", "contact_url": "https://led.example/contact", "links": [{"title": "Events", "url": "https://led.example/events"}]}}
    kept = patch(server, lead, hub + "/profile", profile, tag)
    assert kept.status == 200, kept.text
    assert profile.items() <= kept.json.items() and server.get(hub).json == kept.json
    assert problem(patch(server, lead, hub + "/profile", {"blurb": None}, tag))[0] == 412
    assert patch(server, lead, hub + "/profile", {"page": {"aims": None}}).json["page"] == {key: value for key, value in profile["page"].items() if key != "aims"}
    assert patch(server, central, hub + "/profile", {"page": None}).json["page"] is None
    assert problem(patch(server, lead, hub + "/profile", {"logo_alt": None}))[0] == 422
    assert pointers(patch(server, lead, hub + "/profile", {"name": "Mine"})) == {"/body/name"}
    assert problem(patch(server, lead, hub, {"blurb": "x"})) == (403, "role-needed"), "the record is the central team's"
    assert problem(patch(server, other, hub + "/profile", {"blurb": "x"})) == (403, "forbidden"), "a Hub that all may see"
    for token in (member, applicant):
        assert problem(patch(server, token, hub + "/profile", {"blurb": "x"})) == (403, "role-needed")
    assert patch(server, None, hub + "/profile", {"blurb": "x"}).status == 401
    assert patch(server, lead, "/v1/hubs/founding-nowhere/profile", {"blurb": "x"}).status == 404
    assert server.send("PATCH", hub + "/profile", {"blurb": "x"}, token=lead).status == 428


def test_a_hub_starts_pauses_closes_and_opens_again(server, central, led, organisations):
    path = new_hub(server, central, "founding-life", organisations[10])
    status = path + "/statuses"
    assert [row["status"] for row in server.get(status).json["items"]] == ["proposed"]
    assert problem(post(server, central, status, {"status": "paused"})) == (409, "hub-status-transition")
    assert problem(post(server, central, status, {"status": "active", "from": day(1)})) == (422, "date-in-future")
    assert problem(post(server, central, status, {"status": "active", "from": "2001"}))[0] == 422, "before the one that it ends"
    active = post(server, central, status, {"status": "active", "evidence_on": day()[:7]}, key="life-1")
    assert active.status == 201, active.text
    assert (active.json["slug"], active.json["status"], active.json["status_evidence_on"]) == ("founding-life", "active", day()[:7])
    assert [{key: row[key] for key in ("status", "from", "to", "evidence_on")} for row in server.get(status).json["items"]] == [
        {"status": "active", "from": day(), "to": None, "evidence_on": day()[:7]}, {"status": "proposed", "from": day(), "to": day(), "evidence_on": None}]
    page = server.get(status + "?limit=1").json
    assert page["items"][0]["status"] == "active" and server.get(f"{status}?limit=1&cursor={page['next']}").json["items"][0]["status"] == "proposed"
    assert post(server, central, status, {"status": "active", "evidence_on": day()[:7]}, key="life-1").body == active.body
    assert (server.get(path).json["status"], server.get(path).json["branding_allowed"]) == ("active", True)
    for following, refused in (("paused", ("active", "proposed", "unknown")), ("active", ("paused", "proposed", "unknown")), ("closed", ("active", "proposed", "unknown"))):
        for wrong in refused:
            assert problem(post(server, central, status, {"status": wrong})) == (409, "hub-status-transition")
        assert post(server, central, status, {"status": following}).status == 201
    assert server.get(path).json["branding_allowed"] is False
    for wrong in ("paused", "proposed", "closed", "unknown"):
        assert problem(post(server, central, status, {"status": wrong})) == (409, "hub-status-transition")
    # A closed Hub lets its lead go, and needs one to open again.
    lead = leads(server, path)[0]
    assert patch(server, central, lead["href"], {"to": day(-1)}).status == 200
    assert problem(post(server, central, status, {"status": "active"})) == (409, "hub-needs-a-lead")
    assert post(server, central, path + "/leads", {"organisation": organisations[11], "from": day()}).status == 201
    assert post(server, central, status, {"status": "active"}).json["status"] == "active"
    assert problem(post(server, led[1], status, {"status": "closed"})) == (403, "role-needed")
    assert server.get("/v1/hubs/founding-nowhere/statuses").status == post(server, central, "/v1/hubs/founding-nowhere/statuses", {"status": "closed"}).status == 404


@pytest.mark.parametrize("round_", range(3))
def test_two_statuses_at_once(server, cluster, central, round_):
    path = new_hub(server, central, f"founding-two-{round_}")
    answers = together(*[lambda status=status: post(server, central, path + "/statuses", {"status": status}) for status in ("active", "closed") * 4])
    assert Counter(answer.status for answer in answers if answer.status != 409) <= Counter({201: 2}), [answer.text for answer in answers]
    rows = server.get(path + "/statuses").json["items"]
    assert [row["status"] for row in rows] in (["active", "proposed"], ["closed", "proposed"], ["closed", "active", "proposed"])
    assert [row["to"] for row in rows][0] is None and None not in [row["to"] for row in rows][1:]


# Leads.

def test_leads_come_and_go(server, central, organisations):
    hub = new_hub(server, central, "founding-leads")
    path = hub + "/leads"
    assert server.get(path).json["items"] == []
    first = post(server, central, path, {"organisation": organisations[0], "from": "2023-09-01", "note": "Convener", **FROM})
    assert first.status == 201, first.text
    assert first.json["status"] == "current" and (first.json["from"], first.json["to"], first.json["note"]) == ("2023-09-01", None, "Convener")
    assert server.get(first.headers["Location"]).json == first.json
    assert problem(post(server, central, path, {"organisation": organisations[0], "from": day()})) == (409, "hub-lead-twice")
    second = post(server, central, path, {"organisation": organisations[1], "from": "2024-01-01", "to": day(30)})
    assert problem(post(server, central, path, {"organisation": organisations[2], "from": day()})) == (409, "hub-has-two-leads")
    planned = post(server, central, path, {"organisation": organisations[2], "from": day(31)})
    assert (planned.status, planned.json["status"]) == (201, "planned"), "when the second one has gone there is room"
    assert problem(post(server, central, path, {"organisation": organisations[3], "from": day(), "to": day(-5)}))[0] == 422
    assert problem(post(server, central, path, {"organisation": "founding-nobody", "from": day()})) == (422, "reference-not-found")
    assert pointers(post(server, central, path, {"organisation": organisations[3]})) == {"/body/from"}

    ended = patch(server, central, second.headers["Location"], {"to": day(-1), "note": "Ended early"}, second.headers["ETag"])
    assert (ended.status, ended.json["status"], ended.json["to"]) == (200, "former", day(-1)), ended.text
    assert problem(patch(server, central, second.headers["Location"], {"note": None}, second.headers["ETag"]))[0] == 412
    assert problem(patch(server, central, first.headers["Location"], {"to": day()})) == (409, "hub-needs-a-lead")
    assert problem(patch(server, central, first.headers["Location"], {"to": "2020-01-01"}))[0] == 422
    assert patch(server, central, first.headers["Location"], {"to": day(30)}).status == 200, "the planned one follows"
    assert [lead["organisation"]["slug"] for lead in server.get(path).json["items"]] == [organisations[2], organisations[1], organisations[0]]
    assert server.send("PATCH", first.headers["Location"], {"note": "x"}, token=central).status == 428
    nobody = f"{path}/{uuid.uuid4()}"
    assert server.get(nobody).status == patch(server, central, nobody, {"note": "x"}).status == 404
    assert server.get("/v1/hubs/founding-nowhere/leads").status == 404
    assert post(server, central, "/v1/hubs/founding-nowhere/leads", {"organisation": organisations[0], "from": day()}).status == 404


def test_one_lead_hands_over_to_another(server, cluster, central, led, organisations):
    hub = new_hub(server, central, "founding-handover", organisations[0])
    old = leads(server, hub)[0]
    handover, body = old["href"] + "/handover", {"organisation": organisations[1], "from": day()}
    assert problem(post(server, central, f"{hub}/leads/{uuid.uuid4()}/handover", body))[0] == 404
    assert problem(post(server, central, handover, {**body, "organisation": "founding-nobody"})) == (422, "reference-not-found")
    assert problem(post(server, central, handover, {**body, "from": "2023-01-01"}))[0] == 422
    dry = post(server, central, handover + "?dry_run=true", body)
    assert dry.status == 201 and leads(server, hub) == [old]
    new = post(server, central, handover, body, key="handover")
    assert new.status == 201, new.text
    assert post(server, central, handover, body, key="handover").body == new.body
    assert new.headers["Location"] == new.json["href"] and new.json["organisation"]["slug"] == organisations[1]
    assert leads(server, hub) == [new.json]
    assert [(lead["organisation"]["slug"], lead["to"]) for lead in leads(server, hub, "former")] == [(organisations[0], day(-1))]
    assert problem(post(server, central, handover, {**body, "organisation": organisations[2]}))[0] == 409, "it has ended"
    assert post(server, central, f"/v1/hubs/founding-nowhere/leads/{old['id']}/handover", body).status == 404
    for method, path, given in (("POST", "/leads", {"organisation": organisations[2], "from": day()}), ("POST", f"/leads/{old['id']}/handover", body),
                                ("PATCH", f"/leads/{old['id']}", {"note": "x"})):
        assert problem(server.send(method, led[0] + path, given, token=led[1], if_match="*" if method == "PATCH" else None)) == (403, "role-needed"), "not the lead's own to say"


def test_a_last_known_lead_is_confirmed(server, cluster, central, organisations):
    hub = new_hub(server, central, "founding-known")
    cluster.psql(f"""INSERT INTO scip.hub_lead (hub_id, organisation_id, evidence_kind, evidence, sources, confidence)
        SELECT h.id, o.id, 'last_known', '2024', '{{test}}', 'low' FROM scip.hub h, scip.organisation o WHERE h.slug = 'founding-known' AND o.slug = '{organisations[0]}'""")
    lead = leads(server, hub, "last_known")[0]
    assert (lead["evidence_on"], lead["from"]) == ("2024", None)
    assert patch(server, central, lead["href"], {"note": "Asked in May"}).json["status"] == "last_known"
    assert problem(post(server, central, lead["href"] + "/handover", {"organisation": organisations[1], "from": day()}))[0] == 409, "nobody knows its days"
    ended = patch(server, central, lead["href"], {"to": day()}).json
    assert (ended["status"], ended["from"], ended["to"], ended["evidence_on"]) == ("former", None, day(), "2024"), "an end needs no invented beginning"
    assert [known["slug"] for known in server.get(hub).json.get("last_known_leads", [])] == []
    assert patch(server, central, lead["href"], {"to": day(-30)}).json["to"] == day(-30)
    confirmed = patch(server, central, lead["href"], {"from": "2024-02-01", "confidence": "high"}).json
    assert (confirmed["status"], confirmed["from"], confirmed["evidence_on"], confirmed["note"]) == ("current", "2024-02-01", None, "Asked in May")


@pytest.mark.parametrize("round_", range(3))
def test_many_want_to_lead_and_two_do(server, central, organisations, round_):
    hub = new_hub(server, central, f"founding-third-{round_}")
    answers = together(*[lambda slug=slug: post(server, central, hub + "/leads", {"organisation": slug, "from": day()}) for slug in organisations[:10]])
    assert Counter(answer.status for answer in answers) == {201: 2, 409: 8}
    assert {problem(answer) for answer in answers if answer.status == 409} == {(409, "hub-has-two-leads")}
    assert len(leads(server, hub)) == 2


@pytest.mark.parametrize("round_", range(3))
def test_both_leads_end_at_once_and_one_stays(server, central, organisations, round_):
    hub = new_hub(server, central, f"founding-last-{round_}", organisations[0])
    assert post(server, central, hub + "/leads", {"organisation": organisations[1], "from": "2024-01-01"}).status == 201
    answers = together(*[lambda lead=lead: patch(server, central, lead["href"], {"to": day(-1)}) for lead in leads(server, hub)])
    assert sorted(answer.status for answer in answers) == [200, 409]
    assert {problem(answer) for answer in answers if answer.status == 409} == {(409, "hub-needs-a-lead")}
    assert len(leads(server, hub)) == 1


@pytest.mark.parametrize("round_", range(3))
def test_one_lead_is_handed_over_once(server, central, organisations, round_):
    hub = new_hub(server, central, f"founding-heirs-{round_}", organisations[0])
    old = leads(server, hub)[0]
    answers = together(*[lambda slug=slug: post(server, central, old["href"] + "/handover", {"organisation": slug, "from": day()})
                         for slug in organisations[1:9]])
    assert Counter(answer.status for answer in answers) == {201: 1, 409: 7}
    assert len(leads(server, hub)) == 1
