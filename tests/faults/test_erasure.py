"""Who was erased stays erased: a backup from before brings the name back, the list of erasures takes it away again."""
import datetime
import os
import subprocess
import uuid

import canary
import harness
import pytest

COPY = "scip_restored"


def command(*words, url=None):
    done = subprocess.run([harness.BINARY, *words], cwd=harness.ROOT, text=True, capture_output=True, timeout=60,
                          env={**os.environ, **({"DATABASE_URL": url} if url else {})})
    assert done.returncode == 0, done.stderr
    return done.stdout


def run(*words, **options):
    done = subprocess.run(words, text=True, capture_output=True, **options)
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.fixture
def copy(cluster):
    """URLs of a second database of the cluster."""
    drop = lambda: run("psql", "-Xq", "-d", cluster.url("postgres").replace("/scip?", "/postgres?"), "-c", f"DROP DATABASE IF EXISTS {COPY} WITH (FORCE)")
    drop()
    run("psql", "-Xq", "-d", cluster.url("postgres").replace("/scip?", "/postgres?"), "-c", f"CREATE DATABASE {COPY}")
    yield lambda role: cluster.url(role).replace("/scip?", f"/{COPY}?")
    drop()


def held(url):
    """Tables in which the name stands."""
    ask = lambda sql: run("psql", "-XqAt", "-d", url, input=sql).split()
    tables = ask("SELECT relname FROM pg_class WHERE relnamespace = 'scip'::regnamespace AND relkind = 'r'")
    return sorted(ask(" UNION ALL ".join(f"SELECT '{table}' WHERE EXISTS (SELECT FROM scip.{table} t WHERE t::text ILIKE '%{canary.WORD}%')" for table in tables)))


def test_erasures_outlive_a_restore(cluster, server, copy, tmp_path):
    central = cluster.token(server, "central")
    send = lambda method, path, body=None, **options: server.send(method, path, body, token=central, **options)
    person = send("POST", "/v1/people", {"name": canary.NAME, "email": canary.EMAIL}, key=uuid.uuid4().hex).json
    member = send("POST", "/v1/hubs/scotland-hub/members", {"person": person["id"], "sector": "he", "from": "2024-09-01"}, key=uuid.uuid4().hex).json
    try:
        counted = "SELECT count(*), count(DISTINCT person_id) FROM scip.hub_membership"
        before = cluster.psql(counted)
        backup = tmp_path / "scip.dump"
        run("pg_dump", "-Fc", "-f", backup, "-d", cluster.url("postgres"))
        assert held(cluster.url("postgres")) == ["idempotency", "person"]
        assert send("POST", person["href"] + "/erasure").status == 200
        assert held(cluster.url("postgres")) == []
        erasures = tmp_path / "erasures"
        erasures.write_text(command("erasures", "list", url=cluster.url("scip_migrator")))
        line = next(line for line in erasures.read_text().splitlines() if line.startswith(person["id"]))
        assert datetime.datetime.fromisoformat(line.split(" ")[1]) == datetime.datetime.fromisoformat(send("GET", person["href"]).json["erased_at"])

        run("pg_restore", "--exit-on-error", "-d", copy("postgres"), backup)
        assert held(copy("postgres")) == ["idempotency", "person"]  # here it is again
        unknown = str(uuid.uuid4())
        erasures.write_text(erasures.read_text() + f"{unknown} 2026-01-01T00:00:00Z\n")
        count = len(erasures.read_text().splitlines())
        assert command("erasures", "replay", str(erasures), url=copy("scip_migrator")) == f"{count} erasures replayed\n"
        assert held(copy("postgres")) == []
        there = harness.Server("restored", DATABASE_URL=copy("scip_anonymous"))
        answer = there.send("GET", person["href"], token=cluster.token(there, "central"))
        assert answer.status == 200 and answer.json["name"] is None
        assert datetime.datetime.fromisoformat(answer.json["erased_at"]) == datetime.datetime.fromisoformat(line.split(" ")[1])
        there.stop()
        assert run("psql", "-XqAt", "-d", copy("postgres"), "-c", counted).strip() == before == cluster.psql(counted)
        assert command("erasures", "replay", str(erasures), url=copy("scip_migrator")) == f"{count} erasures replayed\n"
        assert set(command("erasures", "list", url=copy("scip_migrator")).splitlines()) == set(erasures.read_text().splitlines()) - {
            f"{unknown} 2026-01-01T00:00:00Z"} | {f"{unknown} 2026-01-01T00:00:00.000000Z"}
    finally:
        assert send("DELETE", member["href"], if_match="*").status == 204


@pytest.mark.parametrize("since", [0, 1])
def test_decisions_outlive_a_restore(cluster, server, copy, tmp_path, since):
    """From a backup of before the erasure, and one of before the decisions: what was taken out is, and what was left is left."""
    central = cluster.token(server, "central")
    send = lambda method, path, body=None, **options: server.send(method, path, body, token=central, **options)
    add = lambda title: send("POST", "/v1/hubs/scotland-hub/activities", {"kind": "hub_led", "held_on": "2024-06-01", "title": title}, key=uuid.uuid4().hex).json
    person = send("POST", "/v1/people", {"name": canary.NAME, "email": canary.EMAIL}, key=uuid.uuid4().hex).json
    seat = send("POST", "/v1/groups/board/seats", {"title": canary.NAME, "from": "2024-01-01"}, key=uuid.uuid4().hex).json
    records = {word: add(f"{word} {canary.NAME} here") for word in ("Gone", "Kept", "Open")}
    child = add("Tommy Wigglesworth reads")
    backups = [tmp_path / "before", tmp_path / "between"]
    dump = lambda path: run("pg_dump", "-Fc", "-f", path, "-d", cluster.url("postgres"))
    try:
        dump(backups[0])
        assert send("POST", person["href"] + "/erasure").status == 200
        dump(backups[1])
        mentions = {item["record"]: item["id"] for item in send("GET", person["href"] + "/erasure/mentions").json["items"]}
        for word, decision in (("Gone", "removed"), ("Kept", "kept")):
            assert send("PUT", f"{person['href']}/erasure/mentions/{mentions[records[word]['href']]}/decision", {"decision": decision}, If_None_Match="*").status == 204
        assert send("POST", "/v1/redactions", {"record": child["href"], "field": "title", "words": "tommy wigglesworth", "reason": "A child"}, key=uuid.uuid4().hex).status == 201
        lines = tmp_path / "erasures"
        lines.write_text(command("erasures", "list", url=cluster.url("scip_migrator")))
        assert not canary.shows(lines.read_bytes()) and "igglesworth" not in lines.read_text()
        titles = "SELECT string_agg(title, '|' ORDER BY title) FROM scip.activity WHERE title ~ '^(Gone|Kept|Open)|reads$'"
        there = f"Gone [erased] here|Kept {canary.NAME} here|Open {canary.NAME} here|[redacted] reads"
        assert cluster.psql(titles) == there
        run("pg_restore", "--exit-on-error", "-d", copy("postgres"), backups[since])
        count = len(lines.read_text().splitlines())
        for again in range(2):
            assert command("erasures", "replay", str(lines), url=copy("scip_migrator")) == f"{count} erasures replayed\n"
            ask = lambda sql: run("psql", "-XqAt", "-d", copy("postgres"), "-c", sql).strip()
            assert ask(titles) == there
            assert ask(f"SELECT title FROM scip.group_seat WHERE id = '{seat['id']}'") == "[erased]"
            assert ask("SELECT string_agg(coalesce(decision, 'open'), ' ' ORDER BY decision) FROM scip.redaction WHERE person_id IS NOT NULL") == "kept removed open"
            assert ask(f"SELECT count(*) FROM scip.history WHERE row::text ~* '{canary.WORD}' AND record NOT IN ('{records['Kept']['id']}', '{records['Open']['id']}')") == "0"
            assert held(copy("postgres")) == ["activity", "history"] and ask("SELECT count(*) FROM scip.history WHERE row::text ~* 'wigglesworth'") == "0"
        assert set(command("erasures", "list", url=copy("scip_migrator")).splitlines()) == set(lines.read_text().splitlines())
    finally:
        for record in (*records.values(), child, seat):
            assert send("DELETE", record["href"], if_match="*").status == 204
        cluster.psql(f"DELETE FROM scip.redaction; UPDATE scip.history SET row = NULL WHERE row::text ~* '{canary.WORD}'")


def test_retention(cluster):
    """The command says what it removed; at once again it is nothing."""
    cluster.psql("INSERT INTO scip.spent_token VALUES ('self', 'long-over', now() - interval '1 day')")
    first = dict(line.split(" ") for line in command("retention", url=cluster.url("scip_migrator")).splitlines())
    assert int(first["spent_token"]) >= 1 and {"idempotency", "personal_read", "change", "person"} <= set(first)
    assert {line.split(" ")[1] for line in command("retention", url=cluster.url("scip_migrator")).splitlines()} == {"0"}
