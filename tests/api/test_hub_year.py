"""A whole Hub's year as one story: applied for and founded, the inaugural meeting, two meetings with minutes, four
updates of which one is nil and one late, messages both ways, and after each step how the Hub stands with every rule.

The story has a clock of its own: scip.today(), on which all rules go, is set to its instants and afterwards set back.
What the database stamps with the real time is moved to the story's where a rule reads it."""
import datetime

import pytest

FROM = {"sources": ["https://www.scipalliance.example/minutes"], "confidence": "high"}
HUB = "/v1/hubs/year-hub"
HEADINGS = ["practice", "challenges", "ideas", "priorities", "questions"]
SECTORS = ["he", "fe", "school_sector", "local_authority"]
REAL = "CREATE OR REPLACE FUNCTION scip.today() RETURNS date LANGUAGE sql STABLE PARALLEL SAFE RETURN ({} AT TIME ZONE 'Europe/London')::date"


class Clock:
    def __init__(self, cluster):
        self.cluster = cluster

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
            UPDATE scip.meeting SET attendance_shared_at = '{self.instant}' WHERE attendance_shared_at < '2039-01-01' AND hub_id IN (TABLE h);
            UPDATE scip.minutes SET shared_at = '{self.instant}' WHERE shared_at < '2039-01-01' AND meeting_id IN (SELECT id FROM scip.meeting WHERE hub_id IN (TABLE h));
            COMMIT""")


@pytest.fixture(scope="module")
def clock(cluster, server):
    def clear():
        cluster.psql(REAL.format("now()"), "scip_migrator")
        cluster.psql("""
          CREATE TEMP TABLE mine AS SELECT id FROM scip.hub WHERE slug LIKE 'year-%';
          CREATE TEMP TABLE ours AS SELECT id FROM scip.organisation WHERE slug LIKE 'year-%';
          CREATE TEMP TABLE met AS SELECT id FROM scip.meeting WHERE hub_id IN (TABLE mine) OR title LIKE 'Year: %';
          CREATE TEMP TABLE people AS SELECT id FROM scip.person WHERE name LIKE 'Year Member %';
          BEGIN;
          SET LOCAL session_replication_role = replica;
          DELETE FROM scip.message_relay WHERE hub_id IN (TABLE mine) OR message_id IN (SELECT id FROM scip.message WHERE title LIKE 'Year: %');
          DELETE FROM scip.message WHERE hub_id IN (TABLE mine) OR title LIKE 'Year: %';
          DELETE FROM scip.quarterly_update WHERE hub_id IN (TABLE mine);
          DELETE FROM scip.quarterly_update_extension WHERE hub_id IN (TABLE mine);
          DELETE FROM scip.hub_review WHERE hub_id IN (TABLE mine);
          DELETE FROM scip.hub_evaluation_figure WHERE evaluation_id IN (SELECT id FROM scip.hub_evaluation WHERE hub_id IN (TABLE mine));
          DELETE FROM scip.hub_evaluation_answer WHERE evaluation_id IN (SELECT id FROM scip.hub_evaluation WHERE hub_id IN (TABLE mine));
          DELETE FROM scip.hub_evaluation WHERE hub_id IN (TABLE mine);
          DELETE FROM scip.activity WHERE hub_id IN (TABLE mine);
          DELETE FROM scip.minutes WHERE meeting_id IN (TABLE met);
          DELETE FROM scip.attendance WHERE meeting_id IN (TABLE met);
          DELETE FROM scip.agenda_item WHERE meeting_id IN (TABLE met);
          DELETE FROM scip.action WHERE meeting_id IN (TABLE met);
          DELETE FROM scip.resolution WHERE meeting_id IN (TABLE met);
          DELETE FROM scip.meeting WHERE id IN (TABLE met);
          DELETE FROM scip.hub_membership WHERE hub_id IN (TABLE mine);
          DELETE FROM scip.group_seat WHERE title LIKE 'Year: %';
          DELETE FROM scip.personal_read WHERE person_id IN (TABLE people);
          DELETE FROM scip.person WHERE id IN (TABLE people);
          DELETE FROM scip.hub_application WHERE organisation_id IN (TABLE ours);
          COMMIT;
          DELETE FROM scip.account_role WHERE hub_id IN (TABLE mine) OR organisation_id IN (TABLE ours) OR starts > '2039-01-01';
          DELETE FROM scip.hub_status WHERE hub_id IN (TABLE mine);
          INSERT INTO scip.hub_status (hub_id, status) SELECT id, 'closed' FROM mine;
          DELETE FROM scip.hub_lead WHERE hub_id IN (TABLE mine);
          DELETE FROM scip.hub WHERE id IN (TABLE mine);
          DELETE FROM scip.organisation WHERE id IN (TABLE ours);""")
    clear()
    try:
        yield Clock(cluster)
    finally:
        clear()


@pytest.fixture
def act(server):
    def act(token, method, path, body=None, status=None, **more):
        """What a person does; it succeeds, or comes to the status that is named."""
        given = {"if_match": "*"} if method in ("PATCH", "DELETE") else {"If_None_Match": "*"} if method == "PUT" else {}
        answer = server.send(method, path, body, token=token, **{**given, **more})
        assert answer.status == status if status else answer.status < 300, (method, path, answer.text)
        return answer.json if answer.body else None
    return act


def test_a_hubs_year(cluster, server, clock, act):
    expected = {}

    def stands(period=None, **changes):
        """The whole list, as the lead sees it: what has changed, and nothing else."""
        clock.stamp()
        expected.update(changes)
        health = act(lead, "GET", HUB + "/health" + (f"?period={period}" if period else ""))
        assert {rule["rule"]: rule["status"] for rule in health["rules"]} == expected, clock.instant
        return {rule["rule"]: rule for rule in health["rules"]}

    # May 2040: a university applies, the Hub Leads Group says yes.
    clock.set("2040-05-07")
    token = lambda role, **subject: cluster.token(server, role, fresh=True, **subject)
    central = token("central")
    for slug in ("year-university", "year-other"):
        act(central, "PUT", f"/v1/organisations/{slug}", {"name": slug.title(), **FROM})
    partner, decider = token("partner", organisation="year-university"), token("group_member", group="hub-leads-group", standing_for="year-other")
    application = act(partner, "POST", "/v1/hub-applications", {"organisation": "year-university", "name": "Year Hub", "slug": "year-hub", "nations": ["GB-ENG"],
                                                                "regions": ["E12000008"], "rationale": "Forty schools near three bases"})["href"]
    act(partner, "POST", application + "/submission")
    act(decider, "POST", application + "/review")
    act(decider, "POST", application + "/decision", {"decision": "approved"})
    lead, member = token("hub_lead", hub="year-hub"), token("hub_member", hub="year-hub")
    now = stands(membership_quorate="not_yet", two_meetings="not_applicable", five_headings="not_yet", minutes_shared="not_yet", quarterly_updates="not_applicable",
                 messages_relayed="not_applicable", pathway="not_yet", evaluation="not_applicable", national_meetings="not_applicable", yearly_review="not_applicable")
    assert now["pathway"]["next_action"] == "Hub Lead organisation identified" and now["pathway"]["due_on"] == "2040-08-31"
    assert now["membership_quorate"]["evidence"] == {"members": 0, "minimum": 4, "missing_sectors": SECTORS}

    # June: people join, sector by sector, and meet for the first time.
    clock.set("2040-06-11")
    people = []
    for number, sector in enumerate(SECTORS):
        stands()
        people.append(act(lead, "POST", HUB + "/members", {"name": f"Year Member {number}", "sector": sector}))
    stands(membership_quorate="met")
    inaugural = act(lead, "POST", HUB + "/meetings", {"kind": "inaugural", "title": "Inaugural meeting", "starts_at": "2040-06-20T13:00:00Z", "venue": "The university"})["href"]
    act(lead, "POST", inaugural + "/held", {}, status=409)
    clock.set("2040-06-20")
    attend = lambda meeting, *states: act(lead, "PUT", meeting + "/attendance", {"items": [
        {"person": one["person"], "status": state} for one, state in zip(people, states)]}, if_match="*", If_None_Match=None)

    def share(meeting):
        minutes = act(lead, "POST", meeting + "/minutes", {"text": "Resolved to go on."})["href"]
        act(lead, "POST", minutes + "/approval")
        act(lead, "POST", minutes + "/sharing")

    attend(inaugural, "present", "present", "present", "apologies")
    act(lead, "POST", inaugural + "/held", {"guests": 12})
    assert stands()["minutes_shared"]["next_action"] == "Share minutes and attendance of the meeting of 2040-06-20"
    share(inaugural)
    assert stands()["minutes_shared"]["evidence"] == {"held": 1, "minutes_shared": 1, "attendance_shared": 0}
    act(lead, "POST", inaugural + "/attendance-sharing")
    stands(minutes_shared="met")
    act(central, "POST", HUB + "/statuses", {"status": "active"}, If_None_Match=None)
    stands(evaluation="not_yet")
    for step in act(lead, "GET", HUB + "/pathway")["steps"]:
        if not step["optional"]:
            stands()
            act(lead, "PATCH", step["href"], {"done_on": "2040-06-20", "evidence": "Minutes of the inaugural meeting"})
    stands(pathway="met")

    # 31 August, half past eleven by UTC, is the first minutes of the next year; the launch year asks no more.
    clock.set("2040-08-31T22:59:59Z")
    assert act(lead, "GET", HUB + "/health")["period"] == "2039-40"
    clock.set("2040-08-31T23:30:00Z")
    assert act(lead, "GET", HUB + "/health")["period"] == "2040-41"
    stands("2039-40", five_headings="not_applicable")
    now = stands(two_meetings="not_yet", five_headings="not_yet", minutes_shared="not_yet", quarterly_updates="not_yet", yearly_review="not_yet")
    assert now["quarterly_updates"]["next_action"] == "Submit the update of 2040-41-Q1" and now["quarterly_updates"]["due_on"] == "2040-12-21"
    assert now["two_meetings"]["next_action"] == "Plan and hold 2 more" and now["evaluation"]["due_on"] == "2041-11-30"

    # October: a message for Hubs comes, and is told on.
    clock.set("2040-10-05")
    message = act(decider, "POST", "/v1/messages", {"group": "hub-leads-group", "title": "Year: a survey", "text": "Please ask your members"})
    assert stands(messages_relayed="not_yet")["messages_relayed"]["next_action"] == "Relay a message, the oldest of 2040-10-05"
    act(lead, "PUT", f"{HUB}/relays/{message['id']}", {"note": "Read out"})
    stands(messages_relayed="met")

    # November: the first ordinary meeting covers the five headings; a question goes up and is answered.
    first = act(lead, "POST", HUB + "/meetings", {"title": "Autumn meeting", "starts_at": "2040-11-12T10:00:00Z", "online": True})["href"]
    assert stands()["two_meetings"]["evidence"] == {"held": 0, "planned": 1}
    clock.set("2040-11-12")
    attend(first, "present", "present", "present", "present")
    act(lead, "POST", first + "/held", {})
    now = stands()
    assert now["two_meetings"]["evidence"]["held"] == 1 and now["five_headings"]["next_action"] == "Complete the agenda of the meeting of 2040-11-12"
    act(lead, "POST", first + "/agenda-completion", status=409)

    def complete(meeting):
        for item in act(lead, "GET", meeting + "/agenda")["items"]:
            act(lead, "PATCH", item["href"], {"outcome": "nothing_raised" if item["heading"] == "ideas" else "addressed"})
        act(lead, "POST", meeting + "/agenda-completion")

    complete(first)
    stands(five_headings="met")
    act(lead, "POST", first + "/attendance-sharing")
    share(first)
    stands(minutes_shared="met")
    question = act(lead, "POST", HUB + "/messages", {"kind": "question", "group": "hub-leads-group", "title": "Year: travel", "text": "Who pays for travel?"})
    assert act(central, "GET", "/v1/network/message-rates?period=2040-41-Q1")["loop_closed_rate"] == {"numerator": 0, "denominator": 1, "percent": 0.0}
    act(decider, "PUT", question["href"] + "/response", {"response": "The travel fund", "response_channel": "direct_reply"}, if_match="*", If_None_Match=None)
    rates = act(lead, "GET", "/v1/network/message-rates?period=2040-41-Q1")
    assert rates["loop_closed_rate"] == {"numerator": 1, "denominator": 1, "percent": 100.0} and rates["relay_rate"]["numerator"] == 1
    assert act(member, "GET", question["href"])["response"] == "The travel fund"
    act(lead, "POST", HUB + "/activities", {"kind": "member_because_of_hub", "held_on": "2040-11-10", "title": "A college's open day", "membership": people[1]["id"]})
    stands()

    # The first update, in time.
    clock.set("2040-12-10")
    update = HUB + "/quarterly-updates/2040-41-Q1"
    act(lead, "PUT", update, {heading: "Said in the meeting" for heading in HEADINGS[:4]})
    act(lead, "POST", update + "/submission", status=422)
    act(lead, "PATCH", update, {"questions": "Who pays for travel?", "member_updates": "A new school"})
    act(lead, "POST", update + "/submission")
    now = stands()
    assert now["quarterly_updates"]["evidence"] == {"required": 4, "submitted": 1, "nil_returns": 0, "late": 0, "missed": 0}
    assert now["quarterly_updates"]["due_on"] == "2041-03-21"

    # A meeting that is cancelled does not count; the group's does, for who has a seat there for the Hub's lead.
    clock.set("2041-02-03")
    cancelled = act(lead, "POST", HUB + "/meetings", {"title": "Snow", "starts_at": "2041-02-04T10:00:00Z", "online": True})["href"]
    act(lead, "POST", cancelled + "/cancellation")
    assert stands()["two_meetings"]["evidence"] == {"held": 1, "planned": 0}
    act(central, "POST", "/v1/groups/hub-leads-group/seats", {"title": "Year: the Hub's lead", "organisation": "year-university", "person": people[0]["person"]})
    groups = act(decider, "POST", "/v1/groups/hub-leads-group/meetings", {"title": "Year: Hub Leads", "starts_at": "2041-02-03T10:00:00Z", "online": True})["href"]
    act(decider, "POST", groups + "/held", {})
    stands()
    note = lambda state: act(decider, "PUT", groups + "/attendance", {"items": [{"person": people[0]["person"], "status": state}]}, if_match="*", If_None_Match=None)
    note("apologies")
    assert stands(national_meetings="missed")["national_meetings"]["evidence"] == {"held": 1, "attended": 0}
    note("present")
    stands(national_meetings="met")

    # The second: nothing to report, in the last minute of its last day.
    clock.set("2041-03-21T23:59:59Z")
    act(lead, "PUT", HUB + "/quarterly-updates/2040-41-Q2", {"nil_return": True})
    act(lead, "POST", HUB + "/quarterly-updates/2040-41-Q2/submission")
    assert stands()["quarterly_updates"]["evidence"] == {"required": 4, "submitted": 2, "nil_returns": 1, "late": 0, "missed": 0}

    # The third is forgotten: locked when 21 June is over, in London an hour before UTC says so.
    clock.set("2041-06-01")
    act(lead, "POST", HUB + "/reviews", {"reviewed_on": "2041-06-01", "note": "Shorter meetings, more schools"})
    stands(yearly_review="met")
    clock.set("2041-06-21T22:59:59Z")
    stands()
    clock.set("2041-06-21T23:00:00Z")
    third = HUB + "/quarterly-updates/2040-41-Q3"
    act(lead, "PUT", third, {"nil_return": False}, status=409)
    assert stands(quarterly_updates="missed")["quarterly_updates"]["next_action"] == "Ask the central team to open 2040-41-Q3"
    act(central, "PUT", third + "/extension", {"open_until": "2041-06-30", "reason": "The lead was ill"})
    assert stands(quarterly_updates="not_yet")["quarterly_updates"]["due_on"] == "2041-06-30"
    clock.set("2041-06-30")
    act(lead, "PUT", third, {heading: "As before" for heading in HEADINGS})
    stands()
    act(lead, "POST", third + "/submission")
    assert stands()["quarterly_updates"]["evidence"] == {"required": 4, "submitted": 3, "nil_returns": 1, "late": 1, "missed": 0}
    clock.set("2041-07-01")
    act(lead, "PATCH", third, {"ideas": "One more"}, status=409)

    # 31 August: one meeting at half past ten by UTC is of this year, another an hour later of the next.
    second = act(lead, "POST", HUB + "/meetings", {"title": "Summer night", "starts_at": "2041-08-31T22:30:00Z", "online": True})
    later = act(lead, "POST", HUB + "/meetings", {"title": "After midnight", "starts_at": "2041-08-31T23:30:00Z", "online": True})
    assert (second["starts_on"], later["starts_on"]) == ("2041-08-31", "2041-09-01")
    assert stands()["two_meetings"]["evidence"] == {"held": 1, "planned": 1}
    clock.set("2041-08-31T22:45:00Z")
    attend(second["href"], "present", "absent", "present", "present")
    act(lead, "POST", second["href"] + "/held", {})
    act(lead, "POST", later["href"] + "/held", {}, status=409)
    stands(two_meetings="met", five_headings="not_yet", minutes_shared="not_yet")
    complete(second["href"])
    stands(five_headings="met")
    act(lead, "POST", second["href"] + "/attendance-sharing")

    # The next day the year is over: what is not shared by then is missed until it is.
    clock.set("2041-08-31T23:45:00Z")
    stands("2040-41", minutes_shared="missed")
    share(second["href"])
    stands("2040-41", minutes_shared="met")
    act(lead, "POST", later["href"] + "/held", {})
    next_year = act(lead, "GET", HUB + "/health")
    assert next_year["period"] == "2041-42" and next_year["rules"][1]["evidence"] == {"held": 1, "planned": 0}

    # The fourth update and the evaluation complete it.
    clock.set("2041-09-21T22:59:59Z")
    act(lead, "PUT", HUB + "/quarterly-updates/2040-41-Q4", {heading: "The year ends" for heading in HEADINGS})
    stands("2040-41")
    act(lead, "POST", HUB + "/quarterly-updates/2040-41-Q4/submission")
    assert stands("2040-41", quarterly_updates="met")["quarterly_updates"]["evidence"] == {"required": 4, "submitted": 4, "nil_returns": 1, "late": 1, "missed": 0}
    clock.set("2041-10-01")
    evaluation = HUB + "/evaluations/2040-41"
    before = act(lead, "GET", evaluation)
    act(lead, "PUT", evaluation, {
        "figures": {figure["metric"]: {"value": 1, "reason": "The records do not say"} if figure["calculated_value"] is None else {"value": figure["calculated_value"]}
                    for category in before["categories"] for figure in category["figures"]},
        "answers": {answer["question"]: "A year of beginnings" for answer in before["answers"] if answer["required"]}})
    stands("2040-41")
    act(lead, "POST", evaluation + "/submission")
    now = stands("2040-41", evaluation="met")
    assert set(expected.values()) == {"met"} and all(rule["next_action"] is None for rule in now.values())

    # What others see of it.
    updates = act(decider, "GET", HUB + "/quarterly-updates?period=2040-41")["items"]
    assert [(one["quarter"], one["nil_return"], one["late"]) for one in updates] == [("2040-41-Q4", False, False), ("2040-41-Q3", False, True), ("2040-41-Q2", True, False), ("2040-41-Q1", False, False)]
    board = token("group_member", group="board")
    row = next(one for one in act(board, "GET", "/v1/network/health?period=2040-41&limit=200")["items"] if one["hub"]["slug"] == "year-hub")
    assert (row["met"], row["not_yet"], row["missed"]) == (10, 0, 0)
    assert {one["meeting"]["name"] for one in act(token("hub_lead", hub="scotland-hub"), "GET", "/v1/minutes?limit=200")["items"] if one["hub"] and one["hub"]["slug"] == "year-hub"} \
        == {"Inaugural meeting", "Autumn meeting", "Summer night"}, "shared minutes are for all Hubs"
    assert datetime.date.fromisoformat(next_year["rules"][4]["due_on"]) == datetime.date(2041, 12, 21)
