"""What was kept before a change is never given as if it were new, whatever keeps the new answer from being made."""
import contextlib
import threading
import time

import harness
import psycopg2
import pytest

TARGET = "/v1/hubs/london-hub"


@contextlib.contextmanager
def locked(cluster, sql):
    """Meanwhile another session stands in the way."""
    connection = psycopg2.connect(cluster.url("postgres"))
    connection.cursor().execute(sql)
    try:
        yield
    finally:
        connection.rollback()
        connection.close()


def ask(server):
    return server.get(TARGET)


def is_old(answer):
    return "ttl=-" in (answer.headers["Cache-Status"] or "")


def change(cluster, server, blurb):
    """Commits a change once the answer before it is kept, and lets the watch see it."""
    harness.wait_until(lambda: ask(server).headers["Cache-Status"] == "scip-api; hit")
    cluster.psql(f"UPDATE scip.hub SET blurb = '{blurb}' WHERE slug = 'london-hub'")


@pytest.fixture
def server(cluster):
    server = harness.Server("main", DATABASE_URL=cluster.url(), QUERY_TIMEOUT_MS=400, POOL_WAIT_MS=400, POOL_SIZE=1)
    yield server
    cluster.psql("UPDATE scip.hub SET blurb = NULL WHERE slug = 'london-hub'")
    server.stop()


def new_at_once(server, blurb):
    """Nothing old is given as good from now on."""
    for _ in range(6):
        answer = ask(server)
        if is_old(answer):  # may stand in, and says so
            assert answer.headers["Age"] and answer.headers["Cache-Control"] == "no-cache"
        else:
            assert answer.status == 200 and answer.json["blurb"] == blurb, (answer.header_list, answer.json["blurb"])
    assert not is_old(answer)


@pytest.mark.parametrize("round", range(2))
def test_a_locked_table(cluster, server, round):
    change(cluster, server, f"Locked {round}")
    with locked(cluster, "LOCK TABLE scip.hub IN ACCESS EXCLUSIVE MODE"):
        time.sleep(0.3)  # the watch has seen the change
        stale = [ask(server) for _ in range(2)]
        assert all(answer.status == 200 and is_old(answer) and answer.headers["Cache-Control"] == "no-cache" for answer in stale)
    new_at_once(server, f"Locked {round}")


def test_many_at_a_locked_table(cluster, server):
    change(cluster, server, "Many")
    answers = []
    with locked(cluster, "LOCK TABLE scip.hub IN ACCESS EXCLUSIVE MODE"):
        time.sleep(0.3)
        threads = [threading.Thread(target=lambda: answers.append(ask(server))) for _ in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert all(is_old(answer) for answer in answers if answer.status == 200) and {answer.status for answer in answers} <= {200, 503, 504}
    new_at_once(server, "Many")


def test_an_exhausted_pool(cluster, server):
    """The only connection is taken by a statement that waits; the watch has one of its own."""
    change(cluster, server, "Exhausted")
    with locked(cluster, "LOCK TABLE scip.news IN ACCESS EXCLUSIVE MODE"):
        time.sleep(0.3)
        hog = threading.Thread(target=lambda: server.get("/v1/news?q=hog"))
        hog.start()
        time.sleep(0.1)
        answer = ask(server)
        assert answer.status == 200 and (is_old(answer) or answer.json["blurb"] == "Exhausted")
        hog.join()
    new_at_once(server, "Exhausted")
