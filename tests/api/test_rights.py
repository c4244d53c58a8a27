"""What people may ask of their data, and what the Alliance has to show of it: bookings that reveal nothing of others, reads that
are written down, consent, records of processing, retention, breaches, objections."""
import csv
import datetime
import io
import itertools
import threading
import uuid

import harness
from harness import get, only_one, patch, post, problem, put
import pytest

FROM = {"sources": ["https://www.scipalliance.example/privacy"], "confidence": "high"}
numbers = itertools.count(1)
NOWHERE = "00000000-0000-7000-8000-000000000000"


@pytest.fixture(scope="module", autouse=True)
def nothing_stays(cluster, server):
    def clear():
        cluster.remove(course="slug = 'rights-course'", consent_text="version > 1", account="issuer = 'https://login.rights.example'",
                       breach="what LIKE 'Rights: %'", person="email LIKE '%@rights.example'", idempotency="body LIKE '%rights.example%'")

    clear()
    yield
    clear()


@pytest.fixture(scope="module")
def website(cluster, server, nothing_stays):
    return cluster.token(server, "website")


@pytest.fixture(scope="module")
def lead(cluster, server):
    return cluster.token(server, "hub_lead", hub="scotland-hub")


@pytest.fixture(scope="module")
def course(server, central):
    made = server.send("PUT", "/v1/training/courses/rights-course", {"name": "Rights", **FROM}, token=central, If_None_Match="*")
    assert made.status == 201, made.text


@pytest.fixture
def session(server, lead, course):
    """The address of one that can be booked, of the lead's Hub."""
    day = datetime.date.today() + datetime.timedelta(20)
    made = post(server, lead, "/v1/training/sessions", {"course": "rights-course", "hub": "scotland-hub", "starts_at": f"{day}T10:00:00Z",
                                                        "ends_at": f"{day}T12:00:00Z", "capacity": 20})
    assert made.status == 201 and post(server, lead, made.json["href"] + "/publication").status == 200, made.text
    return made.json["href"]


def book(server, token, session, body, key=None):
    return post(server, token, session + "/bookings", body, key=key or uuid.uuid4().hex)


def add_person(server, central, name):
    made = post(server, central, "/v1/people", {"name": name, "email": f"somebody-{next(numbers)}@rights.example"})
    assert made.status == 201, made.text
    return made.json


def reads(cluster, person, operation):
    return int(cluster.psql(f"SELECT count(*) FROM scip.personal_read WHERE person_id = '{person}' AND operation = '{operation}'"))


# A booking under somebody's address

def test_a_booker_learns_nothing_of_who_has_the_address(server, central, website, lead, session):
    """Answers for an address that is known (with another name, with the right one) and for one that is not are alike."""
    known = add_person(server, central, "Canary Known")
    unknown = f"somebody-{next(numbers)}@rights.example"
    restricted = add_person(server, central, "Canary Restricted")
    assert put(server, central, f"/v1/people/{restricted['id']}/restriction").status == 200
    shapes, hrefs = [], []
    for email in (known["email"], known["email"].upper(), unknown, restricted["email"]):
        made = book(server, website, session, {"name": "Typed Name", "email": email})
        if email == known["email"].upper():
            assert problem(made) == (409, "booking-exists")
            continue
        later = get(server, website, made.json["href"])
        assert made.status == 201 and made.json == later.json and made.json["email"] == email
        hrefs.append(made.json["href"])
        shapes.append({key: value for key, value in made.json.items() if key in ("person", "name", "organisation", "sector", "position", "attended", "status")})
    assert shapes[0]["person"] is None and shapes[0]["name"] == "Typed Name" and all(shape == shapes[0] for shape in shapes)
    dry = [post(server, website, session + "/bookings?dry_run=true", {"name": "Typed", "email": email}, key=uuid.uuid4().hex).json
           for email in (add_person(server, central, "Canary Third")["email"], f"somebody-{next(numbers)}@rights.example")]
    assert [(one["person"], one["name"], one["email"]) for one in dry] == [(None, None, None)] * 2
    # the organiser sees what was typed, and whose record it is; nobody has become somebody's to read by it
    listed = get(server, lead, session + "/bookings").json["items"]
    assert [one["name"] for one in listed] == ["Typed Name", "Typed Name", None] and listed[0]["person"]["id"] == known["id"]
    assert [one["name"] for one in get(server, central, session + "/bookings").json["items"]] == ["Typed Name"] * 3
    for one in listed:
        assert one["person"]["href"] is None
        for who, status in ((lead, 404), (website, 404)):
            assert get(server, who, f"/v1/people/{one['person']['id']}").status == status
    assert not any(one["person"]["id"] in get(server, lead, "/v1/people?format=csv").text for one in listed)


def test_a_lead_who_books_learns_as_little(server, central, lead, session):
    known = add_person(server, central, "Canary Leadless")
    for email in (known["email"], f"somebody-{next(numbers)}@rights.example"):
        made = book(server, lead, session, {"name": "Typed By Lead", "email": email}).json
        assert made["name"] == "Typed By Lead" and made["person"]["href"] is None and get(server, lead, f"/v1/people/{made['person']['id']}").status == 404
        assert made["person"]["id"] not in get(server, lead, "/v1/people?format=csv").text


def test_a_correction_reaches_the_bookings(cluster, server, central, website, lead, session):
    person = add_person(server, central, "Canary Before")
    right = book(server, website, session, {"name": "canary  before", "email": person["email"]}).json["href"]
    assert patch(server, central, f"/v1/people/{person['id']}", {"name": "Canary After"}).status == 200
    assert get(server, lead, right).json["name"] == "Canary After"
    assert (get(server, website, right).json["name"], get(server, website, right).json["email"]) == (None, None), "the booker does not learn the new one"
    assert cluster.psql("SELECT count(*) FROM scip.booking_contact WHERE name ILIKE 'canary before'") == "0"


def test_a_new_address_leaves_no_old_one(cluster, server, central, website, lead, session):
    person = add_person(server, central, "Canary Moved")
    href = book(server, website, session, {"name": "Typed Otherwise", "email": person["email"]}).json["href"]
    assert patch(server, central, f"/v1/people/{person['id']}", {"email": "moved@rights.example"}).status == 200
    for who in (website, lead, central):
        assert (get(server, who, href).json["name"], get(server, who, href).json["email"]) == ("Typed Otherwise", None)


def test_what_was_typed_goes_with_the_person(cluster, server, central, website, lead, session):
    person = add_person(server, central, "Canary Gone")
    key, body = uuid.uuid4().hex, {"name": "Quokka Typed", "email": person["email"].upper()}
    made = book(server, website, session, body, key)
    held = get(server, central, f"/v1/people/{person['id']}/export").json["bookings"]
    assert [(one["name"], one["email"]) for one in held] == [("Quokka Typed", person["email"].upper())]
    assert put(server, central, f"/v1/people/{person['id']}/restriction").status == 200
    assert get(server, website, made.json["href"]).json["name"] is None and get(server, lead, made.json["href"]).json["name"] is None
    assert get(server, central, made.json["href"]).json["name"] == "Quokka Typed"
    assert server.send("DELETE", f"/v1/people/{person['id']}/restriction", token=central).status == 204
    assert get(server, website, made.json["href"]).json["name"] == "Quokka Typed"
    assert post(server, central, f"/v1/people/{person['id']}/erasure").status == 200
    for who in (website, lead, central):
        assert (get(server, who, made.json["href"]).json["name"], get(server, who, made.json["href"]).json["email"]) == (None, None)
    tables = cluster.psql("SELECT relname FROM pg_class WHERE relnamespace = 'scip'::regnamespace AND relkind = 'r'").split()
    for word in ("Quokka Typed", person["email"].upper()):
        assert cluster.psql(" UNION ALL ".join(f"SELECT '{table}' WHERE EXISTS (SELECT FROM scip.{table} t WHERE strpos(t::text, '{word}') > 0)" for table in tables)) == ""
    assert problem(book(server, website, session, body, key)) == (409, "idempotency-answer-erased")


# Who read whose data

def test_reads_of_accounts_are_noted(cluster, server, central):
    person = add_person(server, central, "Canary Account")
    made = post(server, central, "/v1/accounts", {"issuer": "https://login.rights.example", "subject": "canary-subject", "name": "Canary Post", "roles": [],
                                                  "person": person["id"]}, key=(key := uuid.uuid4().hex))
    assert (made.status, made.json["subject"], made.json["name"]) == (201, "canary-subject", "Canary Post")
    assert reads(cluster, person["id"], "addAccount") == 1
    for path, operation in ((made.json["href"], "getAccount"), ("/v1/accounts?limit=200", "listAccounts")):
        before = reads(cluster, person["id"], operation)
        answer = get(server, central, path)
        assert "canary-subject" in answer.text and reads(cluster, person["id"], operation) == before + 1, path
        assert get(server, central, path, If_None_Match=answer.headers["ETag"]).status == 304 and reads(cluster, person["id"], operation) == before + 2, path
    before = reads(cluster, person["id"], "listAccounts")
    assert "canary-subject" not in get(server, central, "/v1/accounts?issuer=self&limit=1").text and reads(cluster, person["id"], "listAccounts") == before, "not of this page"
    dry = patch(server, central, made.json["href"] + "?dry_run=true", {"active": False})
    assert (dry.json["subject"], dry.json["name"]) == (None, None), "a dry run leaves no note, so it reads nothing"
    again = post(server, central, "/v1/accounts", {"issuer": "https://login.rights.example", "subject": "canary-subject", "name": "Canary Post", "roles": [],
                                                   "person": person["id"]}, key=key)
    assert again.body == made.body and reads(cluster, person["id"], "addAccount") == 2, "given again, it is read again"


def test_a_client_of_a_person_is_one_too(cluster, server, central):
    person = add_person(server, central, "Canary Client")
    made = post(server, central, "/v1/clients", {"name": "rights.example client", "roles": []}).json
    assert reads(cluster, person["id"], "getClient") == 0
    assert patch(server, central, f"/v1/accounts/{made['id']}", {"person": person["id"]}).status == 200
    assert get(server, central, made["href"]).json["name"] == "rights.example client" and reads(cluster, person["id"], "getClient") == 1
    assert "rights.example client" in get(server, central, "/v1/clients?limit=200").text and reads(cluster, person["id"], "listClients") == 1
    assert patch(server, central, made["href"] + "?dry_run=true", {"active": False}).json["name"] is None
    assert patch(server, central, f"/v1/accounts/{made['id']}", {"person": None}).status == 200
    assert server.send("DELETE", made["href"], token=central, if_match="*").status == 204


def test_replays_are_noted_as_reads(cluster, server, central, website, lead, session):
    key, body = uuid.uuid4().hex, {"name": "Canary Replay", "email": "replay@rights.example"}
    first = book(server, website, session, body, key)
    person = get(server, central, first.json["href"]).json["person"]["id"]
    assert reads(cluster, person, "addBooking") == 1
    for n in (2, 3):
        assert book(server, website, session, body, key).body == first.body and reads(cluster, person, "addBooking") == n
    assert problem(book(server, website, session, {**body, "name": "Other"}, key))[0] == 422 and reads(cluster, person, "addBooking") == 3
    cancelled = post(server, website, first.json["href"] + "/cancellation", key=key)
    assert post(server, website, first.json["href"] + "/cancellation", key=key).body == cancelled.body and reads(cluster, person, "cancelBooking") == 2
    assert cluster.psql(f"SELECT count(*) FROM scip.personal_read r JOIN scip.account a ON a.id = r.account_id WHERE r.person_id = '{person}' "
                        "AND r.operation = 'addBooking' AND r.request IS NOT NULL") == "3", "by whom, in which request"


# Consent to keeping what a delegate eats or needs

TEXTS = "/v1/training/consent-texts"


@pytest.fixture
def next_text(cluster, server, central):
    """The next version, for as long as the test."""
    version = int(cluster.psql("SELECT max(version) + 1 FROM scip.consent_text"))
    made = put(server, central, f"{TEXTS}/{version}", {"text": "I agree to other words.", "text_cy": "Cytunaf."}, If_None_Match="*")
    assert (made.status, made.json["version"], made.json["current"], made.headers["Location"]) == (201, version, True, f"{TEXTS}/{version}"), made.text
    yield version
    cluster.psql(f"""BEGIN; SET LOCAL session_replication_role = replica; DELETE FROM scip.booking_consent WHERE text_version = {version};
        DELETE FROM scip.booking_need n WHERE NOT EXISTS (SELECT FROM scip.booking_consent c WHERE c.booking_id = n.booking_id); DELETE FROM scip.consent_text WHERE version = {version}; COMMIT""")


def delegate(**more):
    number = next(numbers)
    return {"name": f"Delegate {number}", "email": f"delegate-{number}@rights.example", **more}


def test_the_text_is_shown_to_who_asks_for_consent(server, central, website, lead, next_text):
    for who in (None, website):
        newest, *older = get(server, who, TEXTS).json["items"]
        assert (newest["version"], newest["text"], newest["text_cy"], newest["current"]) == (next_text, "I agree to other words.", "Cytunaf.", True)
        assert [text["current"] for text in older] == [False] * len(older) and older[-1]["version"] == 1 and "withdraw" in older[-1]["text"]
    page = get(server, None, TEXTS + "?limit=1").json
    assert get(server, None, TEXTS + "?cursor=" + page["next"]).json["items"][0]["version"] == next_text - 1
    shown = get(server, website, f"{TEXTS}/1")
    assert shown.json == older[-1] and get(server, website, f"{TEXTS}/1", If_None_Match=shown.headers["ETag"]).status == 304
    assert get(server, None, f"{TEXTS}/999").status == 404
    write = lambda version, **options: put(server, central, f"{TEXTS}/{version}", {"text": "Others."}, **options)
    assert problem(write(next_text + 2, If_None_Match="*")) == (409, "consent-text-order") and write(next_text + 1).status == 428
    assert write(1, If_None_Match="*").status == 412 and write(next_text + 1, If_None_Match="*", Content_Type="text/plain").status == 415
    assert put(server, lead, f"{TEXTS}/{next_text + 1}", {"text": "Theirs."}, If_None_Match="*").status == 403


def test_a_text_never_changes(cluster, next_text):
    for statement in ("UPDATE scip.consent_text SET text = 'x'", "DELETE FROM scip.consent_text"):
        with pytest.raises(AssertionError, match="append|never|refuse|change|stay|kept"):
            cluster.psql(statement, "scip_migrator")


@pytest.mark.parametrize("needs", [{"dietary": "Vegan"}, {"access": "Ramp"}, {"dietary": "Vegan", "access": "Ramp"}])
def test_no_needs_without_consent(cluster, server, website, session, needs):
    who = delegate()
    assert problem(book(server, website, session, {**who, **needs})) == (422, "consent-needed")
    assert problem(book(server, website, session, {**who, **needs, "consent": 999})) == (422, "reference-not-found")
    assert cluster.psql(f"SELECT count(*) FROM scip.person WHERE email = '{who['email']}'") == "0", "nothing of it is kept"
    plain = book(server, website, session, {**who, "dietary": None}).json
    assert get(server, website, plain["href"] + "/consent").status == 404
    assert problem(patch(server, website, plain["href"], needs)) == (422, "consent-needed")
    assert problem(put(server, website, plain["href"] + "/needs", needs)) == (422, "consent-needed")
    assert get(server, website, plain["href"] + "/needs").status == 404
    assert put(server, website, plain["href"] + "/needs", {"consent": 1}).status == 400
    done = put(server, website, plain["href"] + "/needs", {**needs, "consent": 1})
    assert done.status == 200 and get(server, website, plain["href"] + "/consent").json["text"]["version"] == 1
    known, booking = (get(server, website, path).headers["ETag"] for path in (plain["href"] + "/needs", plain["href"]))
    assert known.split(".")[0] == booking.split(".")[0]
    place, _ = only_one(*[lambda words=words: put(server, website, plain["href"] + "/needs", {"access": words}, if_match=known) for words in ("Ramp", "Lift", "Loop")])
    assert get(server, website, plain["href"] + "/needs").json["access"] == ("Ramp", "Lift", "Loop")[place]
    assert patch(server, website, plain["href"], {"dietary": "Halal"}, if_match=booking).status == 412
    with pytest.raises(AssertionError, match="consent-needed"):
        cluster.psql(f"UPDATE scip.booking_consent SET withdrawn_at = now() WHERE booking_id = '{plain['id']}'; INSERT INTO scip.booking_need VALUES ('{plain['id']}', 'x')", "scip_migrator")


def test_consent_is_to_the_text_that_is_shown(server, website, session, next_text):
    assert problem(book(server, website, session, delegate(dietary="Vegan", consent=next_text - 1))) == (422, "consent-text-replaced")
    href = book(server, website, session, delegate(dietary="Vegan", consent=next_text)).json["href"]
    given = get(server, website, href + "/consent")
    assert (given.json["text"], given.json["withdrawn_at"]) == ({"version": next_text, "href": f"{TEXTS}/{next_text}"}, None) and given.json["given_at"]
    assert get(server, website, href + "/consent", If_None_Match=given.headers["ETag"]).status == 304
    assert patch(server, website, href, {"access": "Ramp"}).status == 200, "it stands for what is said later"


def test_withdrawn_at_once(cluster, server, central, website, lead, session):
    made = book(server, website, session, delegate(dietary="Quokka diet", access="Quokka ramp", consent=1)).json
    href = made["href"]
    assert server.send("DELETE", href + "/consent?dry_run=true", token=website).status == 204 and get(server, website, href + "/needs").status == 200
    assert server.send("DELETE", href + "/consent", token=website).status == 204
    assert get(server, website, href + "/needs").status == get(server, central, href + "/needs").status == 404
    consent = get(server, lead, href + "/consent").json
    assert consent["withdrawn_at"] and consent["given_at"] and consent["booking"] == {"id": made["id"], "href": href}
    held = get(server, central, get(server, central, href).json["person"]["href"] + "/export").json["consents"]
    assert [(one["booking"], one["text"], bool(one["withdrawn_at"])) for one in held] == [(made["id"], f"{TEXTS}/1", True)]
    tables = cluster.psql("SELECT relname FROM pg_class WHERE relnamespace = 'scip'::regnamespace AND relkind = 'r'").split()
    assert cluster.psql(" UNION ALL ".join(f"SELECT '{table}' WHERE EXISTS (SELECT FROM scip.{table} t WHERE strpos(t::text, 'Quokka diet') > 0)" for table in tables)) == ""
    assert server.send("DELETE", href + "/consent", token=website).status == 404
    assert problem(put(server, website, href + "/needs", {"access": "Ramp"})) == (422, "consent-needed")
    assert put(server, website, href + "/needs", {"access": "Ramp", "consent": 1}).status == 200 and get(server, website, href + "/consent").json["withdrawn_at"] is None
    assert get(server, website, href).status == 200, "the place stays"


def test_the_delegate_withdraws_too(cluster, server, central, website, session):
    href = book(server, website, session, delegate(access="Ramp", consent=1)).json["href"]
    person = get(server, central, href).json["person"]["id"]
    cluster.psql(f"UPDATE scip.account SET person_id = '{person}' WHERE subject = '{(who := cluster.client('hub_member', hub='london-hub'))[0]}'", "scip_migrator")
    own = server.form("/oauth/token", {"grant_type": "client_credentials"}, who).json["access_token"]
    other = cluster.token(server, "hub_member", hub="scotland-hub")
    assert get(server, own, href + "/consent").json["text"] == {"version": 1, "href": f"{TEXTS}/1"} and get(server, other, href + "/consent").status == 404
    assert server.send("DELETE", href + "/consent", token=other).status == 404 and server.send("DELETE", href + "/consent").status == 401
    assert server.send("DELETE", href + "/consent", token=own).status == 204 and get(server, website, href + "/needs").status == 404
    cluster.psql(f"UPDATE scip.account SET person_id = NULL WHERE subject = '{who[0]}'", "scip_migrator")


def test_a_withdrawal_and_new_needs_at_once(cluster, server, website, session):
    """Whichever is first: no needs outlive the consent."""
    for _ in range(10):
        href = book(server, website, session, delegate(access="Ramp", consent=1)).json["href"]
        threads = [threading.Thread(target=server.send, args=("DELETE", href + "/consent"), kwargs={"token": website}),
                   threading.Thread(target=put, args=(server, website, href + "/needs", {"access": "Ramps"}))]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert get(server, website, href + "/consent").json["withdrawn_at"] and get(server, website, href + "/needs").status == 404


# What the central team shows: records of processing, retention, reads

def rows(server, token, path):
    """All of a list, as CSV; the same as in JSON, where a reference is more than its id."""
    cell = lambda value: str(value["id"] if isinstance(value, dict) else "" if value is None else value)
    sheet = list(csv.DictReader(io.StringIO(get(server, token, path, Accept="text/csv").text)))
    items, where = [], path
    while where:
        page = get(server, token, where).json
        items += page["items"]
        where = page["next"] and path + ("&" if "?" in path else "?") + "cursor=" + page["next"]
    assert len(sheet) == len(items) and [[cell(v) for v in item.values()] for item in items] == [list(row.values()) for row in sheet]
    return items


def test_records_of_processing(cluster, server, central):
    listed = rows(server, central, "/v1/privacy/processing")
    marked = cluster.psql("""SELECT c.relname || '.' || a.attname FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0
        WHERE c.relnamespace = 'scip'::regnamespace AND col_description(c.oid, a.attnum) LIKE 'personal: %' AND c.relkind IN ('r', 'p')""").split()
    assert sorted(f"{row['table']}.{row['column']}" for row in listed) == sorted(marked) and len(listed) > 10
    dietary = next(row for row in listed if row["column"] == "dietary")
    assert (dietary["purpose"], dietary["lawful_basis"], dietary["retention"]) == ("catering on the day", "explicit consent, UK GDPR Art. 9(2)(a)", "30 days after the session, or until consent is withdrawn")
    page = get(server, central, "/v1/privacy/processing?limit=3").json
    assert get(server, central, "/v1/privacy/processing?limit=200&cursor=" + page["next"]).json["items"] == listed[3:]
    assert get(server, None, "/v1/privacy/processing").status == 401


def test_the_schedule_and_what_it_removed(cluster, server, central):
    """Each step of the nightly job and each table with a history says how long; the job writes down what it did."""
    removed = dict(line.split("|") for line in cluster.psql("SELECT kind, removed FROM scip.retain()", "scip_migrator").splitlines())
    schedule = {(row["kind"], row["name"]): row for row in rows(server, central, "/v1/privacy/retention")}
    assert {name for kind, name in schedule if kind == "removal"} == set(removed)
    assert all(row["retention"] and row["removes"] and row["last_run_at"] for row in schedule.values() if row["kind"] == "removal"), "a step without a comment"
    recorded = cluster.psql("SELECT tgrelid::regclass::text FROM pg_trigger WHERE tgname = 'track_changes'").replace("scip.", "").split()
    assert {name for kind, name in schedule if kind == "history"} == set(recorded)
    assert schedule["history", "activity"]["retention"] == "2 years" and schedule["history", "organisation"]["retention"] == "10 years"
    page = get(server, central, "/v1/privacy/retention?limit=20").json
    assert get(server, central, "/v1/privacy/retention?limit=200&cursor=" + page["next"]).json["items"] == list(schedule.values())[20:]
    log = get(server, central, f"/v1/privacy/removals?limit={len(removed)}").json["items"]
    assert {row["kind"]: str(row["removed"]) for row in log} == removed
    assert {row["kind"] for row in rows(server, central, "/v1/privacy/removals?kind=change")} == {"change"}
    cluster.psql("INSERT INTO scip.removal (at, kind, removed) VALUES (now() - interval '7 years', 'rights', 1)", "scip_migrator")
    assert int(cluster.psql("SELECT removed FROM scip.retain() WHERE kind = 'removal'", "scip_migrator")) == 1


def test_who_read_whose_data(cluster, server, central, lead):
    person = add_person(server, central, "Canary Read")
    assert get(server, central, f"/v1/people/{person['id']}").status == 200
    where = f"/v1/privacy/reads?person={person['id']}"
    listed = rows(server, central, where)
    me = get(server, central, "/v1/me").json["id"]
    assert [(row["operation"], row["account"]["id"]) for row in listed] == [("getPerson", me), ("addPerson", me)] and all(row["request"] for row in listed)
    assert listed[0]["request"] in cluster.psql(f"SELECT request FROM scip.personal_read WHERE person_id = '{person['id']}'")
    page = get(server, central, where + "&limit=1").json
    assert get(server, central, where + "&cursor=" + page["next"]).json["items"] == listed[1:]
    day = datetime.date.fromisoformat(cluster.psql("SELECT scip.today()"))
    count = lambda more: len(get(server, central, where + more).json["items"])
    assert [count(f"&from={day}"), count(f"&to={day}"), count(f"&from={day + datetime.timedelta(1)}"), count(f"&to={day - datetime.timedelta(1)}")] == [2, 2, 0, 0]
    assert count(f"&account={me}") == 2 and count(f"&account={NOWHERE}") == 0 and reads(cluster, person["id"], "listPersonalReads") == 0, "ids alone"


def test_every_operation_that_shows_somebody_writes_it_down(cluster, server, contract, central, website, session):
    """By reflection: every read, of a person with the word wherever something personal stands."""
    from test_operations import ALL, alternatives, some_path
    word = "Okapiword"
    person = add_person(server, central, f"{word} Person")
    account = post(server, central, "/v1/accounts", {"issuer": "https://login.rights.example", "subject": f"{word}-subject", "name": f"{word} label", "roles": [], "person": person["id"]}).json
    booking = book(server, website, session, {"name": f"{word} Typed", "email": person["email"], "dietary": f"{word} diet", "consent": 1}).json
    objection = post(server, central, f"/v1/people/{person['id']}/objections", {"received_on": "2026-01-01", "purpose": f"{word} invitations"}).json
    feedback = cluster.psql(f"UPDATE scip.booking SET status = 'confirmed' WHERE id = '{booking['id']}'; INSERT INTO scip.feedback (booking_id, session_id, rating, comment) "
                            f"VALUES ('{booking['id']}', '{session[-36:]}', 4, '{word} comment') RETURNING id", "scip_migrator")
    shown = set()
    for method, template, operation in ALL:
        if method != "GET" or not alternatives(contract, method, template):
            continue
        for found in {person["id"], account["id"], booking["id"], objection["id"], session[-36:], feedback}:
            before = reads(cluster, person["id"], operation)
            answer = get(server, central, some_path(contract, method, template).replace(NOWHERE, found))
            if word in answer.text:
                shown.add(operation)
                assert reads(cluster, person["id"], operation) > before, operation
    assert shown >= {"getPerson", "exportPerson", "listPeople", "getAccount", "getBooking", "getBookingNeeds", "listBookings", "getObjection", "listObjections", "listTrainingComments"}
    cluster.psql(f"DELETE FROM scip.feedback WHERE id = '{feedback}'", "scip_migrator")


# Breaches

BREACHES = "/v1/privacy/breaches"


def test_a_breach_is_written_down_and_amended(cluster, server, central):
    dry = post(server, central, BREACHES + "?dry_run=true", {"description": "Rights: tried", "discovered_at": "2026-03-01T09:00:00Z"})
    assert dry.status == 201 and get(server, central, dry.headers["Location"]).status == 404
    made = post(server, central, BREACHES, {"description": "Rights: a list was sent to the wrong Hub", "discovered_at": "2026-03-01T09:00:00Z"}, key=(key := uuid.uuid4().hex))
    assert (made.status, made.json["report_due_at"], made.json["risk"], made.json["closed_at"]) == (201, "2026-03-04T09:00:00Z", None, None)
    assert post(server, central, BREACHES, {"description": "Rights: a list was sent to the wrong Hub", "discovered_at": "2026-03-01T09:00:00Z"}, key=key).body == made.body
    href = made.json["href"]
    assert get(server, central, href, If_None_Match=get(server, central, href).headers["ETag"]).status == 304
    assert problem(patch(server, central, href, {"closed_at": "2026-03-10T09:00:00Z"}))[0] == 422, "neither reported nor why not"
    assert problem(patch(server, central, href, {"reported_at": "2026-02-01T09:00:00Z"}))[0] == 422, "before it was discovered"
    tag = get(server, central, href).headers["ETag"]
    done = patch(server, central, href, {"risk": "high", "people_affected": 12, "data_affected": "Names and addresses of members", "measures": "The list was deleted there.",
                                         "reported_at": "2026-03-02T09:00:00Z"}, if_match=tag)
    assert (done.status, done.json["risk"], done.json["people_affected"]) == (200, "high", 12)
    assert patch(server, central, href, {"people_affected": 13}, if_match=tag).status == 412 and server.send("PATCH", href, {"people_affected": 13}, token=central).status == 428
    assert problem(patch(server, central, href, {"closed_at": "2026-03-10T09:00:00Z"}))[0] == 422, "the people were not informed"
    assert patch(server, central, href, {"closed_at": "2026-03-10T09:00:00Z", "people_informed_at": "2026-03-03T09:00:00Z"}).status == 200
    assert int(cluster.psql(f"SELECT count(*) FROM scip.history WHERE \"table\" = 'breach' AND record = '{made.json['id']}'")) == 3, "what it said before is known"
    other = post(server, central, BREACHES, {"description": "Rights: another", "discovered_at": "2026-04-01T09:00:00Z"}).json
    mine = [row["id"] for row in rows(server, central, BREACHES) if row["description"].startswith("Rights: ")]
    assert mine == [other["id"], made.json["id"]]
    assert get(server, central, f"{BREACHES}/{NOWHERE}").status == patch(server, central, f"{BREACHES}/{NOWHERE}", {"people_affected": 1}).status == 404
    assert server.send("DELETE", href, token=central, if_match="*").status == 405, "none is removed"
    assert post(server, central, BREACHES, {"description": "Rights: later", "discovered_at": "2026-03-01T09:00:00Z", "started_at": "2026-03-02T09:00:00Z"}).status == 422


# Objections

def object_to(server, central, person, **more):
    return post(server, central, f"/v1/people/{person['id']}/objections", {"received_on": "2026-02-01", "purpose": "invitations to training", **more})


def decide(server, central, objection, decision, **options):
    return post(server, central, objection.json["href"] + "/decision", {"decision": decision, "reasons": "Because."}, **options)


def restricted(server, central, person):
    return get(server, central, f"/v1/people/{person['id']}").json["restricted"]


def test_an_objection_restricts_until_it_is_decided(cluster, server, central):
    person = add_person(server, central, "Canary Objects")
    made = object_to(server, central, person, grounds="Quokka grounds")
    assert (made.status, made.json["status"], made.json["grounds"], made.json["decided_at"]) == (201, "open", "Quokka grounds", None)
    assert restricted(server, central, person) and reads(cluster, person["id"], "addObjection") == 1
    lift = lambda: server.send("DELETE", f"/v1/people/{person['id']}/restriction", token=central)
    assert problem(lift()) == (409, "objection-open")
    other = object_to(server, central, person)
    tried = decide(server, central, made, "refused")
    assert (tried.json["status"], tried.json["reasons"]) == ("refused", "Because.") and tried.json["decided_at"]
    assert restricted(server, central, person), "another one stands"
    assert problem(decide(server, central, made, "upheld")) == (409, "objection-decided")
    assert decide(server, central, other, "refused", key=uuid.uuid4().hex).status == 200 and not restricted(server, central, person)
    held = get(server, central, f"/v1/people/{person['id']}/export").json["objections"]
    assert [(one["grounds"], one["status"]) for one in held] == [("Quokka grounds", "refused"), (None, "refused")]
    dry = post(server, central, f"/v1/people/{person['id']}/objections?dry_run=true", {"received_on": "2026-02-01", "purpose": "all"})
    assert (dry.status, dry.json["purpose"]) == (201, None) and not restricted(server, central, person)
    assert object_to(server, central, {"id": NOWHERE}).status == 404 and post(server, central, f"/v1/privacy/objections/{NOWHERE}/decision", {"decision": "upheld", "reasons": "x"}).status == 404
    assert get(server, central, f"/v1/privacy/objections/{NOWHERE}").status == 404


def test_upheld_it_stays_restricted_and_goes_with_the_person(cluster, server, central):
    person = add_person(server, central, "Canary Upheld")
    key = uuid.uuid4().hex
    made = post(server, central, f"/v1/people/{person['id']}/objections", {"received_on": "2026-02-01", "purpose": "invitations", "grounds": "Quokka reason"}, key=key)
    upheld = decide(server, central, made, "upheld")
    assert upheld.json["status"] == "upheld" and restricted(server, central, person)
    assert problem(server.send("DELETE", f"/v1/people/{person['id']}/restriction", token=central)) == (409, "objection-open")
    mine = rows(server, central, f"/v1/privacy/objections?person={person['id']}")
    assert [row["id"] for row in mine] == [made.json["id"]] and reads(cluster, person["id"], "listObjections") >= 1
    assert rows(server, central, f"/v1/privacy/objections?person={person['id']}&status=open") == []
    seen = get(server, central, made.json["href"])
    assert get(server, central, made.json["href"], If_None_Match=seen.headers["ETag"]).status == 304
    assert post(server, central, f"/v1/people/{person['id']}/erasure").status == 200
    after = get(server, central, made.json["href"]).json
    assert (after["purpose"], after["grounds"], after["reasons"], after["status"]) == ("(erased)", None, None, "upheld")
    assert "Quokka reason" not in cluster.psql("SELECT string_agg(t::text, '') FROM (SELECT body FROM scip.idempotency UNION ALL SELECT row::text FROM scip.history) t")
    assert problem(object_to(server, central, person)) == (409, "person-erased")
    held = get(server, central, f"/v1/people/{person['id']}/export").json
    assert held["objections"] == held["consents"] == []


def test_a_restriction_of_its_own_outlives_a_refusal(server, central):
    person = add_person(server, central, "Canary Own")
    assert put(server, central, f"/v1/people/{person['id']}/restriction").status == 200
    assert decide(server, central, object_to(server, central, person), "refused").status == 200 and restricted(server, central, person)
    assert server.send("DELETE", f"/v1/people/{person['id']}/restriction", token=central).status == 204


# What every list and every write does

@pytest.mark.parametrize("path", ["processing", "retention", "removals", "reads", "breaches", "objections"])
def test_what_has_not_changed(server, central, path):
    first = get(server, central, f"/v1/privacy/{path}?limit=1")
    assert (first.status, first.headers["Cache-Control"]) == (200, "private, no-store")
    assert get(server, central, f"/v1/privacy/{path}?limit=1", If_None_Match=first.headers["ETag"]).status == 304


def test_keys_that_are_taken(cluster, server, central):
    person, key = add_person(server, central, "Canary Key"), uuid.uuid4().hex
    body = {"received_on": "2026-02-01", "purpose": "invitations"}
    made = post(server, central, f"/v1/people/{person['id']}/objections", body, key=key)
    assert post(server, central, f"/v1/people/{person['id']}/objections", body, key=key).body == made.body
    assert problem(post(server, central, f"/v1/people/{person['id']}/objections", {**body, "purpose": "all"}, key=key)) == (422, "idempotency-key-reused")
    assert decide(server, central, made, "refused", key=key).status == 200
    assert problem(decide(server, central, made, "upheld", key=key)) == (422, "idempotency-key-reused")
    with harness.claimed(cluster, "addBreach", key):
        assert problem(post(server, central, BREACHES, {"description": "Rights: meanwhile", "discovered_at": "2026-03-01T09:00:00Z"}, key=key)) == (409, "idempotency-key-in-progress")
