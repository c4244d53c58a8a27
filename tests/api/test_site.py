"""What a website has besides its records: the page without JavaScript, and what crawlers, browsers and finders of weaknesses ask for."""
import datetime
import html
import html.parser
import json
import re
import xml.etree.ElementTree as ElementTree

import harness
import pytest

ISSUER = "http://127.0.0.1:8080"  # the standard setting, with which the server of the tests runs


class Page(html.parser.HTMLParser):
    """The text of a page, its links, and whether what was opened is closed."""
    VOID = {"meta", "link", "br", "img"}

    def __init__(self, text):
        super().__init__()
        self.open, self.links, self.text, self.ids, self.names = [], [], "", set(), set()
        self.feed(text)
        assert self.open == []

    def handle_starttag(self, tag, attributes):
        self.names.add(tag)
        attributes = dict(attributes)
        self.links += [attributes["href"]] if tag == "a" else []
        self.ids |= {attributes.get("id")}
        if tag not in self.VOID:
            self.open.append(tag)

    def handle_endtag(self, tag):
        assert self.open.pop() == tag

    def handle_data(self, data):
        self.text += data


def test_the_page_has_the_records_without_javascript(server, cluster):
    answer = server.get("/")
    assert answer.status == 200 and answer.headers["Content-Type"] == "text/html; charset=utf-8"
    page = Page(answer.text)
    hubs, figures = (server.get(f"/v1/{path}&limit=200").json["items"] for path in ("hubs?sort=name", "headline-figures?period=2019-22&kind=alliance"))
    for word in [hub["name"] for hub in hubs] + [figure["title"] for figure in figures] + ["23,750", "84%", "over 600 people"]:
        assert word in page.text, word
    held = [event for event in server.get("/v1/events?sort=-date&limit=5").json["items"]]
    assert any(event["title"] in page.text for event in held)
    for link in page.links:
        if link.startswith("#"):
            assert link[1:] in page.ids, link
        elif link.startswith("/"):
            assert server.get(link).status == 200, link
        else:
            assert link.startswith("https://") or link.startswith("http://"), link
    assert "Demonstration" not in page.text
    for needed in ('<link rel="canonical" href="' + ISSUER + '/">', 'property="og:title"', 'property="og:url" content="' + ISSUER + '/"', 'name="description"'):
        assert needed in answer.text, needed
    dataset = json.loads(re.search(r'<script type="application/ld\+json">(.*?)</script>', answer.text).group(1))
    assert dataset["@type"] == "Dataset" and dataset["distribution"]["contentUrl"] == ISSUER + "/v1/data.zip"
    name = cluster.psql("SELECT setting.alliance_name()")
    assert dataset["creator"]["name"] == name and f"<title>{name}: " in answer.text and f">{name}</p>" in answer.text


def test_records_never_become_markup(server, cluster):
    central, path = cluster.token(server, "central"), "/v1/hubs/site-markup"
    name = "</script><img src=x onerror=alert(1)> & \"'<Hub>"
    made = server.send("PUT", path, {"name": name, "nations": ["GB-ENG"], "status": "proposed", "status_from": "2026-01-01",
                                     "sources": ["https://www.example.org/hubs"], "confidence": "high"}, token=central, If_None_Match="*")
    try:
        assert made.status == 201, made.text
        text = server.get("/").text
        assert name in html.unescape(text) and "<img" not in text and name not in text
        assert "img" not in Page(text).names
    finally:
        cluster.psql("DELETE FROM scip.hub WHERE slug = 'site-markup'")


def test_robots(server):
    answer = server.get("/robots.txt")
    assert answer.status == 200 and answer.headers["Content-Type"] == "text/plain; charset=utf-8"
    fields = [line.split(": ", 1) for line in answer.text.splitlines() if line]
    assert fields[0] == ["User-agent", "*"] and fields[-1] == ["Sitemap", ISSUER + "/sitemap.xml"]
    rules = [(name, re.compile(re.escape(path).replace(r"\*", ".*"))) for name, path in fields[1:-1]]

    def may(path):  # RFC 9309, section 2.2.2: the longest match counts
        return max((len(rule.pattern), name) for name, rule in rules if rule.match(path))[1] == "Allow"
    assert all(map(may, ["/", "/docs", "/v1/hubs", "/v1/data.zip", "/v1/network/evaluations/2014-15/document", "/web/scip.js"]))
    assert not any(map(may, ["/v1/resources/a/visit", "/v1/documents/a/files/b.pdf", "/v1/hubs?q=a", "/oauth/token", "/v1/library/search"]))


def test_sitemap(server):
    answer = server.get("/sitemap.xml")
    assert answer.status == 200 and answer.headers["Content-Type"] == "application/xml; charset=utf-8"
    space = "{http://www.sitemaps.org/schemas/sitemap/0.9}"
    pages = [page.find(space + "loc").text for page in ElementTree.fromstring(answer.text).findall(space + "url")]
    years = [item["year"] for item in server.get("/v1/network/evaluations?limit=200").json["items"]]
    assert sorted(pages) == sorted(ISSUER + path for path in ["/", "/docs"] + [f"/v1/network/evaluations/{year}/document" for year in years])
    for page in pages:
        assert server.get(page.removeprefix(ISSUER)).headers["Content-Type"].startswith("text/html"), page


def security(server):
    answer = server.get("/.well-known/security.txt")
    assert answer.status == 200 and answer.headers["Content-Type"] == "text/plain; charset=utf-8" and "public" not in answer.headers["Cache-Control"]
    return dict(line.split(": ", 1) for line in answer.text.splitlines())


def test_security_contact(server):
    fields = security(server)
    expires = datetime.datetime.fromisoformat(fields["Expires"].replace("Z", "+00:00"))
    ahead = expires - datetime.datetime.now(datetime.timezone.utc)
    assert datetime.timedelta(days=180) < ahead < datetime.timedelta(days=366), "RFC 9116, section 2.5.5: less than a year"
    assert fields["Contact"] == ISSUER + "/#contact" and "contact" in Page(server.get("/").text).ids
    assert fields["Canonical"] == ISSUER + "/.well-known/security.txt"


@pytest.mark.parametrize("contact, kept", [("https://security.example.org/report", True), ("mailto:security@example.org", True),
                                           ("javascript:alert(1)", False), ("https://x.example\nExpires: 1999-01-01T00:00:00Z", False)])
def test_the_operator_sets_contact_and_address(cluster, contact, kept):
    server = harness.Server("site", DATABASE_URL=cluster.url(), CONTACT=contact, ISSUER="https://api.example.org/")
    try:
        fields, page = security(server), Page(server.get("/").text)
        assert fields["Contact"] == (contact if kept else "https://api.example.org/#contact")
        assert (contact in page.links) == kept
        assert "curl 'https://api.example.org/v1/hubs" in page.text
        assert server.get("/robots.txt").text.endswith("Sitemap: https://api.example.org/sitemap.xml\n")
    finally:
        server.stop()


def test_icon(server):
    answer = server.get("/favicon.ico")
    assert answer.status == 200 and answer.headers["Content-Type"] == "image/vnd.microsoft.icon" and answer.body[:4] == b"\0\0\1\0"
    assert server.get("/favicon.ico", If_None_Match=answer.headers["ETag"]).status == 304


@pytest.mark.parametrize("path", ["/", "/favicon.ico", "/robots.txt", "/sitemap.xml", "/.well-known/security.txt"])
def test_they_are_known_again(server, path):
    answer = server.get(path)
    assert server.get(path, If_None_Match=answer.headers["ETag"]).status == 304
    head = server.request("HEAD", path)
    assert head.status == 200 and head.body == b"" and server.send("POST", path, {}).status == 405
