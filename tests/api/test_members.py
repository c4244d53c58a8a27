"""A Hub Lead keeps the members of a Hub: who represents whom and since when, the quorum, the spreadsheet."""
import csv
import datetime
import io
import threading
import uuid
from collections import Counter
from zoneinfo import ZoneInfo

import harness
from harness import delete, get, patch, post, problem
import pytest

FROM = {"sources": ["https://www.scipalliance.example/minutes"], "confidence": "high"}
HUB, OTHER = "members-north", "members-south"
PATH = f"/v1/hubs/{HUB}/members"


def day(days=0):
    return (datetime.datetime.now(ZoneInfo("Europe/London")).date() + datetime.timedelta(days)).isoformat()


@pytest.fixture(scope="module", autouse=True)
def hubs(cluster, server):
    def clear():
        cluster.psql("UPDATE scip.person SET added_by = NULL WHERE added_by IS NOT NULL")
        cluster.remove(hub="slug LIKE 'members-%'", person="""email LIKE '%@members.example' OR id IN (
            SELECT m.person_id FROM scip.hub_membership m JOIN scip.hub h ON h.id = m.hub_id WHERE h.slug LIKE 'members-%')""")

    clear()
    central = cluster.token(server, "central")
    for slug in (HUB, OTHER):
        made = server.send("PUT", f"/v1/hubs/{slug}", {"name": slug.title(), "nations": ["GB-ENG"], **FROM}, token=central, If_None_Match="*")
        assert made.status == 201, made.text
    yield
    clear()


@pytest.fixture
def hub(cluster, hubs):
    """Nobody is a member yet, and no rule is set."""
    yield HUB
    cluster.psql(f"""CREATE TEMP TABLE who AS SELECT person_id AS id FROM scip.hub_membership m JOIN scip.hub h ON h.id = m.hub_id WHERE h.slug LIKE 'members-%';
                     DELETE FROM scip.hub_membership WHERE hub_id IN (SELECT id FROM scip.hub WHERE slug LIKE 'members-%');
                     UPDATE scip.account SET person_id = NULL WHERE person_id IN (TABLE who);
                     DELETE FROM scip.person WHERE id IN (TABLE who);
                     DELETE FROM scip.hub_quorum WHERE hub_id = (SELECT id FROM scip.hub WHERE slug = '{HUB}');
                     DELETE FROM scip.idempotency""")


def add(server, token, name="A. Member", path=PATH, **values):
    made = post(server, token, path, {"name": name, "sector": "he", "from": "2024-09-01", **values})
    assert made.status == 201, made.text
    assert made.headers["Location"] == made.json["href"]
    return made.json


def together(*actions):
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


def test_a_lead_adds_a_member(cluster, server, lead, central, neighbour, hub):
    member = add(server, lead, "Ada Example", email="ada@members.example", organisation="university-of-winchester", ambassador=True)
    assert (member["name"], member["email"], member["sector"], member["ambassador"]) == ("Ada Example", "ada@members.example", "he", True)
    assert (member["from"], member["to"], member["current"], member["organisation"]["slug"]) == ("2024-09-01", None, True, "university-of-winchester")
    assert get(server, lead, member["href"]).json == member == get(server, central, member["href"]).json
    assert get(server, lead, member["href"]).headers["Cache-Control"] == "private, no-store"
    # what is not theirs is not there
    assert get(server, neighbour, member["href"]).status == 404
    assert get(server, neighbour, PATH).json["items"] == []
    assert server.get(PATH).status == 401
    # without a day it is from today, and a body that is not in the records has a name
    second = post(server, lead, PATH, {"name": "Bo Example", "sector": "charity", "organisation_name": "A small charity"}).json
    assert (second["from"], second["email"], second["organisation"], second["organisation_name"]) == (day(), None, None, "A small charity")


def test_a_member_sees_itself_alone(cluster, server, lead, hub):
    mine, other = add(server, lead, "Ada Example"), add(server, lead, "Bo Example")
    name, secret = cluster.client("hub_member", hub=HUB)
    cluster.psql(f"UPDATE scip.account SET person_id = '{mine['person']['id']}' WHERE subject = '{name}'")
    token = server.form("/oauth/token", {"grant_type": "client_credentials"}, (name, secret)).json["access_token"]
    assert [item["name"] for item in get(server, token, PATH).json["items"]] == ["Ada Example"]
    assert get(server, token, mine["href"]).status == 200 and get(server, token, other["href"]).status == 404
    assert patch(server, token, mine["href"], {"ambassador": True}).status == 403
    assert post(server, token, PATH, {"name": "Cy", "sector": "he"}).status == 403


def test_what_a_member_may_not_be(server, lead, neighbour, hub):
    member = add(server, lead, "Ada Example", email="ada@members.example")
    for values, status, name in [
            ({"person": member["person"]["id"], "sector": "fe"}, 409, "overlaps"),  # a member already
            ({"name": "ada example", "email": "ADA@members.example", "sector": "fe"}, 409, "overlaps"),  # the same one
            ({"person": str(uuid.uuid4()), "sector": "he"}, 422, "reference-not-found"),
            ({"name": "Di", "sector": "he", "organisation": "not-there"}, 422, "reference-not-found"),
            ({"name": "Di", "sector": "he", "from": "2025-01-02", "to": "2024-12-31"}, 422, "to-before-from"),
            ({"name": " ", "sector": "he"}, 422, "text-blank")]:
        assert problem(post(server, lead, PATH, values)) == (status, name), values
    for values in [{"sector": "he"}, {"name": "Di", "person": member["person"]["id"], "sector": "he"}, {"name": "Di", "sector": "school"},
                   {"name": "Di", "sector": "he", "organisation": "a", "organisation_name": "b"}, {"name": "Di", "sector": "he", "email": "nobody"},
                   {"person": member["person"]["id"], "email": "a@b.example", "sector": "he"}]:
        assert post(server, lead, PATH, values).status == 400, values
    # whom the other lead does not know cannot be named by id; who has the same name and address is the same
    theirs = f"/v1/hubs/{OTHER}/members"
    assert problem(post(server, neighbour, theirs, {"person": member["person"]["id"], "sector": "he"})) == (422, "reference-not-found")
    assert problem(post(server, neighbour, PATH, {"name": "Di", "sector": "he"}))[0] == 403
    assert add(server, neighbour, "Ada Example", path=theirs, email="ada@members.example")["person"] == member["person"]
    assert add(server, neighbour, "Another Person", path=theirs, email="ada@members.example")["person"] != member["person"]
    for path in ("/v1/hubs/not-there/members",):
        assert post(server, lead, path, {"name": "Di", "sector": "he"}).status == get(server, lead, path).status == 404


def test_filters_and_pages(server, lead, hub):
    for number in range(5):
        add(server, lead, f"Person {number}", sector=["he", "fe"][number % 2], **{"from": f"2024-0{number + 1}-01", "to": "2025-08-31" if number < 2 else None})
    names = lambda query: [item["name"] for item in get(server, lead, f"{PATH}?{query}").json["items"]]
    assert names("as_of=2024-02-01") == ["Person 0", "Person 1"]
    assert names("as_of=2025-08-31") == [f"Person {n}" for n in range(5)] and names("as_of=2025-09-01") == ["Person 2", "Person 3", "Person 4"]
    assert names("sector=fe") == ["Person 1", "Person 3"] and names("current=false") == ["Person 0", "Person 1"]
    first = get(server, lead, f"{PATH}?limit=2").json
    rest = get(server, lead, f"{PATH}?limit=3&cursor={first['next']}").json
    assert [item["name"] for item in first["items"] + rest["items"]] == [f"Person {n}" for n in range(5)] and rest["next"] is None


def test_changes_of_a_membership(server, lead, central, neighbour, hub):
    member = add(server, lead)
    read = get(server, lead, member["href"])
    changed = patch(server, lead, member["href"], {"to": "2025-08-31", "ambassador": True}, if_match=read.headers["ETag"])
    assert changed.status == 200 and (changed.json["to"], changed.json["ambassador"], changed.json["current"]) == ("2025-08-31", True, False)
    assert patch(server, lead, member["href"], {"to": None}, if_match=read.headers["ETag"]).status == 412
    assert patch(server, lead, member["href"], {"to": "2024-01-01"}).status == 422
    assert patch(server, lead, member["href"], {"sector": "fe"}).status == 400
    assert patch(server, neighbour, member["href"], {"to": None}).status == 404
    assert patch(server, lead, f"{PATH}/{uuid.uuid4()}", {"to": None}).status == 404
    later = post(server, lead, PATH, {"person": member["person"]["id"], "sector": "fe", "from": "2025-09-01"}).json
    assert patch(server, lead, member["href"], {"to": None}).status == 409  # it would overlap the next one
    assert delete(server, lead, later["href"], if_match='"9.x"').status == 412
    assert delete(server, lead, later["href"]).status == 204 and delete(server, lead, later["href"]).status == 404


def test_what_is_referred_to_stays(cluster, server, lead, hub):
    member = add(server, lead)
    cluster.psql(f"""INSERT INTO scip.activity (hub_id, kind, held_on, title, membership_id)
                     SELECT id, 'member_because_of_hub', '2025-01-01', 'Talk', '{member['id']}' FROM scip.hub WHERE slug = '{HUB}'""")
    assert delete(server, lead, member["href"]).status == 409
    cluster.psql(f"DELETE FROM scip.activity WHERE membership_id = '{member['id']}'")


def test_succession(server, lead, neighbour, hub):
    member = add(server, lead, organisation="university-of-winchester", ambassador=True)
    next_one = post(server, lead, member["href"] + "/transfer", {"from": "2025-03-01", "organisation_name": "A college", "sector": "fe"})
    assert next_one.status == 201 and next_one.headers["Location"] == next_one.json["href"] != member["href"]
    assert (next_one.json["person"], next_one.json["sector"], next_one.json["organisation"], next_one.json["organisation_name"], next_one.json["ambassador"],
            next_one.json["from"], next_one.json["to"]) == (member["person"], "fe", None, "A college", True, "2025-03-01", None)
    assert get(server, lead, member["href"]).json["to"] == "2025-02-28"
    assert post(server, lead, member["href"] + "/transfer", {"from": "2025-04-01", "sector": "he"}).status == 409  # it has ended
    assert post(server, lead, next_one.json["href"] + "/transfer", {"from": "2025-03-01", "sector": "he"}).status == 409  # nothing would be left
    assert problem(post(server, lead, next_one.json["href"] + "/transfer", {"from": "2025-05-01", "organisation": "not-there"})) == (422, "reference-not-found")
    assert post(server, neighbour, next_one.json["href"] + "/transfer", {"from": "2025-05-01"}).status == 404
    assert [item["sector"] for item in get(server, lead, f"{PATH}?as_of=2025-02-28").json["items"]] == ["he"]
    assert [item["sector"] for item in get(server, lead, f"{PATH}?as_of=2025-03-01").json["items"]] == ["fe"]


@pytest.mark.parametrize("round_", range(3))
def test_many_add_the_same_member_at_once(server, lead, hub, round_):
    answers = together(*[lambda: post(server, lead, PATH, {"name": "Same Person", "email": "same@members.example", "sector": "he", "from": "2025-01-01"})
                         for _ in range(8)])
    assert Counter(answer.status for answer in answers) == {201: 1, 409: 7}
    person = next(answer.json["person"]["id"] for answer in answers if answer.status == 201)
    answers = together(*[lambda on=on: post(server, lead, PATH, {"person": person, "sector": "fe", "from": on, "to": on})
                         for on in ["2024-01-01", "2024-01-01", "2024-01-02", "2024-01-03"] * 2])
    assert Counter(answer.status for answer in answers) == {201: 3, 409: 5}


def test_no_deadlock_of_everything_at_once(cluster, server, lead, hub):
    """Imports, successions, ends and new members of the same people: each is done or refused, none is left hanging."""
    members = [add(server, lead, f"Person {n}", email=f"p{n}@members.example", **{"to": "2025-01-31"}) for n in range(6)]
    sheet = lambda start: "name,email,sector,from,to\n" + "".join(f"Person {n},p{n}@members.example,he,{start},{start}\n" for n in range(6))
    actions = [lambda n=n: patch(server, lead, members[n]["href"], {"to": "2025-03-01"}) for n in range(6)]
    actions += [lambda n=n: post(server, lead, members[n]["href"] + "/transfer", {"from": "2024-10-01", "sector": "fe"}) for n in range(6)]
    actions += [lambda start=start: load(server, lead, sheet(start)) for start in ("2025-02-01", "2025-02-01", "2026-01-01")]
    actions += [lambda n=n: post(server, lead, PATH, {"name": f"Person {n}", "email": f"p{n}@members.example", "sector": "he", "from": "2025-02-01"})
                for n in range(6)]
    answers = together(*actions)
    assert {answer.status for answer in answers} <= {200, 201, 409, 422}, [answer.text for answer in answers if answer.status >= 500]
    assert cluster.psql(f"""SELECT count(*) FROM scip.hub_membership a JOIN scip.hub_membership b ON a.hub_id = b.hub_id AND a.person_id = b.person_id
                            AND a.id < b.id AND daterange(a.starts, a.ends) && daterange(b.starts, b.ends)""") == "0"


# The quorum.

def test_default_quorum(server, lead, central, neighbour, hub):
    quorum = lambda query="": get(server, lead, f"/v1/hubs/{HUB}/quorum{query}").json
    assert quorum() == {"hub": quorum()["hub"], "as_of": day(), "sectors": ["he", "fe", "school_sector", "local_authority"], "minimum_members": 4, "rule_from": None,
                        "members": 0, "missing_sectors": ["he", "fe", "school_sector", "local_authority"], "quorate": False}
    for number, sector in enumerate(["he", "fe", "school_sector"]):
        add(server, lead, f"Person {number}", sector=sector)
    assert (quorum()["missing_sectors"], quorum()["members"], quorum()["quorate"]) == (["local_authority"], 3, False)
    add(server, lead, "Person 3", sector="local_authority", **{"to": "2025-06-30"})
    assert quorum("?as_of=2025-06-30")["quorate"] and not quorum("?as_of=2025-07-01")["quorate"] and not quorum("?as_of=2024-08-31")["quorate"]
    assert get(server, neighbour, f"/v1/hubs/{HUB}/quorum").status == 404
    assert get(server, lead, "/v1/hubs/not-there/quorum").status == 404


def test_a_rule_from_a_day_on(cluster, server, lead, central, neighbour, hub):
    rules, member = f"/v1/hubs/{HUB}/quorum-rules", cluster.token(server, "hub_member", hub=HUB)
    put = lambda starts, body, token=central: server.send("PUT", f"{rules}/{starts}", {"reason": "As the Hub resolved", **body}, token=token, If_None_Match="*")
    for token, body, refused in ((lead, {}, (403, "only-the-central-team")), (lead, {"reason": "So that it was quorate"}, (403, "only-the-central-team")), (central, {}, (422, "reason-needed"))):
        answer = server.send("PUT", f"{rules}/2025-01-01", {"sectors": ["he"], "minimum_members": 1, **body}, token=token, If_None_Match="*")
        assert problem(answer) == refused, "what was judged is judged again by nobody else, and by nobody without a reason"
    add(server, lead, "Ada", sector="he"), add(server, lead, "Bo", sector="he"), add(server, lead, "Cy", sector="charity")
    made = put("2025-01-01", {"sectors": ["charity", "he"], "minimum_members": 3})
    assert made.status == 201 and made.json["from"] == "2025-01-01" and made.headers["Location"] == made.json["href"]
    assert put("2025-01-01", {"sectors": ["he"], "minimum_members": 1}).status == 412
    assert put("2025-06-01", {"sectors": [], "minimum_members": 4}).status == 201
    state = lambda on: [get(server, member, f"/v1/hubs/{HUB}/quorum?as_of={on}").json[key] for key in ("quorate", "missing_sectors", "rule_from")]
    assert state("2024-12-31") == [False, ["fe", "school_sector", "local_authority"], None]
    assert state("2025-01-01") == [True, [], "2025-01-01"] and state("2025-05-31") == [True, [], "2025-01-01"]
    assert state("2025-06-01") == [False, [], "2025-06-01"]
    assert [item["from"] for item in get(server, member, rules).json["items"]] == ["2025-06-01", "2025-01-01"]
    assert get(server, member, f"{rules}/2025-01-01").json == made.json
    assert put("2025-07-01", {"sectors": ["he", "he"], "minimum_members": 1}).status == put("2025-07-01", {"sectors": ["x"], "minimum_members": 1}).status == 400
    assert put("2025-07-01", {"sectors": ["he"], "minimum_members": 1}, token=neighbour).status == 403
    assert server.send("PUT", "/v1/hubs/not-there/quorum-rules/2025-01-01", {"sectors": [], "minimum_members": 1}, token=lead, If_None_Match="*").status == 404
    assert get(server, neighbour, rules).status == get(server, neighbour, f"{rules}/2025-01-01").status == 404
    assert get(server, lead, f"{rules}/2023-01-01").status == get(server, lead, "/v1/hubs/not-there/quorum-rules").status == 404
    assert delete(server, neighbour, f"{rules}/2025-01-01").status == 404
    assert delete(server, central, f"{rules}/2025-01-01?reason=Twice", if_match='"7.x"').status == 412
    assert problem(delete(server, lead, f"{rules}/2025-01-01?reason=x", if_match=made.headers["ETag"])) == (403, "only-the-central-team")
    assert problem(delete(server, central, f"{rules}/2025-01-01", if_match=made.headers["ETag"])) == (422, "reason-needed")
    assert delete(server, central, f"{rules}/2025-01-01?reason=Entered%20twice", if_match=made.headers["ETag"]).status == 204
    assert state("2025-01-01")[2] is None
    kept = [(row["operation"], row["reason"]) for row in get(server, member, f"/v1/corrections?record={rules}/2025-01-01").json["items"]]
    assert kept == [("deleteHubQuorumRule", "Entered twice"), ("putHubQuorumRule", "As the Hub resolved")], "what was refused left no reason behind"
    ahead = day(30)
    assert server.send("PUT", f"{rules}/{ahead}", {"sectors": ["he"], "minimum_members": 1}, token=lead, If_None_Match="*").status == 201
    assert delete(server, lead, f"{rules}/{ahead}", if_match="*").status == 204


# The spreadsheet.

def load(server, token, sheet, dry_run=False, key=None, path=PATH, **headers):
    content = sheet if isinstance(sheet, bytes) else sheet.encode()
    return post(server, token, f"{path}/imports" + ("?dry_run=true" if dry_run else ""), content, key=key or uuid.uuid4().hex,
                **{"Content_Type": "text/csv", **headers})


def both(server, token, sheet):
    """What a dry run says and then the real one: the same."""
    tried, done = load(server, token, sheet, dry_run=True), load(server, token, sheet)
    without = lambda answer: {**answer.json, "instance": None} if answer.status >= 400 else answer.json
    assert (tried.status, without(tried)) == (done.status, without(done))
    return done


HEADER = "name,email,organisation,organisation_name,sector,ambassador,from,to\r\n"
SHEET = HEADER + ("Ada Example,ada@members.example,university-of-winchester,,he,yes,2024-09-01,\r\n"
                  "\"Example, Bo\",bo@members.example,,\"The \"\"Old\"\" College\",fe,no,01/09/2024,31/8/2025\r\n"
                  "Zoë Ŵyn,,,\"Two\r\nlines\",Local Authority,,2024-09-01,\r\n")


def test_a_sheet_is_imported(server, lead, central, hub):
    done = both(server, lead, SHEET)
    assert done.status == 200 and done.json == {"lines": 3, "imported": 3, "unchanged": 0, "people_created": 3, "href": PATH}
    rows = {item["name"]: item for item in get(server, lead, PATH).json["items"]}
    assert rows["Example, Bo"]["organisation_name"] == 'The "Old" College' and (rows["Example, Bo"]["from"], rows["Example, Bo"]["to"]) == ("2024-09-01", "2025-08-31")
    assert rows["Ada Example"]["organisation"]["slug"] == "university-of-winchester" and rows["Ada Example"]["ambassador"]
    assert (rows["Zoë Ŵyn"]["organisation_name"].split(), rows["Zoë Ŵyn"]["sector"]) == (["Two", "lines"], "local_authority")
    again = both(server, lead, SHEET)
    assert again.status == 200 and (again.json["imported"], again.json["unchanged"], again.json["people_created"]) == (0, 3, 0)


@pytest.mark.parametrize("name, content", [
    ("with a byte order mark", ("\ufeff" + SHEET).encode()),
    ("by a German Excel, semicolons", SHEET.replace(",", ";").replace("Example; Bo", "Example, Bo").encode()),
    ("with tabs", SHEET.replace(",", "\t").replace("Example\t Bo", "Example, Bo").encode()),
    ("in Windows-1252", SHEET.replace("Ŵ", "W").encode("cp1252")),
    ("with the ends of lines of Unix", SHEET.replace("\r\n", "\n").encode()),
    ("with columns in another order and case", "Sector,From,NAME,Organisation Name\r\nhe,2024-09-01,Ada,A body\r\nfe,2024-09-01,Bo,\r\nhe,2024-09-01,Cy,\r\n".encode()),
    ("with empty lines at the end", (SHEET + ",,,,,,,\r\n\r\n").encode()),
])
def test_a_sheet_as_it_was_saved(server, lead, hub, name, content):
    done = both(server, lead, content)
    assert (done.status, done.json.get("imported")) == (200, 3), done.text
    names = {item["name"] for item in get(server, lead, PATH).json["items"]}
    assert names in ({"Ada Example", "Example, Bo", "Zoë Ŵyn"}, {"Ada Example", "Example, Bo", "Zoë Wyn"}, {"Ada", "Bo", "Cy"})


@pytest.mark.parametrize("content, says", [
    ("name,sector,from\nAda,he,2024-09-01\n".encode("utf-16"), "/body"),
    (b"PK\x03\x04\0\0\0\0", "/body"),
    (b'name,sector,from\n"Ada,he,2024-09-01\n', "/body/line/2"),
    (b"name,name,sector,from\nAda,Bo,he,2024-09-01\n", "/body/line/1"),
    (b"name,sector,from\nAda,he,2024-09-01,more\n", "/body/line/2"),
])
def test_what_is_no_sheet(server, lead, hub, content, says):
    answer = both(server, lead, content)
    assert (answer.status, [error["pointer"] for error in answer.json["errors"]]) == (400, [says])


def test_all_or_nothing_with_line_and_column(server, lead, hub):
    answer = both(server, lead, HEADER + "\r\n".join([
        "Ada,ada@members.example,,,he,yes,2024-09-01,", ",nobody@members.example,,,he,yes,2024-09-01,",
        "Bo,not an address,not-there,A body,schools,perhaps,1st of May,31/02/2025", "Cy,,,,,,2025-02-01,2025-01-31",
        '"Di\nwith a line",di@members.example,,,he,,2024-09-01,', "Di with a line,,,,x,,,"]) + "\r\n")
    assert answer.status == 422
    assert [(error["pointer"].removeprefix("/body/line/"), error["detail"][:24]) for error in answer.json["errors"]] == [
        ("3/name", "is missing"), ("4/ambassador", "must be yes or no"), ("4/email", "is not an e-mail address"),
        ("4/from", "is not a day: write 2025"), ("4/organisation", "is not the slug of an or"), ("4/sector", "must be one of he, fe, s"),
        ("4/to", "is not a day: write 2025"), ("5/sector", "is missing"), ("5/to", "is before from"), ("8/from", "is missing"),
        ("8/sector", "must be one of he, fe, s")]
    assert "Bo" not in answer.text and "not an address" not in answer.text
    assert get(server, lead, PATH).json["items"] == []


def test_no_overlap_in_a_sheet(server, lead, hub):
    add(server, lead, "Ada", email="ada@members.example", **{"to": "2025-08-31"})
    answer = both(server, lead, HEADER + "ADA,ada@members.example,,,fe,,2025-08-31,\r\nBo,bo@members.example,,,he,,2024-09-01,2024-12-31\r\n"
                  "Bo,BO@members.example,,,he,,2024-12-31,\r\nBo,bo@members.example,,,he,,2026-01-01,\r\n")
    assert [(error["pointer"], error["detail"]) for error in answer.json["errors"]] == [
        ("/body/line/2/from", "overlaps the membership from 2024-09-01"), ("/body/line/4/from", "overlaps line 3"), ("/body/line/5/from", "overlaps line 4")]
    done = both(server, lead, HEADER + "ADA,ada@members.example,,,fe,,2025-09-01,\r\nBo,bo@members.example,,,he,,2024-09-01,2024-12-31\r\n"
                "Bo,bo@members.example,,,fe,,2025-01-01,\r\n")
    assert done.json["imported"] == 3 and done.json["people_created"] == 1


def test_columns_and_size(server, lead, hub):
    answer = both(server, lead, "name,from,sektor\nAda,2024-09-01,he\n")
    assert [(error["pointer"], error["detail"]) for error in answer.json["errors"]] == [
        ("/body/line/1/sector", "is missing"), ("/body/line/1/sektor", "is not a column of the template")]
    assert both(server, lead, HEADER).json["errors"] == [{"pointer": "/body", "detail": "has no lines"}]
    many = HEADER + "".join(f"Person {n},,,,he,,2024-13-01,\r\n" for n in range(1500))
    errors = both(server, lead, many).json["errors"]
    assert len(errors) == 1000 and errors[0]["pointer"] == "/body/line/2/from" and errors[-1]["pointer"] == "/body/line/1001/from"
    assert both(server, lead, many + "".join(many.splitlines(True)[1:901])).json["errors"] == [{"pointer": "/body", "detail": "has more than 2,000 lines"}]
    assert load(server, lead, b"name\n" + b"x" * (512 * 1024 - 6)).status == 400  # one cell as long as that
    assert load(server, lead, HEADER + ",,,,,,,\n" * 4000).json["errors"] == [{"pointer": "/body", "detail": "has no lines"}]
    assert load(server, lead, many + 2 * many.removeprefix(HEADER)).status == 413, "more cells than x-body-limit has"


def test_a_large_sheet_in_time(patient, lead, hub):
    """2,000 new members, again, and out again, each well within the time that a statement may take."""
    sheet = HEADER + "".join(f"Person {n},person{n}@members.example,,Body {n},he,no,2024-09-01,\r\n" for n in range(2000))
    begun = patient.seconds()
    done = load(patient, lead, sheet)
    assert done.status == 200 and done.json["people_created"] == 2000, done.text
    made = patient.seconds()
    again = load(patient, lead, sheet)
    assert again.status == 200 and again.json["unchanged"] == 2000, again.text
    unchanged = patient.seconds()
    assert get(patient, lead, PATH, Accept="text/csv").text.count("\r\n") > 2000
    assert made - begun < 5 and unchanged - made < 5 and patient.seconds() - unchanged < 3


def test_the_list_can_be_imported_again(server, lead, central, neighbour, hub):
    """Exported and imported without an edit: into the same Hub nothing is new, into another one it is the same list."""
    assert load(server, lead, HEADER + "'=HYPERLINK(1),formula@members.example,,'-1 and '=2,he,yes,2024-09-01,\r\n"
                "'+44,,,''=x,fe,,2024-09-01,2025-08-31\r\n" + SHEET.removeprefix(HEADER)).json["imported"] == 5
    items = get(server, lead, PATH).json["items"]
    assert {"=HYPERLINK(1)", "+44"} < {item["name"] for item in items} and {"-1 and '=2", "'=x"} < {item["organisation_name"] for item in items}
    exported = get(server, lead, PATH, Accept="text/csv")
    assert exported.headers["Content-Type"].startswith("text/csv") and "'=HYPERLINK" in exported.text
    again = both(server, lead, exported.body)
    assert (again.status, again.json["imported"], again.json["unchanged"]) == (200, 0, 5), again.text
    elsewhere = load(server, central, exported.body, path=f"/v1/hubs/{OTHER}/members")
    assert {error["detail"] for error in elsewhere.json["errors"]} == {"is another Hub", "is no membership of this person here", "is not the address of this id"}
    own = ("id", "hub", "href")
    listed = list(csv.DictReader(io.StringIO(exported.text)))
    taken = io.StringIO()
    writer = csv.DictWriter(taken, [name for name in listed[0] if name not in own], extrasaction="ignore")
    writer.writeheader()
    writer.writerows(listed)
    assert load(server, central, taken.getvalue().encode(), path=f"/v1/hubs/{OTHER}/members").json == {
        "lines": 5, "imported": 5, "unchanged": 0, "people_created": 0, "href": f"/v1/hubs/{OTHER}/members"}
    shape = lambda text: sorted(tuple(row[name] for name in HEADER.strip().split(",")) for row in csv.DictReader(io.StringIO(text)))
    assert shape(get(server, neighbour, f"/v1/hubs/{OTHER}/members?format=csv").text) == shape(exported.text)
    # a name that was changed in the list is the person's: it is corrected there
    answer = both(server, lead, exported.text.replace("Ada Example", "Ada Changed").replace(",2024-09-01,,true", ",2026-09-01,,true").encode())
    assert {error["detail"] for error in answer.json["errors"] if error["pointer"].endswith("/name")} == {"is not the name of this person: correct it there"}
    # and a person whom the caller does not know is not there
    refused = load(server, neighbour, taken.getvalue().replace(items[0]["person"]["id"], str(uuid.uuid4())).encode(), path=f"/v1/hubs/{OTHER}/members")
    assert [error["detail"] for error in refused.json["errors"]] == ["is no person whom you know"]


def edited(text, **changes):
    """The exported list with a column changed: a value, or what gives it from the row and the others' cells."""
    rows = list(csv.DictReader(io.StringIO(text.removeprefix("\ufeff"))))
    for name, change in changes.items():
        cells = [row[name] for row in rows]
        for n, row in enumerate(rows):
            row[name] = change(row, cells, n)
    out = io.StringIO()
    writer = csv.DictWriter(out, rows[0])
    writer.writeheader()
    writer.writerows(rows)
    return out.getvalue()


def test_what_is_changed_in_the_list_is_never_unchanged(server, lead, hub):
    """A correction is reported as one, not passed over, also where nothing else of its line is new."""
    add(server, lead, "Ann First", email="ann@members.example", **{"from": "2024-09-01"})
    add(server, lead, "Bee Second", email="bee@members.example", **{"from": "2024-09-02", "to": "2024-12-31"})
    add(server, lead, "Cee Third", **{"from": "2024-09-03"})
    text = get(server, lead, PATH + "?format=csv").text
    moved = lambda row, cells, n: cells[(n + 1) % len(cells)]
    for changes, wanted in (({"name": lambda row, cells, n: row["name"].replace("First", "Frist")}, {("name", "is not the name of this person: correct it there")}),
                            ({"name": moved}, {("name", "is not the name of this person: correct it there")}),
                            ({"email": lambda row, cells, n: row["email"].replace("ann@", "anne@")}, {("email", "is not the address of this person: correct it there")}),
                            ({"email": lambda row, cells, n: row["email"] or "new@members.example"}, {("email", "is not the address of this person: correct it there")}),
                            ({"hub": lambda row, cells, n: OTHER}, {("hub", "is another Hub")}),
                            ({"id": moved}, {("id", "is no membership of this person here"), ("href", "is not the address of this id")}),
                            ({"href": moved}, {("href", "is not the address of this id")}),
                            ({"current": lambda row, cells, n: "false"}, {("current", "is not what from and to say")}),
                            ({"person": moved, "id": lambda row, cells, n: ""}, {("name", "is not the name of this person: correct it there")})):
        answer = both(server, lead, edited(text, **changes))
        found = {(error["pointer"].rsplit("/", 1)[1], error["detail"]) for error in answer.json["errors"]}
        assert answer.status == 422 and wanted <= found, (wanted, answer.text)
    white = edited(text, name=lambda row, cells, n: "\u00a0" + row["name"].replace(" ", "\u2003 ") + "\u200b", sector=lambda row, cells, n: row["sector"] + "\u00a0",
                   current=lambda row, cells, n: row["current"].upper())
    blank = white.replace("\r\n", ",,\u00a0\r\n").replace("\r\n", ",\r\n", 1) + "\u00a0,,\u3000\r\n" + "," * 15 + "\r\n"
    for sheet in (text, white, blank):
        answer = both(server, lead, sheet)
        assert answer.status == 200 and (answer.json["imported"], answer.json["unchanged"]) == (0, 3), answer.text


@pytest.mark.parametrize("address, good", [
    ("a@x.example", True), ("A.B+c@sub.x.example", True), ("o'neil@x.example", True), ("x@xn--mnchen-3ya.example", True), ("a@localhost", True),
    ("mailto:a@x.example", False), ("a..b@x.example", False), (".a@x.example", False), ("a@x.example.", False), ("a@-x.example", False), ("a@x-.example", False),
    ("x@münchen.example", False), ("jörg@x.example", False), ("a@@x.example", False), ("a@x_y.example", False), ("a b@x.example", False), ('"a b"@x.example', False),
    ('"ab"@x.example', False), ("a@[192.0.2.1]", False), ("a" * 65 + "@x.example", False), ("a@" + "b" * 64 + ".example", False), ("<a@x.example>", False), ("a@x.example,b@x.example", False),
    ("a@x.example\u200b", False), ("@x.example", False), ("a@", False)])
def test_an_address_is_one_in_every_door(server, lead, central, hub, address, good):
    one = server.send("POST", PATH + "?dry_run=true", {"name": "A Door", "email": address, "sector": "he", "from": "2025-01-01"}, lead)
    two = server.send("POST", "/v1/people?dry_run=true", {"name": "A Door", "email": address}, lead)
    text = io.StringIO()
    csv.writer(text).writerows([("name", "email", "sector", "from"), ("A Door", address, "he", "2025-01-01")])
    three = server.send("POST", PATH + "/imports?dry_run=true", text.getvalue().encode(), lead, key=str(uuid.uuid4()), Content_Type="text/csv")
    good_in_sheet = good or address.endswith("\u200b") # what is not seen around a cell is none of it
    assert one.status == two.status == (201 if good else one.status) and one.status in ((201,) if good else (400, 422)), (one.text, two.text)
    assert three.status == (200 if good_in_sheet else 422), three.text


@pytest.mark.parametrize("called, status", [("application/vnd.ms-excel", 200), ("application/csv; charset=utf-8", 200), ("TEXT/CSV", 200), ("text/html", 415), ("application/json", 415)])
def test_a_sheet_is_one_whatever_the_browser_calls_it(server, lead, hub, called, status):
    assert load(server, lead, "name,sector,from\r\nA Sheet,he,2025-01-01\r\n", dry_run=True, Content_Type=called).status == status


def test_one_name_of_two(server, lead, hub):
    add(server, lead, "Same Name", email="one@members.example", **{"to": "2024-12-31"})
    add(server, lead, "Same Name", email="two@members.example", **{"to": "2024-12-31"})
    answer = both(server, lead, "name,sector,from\nSame Name,he,2025-01-01\n")
    assert answer.json["errors"][0]["pointer"] == "/body/line/2/name" and "more than one" in answer.json["errors"][0]["detail"]
    assert both(server, lead, "name,email,sector,from\nSame Name,two@members.example,he,2025-01-01\n").json["people_created"] == 0


def test_an_import_is_done_once(cluster, server, lead, neighbour, hub):
    key = uuid.uuid4().hex
    first, second = load(server, lead, SHEET, key=key), load(server, lead, SHEET, key=key)
    assert first.status == 200 and (first.status, first.body) == (second.status, second.body)
    assert load(server, lead, SHEET + "\r\n", key=key).status == 422
    assert post(server, lead, f"{PATH}/imports", SHEET.encode(), Content_Type="text/csv").json["errors"] == [
        {"pointer": "/header/Idempotency-Key", "detail": "is missing"}]
    assert load(server, lead, SHEET, Content_Type="application/json").status == 415
    assert problem(load(server, neighbour, SHEET)) == (403, "only-the-hub-lead")
    with harness.claimed(cluster, "importHubMembers", key := uuid.uuid4().hex):
        assert problem(load(server, lead, SHEET, key=key)) == (409, "idempotency-key-in-progress")
    assert load(server, lead, SHEET, path="/v1/hubs/not-there/members").status == 404


def test_not_modified(server, lead, hub):
    member = add(server, lead)
    rule_set = server.send("PUT", f"/v1/hubs/{HUB}/quorum-rules/{day()}", {"sectors": ["he"], "minimum_members": 1}, token=lead, If_None_Match="*").json
    for path in (PATH, member["href"], f"{PATH}/template.csv", f"/v1/hubs/{HUB}/quorum", f"/v1/hubs/{HUB}/quorum-rules", rule_set["href"]):
        assert get(server, lead, path, If_None_Match=get(server, lead, path).headers["ETag"]).status == 304, path


def test_two_import_the_same_sheet_at_once(server, lead, hub):
    answers = together(*[lambda: load(server, lead, SHEET) for _ in range(6)])
    assert {answer.status for answer in answers} == {200}
    assert sum(answer.json["imported"] for answer in answers) == 3 == sum(answer.json["people_created"] for answer in answers)


def test_the_template(server, lead, neighbour, hub):
    answer = get(server, lead, f"{PATH}/template.csv")
    assert answer.headers["Content-Type"] == "text/csv; charset=utf-8" and answer.text == HEADER
    assert get(server, lead, f"{PATH}/template.csv?format=json").json == {"items": [], "next": None}
    assert get(server, lead, "/v1/hubs/not-there/members/template.csv").status == 404
    assert both(server, lead, answer.text + "Ada,,,,he,,2024-09-01,\r\n").json["imported"] == 1
