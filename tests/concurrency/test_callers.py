"""Callers with tokens, all at once, while keys change and rates are counted. Run against a ThreadSanitizer build, the
server's stop() fails on any race that it saw."""
import threading
import time

import harness


def test_callers_of_every_kind_at_once(cluster):
    keys = harness.LOCAL / "keys-concurrent"
    server = harness.Server("concurrent", DATABASE_URL=cluster.url(), THREADS=64, POOL_SIZE=4, KEYS=keys,
                            RATE_ADDRESS=1000000, RATE_CLIENT=1000000)
    name, secret = cluster.client("central")
    until, wrong, count = time.monotonic() + 5, [], []

    def token():
        return server.form("/oauth/token", {"grant_type": "client_credentials"}, (name, secret)).json["access_token"]

    def work(number):
        mine, turn = token(), 0
        path = f"/v1/news/concurrent-{number}"
        post = {"title": "T", "kind": "news", "sources": ["test"], "confidence": "low"}
        while time.monotonic() < until:
            turn += 1
            steps = [
                (200, lambda: server.send("GET", "/v1/me", token=mine)),
                (201, lambda: server.send("PUT", path, post, token=mine, If_None_Match="*")),
                (200, lambda: server.send("PATCH", path, {"title": "U"}, token=mine, if_match="*")),
                (200, lambda: server.send("PATCH", path + "?dry_run=true", {"title": "V"}, token=mine, if_match="*")),
                (412, lambda: server.send("PATCH", path, {"title": "V"}, token=mine, if_match='"1"')),
                (204, lambda: server.send("DELETE", path, token=mine, if_match="*")),
                (201, lambda: server.send("POST", "/v1/accounts", {"issuer": "https://id.example.org", "subject": f"c-{number}-{turn}", "name": "Test", "roles": []},
                                          token=mine, key=f"k-{number}-{turn}")),
                (201, lambda: server.send("POST", "/v1/accounts", {"issuer": "https://id.example.org", "subject": f"c-{number}-{turn}", "name": "Test", "roles": []},
                                          token=mine, key=f"k-{number}-{turn}")),
                (200, lambda: server.send("GET", "/v1/changes?start=now", token=mine)),
                (401, lambda: server.send("GET", "/v1/me", token=mine[:-4] + "AAAA")),
                (200, lambda: server.get("/v1/news?limit=5")),
            ]
            for status, step in steps:
                answer = step()
                count.append(1)
                if answer.status != status:
                    wrong.append((answer.status, status, answer.text[:200]))
            if turn % 5 == 0:
                mine = token()

    threads = [threading.Thread(target=work, args=(number,)) for number in range(12)]
    for thread in threads:
        thread.start()
    harness.subprocess.run([harness.BINARY, "keys", "rotate"], cwd=harness.ROOT, check=True, stdout=harness.subprocess.DEVNULL,
                           env={**harness.os.environ, "KEYS": str(keys)})
    for thread in threads:
        thread.join()
    server.stop()
    cluster.psql("DELETE FROM scip.account WHERE issuer = 'https://id.example.org' AND subject LIKE 'c-%'", "scip_migrator")
    assert not wrong, wrong[:5]
    assert len(count) > 100
