"""Two APIs behind one edge: one after the other is restarted under load, and nobody notices."""
import http.client
import itertools
import json
import os
import signal
import threading
import time

import harness
from test_edge import Edge

REQUESTS = 10000 if "SCIP_LONG" in os.environ else 1500


def test_no_request_fails_while_one_after_the_other_restarts(cluster, tmp_path):
    """Reads that the API is asked for, and writes with a key: each is answered, and each write is done once."""
    settings = {"DATABASE_URL": cluster.url(), "TRUSTED_PROXIES": "127.0.0.1", "LOG_LEVEL": "warn", "POOL_WAIT_MS": 20000}
    servers = [harness.Server("main", **settings) for _ in range(2)]
    token, run = cluster.token(servers[0], "central"), f"restart-{os.getpid()}-{time.time_ns()}"
    edge = Edge(",127.0.0.1:".join(str(server.port) for server in servers), tmp_path)
    numbers, failed, restarts, lock = itertools.count(), [], 0, threading.Lock()

    def ask():
        connection = http.client.HTTPConnection("127.0.0.1", edge.port, timeout=30)
        while (number := next(numbers)) < REQUESTS:
            body = {"issuer": "https://login.fault.example", "subject": f"{run}-{number}", "name": "Restart", "roles": [{"role": "website"}]}
            try:
                if number % 3:
                    connection.request("GET", f"/v1/hubs?q={run}-{number}")
                else:
                    connection.request("POST", "/v1/accounts", json.dumps(body), {"Content-Type": "application/json", "Authorization": f"Bearer {token}",
                                                                                  "Idempotency-Key": f"{run}-{number}"})
                answer = connection.getresponse()
                text, status = answer.read(), answer.status
            except (OSError, http.client.HTTPException) as error:
                text, status = repr(error), None
                connection.close()
            if status != (200 if number % 3 else 201):
                with lock:
                    failed.append((number, status, text[:200]))
    threads = [threading.Thread(target=ask) for _ in range(8)]
    [thread.start() for thread in threads]
    try:
        while any(thread.is_alive() for thread in threads):
            for index in (0, 1):
                servers[index].process.send_signal(signal.SIGTERM)
                servers[index].process.wait(20)
                servers[index].stop()
                servers[index] = harness.Server("main", PORT=servers[index].port, **settings)
                restarts += 1
        [thread.join() for thread in threads]
        done = int(cluster.psql(f"SELECT count(*) FROM scip.account WHERE subject LIKE '{run}-%'", "scip_migrator"))
        print(f"{REQUESTS} requests, {restarts} restarts, {len(failed)} failed")
        assert not failed and restarts >= 2 and done == len(range(0, REQUESTS, 3))
    finally:
        edge.stop()
        for server in servers:
            server.stop()
