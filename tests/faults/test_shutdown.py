"""The end of the service: all that was asked is answered, nobody who only waits delays it, and no signal loses a write."""
import http.client
import json
import os
import signal
import socket
import threading
import time

import harness
import pytest

ROUNDS = int(os.environ.get("SCIP_ROUNDS", 1))  # more of the same for a long run
ENGINE = {"CONTRACT": harness.engine_contract()}
GET = b"GET /typed HTTP/1.1\r\nHost: x\r\n\r\n"


def engine(cluster, **settings):
    return harness.Server("engine", DATABASE_URL=cluster.url(), **ENGINE, **settings)


def seconds_to_stop(server, *signals):
    started = time.monotonic()
    for number in signals or [signal.SIGTERM]:
        server.process.send_signal(number)
        time.sleep(0.1)
    server.process.wait(60)
    taken = time.monotonic() - started
    server.stop()
    return taken


def connect(server, data=b""):
    connection = socket.create_connection(("127.0.0.1", server.port), 20)
    connection.sendall(data)
    return connection


def read_all(connection):
    received = b""
    try:
        while piece := connection.recv(65536):
            received += piece
    except ConnectionResetError:
        pass
    connection.close()
    return harness.parse_responses(received)


class Writers:
    """Clients on kept connections that write without a key and without a pause: a write that is done and not answered is lost."""

    def __init__(self, server, token, run, clients=8):
        self.server, self.token, self.run, self.answered, self.stopping = server, token, run, [], False
        self.threads = [threading.Thread(target=self.write, args=(number,)) for number in range(clients)]
        [thread.start() for thread in self.threads]

    def write(self, client):
        number, connection = 0, http.client.HTTPConnection("127.0.0.1", self.server.port, timeout=20)
        while not self.stopping:
            number += 1
            body = {"issuer": "https://login.fault.example", "subject": f"{self.run}-{client}-{number}", "name": "Shutdown", "roles": [{"role": "website"}]}
            try:
                connection.request("POST", "/v1/accounts", json.dumps(body), {"Content-Type": "application/json", "Authorization": f"Bearer {self.token}"})
                answer = connection.getresponse()
                answer.read()
            except (OSError, http.client.HTTPException):
                connection.close()
                if self.server.process.poll() is not None:
                    return
                continue
            assert answer.status == 201
            self.answered.append(body["subject"])


def test_every_write_is_answered(cluster):
    """Under load: what is in the database was answered, all of it, and the end takes no time."""
    for round in range(3 * ROUNDS):
        server = harness.Server("main", DATABASE_URL=cluster.url(), TOKEN_SECONDS=600)
        run = f"shutdown-{os.getpid()}-{time.time_ns()}"
        writers = Writers(server, cluster.token(server, "central"), run)
        time.sleep(0.5)
        taken = seconds_to_stop(server)
        writers.stopping = True
        [thread.join() for thread in writers.threads]
        done = cluster.psql(f"SELECT subject FROM scip.account WHERE subject LIKE '{run}-%'", "scip_migrator").split()
        print(f"{len(done)} writes, {taken:.2f} s to stop")
        assert len(done) > 20 and sorted(done) == sorted(writers.answered) and taken < 2


def test_queued_requests_are_answered(cluster):
    """Two threads and twenty connections, each with a request: those that nobody has taken up yet are answered as well."""
    server = engine(cluster, THREADS=2)
    waiting = [connect(server, b"GET /slow?seconds=0.1 HTTP/1.1\r\nHost: x\r\n\r\n") for _ in range(20)]
    time.sleep(0.05)
    seconds_to_stop(server)
    answers = [read_all(connection) for connection in waiting]
    assert [[answer.status for answer in one] for one in answers] == [[200]] * 20
    assert {answer.headers["Connection"] for one in answers[2:] for answer in one} == {"close"}


def test_who_waits_delays_nothing(cluster):
    """Kept connections, new ones and halves of a head; a client that goes on with its head within the moment is answered."""
    server = engine(cluster, DRAIN_MS=20000, KEEPALIVE_MS=60000, REQUEST_TIMEOUT_MS=60000)
    kept = [connect(server, GET) for _ in range(20)]
    [connection.recv(65536) for connection in kept]
    fresh = [connect(server) for _ in range(10)]
    halves = [connect(server, GET[:20]) for _ in range(5)]
    going_on = connect(server, GET[:20])
    time.sleep(0.2)
    stopper = threading.Thread(target=lambda: taken.append(seconds_to_stop(server)))
    taken = []
    stopper.start()
    time.sleep(0.1)
    going_on.sendall(GET[20:])
    kept[0].sendall(GET)
    assert [answer.status for answer in read_all(going_on)] == [200] and [answer.status for answer in read_all(kept[0])] == [200]
    stopper.join()
    assert taken[0] < 2 and not any(read_all(connection) for connection in kept[1:] + fresh)
    assert all(answer.status == 408 for connection in halves for answer in read_all(connection))


@pytest.mark.parametrize("request_line", ["/slow?seconds=8", "/big?rows=25000"])
def test_the_end_comes(cluster, request_line):
    """A statement that is longer than DRAIN_MS, a reader that is slower: over at DRAIN_MS, within a second."""
    server = engine(cluster, DRAIN_MS=1000, QUERY_TIMEOUT_MS=20000)
    connection = socket.socket()
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    connection.connect(("127.0.0.1", server.port))
    connection.sendall(f"GET {request_line} HTTP/1.1\r\nHost: x\r\n\r\n".encode())
    time.sleep(0.8)
    assert 1 <= seconds_to_stop(server) < 2
    connection.close()


def test_silent_issuers_delay_nothing(cluster, tmp_path):
    with socket.socket() as silent:
        silent.bind(("127.0.0.1", 0))
        silent.listen(16)
        issuers = [{"issuer": f"http://127.0.0.1:{silent.getsockname()[1]}/{n}", "audience": "scip", "algorithms": ["RS256"]} for n in range(5)]
        (tmp_path / "issuers.json").write_text(json.dumps({"issuers": issuers}))
        server = harness.Server("main", DATABASE_URL=cluster.url(), ISSUERS_FILE=tmp_path / "issuers.json")
        time.sleep(1.2)
        assert seconds_to_stop(server) < 2


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT, signal.SIGQUIT])
def test_signals_that_end_it(cluster, number):
    """Requests in progress are answered whichever it was; a hang-up is none of them."""
    server = engine(cluster)
    server.process.send_signal(signal.SIGHUP)
    waiting = connect(server, b"GET /slow?seconds=0.5 HTTP/1.1\r\nHost: x\r\n\r\n")
    time.sleep(0.2)
    assert seconds_to_stop(server, number) < 2
    assert [answer.status for answer in read_all(waiting)] == [200]


def test_a_second_interrupt_ends_it_at_once(cluster):
    server = engine(cluster, QUERY_TIMEOUT_MS=20000)
    waiting = connect(server, b"GET /slow?seconds=5 HTTP/1.1\r\nHost: x\r\n\r\n")
    time.sleep(0.2)
    assert seconds_to_stop(server, signal.SIGINT, signal.SIGINT) < 1
    assert not read_all(waiting)
