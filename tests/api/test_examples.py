"""The examples of the contract: each fits its schema, and those of requests are what the demonstration takes."""
import ast
import json
import re
import shlex
import subprocess

import harness
import jsonschema
import pytest

CONTRACT = json.loads((harness.ROOT / "openapi/openapi.json").read_text())
SCHEMAS = CONTRACT["components"]["schemas"]
EXAMPLES = {path.stem: json.loads(path.read_text()) for path in (harness.ROOT / "openapi/examples").glob("*.json")}
OPERATIONS = {operation["operationId"]: (method, path, operation)
              for path, item in CONTRACT["paths"].items() for method, operation in item.items()}
BODIES = {name: content["schema"]["$ref"].split("/")[-1] for name, (_, _, operation) in OPERATIONS.items()
          for media, content in operation.get("requestBody", {}).get("content", {}).items() if "json" in media and "$ref" in content["schema"]}

HUB, GROUP, SCHOOL = "demonstration-hub-south-east", "hub-leads-group", "demonstration-school-03"
CENTRAL, LEAD, MEMBER = {"role": "central"}, {"role": "hub_lead", "hub": HUB}, {"role": "group_member", "group": GROUP}
PARTNER, WEBSITE = {"role": "partner", "organisation": "demonstration-university-20"}, {"role": "website"}
OF_HUB = "SELECT x.id FROM scip.%s x JOIN scip.hub h ON h.id = x.hub_id WHERE h.slug = '" + HUB + "' AND %s ORDER BY x.id"
AT = "SELECT x.id FROM scip.%s x WHERE %s ORDER BY x.id"
ANY = "true"
ENDING = "SELECT x.uid FROM scip.hub_lead x JOIN scip.hub h ON h.id = x.hub_id WHERE h.slug = '" + HUB + "' AND upper_inf(x.period)"
MEETING = OF_HUB % ("meeting", "x.status = 'held' AND EXISTS (SELECT FROM scip.minutes m WHERE m.meeting_id = x.id AND m.status = 'shared')"
                    " AND EXISTS (SELECT FROM scip.resolution r WHERE r.meeting_id = x.id) AND EXISTS (SELECT FROM scip.action a WHERE a.meeting_id = x.id)")
OPEN = OF_HUB % ("meeting", "x.agenda_completed_at IS NULL AND x.status <> 'cancelled'")
DRAFT = OF_HUB % ("terms_of_reference", "x.adopted_on IS NULL")
PEOPLE = f"SELECT person_id FROM scip.attendance WHERE meeting_id = ({MEETING} LIMIT 1) ORDER BY 1"
SESSION = AT % ("training_session", "x.status = 'held'")
# Operation, whose token, the values of its path (a slug, SQL, or the name of what was kept), and under which name it is kept: then it
# is done, and its address or the token in its answer is for those behind it. All else is a dry run.
REPLAY = [
    ("putHub", CENTRAL, ["severn-valley"]), ("patchHub", CENTRAL, [HUB]), ("patchHubProfile", LEAD, [HUB]), ("addHubStatus", CENTRAL, [HUB]),
    ("patchHubPathway", LEAD, [HUB]), ("patchHubPathwayStep", LEAD, [HUB, "inaugural_date_set"]), ("addHubInvitation", LEAD, [HUB], "invitation"),
    ("patchHubInvitation", LEAD, [HUB, "invitation"]), ("addHubLead", CENTRAL, ["demonstration-hub-scotland"]), ("handOverHubLead", CENTRAL, [HUB, ENDING]),
    ("patchHubLead", CENTRAL, [HUB, "SELECT x.uid FROM scip.hub_lead x JOIN scip.hub h ON h.id = x.hub_id WHERE h.slug = '" + HUB + "'"]),
    ("addHubMember", LEAD, [HUB]), ("patchHubMember", LEAD, [HUB, OF_HUB % ("hub_membership", "x.ends IS NULL")]),
    ("transferHubMember", LEAD, [HUB, OF_HUB % ("hub_membership", "x.ends IS NULL")]), ("putHubQuorumRule", LEAD, [HUB, "2030-09-01"]),
    ("putRegion", CENTRAL, ["severn-vale"]), ("patchRegion", CENTRAL, ["demonstration-district-1"]), ("addHubLocalFigure", LEAD, [HUB]),
    ("patchHubLocalFigure", LEAD, [HUB, OF_HUB % ("local_figure", "x.published")]), ("addHubLocalNetwork", LEAD, [HUB]),
    ("patchHubLocalNetwork", LEAD, [HUB, OF_HUB % ("local_network", ANY)]), ("addHubLeadPerson", LEAD, [HUB]), ("patchHubLeadPerson", LEAD, [HUB, OF_HUB % ("hub_lead_person", "x.ends IS NULL")]),
    ("adoptHubTermsOfReference", LEAD, [HUB, DRAFT]), ("patchHubTermsOfReference", LEAD, [HUB, DRAFT]), ("addHubTermsOfReference", CENTRAL, ["demonstration-hub-london"]),
    ("putHubMemberVoice", LEAD, [HUB, OF_HUB % ("hub_membership", "x.ends IS NULL")]),
    ("addOrganisationLineage", CENTRAL, ["demonstration-council-03"]), ("mergeOrganisations", CENTRAL, ["demonstration-council-01"]),
    ("patchOrganisationLineage", CENTRAL, ["demonstration-charity-06", AT % ("organisation_lineage", "x.kind = 'succeeded'")]), ("mergePeople", CENTRAL, [PEOPLE]),
    ("putOrganisation", CENTRAL, ["riverside-university"]), ("patchOrganisation", CENTRAL, ["demonstration-university-01"]),
    ("patchOrganisationProfile", PARTNER, ["demonstration-university-20"]), ("putSelfAssessmentSet", CENTRAL, [SCHOOL, "2025-11-17"]),
    ("addSelfAssessment", CENTRAL, []), ("patchSelfAssessment", CENTRAL, [AT % ("self_assessment", ANY)]),
    ("putEvent", LEAD, ["moving-schools"]), ("patchEvent", CENTRAL, ["demonstration-event-190"]), ("cancelEvent", CENTRAL, ["demonstration-event-190"]),
    ("markEventHeld", CENTRAL, ["demonstration-event-190"]), ("reopenEvent", CENTRAL, ["demonstration-event-179"]),
    ("putEventOutreach", CENTRAL, ["demonstration-event-3"]), ("patchEventOutreach", CENTRAL, ["demonstration-event-2"]),
    ("putProgramme", CENTRAL, ["creative-forces"]), ("patchProgramme", CENTRAL, ["demonstration-days"]),
    ("addProgrammeParticipant", CENTRAL, ["demonstration-days"]), ("patchProgrammeParticipant", CENTRAL, ["demonstration-days", AT % ("programme_participant", ANY)]),
    ("putProgrammeEvaluation", CENTRAL, ["demonstration-days", "2023-24"]), ("patchProgrammeEvaluation", CENTRAL, ["demonstration-days", "2021-22"]),
    ("putDocument", CENTRAL, ["transitions"]), ("patchDocument", CENTRAL, ["demonstration-document-1"]), ("withdrawDocument", CENTRAL, ["demonstration-document-1"]),
    ("putResource", CENTRAL, ["welcome-pack"]), ("patchResource", CENTRAL, ["demonstration-resource-1"]), ("withdrawResource", CENTRAL, ["demonstration-resource-1"]),
    ("putBrandingAsset", CENTRAL, ["partner-mark"]), ("putNewsItem", CENTRAL, ["two-new-hubs"]), ("patchNewsItem", CENTRAL, ["demonstration-news-1"]),
    ("putGroup", CENTRAL, ["data-working-group"]), ("patchGroup", CENTRAL, [GROUP]),
    ("putToolkitPrinciple", CENTRAL, ["partnership-with-parents"]), ("patchToolkitPrinciple", CENTRAL, ["clear-approach"]),
    ("putToolkitFact", CENTRAL, ["pilot-schools"]), ("patchToolkitFact", CENTRAL, ["animation"]),
    ("putTrainingCourse", CENTRAL, ["transitions"]), ("patchTrainingCourse", CENTRAL, ["demonstration-course-1"]),
    ("addTrainingSession", LEAD, [], "session"), ("patchTrainingSession", LEAD, ["session"]), ("publishTrainingSession", LEAD, ["session"], "session"),
    ("addBooking", WEBSITE, ["session"], "booking"), ("patchBooking", WEBSITE, ["booking"]), ("putConsentText", CENTRAL, ["SELECT max(version) + 1 FROM scip.consent_text"]),
    ("putBookingNeeds", WEBSITE, ["booking"]), ("putBookingAttendance", CENTRAL, [AT % ("booking", "x.status = 'confirmed' AND x.attended")]),
    ("putTrainingSessionAttendance", CENTRAL, [SESSION]),
    ("addFeedbackLink", CENTRAL, [AT % ("booking", "x.attended AND NOT EXISTS (SELECT FROM scip.feedback f WHERE f.booking_id = x.id)")], "token"),
    ("addFeedback", WEBSITE, []), ("putTrainingCommentClearance", CENTRAL, [AT % ("feedback", "x.comment IS NOT NULL")]),
    ("reopenTrainingSession", CENTRAL, [AT % ("training_session", "x.status = 'held' AND NOT EXISTS (SELECT FROM scip.feedback f WHERE f.session_id = x.id)")]),
    ("putStrategy", CENTRAL, ["strategy-2026-30"]), ("patchStrategy", CENTRAL, ["strategy-2019-22"]), ("addRelease", CENTRAL, []),
    ("putHeadlineFigure", CENTRAL, ["delegates-2022-23"]), ("addHeadlineFigureVersion", CENTRAL, ["training-delegates-2019-22"]),
    ("addHistoricalTotal", CENTRAL, []), ("patchHistoricalTotal", CENTRAL, [AT % ("historical_total", ANY)]),
    ("putPolicyContribution", CENTRAL, ["admissions"]), ("patchPolicyContribution", CENTRAL, ["demonstration-contribution-1"]),
    ("addHubApplication", PARTNER, [], "application"), ("patchHubApplication", PARTNER, ["application"]), ("submitHubApplication", PARTNER, ["application"], "application"),
    ("startHubApplicationReview", MEMBER, ["application"], "application"), ("decideHubApplication", MEMBER, ["application"]),
    ("addPerson", LEAD, []), ("patchPerson", CENTRAL, [PEOPLE]), ("addBreach", CENTRAL, [], "breach"), ("patchBreach", CENTRAL, ["breach"]),
    ("addObjection", CENTRAL, [PEOPLE], "objection"), ("decideObjection", CENTRAL, ["objection"]),
    ("addHubActivity", LEAD, [HUB]), ("patchHubActivity", LEAD, [HUB, OF_HUB % ("activity", "x.kind = 'outreach'")]),
    ("putQuarterlyUpdate", LEAD, [HUB, "SELECT scip.quarter(scip.today())"], "quarter"), ("patchQuarterlyUpdate", LEAD, [HUB, "quarter"]),
    ("putQuarterlyUpdateExtension", CENTRAL, [HUB, "2022-23-Q3"], "exception"), ("patchQuarterlyUpdateExtension", CENTRAL, [HUB, "2022-23-Q3"]),
    ("putHubEvaluation", LEAD, [HUB, "2023-24"], "year"), ("patchHubEvaluation", LEAD, [HUB, "2023-24"]),
    ("requestHubEvaluationRevision", CENTRAL, ["demonstration-hub-west-midlands", "2021-22"]), ("putQuarter", CENTRAL, ["2022-23-Q1"]),
    ("addMessage", MEMBER, []), ("addHubMessage", LEAD, [HUB], "message"), ("putMessageResponse", MEMBER, ["message"]),
    ("putHubAnswer", CENTRAL, ["demonstration-hub-london", AT % ("message", "x.open_to_hubs AND NOT EXISTS (SELECT FROM scip.message_answer a JOIN scip.hub h"
                               " ON h.id = a.hub_id OR h.id = x.hub_id WHERE h.slug = 'demonstration-hub-london' AND (a.message_id = x.id OR h.id = x.hub_id))")]),
    ("patchHubReport", LEAD, [OF_HUB % ("hub_report", "x.response IS NULL")]),
    ("putHubReportFeedback", MEMBER, [AT % ("hub_report", "x.status = 'submitted'")]),
    ("putHubRelay", CENTRAL, ["demonstration-hub-london", "SELECT m.id FROM scip.message m WHERE m.direction = 'to_hubs' AND NOT EXISTS (SELECT FROM scip.message_relay r"
                              " JOIN scip.hub h ON h.id = r.hub_id WHERE r.message_id = m.id AND h.slug = 'demonstration-hub-london') ORDER BY sent_on"]),
    ("addHubReview", LEAD, [HUB]), ("patchHubReview", LEAD, [HUB, OF_HUB % ("hub_review", ANY)]),
    ("addHubMeeting", LEAD, [HUB], "meeting"), ("patchMeeting", LEAD, ["meeting"]), ("addAgendaItem", LEAD, ["meeting"], "item"),
    ("patchAgenda", LEAD, [OPEN]), ("patchAgendaItem", LEAD, ["meeting", "item"]), ("addGroupMeeting", MEMBER, [GROUP]), ("putMeetingAttendance", LEAD, [MEETING]),
    ("putMeetingAttendee", LEAD, [MEETING, PEOPLE]), ("addResolution", LEAD, [MEETING]),
    ("patchResolution", LEAD, [MEETING, AT % ("resolution", f"meeting_id = ({MEETING} LIMIT 1)")]), ("addAction", LEAD, [MEETING]),
    ("patchAction", LEAD, [MEETING, AT % ("action", f"meeting_id = ({MEETING} LIMIT 1)")]), ("addMinutes", LEAD, [MEETING], "minutes"),
    ("putProject", LEAD, ["one-form"]), ("patchProject", LEAD, ["demonstration-action-plan-8"]),
    ("addProjectAction", LEAD, ["demonstration-action-plan-8"]), ("patchPlannedAction", LEAD, [OF_HUB % ("action", ANY)]),
    ("patchMinutes", LEAD, ["minutes"]), ("reopenMeeting", LEAD, [MEETING], "reopened"), ("markMeetingHeld", LEAD, ["reopened"]),
    ("addGroupSeat", CENTRAL, [GROUP]), ("patchGroupSeat", CENTRAL, [GROUP, AT % ("group_seat", ANY)]), ("handOverGroupSeat", CENTRAL, [GROUP, AT % ("group_seat", ANY)]),
    ("addAccount", CENTRAL, [], "account"), ("patchAccount", CENTRAL, ["account"]), ("addAccountRole", CENTRAL, ["account"], "role"),
    ("patchAccountRole", CENTRAL, ["account", "role"]), ("addClient", CENTRAL, [], "client"), ("patchClient", CENTRAL, ["client"]),
    ("addClientSecret", CENTRAL, ["client"]), ("addRedaction", CENTRAL, []), ("addLink", CENTRAL, [], "link"), ("patchLink", CENTRAL, ["link"])]
IDS = {"addHubLeadPerson": ENDING + " AND NOT EXISTS (SELECT FROM scip.hub_lead_person p WHERE p.lead_id = x.uid AND p.role = 'functional_lead')",
       "adoptHubTermsOfReference": MEETING, "putTrainingSessionAttendance": f"SELECT id FROM scip.booking WHERE session_id = ({SESSION} LIMIT 1) AND status = 'confirmed'",
       "mergePeople": "SELECT m.person_id FROM scip.hub_membership m JOIN scip.hub h ON h.id = m.hub_id WHERE h.slug = 'demonstration-hub-wales' ORDER BY 1",
       "putMeetingAttendance": PEOPLE, "patchAgenda": f"SELECT id FROM scip.agenda_item WHERE meeting_id = ({OPEN} LIMIT 1) ORDER BY ordinal"}  # what the ids 00000000-0000-7000-8000-… of an example stand for
LEFT = {"putErasureMentionDecision"}  # there is no mention in the demonstration: nobody there is erased


# One for all: it looks for the schemas of a contract once.
WHOLE = jsonschema.Draft202012Validator(CONTRACT, format_checker=jsonschema.Draft202012Validator.FORMAT_CHECKER)


def wrong(name, example):
    """Where an example does not fit its schema."""
    validator = WHOLE.evolve(schema={"$ref": f"#/components/schemas/{name}"})
    return [f"{name}/{'/'.join(map(str, error.path))}: {error.message}" for error in validator.iter_errors(example)]


def test_every_example_fits_its_schema():
    """Those of properties and parameters too; a wrong one would be seen."""
    assert {name for name, schema in SCHEMAS.items() if schema.get("examples") == [EXAMPLES.get(name)]} == EXAMPLES.keys()
    found = [line for name, schema in SCHEMAS.items() for example in schema.get("examples", ()) for line in wrong(name, example)]
    assert not found, "\n".join(found)
    assert wrong("Hub", {**EXAMPLES["Hub"], "status": "gone"}) and wrong("EventNew", {})


def test_every_request_has_an_example():
    """That says more than its schema's defaults, of nobody real."""
    assert set(BODIES.values()) <= EXAMPLES.keys()
    for name in BODIES.values():
        defaults = {key: value["default"] for key, value in SCHEMAS[name].get("properties", {}).items() if "default" in value}
        assert EXAMPLES[name] and EXAMPLES[name] != defaults, name
        assert set(re.findall(r"(?:https?://|@)([^/\"]+)", json.dumps(EXAMPLES[name]))) <= {"example.org", "login.example.org"}, name


def test_samples_say_what_the_examples_say():
    """In three languages the same request, with the body that the demonstration takes."""
    for name, (method, path, operation) in OPERATIONS.items():
        samples = {each["lang"]: each["source"] for each in operation["x-codeSamples"]}
        assert list(samples) == ["curl", "Python", "JavaScript"], name
        words = shlex.split(samples["curl"])
        assert words[:3] == ["curl", "-X", method.upper()] and words[3].partition("?")[0] == f"https://api.example.org{path}"
        calls = [node for node in ast.walk(ast.parse(samples["Python"])) if isinstance(node, ast.Call) and ast.unparse(node.func) == f"requests.{method}"]
        assert len(calls) == 1 and ast.literal_eval(calls[0].args[0]) == words[3]
        script = re.fullmatch(r"const answer = await fetch\((\".*?\"), \{ method: \"(\w+)\"(?:, headers: \{ .*? \})?(?:, body: JSON.stringify\((.*)\))? \}\)", samples["JavaScript"])
        assert json.loads(script[1]) == words[3] and script[2] == method.upper()
        bodies = [ast.literal_eval(each.value) for each in calls[0].keywords if each.arg == "json"] + ([json.loads(script[3])] if script[3] else [])
        bodies += [json.loads(words[words.index("-d") + 1])] if "-d" in words else []
        assert bodies == ([EXAMPLES[BODIES[name]]] * 3 if name in BODIES else []), name
        assert all(("Authorization" in sample) == bool(operation["security"]) for sample in samples.values()), name


class Demonstration(harness.Cluster):
    """The demonstration alliance in a database of its own, copied from one that is made once in a cluster."""

    def __init__(self, cluster):
        self.folder, self.fsync, self.tokens = cluster.folder, cluster.fsync, {}
        self.address = cluster.address.replace("/scip?", "/scip_examples?")
        cluster.psql("DROP DATABASE IF EXISTS scip_examples WITH (FORCE)")
        if not cluster.psql("SELECT datname FROM pg_database WHERE datname = 'scip_demonstration'"):
            harness.bare(cluster.url("postgres"), "scip_examples")
            subprocess.run([harness.ROOT / "db/load", "--demo", self.url("scip_migrator")], check=True, capture_output=True)
            cluster.psql("ALTER DATABASE scip_examples RENAME TO scip_demonstration")
        cluster.psql("CREATE DATABASE scip_examples TEMPLATE scip_demonstration")


@pytest.fixture
def demonstration(cluster):
    demonstration = Demonstration(cluster)
    yield demonstration
    demonstration.leave()
    cluster.psql("DROP DATABASE scip_examples WITH (FORCE)")


def body_of(operation, name, kept, demonstration):
    """The example, with ids that there are in place of those that stand for any, and the token that was made."""
    text = json.dumps(EXAMPLES[name])
    for number, value in enumerate(demonstration.psql(IDS[operation]).split() if operation in IDS else (), 1):
        text = text.replace(f"00000000-0000-7000-8000-{number:012}", value)
    return json.loads(text.replace("the-token-from-the-link", kept.get("token", "")))


def test_the_demonstration_takes_each_request(demonstration):
    assert BODIES.keys() - LEFT == {step[0] for step in REPLAY} & BODIES.keys()
    server, kept, refused = harness.Server("examples", DATABASE_URL=demonstration.url()), {}, []
    for number, (operation, who, values, *keep) in enumerate(REPLAY):
        method, path, described = OPERATIONS[operation]
        for value in values:
            value = f"{demonstration.psql(value)}\nnothing".split()[0] if value.startswith("SELECT") else kept.get(value, value)
            path = re.sub(r"{\w+}", value, path, count=1)
        names = {each.get("name") or CONTRACT["components"]["parameters"][each["$ref"].split("/")[-1]]["name"] for each in described["parameters"]}
        headers = {"If_None_Match": "*"} if "If-None-Match" in names else {"If_Match": "*"} if "If-Match" in names else {}
        headers |= {"Idempotency_Key": f"example-{number}"} if "Idempotency-Key" in names and keep else {}
        body = body_of(operation, BODIES[operation], kept, demonstration) if operation in BODIES else None
        headers |= {"Content_Type": next(iter(described["requestBody"]["content"]))} if body is not None else {}
        answer = server.send(method.upper(), path + ("" if keep or "dry_run" not in names else "?dry_run=true"), body, demonstration.token(server, **who), **headers)
        if answer.status >= 300:
            refused.append(f"{operation} {path}: {answer.status} {answer.text[:300]}")
        elif keep:
            kept[keep[0]] = answer.json["token"] if "token" in answer.json else (answer.headers["Location"] or path.removesuffix("/" + path.split("/")[-1])).split("/")[-1]
    server.stop()
    assert not refused, "\n".join(refused)


# Properties that a rule wants beside those that the schema requires.
NEEDED = {"putEvent": ["hub", "starts_on"]}


def test_a_put_creates_or_replaces_all(demonstration):
    """Of each that may replace: what the body leaves out is as in a new record, and only one of two who know the same version is in time."""
    server = harness.Server("replaces", DATABASE_URL=demonstration.url())
    parameters = lambda name: {each.get("name") or CONTRACT["components"]["parameters"][each["$ref"].split("/")[-1]]["name"] for each in OPERATIONS[name][2]["parameters"]}
    both = [name for name, (method, _, _) in OPERATIONS.items() if method == "put" and {"If-Match", "If-None-Match"} <= parameters(name) and name in BODIES]
    assert len(both) > 15 and set(both) <= {step[0] for step in REPLAY}
    for name, who, values in (step[:3] for step in REPLAY if step[0] in both):
        path = OPERATIONS[name][1]
        for value in values:
            path = re.sub(r"{\w+}", value if not value.startswith("SELECT") else f"{demonstration.psql(value)}\nnothing".split()[0], path, count=1)
        whole = body_of(name, BODIES[name], {}, demonstration)
        least = {key: value for key, value in whole.items() if key in [*SCHEMAS[BODIES[name]].get("required", ()), *NEEDED.get(name, ())]}
        token, query = demonstration.token(server, **who), "?reason=Example" if "reason" in parameters(name) else ""
        send = lambda body, **precondition: server.send("PUT", path + query, body, token=token, **precondition)
        plain = lambda answer: {key: value for key, value in answer.json.items() if key not in ("updated_at", "created_at")}
        nothing = send(least, if_match='"1"')
        assert nothing.status == 412, (name, nothing.text)
        fresh = send(least, If_None_Match="*")
        assert fresh.status == 201 and fresh.headers["Location"] == path, (name, fresh.text)
        again = send(least, If_None_Match="*")
        assert harness.problem(again) == (412, "precondition-failed"), (name, again.text)
        at_once = [lambda: send(whole, if_match=fresh.headers["ETag"])] * (2 if whole != least else 1)
        _, full = harness.only_one(*at_once)
        assert full.status == 200 and (plain(full) == plain(fresh)) == (whole == least), (name, full.text)
        assert whole == least or send(least, if_match=fresh.headers["ETag"]).status == 412, name
        back = send(least, if_match=full.headers["ETag"])
        assert back.status == 200 and plain(back) == plain(fresh), (name, back.text)
    server.stop()
