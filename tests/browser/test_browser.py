"""The tests in JavaScript, each file a test, against the running service."""
import datetime
import os
import subprocess
from urllib.parse import quote

import harness
import pytest

HERE = harness.ROOT / "tests/browser"
LED = {"leads": [{"organisation": "university-of-winchester", "from": "2012-09-01"}]}


@pytest.fixture(scope="module", autouse=True)
def events_to_come(cluster, server):
    """The start data has none: a meeting at an hour, a gathering in both languages, one that is cancelled, one known by its month."""
    def day(days):
        return (datetime.date.today() + datetime.timedelta(days)).isoformat()

    def clear():
        cluster.psql("DELETE FROM scip.event WHERE slug LIKE 'browser-%'")

    clear()
    central = cluster.token(server, "central")
    for slug, body in {
            "meeting": {"title": "A morning at the library", "kind": "hub_meeting", "hub": "scotland-hub", "starts_at": day(20) + "T10:00:00Z",
                        "ends_at": day(20) + "T12:30:00Z", "venue": "University Library", "town": "Edinburgh", "nation": "GB-SCT", "online": True,
                        "accessibility": "Step-free; hearing loop.", "description": "Colleagues from schools and colleges.\n\nBring a question.",
                        "url": "https://www.example.org/transitions"},
            "gathering": {"title": "Annual gathering", "title_cy": "Cynulliad blynyddol", "kind": "conference", "starts_on": day(40), "ends_on": day(41),
                          "town": "Cardiff", "nation": "GB-WLS", "description": "Two days for everyone.", "description_cy": "Deuddydd i bawb."},
            "cancelled": {"title": "Creative Forces Day", "kind": "creative_forces", "hub": "scotland-hub", "programme": "creative-forces", "starts_on": day(22),
                          "venue": "College", "nation": "GB-SCT"},
            "month": {"title": "Festival of Friends", "kind": "festival_of_friends", "programme": "festival-of-friends", "starts_on": day(90)[:7], "nation": "GB-ENG"}}.items():
        path = f"/v1/events/browser-{slug}"
        assert server.send("PUT", path, body, token=central, If_None_Match="*").status == 201
        assert server.send("POST", path + "/publication", token=central).status == 200
    assert server.send("POST", "/v1/events/browser-cancelled/cancellation", {"reason": "The college is closed for repairs."}, token=central).status == 200
    yield
    clear()


@pytest.fixture(scope="module", autouse=True)
def library(cluster, server):
    """A film in both languages, and a report whose files are to come."""
    def clear():
        cluster.psql("DELETE FROM scip.document WHERE slug LIKE 'browser-%'; DELETE FROM scip.resource WHERE slug LIKE 'browser-%'")

    clear()
    central, source = cluster.token(server, "central"), {"sources": ["https://www.example.org/library"], "confidence": "high"}
    for path, body in {
            "resources/browser-film": {"title": "Airships: a film", "title_cy": "Llongau awyr: ffilm", "kind": "film", "phases": ["primary", "secondary"], "language": "cy",
                                       "file_format": "video", "published_on": "2024-03", "licence": "CC-BY-4.0", "url": "https://www.example.org/film",
                                       "summary": "Two pupils on their third school.", "publisher": "SCiP Alliance"},
            "documents/browser-report": {"title": "Families and airships", "kind": "research_report", "published_on": "2025-02", "embargo_until": "2999-01-01", "language": "en",
                                         "authors": ["Author, A. N.", "Writer, B."], "abstract": "What a survey of crews found. " * 20}}.items():
        assert server.send("PUT", f"/v1/{path}", {**body, **source}, token=central, If_None_Match="*").status == 201
    assert server.request("PUT", "/v1/resources/browser-film/files/" + quote("Worksheet – crews.csv"), {"Authorization": f"Bearer {central}", "If-None-Match": "*"},
                          b"crew,children\r\n1,2\r\n").status == 201
    yield
    clear()


@pytest.fixture(scope="module", autouse=True)
def metrics(cluster, server):
    """A year of outreach, released twice: of one Hub too few to publish, one that had nothing, one that did not say; the others were not active."""
    def clear():
        cluster.psql("""
          SET session_replication_role = replica;
          DELETE FROM scip.release_cell WHERE release_id IN (SELECT id FROM scip.release WHERE period = '2020-21');
          DELETE FROM scip.release WHERE period = '2020-21';
          DELETE FROM scip.activity WHERE title = 'Browser outreach';
          DELETE FROM scip.quarterly_update WHERE quarter LIKE '2020-21-%';
          DELETE FROM scip.quarterly_update_extension WHERE quarter LIKE '2020-21-%';""")

    clear()
    cluster.psql("""
      INSERT INTO scip.activity (hub_id, kind, held_on, title, interventions, young_people)
      SELECT id, 'outreach', '2021-03-01', 'Browser outreach', 7, 3 FROM scip.hub WHERE slug = 'lancashire-and-the-north-west-hub';
      INSERT INTO scip.quarterly_update_extension (hub_id, quarter, open_until, reason)
      SELECT id, '2020-21-Q' || n, '2999-01-01', 'For the tests' FROM scip.hub, generate_series(1, 3) n WHERE slug = 'yorkshire-and-north-east-hub';
      INSERT INTO scip.quarterly_update (hub_id, quarter, status, nil_return, submitted_at)
      SELECT id, '2020-21-Q' || n, 'submitted', true, '2021-09-01' FROM scip.hub, generate_series(1, 3) n WHERE slug = 'yorkshire-and-north-east-hub';""")
    for note in ("First", "Corrected"):
        assert server.send("POST", "/v1/releases", {"period": "2020-21", "note": note}, token=cluster.token(server, "central")).status == 201
    yield
    clear()


@pytest.fixture(scope="module", autouse=True)
def evaluated_year(cluster, server):
    """A year of the network and the one before, released: a Hub with both, one with small numbers, one that returned nothing, one that began late."""
    def clear():
        cluster.psql("""
          CREATE TEMP TABLE mine AS SELECT id FROM scip.hub WHERE slug LIKE 'browser-%';
          CREATE TEMP TABLE gone AS SELECT id FROM scip.release WHERE period IN ('2013-14', '2014-15');
          BEGIN;
          SET LOCAL session_replication_role = replica;
          DELETE FROM scip.release_cell WHERE release_id IN (TABLE gone);
          DELETE FROM scip.release WHERE id IN (TABLE gone);
          DELETE FROM scip.hub_evaluation_figure WHERE evaluation_id IN (SELECT id FROM scip.hub_evaluation WHERE hub_id IN (TABLE mine));
          DELETE FROM scip.hub_evaluation_answer WHERE evaluation_id IN (SELECT id FROM scip.hub_evaluation WHERE hub_id IN (TABLE mine));
          DELETE FROM scip.hub_evaluation WHERE hub_id IN (TABLE mine);
          COMMIT;
          WITH leads AS (DELETE FROM scip.hub_lead WHERE hub_id IN (TABLE mine)) DELETE FROM scip.hub WHERE id IN (TABLE mine);""")

    clear()
    central = cluster.token(server, "central")
    for slug, name, starts in (("north", "Northumberland, Cumbria and the Scottish Borders Hub", "2012-10-01"), ("river", "River Hub", "2012-10-01"),
                               ("quiet", "Quiet <Hub> & Friends", "2012-10-01"), ("late", "Late Hub", "2014-11-01")):
        assert server.send("PUT", f"/v1/hubs/browser-{slug}", {"name": name, "nations": ["GB-ENG"], "status": "active", "status_from": starts, **LED,
                           "sources": ["https://www.example.org/hubs"], "confidence": "high"}, token=central, If_None_Match="*").status == 201
    for year, by_hub in (("2013-14", {"north": 30, "river": 12}), ("2014-15", {"north": 1234, "river": 3, "late": 7})):
        for slug, number in by_hub.items():
            path = f"/v1/hubs/browser-{slug}/evaluations/{year}"
            none = server.send("GET", path, token=central).json
            body = {"figures": {figure["metric"]: {"value": number, "reason": "By hand"} for category in none["categories"] for figure in category["figures"]},
                    "answers": {answer["question"]: "A transition day for <all> schools.\n\nPupils made a passport." for answer in none["answers"]}}
            assert server.send("PUT", path, body, token=central, If_None_Match="*").status == 201
            for step in ("submission", "acceptance", "publication"):
                assert server.send("POST", f"{path}/{step}", token=central).status == 200
        assert server.send("POST", "/v1/releases", {"period": year, "note": "The year is over"}, token=central).status == 201
    yield
    clear()


LONG = "Llanfairpwllgwyngyllgogerychwyrndrobwllllantysiliogogogoch"


@pytest.fixture(scope="module", autouse=True)
def long_words(cluster, server):
    """What people may enter without a space, wherever an element shows text; a number of ten digits; a Hub that has closed."""
    def clear():
        cluster.psql("""
          DELETE FROM scip.event WHERE slug = 'browser-long'; DELETE FROM scip.document WHERE slug = 'browser-long';
          BEGIN; SET LOCAL session_replication_role = replica; DELETE FROM scip.headline_figure WHERE slug = 'browser-long'; COMMIT;
          CREATE TEMP TABLE long AS SELECT id FROM scip.hub WHERE slug IN ('browser-long', 'browser-closed');
          WITH leads AS (DELETE FROM scip.hub_lead WHERE hub_id IN (TABLE long)) DELETE FROM scip.hub WHERE id IN (TABLE long);""")

    clear()
    central, source = cluster.token(server, "central"), {"sources": ["https://www.example.org/" + "long" * 20], "confidence": "low"}
    address = "https://www.example.org/" + "a" * 150
    for path, body in {
            "hubs/browser-long": {"name": LONG + LONG, "nations": ["GB-WLS"], "regions": ["wales"], "status": "active", "status_from": "2012-10-01", **LED, "blurb": f"See {address} for more.",
                                  "page_url": address},
            "hubs/browser-closed": {"name": "Closed Hub", "nations": ["GB-WLS"], "regions": ["wales"], "status": "closed", "status_from": "2012-10-01"},
            "events/browser-long": {"title": LONG + LONG, "kind": "conference", "starts_on": "2999-01-01", "venue": LONG, "town": LONG[:50], "nation": "GB-WLS", "description": address,
                                    "accessibility": LONG, "url": address},
            "documents/browser-long": {"title": LONG + LONG, "kind": "research_report", "published_on": "2025-03", "language": "en", "authors": [LONG], "publisher": LONG, "abstract": address * 3,
                                       "url": address},
            "headline-figures/browser-long": {"metric": "browser", "kind": "context", "title": LONG, "value": 1234567890, "unit": "children", "qualifier": "about", "period": "1899"}}.items():
        made = server.send("PUT", f"/v1/{path}", {**body, **({} if path.startswith("events") else source)}, token=central, If_None_Match="*")
        assert made.status == 201, (path, made.text)
    assert server.send("POST", "/v1/events/browser-long/publication", token=central).status == 200
    yield
    clear()


@pytest.mark.parametrize("file", sorted(path.name for path in HERE.glob("*.test.js")))
def test_in_chromium(server, file):
    done = subprocess.run(["node", "--test", "--test-reporter=spec", file], cwd=HERE, text=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                          timeout=180, env={**os.environ, "SCIP_URL": f"http://127.0.0.1:{server.port}"})
    print(done.stdout)
    assert done.returncode == 0
