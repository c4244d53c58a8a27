"""Uses as people and programs make them: visits, pages that are looked at, and the figures that they make. The counting
itself is tested against a plain reference in tests/db/test_usage.py."""
import json
import os
import subprocess
import threading
from collections import Counter
from datetime import datetime, timedelta, timezone

import harness
import pytest

FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0"
GOOGLEBOT = "Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)"
CURL = "curl/7.88.1"
METRICS = ("total_item_investigations", "unique_item_investigations", "total_item_requests", "unique_item_requests")
ROBOTS = harness.SHARED / "data/counter-robots/COUNTER_Robots_list.json"


@pytest.fixture(scope="module")
def server(cluster):
    server = harness.Server("main", DATABASE_URL=cluster.url(), TRUSTED_PROXIES="127.0.0.1", POOL_SIZE=4)
    yield server
    server.stop()


@pytest.fixture
def item(cluster):
    """A document and a resource of the same slug that nobody has used yet."""
    slug = f"usage-{next(harness.serial)}-{os.getpid()}"
    for table in ("document", "resource"):
        cluster.psql(f"INSERT INTO scip.{table} (slug, title, kind, url, sources, confidence) VALUES ('{slug}', 'Usage', 'guide', 'https://publisher.example/{table}/{slug}?a=b', '{{x}}', 'low')", "scip_migrator")
    yield slug
    for table in ("document", "resource"):
        cluster.psql(f"DELETE FROM scip.{table} WHERE slug = '{slug}'", "scip_migrator")


def figures(server, slug, kind="documents", **query):
    """{class: the four metrics} of all months."""
    words = "".join(f"&{name}={value}" for name, value in query.items())
    answer = server.get(f"/v1/{kind}/{slug}/usage?by=agent{words}")
    assert answer.status == 200, answer.text
    return {row["agent"]: tuple(row[metric] for metric in METRICS) for row in answer.json["items"]}


def visit(server, slug, agent=FIREFOX, address="192.0.2.1", kind="documents", method="GET"):
    return server.request(method, f"/v1/{kind}/{slug}/visit", {"User-Agent": agent, "X-Forwarded-For": address})


def look(server, slug, agent=FIREFOX, address="192.0.2.1", kind="documents"):
    return server.request("POST", f"/v1/{kind}/{slug}/investigations", {"User-Agent": agent, "X-Forwarded-For": address}, b"")


@pytest.mark.parametrize("kind, table", [("documents", "document"), ("resources", "resource")])
def test_a_visit_leads_to_the_recorded_address_and_counts(server, item, kind, table):
    answer = visit(server, item, kind=kind)
    assert (answer.status, answer.headers["Location"], answer.body) == (303, f"https://publisher.example/{table}/{item}?a=b", b"")
    assert answer.headers["Cache-Control"] == "no-store"
    assert figures(server, item, kind) == {"human": (1, 1, 1, 1)}
    other = {"documents": "resources", "resources": "documents"}[kind]
    assert figures(server, item, other) == {}


@pytest.mark.parametrize("kind", ["documents", "resources"])
def test_a_page_that_was_looked_at_is_an_investigation(server, item, kind):
    answer = look(server, item, kind=kind)
    assert (answer.status, answer.body) == (204, b"")
    assert figures(server, item, kind) == {"human": (1, 1, 0, 0)}
    visit(server, item, kind=kind)  # a request within 30 seconds goes the chain of investigations on
    assert figures(server, item, kind) == {"human": (1, 1, 1, 1)}


def test_robot_machine_and_human(server, item):
    for agent in (GOOGLEBOT, CURL, FIREFOX):
        assert visit(server, item, agent).status == 303
    assert figures(server, item) == {"human": (1, 1, 1, 1), "machine": (1, 1, 1, 1), "robot": (1, 1, 1, 1)}


@pytest.mark.parametrize("agent, kind", [
    ("Wget/1.21.3", "machine"), ("python-requests/2.31.0", "machine"), ("Python-urllib/3.11", "machine"), ("Go-http-client/2.0", "machine"), ("axios/1.6", "machine"),
    ("Mozilla/5.0 (compatible; bingbot/2.0; +http://www.bing.com/bingbot.htm)", "robot"), ("Baiduspider/2.0", "robot"), ("", "robot"), ("facebookexternalhit/1.1", "robot"),
    ("Mozilla/5.0 (iPhone; CPU iPhone OS 17_4 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/17.4 Mobile/15E148 Safari/604.1", "human"),
    ("Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/125.0.0.0 Safari/537.36 Edg/125.0.0.0", "human"),
    ("curl/8.0 Googlebot", "machine")])
def test_agents(server, item, agent, kind):
    """Machines are recognised first."""
    look(server, item, agent)
    assert figures(server, item) == {kind: (1, 1, 0, 0)}


@pytest.mark.parametrize("header, said", [("Sec-Purpose", "prefetch"), ("Sec-Purpose", "prefetch;prerender"), ("Purpose", "prefetch")])
def test_fetched_ahead_counts_nothing(server, item, header, said):
    answer = server.request("GET", f"/v1/documents/{item}/visit", {"User-Agent": FIREFOX, header: said})
    assert answer.status == 303 and figures(server, item) == {}
    assert server.request("GET", f"/v1/documents/{item}/visit", {"User-Agent": FIREFOX, header: "other"}).status == 303
    assert figures(server, item) == {"human": (1, 1, 1, 1)}


def test_head_counts_nothing(server, item):
    answer = visit(server, item, method="HEAD")
    assert answer.status == 303 and answer.headers["Location"].startswith("https://publisher.example/")
    assert figures(server, item) == {}


def test_users_are_an_address_and_an_agent(server, item):
    for address in ("192.0.2.1", "192.0.2.2", "2001:db8::1"):
        for agent in (FIREFOX, FIREFOX + " x"):
            for _ in range(3):  # clicks of a moment
                visit(server, item, agent, address)
    assert figures(server, item) == {"human": (6, 6, 6, 6)}


def test_many_at_once_are_all_counted(cluster, server, item):
    """By two servers, each with several at a time; every one that was answered stands in the database."""
    other = harness.Server("main", DATABASE_URL=cluster.url(), TRUSTED_PROXIES="127.0.0.1", POOL_SIZE=4)
    answers, lock = Counter(), threading.Lock()

    def work(part):
        for n in range(40):
            answer = visit((server, other)[part % 2], item, address=f"192.0.2.{n}", agent=f"{FIREFOX} {part // 2}")
            with lock:
                answers[answer.status] += 1

    threads = [threading.Thread(target=work, args=(part,)) for part in range(16)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    other.stop()
    assert answers == {303: 640}
    assert figures(server, item) == {"human": (320, 320, 320, 320)}  # each by both servers: known by the same salts


def test_nothing_to_count(cluster, server, item):
    for kind in ("documents", "resources"):
        assert visit(server, "usage-nowhere", kind=kind).status == look(server, "usage-nowhere", kind=kind).status == 404
        assert server.get(f"/v1/{kind}/usage-nowhere/usage").status == 404
        table = kind[:-1]
        cluster.psql(f"UPDATE scip.{table} SET url = NULL WHERE slug = '{item}'", "scip_migrator")
        answer = visit(server, item, kind=kind)
        assert answer.status == 404 and figures(server, item, kind) == {}
        look(server, item, kind=kind)
        cluster.psql(f"UPDATE scip.{table} SET withdrawn_at = now() WHERE slug = '{item}'", "scip_migrator")
        assert visit(server, item, kind=kind).json["type"] == "/problems/record-withdrawn" and look(server, item, kind=kind).status == 410
        assert figures(server, item, kind) == {"human": (1, 1, 0, 0)}  # what was counted stays


def test_figures_by_item_month_and_class(cluster, server, item):
    for agent in (FIREFOX, CURL):
        visit(server, item, agent)
    look(server, item, kind="resources")
    month = datetime.now(timezone.utc).strftime("%Y-M%m")
    by = server.get(f"/v1/usage?item={item}&by=item,month,agent").json["items"]
    assert [(row["item"]["kind"], row["period"], row["agent"], row["basis"], row["total_item_requests"]) for row in by] == [
        ("document", month, "human", "counted", 1), ("document", month, "machine", "counted", 1), ("resource", month, "human", "counted", 0)]
    assert by[0]["item"] == {"kind": "document", "slug": item, "name": "Usage", "href": f"/v1/documents/{item}"}
    (one,) = server.get(f"/v1/usage?item={item}&kind=document&by=month").json["items"]
    assert (one["item"], one["period"], one["agent"], one["total_item_requests"], one["unique_item_requests"]) == (None, month, None, 2, 2)
    assert [row["agent"] for row in server.get(f"/v1/documents/{item}/usage").json["items"]] == ["human", "machine"]  # by month and class
    assert figures(server, item, **{"agent": "machine"}) == {"machine": (1, 1, 1, 1)}
    assert figures(server, item, **{"from": month, "to": month}).keys() == {"human", "machine"}
    assert figures(server, item, **{"from": "2099-M01"}) == figures(server, item, to="2001-M12") == {}
    answer = server.get(f"/v1/documents/{item}/usage?format=csv")
    assert answer.text.splitlines()[0] == "item,period,agent,basis," + ",".join(METRICS)
    assert answer.text.splitlines()[1] == f",{month},human,counted,1,1,1,1"
    assert server.get(f"/v1/usage?item={item}&by=item&format=csv").text.splitlines()[1].startswith(item + ",,,counted,2,")
    assert server.get("/v1/usage?by=item,item").status == server.get("/v1/usage?by=hub").status == server.get("/v1/usage?from=2026-11").status == 400
    assert server.get("/v1/usage?from=0000-M01").json["errors"][0]["pointer"] == "/query/from"


def test_pages(server, item):
    for kind in ("documents", "resources"):
        for agent in (FIREFOX, CURL, GOOGLEBOT):
            visit(server, item, agent, kind=kind)
    whole = server.get(f"/v1/usage?item={item}&by=item,agent").json["items"]
    assert len(whole) == 6
    seen, path = [], f"/v1/usage?item={item}&by=item,agent&limit=2"
    while path:
        page = server.get(path).json
        seen += page["items"]
        path = page["next"] and f"/v1/usage?item={item}&by=item,agent&limit=2&cursor={page['next']}"
    assert seen == whole
    assert server.get("/v1/usage/users?limit=1").status == 200


def test_an_answer_moves_with_each_use(server, item):
    path = f"/v1/documents/{item}/usage"
    first = server.get(path)
    assert first.headers["Cache-Control"] == "no-cache" and server.get(path, If_None_Match=first.headers["ETag"]).status == 304
    visit(server, item)
    assert server.get(path, If_None_Match=first.headers["ETag"]).status == 200


def test_users_of_the_bank_are_distinct(server, item):
    def users():
        rows = server.get("/v1/usage/users?agent=human&format=ndjson").text.splitlines()
        return sum(row["users_investigating"] for row in map(json.loads, rows) if row["basis"] == "counted"), sum(row["users_requesting"] for row in map(json.loads, rows) if row["basis"] == "counted")
    before = users()
    agent = f"{FIREFOX} {item}"
    look(server, item, agent)
    look(server, item, agent, kind="resources")
    assert users() == (before[0] + 1, before[1])
    visit(server, item, agent)
    visit(server, item, agent, kind="resources")
    assert users() == (before[0] + 1, before[1] + 1)


def test_historical_totals_stand_beside(cluster, server, item):
    cluster.psql(f"""INSERT INTO scip.historical_total (metric, period, item, value, sources) VALUES ('research_documents_downloaded', '2019-20', '{item}', 180, '{{x}}');
        INSERT INTO scip.historical_total (metric, period, value, sources) VALUES ('resource_bank_users', '2019-M11', 750, '{{x}}')""", "scip_migrator")
    try:
        visit(server, item)
        rows = server.get(f"/v1/documents/{item}/usage?by=month").json["items"]
        assert [(row["basis"], row["period"], row["total_item_requests"]) for row in rows][0] == ("historical", "2019-20", 180)
        assert rows[0]["total_item_investigations"] is None and rows[0]["item"]["slug"] == item and rows[1]["basis"] == "counted"
        assert [row["basis"] for row in server.get(f"/v1/documents/{item}/usage?from=2019-M10").json["items"]] == ["counted"]  # not all of its period
        assert [row["basis"] for row in server.get(f"/v1/documents/{item}/usage?from=2019-M09&to=2020-M08").json["items"]] == ["historical"]
        rows = server.get("/v1/usage/users?to=2019-M12").json["items"]
        assert rows == [{"period": "2019-M11", "agent": None, "basis": "historical", "users_investigating": 750, "users_requesting": None}]
    finally:
        cluster.psql("DELETE FROM scip.historical_total WHERE sources = '{x}' AND metric IN ('research_documents_downloaded', 'resource_bank_users')", "scip_migrator")


def test_what_was_deleted_stays_counted(cluster, server, item):
    visit(server, item)
    cluster.psql(f"DELETE FROM scip.document WHERE slug = '{item}'", "scip_migrator")
    assert server.get(f"/v1/documents/{item}/usage").status == 404
    (row,) = server.get(f"/v1/usage?item={item}&kind=document&by=item").json["items"]
    assert row["item"] == {"kind": "document", "slug": item, "name": None, "href": None} and row["total_item_requests"] == 1
    cluster.psql(f"INSERT INTO scip.document (slug, title, kind, sources, confidence) VALUES ('{item}', 'Another', 'guide', '{{x}}', 'low')", "scip_migrator")
    assert figures(server, item) == {}


def test_no_address_is_kept(cluster, server, item):
    """Neither in the database nor in the log, and no agent either."""
    address, agent = "203.0.113.77", "Mozilla/5.0 (Canary; Usage) Firefox/128.0"
    assert visit(server, item, agent, address).status == 303 and look(server, item, agent, address).status == 204
    dump = subprocess.run(["pg_dump", "--data-only", "-d", cluster.url("postgres")], check=True, capture_output=True, text=True).stdout
    assert item in dump and address not in dump and "Canary; Usage" not in dump
    log = server.log.read_text()
    assert address not in log and "Canary; Usage" not in log


# The clock, which tests alone may shift.


def at(cluster, local):
    """A server whose clock says this local time now."""
    offset = int(cluster.psql(f"SELECT extract(epoch FROM '{local}'::timestamp AT TIME ZONE 'Europe/London' - now())::bigint"))
    return harness.Server("main", DATABASE_URL=cluster.url(), TRUSTED_PROXIES="127.0.0.1", UNSAFE_FOR_TESTS=1, UNSAFE_TEST_CLOCK_OFFSET_S=offset)


def test_across_midnight_and_the_months_end(cluster, server, item):
    """One user, just before midnight and, by another server, just after: one chain, which is the new month's."""
    before = at(cluster, "2031-06-30 23:59:45")
    after = at(cluster, "2031-07-01 00:00:02")
    visit(before, item)
    look(before, item, address="192.0.2.2")
    assert {(row["period"], row["total_item_investigations"]) for row in server.get(f"/v1/documents/{item}/usage?by=month").json["items"]} == {("2031-M06", 2)}
    visit(after, item)
    rows = server.get(f"/v1/documents/{item}/usage?by=month").json["items"]
    assert [(row["period"], row["total_item_investigations"], row["total_item_requests"]) for row in rows] == [("2031-M06", 1, 0), ("2031-M07", 1, 1)]
    before.stop()
    after.stop()


def test_salts_are_those_of_their_day(cluster, server, item):
    cluster.psql("DELETE FROM scip.usage_salt WHERE starts > '2032-01-01'", "scip_migrator")
    morning = at(cluster, "2032-03-01 09:00:00")
    assert visit(morning, item).status == 303
    first = cluster.psql("SELECT period, starts FROM scip.usage_salt WHERE starts > '2032-01-01' ORDER BY 1")
    assert first == "day|2032-03-01 00:00:00+00\nmonth|2032-03-01 00:00:00+00"
    morning.stop()
    midnight = at(cluster, "2032-03-02 00:00:02")
    assert visit(midnight, item).status == 303  # in the first seconds the day before counts too
    midnight.stop()
    clicks = f"FROM scip.use u JOIN scip.use_items i ON i.id = u.item_id WHERE i.slug = '{item}'"
    assert cluster.psql(f"SELECT count(*), count(previous_key), count(DISTINCT day_key), count(DISTINCT month_key), count(DISTINCT coalesce(previous_key, day_key)) {clicks}") == "2|1|2|1|1"
    cluster.psql("UPDATE scip.usage_salt SET ends = now() - interval '2 minutes', starts = starts - interval '20 years' WHERE starts > '2032-01-01'", "scip_migrator")
    done = subprocess.run([harness.BINARY, "retention"], cwd=harness.ROOT, text=True, capture_output=True, env={**os.environ, "DATABASE_URL": cluster.url("scip_migrator")})
    assert done.returncode == 0 and "usage_salt 3" in done.stdout, done
    assert cluster.psql("SELECT count(*) FROM scip.usage_salt WHERE ends < now() - interval '1 minute'") == "0"


@pytest.mark.parametrize("env", [{"UNSAFE_TEST_CLOCK_OFFSET_S": "60"}, {"UNSAFE_TEST_CLOCK_OFFSET_S": "60", "UNSAFE_FOR_TESTS": "0"}, {"UNSAFE_TEST_CLOCK_OFFSET_S": "soon", "UNSAFE_FOR_TESTS": "1"}])
def test_nobody_else_shifts_the_clock(env):
    done = subprocess.run([harness.BINARY, "check"], cwd=harness.ROOT, text=True, capture_output=True, env={**os.environ, **env})
    assert done.returncode == 78 and "UNSAFE_TEST_CLOCK_OFFSET_S" in done.stderr


# Commands.


def run(cluster, *words):
    return subprocess.run([harness.BINARY, *words], cwd=harness.ROOT, text=True, capture_output=True, env={**os.environ, "DATABASE_URL": cluster.url("scip_migrator")})


def test_recount(cluster, server, item):
    visit(server, item)
    done = run(cluster, "recount", "--verify")
    assert (done.returncode, done.stdout) == (0, "the figures are those of the raw rows\n"), done
    month = datetime.now(timezone.utc).strftime("%Y-M%m")
    wrong = f"UPDATE scip.usage_month SET total_item_requests = 5 WHERE item_id = (SELECT i.id FROM scip.use_items i WHERE i.slug = '{item}' AND kind = 'document')"
    cluster.psql(wrong, "scip_migrator")
    assert figures(server, item) == {"human": (1, 1, 5, 1)}
    done = run(cluster, "recount", "--verify")
    assert (done.returncode, done.stdout) == (1, f"{month} document/{item} human total_item_requests 5 1\n"), done
    done = run(cluster, "recount")
    assert done.returncode == 0 and f"{month} 1\n" in done.stdout, done
    assert figures(server, item) == {"human": (1, 1, 1, 1)} and run(cluster, "recount", "--verify").returncode == 0


def test_a_list_of_robots(cluster, server, item, tmp_path):
    agent = "NiceReader/3.2 (Usage)"
    file = tmp_path / "robots.json"
    file.write_text(json.dumps([{"pattern": "^nicereader\\/\\d", "last_changed": "2024-01-01"}, {"pattern": "other"}]))
    try:
        look(server, item, agent)
        done = run(cluster, "robots", "import", file)
        assert (done.returncode, done.stdout.splitlines()[-1].split()[0]) == (0, "2"), done
        look(server, item, agent, "192.0.2.9")  # the next one is recognised by the new list
        assert figures(server, item) == {"human": (1, 1, 0, 0), "robot": (1, 1, 0, 0)}
        assert visit(server, item, CURL).status == 303 and figures(server, item)["machine"] == (1, 1, 1, 1)
        for text, word in (("[]", "array"), ("{}", "array"), ("[{}]", "entry 1"), ('[{"pattern": "a"}, {"pattern": "(b"}]', "entry 2"), ("no", "line 1")):
            file.write_text(text)
            done = run(cluster, "robots", "import", file)
            assert done.returncode == 1 and word in done.stderr and not done.stdout, done
        assert run(cluster, "robots", "import", tmp_path / "nowhere").returncode == 1
        look(server, item, agent, "192.0.2.10")
        assert figures(server, item)["robot"] == (2, 2, 0, 0)  # nothing was changed by those
    finally:
        cluster.psql("DELETE FROM scip.agent_pattern WHERE imported", "scip_migrator")


@pytest.mark.skipif(not ROBOTS.exists(), reason="the official list is not there")
def test_the_official_list(cluster, server, item):
    try:
        done = run(cluster, "robots", "import", ROBOTS)
        assert done.returncode == 0, done.stderr
        assert run(cluster, "robots", "import", ROBOTS).stdout.splitlines()[1].split()[1:] == ["0", "0"]
        for n, (agent, kind) in enumerate({GOOGLEBOT: "robot", "AddThis": "robot", "Teleport Pro": "robot", "EBSCO EJS Content Server": "robot", CURL: "machine", FIREFOX: "human"}.items()):
            look(server, item, agent, f"192.0.2.{n}")
        assert figures(server, item) == {"robot": (4, 4, 0, 0), "machine": (1, 1, 0, 0), "human": (1, 1, 0, 0)}
    finally:
        cluster.psql("DELETE FROM scip.agent_pattern WHERE imported", "scip_migrator")


# When the database is away.


def test_without_a_database_nothing_is_counted_and_nothing_is_said_to_be(item):
    away = harness.Server("main", wait=False, DATABASE_URL="postgresql:///scip?host=/nonexistent&user=scip_anonymous")
    until = datetime.now() + timedelta(seconds=10)
    while datetime.now() < until:
        try:
            if away.get("/health/live").status == 200:
                break
        except OSError:
            pass
    answer = visit(away, item)
    assert (answer.status, answer.headers["Retry-After"]) == (503, "1")
    away.stop()


def test_connections_that_break_lose_and_double_nothing(cluster, server, item):
    """Backends are ended while uses are recorded: what was answered is counted, and nothing twice."""
    stop, answers, lock = threading.Event(), Counter(), threading.Lock()

    def work(part):
        for n in range(60):
            address = f"198.51.{part}.{n}"
            while (answer := visit(server, item, address=address)).status == 503 and not stop.is_set():
                pass  # sent again, as a client would
            with lock:
                answers[answer.status] += 1

    threads = [threading.Thread(target=work, args=(part,)) for part in range(6)]
    for thread in threads:
        thread.start()
    while any(thread.is_alive() for thread in threads):
        cluster.psql("SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity WHERE application_name = 'scip-api writer'")
        stop.wait(0.05)
    visit(server, item, address="198.51.9.9")  # finds the last of the ended sessions, so that no write of the next test does
    assert answers == {303: 360}
    assert figures(server, item) == {"human": (361, 361, 361, 361)}
    assert run(cluster, "recount", "--verify").returncode == 0
