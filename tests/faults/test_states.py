"""States of the database that pass: a standby, an operator's read-only, a schema that is not ready. What needs more is 503 meanwhile, the
rest is served, readiness says which, and nothing is restarted for it to end."""
import os
import shutil
import subprocess
import time
from urllib.parse import unquote

import harness
import pytest

BIN = "/usr/lib/postgresql/15/bin"
OWNER = ["runuser", "-u", "postgres", "--"] if os.geteuid() == 0 else []
FROM = {"sources": ["https://www.scipalliance.example/minutes"], "confidence": "high"}
READY, READS_ONLY = {"status": "ok", "reads": True, "writes": True}, {"status": "ok", "reads": True, "writes": False}


@pytest.fixture(scope="module")
def own():
    cluster = harness.Cluster(harness.LOCAL / "faults", fsync="on")
    yield cluster
    cluster.run("stop")


def run(*command):
    subprocess.run([*OWNER, *command], check=True, cwd="/", stdout=subprocess.DEVNULL)


class Standby:
    """A copy of the cluster that follows it until it is promoted."""

    def __init__(self, cluster):
        self.data = cluster.psql("SHOW data_directory") + "-standby"
        self.socket, self.primary = f"/tmp/scip-standby-{os.getpid()}", unquote(cluster.url().split("host=")[1].split("&")[0])
        shutil.rmtree(self.data, ignore_errors=True)
        for folder in (self.data, self.socket):
            subprocess.run(["install", "-d", "-m", "700", *(["-o", "postgres"] if OWNER else []), folder], check=True)
        run(f"{BIN}/pg_basebackup", "-h", self.primary, "-U", "postgres", "-D", self.data, "-R", "-X", "stream", "-c", "fast", "--no-sync")
        self.control("start", "-l", f"{self.data}/server.log", "-o",
                     f"-c listen_addresses= -c unix_socket_directories={self.socket} -c max_connections=120 -c shared_buffers=64MB -c fsync=off")

    def control(self, *command):
        run(f"{BIN}/pg_ctl", "-D", self.data, "-w", "-s", *command)

    def url(self):
        return f"postgresql:///scip?host={self.socket}&user=scip_anonymous"

    def stop(self):
        self.control("-m", "immediate", "stop")
        shutil.rmtree(self.data)
        shutil.rmtree(self.socket)


def person(number):
    return {"name": f"State {number}", **FROM}


def writes(server, token):
    """Every kind of change, and reads that are recorded: the statuses that are given, with what must stand beside a 503."""
    account = {"issuer": "https://login.fault.example", "subject": f"state-{time.time_ns()}", "name": "State", "roles": [{"role": "website"}]}
    document = {"title": "State", "kind": "report", **FROM}
    answers = {"with a key": server.send("POST", "/v1/accounts", account, token, key=f"state-{time.time_ns()}"),
               "without one": server.send("POST", "/v1/accounts", {**account, "subject": account["subject"] + "-2"}, token),
               "a trial": server.send("POST", "/v1/accounts?dry_run=true", {**account, "subject": account["subject"] + "-3"}, token),
               "a document": server.send("PUT", f"/v1/documents/state-{time.time_ns()}", document, token, If_None_Match="*"),
               "a file": server.send("PUT", f"/v1/documents/state/files/{time.time_ns()}.txt", b"a text of some length", token, If_None_Match="*"),
               "people": server.send("GET", "/v1/people", token=token)}
    for name, answer in answers.items():
        if answer.status == 503:
            assert answer.headers["Retry-After"] == "1" and answer.json["type"] == "/problems/unavailable", name
    return {name: answer.status for name, answer in answers.items()}


def refused(statuses):
    return {name: status for name, status in statuses.items() if status != 503} in ({}, {"people": 200})  # a read, where nothing was shown that is recorded


@pytest.fixture(scope="module")
def token(own):
    """Of a caller that the database knows before it is copied; with a document to put a file to."""
    server = harness.Server("main", DATABASE_URL=own.url())
    token = own.token(server, "central")
    assert server.send("PUT", "/v1/documents/state", {"title": "State", "kind": "report", **FROM}, token, If_None_Match="*").status in (201, 412)
    server.stop()
    return token


def test_standby_and_promotion(own, token):
    """It serves reads; promoted, it takes changes within a moment, over the same connections."""
    standby = Standby(own)
    server = harness.Server("main", DATABASE_URL=standby.url())
    try:
        assert server.get("/health/ready").json == READS_ONLY and server.admin("/health/ready") == (200, "reads only\n")
        assert server.get("/v1/hubs").status == 200 and server.get("/v1/me", Authorization=f"Bearer {token}").status == 200
        assert refused(writes(server, token))
        standby.control("promote")
        harness.wait_until(lambda: server.get("/health/ready").json == READY)
        statuses = writes(server, token)
        assert {status // 100 for status in statuses.values()} == {2}, statuses
        assert not any(event.get("sqlstate", "").startswith("XX") for event in server.events())
    finally:
        server.stop()
        standby.stop()


def test_the_operators_read_only(own, token):
    """However it is set: by ALTER SYSTEM for the sessions that are there, by ALTER DATABASE for new ones."""
    server = harness.Server("main", DATABASE_URL=own.url())
    sessions = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name LIKE 'scip-api%'"
    try:
        for freeze, thaw in (("ALTER SYSTEM SET default_transaction_read_only = on", "ALTER SYSTEM RESET default_transaction_read_only"),
                             ("ALTER DATABASE scip SET default_transaction_read_only = on", "ALTER DATABASE scip RESET default_transaction_read_only")):
            after = "SELECT pg_reload_conf()" if "SYSTEM" in freeze else sessions
            assert server.get("/health/ready").json == READY
            own.psql(freeze)
            own.psql(after)
            harness.wait_until(lambda: server.get("/health/ready").json == READS_ONLY)
            assert refused(writes(server, token)) and server.get("/v1/hubs").status == 200
            own.psql(f"SET default_transaction_read_only = off; {thaw}")
            own.psql(f"SET default_transaction_read_only = off; {after}")
            harness.wait_until(lambda: server.get("/health/ready").json == READY)
            assert writes(server, token)["with a key"] == 201
    finally:
        for name in ("SYSTEM", "DATABASE scip"):
            own.psql(f"SET default_transaction_read_only = off; ALTER {name} RESET default_transaction_read_only")
        own.psql("SELECT pg_reload_conf()")
        server.stop()


def test_the_operators_own_settings(own):
    """Those of the URL win over what the service would ask for; those that the answers' form hangs on do not."""
    url = own.url() + "&application_name=mine&options=-c%20statement_timeout%3D300%20-c%20TimeZone%3DAsia%2FTokyo"
    server = harness.Server("engine", DATABASE_URL=url, CONTRACT=harness.engine_contract())
    try:
        started = time.monotonic()
        assert server.get("/slow?seconds=2").status == 504 and time.monotonic() - started < 1
        assert int(own.psql("SELECT count(*) FROM pg_stat_activity WHERE application_name = 'mine'")) > 0
        assert server.get("/moment").text.count("+") == 0
    finally:
        server.stop()


def test_linked_late_at_a_wrong_moment(own, tmp_path):
    """The database comes while a view is missing: logged once, the rest is served, and ready within 5 s of its return."""
    folder = tmp_path / "socket"
    url = f"postgresql:///scip?host={folder}&user=scip_anonymous"
    own.psql("ALTER VIEW scip.regions RENAME TO regions_away")
    server = harness.Server("main", wait=False, DATABASE_URL=url, CACHE_BYTES=0)
    try:
        time.sleep(0.5)
        folder.symlink_to(unquote(own.url().split("host=")[1].split("&")[0]))
        assert server.logged(seconds=10, event="the database does not fit the contract")
        time.sleep(2.5)
        assert server.get("/health/ready").status == 503 and server.get("/v1/hubs").status == 200
        assert sum(event.get("event") == "the database does not fit the contract" for event in server.events()) == 1
        own.psql("ALTER VIEW scip.regions_away RENAME TO regions")
        harness.wait_until(lambda: server.get("/health/ready").status == 200)
        assert server.get("/v1/regions").status == 200
    finally:
        own.psql("ALTER VIEW IF EXISTS scip.regions_away RENAME TO regions")
        server.stop()
