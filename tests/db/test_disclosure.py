"""An attack on what is told: over many random data sets, with and without one Hub's own numbers, nobody finds out more of a
suppressed number than that it is one to four, nor any single value of one that was suppressed for its sake.

The attacker of the tree (Hubs in nations in the whole) is exact: sums of whole numbers between bounds take every value between the sums
of the bounds, and the sums make a tree. That of the table tries all tables there are. Each is shown a mistake that it has to find.

TEST_DATABASE_URL is a superuser's URL of a throw-away migrated database.
"""
import itertools
import os
import random
from collections import defaultdict

import psycopg2
import pytest

FAR = 10**6


@pytest.fixture(scope="module")
def cursor():
    connection = psycopg2.connect(os.environ["TEST_DATABASE_URL"])
    connection.cursor().execute("SET jit = off")
    yield connection.cursor()
    connection.rollback()
    connection.close()


def binned(value):
    """What is known of a number from the one that is told."""
    return (0, 0) if value == 0 else (max(5, value - 2), value + 2)


def rounded(value):
    return 5 * round(value / 5) if value else 0


def meet(a, b):
    return (max(a[0], b[0]), min(a[1], b[1]))


def plus(ranges):
    ranges = list(ranges)
    return (sum(r[0] for r in ranges), sum(r[1] for r in ranges))


def attack(leaves, nations, total):
    """leaves {hub: (nation, (low, high))}, nations {nation: (low, high)}, total (low, high): the exact range of each."""
    of = defaultdict(list)
    for hub, (nation, _) in leaves.items():
        of[nation].append(hub)
    up = {n: meet(nations[n], plus(leaves[h][1] for h in of[n])) for n in nations}
    whole = meet(total, plus(up.values()))
    down, found = {}, {}
    for n in nations:
        others = plus(up[x] for x in nations if x != n)
        down[n] = meet(up[n], (whole[0] - others[1], whole[1] - others[0]))
        for h in of[n]:
            rest = plus(leaves[x][1] for x in of[n] if x != h)
            found[h] = meet(leaves[h][1], (down[n][0] - rest[1], down[n][1] - rest[0]))
    return found, down, whole


def told(numbers, nation_of, hidden, hidden_nations, hidden_total, kept=()):
    """What everybody is told, as ranges. Where a nation is told a Hub that was not hidden before (kept) has at least one."""
    sums = defaultdict(int)
    for hub, n in numbers.items():
        sums[nation_of[hub]] += n
    leaves = {h: (nation_of[h], (0 if nation_of[h] in hidden_nations or h in kept else 1, FAR) if h in hidden else binned(rounded(n))) for h, n in numbers.items()}
    nations = {g: (0, FAR) if g in hidden_nations else binned(rounded(v)) for g, v in sums.items()}
    return leaves, nations, (0, FAR) if hidden_total else binned(rounded(sum(sums.values())))


def narrowed(numbers, nation_of, hidden, hidden_nations, hidden_total, kept=()):
    """All that somebody finds out who should not: nobody's, or a Hub's, own number is known besides."""
    leaves, nations, total = told(numbers, nation_of, hidden, hidden_nations, hidden_total, kept)
    sums = defaultdict(int)
    for hub, n in numbers.items():
        sums[nation_of[hub]] += n
    faults = []
    for knows in [None, *numbers]:
        view = {h: (g, (numbers[h], numbers[h]) if h == knows else r) for h, (g, r) in leaves.items()}
        hubs, groups, whole = attack(view, nations, total)
        judged = [(h, numbers[h], hubs[h]) for h in hidden if h != knows]
        judged += [(g, sums[g], groups[g]) for g in hidden_nations if knows is None or nation_of[knows] != g]
        if hidden_total and knows is None:
            judged.append(("total", sum(sums.values()), whole))
        for what, value, (low, high) in judged:
            assert low <= value <= high, "the attacker is wrong"
            if low == high or 1 <= value <= 4 and (low > 1 or high < 4):
                faults.append((what, value, low, high, knows))
    return faults


def suppress(cursor, numbers, nation_of):
    hubs = list(numbers)
    cursor.execute("SELECT * FROM metric.suppress(%s::text[], %s::numeric[], %s::boolean[], '{}', false)",
                   ([nation_of[h] for h in hubs], [numbers[h] for h in hubs], [False] * len(hubs)))
    hidden, nations, total = cursor.fetchone()
    return {h for h, x in zip(hubs, hidden) if x}, set(nations), total


def random_network(chance):
    nations = chance.randint(1, 4)
    hubs = [f"h{i}" for i in range(chance.randint(1, 14))]
    most = chance.choice([3, 6, 12, 40, 300])
    return ({h: chance.choice([0, chance.randint(0, 5), chance.randint(0, most)]) for h in hubs}, {h: f"n{chance.randrange(nations)}" for h in hubs})


def test_the_attacker_finds_what_one_suppression_leaves():
    """A lone small number is what the rest leaves of the sum; of two that are hidden one Hub knows its own."""
    nation_of = dict.fromkeys("abcd", "n")
    assert narrowed({"a": 3, "b": 5, "c": 0, "d": 0}, nation_of, {"a"}, set(), False)
    assert narrowed({"a": 1, "b": 1, "c": 5, "d": 0}, nation_of, {"a", "b"}, set(), False)
    assert narrowed({"a": 3, "b": 9}, {"a": "n", "b": "m"}, {"a"}, {"n"}, False)


def test_ranges_are_those_that_all_possible_numbers_have():
    """The attacker by sums against one that tries everything."""
    chance = random.Random(5)
    for _ in range(60):
        leaves = {h: (f"n{chance.randrange(2)}", tuple(sorted((chance.randint(0, 4), chance.randint(0, 6))))) for h in "abcd"}
        groups = sorted({g for g, _ in leaves.values()})
        truth = {h: chance.randint(*r) for h, (_, r) in leaves.items()}
        sums = {g: sum(truth[h] for h in truth if leaves[h][0] == g) for g in groups}
        nations = {g: (sums[g] - chance.randint(0, 2), sums[g] + chance.randint(0, 2)) for g in groups}
        total = (sum(sums.values()) - chance.randint(0, 2), sum(sums.values()) + chance.randint(0, 2))
        worlds = [w for w in itertools.product(*(range(r[0], r[1] + 1) for _, r in leaves.values()))
                  if total[0] <= sum(w) <= total[1] and all(nations[g][0] <= sum(v for v, (n, _) in zip(w, leaves.values()) if n == g) <= nations[g][1] for g in groups)]
        found, _, _ = attack(leaves, nations, total)
        for i, h in enumerate(leaves):
            assert found[h] == (min(w[i] for w in worlds), max(w[i] for w in worlds))


def test_no_suppressed_number_is_narrowed(cursor):
    chance = random.Random(20261125)
    tried = hidden_some = told_some = 0
    for _ in range(8000):
        numbers, nation_of = random_network(chance)
        hidden, nations, total = suppress(cursor, numbers, nation_of)
        faults = narrowed(numbers, nation_of, hidden, nations, total)
        assert not faults, (numbers, nation_of, hidden, nations, total, faults[:3])
        for h, n in numbers.items():
            assert not 1 <= n <= 4 or h in hidden
        tried += 1
        hidden_some += bool(hidden)
        told_some += bool(hidden) and not total
    assert hidden_some > tried / 2 and told_some > tried / 4, "nothing is tried, or nothing is told"


def test_nothing_is_hidden_without_need(cursor):
    assert suppress(cursor, {"a": 5, "b": 0, "c": 7}, dict.fromkeys("abc", "n")) == (set(), set(), False)
    hidden, nations, total = suppress(cursor, {"a": 2, "b": 9, "c": 8, "d": 300}, dict.fromkeys("abcd", "n"))
    assert hidden == {"a", "b", "c"} and not nations and not total


# Members by Hub and category, whose sums by both are told exactly.

def tables(margin_rows, margin_columns):
    """All tables of whole numbers with these sums."""
    if len(margin_rows) == 1:
        yield [list(margin_columns)]
        return
    def rows(left, columns):
        if len(columns) == 1:
            if left <= columns[0]:
                yield [left]
            return
        for n in range(min(left, columns[0]) + 1):
            for rest in rows(left - n, columns[1:]):
                yield [n, *rest]
    for first in rows(margin_rows[0], margin_columns):
        for rest in tables(margin_rows[1:], [c - n for c, n in zip(margin_columns, first)]):
            yield [first, *rest]


def table_ranges(table, shown):
    """Of each cell, what it can be for somebody who knows all sums and the rows that are shown."""
    free = [i for i in range(len(table)) if i not in shown]
    if not free:
        return {}
    columns = [sum(table[i][j] for i in free) for j in range(len(table[0]))]
    low, high = {}, {}
    for world in tables([sum(table[i]) for i in free], columns):
        for row, i in zip(world, free):
            for j, n in enumerate(row):
                low[i, j] = min(low.get((i, j), n), n)
                high[i, j] = max(high.get((i, j), n), n)
    return {cell: (low[cell], high[cell]) for cell in low}


def table_faults(table, hidden):
    rows = range(len(table))
    faults = []
    for knows in [None, *rows]:
        mine = set() if knows is None else {knows}
        by_sums, by_all = table_ranges(table, mine), table_ranges(table, mine | {i for i in rows if i not in hidden})
        for (i, j), (low, high) in by_all.items():
            if 1 <= table[i][j] <= 4 and (low > max(1, by_sums[i, j][0]) or high < min(4, by_sums[i, j][1])):
                faults.append((i, j, low, high, by_sums[i, j], knows))
    return faults


def suppress_rows(cursor, table):
    cells = [(i, f"c{j}", n) for i, row in enumerate(table) for j, n in enumerate(row)]
    cursor.execute("SELECT metric.suppress_rows(%s::bigint[], %s::text[], %s::numeric[], '{}')", tuple(map(list, zip(*cells))))
    return set(cursor.fetchone()[0])


def test_a_table_tells_no_more_of_a_small_number_than_its_sums(cursor):
    assert table_faults([[2, 8], [9, 9], [6, 7]], {0}), "the attacker finds a lone row"
    chance = random.Random(7)
    told_some = 0
    for _ in range(150):
        table = [[chance.choice([0, chance.randint(0, 4), chance.randint(5, 9)]) for _ in range(chance.choice([2, 2, 3]))] for _ in range(1)]
        table += [[chance.choice([0, chance.randint(0, 6)]) for _ in table[0]] for _ in range(chance.randint(1, 3))]
        hidden = suppress_rows(cursor, table)
        assert all(not any(1 <= n <= 4 for n in row) or i in hidden for i, row in enumerate(table))
        assert not table_faults(table, hidden), (table, hidden)
        told_some += len(hidden) < len(table)
    assert told_some > 5


# Through real releases, one after the other, of records that change.

def network(cursor, nation_of):
    ids = {}
    for hub, nation in nation_of.items():
        cursor.execute("""INSERT INTO scip.hub (slug, name, nations, launched, sources, confidence) VALUES (%s, %s, ARRAY[%s], '1990', '{test}', 'high') RETURNING id""",
                       (f"attack-{hub}", f"Attack {hub}", nation))
        ids[hub] = cursor.fetchone()[0]
        cursor.execute("INSERT INTO scip.hub_status (hub_id, status, starts) VALUES (%s, 'active', '1990')", (ids[hub],))
    return ids


def reach(cursor, hub, young_people, day):
    cursor.execute("INSERT INTO scip.activity (hub_id, kind, held_on, title, interventions, young_people) VALUES (%s, 'outreach', %s, 'Outreach', 1, %s) RETURNING id", (hub, day, young_people))
    return cursor.fetchone()[0]


def release(cursor, period):
    cursor.execute("SELECT set_config('scip.roles', '{central}', true); SET LOCAL ROLE scip_writer; SELECT scip.make_release(%s, 'test', gen_random_uuid())", (period,))
    cursor.execute("RESET ROLE; SELECT set_config('scip.roles', '{}', true)")


def asked(cursor, by, **more):
    cursor.execute("SET LOCAL ROLE scip_anonymous")
    cursor.execute("""SELECT h.slug, a.of_nation, a.value, a.status, a.of_release FROM scip.metric_answer('outreach_young_people', %(period)s, %(by)s, NULL, NULL, NULL, %(as_of)s::date, %(release)s) a
                      LEFT JOIN scip.hub h ON h.id = a.hub_id""", {"by": by, "period": ["1995-96"], "as_of": None, "release": None, **more})
    rows = cursor.fetchall()
    cursor.execute("RESET ROLE")
    return rows


def test_releases_one_after_the_other(cursor):
    chance = random.Random(11)
    nations = ["GB-ENG", "GB-SCT", "GB-WLS", "GB-NIR"]
    for _ in range(12):
        cursor.execute("SAVEPOINT fresh")
        hubs = [f"h{i}" for i in range(chance.randint(3, 9))]
        nation_of = {h: chance.choice(nations[:chance.randint(1, 4)]) for h in hubs}
        numbers = {h: chance.choice([0, chance.randint(1, 4), chance.randint(5, 60)]) for h in hubs}
        ids = network(cursor, nation_of)
        rows = {h: reach(cursor, ids[h], n, "1996-01-15") for h, n in numbers.items()}
        before = {}
        for number in (1, 2, 3):
            release(cursor, "1995-96")
            of_hub = {s.removeprefix("attack-"): (v, status) for s, _, v, status, _ in asked(cursor, ["hub"]) if s and s.startswith("attack-")}
            of_nation = {g: (v, status) for _, g, v, status, _ in asked(cursor, ["nation"]) if g}
            whole = asked(cursor, [])[0]
            assert whole[4] == number
            hidden = {h for h, (_, status) in of_hub.items() if status == "suppressed"}
            hidden_nations = {g for g, (_, status) in of_nation.items() if status == "suppressed"} & set(nation_of.values())
            kept = {h for h, status in before.items() if status == "suppressed"}
            assert not narrowed(numbers, nation_of, hidden, hidden_nations, whole[3] == "suppressed", kept)
            for h, n in numbers.items(): # told is what is true, rounded
                assert h in hidden or (of_hub[h][0] or 0) == rounded(n)
            for g in set(nation_of.values()) - hidden_nations:
                assert (of_nation[g][0] or 0) == rounded(sum(n for h, n in numbers.items() if nation_of[h] == g))
            assert kept <= hidden, "what was suppressed stays so"
            assert asked(cursor, ["hub"], release=1) == asked(cursor, ["hub"], release=1)
            before = {h: status for h, (_, status) in of_hub.items()}
            changed = chance.choice(hubs)
            numbers[changed] = chance.randint(0, 30)
            cursor.execute("UPDATE scip.activity SET young_people = %s WHERE id = %s", (numbers[changed], rows[changed]))
        cursor.execute("ROLLBACK TO fresh")
