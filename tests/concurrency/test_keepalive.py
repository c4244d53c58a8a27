"""Many keep-alive connections on every kind of answer at once. Run against a ThreadSanitizer build, the
server's stop() fails on any race that it saw."""
import re
import subprocess

import harness

TARGETS = ["/v1/hubs", "/v1/hubs/london-hub", "/v1/hubs?format=geojson&nation=GB-SCT", "/v1/events?format=ics", "/v1/organisations?format=csv",
           "/v1/hubs?limit=2&q=hub", "/v1/nothing", "/v1/hubs?limit=x", "/health/ready", "/openapi.json", "/v1/hubs/former-hub"]


def test_every_kind_of_answer_at_once(cluster):
    server = harness.Server("concurrent", DATABASE_URL=cluster.url(), THREADS=64, POOL_SIZE=4)
    expected = {target: server.get(target).body for target in TARGETS[:4]}
    clients = [subprocess.Popen(["wrk", "-t1", "-c4", "-d5s", f"http://127.0.0.1:{server.port}{target}"], text=True, stdout=subprocess.PIPE) for target in TARGETS]
    scrapes = 0
    while any(client.poll() is None for client in clients):
        status, text = server.admin("/metrics")
        assert status == 200 and "# TYPE" in text
        scrapes += 1
    for target, client in zip(TARGETS, clients):
        out = client.stdout.read()
        answers = int(re.search(r"(\d+) requests in", out).group(1))
        broken = re.search(r"Socket errors: .*", out)
        assert answers > 20 and not broken, (target, out)
        assert ("Non-2xx" in out) == (server.get(target).status >= 300), (target, out)
    assert scrapes > 5
    for target, body in expected.items():
        assert server.get(target).body == body
    server.stop()
