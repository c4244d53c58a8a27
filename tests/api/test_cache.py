"""Shared answers: made once, given while nothing has changed, never mixed up, never old for longer than the bound."""
import os
import re
import signal
import time
from concurrent.futures import ThreadPoolExecutor

import harness
import psycopg2
import pytest

BOUND = 0.25  # seconds from a commit of another process to the last old answer


def moment(server, path="/moment", **headers):
    answer = server.get(path, **headers)
    assert answer.status == 200, answer.text
    return answer.json["at"]


def counters(server):
    return {name: int(value) for name, value in re.findall(r"^scip_cache_(\w+) (\d+)$", server.admin("/metrics")[1], re.M)}


def change(cluster):
    cluster.psql("INSERT INTO public.test_change DEFAULT VALUES")


def settled(server):
    """The bound later: what was changed before is known."""
    time.sleep(BOUND + 0.1)


def test_given_again_until_something_changes(engine, cluster):
    settled(engine)
    first = engine.get("/moment?label=again")
    again = engine.get("/moment?label=again")
    assert again.body == first.body and again.headers["ETag"] == first.headers["ETag"]
    assert first.headers["Cache-Status"] == "scip-api; fwd=miss" and again.headers["Cache-Status"] == "scip-api; hit"
    assert again.headers["X-Request-Id"] != first.headers["X-Request-Id"]
    assert engine.get("/moment?label=again", If_None_Match=first.headers["ETag"]).status == 304
    head = engine.request("HEAD", "/moment?label=again")
    assert (head.body, head.headers["ETag"], head.headers["Content-Length"]) == (b"", first.headers["ETag"], str(len(first.body)))
    change(cluster)
    settled(engine)
    assert moment(engine, "/moment?label=again") != first.json["at"]


def test_first_asked_by_head_or_known_tag(engine):
    """What the first request does not want of the answer is kept for the next one all the same."""
    assert engine.request("HEAD", "/moment?label=head").body == b""
    assert engine.get("/moment?label=head").json["label"] == "head"
    tag = engine.get("/moment?label=known").headers["ETag"]
    engine.request("POST", "/echo", {}, {"name": "x"})
    assert engine.get("/moment?label=known", If_None_Match=f'{tag}, *').status == 304
    assert engine.get("/moment?label=known").json["label"] == "known"


def test_another_process_is_seen_within_the_bound(server, cluster):
    try:
        for number in range(8):
            cluster.psql(f"UPDATE scip.hub SET blurb = 'Version {number}' WHERE slug = 'london-hub'")
            committed = time.monotonic()
            while True:
                asked = time.monotonic()
                seen = server.get("/v1/hubs/london-hub").json["blurb"]
                if seen == f"Version {number}":
                    break
                assert asked - committed < BOUND, f"{seen} after {asked - committed:.3f} s"
    finally:
        cluster.psql("UPDATE scip.hub SET blurb = NULL WHERE slug = 'london-hub'")


def test_a_late_commit_is_not_missed(server, cluster):
    """A transaction that began before others and commits after them: its number is lower than what was seen."""
    late = psycopg2.connect(cluster.url("postgres"))
    try:
        late.cursor().execute("UPDATE scip.hub SET blurb = 'Late' WHERE slug = 'london-hub'")
        for _ in range(3):
            cluster.psql("UPDATE scip.region SET name = name WHERE slug = 'wales'")
            settled(server)
            assert server.get("/v1/hubs/london-hub").json["blurb"] is None
        late.commit()
        settled(server)
        assert server.get("/v1/hubs/london-hub").json["blurb"] == "Late"
    finally:
        late.close()
        cluster.psql("UPDATE scip.hub SET blurb = NULL WHERE slug = 'london-hub'")


def test_own_write_is_seen_at_once(engine):
    settled(engine)
    first = moment(engine)
    assert moment(engine) == first
    assert engine.request("POST", "/echo", {}, {"name": "x"}).status == 201
    assert moment(engine) != first


def test_the_same_asked_by_many_is_made_once(engine):
    settled(engine)
    before = counters(engine)
    with ThreadPoolExecutor(30) as threads:
        started = time.monotonic()
        answers = list(threads.map(lambda _: engine.get("/moment?label=many"), range(30)))
    assert len({answer.body for answer in answers}) == 1 and time.monotonic() - started < 2
    after = counters(engine)
    assert after["misses_total"] - before["misses_total"] == 1 and after["hits_total"] - before["hits_total"] == 29


def test_a_failure_is_nobody_s_answer(engine):
    with ThreadPoolExecutor(10) as threads:
        assert {answer.status for answer in threads.map(lambda _: engine.get("/moment?label=%00"), range(10))} == {400}
    assert engine.get("/things?divisor=0").status == 400
    assert engine.get("/things?divisor=1").status == 200


def test_the_day_changes_answers(cluster):
    """Midnight is a change like any other: the day is part of the question."""
    token = cluster.psql("SELECT pg_current_snapshot() || '|' || (scip.today() - 1)")
    question = (harness.ROOT / "db/queries/_freshness.sql").read_text()
    for text, changed in ((token, "t"), (cluster.psql("SELECT pg_current_snapshot() || '|' || scip.today()"), "f")):
        assert cluster.psql(question.replace(":token", f"'{text}'::text"), "scip_anonymous").endswith("|" + changed)


def test_late_watch_is_not_trusted(cluster):
    """With the watching connection frozen nothing is given from the cache once the bound has passed."""
    server = harness.Server("engine", DATABASE_URL=cluster.url(), CONTRACT=harness.engine_contract())
    time.sleep(0.3)
    first = moment(server)
    assert moment(server) == first
    watch = int(cluster.psql("SELECT pid FROM pg_stat_activity WHERE application_name = 'scip-api watch' ORDER BY backend_start DESC LIMIT 1"))
    os.kill(watch, signal.SIGSTOP)
    try:
        settled(server)
        second = moment(server)
        assert second != first and moment(server) != second
        assert counters(server)["bypasses_total"] >= 2
    finally:
        os.kill(watch, signal.SIGCONT)
    server.stop()


def test_keys_are_not_mixed_up(engine):
    settled(engine)
    at = moment(engine, "/moment?label=k")
    assert moment(engine, "/moment?label=%6B") == at, "one meaning, one key"
    for other in ("/moment?label=K", "/moment?label=k%20", "/moment?label=k%26x%3D1", "/moment"):
        assert moment(engine, other) != at, other
    csv = engine.get("/moment?label=k", Accept="text/csv")
    assert csv.headers["Content-Type"].startswith("text/csv") and engine.get("/moment?label=k").headers["Content-Type"] == "application/json"
    assert engine.get("/moment?label=k&format=csv").text.startswith("at,label")


@pytest.mark.parametrize("target, headers, status", [
    ("/moment?label=p&label=q", {}, 400), ("/moment?label=p&x=1", {}, 400), ("/moment?label=p%00", {}, 400), ("/moment?label=p&format=xml", {}, 400),
    ("/moment?label=p", {"Accept": "image/png"}, 406), ("/moment?label=p", {"X-Forwarded-Host": "evil.example", "X-Forwarded-Prefix": "/evil"}, 200),
    ("/moment?label=p", {"X-HTTP-Method-Override": "POST", "X-Original-URL": "/things", "Range": "bytes=0-1"}, 200),
    ("/moment?label=p", {"X-Request-Id": "poison", "traceparent": "00-" + "a" * 32 + "-" + "b" * 16 + "-01"}, 200),
    ("/moment?label=p", {"Origin": "https://evil.example", "Cookie": "a=b", "Authorization": "Bearer x"}, 200)])
def test_a_hostile_request_poisons_nothing(engine, target, headers, status):
    settled(engine)
    engine.request("POST", "/echo", {}, {"name": "x"})
    assert engine.request("GET", target, headers).status == status
    clean = engine.get("/moment?label=p")
    assert clean.status == 200 and clean.json["label"] == "p"
    text = repr(clean.header_list) + clean.text
    assert "evil" not in text and "poison" not in text and "a" * 32 not in text and clean.headers["Content-Range"] is None


def test_next_link_is_the_key_s_own(server):
    settled(server)
    first = server.get("/v1/organisations?limit=2&q=university")
    second = server.get("/v1/organisations?q=universit%79&limit=2")
    assert second.headers["Cache-Status"] == "scip-api; hit" and second.headers["Link"] == first.headers["Link"]
    assert server.get(re.match("<(.*)>", second.headers["Link"]).group(1)).status == 200


def test_memory_is_bounded(cluster):
    server = harness.Server("main", DATABASE_URL=cluster.url(), CACHE_BYTES=200000)
    body = server.get("/v1/hubs").body
    for number in range(300):
        assert server.get(f"/v1/events?q=nothing-{number}&format=csv").status == 200
        if number % 10 == 0:
            assert server.get("/v1/hubs").body == body
            assert counters(server)["bytes"] <= 200000
    assert counters(server)["entries"] > 5
    server.stop()
