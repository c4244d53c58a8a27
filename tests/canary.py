"""A word that stands in personal values alone: where it turns up, something personal has come out."""
import base64
import gzip
import json
import re
import string

WORD = "quillfeather"  # part of every name and address that the tests of privacy make up
NAME, EMAIL, SUBJECT = f"Zoë {WORD.title()} O'Canary", f"z.{WORD}@canary.example", f"subject-{WORD}"


def encoded(word, ahead):
    """A pattern that finds letters, in either case, in base64 of either alphabet, that many bytes behind where a group of three begins."""
    bits = "........" * ahead + "".join(f"{code >> 6:02b}.{code & 31:05b}" for code in word.encode())  # the third bit is the case
    sextets = [bits[start:start + 6].ljust(6, ".") for start in range(0, len(bits), 6)]
    found = [[digit for value, digit in enumerate(DIGITS) if re.match(sextet, f"{value:06b}")] for sextet in sextets]
    return "".join(f"[{''.join(digits)}]" for digits in found if len(digits) < len(DIGITS))


DIGITS = [*string.ascii_uppercase, *string.ascii_lowercase, *string.digits, "+-", "/_"]
CURSORS = [re.compile(encoded(WORD, ahead).encode()) for ahead in range(3)]


def shows(value):
    """Whether the word is in it, or in what is in it in base64: cursors."""
    data = value if isinstance(value, bytes) else str(value).encode()
    return WORD.encode() in data.lower() or any(cursor.search(data) for cursor in CURSORS)


def stains(exchange):
    """Where the word is in a recorded exchange and may not be: nowhere for those without a token; for all, not in headers,
    addresses, cursors and problems."""
    body, headers = base64.b64decode(exchange["body"]), dict(exchange["headers"])
    if headers.get("Content-Encoding") == "gzip":
        body = gzip.decompress(body)
    anonymous = not any(name.lower() == "authorization" for name, _ in exchange["request_headers"])
    if shows("\n".join(headers.values())):
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
