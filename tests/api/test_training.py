"""Training as the people do it: the central team and a Hub Lead who offer it, the website that books it for its visitors,
delegates who come, say what they thought, and show a certificate."""
import csv
import datetime
import io
import itertools
import json
import re
import threading
import time
import uuid
from collections import Counter
from zoneinfo import ZoneInfo

import canary
import icalendar
import pytest
from harness import get, link, only_one, patch, post, problem, put

LONDON = ZoneInfo("Europe/London")
FROM = {"sources": ["https://www.scipalliance.example/training"], "confidence": "high"}
numbers = itertools.count(1)
NOWHERE = "00000000-0000-7000-8000-000000000000"


def at(days=0, hour=10, minute=0):
    """A time of day in London, as an instant."""
    day = datetime.datetime.now(LONDON).replace(hour=hour, minute=minute, second=0, microsecond=0, fold=0) + datetime.timedelta(days)
    return day.astimezone(datetime.timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ")


@pytest.fixture(scope="module", autouse=True)
def nothing_stays(cluster, server):
    def clear():
        cluster.remove(course="slug LIKE 'training-%'", strategy="slug LIKE 'training-%'", person="email LIKE '%@training.example'",
                       idempotency="body LIKE '%@training.example%'")

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
def neighbour(cluster, server):
    return cluster.token(server, "hub_lead", hub="london-hub")


@pytest.fixture(scope="module")
def course(server, central):
    return new_course(server, central)


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


def new_course(server, central, **more):
    slug = f"training-{next(numbers)}"
    made = put(server, central, "/v1/training/courses/" + slug, {"name": f"The Toolkit in practice {slug}", **FROM, **more}, If_None_Match="*")
    assert made.status == 201, made.text
    return slug


def new_session(server, token, course, capacity=10, days=7, publish=True, **more):
    """Its address."""
    made = post(server, token, "/v1/training/sessions", {"course": course, "starts_at": at(days), "ends_at": at(days, 12), "capacity": capacity, **more})
    assert made.status == 201, made.text
    if publish:
        done = post(server, token, made.json["href"] + "/publication")
        assert done.status == 200, done.text
    return made.json["href"]


def somebody(number=None, **more):
    number = number or next(numbers)
    return {"name": f"Delegate {number}", "email": f"delegate-{number}@training.example", "sector": "school_sector", **more}


def book(server, token, session, body=None, key=None, **options):
    return post(server, token, session + "/bookings", body or somebody(), key=key or str(uuid.uuid4()), **options)


def booked(server, token, session, body=None):
    answer = book(server, token, session, body)
    assert answer.status == 201, answer.text
    return answer.json


def places(server, session):
    found = get(server, None, session).json
    return found["capacity"], found["confirmed"], found["waiting"], found["places_left"]


def attended(server, central, session, body=None):
    """The address of a booking of somebody who came."""
    href = booked(server, central, session, body)["href"]
    done = put(server, central, href + "/attendance", {"attended": True})
    assert done.status == 200, done.text
    return href


def feedback(server, token, href, **said):
    link = post(server, token, href + "/feedback-link")
    assert link.status == 201, link.text
    given = post(server, token, link.json["href"], {"token": link.json["token"], **said})
    assert given.status == 201, given.text
    return link.json["token"]


def seen(server, token, bookmark, href, count, seconds=5):
    """What a follower of the changes sees of a record, once there is that much of it."""
    found, until = [], time.monotonic() + seconds
    while len(found) < count and time.monotonic() < until:
        page = get(server, token, "/v1/changes?cursor=" + bookmark).json
        found += [change["op"] for change in page["items"] if change["href"] == href]
        bookmark = page["next"]
    return found


def bookmark(server, token=None):
    return get(server, token, "/v1/changes?start=now").json["next"]


# Courses

def test_courses_are_the_central_teams_and_everybodys_to_read(server, central, website, lead):
    slug = new_course(server, central, summary="Seven principles in a day", name_cy="Y Pecyn Cymorth")
    path = "/v1/training/courses/" + slug
    shown = get(server, None, path)
    assert (shown.json["name_cy"], shown.json["summary_cy"], shown.json["href"]) == ("Y Pecyn Cymorth", None, path)
    assert slug in [item["slug"] for item in get(server, None, "/v1/training/courses?limit=200").json["items"]]
    first = get(server, None, "/v1/training/courses?limit=1").json
    new_course(server, central)
    assert get(server, None, "/v1/training/courses?limit=1&cursor=" + get(server, None, "/v1/training/courses?limit=1").json["next"]).json["items"] != first["items"]
    assert put(server, central, path, {"name": "x", **FROM}, If_None_Match="*").status == 412
    assert put(server, central, path + "-2", {"name": " ", **FROM}, If_None_Match="*").status == 422
    assert put(server, lead, path + "-2", {"name": "x", **FROM}, If_None_Match="*").status == 403
    done = patch(server, central, path, {"summary": None, "summary_cy": "Saith egwyddor"}, if_match=shown.headers["ETag"])
    assert (done.status, done.json["summary"], done.json["summary_cy"]) == (200, None, "Saith egwyddor")
    assert patch(server, central, path, {"summary": "Lost"}, if_match=shown.headers["ETag"]).status == 412
    assert patch(server, central, path, {"name": "\t"}).status == 422
    assert patch(server, central, path + "-2", {"name": "x"}).status == 404
    session = new_session(server, central, slug, publish=False)
    remove = lambda tag="*", where=path: server.send("DELETE", where, token=central, if_match=tag)
    assert problem(remove())[0] == 409, "it has a session"
    assert server.send("DELETE", session, token=central, if_match="*").status == 204
    assert remove('"1"').status == 412 and remove().status == 204 and remove().status == 404


# Sessions

def test_a_session_is_a_draft_first(cluster, server, central, lead, neighbour, website, course):
    made = post(server, lead, "/v1/training/sessions", {"course": course, "hub": "scotland-hub", "starts_at": at(30), "ends_at": at(30, 16),
                                                       "venue": "Great Hall", "accessibility": "Step-free", "capacity": 20}, key=str(uuid.uuid4()))
    draft, path = made.headers["Location"], made.json["href"]
    assert (made.json["status"], made.json["places_left"], made.json["hub"]["slug"]) == ("draft", 0, "scotland-hub")
    assert made.json["starts_on"] == (datetime.datetime.now(LONDON).date() + datetime.timedelta(30)).isoformat()
    for token in (None, website, neighbour):
        assert get(server, token, path).status == 404
        assert path not in get(server, token, f"/v1/training/sessions?course={course}").text
    assert (get(server, lead, draft).status, get(server, central, draft).status, get(server, neighbour, draft).status) == (200, 200, 404)
    assert path in get(server, lead, f"/v1/training/sessions?status=draft&course={course}&hub=scotland-hub").text
    assert path not in get(server, lead, f"/v1/training/sessions?course={course}").text and server.get(f"/v1/training/sessions?status=draft&course={course}").json["items"] == []
    assert get(server, neighbour, f"/v1/training/sessions?status=draft&course={course}").json["items"] == []
    assert get(server, central, f"/v1/training/sessions?status=draft&course={course}&limit=1").json["items"]
    assert path in get(server, lead, f"/v1/training/sessions?status=draft&course={course}", Accept="text/csv").text
    assert path in get(server, lead, f"/v1/training/sessions?status=draft&course={course}&format=ndjson").text
    assert book(server, website, path).status == 404, "nobody knows of it"
    assert problem(book(server, lead, path)) == (409, "session-not-published")
    for who, status in ((neighbour, 404), (website, 403)):
        assert post(server, who, path + "/publication").status == status
        assert patch(server, who, path, {"capacity": 3}).status == status
    mark = bookmark(server)
    done = post(server, lead, path + "/publication")
    assert (done.status, done.json["status"], done.json["places_left"]) == (200, "published", 20)
    assert seen(server, None, mark, path, 1) == ["changed"]
    assert get(server, None, path).json == done.json
    for who in (neighbour, website):
        assert post(server, who, path + "/held").status == 403
        assert patch(server, who, path, {"capacity": 3}).status == 403
        assert server.send("DELETE", path, token=who, if_match="*").status == 403
    assert problem(post(server, lead, path + "/publication")) == (409, "session-not-draft")
    assert problem(server.send("DELETE", path, token=lead, if_match="*")) == (409, "session-not-draft")
    assert problem(post(server, lead, path + "/held")) == (409, "session-not-yet-held")


def test_who_may_offer_training(server, central, lead, course):
    body = {"course": course, "starts_at": at(9), "ends_at": at(9, 12), "capacity": 5}
    offer = lambda token, **more: post(server, token, "/v1/training/sessions", {**body, **more})
    assert offer(lead).status == 403, "the central team's own"
    assert offer(lead, hub="london-hub").status == 403
    assert problem(offer(central, course="no-such-course")) == (422, "reference-not-found")
    assert problem(offer(central, hub="no-such-hub")) == (422, "reference-not-found")
    assert offer(central, ends_at=at(9, 9)).status == 422
    key = str(uuid.uuid4())
    assert post(server, central, "/v1/training/sessions", body, key=key).status == 201
    assert problem(post(server, central, "/v1/training/sessions", {**body, "capacity": 6}, key=key)) == (422, "idempotency-key-reused")
    tried = post(server, central, "/v1/training/sessions?dry_run=true", body)
    assert tried.status == 201 and get(server, central, tried.headers["Location"]).status == 404


def test_lists_and_calendars(server, central, website, course):
    """Subscribed by Hub or course, and read back with a parser of others."""
    slug = new_course(server, central, summary="Seven principles; one day, and more")
    path = new_session(server, central, slug, days=40, venue="Hall 1, Winchester", capacity=1)
    other = new_session(server, central, slug, days=41, online=True, hub="scotland-hub")
    day = lambda n: (datetime.datetime.now(LONDON).date() + datetime.timedelta(n)).isoformat()
    hrefs = lambda query: [item["href"] for item in get(server, None, f"/v1/training/sessions?course={slug}{query}").json["items"]]
    assert hrefs("") == [path, other]
    assert hrefs("&from=" + day(41)) == [other] and hrefs("&to=" + day(40)) == [path] and hrefs("&hub=scotland-hub") == [other]
    page = get(server, None, f"/v1/training/sessions?course={slug}&limit=1").json
    assert [item["href"] for item in get(server, None, f"/v1/training/sessions?course={slug}&limit=1&cursor={page['next']}").json["items"]] == [other]
    booked(server, website, path)
    assert hrefs("&has_places=true") == [other] and hrefs("&has_places=false") == [path]
    table = get(server, None, f"/v1/training/sessions?course={slug}&format=csv").text.splitlines()
    assert table[0].startswith("id,course,hub,starts_at,") and slug in table[1] and len(table) == 3
    assert len(get(server, None, f"/v1/training/sessions?course={slug}&format=ndjson").text.splitlines()) == 2
    for media in ("text/csv", "application/x-ndjson"):
        assert get(server, None, path, Accept=media).status == 200

    def event(source):
        events = [e for e in icalendar.Calendar.from_ical(get(server, None, source).body).walk("VEVENT") if path[-36:] in e["UID"]]
        assert len(events) == 1
        return events[0]

    before = event(f"/v1/training/sessions?course={slug}&format=ics")
    assert before["DTSTART"].dt == datetime.datetime.combine(datetime.date.fromisoformat(day(40)), datetime.time(10), LONDON)
    assert before["DTSTART"].params["TZID"] == "Europe/London"
    assert (before["LOCATION"], before["DESCRIPTION"], before["STATUS"], before["SEQUENCE"]) == ("Hall 1, Winchester", "Seven principles; one day, and more", "CONFIRMED", 0)
    patch(server, central, path, {"capacity": 3})
    assert event(path + "?format=ics")["SEQUENCE"] == 0, "calendars need not know"
    patch(server, central, path, {"venue": "Hall 2"})
    post(server, central, path + "/cancellation")
    after = event(path + "?format=ics")
    assert (after["UID"], after["SEQUENCE"], after["STATUS"], after["LOCATION"]) == (before["UID"], 2, "CANCELLED", "Hall 2")
    assert event(f"/v1/training/sessions?course={slug}&format=ics")["STATUS"] == "CANCELLED"


def test_sessions_in_a_calendar(server, central, course):
    """By name, and right in the hour that comes twice when the clocks go back."""
    for start, end in (("00:30", "01:30"), ("01:30", "02:30"), ("23:00", "23:30")):
        new_session(server, central, course, starts_at=f"2027-10-31T{start}:00Z", ends_at=f"2027-10-31T{end}:00Z", venue="Hall", online=True)
    feed = icalendar.Calendar.from_ical(get(server, None, f"/v1/training/sessions?format=ics&course={course}&from=2027-10-31&to=2027-10-31").body)
    assert str(feed["name"]).endswith(" · Training") and feed["name"] == feed["x-wr-calname"]
    utc = lambda moment: moment.astimezone(datetime.timezone.utc).strftime("%H:%M")
    events = feed.walk("VEVENT")
    assert [utc(event.decoded("dtstart")) for event in events] == ["00:30", "01:30", "23:00"]
    assert [utc(event.decoded("dtend") if "dtend" in event else event.decoded("dtstart").astimezone(datetime.timezone.utc) + event.decoded("duration"))
            for event in events] == ["01:30", "02:30", "23:30"]
    assert {str(event["location"]) for event in events} == {"Hall, Online"}


def test_no_place_is_given_of_what_has_begun(server, central, website, course):
    """Nobody who waits is given a place in the past, whatever makes it free; a session that is put off has places again."""
    path = new_session(server, central, course, capacity=1)
    first, second, third = [booked(server, website, path) for _ in range(3)]
    state = lambda booking: get(server, central, booking["href"]).json["status"]
    assert [state(b) for b in (first, second, third)] == ["confirmed", "waiting", "waiting"]
    for day in (-1, 0):
        assert patch(server, central, path, {"starts_at": at(day, 0), "ends_at": at(day, 23, 59)}).status == 200
        if day:
            assert post(server, central, first["href"] + "/cancellation").status == 200
        assert patch(server, central, path, {"capacity": 2 - day}).status == 200
        assert [state(b) for b in (first, second, third)] == ["cancelled", "waiting", "waiting"]
    assert patch(server, central, path, {"capacity": 1}).status == 200
    assert booked(server, central, path)["status"] == "confirmed", "who came is written down"
    assert problem(book(server, central, path)) == (409, "session-full") and problem(book(server, website, path)) == (409, "session-started")
    assert patch(server, central, path, {"starts_at": at(7), "ends_at": at(7, 12), "capacity": 2}).status == 200
    assert [state(b) for b in (second, third)] == ["confirmed", "waiting"]


def test_a_cancelled_session_cancels_its_bookings(server, central, website, course):
    path = new_session(server, central, course, capacity=1)
    first, second = (booked(server, website, path, somebody(dietary="Vegan", consent=1)) for _ in range(2))
    mark = bookmark(server, website)
    done = post(server, central, path + "/cancellation", key=(key := str(uuid.uuid4())))
    assert (done.json["status"], done.json["confirmed"], done.json["waiting"], done.json["places_left"]) == ("cancelled", 0, 0, 0)
    for one in (first, second):
        assert get(server, website, one["href"]).json["status"] == "cancelled"
        assert get(server, website, one["links"]["needs"]).status == 404
    assert seen(server, website, mark, first["href"], 1) == ["changed"]
    assert problem(post(server, central, path + "/cancellation")) == (409, "session-cancelled")
    assert problem(patch(server, central, path, {"capacity": 2})) == (409, "session-cancelled")
    assert problem(book(server, central, path)) == (409, "session-not-published")
    assert problem(post(server, central, new_session(server, central, course) + "/cancellation", key=key)) == (422, "idempotency-key-reused")
    assert problem(post(server, central, new_session(server, central, course, publish=False) + "/cancellation")) == (409, "session-not-published")


# Bookings

def test_the_website_books(cluster, server, central, website, lead):
    course = new_course(server, central)
    path = new_session(server, central, course, capacity=2)
    visitor = {"name": "Ada Booker", "email": "Ada.Booker@training.example", "organisation": "university-of-winchester", "sector": "he",
               "dietary": "No nuts", "access": "A loop", "consent": 1}
    assert server.send("POST", path + "/bookings", visitor, token=website).json["errors"] == [{"pointer": "/header/Idempotency-Key", "detail": "is missing"}]
    tried = post(server, website, path + "/bookings?dry_run=true", visitor, key="dry")
    assert tried.status == 201 and places(server, path) == (2, 0, 0, 2)
    key = str(uuid.uuid4())
    made = book(server, website, path, visitor, key)
    assert made.status == 201 and made.headers["Cache-Control"] == "private, no-store"
    again = book(server, website, path, visitor, key)
    assert (again.status, again.body, again.headers["Location"]) == (201, made.body, made.headers["Location"])
    assert problem(book(server, website, path, {**visitor, "name": "Other"}, key)) == (422, "idempotency-key-reused")
    assert places(server, path) == (2, 1, 0, 1)
    booking = made.json
    assert (booking["name"], booking["email"], booking["status"], booking["position"]) == ("Ada Booker", "Ada.Booker@training.example", "confirmed", None)
    assert (booking["organisation"]["slug"], booking["sector"], booking["attended"]) == ("university-of-winchester", "he", None)
    assert "No nuts" not in made.text and "A loop" not in made.text, "needs are apart"
    assert get(server, website, booking["href"]).json == booking
    assert get(server, None, booking["links"]["calendar"]).headers["Content-Type"].startswith("text/calendar")
    needs = get(server, website, booking["links"]["needs"])
    assert needs.json | {"updated_at": None} == {"booking": {"id": booking["id"], "href": booking["href"]}, "dietary": "No nuts", "access": "A loop", "updated_at": None}
    assert problem(book(server, website, path, {**visitor, "email": "ADA.BOOKER@TRAINING.EXAMPLE"})) == (409, "booking-exists")
    # others: the same website's other client, leads of Hubs that have nothing to do with it
    stranger = cluster.token(server, "website", fresh=True)
    for who in (stranger, lead):
        for answer in (get(server, who, booking["href"]), get(server, who, booking["links"]["needs"]), post(server, who, booking["href"] + "/cancellation"),
                       patch(server, who, booking["href"], {"sector": "fe"}), put(server, who, booking["links"]["needs"], {"access": "x"}),
                       server.send("DELETE", booking["links"]["needs"], token=who)):
            assert answer.status == 404
    assert get(server, lead, path + "/bookings").status == 404 and problem(book(server, lead, path)) == (403, "only-staff-of-the-session")
    listed = get(server, central, path + "/bookings").json["items"]
    assert [{**one, "person": None} for one in listed] == [booking], "whose record it is is the staff's to know"
    assert "Ada Booker" in get(server, central, path + "/bookings?status=confirmed", Accept="text/csv").text
    assert "Ada Booker" in get(server, central, path + "/bookings?format=ndjson").text
    # each name that was given out is written down
    assert int(cluster.psql(f"SELECT count(DISTINCT operation) FROM scip.personal_read WHERE person_id = '{listed[0]['person']['id']}' AND operation IN "
                            "('addBooking', 'getBooking', 'getBookingNeeds', 'listBookings')")) == 4


def test_what_a_booking_says_may_change(server, central, website):
    path = new_session(server, central, new_course(server, central))
    booking = booked(server, website, path, somebody(organisation_name="Two Rivers Primary"))
    href, needs = booking["href"], booking["links"]["needs"]
    tag = get(server, website, href).headers["ETag"]
    done = patch(server, website, href, {"organisation": "university-of-winchester", "sector": "he", "access": "Ramp", "consent": 1}, if_match=tag)
    assert (done.status, done.json["organisation"]["slug"], done.json["organisation_name"], done.json["sector"]) == (200, "university-of-winchester", None, "he")
    assert get(server, website, needs).json["access"] == "Ramp"
    assert patch(server, website, href, {"sector": "fe"}, if_match=tag).status == 412
    assert patch(server, central, href, {"organisation_name": "Three Rivers"}).json["organisation"] is None
    assert patch(server, website, href, {"organisation": None, "organisation_name": None}).json["organisation_name"] is None
    assert problem(patch(server, website, href, {"organisation": "no-such"})) == (422, "reference-not-found")
    assert patch(server, website, href, {"access": None}).status == 200 and get(server, website, needs).status == 404
    halal = put(server, website, needs, {"dietary": "Halal"}).json
    assert halal == {"booking": {"id": booking["id"], "href": href}, "dietary": "Halal", "access": None, "updated_at": halal["updated_at"]}
    assert put(server, website, needs + "?dry_run=true", {"access": "Ramp"}).json["dietary"] is None
    assert put(server, central, needs, {"access": "Ramp"}).json["dietary"] is None, "replaced"
    assert server.send("DELETE", needs, token=website).status == 204 and server.send("DELETE", needs, token=website).status == 404
    assert post(server, website, href + "/cancellation").status == 200
    assert problem(patch(server, website, href, {"sector": "fe"})) == (409, "booking-cancelled")
    assert problem(put(server, website, needs, {"access": "Ramp"})) == (409, "booking-cancelled")
    other = booked(server, website, path)
    answer = post(server, central, f"{path}/bookings?dry_run=true", somebody(organisation="no-such"), key="x")
    assert problem(answer) == (422, "reference-not-found") and get(server, website, other["href"]).status == 200


def test_who_waits_comes_next(server, central, website):
    path = new_session(server, central, new_course(server, central), capacity=2)
    bookings = [booked(server, website, path) for _ in range(5)]
    assert [(b["status"], b["position"]) for b in bookings] == [("confirmed", None)] * 2 + [("waiting", n) for n in (1, 2, 3)]
    assert places(server, path) == (2, 2, 3, 0)
    mark, public = bookmark(server, website), bookmark(server)
    done = post(server, website, bookings[0]["href"] + "/cancellation", key=(key := str(uuid.uuid4())))
    assert (done.status, done.json["status"]) == (200, "cancelled")
    states = lambda: [(b["status"], b["position"]) for b in (get(server, website, booking["href"]).json for booking in bookings)]
    assert states() == [("cancelled", None), ("confirmed", None), ("confirmed", None), ("waiting", 1), ("waiting", 2)]
    assert seen(server, website, mark, bookings[2]["href"], 1) == ["changed"]
    assert seen(server, website, mark, bookings[3]["href"], 1, seconds=0.5) == []
    assert seen(server, None, public, path, 1) == ["changed"] and bookings[0]["id"] not in get(server, None, "/v1/changes?cursor=" + public).text
    assert problem(post(server, website, bookings[0]["href"] + "/cancellation")) == (409, "booking-cancelled")
    assert problem(post(server, website, bookings[1]["href"] + "/cancellation", key=key)) == (422, "idempotency-key-reused")
    # who gives up waiting promotes nobody; one place more promotes one
    post(server, website, bookings[3]["href"] + "/cancellation")
    assert states()[4] == ("waiting", 1)
    assert problem(patch(server, central, path, {"capacity": 1})) == (409, "session-capacity")
    assert patch(server, central, path, {"capacity": 3}).json["confirmed"] == 3
    assert states()[4] == ("confirmed", None)
    # who cancelled may book again, at the end
    again = booked(server, website, path, {"name": bookings[0]["name"], "email": bookings[0]["email"]})
    assert (again["status"], again["position"]) == ("waiting", 1)
    assert len({get(server, central, b["href"]).json["person"]["id"] for b in (again, bookings[0])}) == 1, "the same person"
    page = get(server, central, path + "/bookings?limit=2").json
    rest = get(server, central, path + "/bookings?limit=200&cursor=" + page["next"]).json["items"]
    assert [b["id"] for b in page["items"] + rest] == [b["id"] for b in bookings] + [again["id"]]


def test_when_places_are_booked(cluster, server, central, website):
    course = new_course(server, central)
    begun = new_session(server, central, course, days=-1)
    assert problem(book(server, website, begun)) == (409, "session-started")
    late = booked(server, central, begun)
    assert late["status"] == "confirmed", "staff write down who came"
    assert problem(put(server, central, late["links"]["needs"], {"access": "x", "consent": 1})) == (409, "session-over")
    assert post(server, central, begun + "/held").json["status"] == "held"
    assert problem(post(server, central, begun + "/held")) == (409, "session-not-published")
    assert problem(book(server, central, begun)) == (409, "session-not-published")
    assert problem(post(server, central, late["href"] + "/cancellation")) == (409, "session-not-published")


def test_somebody_is_found_again_and_nothing_is_revealed(cluster, server, central, website, lead):
    """The address says who it is; who gives it with another name learns neither the name nor more."""
    known = post(server, central, "/v1/people", {"name": "Canary Concealed", "email": "found@training.example"}).json
    session = new_session(server, lead, new_course(server, central), hub="scotland-hub")
    tried = book(server, website, session, {"name": "Guess", "email": "FOUND@training.example"})
    assert tried.status == 201 and (tried.json["name"], tried.json["email"], tried.json["person"]) == ("Guess", "FOUND@training.example", None)
    assert "Concealed" not in tried.text + get(server, website, tried.json["href"]).text + get(server, lead, session + "/bookings").text
    assert get(server, lead, "/v1/people/" + known["id"]).status == 404
    shown = [get(server, who, tried.json["href"]).json for who in (central, lead)]
    assert [(one["name"], one["person"]) for one in shown] == [("Guess", link("people", known["id"], seen)) for seen in (True, False)]
    other = new_session(server, lead, new_course(server, central), hub="scotland-hub")
    right = booked(server, website, other, {"name": "canary concealed", "email": "found@training.example"})
    assert (right["name"], right["person"]) == ("canary concealed", None)
    assert [b["name"] for b in get(server, lead, other + "/bookings").json["items"]] == ["canary concealed"]
    assert put(server, central, f"/v1/people/{known['id']}/restriction").status == 200
    assert get(server, website, right["href"]).json["name"] is None, "restricted"


def test_a_delegate_sees_the_own_booking(cluster, server, central, website, course):
    path = new_session(server, central, course)
    booking = booked(server, website, path)
    person = get(server, central, booking["href"]).json["person"]["id"]
    cluster.psql(f"UPDATE scip.account SET person_id = '{person}' WHERE subject = "
                 f"'{(who := cluster.client('hub_member', hub='london-hub'))[0]}'", "scip_migrator")
    token = server.form("/oauth/token", {"grant_type": "client_credentials"}, who).json["access_token"]
    assert get(server, token, booking["href"]).json["name"] == booking["name"]
    assert get(server, cluster.token(server, "hub_member", hub="london-hub"), booking["href"]).status == 404
    cluster.psql(f"UPDATE scip.account SET person_id = NULL WHERE subject = '{who[0]}'", "scip_migrator")


# Many at once

def state(cluster, session):
    """Statuses in the order of the list."""
    return cluster.psql(f"SELECT status FROM scip.booking WHERE session_id = '{session[-36:]}' ORDER BY place").splitlines()


def test_the_last_seat(cluster, server, central, website, course):
    """50 want it at the same moment: one has it, 49 wait in order."""
    path = new_session(server, central, course, capacity=3)
    booked(server, website, path), booked(server, website, path)
    answers = together(*[lambda: book(server, website, path) for _ in range(50)])
    assert Counter(a.status for a in answers) == {201: 50}
    assert Counter(a.json["status"] for a in answers) == {"confirmed": 1, "waiting": 49}
    assert state(cluster, path) == ["confirmed"] * 3 + ["waiting"] * 49
    # each answer had its own place of the list, which was right when it was given
    assert sorted(a.json["position"] for a in answers if a.json["position"]) == list(range(1, 50))
    listed = get(server, central, path + "/bookings?status=waiting&limit=200").json["items"]
    assert [b["position"] for b in listed] == list(range(1, 50))
    assert {b["id"]: b["position"] for b in listed} == {a.json["id"]: a.json["position"] for a in answers if a.json["position"]}
    assert places(server, path) == (3, 3, 49, 0)


def test_one_person_at_once(cluster, server, central, website, course):
    path = new_session(server, central, course, capacity=30)
    who = somebody()
    bodies = [{**who, "email": who["email"].upper() if n % 2 else who["email"]} for n in range(12)]
    answers = together(*[lambda body=body: book(server, website, path, body) for body in bodies])
    assert Counter(a.status for a in answers) == {201: 1, 409: 11}
    assert {problem(a) for a in answers if a.status == 409} == {(409, "booking-exists")}
    assert cluster.psql(f"SELECT count(*) FROM scip.person WHERE lower(email) = '{who['email']}'") == "1"
    # as well in sessions of their own
    other = somebody()
    sessions = [new_session(server, central, course) for _ in range(8)]
    answers = together(*[lambda s=s: book(server, website, s, other) for s in sessions])
    assert {a.status for a in answers} == {201} and len({get(server, central, a.json["href"]).json["person"]["id"] for a in answers}) == 1


def watch(cluster, session, stop, wrong):
    """Looks again and again, between the writes: never more confirmed than places, no free place while somebody waits,
    and nobody confirmed who came after one who waits."""
    import psycopg2
    with psycopg2.connect(cluster.url("postgres")) as connection:
        connection.autocommit = True
        cursor = connection.cursor()
        while not stop.is_set():
            cursor.execute("""SELECT s.capacity, count(*) FILTER (WHERE b.status = 'confirmed'), count(*) FILTER (WHERE b.status = 'waiting'),
                max(b.place) FILTER (WHERE b.status = 'confirmed'), min(b.place) FILTER (WHERE b.status = 'waiting')
                FROM scip.training_session s JOIN scip.booking b ON b.session_id = s.id WHERE s.id = %s GROUP BY s.id""", (session[-36:],))
            for capacity, confirmed, waiting, last, first in cursor.fetchall():
                if confirmed > capacity or waiting and (confirmed < capacity or last > first):
                    wrong.append((capacity, confirmed, waiting, last, first))


@pytest.fixture
def watched(cluster):
    stop, wrong, watchers = threading.Event(), [], []

    def begin(session):
        watchers.append(threading.Thread(target=watch, args=(cluster, session, stop, wrong)))
        watchers[-1].start()
    yield begin
    stop.set()
    for watcher in watchers:
        watcher.join()
    assert not wrong, wrong[:5]


def test_cancellation_storm(cluster, server, central, website, course, watched):
    """20 cancel while 20 book: the places go on in order, and none is lost or given twice."""
    path = new_session(server, central, course, capacity=5)
    bookings = [booked(server, website, path) for _ in range(25)]
    watched(path)
    for wave in range(3):
        leaving = [b for b in bookings if get(server, website, b["href"]).json["status"] != "cancelled"][::2][:20]
        answers = together(*[lambda b=b: post(server, website, b["href"] + "/cancellation") for b in leaving],
                           *[lambda: book(server, website, path) for _ in range(20)])
        assert Counter(a.status for a in answers) == {200: len(leaving), 201: 20}
        bookings += [a.json for a in answers if a.status == 201]
        live = [s for s in state(cluster, path) if s != "cancelled"]
        assert live == ["confirmed"] * 5 + ["waiting"] * (len(live) - 5)
    twice = bookings[-1]
    answers = together(*[lambda: post(server, website, twice["href"] + "/cancellation") for _ in range(8)])
    assert Counter(a.status for a in answers) == {200: 1, 409: 7}


def test_capacity_changes_while_places_are_booked(cluster, server, central, website, course, watched):
    path = new_session(server, central, course, capacity=4)
    booked(server, website, path)
    watched(path)
    changes = [6, 2, 9, 5, 12, 7, 15, 3]
    answers = together(*[lambda n=n: patch(server, central, path, {"capacity": n}) for n in changes],
                       *[lambda: book(server, website, path) for _ in range(24)])
    assert Counter(a.status for a in answers[8:]) == {201: 24}
    assert {problem(a) if a.status != 200 else 200 for a in answers[:8]} <= {200, (409, "session-capacity")}
    capacity, confirmed, waiting, left = places(server, path)
    assert (confirmed, waiting, left) == (min(25, capacity), max(0, 25 - capacity), max(0, capacity - 25))
    assert patch(server, central, path, {"capacity": 30}).json["waiting"] == 0


def test_a_session_is_cancelled_while_places_are_booked(cluster, server, central, website, course):
    path = new_session(server, central, course, capacity=4)
    answers = together(*[lambda: book(server, website, path) for _ in range(12)], lambda: post(server, central, path + "/cancellation"),
                       *[lambda: book(server, website, path) for _ in range(12)])
    assert answers[12].status == 200
    assert {problem(a) for a in answers if a.status not in (200, 201)} <= {(409, "session-not-published")}
    assert set(state(cluster, path)) <= {"cancelled"}


# Attendance, feedback, certificates

def test_who_came(server, central, website, lead, neighbour, course):
    path = new_session(server, lead, course, hub="scotland-hub", capacity=4)
    came, stayed_away, unknown, gone = [booked(server, lead, path) for _ in range(4)]
    waits = booked(server, lead, path)
    post(server, lead, gone["href"] + "/cancellation")
    assert get(server, lead, waits["href"]).json["status"] == "confirmed"
    waits = booked(server, lead, path)
    assert patch(server, lead, path, {"starts_at": at(0, 0), "ends_at": at(0, 1)}).status == 200, "today"
    mark = lambda booking, attended=True, who=lead: put(server, who, booking["href"] + "/attendance", {"attended": attended})
    assert mark(came).json["attended"] is True and mark(came).status == 200, "again does no harm"
    assert mark(came, who=neighbour).status == 404 and mark(came, who=website).status == 403
    assert problem(mark(waits)) == (409, "booking-not-confirmed") and problem(mark(gone)) == (409, "booking-not-confirmed")
    sheet = lambda *pairs, who=lead, where=path: put(server, who, where + "/attendance", {"items": [{"booking": b["id"], "attended": a} for b, a in pairs]})
    assert problem(sheet((came, True), (waits, True))) == (409, "booking-not-confirmed")
    elsewhere = sheet((came, True), ({"id": NOWHERE}, True))
    assert problem(elsewhere) == (422, "reference-not-found") and elsewhere.json["detail"] == "The session has no such booking."
    assert problem(sheet((came, True), (came, False))) == (422, "named-twice")
    assert sheet((came, True), who=neighbour).status == 404
    done = sheet((came, True), (stayed_away, False))
    assert done.json == {"session": {"id": path[-36:], "name": f"The Toolkit in practice {course}", "href": path}, "confirmed": 4, "attended": 1, "absent": 1, "not_recorded": 2}
    assert get(server, lead, path + "/attendance").json == done.json and get(server, neighbour, path + "/attendance").status == 404
    assert mark(stayed_away, None).json["attended"] is None
    assert put(server, lead, path + "/attendance", {"items": [{"booking": came["id"], "attended": True}]}, if_match=done.headers["ETag"]).status == 412, "one has changed meanwhile"
    for where, body in ((path + "/attendance", lambda a: {"items": [{"booking": stayed_away["id"], "attended": a}]}), (stayed_away["href"] + "/attendance", lambda a: {"attended": a})):
        known = get(server, lead, where if where.startswith(path) else stayed_away["href"]).headers["ETag"]
        place, _ = only_one(*[lambda a=a: put(server, lead, where, body(a), if_match=known) for a in (True, False)])
        assert get(server, lead, stayed_away["href"]).json["attended"] is (True, False)[place]
        assert mark(stayed_away, None).json["attended"] is None
    assert problem(post(server, lead, came["href"] + "/cancellation")) == (409, "booking-attended")
    assert problem(post(server, lead, path + "/cancellation")) == (409, "session-attended")
    assert problem(patch(server, lead, path, {"starts_at": at(3), "ends_at": at(3, 12)})) == (409, "session-not-yet-held")
    later = new_session(server, lead, course, hub="scotland-hub")
    one = booked(server, website, later)
    assert problem(mark(one)) == (409, "session-not-yet-held") and problem(sheet((one, True), where=later)) == (409, "session-not-yet-held")
    key = str(uuid.uuid4())
    assert post(server, lead, path + "/held", key=key).status == 200
    assert problem(post(server, lead, later + "/held", key=key)) == (422, "idempotency-key-reused")
    assert sheet((unknown, True)).status == 200, "who came may be written down afterwards"
    key = str(uuid.uuid4())
    draft = new_session(server, lead, course, hub="scotland-hub", publish=False)
    assert post(server, lead, draft + "/publication", key=key).status == 200
    assert problem(post(server, lead, new_session(server, lead, course, hub="scotland-hub", publish=False) + "/publication", key=key)) == (422, "idempotency-key-reused")


def test_delegates_in_a_list_to_take_along(cluster, server, central, website, lead, neighbour):
    """Of a course or a period, with their names, as a spreadsheet too; the lead has the Hub's own, and each read is noted."""
    course = new_course(server, central)
    own, other = (new_session(server, token, course, **more) for token, more in ((lead, {"days": 0, "hub": "scotland-hub"}), (central, {"days": 3})))
    member, guest, waits = somebody(), somebody(), somebody()
    href = attended(server, central, own, member)
    booked(server, lead, own, guest), booked(server, website, other, somebody(name="Delegate of the team"))
    gone = booked(server, lead, own, waits)["href"]
    assert post(server, lead, gone + "/cancellation").status == 200
    person = get(server, lead, href).json["person"]["id"]
    cluster.psql(f"""INSERT INTO scip.hub_membership (hub_id, person_id, sector, starts)
        SELECT id, '{person}', 'school_sector', '2020-01-01' FROM scip.hub WHERE slug = 'scotland-hub'""", "scip_migrator")
    try:
        path = f"/v1/training/delegates?course={course}"
        delegates = lambda token, query="": get(server, token, path + query).json["items"]
        found = delegates(lead)
        assert {one["name"] for one in found} == {member["name"], guest["name"]} and {one["hub"]["slug"] for one in found} == {"scotland-hub"}
        came = next(one for one in found if one["name"] == member["name"])
        assert (came["course"]["slug"], came["email"], came["attended"], came["member"], came["href"], came["held_on"]) == \
            (course, member["email"], True, True, href, at()[:10])
        assert [one["name"] for one in delegates(lead, "&member=true")] == [one["name"] for one in delegates(lead, "&attended=true")] == [member["name"]]
        assert [one["name"] for one in delegates(lead, "&member=false")] == [guest["name"]]
        assert delegates(neighbour) == [] and len(delegates(central)) == 3 and {one["id"] for one in delegates(central, "&hub=scotland-hub")} == {one["id"] for one in found}
        assert delegates(central)[0]["name"] == "Delegate of the team" and delegates(central, "&sort=date")[-1]["name"] == "Delegate of the team"
        assert delegates(central, "&period=2019-20") == [] and get(server, lead, path + "&period=2019-21").status == 400
        page = get(server, lead, path + "&limit=1").json
        assert len(page["items"]) == 1 and get(server, lead, f"{path}&limit=1&cursor={page['next']}").json["items"] != page["items"]
        rows = list(csv.DictReader(io.StringIO(get(server, lead, path, Accept="text/csv").text)))
        assert {(row["name"], row["course"], row["held_on"], row["member"]) for row in rows} == {
            (member["name"], course, at()[:10], "true"), (guest["name"], course, at()[:10], "false")}
        for token in (None, website):
            assert get(server, token, path).status == (403 if token else 401)
        reads = get(server, central, f"/v1/privacy/reads?person={person}&limit=200").json["items"]
        assert "listDelegates" in {one["operation"] for one in reads}
    finally:
        cluster.psql(f"DELETE FROM scip.hub_membership WHERE person_id = '{person}'", "scip_migrator")


def test_feedback_by_a_link_once(cluster, server, central, website, lead, course):
    path = new_session(server, central, course, days=0)
    href = attended(server, central, path)
    absent = booked(server, central, path)["href"]
    link = lambda where=href, who=central: post(server, who, where + "/feedback-link")
    give = lambda token, who=website, **said: post(server, who, "/v1/feedback", {"token": token, **said})
    assert problem(link(absent)) == (409, "booking-not-attended") and link(who=website).status == 404, "it booked another"
    first, second = link().json["token"], link().json["token"]
    assert first != second and second not in cluster.psql(f"SELECT booking FROM scip.booking WHERE id = '{href[-36:]}'")
    assert give(first, rating=5).status == 404, "the one before is no longer good"
    assert give("x" * 43, rating=5).status == 404 and give(second).status == 400, "something is said"
    assert give(second, who=lead, rating=5).status == 403
    assert problem(give(second, principles={"no-such-principle": 3})) == (422, "reference-not-found")
    assert give(second, rating=6).status == 400 and give(second, principles={"voice": 0}).status == 400
    said = {"rating": 4, "principles": {"voice": 5, "wellbeing": 2}, "comment": "Canary words about the day"}
    answers = together(*[lambda: give(second, **said) for _ in range(6)])
    assert Counter(a.status for a in answers) == {201: 1, 409: 5}
    given = next(a for a in answers if a.status == 201)
    assert {k: given.json[k] for k in ("rating", "principles")} == {"rating": 4, "principles": said["principles"]} and "Canary" not in given.text
    assert problem(link()) == (409, "feedback-given") and problem(give(second, rating=1)) == (409, "feedback-given")
    assert problem(put(server, central, href + "/attendance", {"attended": False})) == (409, "feedback-given")
    other, key = link(attended(server, central, path)).json["token"], str(uuid.uuid4())
    once = post(server, website, "/v1/feedback", {"token": other, "rating": 3}, key=key)
    assert post(server, website, "/v1/feedback", {"token": other, "rating": 3}, key=key).body == once.body
    assert problem(post(server, website, "/v1/feedback", {"token": other, "rating": 4}, key=key)) == (422, "idempotency-key-reused")

    # the words: read by the central team, the website's once they are cleared
    listed = lambda who, query="": [c for c in get(server, who, f"/v1/training/comments?course={course}{query}").json["items"] if c["comment"] == said["comment"]]
    comment, = listed(central)
    assert (comment["cleared"], comment["course"]["slug"]) == (False, course) and listed(website) == [] and listed(central, "&cleared=true") == []
    assert get(server, website, comment["href"]).status == 404 and get(server, lead, comment["href"]).status == 403
    clear = lambda cleared, who=central: put(server, who, comment["href"] + "/clearance", {"cleared": cleared})
    mark = bookmark(server, website)
    assert clear(True, website).status == 403 and clear(True).json["cleared"] is True
    assert seen(server, website, mark, comment["href"], 1) == ["changed"]
    shown, = listed(website)
    assert shown == get(server, website, comment["href"]).json
    assert href[-36:] not in json.dumps(shown), "not whose they are"
    assert said["comment"] in get(server, central, "/v1/training/comments?cleared=true&format=csv").text
    assert said["comment"] in get(server, central, "/v1/training/comments?limit=200", Accept="application/x-ndjson").text
    assert clear(False).json["cleared"] is False and listed(website) == []
    known = get(server, central, comment["href"]).headers["ETag"]
    place, _ = only_one(*[lambda: put(server, central, comment["href"] + "/clearance", {"cleared": True}, if_match=known) for _ in range(3)])
    assert get(server, central, comment["href"]).json["cleared"] is True
    assert put(server, central, f"/v1/training/comments/{NOWHERE}/clearance", {"cleared": True}).status == 404


def test_a_certificate_names_nobody(server, central, website, lead, course):
    path = new_session(server, central, course, days=0)
    who = somebody()
    href = attended(server, central, path, who)
    issued = post(server, central, href + "/certificate", key=(key := str(uuid.uuid4())))
    assert issued.status == 200 and re.fullmatch("([0-9A-HJKMNP-TV-Z]{4}-){3}[0-9A-HJKMNP-TV-Z]{4}", issued.json["code"])
    assert post(server, central, href + "/certificate").json == issued.json
    shown = get(server, None, issued.json["href"])
    day = datetime.datetime.now(LONDON).date().isoformat()
    assert (shown.json["course"]["slug"], shown.json["held_on"], shown.json["valid"]) == (course, day, True)
    assert set(shown.json) == {"code", "course", "held_on", "valid", "href"} and shown.headers["Cache-Control"] == "no-store"
    typed = issued.json["code"].lower().replace("-", "").replace("0", "o").replace("1", "l")
    assert get(server, None, "/v1/certificates/" + typed).json == shown.json
    assert get(server, None, "/v1/certificates/" + issued.json["code"][:-1] + ("A" if issued.json["code"][-1] != "A" else "B")).status == 404
    assert get(server, None, "/v1/certificates/" + issued.json["code"], If_None_Match=shown.headers["ETag"]).status == 304
    booking = get(server, central, href).json
    assert (booking["certificate"], booking["links"]["certificate"]) == (issued.json["code"], issued.json["href"])
    assert problem(put(server, central, href + "/attendance", {"attended": None})) == (409, "certificate-issued")
    absent = booked(server, central, path)["href"]
    assert problem(post(server, central, absent + "/certificate")) == (409, "booking-not-attended")
    assert problem(post(server, central, absent + "/certificate", key=key)) == (422, "idempotency-key-reused")
    assert post(server, website, href + "/certificate").status == 404 and post(server, lead, href + "/certificate").status == 404


# Figures

def figures(server, period, course=None):
    answer = get(server, None, f"/v1/training/figures?period={period}" + (f"&course={course}" if course else ""))
    assert answer.status == 200, answer.text
    return answer.json


HIDDEN = {"status": "suppressed", "numerator": None, "denominator": None, "share": None}


def of(numerator, denominator):
    return {"status": "value" if numerator else "zero", "numerator": numerator, "denominator": denominator, "share": round(numerator / denominator, 4)}


def year_of_training(server, central, year, course, ratings, absent=0, silent=0):
    """A session in November of that year that was held, with these ratings."""
    day = f"{year}-11-05T10:00:00Z"
    made = post(server, central, "/v1/training/sessions", {"course": course, "starts_at": day, "ends_at": f"{year}-11-05T15:00:00Z", "capacity": 50})
    path = made.json["href"]
    post(server, central, path + "/publication")
    for _ in range(absent):
        booked(server, central, path)
    for _ in range(silent):
        attended(server, central, path)
    for rating in ratings:
        feedback(server, central, attended(server, central, path), **({"rating": rating} if rating else {"comment": "No mark"}))
    post(server, central, path + "/held")
    return path


def released(server, central, *periods):
    """What is published of ratings is published by releases."""
    for period in periods:
        made = server.send("POST", "/v1/releases", {"period": period, "note": "For the tests"}, central)
        assert made.status == 201, made.text


@pytest.fixture(scope="module", autouse=True)
def no_releases(cluster, server):
    def clear():
        cluster.psql("""SET session_replication_role = replica; CREATE TEMP TABLE mine AS SELECT id FROM scip.release WHERE period IN ('1999-00', '1902-03', '1903-04', '1904-05', '1905-06');
            DELETE FROM scip.release_cell WHERE release_id IN (TABLE mine); DELETE FROM scip.release WHERE id IN (TABLE mine);""")
    clear()
    yield
    clear()


def test_figures_of_a_year(server, central):
    course = new_course(server, central)
    before = figures(server, "1999-00")
    assert (before["from"], before["to"], before["delegates"]) == ("1999-09-01", "2000-08-31", 0)
    assert before["response_rate"]["status"] == before["rating_high"]["status"] == "not_applicable"
    year_of_training(server, central, 1999, course, [5, 4, 3, 5], absent=2, silent=2)
    few = figures(server, "1999-00")
    assert (few["sessions_held"], few["delegates"], few["responses"]) == (1, 6, 4), "by attendance, not by booking"
    assert few["rating_high"]["status"] == "not_available" and few["response_rate"] == of(4, 6)
    released(server, central, "1999-00")
    assert figures(server, "1999-00")["rating_high"] == HIDDEN
    year_of_training(server, central, 1999, course, [2, None])
    released(server, central, "1999-00")
    enough = figures(server, "1999-00")
    assert (enough["sessions_held"], enough["responses"], enough["rating_high"]) == (2, 6, of(3, 5)), "of five"
    assert figures(server, "1999/00") == figures(server, "199900") == enough and figures(server, "1999-00", course) == {**enough, "course": {
        "slug": course, "name": f"The Toolkit in practice {course}", "href": f"/v1/training/courses/{course}"}}
    assert figures(server, "1998-99")["sessions_held"] == 0
    for bad, pointer in (("2024", "period"), ("2024-M11", "period"), ("2024-25-Q1", "period"), ("2024-26", "period"), ("no-such-strategy", "period"),
                         ("2024-25&course=no-such-course", "course")):
        answer = get(server, None, "/v1/training/figures?period=" + bad)
        assert (answer.status, [e["pointer"] for e in answer.json["errors"]]) == (400, ["/query/" + pointer]), bad
    assert get(server, None, "/v1/training/figures").json["period"] == figures(server, academic_year())["period"]
    day = get(server, None, "/v1/training/figures?period=1999-00")
    assert get(server, None, "/v1/training/figures?period=1999-00", If_None_Match=day.headers["ETag"]).status == 304


def academic_year():
    today = datetime.datetime.now(LONDON).date()
    first = today.year - (today.month < 9)
    return f"{first}-{(first + 1) % 100:02}"


def test_no_difference_tells_a_hidden_rating(server, central):
    """Everything that is public about three years of training, and what somebody who subtracts makes of it."""
    big, small, third = (new_course(server, central) for _ in range(3))
    made = put(server, central, "/v1/strategies/training-strategy", {"name": "Of the tests", "period": "1902-05", "from": "1902", "to": "1905", **FROM,
                                                                     "themes": []}, If_None_Match="*")
    assert made.status == 201, made.text
    year_of_training(server, central, 1902, big, [5] * 6 + [1])
    year_of_training(server, central, 1902, small, [1, 1, 5])
    year_of_training(server, central, 1903, big, [4, 4])
    year_of_training(server, central, 1904, big, [4] * 5)
    year_of_training(server, central, 1904, third, [2] * 6)
    year_of_training(server, central, 1905, third, [2] * 5)  # after the strategy
    years = ("1902-03", "1903-04", "1904-05", "1905-06")
    assert {figures(server, y)["rating_high"]["status"] for y in (*years, "training-strategy")} == {"not_available"}
    released(server, central, *years)
    whole = figures(server, "training-strategy")
    assert (whole["from"], whole["to"], whole["period"]) == ("1902-09-01", "1905-08-31", "training-strategy")
    # 1903 has two, and in 1902 the small course three: they are not published, and in no sum
    assert whole["rating_high"] == of(11, 18) and whole["delegates"] == 23
    assert figures(server, "1903-04")["rating_high"] == HIDDEN and figures(server, "1902-03")["rating_high"] == of(6, 7)
    assert figures(server, "1902-03", big)["rating_high"] == of(6, 7) and figures(server, "1902-03", small)["rating_high"] == HIDDEN
    assert figures(server, "1904-05")["rating_high"] == of(5, 11)
    assert (figures(server, "1904-05", big)["rating_high"], figures(server, "1904-05", third)["rating_high"]) == (of(5, 5), of(0, 6))
    assert figures(server, "training-strategy", big)["rating_high"]["status"] == "not_available"
    assert figures(server, "1905-06", third)["rating_high"] == of(0, 5)
    # two more are not published: the number before stands, until there are five more
    year_of_training(server, central, 1904, third, [5, 5])
    released(server, central, "1904-05")
    assert figures(server, "1904-05")["rating_high"] == of(5, 11) and figures(server, "1904-05", third)["rating_high"] == of(0, 6)
    year_of_training(server, central, 1904, third, [5, 5, 5])
    released(server, central, "1904-05")
    assert figures(server, "1904-05")["rating_high"] == of(10, 16) and figures(server, "1904-05", third)["rating_high"] == of(5, 11)

def test_the_hub_sees_its_own_sessions_answers_at_once(cluster, server, central, website, lead, neighbour, course):
    path = new_session(server, central, course, days=0, hub="scotland-hub")
    answers = lambda who: get(server, who, path + "/feedback")
    assert {k: answers(lead).json[k] for k in ("delegates", "responses", "feedback")} == {"delegates": 0, "responses": 0, "feedback": []}
    hrefs = [attended(server, central, path) for _ in range(3)]
    feedback(server, central, hrefs[0], rating=5, comment="Canary words of one")
    feedback(server, central, hrefs[1], rating=2, principles={"voice": 3})
    said = answers(lead).json
    assert (said["session"]["href"], said["delegates"], said["responses"], said["ratings"]) == (path, 3, 2, {"1": 0, "2": 1, "3": 0, "4": 0, "5": 1})
    assert sorted(said["feedback"], key=lambda a: a["rating"]) == [{"rating": 2, "principles": {"voice": 3}, "comment": None}, {"rating": 5, "principles": {}, "comment": "Canary words of one"}]
    assert answers(central).json == said and not any(href[-36:] in answers(lead).text for href in hrefs), "not whose they are"
    assert get(server, lead, path + "/feedback", If_None_Match=answers(lead).headers["ETag"]).status == 304
    assert answers(neighbour).status == 404 and answers(website).status == 403 and answers(None).status == 401
    # who read the words is noted, here and in the list of comments
    reads = lambda operation: cluster.psql(f"SELECT count(*) FROM scip.personal_read r JOIN scip.booking b ON b.person_id = r.person_id WHERE b.id = '{hrefs[0][-36:]}' AND r.operation = '{operation}'")
    assert int(reads("getTrainingSessionFeedback")) >= 3
    before = int(reads("listTrainingComments"))
    assert "Canary words of one" in get(server, central, "/v1/training/comments?limit=200").text and int(reads("listTrainingComments")) == before + 1
    assert cluster.psql(f"SELECT count(*) FROM scip.personal_read r JOIN scip.booking b ON b.person_id = r.person_id WHERE b.id = '{hrefs[1][-36:]}' AND r.operation = 'getTrainingSessionFeedback'") == "0", "nothing of that one was read"


# Privacy

def test_needs_go_after_thirty_days(cluster, server, central, website, course):
    path = new_session(server, central, course)
    booking = booked(server, website, path, somebody(dietary="Canary diet", consent=1))
    move = lambda days: cluster.psql(f"UPDATE scip.training_session SET starts_at = now() - interval '{days} days', ends_at = now() - interval '{days} days' + interval '1 hour' "
                                     f"WHERE id = '{path[-36:]}'; SELECT removed FROM scip.retain() WHERE kind = 'booking_need'", "scip_migrator")
    assert move(29) == "0" and get(server, website, booking["links"]["needs"]).status == 200
    assert int(move(31)) >= 1 and get(server, website, booking["links"]["needs"]).status == 404
    assert get(server, website, booking["href"]).status == 200
    assert cluster.psql("SELECT count(*) FROM scip.history WHERE row::text LIKE '%Canary diet%'") == "0"
    assert cluster.psql("SELECT count(*) FROM scip.idempotency WHERE body LIKE '%Canary diet%'") == "0"


def test_a_delegate_is_erased_and_the_figures_stay(cluster, server, central, website):
    course = new_course(server, central)
    path = new_session(server, central, course, days=0)
    who = somebody(name="Canary Erased", organisation_name="Two Rivers Primary", dietary="Canary food", consent=1)
    key = str(uuid.uuid4())
    href = book(server, central, path, who, key).json["href"]
    assert book(server, central, path, who, key).json["name"] == "Canary Erased"
    put(server, central, href + "/attendance", {"attended": True})
    feedback(server, central, href, rating=5, comment="Canary, signed")
    code = post(server, central, href + "/certificate").json["code"]
    booking = get(server, central, href).json
    held = get(server, central, booking["person"]["href"] + "/export").json["bookings"]
    assert [(b["course"], b["dietary"], b["rating"], b["comment"], b["certificate"]) for b in held] == [(course, "Canary food", 5, "Canary, signed", code)]
    post(server, central, path + "/held")
    before = figures(server, academic_year(), course)
    done = post(server, central, booking["person"]["href"] + "/erasure")
    assert done.status == 200, done.text
    after = get(server, central, href).json
    assert (after["name"], after["email"], after["attended"], after["certificate"]) == (None, None, True, code)
    assert get(server, central, booking["links"]["needs"]).status == 404
    assert "Canary, signed" not in get(server, central, "/v1/training/comments?limit=200").text
    assert figures(server, academic_year(), course) == before and before["delegates"] == before["responses"] == 1
    assert get(server, None, "/v1/certificates/" + code).json["valid"] is True
    rows = cluster.psql("SELECT string_agg(t::text, '') FROM (SELECT row::text FROM scip.history UNION ALL SELECT body FROM scip.idempotency) t")
    assert "Canary Erased" not in rows and who["email"] not in rows and "Canary food" not in rows
    assert problem(book(server, central, path, who, key))[0] == 409, "the answer that was kept is gone, and so is the session"


def test_nobody_else_learns_of_it(cluster, server, central, website, course):
    """Canaries: not in what anybody may read, in no log and in no cursor."""
    path = new_session(server, central, course, days=0, capacity=2)
    words = {"name": canary.NAME, "email": f"quokka-{canary.WORD}@training.example", "dietary": f"Quokka {canary.WORD}", "access": f"Ramp of {canary.WORD}", "consent": 1}
    mark = bookmark(server)
    href = booked(server, central, path, {**words, "organisation_name": "Canary Primary"})["href"]
    assert book(server, website, path, {**words, "sector": canary.WORD}).status == 400
    assert problem(book(server, central, path, {**words, "organisation": "no-such-organisation"})) == (409, "booking-exists")
    booked(server, central, path, somebody(name=f"Quokka {canary.WORD}"))
    put(server, central, href + "/attendance", {"attended": True})
    token = feedback(server, central, href, rating=2, comment=f"Comment of {canary.WORD}")
    assert get(server, central, path + "/bookings?limit=1").json["next"]
    public = [get(server, None, where) for where in (path, path + "?format=ics", "/v1/training/sessions?format=ics", "/v1/training/sessions?format=csv",
              "/v1/training/courses/" + course, f"/v1/training/figures?course={course}", "/v1/changes?limit=200&cursor=" + mark, href, href + "/needs",
              path + "/bookings", "/v1/training/comments", "/v1")]
    for answer in public:
        assert not canary.shows(answer.body) and token not in answer.text and href[-36:] not in answer.text
    log = server.log.read_text(errors="replace")
    assert not canary.shows(log) and "Quokka" not in log and token not in log
    for kept in ("audit", "history", "change"):
        assert not canary.shows(cluster.psql(f"SELECT string_agg(t::text, '') FROM scip.{kept} t")), kept


# What is not there

@pytest.mark.parametrize("method, path, body", [
    ("GET", "/v1/training/sessions/{}", None), ("PATCH", "/v1/training/sessions/{}", {"capacity": 1}),
    ("DELETE", "/v1/training/sessions/{}", None), ("POST", "/v1/training/sessions/{}/publication", None), ("POST", "/v1/training/sessions/{}/cancellation", None),
    ("POST", "/v1/training/sessions/{}/held", None), ("GET", "/v1/training/sessions/{}/bookings", None), ("POST", "/v1/training/sessions/{}/bookings", somebody()),
    ("GET", "/v1/training/sessions/{}/attendance", None), ("PUT", "/v1/training/sessions/{}/attendance", {"items": [{"booking": NOWHERE, "attended": True}]}),
    ("GET", "/v1/bookings/{}", None), ("PATCH", "/v1/bookings/{}", {"sector": "he"}), ("POST", "/v1/bookings/{}/cancellation", None),
    ("GET", "/v1/bookings/{}/needs", None), ("PUT", "/v1/bookings/{}/needs", {"access": "x"}), ("DELETE", "/v1/bookings/{}/needs", None), ("GET", "/v1/bookings/{}/consent", None), ("DELETE", "/v1/bookings/{}/consent", None),
    ("PUT", "/v1/bookings/{}/attendance", {"attended": True}), ("POST", "/v1/bookings/{}/feedback-link", None), ("POST", "/v1/bookings/{}/certificate", None),
    ("GET", "/v1/training/comments/{}", None), ("PUT", "/v1/training/comments/{}/clearance", {"cleared": True})])
def test_not_there(server, central, method, path, body):
    answer = server.send(method, path.format(NOWHERE), body, token=central, if_match="*" if method in ("PUT", "PATCH", "DELETE") else None,
                         key=str(uuid.uuid4()) if method == "POST" and "link" not in path else None)
    assert answer.status == 404, answer.text


def test_a_draft_is_thrown_away(server, central, course):
    draft = new_session(server, central, course, publish=False)
    tag = get(server, central, draft).headers["ETag"]
    assert patch(server, central, draft, {"capacity": 4}, if_match=tag).status == 200
    assert patch(server, central, draft, {"capacity": 5}, if_match=tag).status == 412
    assert patch(server, central, draft, {"ends_at": at(0)}).status == 422
    assert server.send("DELETE", draft, token=central, if_match=tag).status == 412
    assert server.send("DELETE", draft, token=central, if_match="*").status == 204
    assert server.send("DELETE", draft, token=central, if_match="*").status == 404


def test_what_has_not_changed(server, central, lead, course):
    """Private answers as well: 304 to who has them already."""
    path = new_session(server, central, course, days=0)
    href = attended(server, central, path)
    token = post(server, central, href + "/feedback-link").json["token"]
    post(server, central, "/v1/feedback", {"token": token, "comment": "The same as ever"})
    assert put(server, central, href + "/needs", {"access": "Ramp", "consent": 1}).status == 200
    comment = get(server, central, f"/v1/training/comments?course={course}").json["items"][0]["href"]
    for where in (href, href + "/needs", path + "/attendance", path + "/bookings", comment, "/v1/training/comments", path, "/v1/training/sessions?status=draft"):
        first = get(server, central, where)
        assert (first.status, get(server, central, where, If_None_Match=first.headers["ETag"]).status) == (200, 304), where


def test_a_key_in_use(cluster, server, central, course):
    import psycopg2
    account = get(server, central, "/v1/me").json["id"]
    body = {"course": course, "starts_at": at(9), "ends_at": at(9, 12), "capacity": 5}
    with psycopg2.connect(cluster.url("postgres")) as connection:
        connection.cursor().execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", (f"{account} addTrainingSession in-use",))
        assert problem(post(server, central, "/v1/training/sessions", body, key="in-use")) == (409, "idempotency-key-in-progress")
    connection.close()
    assert post(server, central, "/v1/training/sessions", body, key="in-use").status == 201
