"""A word that stands in personal values alone: where it turns up, something personal has come out."""
import base64
import gzip
import json
import re

WORD = "quillfeather"  # part of every name and address that the tests of privacy make up
NAME, EMAIL, SUBJECT = f"Zoë {WORD.title()} O'Canary", f"z.{WORD}@canary.example", f"subject-{WORD}"


def bare(value):
    """The bytes, and what is in them in base64 of either alphabet: cursors."""
    data = value if isinstance(value, bytes) else str(value).encode()
    yield data
    for part in re.findall(rb"[A-Za-z0-9_+/-]{16,}", data):
        for start in range(4):  # wherever it begins
            piece = part[start:]
            yield base64.urlsafe_b64decode(piece.replace(b"+", b"-").replace(b"/", b"_")[:len(piece) // 4 * 4])


def shows(value):
    return any(WORD.encode() in data.lower() for data in bare(value))


def stains(exchange):
    """Where the word is in a recorded exchange and may not be: nowhere for those without a token; for all, not in headers,
    addresses, cursors and problems."""
    body, headers = base64.b64decode(exchange["body"]), dict(exchange["headers"])
    if headers.get("Content-Encoding") == "gzip":
        body = gzip.decompress(body)
    anonymous = not any(name.lower() == "authorization" for name, _ in exchange["request_headers"])
    if any(shows(value) for value in headers.values()):
        yield "a header"
    if shows(exchange["target"]):
        yield "an address"
    if exchange["status"] >= 400 and shows(body):
        yield "a problem"
    if anonymous and shows(body):
        yield "an answer to nobody"
    if body and headers.get("Content-Type", "").startswith("application/json"):
        answer = json.loads(body)
        if isinstance(answer, dict) and shows(answer.get("next") or ""):
            yield "a cursor"
