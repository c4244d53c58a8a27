"""Who follows the changes: nothing skipped, nothing twice, nothing that is not theirs."""
import re
import random
import threading
import time
from collections import Counter

import harness
import psycopg2
import psycopg2.extras
import pytest

PREFIX = "feed-test-"
NEWS = "INSERT INTO scip.news (slug, title, title_source, kind, sources, confidence) VALUES (%s, 'Feed', 'page', 'news', '{test}', 'low')"


@pytest.fixture(autouse=True)
def clean(cluster):
    yield
    cluster.psql(f"DELETE FROM scip.news WHERE slug LIKE '{PREFIX}%'; DELETE FROM scip.account WHERE label LIKE 'Feed %'", "scip_migrator")


def connect(cluster):
    connection = psycopg2.connect(cluster.url("scip_migrator"))
    connection.autocommit = False
    return connection


class Follower:
    """Reads on from where it stands; gives what was new."""

    def __init__(self, server, token=None, start="now", limit=200):
        self.server, self.token, self.limit = server, token, limit
        self.at = None
        self.first = self.read(f"start={start}")

    def page(self, query):
        answer = self.server.send("GET", f"/v1/changes?limit={self.limit}&{query}", token=self.token)
        assert answer.status == 200, answer.text
        self.at = answer.json["next"]
        return answer.json["items"]

    def read(self, query=None):
        """Pages until one is not full."""
        found = self.page(query or f"cursor={self.at}")
        pages = [found]
        while len(pages[-1]) == self.limit:
            pages.append(self.page(f"cursor={self.at}"))
        return [item for page in pages for item in page]

    def news(self):
        return [(item["key"].removeprefix(PREFIX), item["op"]) for item in self.read() if item["key"].startswith(PREFIX)]


def test_a_partner_keeps_in_step(server, cluster, central):
    """It starts now, and then sees each record that comes, changes, is renamed by nobody and goes."""
    follower = Follower(server)
    assert follower.first == [] and follower.read() == []
    put = server.send("PUT", f"/v1/news/{PREFIX}a", {"title": "A", "kind": "news", "sources": ["https://www.example.org/"], "confidence": "high",
                                                     "title_source": "page"}, central, If_None_Match="*")
    assert put.status == 201, put.text
    items = follower.read()
    assert [(item["kind"], item["key"], item["href"], item["op"]) for item in items] == [("news", f"{PREFIX}a", f"/v1/news/{PREFIX}a", "changed")]
    assert server.get(items[0]["href"]).status == 200
    for title in ("B", "C"):
        assert server.send("PATCH", f"/v1/news/{PREFIX}a", {"title": title}, central, if_match="*").status == 200
    assert server.send("PATCH", f"/v1/news/{PREFIX}a?dry_run=true", {"title": "D"}, central, if_match="*").status == 200
    assert follower.news() == [("a", "changed"), ("a", "changed")]
    assert server.send("DELETE", f"/v1/news/{PREFIX}a", token=central, if_match="*").status == 204
    assert follower.news() == [("a", "deleted")]
    assert follower.read() == []


def test_pages_from_the_start(server, cluster):
    """All that is kept, in pages of any size: the same, in the same order; the last page says where to go on."""
    whole = Follower(server, start="oldest").first
    assert len(whole) > 200 and {"hub", "organisation", "news", "headline_figure"} <= {item["kind"] for item in whole}
    assert Follower(server, start="oldest", limit=37).first == whole
    assert all(item["changed_at"].endswith("Z") for item in whole)
    page = server.get("/v1/changes?limit=3")
    assert page.headers["Cache-Control"] == "private, no-store" and 'rel="next"' in page.headers["Link"]
    assert page.json["next"] in page.headers["Link"]
    for start in ("limit=2", "start=oldest&limit=2", "limit=3&format=json"):
        answer = server.get("/v1/changes?" + start)
        if answer.status == 400:  # not offered
            continue
        seen = answer.json["items"]
        for _ in range(3):
            target = re.fullmatch(r'<(\S+)>; rel="next"', answer.headers["Link"])[1]
            assert target.count("cursor=") == 1
            answer = server.get(target)
            assert answer.status == 200, answer.text
            seen += answer.json["items"]
        assert seen == whole[:len(seen)] and len(seen) >= 8
    last = Follower(server, start="oldest")
    assert server.get(f"/v1/changes?cursor={last.at}").json["items"] == []
    assert server.get("/v1/changes?start=yesterday").status == 400
    for bad in ("x", last.at[:-4] + "AAAA", page.json["next"] + "A"):
        assert server.get(f"/v1/changes?cursor={bad}").json["errors"][0]["pointer"] == "/query/cursor", bad


def test_each_kind_leads_to_its_record(server):
    kinds = {item["kind"]: item for item in Follower(server, start="oldest").first if item["op"] == "changed"}
    for kind, item in kinds.items():
        if item["href"]:
            assert server.get(item["href"]).status in (200, 308, 401, 404), item
    assert {"region", "event", "document", "policy_contribution", "group", "toolkit_principle", "strategy"} <= set(kinds)


def test_each_sees_what_it_may_and_tombstones_of_that_alone(server, cluster, central):
    """Changes for one Hub, group, organisation, role or account are for those, and for the central team."""
    ids = {table: cluster.psql(f"SELECT id FROM scip.{table} WHERE slug = '{slug}'") for table, slug in
           (("hub", "london-hub"), ("alliance_group", "hub-leads-group"), ("organisation", "university-of-winchester"))}
    words = {"lead": f"hub-lead:{ids['hub']}", "hub": f"hub:{ids['hub']}", "group": f"group:{ids['alliance_group']}",
             "organisation": f"organisation:{ids['organisation']}", "website": "role:website", "public": "public",
             "nobody": "account:00000000-0000-0000-0000-000000000000"}
    cases = [(None, {"public"}), (dict(role="central"), set(words)), (dict(role="hub_lead", hub="london-hub"), {"public", "hub", "lead"}),
             (dict(role="hub_member", hub="london-hub"), {"public", "hub"}), (dict(role="hub_lead", hub="scotland-hub"), {"public"}),
             (dict(role="group_member", group="hub-leads-group"), {"public", "group"}), (dict(role="website"), {"public", "website"}),
             (dict(role="partner", organisation="university-of-winchester"), {"public", "organisation"}), (dict(role="analyst"), {"public"})]
    followers = [(Follower(server, who and cluster.token(server, **who)), sees) for who, sees in cases]
    cluster.psql("".join(f"INSERT INTO scip.change (kind, key, op, audience) VALUES ('news', '{PREFIX}{key}', '{op}', '{{{word}}}');"
                         for key, word in words.items() for op in ("changed", "deleted")))
    for (follower, sees), (who, _) in zip(followers, cases):
        assert sorted(follower.news()) == sorted((key, op) for key in sees for op in ("changed", "deleted")), who
        assert follower.read() == []


def test_an_account_sees_its_own_changes(server, cluster, central):
    client = server.send("POST", "/v1/clients", {"name": "Feed client", "roles": [{"role": "analyst"}]}, central).json
    secret = server.send("POST", f"/v1/clients/{client['id']}/secrets", {}, central).json["secret"]
    sign_in = lambda: server.form("/oauth/token", {"grant_type": "client_credentials"}, (client["client_id"], secret)).json["access_token"]
    own, all_, none = Follower(server, sign_in()), Follower(server, central), Follower(server)
    assert server.send("PATCH", client["href"], {"name": "Feed renamed"}, central, if_match="*").status == 200
    assert [(item["kind"], item["key"], item["href"]) for item in own.read()] == [("account", client["id"], "/v1/me")]
    assert (f"/v1/accounts/{client['id']}", "changed") in [(item["href"], item["op"]) for item in all_.read()]
    assert none.read() == []


def test_changed_rights_start_again(server, cluster, central):
    """A cursor is for the rights that it was given to: who has gained or lost some would miss, or keep, too much."""
    client = server.send("POST", "/v1/clients", {"name": "Feed client", "roles": [{"role": "hub_member", "hub": "london-hub"}]}, central).json
    secret = server.send("POST", f"/v1/clients/{client['id']}/secrets", {}, central).json["secret"]
    token = server.form("/oauth/token", {"grant_type": "client_credentials"}, (client["client_id"], secret)).json["access_token"]
    follower = Follower(server, token)
    role = server.send("POST", f"/v1/accounts/{client['id']}/roles", {"role": "hub_member", "hub": "scotland-hub"}, central).json
    gone = server.send("GET", f"/v1/changes?cursor={follower.at}", token=token)
    assert gone.status == 410 and gone.json["type"] == "/problems/cursor-expired"
    again = Follower(server, token)
    assert server.send("DELETE", role["href"], token=central, if_match="*").status == 204
    assert server.send("GET", f"/v1/changes?cursor={again.at}", token=token).status == 410
    assert server.send("GET", f"/v1/changes?cursor={follower.at}", token=token).status == 200  # the rights of then are back
    for other in (None, central):
        assert server.send("GET", f"/v1/changes?cursor={follower.at}", token=other).status == 410
    assert server.send("GET", f"/v1/changes?cursor={Follower(server).at}", token=token).status == 410
    assert server.send("GET", "/v1/changes", token="x").status == 401


def test_a_cursor_of_another_history_starts_again(server, cluster, central):
    """After a restore transactions are counted from where they were: a cursor from ahead would skip what comes."""
    follower = Follower(server)
    # what a cursor from ahead holds cannot be forged from outside: the statement is asked itself
    sql = (harness.ROOT / "db/queries/listChanges.sql").read_text()
    for name, value in (("after_xid", "'9000000000'"), ("after_id", "'0'"), ("after_rights", "'anonymous'"), ("start", "'oldest'"), ("limit", "3")):
        sql = sql.replace(f":{name}", f"{value}::text" if name != "limit" else value)
    assert cluster.psql(f"SELECT _rule FROM ({sql}) page", "scip_anonymous") == "cursor-expired"
    assert follower.read() == []


def test_an_open_transaction_holds_the_feed_back(server, cluster):
    """What commits first is not shown before what began earlier and may still come: order without gaps."""
    follower = Follower(server)
    early, late = connect(cluster), connect(cluster)
    early.cursor().execute(NEWS, (f"{PREFIX}early",))
    late.cursor().execute(NEWS, (f"{PREFIX}late",))
    late.commit()
    assert follower.news() == []
    early.commit()
    assert follower.news() == [("early", "changed"), ("late", "changed")]
    early.cursor().execute(NEWS, (f"{PREFIX}undone",))
    early.rollback()
    assert follower.news() == []
    early.close(), late.close()


def test_hidden_changes_are_passed_once(server, cluster):
    """200,000 that the caller may not see lie behind the cursor after one page."""
    follower = Follower(server)
    cluster.psql(f"INSERT INTO scip.change (kind, key, op, audience) SELECT 'account', '{PREFIX}' || n, 'changed', ARRAY['account:' || n] FROM generate_series(1, 200000) n")
    assert follower.read() == []
    start = time.monotonic()
    for _ in range(20):
        assert follower.read() == []
    assert time.monotonic() - start < 2
    cluster.psql(f"DELETE FROM scip.change WHERE key LIKE '{PREFIX}%'")


WRITERS, TRANSACTIONS, BATCH = 10, 110, 10  # 10,000 writes, and those that are undone


def write(cluster, writer, done, failed):
    """Transactions of ten writes, which commit after a random pause, in another order than they began; some do
    not. done: what was committed."""
    rng, connection, keys = random.Random(writer), connect(cluster), []
    cursor = connection.cursor()
    try:
        for number in range(TRANSACTIONS):
            fresh = [f"{PREFIX}{writer}-{number}-{i}" for i in range(BATCH)]
            known = rng.sample(keys, min(len(keys), BATCH // 2))
            updated, deleted = known[: len(known) // 2], known[len(known) // 2:]
            fresh = fresh[: BATCH - len(known)]
            psycopg2.extras.execute_batch(cursor, NEWS, [(key,) for key in fresh])
            if updated:
                cursor.execute("UPDATE scip.news SET title = title || '.' WHERE slug = ANY (%s)", (updated,))
            cursor.execute("DELETE FROM scip.news WHERE slug = ANY (%s)", (deleted,))
            cursor.execute("SELECT pg_sleep(%s)", (rng.random() * 0.1 * (rng.random() < 0.7),))
            if rng.random() < 0.05:
                connection.rollback()
                continue
            connection.commit()
            done += [(key.removeprefix(PREFIX), op) for keys_, op in ((fresh, "changed"), (updated, "changed"), (deleted, "deleted")) for key in keys_]
            keys = [key for key in keys if key not in deleted] + fresh
    except Exception as error:  # a thread's own would be lost
        failed.append(error)
    finally:
        connection.close()


def test_ten_thousand_concurrent_writes_once_each(server, cluster):
    """A follower during 10,000 writes that commit out of order sees every one once; one that goes by ids alone
    would not, so the test can fail."""
    follower, failed = Follower(server), []
    done = [[] for _ in range(WRITERS)]
    threads = [threading.Thread(target=write, args=(cluster, n, done[n], failed)) for n in range(WRITERS)]
    naive = psycopg2.connect(cluster.url("postgres"))
    naive.autocommit = True
    by_id = naive.cursor()
    by_id.execute("SELECT max(id) FROM scip.change")
    last, naively, seen, polls = by_id.fetchone()[0], 0, [], 0
    for thread in threads:
        thread.start()
    while any(thread.is_alive() for thread in threads):
        by_id.execute(f"SELECT count(*), max(id) FROM scip.change WHERE id > {last} AND key LIKE '{PREFIX}%'")
        count, newest = by_id.fetchone()
        naively, last = naively + count, newest or last
        seen += follower.news()
        polls += 1
    for thread in threads:
        thread.join()
    assert not failed, failed
    seen += follower.news()
    committed = [change for changes in done for change in changes]
    print(f"{len(committed)} changes, {sum(op == 'deleted' for _, op in committed)} tombstones, {polls} polls; by ids alone {naively}")
    assert len(committed) >= 10000 and any(op == "deleted" for _, op in committed)
    assert Counter(seen) == Counter(committed)
    assert naively < len(committed)
    last_words = dict(seen)  # a tombstone is the last that is heard of a record
    assert all(last_words[key] == "deleted" for key, op in seen if op == "deleted")
    naive.close()
