"""Requests a minute: of an address without a token, of a caller with one."""
import itertools
import os
import re
import time

import pytest

import harness

ADDRESS, CLIENT = 6, 4
addresses = (f"192.0.2.{n}" for n in itertools.count(1))


@pytest.fixture(scope="module")
def limited(cluster):
    """Behind a proxy on this machine, which says whom it asks for: each test comes from addresses of its own."""
    server = harness.Server("main", DATABASE_URL=cluster.url(), RATE_ADDRESS=ADDRESS, RATE_CLIENT=CLIENT, TRUSTED_PROXIES="127.0.0.10, 127.0.0.1")
    yield server
    server.stop()


@pytest.fixture
def tokens(cluster, server):
    """Of callers whose quota is untouched; bought at a server without limits."""
    return [cluster.token(server, "website", fresh=True) for _ in range(3)]


def rate(answer):
    """Which quota, what is left of it, and for how many seconds."""
    text = answer.headers["RateLimit"]
    if text is None:
        return None
    kind, left, seconds = re.fullmatch(r'"(address|client)";r=(\d+);t=(\d+)', text).groups()
    assert 0 <= int(seconds) <= 60
    return kind, int(left)


def ask(server, path="/v1/changes?start=now", address=None, token=None):
    return server.request("GET", path, {**({"X-Forwarded-For": address} if address else {}), **({"Authorization": f"Bearer {token}"} if token else {})})


def enough_time(server):
    """Windows begin all at once: waits for the next one where this one is nearly over."""
    seconds = int(ask(server, address=next(addresses)).headers["RateLimit"].rpartition("=")[2])
    if seconds < 5:
        time.sleep(seconds + 0.1)


def refused(answer, who):
    detail = f"The {who} has used up its requests of this minute."
    if "error" in answer.json:  # of an endpoint of OAuth, in its form
        assert (answer.status, answer.json["error"], answer.json["error_description"]) == (429, "temporarily_unavailable", detail)
    else:
        assert (answer.status, answer.json["type"], answer.json["detail"]) == (429, "/problems/too-many-requests", detail)
    assert 1 <= int(answer.headers["Retry-After"]) <= 60
    assert answer.headers["RateLimit"] == f'"{who}";r=0;t={answer.headers["Retry-After"]}'
    assert "no-store" in answer.headers["Cache-Control"]
    return True


def test_an_address_without_a_token(limited):
    enough_time(limited)
    one, other = next(addresses), next(addresses)
    for left in range(ADDRESS - 1, -1, -1):
        answer = ask(limited, address=one)
        assert answer.status == 200 and rate(answer) == ("address", left)
    assert refused(ask(limited, address=one), "address") and refused(ask(limited, address=one), "address")
    assert rate(ask(limited, address=other)) == ("address", ADDRESS - 1), "others are not held up"
    assert refused(limited.request("POST", "/oauth/token", {"X-Forwarded-For": one, "Content-Type": "application/x-www-form-urlencoded"}, b"grant_type=client_credentials"), "address")
    assert refused(ask(limited, "/v1/me", address=one), "address"), "before it is asked who it is"
    assert refused(ask(limited, "/v1/hubs", address=one), "address")


def test_shared_answers_do_not_tell(limited):
    """They are kept by caches and given to others: what is left to one of them is nobody else's matter."""
    enough_time(limited)
    address = next(addresses)
    for _ in range(ADDRESS):
        answer = ask(limited, "/v1/regions", address=address)
        assert answer.status == 200 and rate(answer) is None and answer.headers["Cache-Control"].startswith("public")
    assert refused(ask(limited, "/v1/regions", address=address), "address"), "yet they count"


def test_callers_have_quotas_of_their_own(limited, tokens):
    enough_time(limited)
    address = next(addresses)
    one, other, _ = tokens
    for left in range(CLIENT - 1, -1, -1):
        answer = ask(limited, "/v1/me", address, one)
        assert answer.status == 200 and rate(answer) == ("client", left)
    assert refused(ask(limited, "/v1/me", address, one), "client")
    assert refused(ask(limited, "/v1/me", next(addresses), one), "client"), "from wherever it comes"
    assert rate(ask(limited, "/v1/me", address, other)) == ("client", CLIENT - 1)
    assert rate(ask(limited, address=address)) == ("address", ADDRESS - 1), "the address has not been counted"


def test_a_second_token_of_one_client(limited, cluster, server):
    enough_time(limited)
    client = cluster.client("website")
    buy = lambda: server.form("/oauth/token", {"grant_type": "client_credentials"}, client).json["access_token"]
    assert [rate(ask(limited, "/v1/me", next(addresses), buy())) for _ in range(CLIENT)] == [("client", left) for left in range(CLIENT - 1, -1, -1)]
    assert refused(ask(limited, "/v1/me", next(addresses), buy()), "client")


def test_a_caller_of_a_crowded_address(limited, tokens):
    """Who has a token is not held up by neighbours without one."""
    enough_time(limited)
    address = next(addresses)
    for _ in range(ADDRESS + 1):
        last = ask(limited, address=address)
    assert refused(last, "address")
    assert ask(limited, "/v1/me", address, tokens[0]).status == 200


def test_what_is_refused_counts_as_well(limited, cluster, server):
    enough_time(limited)
    analyst = cluster.token(server, "analyst", fresh=True)
    for left in range(CLIENT - 1, -1, -1):
        answer = ask(limited, "/v1/accounts", next(addresses), analyst)
        assert answer.status == 403 and rate(answer) == ("client", left)
    assert refused(ask(limited, "/v1/accounts", next(addresses), analyst), "client")


def test_who_guesses_tokens(limited, tokens):
    """Wrong tokens count against the address, whatever they are."""
    enough_time(limited)
    address = next(addresses)
    right = tokens[0]
    wrong = ["x", "a.b.c", right[:-6] + "AAAAAA", "." * 30, right.replace(".", "", 1), right + "x"]
    for left, token in zip(range(ADDRESS - 1, -1, -1), wrong):
        answer = ask(limited, "/v1/me", address, token)
        assert answer.status == 401 and rate(answer) == ("address", left)
    assert refused(ask(limited, "/v1/me", address, "another"), "address")
    assert refused(limited.request("GET", "/v1/me", {"X-Forwarded-For": address, "Authorization": "Basic eDp5"}), "address")
    assert ask(limited, "/v1/me", address, right).status == 200, "the right one is let in"


def test_who_guesses_secrets(limited):
    enough_time(limited)
    address = next(addresses)
    guess = lambda n: limited.form("/oauth/token", {"grant_type": "client_credentials"}, ("website", f"guess {n}"), **{"X-Forwarded-For": address})
    assert [guess(n).status for n in range(ADDRESS)] == [401] * ADDRESS
    assert refused(guess(ADDRESS), "address")


def test_the_last_address_is_the_proxys_own_word(limited):
    """What stands before it came from the client, who may write there what it likes."""
    enough_time(limited)
    address = next(addresses)
    answers = [ask(limited, address=f"{next(addresses)}, {address}") for _ in range(ADDRESS)] + [ask(limited, address=f"{next(addresses)},{address}")]
    assert [answer.status for answer in answers] == [200] * ADDRESS + [429]
    assert ask(limited, address=f"{address}, {next(addresses)}").status == 200


def test_an_ipv6_subscriber_is_one_address(limited):
    """The last 64 bits are its own to choose; an IPv4 address written so is none of these."""
    enough_time(limited)
    answers = [ask(limited, address=f"2001:db8:7:{os.getpid():x}::{n:x}") for n in range(ADDRESS + 1)]
    assert [answer.status for answer in answers] == [200] * ADDRESS + [429]
    assert ask(limited, address=f"2001:DB8:7:{os.getpid():X}:1::9").status == 429 and ask(limited, address=f"2001:db8:8:{os.getpid():x}::1").status == 200
    assert [ask(limited, address=f"::ffff:{next(addresses)}").status for _ in range(ADDRESS + 2)] == [200] * (ADDRESS + 2)


def test_the_last_line_is_the_proxys_own_word(limited):
    """Some proxies add a line of their own below the client's."""
    enough_time(limited)
    address = next(addresses)

    def ask_in_lines(*lines):
        forwarded = "".join(f"X-Forwarded-For: {line}\r\n" for line in lines)
        return harness.raw(limited, f"GET /v1/changes?start=now HTTP/1.1\r\nHost: h\r\n{forwarded}Connection: close\r\n\r\n".encode())[0][0]

    answers = [ask_in_lines(next(addresses), address) for _ in range(ADDRESS + 1)]
    assert [answer.status for answer in answers] == [200] * ADDRESS + [429]
    assert ask_in_lines(address, next(addresses)).status == 200


def test_a_stranger_is_not_believed(cluster):
    """An address that is not exactly on the list counts by itself, whatever it says."""
    server = harness.Server("main", DATABASE_URL=cluster.url(), RATE_ADDRESS=30, TRUSTED_PROXIES="10.0.0.1,27.0.0.1,127.0.0.10,127.0.0.1:8080,1127.0.0.1")
    enough_time(server)
    left = [rate(ask(server, address=next(addresses)))[1] for _ in range(3)]
    assert left == [left[0], left[0] - 1, left[0] - 2]
    server.stop()


def test_no_limits(server, tokens):
    """0 counts nothing and sends no headers."""
    assert rate(ask(server)) is None and rate(ask(server, "/v1/me", token=tokens[0])) is None


@pytest.mark.long
def test_the_next_minute(limited):
    """Who waits as long as Retry-After says is let in again."""
    address, answer = next(addresses), None
    for _ in range(ADDRESS + 1):
        answer = ask(limited, address=address)
    while answer.status == 429:
        time.sleep(int(answer.headers["Retry-After"]))
        answer = ask(limited, address=address)
        assert answer.status == 200
