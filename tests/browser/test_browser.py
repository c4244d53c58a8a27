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


# What somebody with a stolen token might post: each would run, load or cover something where it is shown as it is written.
HOSTILE = """Words before.

<script>alert('a script')</script><img src="/web/icon.svg" onerror="alert('an image')"><svg onload="alert('a drawing')"><script>alert(3)</script></svg>

<style>:host, body { display: none }</style><p style="position: fixed; inset: 0; background: red">Covered</p>

[one](javascript:alert(1)) [two](&#106;avascript:alert(2)) [three](java&Tab;script:alert(3)) [four](data:text/html,<script>alert(4)</script>) [five](vbscript:alert(5))
<javascript:alert(6)> [six](<javascript:alert('six')> "Six") [seven](blob:https://www.example.org/x) [kept](https://www.example.org/kept "A &quot;title&quot;")

![data](data:image/svg+xml;base64,PHN2Zz48L3N2Zz4=) ![drawn](data:image/svg+xml,<svg/onload=alert(1)>)

![plain](http://127.0.0.1:9/plain.png) ![" onerror="alert('alt')](javascript:alert(7)) ![self](/web/icon.svg "x\\" onerror=\\"alert(8)")

<a href="https://www.example.org/html" onclick="alert(9)" target="_top" id="content" class="x" slot="x" data-x="1" aria-label="x">A raw link</a>
<iframe src="http://127.0.0.1:9/frame" srcdoc="<script>parent.alert(10)</script>">A frame</iframe><object data="http://127.0.0.1:9/o"></object><embed src="http://127.0.0.1:9/e">
<form action="http://127.0.0.1:9/f"><input name="q" autofocus onfocus="alert(11)"><button formaction="javascript:alert(12)">Send</button></form>
<details open ontoggle="alert(13)"><summary>Shut</summary>Inside</details><video src="http://127.0.0.1:9/v" autoplay></video><link rel="stylesheet" href="http://127.0.0.1:9/c"><base href="http://127.0.0.1:9/">

<math><mtext><table><mglyph><style><!--</style><img title="--&gt;&lt;img src=1 onerror=alert(14)&gt;"></table></mtext></math>
<noscript><p title="</noscript><img src=x onerror=alert(15)>"></noscript><template><img src=x onerror=alert(16)></template>
<scip-hub-list api="http://127.0.0.1:9"></scip-hub-list><h1>A raw heading</h1>

# The first heading

## The second

###### The sixth

Words behind.
"""


@pytest.fixture(scope="module", autouse=True)
def posts(cluster, server, events_to_come):
    """A post in both languages about a Hub and an event, one that is hostile, one in English, one with a picture of another host, and a draft."""
    clear = lambda: cluster.remove(news="slug LIKE 'browser-%'")
    clear()
    central, today = cluster.token(server, "central"), datetime.date.today()
    source = {"sources": ["https://www.example.org/news"], "confidence": "high"}
    for slug, body in {
            "whole": {"title": "Pupils make a passport", "title_cy": "Disgyblion yn creu pasbort", "kind": "news", "published_on": f"{today}", "publisher": "SCiP Alliance",
                      "summary": "Two classes and a question.", "summary_cy": "Dau ddosbarth a chwestiwn.", "picture": f"http://127.0.0.1:{server.port}/web/icon.svg",
                      "picture_alt": "A drawn sign", "picture_alt_cy": "Arwydd wedi'i dynnu",
                      "body": "What should a *new school* know?\n\n# What is in it\n\n- a list\n- [a page](https://www.example.org/passport)\n\n> The best thing.\n\n1. Print it.",
                      "body_cy": "Beth ddylai *ysgol newydd* ei wybod?"},
            "hostile": {"title": "Hostile", "kind": "news", "published_on": f"{today - datetime.timedelta(1)}"},
            "english": {"title": "In English alone", "title_cy": "Yn Saesneg yn unig", "kind": "views", "published_on": f"{today - datetime.timedelta(2)}", "body": "No Welsh **yet**."},
            "picture": {"title": "A picture", "kind": "news", "published_on": "1999-05", "picture": "https://pictures.example.org/hall.png", "picture_alt": "A hall", "url": "https://www.example.org/post"},
            "unsafe": {"title": "A picture by http", "kind": "news", "published_on": "1998", "picture": "http://pictures.example.org/hall.png", "picture_alt": "A hall"},
            "draft": {"title": "A draft", "kind": "news", "published_on": f"{today}", "status": "draft", "body": "Not yet."}}.items():
        assert server.send("PUT", f"/v1/news/browser-{slug}", {**body, **source}, token=central, If_None_Match="*").status == 201, slug
    assert server.send("PATCH", "/v1/news/browser-hostile", {"body": HOSTILE}, token=central, if_match="*").status == 200
    for other in ("hubs/scotland-hub", "events/browser-meeting", "events/browser-gathering"):
        assert server.send("POST", "/v1/links", {"from_record": "/v1/news/browser-whole", "to_record": f"/v1/{other}", "relation": "about"}, token=central).status == 201
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
          DELETE FROM scip.event WHERE slug = 'browser-long'; DELETE FROM scip.document WHERE slug = 'browser-long'; DELETE FROM scip.news WHERE slug = 'browser-long';
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
            "news/browser-long": {"title": LONG + LONG, "kind": "news", "published_on": "2024-01", "publisher": LONG, "summary": address, "body": f"# {LONG}\n\n`{LONG * 3}`"},
            "headline-figures/browser-long": {"metric": "browser", "kind": "context", "title": LONG, "value": 1234567890, "unit": "children", "qualifier": "about", "period": "1899"}}.items():
        made = server.send("PUT", f"/v1/{path}", {**body, **({} if path.startswith("events") else source)}, token=central, If_None_Match="*")
        assert made.status == 201, (path, made.text)
    assert server.send("POST", "/v1/events/browser-long/publication", token=central).status == 200
    yield
    clear()


@pytest.mark.parametrize("file", sorted(path.name for path in HERE.glob("*.test.js")))
def test_in_chromium(server, file):
    done = subprocess.run(["node", "--test", "--test-reporter=spec", file], cwd=HERE, text=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                          timeout=300, env={**os.environ, "SCIP_URL": f"http://127.0.0.1:{server.port}"})
    print(done.stdout)
    assert done.returncode == 0
