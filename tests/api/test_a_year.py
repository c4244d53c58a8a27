"""One Hub's year as one story, from the application to the published evaluation of the network. Each person does and sees
their part: the organisation that applies, the central team, the Hub's lead and members, the national groups, other Hubs, a school and
visitors.

The chapters build on each other: run the whole file. Each is the test of the duties that framework.csv names it for. What somebody
has to do there, they try first where the contract lacks that operation: there the test has to fail, or the duty isn't tested.

The story has a clock of its own: scip.today(), on which all rules go, is set to its instants and afterwards set back.
What the database stamps with the real time is moved to the story's where a rule reads it."""
import contextlib
import csv
import datetime
import os
import re

import harness
import pytest

FROM = {"sources": ["https://www.scipalliance.example/minutes"], "confidence": "high"}
HUB, HEALTH = "/v1/hubs/year-hub", "/v1/hubs/year-hub/health"
PICTURE = b"\x89PNG\r\n\x1a\n" + bytes(100)
HEADINGS = ["practice", "challenges", "ideas", "priorities", "questions"]
SECTORS = ["he", "fe", "school_sector", "local_authority"]
REAL = """CREATE OR REPLACE FUNCTION scip.today() RETURNS date LANGUAGE sql STABLE PARALLEL SAFE
    RETURN ({} AT TIME ZONE 'Europe/London')::date"""
DUTIES = {(row["test"], row["who"], operation) for row in csv.DictReader((harness.ROOT / "tests/api/framework.csv").open())
          for operation in row["operations"].split()}


def accepted(answer, status=None):
    """What came back, where all is well or it is the status that is named."""
    assert answer.status == status if status else answer.status < 300, (answer.status, answer.text)
    return answer.json if answer.body.startswith((b"{", b"[")) else answer.body if answer.headers["Content-Type"] == "image/png" else answer.text


def person_of(record):
    return record["person"]["id"]


class Person:
    """Somebody who acts. What they do succeeds, or comes to the status that is named."""

    def __init__(self, year, who, role=None, **subject):
        self.year, self.who = year, who
        self.token = role and year.cluster.token(year.server, role, fresh=True, **subject)

    def do(self, method, path, body=None, status=None, **headers):
        send = lambda server: server.send(method, path, body, token=self.token, **headers)
        duty = (self.year.chapter, self.who, self.year.operation(method, path))
        if duty in DUTIES - self.year.proven:
            with self.year.lacking(duty[2]) as without:
                answer = send(without)
            assert answer.status in (404, 405), f"{duty} is possible without its operation: {answer.text}"
            with pytest.raises(AssertionError):
                accepted(answer, status)
            self.year.proven.add(duty)
        return accepted(send(self.year.server), status)

    def get(self, path, **more):
        return self.do("GET", path, **more)

    def post(self, path, body=None, **more):
        return self.do("POST", path, body, **more)

    def put(self, path, body=None, **more):
        """What there is not yet."""
        return self.do("PUT", path, body, **{"If_None_Match": "*", **more})

    def replace(self, path, body, **more):
        return self.do("PUT", path, body, if_match="*", **more)

    def patch(self, path, body, **more):
        return self.do("PATCH", path, body, if_match="*", **more)

    def soon(self, path, holds):
        return harness.wait_until(lambda: self.get(path), holds)


class Year:
    """The clock, the people, what they have made, and how the Hub stands."""

    def __init__(self, cluster, server, lacking, contract):
        self.cluster, self.server, self.lacking, self.proven, self.chapter = cluster, server, lacking, set(), None
        paths = sorted(((path, item) for path, item in contract["paths"].items()), key=lambda each: each[0].count("{"))
        self.paths = [(re.compile(re.sub(r"\\{\w+\\}", "[^/]+", re.escape(path))), item) for path, item in paths]
        self.rules = {}

    def operation(self, method, path):
        found = next(item for pattern, item in self.paths if pattern.fullmatch(path.partition("?")[0]))
        return found[method.lower()]["operationId"]

    def set(self, instant):
        """To an instant, in UTC; a day alone is its noon."""
        self.instant = instant if "T" in instant else instant + "T12:00:00Z"
        self.cluster.psql(REAL.format(f"timestamptz '{self.instant}'"), "scip_migrator")

    def stamp(self):
        """What was submitted and shared just now was so at the story's instant."""
        self.cluster.psql(f"""BEGIN; SET LOCAL session_replication_role = replica;
            CREATE TEMP TABLE h AS SELECT id FROM scip.hub WHERE slug = 'year-hub';
            UPDATE scip.quarterly_update SET submitted_at = '{self.instant}' WHERE submitted_at < '2039-01-01' AND hub_id IN (TABLE h);
            UPDATE scip.meeting SET agenda_completed_at = '{self.instant}' WHERE agenda_completed_at < '2039-01-01' AND hub_id IN (TABLE h);
            UPDATE scip.meeting SET attendance_shared_at = '{self.instant}'
              WHERE attendance_shared_at < '2039-01-01' AND hub_id IN (TABLE h);
            UPDATE scip.minutes SET shared_at = '{self.instant}'
              WHERE shared_at < '2039-01-01' AND meeting_id IN (SELECT id FROM scip.meeting WHERE hub_id IN (TABLE h));
            COMMIT""")

    def stands(self, period=None, **changes):
        """How the Hub stands with every rule, as its lead sees it: what has changed, and nothing else."""
        self.stamp()
        self.rules.update(changes)
        health = self.lead.get(HEALTH + (f"?period={period}" if period else ""))
        assert {rule["rule"]: rule["status"] for rule in health["rules"]} == self.rules, self.instant
        return {rule["rule"]: rule for rule in health["rules"]}


def clear(cluster):
    cluster.psql(REAL.format("now()"), "scip_migrator")
    cluster.remove(hub="slug LIKE 'year-%'", organisation="slug LIKE 'year-%'", alliance_group="slug LIKE 'year-%'", release="period = '2040-41'",
                   meeting="title LIKE 'Year: %'", message="title LIKE 'Year: %'", group_seat="title LIKE 'Year: %'",
                   training_session="hub_id IN (SELECT id FROM scip.hub WHERE slug LIKE 'year-%')",
                   **{table: "slug LIKE 'year-%'" for table in ("event", "programme", "course", "document", "region", "branding")},
                   person="name LIKE 'Year Member %' OR email LIKE '%@year.example'", account_role="starts > '2039-01-01'",
                   idempotency="body LIKE '%@year.example%'")


@contextlib.contextmanager
def served_without(cluster, contract, operations):
    server = harness.Server("lacking", DATABASE_URL=cluster.url(), **harness.lacking(contract, operations))
    try:
        yield server
    finally:
        server.stop()


@pytest.fixture(scope="module")
def lacking(cluster, server, contract):
    """Of an operation, the server that lacks it: one for all of them; where there is time (SCIP_LONG), one that lacks nothing else."""
    if os.environ.get("SCIP_LONG"):
        yield lambda operation: served_without(cluster, contract, {operation})
        return
    with served_without(cluster, contract, {operation for _, _, operation in DUTIES}) as one:
        yield lambda operation: contextlib.nullcontext(one)


@pytest.fixture(scope="module")
def story(cluster, server, contract, lacking):
    clear(cluster)
    try:
        year = Year(cluster, server, lacking, contract)
        year.set("2040-05-07")
        year.central, year.website = Person(year, "Central team", "central"), Person(year, "Website", "website")
        year.visitor = Person(year, "Visitor")
        yield year
    finally:
        clear(cluster)


@pytest.fixture
def year(story, request):
    story.chapter = request.node.name
    return story


# 2040: a Hub begins.

def test_a_university_applies_to_lead_a_hub(year):
    """May 2040. It applies, the Hub Leads Group says yes, and there is a Hub."""
    for slug, sector in (("year-university", "he"), ("year-other", "he"), ("year-school", "school_sector")):
        year.central.put(f"/v1/organisations/{slug}", {"name": slug.title(), "sectors": [{"sector": sector}], **FROM})
    applicant = Person(year, "Applicant", "partner", organisation="year-university")
    year.hub_leads = Person(year, "Hub Leads Group", "group_member", group="hub-leads-group", standing_for="year-other")

    path = applicant.post("/v1/hub-applications", {
        "organisation": "year-university", "name": "Year Hub", "slug": "year-hub", "nations": ["GB-ENG"], "regions": ["E12000008"],
        "rationale": "Forty schools near three bases"})["href"]
    applicant.patch(path, {"expected_partners": [{"sector": "school_sector", "name": "The downs' heads' forum"}]})
    year.hub_leads.get(path, status=404)
    assert applicant.post(path + "/submission")["status"] == "submitted"
    assert year.hub_leads.get(path)["expected_partners"][0]["name"] == "The downs' heads' forum"
    year.hub_leads.post(path + "/review")
    assert year.hub_leads.post(path + "/decision", {"decision": "approved", "note": "Welcome"})["status"] == "approved"
    decided = applicant.get(path)
    assert (decided["decision_note"], decided["hub"]["slug"]) == ("Welcome", "year-hub")

    year.lead = Person(year, "Hub Lead", "hub_lead", hub="year-hub")
    assert [lead["organisation"]["slug"] for lead in year.visitor.get(HUB + "/leads")["items"]] == ["year-university"]
    now = year.stands(membership_quorate="not_yet", two_meetings="not_applicable", five_headings="not_yet", minutes_shared="not_yet",
                      quarterly_updates="not_applicable", messages_relayed="not_applicable", pathway="not_yet", evaluation="not_applicable",
                      national_meetings="not_applicable", yearly_review="not_applicable")
    assert now["pathway"]["next_action"] == "Hub Lead organisation identified" and now["pathway"]["due_on"] == "2040-08-31"
    assert now["membership_quorate"]["evidence"] == {"members": 0, "minimum": 4, "missing_sectors": SECTORS}


def test_the_lead_walks_the_first_steps(year):
    """The pathway says what comes: who leads, the date of the first meeting, whom to invite, and the Alliance."""
    year.set("2040-05-21")
    pathway = year.lead.get(HUB + "/pathway")
    assert [step["code"] for step in pathway["steps"]] == [
        "lead_identified", "inaugural_date_set", "partners_invited", "alliance_invited", "minute_taker_arranged", "page_sent",
        "second_meeting_planned", "reporting_under_way", "evaluation_arranged", "mapping_exercise"]
    assert pathway["percent_complete"] == 0
    year.steps = {step["code"]: step["href"] for step in pathway["steps"]}
    year.lead.patch(year.steps["lead_identified"], {"done_on": "2040-05-07", "evidence": "The vice-chancellor's letter"})
    lead = year.visitor.get(HUB + "/leads")["items"][0]["id"]
    overseer = year.lead.post(HUB + "/lead-people", {"lead": lead, "role": "senior_manager", "name": "Year Member of the board"})
    assert (overseer["from"], overseer["organisation"]["slug"]) == ("2040-05-21", "year-university")
    year.lead.post(HUB + "/lead-people", {"lead": lead, "role": "functional_lead", "name": "Year Member who leads",
                                          "authority_to_represent": True, "time_and_travel": True})
    assert {one["name"] for one in year.hub_leads.get(HUB + "/lead-people?current=true")["items"]} == {
        "Year Member of the board", "Year Member who leads"}
    year.visitor.get(HUB + "/lead-people", status=401)

    year.inaugural = year.lead.post(HUB + "/meetings", {
        "kind": "inaugural", "title": "Inaugural meeting", "starts_at": "2040-06-20T13:00:00Z", "venue": "The university"})["href"]
    year.lead.patch(year.steps["inaugural_date_set"], {"done_on": "2040-05-21", "evidence": "20 June"})
    asked = [year.lead.post(HUB + "/invitations", {"sector": sector, "name": name})["href"] for sector, name in (
        ("he", "The widening participation team"), ("fe", "The college's principal"), ("local_authority", "The council's champion"),
        ("school_sector", "The heads' forum"), ("charity", "A families' federation"), ("armed_forces", "The unit welfare officer"))]
    for number, href in enumerate(asked):
        year.lead.patch(href, {"status": "declined" if number == 4 else "accepted", "responded_on": "2040-05-21"})
    pathway = year.lead.get(HUB + "/pathway")
    partners = year.lead.get(year.steps["partners_invited"])
    assert [one["sector"] for one in partners["contacts"]] == ["he", "fe", "local_authority", "school_sector", "charity", "armed_forces"]
    assert partners["contacts"][5]["guidance"] == "Local bases: approach the unit welfare officer." and partners["proof"] == HUB + "/invitations"
    assert "www.scipalliance.org" in year.lead.get(year.steps["alliance_invited"])["guidance"], "what to send"
    assert {*pathway["sectors_invited"]} == {"he", "fe", "local_authority", "school_sector", "charity", "armed_forces"}
    assert pathway["percent_complete"] == 22, "two of nine; the map of networks is optional"
    year.lead.patch(year.steps["partners_invited"], {"done_on": "2040-05-21", "evidence": "Six letters"})
    year.lead.patch(year.steps["alliance_invited"], {"done_on": "2040-05-21", "evidence": "The central team comes"})
    assert year.hub_leads.get(HUB + "/pathway")["percent_complete"] == 44
    assert year.stands()["pathway"]["evidence"] == {"required": 9, "done": 4}


def test_people_join(year):
    """June. Sector by sector, until the membership is quorate by the Hub's own rule."""
    year.set("2040-06-11")
    year.lead.put(HUB + "/quorum-rules/2040-06-11", {"sectors": SECTORS, "minimum_members": 4})
    year.people = []
    for number, sector in enumerate(SECTORS):
        year.stands()
        year.people.append(year.lead.post(HUB + "/members", {
            "name": f"Year Member {number}", "sector": sector, "organisation_name": f"Employer {number}"}))
    now = year.stands(membership_quorate="met")
    assert now["membership_quorate"]["evidence"] == {"members": 4, "minimum": 4, "missing_sectors": []}
    assert year.lead.patch(year.people[2]["href"], {"ambassador": True})["ambassador"] is True

    year.member = Person(year, "Hub member")
    name, secret = year.cluster.client("hub_member", hub="year-hub")
    year.cluster.psql(f"UPDATE scip.account SET person_id = '{person_of(year.people[2])}' WHERE subject = '{name}'", "scip_migrator")
    year.member.token = accepted(year.server.form("/oauth/token", {"grant_type": "client_credentials"}, (name, secret)))["access_token"]
    own = year.member.get(year.people[2]["href"])
    assert (own["sector"], own["organisation_name"], own["ambassador"]) == ("school_sector", "Employer 2", True)
    voice = {"groups": ["The primary schools of the county"], "contexts": ["Rural schools"], "beneficiaries": ["Service children who move"]}
    assert year.member.replace(own["href"] + "/speaks-for", voice)["speaks_for"] == voice
    assert year.lead.get(own["href"])["speaks_for"] == voice
    quorum = year.member.get(HUB + "/quorum")
    assert (quorum["quorate"], quorum["missing_sectors"], quorum["rule_from"]) == (True, [], "2040-06-11")
    assert [one["sector"] for one in year.lead.get(HUB + "/members")["items"]] == SECTORS


def attend(year, meeting, *states):
    """The lead notes who of the four came."""
    year.lead.replace(meeting + "/attendance", {
        "items": [{"person": person_of(one), "status": state} for one, state in zip(year.people, states)]})


def share(year, meeting):
    minutes = year.lead.post(meeting + "/minutes", {"text": "Resolved to go on."})["href"]
    year.lead.post(minutes + "/approval")
    year.lead.post(minutes + "/sharing")


def complete(year, meeting):
    items = year.lead.get(meeting + "/agenda")["items"]
    assert [item["heading"] for item in items] == HEADINGS
    for item in items:
        year.lead.patch(item["href"], {"outcome": "nothing_raised" if item["heading"] == "ideas" else "addressed"})
    year.lead.post(meeting + "/agenda-completion")


def test_the_inaugural_meeting(year):
    """20 June 2040. The framework's agenda, the central team's part in it, resolutions and actions, minutes for the network."""
    meeting = year.inaugural
    year.lead.post(meeting + "/held", {}, status=409)
    year.set("2040-06-20")
    agenda = year.lead.get(meeting + "/agenda")["items"]
    assert [item["title"] for item in agenda] == [
        "Welcome", "Introductions", "The SCiP Alliance", "The SCiP Alliance Hub network", "A Year Hub", "Operating Practices",
        "Plans and actions"]
    assert [item["led_by"] for item in agenda] == ["Host organisation"] * 2 + ["SCiP Alliance"] * 2 + ["Proposed Hub Lead"] * 3
    assert [bool(item["intended_outcome"]) for item in agenda] == [False] + [True] * 6, "a welcome is its own"
    network = agenda[3]
    year.central.patch(network["href"], {"notes": "What the network is for and how it works"})
    year.lead.patch(agenda[-1]["href"], {"notes": "Two meetings a year; the college looks for a speaker"})
    assert year.member.get(network["href"])["notes"] == "What the network is for and how it works"

    attend(year, meeting, "present", "present", "present", "apologies")
    year.lead.post(meeting + "/resolutions", {"text": "A Hub is wanted, and the university leads it"})
    year.action = year.lead.post(meeting + "/actions", {
        "text": "Find a speaker", "owner": person_of(year.people[1]), "due_on": "2040-10-31"})["href"]
    year.lead.post(meeting + "/held", {"guests": 12})
    assert year.stands()["minutes_shared"]["next_action"] == "Share minutes and attendance of the meeting of 2040-06-20"
    share(year, meeting)
    assert year.stands()["minutes_shared"]["evidence"] == {"held": 1, "minutes_shared": 1, "attendance_shared": 0}
    year.lead.post(meeting + "/attendance-sharing")
    year.stands(minutes_shared="met")
    assert [one["text"] for one in year.member.get(HUB + "/actions")["items"]] == ["Find a speaker"]
    year.other_lead = Person(year, "Lead of another Hub", "hub_lead", hub="scotland-hub")
    assert {row["sector"]: row["present"] for row in year.other_lead.get(meeting + "/attendance-summary")["sectors"]} == {
        "he": 1, "fe": 1, "school_sector": 1, "local_authority": 0}
    assert "Inaugural meeting" in {one["meeting"]["name"] for one in year.other_lead.get("/v1/minutes?limit=200")["items"]}


def test_the_hub_says_how_it_works(year):
    """What the inaugural meeting has adopted: the framework's section on how Hubs operate, with what this Hub has set."""
    terms = year.lead.post(HUB + "/terms-of-reference", {})
    assert "Year Hub is led by Year-University." in terms["text"] and "at least 4 members" in terms["text"] and "%" not in terms["text"]
    assert year.visitor.get(HUB + "/terms-of-reference")["items"] == [], "a draft is the Hub's"
    year.lead.patch(terms["href"], {"text": terms["text"] + "\n\nThe Hub meets in term time."})
    year.lead.post(terms["href"] + "/adoption", {"meeting": year.inaugural.split("/")[-1]})
    adopted = year.visitor.get(HUB + "/terms-of-reference")["items"][0]
    assert (adopted["status"], adopted["adopted_on"], adopted["meeting"]["href"]) == ("in_force", "2040-06-20", None)
    assert adopted["text"].endswith("in term time.")


def test_the_hub_is_on_the_website(year):
    """The lead sends the page; the central team opens the Hub; visitors find it and whom to ask."""
    year.lead.patch(HUB + "/profile", {
        "blurb": "We meet twice a year.", "logo": "https://year.example/logo.svg", "logo_alt": "A lighthouse",
        "page": {"aims": "To be asked", "contact_url": "https://year.example/contact"}})
    year.lead.put(HUB + "/files/logo.png", PICTURE)
    year.lead.get(HUB + "/files/logo.png", status=403)
    year.central.put("/v1/branding/year-mark", {"title": "Hub mark", "title_cy": "Nod yr Hybiau", "usage": "On what an active Hub publishes.",
                                                "usage_cy": "Ar yr hyn y mae Hwb gweithredol yn ei gyhoeddi."})
    year.central.put("/v1/branding/year-mark/files/mark.png", PICTURE)
    year.lead.get("/v1/branding", status=403)
    assert year.visitor.get(HUB)["branding_allowed"] is False
    year.central.post(HUB + "/statuses", {"status": "active"})
    year.stands(evaluation="not_yet")
    hub = year.visitor.soon(HUB, lambda hub: hub["status"] == "active")
    assert (hub["branding_allowed"], hub["page"]["contact_url"], hub["logo_alt"]) == (True, "https://year.example/contact", "A lighthouse")
    assert [file["name"] for file in year.visitor.get(HUB + "/files")["items"]] == ["logo.png"]
    year.lead.get(HUB + "/files/logo.png", status=200)
    assert "year-mark" in {one["slug"] for one in year.lead.get("/v1/branding?limit=100")["items"]}
    mark = year.lead.get("/v1/branding/year-mark")
    assert mark["usage_cy"].startswith("Ar yr hyn") and mark["files"][0]["media_type"] == "image/png"
    year.lead.get(mark["files"][0]["href"], status=200)
    assert [lead["slug"] for lead in hub["current_leads"]] == ["year-university"]
    assert "year-hub" in {one["slug"] for one in year.visitor.get("/v1/hubs?lead=year-university")["items"]}

    # What is recorded proves a step; what is not yet is done with a reason alone.
    for code, evidence, reason in (
            ("minute_taker_arranged", "The college", None), ("page_sent", "Sent", None),
            ("second_meeting_planned", "12 November; one action", "The plan is made at that meeting"),
            ("reporting_under_way", "Headings and quarters agreed", "The first update is due in December"),
            ("evaluation_arranged", "The template is read", "The first year begins in September")):
        year.stands()
        done = {"done_on": "2040-06-20", "evidence": evidence}
        if reason:
            year.lead.patch(year.steps[code], done, status=422)
        assert year.lead.patch(year.steps[code], {**done, **({"reason": reason} if reason else {})})["reason"] == reason
    year.stands(pathway="met")
    for name in ("The county's Covenant partnership", "The schools' forum"):
        year.lead.post(HUB + "/local-networks", {"name": name, "region": "E12000008"})
    year.lead.patch(year.steps["mapping_exercise"], {"done_on": "2040-06-20", "evidence": "Two networks of the Covenant"})
    assert year.lead.get(HUB + "/pathway")["percent_complete"] == 100
    assert len(year.other_lead.get(HUB + "/local-networks")["items"]) == 2


def test_the_hub_knows_its_area(year):
    """A district that the lead names among the Hub's areas, what is published of it, and what a school has said: a small number."""
    district = {"name": "Year District", "gss_code": "E07999940", "within": "south-east", "longitude": -1.1, "latitude": 51.2, "sources": FROM["sources"]}
    assert year.central.put("/v1/regions/year-district", district)["within"]["slug"] == "south-east"
    hub = year.lead.patch(HUB + "/profile", {"regions": ["E12000008", "year-district"]})
    assert {region["slug"] for region in hub["regions"]} == {"south-east", "year-district"}
    figure = {"region": "year-district", "title": "Service children in state schools", "as_of": "2040-01", "unit": "children",
              "source": "https://year.example/figures", "licence": "Open Government Licence v3.0"}
    year.lead.post(HUB + "/local-figures", {**figure, "value": 4, "published": False})
    year.lead.post(HUB + "/local-figures", {**figure, "value": 1203, "published": True})
    assert {(one["value"], one["status"]) for one in year.visitor.get(HUB + "/local-figures?region=E07999940")["items"]} == {
        (None, "suppressed"), (1203, "value")}


# The academic year 2040-41.

def test_a_year_begins_in_london(year):
    """31 August, half past eleven by UTC, is the first minutes of the next year; the launch year asks no more."""
    year.set("2040-08-31T22:59:59Z")
    assert year.lead.get(HEALTH)["period"] == "2039-40"
    year.set("2040-08-31T23:30:00Z")
    assert year.lead.get(HEALTH)["period"] == "2040-41"
    year.stands("2039-40", five_headings="not_applicable")
    now = year.stands(two_meetings="not_yet", five_headings="not_yet", minutes_shared="not_yet", quarterly_updates="not_yet",
                      yearly_review="not_yet")
    assert now["quarterly_updates"]["next_action"] == "Submit the update of 2040-41-Q1"
    assert now["quarterly_updates"]["due_on"] == "2040-12-21" and now["evaluation"]["due_on"] == "2041-11-30"
    assert now["two_meetings"]["next_action"] == "Plan and hold 2 more"


def test_a_message_for_hubs_is_passed_on(year):
    """October. The central team gives the national group a seat for the Hub's lead; a message comes down and goes on to the members."""
    year.set("2040-10-05")
    year.central.put("/v1/groups/year-practice", {"name": "Year Practice Group", "kind": "working_group", "status": "active", **FROM})
    for group in ("hub-leads-group", "year-practice"):
        year.central.post(f"/v1/groups/{group}/seats", {
            "title": "Year: the Hub's lead", "organisation": "year-university", "person": person_of(year.people[0])})
    year.practice = Person(year, "Practice Group", "group_member", group="year-practice")
    message = year.practice.post("/v1/messages", {"group": "year-practice", "title": "Year: a survey", "text": "Please ask your members"})
    assert year.stands(messages_relayed="not_yet")["messages_relayed"]["next_action"] == "Relay a message, the oldest of 2040-10-05"
    assert year.lead.get(message["href"])["text"] == "Please ask your members"
    year.lead.put(f"{HUB}/relays/{message['id']}", {"note": "Read out"})
    year.stands(messages_relayed="met")
    assert year.member.get(f"{HUB}/relays/{message['id']}")["note"] == "Read out"
    assert "Year: a survey" in {one["title"] for one in year.member.get("/v1/messages?limit=200")["items"]}


def test_the_first_meeting_of_the_year(year):
    """November. The five headings are on the agenda, and it is not complete before each was addressed."""
    planned = {"title": "Autumn meeting", "starts_at": "2040-11-12T10:00:00Z", "online": True}
    year.first = year.lead.post(HUB + "/meetings", planned)["href"]
    year.lead.patch(year.first, {"venue": "Room 1"})
    assert year.stands()["two_meetings"]["evidence"] == {"held": 0, "planned": 1}
    year.set("2040-11-12")
    attend(year, year.first, "present", "present", "present", "present")
    assert year.lead.post(year.first + "/held", {})["quorum"]["quorate"] is True
    now = year.stands()
    assert now["two_meetings"]["evidence"]["held"] == 1
    assert now["five_headings"]["next_action"] == "Complete the agenda of the meeting of 2040-11-12"
    year.lead.post(year.first + "/agenda-completion", status=409)
    complete(year, year.first)
    year.stands(five_headings="met")
    year.lead.post(year.first + "/attendance-sharing")
    share(year, year.first)
    year.stands(minutes_shared="met")
    year.lead.patch(year.action, {"done_on": "2040-11-12"})
    assert year.member.get(HUB + "/actions")["items"][0]["done_on"] == "2040-11-12"


def test_the_hub_works_to_a_plan_and_with_another(year):
    """November. What was agreed becomes a plan; who took something on says when it is done; two Hubs and a school share a project."""
    plan = year.lead.put("/v1/projects/year-plan", {
        "name": "Plan of the year", "hub": "year-hub", "kind": "action_plan", "aims": "Each school knows whom to ask"})["href"]
    year.lead.post(year.first + "/actions", {"text": "List the schools", "project": "year-plan"})
    owned = year.lead.post(plan + "/actions", {
        "text": "Ask the schools", "owner": person_of(year.people[2]), "due_on": "2040-11-11"})
    assert [one["text"] for one in year.other_lead.get(plan + "/actions")["items"]] == ["Ask the schools", "List the schools"]
    assert [one["href"] for one in year.central.get("/v1/actions?hub=year-hub&overdue=true")["items"]] == [owned["href"]]
    mine = year.member.get("/v1/me/actions")["items"]
    assert [one["href"] for one in mine] == [owned["href"]]
    assert year.member.patch(mine[0]["href"], {"done_on": "2040-11-12"})["done_on"] == "2040-11-12"
    assert year.central.get("/v1/actions?hub=year-hub&overdue=true")["items"] == []

    project = year.lead.put("/v1/projects/year-moves", {
        "name": "One form for every move", "hub": "year-hub", "hubs": ["scotland-hub"], "partners": ["year-school"],
        "aims": "A school knows what a child has learnt before", "status": "under_way"})["href"]
    form = year.other_lead.get("/v1/projects?hub=scotland-hub&q=form")["items"][0]
    assert [one["slug"] for one in form["hubs"]] == ["scotland-hub", "year-hub"] and form["partners"][0]["slug"] == "year-school"
    year.other_lead.post(project + "/actions", {"text": "Try it in Leuchars", "hub": "scotland-hub"})
    done = year.lead.patch(project, {"status": "completed", "results": "Twelve schools use one form"})
    assert (done["status"], done["results"]) == ("completed", "Twelve schools use one form")


def test_what_was_raised_goes_up_and_is_answered(year):
    """A question, a challenge, an idea, a priority, some practice, a success; the group answers by the means that fits best, and another
    Hub what is open to all."""
    kinds = {kind: year.lead.post(HUB + "/messages", {
        "kind": kind, "group": "hub-leads-group" if kind == "question" else "year-practice", "title": f"Year: a {kind}",
        "text": "Who pays for travel?"}) for kind in ("question", "challenge", "idea", "priority", "practice", "success")}
    rates = lambda person: person.get("/v1/network/message-rates?period=2040-41-Q1")
    assert rates(year.central)["loop_closed_rate"] == {"numerator": 0, "denominator": 6, "percent": 0.0}
    assert {one["kind"] for one in year.practice.get("/v1/messages?hub=year-hub&answered=false")["items"]} == set(kinds) - {"question"}
    year.hub_leads.replace(kinds["question"]["href"] + "/response", {"response": "The travel fund", "response_channel": "direct_reply"})
    year.practice.replace(kinds["idea"]["href"] + "/response", {
        "response": "The spring conference takes it up", "response_channel": "conference_input"})
    now = rates(year.lead)
    assert now["loop_closed_rate"] == {"numerator": 2, "denominator": 6, "percent": 33.3} and now["relay_rate"]["numerator"] == 1
    assert year.member.get(kinds["question"]["href"])["response"] == "The travel fund"
    assert year.lead.get(kinds["idea"]["href"])["response_channel"] == "conference_input"
    year.central.put("/v1/documents/year-answer", {"title": "Year: what the group found", "kind": "guide", **FROM})
    year.practice.post("/v1/links", {"from_record": kinds["idea"]["href"], "to_record": "/v1/documents/year-answer", "relation": "led_to"})
    for who in (year.practice, year.lead):
        assert [one["from_record"]["name"] for one in who.get("/v1/links?record=/v1/documents/year-answer")["items"]] == ["Year: a idea"]
    assert year.visitor.get("/v1/links?record=/v1/documents/year-answer")["items"] == []
    year.other_lead.get(kinds["success"]["href"], status=404)
    for kind in ("success", "challenge"):
        year.lead.post(kinds[kind]["href"] + "/opening")
    assert year.other_lead.get(kinds["success"]["href"])["title"] == "Year: a success"
    year.other_lead.put("/v1/hubs/scotland-hub/answers/" + kinds["challenge"]["id"], {"text": "Ours share a car"})
    assert [one["text"] for one in year.member.get(kinds["challenge"]["href"] + "/answers")["items"]] == ["Ours share a car"]


def test_the_hub_at_work(year):
    """What the Hub leads, what a member does because of it, a speaker from outside, young people reached."""
    activities = HUB + "/activities"
    year.lead.post(activities, {
        "kind": "member_because_of_hub", "held_on": "2040-11-10", "title": "A college's open day", "membership": year.people[1]["id"]})
    year.lead.post(activities, {"kind": "hub_led", "held_on": "2040-11-11", "title": "A day for teachers", "themes": ["practice"]})
    year.lead.post(activities, {"kind": "outreach", "held_on": "2040-11-09", "title": "Festival", "interventions": 2, "young_people": 20})
    assert {one["kind"] for one in year.member.get(activities)["items"]} == {"member_because_of_hub", "hub_led", "outreach"}

    year.central.put("/v1/programmes/year-forces", {"name": "Year Forces", **FROM})
    year.lead.post("/v1/programmes/year-forces/participants", {"hub": "year-hub", "from": "2040-09-01", "note": "A day each term"})
    year.central.post("/v1/programmes/year-forces/participants", {"organisation": "year-school"})
    year.visitor.soon("/v1/programmes?hub=year-hub", lambda page: [one["slug"] for one in page["items"]] == ["year-forces"])
    for slug, more in (("year-speaker", {"kind": "webinar", "starts_on": "2040-11-20"}),
                       ("year-forces", {"kind": "creative_forces", "programme": "year-forces", "starts_on": "2040-11-12"})):
        year.lead.put("/v1/events/" + slug, {"title": "Year: " + slug, "hub": "year-hub", **more, **FROM})
        year.visitor.get("/v1/events/" + slug, status=404)
        year.lead.post(f"/v1/events/{slug}/publication")
    year.visitor.soon("/v1/events?hub=year-hub", lambda page: {one["slug"] for one in page["items"]} == {"year-speaker", "year-forces"})
    year.lead.post("/v1/events/year-forces/held", {"attendance": 31})
    year.lead.put("/v1/events/year-forces/outreach", {"interventions": 3, "young_people": 47})
    assert year.member.get("/v1/events/year-forces/outreach")["young_people"] == 47
    assert [one["slug"] for one in year.visitor.get("/v1/events?programme=year-forces")["items"]] == ["year-forces"]
    year.stands()


def test_members_are_trained_and_a_school_judges_itself(year):
    """The Toolkit: a session of the Hub, booked on the website, with feedback and a certificate; a school's stages."""
    year.central.put("/v1/training/courses/year-course", {"name": "The Toolkit in practice", **FROM})
    session = year.lead.post("/v1/training/sessions", {"course": "year-course", "hub": "year-hub", "starts_at": "2040-11-14T10:00:00Z",
                                                       "ends_at": "2040-11-14T12:00:00Z", "capacity": 10})["href"]
    year.lead.post(session + "/publication")
    delegate = {"name": "Dee Delegate", "email": "dee@year.example", "sector": "school_sector"}
    booking = year.website.post(session + "/bookings", delegate, key="year-booking")["href"]
    year.set("2040-11-14")
    year.lead.post(session + "/held")
    year.lead.replace(booking + "/attendance", {"attended": True})
    link = year.website.post(booking + "/feedback-link")
    year.website.post(link["href"], {"token": link["token"], "rating": 5})
    code = year.website.post(booking + "/certificate")["code"]
    assert "Dee" not in str(year.visitor.get("/v1/certificates/" + code))
    assert year.lead.get(session + "/feedback")["ratings"] is not None
    trained = year.lead.get("/v1/training/delegates?hub=year-hub&period=2040-41&attended=true")["items"]
    assert [(one["name"], one["course"]["slug"], one["member"]) for one in trained] == [("Dee Delegate", "year-course", False)]

    principles = [one["slug"] for one in year.visitor.get("/v1/toolkit/principles")["items"]]
    year.school = Person(year, "School", "partner", organisation="year-school")
    stages = {principles[0]: "emerging", principles[1]: "embedding"}
    assert year.school.put("/v1/organisations/year-school/self-assessments/2040-11-14", {"principles": stages})["principles"] == stages
    assert year.visitor.get("/v1/resources?limit=1")["items"], "what the bank has for them"


def test_the_first_update(year):
    """December. Due on the 21st, complete or not at all; the Hub Leads Group reads it."""
    year.set("2040-12-10")
    update = HUB + "/quarterly-updates/2040-41-Q1"
    year.lead.put(update, {heading: "Said in the meeting" for heading in HEADINGS[:4]})
    year.lead.post(update + "/submission", status=422)
    year.lead.patch(update, {"questions": "Who pays for travel?", "member_updates": "A new school"})
    year.lead.post(update + "/submission")
    now = year.stands()
    assert now["quarterly_updates"]["evidence"] == {"required": 4, "submitted": 1, "nil_returns": 0, "late": 0, "missed": 0}
    assert now["quarterly_updates"]["due_on"] == "2041-03-21"
    submitted = year.hub_leads.get("/v1/quarterly-updates?period=2040-41-Q1&status=submitted&limit=200")["items"]
    assert [one["member_updates"] for one in submitted if one["hub"]["slug"] == "year-hub"] == ["A new school"]


def test_a_meeting_in_the_snow_and_one_of_the_hub_leads(year):
    """February 2041. What is cancelled does not count; the group's meeting does, for who has a seat there for the Hub's lead. The Hub is
    invited to report, from its last update, and hears what the meeting says to it."""
    year.set("2041-02-03")
    cancelled = year.lead.post(HUB + "/meetings", {"title": "Snow", "starts_at": "2041-02-04T10:00:00Z", "online": True})["href"]
    year.lead.post(cancelled + "/cancellation")
    assert year.stands()["two_meetings"]["evidence"] == {"held": 1, "planned": 0}

    seats = [seat["title"] for seat in year.hub_leads.get("/v1/groups/hub-leads-group/seats?limit=200")["items"]]
    assert "Year: the Hub's lead" in seats
    meeting = year.hub_leads.post("/v1/groups/hub-leads-group/meetings", {
        "title": "Year: Hub Leads", "starts_at": "2041-02-03T10:00:00Z", "online": True})["href"]
    year.hub_leads.post(meeting + "/agenda", {"title": "What we learnt from each other", "led_by": "The Year Hub"})
    year.hub_leads.post(meeting + "/report-invitations")
    report = year.lead.get("/v1/hub-reports?hub=year-hub&status=draft")["items"][0]
    assert (report["quarter"], report["member_updates"], report["agenda_item"]["meeting"]["href"]) == ("2040-41-Q1", "A new school", meeting)
    year.lead.patch(report["href"], {"questions": "Who pays for travel to meetings?"})
    year.hub_leads.get(report["href"], status=404)
    year.lead.post(report["href"] + "/submission")
    assert year.hub_leads.get(report["href"])["questions"] == "Who pays for travel to meetings?"
    year.hub_leads.replace(report["href"] + "/feedback", {"feedback": "The travel fund does"})
    assert year.member.get(report["href"])["feedback"] == "The travel fund does"
    year.hub_leads.post(meeting + "/held", {})
    year.stands()
    note = lambda state: year.hub_leads.replace(meeting + "/attendance", {
        "items": [{"person": person_of(year.people[0]), "status": state}]})
    note("apologies")
    assert year.stands(national_meetings="missed")["national_meetings"]["evidence"] == {"held": 1, "attended": 0}
    note("present")
    year.stands(national_meetings="met")


def test_the_practice_group_meets(year):
    """March. It has the messages for Hubs on its agenda, from which one goes out, and the Hub's lead is present."""
    year.set("2041-03-03")
    meeting = year.practice.post("/v1/groups/year-practice/meetings", {
        "title": "Year: Practice Group", "starts_at": "2041-03-03T10:00:00Z", "online": True})["href"]
    item = year.practice.post(meeting + "/agenda", {"title": "Messages for Hubs"})
    message = year.practice.post("/v1/messages", {"agenda_item": item["id"], "title": "Year: what we said", "text": "A conference in May"})
    assert year.lead.get(message["href"])["agenda_item"]["meeting"]["name"] == "Year: Practice Group"
    year.lead.put(f"{HUB}/relays/{message['id']}", {"note": "Mail to all members"})
    relays = {one["hub"]["slug"]: one["relayed_on"] for one in year.practice.get(message["href"] + "/relays?limit=200")["items"]}
    assert relays["year-hub"] == "2041-03-03" and relays["scotland-hub"] is None
    year.practice.replace(meeting + "/attendance", {"items": [{"person": person_of(year.people[0]), "status": "present"}]})
    year.practice.post(meeting + "/held", {})
    assert year.stands()["national_meetings"]["evidence"] == {"held": 2, "attended": 2}


def test_nothing_to_report(year):
    """The second update is a nil return, in the last minute of its last day."""
    year.set("2041-03-21T23:59:59Z")
    year.lead.put(HUB + "/quarterly-updates/2040-41-Q2", {"nil_return": True})
    year.lead.post(HUB + "/quarterly-updates/2040-41-Q2/submission")
    assert year.stands()["quarterly_updates"]["evidence"] == {"required": 4, "submitted": 2, "nil_returns": 1, "late": 0, "missed": 0}


def test_the_hub_looks_back_and_forgets_an_update(year):
    """June. The third update is locked when the 21st is over, in London an hour before UTC says so; the central team opens it."""
    year.set("2041-06-01")
    year.lead.post(HUB + "/reviews", {"reviewed_on": "2041-06-01", "note": "Shorter meetings, more schools"})
    year.stands(yearly_review="met")
    assert year.member.get(HUB + "/reviews")["items"][0]["note"] == "Shorter meetings, more schools"
    year.set("2041-06-21T22:59:59Z")
    year.stands()
    year.set("2041-06-21T23:00:00Z")
    third = HUB + "/quarterly-updates/2040-41-Q3"
    year.lead.put(third, {"nil_return": False}, status=409)
    assert year.stands(quarterly_updates="missed")["quarterly_updates"]["next_action"] == "Ask the central team to open 2040-41-Q3"
    year.central.put(third + "/extension", {"open_until": "2041-06-30", "reason": "The lead was ill"})
    assert year.stands(quarterly_updates="not_yet")["quarterly_updates"]["due_on"] == "2041-06-30"
    year.set("2041-06-30")
    year.lead.put(third, {heading: "As before" for heading in HEADINGS})
    year.stands()
    year.lead.post(third + "/submission")
    assert year.stands()["quarterly_updates"]["evidence"] == {"required": 4, "submitted": 3, "nil_returns": 1, "late": 1, "missed": 0}
    year.set("2041-07-01")
    year.lead.patch(third, {"ideas": "One more"}, status=409)


def test_two_meetings_on_the_last_night(year):
    """31 August: one meeting at half past ten by UTC is of this year, another an hour later of the next."""
    second = year.lead.post(HUB + "/meetings", {"title": "Summer night", "starts_at": "2041-08-31T22:30:00Z", "online": True})
    later = year.lead.post(HUB + "/meetings", {"title": "After midnight", "starts_at": "2041-08-31T23:30:00Z", "online": True})
    assert (second["starts_on"], later["starts_on"]) == ("2041-08-31", "2041-09-01")
    assert year.stands()["two_meetings"]["evidence"] == {"held": 1, "planned": 1}
    year.set("2041-08-31T22:45:00Z")
    attend(year, second["href"], "present", "absent", "present", "present")
    year.lead.post(second["href"] + "/held", {})
    year.lead.post(later["href"] + "/held", {}, status=409)
    year.stands(two_meetings="met", five_headings="not_yet", minutes_shared="not_yet")
    complete(year, second["href"])
    year.stands(five_headings="met")
    year.lead.post(second["href"] + "/attendance-sharing")

    # The next day the year is over: what is not shared by then is missed until it is.
    year.set("2041-08-31T23:45:00Z")
    year.stands("2040-41", minutes_shared="missed")
    share(year, second["href"])
    year.stands("2040-41", minutes_shared="met")
    year.lead.post(later["href"] + "/held", {})
    year.next = year.lead.get(HEALTH)
    assert year.next["period"] == "2041-42" and year.next["rules"][1]["evidence"] == {"held": 1, "planned": 0}


def test_the_last_update(year):
    """September 2041. The fourth, on its last day, makes all four."""
    year.set("2041-09-21T22:59:59Z")
    year.lead.put(HUB + "/quarterly-updates/2040-41-Q4", {heading: "The year ends" for heading in HEADINGS})
    year.stands("2040-41")
    year.lead.post(HUB + "/quarterly-updates/2040-41-Q4/submission")
    now = year.stands("2040-41", quarterly_updates="met")
    assert now["quarterly_updates"]["evidence"] == {"required": 4, "submitted": 4, "nil_returns": 1, "late": 1, "missed": 0}


def test_the_evaluation_of_the_hub(year):
    """October. The records have filled it in; the lead confirms, answers and submits; the central team asks once more and accepts."""
    year.set("2041-10-01")
    evaluation = HUB + "/evaluations/2040-41"
    before = year.lead.get(evaluation)
    figures = {figure["metric"]: figure for category in before["categories"] for figure in category["figures"]}
    known = {metric: figure["calculated_value"] for metric, figure in figures.items()}
    assert (known["memberships"], known["organisations_engaged"], known["meetings_held"], known["attendance"]) == (4, 4, 2, 7)
    assert (known["members_reporting"], known["hub_led_activities"], known["member_activities"]) == (1, 1, 1)
    assert (known["outreach_interventions"], known["outreach_young_people"]) == (5, 67)
    parts = {metric: {part["name"]: part["calculated_value"] for part in figure["breakdown"]} for metric, figure in figures.items()}
    assert parts["organisations_engaged"] == dict.fromkeys(("Further education", "Higher education", "Local authority", "School sector"), 1)
    assert parts["attendance"] == {"2040-11-12 Autumn meeting": 4, "2041-08-31 Summer night": 3}
    assert parts["outreach_interventions"] == {"No programme": 2, "Year Forces": 3}
    assert parts["outreach_young_people"] == {"No programme": 20, "Year Forces": 47} and parts["memberships"] == {}
    year.lead.put(evaluation, {
        "figures": {metric: {"value": 1, "reason": "The records do not say"} if value is None else {"value": value}
                    for metric, value in known.items()},
        "answers": {answer["question"]: "A year of beginnings" for answer in before["answers"]}})
    year.lead.patch(evaluation, {"figures": {"outreach_young_people": {"breakdown": {"year-forces": 48}}}}, status=422)
    confirmed = {figure["metric"]: {part["name"]: part["value"] for part in figure["breakdown"]}
                 for category in year.lead.get(evaluation)["categories"] for figure in category["figures"]}
    assert confirmed == parts, "confirmed with the figures"
    year.stands("2040-41")
    year.lead.post(evaluation + "/submission")
    now = year.stands("2040-41", evaluation="met")
    assert set(year.rules.values()) == {"met"} and all(rule["next_action"] is None for rule in now.values())

    year.central.post(evaluation + "/revision-request", {"note": "Say more about needs"})
    assert year.lead.get(evaluation)["revision_note"] == "Say more about needs"
    year.lead.patch(evaluation, {"answers": {"local_needs": "Moves in mid-year"}})
    year.lead.post(evaluation + "/submission")
    assert year.central.post(evaluation + "/acceptance")["status"] == "accepted"
    assert year.central.post(evaluation + "/publication")["status"] == "published"


def test_the_evaluation_of_the_network(year):
    """The group and the central team see how far it is; the central team releases the year; everybody reads it."""
    network = "/v1/network/evaluations/2040-41"
    progress = {row["metric"]: row for row in year.hub_leads.get(network + "/progress")["items"]}
    assert progress["memberships"]["evaluations_published"] == 1 and progress["outreach_young_people"]["value"] is None
    year.visitor.get(network, status=404)
    year.central.post("/v1/releases", {"period": "2040-41", "note": "The year is over"})
    year.visitor.soon("/v1/network/evaluations?limit=200", lambda page: "2040-41" in {one["year"] for one in page["items"]})
    figures = {(row["metric"], row["hub"] and row["hub"]["slug"]): row for row in year.visitor.get(network + "/figures")["items"]}
    assert figures["memberships", "year-hub"]["value"] == 4
    assert figures["outreach_young_people", "year-hub"]["value"] == 65, "to the nearest five"
    programme = "/v1/programmes/year-forces/evaluations/2040-41"
    year.central.put(programme, {"summary": "More young people think of college", "summary_cy": "Mwy o bobl ifanc"})
    year.visitor.get(programme, status=404)
    year.central.post(programme + "/publication")
    found = year.visitor.soon(programme, lambda one: one["published_at"])
    assert [found[name] for name in ("hubs", "organisations", "events", "interventions")] == [1, 1, 1, 3]
    answers = {one["question"]: one["text"] for one in year.visitor.get(network + "/answers?limit=200")["items"]
               if one["hub"]["slug"] == "year-hub"}
    as_begun = dict.fromkeys(("practice_shared", "new_activity", "influence", "learner_voice", "research"), "A year of beginnings")
    assert answers == {**as_begun, "local_needs": "Moves in mid-year"}
    assert "Moves in mid-year" in year.visitor.get(network + "/document")


def test_what_others_see_of_it(year):
    updates = year.hub_leads.get(HUB + "/quarterly-updates?period=2040-41")["items"]
    assert [(one["quarter"], one["nil_return"], one["late"]) for one in updates] == [
        ("2040-41-Q4", False, False), ("2040-41-Q3", False, True), ("2040-41-Q2", True, False), ("2040-41-Q1", False, False)]
    board = Person(year, "Board", "group_member", group="board")
    row = next(one for one in board.get("/v1/network/health?period=2040-41&limit=200")["items"] if one["hub"]["slug"] == "year-hub")
    assert (row["met"], row["not_yet"], row["missed"]) == (10, 0, 0)
    minutes = [one for one in year.other_lead.get("/v1/minutes?limit=200")["items"] if one["hub"] and one["hub"]["slug"] == "year-hub"]
    assert {one["meeting"]["name"] for one in minutes} == {"Inaugural meeting", "Autumn meeting", "Summer night"}, "shared: for all Hubs"
    assert datetime.date.fromisoformat(year.next["rules"][4]["due_on"]) == datetime.date(2041, 12, 21)


def test_no_duty_is_done_without_its_operation(year):
    """Each was tried where the contract lacks it, by the person whom it binds, in the chapter that framework.csv names."""
    assert len(DUTIES) > 100 and DUTIES - year.proven == set()


def test_a_step_that_cannot_fail_proves_nothing(year, monkeypatch):
    """What a chapter expects to be refused is refused without the operation, too."""
    duty = (year.chapter, "Visitor", "getNetworkEvaluationDocument")
    monkeypatch.setattr(f"{__name__}.DUTIES", {duty})
    with pytest.raises(pytest.fail.Exception):
        year.visitor.get("/v1/network/evaluations/2014-16/document", status=404)
    assert duty not in year.proven
    year.visitor.get("/v1/network/evaluations/2040-41/document")
    assert duty in year.proven
