"""The central team has a login of its own in the database. Who is of it only the database knows: the engine guesses, learns, and remembers."""
import concurrent.futures
import threading
import time

import harness
import psycopg2
import pytest
from harness import get

BOTH = "/v1/hub-applications"  # of the central team and of others


@pytest.fixture(scope="module")
def logged(cluster):
    """A server that says of each guess that was wrong."""
    server = harness.Server("central", DATABASE_URL=cluster.url(), LOG_LEVEL="debug", POOL_SIZE=4)
    yield server
    server.stop()


class Caller:
    """A client that the tests give roles and take them from."""

    def __init__(self, cluster, server, scope=None):
        self.cluster = cluster
        self.name, secret = cluster.client("website")
        values = {"grant_type": "client_credentials"}
        self.give()
        self.token = server.form("/oauth/token", values | ({"scope": scope} if scope else {}), (self.name, secret)).json["access_token"]

    def give(self):
        self.cluster.psql(f"INSERT INTO scip.account_role (account_id, role) SELECT id, 'central' FROM scip.account WHERE subject = '{self.name}'", "scip_migrator")

    def take(self):
        self.cluster.psql(f"""DELETE FROM scip.account_role WHERE role = 'central'
            AND account_id = (SELECT id FROM scip.account WHERE subject = '{self.name}')""", "scip_migrator")


def wrong(server):
    time.sleep(0.1)  # an answer is sent before it is logged
    return sum(event.get("sqlstate") == "SCPOL" for event in server.events())


def test_a_wrong_guess_costs_once(cluster, logged):
    caller = Caller(cluster, logged)
    before = wrong(logged)
    assert [get(logged, caller.token, BOTH).status for _ in range(3)] == [200] * 3
    assert wrong(logged) == before + 1 and not any(event["level"] in ("warn", "error") for event in logged.events() if "level" in event)
    caller.take()
    assert [get(logged, caller.token, BOTH).status for _ in range(3)] == [403] * 3, "a website has none of the roles: that is said first"
    assert [get(logged, caller.token, "/v1/me").json["roles"][0]["role"] for _ in range(3)] == ["website"] * 3
    assert wrong(logged) == before + 2
    caller.give()
    assert [get(logged, caller.token, BOTH).status for _ in range(3)] == [200] * 3 and wrong(logged) == before + 3


def test_what_is_the_central_teams_alone_is_no_guess(cluster, logged):
    before = wrong(logged)
    assert get(logged, Caller(cluster, logged).token, "/v1/accounts?limit=1").status == 200
    assert get(logged, cluster.token(logged, "hub_lead", hub="london-hub"), "/v1/accounts").status == 403
    assert wrong(logged) == before


def test_a_token_that_says_less_is_less(cluster, logged):
    """The account is of the central team, the token is not for that."""
    caller = Caller(cluster, logged, scope="website")
    before = wrong(logged)
    assert get(logged, caller.token, BOTH).status == 403 and get(logged, caller.token, "/v1/me").status == 200
    assert wrong(logged) == before


def test_a_token_that_says_more_is_no_more(cluster, logged):
    """It was for the central team when it was given; the account is not of it any more."""
    caller = Caller(cluster, logged, scope="central website")
    assert get(logged, caller.token, "/v1/accounts?limit=1").status == 200
    caller.take()
    assert get(logged, caller.token, "/v1/accounts").status == get(logged, caller.token, BOTH).status == 403
    assert [role["role"] for role in get(logged, caller.token, "/v1/me").json["roles"]] == ["website"]


def test_each_login_is_its_callers(cluster, logged):
    """Held by a lock, each request is seen in a session of its own login."""
    lead = cluster.token(logged, "hub_lead", hub="london-hub")
    lock = psycopg2.connect(cluster.url("postgres"))
    lock.cursor().execute("LOCK TABLE scip.hub_membership IN ACCESS EXCLUSIVE MODE")
    asked = [(Caller(cluster, logged).token, "scip_central"), (lead, "scip_writer")]
    with concurrent.futures.ThreadPoolExecutor(2) as pool:
        answers = [pool.submit(get, logged, token, "/v1/hubs/london-hub/members?limit=1") for token, _ in asked]
        until = time.monotonic() + 1.5
        seen = set()
        while seen != {login for _, login in asked} and time.monotonic() < until:
            seen = set(cluster.psql("SELECT DISTINCT usename FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND datname = 'scip'").split())
        lock.rollback()
        assert {answer.result().status for answer in answers} == {200}
    lock.close()
    assert seen == {"scip_central", "scip_writer"}


def test_roles_that_come_and_go(cluster, logged):
    """Each answer is that of who had the role when it was made, and none is a fault of the service."""
    caller, stop = Caller(cluster, logged), threading.Event()

    def ask():
        statuses = []
        while not stop.is_set():
            statuses.append(get(logged, caller.token, BOTH).status)
        return statuses

    with concurrent.futures.ThreadPoolExecutor(3) as pool:
        asking = [pool.submit(ask) for _ in range(3)]
        for _ in range(40):
            caller.take()
            time.sleep(0.01)  # a request or two meet each state
            caller.give()
            time.sleep(0.01)  # and the other one
        stop.set()
        statuses = [status for one in asking for status in one.result()]
    assert set(statuses) == {200, 403} and len(statuses) > 100


def test_a_write_is_done_once(cluster, logged):
    """Though it was begun as somebody else: what was refused has left nothing, and the answer that is kept is found again."""
    caller = Caller(cluster, logged)
    before = wrong(logged)
    write = lambda: logged.send("POST", "/v1/hubs/london-hub/reviews", {"reviewed_on": "2019-01-02", "note": caller.name}, token=caller.token, key=caller.name)
    first, again = write(), write()
    assert (first.status, again.status, first.body) == (201, 201, again.body), first.text
    assert wrong(logged) == before + 1
    assert cluster.psql(f"DELETE FROM scip.hub_review WHERE note = '{caller.name}' RETURNING 'one'", "scip_migrator") == "one"


def test_files_are_its_own_too(cluster, logged):
    """What a handler does as the caller moves to the other login as any operation does: the very first request is one of a file."""
    cluster.remove(file="hub_id IS NOT NULL AND name = 'central.png'")
    before = wrong(logged)

    def send(method, tag, body=None):
        return logged.request(method, "/v1/hubs/london-hub/files/central.png", {"Authorization": f"Bearer {Caller(cluster, logged).token}", **tag}, body)
    made = send("PUT", {"If-None-Match": "*"}, b"\x89PNG\r\n\x1a\n" + bytes(300000))  # of two chunks
    assert made.status == 201, made.text
    assert wrong(logged) == before + 1, "of the second statement it is known"
    assert send("DELETE", {"If-Match": made.headers["ETag"]}).status == 204 and wrong(logged) == before + 2


def test_without_its_login_there_is_no_readiness(cluster, tmp_path):
    server = harness.Server("central-away", wait=False, DATABASE_URL=cluster.url(), CENTRAL_DATABASE_URL=f"postgresql:///scip?host={tmp_path}")
    try:
        until = time.monotonic() + 10
        while time.monotonic() < until:
            try:
                if get(server, None, "/v1/hubs").status == 200:
                    break
            except OSError:
                time.sleep(0.05)  # it is not waited for: asked again without taking a core
        assert get(server, None, "/v1/hubs").status == 200 and get(server, None, "/health/ready").status == 503
        assert get(server, cluster.token(server, "hub_lead", hub="london-hub"), "/v1/me").status == 200
        assert get(server, cluster.token(server, "central"), "/v1/accounts").status == 503
    finally:
        server.stop()
