"""Files through the edge and without it: as they come, in little memory, each download counted for who asked for it."""
import random
import re
import socket
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import harness
import pytest
from test_edge import Edge, is_problem

FROM = {"title": "Transfers", "kind": "report", "sources": ["https://www.scipalliance.example/library"], "confidence": "high"}
MIB = 1024 * 1024
FULL = b"%PDF-1.7\n" + bytes(MIB) + random.Random(1).randbytes(99 * MIB - 9)
PATH = "/v1/documents/transfers/files"


@pytest.fixture(scope="module")
def api(cluster):
    server = harness.Server("main", DATABASE_URL=cluster.url(), TRUSTED_PROXIES="127.0.0.1", TRANSFER_RATE=1000000, BODY_TIMEOUT_MS=3000, POOL_WAIT_MS=20000)
    clear = "DELETE FROM scip.document WHERE slug = 'transfers'"
    cluster.psql(clear, "scip_migrator")
    assert server.send("PUT", PATH.removesuffix("/files"), FROM, cluster.token(server, "central"), If_None_Match="*").status == 201
    yield server
    server.stop()
    cluster.psql(clear, "scip_migrator")


@pytest.fixture(scope="module")
def edge(api, tmp_path_factory):
    edge = Edge(api.port, tmp_path_factory.mktemp("transfers"))
    yield edge
    edge.stop()


@pytest.fixture(scope="module")
def put(cluster, api):
    token = cluster.token(api, "central")

    def send(to, name, body, condition="If-None-Match"):
        return to.request("PUT", f"{PATH}/{name}", {"Authorization": f"Bearer {token}", condition: "*"}, body)
    return send


def counted(cluster):
    return int(cluster.psql("""SELECT coalesce(sum(total_item_requests), 0) FROM scip.usage_month m JOIN scip.use_item i ON i.id = m.item_id
        WHERE i.record_id = (SELECT id FROM scip.document WHERE slug = 'transfers') AND i.kind = 'document'"""))


class Peak:
    """The most resident memory of the process meanwhile, above what it had before: growth in bytes."""

    def __init__(self, server):
        self.status, self.reset = Path(f"/proc/{server.process.pid}/status"), Path(f"/proc/{server.process.pid}/clear_refs")

    def value(self, name):
        return int(re.search(rf"{name}:\s+(\d+) kB", self.status.read_text()).group(1)) * 1024

    def __enter__(self):
        self.reset.write_text("5")  # the peak begins again (proc(5))
        self.before = self.value("VmRSS")
        return self

    def __exit__(self, *_):
        self.growth = self.value("VmHWM") - self.before
        print(f"{self.growth / MIB:.1f} MiB of memory")


def read_through(server, path):
    """A download that keeps nothing: how many bytes there were."""
    with socket.create_connection(("127.0.0.1", server.port), timeout=60) as connection:
        connection.sendall(f"GET {path} HTTP/1.1\r\nHost: x\r\nUser-Agent: Reader {next(harness.serial)}\r\nConnection: close\r\n\r\n".encode())
        total, head = 0, b""
        while piece := connection.recv(MIB):
            total += len(piece)
            head = head or piece
    return total - head.index(b"\r\n\r\n") - 4


def test_memory(api, put):
    """100 MiB in and out within 8 MiB, on a fresh service; several at once cost their chunks."""
    assert len(FULL) == 100 * MIB
    with Peak(api) as upload:
        assert put(api, "full.pdf", FULL).status == 201
    with Peak(api) as download:
        assert read_through(api, f"{PATH}/full.pdf") == len(FULL)
    assert upload.growth <= 8 * MIB and download.growth <= 8 * MIB
    with Peak(api) as many, ThreadPoolExecutor(8) as pool:
        assert set(pool.map(lambda _: read_through(api, f"{PATH}/full.pdf"), range(8))) == {len(FULL)}
    assert many.growth <= 16 * MIB


def test_uploads_pass_as_they_come(api, edge, put):
    """Nothing of them lies on the edge's disk; what is too much is refused."""
    body = FULL[:20 * MIB]
    kept = []
    with ThreadPoolExecutor(1) as pool:
        sent = pool.submit(put, edge, "through.pdf", body)
        while not sent.done():
            kept += [path for path in (edge.folder / "state/body").rglob("*") if path.is_file()]
            time.sleep(0.005)
    assert sent.result().status == 201 and not kept
    answer = put(edge, "full-too.pdf", FULL)
    assert answer.status == 201 and answer.json["size"] == len(FULL)
    is_problem(edge.request("PUT", f"{PATH}/a.pdf", {"Content-Length": str(100 * MIB + 1)}, b""), 413)
    is_problem(edge.request("PUT", "/v1/documents/transfers", {"Content-Length": str(6 * MIB)}, b""), 413)
    assert put(edge, "through.pdf", body).status == 412
    answer = put(edge, "through.pdf", b"\0" + bytes(MIB), "If-Match")
    assert answer.status == 415, "the API's own word, though it has not read on"


def test_downloads_pass_as_they_come(cluster, api, edge, put):
    """Byte for byte, not compressed, not kept; what the visitor breaks off is broken off at the API too."""
    put(api, "words.txt", b"words " * 100000)
    before = counted(cluster)
    for n in range(2):
        answer = edge.get(f"{PATH}/words.txt", Accept_Encoding="gzip", User_Agent=f"Reader {next(harness.serial)}")
        assert answer.body == b"words " * 100000 and answer.headers["ETag"].startswith('"') and "Content-Encoding" not in answer.headers
        assert "edge; hit" not in (answer.headers["Cache-Status"] or "") and answer.headers["Cache-Control"] == "private, no-cache"
        assert counted(cluster) == before + n + 1
    part = edge.get(f"{PATH}/words.txt", Range="bytes=6-10", If_Range=answer.headers["ETag"])
    assert (part.status, part.body, part.headers["Content-Range"]) == (206, b"words", "bytes 6-10/600000")
    assert edge.get(f"{PATH}/words.txt", If_None_Match=answer.headers["ETag"]).status == 304
    assert edge.request("HEAD", f"{PATH}/words.txt").headers["Content-Length"] == "600000"
    assert counted(cluster) == before + 2
    with socket.socket() as connection:
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        connection.connect(("127.0.0.1", edge.port))
        connection.sendall(f"GET {PATH}/full.pdf HTTP/1.1\r\nHost: x\r\n\r\n".encode())
        time.sleep(0.5)
        assert "scip_transfers_in_flight 1" in api.admin("/metrics")[1], "the edge takes no more than the visitor"
    harness.wait_until(lambda: "scip_transfers_in_flight 0" in api.admin("/metrics")[1], seconds=3)
    assert counted(cluster) == before + 2


def test_the_visitor_counts(cluster, edge, put, api):
    """By address and agent, as the edge sees them: not the edge's own address."""
    put(api, "visited.txt", b"visited")
    before = counted(cluster)
    for source in ("127.0.0.41", "127.0.0.42", "127.0.0.42", "127.0.0.43"):
        answer = edge.request("GET", f"{PATH}/visited.txt", {"User-Agent": "Firefox/130.0", "X-Forwarded-For": "192.0.2.1"}, source=source)
        assert answer.status == 200
    assert counted(cluster) == before + 3


def read_slowly(port, path, rate, source="127.0.0.1", seconds=None):
    """A download at so many bytes a second, or for so long: how many bytes of the body came."""
    with socket.socket() as connection:
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 65536)
        connection.settimeout(60)
        connection.bind((source, 0))
        connection.connect(("127.0.0.1", port))
        connection.sendall(f"GET {path} HTTP/1.1\r\nHost: x\r\nUser-Agent: Reader {next(harness.serial)}\r\nConnection: close\r\n\r\n".encode())
        total, started, head = 0, time.monotonic(), 0
        try:
            while piece := connection.recv(16384):
                head = head or piece.index(b"\r\n\r\n") + 4
                total += len(piece)
                if seconds and time.monotonic() - started > seconds:
                    break
                time.sleep(max(0, started + total / rate - time.monotonic()))
        except ConnectionResetError:
            pass
        return total - head


@pytest.fixture(scope="module")
def slow_lines(cluster, put, api):
    """What takes the shipped settings minutes takes these seconds: the least rate is 500 times larger."""
    assert put(api, "slow.pdf", FULL[:30 * MIB]).status in (201, 412)
    server = harness.Server("main", DATABASE_URL=cluster.url(), TRUSTED_PROXIES="127.0.0.1", TRANSFER_RATE=4000000, BODY_TIMEOUT_MS=1000, REQUEST_TIMEOUT_MS=1000)
    yield server
    server.stop()


@pytest.mark.parametrize("way", ["direct", "edge"])
def test_slow_lines_get_all_of_it(slow_lines, tmp_path, way):
    """A little more than the least rate, for longer than any one deadline; through buffers that are filled and emptied in lumps."""
    edge = Edge(slow_lines.port, tmp_path) if way == "edge" else None
    with ThreadPoolExecutor(3) as pool:
        got = list(pool.map(lambda rate: read_slowly(edge.port if edge else slow_lines.port, f"{PATH}/slow.pdf", rate), (4400000, 8000000, 20000000)))
    assert got == [30 * MIB] * 3
    if edge:
        edge.stop()


@pytest.mark.long
def test_the_shipped_settings(cluster, put, api, tmp_path):
    """8 KiB/s, five minutes, through the edge: not cut."""
    put(api, "slow.pdf", FULL[:30 * MIB])
    server = harness.Server("main", DATABASE_URL=cluster.url(), TRUSTED_PROXIES="127.0.0.1")
    edge = Edge(server.port, tmp_path)
    assert read_slowly(edge.port, f"{PATH}/slow.pdf", 8300, seconds=300) >= 300 * 8300 - 65536
    edge.stop()
    server.stop()


def test_two_addresses_do_not_hold_all_transfers(cluster, api, put, tmp_path):
    """180 readers of nothing, of two addresses, as the edge sees them: others download."""
    put(api, "slow.pdf", FULL[:30 * MIB])
    server = harness.Server("main", DATABASE_URL=cluster.url(), TRUSTED_PROXIES="127.0.0.1", THREADS=300)
    edge, held = Edge(server.port, tmp_path), []
    try:
        for n in range(180):
            connection = socket.socket()
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
            connection.bind((f"127.0.0.{2 + n % 2}", 0))
            connection.connect(("127.0.0.1", edge.port))
            connection.sendall(f"GET {PATH}/slow.pdf HTTP/1.1\r\nHost: x\r\nUser-Agent: Holder {n}\r\n\r\n".encode())
            held.append(connection)
        harness.wait_until(lambda: "scip_transfers_in_flight 76" in server.admin("/metrics")[1], seconds=20)
        part = {"Range": "bytes=0-9", "User-Agent": "Another"}
        assert edge.request("GET", f"{PATH}/slow.pdf", part, source="127.0.0.9").status == 206
        is_problem(edge.request("GET", f"{PATH}/slow.pdf", part, source="127.0.0.2"), 429)
    finally:
        for connection in held:
            connection.close()
        edge.stop()
        server.stop()
