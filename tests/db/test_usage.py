"""The counter against a plain reference: whatever the order of commit, and others that commit at the same time, the figures are those
that one gets who sorts all clicks and counts. Clicks crowd at the edges of seconds, hours, days, months and summer time.

TEST_DATABASE_URL is a superuser's URL of a throw-away migrated database.
"""
import hashlib
import os
import random
import re
import threading
from collections import Counter, defaultdict
from datetime import datetime, timedelta, timezone
from pathlib import Path
from zoneinfo import ZoneInfo

import psycopg2
import pytest

LONDON = ZoneInfo("Europe/London")
RECORD = (Path(__file__).resolve().parents[2] / "db/queries/_recordUses.sql").read_text()
RECORD = re.sub(r":(version|at|item|kind|agent|day_key|previous_key|month_key)\b", r"%(\1)s", re.sub(r"--.*", "", RECORD))
CASTS = {"at": "::bigint[]", "item": "::text[]", "kind": "::int[]", "agent": "::text[]", "day_key": "::uuid[]", "previous_key": "::uuid[]", "month_key": "::uuid[]"}
for name, cast in CASTS.items():
    RECORD = RECORD.replace(f"%({name})s", f"%({name})s{cast}")
WRITERS = 4
METRICS = ("total_item_investigations", "unique_item_investigations", "total_item_requests", "unique_item_requests")


def connect(role="scip_writer"):
    connection = psycopg2.connect(os.environ["TEST_DATABASE_URL"])
    connection.autocommit = True
    connection.cursor().execute(f"SET ROLE {role}; SET statement_timeout = '60s'")
    return connection


def key(*words):
    return hashlib.md5("|".join(map(str, words)).encode()).hexdigest()


class Click:
    """Of a user on an item: as the service would send it."""

    def __init__(self, user, item, at, request=True, kind="human"):
        local = datetime.fromtimestamp(at, LONDON)
        self.user, self.item, self.at, self.request, self.kind = user, item, at, request, kind
        self.day, self.month, self.hour = local.date(), local.strftime("%Y-%m"), local.hour
        seconds = local.hour * 3600 + local.minute * 60 + local.second
        self.keys = (key(user, self.day), key(user, self.day - timedelta(days=1)) if seconds < 30 else None, key(user, "month", self.month))


def record(connection, clicks, items):
    """Commits clicks together, as one statement."""
    cursor = connection.cursor()
    cursor.execute("SELECT version FROM scip.agent_patterns() LIMIT 1")
    values = {"version": cursor.fetchone()[0], "at": [c.at for c in clicks], "item": [items[c.item] for c in clicks], "kind": [2 if c.request else 1 for c in clicks],
              "agent": [c.kind for c in clicks], "day_key": [c.keys[0] for c in clicks], "previous_key": [c.keys[1] for c in clicks], "month_key": [c.keys[2] for c in clicks]}
    cursor.execute(RECORD, values)
    assert [row[0] for row in cursor.fetchall()] == [0] * len(clicks)


def reference(clicks):
    """{(item, month, class): [four metrics]} and {(month, class): [users investigating, users requesting]}."""
    figures, users = defaultdict(lambda: [0] * 4), defaultdict(lambda: (set(), set()))
    streams = defaultdict(dict)  # (user, item, requests alone) -> {second: class}
    for click in clicks:
        for requests in (False, True) if click.request else (False,):
            seconds = streams[click.user, click.item, requests]
            seconds[click.at] = max(seconds.get(click.at, ""), click.kind)
    sessions = set()
    for (user, item, requests), seconds in streams.items():
        times = sorted(seconds)
        for at, following in zip(times, times[1:] + [None]):
            if following is not None and following - at <= 30:
                continue  # not the last of its chain
            local, kind = datetime.fromtimestamp(at, LONDON), seconds[at]
            month = local.strftime("%Y-%m")
            figures[item, month, kind][2 * requests] += 1
            users[month, kind][requests].add(user)
            session = (user, item, requests, kind, local.date(), local.hour)
            if session not in sessions:
                sessions.add(session)
                figures[item, month, kind][2 * requests + 1] += 1
    return {k: tuple(v) for k, v in figures.items()}, {k: (len(v[0]), len(v[1])) for k, v in users.items()}


class Bank:
    """Items of a test's own, and years that are nobody else's."""

    def __init__(self, name, count):
        self.owner = psycopg2.connect(os.environ["TEST_DATABASE_URL"])
        self.owner.autocommit = True
        self.name, self.items, self.numbers = name, [], []
        for n in range(count):
            cursor = self.owner.cursor()
            kind = "resource" if n >= 3 else "document"
            cursor.execute(f"INSERT INTO scip.{kind} (slug, title, kind, sources, confidence) VALUES (%s, 'Test', 'report', '{{test}}', 'low') RETURNING id", (f"{name}-{n}",))
            self.numbers.append(f"{kind}:{cursor.fetchone()[0]}")
            self.items.append(f"{kind}/{name}-{n}" if n % 2 else self.numbers[-1])

    def ask(self, sql, *values):
        cursor = self.owner.cursor()
        cursor.execute(sql, values)
        return cursor.fetchall()

    def figures(self):
        rows = self.ask(f"""SELECT i.kind || ':' || i.record_id, to_char(m.month, 'YYYY-MM'), m.agent, {', '.join(METRICS)} FROM scip.usage_month m JOIN scip.use_item i ON i.id = m.item_id
            WHERE i.kind || ':' || i.record_id = ANY (%s)""", self.numbers)
        return {(self.numbers.index(r[0]), r[1], r[2]): r[3:] for r in rows if any(r[3:])}

    def users(self):
        rows = self.ask("SELECT to_char(month, 'YYYY-MM'), agent, investigating, requesting FROM scip.users_month WHERE month < '2025-02-01'")
        return {r[:2]: r[2:] for r in rows if any(r[2:])}

    def empty(self):
        self.owner.cursor().execute("""DELETE FROM scip.use WHERE at < '2025-02-01'; DELETE FROM scip.use_session WHERE month < '2025-02-01';
            DELETE FROM scip.use_visitor WHERE month < '2025-02-01'; DELETE FROM scip.usage_month WHERE month < '2025-02-01';
            DELETE FROM scip.users_month WHERE month < '2025-02-01'; DELETE FROM scip.use_month WHERE dropped_at IS NOT NULL AND month < '2025-02-01';
            UPDATE scip.use_month SET verified_at = NULL""")

    def clean(self):
        self.empty()
        cursor = self.owner.cursor()
        cursor.execute("DELETE FROM scip.use_item WHERE kind || ':' || record_id = ANY (%s)", (self.numbers,))
        for kind in ("document", "resource"):
            cursor.execute(f"DELETE FROM scip.{kind} WHERE '{kind}:' || id = ANY (%s)", (self.numbers,))
        self.owner.close()


@pytest.fixture
def bank(request):
    bank = Bank("usage-" + hashlib.md5(request.node.name.encode()).hexdigest()[:8], 5)
    yield bank
    bank.clean()


@pytest.fixture
def writers():
    connections = [connect() for _ in range(WRITERS)]
    yield connections
    for connection in connections:
        connection.close()


def at(text):
    """Seconds of a local time in London."""
    return int(datetime.fromisoformat(text).replace(tzinfo=LONDON).timestamp())


EDGES = [int(datetime(2024, 3, 31, 1, tzinfo=timezone.utc).timestamp()), int(datetime(2024, 10, 27, 1, tzinfo=timezone.utc).timestamp()),  # summer time begins and ends
         int(datetime(2024, 10, 27, 0, tzinfo=timezone.utc).timestamp()), *map(at, ("2024-05-01T00:00:00", "2024-05-31T23:59:59", "2024-06-01T00:00:30", "2024-02-29T00:00:00",
         "2024-12-31T23:59:45", "2025-01-01T00:00:00", "2024-06-15T13:00:00", "2024-06-15T00:00:00", "2024-06-16T00:00:29"))]


def crowd(seed, count, users, spread):
    """Clicks around the edges; many in the same second, some of a class that has changed meanwhile."""
    chance = random.Random(seed)
    kinds = {user: chance.choice(("human", "human", "machine", "robot")) for user in range(users)}
    for _ in range(count):
        user = chance.randrange(users)
        kind = kinds[user] if chance.random() < 0.98 else chance.choice(("human", "machine", "robot"))
        yield Click(user, chance.randrange(5), chance.choice(EDGES) + int(chance.triangular(-spread, spread, 0)), chance.random() < 0.6, kind)


def batches(chance, clicks, most):
    while clicks:
        size = chance.randint(1, most)
        yield clicks[:size]
        clicks = clicks[size:]


@pytest.mark.parametrize("seed, count, users, spread, most, order", [
    (1, 30000, 600, 90, 200, "random"), pytest.param(2, 30000, 100, 600, 250, "random", marks=pytest.mark.long), pytest.param(3, 20000, 20, 1800, 64, "random", marks=pytest.mark.long),
    (4, 10000, 300, 120, 64, "forwards"), (5, 10000, 300, 120, 64, "backwards"), (6, 3000, 30, 300, 1, "random"), (10, 10000, 1500, 60, 64, "random")])
def test_the_counter_is_the_reference(bank, writers, seed, count, users, spread, most, order):
    """Also when it is recounted meanwhile: nothing is lost with what the counter goes on from."""
    chance = random.Random(seed)
    clicks = list(crowd(seed, count, users, spread))
    if order != "random":
        clicks.sort(key=lambda c: c.at, reverse=order == "backwards")
    work, lock, wrong = enumerate(batches(chance, clicks, most)), threading.Lock(), []
    often = count // most // 2 + 1

    def write(connection):
        while not wrong:
            with lock:
                n, batch = next(work, (0, None))
            if batch is None:
                return
            try:
                if n % often == often // 2:
                    assert not any(repaired for _, repaired in bank.ask("SELECT * FROM scip.recount_usage()"))
                record(connection, batch, bank.items)
            except Exception as error:  # noqa: BLE001  said below, by the test's own thread
                wrong.append(error)

    threads = [threading.Thread(target=write, args=(connection,)) for connection in writers]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not wrong, wrong
    figures, people = reference(clicks)
    assert bank.figures() == figures
    assert bank.users() == people
    assert bank.ask("SELECT count(*) FROM scip.use WHERE at < '2025-02-01'") == [(count,)]
    assert sum(f[0] for f in figures.values()) < (0.9 if users < 1000 else 0.99) * count  # chains there were
    assert bank.ask("SELECT * FROM scip.verify_usage()") == []


def test_users_of_the_bank_and_of_the_repository(bank, writers):
    """Who used both is in each, once a month; a chain that goes on after the month's end is of the next one alone."""
    may, june = at("2024-05-31T10:00:00"), at("2024-06-01T10:00:00")
    clicks = [Click("reader", 0, may), Click("reader", 1, may + 100), Click("teacher", 3, may), Click("teacher", 4, june), Click("both", 0, may), Click("both", 3, may + 5),
              Click("both", 3, may + 3600), Click("reader", 3, june), Click("late", 0, at("2024-05-31T23:59:50")), Click("late", 0, at("2024-06-01T00:00:10"))]
    for click in clicks:
        record(writers[0], [click], bank.items)
    assert bank.ask("SELECT to_char(month, 'MM'), investigating, of_resources, of_documents FROM scip.users_month WHERE month IN ('2024-05-01', '2024-06-01') ORDER BY 1") == [
        ("05", 3, 2, 2), ("06", 3, 2, 1)]
    assert bank.ask("SELECT * FROM scip.verify_usage()") == []
    bank.ask("UPDATE scip.users_month SET of_documents = 9 WHERE month = '2024-05-01' RETURNING 1")
    assert bank.ask("SELECT metric, figure, recount FROM scip.verify_usage()") == [("users_of_documents", 9, 2)]
    bank.ask("SELECT * FROM scip.recount_usage()")
    assert bank.ask("SELECT * FROM scip.verify_usage()") == []


# DOMAIN's examples, each by itself, in every order of commit, one by one and together.


def counted(bank, connection, times, order=None, together=False, **others):
    clicks = [Click("somebody", 0, at(time) if isinstance(time, str) else at("2024-07-01T10:00:00") + time, **others) for time in times]
    clicks = [clicks[i] for i in order] if order else clicks
    for batch in [clicks] if together else [[click] for click in clicks]:
        record(connection, batch, bank.items)
    figures, users = reference(clicks)
    assert bank.figures() == figures and bank.users() == users
    assert bank.ask("SELECT * FROM scip.verify_usage()") == []
    return tuple(sum(f[i] for f in figures.values()) for i in (2, 3))


@pytest.mark.parametrize("together", [False, True])
@pytest.mark.parametrize("times, total, unique", [
    ((0, 25, 50, 75), 1, 1),
    (("2024-07-01T10:01:00", "2024-07-01T10:01:29"), 1, 1),
    (("2024-07-01T10:01:00", "2024-07-01T10:01:30"), 1, 1),
    (("2024-07-01T10:01:00", "2024-07-01T10:01:31"), 2, 1),
    (("2024-07-01T10:01:00", "2024-07-01T10:01:35"), 2, 1),
    (("2024-07-01T23:59:50", "2024-07-02T00:00:20", "2024-07-02T00:00:45"), 1, 1),
    (("2024-07-01T23:59:29", "2024-07-02T00:00:00"), 2, 2),
    (("2024-07-01T23:59:59", "2024-07-02T00:00:29"), 1, 1),
    (("2024-07-01T23:59:59", "2024-07-02T00:00:30"), 2, 2),
    (("2024-06-30T23:59:50", "2024-07-01T00:00:20"), 1, 1),
    (("2024-12-31T23:59:50", "2025-01-01T00:00:20"), 1, 1),
    (("2024-07-01T10:59:50", "2024-07-01T11:00:15"), 1, 1),
    (("2024-07-01T10:59:50", "2024-07-01T11:00:21"), 2, 2),
    ((0, 0), 1, 1),
    ((0, 40, 80), 3, 1),
    ((0, 60, 30), 1, 1)])
def test_examples(bank, writers, times, total, unique, together):
    orders = {2: [(0, 1), (1, 0)], 3: [(0, 1, 2), (2, 1, 0), (1, 0, 2), (0, 2, 1)], 4: [(0, 1, 2, 3), (3, 2, 1, 0), (0, 3, 1, 2), (1, 3, 0, 2)]}[len(times)]
    for order in orders:
        assert counted(bank, writers[0], times, order, together) == (total, unique), order
        bank.empty()


def test_a_late_commit_joins_two_chains(bank, writers):
    start = at("2024-06-30T23:59:40")
    record(writers[0], [Click("a", 0, start)], bank.items)
    record(writers[1], [Click("a", 0, start + 50)], bank.items)
    assert bank.figures() == {(0, "2024-06", "human"): (1, 1, 1, 1), (0, "2024-07", "human"): (1, 1, 1, 1)}
    assert bank.users() == {("2024-06", "human"): (1, 1), ("2024-07", "human"): (1, 1)}
    record(writers[2], [Click("a", 0, start + 25)], bank.items)
    assert bank.figures() == {(0, "2024-07", "human"): (1, 1, 1, 1)}
    assert bank.users() == {("2024-07", "human"): (1, 1)}


def test_the_hour_that_comes_twice_is_one_session(bank, writers):
    """Local hours are what a session is made of: 01:30 BST and 01:30 GMT."""
    first = int(datetime(2024, 10, 27, 0, 30, tzinfo=timezone.utc).timestamp())
    record(writers[0], [Click("a", 0, first), Click("a", 0, first + 3600)], bank.items)
    assert bank.figures() == {(0, "2024-10", "human"): (2, 1, 2, 1)}


def test_a_batch_again_changes_nothing(bank, writers):
    """What is sent once more because nobody knows whether it was committed."""
    clicks = list(crowd(7, 300, 50, 60))
    record(writers[0], clicks, bank.items)
    before = bank.figures(), bank.users()
    record(writers[1], clicks, bank.items)
    assert (bank.figures(), bank.users()) == before == reference(clicks)


def test_a_recount_finds_and_mends(bank, writers):
    clicks = list(crowd(8, 2000, 60, 120))
    record(writers[0], clicks[:1000], bank.items)
    before = bank.figures()
    bank.ask("UPDATE scip.usage_month SET total_item_requests = total_item_requests + 7 WHERE month = '2024-06-01' AND agent = 'human' RETURNING 1")
    bank.ask("DELETE FROM scip.usage_month WHERE month = '2024-10-01' RETURNING 1")
    bank.ask("UPDATE scip.users_month SET requesting = 0 WHERE month = '2024-05-01' RETURNING 1")
    bank.ask("DELETE FROM scip.use_session WHERE month = '2024-06-01' RETURNING 1")
    found = bank.ask("SELECT month, item, agent, metric, figure, recount FROM scip.verify_usage()")
    assert {row[0] for row in found} == {"2024-M05", "2024-M06", "2024-M10"}
    assert all(row[4] - row[5] == 7 and row[3] == "total_item_requests" for row in found if row[0] == "2024-M06")
    assert all(row[1] is None and row[3] == "users_requesting" for row in found if row[0] == "2024-M05")
    assert {r[0]: r[1] for r in bank.ask("SELECT * FROM scip.recount_usage()") if r[1]} == Counter(row[0] for row in found)
    assert bank.figures() == before and bank.ask("SELECT * FROM scip.verify_usage()") == []
    record(writers[0], clicks[1000:], bank.items)  # and goes on from there
    assert (bank.figures(), bank.users()) == reference(clicks)


def test_a_recount_knows_who_was_not_alone(bank, writers):
    """The one click of a day was followed after midnight: it ends no chain, also for who comes late and was before it."""
    late = [Click("a", 0, at(f"2024-07-01T{time}")) for time in ("23:59:50", "22:00:00", "23:40:00", "22:10:00")]
    record(writers[0], late[:1], bank.items)
    record(writers[1], [Click("a", 0, late[0].at + 20)], bank.items)
    bank.ask("SELECT * FROM scip.recount_usage()")
    for click in late[1:]:
        record(writers[0], [click], bank.items)
    assert (bank.figures(), bank.users()) == reference([*late, Click("a", 0, late[0].at + 20)])
    assert bank.ask("SELECT * FROM scip.verify_usage()") == []


def test_old_months_are_verified_and_their_raw_rows_go(bank, writers):
    clicks = list(crowd(9, 1000, 60, 120))
    record(writers[0], clicks, bank.items)
    figures = bank.figures(), bank.users()
    bank.ask("UPDATE scip.usage_month SET total_item_requests = total_item_requests + 1 WHERE month = '2024-10-01' RETURNING 1")
    ((gone,),) = bank.ask("SELECT scip.retain_use()")
    assert 0 < gone < 1000 and "not those of the raw rows" in bank.owner.notices[-1]  # October and what follows it stay
    assert bank.ask("SELECT min(month)::text, bool_or(verified_at IS NULL) FROM scip.use_month WHERE dropped_at IS NULL") == [("2024-10-01", True)]
    with pytest.raises(psycopg2.Error) as refused:
        record(writers[0], [Click("late", 0, at("2024-05-05T12:00:00"))], bank.items)
    assert (refused.value.pgcode, refused.value.diag.constraint_name) == ("SC409", "month-closed")
    bank.ask("SELECT * FROM scip.recount_usage()")
    assert bank.ask("SELECT scip.retain_use()") == [(1000 - gone,)]
    assert (bank.figures(), bank.users()) == figures and bank.ask("SELECT * FROM scip.verify_usage()") == []
    assert bank.ask("SELECT count(*) FROM scip.use_session WHERE month < '2025-02-01'") == [(0,)]
    assert bank.ask("SELECT sum(uses) FROM scip.use_month") == [(1000,)]


def test_a_list_that_has_changed_records_nothing(bank, writers):
    cursor = writers[0].cursor()
    cursor.execute("SELECT count(*) FROM scip.record_uses(0, ARRAY[%s]::bigint[], ARRAY[%s], '{2}', '{human}', ARRAY[gen_random_uuid()], '{NULL}', ARRAY[gen_random_uuid()])", (at("2024-05-05T12:00:00"), bank.items[0]))
    assert cursor.fetchone() == (0,) and bank.figures() == {}


def test_items_that_are_none(bank, writers):
    owner = bank.owner.cursor()
    owner.execute("UPDATE scip.document SET url = 'https://publisher.example/a', withdrawn_at = now() WHERE id = %s; UPDATE scip.document SET url = 'https://publisher.example/b' WHERE id = %s", [number.split(":")[1] for number in bank.numbers[:2]])
    names = [bank.items[0], bank.items[1], "document/nowhere", "resource/nowhere", "document:999999999", "hub/x", "document", "", bank.items[1], bank.items[2]]
    cursor = writers[0].cursor()
    cursor.execute("SELECT version FROM scip.agent_patterns() LIMIT 1")
    cursor.execute("""SELECT * FROM scip.record_uses(%s, array_fill(%s::bigint, ARRAY[10]), %s, '{2,2,2,2,2,2,2,2,0,1}', array_fill('human'::text, ARRAY[10]), array_fill(gen_random_uuid(), ARRAY[10]),
                      array_fill(NULL::uuid, ARRAY[10]), array_fill(gen_random_uuid(), ARRAY[10]))""", (cursor.fetchone()[0], at("2024-05-05T12:00:00"), names))
    b = "https://publisher.example/b"
    assert cursor.fetchall() == [(410, "https://publisher.example/a"), (0, b), *[(404, None)] * 6, (0, b), (0, None)]
    assert bank.figures() == {(1, "2024-05", "human"): (1, 1, 1, 1), (2, "2024-05", "human"): (1, 1, 0, 0)}  # one only asked
