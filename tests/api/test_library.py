"""From upload to figures: the central team puts a report up, a visitor finds it and saves it, and it is counted who did:
people, crawlers, programs. Through the edge the visitor's address counts, not the edge's."""
import base64
import hashlib
import os
import subprocess
import time
from urllib.parse import quote

import harness
import pytest

FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0"
GOOGLEBOT = "Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)"
CURL = "curl/8.5.0"
FROM = {"sources": ["https://www.scipalliance.example/library"], "confidence": "high"}
# more than one chunk: 600,000 bytes that a PDF reader would open
PDF = b"%PDF-1.7\n" + hashlib.shake_256(b"a report").digest(600_000) + b"\n%%EOF\n"


@pytest.fixture(scope="module", autouse=True)
def tidy(cluster):
    yield
    cluster.psql("DELETE FROM scip.document WHERE slug LIKE 'library-%'; DELETE FROM scip.resource WHERE slug LIKE 'library-%'", "scip_migrator")


def upload(server, central, path, data, **headers):
    return server.request("PUT", path, {"Authorization": f"Bearer {central}", "If-None-Match": "*", "Content-Type": "application/octet-stream", **headers}, data)


def uses(server, item):
    """{class: (investigations, requests)}"""
    rows = server.get(item + "/usage").json["items"]
    found = {}
    for row in rows:
        if row["basis"] == "counted":
            before = found.get(row["agent"], (0, 0))
            found[row["agent"]] = (before[0] + row["total_item_investigations"], before[1] + row["total_item_requests"])
    return found


def test_a_report_is_put_up_found_saved_and_counted(server, central):
    path, name = "/v1/documents/library-quolls", "Quolls & families – report.pdf"
    made = server.send("PUT", path, {"title": "Quolls in Service families", "kind": "research_report", "published_on": "2025-10", "authors": ["Writer, A."],
                                     "abstract": "What forty families said.", "language": "en", "file_format": "pdf", "licence": "CC-BY-4.0", **FROM}, central, If_None_Match="*")
    assert made.status == 201
    digest = hashlib.sha256(PDF)
    file = upload(server, central, f"{path}/files/{quote(name)}", PDF, **{"Content-Digest": f"sha-256=:{base64.b64encode(digest.digest()).decode()}:"})
    assert (file.status, file.json["sha256"], file.json["size"], file.json["media_type"]) == (201, digest.hexdigest(), len(PDF), "application/pdf"), file.text

    # A visitor looks for it, with the words that are in it.
    [found] = server.get("/v1/library/search?q=quolls%20families&file_format=pdf").json["items"]
    assert found["href"] == path and [(one["name"], one["size"]) for one in found["files"]] == [(name, len(PDF))]
    assert found["principle"] is None and server.get("/v1/library/facets?q=quolls").json["total"] == 1
    [encoding] = server.get(path + "/jsonld").json["encoding"]
    assert (encoding["contentUrl"], encoding["sha256"], encoding["encodingFormat"]) == (found["files"][0]["href"], digest.hexdigest(), "application/pdf")

    # A person, a crawler and a program save it. What is no whole download is none.
    address = found["files"][0]["href"]
    assert uses(server, path) == {}
    tag = server.request("HEAD", address, {"User-Agent": FIREFOX}).headers["ETag"]
    for agent in (FIREFOX, GOOGLEBOT, CURL):
        answer = server.get(address, User_Agent=agent)
        assert answer.status == 200 and answer.body == PDF and answer.headers["X-Content-Type-Options"] == "nosniff"
        assert answer.headers["Content-Disposition"].startswith("attachment;") and "filename*=UTF-8''" in answer.headers["Content-Disposition"]
        assert server.get(address, User_Agent=agent, If_None_Match=tag).status == 304
        assert server.get(address, User_Agent=agent, Range="bytes=300000-").status == 206
    assert uses(server, path) == {"human": (1, 1), "robot": (1, 1), "machine": (1, 1)}

    # Once more within the half minute is one use, and a click on another item of its own.
    assert server.get(address, User_Agent=FIREFOX).status == 200
    assert uses(server, path)["human"] == (1, 1)
    item = {"kind": "document", "slug": "library-quolls"}
    [row] = [row for row in server.get("/v1/usage?item=library-quolls&by=item,agent&agent=human").json["items"]]
    assert row["item"].items() >= item.items() and row["total_item_requests"] == row["unique_item_requests"] == 1
    table = server.get(path + "/usage?format=csv").text.splitlines()
    assert len(table) == 4 and table[0].split(",")[:3] == ["item", "period", "agent"]


def test_what_lives_elsewhere_is_visited_and_counted(server, central):
    path = "/v1/resources/library-visit"
    assert server.send("PUT", path, {"title": "A film of quolls", "kind": "film", "url": "https://films.example/quolls", **FROM}, central, If_None_Match="*").status == 201
    for agent in (FIREFOX, GOOGLEBOT, CURL):
        answer = server.get(path + "/visit?to=https%3A%2F%2Fevil.example", User_Agent=agent)
        assert answer.status == 400, "it leads nowhere but to the recorded address"
        answer = server.get(path + "/visit", User_Agent=agent)
        assert (answer.status, answer.headers["Location"]) == (303, "https://films.example/quolls")
    assert uses(server, path) == {"human": (1, 1), "robot": (1, 1), "machine": (1, 1)}
    assert server.request("HEAD", path + "/visit", {"User-Agent": "Mozilla/5.0 (Macintosh) Safari/605"}).status == 303
    assert uses(server, path)["human"] == (1, 1)


def test_embargo_and_withdrawal_hold_the_files(server, central):
    path = "/v1/documents/library-held"
    assert server.send("PUT", path, {"title": "Held back", "kind": "briefing", "embargo_until": "2999-01-01", **FROM}, central, If_None_Match="*").status == 201
    assert upload(server, central, path + "/files/held.pdf", PDF).status == 201
    [found] = server.get("/v1/library/search?q=%22held%20back%22").json["items"]
    assert (found["status"], found["files"]) == ("embargoed", [])
    assert server.get(path + "/files/held.pdf").status == 403 and "encoding" not in server.get(path + "/jsonld").json
    assert server.send("PATCH", path, {"embargo_until": None}, token=central, if_match="*").status == 200
    assert server.get(path + "/files/held.pdf").body == PDF
    assert server.send("POST", path + "/withdrawal", {"note": "It names a school."}, token=central).status == 200
    assert server.get(path + "/files/held.pdf").status == 410 and server.get(path + "/files").status == 410
    assert server.send("POST", path + "/reinstatement", token=central).status == 200
    assert server.get(path + "/files/held.pdf").body == PDF


@pytest.fixture(scope="module")
def behind(cluster, tmp_path_factory):
    """A server that believes its edge, and the edge, which 127.0.0.1 is."""
    server = harness.Server("behind", DATABASE_URL=cluster.url(), TRUSTED_PROXIES="127.0.0.1")
    folder = tmp_path_factory.mktemp("edge")
    port, tls = harness.free_port(), harness.free_port()
    edge = subprocess.Popen([harness.ROOT / "script/edge", folder / "state", f"127.0.0.1:{server.port}", f"127.0.0.1:{port}"],
                            stdout=(folder / "log").open("wb"), stderr=subprocess.STDOUT, env={**os.environ, "RATE": "100000", "TLS_PORT": f"127.0.0.1:{tls}"})
    yield server, port, folder
    edge.terminate()
    edge.wait(20)
    server.stop()


def test_through_the_edge_the_visitors_address_counts(server, central, behind):
    import http.client
    behind_server, port, folder = behind
    path = "/v1/documents/library-edge"
    assert server.send("PUT", path, {"title": "Through the edge", "kind": "guide", **FROM}, central, If_None_Match="*").status == 201
    address = server.send("GET", path + "/files").json and f"{path}/files/guide.pdf"
    assert upload(server, central, address, PDF).status == 201

    def get(source, agent):
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30, source_address=(source, 0))
        connection.request("GET", address, headers={"User-Agent": agent, "X-Forwarded-For": "192.0.2.7"})
        answer = connection.getresponse()
        body = answer.read()
        connection.close()
        return answer.status, body

    until = time.monotonic() + 15
    while True:
        try:
            assert get("127.0.0.2", FIREFOX) == (200, PDF)
            break
        except OSError:
            assert time.monotonic() < until, (folder / "log").read_text()
            time.sleep(0.1)
    # the same visitor again, then another one with the same browser: two users, whatever they say of themselves
    assert get("127.0.0.2", FIREFOX) == (200, PDF)
    assert uses(server, path) == {"human": (1, 1)}
    assert get("127.0.0.3", FIREFOX) == (200, PDF)
    assert uses(server, path) == {"human": (2, 2)}
    for agent in (GOOGLEBOT, CURL):
        assert get("127.0.0.2", agent) == (200, PDF)
    assert uses(server, path) == {"human": (2, 2), "robot": (1, 1), "machine": (1, 1)}
