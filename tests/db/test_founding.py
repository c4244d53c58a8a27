"""An application that many decide on at once, a status that many change: whatever the client, the tables say what holds.

TEST_DATABASE_URL is a superuser's URL of a throw-away migrated database.
"""
import pytest
from test_races import ACCEPTED, CLIENTS, ROUNDS, connections, db, race  # noqa: F401

DECIDE = "UPDATE scip.hub_application SET status = %s, decision_note = 'n' WHERE name = 'Race'"
FOLLOW = """WITH ended AS (UPDATE scip.hub_status SET ends = '2024' WHERE hub_id = %s AND ends IS NULL RETURNING hub_id)
            INSERT INTO scip.hub_status (hub_id, status, starts) SELECT hub_id, %s, '2024' FROM ended"""


@pytest.fixture
def application(db):  # noqa: F811
    """One that waits for the decision."""
    db.execute("""INSERT INTO scip.organisation (slug, name, sources, confidence) VALUES ('race-applicant', 'Race', '{test}', 'low') RETURNING id""")
    organisation = db.fetchone()[0]
    db.execute("""INSERT INTO scip.hub_application (organisation_id, slug, name, nations, regions, rationale)
                  VALUES (%s, 'race-founded', 'Race', '{GB-ENG}', '{E12000008}', 'Need')""", (organisation,))
    db.execute("ALTER TABLE scip.hub_application DISABLE TRIGGER USER")
    db.execute("UPDATE scip.hub_application SET status = 'under_review' WHERE name = 'Race'")
    db.execute("ALTER TABLE scip.hub_application ENABLE TRIGGER USER")
    yield organisation
    db.execute("ALTER TABLE scip.hub_application DISABLE TRIGGER USER")
    db.execute("DELETE FROM scip.hub_application WHERE name = 'Race'")
    db.execute("ALTER TABLE scip.hub_application ENABLE TRIGGER USER")
    db.execute("SELECT id FROM scip.hub WHERE slug = 'race-founded'")
    for (hub,) in db.fetchall():
        db.execute("DELETE FROM scip.hub_status WHERE hub_id = %s", (hub,))
        db.execute("INSERT INTO scip.hub_status (hub_id, status) VALUES (%s, 'closed')", (hub,))
        db.execute("DELETE FROM scip.hub_lead WHERE hub_id = %s", (hub,))
        db.execute("DELETE FROM scip.hub WHERE id = %s", (hub,))
    db.execute("DELETE FROM scip.organisation WHERE id = %s", (organisation,))


@pytest.fixture
def deciders(db, connections):  # noqa: F811
    """Every connection is one of the group that decides, and of the applicant's organisation no more than of others."""
    db.execute("SELECT id FROM scip.alliance_group WHERE decides_applications")
    groups = "{%d}" % db.fetchone()[0]
    for connection in connections:
        connection.cursor().execute("SELECT set_config('scip.groups', %s, false), set_config('scip.roles', '{group_member}', false)", (groups,))
    yield connections
    for connection in connections:
        connection.cursor().execute("RESET scip.groups; RESET scip.roles")


@pytest.mark.parametrize("round_", range(ROUNDS))
def test_many_approve_and_one_hub_is_founded(db, deciders, application, round_):  # noqa: F811
    results = race(deciders, [(DECIDE, ("approved",))] * CLIENTS)
    assert results == {ACCEPTED: 1, "application-not-under-review": CLIENTS - 1}
    db.execute("""SELECT count(*), sum((SELECT count(*) FROM scip.hub_lead l WHERE l.hub_id = h.id)),
                         sum((SELECT count(*) FROM scip.hub_pathway p WHERE p.hub_id = h.id)) FROM scip.hub h WHERE slug = 'race-founded'""")
    assert db.fetchone() == (1, 1, 10)


@pytest.mark.parametrize("round_", range(ROUNDS))
def test_one_decision_holds(db, deciders, application, round_):  # noqa: F811
    decisions = ["approved", "declined", "returned"]
    results = race(deciders, [(DECIDE, (decisions[i % 3],)) for i in range(CLIENTS)])
    assert results == {ACCEPTED: 1, "application-not-under-review": CLIENTS - 1}
    db.execute("SELECT status, (hub_id IS NOT NULL), (SELECT count(*) FROM scip.hub WHERE slug = 'race-founded') FROM scip.hub_application WHERE name = 'Race'")
    status, founded, hubs = db.fetchone()
    assert status in decisions and (status == "approved") == founded and hubs == founded


@pytest.mark.parametrize("round_", range(ROUNDS))
def test_many_change_a_status_and_the_history_is_one(db, connections, round_):  # noqa: F811
    db.execute("INSERT INTO scip.hub (slug, name, nations, sources, confidence) VALUES ('race-status', 'Race', '{GB-ENG}', '{test}', 'low') RETURNING id")
    hub = db.fetchone()[0]
    try:
        db.execute("INSERT INTO scip.hub_status (hub_id, status, starts) VALUES (%s, 'proposed', '2023')", (hub,))
        results = race(connections, [(FOLLOW, (hub, ("active", "closed", "paused")[i % 3])) for i in range(CLIENTS)])
        assert results[ACCEPTED] >= 1 and set(results) <= {ACCEPTED, "no row", "hub-status-transition", "hub-needs-a-lead", "23505"}, results
        db.execute("SELECT status, ends FROM scip.hub_status WHERE hub_id = %s ORDER BY id", (hub,))
        rows = db.fetchall()
        chain = [status for status, _ in rows]
        legal = {("proposed", "active"), ("proposed", "closed"), ("active", "paused"), ("active", "closed"), ("paused", "active"), ("paused", "closed")}
        assert set(zip(chain, chain[1:])) <= legal and len(chain) == results[ACCEPTED] + 1, "each accepted one follows the one before"
        assert [ends for _, ends in rows].count(None) == 1
    finally:
        db.execute("DELETE FROM scip.hub WHERE id = %s", (hub,))
