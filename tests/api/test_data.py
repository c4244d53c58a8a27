"""All that is public as one archive: what is in it, of what moment, what it costs, and what becomes of a fault."""
import csv
import datetime
import io
import json
import re
import socket
import statistics
import subprocess
import threading
import time
import zipfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import harness
import psycopg2
import pytest
from datapackage.reading import read_by, unpack

PATH = "/v1/data.zip"
MIB = 1024 * 1024
TYPES = {"string": str, "integer": int, "number": float, "boolean": {"true": True, "false": False}.__getitem__, "date": datetime.date.fromisoformat,
         "datetime": lambda text: datetime.datetime.fromisoformat(text.replace("Z", "+00:00")), "array": json.loads, "object": json.loads}


def unzip(body):
    archive = zipfile.ZipFile(io.BytesIO(body))
    assert archive.testzip() is None and len(set(archive.namelist())) == len(archive.namelist())
    return {name: archive.read(name) for name in archive.namelist()}


@pytest.fixture(scope="module")
def files(server):
    answer = server.get(PATH)
    assert (answer.status, answer.headers["Content-Type"]) == (200, "application/zip")
    assert answer.headers["Content-Disposition"] == 'attachment; filename="data.zip"' and answer.headers["Cache-Control"].startswith("public, max-age=")
    print(f"{len(answer.body)} bytes")
    return unzip(answer.body)


@pytest.fixture(scope="module")
def package(files):
    return json.loads(files["datapackage.json"])


def secured(operation):
    """Whether it needs a token; where one only shows more, what everybody sees is in the archive."""
    return bool(operation.get("security")) and {} not in operation["security"]


def lists(contract, resolve):
    """The paths that belong to it, from the contract alone."""
    for template, method, operation in harness.operations(contract):
        answer = resolve(operation["responses"].get("200", {})).get("content", {})
        parameters = [resolve(node) for node in contract["paths"][template].get("parameters", []) + operation.get("parameters", [])]
        schema = resolve(answer.get("application/json", {}).get("schema", {})).get("properties", {})
        if (method == "GET" and "text/csv" in answer and not secured(operation) and not any(p.get("required") for p in parameters)
                and "items" in schema and "null" in resolve(schema["next"]).get("type", [])):
            yield template


def resolver(contract):
    def resolve(node):
        while "$ref" in node:
            target = contract
            for token in node["$ref"][2:].split("/"):
                target = target[token]
            node = target
        return node
    return resolve


def test_each_list_is_in_it(server, contract, files):
    paths = {path.removeprefix("/v1/").replace("/", "-"): path for path in lists(contract, resolver(contract))}
    assert set(files) == {f"{name}.csv" for name in paths} | {"datapackage.json"}
    assert {"hubs.csv", "headline-figures.csv", "documents.csv", "events.csv", "metric-values.csv", "network-evaluation-figures.csv"} <= set(files) and "changes.csv" not in files and len(files) > 10
    for name, path in paths.items():
        answer = server.get(path, Accept="text/csv")
        assert answer.status == 200 and answer.body == files[f"{name}.csv"], path


def test_nothing_of_a_secured_operation(cluster, contract, files):
    of_some = [template for template, _, operation in harness.operations(contract) if secured(operation)]
    public = [template for template, method, operation in harness.operations(contract) if method == "GET" and not secured(operation)]
    for template in set(of_some) - set(public):
        assert template.removeprefix("/v1/").replace("/", "-") + ".csv" not in files
    everything = b"\n".join(files.values()).decode()
    for email in filter(None, cluster.psql("SELECT email FROM scip.person WHERE email IS NOT NULL").splitlines()):
        assert email not in everything


def test_the_descriptor(contract, package, files):
    assert package["profile"] == "tabular-data-package" and re.fullmatch("[a-z0-9._-]+", package["name"])
    assert (package["title"], package["version"]) == (contract["info"]["title"], contract["info"]["version"])
    assert all(re.fullmatch(r"[A-Za-z0-9.-]+", one["name"]) and one["path"].startswith("https://") for one in package["licenses"])
    assert sorted(one["path"] for one in package["resources"]) == sorted(name for name in files if name.endswith(".csv"))
    for resource in package["resources"]:
        assert resource["path"] == resource["name"] + ".csv" and re.fullmatch("[a-z0-9._-]+", resource["name"])
        assert (resource["profile"], resource["mediatype"], resource["encoding"]) == ("tabular-data-resource", "text/csv", "utf-8") and resource["title"]
        assert resource["schema"]["missingValues"] == [""]


def test_the_columns(package, files):
    """Each file has the described columns, in their order, and each cell the described type and constraints."""
    kinds = set()
    for resource in package["resources"]:
        header, *rows = csv.reader(io.StringIO(files[resource["path"]].decode(), newline=""))
        fields = resource["schema"]["fields"]
        assert [field["name"] for field in fields] == header, resource["path"]
        for field, cells in zip(fields, zip(*rows) if rows else [()] * len(fields)):
            kinds.add(field["type"])
            rules, cells = field["constraints"], list(cells)
            where = f"{resource['path']} {field['name']}"
            assert not rules.get("required") or all(cells), where
            for cell in filter(None, cells):
                value = TYPES[field["type"]](cell)
                assert "enum" not in rules or value in rules["enum"], where
                assert "pattern" not in rules or re.fullmatch(rules["pattern"], cell), where
                assert "minimum" not in rules or value >= rules["minimum"], where
                assert "maxLength" not in rules or len(cell) <= rules["maxLength"], where
    assert {"string", "integer", "datetime", "boolean"} <= kinds
    hubs = {field["name"]: field for field in next(one for one in package["resources"] if one["name"] == "hubs")["schema"]["fields"]}
    assert hubs["regions"]["type"] == "string" and "Joined by ;" in hubs["regions"]["description"] and "page" not in hubs
    assert hubs["slug"]["constraints"]["required"] and hubs["slug"]["constraints"]["pattern"]


@pytest.fixture(scope="module")
def folders(cluster, server, tmp_path_factory):
    """Unpacked: the start data; and with a release and texts that are hard to read back. The demonstration is in tests/db/test_demo.py."""
    parent = tmp_path_factory.mktemp("data")
    start = unpack(server, parent / "start")
    clear = """DELETE FROM scip.organisation WHERE slug LIKE 'hard-%'; SET session_replication_role = replica;
        DELETE FROM scip.release_cell WHERE release_id IN (SELECT id FROM scip.release WHERE period = '2020-21'); DELETE FROM scip.release WHERE period = '2020-21';"""
    cluster.psql(clear)
    assert server.send("POST", "/v1/releases", {"period": "2020-21", "note": "=1+1"}, cluster.token(server, "central")).status == 201
    texts = ["=1+1", "-", "'=x", "@a", "+44", '"', 'a "b", c', "a;b", "line\nline", "carriage\rreturn", "NA", "null", "NaN", "true", "007", "1e3", "Gŵyl", "’", "x" * 300, " x ", "\u2028", "\t", "-x" * 100]
    for n, text in enumerate(texts):
        quoted = text.replace("'", "''")
        cluster.psql(f"INSERT INTO scip.organisation (slug, name, note, sources, confidence) VALUES ('hard-{n}', 'Hard {n}', '{quoted}', ARRAY['{quoted}'], 'high')")
    hard = unpack(server, parent / "hard")
    assert b"line\nline" in (hard / "organisations.csv").read_bytes() and b"2020-21" in (hard / "releases.csv").read_bytes()
    cluster.psql(clear)
    return [start, hard]


def test_the_reference_reader_finds_nothing_wrong(folders):
    """frictionless: the package, each table in it by itself, each row."""
    assert read_by("check.py", "frictionless", folders) == []


def test_the_reference_reader_is_shown_a_mistake(folders, tmp_path):
    """What it has to find: a cell that is not what the descriptor says."""
    for name in ("hubs.csv", "datapackage.json"):
        (tmp_path / name).write_bytes((folders[0] / name).read_bytes())
    package = json.loads((tmp_path / "datapackage.json").read_text())
    package["resources"] = [one for one in package["resources"] if one["name"] == "hubs"]
    (tmp_path / "datapackage.json").write_text(json.dumps(package))
    assert read_by("check.py", "frictionless", [tmp_path]) == []
    (tmp_path / "hubs.csv").write_bytes((tmp_path / "hubs.csv").read_bytes().replace(b"/v1/hubs/", b"/v2/hubs/"))
    assert any("pattern" in wrong for wrong in read_by("check.py", "frictionless", [tmp_path]))


def test_another_reader_has_the_same_rows(folders):
    """pandas: as many rows as there are records, the described columns and types."""
    read = read_by("readers.py", "python", folders)
    for folder in folders:
        for resource in json.loads((folder / "datapackage.json").read_text())["resources"]:
            with (folder / resource["path"]).open(newline="", encoding="utf-8-sig") as file:
                rows = list(csv.reader(file))
            assert read[f"{folder}/{resource['path']}"] == [len(rows) - 1, [field["name"] for field in resource["schema"]["fields"]]] == [len(rows) - 1, rows[0]]


def touch(cluster):
    """A change that changes nothing, and the bound in which every process knows of it: the next archive is a new one."""
    cluster.psql("UPDATE scip.region SET name = name WHERE slug = 'wales'")
    time.sleep(0.3)


def test_same_records_same_bytes(server):
    first = server.get(PATH)
    again = server.get(PATH)
    assert first.body == again.body and first.headers["ETag"] == again.headers["ETag"]
    known = server.get(PATH, If_None_Match=f'"x", W/{first.headers["ETag"]}')
    assert (known.status, known.body) == (304, b"")
    head = server.request("HEAD", PATH)
    assert (head.status, head.body, head.headers["Content-Length"], head.headers["ETag"]) == (200, b"", str(len(first.body)), first.headers["ETag"])
    assert server.get(f"{PATH}?format=csv").json["errors"][0]["pointer"] == "/query/format"
    assert server.request("POST", PATH, {"Content-Length": "0"}).status == 405


def test_all_of_one_moment(cluster, server):
    """What is changed while the first list waits is in none of the later ones."""
    set_title = "UPDATE scip.news SET title = '%s' WHERE id = '%s'"
    touch(cluster)
    news, title = cluster.psql("SELECT id, title FROM scip.news WHERE title !~ $$'$$ ORDER BY id LIMIT 1").split("|", 1)
    holder = subprocess.Popen(["psql", "-XqAt", "-d", cluster.url("postgres")], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    holder.stdin.write("BEGIN; LOCK scip.hub IN ACCESS EXCLUSIVE MODE; SELECT 1;\n")
    holder.stdin.flush()
    holder.stdout.readline()
    try:
        with ThreadPoolExecutor(1) as pool:
            asked = pool.submit(server.get, PATH)
            until = time.monotonic() + 4
            while cluster.psql("SELECT count(*) FROM pg_stat_activity WHERE usename = 'scip_anonymous' AND wait_event_type = 'Lock'") == "0":
                assert time.monotonic() < until
            cluster.psql(set_title % ("A title from later", news))
            holder.communicate("COMMIT;\n")
            answer = asked.result()
        assert answer.status == 200 and b"A title from later" not in unzip(answer.body)["news.csv"]
        time.sleep(0.3)
        assert b"A title from later" in unzip(server.get(PATH).body)["news.csv"]
    finally:
        holder.communicate() if holder.poll() is None else None
        cluster.psql(set_title % (title, news))


def test_clients_that_go_away(cluster, server):
    """Nothing is left of them: no file, no connection, no transfer."""
    server.get(PATH)
    folder = Path(f"/proc/{server.process.pid}/fd")
    unnamed = lambda: sum("(deleted)" in str(link.readlink()) for link in folder.iterdir() if link.is_symlink())
    before = unnamed()  # a standard stream of the tests may be one
    for wait in (0, 0.05, 0.3) * 3:
        with socket.socket() as connection:
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
            connection.connect(("127.0.0.1", server.port))
            connection.sendall(f"GET {PATH} HTTP/1.1\r\nHost: x\r\n\r\n".encode())
            time.sleep(wait)
    until = time.monotonic() + 10
    while "scip_transfers_in_flight 0" not in server.admin("/metrics")[1] or unnamed() > before:
        assert time.monotonic() < until
        time.sleep(0.05)
    assert unzip(server.get(PATH).body) and server.alive()
    assert cluster.psql("SELECT count(*) FROM pg_stat_activity WHERE usename = 'scip_anonymous' AND state LIKE 'idle in transaction%'") == "0"


def test_a_connection_that_broke(cluster):
    backends = lambda: set(cluster.psql("SELECT pid FROM pg_stat_activity WHERE usename = 'scip_anonymous'").split())
    others = backends()
    server = harness.Server("archive", DATABASE_URL=cluster.url())
    server.get(PATH)
    cluster.psql(f"SELECT pg_terminate_backend(pid) FROM unnest('{{{','.join(backends() - others)}}}'::int[]) pid")
    touch(cluster)
    assert server.get(PATH).status == 200
    server.stop()


def test_database_away():
    """A problem before the first byte."""
    away = harness.Server("main", wait=False, DATABASE_URL="postgresql:///scip?host=/nonexistent&user=scip_anonymous")
    for _ in range(250):
        try:
            answer = away.get(PATH)
            break
        except OSError:
            time.sleep(0.02)
    assert (answer.status, answer.json["type"], answer.headers["Retry-After"]) == (503, "/problems/unavailable", "1")
    away.stop()


def resident(server, name):
    return int(re.search(rf"{name}:\s+(\d+) kB", Path(f"/proc/{server.process.pid}/status").read_text()).group(1)) * 1024


def test_memory(cluster):
    """That of the largest list while it is made, next to none while it is read, however slowly. Where one list does not fit
    into an answer there is no archive."""
    clear = "SET session_replication_role = replica; DELETE FROM scip.news WHERE slug LIKE 'data-test-%'"
    columns = cluster.psql("""SELECT string_agg(quote_ident(attname), ', ' ORDER BY attnum) FROM pg_attribute
        WHERE attrelid = 'scip.news'::regclass AND attnum > 0 AND NOT attisdropped AND attgenerated = '' AND attname NOT IN ('id', 'slug', 'title', 'url') AND attidentity = ''""")
    cluster.psql(f"""{clear}; INSERT INTO scip.news (slug, title, url, {columns}) -- what is searched has an index, which takes long to make
        SELECT 'data-test-' || n, 'Title ' || n, 'https://data.example/' || (SELECT string_agg(md5(n::text || m), '') FROM generate_series(1, 9) m), {columns}
        FROM generate_series(1, 20000) n, (SELECT * FROM scip.news WHERE slug NOT LIKE 'data-test-%' LIMIT 1) one""")
    server = harness.Server("main", DATABASE_URL=cluster.url())
    try:
        server.get("/v1/hubs")
        before = resident(server, "VmRSS")
        answer = server.get(PATH)
        most = resident(server, "VmHWM") - before
        table = unzip(answer.body)["news.csv"]
        assert len(table) > 6 * MIB and len(answer.body) > 3 * MIB
        before = resident(server, "VmRSS")
        held = []
        for _ in range(6):
            connection = socket.socket()
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
            connection.settimeout(20)
            connection.connect(("127.0.0.1", server.port))
            connection.sendall(f"GET {PATH} HTTP/1.1\r\nHost: x\r\n\r\n".encode())
            connection.recv(100)
            held.append(connection)
        reading = resident(server, "VmRSS") - before
        assert "scip_transfers_in_flight 6" in server.admin("/metrics")[1]
        print(f"{len(table) / MIB:.1f} MiB of CSV, {len(answer.body) / MIB:.1f} MiB of archive: {most / MIB:.1f} MiB to make, {reading / MIB:.1f} MiB for 6 readers")
        for connection in held:
            connection.close()
        small = harness.Server("main", DATABASE_URL=cluster.url(), RESPONSE_LIMIT=MIB)
        refused = small.get(PATH)
        assert (refused.status, refused.json["type"]) == (503, "/problems/unavailable") and "too large" in refused.json["detail"]
        assert small.get("/v1/hubs?limit=1").status == 200
        small.stop()
        if "asan" not in str(harness.BINARY):
            assert most < 6 * len(table) and reading < most  # six readers, less than one that is made
    finally:
        server.stop()
        cluster.psql(clear)


def builds(server):
    return sum(event.get("event") == "archive made" for event in server.events())


@pytest.fixture
def fresh(cluster):
    server = harness.Server("main", DATABASE_URL=cluster.url())
    yield server
    server.stop()


def test_one_archive_for_all_who_ask(fresh):
    """600 requests of six clients while nothing changes: one is made, and each gets all of it."""
    time.sleep(0.4)  # the watch has begun
    with ThreadPoolExecutor(6) as clients:
        answers = list(clients.map(lambda _: fresh.get(PATH), range(600)))
    assert {answer.status for answer in answers} == {200} and len({(answer.headers["ETag"], answer.body) for answer in answers}) == 1
    assert builds(fresh) == 1
    known = answers[0].headers["ETag"]
    for target in (PATH, "/v1/d%61ta.zip"):
        same = fresh.get(target, If_None_Match=known)
        assert (same.status, same.body, same.headers["Cache-Status"]) == (304, b"", "scip-api; hit") and builds(fresh) == 1
        head = fresh.request("HEAD", target)
        assert (head.status, head.body, head.headers["Content-Length"]) == (200, b"", str(len(answers[0].body)))


def test_a_new_archive_after_each_change(fresh, cluster):
    """Nobody gets an old one once the bound for a change of another process is over, and a slow reader keeps the one that it began."""
    try:
        seen = set()
        with socket.create_connection(("127.0.0.1", fresh.port)) as slow:
            slow.sendall(b"GET /v1/data.zip HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
            for number in range(3):
                cluster.psql(f"UPDATE scip.hub SET blurb = 'Archive {number}' WHERE slug = 'london-hub'")
                time.sleep(0.3)
                answer = fresh.get(PATH)
                with zipfile.ZipFile(io.BytesIO(answer.body)) as archive:
                    assert f"Archive {number}" in archive.read("hubs.csv").decode()
                seen.add(answer.headers["ETag"])
            received = b""
            while piece := slow.recv(65536):
                received += piece
        head, _, body = received.partition(b"\r\n\r\n")
        assert len(seen) == 3 and f"Content-Length: {len(body)}".encode() in head and zipfile.ZipFile(io.BytesIO(body)).testzip() is None
    finally:
        cluster.psql("UPDATE scip.hub SET blurb = NULL WHERE slug = 'london-hub'")


def test_reads_stay_fast_beside_the_archive(fresh, cluster):
    """Six clients loop over the archive while records change: at most one connection makes it, the reads have the others."""
    def times(count=60):
        taken = []
        for number in range(count):
            began = time.monotonic()
            assert fresh.get(f"/v1/hubs?q=uncached-{time.monotonic_ns()}").status == 200
            taken.append(time.monotonic() - began)
        return statistics.median(taken)

    times(20)
    alone, stop = times(), threading.Event()

    def load():
        while not stop.is_set():
            assert fresh.get(PATH).status in (200, 503)

    threads = [threading.Thread(target=load) for _ in range(6)]
    for thread in threads:
        thread.start()
    try:
        beside = times()
    finally:
        stop.set()
        for thread in threads:
            thread.join()
    assert beside < 0.1 and beside < 20 * alone + 0.02, (alone, beside)


def test_a_failure_is_nobody_s_archive(cluster):
    """With a list locked all who ask get 503 within one bound, not one after another; then it is made."""
    server = harness.Server("main", DATABASE_URL=cluster.url(), POOL_WAIT_MS=1000, QUERY_TIMEOUT_MS=2000, CACHE_BYTES=0)
    lock = psycopg2.connect(cluster.url("postgres"))
    lock.cursor().execute("LOCK TABLE scip.hub IN ACCESS EXCLUSIVE MODE")
    try:
        began = time.monotonic()
        with ThreadPoolExecutor(8) as clients:
            assert {answer.status for answer in clients.map(lambda _: server.get(PATH), range(8))} <= {503, 504}
        assert time.monotonic() - began < 8
    finally:
        lock.rollback()
        lock.close()
    assert server.get(PATH).status == 200
    server.stop()
