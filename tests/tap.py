"""Between a server and clients that are not ours (curl, browsers, other languages): hands on what comes, as it comes, and
records each exchange when its connection ends."""
import contextlib
import copy
import re
import socket
import threading

import harness


@contextlib.contextmanager
def tapped(server):
    """The server under another port, whose traffic is recorded. At the end the connections that are left are closed."""
    through, lines = copy.copy(server), []
    listener = socket.create_server(("127.0.0.1", 0))
    through.port = listener.getsockname()[1]

    def accept():
        with contextlib.suppress(OSError):
            while True:
                line = Line(server, listener.accept()[0])
                lines.append(line)
                line.start()
    threading.Thread(target=accept, daemon=True).start()
    yield through
    listener.shutdown(socket.SHUT_RDWR)
    listener.close()
    for line in lines:
        line.end()


class Line(threading.Thread):
    """One connection, both ways."""

    def __init__(self, server, client):
        super().__init__(daemon=True)
        self.server, self.client, self.sent, self.received = server, client, bytearray(), bytearray()

    def run(self):
        with contextlib.suppress(OSError), self.client, socket.create_connection(("127.0.0.1", self.server.port)) as self.upstream:
            there = threading.Thread(target=self.pump, args=(self.client, self.upstream, self.sent), daemon=True)
            there.start()
            self.pump(self.upstream, self.client, self.received)
            self.hang_up(self.client)
            there.join()
        for method, target, headers, response in exchanges(bytes(self.sent), bytes(self.received)):
            harness.record_exchange(self.server, method, target, headers, response)

    def pump(self, source, sink, kept):
        with contextlib.suppress(OSError):
            while piece := source.recv(65536):
                kept += piece
                sink.sendall(piece)
        with contextlib.suppress(OSError):
            sink.shutdown(socket.SHUT_WR)

    @staticmethod
    def hang_up(connection):
        with contextlib.suppress(OSError):
            connection.shutdown(socket.SHUT_RDWR)

    def end(self):
        if self.is_alive():
            self.hang_up(self.client)
            self.join(10)


def head(data):
    """The first line, the headers, and what follows."""
    lines, _, rest = data.partition(b"\r\n\r\n")
    first, *headers = lines.decode("latin-1").split("\r\n")
    return first, [tuple(part.strip() for part in line.split(":", 1)) for line in headers], rest


def split_body(headers, data):
    """The body, and what follows."""
    given = {name.lower(): value for name, value in headers}
    if "chunked" not in given.get("transfer-encoding", ""):
        length = int(given.get("content-length", 0))
        return data[:length], data[length:]
    body = b""
    while match := re.match(rb"([0-9a-fA-F]+)[^\r]*\r\n", data):
        size = int(match[1], 16)
        body, data = body + data[match.end():match.end() + size], data[match.end() + size + 2:]
        if not size:
            break
    return body, data


def exchanges(sent, received):
    """What was asked and answered, as far as both are whole."""
    while b"\r\n\r\n" in sent and b"\r\n\r\n" in received:
        first, request_headers, sent = head(sent)
        _, sent = split_body(request_headers, sent)
        method, target = first.split(" ")[:2]
        status = 100
        while status < 200 and b"\r\n\r\n" in received:  # 100 Continue
            answer, headers, received = head(received)
            status = int(answer.split(" ")[1])
        body, received = (b"", received) if method == "HEAD" or status in (204, 304) else split_body(headers, received)
        whole = len(body) >= int(dict((name.lower(), value) for name, value in headers).get("content-length", 0)) or method == "HEAD" or status == 304
        if whole:
            yield method, target, dict(request_headers), harness.Response(status, headers, body)
