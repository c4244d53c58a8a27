"""What a request may cost: bytes, depth and number of values are bounded before anything is built of them."""
import itertools
import http.client
import json
import os
import resource
import threading
import time
import uuid

import harness
import pytest

KIB, MIB = 1024, 1024 * 1024
COUNTER = itertools.count()


def plain(name, **env):
    """A process of the optimised build: a sanitizer's bookkeeping is not the service's memory."""
    kept, harness.BINARY = harness.BINARY, harness.ROOT / "build/api/scip-api"
    try:
        return harness.Server(name, **env)
    finally:
        harness.BINARY = kept


@pytest.fixture(scope="module")
def small(cluster):
    """A process of its own, whose memory nobody else uses."""
    server = plain("main", DATABASE_URL=cluster.url(), THREADS=64)
    yield server
    server.stop()


@pytest.fixture(scope="module")
def analyst(cluster, small):
    return cluster.token(small, "analyst")


def status(server, field):
    """A figure of /proc/…/status in bytes."""
    for line in open(f"/proc/{server.process.pid}/status"):
        if line.startswith(field + ":"):
            return int(line.split()[1]) * KIB


def cpu(server):
    """Seconds that the process has computed so far."""
    fields = open(f"/proc/{server.process.pid}/stat").read().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def fill(start, unit, end, size):
    """start, as often unit as size has room for, end."""
    return (start + unit * ((size - len(start) - len(end)) // len(unit)) + end).encode()


def strings(count):
    return b'{"name":"A","organisations":[' + b",".join(b'"g-%d"' % n for n in range(count)) + b"]}"


JSON, CSV, FORM = "application/json", "text/csv", "application/x-www-form-urlencoded"
# What tries: method, target, content type, body.
HOSTILE = {
    "a megabyte of objects": ("POST", "/v1/people", JSON, fill('{"name":[', "{},", "{}]}", MIB)),
    "64 KiB of objects": ("POST", "/v1/people", JSON, fill('{"name":[', "{},", "{}]}", 64 * KIB)),
    "as many objects as there may be": ("POST", "/v1/people", JSON, b'{"name":[' + b"{}," * 4997 + b"{}]}"),
    "64 KiB of arrays": ("POST", "/v1/people", JSON, fill("[", "[],", "[]]", 64 * KIB)),
    "as many members as there may be": ("POST", "/v1/people", JSON, b"{" + b",".join(b'"%x":0' % n for n in range(4999)) + b"}"),
    "20,000 distinct strings": ("PUT", "/v1/groups/abc", JSON, strings(20000)),
    "4,900 distinct strings": ("PUT", "/v1/groups/abc", JSON, strings(4900)),
    "equal objects where they must differ": ("PUT", "/v1/organisations/abc", JSON, b'{"other_names":[' + b",".join(b'{"a":%d}' % n for n in range(2400)) + b"]}"),
    "900 kB of an address": ("PUT", "/v1/organisations/abc", JSON, fill('{"website":"https://a.example/', "a%20", '"}', 900000)),
    "64 KiB of an address": ("PUT", "/v1/organisations/abc", JSON, fill('{"website":"https://a.example/', "a%20", '"}', 64 * KIB)),
    "an address that comes to nothing": ("PUT", "/v1/organisations/abc", JSON, fill('{"website":"https://', "a:", '\\u00e9"}', 64 * KIB)),
    "64 KiB of an e-mail address": ("POST", "/v1/people", JSON, fill('{"name":"A","email":"', "a.", '"}', 64 * KIB)),
    "nested": ("POST", "/v1/people", JSON, b'{"name":' * 8000),
    "nested arrays": ("POST", "/v1/people", JSON, b"[" * 65000),
    "a long number": ("POST", "/v1/people", JSON, fill('{"name":', "1234567890", "}", 64 * KIB)),
    "a long fraction": ("POST", "/v1/people", JSON, fill('{"name":1.', "1234567890", "}", 64 * KIB)),
    "long numbers": ("POST", "/v1/people", JSON, fill('{"name":[', "1." + "0" * 300 + "e-300,", "1]}", 64 * KIB)),
    "exponents": ("POST", "/v1/people", JSON, fill('{"name":[', "1e300,", "1]}", 30000)),
    "escapes": ("POST", "/v1/people", JSON, fill('{"name":"', "\\u00e9\\ud83d\\ude00", '"}', 64 * KIB)),
    "a long string": ("POST", "/v1/people", JSON, fill('{"name":"', "é", '"}', 64 * KIB)),
    "an import of commas": ("POST", "/v1/hubs/london-hub/members/imports", CSV, b"name,email\n" + b"," * (MIB // 2 - 100)),
    "an import of long names": ("POST", "/v1/hubs/london-hub/members/imports", CSV, b",".join(b"%d" % n * 900 for n in range(60)) + b"\n" + b"1,\n" * 130000),
    "an import of lines": ("POST", "/v1/hubs/london-hub/members/imports", CSV, b"name\n" + b"a\n" * 260000),
    "an import of quotes": ("POST", "/v1/hubs/london-hub/members/imports", CSV, b"name\n" + b'"\x01"\n' * 100000),
    "an import of five megabytes": ("POST", "/v1/hubs/london-hub/members/imports", CSV, b"name\n" + b"a,,,,,,,\n" * 600000),
    "a form of separators": ("POST", "/oauth/token", FORM, b"&" * 64 * KIB),
    "a form of names": ("POST", "/oauth/token", FORM, b"&".join(b"a%d=1" % n for n in range(8000))),
    "a form of escapes": ("POST", "/oauth/token", FORM, b"grant_type=" + b"%61" * 20000),
    "a list in the query": ("GET", "/v1/metrics/hubs/values?by=" + ",".join("a" for _ in range(3900)), None, None),
    "separators in the query": ("GET", "/v1/hubs?" + "&" * 8000, None, None),
    "a header of types": ("GET", "/v1/hubs", None, None, {"Accept": "a/b;q=0.1," * 1400}),
    "a header of tags": ("GET", "/v1/hubs", None, None, {"If-None-Match": '"",' * 4000}),
}


def ask(server, token, case):
    method, target, kind, body, *more = case
    headers = {"Authorization": f"Bearer {token}", "Idempotency-Key": uuid.uuid4().hex, **(more[0] if more else {})}
    if kind == FORM:
        del headers["Authorization"]
    if kind:
        headers["Content-Type"] = kind
    return server.request(method, target, headers, body)


@pytest.mark.parametrize("name", HOSTILE)
def test_no_request_computes_for_long(small, analyst, name):
    before = cpu(small)
    answer = ask(small, analyst, HOSTILE[name])
    assert answer.status < 500, answer.text
    assert cpu(small) - before <= 0.3


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_requests_are_refused(server, cluster, name):
    """By the build that the other tests use, sanitized or not."""
    answer = ask(server, cluster.token(server, "analyst"), HOSTILE[name])
    assert answer.status < 500 and server.alive()


def test_hostile_bodies_at_once(small, analyst):
    """40 at a time, of all kinds and of each: at most 64 MiB more, and what was taken is given back."""
    def together(cases):
        threads = [threading.Thread(target=lambda case=case: wanted.append(ask(small, analyst, case).status)) for case in cases]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    wanted = []
    together([("GET", "/v1/hubs", None, None)] * 40)  # each thread has its stack
    before = status(small, "VmRSS")
    peaks = {}
    for name, cases in {"all kinds": list(itertools.islice(itertools.cycle(HOSTILE.values()), 40)),
                        **{name: [case] * 40 for name, case in HOSTILE.items()}}.items():
        open(f"/proc/{small.process.pid}/clear_refs", "w").write("5")  # the highest from here on
        together(cases)
        peaks[name] = round((status(small, "VmHWM") - before) / MIB, 1)
    assert len(wanted) == 40 * (2 + len(HOSTILE)) and {s for s in wanted if s >= 500} <= {503}
    until = time.monotonic() + 5
    while (kept := status(small, "VmRSS") - before) > 10 * MIB and time.monotonic() < until:
        time.sleep(0.05)
    print(f"{before / MIB:.0f} MiB, at most {max(peaks.values())} more, {kept / MIB:.1f} afterwards")
    assert max(peaks.values()) <= 64 and kept <= 10 * MIB, peaks


def test_short_memory_is_not_the_clients_fault(cluster):
    """What cannot be read for want of memory is 503: a client does not send again what was 400 or 413."""
    server = plain("engine", DATABASE_URL=cluster.url(), CONTRACT=harness.engine_contract(), THREADS=40, QUERY_TIMEOUT_MS=60000)
    large, answers = b'{"name":"x","nested":{"a":[' + b"{}," * 4900 + b"{}]}}", []

    def send(body):
        try:
            answers.append(server.request("POST", "/echo", {"Content-Type": JSON}, body))
        except (OSError, http.client.HTTPException):
            pass  # not even a connection's own memory was to be had

    for room in (0, 0, MIB // 2, MIB):
        resource.prlimit(server.process.pid, resource.RLIMIT_AS, (status(server, "VmSize") + room, -1))
        threads = [threading.Thread(target=send, args=(body,)) for body in [large] * 40 + [b'{"name":"x"}'] * 20]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        resource.prlimit(server.process.pid, resource.RLIMIT_AS, (-1, -1))
    short = [answer for answer in answers if answer.status != 201]
    print(f"{len(answers)} answers, {len(short)} of them for want of memory")
    assert short and {(answer.status, answer.headers["Retry-After"]) for answer in short} == {(503, "1")}, [answer.text for answer in short]
    assert server.request("POST", "/echo", {"Content-Type": JSON}, large).status == 201
    server.stop()
