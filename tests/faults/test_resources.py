"""Nothing left of what the system gives: the service waits without taking a core, says so, and is back at once."""
import os
import socket
import time

import harness


def cpu_seconds(server):
    """Of the process so far (proc(5))."""
    fields = open(f"/proc/{server.process.pid}/stat").read().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def test_no_descriptor_is_left(cluster, tmp_path, monkeypatch):
    """More connections than descriptors: those that have one are served, the others wait, and no core is taken meanwhile."""
    limited = tmp_path / "scip-api"
    limited.write_text(f"#!/bin/sh\nulimit -n 100\nexec {harness.BINARY} \"$@\"\n")
    limited.chmod(0o755)
    monkeypatch.setattr(harness, "BINARY", limited)
    server = harness.Server("main", DATABASE_URL=cluster.url(), THREADS=32, KEEPALIVE_MS=60000, REQUEST_TIMEOUT_MS=60000)
    kept = socket.create_connection(("127.0.0.1", server.port), 10)
    kept.sendall(b"GET /v1/hubs?limit=1 HTTP/1.1\r\nHost: x\r\n\r\n")
    assert kept.recv(65536).startswith(b"HTTP/1.1 200")
    idle = [socket.create_connection(("127.0.0.1", server.port), 10) for _ in range(200)]
    time.sleep(0.5)
    before = cpu_seconds(server)
    time.sleep(2)
    assert cpu_seconds(server) - before < 0.5
    kept.sendall(b"GET /v1/hubs?limit=1 HTTP/1.1\r\nHost: x\r\n\r\n")
    assert kept.recv(65536).startswith(b"HTTP/1.1 200")
    for connection in idle:
        connection.close()
    started = time.monotonic()
    assert server.get("/v1/hubs?limit=1").status == 200 and time.monotonic() - started < 2
    kept.close()
    server.stop()
