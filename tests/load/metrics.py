"""Asking for metrics when there are few records and when there are many: what run.py measures of them.

Members, events and their Hubs, a hundred times as many; a year that is released and the one that is running. A question is
asked as an anonymous client does, and for the first time after a write, when no answer is kept."""
import statistics
import subprocess
import time
import urllib.request

FILL = """SET session_replication_role = replica; -- the rules are tested elsewhere; history is not asked here
INSERT INTO scip.hub (slug, name, nations, sources, confidence)
SELECT 'load-' || n, 'Load ' || n, ARRAY[(ARRAY['GB-ENG', 'GB-SCT', 'GB-WLS', 'GB-NIR'])[1 + n %% 4]], '{load}', 'low' FROM generate_series(1, 40) n ON CONFLICT DO NOTHING;
INSERT INTO scip.hub_status (hub_id, status, starts) SELECT id, 'active', '2018' FROM scip.hub h WHERE slug LIKE 'load-%%' AND NOT EXISTS (SELECT FROM scip.hub_status s WHERE s.hub_id = h.id);
INSERT INTO scip.person (id, name) SELECT md5('load' || n)::uuid, 'Load ' || n FROM generate_series(1, %(members)d) n ON CONFLICT DO NOTHING;
INSERT INTO scip.hub_membership (hub_id, person_id, sector, starts, ends)
SELECT h.id, md5('load' || n)::uuid, (ARRAY['he', 'fe', 'school_sector', 'local_authority', 'charity'])[1 + n %% 5], date '2018-09-01' + n %% 900, CASE n %% 7 WHEN 0 THEN date '2022-01-01' END
FROM generate_series(1, %(members)d) n JOIN scip.hub h ON h.slug = 'load-' || 1 + n %% 40
WHERE NOT EXISTS (SELECT FROM scip.hub_membership m WHERE m.person_id = md5('load' || n)::uuid);
INSERT INTO scip.event (slug, title, title_source, kind, starts, nation, hub_id, status, sources, confidence)
SELECT 'load-' || n, 'Load ' || n, 'published', (ARRAY['conference', 'webinar', 'creative_forces'])[1 + n %% 3], (date '2018-09-01' + n %% 2500)::text, NULL, h.id, CASE n %% 9 WHEN 0 THEN 'cancelled' ELSE 'held' END, '{load}', 'low'
FROM generate_series(1, %(events)d) n JOIN scip.hub h ON h.slug = 'load-' || 1 + n %% 40 ON CONFLICT DO NOTHING;
SET session_replication_role = origin;
SELECT set_config('scip.roles', '{central}', false);
SELECT scip.make_release('2021-22', 'Load', gen_random_uuid());
VACUUM ANALYZE; CHECKPOINT;"""
TOUCH = "INSERT INTO scip.change (kind, key, op, audience) VALUES ('load', clock_timestamp()::text, 'changed', '{public}')"
QUESTIONS = {"members by Hub, released": "professionals?period=2021-22&by=hub", "members by Hub and sector, released": "professionals?period=2021-22&by=hub,category",
             "members now": "professionals?period=2024-25", "members by Hub now": "professionals?period=2024-25&by=hub", "events by nation, released": "network_events?period=2021-22&by=nation",
             "events by kind now": "network_events?period=2022-23&by=category", "Hubs now": "hubs?period=2024-25"}


def sql(url, text):
    subprocess.run(["psql", "-XqAt", "-v", "ON_ERROR_STOP=1", "-d", url], input=text, check=True, text=True, capture_output=True)


def milliseconds(port, question):
    started = time.perf_counter()
    urllib.request.urlopen(f"http://127.0.0.1:{port}/v1/metrics/{question.replace('?', '/values?')}").read()
    return (time.perf_counter() - started) * 1000


def ask(url, port):
    """{question: (median when asked again and again, median for the first time after a write)}."""
    found = {}
    for name, question in QUESTIONS.items():
        first = []
        for _ in range(7):
            sql(url, TOUCH)
            time.sleep(0.3)
            first.append(milliseconds(port, question))
        rounds = [statistics.median(milliseconds(port, question) for _ in range(60)) for _ in range(9)]
        found[name] = (min(rounds), statistics.median(first))
    return found


def grown(url, port, members=100_000, events=50_000, smaller=100):
    """{question: (few, many)}, each as ask() has it."""
    sql(url, FILL % {"members": members // smaller, "events": events // smaller})
    few = ask(url, port)
    sql(url, FILL % {"members": members, "events": events})
    many = ask(url, port)
    return {name: (few[name], many[name]) for name in QUESTIONS}
