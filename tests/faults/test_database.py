"""PostgreSQL killed, stopped and frozen under load: no wrong answer, no crash, back within two seconds."""
import os
import signal
import threading
import time

import harness
import killing
import pytest

ROUNDS = int(os.environ.get("SCIP_ROUNDS", 1))  # more of the same for a long run


@pytest.fixture
def own(tmp_path_factory):
    """A cluster of its own, to be mistreated."""
    cluster = harness.Cluster(harness.LOCAL / "faults", fsync="on")
    server = harness.Server("main", DATABASE_URL=cluster.url(), QUERY_TIMEOUT_MS=1000, CACHE_BYTES=0)  # every request asks the database
    yield cluster, server
    cluster.run("restart")
    server.stop()
    cluster.run("stop")


class Load:
    """Clients that ask for the Hubs without a pause; every 200 must have the one right body."""

    def __init__(self, server, clients=8):
        self.server, self.expected = server, server.get("/v1/hubs").body
        self.answers, self.stopping = [], False
        self.threads = [threading.Thread(target=self.ask) for _ in range(clients)]
        for thread in self.threads:
            thread.start()

    def ask(self):
        while not self.stopping:
            answer = self.server.request("GET", "/v1/hubs")
            right = answer.body == self.expected if answer.status == 200 else answer.json["status"] == answer.status
            self.answers.append((time.monotonic(), answer.status, right, answer.headers["Retry-After"]))

    def stop(self):
        self.stopping = True
        for thread in self.threads:
            thread.join(30)
        assert all(right for _, _, right, _ in self.answers), "a wrong answer"
        assert {status for _, status, _, _ in self.answers} <= {200, 503, 504}
        assert all(retry == "1" for _, status, _, retry in self.answers if status == 503)
        assert self.server.alive()
        return self.answers


def backends(cluster):
    text = cluster.psql("SELECT pid FROM pg_stat_activity WHERE application_name = 'scip-api'")
    return [int(pid) for pid in text.split()]


def wait_well(server, seconds):
    """Seconds until ten answers in a row are 200."""
    started, good = time.monotonic(), 0
    while good < 10:
        assert time.monotonic() - started < seconds, "not back in time"
        good = good + 1 if server.get("/v1/hubs").status == 200 else 0
        time.sleep(0.02)
    return time.monotonic() - started


def database_up(cluster, seconds=20):
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        try:
            cluster.psql("SELECT 1")
            return
        except AssertionError:
            time.sleep(0.05)
    raise AssertionError("the database did not come back")


def test_backends_terminated_one_by_one(own):
    cluster, server = own
    load = Load(server)
    for _ in range(20 * ROUNDS):
        cluster.psql("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'scip-api' LIMIT 1")
        time.sleep(0.05)
    answers = load.stop()
    assert [status for _, status, _, _ in answers].count(503) < len(answers) / 4, "a read is tried again"
    wait_well(server, 2)


def test_backend_killed(own):
    """kill -9 of one backend: PostgreSQL restarts all of them."""
    cluster, server = own
    load = Load(server)
    for _ in range(3 * ROUNDS):
        time.sleep(0.3)
        before = cluster.psql(killing.CHECKPOINTER)
        for pid in backends(cluster)[:1]:
            os.kill(pid, signal.SIGKILL)
            killing.until_done(lambda: killing.begun_anew(cluster, before), AssertionError)
        wait_well(server, 2)
    load.stop()


def test_immediate_stop_and_start(own):
    cluster, server = own
    load = Load(server)
    for _ in range(2 * ROUNDS):
        time.sleep(0.3)
        cluster.run("immediate")
        time.sleep(0.5)
        assert server.get("/health/ready").status == 503
        assert server.get("/health/live").status == 200
        cluster.run("restart")
        database_up(cluster)
        wait_well(server, 2)
        assert server.get("/health/ready").status == 200
    load.stop()


def test_frozen_backends(own):
    """Backends that do not answer: the client's own deadline ends the wait, and new connections serve on."""
    cluster, server = own
    wait_well(server, 5)
    frozen = backends(cluster)
    assert frozen
    for pid in frozen:
        os.kill(pid, signal.SIGSTOP)
    try:
        started = time.monotonic()
        answer = server.get("/v1/hubs")
        assert answer.status in (503, 504) and time.monotonic() - started < 5
        wait_well(server, 12)
    finally:
        for pid in frozen:
            os.kill(pid, signal.SIGCONT)


def test_database_comes_later(own):
    cluster, _ = own
    cluster.run("stop")
    server = harness.Server("main", wait=False, DATABASE_URL=cluster.url(), CACHE_BYTES=0)
    time.sleep(1)
    assert server.get("/health/live").status == 200 and server.get("/v1/hubs").status == 503
    cluster.run("restart")
    database_up(cluster)
    assert wait_well(server, 4) < 4
    server.stop()


def test_schema_changes_under_way(own):
    """A view that gains a column in front breaks no prepared statement; one that changes a type is 503 for that operation alone."""
    cluster, server = own
    wait_well(server, 5)
    cluster.psql("ALTER TABLE scip.toolkit_principle ADD COLUMN extra text")
    assert server.get("/v1/toolkit/principles").status == 200
    cluster.psql("""ALTER TABLE scip.toolkit_principle DROP COLUMN extra;
                    ALTER VIEW scip.regions RENAME TO regions_away;""")
    gone = server.get("/v1/regions")
    assert (gone.status, gone.headers["Retry-After"]) == (503, "1")
    assert server.get("/v1/hubs").status == 200
    cluster.psql("ALTER VIEW scip.regions_away RENAME TO regions")
    assert server.get("/v1/regions").status == 200


def test_what_is_kept_outlives_the_database(own):
    """With the database away the last answer is given, marked stale; what nobody asked for is 503."""
    cluster, _ = own
    server = harness.Server("main", DATABASE_URL=cluster.url(), POOL_WAIT_MS=500)
    while (fresh := server.get("/v1/hubs")).headers["Cache-Status"] != "scip-api; hit":
        time.sleep(0.05)
    cluster.run("immediate")
    time.sleep(0.5)
    stale = server.get("/v1/hubs")
    assert (stale.status, stale.body, stale.headers["ETag"]) == (200, fresh.body, fresh.headers["ETag"])
    assert "; hit; ttl=-" in stale.headers["Cache-Status"] and int(stale.headers["Age"]) >= 1
    assert server.get("/v1/hubs", If_None_Match=fresh.headers["ETag"]).status == 304
    assert server.get("/v1/hubs?q=nobody-asked").status == 503
    cluster.run("restart")
    database_up(cluster)
    wait_well(server, 4)
    cluster.psql("UPDATE scip.hub SET blurb = 'After the fall' WHERE slug = 'london-hub'")
    harness.wait_until(lambda: b"After the fall" in server.get("/v1/hubs").body, seconds=2)
    assert "ttl" not in (server.get("/v1/hubs").headers["Cache-Status"] or "")
    cluster.psql("UPDATE scip.hub SET blurb = NULL WHERE slug = 'london-hub'")
    server.stop()
