"""Every Link, Location and href that an answer of the run gave is followed, as the same kind of caller. One that leads nowhere
is a fault where the answer that gave it still does: the tests take away what they made. Run after the other tests, on the same
$SCIP_TRAFFIC, while their databases are there."""
import base64
import csv
import io
import json
import re
from concurrent.futures import ThreadPoolExecutor
from urllib.parse import urljoin, urlsplit

import harness
import pytest

BASE = "http://service.example"


def hrefs_of(value):
    """The members named href, however deep."""
    if isinstance(value, dict):
        yield from (href for name, href in value.items() if name == "href" and isinstance(href, str))
        value = list(value.values())
    if isinstance(value, list):
        for one in value:
            yield from hrefs_of(one)


def links(target, headers, body):
    """The addresses of this service that an answer gives."""
    given = {name.lower(): value for name, value in headers}
    media, text = given.get("content-type", "").split(";")[0], body.decode(errors="replace")
    found = re.findall(r"<([^>]*)>", given.get("link", "")) + [given[name] for name in ("location", "content-location") if name in given]
    if media == "text/csv":
        found += [row["href"] for row in csv.DictReader(io.StringIO(text)) if row.get("href")]
    elif media == "application/x-ndjson":
        found += [href for line in text.splitlines() for href in hrefs_of(json.loads(line))]
    elif media == "text/html":
        found += re.findall(r'(?:href|src)="([^"#]+)', text)
    elif media.endswith("json") and not target.startswith("/openapi.json"):
        found += hrefs_of(json.loads(text))
    whole = [urlsplit(urljoin(BASE + target, href.replace("&amp;", "&"))) for href in found]
    return {address.path + (f"?{address.query}" if address.query else "") for address in whole if address.netloc in ("service.example", "127.0.0.1:8080")}


def caller_of(headers):
    """Whose token it is, without the number of the client."""
    token = next((value[7:] for name, value in headers if name.lower() == "authorization" and value.startswith("Bearer ")), None)
    try:
        return token, token and re.sub(r"[-\d]+$", "", json.loads(base64.urlsafe_b64decode(token.split(".")[1] + "=="))["sub"])
    except (ValueError, IndexError, KeyError, TypeError):
        return None, None


def to_follow(exchanges):
    """By (caller, address): the token, and a request whose answer gave the address, a GET where there was one."""
    wanted = {}
    for exchange in exchanges:
        if exchange["contract"] != "main" or exchange["status"] >= 400 or exchange["length"] > harness.WHOLE:
            continue
        token, caller = caller_of(exchange["request_headers"])
        source = exchange["method"] == "GET" and exchange["target"]
        accept = next((value for name, value in exchange["request_headers"] if name == "Accept"), None)
        for href in links(exchange["target"], exchange["headers"], base64.b64decode(exchange["body"])):
            if source or (caller, href) not in wanted:
                wanted[caller, href] = (token, source, accept)
    return wanted


def dead(server, href, token, source, accept):
    """What is wrong with an address, or None."""
    answer = server.send("GET", href, token=token)
    if answer.status < 400 or answer.status == 410:
        return None
    again = source and server.send("GET", source, token=token, Accept=accept)
    if not again or again.status != 200 or href not in links(source, again.header_list, again.body):
        return None
    return f"{source} gives {href}: {answer.status} {answer.text[:200]}"


def test_links_lead_somewhere():
    by_database, followed, wrong = {}, 0, []
    for exchange in harness.recorded():
        by_database.setdefault(exchange["database"], []).append(exchange)
    for folder in sorted({path.parent for path in harness.LOCAL.glob("**/keys")}):
        cluster = harness.Cluster(folder)
        server = harness.Server("main", DATABASE_URL=cluster.url(), KEYS=folder / "keys", THREADS=16)
        wanted = to_follow(by_database.get(cluster.url(), []))
        followed += len(wanted)
        with ThreadPoolExecutor(6) as pool:
            wrong += filter(None, pool.map(lambda item: dead(server, item[0][1], *item[1]), wanted.items()))
        server.stop()
        cluster.leave()
        if folder != harness.LOCAL:
            cluster.run("stop")
    print(f"{followed} addresses followed")
    assert followed > 1000 and not wrong, "\n".join(sorted(wrong)[:30])


@pytest.mark.parametrize("target, headers, body, found", [
    ("/v1/hubs?limit=2", [["Link", '</v1/hubs?limit=2&cursor=x>; rel="next"']], b"", {"/v1/hubs?limit=2&cursor=x"}),
    ("/v1/hubs/a", [["Link", '<?q=1>; rel="next"'], ["Location", "/v1/hubs/b"]], b"", {"/v1/hubs/a?q=1", "/v1/hubs/b"}),
    ("/v1/hubs", [["Content-Type", "application/json"]], b'{"items": [{"lead": {"href": "/v1/x"}, "url": "https://www.example.org/"}]}', {"/v1/x"}),
    ("/v1/hubs", [["Content-Type", "text/csv; charset=utf-8"]], b"slug,href\r\na,/v1/hubs/a\r\n", {"/v1/hubs/a"}),
    ("/", [["Content-Type", "text/html"]], b'<a href="/docs#top"><img src="/web/a.svg"><a href="https://www.example.org/">', {"/docs", "/web/a.svg"})])
def test_links_are_found(target, headers, body, found):
    assert links(target, headers, body) == found


def test_a_dead_link_is_found(server):
    """One that the answer still gives and that leads nowhere."""
    class Bent:
        def send(self, method, target, **more):
            answer = server.send(method, target.replace("/v1/hubs/london-hub", "/v1/hubs/not-there"), **more)
            return answer
    assert "404" in dead(Bent(), "/v1/hubs/london-hub", None, "/v1/hubs", None)
    assert dead(Bent(), "/v1/hubs/scotland-hub", None, "/v1/hubs", None) is None
