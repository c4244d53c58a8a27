"""How organisations come of each other, records that are merged, of organisations and of people, and whom a member speaks for."""
import concurrent.futures
import threading
import uuid

import harness
from harness import delete, get, patch, post, problem, put
import pytest

from test_dry_run import dry_then_real

FROM = {"sources": ["https://www.scipalliance.example/minutes"], "confidence": "high"}
HUB = "lineage-hub"
MEMBERS = f"/v1/hubs/{HUB}/members"
SELF = {"grant_type": "client_credentials"}


@pytest.fixture(scope="module", autouse=True)
def nothing_stays(cluster, server):
    def clear():
        cluster.remove(person="email LIKE '%@lineage.example'", hub="slug LIKE 'lineage-%'", organisation="slug LIKE 'lineage-%'")

    clear()
    for slug in (HUB, HUB + "-2"):
        assert put(server, cluster.token(server, "central"), f"/v1/hubs/{slug}", {"name": slug.title(), "nations": ["GB-ENG"], **FROM},
                   If_None_Match="*").status == 201
    yield
    clear()


@pytest.fixture(scope="module")
def lead(cluster, server, nothing_stays):
    return cluster.token(server, "hub_lead", hub=HUB)


@pytest.fixture
def found(server, central):
    """Makes organisations, and gives their slugs."""
    def make(*names, **more):
        slugs = [f"lineage-{uuid.uuid4().hex[:12]}" for _ in names]
        for slug, name in zip(slugs, names):
            made = put(server, central, f"/v1/organisations/{slug}", {"name": name, **FROM, **more}, If_None_Match="*")
            assert made.status == 201, made.text
        return [f"/v1/organisations/{slug}" for slug in slugs]

    return make


@pytest.fixture
def somebody(server, lead):
    """Makes members of the Hub, each another person, and gives their memberships."""
    def make(*names, **more):
        made = [post(server, lead, MEMBERS, {"name": name, "email": f"{uuid.uuid4().hex}@lineage.example", "sector": "he", "from": "2024-09-01", **more})
                for name in names]
        assert {answer.status for answer in made} == {201}, [answer.text for answer in made]
        return [answer.json for answer in made]

    return make


def slug(path):
    return path.rpartition("/")[2]


def at_once(*requests):
    start = threading.Barrier(len(requests))

    def wait_and_send(request):
        start.wait()
        return request()

    with concurrent.futures.ThreadPoolExecutor(len(requests)) as pool:
        return list(pool.map(wait_and_send, requests))


def merge(server, token, path, other, **more):
    return post(server, token, f"{path}/merges", {"former": slug(other), **more})


# What a partner brings.

def test_what_a_partner_brings(server, central, found):
    path, = found("Brings", partnerships=[{"role": "host", "from": "2020"}, {"role": "funder"}])
    brings = {"role": "host", "from": "2020", "to": None, "description": None, "brings": "Rooms for meetings", "brings_cy": "Ystafelloedd cyfarfod"}
    changed = patch(server, central, path, {"partnerships": [brings, {"role": "funder"}]})
    assert changed.json["partnerships"] == [{**brings, "role": "funder", "from": None, "brings": None, "brings_cy": None}, brings]
    assert server.get(path).json["partnerships"] == changed.json["partnerships"], "everybody reads it"


# Renamed, split, succeeded.

def test_renamed_on_a_day(server, central, found):
    path, = found("Old Name")
    new = path + "-new"
    corrected = patch(server, central, path, {"name": "Old  Name Trust"})
    assert (corrected.json["other_names"], corrected.json["lineage"]) == ([], []), "a correction is no new name"
    renamed = patch(server, central, path, {"name": "New Name", "renamed_on": "2024-09", "new_slug": slug(new)})
    assert (renamed.status, renamed.json["renamed_on"], renamed.json["other_names"]) == (200, "2024-09", [{"name": "Old  Name Trust", "kind": "former"}])
    before = {"slug": slug(path), "name": "Old  Name Trust", "href": path}
    now = {"slug": slug(new), "name": "New Name", "href": new}
    assert renamed.json["lineage"] == [{"kind": "renamed", "predecessor": before, "successor": now, "happened_on": "2024-09"}]
    assert (server.get(path).status, server.get(path).headers["Location"]) == (308, new)
    again = patch(server, central, new, {"name": "Old  Name Trust", "renamed_on": "2025"})
    assert again.json["other_names"] == [{"name": "New Name", "kind": "former"}], "its own name is no former one"
    assert [step["kind"] for step in again.json["lineage"]] == ["renamed", "renamed"]
    same = patch(server, central, new, {"name": "Old Name", "website": "https://www.lineage.example"})
    assert len(same.json["lineage"]) == 2, "the day is that of the change before"


def test_one_that_comes_of_another_keeps_its_record(server, central, found):
    old, east, west = found("Whole", "East", "West")
    ties = [post(server, central, f"{path}/lineage", {"kind": "split", "predecessor": slug(old), "happened_on": "2023"}) for path in (east, west)]
    assert {tie.status for tie in ties} == {201}, ties[0].text
    tie = ties[0].json
    assert (tie["href"], tie["moved"], tie["predecessor"]["href"], tie["successor"]["href"]) == (f"{east}/lineage/{tie['id']}", None, old, east)
    assert [step["successor"]["href"] for step in server.get(old).json["lineage"]] == [east, west] and server.get(old).status == 200
    listed = server.get(f"{old}/lineage").json["items"]
    assert [item["id"] for item in listed] == [ties[1].json["id"], tie["id"]] and server.get(f"{old}/lineage/{tie['id']}").json == server.get(tie["href"]).json
    assert problem(post(server, central, f"{old}/lineage", {"kind": "succeeded", "predecessor": slug(east)})) == (409, "already-exists"), "the other way round"
    assert problem(post(server, central, f"{old}/lineage", {"kind": "succeeded", "predecessor": slug(old)})) == (422, "own-predecessor")
    assert problem(post(server, central, f"{old}/lineage", {"kind": "succeeded", "predecessor": "lineage-nobody"})) == (422, "reference-not-found")
    assert post(server, central, f"{old}/lineage", {"kind": "duplicate", "predecessor": slug(west)}).status == 400, "that is a merge"
    changed = patch(server, central, tie["href"], {"happened_on": "2023-04-01", "note": "By the minutes of the day."})
    assert (changed.json["happened_on"], changed.json["note"]) == ("2023-04-01", "By the minutes of the day.")
    assert problem(delete(server, central, old)) == (409, "in-use")
    assert delete(server, central, tie["href"], if_match=changed.headers["ETag"]).status == 204 and server.get(tie["href"]).status == 404


def test_one_tie_of_two_at_once(server, central, found):
    one, other = found("One", "Other")
    tie = lambda path, of: lambda: post(server, central, f"{path}/lineage", {"kind": "succeeded", "predecessor": slug(of)})
    assert sorted(answer.status for answer in at_once(*[tie(one, other), tie(other, one)] * 3)) == [201] + [409] * 5


# One organisation in two records.

def test_a_merge_moves_all_that_refers_to_the_other(cluster, server, central, lead, found, somebody):
    same = {"role": "venue", "from": "2020", "description": "Rooms"}
    stays, gone = found("Stays", "Goes", partnerships=[same], sectors=[{"sector": "charity"}])
    patch(server, central, gone, {"identifiers": ["GB-CHC-" + str(uuid.uuid4().int % 900000 + 100000)], "new_slug": slug(gone) + "-b",
                                  "partnerships": [same, {"role": "funder"}], "other_names": [{"name": "Went", "kind": "acronym"}]})
    old, gone = gone, gone + "-b"
    member, = somebody("Merged Member", organisation=slug(gone))
    led = post(server, central, f"/v1/hubs/{HUB}/leads", {"organisation": slug(gone), "from": "2020-09-01", **FROM})
    assert led.status == 201, led.text
    group = put(server, central, f"/v1/groups/{slug(stays)}", {"name": "Both", "kind": "working_group", "status": "active", "organisations": [slug(stays), slug(gone)],
                                                               **FROM}, If_None_Match="*")
    assert group.status == 201, group.text
    body = {"former": slug(gone), "happened_on": "2024-09", "note": "They were one."}
    done = dry_then_real(cluster, lambda target: post(server, central, target, body), f"{stays}/merges")
    assert done.status == 201, done.text
    moved = {item.pop("kind"): item for item in done.json["moved"]}
    assert moved["hub_membership"] == moved["hub_lead"] == moved["organisation_identifier"] == {"moved": 1, "already_there": 0}
    assert moved["group_organisation"] == moved["organisation_sector"] == {"moved": 0, "already_there": 1}
    assert moved["organisation_partnership"] == {"moved": 1, "already_there": 1} and moved["organisation_name"] == {"moved": 1, "already_there": 0}
    assert (done.json["kind"], done.json["predecessor"]) == ("duplicate", {"slug": slug(gone), "name": "Goes", "href": gone})
    now = server.get(stays).json
    assert {step["kind"] for step in now["lineage"]} == {"duplicate"} and server.get(done.json["href"]).json["moved"] is None
    assert now["other_names"] == [{"name": "Goes", "kind": "other"}, {"name": "Went", "kind": "acronym"}] and len(now["partnerships"]) == 2
    assert len(now["identifiers"]) == len(now["sectors"]) == 1 and [hub["slug"] for hub in now["hubs_led"]] == [HUB]
    assert get(server, lead, member["href"]).json["organisation"]["href"] == stays
    assert server.get(f"/v1/groups/{slug(stays)}").json["organisations"] == [{"slug": slug(stays), "name": "Stays", "href": stays}]
    for former in (gone, old):
        assert (server.get(former).status, server.get(former).headers["Location"]) == (308, stays), "what led there leads here"
    ops = cluster.psql(f"SELECT op FROM scip.change WHERE kind = 'organisation' AND key = '{slug(gone)}' ORDER BY id DESC LIMIT 1")
    assert ops == "deleted" and cluster.psql("SELECT count(*) FROM scip.change WHERE op = 'redacted' AND at > now() - interval '1 minute'") == "0"
    assert problem(delete(server, central, done.json["href"])) == (409, "merge-final")
    assert problem(merge(server, central, stays, gone)) == problem(merge(server, central, stays, stays)) == (422, "reference-not-found")
    assert merge(server, central, gone, stays).status == 404 and merge(server, lead, stays, stays).status == 403
    assert delete(server, central, f"/v1/groups/{slug(stays)}").status == 204


def test_figures_as_of_a_day_before_stay(cluster, server, central, found, somebody):
    stays, gone = found("Counted", "Counted Twice")
    for path in (stays, gone):
        somebody("Counted Member", organisation=slug(path))
    count = lambda at: cluster.psql(f"""SELECT count(DISTINCT subject) FROM fact.organisations_engaged('2024-09-01', '2025-08-31', {at}) f
      WHERE hub_id = (SELECT id FROM scip.hub WHERE slug = '{HUB}') AND left_out IS NULL AND subject IN (SELECT 'id ' || (row ->> 'id') FROM scip.history
        WHERE "table" = 'organisation' AND row ->> 'slug' IN ('{slug(stays)}', '{slug(gone)}'))""")
    before = cluster.psql("SELECT clock_timestamp()")
    assert count("NULL") == count(f"'{before}'") == "2"
    assert merge(server, central, stays, gone).status == 201
    assert (count("NULL"), count(f"'{before}'")) == ("1", "2")


def test_what_both_have_and_differs_is_settled_first(cluster, server, central, found):
    stays, gone = found("Agrees", "Disagrees", partnerships=[{"role": "venue", "from": "2020"}])
    patch(server, central, gone, {"partnerships": [{"role": "venue", "from": "2020", "brings": "Rooms"}]})
    refused = dry_then_real(cluster, lambda target: post(server, central, target, {"former": slug(gone)}), f"{stays}/merges")
    assert problem(refused) == (409, "merge-conflict") and refused.json["errors"][0]["pointer"] == "/body/former"
    assert f"/v1/organisations/{slug(gone)}" in refused.json["detail"] and server.get(gone).status == 200
    patch(server, central, gone, {"partnerships": []})
    assert merge(server, central, stays, gone, kind="merged", happened_on="2021").json["kind"] == "merged"
    assert server.get(stays).json["other_names"] == [{"name": "Disagrees", "kind": "former"}]
    # two that lead one Hub on the same days would be one twice
    ones = found("Leads", "Leads Too")
    for path in ones:
        assert post(server, central, f"/v1/hubs/{HUB}-2/leads", {"organisation": slug(path), "from": "2021-09-01", **FROM}).status == 201
    assert problem(merge(server, central, *ones)) == (409, "hub-lead-twice")


def test_what_is_linked_to_both_is_linked_once(server, central, found):
    stays, gone, other = found("Linked", "Linked Too", "Link")
    add = lambda one, two: post(server, central, "/v1/links", {"from_record": one, "to_record": two, "relation": "related"})
    between, *_ = made = [add(*ends) for ends in ((stays, gone), (stays, other), (gone, other))]
    assert {answer.status for answer in made} == {201}, made[0].text
    refused = merge(server, central, stays, gone)
    assert problem(refused) == (409, "merge-conflict") and between.json["href"] in refused.json["detail"], "a record is not linked to itself"
    assert delete(server, central, between.json["href"]).status == 204
    assert [item for item in merge(server, central, stays, gone).json["moved"] if item["kind"] == "record_link"] == [
        {"kind": "record_link", "moved": 0, "already_there": 1}]


def test_a_tie_goes_where_its_two_become_one(server, central, found):
    stays, gone, other = found("Tied", "Tied Too", "Third")
    assert post(server, central, f"{stays}/lineage", {"kind": "succeeded", "predecessor": slug(gone)}).status == 201
    assert post(server, central, f"{gone}/lineage", {"kind": "succeeded", "predecessor": slug(other)}).status == 201
    assert merge(server, central, stays, gone).status == 201
    assert [(step["kind"], step["predecessor"]["href"]) for step in server.get(stays).json["lineage"]] == [("succeeded", other), ("duplicate", gone)]


def test_two_merges_at_once(server, central, found):
    """Each other into themselves, and one into two others: one is done, and nothing refers to what is gone."""
    for _ in range(3):
        one, other, third = found("Race One", "Race Other", "Race Third")
        answers = at_once(*(lambda pair=pair: merge(server, central, *pair) for pair in ((one, other), (other, one), (third, one), (third, other))))
        assert {answer.status for answer in answers} <= {201, 404, 409, 422}, [answer.text for answer in answers]
        left = [path for path in (one, other, third) if server.get(path).status == 200]
        assert len(left) == 3 - sum(answer.status == 201 for answer in answers) and len(left) < 3
        answers = at_once(*(lambda path=path: merge(server, central, left[0], path) for path in [one, other, third] if path not in left))
        assert {answer.status for answer in answers} <= {422}, "what is gone is not merged again"


def test_a_merge_while_a_member_is_added(server, central, lead, found):
    """The member comes before and moves, or comes too late and is refused."""
    for number in range(4):
        stays, gone = found("Busy", "Busy Too")
        add = lambda n: lambda: post(server, lead, MEMBERS, {"name": f"Busy Member {number} {n}", "email": f"{uuid.uuid4().hex}@lineage.example",
                                                             "sector": "he", "organisation": slug(gone), "from": "2024-09-01"})
        done, *added = at_once(lambda: merge(server, central, stays, gone), *map(add, range(4)))
        assert done.status == 201, done.text
        for answer in added:
            assert answer.status == 201 or problem(answer)[0] in (409, 422), answer.text
            if answer.status == 201:
                assert get(server, lead, answer.json["href"]).json["organisation"]["href"] == stays


# One person in two records.

def test_people_are_found_by_name(cluster, server, central, lead, somebody):
    name = f"Zoë Ó'{uuid.uuid4().hex[:8]}"
    member, = somebody(name)
    person = member["person"]["id"]
    for q in (name, name.upper(), name.replace("ë", "e").replace("'", "")):
        assert [item["id"] for item in get(server, central, "/v1/people?q=" + harness.quote(q)).json["items"]] == [person]
    assert cluster.psql(f"SELECT count(*) FROM scip.personal_read WHERE person_id = '{person}' AND operation = 'listPeople'") == "3"
    assert get(server, lead, "/v1/people?q=" + harness.quote(name)).status == 403 and get(server, lead, "/v1/people").status == 200
    for nobody in (uuid.uuid4().hex, "-" * 33, "%", "_", "'", "🎓"):
        assert get(server, central, "/v1/people?q=" + harness.quote(nobody)).json["items"] == []


def test_one_person_in_two_records(cluster, server, central, lead, somebody):
    stays, gone = somebody("Kay Twofold", "Kaye Twofold-Former")
    for_both = {"name": "Meeting", "starts_on": "2025-01-10"}
    meeting = post(server, lead, f"/v1/hubs/{HUB}/meetings", {"title": for_both["name"], "starts_at": "2025-01-10T10:00:00Z", "venue": "Hall"})
    assert meeting.status == 201, meeting.text
    here, there = stays["person"]["id"], gone["person"]["id"]
    attended = lambda *pairs: put(server, lead, meeting.json["href"] + "/attendance", {"items": [{"person": person, "status": status} for person, status in pairs]})
    assert attended((here, "present"), (there, "absent")).status == 200
    path, body = f"/v1/people/{here}/merges", {"former": there}
    # both are members of one Hub on the same days, and one of them is an ambassador
    assert patch(server, lead, gone["href"], {"ambassador": True}).status == 200
    assert problem(post(server, central, path, body)) == (409, "merge-conflict")
    assert patch(server, lead, gone["href"], {"ambassador": False}).status == 200
    refused = post(server, central, path, body)
    assert problem(refused) == (409, "merge-conflict") or "attendance" in refused.json["detail"]
    assert attended((here, "present"), (there, "present")).status == 200
    activity = post(server, lead, f"/v1/hubs/{HUB}/activities", {"kind": "member_because_of_hub", "title": "Talk", "held_on": "2025-02-01", "membership": gone["id"]})
    assert activity.status == 201, activity.text
    token = cluster.client("hub_member", hub=HUB)
    cluster.psql(f"UPDATE scip.account SET person_id = '{there}' WHERE subject = '{token[0]}'")
    assert put(server, central, f"/v1/people/{there}/restriction").status == 200
    reads = cluster.psql(f"SELECT count(*) FROM scip.personal_read WHERE person_id IN ('{here}', '{there}')")
    done = dry_then_real(cluster, lambda target: post(server, central, target, body), path)
    assert done.status == 201, done.text
    assert [(item["kind"], item["moved"], item["already_there"]) for item in done.json["moved"]] == [
        ("account", 1, 0), ("attendance", 0, 1), ("activity", 1, 0), ("hub_membership", 0, 1)]
    assert (done.json["person"]["id"], done.json["former"]) == (here, {"id": there, "href": None})
    assert get(server, central, done.json["href"]).json == done.json and get(server, central, path).json["items"] == [done.json]
    assert get(server, central, f"/v1/people/{here}").json["restricted"] is True, "a restriction of either one stays"
    assert get(server, lead, activity.json["href"]).json["membership"]["id"] == stays["id"]
    moved = get(server, central, f"/v1/people/{there}")
    assert (moved.status, moved.headers["Location"]) == (308, f"/v1/people/{here}")
    assert get(server, cluster.token(server, "hub_lead", hub=HUB + "-2"), f"/v1/people/{there}").status == 404
    assert int(cluster.psql(f"SELECT count(*) FROM scip.personal_read WHERE person_id = '{here}'")) >= int(reads), "who read of either one stays known"
    assert [item["id"] for item in get(server, central, "/v1/people?q=Twofold-Former").json["items"]] == [here]
    export = get(server, central, f"/v1/people/{here}/export").json
    assert [(each["former"], each["name"]) for each in export["merges"]] == [(there, "Kaye Twofold-Former")]
    assert problem(post(server, central, path, body)) == problem(post(server, central, path, {"former": here})) == (422, "reference-not-found")
    assert post(server, central, f"/v1/people/{uuid.uuid4()}/merges", {"former": here}).status == 404 and post(server, lead, path, body).status == 403


def test_an_erasure_finds_the_former_name(cluster, server, central, lead, somebody):
    stays, gone = somebody("Ann Quillfeather", "Anne Quillwright")
    here, there = stays["person"]["id"], gone["person"]["id"]
    assert patch(server, lead, gone["href"], {"to": "2024-10-01"}).status == patch(server, lead, stays["href"], {"from": "2024-11-01"}).status == 200
    assert put(server, lead, stays["href"] + "/speaks-for", {"groups": ["Ours"], "contexts": [], "beneficiaries": []}).status == 200
    mention = post(server, lead, f"/v1/hubs/{HUB}/activities", {"kind": "hub_led", "title": "Anne Quillwright", "held_on": "2025-02-01",
                                                                "description": "With Anne Quillwright."})
    assert mention.status == 201, mention.text
    assert post(server, central, f"/v1/people/{here}/merges", {"former": there}).status == 201
    assert post(server, central, f"/v1/people/{here}/erasure").status == 200
    assert get(server, lead, mention.json["href"]).json["title"] == "[erased]"
    listed = get(server, central, f"/v1/people/{here}/erasure/mentions").json["items"]
    assert ("description", "name") in {(item["field"], item["match"]) for item in listed}
    assert cluster.psql(f"SELECT name, email FROM scip.person_merge WHERE person_id = '{here}'") == "|"
    assert get(server, lead, stays["href"]).json["speaks_for"] is None
    assert {item["person"]["id"] for item in get(server, central, "/v1/erasures").json["items"]} >= {here, there}, "a backup may have both"
    other, = somebody("Another Person")
    assert problem(post(server, central, f"/v1/people/{here}/merges", {"former": other["person"]["id"]})) == (409, "person-erased")
    assert problem(post(server, central, f"/v1/people/{other['person']['id']}/merges", {"former": here})) == (409, "person-erased")


def test_people_merged_at_once(server, central, lead, somebody):
    """Into each other and while one becomes a member: one merge is done, and nobody is a member who is gone."""
    for _ in range(3):
        pair = [member["person"]["id"] for member in somebody("Race Person", "Race Person")]
        ways = [pair, pair[::-1]]
        *merges, added = at_once(*(lambda way=way: post(server, central, f"/v1/people/{way[0]}/merges", {"former": way[1]}) for way in ways),
                                 lambda: post(server, central, f"/v1/hubs/{HUB}-2/members", {"person": pair[1], "sector": "fe", "from": "2024-09-01"}))
        assert sorted(answer.status for answer in merges) in ([201, 404], [201, 409], [201, 422]), [answer.text for answer in merges]
        stays = ways[[answer.status for answer in merges].index(201)][0]
        assert added.status == 201 or problem(added)[0] in (409, 422), added.text
        if added.status == 201:
            assert get(server, central, added.json["href"]).json["person"]["id"] == stays


# Whom a member speaks for.

def test_whom_a_member_speaks_for(cluster, server, central, lead, somebody):
    member, other = somebody("Vera Voice", "Otto Other")
    name, secret = cluster.client("hub_member", hub=HUB)
    cluster.psql(f"UPDATE scip.account SET person_id = '{member['person']['id']}' WHERE subject = '{name}'")
    own = server.form("/oauth/token", SELF, (name, secret)).json["access_token"]
    voice = {"groups": ["The primary schools of the county"], "contexts": ["Rural schools"], "beneficiaries": ["Service children who move"]}
    assert get(server, own, member["href"]).json["speaks_for"] is None
    done = put(server, own, member["href"] + "/speaks-for", voice)
    assert (done.status, done.json["speaks_for"]) == (200, voice) and get(server, lead, member["href"]).json["speaks_for"] == voice
    assert put(server, own, member["href"] + "/speaks-for", voice, if_match='"1.0"').status == 412
    assert put(server, own, other["href"] + "/speaks-for", voice).status == 404
    assert put(server, own, member["href"] + "/speaks-for", {**voice, "groups": ["The same", "The same"]}).status == 400
    assert put(server, lead, member["href"] + "/speaks-for", {**voice, "groups": []}).json["speaks_for"]["groups"] == []
    assert "speaks_for" not in get(server, lead, MEMBERS, Accept="text/csv").text.splitlines()[0]
    assert cluster.psql("SELECT count(*) FROM scip.history WHERE \"table\" = 'hub_membership' AND row ? 'speaks_for'") == "0"
    assert get(server, central, f"/v1/people/{member['person']['id']}/export").json["memberships"][0]["speaks_for"]["contexts"] == ["Rural schools"]
    # nothing else is a member's own to change, not even for the lead of another Hub
    assert patch(server, own, member["href"], {"ambassador": True}).status == 403
    cluster.psql(f"INSERT INTO scip.account_role (account_id, role, hub_id) SELECT a.id, 'hub_lead', h.id FROM scip.account a, scip.hub h "
                 f"WHERE a.subject = '{name}' AND h.slug = '{HUB}-2'")
    elsewhere = server.form("/oauth/token", SELF, (name, secret)).json["access_token"]
    assert problem(patch(server, elsewhere, member["href"], {"ambassador": True})) == (403, "only-the-hub-lead")
