"""What people type and paste: searches in any letters, names with white space that is not seen."""
import random
from urllib.parse import quote

import pytest

FROM = {"sources": ["https://www.scipalliance.example/typed"], "confidence": "high"}
SIGNS = ["-", '"', "'", "\\", " ", "\t", "\n", "or", "and", "(", ")", "|", "&", "!", "<->", ":*", ":", "*", "%", "_", "a", "well", "2021", "é", "\u0301", "\u200b",
         "\u3164", "🎓", ",", "–", "“", "”", "½", "İ", "\ufffd", "\ue000", "\ue001", "ﷺ"]


@pytest.fixture(scope="module")
def searches(contract):
    """The paths of every operation with a q, and how long it may be."""
    def resolve(parameter):
        while "$ref" in parameter:
            found = contract
            for part in parameter["$ref"].removeprefix("#/").split("/"):
                found = found[part]
            parameter = found
        return parameter
    found = {}
    for path, item in contract["paths"].items():
        get = item.get("get", {})
        for parameter in map(resolve, [] if get.get("security") else get.get("parameters", [])):  # those that everybody may ask
            if parameter["name"] == "q" and parameter["in"] == "query":
                found[path] = parameter["schema"]["maxLength"]
    assert len(found) >= 9 and not any("{" in path for path in found)
    return found


@pytest.fixture(scope="module", autouse=True)
def tidy(cluster):
    clear = "".join(f"DELETE FROM scip.{table} WHERE slug LIKE 'typed-%';" for table in ("document", "resource", "event", "news", "organisation", "policy_contribution"))
    cluster.psql(clear, "scip_migrator")
    yield
    cluster.psql(clear, "scip_migrator")


def ask(server, path, text):
    return server.get(f"{path}?q={quote(text, safe='')}")


@pytest.mark.parametrize("text", ["-" * 33, "a " + "-" * 32 + "b", "- " * 40, '"' * 99, "'", "\\", "(((", ":*", "a & | b", "!!!", "%", "_", "or or or", "-or -or", "🎓", "\u200b",
                                  "e\u0301", "\ufeff", "\ue000" * 50, "-\u3164 " * 33, "' OR 1=1 --", "<b>", "1;2", "--", "+", "\u2013" * 33])
def test_no_text_is_an_error(server, searches, text):
    for path in searches:
        assert ask(server, path, text).status == 200, (path, text)


def test_texts_that_are_no_query(server, searches):
    for path, longest in searches.items():
        for query in ("q=" + "-" * (longest + 1), "q=" + "a" * 10_000, "q=a%00b", "q=%00", "q=%ff", "q="):
            assert server.get(f"{path}?{query}").status == (414 if len(query) > 8192 else 400), (path, query[:20])
        assert ask(server, path, "x" * longest).status == 200


def test_no_mixture_of_signs_is_an_error(server, searches):
    chance = random.Random(20211)
    for _ in range(120):
        path = chance.choice(sorted(searches))
        text = "".join(chance.choice(SIGNS) for _ in range(chance.randint(1, 90)))[:searches[path]]
        assert ask(server, path, text).status == 200, (path, text)


NAMES = {"King’s College of Typing": ["kings college of typing", "king's college", "KING’S COLLEGE", "Kings\u00a0College"],
         "Well-being of the typed": ["wellbeing of", "well being", "well-being", "Well\u2011being"],
         "Typed figures 2021/22, 1,800 in all": ["2021-22", "2021/22", "2021 22", "1800", "1,800"],
         "Café “Tŷ Gwŷn” typed": ["cafe", "ty gwyn", '"Tŷ Gwŷn"', "cafe\u0301"]}


def test_nothing_of_it_is_in_the_log(server, searches):
    """What PostgreSQL notices of a text quotes it."""
    for path in searches:
        assert ask(server, path, "the !!!").status == 200
    assert [event for event in server.events() if "text" in event] == [], "every line is JSON, none is libpq's"


def test_what_is_searched_and_what_is_asked_are_cut_alike(server, central, searches):
    wanted = {}
    for n, title in enumerate(NAMES):
        for path, body in (("news", dict(title=title, kind="news", publisher="The Typists", published_on="2022", url="https://typed.example/n", language="en")),
                           ("documents", dict(title=title, kind="briefing")), ("resources", dict(title=title, kind="guide")),
                           ("events", dict(title=title, kind="conference", language="en", starts_on="2022-05-05")), ("organisations", dict(name=title)),
                           ("policy-contributions", dict(title=title, kind="policy_win", body="Parliament"))):
            schema_safe = {**FROM, **body}
            answer = server.send("PUT", f"/v1/{path}/typed-{n}", schema_safe, central, If_None_Match="*")
            if answer.status == 400:
                for error in answer.json["errors"]:
                    schema_safe.pop(error["pointer"].removeprefix("/body/"), None)
                answer = server.send("PUT", f"/v1/{path}/typed-{n}", schema_safe, central, If_None_Match="*")
            assert answer.status == 201, (path, answer.text)
            wanted[path, n] = answer.headers["Location"]
            if path == "events":
                assert server.send("POST", f"/v1/events/typed-{n}/publication", None, central, if_match="*").status in (200, 404)
    assert len(wanted) == 6 * len(NAMES)
    for path in ("/v1/news", "/v1/documents", "/v1/resources", "/v1/organisations", "/v1/policy-contributions", "/v1/library/search"):
        for n, (title, questions) in enumerate(NAMES.items()):
            for question in questions:
                slugs = [row["slug"] for row in ask(server, path, question).json["items"]]
                assert f"typed-{n}" in slugs, (path, title, question)
    assert not [row for row in ask(server, "/v1/library/search", "typed -wellbeing").json["items"] if row["slug"] == "typed-1"]


def test_a_title_is_a_line_that_shows_something(server, central):
    for title in (" ", "\u00a0", "\u200b", "\u2800\u3164", "a\u0007b", "a\nb", "a\tb", "a\u2028b", "a\u0085b", "\u202e"):
        answer = server.send("PUT", "/v1/organisations/typed-none", {**FROM, "name": title}, central, If_None_Match="*")
        assert answer.status == 422, repr(title)


def test_texts_that_show_nothing_are_refused_wherever_one_is_asked_for(cluster, server, central):
    name, _ = cluster.client("website")
    clients = server.send("GET", "/v1/clients?limit=200", token=central).json["items"]
    client = next(row for row in clients if name in str(row))
    assert server.send("PATCH", client["href"], {"name": "\u200b\u2800"}, token=central, if_match="*").status == 422
    rule = server.send("PUT", "/v1/hubs/scotland-hub/quorum-rules/2001-01-01?dry_run=true", {"sectors": ["he"], "minimum_members": 1, "reason": "\u2060"}, token=central, If_None_Match="*")
    assert rule.status == 422, rule.text


def test_white_space_makes_nobody_else(server, cluster, central):
    lead = cluster.token(server, "hub_lead", hub="scotland-hub")
    people = set()
    for name in (" W Padded ", "W Padded", "W\u00a0Padded", "W\t Padded".replace("\t", "\u2003"), "W \u200bPadded\ufeff", "w  padded", "W Padde\u0064\u00ad"):
        answer = server.send("POST", "/v1/people", {"name": name, "email": "w.padded@typed.example"}, lead)
        people.add((answer.status, answer.json.get("name")))
    assert {status for status, _ in people} == {201, 409}, people
    assert ("W Padded" in {name for _, name in people}), "stored as it is read"
    assert cluster.psql("SELECT count(*) FROM scip.person WHERE email = 'w.padded@typed.example'").strip() == "1"


def test_a_year_is_one_in_every_spelling(server, central, contract):
    """In every query that takes a period: the same answer, and 400 for what is none."""
    asked = 0
    for path, item in contract["paths"].items():
        for parameter in item.get("get", {}).get("parameters", []):
            if "$ref" in parameter:
                parameter = contract["components"]["parameters"][parameter["$ref"].rsplit("/", 1)[1]]
            if (parameter["name"], parameter["in"]) != ("period", "query"):
                continue
            target = path.replace("{slug}", {"groups": "board"}.get(path.split("/")[2], "scotland-hub")).replace("{code}", "hubs")
            quarter = "-Q1" if path == "/v1/quarterly-updates" else ""
            answers = [server.send("GET", f"{target}?{parameter['name']}={quote(year + quarter, safe='')}", token=central) for year in ("2021-22", "2021/22", "202122")]
            shown = [{**answer.json, "next": None, "instance": None} for answer in answers]
            assert shown[0] == shown[1] == shown[2] and len({answer.status for answer in answers}) == 1 and answers[0].status in (200, 404), (target, [answer.text for answer in answers])
            for wrong in ("0000-01", "2021--22", "2021-22-Q5", "21/22", "2021.22", "_"):
                assert server.send("GET", f"{target}?{parameter['name']}={quote(wrong, safe='')}", token=central).status in (200, 400, 404), (target, wrong)
            asked += answers[0].status == 200
    assert asked >= 15
    assert server.get("/v1/training/figures?period=_").status == 400
    both = server.get("/v1/metrics/hubs/values?period=2010-11")
    assert "2010/11" in both.text and "2010-M11" in both.text, "what could be two things is refused with both"


SPELLINGS = {"GB-COH-01239999": ["GB-COH-1239999", "gb-coh-01239999", "GB-COH-01239999 "], "GB-SC-SC099999": ["GB-SC-sc099999", "GB-SC-SC99999", "GB-SC-099999"],
             "GB-CHC-1999999": ["GB-CHC-01999999", "gb-chc-1999999"], "GB-NIC-109999": ["GB-NIC-NIC109999"], "GB-UKPRN-99009999": ["gb-ukprn-99009999", "GB-UKPRN-9900 9999"],
             "GB-EDU-199999": ["GB-EDU-0199999"], "GB-COH-SC099999": ["GB-COH-sc99999"], "XI-ROR-0abc9999": ["XI-ROR-https://ror.org/0abc9999", "xi-ror-0ABC9999"],
             "XI-GRID-grid.99999.9f": ["XI-GRID-GRID.99999.9F"], "IE-CHY-9999": ["ie-chy-9999"], "GB-LAE-E99": ["GB-LAE-e99"], "XI-WIKIDATA-Q99999999": ["XI-WIKIDATA-q99999999"]}


def test_an_identifier_is_one_in_every_spelling(server, central):
    """Kept in one, found by all, and never given to two organisations."""
    ror = {"XI-ROR-0abc9999": "XI-ROR-0abcd9999"} # nine characters
    for number, (kept, others) in enumerate(SPELLINGS.items()):
        fix = lambda text: text.replace("0abc9999", "0abcd9999").replace("0ABC9999", "0ABCD9999")
        kept, others = ror.get(kept, kept), [fix(text) for text in others]
        made = server.send("PUT", f"/v1/organisations/typed-id-{number}", {**FROM, "name": f"Typed {number}", "identifiers": [others[0], kept]}, central, If_None_Match="*")
        assert (made.status, made.json.get("identifiers")) == (201, [kept]), (kept, made.text)
        for spelling in [kept, *others]:
            found = server.get(f"/v1/organisations?identifier={quote(spelling, safe='')}")
            assert [row["slug"] for row in found.json["items"]] == [f"typed-id-{number}"], spelling
            twice = server.send("PUT", "/v1/organisations/typed-id-twice", {**FROM, "name": "Twice", "identifiers": [spelling]}, central, If_None_Match="*")
            assert twice.status == 409, (spelling, twice.text)
    for wrong in ("GB-CHC-ABC", "GB-UKPRN-1000361", "GB-XYZ-1", "XI-XYZ-1", "GB-SC-SC1234567", "GB-COH-123456789", "GB-COH-00000000", "GB-EDU-12", "XI-ROR-9", "XI-GRID-1", "GB-CHC-0"):
        answer = server.send("PUT", "/v1/organisations/typed-id-none", {**FROM, "name": "None", "identifiers": [wrong]}, central, If_None_Match="*")
        assert (answer.status, answer.json["type"]) == (422, "/problems/identifier-form"), (wrong, answer.text)
        assert server.get(f"/v1/organisations?identifier={wrong}").json["items"] == []
    for wrong in ("10003614", "GB-CHC-", "GB-CHC- ", "G-CHC-1"):
        assert server.get(f"/v1/organisations?identifier={quote(wrong)}").status == 400, wrong


DAYS = ["0001-01-01", "2020-02-29", "2025-08-31", "9999-12-31"]


def test_days_in_any_order_are_answered(server, central, contract):
    """Every two days that a reader may choose, also the later one first: an answer that the contract has, and none but 400 for what it refuses."""
    tried = 0
    for path, item in contract["paths"].items():
        operation = item.get("get")
        if not operation or not path.startswith("/v1/"):
            continue
        named = [contract["components"]["parameters"][p["$ref"].rsplit("/", 1)[1]] if "$ref" in p else p for p in operation.get("parameters", [])]
        days = [p["name"] for p in named if p["in"] == "query" and "format" in p["schema"] and p["schema"]["format"] == "date"]
        months = [p["name"] for p in named if p["in"] == "query" and p["name"] in ("from", "to") and p["name"] not in days]
        target = path.replace("{code}", "hubs").replace("{year}", "2023-24").replace("{slug}", "board" if path.startswith("/v1/groups") else "scotland-hub")
        if "{" in target or not days + months:
            continue
        values = DAYS if days else ["0001-M01", "2020-M02", "9999-M12"]
        for one in values:
            for other in values:
                query = "&".join(f"{name}={value}" for name, value in zip((days or months) + ["as_of"], (one, other)) if name in days + months)
                answer = server.send("GET", f"{target}?{query}", token=central)
                assert str(answer.status) in operation["responses"], (target, query, answer.status, answer.text)
                tried += 1
    assert tried > 100
