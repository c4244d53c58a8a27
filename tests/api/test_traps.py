"""What the libraries let through (measured, not guessed): input → status, problem, closed connection, and the
request hidden behind it never runs."""
import random
import socket
import string
import time

import harness
import hidden
import pytest

CANARY = b"GET /things?label=canary HTTP/1.1\r\nHost: x\r\n\r\n"
BODY = b'{"name": "x"}'


def runs(engine):
    """How often the canary's operation has run."""
    time.sleep(0.02)  # an answer is sent before it is logged
    return sum(event.get("operation") == "listThings" for event in engine.events())


def hostile(engine, data, status, slug=None):
    """Sends data with a canary behind it: one answer, a problem, closed, and no canary."""
    before = runs(engine)
    responses, closed = harness.raw(engine, data + CANARY, timeout=8)  # what is too long is taken in for a while
    assert [response.status for response in responses] == [status], [response.text for response in responses]
    assert closed, "the connection stayed open"
    answer = responses[0]
    if status >= 400:
        assert answer.headers["Content-Type"] == "application/problem+json" and answer.json["status"] == status
        assert slug is None or answer.json["type"] == "/problems/" + slug
    assert answer.headers["Connection"] == "close"
    assert runs(engine) == before, "the hidden request ran"
    assert engine.alive()


def head(method="POST", path="/echo", *lines):
    return b"\r\n".join([f"{method} {path} HTTP/1.1".encode(), b"Host: x", b"Content-Type: application/json",
                         *(line if isinstance(line, bytes) else line.encode() for line in lines)]) + b"\r\n\r\n"


FRAMINGS = {
    "both length and coding": head("POST", "/echo", "Content-Length: 13", "Transfer-Encoding: chunked") + BODY,
    "coding and length": head("POST", "/echo", "Transfer-Encoding: chunked", "Content-Length: 13") + BODY,
    "two lengths": head("POST", "/echo", "Content-Length: 13", "Content-Length: 13") + BODY,
    "two different lengths": head("POST", "/echo", "Content-Length: 13", "Content-Length: 60") + BODY,
    "length with a letter": head("POST", "/echo", "Content-Length: 13x") + BODY,
    "hexadecimal length": head("POST", "/echo", "Content-Length: 0xd") + BODY,
    "length with a sign": head("POST", "/echo", "Content-Length: +13") + BODY,
    "length list": head("POST", "/echo", "Content-Length: 13, 13") + BODY,
    "length with a zero before": head("POST", "/echo", "Content-Length: 013") + BODY,
    "huge length": head("POST", "/echo", "Content-Length: 99999999999999999999") + BODY,
    "space before the colon": head("POST", "/echo", "Content-Length : 13") + BODY,
    "fold hides the length": head("POST", "/echo", "X: 1", " folded", "Content-Length: 13") + BODY,
    "fold of the length": head("POST", "/echo", "Content-Length:", " 13") + BODY,
    "gzip coding": head("POST", "/echo", "Transfer-Encoding: gzip, chunked") + BODY,
    "coding with a tail": head("POST", "/echo", "Transfer-Encoding: chunked, identity") + BODY,
    "tab coding": head("POST", "/echo", "Transfer-Encoding: \x0bchunked") + BODY,
    "bare newline before the blank line": b"POST /echo HTTP/1.1\r\nHost: x\r\nContent-Length: 13\n\r\n" + BODY,
    "no host": b"POST /echo HTTP/1.1\r\nContent-Length: 13\r\n\r\n" + BODY,
    "two hosts": head("POST", "/echo", "Host: y", "Content-Length: 13") + BODY,
    "name with a space": head("POST", "/echo", "X Y: 1", "Content-Length: 13") + BODY,
    "a GET that hides a length behind a fold": head("GET", "/typed", "X: 1", " folded", "Content-Length: 50"),
}


@pytest.mark.parametrize("name", FRAMINGS)
def test_framing(engine, name):
    hostile(engine, FRAMINGS[name], 400)


def test_negative_length(engine):
    hostile(engine, head("POST", "/echo", "Content-Length: -1") + BODY, 400)


@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH"])
def test_no_length(engine, method):
    hostile(engine, head(method, "/echo"), 411, "length-required")


def test_delete_without_length_closes(engine):
    hostile(engine, head("DELETE", "/echo/1"), 204)


def test_get_with_a_body_closes(engine):
    hostile(engine, head("GET", "/typed", "Content-Length: 4") + b"body", 200)


@pytest.mark.parametrize("count", [64, 65, 100])
def test_too_many_headers(engine, count):
    lines = [f"X-{index}: 1" for index in range(count - 2)] + ["Content-Length: 13"]
    hostile(engine, head("POST", "/echo", *lines) + BODY, 431, "headers-too-large")


@pytest.mark.parametrize("chunks", [b"x\r\n", b"-5\r\nhello\r\n0\r\n\r\n", b"5\r\nhelloX\r\n0\r\n\r\n", b"0x5\r\nhello\r\n0\r\n\r\n",
                                    b"5;ext\r\nhello\r\n0\r\n\r\n", b"ffffffffffffffff\r\nhello\r\n0\r\n\r\n", b"5\nhello\n0\n\n",
                                    b"fffffffffffffffffffffff5\r\nhello\r\n0\r\n\r\n"])
def test_bad_chunk_is_no_empty_body(engine, chunks):
    hostile(engine, head("POST", "/echo", "Transfer-Encoding: chunked") + chunks, 400, "bad-framing")


def test_body_over_the_limit(engine):
    hostile(engine, head("POST", "/echo", "Content-Length: 65537"), 413, "too-large")
    chunk = b"%x\r\n" % 4096 + b"x" * 4096 + b"\r\n"
    responses, closed = harness.raw(engine, head("POST", "/echo", "Transfer-Encoding: chunked") + chunk * 17 + b"0\r\n\r\n")
    assert [response.status for response in responses] in ([413], []) and closed


def test_expectations(engine):
    hostile(engine, head("POST", "/echo", "Content-Length: 13", "Expect: tea") + BODY, 417, "expectation-failed")
    started = time.monotonic()
    responses, _ = harness.raw(engine, (head("POST", "/echo", "Content-Length: 13", "Expect: 100-continue", "Connection: close"), BODY), pause=0.3)
    assert [response.status for response in responses] == [100, 201] and time.monotonic() - started < 2
    hostile(engine, head("POST", "/echo", "Content-Length: 99999999", "Expect: 100-continue"), 413, "too-large")


@pytest.mark.parametrize("path, status", [
    ("/things/%00", 400), ("/echo/../things", 400), ("/./things", 400), ("//things", 404), ("/thin\\gs", 400),
    ("/a%2fb", 400), ("/a%2Fb", 400), ("/%2e%2e/things", 400), ("/a%5cb", 400), ("/%ff", 400), ("/%c0%ae", 400), ("/%ed%a0%80", 400),
    ("/%", 400), ("/%4", 400), ("/%zz", 400), ("/things;x=1", 404), ("/things%3fa=b", 404), ("/" + "a/" * 40, 404), ("/%E2%82%AC", 404)])
def test_paths(engine, path, status):
    responses, _ = harness.raw(engine, head("GET", path, "Connection: close"))
    assert [response.status for response in responses] == [status]
    assert responses[0].headers["Content-Type"] == "application/problem+json"


def test_target_and_headers_too_long(engine):
    hostile(engine, head("GET", "/" + "a" * 9000), 414, "uri-too-long")
    hostile(engine, head("GET", "/" + "a" * 20000), 414, "uri-too-long")
    hostile(engine, head("GET", "/things", "X: " + "a" * 20000), 431, "headers-too-large")


@pytest.mark.parametrize("line, status", [
    (b"GET / HTTP/2.0\r\nHost: x\r\n\r\n", 505), (b"GET / HTTP/1.2\r\nHost: x\r\n\r\n", 505), (b"GET / HTTP/0.9\r\nHost: x\r\n\r\n", 505),
    (b"GARBAGE\r\n\r\n", 400), (b"GET /\r\n\r\n", 400), (b" GET / HTTP/1.1\r\nHost: x\r\n\r\n", 400), (b"GET  / HTTP/1.1\r\nHost: x\r\n\r\n", 400), (b"GET / HTTP/1.1\r\nno colon\r\n\r\n", 400),
    (b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03\r\n\r\n", 400), (b"GET /\x01 HTTP/1.1\r\nHost: x\r\n\r\n", 400), (b"\0\r\n\r\n", 400)])
def test_library_errors_are_problems(engine, line, status):
    hostile(engine, line, status)


@pytest.mark.parametrize("method, path, status", [
    ("FETCH", "/typed", 501), ("QUERY", "/typed", 501), ("get", "/typed", 501), ("G", "/typed", 501), ("ET", "/typed", 501), ("PROPFIND", "/typed", 501),
    ("TRACE", "/typed", 405), ("TRACE", "/typed?x=1", 405), ("TRACE", "/nowhere", 404), ("CONNECT", "/typed", 405), ("CONNECT", "x:443", 400),
    ("PATCH", "/typed", 405)])
def test_methods(engine, method, path, status):
    """RFC 9110, section 9.1: 501 for what is not known here, 405 with Allow for what is."""
    slug = {501: "not-implemented", 405: "method-not-allowed", 404: "not-found", 400: "bad-request"}[status]
    hostile(engine, head(method, path, "Content-Length: 0", "Connection: close"), status, slug)
    if status == 405:
        (answer,), _ = harness.raw(engine, head(method, path, "Content-Length: 0", "Connection: close"))
        assert answer.headers["Allow"] == "GET, HEAD, OPTIONS"


@pytest.mark.parametrize("method, target, status", [
    ("GET", "http://x/typed", 200), ("GET", "HTTPS://other.example:8443/typed", 200), ("GET", "http://x/things?limit=1", 200), ("GET", "http://x/typed/", 308),
    ("GET", "http://x?limit=1", 404), ("HEAD", "http://x/typed", 200), ("OPTIONS", "*", 204), ("OPTIONS", "http://x", 204), ("OPTIONS", "http://x/typed", 204),
    ("GET", "*", 400), ("OPTIONS", "**", 400), ("GET", "http:///typed", 400), ("GET", "http://user@x/typed", 400), ("GET", "http://x#/typed", 400),
    ("GET", "ftp://x/typed", 400), ("GET", "x/typed", 400), ("GET", "http://", 400)])
def test_forms_of_the_target(engine, method, target, status):
    """RFC 9112, section 3.2: whatever the form, there is an answer."""
    responses, closed = harness.raw(engine, head(method, target, "Connection: close"))
    assert [response.status for response in responses] == [status] and closed
    if status == 204:
        assert responses[0].headers["Allow"] == ("GET, HEAD, OPTIONS" if "typed" in target else "GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS")


def test_a_request_behind_empty_lines_is_read_once(engine):
    """RFC 9112, section 2.2: they are passed over; spaces are not. 300 that hide a request, whole and in two packets."""
    before = runs(engine)
    first = b"GET /typed HTTP/1.1\r\nHost: x\r\n\r\n"
    for case, statuses in hidden.statuses(engine.port, "/echo", CANARY, first):
        allowed = [[400], [200, 400], [200, 400]] # what the canary is as JSON; or what stands in front of it
        assert statuses in allowed, case
    assert runs(engine) == before and engine.alive()
    for prefix in (b"\r\n", b"\n", b"\r\n\r\n", b"\n\n", b"\r\n" * 5000):
        for cut in range(1, 3):
            data = prefix + b"GET /typed HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"
            responses, _ = harness.raw(engine, (data[:cut], data[cut:]), pause=0.02)
            assert [response.status for response in responses] == [200], prefix[:20]


def test_heads_in_pieces(engine):
    """A byte a packet, a request and a half, a head that stops: each is read once, or timed out (2 s here) with 408."""
    data = b"GET /typed HTTP/1.1\r\nHost: x\r\n\r\n"
    with socket.create_connection(("127.0.0.1", engine.port), 10) as connection:
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        for part in [data[i:i + 1] for i in range(len(data))] + [data + data[:20], data[20:]]:
            connection.sendall(part)
            time.sleep(0.002)
        connection.sendall(data[:20])
        received = b""
        while piece := connection.recv(65536):
            received += piece
    answers = harness.parse_responses(received)
    assert [answer.status for answer in answers] == [200, 200, 200, 408] and answers[3].json["type"] == "/problems/request-timeout"


def test_deep_nesting_does_not_overrun_the_stack(engine):
    for depth in (33, 1000, 4990, 500000):
        body = b'{"name":"x","nested":' + b'{"a":' * depth + b"1" + b"}" * (depth + 1)
        assert engine.request("POST", "/echo", {"Content-Type": "application/json"}, body[:65536]).status == (400 if depth < 5000 else 413)
    body = b'{"name":"x","nested":' + b'{"a":' * 30 + b"1" + b"}" * 31
    assert engine.request("POST", "/echo", {"Content-Type": "application/json"}, body).status == 201
    assert engine.request("POST", "/echo", {"Content-Type": "application/json"}, b'{"name":"[[[[[[[[["}').status == 201


def test_many_small_objects(engine):
    for count, status in ((4900, 201), (5000, 413), (200000, 413)):
        body = b'{"name":"x","nested":{"a":[' + b"{}," * count + b"{}]}}"
        assert engine.request("POST", "/echo", {"Content-Type": "application/json"}, body).status == status
    assert engine.alive()


def test_dripping_body_is_cut(engine):
    """A byte a quarter of a second: over at the body's deadline (1.5 s here), whatever the length says."""
    with socket.create_connection(("127.0.0.1", engine.port), timeout=10) as connection:
        connection.sendall(head("POST", "/echo", "Content-Length: 1000"))
        started, answer = time.monotonic(), b""
        connection.settimeout(0.25)
        while time.monotonic() - started < 8 and not answer:
            try:
                connection.sendall(b" ")
                answer = connection.recv(65536)
            except socket.timeout:
                continue
    assert time.monotonic() - started < 4
    assert answer.startswith(b"HTTP/1.1 408 ")


def test_slow_headers_and_idle_connections_end(engine):
    for sent in (b"", b"GET /things HTTP/1.1\r\nHost:"):
        started = time.monotonic()
        _, closed = harness.raw(engine, sent, timeout=8)
        assert closed and time.monotonic() - started < 6


def test_body_that_ends_early(engine):
    with socket.create_connection(("127.0.0.1", engine.port), timeout=10) as connection:
        connection.sendall(head("POST", "/echo", "Content-Length: 100") + BODY)
        connection.shutdown(socket.SHUT_WR)
        assert connection.recv(65536).startswith(b"HTTP/1.1 400 ")


def test_keep_alive_serves_many(engine):
    data = b"GET /typed HTTP/1.1\r\nHost: x\r\n\r\n" * 20 + b"GET /typed HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"
    responses, closed = harness.raw(engine, data)
    assert [response.status for response in responses] == [200] * 21 and closed
    (answer,), closed = harness.raw(engine, b"GET /typed HTTP/1.0\r\n\r\n")
    assert answer.status == 200 and closed


def test_requests_one_behind_the_other(engine):
    """What came with a head, of its body or of the next request, is nobody else's: not lost, not the database's, and cut anywhere."""
    last = b"GET /typed HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"
    data = (head("POST", "/echo", f"Content-Length: {len(BODY)}") + BODY + b"GET /typed HTTP/1.1\r\nHost: x\r\n\r\n") * 2 + last
    for cut in range(1, len(data), 7):
        responses, closed = harness.raw(engine, (data[:cut], data[cut:]), pause=0.002)
        assert [response.status for response in responses] == [201, 200, 201, 200, 200] and closed, cut
        assert all(response.json["name"] == "x" for response in responses[:3:2]), cut


def test_answers_do_not_wait(engine):
    """One write, no delayed acknowledgement: an answer comes in a few milliseconds (44 with two writes)."""
    taken = []
    with socket.create_connection(("127.0.0.1", engine.port), timeout=10) as connection:
        for _ in range(30):
            started = time.monotonic()
            connection.sendall(b"GET /typed HTTP/1.1\r\nHost: x\r\n\r\n")
            connection.recv(65536)
            taken.append(time.monotonic() - started)
    assert sorted(taken)[15] < 0.03


def test_header_injection(engine):
    for value in ("a\rb", "a\tb", "\x7f"):
        (answer, *more), _ = harness.raw(engine, head("GET", "/typed", f"X-Request-Id: {value}", "Connection: close"))
        assert not more and answer.headers["X-Request-Id"] != value
    answer = engine.get("/things?label=%0d%0aSet-Cookie:%20a=b&limit=1")
    assert answer.status == 200 and "Set-Cookie" not in answer.headers
    assert "%0D%0A" in answer.headers["Link"]


def test_sql_injection_stays_a_value(engine):
    for text in ("'; DROP TABLE scip.hub; --", "$1", ":label", "\\'; --", "%27%20OR%201=1"):
        assert engine.get("/things?limit=1&label=" + harness.encode(text)).json["items"][0]["label"] == text


def test_random_requests(engine, server):
    """1,000 random ones and 200 that are cut, doubled or bent: no 5xx, no crash, no leak (the last is checked at the end)."""
    source = random.Random(2026)
    paths = ["/things", "/echo", "/echo/1", "/typed", "/values", "/health/ready", "/nowhere"]
    methods = ["GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS"]
    words = ["limit", "cursor", "format", "divisor", "label", "day", "words", "x", "json", "csv", "5", "-1", "%00", "%ff", "a,b", "true", "", "&", "=", "%F0%9F%8C%8D"]
    for number in range(1000):
        target = source.choice(paths) + "?" + "".join(source.choice(words) + source.choice("=&") for _ in range(source.randrange(6)))
        method = source.choice(methods)
        body = None
        if method in ("POST", "PUT", "PATCH"):
            body = "".join(source.choice(string.printable) for _ in range(source.randrange(60))).encode()
        answer = engine.request(method, target, {"Content-Type": "application/json"}, body)
        assert answer.status < 500, (method, target, body, answer.text)
    good = [head("GET", "/things?limit=2", "Connection: close"), head("POST", "/echo", "Content-Length: 13") + BODY,
            head("POST", "/echo", "Transfer-Encoding: chunked") + b"d\r\n" + BODY + b"\r\n0\r\n\r\n"]
    for number in range(200):
        data = bytearray(source.choice(good))
        for _ in range(source.randrange(1, 6)):
            position = source.randrange(len(data))
            kind = source.randrange(3)
            if kind == 0:
                data[position] = source.randrange(256)
            elif kind == 1:
                del data[position:position + source.randrange(8)]
            else:
                data[position:position] = data[position:position + source.randrange(20)]
            data = data or bytearray(b"x")
        responses, _ = harness.raw(engine, bytes(data), timeout=0.05)
        assert all(response.status < 500 or response.status in (501, 505) for response in responses), (bytes(data), responses[0].text)
    assert engine.alive() and server.alive()
