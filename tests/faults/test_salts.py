"""Salts that cannot be had hold nobody up for longer than one who asks for them."""
import threading
import time

import harness
import psycopg2
import pytest

POOL_WAIT, QUERY_TIMEOUT = 1.0, 1.0


@pytest.fixture
def server(cluster):
    cluster.psql("INSERT INTO scip.document (slug, title, kind, url, sources, confidence) VALUES ('salts', 'Salts', 'report', 'https://www.example.org/', '{x}', 'low')", "scip_migrator")
    server = harness.Server("main", DATABASE_URL=cluster.url(), POOL_WAIT_MS=int(POOL_WAIT * 1000), QUERY_TIMEOUT_MS=int(QUERY_TIMEOUT * 1000), THREADS=16)
    yield server
    server.stop()
    cluster.psql("DELETE FROM scip.document WHERE slug = 'salts'", "scip_migrator")


def visit(server, answers):
    began = time.monotonic()
    answer = server.get("/v1/documents/salts/visit", User_Agent="Mozilla/5.0 Firefox/130.0")
    answers.append((answer.status, time.monotonic() - began))


def test_visits_wait_beside_one_another(cluster, server):
    """Twice: who comes when the first wait is over waits no longer either. Then all is well at once."""
    lock = psycopg2.connect(cluster.url("postgres"))
    lock.cursor().execute("LOCK TABLE scip.usage_salt IN ACCESS EXCLUSIVE MODE")
    try:
        for _ in range(2):
            answers = []
            threads = [threading.Thread(target=visit, args=(server, answers)) for _ in range(8)]
            for thread in threads:
                thread.start()
            assert server.get("/health/live").status == 200
            for thread in threads:
                thread.join()
            assert {status for status, _ in answers} <= {503, 504}
            assert max(seconds for _, seconds in answers) <= POOL_WAIT + QUERY_TIMEOUT + 1, answers
    finally:
        lock.rollback()
        lock.close()
    answers = []
    for _ in range(2):
        visit(server, answers)
    assert [status for status, _ in answers] == [303, 303]
