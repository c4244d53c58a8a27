"""Rules that must hold when many clients act at once.

TEST_DATABASE_URL is a superuser's URL of a throw-away migrated database.
"""
import os
import threading
from collections import Counter

import psycopg2
import pytest

CLIENTS = 24
ROUNDS = 5

START = """INSERT INTO scip.hub_lead (hub_id, organisation_id, evidence_kind, period, sources, confidence)
           VALUES (%s, %s, 'dated', daterange(%s, NULL), '{test}', 'low')"""
END = "UPDATE scip.hub_lead SET period = daterange(lower(period), scip.today()) WHERE hub_id = %s AND organisation_id = %s"
SUCCEED = """WITH ended AS (
               UPDATE scip.hub_lead SET period = daterange(lower(period), scip.today())
               WHERE hub_id = %s AND organisation_id = %s AND upper_inf(period) RETURNING hub_id)
             INSERT INTO scip.hub_lead (hub_id, organisation_id, evidence_kind, period, sources, confidence)
             SELECT hub_id, %s, 'dated', daterange(scip.today(), NULL), '{test}', 'low' FROM ended"""
ACCEPTED = "accepted"


def connect():
    connection = psycopg2.connect(os.environ["TEST_DATABASE_URL"])
    connection.autocommit = True
    connection.cursor().execute("SET ROLE scip_migrator")
    return connection


def attempt(connection, statement, values):
    """What the statement came to: accepted, a rule's name, or any other SQLSTATE."""
    try:
        with connection.cursor() as cursor:
            cursor.execute(statement, values)
            return ACCEPTED if cursor.rowcount else "no row"
    except psycopg2.Error as error:
        return error.diag.constraint_name if error.pgcode == "SC409" else error.pgcode


def race(connections, jobs):
    """Start every job, a (statement, values), at the same instant, each on its own connection."""
    barrier = threading.Barrier(len(jobs))
    results = [None] * len(jobs)

    def run(i):
        barrier.wait()
        results[i] = attempt(connections[i], *jobs[i])

    threads = [threading.Thread(target=run, args=(i,)) for i in range(len(jobs))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return Counter(results)


@pytest.fixture(scope="module")
def connections():
    opened = [connect() for _ in range(CLIENTS)]
    yield opened
    for connection in opened:
        connection.close()


@pytest.fixture
def db():
    connection = connect()
    yield connection.cursor()
    connection.close()


@pytest.fixture
def organisations(db):
    db.execute("""INSERT INTO scip.organisation (slug, name, sources, confidence)
                  SELECT 'race-' || i, 'Race', '{test}', 'low' FROM generate_series(1, %s) i RETURNING id""", (CLIENTS,))
    ids = [row[0] for row in db.fetchall()]
    yield ids
    db.execute("DELETE FROM scip.organisation WHERE id = ANY(%s)", (ids,))


@pytest.fixture
def hub(db, organisations):
    db.execute("""INSERT INTO scip.hub (slug, name, nations, sources, confidence)
                  VALUES ('race', 'Race', '{GB-ENG}', '{test}', 'low') RETURNING id""")
    hub = db.fetchone()[0]
    yield hub
    # A closed Hub lets its leads go.
    db.execute("DELETE FROM scip.hub_status WHERE hub_id = %s", (hub,))
    db.execute("INSERT INTO scip.hub_status (hub_id, status) VALUES (%s, 'closed')", (hub,))
    db.execute("DELETE FROM scip.hub_lead WHERE hub_id = %s", (hub,))
    db.execute("DELETE FROM scip.hub WHERE id = %s", (hub,))


def leads_today(db, hub):
    db.execute("""SELECT organisation_id FROM scip.hub_lead
                  WHERE hub_id = %s AND evidence_kind = 'dated' AND period @> scip.today()""", (hub,))
    return [row[0] for row in db.fetchall()]


@pytest.mark.parametrize("round_", range(ROUNDS))
def test_many_start_to_lead_and_two_do(connections, db, hub, organisations, round_):
    results = race(connections, [(START, (hub, o, "2024-01-01")) for o in organisations])
    assert results == {ACCEPTED: 2, "hub-has-two-leads": CLIENTS - 2}
    assert len(leads_today(db, hub)) == 2


@pytest.mark.parametrize("round_", range(ROUNDS))
def test_one_organisation_starts_many_times_and_leads_once(connections, db, hub, organisations, round_):
    results = race(connections, [(START, (hub, organisations[0], "2024-01-01"))] * CLIENTS)
    assert results == {ACCEPTED: 1, "hub-lead-twice": CLIENTS - 1}
    assert leads_today(db, hub) == organisations[:1]


@pytest.mark.parametrize("round_", range(ROUNDS))
def test_both_leads_end_and_one_stays(connections, db, hub, organisations, round_):
    for organisation in organisations[:2]:
        assert attempt(db.connection, START, (hub, organisation, "2024-01-01")) == ACCEPTED
    results = race(connections, [(END, (hub, o)) for o in organisations[:2]])
    assert results == {ACCEPTED: 1, "hub-needs-a-lead": 1}
    assert len(leads_today(db, hub)) == 1


@pytest.mark.parametrize("round_", range(ROUNDS))
def test_many_succeed_one_lead_and_one_does(connections, db, hub, organisations, round_):
    first, *others = organisations
    assert attempt(db.connection, START, (hub, first, "2024-01-01")) == ACCEPTED
    results = race(connections, [(SUCCEED, (hub, first, o)) for o in others])
    assert results == {ACCEPTED: 1, "no row": len(others) - 1}
    assert len(leads_today(db, hub)) == 1


@pytest.mark.parametrize("round_", range(ROUNDS))
def test_starts_ends_and_successions_mix_without_deadlock(connections, db, hub, organisations, round_):
    a, b, *others = organisations
    for organisation in (a, b):
        assert attempt(db.connection, START, (hub, organisation, "2024-01-01")) == ACCEPTED
    jobs = [job for i, o in enumerate(others[:18])
            for job in [[(START, (hub, o, "2024-01-01"))], [(END, (hub, (a, b)[i // 3 % 2]))], [(SUCCEED, (hub, (b, a)[i // 3 % 2], o))]][i % 3]]
    results = race(connections, jobs)
    assert set(results) <= {ACCEPTED, "no row", "hub-has-two-leads", "hub-needs-a-lead", "hub-lead-twice"}
    assert 1 <= len(leads_today(db, hub)) <= 2


def test_other_isolation_levels_are_refused(db, hub, organisations):
    db.execute("BEGIN ISOLATION LEVEL REPEATABLE READ")
    assert attempt(db.connection, START, (hub, organisations[0], "2024-01-01")) == "25000"
    db.execute("ROLLBACK")


@pytest.mark.parametrize("round_", range(ROUNDS))
def test_a_slug_given_up_is_not_taken(connections, db, hub, round_):
    """A rename and new Hubs of the old name at once: the old slug leads to the renamed Hub alone."""
    insert = "INSERT INTO scip.hub (slug, name, nations, sources, confidence) VALUES ('race', 'New', '{GB-ENG}', '{test}', 'low')"
    rename = "UPDATE scip.hub SET slug = 'race-renamed' WHERE id = %s"
    results = race(connections, [(rename, (hub,))] + [(insert, ())] * (CLIENTS - 1))
    assert results[ACCEPTED] == 1
    assert set(results) <= {ACCEPTED, "23505", "slug-retired"}
    db.execute("SELECT slug, (SELECT hub_id FROM scip.hub_former_slug WHERE slug = 'race') FROM scip.hub WHERE id = %s", (hub,))
    assert db.fetchone() == ("race-renamed", hub)
