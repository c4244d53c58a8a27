"""Places are booked and given back while the service is killed with -9 and its database sessions are ended: what was not
answered is sent again with its key. In the end each booking was made once, whole, and no place was given twice."""
import datetime
import itertools
import os
import threading
import time
from collections import Counter

import harness
import killing
import pytest

ROUNDS = int(os.environ.get("SCIP_ROUNDS", 1))  # more of the same for a long run
SESSIONS, CAPACITY = 3, 12  # few of them, so that the bookings wait for one another


def at(hours):
    return (datetime.datetime.now(datetime.timezone.utc) + datetime.timedelta(hours=hours)).strftime("%Y-%m-%dT%H:%M:%SZ")


class Booth:
    """A server that is replaced, the website that books, and the book of what it was answered."""

    def __init__(self, cluster):
        self.cluster = cluster
        self.numbers, self.run = itertools.count(), f"{os.getpid()}-{time.time_ns()}"
        self.answers, self.cancelled, self.outcomes, self.lock = {}, {}, Counter(), threading.Lock()
        self.server = self.start()
        self.token = cluster.token(self.server, "website")
        central = cluster.token(self.server, "central")
        done = lambda method, path, body=None, **more: self.server.send(method, path, body, token=central, **more)
        assert done("PUT", f"/v1/training/courses/fault-{self.run}", {"name": "Fault", "sources": ["https://www.scipalliance.example/"], "confidence": "low"},
                    If_None_Match="*").status == 201
        self.sessions = []
        for _ in range(SESSIONS):
            made = done("POST", "/v1/training/sessions", {"course": f"fault-{self.run}", "starts_at": at(24), "ends_at": at(26), "capacity": CAPACITY})
            assert done("POST", made.json["href"] + "/publication").status == 200, made.text
            self.sessions.append(made.json["href"])

    def start(self, wait=True):
        return harness.Server("bookings", wait=wait, DATABASE_URL=self.cluster.url(), THREADS=16, LOG_LEVEL="error")

    def note(self, what):
        with self.lock:
            self.outcomes[what] += 1

    def send(self, server, path, body, key, answers, name):
        """Whether it was answered for good; an answer is the one that was given before, if there was any."""
        try:
            answer = server.send("POST", path, body, token=self.token, key=key, X_Request_Id=key)
        except (OSError, harness.http.client.HTTPException):
            self.note("broken")
            return False
        self.note(answer.status)
        if answer.status in (200, 201):
            with self.lock:
                first = answers.setdefault(name, answer)
            assert answer.body == first.body
            return True
        assert answer.status in (409, 503, 504), answer.text
        assert answer.status != 409 or "idempotency-key-in-progress" in answer.text, answer.text
        return False

    def book(self, server, number):
        body = {"name": f"Delegate {number}", "email": f"{self.run}-{number}@training.example", "sector": "he", "access": "A ramp", "consent": 1}
        return self.send(server, self.sessions[number % SESSIONS] + "/bookings", body, f"{self.run}-{number}", self.answers, number)

    def cancel(self, server, number):
        return self.send(server, self.answers[number].json["href"] + "/cancellation", None, f"{self.run}-x-{number}", self.cancelled, number)

    def act(self, server, number):
        """Every third one gives a place back that was booked before."""
        if number % 3 != 2 or number < 10:
            return self.book(server, number)
        return number - 10 in self.answers and self.cancel(server, number - 10)

    def insist(self, number):
        until = time.monotonic() + 30
        while not self.act(self.server, number):
            assert time.monotonic() < until, f"no answer: {self.outcomes}"
            time.sleep(0.005)

    def check(self):
        sql, run = self.cluster.psql, self.run
        # each booking is whole: with its person, what was typed, needs, consent, audit, history, changes and the answer that was kept, of one transaction
        whole = sql(f"""
            SELECT i.key, count(*), bool_and(
                i.xmin = p.xmin AND i.body::jsonb ->> 'id' = b.id::text AND i.status = 201
                AND (SELECT count(*) FROM scip.audit u WHERE u.request = i.key AND u.operation = 'addBooking' AND u.op = 'INSERT' AND u.xmin = i.xmin) = 5
                AND (SELECT count(*) FROM scip.change c WHERE c.xmin = i.xmin AND (c.kind, c.key) IN (('booking', b.id::text), ('training_session', b.session_id::text))) = 2
                AND (b.status = 'cancelled') <> EXISTS (SELECT FROM scip.booking_need n WHERE n.booking_id = b.id))
            FROM scip.booking b JOIN scip.person p ON p.id = b.person_id JOIN scip.idempotency i ON i.key = split_part(p.email, '@', 1) AND i.operation = 'addBooking'
            WHERE p.email LIKE '{run}-%' GROUP BY 1""").splitlines()
        assert sorted(whole) == sorted(f"{run}-{n}|1|t" for n in self.answers)
        count = lambda what: int(sql("SELECT count(*) FROM scip." + what))
        assert count(f"booking b JOIN scip.training_session s ON s.id = b.session_id JOIN scip.course c ON c.id = s.course_id WHERE c.slug = 'fault-{run}'") == len(self.answers)
        assert count(f"person WHERE email LIKE '{run}-%'") == len(self.answers), "no person without a booking"
        assert count(f"idempotency WHERE key LIKE '{run}-%'") == len(self.answers) + len(self.cancelled)
        gone = sql(f"SELECT b.id FROM scip.booking b JOIN scip.person p ON p.id = b.person_id WHERE p.email LIKE '{run}-%' AND b.status = 'cancelled'").splitlines()
        assert sorted(gone) == sorted(self.answers[n].json["id"] for n in self.cancelled)
        # no place twice, none free while somebody waits, and who waits came after who is confirmed
        for session in self.sessions:
            live = sql(f"SELECT status FROM scip.booking WHERE session_id = '{session[-36:]}' AND status <> 'cancelled' ORDER BY place").splitlines()
            assert live == (["confirmed"] * CAPACITY + ["waiting"] * len(live))[:len(live)]
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


@pytest.fixture
def booth(own):
    booth = Booth(own)
    yield booth
    booth.server.stop()


def test_killed_in_mid_booking(booth):
    killing.kill_servers(booth, booth.act, 50 * ROUNDS)


def test_sessions_ended_in_mid_booking(booth):
    """While they book, promote and commit."""
    killing.end_sessions(booth, 100 * ROUNDS, 0.04, least=11)


def test_the_postmaster_killed(booth):
    """No booking that was confirmed is lost, and no place given twice."""
    killing.kill_postmaster(booth, 3 * ROUNDS)
