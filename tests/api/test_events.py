"""Events, as people see them: a Hub Lead announces one, who subscribed sees it move and be cancelled, the central team keeps
the programmes; what a neighbour may not."""
import datetime
import threading
from collections import Counter
from zoneinfo import ZoneInfo

import pytest
from harness import get, patch, post, problem
from icalendar import Calendar

FROM = {"sources": ["https://www.scipalliance.example/events"], "confidence": "high"}
LONDON = ZoneInfo("Europe/London")
HUB = "scotland-hub"


def day(days=0):
    return (datetime.datetime.now(LONDON).date() + datetime.timedelta(days)).isoformat()


@pytest.fixture(scope="module", autouse=True)
def nothing_stays(cluster, server):
    def clear():
        cluster.psql("DELETE FROM scip.event WHERE slug LIKE 'events-%'; DELETE FROM scip.programme_participant WHERE programme_id IN "
                     "(SELECT id FROM scip.programme WHERE slug LIKE 'events-%'); DELETE FROM scip.programme_evaluation WHERE programme_id IN "
                     "(SELECT id FROM scip.programme WHERE slug LIKE 'events-%'); DELETE FROM scip.programme WHERE slug LIKE 'events-%'")
    clear()
    yield
    clear()


@pytest.fixture(scope="module")
def lead(cluster, server):
    return cluster.token(server, "hub_lead", hub=HUB)


@pytest.fixture(scope="module")
def member(cluster, server):
    return cluster.token(server, "hub_member", hub=HUB)


@pytest.fixture(scope="module")
def neighbour(cluster, server):
    return cluster.token(server, "hub_lead", hub="london-hub")


def put(server, token, path, body, **options):
    return server.send("PUT", path, body, token=token, If_None_Match="*", **options)


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


def draft(server, token, slug, **more):
    """The address of a new draft of the Hub."""
    made = put(server, token, f"/v1/events/events-{slug}", {"title": f"Event {slug}", "kind": "hub_meeting", "hub": HUB, "starts_on": day(30), **more})
    assert made.status == 201, made.text
    assert made.headers["Location"] == f"/v1/events/events-{slug}" == made.json["href"] and made.json["status"] == "draft"
    return f"/v1/events/events-{slug}"


def published(server, token, slug, **more):
    path = draft(server, token, slug, **more)
    answer = post(server, token, path + "/publication")
    assert (answer.status, answer.json["status"], answer.json["href"]) == (200, "published", path), answer.text
    return path


def calendar(server, query):
    """The feed as a subscriber's calendar reads it: {title: event}."""
    answer = server.get("/v1/events?format=ics&" + query)
    assert answer.status == 200 and answer.headers["Content-Type"] == "text/calendar; charset=utf-8"
    assert max(len(line) for line in answer.body.split(b"\r\n")) <= 75
    return {str(event["summary"]): event for event in Calendar.from_ical(answer.body).walk("VEVENT")}


def bookmark(server, token):
    return get(server, token, "/v1/changes?start=now").json["next"]


def changes(server, token, after, slug, count):
    """What a follower of the changes sees of an event, once there is that much of it."""
    found = []
    for _ in range(200):
        page = get(server, token, "/v1/changes?cursor=" + after).json
        found += [change["op"] for change in page["items"] if change["href"] == f"/v1/events/{slug}"]
        after = page["next"]
        if len(found) >= count:
            break
    return found


def test_a_hub_leads_event_from_draft_to_held(server, lead, member, neighbour, central):
    anybody, leads = bookmark(server, None), bookmark(server, lead)
    body = {"title": "Transitions: what helps", "kind": "hub_meeting", "hub": HUB, "organiser": "edinburgh-napier-university", "venue": "Room 2, Library",
            "town": "Edinburgh", "nation": "GB-SCT", "online": False, "capacity": 40, "accessibility": "Step-free; hearing loop",
            "starts_at": day() + "T10:00:00Z", "ends_at": day() + "T12:30:00Z", "description": "Bring a question.", "url": "https://scotland.example/events/1"}
    dry = put(server, lead, "/v1/events/events-transitions?dry_run=true", body)
    assert dry.status == 201 and get(server, lead, "/v1/events/events-transitions").status == 404
    made = put(server, lead, "/v1/events/events-transitions", body)
    assert made.status == 201, made.text
    event = made.json
    assert (event["starts_on"], event["ends_on"], event["starts_precision"]) == (day(), None, "day"), "the day follows from the time"
    assert (event["title_source"], event["sources"], event["confidence"], event["language"]) == ("published", ["Scotland Hub"], "high", "en")
    assert {key: event[key] for key in ("venue", "capacity", "accessibility", "starts_at", "ends_at")} == {key: body[key] for key in ("venue", "capacity", "accessibility", "starts_at", "ends_at")}
    assert problem(put(server, lead, "/v1/events/events-transitions", body))[0] == 412
    # Nobody else sees the draft, wherever they look.
    path = "/v1/events/events-transitions"
    assert server.get(path).status == 404 and "Transitions: what helps" not in calendar(server, f"hub={HUB}")
    assert "events-transitions" not in server.get("/v1/events?format=ndjson").text
    assert get(server, lead, made.headers["Location"]).json == event
    for token in (neighbour,):
        assert get(server, token, made.headers["Location"]).status == 404
        assert get(server, token, f"/v1/events?status=draft&hub={HUB}").json["items"] == []
        assert "events-transitions" not in get(server, token, "/v1/events?status=draft").text
        assert patch(server, token, path, {"title": "Mine"}).status == 404
        assert post(server, token, path + "/publication").status == 404
        assert server.send("DELETE", path, token=token, if_match="*").status == 404
    assert get(server, member, made.headers["Location"]).status == 404
    # its author reads and acts at one address, and that answer is nobody else's
    own = get(server, lead, path)
    assert own.headers["Cache-Control"] == "private, no-store" and own.json["status"] == "draft" and server.get(path).status == 404
    for token in (lead, central):
        for list_ in (f"/v1/events?status=draft&hub={HUB}", "/v1/events?status=draft&limit=200"):
            shown = get(server, token, list_)
            assert event in shown.json["items"] and shown.headers["Cache-Control"] == "private, no-store"
            assert server.get(list_).json["items"] == [] and event["slug"] not in get(server, token, "/v1/events?limit=200&sort=-date").text
            assert get(server, token, list_, If_None_Match=shown.headers["ETag"]).status == 304
    # The lead corrects it, publishes it, and says how many came.
    assert changes(server, lead, leads, "events-transitions", 1) == ["changed"]
    tag = get(server, lead, made.headers["Location"]).headers["ETag"]
    assert get(server, lead, made.headers["Location"], If_None_Match=tag).status == 304
    corrected = patch(server, lead, path, {"venue": "Room 3, Library"}, tag)
    assert corrected.status == 200 and corrected.json["venue"] == "Room 3, Library"
    assert problem(patch(server, lead, path, {"venue": "Room 4"}, tag))[0] == 412
    assert problem(post(server, lead, path + "/held"))[1] == "event-transition", "nobody knew of it"
    assert problem(post(server, lead, path + "/cancellation", {"reason": "Snow"}))[1] == "event-transition"
    announced = post(server, lead, path + "/publication", key="publish-transitions")
    assert (announced.status, announced.json["status"]) == (200, "published")
    assert post(server, lead, path + "/publication", key="publish-transitions").body == announced.body
    assert problem(post(server, lead, path + "/publication")) == (409, "event-transition")
    assert changes(server, None, anybody, "events-transitions", 1) == ["changed"], "of the draft others heard nothing"
    assert server.get(path).json == announced.json
    in_calendar = calendar(server, f"hub={HUB}&kind=hub_meeting")["Transitions: what helps"]
    assert (int(in_calendar["sequence"]), str(in_calendar["location"]), str(in_calendar["status"])) == (0, "Room 3, Library, Edinburgh", "CONFIRMED")
    held = post(server, lead, path + "/held", {"attendance": 31}, key="hold-transitions")
    assert problem(post(server, lead, path + "/held", {"attendance": 32}, key="hold-transitions"))[0] == 422, "another request of that key"
    assert (held.status, held.json["status"], held.json["attendance"]) == (200, "held", 31)
    after = calendar(server, f"hub={HUB}&status=held")["Transitions: what helps"]
    assert (int(after["sequence"]), str(after["uid"])) == (0, str(in_calendar["uid"])), "that it was held is no news for a calendar"
    for action in ("publication", "cancellation", "held"):
        assert problem(post(server, lead, f"{path}/{action}")) == (409, "event-transition")
    assert patch(server, lead, path, {"attendance": 30, "attendance_text": "Two left early"}).json["attendance"] == 30
    assert problem(patch(server, lead, path, {"starts_on": day(2), "starts_at": None, "ends_at": None})) == (409, "event-not-yet-held")
    assert problem(server.send("DELETE", path, token=lead, if_match="*")) == (409, "event-not-draft")


def test_a_subscriber_sees_an_event_move_and_be_cancelled(server, lead, central):
    path = published(server, lead, "moves", title="Café; networking, and more\\or less", starts_at="2027-03-02T10:00:00Z", starts_on="2027-03-02",
                     ends_at="2027-03-02T11:00:00Z", venue="Hall", online=False, description="First line\nsecond; line, with \\ signs. " + "é" * 80)
    title = "Café; networking, and more\\or less"
    first = calendar(server, f"hub={HUB}")[title]
    assert str(first["description"]) == "First line\nsecond; line, with \\ signs. " + "é" * 80
    sequence, uid = int(first["sequence"]), str(first["uid"])
    assert uid.endswith("@events.scip-alliance")
    for change, raised in (({"description": "Shorter"}, 0), ({"capacity": 10}, 0), ({"url": "https://scotland.example/2"}, 0),
                           ({"starts_at": "2027-03-02T09:30:00Z"}, 1), ({"ends_at": "2027-03-02T12:00:00Z"}, 1),
                           ({"starts_at": "2027-03-03T09:30:00Z", "ends_at": "2027-03-03T12:00:00Z"}, 1), ({"venue": "Theatre"}, 1),
                           ({"town": "Leith"}, 1), ({"online": True}, 1), ({"title": title + "!"}, 1), ({"title": title}, 1), ({"title_cy": "Caffi"}, 1)):
        answer = patch(server, lead, path, change)
        assert answer.status == 200, answer.text
        event = calendar(server, f"hub={HUB}")[answer.json["title"]]
        sequence += raised
        assert (int(event["sequence"]), str(event["uid"])) == (sequence, uid), change
    assert (answer.json["starts_on"], answer.json["ends_on"]) == ("2027-03-03", None), "the day moved with the time"
    stamp = event.decoded("dtstamp")
    assert problem(post(server, lead, path + "/cancellation", {"reason": " "}))[0] == 422
    cancelled = post(server, lead, path + "/cancellation", {"reason": "The hall is flooded."}, key="cancel")
    assert (cancelled.status, cancelled.json["status"], cancelled.json["cancellation_reason"]) == (200, "cancelled", "The hall is flooded.")
    event = calendar(server, f"hub={HUB}")[title]
    assert (str(event["status"]), int(event["sequence"]), str(event["uid"])) == ("CANCELLED", sequence + 1, uid)
    assert str(event["description"]).startswith("The hall is flooded.\n\nShorter") and event.decoded("dtstamp") >= stamp
    assert server.get(path).json["status"] == "cancelled" and path in server.get("/v1/events?status=cancelled&limit=200").text, "it stays visible"
    for action in ("publication", "cancellation", "held"):
        assert problem(post(server, central, f"{path}/{action}")) == (409, "event-transition")
    assert problem(server.send("DELETE", path, token=central, if_match="*")) == (409, "event-not-draft")


# 2027: the clocks go back on 31 October, 2 a.m. summer time, and forward on 28 March.
@pytest.mark.parametrize("starts, ends, local", [
    ("2027-10-30T09:00:00Z", "2027-10-30T10:00:00Z", "2027-10-30T10:00:00+01:00"),
    ("2027-10-31T09:00:00Z", "2027-10-31T10:00:00Z", "2027-10-31T09:00:00+00:00"),
    ("2027-10-30T22:30:00Z", "2027-10-31T03:30:00Z", "2027-10-30T23:30:00+01:00"),
    ("2027-10-30T22:30:00Z", "2027-10-31T01:15:00Z", "2027-10-30T23:30:00+01:00"),
    ("2027-10-30T22:30:00Z", "2027-10-31T00:15:00Z", "2027-10-30T23:30:00+01:00"),
    ("2027-10-30T23:30:00Z", "2027-11-01T10:00:00Z", "2027-10-31T00:30:00+01:00"),
    ("2027-03-27T23:30:00Z", "2027-03-28T02:00:00Z", "2027-03-27T23:30:00+00:00"),
    ("2027-08-31T23:30:00Z", "2027-09-01T00:30:00Z", "2027-09-01T00:30:00+01:00"),
    ("2027-06-01T17:00:00Z", "2027-06-01T23:00:00Z", "2027-06-01T18:00:00+01:00"),
    ("2027-06-01T17:00:00Z", None, "2027-06-01T18:00:00+01:00")])
def test_times_are_of_the_clock_in_london(server, central, starts, ends, local):
    slug = "clock-" + starts[5:16].lower().replace(":", "").replace("t", "-") + ("-" + ends[5:16].lower().replace(":", "").replace("t", "-") if ends else "")
    path = published(server, central, slug, starts_at=starts, starts_on=None, ends_at=ends)
    row = server.get(path).json
    assert (row["starts_at"], row["ends_at"], row["starts_on"]) == (starts, ends, local[:10])
    utc = datetime.timezone.utc
    instant = lambda text: datetime.datetime.fromisoformat(text.replace("Z", "+00:00"))
    if ends:
        last = (instant(ends) - datetime.timedelta(microseconds=1)).astimezone(LONDON).date().isoformat()
        assert row["ends_on"] == (None if last == row["starts_on"] else last)
    event = calendar(server, f"hub={HUB}&from={row['starts_on']}&to={row['starts_on']}")[f"Event {slug}"]
    begins = event.decoded("dtstart")
    assert begins.astimezone(utc) == instant(starts) and begins.isoformat() == local and event["dtstart"].params["TZID"] == "Europe/London"
    if ends and "duration" in event:
        assert "dtend" not in event and begins.astimezone(utc) + event.decoded("duration") == instant(ends)
    elif ends:
        assert event.decoded("dtend").astimezone(utc) == instant(ends) and event.decoded("dtend") > begins
    else:
        assert "dtend" not in event


def test_days_and_times_agree(server, central):
    path = draft(server, central, "days", starts_on="2027-05", ends_on=None, date_text="May, to be confirmed")
    say = lambda **change: patch(server, central, path, change)
    assert (say(starts_on="2027-05-04", ends_on="2027-05-05").json["ends_on"]) == "2027-05-05"
    timed = say(starts_at="2027-05-04T08:00:00Z")
    assert (timed.json["starts_on"], timed.json["ends_on"], timed.json["starts_at"]) == ("2027-05-04", "2027-05-05", "2027-05-04T08:00:00Z")
    assert say(ends_at="2027-05-06T15:00:00Z").json["ends_on"] == "2027-05-06"
    for wrong in ({"starts_on": "2027-05-05"}, {"ends_on": "2027-05-07"}, {"ends_at": "2027-05-04T08:00:00Z"}, {"starts_at": None},
                  {"starts_on": "2027-05-05", "starts_at": "2027-05-04T09:00:00Z"}):
        assert problem(say(**wrong))[0] == 422, wrong
    moved = say(starts_at="2027-05-04T23:30:00Z", ends_at="2027-05-05T22:59:00Z")
    assert (moved.json["starts_on"], moved.json["ends_on"]) == ("2027-05-05", None), "half past midnight, to a minute before the next"
    assert say(ends_at="2027-05-05T23:00:00Z").json["ends_on"] is None, "until midnight"
    assert say(ends_at="2027-05-05T23:00:01Z").json["ends_on"] == "2027-05-06"
    assert say(starts_at=None, ends_at=None).json["ends_on"] is None
    assert say(starts_on=None, date_text=None).status == 200
    assert problem(post(server, central, path + "/publication")) == (422, "event-needs-a-date")
    assert say(date_text="In spring").status == 200 and post(server, central, path + "/publication").status == 200
    assert "Event days" not in calendar(server, f"hub={HUB}"), "a day that is not known is in no calendar"
    assert problem(say(date_text=None)) == (422, "event-needs-a-date")
    assert problem(say(starts_on="2027-02-30")) == (400, "bad-request"), "no such day"
    for wrong in ({"starts_on": "2027-06-02", "ends_on": "2027-06-01"}, {"ends_at": "2027-06-01T10:00:00Z"}):
        assert problem(say(**wrong))[0] == 422, wrong
    for wrong in ({"starts_at": "tomorrow"}, {"status": "held"}, {"capacity": 0}, {"hub": "London"}, {"title": None}, {"colour": "red"}, {}):
        assert patch(server, central, path, wrong).status == 400, wrong


def test_in_a_calendar_days_without_times_and_online_places(server, central):
    published(server, central, "whole", starts_on="2027-07-01", ends_on="2027-07-03", online=True)
    published(server, central, "half", starts_at="2027-07-01T08:00:00Z", starts_on="2027-07-01", ends_on="2027-07-03", venue="Hall")
    feed = calendar(server, f"hub={HUB}&from=2027-07-01&to=2027-07-31")
    whole, half = feed["Event whole"], feed["Event half"]
    assert (whole.decoded("dtstart").isoformat(), whole.decoded("dtend").isoformat(), str(whole["location"])) == ("2027-07-01", "2027-07-04", "Online")
    assert (half.decoded("dtstart").isoformat(), half.decoded("dtend").isoformat()) == ("2027-07-01T09:00:00+01:00", "2027-07-04T00:00:00+01:00")
    assert str(calendar(server, f"hub={HUB}&from=2027-07-01&to=2027-07-31&lang=cy")["Event whole"]["location"]) == "Ar-lein"
    rows = [row["slug"] for row in server.get(f"/v1/events?hub={HUB}&from=2027-07-01&to=2027-07-01").json["items"]]
    assert rows == ["events-whole", "events-half"], "the day before its hours"
    page = server.get(f"/v1/events?hub={HUB}&from=2027-07-01&to=2027-07-01&limit=1").json
    assert server.get(f"/v1/events?hub={HUB}&from=2027-07-01&to=2027-07-01&limit=1&cursor={page['next']}").json["items"][0]["slug"] == "events-half"


def test_a_calendar_has_a_name_of_its_own(server, central):
    """As a subscriber's program reads it: what is in it, and how often to ask for it."""
    published(server, central, "named", starts_on="2027-08-01", online=True, venue="Hall", url="https://events.example/a,b;c?d=e")
    def head(query):
        return Calendar.from_ical(server.get("/v1/events?format=ics&from=2027-08-01&to=2027-08-01&" + query).body)
    names = {query: str(head(query)["name"]) for query in ("", f"hub={HUB}", f"hub={HUB}&lang=cy", "lang=cy")}
    hub = server.get(f"/v1/hubs/{HUB}").json["name"]
    assert names == {"": "SCiP Alliance · Events", f"hub={HUB}": f"{hub} · Events", f"hub={HUB}&lang=cy": f"{hub} · Digwyddiadau", "lang=cy": "SCiP Alliance · Digwyddiadau"}
    feed = head(f"hub={HUB}")
    assert str(feed["x-wr-calname"]) == str(feed["name"]) and feed["refresh-interval"].params["value"] == "DURATION"
    assert str(feed["refresh-interval"]) == str(feed["x-published-ttl"]) == "PT6H" or feed.decoded("refresh-interval") == datetime.timedelta(hours=6)
    event = feed.walk("VEVENT")[0]
    assert str(event["location"]) == "Hall, Online" and event["conference"].params["value"] == "URI" and str(event["conference"]) == "https://events.example/a,b;c?d=e"
    assert b"SCiP Alliance API" not in server.get(f"/v1/events?format=ics&hub={HUB}").body
    single = server.get("/v1/events/events-named?format=ics").body
    assert b"CALNAME" not in single and Calendar.from_ical(single).walk("VEVENT")
    programme = server.get("/v1/programmes").json["items"][0]
    answer = server.get(f"/v1/events?format=ics&programme={programme['slug']}").body
    assert answer.count(b"BEGIN:VEVENT") == 0 or programme["name"].encode() in answer.replace(b"\r\n ", b"")
    assert Calendar.from_ical(server.get("/v1/events?format=ics&from=9999-01-01").body).walk("VEVENT") == []


def test_the_night_the_clocks_go_back(server, central):
    """01:00 to 02:00 of 31 October 2027 comes twice: what begins or ends there is the instant that it is (RFC 5545, section 3.3.5)."""
    hours = {f"{start:%d-%H%M}-{minutes}": (start, start + datetime.timedelta(minutes=minutes))
             for start in (datetime.datetime(2027, 10, 30, 23, 30) + datetime.timedelta(minutes=30 * n) for n in range(7)) for minutes in (30, 90)}
    for name, (start, end) in hours.items():
        published(server, central, "night-" + name, title=name, starts_on=None, starts_at=f"{start:%Y-%m-%dT%H:%M:%SZ}", ends_at=f"{end:%Y-%m-%dT%H:%M:%SZ}")
    feed = calendar(server, f"hub={HUB}&from=2027-10-30&to=2027-11-01")
    utc = lambda moment: moment.astimezone(datetime.timezone.utc).replace(tzinfo=None)
    for name, (start, end) in hours.items():
        event = feed[name]
        begins = event.decoded("dtstart")
        ends = event.decoded("dtend") if "dtend" in event else utc(begins) + event.decoded("duration")
        assert (utc(begins), ends if ends.tzinfo is None else utc(ends)) == (start, end), (name, event.to_ical())
        assert ("dtend" in event) != ("duration" in event)


def test_welsh_where_there_is_some(server, central):
    both = published(server, central, "cymraeg", title="Annual gathering", title_cy="Cynulliad blynyddol ŵyl", description="In Cardiff.", description_cy="Yng Nghaerdydd.",
                     hub=None, nation="GB-WLS", starts_on="2027-04-01")
    title_only = published(server, central, "hanner", title="Half", title_cy="Hanner", description="Not translated", hub=None, starts_on="2027-04-02")
    none = published(server, central, "saesneg", title="English alone", hub=None, starts_on="2027-04-03")
    show = lambda path, lang: [server.get(f"{path}?lang={lang}").json[key] for key in ("title", "language", "description", "description_language")]
    assert show(both, "cy") == ["Cynulliad blynyddol ŵyl", "cy", "Yng Nghaerdydd.", "cy"]
    assert show(both, "en") == ["Annual gathering", "en", "In Cardiff.", "en"] and server.get(both).json["title_cy"] == "Cynulliad blynyddol ŵyl"
    assert show(title_only, "cy") == ["Hanner", "cy", "Not translated", "en"]
    assert show(none, "cy") == ["English alone", "en", None, None], "the fallback says so"
    feed = calendar(server, "from=2027-04-01&to=2027-04-03&lang=cy")
    assert set(feed) == {"Cynulliad blynyddol ŵyl", "Hanner", "English alone"}
    assert str(feed["Cynulliad blynyddol ŵyl"]["description"]) == "Yng Nghaerdydd."
    assert set(calendar(server, "from=2027-04-01&to=2027-04-03")) == {"Annual gathering", "Half", "English alone"}
    assert [row["slug"] for row in server.get("/v1/events?q=WYL").json["items"]] == ["events-cymraeg"], "found in either language, without accents"
    assert server.get(both + "?lang=fr").status == 400


def test_held_on_its_day_and_not_before(server, central):
    for days, status in ((-1, 200), (0, 200), (1, 409)):
        path = published(server, central, f"edge{days}".replace("-", "minus"), starts_on=day(days))
        answer = post(server, central, path + "/held", {})
        assert answer.status == status, answer.text
        assert status == 200 or problem(answer) == (409, "event-not-yet-held")
    now = datetime.datetime.now(LONDON)
    first = now.replace(hour=0, minute=0, second=0, microsecond=0)
    tomorrow = (first + datetime.timedelta(1, hours=2)).replace(hour=0)
    for name, instant, status in (("first", first, 200), ("tomorrow", tomorrow, 409)):
        path = published(server, central, "edge-" + name, starts_on=None, starts_at=instant.astimezone(datetime.timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ"))
        assert post(server, central, path + "/held").status == status, name
    month = published(server, central, "edge-month", starts_on=day()[:7])
    assert post(server, central, month + "/held").status == 200, "it has begun, as far as is known"
    assert problem(post(server, central, "/v1/events/events-nowhere/held"))[0] == 404


def test_imported_ones_are_the_central_teams_to_settle(server, cluster, lead, central):
    names = {"published": "publication", "held": "held", "cancelled": "cancellation"}
    for status, action in names.items():
        slug = f"events-imported-{status}"
        cluster.psql(f"""INSERT INTO scip.event (slug, title, title_source, kind, starts, status, hub_id, sources, confidence)
            SELECT '{slug}', 'Imported {status}', 'described', 'conference', '2020', 'unknown', id, '{{test}}', 'low' FROM scip.hub WHERE slug = '{HUB}'""", "scip_migrator")
        assert problem(post(server, lead, f"/v1/events/{slug}/{action}")) == (403, "only-the-central-team")
        settled = post(server, central, f"/v1/events/{slug}/{action}")
        assert (settled.status, settled.json["status"], settled.json["starts_on"]) == (200, status, "2020"), settled.text


def test_drafts_are_deleted_and_others_are_not(server, lead, central):
    path = draft(server, lead, "thrown")
    tag = get(server, lead, "/v1/events/events-thrown").headers["ETag"]
    assert patch(server, lead, path, {"capacity": 5}).status == 200
    assert problem(server.send("DELETE", path, token=lead, if_match=tag))[0] == 412
    assert server.send("DELETE", path, token=lead).status == 428
    assert server.send("DELETE", path + "?dry_run=true", token=lead, if_match="*").status == 204
    assert server.send("DELETE", path, token=lead, if_match="*").status == 204
    assert server.send("DELETE", path, token=lead, if_match="*").status == 404
    assert get(server, central, "/v1/events/events-thrown").status == 404


def test_only_of_the_own_hub(server, lead, neighbour, member, central, cluster):
    body = {"title": "Ours", "kind": "webinar", "starts_on": day(9)}
    for hub in ({"hub": "london-hub"}, {"hub": None}, {}):
        assert problem(put(server, lead, "/v1/events/events-ours", {**body, **hub})) == (403, "forbidden"), hub
    assert problem(put(server, lead, "/v1/events/events-ours", {**body, "hub": "no-such"})) == (422, "reference-not-found")
    for name, value in (("organiser", "no-such"), ("programme", "no-such")):
        assert problem(put(server, lead, "/v1/events/events-ours", {**body, "hub": HUB, name: value}))[0] == 422
        assert problem(patch(server, central, published(server, central, "no-such-" + name), {name: value}))[0] == 422
    for token in (member, cluster.token(server, "partner", organisation="edinburgh-napier-university"), cluster.token(server, "website")):
        assert problem(put(server, token, "/v1/events/events-ours", {**body, "hub": HUB})) == (403, "role-needed")
    assert put(server, None, "/v1/events/events-ours", {**body, "hub": HUB}).status == 401
    path = published(server, lead, "ours")
    for method, address, value in (("PATCH", path, {"title": "Theirs"}), ("POST", path + "/cancellation", {}), ("POST", path + "/held", {}), ("POST", path + "/publication", None)):
        assert problem(server.send(method, address, value, token=neighbour, if_match="*" if method == "PATCH" else None)) == (403, "forbidden"), "one that all may see"
    assert problem(server.send("DELETE", path, token=neighbour, if_match="*"))[0] == 403
    assert problem(patch(server, lead, path, {"hub": "london-hub"})) == (403, "forbidden"), "not to be given away"
    assert problem(patch(server, lead, path, {"hub": None})) == (403, "forbidden")
    given = patch(server, central, path, {"hub": "london-hub"})
    assert given.json["hub"]["slug"] == "london-hub" and problem(patch(server, lead, path, {"title": "x"})) == (403, "forbidden")
    assert patch(server, neighbour, path, {"title": "Now ours"}).json["title"] == "Now ours"
    assert get(server, lead, "/v1/events/events-ours").json["title"] == "Now ours", "what all see, in this form too"
    for action in ("publication", "cancellation", "held"):
        assert post(server, lead, f"/v1/events/events-nowhere/{action}").status == 404
    assert patch(server, lead, "/v1/events/events-nowhere", {"title": "x"}).status == 404 and get(server, lead, "/v1/events?status=draft&hub=events-nowhere").json["items"] == []
    own = draft(server, central, "centrals", hub=None)
    draft(server, lead, "second")
    assert get(server, lead, own).status == 404, "a draft without a Hub is the central team's"
    pages = get(server, central, "/v1/events?status=draft&limit=1").json
    assert pages["next"] and get(server, central, f"/v1/events?status=draft&limit=1&cursor={pages['next']}").json["items"] != pages["items"]


def test_outreach_numbers_are_the_hubs_and_the_central_teams(server, lead, member, neighbour, central, cluster):
    path = published(server, lead, "outreach", kind="creative_forces", starts_on=day(-1), programme="creative-forces")
    numbers = path + "/outreach"
    body = {"interventions": 3, "young_people": 47}
    assert problem(put(server, lead, numbers, body)) == (409, "event-not-held")
    assert post(server, lead, path + "/held").status == 200
    assert get(server, lead, numbers).status == 404, "none given yet"
    made = put(server, lead, numbers, body)
    assert made.status == 201, made.text
    assert made.headers["Location"] == numbers == made.json["href"]
    assert {key: made.json[key] for key in body} == body and made.json["event"]["slug"] == "events-outreach"
    assert problem(put(server, lead, numbers, body))[0] == 412
    for token in (lead, member, central):
        shown = get(server, token, numbers)
        assert shown.json == made.json and shown.headers["Cache-Control"] == "private, no-store"
        assert get(server, token, numbers, If_None_Match=shown.headers["ETag"]).status == 304
    other_member = cluster.token(server, "hub_member", hub="london-hub")
    for token in (neighbour, other_member):
        assert get(server, token, numbers).status == 404
    assert put(server, neighbour, numbers, body).status == patch(server, neighbour, numbers, {"young_people": 1}).status == 404
    assert server.send("DELETE", numbers, token=neighbour, if_match="*").status == 404
    for token in (cluster.token(server, "analyst"), cluster.token(server, "group_member", group="board"), cluster.token(server, "website")):
        assert problem(get(server, token, numbers)) == (403, "role-needed")
    assert problem(patch(server, member, numbers, {"young_people": 1})) == (403, "role-needed")
    assert get(server, None, numbers).status == 401
    changed = patch(server, lead, numbers, {"young_people": 48}, made.headers["ETag"])
    assert (changed.status, changed.json["young_people"], changed.json["interventions"]) == (200, 48, 3)
    assert problem(patch(server, central, numbers, {"interventions": 4}, made.headers["ETag"]))[0] == 412
    assert post(server, central, path + "/reopening", {"reason": "Marked as held too early."}).status == 200
    assert problem(patch(server, central, numbers, {"interventions": 4})) == (409, "event-not-held"), "numbers of what was held alone"
    assert post(server, central, path + "/held").status == 200
    for wrong in ({"young_people": -1}, {"young_people": 1.5}, {"young_people": None}, {"names": "x"}, {}):
        assert patch(server, lead, numbers, wrong).status == 400, wrong
    for public in (path, "/v1/events?format=ndjson", f"/v1/events?hub={HUB}&format=csv", f"/v1/events?hub={HUB}&format=ics"):
        text = server.get(public).text
        assert "young_people" not in text and "interventions" not in text
    assert server.send("DELETE", numbers, token=central, if_match=made.headers["ETag"]).status == 412
    assert server.send("DELETE", numbers, token=central, if_match="*").status == 204
    assert server.send("DELETE", numbers, token=central, if_match="*").status == get(server, central, numbers).status == 404
    assert put(server, central, "/v1/events/events-nowhere/outreach", body).status == 404
    assert patch(server, central, "/v1/events/events-nowhere/outreach", {"young_people": 1}).status == 404


def test_outreach_is_entered_once(server, lead, central, cluster):
    """As an activity or with the event, in either order, and whatever is changed afterwards; also when both come at once."""
    activities = f"/v1/hubs/{HUB}/activities"
    body = {"interventions": 2, "young_people": 20}
    def event(slug, days, **more):
        path = published(server, lead, slug, kind="creative_forces", starts_on=day(-days), **more)
        assert post(server, lead, path + "/held").status == 200
        return path
    def activity(days, **more):
        return post(server, lead, activities, {"kind": "outreach", "title": "Once", "held_on": day(-days), "young_people": 20, **more} if "young_people" not in more or more["young_people"] else {"kind": "outreach", "title": "Once", "held_on": day(-days)})
    first = event("single", 40, programme="creative-forces")
    assert put(server, lead, first + "/outreach", body).status == 201
    for more in ({}, {"programme": "creative-forces"}, {"young_people": 5, "interventions": 1}):
        assert problem(activity(40, **more)) == (409, "outreach-entered-twice"), more
    other = activity(40, programme="festival-of-friends")
    assert other.status == 201 and activity(41).status == 201, "of another programme, or another day"
    assert problem(patch(server, lead, other.json["href"], {"programme": "creative-forces"})) == (409, "outreach-entered-twice")
    words = activity(40, young_people=None)
    assert words.status == 201, "without numbers nothing counts twice"
    assert problem(patch(server, lead, words.json["href"], {"young_people": 1})) == (409, "outreach-entered-twice")
    assert problem(put(server, lead, event("single-more", 41) + "/outreach", body)) == (409, "outreach-entered-twice")
    assert problem(patch(server, central, first, {"starts_on": day(-41)})) == (409, "outreach-entered-twice")
    moved = {"title": "Single", "kind": "creative_forces", "starts_on": day(-41), "hub": HUB, "programme": "creative-forces", "sources": ["x"], "confidence": "low"}
    assert problem(server.send("PUT", first, moved, token=central, if_match="*")) == (409, "outreach-entered-twice")
    assert server.send("DELETE", first + "/outreach", token=lead, if_match="*").status == 204
    assert activity(40).status == 201
    for days in range(50, 56):
        path, answers = event(f"single-{days}", days), []
        threads = [threading.Thread(target=lambda do=do: answers.append(do().status)) for do in (
            lambda: put(server, lead, path + "/outreach", body), lambda: activity(days), lambda: activity(days))]
        [thread.start() for thread in threads]
        [thread.join() for thread in threads]
        assert sorted(answers) in ([201, 201, 409], [201, 409, 409]), answers
        kept = cluster.psql(f"SELECT (SELECT count(*) FROM scip.activity WHERE title = 'Once' AND held_on = '{day(-days)}') || ' ' || "
                            f"(SELECT count(*) FROM scip.event_outreach o JOIN scip.event e ON e.id = o.event_id WHERE e.slug = 'events-single-{days}')").strip()
        assert kept in ("2 0", "0 1"), kept
    cluster.psql("DELETE FROM scip.activity WHERE title = 'Once'")


def test_programmes_hold_events(server, central, lead):
    start = {row["slug"]: row for row in server.get("/v1/programmes").json["items"]}
    assert {"creative-forces", "festival-of-friends"} <= set(start)
    friends = server.get("/v1/events?programme=festival-of-friends&limit=200").json["items"]
    assert len(friends) >= 5 and {row["programme"]["name"] for row in friends} == {"Festival of Friends"}
    assert {row["kind"] for row in friends} == {"festival_of_friends"}
    body = {"name": "Pen friends", "name_cy": "Ffrindiau gohebol", "summary": "Letters between schools", "url": "https://www.example.org/pen", **FROM}
    made = put(server, central, "/v1/programmes/events-pen", body)
    assert (made.status, made.headers["Location"]) == (201, "/v1/programmes/events-pen"), made.text
    assert problem(put(server, central, "/v1/programmes/events-pen", body))[0] == 412
    assert problem(put(server, lead, "/v1/programmes/events-pen", body)) == (403, "role-needed")
    welsh = server.get("/v1/programmes/events-pen?lang=cy").json
    assert [welsh[key] for key in ("name", "language", "summary", "summary_language")] == ["Ffrindiau gohebol", "cy", "Letters between schools", "en"]
    assert patch(server, central, "/v1/programmes/events-pen", {"summary_cy": "Llythyrau"}, made.headers["ETag"]).json["summary_cy"] == "Llythyrau"
    assert problem(patch(server, central, "/v1/programmes/events-pen", {"name": "x"}, made.headers["ETag"]))[0] == 412
    path = published(server, lead, "pen", programme="events-pen")
    assert server.get(path + "?lang=cy").json["programme"]["name"] == "Ffrindiau gohebol"
    assert "Event pen" in calendar(server, "programme=events-pen")
    assert problem(server.send("DELETE", "/v1/programmes/events-pen", token=central, if_match="*"))[0] == 409, "it holds an event"
    assert patch(server, lead, path, {"programme": None}).json["programme"] is None
    assert server.send("DELETE", "/v1/programmes/events-pen", token=central, if_match=made.headers["ETag"]).status == 412
    assert server.send("DELETE", "/v1/programmes/events-pen", token=central, if_match="*").status == 204
    for answer in (server.get("/v1/programmes/events-pen"), patch(server, central, "/v1/programmes/events-pen", {"name": "x"}),
                   server.send("DELETE", "/v1/programmes/events-pen", token=central, if_match="*")):
        assert answer.status == 404
    first = server.get("/v1/programmes?limit=1").json
    assert first["items"][0]["slug"] == "creative-forces" and server.get(f"/v1/programmes?limit=1&cursor={first['next']}").json["items"][0]["slug"] == "festival-of-friends"
    assert problem(put(server, central, "/v1/programmes/events-blank", {**body, "name": " "}))[0] == 422
    assert problem(patch(server, central, "/v1/programmes/creative-forces", {"name": " "}))[0] == 422


@pytest.fixture(scope="module")
def programme(server, central):
    made = put(server, central, "/v1/programmes/events-forces", {"name": "Events Forces", **FROM})
    assert made.status == 201, made.text
    return made.json["href"]


def test_hubs_and_organisations_take_part_in_a_programme(server, central, lead, neighbour, programme):
    people = programme + "/participants"
    made = post(server, lead, people, {"hub": HUB, "from": day(-400), "to": day(-200), "note": "A day each term"})
    assert (made.status, made.json["hub"]["slug"], made.json["organisation"], made.json["programme"]["slug"]) == (201, HUB, None, "events-forces"), made.text
    assert made.headers["Location"] == made.json["href"] and server.get(made.json["href"]).json == made.json
    assert server.get(made.json["href"], If_None_Match=made.headers["ETag"]).status == 304
    assert problem(post(server, lead, people, {"hub": HUB, "from": day(-200)})) == (409, "overlaps"), "until that day"
    again = post(server, lead, people, {"hub": HUB, "from": day(-199)})
    assert (again.status, again.json["to"], again.json["note"]) == (201, None, None)
    assert problem(patch(server, lead, made.json["href"], {"to": day(-199)})) == (409, "overlaps")
    assert post(server, central, people, {"organisation": "university-of-winchester"}).json["from"] == day()
    listed = lambda query="": [(one["hub"] or one["organisation"])["slug"] for one in server.get(people + query).json["items"]]
    assert listed() == [HUB, HUB, "university-of-winchester"] and listed("?sort=-date&limit=1") == ["university-of-winchester"]
    assert listed(f"?hub={HUB}&as_of={day(-300)}") == [HUB] and listed("?organisation=university-of-winchester") == ["university-of-winchester"] and listed(f"?as_of={day(-500)}") == []
    programmes = lambda query: [one["slug"] for one in server.get("/v1/programmes?" + query).json["items"]]
    assert programmes(f"hub={HUB}") == programmes("organisation=university-of-winchester") == ["events-forces"] and programmes("hub=london-hub") == []

    # Each Hub Lead for their own Hub; one of the two, and dates in order.
    assert problem(post(server, lead, people, {"hub": "london-hub"})) == problem(post(server, lead, people, {"organisation": "university-of-winchester"})) == (403, "forbidden")
    assert patch(server, neighbour, made.json["href"], {"note": "x"}).status == server.send("DELETE", made.json["href"], token=neighbour, if_match="*").status == 403
    for body in ({}, {"hub": HUB, "organisation": "university-of-winchester"}):
        assert problem(post(server, central, people, body)) == (422, "values-exclude-each-other"), body
    assert problem(post(server, central, people, {"hub": "london-hub", "from": day(2), "to": day(1)})) == (422, "to-before-from")
    assert problem(post(server, central, people, {"hub": "no-such"})) == (422, "reference-not-found")
    assert problem(patch(server, lead, made.json["href"], {"note": " "})) == (422, "text-blank")
    assert patch(server, lead, made.json["href"], {"hub": "london-hub"}).status == 400, "it stays whose it is"
    assert patch(server, central, made.json["href"], {"note": "Two days"}, made.headers["ETag"]).json["note"] == "Two days"
    assert patch(server, central, made.json["href"], {"note": "x"}, made.headers["ETag"]).status == 412
    for nowhere in ("/v1/programmes/events-none/participants", people + "/0192f0c1-2d3e-7f40-8a5b-6c7d8e9f0a1b"):
        assert server.get(nowhere).status == 404
    assert post(server, central, "/v1/programmes/events-none/participants", {"hub": HUB}).status == 404
    assert problem(server.send("DELETE", programme, token=central, if_match="*"))[0] == 409, "somebody takes part"

    # Nobody takes part twice at once, in whatever order they come.
    for turn in range(4):
        answers = together(*[lambda token=token: post(server, token, people, {"hub": "london-hub", "from": day(turn)}) for token in (neighbour, central) * 2])
        assert sorted(answer.status for answer in answers) == [201, 409, 409, 409], [answer.text for answer in answers]
        one = next(answer.json["href"] for answer in answers if answer.status == 201)
        assert server.send("DELETE", one, token=neighbour, if_match="*").status == 204 and server.get(one).status == 404


def test_a_programme_is_evaluated(server, central, lead, programme, cluster):
    """Year by year; a draft is the central team's until it is published, with the figures of the year beside it."""
    path, body = programme + "/evaluations/2018-19", {"summary": "More ideas of what to study", "summary_cy": "Mwy o syniadau"}
    assert problem(put(server, lead, path, body)) == (403, "role-needed")
    assert problem(put(server, central, path, {"summary": " "})) == (422, "text-blank")
    made = put(server, central, path, body)
    assert made.status == 201, made.text
    assert (made.headers["Location"], made.json["published_at"]) == (path, None)
    assert (made.json["from"], made.json["to"], made.json["document"]) == ("2018-09-01", "2019-08-31", None)
    assert put(server, central, path, body).status == 412
    assert server.get(path).status == get(server, lead, path).status == 404 and server.get(programme + "/evaluations").json["items"] == []
    assert [one["year"] for one in get(server, central, programme + "/evaluations").json["items"]] == ["2018-19"]
    document = get(server, central, "/v1/documents?limit=1").json["items"][0]["slug"]
    assert patch(server, central, path, {"document": document}, made.headers["ETag"]).json["document"]["slug"] == document
    assert patch(server, central, path, {"document": None}, made.headers["ETag"]).status == 412
    assert problem(patch(server, central, path, {"document": "no-such"})) == (422, "reference-not-found")
    assert problem(patch(server, central, path, {"summary": " "})) == (422, "text-blank")
    for people, days in (({"hub": "london-hub"}, ("2017-09-01", "2018-09-01")), ({"hub": HUB}, ("2019-08-31", "2019-09-30")), ({"hub": "wales-hub"}, ("2019-09-01", "2020-08-31")),
                         ({"organisation": "university-of-winchester"}, ("2018-10-01", "2018-12-31"))):
        assert post(server, central, programme + "/participants", {**people, "from": days[0], "to": days[1]}).status == 201, people
    for slug, days in (("forces-in", {"starts_on": "2018-10-10"}), ("forces-over", {"starts_on": "2019-08-30", "ends_on": "2019-09-02"}), ("forces-month", {"starts_on": "2019-05"}),
                       ("forces-year", {"starts_on": "2019"})):
        event = published(server, central, slug, kind="creative_forces", hub=None, programme="events-forces", **days)
        assert post(server, central, event + "/held").status == 200
    published(server, central, "forces-never", kind="creative_forces", hub=None, programme="events-forces", starts_on="2018-11-11")
    now = post(server, central, path + "/publication")
    assert now.status == 200 and now.json["published_at"], now.text
    assert post(server, central, path + "/publication").json["published_at"] == now.json["published_at"], "once"
    shown = server.get(path)
    assert shown.json["published_at"] == now.json["published_at"] and server.get(path, If_None_Match=shown.headers["ETag"]).status == 304
    assert [now.json[name] for name in ("hubs", "organisations", "events", "interventions", "interventions_status")] == [2, 1, 2, None, "not_available"]
    assert [one["year"] for one in server.get(programme + "/evaluations").json["items"]] == ["2018-19"]
    today = datetime.datetime.now(LONDON).date()
    this = f"{today.year - (today.month < 9)}-{(today.year + (today.month > 8)) % 100:02}"
    assert put(server, central, f"{programme}/evaluations/{this}", body).status == 201, "begun while the year goes on"
    assert problem(post(server, central, f"{programme}/evaluations/{this}/publication")) == (409, "year-not-over")
    assert server.send("PUT", path, {"summary": "Less"}, token=central, if_match="*").json["summary_cy"] is None
    for nowhere in (programme + "/evaluations/2017-18", "/v1/programmes/events-none/evaluations/2018-19", "/v1/programmes/events-none/evaluations"):
        assert get(server, central, nowhere).status == 404, nowhere
    assert put(server, central, "/v1/programmes/events-none/evaluations/2018-19", body).status == 404 and get(server, central, programme + "/evaluations/2018").status == 400
    assert post(server, central, programme + "/evaluations/2017-18/publication").status == 404
    assert problem(server.send("DELETE", path, token=lead, if_match="*")) == (403, "role-needed")
    assert server.send("DELETE", path, token=central, if_match="*").status == 204 and get(server, central, path).status == 404


def test_each_filter_subscribes(server):
    """What the filters of the list give, the feed of the same filters gives."""
    for query in (f"hub={HUB}", "kind=conference", "nation=GB-WLS", "programme=creative-forces", "status=held", "q=festival", "from=2020-01-01&to=2024-12-31"):
        rows = server.get(f"/v1/events?limit=200&{query}").json["items"]
        assert rows and set(calendar(server, query)) == {row["title"] for row in rows if row["starts_precision"] == "day"}, query
    assert {row["status"] for row in server.get("/v1/events?limit=200&status=unknown").json["items"]} == {"unknown"}
    assert server.get("/v1/events?status=draft").json["items"] == []
    misspelt = server.get("/v1/events?kind=confrence")
    assert misspelt.status == 400 and misspelt.json["errors"][0]["detail"].startswith("is not one of: awards, conference, ")
    single = Calendar.from_ical(server.get("/v1/events/annual-conference-2024?format=ics").body).walk("VEVENT")
    assert [str(event["summary"]) for event in single] == ["SCiP Alliance Annual Conference 2024: Inspiring Impact"]


@pytest.mark.parametrize("round_", range(3))
def test_published_and_cancelled_at_once(server, lead, central, round_):
    path = draft(server, lead, f"race-{round_}")
    answers = together(*[lambda action=action, token=token: post(server, token, f"{path}/{action}")
                         for token in (lead, central) for action in ("publication", "cancellation") * 2])
    assert {answer.status for answer in answers} <= {200, 409}
    done = Counter(answer.json["status"] for answer in answers if answer.status == 200)
    assert done["published"] == 1 and done["cancelled"] <= 1, "each once"
    assert server.get(path).json["status"] == ("cancelled" if done["cancelled"] else "published")


@pytest.mark.parametrize("round_", range(3))
def test_held_and_cancelled_at_once(server, lead, central, round_):
    path = published(server, lead, f"fate-{round_}", starts_on=day())
    answers = together(*[lambda action=action: post(server, central, f"{path}/{action}") for action in ("held", "cancellation") * 4])
    assert sorted(answer.status for answer in answers) == [200] + [409] * 7
    assert {problem(answer) for answer in answers if answer.status == 409} == {(409, "event-transition")}


def test_two_patches_of_one_state(server, lead, central):
    path = published(server, lead, "patched")
    tag = server.get(path).headers["ETag"]
    answers = together(*[lambda n=n: patch(server, (lead, central)[n % 2], path, {"venue": f"Room {n}"}, tag) for n in range(8)])
    assert Counter(answer.status for answer in answers) == {200: 1, 412: 7}
    winner = next(answer.json["venue"] for answer in answers if answer.status == 200)
    assert server.get(path).json["venue"] == winner and int(calendar(server, f"hub={HUB}")["Event patched"]["sequence"]) == 1


def test_one_slug_is_made_once(server, lead, neighbour):
    answers = together(*[lambda n=n: put(server, (lead, neighbour)[n % 2], "/v1/events/events-once", {"title": "Once", "kind": "webinar", "hub": (HUB, "london-hub")[n % 2]})
                         for n in range(8)])
    assert Counter(answer.status for answer in answers) == {201: 1, 412: 7}
