"""Requests behind empty lines and spaces: a body that is a request itself, and as long as the head in front of it, so that a reader that
takes the empty lines for a head, or counts the head as the body, runs what was hidden there."""
import random
import socket
from concurrent.futures import ThreadPoolExecutor

import harness

PIECES = [b"\r\n", b"\n", b"\r", b" ", b"\t", b"\r\n\r\n", b"\n\n", b"\n\r\n", b"\r\r\n", b" \r\n\r\n", b"\r\n ", b"\x0b", b"\x0c", b"\0\r\n"]


def hidden_in(path, canary, head="POST {} HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nConnection: close\r\nContent-Length: {}\r\nX-Pad: {}\r\n\r\n"):
    """A request whose body is the canary, padded to the head's own length."""
    length = max(len(canary), len(head.format(path, 1000, "")))
    start = head.format(path, length, "").encode()
    return head.format(path, length, "p" * (length - len(start))).encode() + canary + b" " * (length - len(canary))


def mutations(path, canary, first, count=300):
    """(bytes before a pause, bytes after it): with something in front of the request, in front of one before it, or between the two."""
    source = random.Random(2026)
    for number in range(count):
        prefix = b"".join(source.choice(PIECES) for _ in range(source.randrange(1, 5))) if number >= len(PIECES) else PIECES[number]
        request = hidden_in(path, canary)
        data = (prefix + request, first + prefix + request, prefix + first + prefix + request)[number % 3]
        cut = source.randrange(1, len(data)) if source.random() < 0.5 else len(data)
        if source.random() < 0.2:
            cut = data.index(request) - source.randrange(2) or 1
        yield data[:cut], data[cut:]


def send(port, parts, pause=0.02):
    """What comes back for the parts, one packet each, until the connection is closed."""
    received = b""
    with socket.create_connection(("127.0.0.1", port), 10) as connection:
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        connection.settimeout(pause)
        try:
            for part in parts:
                connection.sendall(part)
                try:
                    received += connection.recv(65536)
                except socket.timeout:
                    pass
            connection.settimeout(10)
            while piece := connection.recv(65536):
                received += piece
        except (ConnectionResetError, BrokenPipeError):
            pass
    return received


def statuses(port, path, canary, first):
    """Of every mutation: the mutation and the statuses of its answers."""
    with ThreadPoolExecutor(8) as pool:
        cases = list(mutations(path, canary, first))
        return [(case, [answer.status for answer in harness.parse_responses(received)])
                for case, received in zip(cases, pool.map(lambda case: send(port, case), cases))]
