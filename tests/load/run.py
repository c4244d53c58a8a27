#!/usr/bin/python3
"""The ratio table: our server beside bare civetweb, pgbench of the same statements and Fastify with pg; tokens beside
bare OpenSSL.

All run in the same minutes on the same machine, in interleaved rounds; each figure is the median of the
rounds with its range. Only the ratios mean anything.

usage: tests/load/run.py [--rounds N] [--seconds S] [--only uses|metrics]
"""
import argparse
import asyncio
import base64
import hashlib
import json
import os
import re
import signal
import socket
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.request
from pathlib import Path

import metrics
import uses

ROOT = Path(__file__).resolve().parents[2]
HERE = ROOT / "tests/load"
CLUSTER = ROOT / ".local/load"
CONNECTIONS = 64


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def run(*command, **options):
    return subprocess.run(command, check=True, text=True, capture_output=True, **options).stdout


def statement(operation="listHubs", /, **values):
    """The statement of an operation with values in place of its names, NULL where there is none."""
    written, derived = (ROOT / f"db/{folder}/{operation}.sql" for folder in ("queries", "derived"))
    text = re.sub(r"--.*", "", (written if written.exists() else derived).read_text())
    return re.sub(r"(?<![:\w]):([a-z_]\w*)", lambda found: values.get(found[1], "NULL"), text)


# What POST /v1/accounts does with an Idempotency-Key, as a pgbench script: each with a key and an account of its own.
BODY = """'{"issuer": "https://login.load.example", "subject": "s", "name": "Load", "roles": []}'::jsonb"""
ANSWER = json.dumps({"id": "01a21423-9ad0-7dab-9005-f865de675671", "issuer": "https://login.load.example", "subject": "18c8f4f0a2d1-123456", "name": "Load",
                     "active": True, "tokens_from": None, "roles": [], "created_at": "2025-11-25T18.55.00Z", "updated_at": "2025-11-25T18.55.00Z",
                     "href": "/v1/accounts/01a21423-9ad0-7dab-9005-f865de675671"})


def entering(operation, subject):
    return statement("_enter", issuer="'self'", subject=f"'{subject}'", token_id="'a token'", issued_at="extract(epoch FROM now())::bigint",
                     request="'a request'", operation=f"'{operation}'", roles="'{central}'")


def writing(subject):
    key = {"operation": "'addAccount'", "key": "'p' || :n", "hash": "'\\x2c26b46b68ffc68ff99b453c1d30413413422d706483bfa0f98a5e886266e7ae'"}
    new = "md5('p' || :n)::uuid"
    steps = ["BEGIN", entering("addAccount", subject), statement("_claim", **key),
             statement("addAccount", body=BODY, new_id=new, issuer="'https://login.load.example'", subject="'p' || :n", name="'Load'"),
             statement("getAccount", id=new),
             statement("_keep", **key, status="201", location="'/v1/accounts/01a21423-9ad0-7dab-9005-f865de675671'",
                       etag="'\"1.0123456789abcdef0123456789abcdef\"'", content_type="'application/json'", body=f"'{ANSWER}'"), "COMMIT"]
    return "\\set n random(1, 1000000000000000)\n" + "".join(" ".join(step.split()) + ";\n" for step in steps)


def reading(subject, id):
    steps = ["BEGIN", entering("getAccount", subject), statement("getAccount", id=f"'{id}'"), "COMMIT"]
    return "".join(" ".join(step.split()) + ";\n" for step in steps)


class Server:
    """A process that listens on its own port, and what it costs."""

    def __init__(self, name, command, port, path="/v1/hubs", env=None):
        self.name, self.port, self.url = name, port, f"http://127.0.0.1:{port}{path}"
        started = time.monotonic()
        self.process = subprocess.Popen([str(part) for part in command], cwd=ROOT, env={**os.environ, **(env or {})},
                                        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        while True:
            try:
                urllib.request.urlopen(self.url, timeout=5).read()
                break
            except OSError:
                if self.process.poll() is not None or time.monotonic() - started > 20:
                    sys.exit(f"{name} did not start: {' '.join(map(str, command))}")
                time.sleep(0.005)
        self.start_ms = (time.monotonic() - started) * 1000

    def cpu(self):
        fields = Path(f"/proc/{self.process.pid}/stat").read_text().rsplit(")", 1)[1].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    def pss_mib(self):
        rollup = Path(f"/proc/{self.process.pid}/smaps_rollup").read_text()
        return int(re.search(r"^Pss:\s+(\d+)", rollup, re.M).group(1)) / 1024

    def stop(self):
        self.process.send_signal(signal.SIGTERM)
        self.process.wait(20)


# 64 requests in a row ask for what nobody has asked for yet: each is made once if concurrent requests are joined.
NEW_KEYS = """local n = math.random(1000000) * 1000
request = function() n = n + 1; return wrk.format("GET", "/v1/hubs?q=" .. math.floor(n / 64)) end
"""
NEW_ACCOUNTS = """local n, run = 0, string.format("%%x-%%s", os.time(), tostring({}):sub(-6))
request = function()
  n = n + 1
  local key = run .. "-" .. n
  local body = '{"issuer":"https://login.load.example","subject":"' .. key .. '","name":"Load","roles":[]}'
  local headers = {["Authorization"] = "Bearer %s", ["Content-Type"] = "application/json", ["Idempotency-Key"] = key}
  return wrk.format("POST", "/v1/accounts", headers, body)
end
"""


def wrk(server, seconds, *options, etag=None, connections=CONNECTIONS, path=None):
    """Requests per second, CPU microseconds of the server per request, p99 in ms."""
    before = server.cpu()
    known = ("-H", f"If-None-Match: {etag}") if etag else ()
    url = f"http://127.0.0.1:{server.port}{path}" if path else server.url
    out = run("wrk", "-t1", f"-c{connections}", f"-d{seconds}s", "--latency", *known, *options, url)
    spent = server.cpu() - before
    total = int(re.search(r"(\d+) requests in", out).group(1))
    if re.search(r"Non-2xx", out) and not etag:
        sys.exit(f"{server.name}: {out}")
    value, unit = re.search(r"99%\s+([\d.]+)(us|ms|s)", out).groups()
    p99 = float(value) * {"us": 0.001, "ms": 1, "s": 1000}[unit]
    return float(re.search(r"Requests/sec:\s+([\d.]+)", out).group(1)), spent / total * 1e6, p99


def pgbench(environment, file, seconds, sessions=4):
    out = run("pgbench", "-n", "-M", "prepared", f"-c{sessions}", "-j1", f"-T{seconds}", "-f", file,
              env={**os.environ, **environment})
    return float(re.search(r"tps = ([\d.]+)", out).group(1)), 0, 0


def tokens():
    """Microseconds to verify a token at first sight and when it is known, by algorithm, and how many times that of bare OpenSSL."""
    out = run(ROOT / "build-release/tests/load/token_bench")
    found = re.findall(r"^(\w+) first ([\d.]+) bare [\d.]+ ratio ([\d.]+) seen ([\d.]+)$", out, re.M)
    return {name: tuple(map(float, figures)) for name, *figures in found}


async def each_connection(port, count, seconds):
    """Answers per connection: none may starve."""
    async def talk():
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        answers, until = 0, time.monotonic() + seconds
        while time.monotonic() < until:
            writer.write(b"GET /v1/hubs HTTP/1.1\r\nHost: load\r\n\r\n")
            try:
                head = await asyncio.wait_for(reader.readuntil(b"\r\n\r\n"), seconds)
                await reader.readexactly(int(re.search(rb"Content-Length: (\d+)", head).group(1)))
            except (asyncio.TimeoutError, asyncio.IncompleteReadError):
                break
            answers += head.startswith(b"HTTP/1.1 200")
        writer.close()
        return answers
    return await asyncio.gather(*(talk() for _ in range(count)))


def median_range(values):
    return f"{statistics.median(values):,.0f} ({min(values):,.0f}–{max(values):,.0f})"


def main():
    options = argparse.ArgumentParser()
    options.add_argument("--rounds", type=int, default=5)
    options.add_argument("--seconds", type=int, default=3)
    options.add_argument("--only", choices=["uses", "metrics"])
    options = options.parse_args()
    run("meson", "setup", "--reconfigure" if (ROOT / "build-release").exists() else "build-release",
        *(["build-release"] if (ROOT / "build-release").exists() else []), "--buildtype=release", cwd=ROOT)
    run("meson", "compile", "-C", "build-release", cwd=ROOT)
    run(ROOT / "script/node", "tests/load/fastify", cwd=ROOT)
    os.environ["PATH"] = f"{ROOT}/.local/node/bin:{os.environ['PATH']}"
    run(ROOT / "script/postgres", CLUSTER, "start", cwd=ROOT)
    try:
        if not options.only:
            measure(options)
        if options.only != "metrics":
            measure_uses(options)
        if options.only != "uses":
            measure_metrics()
    finally:
        run(ROOT / "script/postgres", CLUSTER, "stop", cwd=ROOT)


def scip_api(port, url, **env):
    """The release build; access lines are not written, as the others write none."""
    return Server("scip-api", [ROOT / "build-release/api/scip-api", "serve"], port,
                  env={"PORT": str(port), "DATABASE_URL": url, "WRITER_DATABASE_URL": url.replace("scip_anonymous", "scip_writer"),
                       "CENTRAL_DATABASE_URL": url.replace("scip_anonymous", "scip_central"), "LOG_LEVEL": "warn",
                       "KEYS": str(CLUSTER / "keys"), "TOKEN_SECONDS": "86400", "RATE_ADDRESS": "0", "RATE_CLIENT": "0", **env})


def central():
    """A client of the central team in an empty book: its id and secret."""
    secret = os.urandom(16).hex()
    sql = f"""SET session_replication_role = replica;
        TRUNCATE scip.audit, scip.history, scip.change, scip.idempotency;
        DELETE FROM scip.account_role WHERE account_id IN (SELECT id FROM scip.account WHERE label = 'Load');
        DELETE FROM scip.client_secret WHERE account_id IN (SELECT id FROM scip.account WHERE label = 'Load');
        DELETE FROM scip.account WHERE label = 'Load';
        WITH made AS (INSERT INTO scip.account (issuer, subject, label) VALUES ('self', 'load', 'Load') RETURNING id),
          role AS (INSERT INTO scip.account_role (account_id, role) SELECT id, 'central' FROM made)
        INSERT INTO scip.client_secret (account_id, sha256) SELECT id, '\\x{hashlib.sha256(secret.encode()).hexdigest()}' FROM made;
        VACUUM ANALYZE;"""
    url = run(ROOT / "script/postgres", CLUSTER, "url", "postgres").strip()
    run("psql", "-XqAt", "-v", "ON_ERROR_STOP=1", "-d", url, input=sql)
    return "load", secret


def bearer(server, name, secret):
    request = urllib.request.Request(f"http://127.0.0.1:{server.port}/oauth/token", b"grant_type=client_credentials",
                                     {"Authorization": "Basic " + base64.b64encode(f"{name}:{secret}".encode()).decode()})
    return json.load(urllib.request.urlopen(request))["access_token"]


def measure(options):
    url = run(ROOT / "script/postgres", CLUSTER, "url", "scip_anonymous").strip()
    host = re.search(r"host=([^&]+)", url).group(1).replace("%2F", "/")
    database = {"PGHOST": host, "PGUSER": "scip_anonymous", "PGDATABASE": "scip"}
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "listHubs.sql"
        file.write_text(statement(limit="51", sort="'name'"))
        port = free_port()
        ours = scip_api(port, url, CACHE_BYTES="0")
        fresh = ours.pss_mib()
        body = Path(folder) / "body.json"
        body.write_bytes(urllib.request.urlopen(ours.url).read())
        port = free_port()
        warm = scip_api(port, url)
        time.sleep(0.5)
        etag = urllib.request.urlopen(warm.url).headers["ETag"]
        (Path(folder) / "new-keys.lua").write_text(NEW_KEYS)
        port = free_port()
        bare = Server("bare civetweb", [ROOT / "build-release/tests/load/bare", port, 300, body], port)
        port = free_port()
        node = Server("Fastify + pg", ["node", HERE / "fastify/server.js", port, file], port, env=database)
        port = free_port()
        kept = Server("Fastify, kept body", ["node", HERE / "fastify/server.js", port, file], port, path="/cached", env=database)
        name, secret = central()
        port = free_port()
        writer = scip_api(port, url, POOL_SIZE="8")
        token = bearer(writer, name, secret)
        port = free_port()
        scribe = Server("Fastify, writes", ["node", HERE / "fastify/writes.js", port, ROOT / "db/queries", f"http://127.0.0.1:{writer.port}/.well-known/jwks.json"], port,
                        path="/health", env={**database, "PGUSER": "scip_central"})
        accounts, as_writer = Path(folder) / "new-accounts.lua", {**database, "PGUSER": "scip_central"}
        accounts.write_text(NEW_ACCOUNTS % token)
        wrk(writer, 1, "-s", accounts)
        run("psql", "-XqAt", "-d", run(ROOT / "script/postgres", CLUSTER, "url", "postgres").strip(), input="ANALYZE")  # as autovacuum does within a minute
        known = json.load(urllib.request.urlopen(urllib.request.Request(f"http://127.0.0.1:{writer.port}/v1/accounts?limit=1", headers={"Authorization": f"Bearer {token}"})))
        one = known["items"][0]
        (Path(folder) / "write.sql").write_text(writing(name))
        (Path(folder) / "read.sql").write_text(reading(name, one["id"]))
        authorization = ("-H", f"Authorization: Bearer {token}")
        print(f"body {body.stat().st_size:,} bytes, {CONNECTIONS} connections, {options.rounds} rounds of {options.seconds} s\n")
        rows = {"scip-api, uncached listing": lambda: wrk(ours, options.seconds),
                "scip-api, uncached, the same asked by 64": lambda: wrk(warm, options.seconds, "-s", Path(folder) / "new-keys.lua"),
                "scip-api, warm listing": lambda: wrk(warm, options.seconds),
                "scip-api, warm 304": lambda: wrk(warm, options.seconds, etag=etag),
                "Fastify, kept body": lambda: wrk(kept, options.seconds),
                "bare civetweb, same body": lambda: wrk(bare, options.seconds),
                "Fastify + pg, one process": lambda: wrk(node, options.seconds),
                "pgbench -c4, same statement": lambda: pgbench(database, file, options.seconds)}
        for connections in (8, 64):
            rows |= {f"scip-api, durable write, c{connections}": lambda c=connections: wrk(writer, options.seconds, "-s", accounts, connections=c),
                     f"Fastify, durable write, c{connections}": lambda c=connections: wrk(scribe, options.seconds, "-s", accounts, connections=c),
                     f"pgbench -c{connections}, same writes": lambda c=connections: pgbench(as_writer, Path(folder) / "write.sql", options.seconds, c)}
        rows |= {"scip-api, read with a token": lambda: wrk(writer, options.seconds, *authorization, path=one["href"]),
                 "Fastify, read with a token": lambda: wrk(scribe, options.seconds, *authorization, path=one["href"]),
                 "pgbench -c8, same reads with a token": lambda: pgbench(as_writer, Path(folder) / "read.sql", options.seconds, 8)}
        results = {name: [] for name in rows}
        for _ in range(options.rounds):
            for name, take in rows.items():
                results[name].append(take())
        tell_rows(results)
        for server in (warm, bare, kept, writer, scribe):  # what processes share is counted whole
            server.stop()
        answers = asyncio.run(each_connection(ours.port, 256, options.seconds * 2))
        report(results, answers, fresh, ours, node)
        for server in (ours, node):
            server.stop()


def tell_rows(results):
    print("| | req/s median (range) | CPU µs of the server a request | p99 ms |\n|---|---|---|---|")
    for name, taken in results.items():
        rate, cpu, p99 = zip(*taken)
        print(f"| {name} | {median_range(rate)} | {statistics.median(cpu):.0f} | {statistics.median(p99):.1f} |")


def tell_checks(checks):
    print("\n| | measured | goal | |\n|---|---|---|---|")
    for name, value, goal, reached in checks:
        print(f"| {name} | {value:.2f} | {goal} | {'' if not goal else 'reached' if reached(value) else 'MISSED'} |")


def measure_uses(options):
    """Recording uses; then their figures at 100,000 and at 10,000,000."""
    url, owner = (run(ROOT / "script/postgres", CLUSTER, "url", role).strip() for role in ("scip_anonymous", "postgres"))
    database = {"PGHOST": re.search(r"host=([^&]+)", url).group(1).replace("%2F", "/"), "PGUSER": "scip_migrator", "PGDATABASE": "scip"}
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        items = uses.prepare(owner, folder)
        port = free_port()
        ours = scip_api(port, url, TRUSTED_PROXIES="127.0.0.1")
        port = free_port()
        node = Server("Fastify, uses", ["node", HERE / "fastify/uses.js", port, json.dumps(items)], port, path="/health", env=database)
        visits = lambda server, what: wrk(server, options.seconds, "-s", folder / f"{what}.lua")
        rows = {"scip-api, recording a use": lambda: visits(ours, "visit"),
                "Fastify, the same statement a use": lambda: visits(node, "visit"),
                "pgbench -c8, the same statement a use": lambda: pgbench(database, folder / "counted.sql", options.seconds, 8),
                "Fastify, a bare row of it": lambda: visits(node, "bare"),
                "pgbench -c8, bare rows": lambda: pgbench(database, folder / "bare.sql", options.seconds, 8)}
        results = {name: [] for name in rows}
        for _ in range(options.rounds):
            for name, take in rows.items():
                results[name].append(take())
        tell_rows(results)
        rate = {name: statistics.median(r for r, _, _ in taken) for name, taken in results.items()}
        mine, p99 = rate["scip-api, recording a use"], statistics.median(p for _, _, p in results["scip-api, recording a use"])
        node.stop()
        ours.stop()
        grown = uses.grown(owner, lambda database: scip_api(free_port(), database.replace("user=postgres", "user=scip_anonymous")), items)
        for name, (few, many) in grown.items():
            print(f"{name}: {few:.2f} ms at {uses.FEW:,} uses, {many:.2f} ms at {uses.MANY:,}")
    tell_checks([
        ("recording a use against pgbench -c8, the same statement a use", mine / rate["pgbench -c8, the same statement a use"], "≥ 1.5", lambda v: v >= 1.5),
        ("recording a use against Fastify, the same statement a use", mine / rate["Fastify, the same statement a use"], "≥ 4", lambda v: v >= 4),
        ("recording a use against pgbench -c8, bare rows", mine / rate["pgbench -c8, bare rows"], "", None),
        ("recording a use against Fastify, bare rows", mine / rate["Fastify, a bare row of it"], "", None),
        ("recording a use, p99 at c64, ms", p99, "≤ 10", lambda v: v <= 10),
        *((f"{name} at {uses.MANY:,} uses against {uses.FEW:,}", many / few, "≤ 1.1", lambda v: v <= 1.1) for name, (few, many) in grown.items())])


def measure_metrics():
    """Metrics of a few records and of 100,000 members and 50,000 events."""
    url, owner = (run(ROOT / "script/postgres", CLUSTER, "url", role).strip() for role in ("scip_anonymous", "postgres"))
    ours = scip_api(free_port(), url)
    grown = metrics.grown(owner, ours.port)
    ours.stop()
    tell_checks([
        *((f"{name}, many records against few", many[0] / few[0], "≤ 1.5", lambda v: v <= 1.5) for name, (few, many) in grown.items()),
        *((f"{name}, the first time after a write", many[1] / few[1], "", None) for name, (few, many) in grown.items())])


def report(results, answers, fresh, ours, node):
    rate = {name: statistics.median(r for r, _, _ in taken) for name, taken in results.items()}
    mine, warm, known = (rate[f"scip-api, {name}"] for name in ("uncached listing", "warm listing", "warm 304"))
    joined, bare = rate["scip-api, uncached, the same asked by 64"], rate["bare civetweb, same body"]
    loaded, other = ours.pss_mib(), node.pss_mib()
    verified = tokens()
    checks = [
        ("uncached against pgbench -c4", mine / rate["pgbench -c4, same statement"], "≥ 0.5", lambda v: v >= 0.5),
        ("uncached against Fastify + pg", mine / rate["Fastify + pg, one process"], "≥ 3", lambda v: v >= 3),
        ("uncached, the same asked by 64, against pgbench -c4", joined / rate["pgbench -c4, same statement"], "≥ 1", lambda v: v >= 1),
        ("warm against bare civetweb", warm / bare, "≥ 0.95", lambda v: v >= 0.95),
        ("warm 304 against bare civetweb", known / bare, "≥ 1.1", lambda v: v >= 1.1),
        ("warm against Fastify with a kept body", warm / rate["Fastify, kept body"], "≥ 2.5", lambda v: v >= 2.5),
        *((f"durable write, c{c}, against pgbench -c{c}", rate[f"scip-api, durable write, c{c}"] / rate[f"pgbench -c{c}, same writes"], "≥ 0.5", lambda v: v >= 0.5)
          for c in (8, 64)),
        *((f"durable write, c{c}, against Fastify", rate[f"scip-api, durable write, c{c}"] / rate[f"Fastify, durable write, c{c}"], "≥ 1.5", lambda v: v >= 1.5)
          for c in (8, 64)),
        ("read with a token against pgbench -c8", rate["scip-api, read with a token"] / rate["pgbench -c8, same reads with a token"], "", None),
        ("read with a token against Fastify", rate["scip-api, read with a token"] / rate["Fastify, read with a token"], "", None),
        ("RS256 token at first sight, µs", verified["RS256"][0], "≤ 50", lambda v: v <= 50),
        *((f"{name} token at first sight against OpenSSL", verified[name][1], "≤ 1.5", lambda v: v <= 1.5) for name in ("ES256", "EdDSA")),
        ("known token, µs", max(seen for _, _, seen in verified.values()), "≤ 5", lambda v: v <= 5),
        ("256 connections: fewest answers on one", min(answers), "> 0", lambda v: v > 0),
        ("PSS fresh, MiB", fresh, "≤ 16", lambda v: v <= 16),
        ("PSS after c256, MiB", loaded, "≤ 24", lambda v: v <= 24),
        ("PSS against Fastify", loaded / other, "≤ 0.25", lambda v: v <= 0.25),
        ("start to first answer, ms", ours.start_ms, "≤ 300", lambda v: v <= 300),
    ]
    tell_checks(checks)


if __name__ == "__main__":
    main()
