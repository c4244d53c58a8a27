"""The research repository and the resource bank: records from upload to withdrawal, search with facets, and what
catalogues and reference managers read."""
import csv
import datetime
import hashlib
import io
import re
import threading
import time
from urllib.parse import urlencode

import pytest
from harness import patch, post, put

FROM = {"sources": ["https://www.scipalliance.example/library"], "confidence": "high"}


@pytest.fixture(scope="module", autouse=True)
def tidy(cluster):
    """Other tests count documents."""
    clear = "".join(f"DELETE FROM scip.{table} WHERE slug LIKE 'repository-%';" for table in ("document", "resource"))
    cluster.psql(clear, "scip_migrator")
    yield
    cluster.psql(clear, "scip_migrator")


@pytest.fixture
def write(server, central):
    def put(path, expected=201, **body):
        answer = server.send("PUT", path, {**FROM, **body}, central, If_None_Match="*")
        assert answer.status == expected, answer.text
        return answer
    return put


def problem(answer):
    return answer.status, answer.json["type"].removeprefix("/problems/")


def search(server, **filters):
    return server.get("/v1/library/search?" + urlencode({"limit": 200, **filters})).json["items"]


def facets(server, **filters):
    answer = server.get("/v1/library/facets?" + urlencode(filters)).json
    return answer["total"], {facet: {row["value"]: row["count"] for row in rows} for facet, rows in answer["facets"].items()}


def seen(server, bookmark, key):
    """What the changes say of a record, once they have come."""
    found, until = [], time.monotonic() + 5
    while not found and time.monotonic() < until:
        found = [(change["href"], change["op"]) for change in server.get("/v1/changes?limit=200&cursor=" + bookmark).json["items"] if change["key"] == key]
    return found


def test_a_report_from_embargo_to_withdrawal(server, central, write):
    """What the central team knows of a report, an edition that follows it, and the end of it."""
    tomorrow = (datetime.date.today() + datetime.timedelta(days=2)).isoformat()
    path = "/v1/documents/repository-wellbeing"
    report = write(path, title="Wellbeing of Service children", kind="research_report", published_on="2023-11", authors=["Rhys, É. M.", "A Research Company Ltd"],
                   publisher="SCiP Alliance", abstract="What 212 schools say about moving house.", language="en", licence="CC-BY-4.0", file_format="pdf",
                   isbn="9780306406157", doi="10.5072/repository-wellbeing", edition="1st edition", embargo_until=tomorrow).json
    assert (report["status"], report["embargo_until"], report["year"], report["replaces"]) == ("embargoed", tomorrow, 2023, None)
    assert patch(server, central, path, {"embargo_until": datetime.date.today().isoformat()}).json["status"] == "available", "on that day it is given"

    second = write("/v1/documents/repository-wellbeing-2", title="Wellbeing of Service children", kind="research_report", edition="2nd edition", replaces="repository-wellbeing").json
    link = {"slug": "repository-wellbeing", "name": report["title"], "href": path}
    assert second["replaces"] == link and server.get(path).json["replaced_by"]["slug"] == "repository-wellbeing-2"
    assert problem(server.send("PUT", "/v1/documents/repository-wellbeing-3", {"title": "t", "kind": "guide", "replaces": "repository-wellbeing", **FROM}, central, If_None_Match="*")) == (409, "already-exists")
    assert problem(patch(server, central, "/v1/documents/hub-framework", {"replaces": "repository-wellbeing"})) == (409, "already-exists")
    assert problem(patch(server, central, path, {"replaces": "not-there"})) == (422, "reference-not-found")
    assert problem(patch(server, central, path, {"replaces": "repository-wellbeing"})) == (422, "replaces-itself"), "nothing replaces itself"
    assert problem(patch(server, central, path, {"isbn": "9780306406158"})) == (422, "isbn-not-valid"), "the last digit is wrong"
    table = server.get("/v1/documents/repository-wellbeing-2?format=csv").text.splitlines()
    assert dict(zip(table[0].split(","), table[1].split(",")))["replaces"] == "repository-wellbeing"

    bookmark = server.get("/v1/changes?start=now").json["next"]
    assert server.get(path + "/withdrawal").status == 404
    assert post(server, central, path + "/withdrawal?dry_run=true", {"note": "x"}).status == 200 and server.get(path).status == 200
    assert problem(post(server, central, path + "/withdrawal", {"note": ""})) == (400, "bad-request")
    assert problem(post(server, central, path + "/withdrawal", {"note": " \n"})) == (422, "text-blank")
    gone = post(server, central, path + "/withdrawal", {"note": "Its table 3 is wrong; see the second edition."})
    assert gone.status == 200 and gone.json["note"].startswith("Its table 3") and gone.json["title"] == report["title"]
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT[\d:.]+Z", gone.json["withdrawn_at"])
    for part in ("", "/jsonld", "/csl"):
        assert problem(server.get(path + part)) == (410, "record-withdrawn")
    tombstone = server.get(path + "/withdrawal")
    assert tombstone.status == 200 and tombstone.json == gone.json
    for find in ("/v1/documents?limit=200&kind=research_report", "/v1/library/search?limit=200&q=wellbeing"):
        assert path not in [row["href"] for row in server.get(find).json["items"]]
    assert server.get("/v1/documents/repository-wellbeing-2").json["replaces"] is None
    assert seen(server, bookmark, "repository-wellbeing") == [(path, "deleted")]

    assert problem(post(server, central, path + "/withdrawal", {"note": "again"})) == (409, "already-withdrawn")
    assert problem(patch(server, central, path, {"note": "n"})) == (410, "record-withdrawn")
    again = {"title": "Again", "kind": "guide", "sources": ["x"], "confidence": "low"}
    assert problem(put(server, central, path, again)) == (410, "record-withdrawn")
    assert problem(server.send("PUT", path, {"title": "t", "kind": "guide", **FROM}, central, If_None_Match="*")) == (412, "precondition-failed")
    bookmark = server.get("/v1/changes?start=now").json["next"]
    back = post(server, central, path + "/reinstatement")
    assert back.status == 200 and back.json["abstract"] == report["abstract"] and server.get(path).json == back.json
    assert seen(server, bookmark, "repository-wellbeing") == [(path, "changed")]
    assert problem(post(server, central, path + "/reinstatement")) == (409, "not-withdrawn")
    assert server.get(path + "/withdrawal").status == 404
    for action, body in (("withdrawal", {"note": "n"}), ("reinstatement", None)):
        assert problem(post(server, central, f"/v1/documents/not-there/{action}", body)) == (404, "not-found")


def test_a_withdrawal_twice_at_once_and_twice_by_its_key(server, central, write):
    path = "/v1/resources/repository-once"
    write(path, title="Once", kind="guide")
    first, second = (post(server, central, path + "/withdrawal", {"note": "Old."}, key="repository-once") for _ in range(2))
    assert (first.status, second.status, first.json) == (200, 200, second.json)
    post(server, central, path + "/reinstatement")
    start, answers = threading.Barrier(4), []

    def withdraw():
        start.wait()
        answers.append(post(server, central, path + "/withdrawal", {"note": "Old."}).status)

    hands = [threading.Thread(target=withdraw) for _ in range(4)]
    for hand in hands:
        hand.start()
    for hand in hands:
        hand.join()
    assert sorted(answers) == [200, 409, 409, 409]


def test_an_item_of_the_resource_bank(server, central, write):
    path = "/v1/resources/repository-film"
    least = write(path, title="Moving on: a film", kind="film").json
    assert (least["phases"], least["nations"], least["principle"], least["status"], least["title_source"]) == ([], [], None, "available", "published")
    principle = server.get("/v1/toolkit/principles").json["items"][0]
    change = {"title_cy": "Symud ymlaen: ffilm", "summary": "Two pupils about their third school.", "summary_cy": "Dau ddisgybl am eu trydedd ysgol.",
              "principle": principle["slug"], "tier": 1, "phases": ["primary", "secondary"], "nations": ["GB-WLS"], "authors": ["Creative Forces"],
              "publisher": "SCiP Alliance", "published_on": "2024-03", "language": "cy", "file_format": "video", "licence": "CC-BY-NC-4.0",
              "accessibility": "Captions in English and Welsh, transcript.", "url": "https://films.example/moving-on"}
    full = patch(server, central, path, change)
    assert full.status == 200, full.text
    linked = {"slug": principle["slug"], "name": principle["name"], "href": principle["href"]}
    assert full.json == {**least, **change, "principle": linked, "published_precision": "month", "updated_at": full.json["updated_at"]} == server.get(path).json
    for wrong, status in (({"phases": ["nursery"]}, 400), ({"tier": 4}, 400), ({"principle": "not-there"}, 422), ({"title": " "}, 422), ({"published_on": "2025-02-30"}, 400)):
        assert patch(server, central, path, wrong).status == status, wrong
    for filters in (f"principle={principle['slug']}", "phase=primary", "nation=GB-WLS", "language=cy", "file_format=video", "kind=film", "q=ysgol", "q=ffilm", "sort=-published&phase=secondary"):
        assert path in [row["href"] for row in server.get("/v1/resources?limit=200&" + filters).json["items"]], filters
    for filters in ("phase=higher", "nation=GB-SCT", "language=en", "file_format=pdf", "kind=guide", "q=submarine"):
        assert path not in [row["href"] for row in server.get("/v1/resources?limit=200&" + filters).json["items"]], filters
    [line] = [line for line in csv.DictReader(io.StringIO(server.get("/v1/resources?format=csv").text)) if line["slug"] == "repository-film"]
    assert (line["phases"], line["principle"]) == ("primary;secondary", principle["slug"])
    pages, cursor = [], ""
    while cursor is not None:
        page = server.get("/v1/resources?limit=2&sort=-published" + (f"&cursor={cursor}" if cursor else "")).json
        pages, cursor = pages + [row["href"] for row in page["items"]], page["next"]
    assert pages[0] == path and len(pages) == len(set(pages)) == len(server.get("/v1/resources?limit=200").json["items"])

    bookmark = server.get("/v1/changes?start=now").json["next"]
    assert problem(post(server, central, path + "/withdrawal", {"note": " "})) == (422, "text-blank")
    assert post(server, central, path + "/withdrawal", {"note": "The rights have ended."}).json["kind"] == "resource"
    assert problem(server.get(path)) == (410, "record-withdrawn") and problem(patch(server, central, path, {"tier": 2})) == (410, "record-withdrawn")
    assert problem(put(server, central, path, {"title": "Again", "kind": "guide", "sources": ["x"], "confidence": "low"})) == (410, "record-withdrawn")
    assert path not in [row["href"] for row in server.get("/v1/resources?limit=200").json["items"]]
    assert seen(server, bookmark, "repository-film") == [(path, "deleted")]
    assert problem(post(server, central, path + "/withdrawal", {"note": "n"})) == (409, "already-withdrawn")
    again = post(server, central, path + "/reinstatement").json
    assert again == full.json | {"updated_at": again["updated_at"]} and again["updated_at"] > full.json["updated_at"]
    assert problem(post(server, central, path + "/reinstatement")) == (409, "not-withdrawn")
    for action, body in (("withdrawal", {"note": "n"}), ("reinstatement", None)):
        assert problem(post(server, central, f"/v1/resources/not-there/{action}", body)) == (404, "not-found")
    assert problem(patch(server, central, "/v1/resources/not-there", {"tier": 1})) == (404, "not-found")
    assert server.send("DELETE", path, token=central, if_match='"7.x"').status == 412
    assert patch(server, central, path, {"tier": 1}).status == 200 and server.send("PATCH", path, {"tier": 1}, token=central, if_match='"7.x"').status == 412
    assert problem(server.send("PUT", path, {"title": "t", "kind": "guide", **FROM}, central, If_None_Match="*")) == (412, "precondition-failed")
    assert problem(server.send("PUT", path + "-2", {"title": "t", "kind": "guide", "principle": "not-there", **FROM}, central, If_None_Match="*")) == (422, "reference-not-found")
    assert server.send("DELETE", path, token=central, if_match="*").status == 204
    assert server.get(path).status == 404 and server.send("DELETE", path, token=central, if_match="*").status == 404


def test_what_the_bank_begins_with(server):
    """The parts of the Toolkit that its announcements name; nothing is said that no source says."""
    items = [row for row in server.get("/v1/resources?limit=200").json["items"] if row["slug"].startswith("thriving-lives-toolkit-")]
    assert {row["tier"] for row in items} == {1, 2, 3, None} and all(row["title_source"] == "described" and row["sources"] for row in items)
    assert all(row["url"] is None and row["language"] is None and row["file_format"] is None and row["licence"] is None for row in items)


@pytest.fixture
def shelf(write):
    """Five items about zeppelins, which nothing else is about."""
    for slug, body in {
        "zeppelins-in-schools": dict(title="Zeppelins in schools", kind="research_report", year=2021, authors=["Quux, A."], language="en", file_format="pdf"),
        "zeppelin-training": dict(title="Training for crews", kind="briefing", year=2022, abstract="How children of zeppelin crews move between schools.", language="en", file_format="pdf"),
        "airship-guide": dict(title="Airship families", kind="guide", published_on="2022-05", note="Not about zeppelins but about balloons.", language="cy"),
    }.items():
        write(f"/v1/documents/repository-{slug}", **body)
    for slug, body in {
        "zeppelin-film": dict(title="The zeppelin and I", title_cy="Y seppelin a fi", kind="film", principle="wellbeing", phases=["primary", "early_years"], nations=["GB-WLS"], language="cy", file_format="video", published_on="2022"),
        "zeppelin-sheet": dict(title="Zeppelin worksheet", kind="guide", principle="transition", phases=["primary"], file_format="pdf"),
    }.items():
        write(f"/v1/resources/repository-{slug}", **body)


def test_search_and_facets(server, write, shelf):
    def slugs(**filters):
        return [row["slug"].removeprefix("repository-") for row in search(server, **filters)]

    found = slugs(q="zeppelins")
    assert set(found) == {"zeppelins-in-schools", "zeppelin-training", "airship-guide", "zeppelin-film", "zeppelin-sheet"}, "in every form of the word"
    assert set(found[3:]) == {"zeppelin-training", "airship-guide"}, "what has it in its title comes first"
    assert slugs(q="ZÉPPELIN -crews") and "zeppelin-training" not in slugs(q="ZÉPPELIN -crews")
    assert slugs(q='"children of zeppelin crews"') == ["zeppelin-training"]
    assert set(slugs(q="zeppelin balloons")) == {"airship-guide"} and set(slugs(q="quux or seppelin")) == {"zeppelins-in-schools", "zeppelin-film"}
    assert slugs(q="!!!") == [] and slugs(q="' OR 1=1 --") == []
    for filters, wanted in ((dict(collection="resources"), {"zeppelin-film", "zeppelin-sheet"}), (dict(year=2022), {"zeppelin-training", "airship-guide", "zeppelin-film"}),
                            (dict(kind="guide"), {"airship-guide", "zeppelin-sheet"}), (dict(phase="early_years"), {"zeppelin-film"}), (dict(nation="GB-WLS"), {"zeppelin-film"}),
                            (dict(principle="transition"), {"zeppelin-sheet"}), (dict(language="cy"), {"airship-guide", "zeppelin-film"}),
                            (dict(file_format="pdf", collection="documents"), {"zeppelins-in-schools", "zeppelin-training"})):
        assert set(slugs(q="zeppelin", **filters)) == wanted, filters
        assert facets(server, q="zeppelin", **filters)[0] == len(wanted)

    principle = server.get("/v1/toolkit/principles/transition").json
    [sheet] = search(server, q="zeppelin", principle="transition")
    assert sheet["principle"] == {part: principle[part] for part in ("slug", "name", "href")}
    total, counts = facets(server, q="zeppelin")
    assert (total, counts) == (5, {
        "collection": {"documents": 3, "resources": 2}, "kind": {"guide": 2, "briefing": 1, "film": 1, "research_report": 1}, "year": {"2022": 3, "2021": 1},
        "principle": {"wellbeing": 1, "transition": 1}, "phase": {"primary": 2, "early_years": 1}, "nation": {"GB-WLS": 1}, "language": {"cy": 2, "en": 2},
        "file_format": {"pdf": 3, "video": 1}})
    total, counts = facets(server, q="zeppelin", kind="guide")
    assert total == 2 and counts["kind"] == {"guide": 2, "briefing": 1, "film": 1, "research_report": 1}, "a facet shows what another choice would find"
    assert counts["year"] == {"2022": 1} and counts["collection"] == {"documents": 1, "resources": 1}
    total, counts = facets(server, q="zeppelin", kind="guide", year=2022)
    assert total == 1 and counts["kind"] == {"guide": 1, "briefing": 1, "film": 1} and counts["year"] == {"2022": 1} and counts["principle"] == {}
    names = {row["value"]: row["name"] for row in server.get("/v1/library/facets?q=zeppelin").json["facets"]["principle"]}
    assert names["wellbeing"] == server.get("/v1/toolkit/principles/wellbeing").json["name"]
    assert facets(server, q="nothingofthekind") == (0, {facet: {} for facet in counts})


def test_a_search_in_pages_is_the_search(server):
    for filters in ({"q": "children"}, {}, {"q": "toolkit or service or school"}):
        whole = [row["href"] for row in search(server, **filters)]
        total, _ = facets(server, **filters)
        assert len(whole) == len(set(whole)) == total > 5
        pages, cursor = [], ""
        while cursor is not None:
            page = server.get("/v1/library/search?" + urlencode({**filters, "limit": 3, **({"cursor": cursor} if cursor else {})})).json
            pages, cursor = pages + [row["href"] for row in page["items"]], page["next"]
        assert pages == whole
    assert server.get("/v1/library/search?format=csv&q=toolkit").text.startswith("collection,slug,title")
    newest = [row["published_on"] or str(row["year"] or "0000") for row in search(server)]
    assert [date[:4] for date in newest] == sorted((date[:4] for date in newest), reverse=True)


# https://schema.org/CreativeWork, Report, ScholarlyArticle: the properties that are used, and what they may be
SCHEMA_ORG = {"name": str, "author": list, "datePublished": str, "publisher": dict, "sponsor": dict, "abstract": str, "inLanguage": str, "license": str, "isbn": str,
              "version": str, "genre": str, "url": str, "sameAs": str, "conditionsOfAccess": str, "identifier": dict, "encoding": list, "mainEntityOfPage": str}
# CSL-JSON, csl-data.json of 1.0.2: the variables that are used, and what they may be
CSL = {"id": str, "type": str, "title": str, "author": list, "issued": dict, "publisher": str, "genre": str, "abstract": str, "language": str, "edition": str, "license": str,
       "ISBN": str, "DOI": str, "URL": str}


def check_linked(answer, record):
    assert answer.headers["Content-Type"] == "application/ld+json"
    work = dict(answer.json)
    assert work.pop("@context") == "https://schema.org" and work.pop("@id") == record["href"] and work["name"] == record["title"]
    assert work.pop("@type") in ("ScholarlyArticle", "Report", "CreativeWork")
    assert all(isinstance(value, SCHEMA_ORG[name]) for name, value in work.items()), work
    assert all(set(author) <= {"@type", "name", "familyName", "givenName", "honorificSuffix"} and author["name"] for author in work.get("author", []))
    assert re.fullmatch(r"\d{4}(-\d\d(-\d\d)?)?", work.get("datePublished", "2000")) and ("author" in work) == bool(record["authors"])


def check_citation(answer, record):
    assert answer.headers["Content-Type"] == "application/vnd.citationstyles.csl+json"
    item = answer.json
    assert item["id"] == record["slug"] and item["title"] == record["title"] and item["type"] in ("article-journal", "report", "document")
    assert all(isinstance(value, CSL[name]) for name, value in item.items()), item
    assert all(set(name) in ({"family", "given"}, {"family", "given", "suffix"}, {"literal"}) for name in item.get("author", []))
    if "issued" in item:
        [date] = item["issued"]["date-parts"]
        assert 1 <= len(date) <= 3 and all(isinstance(part, int) for part in date) and date[0] == record["year"]


@pytest.mark.parametrize("author, family, given, suffix", [
    ("van der Berg, J. P., Jr.", "van der Berg", "J. P.", "Jr."), ("van der Berg, Jr., J. P.", "van der Berg", "J. P.", "Jr."), ("Smith, J.", "Smith", "J.", None),
    ("Smith, Jane M.", "Smith", "Jane M.", None), ("Smith, J. Mary", "Smith", "J. Mary", None), ("Ó Dálaigh, É.-J., III", "Ó Dálaigh", "É.-J.", "III"),
    ("O’Neil-Jones, A.B.", "O’Neil-Jones", "A.B.", None),
    ("Department for Education, England", None, None, None), ("Ministry of Defence, Army, Families", None, None, None), ("Ministry of Defence, UK", None, None, None),
    ("Smith, Jane", None, None, None), ("Army & Navy, Ltd.", None, None, None), ("Research and Co", None, None, None), ("Smith, J., et al.", None, None, None)])
def test_an_author_is_whole_in_every_citation(server, write, author, family, given, suffix):
    """A person where it is surely one; nothing of a name is lost, and an organisation is cited as it is called."""
    slug = "/v1/documents/repository-author-" + hashlib.md5(author.encode()).hexdigest()[:8]
    write(slug, title="Named", kind="report", authors=[author])
    [csl], [linked] = server.get(slug + "/csl").json["author"], server.get(slug + "/jsonld").json["author"]
    assert csl == ({key: value for key, value in (("family", family), ("given", given), ("suffix", suffix)) if value} if family else {"literal": author})
    assert linked == ({"@type": "Person", "name": " ".join(filter(None, (given, family, suffix))), "familyName": family, "givenName": given,
                       **({"honorificSuffix": suffix} if suffix else {})} if family else {"name": author})
    parts = "".join(csl.values())
    assert sorted(c for c in author if c.isalnum()) == sorted(c for c in parts if c.isalnum()), "nothing is lost"


@pytest.mark.parametrize("author", ["Smith, J.; Jones, K.", "Smith, J., Jones, K.", "Smith, J. and Jones, K.", "Smith, J. & Jones, K.", "A, B. and C, D. and E, F.", ", J.", "Smith,",
                                    " ", "\u200b", "Smith\nJones", "Smith, J., and Jones, K."])
def test_two_authors_in_one_are_refused(server, central, author):
    for path in ("documents", "resources"):
        answer = server.send("PUT", f"/v1/{path}/repository-author-none", {**FROM, "title": "Named", "kind": "report", "authors": [author]}, central, If_None_Match="*")
        assert answer.status == 422, answer.text


def test_every_document_for_catalogues_and_citations(server, write):
    full = write("/v1/documents/repository-cited", title="Crossing the Tamar & other moves", kind="journal_article", published_on="2024-05-02", authors=["Ó Dálaigh, C.", "Future Views"],
                 publisher="University Press", commissioned_by="A Trust (funder)", abstract='With "quotes".', language="en-GB", licence="CC-BY-4.0", isbn="9780306406157",
                 doi="10.5072/tamar", edition="2nd", embargo_until="2999-01-01", url="https://press.example/tamar").json
    for record in server.get("/v1/documents?limit=200").json["items"]:
        check_linked(server.get(record["href"] + "/jsonld"), record)
        check_citation(server.get(record["href"] + "/csl"), record)
    assert server.get(full["href"] + "/jsonld").json == {
        "@context": "https://schema.org", "@type": "ScholarlyArticle", "@id": full["href"], "mainEntityOfPage": full["url"], "name": full["title"],
        "author": [{"@type": "Person", "name": "C. Ó Dálaigh", "familyName": "Ó Dálaigh", "givenName": "C."}, {"name": "Future Views"}], "datePublished": "2024-05-02",
        "publisher": {"@type": "Organization", "name": "University Press"}, "sponsor": {"@type": "Organization", "name": "A Trust"}, "abstract": full["abstract"],
        "inLanguage": "en-GB", "license": "https://spdx.org/licenses/CC-BY-4.0.html", "isbn": full["isbn"], "version": "2nd", "genre": "journal_article", "url": full["url"],
        "sameAs": "https://doi.org/10.5072/tamar", "conditionsOfAccess": "Embargoed until 2999-01-01", "identifier": {"@type": "PropertyValue", "propertyID": "doi", "value": "10.5072/tamar"}}
    assert server.get(full["href"] + "/csl").json == {
        "id": full["slug"], "type": "article-journal", "title": full["title"], "author": [{"family": "Ó Dálaigh", "given": "C."}, {"literal": "Future Views"}],
        "issued": {"date-parts": [[2024, 5, 2]]}, "publisher": "University Press", "genre": "journal article", "abstract": full["abstract"], "language": "en-GB", "edition": "2nd",
        "license": "CC-BY-4.0", "ISBN": full["isbn"], "DOI": full["doi"], "URL": full["url"]}
    bare = write("/v1/documents/repository-bare", title="Bare", kind="guide").json
    assert server.get(bare["href"] + "/csl").json == {"id": bare["slug"], "type": "document", "title": "Bare", "genre": "guide"}
    for media in ("application/ld+json", "application/json;q=0.5, application/ld+json", "*/*"):
        assert server.get(bare["href"] + "/jsonld", Accept=media).status == 200
    for part in ("jsonld", "csl"):
        assert problem(server.get("/v1/documents/not-there/" + part)) == (404, "not-found")
