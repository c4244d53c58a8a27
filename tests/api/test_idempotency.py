"""Idempotency-Key: a client that sends a request again gets the first answer, and it was done once."""
import threading
import time
import uuid
from collections import Counter

import psycopg2
import pytest

PROVIDER = "https://login.idempotency.example"


class Caller:
    """A client of the central team with an account of its own, which a test may spoil."""

    def __init__(self, cluster, server, role="central"):
        self.server, self.cluster = server, cluster
        self.name, secret = cluster.client(role)
        answer = server.form("/oauth/token", {"grant_type": "client_credentials"}, (self.name, secret))
        assert answer.status == 200, answer.text
        self.token = answer.json["access_token"]
        self.id = cluster.psql(f"SELECT id FROM scip.account WHERE subject = '{self.name}'")

    def post(self, path, body, key=None, **headers):
        return self.server.send("POST", path, body, token=self.token, key=key, **headers)

    def account(self, subject, key=None, target="", **more):
        return self.post("/v1/accounts" + target, {"issuer": PROVIDER, "subject": subject, "name": "Idempotency", "roles": [], **more}, key)

    def sql(self, text):
        return self.cluster.psql(text.replace("ME", f"'{self.id}'"), "scip_migrator")


@pytest.fixture(scope="module")
def central(cluster, server):
    return Caller(cluster, server)


@pytest.fixture
def caller(cluster, server):
    return Caller(cluster, server)


@pytest.fixture
def name():
    """Of a subject or a key that nobody has used."""
    return f"idempotency-{uuid.uuid4()}"


def count(cluster, subject):
    return int(cluster.psql(f"SELECT count(*) FROM scip.account WHERE subject = '{subject}'"))


def kept(cluster, key):
    return int(cluster.psql(f"SELECT count(*) FROM scip.idempotency WHERE key = '{key}'"))


def same(one, other):
    """Byte for byte, as far as an answer is about its content."""
    headers_of = lambda answer: [answer.headers[header] for header in ("Content-Type", "Content-Length", "Cache-Control", "ETag", "Location")]
    return (one.status, one.body, headers_of(one)) == (other.status, other.body, headers_of(other))


def problem(answer):
    return answer.status, answer.json["type"]


REUSED = (422, "/problems/idempotency-key-reused")
IN_PROGRESS = (409, "/problems/idempotency-key-in-progress")


def test_sent_again_it_is_answered_as_the_first_time(cluster, central, name):
    """The client's network broke, or so it thought: it sends the same once more, and more often than that."""
    first = central.account(name, name)
    assert first.status == 201 and first.headers["Location"] == first.json["href"] and first.headers["ETag"]
    for _ in range(3):
        assert same(central.account(name, name), first)
    assert count(cluster, name) == 1
    assert int(cluster.psql(f"SELECT count(*) FROM scip.audit WHERE record = '{first.json['id']}'")) == 1
    # The answer is what it was, even where the record has moved on.
    assert central.server.send("PATCH", first.json["href"], {"name": "Changed"}, token=central.token, if_match="*").status == 200
    assert same(central.account(name, name), first)
    assert same(central.post("/v1/accounts", {"issuer": PROVIDER, "subject": name, "name": "Idempotency", "roles": []}, name), first)


def test_with_a_key_it_is_answered_as_without(central, name):
    with_key, without = central.account(name, name), central.account(name + "-2")
    assert [header for header, _ in with_key.header_list] == [header for header, _ in without.header_list]
    assert set(with_key.json) == set(without.json)


def test_it_is_done_twice_without_a_key(cluster, central, name):
    """The rule of the records, not the key, refuses the second."""
    assert [central.account(name).status, central.account(name).status] == [201, 409]


def test_one_key_is_for_one_request(cluster, central, name):
    first = central.account(name, name)
    assert problem(central.account(name + "-other", name)) == REUSED
    assert problem(central.account(name, name, **{"name": "Another"})) == REUSED
    assert count(cluster, name + "-other") == 0
    assert same(central.account(name, name), first), "and the first answer stands"


def test_one_key_for_two_records_of_one_operation(central, name):
    """The addresses differ, so it is another request."""
    one, two = central.account(name).json["href"], central.account(name + "-2").json["href"]
    assert central.post(one + "/roles", {"role": "website"}, name).status == 201
    assert problem(central.post(two + "/roles", {"role": "website"}, name)) == REUSED


def test_a_key_belongs_to_a_caller_and_an_operation(cluster, central, caller, name):
    account = central.account(name, name)
    assert account.status == 201
    theirs = caller.account(name + "-theirs", name)
    assert theirs.status == 201 and theirs.json["id"] != account.json["id"]
    client = central.post("/v1/clients", {"name": "Idempotency", "roles": []}, name)
    role = central.post(account.json["href"] + "/roles", {"role": "analyst"}, name)
    assert (client.status, role.status) == (201, 201)
    assert kept(cluster, name) == 4
    assert same(central.account(name, name), account) and same(central.post(account.json["href"] + "/roles", {"role": "analyst"}, name), role)
    assert same(caller.account(name + "-theirs", name), theirs)


def test_while_it_is_under_way(cluster, central, name):
    """The first waits for a row that another session holds. The same again is refused, other keys are not held up."""
    account = central.account(name)
    add = lambda key: central.post(account.json["href"] + "/roles", {"role": "website"}, key)
    holder, answers = psycopg2.connect(cluster.url("scip_migrator")), []
    with holder, holder.cursor() as cursor:
        cursor.execute("SELECT FROM scip.account WHERE id = %s FOR UPDATE", (account.json["id"],))
        first = threading.Thread(target=lambda: answers.append(add(name)))
        first.start()
        until = time.monotonic() + 3
        while not int(cluster.psql("SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND granted")) and time.monotonic() < until:
            time.sleep(0.01)
        started = time.monotonic()
        assert problem(add(name)) == IN_PROGRESS and problem(add(name)) == IN_PROGRESS
        assert problem(central.post(account.json["href"] + "/roles", {"role": "analyst"}, name)) == IN_PROGRESS
        assert central.account(name + "-2", name + "-2").status == 201
        assert time.monotonic() - started < 2 and not answers
    first.join()
    holder.close()
    assert answers[0].status == 201 and same(add(name), answers[0])
    assert len(central.server.send("GET", account.json["href"], token=central.token).json["roles"]) == 1


def test_a_refusal_is_not_kept(cluster, central, name):
    """What was refused had no effect: the client corrects it and may use its key again."""
    other = central.account(name + "-taken")
    assert central.account(name + "-taken", name).status == 409
    assert central.account(name, name, roles=[{"role": "hub_lead", "hub": "no-such-hub"}]).status == 422
    assert central.account(name, name, roles=[{"role": "hub_lead"}]).status == 422
    assert central.account(name, name, unknown=1).status == 400
    assert central.post("/v1/accounts/00000000-0000-4000-8000-000000000000/roles", {"role": "website"}, name).status == 404
    assert central.post("/v1/headline-figures/hubs-2019-22/versions", b"x", name, If_Match="*", Content_Type="text/plain").status == 415
    assert kept(cluster, name) == 0
    assert central.account(name, name).status == 201
    assert central.post(other.json["href"] + "/roles", {"role": "website"}, name).status == 201


def test_a_precondition_that_failed_is_not_kept(cluster, central, name):
    figure = {"metric": "idempotency_test", "kind": "context", "title": "Schools", "value": 1, "unit": "schools", "qualifier": "exact", "period": "2019-22",
              "sources": ["https://www.scipalliance.example/minutes"], "confidence": "high"}
    path = "/v1/headline-figures/" + name
    assert central.server.send("PUT", path, figure, token=central.token, If_None_Match="*").status == 201
    add = lambda tag: central.post(path + "/versions", figure, name, If_Match=tag)
    assert add('"7.ffff"').status == 412 and kept(cluster, name) == 0
    first = add('"1.ffff"')
    assert first.status == 201 and first.json["version"] == 2
    assert same(add('"1.ffff"'), first), "the record has changed since, but this was done already"


def test_other_rights_other_answer(cluster, caller, name):
    """An answer shows what its caller might see then: with other rights it is not given again."""
    first = caller.account(name, name)
    caller.sql("INSERT INTO scip.account_role (account_id, role) VALUES (ME, 'analyst')")
    assert problem(caller.account(name, name)) == (403, "/problems/rights-have-changed")
    caller.sql("DELETE FROM scip.account_role WHERE account_id = ME AND role = 'analyst'")
    assert same(caller.account(name, name), first)
    assert count(cluster, name) == 1


def test_who_lost_the_role_is_refused(cluster, caller, name):
    assert caller.account(name, name).status == 201
    caller.sql("DELETE FROM scip.account_role WHERE account_id = ME")
    assert problem(caller.account(name, name)) == (403, "/problems/role-needed")


def test_who_is_no_longer_known_is_refused(cluster, caller, name):
    first = caller.account(name, name)
    caller.sql("UPDATE scip.account SET active = false WHERE id = ME")
    refused = caller.account(name, name)
    assert (refused.status, refused.headers["WWW-Authenticate"]) == (401, 'Bearer error="invalid_token"')
    caller.sql("UPDATE scip.account SET active = true WHERE id = ME")
    assert same(caller.account(name, name), first)


def test_after_a_day_it_is_done_anew(cluster, central, name):
    first = central.account(name, name)
    age = lambda hours: cluster.psql(f"UPDATE scip.idempotency SET created_at = now() - interval '{hours}' WHERE key = '{name}'", "scip_migrator")
    age("23 hours 59 minutes")
    assert same(central.account(name, name), first)
    age("24 hours 1 minute")
    assert problem(central.account(name, name))[0] == 409, "done again: there is such an account"
    assert kept(cluster, name) == 1, "what was refused is undone"
    assert central.server.send("DELETE", first.json["href"], token=central.token, if_match="*").status == 204
    again = central.account(name, name)
    assert again.status == 201 and again.json["id"] != first.json["id"] and same(central.account(name, name), again)
    age("24 hours 1 minute")
    assert central.account(name + "-other", name).status == 201, "a key that is over may be for another request"
    assert kept(cluster, name) == 1


def test_what_is_over_is_cleared_away(cluster, central, name):
    for n in range(3):
        assert central.account(f"{name}-{n}", f"{name}-{n}").status == 201
    cluster.psql(f"UPDATE scip.idempotency SET created_at = now() - interval '25 hours' WHERE key LIKE '{name}-%'", "scip_migrator")
    for n in range(3, 6):
        assert central.account(f"{name}-{n}", f"{name}-{n}").status == 201
    left = cluster.psql(f"SELECT key FROM scip.idempotency WHERE key LIKE '{name}-%' ORDER BY 1").splitlines()
    assert left == [f"{name}-{n}" for n in range(3, 6)]


def test_a_dry_run_claims_nothing(cluster, central, name):
    dry = central.account(name, name, target="?dry_run=true")
    assert dry.status == 201 and kept(cluster, name) == 0 and count(cluster, name) == 0
    real = central.account(name, name)
    assert real.status == 201 and count(cluster, name) == 1
    assert central.account(name + "-other", name, target="?dry_run=true").status == 201, "and is not held up by what is kept"
    assert same(central.account(name, name), real)


@pytest.mark.parametrize("key", ["", "two words", "x" * 256, "caf\u00e9"])
def test_a_key_is_up_to_255_visible_characters(cluster, central, name, key):
    answer = central.account(name, key)
    assert answer.status == 400 and [error["pointer"] for error in answer.json["errors"]] == ["/header/Idempotency-Key"]
    assert count(cluster, name) == 0


@pytest.mark.parametrize("key", ["tab\there", "\x7f", "null\0"])
def test_a_key_without_control_characters(cluster, central, name, key):
    """No header may have them."""
    assert central.account(name, key).status == 400
    assert count(cluster, name) == 0


def test_long_and_odd_keys(central, name):
    long = name + "-" + "x" * (254 - len(name))
    first = central.account(name, long)
    assert first.status == 201 and same(central.account(name, long), first)
    odd = name + "'\"\\%{}|~!"
    second = central.account(name + "-2", odd)
    assert second.status == 201 and same(central.account(name + "-2", odd), second)


def test_a_key_ends_where_it_ends(central, name):
    """Keys differ by case and by their last character."""
    assert [central.account(f"{name}-{n}", key).status for n, key in enumerate((name, name + "x", name.upper()))] == [201, 201, 201]


def test_tokens_are_never_kept(cluster, server, name):
    client = cluster.client("website")
    ask = lambda: server.form("/oauth/token", {"grant_type": "client_credentials"}, client, **{"Idempotency-Key": name})
    one, two = ask(), ask()
    assert (one.status, two.status) == (200, 200) and one.json["access_token"] != two.json["access_token"]
    assert kept(cluster, name) == 0
    assert server.form("/oauth/token", {"grant_type": "client_credentials"}, client, **{"Idempotency-Key": "two words"}).status == 200
    assert server.form("/oauth/token", {"grant_type": "client_credentials"}, (client[0], "wrong"), **{"Idempotency-Key": name}).status == 401


def test_an_operation_with_a_secret_takes_no_key(contract):
    """What is kept could be read again."""
    for path, item in contract["paths"].items():
        for operation in item.values():
            if isinstance(operation, dict) and ("secret" in path or path.startswith("/oauth/")):
                assert not any("IdempotencyKey" in parameter.get("$ref", "") for parameter in operation.get("parameters", []))


def test_fifty_at_once(cluster, central, name):
    """One of them does it. The others learn that it is under way, or its result."""
    start, answers = threading.Barrier(50), []

    def ask():
        start.wait()
        answers.append(central.account(name, name))

    threads = [threading.Thread(target=ask) for _ in range(50)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    counts = Counter(answer.status for answer in answers)
    assert set(counts) <= {201, 409} and counts[201], counts
    assert all(problem(answer) == IN_PROGRESS for answer in answers if answer.status == 409)
    done = [answer for answer in answers if answer.status == 201]
    assert all(same(answer, done[0]) for answer in done)
    assert same(central.account(name, name), done[0]) and count(cluster, name) == 1
    assert int(cluster.psql(f"SELECT count(*) FROM scip.audit WHERE record = '{done[0].json['id']}'")) == 1
