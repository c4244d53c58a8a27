"""An attack on what is published of small numbers. What is published depends on the class of each number by itself (none, one to four, or the
five that it is near), so all numbers of its class stay possible for a reader who knows all others, the rule, and every release.

Three attackers try every world that there is, by what the database's own functions publish of it: nobody's own number known, one Hub's, all but
one. Each is shown mistakes that it has to find. Then real releases: nothing in them differs between worlds of the same classes, and every sum follows
from what is published of its parts.

TEST_DATABASE_URL is a superuser's URL of a throw-away migrated database.
"""
import itertools
import os
import random
from collections import defaultdict

import psycopg2
import pytest

SMALL = {1, 2, 3, 4}


@pytest.fixture(scope="module")
def cursor():
    connection = psycopg2.connect(os.environ["TEST_DATABASE_URL"])
    connection.cursor().execute("SET jit = off")
    yield connection.cursor()
    connection.rollback()
    connection.close()


@pytest.fixture
def fresh(cursor):
    """Nothing of the test stays."""
    cursor.execute("SAVEPOINT test")
    yield cursor
    cursor.execute("ROLLBACK TO test")


def rounded(*numbers):
    """The rule once more, in another language. None: nothing is published."""
    published = [0 if n == 0 else None if n < 5 else 5 * int(n / 5 + 0.5) for n in numbers]
    if all(t is None or t == 0 for t in published) and None in published:
        return None
    return 5 * int(sum(2.5 if t is None else t for t in published) / 5 + 0.5)


def test_the_rule(cursor):
    chance = random.Random(1)
    cases = [[], [0], [1], [4], [5], [7], [8], [0.5], [4.5], [0, 0], [0, 3], [1, 3, 3], [2, 5], [4, 4, 4, 4, 5]]
    cases += [[chance.choice([0, chance.randint(0, 6), chance.randint(0, 200), chance.randint(0, 40) / 4]) for _ in range(chance.randint(1, 9))] for _ in range(2000)]
    for numbers in cases:
        cursor.execute("SELECT metric.rounded(%s::numeric[])", (numbers,))
        assert cursor.fetchone()[0] == rounded(*numbers), numbers


# Worlds: all that a few Hubs may have, and what is published of each.

PUBLISH = """SELECT hubs, {of} FROM (SELECT array_agg(n ORDER BY i) AS hubs FROM unnest(%s::numeric[]) WITH ORDINALITY u (n, i) GROUP BY (i - 1) / %s) w"""


def publish(cursor, worlds, nations):
    """{world: what is published}: of each Hub, each nation and the whole, by the function that releases use."""
    def of(hubs):
        return "metric.rounded(ARRAY[" + ", ".join(f"hubs[{h + 1}]" for h in hubs) + "])"
    parts = [[h] for h in range(len(nations))] + [[h for h, x in enumerate(nations) if x == n] for n in sorted(set(nations))] + [range(len(nations))]
    cursor.execute(PUBLISH.format(of=", ".join(map(of, parts))), ([n for world in worlds for n in world], len(nations)))
    return {tuple(map(int, row[0])): row[1:] for row in cursor.fetchall()}


def narrowed(published, judged, known=lambda world: None):
    """What an attacker finds out who knows of a world what known() says: (world, place, what it can be) of each small number that is less than one to
    four. published: {world: anything that can be compared}; judged: the worlds whose numbers are looked at."""
    possible = defaultdict(lambda: defaultdict(set))
    for world, said in published.items():
        for place, n in enumerate(world):
            possible[said, place, known(world)][None].add(n)
    return [(world, place, found) for world in judged for place, n in enumerate(world)
            if n in SMALL and (found := possible[published[world], place, known(world)][None]) < SMALL]


def attacks(published, judged, size):
    """By nobody's own number, by that of each Hub, and by all but one."""
    found = narrowed(published, judged)
    for own in range(size):
        found += [f for f in narrowed(published, judged, lambda world, own=own: world[own]) if f[1] != own]
        found += [f for f in narrowed(published, judged, lambda world, own=own: world[:own] + world[own + 1:]) if f[1] == own]
    return found


@pytest.mark.parametrize("nations", ["A", "AA", "AB", "AAA", "AAB", "ABC", "AAAA", "AABB", "ABCD"])
def test_no_small_number_is_narrowed(cursor, nations):
    most, looked_at = (12, 9) if len(nations) < 4 else (8, 6)
    worlds = list(itertools.product(range(most + 1), repeat=len(nations)))
    published = publish(cursor, worlds, nations)
    assert len(published) == len(worlds) and len(set(published.values())) > len(nations)
    assert attacks(published, [w for w in worlds if max(w) <= looked_at], len(nations)) == []


@pytest.mark.parametrize("nations", ["AA", "AB", "AAA", "AAB"])
def test_two_releases_and_a_correction_that_is_known(cursor, nations):
    """Who knows which Hub it was that corrected its number."""
    worlds = list(itertools.product(range(9), repeat=len(nations)))
    published = publish(cursor, worlds, nations)
    for corrected in range(len(nations)):
        both = {}
        for world in worlds:
            for n in range(9):
                second = world[:corrected] + (n,) + world[corrected + 1:]
                both[world + (n,)] = (published[world], published[second])
        judged = [w for w in both if max(w) <= 6]
        assert attacks(both, judged, len(nations) + 1) == [], corrected


def near(n):
    return 5 * int(n / 5 + 0.5)


def minimal(world):
    """The rule that was: as many more are hidden as it takes, by what they are; the sum is that of the true numbers."""
    hidden = {i for i, n in enumerate(world) if n in SMALL}
    while hidden and not (len(hidden) >= 3 and sum(world[i] - 1 for i in hidden) - max(world[i] - 1 for i in hidden) >= 3):
        more = sorted((n, i) for i, n in enumerate(world) if i not in hidden and n > 0)
        if not more:
            return (tuple(None if i in hidden else near(n) for i, n in enumerate(world)), None)
        hidden.add(more[0][1])
    return (tuple(None if i in hidden else near(n) for i, n in enumerate(world)), near(sum(world)))


@pytest.mark.parametrize("nations, mistake", [
    ("AAA", lambda world: ([rounded(n) for n in world], near(sum(world)))),
    ("AB", lambda world: ([rounded(n) for n in world], near(sum(world)))),
    ("AAB", lambda world: ([rounded(n) for n in world], [near(world[0] + world[1]), near(world[2])], rounded(*world))),
    ("AAB", lambda world: ([rounded(n) for n in world], rounded(world[0] + world[1], world[2]))),
    ("AAA", lambda world: ([rounded(n) for n in world], near(sum(n for n in world if n not in SMALL) + min(world)))),
    ("AAAA", minimal)])
def test_the_attackers_find_mistakes(nations, mistake):
    """Sums of true numbers, the whole of nations' true sums, a hidden number in a sum, the rule that was."""
    worlds = list(itertools.product(range(9), repeat=len(nations)))
    assert attacks({w: repr(mistake(w)) for w in worlds}, [w for w in worlds if max(w) <= 6], len(nations))


def test_one_three_three_told_itself():
    """By the rule that was, three hidden numbers and a sum of five showed everybody that each is at most three."""
    worlds = {w: repr(([None if n in SMALL else near(n) for n in w], near(sum(w)) if sum(w) > 4 and all(n - 1 < 3 for n in w) else None)) for w in itertools.product(range(7), repeat=3)}
    assert narrowed(worlds, [(1, 3, 3)])


def test_pieces_of_a_year(cursor):
    """A strategy sums over each piece; where the same side of a year is cut, a piece and its year reveal nothing of each other."""
    worlds = [(part, rest, other, other_part) for part, rest, other, other_part in itertools.product(range(8), repeat=4)]
    numbers = {}
    for part, rest, other, more in worlds:
        numbers[part, part + rest, other, other + more] = (rounded(part), rounded(part + rest), rounded(other), rounded(other + more), rounded(part, other), rounded(part + rest, other + more))
    judged = [w for w in numbers if w[1] <= 6 and w[3] <= 6]
    assert narrowed(numbers, judged) == [] and [f for f in narrowed(numbers, judged, lambda w: w[2:]) if f[1] < 2] == []
    both = {(part, rest): (rounded(part), rounded(rest), rounded(part + rest)) for part in range(9) for rest in range(9)}
    assert narrowed(both, list(both)), "both parts of a year would"


# Real releases.

NATIONS = ["GB-ENG", "GB-SCT", "GB-WLS", "GB-NIR"]
YEARS = [("1994-95", "1995-01-15"), ("1995-96", "1996-01-15"), ("1995-96", "1996-06-15"), ("1996-97", "1996-10-15"), ("1996-97", "1997-02-15")]


class Network:
    """A few Hubs, one of two nations, that reached some in each of five pieces of time; and what was reached by events of no Hub."""

    def __init__(self, cursor, chance):
        self.cursor, self.chance = cursor, chance
        nations = chance.sample(NATIONS, chance.randint(1, 3))
        self.nation = {f"h{i}": chance.choice(nations) for i in range(chance.randint(2, 6))} | {"both": None} | {f"none-{n}": n for n in nations[:2]}
        self.ids, self.numbers = {}, {}
        cursor.execute("INSERT INTO scip.programme (slug, name, sources, confidence) VALUES ('attack-a', 'A', '{test}', 'high'), ('attack-b', 'B', '{test}', 'high')")
        for leaf, nation in self.nation.items():
            if not leaf.startswith("none"):
                cursor.execute("INSERT INTO scip.hub (slug, name, nations, launched_on, sources, confidence) VALUES (%s, %s, %s, '1990', '{test}', 'high') RETURNING id",
                               (f"attack-{leaf}", f"Attack {leaf}", [nation] if nation else ["GB-ENG", "GB-WLS"]))
                self.ids[leaf] = cursor.fetchone()[0]
                cursor.execute("INSERT INTO scip.hub_status (hub_id, status, starts) VALUES (%s, 'active', '1990')", (self.ids[leaf],))
            for piece in range(len(YEARS)):
                self.put(leaf, piece, chance.choice([0, chance.randint(1, 4), chance.randint(0, 40)]))

    def put(self, leaf, piece, n, interventions=None, programme=...):
        """Reached so many in that piece of time."""
        number = self.numbers.setdefault((leaf, piece), [0, 0, None])
        number[:] = n, interventions or self.chance.randint(1, 9), self.chance.choice([None, "attack-a", "attack-b"]) if programme is ... else programme
        day = YEARS[piece][1]
        if leaf in self.ids:
            self.cursor.execute("DELETE FROM scip.activity WHERE hub_id = %s AND held_on = %s", (self.ids[leaf], day))
            self.cursor.execute("INSERT INTO scip.activity (hub_id, kind, held_on, title, interventions, young_people, programme) VALUES (%s, 'outreach', %s, 'Outreach', %s, %s, %s)",
                                (self.ids[leaf], day, number[1], n, number[2]))
        else:
            self.cursor.execute("DELETE FROM scip.event WHERE slug = %s", (f"attack-{leaf}-{piece}".lower(),))
            self.cursor.execute("""WITH e AS (INSERT INTO scip.event (slug, title, title_source, kind, starts, nation, programme_id, status, sources, confidence)
                VALUES (%s, 'Attack', 'published', 'conference', %s, %s, (SELECT id FROM scip.programme WHERE slug = %s), 'held', '{test}', 'high') RETURNING id)
                INSERT INTO scip.event_outreach (event_id, interventions, young_people) SELECT id, %s, %s FROM e""", (f"attack-{leaf}-{piece}".lower(), day, self.nation[leaf], number[2], number[1], n))

    def reached(self, leaf, year):
        """The number of a year."""
        return sum(n for (of, piece), (n, _, _) in self.numbers.items() if of == leaf and YEARS[piece][0] == year)


def release(cursor, period):
    cursor.execute("SELECT set_config('scip.roles', '{central}', true); SET LOCAL ROLE scip_central; SELECT scip.make_release(%s, 'test', gen_random_uuid())", (period,))
    cursor.execute("RESET ROLE; SELECT set_config('scip.roles', '{}', true)")


def cells(cursor, metric, period, by=(), **more):
    """{what it is of: (value, status)}, as anybody sees it."""
    cursor.execute("SET LOCAL ROLE scip_anonymous")
    cursor.execute("SELECT replace(a.hub_slug, 'attack-', ''), a.of_nation, a.of_category, a.value, a.status FROM scip.metric_answer(%s, ARRAY[%s], %s, NULL, NULL, NULL, NULL, %s) a",
                   (metric, period, list(by), more.get("release")))
    found = {next((x for x in row[:3] if x), None): row[3:] for row in cursor.fetchall()}
    cursor.execute("RESET ROLE")
    return found


def test_every_sum_follows_from_its_parts(fresh):
    cursor = fresh
    chance = random.Random(11)
    hidden = sums = 0
    for _ in range(8):
        cursor.execute("SAVEPOINT fresh")
        # from the middle of a year to the middle of another: three pieces of which one is whole
        cursor.execute("INSERT INTO scip.strategy (slug, name, period_text, starts, ends, sources, confidence) VALUES ('attack', 'Attack', '1995-96', '1995-01', '1996-12', '{test}', 'high')")
        network = Network(cursor, chance)
        for year in ("1995-96", "attack"):
            release(cursor, year)
        reached = {leaf: network.reached(leaf, "1995-96") for leaf in network.nation}
        young, active = cells(cursor, "outreach_young_people", "1995-96", ["hub"]), cells(cursor, "outreach_interventions", "1995-96", ["hub"])
        own = {leaf: sum(i for (of, piece), (_, i, _) in network.numbers.items() if of == leaf and YEARS[piece][0] == "1995-96") for leaf in network.nation}
        for leaf in network.ids:
            assert young[leaf][0] == (rounded(reached[leaf]) if young[leaf][1] == "value" else None) or young[leaf] == (0, "zero"), leaf
            assert (young[leaf][1] == "suppressed") == (rounded(reached[leaf]) is None) == (active[leaf][1] == "suppressed")
            assert active[leaf][1] == "suppressed" or active[leaf][0] == own[leaf]
            hidden += young[leaf][1] == "suppressed"
        by_nation, by_nation_active = cells(cursor, "outreach_young_people", "1995-96", ["nation"]), cells(cursor, "outreach_interventions", "1995-96", ["nation"])
        for nation in [*set(network.nation.values()) - {None}, None]:
            parts = [leaf for leaf, n in network.nation.items() if n == nation]
            said = rounded(*(reached[leaf] for leaf in parts))
            assert by_nation[nation] == ((said, "value" if said else "zero") if said is not None else (None, "suppressed")), nation
            shown = sum(own[leaf] for leaf in parts if rounded(reached[leaf]) is not None)
            assert by_nation_active[nation] == ((shown, "value") if shown else (None, "suppressed")), nation
            sums += len(parts) > 1
        assert cells(cursor, "outreach_young_people", "1995-96")[None][0] == rounded(*reached.values())
        assert cells(cursor, "outreach_interventions", "1995-96")[None][0] == sum(own[leaf] for leaf in own if rounded(reached[leaf]) is not None)
        pieces = [network.numbers[leaf, 0][0] for leaf in network.nation] + [reached[leaf] for leaf in network.nation] + [network.numbers[leaf, 3][0] for leaf in network.nation]
        assert cells(cursor, "outreach_young_people", "attack")[None][0] == rounded(*pieces), "by pieces of years"
        by_programme = cells(cursor, "outreach_interventions", "1995-96", ["category"])
        for programme in (None, "attack-a", "attack-b"):
            shown = sum(i for (leaf, piece), (_, i, p) in network.numbers.items() if YEARS[piece][0] == "1995-96" and p == programme and rounded(reached[leaf]) is not None)
            if shown:
                assert by_programme[programme] == (shown, "value")
            elif programme:
                assert by_programme[programme] == ((None, "suppressed") if any(rounded(n) is None for n in reached.values()) else (0, "zero"))
        cursor.execute("ROLLBACK TO fresh")
    assert hidden > 3 and sums > 3


ALL = """SELECT r.period, c.metric, c.breakdown, c.hub_slug, c.nation, c.category, c.value, c.part, c.whole, c.status
         FROM scip.release_cell c JOIN scip.release r ON r.id = c.release_id WHERE c.metric ~ 'outreach|self_ass|rated' ORDER BY 1, 2, 3, 4, 5, 6, r.number"""


def test_worlds_of_the_same_classes_are_released_alike(fresh):
    """All numbers are changed within their classes, hidden interventions in any way, through three releases; and a number that leaves its class shows."""
    cursor = fresh
    chance = random.Random(13)
    changed = 0
    for _ in range(6):
        cursor.execute("SAVEPOINT fresh")
        network = Network(cursor, chance)
        cursor.execute("SAVEPOINT network")
        corrections = [(chance.choice(list(network.nation)), chance.randint(0, 9)) for _ in range(2)]

        def play(move):
            """What is published when move() has changed the numbers, of each release."""
            before = {key: list(value) for key, value in network.numbers.items()}
            move()
            for leaf, n in [(None, None), *corrections]:
                if leaf:
                    network.put(leaf, 1, n, 3, "attack-a")
                    network.put(leaf, 2, 0, 1, "attack-b")
                    move()
                release(cursor, "1995-96")
            cursor.execute(ALL)
            said = cursor.fetchall()
            cursor.execute("ROLLBACK TO network")
            network.numbers = before
            return said

        def within():
            """Another world: what a year has of a Hub is another of its class; where it is hidden, interventions and programme are anything."""
            nonlocal changed
            for leaf in network.nation:
                n = network.reached(leaf, "1995-96")
                rest = [x for x in (range(1, 5) if n in SMALL else range(max(5, near(n) - 2), near(n) + 3)) if n and x != n]
                if rest:
                    to = chance.choice(rest)
                    first = chance.randint(0, to)
                    for piece, number in ((1, first), (2, to - first)):
                        _, i, programme = network.numbers[leaf, piece]
                        network.put(leaf, piece, number, *((chance.randint(1, 9), chance.choice(["attack-a", "attack-b"])) if n in SMALL else (i, programme)))
                    changed += 1

        truth = play(lambda: None)
        assert play(within) == truth
        leaf = next(leaf for leaf in network.ids)
        assert play(lambda: network.put(leaf, 1, 500)) != truth, "the comparison is not blind"
        cursor.execute("ROLLBACK TO fresh")
    assert changed > 30


def test_a_number_is_its_hub_s_own_affair(fresh):
    """Where one Hub corrects its number, no cell of another Hub changes; what was hidden and is large now is published, and the first release stays."""
    cursor = fresh
    chance = random.Random(17)
    network = Network(cursor, chance)
    leaf = next(iter(network.ids))
    network.put(leaf, 1, 2)
    network.put(leaf, 2, 0)
    release(cursor, "1995-96")
    before = cells(cursor, "outreach_young_people", "1995-96", ["hub"])
    assert before[leaf] == (None, "suppressed")
    network.put(leaf, 1, 120)
    release(cursor, "1995-96")
    after = cells(cursor, "outreach_young_people", "1995-96", ["hub"])
    assert after[leaf] == (120, "value") and {h: c for h, c in after.items() if h != leaf} == {h: c for h, c in before.items() if h != leaf}
    assert cells(cursor, "outreach_young_people", "1995-96", ["hub"], release=1) == before


def test_parts_of_a_year_in_two_strategies_are_refused(fresh):
    cursor = fresh
    for slug, starts, ends in (("left", "1990-09", "1993-12"), ("right", "1994-01", "1996-08"), ("gap", "1994-03", "1996-08"), ("beside", "1993-09", "1996-08")):
        cursor.execute("INSERT INTO scip.strategy (slug, name, period_text, starts, ends, sources, confidence) VALUES (%s, %s, 'x' || %s, %s, %s, '{test}', 'high')", (f"attack-{slug}", slug, slug, starts, ends))
    for year in ("1990-91", "1991-92", "1992-93", "1993-94", "1994-95", "1995-96"):
        release(cursor, year)
    for period in ("attack-left", "attack-left", "attack-beside"):
        release(cursor, period)
    for refused in ("attack-right", "attack-gap"):
        cursor.execute("SAVEPOINT refused")
        with pytest.raises(psycopg2.Error) as error:
            release(cursor, refused)
        assert error.value.diag.constraint_name == "strategies-share-a-year"
        cursor.execute("ROLLBACK TO refused")


def test_ratings_are_sums_of_courses_that_are_told(fresh):
    """A course from five ratings on, the whole from these, a number until five more or fewer gave one."""
    cursor = fresh
    cursor.execute("SET LOCAL session_replication_role = replica")
    count = 0

    def rate(course, high, low):
        nonlocal count
        for n in range(high + low):
            count += 1
            cursor.execute("""WITH p AS (INSERT INTO scip.person (name) VALUES ('Attack') RETURNING id),
                b AS (INSERT INTO scip.booking (session_id, person_id, status, attended) SELECT s.id, p.id, 'confirmed', true FROM p, scip.training_session s JOIN scip.course c ON c.id = s.course_id
                      WHERE c.slug = %s RETURNING id, session_id)
                INSERT INTO scip.feedback (booking_id, session_id, rating) SELECT id, session_id, %s FROM b""", (course, 5 if n < high else 2))

    for course in ("attack-a", "attack-b", "attack-c"):
        cursor.execute("INSERT INTO scip.course (slug, name, sources, confidence) VALUES (%s, %s, '{test}', 'high') RETURNING id", (course, course))
        cursor.execute("INSERT INTO scip.training_session (course_id, starts_at, ends_at, capacity, status) VALUES (%s, '1996-01-15T10:00Z', '1996-01-15T11:00Z', 99, 'held')", (cursor.fetchone()[0],))

    def published():
        release(cursor, "1995-96")
        cursor.execute("SELECT coalesce(category, ''), part, whole, status FROM scip.release_cell WHERE metric = 'toolkit_rated_highly' AND release_id = (SELECT max(id) FROM scip.release)")
        return {category: (part, whole, status) for category, part, whole, status in cursor.fetchall()}

    rate("attack-a", 4, 2), rate("attack-b", 4, 0), rate("attack-c", 5, 0)
    assert published() == {"": (9, 11, "value"), "attack-a": (4, 6, "value"), "attack-b": (None, None, "suppressed"), "attack-c": (5, 5, "value")}
    rate("attack-a", 0, 4), rate("attack-b", 1, 0)
    assert published() == {"": (14, 16, "value"), "attack-a": (4, 6, "value"), "attack-b": (5, 5, "value"), "attack-c": (5, 5, "value")}, "four more do not show"
    rate("attack-a", 0, 1)
    assert published()["attack-a"] == (4, 11, "value")
    cursor.execute("DELETE FROM scip.feedback")
    rate("attack-c", 3, 0)
    assert published() == {"": (5, 5, "value"), "attack-c": (5, 5, "value")}, "two fewer do not show either"


def test_schools_are_told_by_stage_of_years_that_are_over(fresh):
    """0 reveals as much of five others as one to four do, so nothing below five is published; sums are those of what is."""
    cursor = fresh
    cursor.execute("SET LOCAL session_replication_role = replica")
    cursor.execute("INSERT INTO scip.toolkit_principle (slug, ordinal, name, sources, confidence) VALUES ('attack', 990, 'Attack', '{test}', 'high') RETURNING id")
    principle = cursor.fetchone()[0]

    def stand(emerging, developing, embedding):
        cursor.execute("DELETE FROM scip.self_assessment")
        for i, stage in enumerate(["emerging"] * emerging + ["developing"] * developing + ["embedding"] * embedding):
            cursor.execute("INSERT INTO scip.organisation (slug, name, sources, confidence) VALUES (%s, 'Attack', '{test}', 'high') ON CONFLICT (slug) DO UPDATE SET name = 'Attack' RETURNING id", (f"attack-{i}",))
            cursor.execute("INSERT INTO scip.self_assessment (organisation_id, principle_id, stage, assessed_on) VALUES (%s, %s, %s, '1996-01-15')", (cursor.fetchone()[0], principle, stage))

    def published():
        cursor.execute("SET LOCAL ROLE scip_anonymous")
        cursor.execute("SELECT schools, schools_status, emerging, developing, embedding, emerging_status FROM scip.self_assessment_sums('1995-96') s WHERE s.principle_id = %s", (principle,))
        row = cursor.fetchone()
        cursor.execute("RESET ROLE")
        return row

    stand(0, 5, 0)
    assert published() == (None, "not_available", None, None, None, "not_available"), "never before its release"
    said = {}
    for world in ((0, 5, 0), (4, 6, 3), (4, 7, 1), (0, 8, 4), (2, 2, 2), (0, 0, 0), (12, 13, 0)):
        stand(*world)
        release(cursor, "1995-96")
        said[world] = published()
    assert said[0, 5, 0] == (10, "value", None, 5, None, "suppressed") == said[4, 6, 3] == said[4, 7, 1]
    assert said[0, 8, 4] == (15, "value", None, 10, None, "suppressed") and said[2, 2, 2] == said[0, 0, 0] == (None, "suppressed", None, None, None, "suppressed")
    assert said[12, 13, 0] == (25, "value", 10, 15, None, "value")
