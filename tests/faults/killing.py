"""Clients that insist while the service or its database sessions are ended under them. A `book` is what they share: numbers
of requests, server, start(), insist(number), outcomes (a Counter of answers) and check()."""
import itertools
import os
import random
import subprocess
import threading
import time
from concurrent.futures import ThreadPoolExecutor

import harness
import psycopg2


def kill_servers(book, send, kills, batch=4):
    """kill -9 at a random moment of several requests; who was not answered turns to the next server, and asks again for
    what was."""
    broken, pool = 0, ThreadPoolExecutor(batch)
    started = time.monotonic()
    list(pool.map(book.insist, itertools.islice(book.numbers, 5 * batch)))
    usual = (time.monotonic() - started) / 5
    for _ in range(kills):
        following = book.start(wait=False)  # gets ready meanwhile
        numbers, before = list(itertools.islice(book.numbers, batch)), book.outcomes["broken"]
        sent = [pool.submit(send, book.server, number) for number in numbers]
        time.sleep(random.random() * usual)
        book.server.process.kill()
        for future in sent:
            future.result()
        broken += book.outcomes["broken"] > before
        book.server.process.wait()
        following.wait_ready()
        book.server = following
        list(pool.map(book.insist, numbers))
    pool.shutdown()
    print(f"{kills} kills, {broken} of them in a write; {dict(book.outcomes)}")
    assert broken > kills / 3, f"most kills came too late: {book.outcomes}"
    book.check()


def end_sessions(book, wanted, pause, clients=6, least=0):
    """The database ends sessions of the writers that are in the middle of something, at random: as many as wanted, and on until
    at least so many requests were answered with 200 between, which takes longer where others have the cores."""
    stop, ended, limit = threading.Event(), [], time.monotonic() + 60

    def enough():
        return book.outcomes[200] >= least

    def going():
        return sum(ended) < wanted or not enough() and time.monotonic() < limit

    def end():
        with psycopg2.connect(book.cluster.url("postgres")) as connection, connection.cursor() as cursor:
            while going() and not stop.wait(random.random() * pause):
                cursor.execute("""SELECT count(pg_terminate_backend(pid)) FROM (
                    SELECT pid FROM pg_stat_activity WHERE application_name IN ('scip-api writer', 'scip-api central') AND state <> 'idle' ORDER BY random() LIMIT 1) s""")
                ended.append(cursor.fetchone()[0])
                connection.commit()

    def client(_):
        while going():
            book.insist(next(book.numbers))

    killer = threading.Thread(target=end)
    killer.start()
    with ThreadPoolExecutor(clients) as pool:
        list(pool.map(client, range(clients)))
    stop.set()
    killer.join()
    print(f"{sum(ended)} sessions ended; {dict(book.outcomes)}")
    assert enough(), "next to nothing was done between"
    assert book.outcomes[503], "none was hit in mid-write"
    assert set(book.outcomes) <= {200, 201, 409, 503}
    book.check()


def kill_postmaster(book, kills, clients=6):
    """kill -9 of the postmaster while they write: what it has confirmed it has written to the disk."""
    over = threading.Event()

    def client(_):
        while not over.is_set():
            book.insist(next(book.numbers))

    assert book.cluster.psql("SHOW fsync") == "on"
    with ThreadPoolExecutor(clients) as pool:
        asking = [pool.submit(client, number) for number in range(clients)]
        for _ in range(kills):
            time.sleep(0.3 + random.random() * 0.5)
            kill_database(book.cluster, "postmaster")
            before = sum(book.outcomes[status] for status in (200, 201))
            harness.wait_until(lambda: sum(book.outcomes[status] for status in (200, 201)) > before, seconds=20)  # they are being answered again
        over.set()
        for one in asking:
            one.result()
    print(f"{kills} kills of the postmaster; {dict(book.outcomes)}")
    assert book.outcomes[503], "none was hit in mid-write"
    book.check()


def until_done(attempt, *errors):
    until = time.monotonic() + 20
    while True:
        try:
            return attempt()
        except errors:
            assert time.monotonic() < until
            time.sleep(0.05)


CHECKPOINTER = "SELECT pid FROM pg_stat_activity WHERE backend_type = 'checkpointer'"


def begun_anew(cluster, before):
    """Holds that PostgreSQL has begun again: a session of before may answer for a moment yet."""
    cluster.leave()
    assert cluster.psql(CHECKPOINTER) not in ("", before)


def kill_database(cluster, way):
    """Ends a session, all sessions once or again and again, or all of PostgreSQL, and comes back when it is there again."""
    before = cluster.psql(CHECKPOINTER)
    if way == "immediate":
        cluster.run("immediate")
        time.sleep(0.2)
        cluster.run("restart")
    elif way == "postmaster":
        os.kill(int(cluster.psql("SELECT split_part(pg_read_file('postmaster.pid'), E'\\n', 1)")), 9)
        until_done(lambda: (cluster.run("restart", "-c", f"fsync={cluster.fsync}"), begun_anew(cluster, before)), subprocess.CalledProcessError, AssertionError)  # not before its children have gone
    elif way == "backend":
        pid = cluster.psql("SELECT pid FROM pg_stat_activity WHERE application_name LIKE 'scip-api%' ORDER BY state = 'active' DESC LIMIT 1")
        if pid:
            os.kill(int(pid), 9)
            until_done(lambda: begun_anew(cluster, before), AssertionError)
    else:
        for _ in range(1 if way == "once" else 4):
            cluster.psql("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name LIKE 'scip-api%'")
            time.sleep(0.05)
    until_done(lambda: cluster.psql("SELECT 1"), AssertionError)
