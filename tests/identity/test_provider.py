"""Tokens of a real OpenID provider: who comes with one is the account that the database has for this issuer and this
subject, and no other. What takes minutes (the next fetch) is tried with SCIP_LONG=1, and by a clock in tests/unit."""
import base64
import json
import os
import subprocess
import time

import harness
import mint
import pytest

HERE = harness.ROOT / "tests/identity"
AUDIENCE = "https://api.example"
ALGORITHMS = ["RS256", "PS256", "ES256", "EdDSA"]
FETCH_S = 60  # one fetch of an issuer's keys in so many seconds



class Provider:
    """A provider in a process of its own; started again on the same port it has new keys."""

    def __init__(self, audience=AUDIENCE):
        self.port, self.audience, self.process = harness.free_port(), audience, None
        self.issuer = f"http://127.0.0.1:{self.port}"
        self.start()

    def start(self):
        self.process = subprocess.Popen(["node", "provider.js", str(self.port), self.audience], cwd=HERE, text=True,
                                        stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
        while (line := self.process.stdout.readline()) and line != "ready\n":
            pass
        assert line, "the provider has not started"

    def stop(self):
        if self.process.poll() is None:
            self.process.terminate()
            self.process.wait(10)
            self.process.stdout.close()

    def request(self, method, target, headers=None, body=None):
        return harness.exchange(self, method, target, headers or {}, body, 20)

    def token(self, algorithm="RS256", seconds=300):
        return harness.Server.form(self, "/token", {"grant_type": "client_credentials", "scope": "hubs:read", "resource": f"{self.audience}/{algorithm}?seconds={seconds}"},
                                   ("outsider", "outsider-secret")).json["access_token"]

    def made(self, use):
        return self.request("GET", f"/made/{use}").text

    def entry(self, **more):
        return {"issuer": self.issuer, "audience": AUDIENCE, "algorithms": ALGORITHMS, **more}


def read(token, part=1):
    return json.loads(base64.urlsafe_b64decode(token.split(".")[part] + "=="))


def add_account(cluster, issuer, role, subject="outsider"):
    cluster.psql(f"""WITH account AS (INSERT INTO scip.account (issuer, subject, label) VALUES ('{issuer}', '{subject}', 'identity test') RETURNING id)
        INSERT INTO scip.account_role (account_id, role) SELECT id, '{role}' FROM account""", "scip_migrator")


def me(server, token):
    return server.send("GET", "/v1/me", token=token)


def status(server, token):
    return me(server, token).status


def comes_to_know(server, token, seconds=5):
    """The keys are fetched beside the requests: until then a token is refused."""
    until = time.monotonic() + seconds
    while (found := status(server, token)) == 401 and time.monotonic() < until:
        time.sleep(0.05)
    return found == 200


def refused(server, token, detail=None):
    answer = me(server, token)
    assert (answer.status, answer.headers["WWW-Authenticate"]) == (401, 'Bearer error="invalid_token"'), answer.text
    assert detail is None or detail in answer.json["detail"], answer.text


@pytest.fixture(scope="module")
def started():
    """What is running, to be stopped whatever happens; servers first."""
    found = []
    yield found
    errors = []
    for one in reversed(found):
        try:
            one.stop()
        except AssertionError as error:
            errors.append(error)
    assert not errors, errors


@pytest.fixture(scope="module")
def provide(started):
    """Starts a provider."""
    def start(*arguments):
        started.append(Provider(*arguments))
        return started[-1]
    return start


@pytest.fixture(scope="module")
def serve(cluster, started, tmp_path_factory):
    """Starts a server that takes tokens of these issuers."""
    def start(*entries):
        file = tmp_path_factory.mktemp("issuers") / "issuers.json"
        file.write_text(json.dumps({"issuers": list(entries)}))
        started.append(harness.Server("main", DATABASE_URL=cluster.url(), ISSUERS_FILE=file))
        return started[-1]
    return start


@pytest.fixture(scope="module")
def provider(provide):
    return provide()


@pytest.fixture(scope="module")
def outside(cluster, provider, serve):
    """A server that takes the provider's tokens; its keys are found by discovery."""
    add_account(cluster, provider.issuer, "analyst")
    server = serve(provider.entry())
    assert comes_to_know(server, provider.token())
    return server


@pytest.mark.parametrize("algorithm", ALGORITHMS)
def test_tokens_of_every_algorithm(outside, provider, algorithm):
    token = provider.token(algorithm)
    assert read(token, 0)["alg"] == algorithm and read(token, 0)["typ"] == "at+jwt" and read(token)["scope"] == "hubs:read"
    answer = me(outside, token)
    assert answer.status == 200 and answer.json["name"] == "identity test"
    assert [role["role"] for role in answer.json["roles"]] == ["analyst"]  # their scopes are no roles of ours, and limit none
    refused(outside, token[:-8] + "AAAAAAAA", "signature")
    refused(outside, ".".join([token.split(".")[0], mint.encode({**read(token), "sub": "somebody"}), token.split(".")[2]]), "signature")
    assert outside.send("GET", "/v1/accounts?limit=1", token=token).status == 403


def test_who_comes_is_who_the_database_knows(cluster, outside, provider):
    """Without an account nobody, inactive nobody; roles are those of now."""
    token, where = provider.token("ES256"), f"issuer = '{provider.issuer}' AND subject = 'outsider'"
    change = lambda sql: cluster.psql(f"UPDATE scip.account SET {sql} WHERE {where}", "scip_migrator")
    accounts = lambda: outside.send("GET", "/v1/accounts?limit=1", token=token).status
    assert status(outside, token) == 200
    change("subject = 'Outsider'")
    refused(outside, token, "account")
    cluster.psql(f"UPDATE scip.account SET subject = 'outsider' WHERE issuer = '{provider.issuer}'", "scip_migrator")
    change("active = false")
    refused(outside, token, "account")
    change("active = true")
    assert (status(outside, token), accounts()) == (200, 403)
    cluster.psql(f"INSERT INTO scip.account_role (account_id, role) SELECT id, 'central' FROM scip.account WHERE {where}", "scip_migrator")
    assert accounts() == 200
    cluster.psql(f"DELETE FROM scip.account_role WHERE role = 'central' AND account_id = (SELECT id FROM scip.account WHERE {where})", "scip_migrator")
    assert accounts() == 403
    change("tokens_from = now() + interval '1 second'")
    refused(outside, token, "account")
    change("tokens_from = NULL")
    assert status(outside, token) == 200


def test_the_central_team_adds_somebody_from_outside(cluster, outside, provide, serve):
    """A colleague's provider is another one; the account is made by the API, and their first request is theirs."""
    provider = provide()
    server = serve(provider.entry())
    token, central = provider.token("ES256"), cluster.token(outside, "central")
    assert not comes_to_know(server, token, 2)
    refused(server, token, "account")  # known as a token, and nobody's
    body = {"issuer": provider.issuer, "subject": read(token)["sub"], "name": "identity test", "roles": [{"role": "central"}]}
    account = server.send("POST", "/v1/accounts", body, central)
    assert account.status == 201, account.text
    assert me(server, token).json["id"] == account.json["id"]
    assert server.send("GET", "/v1/accounts?limit=1", token=token).status == 200
    assert server.send("DELETE", account.json["href"], token=central, if_match="*").status == 204
    refused(server, token, "account")
    server.stop()
    provider.stop()


def test_the_same_subject_elsewhere_is_somebody_else(cluster, provider, provide, serve):
    other = provide()
    add_account(cluster, other.issuer, "website")
    both, one = serve(provider.entry(), other.entry()), serve(provider.entry())
    ours, theirs = provider.token(), other.token()
    assert read(ours)["sub"] == read(theirs)["sub"]
    assert comes_to_know(both, ours) and comes_to_know(both, theirs) and comes_to_know(one, ours)
    role = lambda token: [role["role"] for role in me(both, token).json["roles"]]
    assert (role(ours), role(theirs)) == (["analyst"], ["website"])
    refused(one, theirs, "issuer")
    # signed by the one, and saying to be of the other
    swapped = ".".join([theirs.split(".")[0], mint.encode({**read(theirs), "iss": provider.issuer}), theirs.split(".")[2]])
    refused(both, swapped, "key")
    both.stop()
    one.stop()
    other.stop()


def test_tokens_for_others_are_refused(cluster, outside, provider, provide, serve):
    """ID tokens and logout tokens are made for the client, some access tokens for another service."""
    for use in ("idtoken", "logout"):
        token = provider.made(use)
        assert read(token)["iss"] == provider.issuer and read(token)["aud"] == read(token)["sub"] == "outsider"
        refused(outside, token, "audience" if use == "idtoken" else "kind")
    elsewhere = provide("https://other.example")
    add_account(cluster, elsewhere.issuer, "central")
    server = serve(elsewhere.entry())
    assert not comes_to_know(server, elsewhere.token(), 1.5)
    refused(server, elsewhere.token("ES256"), "audience")
    server.stop()
    right = serve(elsewhere.entry(audience="https://other.example"))
    assert comes_to_know(right, elsewhere.token())
    right.stop()
    elsewhere.stop()


def test_only_the_algorithms_that_the_operator_allows(provider, serve):
    server = serve(provider.entry(algorithms=["ES256", "EdDSA"]))
    assert comes_to_know(server, provider.token("ES256"))
    assert [status(server, provider.token(algorithm)) for algorithm in ALGORITHMS] == [401, 401, 200, 200]
    server.stop()


def test_a_token_lives_as_long_as_it_says(outside, provider):
    token = provider.token("ES256", 2)
    assert status(outside, token) == 200
    time.sleep(read(token)["exp"] - time.time() + 0.1)
    refused(outside, token, "expired")


def test_own_tokens_and_those_of_others_side_by_side(cluster, outside, provider):
    """One of the service's own is good beside them; the provider cannot make one, nor the service one of theirs."""
    own = cluster.token(outside, "website")
    assert me(outside, own).json["roles"][0]["role"] == "website"
    theirs = provider.token("ES256")
    refused(outside, ".".join([theirs.split(".")[0], mint.encode({**read(theirs), "iss": read(own)["iss"], "aud": read(own)["aud"]}), theirs.split(".")[2]]))
    key = mint.load_key(sorted((harness.LOCAL / "keys").glob("*.pem"))[0])
    refused(outside, mint.mint(key, {"alg": "ES256", "kid": read(own, 0)["kid"], "typ": "at+jwt"}, mint.claims(provider.issuer, "outsider", AUDIENCE)), "key")
    # a token of theirs is not theirs to end here
    name, secret = cluster.client("website")
    assert outside.form("/oauth/revoke", {"token": theirs}, (name, secret)).status == 200
    assert status(outside, theirs) == 200


@pytest.fixture
def restless(cluster, provide, serve):
    """A provider that goes and comes back, and a server that has met it."""
    provider = provide()
    add_account(cluster, provider.issuer, "analyst")
    server = serve(provider.entry())
    assert comes_to_know(server, provider.token())
    return provider, server, time.monotonic()


def test_without_the_provider_its_keys_serve_on(cluster, restless, serve):
    provider, server, _ = restless
    tokens = [provider.token(algorithm) for algorithm in ALGORITHMS]
    provider.stop()
    assert [status(server, token) for token in tokens * 2] == [200] * 8
    refused(server, tokens[0][:-8] + "AAAAAAAA", "signature")
    unknown = mint.mint(mint.new_key("ES256"), {"alg": "ES256", "kid": "unknown"}, mint.claims(provider.issuer, "outsider", AUDIENCE))
    for _ in range(20):  # each would have it fetched, and nobody waits for that
        started = time.monotonic()
        refused(server, unknown, "key")
        assert time.monotonic() - started < 0.5
    assert status(server, tokens[0]) == 200
    # a server that starts now is well, says what is missing, and takes nothing of theirs
    late = serve(provider.entry())
    refused(late, tokens[0], "key")
    assert late.logged(3, event="no key set from issuer", issuer=provider.issuer)
    assert late.get("/v1/hubs?limit=1").status == 200 and late.send("GET", "/v1/me", token=cluster.token(late, "website")).status == 200
    late.stop()


def test_a_provider_with_new_keys(restless, serve):
    """A server that starts takes the new ones at once and no old ones; one that runs goes on with the old ones until it asks again."""
    provider, server, met = restless
    old = provider.token("ES256")
    provider.stop()
    provider.start()
    new = provider.token("ES256")
    assert read(new, 0)["kid"] != read(old, 0)["kid"]
    late = serve(provider.entry())
    assert comes_to_know(late, new)
    refused(late, old, "key")
    late.stop()
    assert status(server, old) == 200
    refused(server, new, "key")
    if not os.environ.get("SCIP_LONG"):
        return
    while status(server, new) == 401:
        assert time.monotonic() - met < FETCH_S + 5
        assert status(server, old) in (200, 401)
        time.sleep(0.5)
    assert status(server, new) == 200 and time.monotonic() - met > FETCH_S - 5
    refused(server, old, "key")  # though it was seen before


@pytest.mark.parametrize("bad", [b"", b"{}", b"[]", b'{"issuers": 1}', b'{"issuers": [{"issuer": "https://a.example"}]}', b'{"issuers": [{"issuer": "a", "audience": "b", "algorithms": ["RS256"]}]}',
                                 b'{"issuers": [{"issuer": "https://a.example", "audience": "b", "algorithms": ["HS256"]}]}', b'{"issuers": [{"issuer": "https://a.example", "audience": "b", "algorithms": []}]}',
                                 b'{"issuers": [{"issuer": "https://a.example", "audience": "b", "algorithms": ["RS256"], "secret": "x"}]}',
                                 b'{"issuers": [{"issuer": "http://127.0.0.1:8080", "audience": "b", "algorithms": ["RS256"]}]}'])
def test_a_file_of_issuers_that_is_not_right_starts_no_server(cluster, tmp_path, bad):
    """Rather none than one that lets in others than the operator meant."""
    file = tmp_path / "issuers.json"
    file.write_bytes(bad)
    done = subprocess.run([harness.BINARY, "serve"], cwd=harness.ROOT, text=True, capture_output=True, timeout=20,
                          env={**os.environ, "ISSUERS_FILE": str(file), "DATABASE_URL": cluster.url(), "WRITER_DATABASE_URL": cluster.url("scip_writer"), "CENTRAL_DATABASE_URL": cluster.url("scip_central"), "PORT": str(harness.free_port())})
    assert done.returncode == 1 and str(file) in done.stderr, done.stderr
    assert "Sanitizer" not in done.stderr
