"""Every Link, Location and href that an answer of the run gave is followed, as the same kind of caller. The
answers are asked for again first: the tests take away what they made. Run after the other tests, on the same
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
    """The members named href, however deep; where a record's status is none, its address is one to PUT it at."""
    if isinstance(value, dict) and value.get("status") != "none":
        yield from (href for name, href in value.items() if name == "href" and isinstance(href, str))
    if isinstance(value, dict):
        value = list(value.values())
    if isinstance(value, list):
        for one in value:
            yield from hrefs_of(one)


def links(target, headers, body):
    """The addresses of this service that an answer gives."""
    given = {name.lower(): value for name, value in headers}
    media, text = body and given.get("content-type", "").split(";")[0], body.decode("utf-8-sig", errors="replace")
    found = re.findall(r"<([^>]*)>", given.get("link", "")) + [given[name] for name in ("location", "content-location") if name in given]
    if media == "text/csv":
        found += [row["href"] for row in csv.DictReader(io.StringIO(text)) if row.get("href") and row.get("status") != "none"]
    elif media == "application/x-ndjson":
        found += [href for line in text.splitlines() for href in hrefs_of(json.loads(line))]
    elif media == "text/html":
        found += re.findall(r'(?:href|src)="([^"#]+)', text)
    elif media and media.endswith("json") and not target.startswith(("/openapi.json", "/v1/changes")):  # what changed may be gone since
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


def sources(exchanges):
    """By (caller, address, representation): a token, for each answer that may give addresses, and for what a write gave."""
    found = {}
    for exchange in exchanges:
        if exchange["contract"] != "main" or exchange["status"] >= 400 or exchange["length"] > harness.WHOLE:
            continue
        token, caller = caller_of(exchange["request_headers"])
        given = links(exchange["target"], exchange["headers"], base64.b64decode(exchange["body"]))
        if exchange["method"] == "GET" and given:
            accept = next((value for name, value in exchange["request_headers"] if name == "Accept"), None)
            found[caller, exchange["target"], accept] = token
        elif exchange["method"] not in ("GET", "HEAD"):
            found.update({(caller, href, None): token for href in given if (caller, href, None) not in found})
    return found


def still_given(server, source, token):
    """(caller, address): who gives it, of what the answer gives today; nothing where it is no more."""
    caller, target, accept = source
    answer = server.send("GET", target, token=token, Accept=accept)
    return {(caller, href): (token, target) for href in links(target, answer.header_list, answer.body)} if answer.status == 200 else {}


def dead(server, href, token, source):
    """What is wrong with an address, or None."""
    answer = server.send("GET", href, token=token)
    return None if answer.status < 400 or answer.status == 410 else f"{source} gives {href}: {answer.status} {answer.text[:200]}"


def test_links_lead_somewhere():
    by_database, followed, wrong = {}, {}, []
    for exchange in harness.recorded():
        by_database.setdefault(exchange["database"], []).append(exchange)
    for folder in sorted({path.parent for path in harness.LOCAL.glob("**/keys")}):
        cluster = harness.Cluster(folder)
        found = sources(by_database.get(cluster.url(), []))
        server = harness.Server("main", DATABASE_URL=cluster.url(), KEYS=folder / "keys", THREADS=16)
        with ThreadPoolExecutor(6) as pool:
            given = {}
            for some in pool.map(lambda item: still_given(server, *item), found.items()):
                given.update({key: how for key, how in some.items() if key not in followed})
            followed.update(given)
            wrong += filter(None, pool.map(lambda item: dead(server, item[0][1], *item[1]), given.items()))
        server.stop()
        if folder != harness.LOCAL:
            cluster.leave()
            cluster.run("stop")
    print(f"{len(followed)} addresses followed")
    assert len(followed) > 1000 and not wrong, "\n".join(sorted(wrong)[:30])


@pytest.mark.parametrize("target, headers, body, found", [
    ("/v1/hubs?limit=2", [["Link", '</v1/hubs?limit=2&cursor=x>; rel="next"']], b"", {"/v1/hubs?limit=2&cursor=x"}),
    ("/v1/hubs/a", [["Link", '<?q=1>; rel="next"'], ["Location", "/v1/hubs/b"]], b"", {"/v1/hubs/a?q=1", "/v1/hubs/b"}),
    ("/v1/hubs", [["Content-Type", "application/json"]], b'{"items": [{"lead": {"href": "/v1/x"}, "url": "https://www.example.org/"}]}', {"/v1/x"}),
    ("/v1/hubs", [["Content-Type", "text/csv; charset=utf-8"]], b"slug,href\r\na,/v1/hubs/a\r\n", {"/v1/hubs/a"}),
    ("/", [["Content-Type", "text/html"]], b'<a href="/docs#top"><img src="/web/a.svg"><a href="https://www.example.org/">', {"/docs", "/web/a.svg"})])
def test_links_are_found(target, headers, body, found):
    assert links(target, headers, body) == found


def test_a_dead_link_is_found(server):
    """One that an answer still gives and that leads nowhere."""
    given = still_given(server, ("somebody", "/v1/hubs", None), None)
    assert ("somebody", "/v1/hubs/london-hub") in given
    assert "404" in dead(server, "/v1/hubs/not-there", *given["somebody", "/v1/hubs/london-hub"])
    assert dead(server, "/v1/hubs/london-hub", *given["somebody", "/v1/hubs/london-hub"]) is None
    assert still_given(server, ("somebody", "/v1/hubs/not-there", None), None) == {}
