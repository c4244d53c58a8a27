"""Writes with an Idempotency-Key while the service and its database sessions are killed: each is sent again until it is
answered, and in the end each was done exactly once, with all that belongs to it."""
import itertools
import os
import signal
import threading
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor

import harness
import killing
import psycopg2
import pytest

ROUNDS = int(os.environ.get("SCIP_ROUNDS", 1))  # more of the same for a long run
FIGURES = 3  # written to by all at once, so that the writes wait for one another as well
FIGURE = {"metric": "fault_test", "kind": "context", "title": "Schools", "value": 1, "unit": "schools", "qualifier": "exact", "period": "2019-22",
          "sources": ["https://www.scipalliance.example/minutes"], "confidence": "high"}


class Writes:
    """A server, a token that outlives it, and the book of what was asked and answered."""

    def __init__(self, cluster):
        self.cluster = cluster
        self.settings = {"DATABASE_URL": cluster.url(), "THREADS": 16, "LOG_LEVEL": "error"}
        self.answers, self.outcomes, self.lock = {}, Counter(), threading.Lock()
        self.numbers, self.run = itertools.count(), f"{os.getpid()}-{time.time_ns()}"
        self.server = self.start()
        self.token = self.cluster.token(self.server, "central")
        self.figures = [f"/v1/headline-figures/fault-{self.run}-{n}" for n in range(FIGURES)]
        for path in self.figures:
            made = self.server.send("PUT", path, FIGURE, token=self.token, If_None_Match="*")
            assert made.status == 201, made.text

    def start(self, wait=True):
        return harness.Server("writes", wait=wait, **self.settings)

    def request(self, number):
        """Three kinds: of several rows, of several rows that others hold, and one that waits for its own kind."""
        if number % 4 == 0:
            return self.figures[number % FIGURES] + "/versions", {**FIGURE, "title": f"Write {number}"}, {"If_Match": "*"}
        roles = [{"role": "hub_member", "hub": "scotland-hub"}, {"role": "website"}]
        return "/v1/accounts", {"issuer": "https://login.fault.example", "subject": f"{self.run}-{number}", "name": "Fault", "roles": roles}, {}

    def send(self, server, number):
        """Whether it was answered for good. An answer must be the one that was given before, if there was any."""
        path, body, headers = self.request(number)
        key = f"{self.run}-{number}"
        try:
            answer = server.send("POST", path, body, token=self.token, key=key, X_Request_Id=key, **headers)
        except (OSError, harness.http.client.HTTPException):
            self.note("broken")
            return False
        self.note(answer.status)
        if answer.status == 201:
            with self.lock:
                first = self.answers.setdefault(number, answer)
            assert (answer.body, answer.headers["ETag"], answer.headers["Location"]) == (first.body, first.headers["ETag"], first.headers["Location"])
            return True
        assert answer.status in (409, 503, 504), answer.text
        assert answer.status != 409 or "idempotency-key-in-progress" in answer.text, answer.text
        return False

    def note(self, what):
        with self.lock:
            self.outcomes[what] += 1

    def insist(self, number):
        """Sends it until it is answered, to whichever server there is."""
        until = time.monotonic() + 30
        while not self.send(self.server, number):
            assert time.monotonic() < until, f"no answer: {self.outcomes}"
            time.sleep(0.005)

    def check(self):
        """Every request has one effect, in one transaction with its records and its answer; nothing else is stored."""
        numbers = sorted(self.answers)
        accounts, figures = [n for n in numbers if n % 4], [n for n in numbers if n % 4 == 0]
        sql, run = self.cluster.psql, self.run
        effects = sql(f"""
            SELECT a.subject, count(*), bool_and(
                i.body::jsonb ->> 'id' = a.id::text AND i.status = 201 AND i.xmin = a.xmin
                AND (SELECT count(*) FROM scip.account_role r WHERE r.account_id = a.id AND r.xmin = a.xmin) = 2
                AND (SELECT array_agg(u."table" ORDER BY u."table") FROM scip.audit u
                     WHERE u.request = a.subject AND u.xmin = a.xmin AND u.op = 'INSERT' AND u.operation = 'addAccount') = '{{account,account_role,account_role}}'
                AND (SELECT count(*) FROM scip.history h WHERE h.xmin = a.xmin) = 3
                AND (SELECT array_agg(c.key || c.kind || c.op) FROM scip.change c WHERE c.xmin = a.xmin) = ARRAY[a.id || 'accountchanged'])
            FROM scip.account a JOIN scip.idempotency i ON i.key = a.subject
            WHERE a.subject LIKE '{run}-%' GROUP BY 1""").splitlines()
        assert sorted(effects) == sorted(f"{run}-{n}|1|t" for n in accounts)
        versions = sql(f"""
            SELECT f.title, count(*), bool_and(
                i.body::jsonb ->> 'version' = f.version::text AND i.status = 201 AND i.xmin = f.xmin
                AND (SELECT count(*) FROM scip.audit u WHERE u.request = i.key AND u.xmin = f.xmin AND u."table" = 'headline_figure') = 1
                AND (SELECT count(*) FROM scip.history h WHERE h.xmin = f.xmin) = 1 AND (SELECT count(*) FROM scip.change c WHERE c.xmin = f.xmin) = 1)
            FROM scip.headline_figure f JOIN scip.idempotency i ON i.key = '{run}-' || substr(f.title, 7)
            WHERE f.slug LIKE 'fault-{run}-%' AND f.version > 1 GROUP BY 1""").splitlines()
        assert sorted(versions) == sorted(f"Write {n}|1|t" for n in figures)
        assert sql(f"SELECT count(*) FROM scip.idempotency WHERE key LIKE '{run}-%'") == str(len(numbers))
        assert sql(f"SELECT count(*) FROM scip.account WHERE subject LIKE '{run}-%'") == str(len(accounts))
        assert sql(f"SELECT count(*), sum(version) = sum(n) FROM (SELECT version, row_number() OVER (PARTITION BY slug ORDER BY version) n "
                   f"FROM scip.headline_figure WHERE slug LIKE 'fault-{run}-%') v") == f"{len(figures) + FIGURES}|t", "no version is left out"
        assert sql(f"SELECT count(*) FROM scip.audit WHERE request LIKE '{run}-%'") == str(3 * len(accounts) + len(figures))
        # nothing is left over either: no session holds a transaction or a key
        until = time.monotonic() + 5
        while (left := sql("SELECT count(*) FROM pg_stat_activity WHERE state LIKE 'idle in transaction%'")
               + sql("SELECT count(*) FROM pg_locks WHERE locktype = 'advisory'")) != "00" and time.monotonic() < until:
            time.sleep(0.05)
        assert left == "00"


@pytest.fixture(scope="module")
def own():
    """A cluster of its own, to be mistreated."""
    cluster = harness.Cluster(harness.LOCAL / "faults", fsync="on")
    yield cluster
    cluster.run("stop")


@pytest.fixture(scope="module")
def writes(own):
    writes = Writes(own)
    yield writes
    writes.server.stop()


def test_killed_in_mid_write(writes):
    killing.kill_servers(writes, writes.send, 100 * ROUNDS)


def test_sessions_terminated_in_mid_write(writes):
    """Before, between and while a write commits."""
    writes.outcomes.clear()
    killing.end_sessions(writes, 100 * ROUNDS, 0.01)
    assert set(writes.outcomes) <= {201, 409, 503}


def test_the_postmaster_killed(writes):
    """Nothing that was acknowledged is lost, and nothing is there twice."""
    writes.outcomes.clear()
    killing.kill_postmaster(writes, 4 * ROUNDS)


class Other:
    """Another session, which never finds a deadlock first."""

    def __init__(self, cluster, sql):
        self.connection, self.watch = psycopg2.connect(cluster.url("postgres")), psycopg2.connect(cluster.url("postgres"))
        self.watch.autocommit = True
        self.run("SET deadlock_timeout = '60s'")
        self.run(sql)

    def run(self, sql):
        self.connection.cursor().execute(sql)

    def wait_until_waited_for(self):
        """The session that waits."""
        cursor, until = self.watch.cursor(), time.monotonic() + 5
        while not cursor.rowcount > 0:
            assert time.monotonic() < until
            cursor.execute("SELECT pid FROM pg_stat_activity WHERE %s = ANY (pg_blocking_pids(pid))", (self.connection.get_backend_pid(),))
        return cursor.fetchone()[0]

    def commit(self):
        self.connection.commit()
        self.connection.close()
        self.watch.close()


def account(writes, key):
    """A new one, and how to give it a role, with a key or without."""
    body = {"issuer": "https://login.fault.example", "subject": f"role-{writes.run}-{next(writes.numbers)}", "name": "Fault", "roles": []}
    made = writes.server.send("POST", "/v1/accounts", body, token=writes.token)
    assert made.status == 201, made.text
    give = lambda role, server=None: (server or writes.server).send("POST", made.json["href"] + "/roles", role, token=writes.token, key=made.json["id"] if key else None)
    return made.json["id"], give


def show(writes, id):
    return writes.server.send("GET", "/v1/accounts/" + id, token=writes.token).json


@pytest.fixture
def patient(writes):
    """Sessions of the writers that wait longer than usual, and look late."""
    isolate(writes, "SET deadlock_timeout = '2s'")
    isolate(writes, "SET lock_timeout = '4500ms'")
    yield
    isolate(writes, "RESET deadlock_timeout")
    isolate(writes, "SET lock_timeout = '2s'")


def deadlocks(writes):
    return int(writes.cluster.psql("SELECT deadlocks FROM pg_stat_database WHERE datname = 'scip'"))


def entangle(writes, key):
    """The write has an account and waits for a Hub; who has the Hub wants the accounts. A lock of a table goes to who waits for it; that
    of a row goes to who comes first when it is free, which is the second attempt where the other takes long to wake."""
    id, give = account(writes, key)
    other = Other(writes.cluster, "SELECT FROM scip.hub WHERE slug = 'london-hub' FOR UPDATE")
    with ThreadPoolExecutor(1) as pool:
        answer = pool.submit(give, {"role": "hub_member", "hub": "london-hub"})
        other.wait_until_waited_for()
        other.run("LOCK TABLE scip.account IN EXCLUSIVE MODE")
        done = answer.done()
        other.commit()
    return id, answer.result(), done


@pytest.mark.parametrize("key", [False, True])
def test_a_deadlock_is_got_over(writes, patient, key):
    """The database breaks it, and the service does the write in a second attempt. The database looks once in a wait, two seconds
    after it began: where the other was not there by then, as when a machine stalls, there was no deadlock to get over."""
    for _ in range(5):
        before = deadlocks(writes)
        id, answer, done = entangle(writes, key)
        if deadlocks(writes) > before:
            break
    assert deadlocks(writes) > before and not done, "it is trying again"
    assert answer.status == 201, answer.text
    assert [role["id"] for role in show(writes, id)["roles"]] == [answer.json["id"]]
    assert writes.cluster.psql(f"SELECT count(*) FROM scip.audit WHERE record = '{answer.json['id']}'") == "1"


def isolate(writes, setting):
    """For new sessions, so the present ones are ended; a read finds that out and is tried again."""
    writes.cluster.psql(f"ALTER ROLE scip_central {setting}; SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'scip-api central'")
    assert writes.server.send("GET", "/v1/me", token=writes.token).status == 200


@pytest.mark.parametrize("key", [False, True])
def test_a_serialization_failure_is_got_over(writes, key):
    """Where the database is set to isolate more: the row has changed since the write began, so it begins again."""
    isolate(writes, "SET default_transaction_isolation = 'repeatable read'")
    id, give = account(writes, key)
    other = Other(writes.cluster, f"UPDATE scip.account SET label = 'Changed meanwhile' WHERE id = '{id}'")
    with ThreadPoolExecutor(1) as pool:
        answer = pool.submit(give, {"role": "website"})
        other.wait_until_waited_for()
        other.commit()
    answer = answer.result()
    assert answer.status == 201, answer.text
    assert (show(writes, id)["name"], len(show(writes, id)["roles"])) == ("Changed meanwhile", 1)
    isolate(writes, "RESET default_transaction_isolation")


@pytest.mark.parametrize("key", [False, True])
def test_a_lock_that_is_not_given_up(writes, key):
    """Within the database's own time the write gives up, says when to come again, and leaves nothing."""
    id, give = account(writes, key)
    other = Other(writes.cluster, f"SELECT FROM scip.account WHERE id = '{id}' FOR UPDATE")
    started = time.monotonic()
    answer = give({"role": "website"})
    assert (answer.status, answer.headers["Retry-After"]) == (503, "1") and time.monotonic() - started < 4
    other.commit()
    assert show(writes, id)["roles"] == []
    assert give({"role": "website"}).status == 201


@pytest.mark.parametrize("key", [False, True])
def test_a_frozen_session(writes, key):
    """The client's own deadline ends the wait, once; the session is given up and what it had begun is undone."""
    server = harness.Server("writes", **writes.settings, QUERY_TIMEOUT_MS=1000)
    id, give = account(writes, key)
    other = Other(writes.cluster, f"SELECT FROM scip.account WHERE id = '{id}' FOR UPDATE")
    with ThreadPoolExecutor(1) as pool:
        started = time.monotonic()
        answer = pool.submit(give, {"role": "website"}, server)
        frozen = other.wait_until_waited_for()
        os.kill(frozen, signal.SIGSTOP)
        try:
            assert answer.result().status == 504 and time.monotonic() - started < 2.5
        finally:
            os.kill(frozen, signal.SIGCONT)
    other.commit()
    until = time.monotonic() + 5
    while (answer := give({"role": "website"}, server)).status == 409 and key and time.monotonic() < until:  # the session holds the key until it sees that nobody listens
        time.sleep(0.05)
    assert answer.status in ((201,) if key else (201, 409)), answer.text
    assert len(show(writes, id)["roles"]) == 1
    server.stop()
