"""Recording uses, and asking for their figures when there are many: what run.py measures of the counter.

A use is somebody of 250,000 who visits one of the documents. Beside it, the same job: the same statement for one use at a time, by
pgbench and by a service in Node that answers as ours does. For information, less than that: a use's row inserted bare, with no
chains, no sessions and no figures."""
import json
import os
import statistics
import subprocess
import time
import urllib.request

VISITS = """local slugs = {%s}
math.randomseed(os.time())
request = function()
  local n = math.random(250000)
  local headers = {["X-Forwarded-For"] = string.format("10.%%d.%%d.%%d", n / 65536, n / 256 %% 256, n %% 256),
                   ["User-Agent"] = "Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0"}
  return wrk.format("GET", "/v1/documents/" .. slugs[math.random(#slugs)] .. "/%s", headers)
end
"""
BARE = """\\set n random(1, 250000)
\\set item random(1, %d)
INSERT INTO scip.use (at, item_id, request, agent, day_key, month_key)
VALUES (date_trunc('second', now()), :item, true, 'human', md5('d' || :n)::uuid, md5('m' || :n)::uuid);
"""
COUNTED = """\\set n random(1, 250000)
\\set item random(1, %d)
SELECT * FROM scip.record_uses(%s, ARRAY[extract(epoch FROM now())::bigint], ARRAY['document:' || ('{%s}'::int[])[:item]], '{3}', '{human}',
  ARRAY[md5('d' || :n)::uuid], '{NULL}', ARRAY[md5('m' || :n)::uuid]);
"""
EMPTY = """TRUNCATE scip.use, scip.use_session, scip.use_visitor, scip.usage_month, scip.users_month, scip.use_item RESTART IDENTITY;
INSERT INTO scip.use_item (kind, record_id, slug) SELECT 'document', id, slug FROM scip.document WHERE url IS NOT NULL ORDER BY id;
SELECT scip.make_use_partitions(scip.use_month_of(now())); VACUUM ANALYZE;"""


def sql(url, text):
    return subprocess.run(["psql", "-XqAt", "-v", "ON_ERROR_STOP=1", "-d", url], input=text, check=True, text=True, capture_output=True).stdout.strip()


def prepare(url, folder):
    """An empty counter of items that all have an address; {slug: {id, url}}."""
    sql(url, EMPTY)
    items = json.loads(sql(url, "SELECT json_object_agg(d.slug, json_build_object('id', i.id, 'record', d.id, 'url', d.url)) FROM scip.use_item i JOIN scip.document d ON d.id = i.record_id"))
    for what in ("visit", "bare"):
        (folder / f"{what}.lua").write_text(VISITS % (", ".join(f'"{slug}"' for slug in items), what))
    (folder / "bare.sql").write_text(BARE % len(items))
    version = sql(url, "SELECT version FROM scip.agent_patterns() LIMIT 1")
    (folder / "counted.sql").write_text(COUNTED % (len(items), version, ",".join(str(item["record"]) for item in items.values())))
    return items


# Figures when there are few uses and when there are many: the same items and months, a hundred times the clicks.

FILL = """INSERT INTO scip.use (at, item_id, request, agent, day_key, month_key)
SELECT date_trunc('second', s.starts + (s.ends - s.starts) * random()), 1 + (random() * %d)::int, true, 'human', gen_random_uuid(), gen_random_uuid()
FROM generate_series(1, %d) g, LATERAL (SELECT m.starts, m.ends FROM scip.use_month m WHERE m.month = make_date(2020, 1 + g %% 12, 1)) s"""
FEW, MANY = 100_000, int(os.environ.get("SCIP_MANY_USES", 10_000_000))
QUESTIONS = {"one item's series": "/v1/documents/{slug}/usage?by=month,agent&from=2020-M01&to=2020-M12", "totals": "/v1/usage?by=month,agent&from=2020-M01&to=2020-M12",
             "by item": "/v1/usage?by=item&from=2020-M01&to=2020-M12"}


def fill(url, items, uses):
    for month in range(1, 13):
        sql(url, f"SELECT scip.make_use_partitions('2020-{month:02}-01')")
    have = int(sql(url, "SELECT count(*) FROM scip.use WHERE at < '2021-01-01'"))
    sql(url, FILL % (len(items) - 1, uses - have))
    for month in range(1, 13):  # the figures as the counter would have made them
        sql(url, f"SET work_mem = '256MB'; SELECT scip.repair_usage('2020-{month:02}-01')")
    sql(url, "VACUUM ANALYZE")
    sql(url, "CHECKPOINT")
    time.sleep(10)  # what the load has left to do in the background


def copy(url):
    """A database beside it as it is now, to be asked in the same minutes; its URL."""
    postgres = url.replace("/scip?", "/postgres?")
    for statement in ("DROP DATABASE IF EXISTS few WITH (FORCE)", "ALTER DATABASE scip ALLOW_CONNECTIONS false",
                      "SELECT count(pg_terminate_backend(pid, 5000)) FROM pg_stat_activity WHERE datname = 'scip'", "CREATE DATABASE few TEMPLATE scip",
                      "ALTER DATABASE scip ALLOW_CONNECTIONS true"):
        sql(postgres, statement)
    few = url.replace("/scip?", "/few?")
    sql(few, "VACUUM ANALYZE")
    return few


def ask(ports, slug, rounds=40, times=20):
    """Milliseconds of each question by each server: the median, of the round that was disturbed least."""
    found = {}
    for name, path in QUESTIONS.items():
        taken = [[] for _ in ports]
        for _ in range(rounds):
            for port, medians in zip(ports, taken):
                each = []
                for _ in range(times):
                    started = time.perf_counter()
                    urllib.request.urlopen(f"http://127.0.0.1:{port}{path.format(slug=slug)}").read()
                    each.append((time.perf_counter() - started) * 1000)
                medians.append(statistics.median(each))
        found[name] = tuple(map(min, taken))
    return found


def grown(url, serve, items):
    """{question: (milliseconds with few uses, with many)}, both asked in turn. serve: starts a server of a database."""
    slug = next(iter(items))
    sql(url, EMPTY)
    fill(url, items, FEW)
    small = copy(url)
    fill(url, items, MANY)
    servers = [serve(database) for database in (small, url)]
    ports = [server.port for server in servers]
    ask(ports, slug, 1)
    found = ask(ports, slug)
    for server in servers:
        server.stop()
    faults = sql(url, "SELECT count(*) FROM scip.usage_faults('2020-06-01')")
    assert faults == "0", faults
    return found
