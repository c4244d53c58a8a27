"""What website, partner and analyst ask, and what they must get."""
import csv
import io
import json
import time

import pytest
from harness import encode

LISTS = ["hubs", "organisations", "regions", "events", "documents", "news", "groups", "toolkit/principles", "toolkit/facts",
         "strategies", "headline-figures", "policy-contributions"]


def items(server, target):
    response = server.get(target)
    assert response.status == 200, response.text
    return response.json["items"]


@pytest.mark.parametrize("name", LISTS)
def test_every_list_and_single(server, name):
    rows = items(server, f"/v1/{name}?limit=200")
    assert rows
    for row in rows[:5]:
        assert row["sources"]
        if "href" in row:
            single = server.get(row["href"])
            assert single.status == 200
            assert single.json == row


@pytest.mark.parametrize("name", LISTS)
def test_all_formats_agree(server, name):
    rows = items(server, f"/v1/{name}?limit=200")
    table = list(csv.DictReader(io.StringIO(server.get(f"/v1/{name}?format=csv").text, newline="")))
    lines = [json.loads(line) for line in server.get(f"/v1/{name}?format=ndjson").text.splitlines()]
    assert [row["slug"] for row in rows] == [row["slug"] for row in table] == [row["slug"] for row in lines]
    assert lines == rows
    assert list(table[0]) == [name for name in rows[0] if name != "page"]


def test_a_spreadsheet_knows_the_letters(server):
    """By a link a list comes with a byte order mark, by which Excel recognises UTF-8; by Accept, as programs ask, without one. All else is the same."""
    assert "Content-Disposition" not in server.get("/v1/hubs?format=csv&nation=x").headers
    for path in ("/v1/hubs", "/v1/organisations", "/v1/metrics", "/v1/events?from=9999-01-01", "/v1/metrics/hubs/values?period=2023-24"):
        link = server.get(path + ("&" if "?" in path else "?") + "format=csv")
        program = server.get(path, Accept="text/csv")
        assert link.body == b"\xef\xbb\xbf" + program.body and program.body[:3] != b"\xef\xbb\xbf", path
        assert link.headers["Content-Type"] == program.headers["Content-Type"] == "text/csv; charset=utf-8"
        assert link.headers["ETag"] and int(link.headers["Content-Length"]) == len(link.body) == int(program.headers["Content-Length"]) + 3
        named = f'attachment; filename="{path.removeprefix("/v1/").partition("?")[0].replace("/", "-")}.csv"'
        assert link.headers["Content-Disposition"] == named and "Content-Disposition" not in program.headers, "and has a name to be kept by"
        again = server.get(path + ("&" if "?" in path else "?") + "format=csv")
        assert again.headers["Content-Disposition"] == named
        assert again.body == link.body and server.get(path, Accept="text/csv").body == program.body, "kept answers too"
        rows = list(csv.DictReader(io.StringIO(link.body.decode("utf-8-sig"))))
        assert rows == list(csv.DictReader(io.StringIO(program.body.decode())))
    assert server.get("/v1/hubs?format=json").body == server.get("/v1/hubs").body


@pytest.mark.parametrize("name", LISTS)
def test_paging_gives_everything_once(server, name):
    everything = [row["slug"] for row in items(server, f"/v1/{name}?limit=200")]
    seen, target = [], f"/v1/{name}?limit=3"
    while target:
        response = server.get(target)
        seen += [row["slug"] for row in response.json["items"]]
        following = response.json["next"]
        assert (following is None) == ("Link" not in response.headers)
        if following:
            link = response.headers["Link"]
            assert link.startswith("<") and link.endswith('>; rel="next"') and following in link
            assert len(response.json["items"]) == 3
        target = following and f"/v1/{name}?limit=3&cursor={following}"
    assert seen == everything


def test_hub_filters(server):
    def slugs(query):
        return {row["slug"] for row in items(server, f"/v1/hubs?{query}")}
    assert slugs("nation=GB-SCT") == {"scotland-hub"}
    assert slugs("nation=GB-WLS") == {"wales-hub"}
    assert slugs("region=E12000008") == slugs("region=south-east") == {"south-east-hub"}
    assert "london-hub" in slugs("status=unknown") and "london-hub" not in slugs("status=active")
    assert slugs("lead=kings-college-london") == {"london-hub"}
    assert slugs("q=CYMRU") == {"wales-hub"}
    assert slugs("q=lincolnshire") == {"lincolnshire-and-east-midlands-hub"}, "former names count"
    assert slugs("status=closed") == set()
    names = [row["name"] for row in items(server, "/v1/hubs?sort=-name")]
    assert names == sorted(names, key=str.lower, reverse=True)
    launched = [row["launched_on"] or "9999" for row in items(server, "/v1/hubs?sort=launched")]
    assert launched == sorted(launched)


def test_hub_leads(server):
    hub = server.get("/v1/hubs/scotland-hub").json
    assert hub["current_leads"] == [], "an import without dates is last known, not current"
    assert {lead["slug"] for lead in hub["last_known_leads"]} == {"edinburgh-napier-university", "forces-children-scotland"}
    assert all(lead["evidence_on"] == "2024-09" for lead in hub["last_known_leads"])
    assert [lead["slug"] for lead in hub["former_leads"]] == ["heriot-watt-university"]
    organisation = server.get("/v1/organisations/edinburgh-napier-university").json
    assert [(led["slug"], led["status"]) for led in organisation["hubs_led"]] == [("scotland-hub", "last_known")]


def test_current_leads_follow_the_calendar(server, cluster):
    try:
        cluster.psql("""
          INSERT INTO scip.hub_lead (hub_id, organisation_id, evidence_kind, period, sources, confidence)
          SELECT h.id, o.id, 'dated', daterange('2020-01-01', NULL), '{test}', 'high'
          FROM scip.hub h, scip.organisation o WHERE h.slug = 'south-east-hub' AND o.slug = 'ucas'""")
        hub = server.get("/v1/hubs/south-east-hub").json
        assert [(lead["slug"], lead["from"]) for lead in hub["current_leads"]] == [("ucas", "2020-01-01")]
        led = server.get("/v1/organisations/ucas").json["hubs_led"]
        assert [(hub["slug"], hub["status"]) for hub in led] == [("south-east-hub", "current")]
    finally:
        cluster.psql("""SET session_replication_role = replica; DELETE FROM scip.hub_lead WHERE sources = '{test}'""")


def test_organisation_filters(server):
    def slugs(query):
        return {row["slug"] for row in items(server, f"/v1/organisations?limit=200&{query}")}
    assert slugs("identifier=GB-UKPRN-10003614") == {"university-of-winchester"}
    assert slugs("q=" + encode("king's")) == slugs("q=KING%27S") == {"kings-college-london"}
    assert slugs("q=usw") == {"university-of-south-wales"}
    assert "ministry-of-defence" in slugs("partner_role=national_partner")
    assert "reaseheath-college" in slugs("sector=fe")
    assert "heriot-watt-university" in slugs("nation=GB-SCT") and "ucas" not in slugs("nation=GB-SCT")
    assert all(row["sectors"] for row in items(server, "/v1/organisations?sector=he"))


def test_partners_of_today_and_former_ones(server, cluster):
    """A role that has ended, or is to begin, makes nobody a partner; nor does a category of another time."""
    def slugs(query):
        return {row["slug"] for row in items(server, f"/v1/organisations?limit=200&{query}")} & {"ucas", "ofsted", "ministry-of-defence", "reaseheath-college", "university-of-winchester"}
    clear = "DELETE FROM scip.organisation_partnership WHERE description = 'partners test'; DELETE FROM scip.organisation_sector WHERE (sector, kind) = ('careers', 'childcare_provider')"
    before = {query: slugs(query + "&sort=-name") for query in ("partner_role=venue", "partner_status=current", "partner_status=former", "sector=careers")}
    try:
        cluster.psql("INSERT INTO scip.organisation_partnership (organisation_id, role, starts, ends, description) SELECT o.id, v.role, v.starts, v.ends, 'partners test' "
                     "FROM (VALUES ('ucas', 'venue', NULL, (scip.today() - 1)::text), ('ofsted', 'venue', '2015', to_char(scip.today(), 'YYYY')), "
                     "('reaseheath-college', 'venue', (scip.today() + 1)::text, NULL), ('reaseheath-college', 'adviser', '2010', '2012-05'), "
                     "('ministry-of-defence', 'venue', NULL, '2011')) v (slug, role, starts, ends) JOIN scip.organisation o USING (slug); "
                     "INSERT INTO scip.organisation_sector (organisation_id, sector, kind, starts, ends) SELECT o.id, 'careers', 'childcare_provider', v.starts, v.ends "
                     "FROM (VALUES ('ofsted', '2015', '2016'), ('ministry-of-defence', '2015', '2999')) v (slug, starts, ends) JOIN scip.organisation o USING (slug)")
        assert slugs("partner_role=venue") - before["partner_role=venue"] == {"ofsted"}
        assert "ucas" in slugs("partner_role=venue&partner_status=former") and "ofsted" not in slugs("partner_role=venue&partner_status=former")
        assert "ministry-of-defence" in slugs("partner_role=venue&partner_status=former"), "of that role, whatever it is besides"
        assert slugs("partner_status=current") >= before["partner_status=current"] | {"ofsted", "ministry-of-defence"}
        assert not slugs("partner_status=current") & slugs("partner_status=former") and slugs("partner_role=venue&partner_status=current") == slugs("partner_role=venue")
        assert slugs("sector=careers") - before["sector=careers"] == {"ministry-of-defence"}
    finally:
        cluster.psql(clear)
    assert server.get("/v1/organisations?partner_status=all").status == 400


def test_search_ignores_accents(server, cluster):
    try:
        cluster.psql("UPDATE scip.organisation SET name = 'Université Élan' WHERE slug = 'ofsted'")
        for word in ("universite", "ÉLAN", "elan"):
            assert [row["slug"] for row in items(server, "/v1/organisations?q=" + encode(word))] == ["ofsted"]
    finally:
        cluster.psql("UPDATE scip.organisation SET name = 'Ofsted' WHERE slug = 'ofsted'")


def later(server, path, status):
    """What is there a moment later: a kept answer is known to be old a tenth of a second after somebody else's change."""
    until = time.monotonic() + 2
    while (answer := server.get(path)).status != status and time.monotonic() < until:
        time.sleep(0.02)  # asked again without taking a core
    return answer


def test_former_slug_leads_on(server, cluster):
    try:
        cluster.psql("UPDATE scip.hub SET slug = 'greater-london-hub' WHERE slug = 'london-hub'")
        cluster.psql("UPDATE scip.organisation SET slug = 'ucas-uk' WHERE slug = 'ucas'")
        for old, new in (("/v1/hubs/london-hub", "/v1/hubs/greater-london-hub"), ("/v1/organisations/ucas", "/v1/organisations/ucas-uk")):
            moved = later(server, old, 308)
            assert (moved.status, moved.headers["Location"], moved.body) == (308, new, b"")
            assert server.get(new).status == 200
    finally:
        cluster.psql("UPDATE scip.hub SET slug = 'london-hub' WHERE slug = 'greater-london-hub'")
        cluster.psql("UPDATE scip.organisation SET slug = 'ucas' WHERE slug = 'ucas-uk'")
    assert later(server, "/v1/hubs/london-hub", 200).status == 200


def test_event_dates(server):
    def slugs(query):
        return {row["slug"] for row in items(server, f"/v1/events?limit=200&{query}")}
    assert "south-east-hub-launch-2024" in slugs("from=2024-04-24&to=2024-04-24")
    assert "south-east-hub-launch-2024" not in slugs("from=2024-04-25")
    assert "south-east-hub-launch-2024" not in slugs("to=2024-04-23")
    may = slugs("from=2024-05-10&to=2024-05-11")
    assert "military-service-children-project-campus-visits-2024" in may, "known by month: it overlaps"
    event = server.get("/v1/events/annual-conference-2025").json
    assert (event["starts_on"], event["starts_precision"]) == ("2025", "year"), "2025 never becomes 1 January"
    assert "ofs-policy-roundtable" not in slugs("from=1900-01-01"), "an event without a date matches no day"
    rows = items(server, "/v1/events?limit=200&sort=-date")
    dates = [row["starts_on"] for row in rows]
    assert None not in dates[:dates.index(None)] and set(dates[dates.index(None):]) == {None}


def test_headline_figures(server):
    rows = items(server, "/v1/headline-figures?period=2019-22&kind=alliance")
    assert {(row["metric"], row["value"], row["qualifier"], row["unit"]) for row in rows} == {
        ("professionals", 891, "exact", "people"), ("hubs", 12, "exact", "hubs"), ("host_partners", 21, "exact", "organisations"),
        ("network_events", 178, "exact", "events"), ("resource_bank_users", 23750, "exact", "users"),
        ("training_delegates", 600, "over", "people"), ("toolkit_rated_highly", 84, "exact", "percent"),
        ("research_documents_downloaded", 1800, "exact", "downloads")}
    assert all(row["sources"] for row in rows)
    assert items(server, "/v1/headline-figures?period=strategy-2019-22&kind=alliance") == rows


def test_documents_and_news(server):
    years = [row["year"] for row in items(server, "/v1/documents?limit=200") if row["year"]]
    assert years == sorted(years, reverse=True)
    assert {row["year"] for row in items(server, "/v1/documents?year=2021")} == {2021}
    assert {row["kind"] for row in items(server, "/v1/documents?kind=briefing")} == {"briefing"}
    titles = [row["title"].lower() for row in items(server, "/v1/documents?sort=title&limit=200")]
    assert titles == sorted(titles)
    assert items(server, "/v1/documents?q=LISTENING")[0]["slug"] == "listening-to-learn"
    assert all(row["published_on"].startswith("2020") for row in items(server, "/v1/news?year=2020"))
    assert {row["kind"] for row in items(server, "/v1/news?kind=views")} == {"views"}


def test_geojson(server):
    collection = server.get("/v1/hubs", Accept="application/geo+json").json
    assert collection["type"] == "FeatureCollection"
    by_slug = {feature["id"]: feature for feature in collection["features"]}
    assert by_slug["oxfordshire-and-central-england-hub"]["geometry"] is None
    point = by_slug["scotland-hub"]["geometry"]
    assert point["type"] == "Point" and -8 < point["coordinates"][0] < 0 and 54 < point["coordinates"][1] < 61
    assert server.get("/v1/hubs/scotland-hub?format=geojson").json["type"] == "Feature"
    assert server.get("/v1/regions/scotland?format=geojson").json["geometry"]["type"] == "Point"


def test_calendar_is_read_back(server):
    from icalendar import Calendar
    response = server.get("/v1/events?format=ics")
    assert response.headers["Content-Type"] == "text/calendar; charset=utf-8"
    assert max(len(line) for line in response.body.split(b"\r\n")) <= 75
    calendar = Calendar.from_ical(response.body)
    events = calendar.walk("VEVENT")
    rows = items(server, "/v1/events?limit=200")
    dated = [row for row in rows if row["starts_precision"] == "day"]
    assert sorted((str(event["summary"]), event.decoded("dtstart").isoformat()[:10]) for event in events) == sorted((row["title"], row["starts_on"]) for row in dated)
    assert len({str(event["uid"]) for event in events}) == len(dated)
    assert int(response.headers["X-Omitted-Count"]) == len(rows) - len(dated)


def test_index_and_contract(server):
    index = server.get("/v1").json
    assert [resource["href"] for resource in index["resources"]][:2] == ["/v1/hubs", "/v1/organisations"]
    assert all(server.get(resource["href"] + "?limit=1").status == 200 for resource in index["resources"])
    contract = server.get("/openapi.json").json
    assert contract["openapi"].startswith("3.1.")
    assert "paths/" not in json.dumps(contract).replace("/paths/", "")


def test_no_personal_address(server):
    import re
    for name in LISTS:
        text = server.get(f"/v1/{name}?format=ndjson").text
        assert not re.search(r"[\w.]+@[\w.]+\.\w", text), name
