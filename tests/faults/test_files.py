"""The service and PostgreSQL killed while files come in and go out: no half file is seen, no use is lost or counted twice."""
import contextlib
import hashlib
import http.client
import itertools
import json
import os
import random
import threading
import time
from concurrent.futures import ThreadPoolExecutor

import harness
import killing
import pytest

ROUNDS = int(os.environ.get("SCIP_ROUNDS", 1))  # more of the same for a long run
CHUNK = 256 * 1024
SIZE = 5 * CHUNK + 77
BROKEN = (OSError, http.client.HTTPException)


class Place:
    """A server, a document, a token that outlives the server, and what was put there."""

    def __init__(self, cluster):
        self.cluster = cluster
        self.settings = {"DATABASE_URL": cluster.url(), "THREADS": 32, "LOG_LEVEL": "error", "POOL_WAIT_MS": 1000, "QUERY_TIMEOUT_MS": 1000}
        self.server = self.start()
        self.token = cluster.token(self.server, "central")
        self.slug = f"fault-files-{os.getpid()}-{time.time_ns()}"
        self.path = f"/v1/documents/{self.slug}/files"
        made = self.server.send("PUT", f"/v1/documents/{self.slug}", {"title": "Fault", "kind": "report", "sources": ["https://www.example.org/"], "confidence": "high"},
                                self.token, If_None_Match="*")
        assert made.status == 201, made.text
        self.numbers, self.outcomes, self.lock = itertools.count(), {}, threading.Lock()

    def start(self, wait=True):
        return harness.Server("files", wait=wait, **self.settings)

    def body(self, number):
        return b"%PDF-1.7\n" + random.Random(number).randbytes(SIZE)

    def note(self, what):
        with self.lock:
            self.outcomes[what] = self.outcomes.get(what, 0) + 1

    def upload(self, number, pause=0.0):
        """The status of one attempt, None where there was no answer. The body goes out in parts, so that it takes its time."""
        connection = http.client.HTTPConnection("127.0.0.1", self.server.port, timeout=20)
        body = self.body(number)
        try:
            connection.putrequest("PUT", f"{self.path}/{number}.pdf")
            for name, value in {"Authorization": f"Bearer {self.token}", "Content-Length": len(body), "If-None-Match": "*"}.items():
                connection.putheader(name, str(value))
            connection.endheaders()
            for at in range(0, len(body), 100000):
                connection.send(body[at:at + 100000])
                time.sleep(pause)
            answer = connection.getresponse()
            answer.read()
            self.note(answer.status)
            return answer.status
        except BROKEN:
            with contextlib.suppress(*BROKEN):  # it may have been refused while we were sending
                if connection.sock:  # there was a server
                    answer = connection.getresponse()
                    self.note(answer.status)
                    return answer.status
            self.note("broken")
            return None
        finally:
            connection.close()

    def insist(self, number):
        """Until it is stored: 412 says that an attempt without an answer was the one."""
        until = time.monotonic() + 30
        while (status := self.upload(number)) not in (201, 412):
            assert status in (None, 503, 504), status
            assert time.monotonic() < until
            time.sleep(0.02)

    def download(self, number, agent):
        """The status of one attempt; None where it was not whole."""
        try:
            answer = self.server.request("GET", f"{self.path}/{number}.pdf", {"User-Agent": agent})
        except BROKEN:
            self.note("broken")
            return None
        self.note(answer.status)
        assert answer.status != 200 or answer.body == self.body(number), "wrong bytes"
        return answer.status

    def check(self, uploaded):
        """Each file is stored, whole, and nothing else is seen."""
        items = [json.loads(line) for line in self.server.get(f"{self.path}?format=ndjson").text.splitlines()]  # of all, without pages
        listed = {file["name"]: file for file in items}
        assert len(items) == len(listed) and set(listed) <= {f"{number}.pdf" for number in uploaded}
        for number in uploaded:
            body, file = self.body(number), listed.get(f"{number}.pdf")
            if file:
                assert (file["size"], file["sha256"]) == (len(body), hashlib.sha256(body).hexdigest())
                harness.wait_until(lambda: self.download(number, "Mozilla/5.0 Firefox/130.0") == 200, seconds=10)
        sums = self.cluster.psql("""SELECT count(*) FROM scip.file f WHERE f.ended_at IS NULL AND f.size IS DISTINCT FROM
            (SELECT sum(length(c.bytes)) FROM scip.file_chunk c WHERE c.file_id = f.id)""")
        assert sums == "0"
        assert self.cluster.psql("SELECT count(*) - count(DISTINCT (document_id, name)) FROM scip.file WHERE ended_at IS NULL") == "0"
        return listed

    def counted(self):
        return int(self.cluster.psql(f"""SELECT coalesce(sum(m.total_item_requests), 0) FROM scip.usage_month m JOIN scip.use_item i ON i.id = m.item_id
            WHERE i.kind = 'document' AND i.slug = '{self.slug}'"""))


@pytest.fixture(scope="module")
def own():
    """A cluster of its own, to be mistreated."""
    cluster = harness.Cluster(harness.LOCAL / "faults", fsync="on")
    yield cluster
    cluster.run("restart")
    cluster.run("stop")


@pytest.fixture
def place(own):
    place = Place(own)
    yield place
    print(place.outcomes)
    place.server.stop()


def replace_server(place):
    following = place.start(wait=False)
    place.server.process.kill()
    place.server.process.wait()
    following.wait_ready()
    place.server = following


def test_service_killed_in_mid_upload(place):
    uploaded = []
    with ThreadPoolExecutor(4) as pool:
        for _ in range(8 * ROUNDS):
            numbers = [next(place.numbers) for _ in range(4)]
            uploaded += numbers
            sent = [pool.submit(place.upload, number, random.random() * 0.02) for number in numbers]
            time.sleep(random.random() * 0.2)
            replace_server(place)
            statuses = [future.result() for future in sent]
            listed = place.check(uploaded)
            for number, status in zip(numbers, statuses):
                assert status is None or status == 201 and f"{number}.pdf" in listed
            list(pool.map(place.insist, numbers))
    assert len(place.check(uploaded)) == len(uploaded)
    assert place.outcomes.get("broken", 0) > 2, "most kills came too late"


@pytest.mark.parametrize("way", ["immediate", "backend", "once"])
def test_database_killed_in_mid_upload(place, way):
    """Also where it has forgotten chunks that it had taken: they are not waited for on the disk. Where each session ends once, a chunk is
    sent once more on another one; ended again and again, on a busy machine, that one is lost too."""
    uploaded, refused = [], 0
    with ThreadPoolExecutor(4) as pool:
        for _ in range(4 * ROUNDS):
            numbers = [next(place.numbers) for _ in range(4)]
            uploaded += numbers
            sent = [pool.submit(place.upload, number, 0.05) for number in numbers]
            time.sleep(random.random() * 0.6)
            killing.kill_database(place.cluster, way)
            statuses = [future.result() for future in sent]
            assert set(statuses) <= {201, 503, 504}, "the service is there and says how it is"
            refused += statuses.count(503)
            listed = place.check(uploaded)
            assert all(f"{number}.pdf" in listed for number, status in zip(numbers, statuses) if status == 201)
            list(pool.map(place.insist, numbers))
    assert len(place.check(uploaded)) == len(uploaded)
    if way == "once":
        lost = sum(event.get("query") in ("_enter", "_fileBegin", "_fileChunk", "_fileEnd") for event in place.server.events())
        assert lost > 2 * refused, "nearly all that was lost is sent once more, and arrives"


@pytest.mark.parametrize("way", ["service", "immediate", "sessions"])
def test_killed_in_mid_download(place, way):
    """Everybody asks until the file is stored: each of them is one use, however often it was broken off or asked again."""
    number = next(place.numbers)
    place.insist(number)
    people = itertools.count()
    everybody, started = [], time.monotonic()

    def person():
        agent = f"Mozilla/5.0 (fault {next(people)} {place.slug}) Firefox/130.0"
        everybody.append(agent)
        harness.wait_until(lambda: place.download(number, agent) == 200, seconds=25)  # within what one chain may last
    with ThreadPoolExecutor(6) as pool:
        for _ in range(4 * ROUNDS):
            asking = [pool.submit(person) for _ in range(30)]
            time.sleep(random.random() * 0.05)
            if way == "service":
                replace_server(place)
            else:
                killing.kill_database(place.cluster, way)
            [future.result() for future in asking]
    print(f"{len(everybody)} people in {time.monotonic() - started:.1f} s: {place.outcomes}")
    assert place.counted() == len(everybody)
