"""The service and PostgreSQL killed with -9 while people visit documents: who was answered is counted, once, and nobody is who did
not ask. Everybody is somebody else, so that each counts by itself; most ask until they are answered, some only once."""
import hmac
import itertools
import os
import random
import subprocess
import threading
import time
from collections import Counter

import harness
import killing
import pytest

ROUNDS = int(os.environ.get("SCIP_ROUNDS", 1))  # more of the same for a long run
CLIENTS, DOCUMENTS = 12, 3


class Library:
    """Documents, visitors without a pause, and the book of who asked and who was answered."""

    def __init__(self, cluster):
        self.cluster, self.name = cluster, f"fault-visits-{os.getpid()}-{time.time_ns()}"
        self.agent = f"Mozilla/5.0 ({self.name}) Firefox/130.0"
        for n in range(DOCUMENTS):
            cluster.psql(f"INSERT INTO scip.document (slug, title, kind, url, sources, confidence) VALUES ('{self.name}-{n}', 'Fault', 'report', 'https://www.example.org/{n}', '{{x}}', 'low')", "scip_migrator")
        self.numbers, self.sent, self.answered, self.outcomes, self.lock = itertools.count(), set(), set(), Counter(), threading.Lock()
        self.stopping, self.wrong = threading.Event(), []
        self.server = self.start()
        self.sent.add(first := next(self.numbers))
        assert self.visit(first)
        self.salts = self.month_salts()  # which are gone a minute after their month
        self.threads = [threading.Thread(target=self.people) for _ in range(CLIENTS)]
        for thread in self.threads:
            thread.start()

    def start(self):
        return harness.Server("visits", DATABASE_URL=self.cluster.url(), THREADS=32, LOG_LEVEL="error", TRUSTED_PROXIES="127.0.0.1", POOL_WAIT_MS=1000, QUERY_TIMEOUT_MS=1000)

    def address(self, number):
        return f"10.{number >> 16}.{number >> 8 & 255}.{number & 255}"

    def visit(self, number):
        try:
            answer = self.server.get(f"/v1/documents/{self.name}-{number % DOCUMENTS}/visit", User_Agent=self.agent, X_Forwarded_For=self.address(number))
        except (OSError, harness.http.client.HTTPException):
            answer = None
        with self.lock:
            self.outcomes[answer and answer.status] += 1
            if answer and answer.status == 303:
                self.answered.add(number)
        assert answer is None or answer.status in (303, 503, 504), answer.text
        return answer is not None and answer.status == 303

    def people(self):
        try:
            while not self.stopping.is_set():
                number = next(self.numbers)
                with self.lock:
                    self.sent.add(number)
                until = time.monotonic() + 25  # within what one chain may last
                while not self.visit(number) and number % 5:
                    assert time.monotonic() < until
                    time.sleep(0.05)  # while nothing is there to answer, what is to come back has the core
        except Exception as error:  # noqa: BLE001  said by the test's own thread
            self.wrong.append(error)

    def month_salts(self):
        return {bytes.fromhex(salt) for salt in self.cluster.psql("SELECT encode(salt, 'hex') FROM scip.usage_salt WHERE period = 'month'").split()}

    def counted(self):
        """Who stands in the database, found by the months' salts; and where the clicks or figures of a document are not those people, each once."""
        salts = self.salts | self.month_salts()
        known = {hmac.digest(salt, f"{self.address(number)}\0{self.agent}".encode(), "sha256")[:16].hex(): number for salt in salts for number in self.sent}
        rows = self.cluster.psql(f"""SELECT DISTINCT i.slug, replace(u.month_key::text, '-', '') FROM scip.use u JOIN scip.use_item i ON i.id = u.item_id
            WHERE i.kind = 'document' AND i.slug LIKE '{self.name}-%'""").splitlines()
        pairs = [(int(slug.rsplit("-", 1)[1]), known[key]) for slug, key in (row.split("|") for row in rows)]
        assert all(number % DOCUMENTS == n for n, number in pairs)
        figures = self.cluster.psql(f"""SELECT i.slug, sum(m.total_item_requests), sum(m.total_item_investigations), sum(m.unique_item_requests) FROM scip.usage_month m JOIN scip.use_item i ON i.id = m.item_id
            WHERE i.kind = 'document' AND i.slug LIKE '{self.name}-%' GROUP BY 1 ORDER BY 1""").splitlines()
        each = Counter(n for n, _ in pairs)
        assert figures == [f"{self.name}-{n}|{each[n]}|{each[n]}|{each[n]}" for n in sorted(each)]
        return {number for _, number in pairs}

    def end(self):
        self.stopping.set()
        for thread in self.threads:
            thread.join(40)

    def check(self):
        self.end()
        assert not self.wrong, self.wrong
        counted = self.counted()
        print(f"{len(self.sent)} people, {len(self.answered)} answered, {len(counted)} counted; answers: {dict(self.outcomes)}")
        assert not self.answered - counted and not counted - self.sent
        assert not {number for number in self.sent if number % 5} - self.answered
        done = subprocess.run([harness.BINARY, "recount", "--verify"], cwd=harness.ROOT, text=True, capture_output=True, env={**os.environ, "DATABASE_URL": self.cluster.url("scip_migrator")})
        assert done.returncode == 0, done


@pytest.fixture(scope="module")
def own():
    """A cluster of its own, to be mistreated."""
    cluster = harness.Cluster(harness.LOCAL / "faults", fsync="on")
    yield cluster
    cluster.run("restart")
    cluster.run("stop")


@pytest.fixture
def library(own):
    library = Library(own)
    yield library
    library.end()
    library.server.stop()


def test_service_killed_while_visits_are_recorded(library):
    kills = 10 * ROUNDS
    for _ in range(kills):
        following, old = library.start(), library.server
        time.sleep(random.random() * 0.1)
        old.process.kill()
        library.server = following
        old.process.wait()
    library.check()
    assert library.outcomes[None] > kills, "most kills came too late"


@pytest.mark.parametrize("way, kills", [("backend", 4), ("postmaster", 2)])
def test_database_killed_while_visits_are_recorded(library, way, kills):
    for _ in range(kills * ROUNDS):
        before = len(library.answered)
        killing.until_done(lambda: len(library.answered) > before + 5 or 1 / 0, ZeroDivisionError)  # they are at it again
        time.sleep(random.random() * 0.1)
        killing.kill_database(library.cluster, way)
    library.check()
    assert library.outcomes[503] and not library.outcomes[None], "the service is there and says how it is"
