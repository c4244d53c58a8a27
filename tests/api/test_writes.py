"""What the central team and a partner write: a first day as the guide has it, every record's life, and many hands at once."""
import json
import threading
import time
import uuid
from collections import Counter

import pytest
from harness import delete, patch

FROM = {"sources": ["https://www.scipalliance.example/minutes"], "confidence": "high"}


@pytest.fixture(scope="module", autouse=True)
def tidy(cluster):
    """What a run that failed has left."""
    cluster.psql("DELETE FROM scip.account_role WHERE group_id IN (SELECT id FROM scip.alliance_group WHERE slug LIKE 'writes-%');" + "".join(
        f"DELETE FROM scip.{table} WHERE slug LIKE 'writes-%';"
        for table in ("news", "document", "resource", "policy_contribution", "alliance_group", "toolkit_principle", "toolkit_fact", "strategy", "organisation")), "scip_migrator")


@pytest.fixture(scope="module")
def partner(cluster, server):
    return cluster.token(server, "partner", organisation="university-of-winchester")


def put(server, token, path, body, target="", **headers):
    return server.send("PUT", path + target, body, token=token, **{"If_None_Match": "*", **headers})


def problem(answer):
    return answer.status, answer.json["type"]


def pointers(answer):
    return {error["pointer"] for error in answer.json["errors"]}


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


def audit(cluster, answer):
    """What a request left in the audit: table, operation, op, one line each."""
    return cluster.psql(f"""SELECT "table", operation, op FROM scip.audit WHERE request = '{answer.headers["X-Request-Id"]}' ORDER BY id""").splitlines()


def test_the_central_teams_first_day(server, cluster, central):
    """A post goes up, is corrected, is nearly overwritten, and taken down; who follows the changes sees it all."""
    post, path = {"title": "The Alliance has an API", "kind": "news", "published_on": "2025-11-25", **FROM}, "/v1/news/writes-first-day"
    bookmark = server.get("/v1/changes?start=now").json["next"]

    # First without consequence: all is checked and answered, and nothing is stored.
    dry = put(server, central, path, post, "?dry_run=true")
    assert dry.status == 201 and dry.json["title"] == post["title"]
    assert server.get(path).status == 404 and not audit(cluster, dry)

    made = put(server, central, path, post)
    assert (made.status, made.headers["Location"]) == (201, path)
    assert made.headers["Cache-Control"] == "private, no-store"
    assert made.json == {"slug": "writes-first-day", "updated_at": made.json["updated_at"], "title_source": "page", "published_precision": "day", "publisher": None, "url": None,
                         "status": "published", "picture": None, "picture_alt": None, "picture_alt_cy": None, "title_cy": None,
                         "summary": None, "summary_cy": None, "body": None, "body_cy": None, "href": path, **post}
    assert audit(cluster, made) == ["news|putNewsItem|INSERT"]

    # Everybody reads it at once, with the same validator.
    read = server.get(path)
    assert read.json == made.json and read.headers["ETag"] == made.headers["ETag"]
    assert "writes-first-day" in [row["slug"] for row in server.get("/v1/news?q=has%20an%20api").json["items"]]

    # A colleague has the post open as well. The first change wins, the second one gets 412.
    corrected = patch(server, central, path, {"title": "The Alliance has its API", "publisher": "SCiP Alliance"}, read.headers["ETag"])
    assert corrected.status == 200 and corrected.json == {**made.json, "title": "The Alliance has its API", "publisher": "SCiP Alliance", "updated_at": corrected.json["updated_at"]}
    assert problem(patch(server, central, path, {"title": "Overwritten"}, read.headers["ETag"])) == (412, "/problems/precondition-failed")
    assert server.get(path).json == corrected.json
    assert patch(server, central, path, {"publisher": None}, server.get(path).headers["ETag"]).json["publisher"] is None

    # Trying a deletion deletes nothing.
    tag = server.get(path).headers["ETag"]
    assert delete(server, central, path + "?dry_run=true", tag).status == 204
    assert server.get(path).status == 200
    gone = delete(server, central, path, tag)
    assert gone.status == 204 and not gone.body
    assert server.get(path).status == 404
    assert audit(cluster, gone) == ["news|deleteNewsItem|DELETE"]

    seen, until = [], time.monotonic() + 5
    while "deleted" not in [op for _, op in seen] and time.monotonic() < until:
        page = server.get("/v1/changes?cursor=" + bookmark).json
        seen += [(change["href"], change["op"]) for change in page["items"] if change["key"] == "writes-first-day"]
        bookmark = page["next"]
    assert seen == [(path, "changed"), (path, "changed"), (path, "changed"), (path, "deleted")]


# name: path, the least a new one needs, a change, what the change looks like, a change that a rule refuses, that rule
RECORDS = {
    "news": ("/v1/news/writes-life", {"title": "A post", "kind": "views"}, {"published_on": "2025-06", "url": "https://news.example/1"}, {"published_precision": "month"}, {"title": "  "}, "text-blank"),
    "document": ("/v1/documents/writes-life", {"title": "A report", "kind": "briefing", "published_on": "2024-05"}, {"authors": ["A. Author", "B. Author"], "note": "n"}, {"year": 2024}, {"year": 2023}, "year-not-of-date"),
    "resource": ("/v1/resources/writes-life", {"title": "A film", "kind": "film"}, {"phases": ["primary"], "principle": None, "licence": "CC-BY-4.0", "accessibility": "Captions"}, {"status": "available"}, {"published_on": "2025-02-30"}, "bad-request"),
    "policy": ("/v1/policy-contributions/writes-life", {"title": "Evidence", "kind": "inquiry_evidence", "body": "A committee"}, {"body": None, "outcome": "quoted"}, {"published_on": None}, {"published_on": "2025-02-30"}, "bad-request"),
    "group": ("/v1/groups/writes-life", {"name": "Group", "kind": "governance", "status": "active"}, {"from": "2020", "to": "2021-05", "status": "closed"}, {"organisations": []}, {"from": "2022"}, "to-before-from"),
    "principle": ("/v1/toolkit/principles/writes-life", {"ordinal": 90, "name": "A principle"}, {"summary": "s"}, {"ordinal": 90}, {"sources": [""]}, "value-not-valid"),
    "fact": ("/v1/toolkit/facts/writes-life", {"kind": "fact", "name": "A fact"}, {"value": "7", "text": "t", "ordinal": 3}, {"kind": "fact"}, {"name": "\t"}, "text-blank"),
    "strategy": ("/v1/strategies/writes-life", {"name": "Strategy", "period": "2090-93", "from": "2090", "to": "2093"}, {"period": "2090-94", "to": "2094", "summary": "s"}, {"themes": []}, {"to": "2080"}, "to-before-from"),
    "organisation": ("/v1/organisations/writes-life", {"name": "Órganisation"}, {"nation": "GB-WLS", "website": "https://o.example", "description": "r", "note": "n"}, {"uk_wide": None}, {"uk_wide": True}, "values-exclude-each-other"),
}


@pytest.mark.parametrize("name", RECORDS)
def test_the_life_of_a_record(server, central, name):
    path, least, change, shown, refused, rule = RECORDS[name]
    new = {**least, **FROM}
    assert problem(put(server, central, path, new, If_None_Match="")) == (400, "/problems/bad-request")
    assert problem(server.send("PUT", path, new, token=central)) == (428, "/problems/precondition-required")
    assert problem(put(server, central, path, b"x", Content_Type="text/plain")) == (415, "/problems/unsupported-media-type")
    assert pointers(put(server, central, path, least)) == {"/body/sources", "/body/confidence"}
    assert pointers(put(server, central, path, {**new, "version": 3})) == {"/body/version"}
    label = next(key for key in ("title", "name") if key in least)
    assert problem(put(server, central, path, {**new, label: "   "})) == (422, "/problems/text-blank")
    assert server.get(path).status == 404

    made = put(server, central, path, new)
    assert made.status == 201, made.text
    assert new.items() <= made.json.items() and server.get(path).json == made.json
    assert problem(put(server, central, path, new)) == (412, "/problems/precondition-failed")

    assert problem(server.send("PATCH", path, change, token=central)) == (428, "/problems/precondition-required")
    assert problem(patch(server, central, path, b"{}", Content_Type="application/json")) == (415, "/problems/unsupported-media-type")
    assert pointers(patch(server, central, path, {})) == {"/body"}
    assert pointers(patch(server, central, path, {"slug": "other"})) == {"/body/slug"}
    assert pointers(patch(server, central, path, {"confidence": None})) == {"/body/confidence"}
    dry = patch(server, central, path + "?dry_run=true", change, made.headers["ETag"])
    assert dry.status == 200 and change.items() <= dry.json.items()
    assert server.get(path).json == made.json
    changed = patch(server, central, path, change, made.headers["ETag"])
    assert changed.status == 200 and {**change, **shown}.items() <= changed.json.items()
    assert {key: value for key, value in changed.json.items() if key in least} == {**least, **{key: change[key] for key in change if key in least}}
    assert problem(patch(server, central, path, refused)) == (400 if rule == "bad-request" else 422, "/problems/" + rule)
    assert problem(patch(server, central, path, change, made.headers["ETag"])) == (412, "/problems/precondition-failed")
    assert problem(patch(server, central, path, change, '"nonsense"')) == (412, "/problems/precondition-failed")
    assert server.get(path).json == changed.json

    assert problem(server.send("DELETE", path, token=central)) == (428, "/problems/precondition-required")
    assert problem(delete(server, central, path, made.headers["ETag"])) == (412, "/problems/precondition-failed")
    assert delete(server, central, path, changed.headers["ETag"]).status == 204
    for answer in (server.get(path), patch(server, central, path, change), delete(server, central, path)):
        assert problem(answer) == (404, "/problems/not-found")
    assert put(server, central, path, new, "?dry_run=true").status == 201, "the slug is free again"


@pytest.mark.parametrize("body, pointer", [
    ({"title": ""}, "/body/title"), ({"title": 7}, "/body/title"), ({"title": None}, "/body/title"), ({"kind": "News!"}, "/body/kind"),
    ({"published_on": "June 2025"}, "/body/published_on"), ({"url": "javascript:alert(1)"}, "/body/url"), ({"sources": []}, "/body/sources"),
    ({"sources": ["a", 1]}, "/body/sources/1"), ({"confidence": "sure"}, "/body/confidence"), ({"href": "/v1"}, "/body/href"), ({"title": "x" * 501}, "/body/title")])
def test_a_bad_value_is_named(server, central, body, pointer):
    new = {"title": "A post", "kind": "news", **FROM}
    for answer in (put(server, central, "/v1/news/writes-bad", {**new, **body}), patch(server, central, "/v1/news/writes-bad", body)):
        assert answer.status == 400 and pointer in pointers(answer)
    several = put(server, central, "/v1/news/writes-bad", {**new, **body, "extra": 1})
    assert {pointer, "/body/extra"} <= pointers(several), "all of them at once"


def test_a_bad_value_inside_a_set_is_named(server, central):
    body = {"name": "Organisation", **FROM, "other_names": [{"name": "Other", "kind": "former"}, {"name": "Another"}],
            "sectors": [{"sector": "he", "from": "last year"}], "identifiers": ["10003614"], "partnerships": [{"role": "friend"}]}
    assert {"/body/other_names/1/kind", "/body/sectors/0/from", "/body/identifiers/0", "/body/partnerships/0/role"} <= pointers(
        put(server, central, "/v1/organisations/writes-bad", body))


def test_an_organisation_with_all_it_has(server, cluster, central):
    path = "/v1/organisations/writes-college"
    college = {"name": "College of Writes", "other_names": [{"name": "Coleg Writes", "kind": "welsh"}, {"name": "Writes Tech", "kind": "former"}],
               "sectors": [{"sector": "fe", "from": "2001"}, {"sector": "he"}], "nation": "GB-ENG", "region": "E12000008",
               "identifiers": ["GB-UKPRN-99000001", "GB-COH-99000002"], "partnerships": [{"role": "regional_partner", "from": "2020-09", "description": "Local base visits"}], **FROM}
    made = put(server, central, path, college)
    assert made.status == 201, made.text
    assert made.json["region"]["href"] == "/v1/regions/south-east"
    assert made.json["sectors"] == [{"sector": "fe", "kind": None, "from": "2001", "to": None}, {"sector": "he", "kind": None, "from": None, "to": None}]
    assert made.json["identifiers"] == ["GB-COH-99000002", "GB-UKPRN-99000001"]
    assert made.json["partnerships"] == [{"role": "regional_partner", "from": "2020-09", "to": None, "description": "Local base visits",
                                          "brings": None, "brings_cy": None}]

    # A list that is given replaces the list; what is the same in both is left alone, other lists stay.
    changed = patch(server, central, path, {"sectors": [{"sector": "fe", "from": "2001", "to": "2024"}, {"sector": "he"}], "other_names": [],
                                            "region": "london", "identifiers": ["GB-UKPRN-99000001"]}, made.headers["ETag"])
    assert changed.status == 200, changed.text
    assert changed.json["sectors"][0]["to"] == "2024" and changed.json["other_names"] == [] and changed.json["identifiers"] == ["GB-UKPRN-99000001"]
    assert changed.json["region"]["name"] == "London" and changed.json["partnerships"] == made.json["partnerships"]
    assert Counter(audit(cluster, changed)) == Counter({
        "organisation|patchOrganisation|UPDATE": 1, "organisation_sector|patchOrganisation|DELETE": 1, "organisation_sector|patchOrganisation|INSERT": 1,
        "organisation_name|patchOrganisation|DELETE": 2, "organisation_identifier|patchOrganisation|DELETE": 1})
    assert problem(patch(server, central, path, {"name": "Late"}, made.headers["ETag"])) == (412, "/problems/precondition-failed")
    assert patch(server, central, path, {"region": None}).json["region"] is None

    unknown = patch(server, central, path, {"region": "atlantis", "name": "Half"})
    assert problem(unknown) == (422, "/problems/reference-not-found")
    assert server.get(path).json["name"] == "College of Writes"
    taken = put(server, central, "/v1/organisations/writes-double", {"name": "Double", "identifiers": ["GB-UKPRN-99000001"], **FROM})
    assert problem(taken) == (409, "/problems/already-exists")
    assert server.get("/v1/organisations/writes-double").status == 404
    twice = patch(server, central, path, {"sectors": [{"sector": "charity"}, {"sector": "charity", "to": "2020"}]})
    assert problem(twice) == (409, "/problems/already-exists")
    assert delete(server, central, path).status == 204


def test_a_renamed_organisation_is_still_found(server, central):
    old, new = "/v1/organisations/writes-old-name", "/v1/organisations/writes-new-name"
    assert put(server, central, old, {"name": "Old Name", **FROM}).status == 201
    renamed = patch(server, central, old, {"new_slug": "writes-new-name", "name": "New Name", "other_names": [{"name": "Old Name", "kind": "former"}]})
    assert renamed.status == 200 and renamed.json["href"] == new and "Location" not in renamed.headers
    moved = server.get(old)
    assert (moved.status, moved.headers["Location"]) == (308, new)
    assert server.get(new).headers["ETag"] == renamed.headers["ETag"]
    assert problem(patch(server, central, old, {"note": "n"})) == (404, "/problems/not-found")
    reused = put(server, central, old, {"name": "Another", **FROM})
    assert (reused.status, reused.json["type"]) == (409, "/problems/slug-retired")
    assert problem(patch(server, central, new, {"new_slug": "university-of-winchester"})) == (409, "/problems/slug-taken")
    back = patch(server, central, new, {"new_slug": "writes-old-name"})
    assert back.status == 200 and server.get(new).headers["Location"] == old
    assert delete(server, central, old).status == 204
    assert server.get(new).status == 404


def test_what_others_refer_to_stays(server, cluster, central):
    """An organisation that leads a Hub; one in a group; a group in which an account has a seat."""
    lead = server.get("/v1/hubs/scotland-hub").json
    lead = (lead["current_leads"] + lead["last_known_leads"] + lead["former_leads"])[0]["href"]
    assert problem(delete(server, central, lead)) == problem(delete(server, central, lead + "?dry_run=true")) == (409, "/problems/in-use")
    assert server.get(lead).status == 200
    member, group = "/v1/organisations/writes-member", "/v1/groups/writes-seats"
    assert put(server, central, member, {"name": "Member", **FROM}).status == 201
    unknown = put(server, central, group, {"name": "Seats", "kind": "governance", "status": "active", "organisations": ["writes-member", "writes-nobody"], **FROM})
    assert problem(unknown) == (422, "/problems/reference-not-found")
    assert server.get(group).status == 404
    made = put(server, central, group, {"name": "Seats", "kind": "governance", "status": "active", "organisations": ["writes-member", "university-of-winchester"], **FROM})
    assert [row["slug"] for row in made.json["organisations"]] == ["writes-member", "university-of-winchester"]
    assert delete(server, central, member).status == 409
    kept = patch(server, central, group, {"organisations": ["university-of-winchester"]}, made.headers["ETag"])
    assert [row["slug"] for row in kept.json["organisations"]] == ["university-of-winchester"]
    assert patch(server, central, group, {"purpose": "p"}).json["organisations"] == kept.json["organisations"]
    assert delete(server, central, member).status == 204
    cluster.token(server, "group_member", group="writes-seats")
    assert delete(server, central, group).status == 409
    cluster.psql("DELETE FROM scip.account_role WHERE group_id = (SELECT id FROM scip.alliance_group WHERE slug = 'writes-seats')", "scip_migrator")
    assert delete(server, central, group).status == 204


def test_a_strategys_themes_keep_their_order(server, central):
    path, theme = "/v1/strategies/writes-themes", lambda slug, name=None: {"slug": slug, "name": name or slug.title()}
    made = put(server, central, path, {"name": "Themes", "period": "2080-84", "from": "2080-09", "to": "2084-08", "themes": [theme("b"), theme("a"), theme("c")], **FROM})
    assert [row["slug"] for row in made.json["themes"]] == ["b", "a", "c"]
    changed = patch(server, central, path, {"themes": [theme("c"), theme("d"), theme("b", "Bee"), theme("a")]}, made.headers["ETag"])
    assert changed.json["themes"] == [theme("c"), theme("d"), theme("b", "Bee"), theme("a")]
    assert problem(patch(server, central, path, {"themes": [theme("c"), theme("c", "Sea")]})) == (409, "/problems/slug-taken")
    period = {"name": "Other", "period": "2080-84", "from": "2080", "to": "2084", **FROM}
    assert problem(put(server, central, "/v1/strategies/writes-same-period", period)) == (409, "/problems/already-exists")
    assert problem(patch(server, central, path, {"period": "2019-22"})) == (409, "/problems/already-exists")
    assert server.get(path).json == changed.json
    assert delete(server, central, path).status == 204


def test_a_rule_that_waits_for_the_commit(server, central):
    """Two principles may change places; one place for two is refused when the transaction ends, in a dry run as well."""
    path, body = "/v1/toolkit/principles/writes-ordinal", {"ordinal": 1, "name": "Second first", **FROM}
    for target in ("?dry_run=true", ""):
        assert problem(put(server, central, path, body, target)) == (409, "/problems/already-exists")
        assert server.get(path).status == 404
    assert put(server, central, path, {**body, "ordinal": 91}).status == 201
    assert problem(patch(server, central, path + "?dry_run=true", {"ordinal": 1})) == (409, "/problems/already-exists")
    assert problem(patch(server, central, path, {"ordinal": 1})) == (409, "/problems/already-exists")
    assert server.get(path).json["ordinal"] == 91
    assert delete(server, central, path).status == 204


FIGURE = {"metric": "writes_test", "kind": "context", "title": "Schools that write", "value": 0.1, "unit": "schools", "qualifier": "over", "period": "2019-22", **FROM}


def test_a_figure_is_corrected_and_never_changed(server, cluster, central):
    """Figures cannot be deleted, so each run makes one of its own."""
    path = f"/v1/headline-figures/writes-{time.time_ns()}"
    assert problem(server.send("PUT", path, FIGURE, token=central)) == (428, "/problems/precondition-required")
    assert problem(put(server, central, path, b"x", Content_Type="text/plain")) == (415, "/problems/unsupported-media-type")
    unknown = put(server, central, path, {**FIGURE, "subject": {"kind": "hub", "slug": "atlantis-hub"}})
    assert problem(unknown) == (422, "/problems/reference-not-found")
    assert problem(server.get(path + "/versions")) == (404, "/problems/not-found")
    assert problem(server.send("POST", path + "/versions", FIGURE, token=central, if_match="*")) == (404, "/problems/not-found")
    assert put(server, central, path, FIGURE, "?dry_run=true").status == 201 and server.get(path).status == 404
    first = put(server, central, path, {**FIGURE, "subject": {"kind": "hub", "slug": "scotland-hub"}})
    assert (first.status, first.headers["Location"], first.json["version"]) == (201, path, 1)
    assert '"value":0.1,' in first.text, "a figure keeps its digits"
    assert first.json["subject"]["href"] == "/v1/hubs/scotland-hub" and first.json["strategy"]["href"] == "/v1/strategies/strategy-2019-22"
    assert problem(put(server, central, path, FIGURE)) == (412, "/problems/precondition-failed")

    add = lambda body, **more: server.send("POST", path + "/versions", body, token=central, **more)
    assert problem(add(FIGURE)) == (428, "/problems/precondition-required")
    assert problem(add(b"x", if_match="*", Content_Type="text/plain")) == (415, "/problems/unsupported-media-type")
    assert problem(add({**FIGURE, "from": "2022", "to": "2019"}, if_match="*")) == (422, "/problems/to-before-from")
    second = add({**FIGURE, "value": 13}, if_match=first.headers["ETag"], key="writes-" + path)
    assert second.status == 201 and second.json["version"] == 2 and second.json["subject"] is None
    replay = add({**FIGURE, "value": 13}, if_match=first.headers["ETag"], key="writes-" + path)
    assert (replay.status, replay.body, replay.headers["ETag"]) == (201, second.body, second.headers["ETag"])
    assert problem(add({**FIGURE, "value": 14}, if_match="*", key="writes-" + path))[0] == 422, "one key, one request"
    assert problem(add({**FIGURE, "value": 14}, if_match=first.headers["ETag"])) == (412, "/problems/precondition-failed")
    assert server.get(path).json == second.json

    versions = server.get(path + "/versions").json["items"]
    assert [row["version"] for row in versions] == [2, 1] and versions == [second.json, first.json]
    page = server.get(path + "/versions?limit=1").json
    assert page["items"] == [second.json]
    assert server.get(f"{path}/versions?limit=1&cursor={page['next']}").json == {"items": [first.json], "next": None}
    assert server.get(path + "/versions?format=csv").text.count("\r\n") == 3
    assert [json.loads(line) for line in server.get(path + "/versions?format=ndjson").text.splitlines()] == versions
    for method in ("PATCH", "DELETE"):
        assert server.send(method, path, {} if method == "PATCH" else None, token=central, if_match="*").status == 405


def test_one_key_at_a_time(server, cluster, central):
    """While a request with a key is under way, the same one is refused; afterwards it gets the first one's answer."""
    slug = f"writes-key-{time.time_ns()}"
    path, key = f"/v1/headline-figures/{slug}/versions", "writes-" + slug
    assert put(server, central, path.removesuffix("/versions"), FIGURE).status == 201
    add = lambda: server.send("POST", path, FIGURE, token=central, if_match="*", key=key)
    with Held(cluster, f"SELECT FROM scip.headline_figure WHERE slug = '{slug}' FOR UPDATE"):
        results = []
        first = threading.Thread(target=lambda: results.append(add()))
        first.start()
        waiting = "SELECT count(*) FROM pg_stat_activity WHERE usename IN ('scip_writer', 'scip_central') AND wait_event_type = 'Lock'"
        while first.is_alive() and cluster.psql(waiting) == "0":
            time.sleep(0.01)
        second = add()
    first.join()
    assert problem(second) == (409, "/problems/idempotency-key-in-progress")
    assert results[0].status == 201 and add().body == results[0].body
    assert len(server.get(path).json["items"]) == 2


class Held:
    """A lock that another session holds meanwhile."""

    def __init__(self, cluster, sql):
        import psycopg2
        self.connection = psycopg2.connect(cluster.url("postgres"))
        self.sql = sql

    def __enter__(self):
        self.connection.cursor().execute(self.sql)

    def __exit__(self, *_):
        self.connection.rollback()
        self.connection.close()


def test_a_partner_keeps_its_own_profile(server, cluster, central, partner):
    own, other = "/v1/organisations/university-of-winchester", "/v1/organisations/writes-neighbour"
    assert put(server, central, other, {"name": "Neighbour", **FROM}).status == 201
    before = server.get(own)
    change = {"website": "https://www.winchester.example/", "description": "Hosts the Alliance and its central team"}
    said = patch(server, partner, own + "/profile", change, before.headers["ETag"])
    assert said.status == 200 and said.json == {**before.json, **change, "updated_at": said.json["updated_at"]} and said.json["updated_at"] > before.json["updated_at"]
    assert server.get(own).json == said.json
    assert audit(cluster, said) == ["organisation|patchOrganisationProfile|UPDATE"]
    assert problem(patch(server, partner, own + "/profile", change, before.headers["ETag"])) == (412, "/problems/precondition-failed")

    # No more than that, and nobody else's.
    assert pointers(patch(server, partner, own + "/profile", {"name": "We"})) == {"/body/name"}
    assert pointers(patch(server, partner, own + "/profile", {"note": "x", "sectors": []})) == {"/body/note", "/body/sectors"}
    assert problem(patch(server, partner, other + "/profile", change)) == (403, "/problems/forbidden")
    for attempt in (patch(server, partner, own, {"description": "x"}), delete(server, partner, own),
                    put(server, partner, "/v1/organisations/writes-ours", {"name": "Ours", **FROM})):
        assert problem(attempt) == (403, "/problems/role-needed")
    assert problem(patch(server, partner, "/v1/organisations/writes-not-there/profile", change)) == (404, "/problems/not-found")
    assert patch(server, None, own + "/profile", change).status == 401
    assert server.get(other).json["description"] is None

    # The central team may do it for them.
    assert patch(server, central, other + "/profile", {"logo": "https://n.example/logo.svg"}).json["logo"] == "https://n.example/logo.svg"
    assert problem(server.send("PATCH", own + "/profile", change, token=partner)) == (428, "/problems/precondition-required")
    assert problem(patch(server, partner, own + "/profile", b"{}", Content_Type="application/json")) == (415, "/problems/unsupported-media-type")
    assert problem(patch(server, partner, own + "/profile", {"website": "https://"})) in ((400, "/problems/bad-request"), (422, "/problems/value-not-valid"))
    assert problem(patch(server, partner, own + "/profile", {"logo": "https:// /"}))[0] in (400, 422)
    dry = patch(server, partner, own + "/profile?dry_run=true", {"description": None})
    assert dry.status == 200 and dry.json["description"] is None and server.get(own).json == said.json
    back = patch(server, central, own + "/profile", {key: before.json[key] for key in change}).json
    assert back == {**before.json, "updated_at": back["updated_at"]}
    assert delete(server, central, other).status == 204


@pytest.mark.parametrize("role, subject", [(None, {}), ("analyst", {}), ("website", {}), ("hub_lead", {"hub": "scotland-hub"}), ("hub_member", {"hub": "scotland-hub"}),
                                           ("partner", {"organisation": "university-of-winchester"})])
def test_only_the_central_team_writes(server, cluster, role, subject):
    token = role and cluster.token(server, role, **subject)
    wanted = 403 if role else 401
    for path, least, change, *_ in RECORDS.values():
        for answer in (put(server, token, path, {**least, **FROM}), patch(server, token, path, change), delete(server, token, path)):
            assert answer.status == wanted, answer.text
    assert put(server, token, "/v1/headline-figures/writes-nobody", FIGURE).status == wanted
    assert server.send("POST", "/v1/headline-figures/hubs-2019-22/versions", FIGURE, token=token, if_match="*").status == wanted


# Many hands at once.

def test_two_patches_with_one_etag(server, central):
    path = "/v1/news/writes-race"
    assert put(server, central, path, {"title": "Race", "kind": "news", **FROM}).status == 201
    for turn in range(10):
        tag = server.get(path).headers["ETag"]
        answers = together(*(lambda n=n: patch(server, central, path, {"title": f"{turn}-{n}"}, tag) for n in range(6)))
        assert Counter(answer.status for answer in answers) == {200: 1, 412: 5}
        assert server.get(path).json == next(answer.json for answer in answers if answer.status == 200)
    assert delete(server, central, path).status == 204


def test_two_creations_of_one_slug(server, central):
    for turn in range(10):
        path = f"/v1/organisations/writes-race-{turn}"
        answers = together(*(lambda n=n: put(server, central, path, {"name": f"Number {n}", "other_names": [{"name": f"Name {n}", "kind": "other"}], **FROM}) for n in range(6)))
        assert Counter(answer.status for answer in answers) == {201: 1, 412: 5}
        winner = next(answer for answer in answers if answer.status == 201)
        assert server.get(path).json == winner.json and winner.json["other_names"][0]["name"][5:] == winner.json["name"][7:]
        assert delete(server, central, path, winner.headers["ETag"]).status == 204


def test_two_names_for_one_slug(server, central):
    for n in range(4):
        assert put(server, central, f"/v1/organisations/writes-rename-{n}", {"name": f"Organisation {n}", **FROM}).status == 201
    answers = together(*(lambda n=n: patch(server, central, f"/v1/organisations/writes-rename-{n}", {"new_slug": "writes-renamed"}) for n in range(4)))
    assert Counter(answer.status for answer in answers) == {200: 1, 409: 3}
    for path in ["/v1/organisations/writes-renamed"] + [f"/v1/organisations/writes-rename-{n}" for n, answer in enumerate(answers) if answer.status == 409]:
        assert delete(server, central, path).status == 204


def test_sets_given_at_once_never_mix(server, central):
    """If-Match: * lets all of them through, one after the other: the last one's set is stored, whole and alone."""
    path = "/v1/organisations/writes-sets"
    assert put(server, central, path, {"name": "Sets", **FROM}).status == 201
    sets = [[{"name": f"{n}-{i}", "kind": "other"} for i in range(3)] for n in range(6)]
    for _ in range(10):
        answers = together(*(lambda n=n: patch(server, central, path, {"other_names": sets[n], "note": str(n)}) for n in range(6)))
        assert [answer.status for answer in answers] == [200] * 6
        assert all(answer.json["other_names"] == sets[n] for n, answer in enumerate(answers))
        now = server.get(path).json
        assert now["other_names"] == sets[int(now["note"])]
    assert delete(server, central, path).status == 204


def test_a_change_and_a_removal_at_once(server, central):
    """The second one finds it changed or gone: nothing is undone, nobody is refused as if it were not theirs."""
    for turn in range(10):
        path = f"/v1/groups/writes-removal-{turn}"
        tag = put(server, central, path, {"name": "Removal", "kind": "governance", "status": "active", **FROM}).headers["ETag"]
        answers = together(*[lambda: patch(server, central, path, {"purpose": "p"}, tag), lambda: delete(server, central, path, tag)] * 2)
        counts = Counter(answer.status for answer in answers)
        assert counts in ({204: 1, 404: 3}, {200: 1, 412: 3}), counts
        if counts[200]:
            assert delete(server, central, path).status == 204


def test_two_corrections_of_one_figure(server, central):
    path = f"/v1/headline-figures/writes-race-{time.time_ns()}"
    tag = put(server, central, path, FIGURE).headers["ETag"]
    add = lambda n, if_match: server.send("POST", path + "/versions", {**FIGURE, "value": n}, token=central, if_match=if_match)
    answers = together(*(lambda n=n: add(n, tag) for n in range(6)))
    assert Counter(answer.status for answer in answers) == {201: 1, 412: 5}
    answers = together(*(lambda n=n: add(n, "*") for n in range(6)))
    assert sorted(answer.json["version"] for answer in answers) == [3, 4, 5, 6, 7, 8]
    assert [row["version"] for row in server.get(path + "/versions").json["items"]] == [8, 7, 6, 5, 4, 3, 2, 1]


def test_every_put_needs_a_precondition(server, cluster, contract):
    """None is taken without one, so that nobody's change is lost: If-Match where a record may be replaced, If-None-Match where it may be made."""
    filled = {"date": "2024-10-01", "uuid": str(uuid.uuid4()), "integer": "1", "quarter": "2024-25-Q1", "year": "2024-25"}
    resolved = lambda node, kind: contract["components"][kind][node["$ref"].split("/")[-1]] if "$ref" in node else node
    puts = [(path, item["put"]) for path, item in contract["paths"].items() if "put" in item]
    assert len(puts) > 30
    for path, operation in puts:
        parameters = [resolved(each, "parameters") for each in operation["parameters"]]
        conditions = {each["name"] for each in parameters if each["name"].startswith("If-")}
        assert conditions and ("200" in operation["responses"]) == ("If-Match" in conditions) and {"412", "428"} <= operation["responses"].keys(), path
        for each in parameters:
            schema = resolved(each["schema"], "schemas")
            value = next((filled[key] for key in (schema.get("format"), each["name"], schema.get("type")) if key in filled), "not-there")
            path = path.replace("{%s}" % each["name"], value)
        token = cluster.token(server, "central" if {"bearer": ["central"]} in operation["security"] else operation["security"][0]["bearer"][0])
        query = "&".join(f"{each['name']}=x" for each in parameters if each["in"] == "query" and each.get("required"))
        assert problem(server.send("PUT", f"{path}?{query}" if query else path, {}, token=token)) == (428, "/problems/precondition-required"), path
