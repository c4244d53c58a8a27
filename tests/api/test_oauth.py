"""Tokens of the service's own: who gets one and how, how it ends, and how the keys behind it follow each other."""
import base64
import json
import os
import re
import subprocess
import threading
import time
import uuid
from pathlib import Path
from urllib.parse import urlencode

import harness
import mint
import pytest

ISSUER = "http://127.0.0.1:8080"
TYPE = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
GRANT = {"grant_type": "client_credentials"}


def sign_in(server, basic=None, **values):
    return server.form("/oauth/token", {**GRANT, **values}, basic)


def access(server, *client, **values):
    answer = sign_in(server, client, **values)
    assert answer.status == 200, answer.text
    return answer.json["access_token"]


def me(server, token):
    return server.send("GET", "/v1/me", token=token)


def is_nobody(answer):
    """The one answer to a client that has not shown who it is: it does not say what was wrong."""
    assert answer.status == 401, answer.text
    assert answer.headers["WWW-Authenticate"] == 'Basic realm="oauth"'
    assert "no-store" in answer.headers["Cache-Control"] and answer.headers["Content-Type"] == "application/json"
    assert answer.json == {"error": "invalid_client", "error_description": "The client has not shown who it is."}


def is_refused(answer, error):
    assert (answer.status, answer.json["error"]) == (400, error), answer.text
    assert answer.headers["WWW-Authenticate"] is None


def named_client(cluster, name, secret, role="analyst"):
    """A client that has not been given its name and secret by the service."""
    cluster.psql(f"""WITH account AS (INSERT INTO scip.account (issuer, subject, label) VALUES ('self', $x${name}$x$, 'oauth test') RETURNING id),
        role AS (INSERT INTO scip.account_role (account_id, role) SELECT id, '{role}' FROM account)
        INSERT INTO scip.client_secret (account_id, sha256) SELECT id, sha256(convert_to($x${secret}$x$, 'UTF8')) FROM account""", "scip_migrator")
    return name, secret


@pytest.fixture(scope="module")
def client(cluster):
    return cluster.client("analyst", label="oauth test")


@pytest.fixture
def start(cluster):
    """Starts servers of the same database, and stops them whatever happens."""
    servers = []

    def one(**env):
        servers.append(harness.Server("main", DATABASE_URL=cluster.url(), **env))
        return servers[-1]

    yield one
    for server in servers:
        server.stop()


# Showing who one is by a secret


def test_a_secret_buys_a_token(server, client):
    answer = sign_in(server, client)
    assert answer.status == 200, answer.text
    assert answer.headers["Content-Type"] == "application/json" and "no-store" in answer.headers["Cache-Control"]
    assert {name: value for name, value in answer.json.items() if name != "access_token"} == {
        "token_type": "Bearer", "expires_in": 3600, "scope": "analyst"}
    header, payload, _ = answer.json["access_token"].split(".")
    header, payload = (json.loads(base64.urlsafe_b64decode(part + "==")) for part in (header, payload))
    assert header["alg"] == "ES256" and header["kid"] in {key["kid"] for key in server.get("/.well-known/jwks.json").json["keys"]}
    assert (payload["iss"], payload["aud"], payload["sub"], payload["client_id"]) == (ISSUER, ISSUER, client[0], client[0])
    assert payload["exp"] - payload["iat"] == 3600 and abs(payload["iat"] - time.time()) < 5 and len(payload["jti"]) >= 32
    assert me(server, answer.json["access_token"]).status == 200
    again = access(server, *client)
    assert again != answer.json["access_token"] and me(server, again).status == 200


def test_a_secret_in_the_form_buys_one_too(server, client):
    answer = sign_in(server, client_id=client[0], client_secret=client[1])
    assert answer.status == 200 and me(server, answer.json["access_token"]).status == 200
    # beside Basic the name may be said again, and nothing but the same
    assert sign_in(server, client, client_id=client[0]).status == 200
    is_nobody(sign_in(server, client, client_id="somebody-else"))


@pytest.mark.parametrize("name, secret", [("a b", "c d"), ("with:colon", "also:colon:"), ("100%", "+&=%2B"), ("Zoë €", "pässwörd ✓"), ("quo\"te", "back\\slash'")])
def test_names_and_secrets_of_any_letters(cluster, server, name, secret):
    """Both halves of Basic are form-encoded (RFC 6749, section 2.3.1), and then base64."""
    name, secret = named_client(cluster, f"{name} {uuid.uuid4()}", secret)
    assert me(server, access(server, name, secret)).status == 200
    assert sign_in(server, client_id=name, client_secret=secret).status == 200
    plus = urlencode({name: secret}).replace("=", ":", 1)  # a space as +, as forms have it
    headers = {"Content-Type": "application/x-www-form-urlencoded", "Authorization": "basic " + base64.b64encode(plus.encode()).decode()}
    assert server.request("POST", "/oauth/token", headers, urlencode(GRANT).encode()).status == 200
    is_nobody(sign_in(server, (name, secret + " ")))


def test_the_wrong_secret(server, client):
    name, secret = client
    for wrong in ((name, secret[:-1]), (name, secret + "x"), (name, secret.swapcase()), (name, ""), (name, "x" * 255), (name.upper(), secret),
                  ("nobody", secret), (name + "\0", secret), (name, secret + "\0"), ("' OR 1=1 --", secret), (secret, name)):
        is_nobody(sign_in(server, wrong))
    is_nobody(sign_in(server, client_id=name, client_secret="wrong"))
    is_nobody(sign_in(server, client_secret=secret))
    is_nobody(sign_in(server, client_id=name))
    is_nobody(sign_in(server))
    assert sign_in(server, client).status == 200


@pytest.mark.parametrize("header", ["Basic", "Basic ", "Basic !!!!", "Basic bm9jb2xvbg==", "Basic Og==", "Basic OnNlY3JldA==", "Basic YTpi=", "Basic =", "Basic ====",
                                    "Basic JTpi", "Basic " + "QTpB" * 600, "Bearer abc", "Negotiate abc", "Basic YTpi YTpi", "Basic gICAgIA=", "Basic AAAA", "Basic YQA6Yg=="],
                         ids=lambda header: header[:20])
def test_a_basic_header_that_is_none(server, header):
    answer = server.form("/oauth/token", GRANT, Authorization=header)
    is_nobody(answer)


def test_what_ended_buys_nothing(cluster, server):
    """A secret that has ended, and one of a client that is not active any longer."""
    name, secret = cluster.client("analyst", label="oauth test")
    change = lambda sql: cluster.psql(sql.replace("ME", f"(SELECT id FROM scip.account WHERE subject = '{name}')"), "scip_migrator")
    token = access(server, name, secret)
    change("UPDATE scip.client_secret SET ends_at = now() + interval '1 hour' WHERE account_id = ME")
    assert sign_in(server, (name, secret)).status == 200
    change("UPDATE scip.client_secret SET ends_at = now() WHERE account_id = ME")
    is_nobody(sign_in(server, (name, secret)))
    is_nobody(sign_in(server, client_id=name, client_secret=secret))
    assert me(server, token).status == 200  # what was bought before goes on
    change("UPDATE scip.client_secret SET ends_at = NULL WHERE account_id = ME")
    change("UPDATE scip.account SET active = false WHERE id = ME")
    is_nobody(sign_in(server, (name, secret)))
    assert me(server, token).status == 401
    change("UPDATE scip.account SET active = true WHERE id = ME")
    assert sign_in(server, (name, secret)).status == 200


def test_a_person_is_no_client(cluster, server):
    """Accounts of outside issuers get their tokens there, even where one had a secret."""
    name, secret = cluster.client("analyst", label="oauth test")
    cluster.psql(f"UPDATE scip.account SET issuer = 'https://login.oauth.example' WHERE subject = '{name}'", "scip_migrator")
    is_nobody(sign_in(server, (name, secret)))


# Showing who one is by an assertion


class Signer:
    """A client that has given its public keys and signs for itself."""

    def __init__(self, cluster, algorithm="ES256"):
        self.name, self.secret = cluster.client("analyst", label="oauth test")
        self.key, self.algorithm = mint.new_key(algorithm), algorithm
        keys = json.dumps({"keys": [mint.jwk(self.key, kid="mine", alg=algorithm, use="sig")]})
        cluster.psql(f"INSERT INTO scip.client_keys (account_id, jwks) SELECT id, '{keys}' FROM scip.account WHERE subject = '{self.name}'", "scip_migrator")

    def header(self, **more):
        whole = {"alg": self.algorithm, "kid": "mine", "typ": "JWT", **more}
        return {name: value for name, value in whole.items() if value is not None}

    def assertion(self, header=None, key=None, **claims):
        return mint.mint(key or self.key, self.header(**(header or {})), mint.claims(self.name, self.name, f"{ISSUER}/oauth/token", **{"iss": self.name, **claims}))

    def sign_in(self, server, assertion=None, **more):
        return sign_in(server, client_assertion_type=more.pop("type", TYPE), client_assertion=assertion or self.assertion(), **more)


@pytest.fixture(scope="module")
def signer(cluster):
    return Signer(cluster)


@pytest.mark.parametrize("algorithm", ["ES256", "RS256", "PS256", "EdDSA"])
def test_an_assertion_buys_a_token_once(cluster, server, algorithm):
    signer = Signer(cluster, algorithm)
    assertion = signer.assertion()
    answer = signer.sign_in(server, assertion)
    assert answer.status == 200, answer.text
    assert me(server, answer.json["access_token"]).status == 200
    is_nobody(signer.sign_in(server, assertion))
    assert signer.sign_in(server, client_id=signer.name).status == 200
    assert signer.sign_in(server, signer.assertion(aud=ISSUER)).status == 200  # the issuer's name is its audience too
    assert signer.sign_in(server, signer.assertion(header={"kid": None, "typ": "client-authentication+jwt"})).status == 200  # one key fits


def test_of_many_that_show_one_assertion_at_once_one_gets_a_token(server, signer):
    assertion, answers, barrier = signer.assertion(), [], threading.Barrier(8)

    def ask():
        barrier.wait()
        answers.append(signer.sign_in(server, assertion).status)

    threads = [threading.Thread(target=ask) for _ in range(8)]
    [thread.start() for thread in threads]
    [thread.join() for thread in threads]
    assert sorted(answers) == [200] + [401] * 7


def test_an_assertion_is_spent_on_every_server(server, start, signer):
    other = start()
    assertion = signer.assertion()
    assert signer.sign_in(other, assertion).status == 200
    is_nobody(signer.sign_in(server, assertion))


@pytest.mark.parametrize("wrong", [
    {"aud": "https://other.example"}, {"aud": None}, {"aud": [f"{ISSUER}/oauth/token", "https://other.example"]}, {"aud": f"{ISSUER}/"}, {"aud": []},
    {"iss": "somebody"}, {"iss": None}, {"sub": "somebody"}, {"sub": None}, {"iss": "", "sub": ""}, {"jti": None}, {"jti": ""}, {"jti": 7},
    {"exp": None}, {"exp": 1}, {"exp": 32503680000}, {"seconds": 400}, {"seconds": -1}, {"seconds": 0}, {"iat": 32503680000}, {"nbf": 32503680000}, {"exp": "soon"},
    {"cnf": {"jkt": "a"}}, {"header": {"kid": "other"}}, {"header": {"kid": 7}}, {"header": {"alg": "none"}}, {"header": {"alg": "HS256"}}, {"header": {"alg": "RS256"}},
    {"header": {"typ": "at+jwt"}}, {"header": {"crit": ["exp"]}}, {"header": {"jku": "https://other.example/keys"}}], ids=str)
def test_the_wrong_assertion(server, signer, wrong):
    is_nobody(signer.sign_in(server, signer.assertion(**wrong)))


def test_somebody_elses_assertion(cluster, server, signer, client):
    """Signed by a stranger, by another client, with a secret, by the service; for a client without keys; cut and bent."""
    other = Signer(cluster)
    is_nobody(signer.sign_in(server, signer.assertion(key=mint.new_key("ES256"))))
    is_nobody(signer.sign_in(server, other.assertion(iss=signer.name, sub=signer.name)))
    is_nobody(signer.sign_in(server, client_id=other.name))
    is_nobody(signer.sign_in(server, signer.assertion(iss=client[0], sub=client[0])))
    is_nobody(signer.sign_in(server, access(server, signer.name, signer.secret)))
    good = signer.assertion()
    for bent in (good[:-1], good + "A", good + "=", good + ".", good.rpartition(".")[0] + ".", "..", ".", "a.b.c", "nothing"):
        is_nobody(signer.sign_in(server, bent))
    is_nobody(signer.sign_in(server, good, type="urn:ietf:params:oauth:client-assertion-type:saml2-bearer"))
    is_nobody(sign_in(server, client_assertion=good))
    is_nobody(sign_in(server, client_assertion_type=TYPE))
    assert signer.sign_in(server, good).status == 200  # none of these has spent it


def test_an_assertion_of_a_client_that_is_no_longer_active(cluster, server):
    signer = Signer(cluster)
    cluster.psql(f"UPDATE scip.account SET active = false WHERE subject = '{signer.name}'", "scip_migrator")
    is_nobody(signer.sign_in(server))


def test_two_ways_at_once_are_none(server, signer, client):
    """RFC 6749, section 2.3: one method in each request."""
    pair = {"client_id": client[0], "client_secret": client[1]}
    is_nobody(sign_in(server, client, **pair))
    mine = (signer.name, signer.secret)
    is_nobody(signer.sign_in(server, client_id=mine[0], client_secret=mine[1]))
    is_nobody(sign_in(server, mine, client_assertion_type=TYPE, client_assertion=signer.assertion()))


def test_two_authorization_headers_are_none(server, client):
    """A proxy in front may have read the other one."""
    body, basic = urlencode(GRANT).encode(), base64.b64encode(":".join(client).encode()).decode()
    head = f"POST /oauth/token HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Type: application/x-www-form-urlencoded\r\nContent-Length: {len(body)}\r\n"
    send = lambda *values: harness.raw(server, (head + "".join(f"Authorization: Basic {value}\r\n" for value in values) + "\r\n").encode() + body)[0][0]
    assert send(basic).status == 200
    for second in (basic, "YTpi"):
        assert send(basic, second).status in (400, 401)


# What is asked for


def test_other_grants(server, client):
    for grant in ("password", "authorization_code", "refresh_token", "CLIENT_CREDENTIALS", "client_credentials ", "urn:ietf:params:oauth:grant-type:jwt-bearer", "x"):
        is_refused(sign_in(server, client, grant_type=grant), "unsupported_grant_type")
    missing = server.form("/oauth/token", {"scope": "analyst"}, client)
    assert missing.status == 400 and "grant_type" in missing.text
    assert sign_in(server, client, grant_type="").status == 400  # without a value: as if it were not there


def test_a_scope_is_some_of_the_roles(cluster, server):
    name, secret = cluster.client("central", label="oauth test")
    cluster.psql(f"INSERT INTO scip.account_role (account_id, role) SELECT id, 'analyst' FROM scip.account WHERE subject = '{name}'", "scip_migrator")
    whole, narrow = sign_in(server, (name, secret)), sign_in(server, (name, secret), scope="analyst")
    assert (whole.json["scope"], narrow.json["scope"]) == ("analyst central", "analyst")
    assert sign_in(server, (name, secret), scope="central analyst").json["scope"] == "central analyst"
    assert sign_in(server, (name, secret), scope="").json["scope"] == "analyst central"
    for scope in ("partner", "analyst partner", "centra", "centrals", "central_", "analyst central website"):
        is_refused(sign_in(server, (name, secret), scope=scope), "invalid_scope")
    for scope in ("Central", " central", "central ", "central  analyst", "*", "a-b", "x" * 201):
        assert sign_in(server, (name, secret), scope=scope).status == 400, scope

    # with the narrower one it may no longer do what its other role lets it do
    roles = lambda answer: [role["role"] for role in me(server, answer.json["access_token"]).json["roles"]]
    assert roles(whole) == ["analyst", "central"] and roles(narrow) == ["analyst"]
    assert server.send("GET", "/v1/accounts?limit=1", token=whole.json["access_token"]).status == 200
    refused = server.send("GET", "/v1/accounts?limit=1", token=narrow.json["access_token"])
    assert refused.status == 403 and refused.headers["WWW-Authenticate"] == 'Bearer error="insufficient_scope", scope="central"'
    # a right that is taken away is gone from tokens that name it
    central = access(server, name, secret, scope="central")
    cluster.psql(f"DELETE FROM scip.account_role WHERE role = 'central' AND account_id = (SELECT id FROM scip.account WHERE subject = '{name}')", "scip_migrator")
    assert server.send("GET", "/v1/accounts?limit=1", token=central).status == 403
    is_refused(sign_in(server, (name, secret), scope="central"), "invalid_scope")
    # and one that comes later is not in a token that was limited, but is in one that was not
    cluster.psql(f"INSERT INTO scip.account_role (account_id, role) SELECT id, 'website' FROM scip.account WHERE subject = '{name}'", "scip_migrator")
    assert roles(narrow) == ["analyst"] and roles(whole) == ["analyst", "website"]


def test_a_client_without_roles_is_somebody(cluster, server):
    name, secret = cluster.client("analyst", label="oauth test")
    cluster.psql(f"DELETE FROM scip.account_role WHERE account_id = (SELECT id FROM scip.account WHERE subject = '{name}')", "scip_migrator")
    answer = sign_in(server, (name, secret))
    assert answer.status == 200 and answer.json["scope"] == ""
    assert me(server, answer.json["access_token"]).json["roles"] == []
    is_refused(sign_in(server, (name, secret), scope="analyst"), "invalid_scope")


@pytest.mark.parametrize("target, good", [("/oauth/token", "grant_type=client_credentials"), ("/oauth/revoke", "token=x")])
def test_forms_are_read_strictly(server, client, target, good):
    pair = urlencode({"client_id": client[0], "client_secret": client[1]})
    send = lambda body, kind="application/x-www-form-urlencoded": server.request("POST", target, {"Content-Type": kind} if kind else {}, body.encode())
    assert send(f"{good}&{pair}").status == 200
    assert send(f"{good}&{pair}&unknown=1&resource=https%3A%2F%2Fx.example").status == 200  # others are ignored (RFC 6749, section 3.2)
    assert send(f"{good}&{pair}", "application/x-www-form-urlencoded; charset=utf-8").status == 200
    for body in (f"{good}&{pair}&{good}", f"{good}&{pair}&client_id={client[0]}", f"{good}&{pair}&client_secret=", f"{good}&{pair}&x=1&x=1",
                 f"{good}&{pair}&scope=%00&scope=analyst", f"{good}&client_id=%FF&client_secret=x", f"{good}&client_id=a%00b&client_secret=x",
                 f"{good}&client_id=%4&client_secret=x", f"{good}&client_id={'x' * 256}&client_secret=x", f"{good}&client_assertion={'x' * 8193}", pair, ""):
        answer = send(body)
        assert (answer.status, answer.json["error"], answer.headers["Content-Type"]) == (400, "invalid_request", "application/json"), (body[:80], answer.text)
        assert set(answer.json) == {"error", "error_description"} and re.fullmatch(r"[ !#-\[\]-~]+", answer.json["error_description"])
        assert client[1] not in answer.text
    for kind in ("application/json", "text/plain", "multipart/form-data; boundary=x", "application/x-www-form-urlencoded-not", None):
        is_refused(send(f"{good}&{pair}", kind), "invalid_request")
    assert server.request("POST", f"{target}?{pair}", {"Content-Type": "application/x-www-form-urlencoded"}, good.encode()).status == 400
    answer = server.request("GET", target)
    assert (answer.status, answer.headers["Allow"], answer.json["error"]) == (405, "POST, OPTIONS", "invalid_request"), answer.text


# How a token ends


def test_a_token_is_ended_by_who_has_it(server, start, client):
    """At once, on every server of the database, and for good."""
    other_server = start()
    token, sibling = access(server, *client), access(server, *client)
    for where in (server, other_server):
        assert me(where, token).status == me(where, sibling).status == 200  # seen before: the signature is not looked at again
    answer = server.form("/oauth/revoke", {"token": token, "token_type_hint": "access_token"}, client)
    ended = time.monotonic()
    assert answer.status == 200 and answer.body == b"" and "no-store" in answer.headers["Cache-Control"]
    for where in (server, other_server):
        refused = me(where, token)
        assert refused.status == 401 and refused.headers["WWW-Authenticate"] == 'Bearer error="invalid_token"'
        assert where.send("GET", "/v1/changes?limit=1", token=token).status == 401  # not taken for anonymous either
    assert time.monotonic() - ended < 1
    assert me(server, sibling).status == me(other_server, sibling).status == 200
    assert server.form("/oauth/revoke", {"token": token}, client).status == 200
    assert me(server, token).status == 401


def test_a_token_is_not_ended_by_others(cluster, server, client, signer):
    token, other = access(server, *client), cluster.client("central", label="oauth test")
    assert server.form("/oauth/revoke", {"token": token}, other).status == 200  # even of the central team
    assert me(server, token).status == 200
    is_nobody(server.form("/oauth/revoke", {"token": token}, (client[0], "wrong")))
    is_nobody(server.form("/oauth/revoke", {"token": token}))
    is_nobody(server.form("/oauth/revoke", {"token": token, "client_id": client[0]}))
    is_nobody(server.form("/oauth/revoke", {"token": token}, Authorization="Bearer " + token))
    assert me(server, token).status == 200
    mine = signer.sign_in(server).json["access_token"]
    shown = {"client_assertion_type": TYPE, "client_assertion": signer.assertion()}
    assert server.form("/oauth/revoke", {"token": mine, **shown}).status == 200
    assert me(server, mine).status == 401
    is_nobody(server.form("/oauth/revoke", {"token": mine, **shown}))


def test_what_is_no_token_needs_no_end(cluster, server, client):
    spent = lambda: cluster.psql("SELECT count(*) FROM scip.spent_token")
    before, token = spent(), access(server, *client)
    for nonsense in ("x", "a.b.c", "..", token[:-2], token + "x", token.replace(".", "..", 1), "💥", "[" * 8000, token.upper()):
        answer = server.form("/oauth/revoke", {"token": nonsense}, client)
        assert (answer.status, answer.body) == (200, b""), nonsense
    assert spent() == before and me(server, token).status == 200


# What is written down


def test_secrets_are_written_down_nowhere(cluster, start):
    """A day of a client at a server of its own, and then a look into everything that is kept."""
    server = start(LOG_LEVEL="debug")
    central = cluster.token(server, "central", fresh=True)
    made = server.send("POST", "/v1/clients", {"name": "oauth secret test", "roles": [{"role": "analyst"}]}, central, key=str(uuid.uuid4())).json
    answer = server.send("POST", f"/v1/clients/{made['id']}/secrets", None, central)
    assert answer.status == 201, answer.text
    name, secret, signer = made["client_id"], answer.json["secret"], Signer(cluster)
    assert len(base64.urlsafe_b64decode(secret + "=")) == 32
    token, assertion = access(server, name, secret), signer.assertion()
    assert signer.sign_in(server, assertion).status == 200
    is_nobody(sign_in(server, (name, secret + "wrong")))
    sign_in(server, client_id=name, client_secret=secret, scope="nothing")
    sign_in(server, (name, secret), client_secret=secret)
    assert me(server, token).status == 200 and server.send("GET", "/v1/accounts", token=token).status == 403
    server.form("/oauth/revoke", {"token": token}, (name, secret))
    assert me(server, token).status == 401
    server.stop()
    words = [secret, token, assertion, central, base64.b64encode(f"{name}:{secret}".encode()).decode(), token.rpartition(".")[2], assertion.rpartition(".")[2]]
    log = server.log.read_text()
    assert '"operation":"createToken"' in log and not [word for word in words if word in log]
    kept = subprocess.run(["pg_dump", "--data-only", "-d", cluster.url("postgres")], check=True, capture_output=True, text=True).stdout
    assert made["id"] in kept and not [word for word in words if word in kept]
    database_log = Path(cluster.psql("SHOW data_directory")) / "server.log"
    assert not [word for word in words if word in database_log.read_text(errors="replace")]


def test_tokens_are_made_anew_even_with_an_idempotency_key(cluster, server, client):
    """An answer with a token in it is never kept."""
    answers = [server.form("/oauth/token", GRANT, client, **{"Idempotency-Key": "oauth-once"}) for _ in range(2)]
    assert [answer.status for answer in answers] == [200, 200] and answers[0].json["access_token"] != answers[1].json["access_token"]
    assert cluster.psql("SELECT count(*) FROM scip.idempotency WHERE key = 'oauth-once' OR operation IN ('createToken', 'revokeToken')") == "0"


# The keys


def test_where_libraries_look(server):
    known = server.get("/.well-known/oauth-authorization-server")
    assert known.status == 200 and known.headers["Content-Type"] == "application/json"
    assert known.json["issuer"] == ISSUER and known.json["grant_types_supported"] == ["client_credentials"]
    assert (known.json["token_endpoint"], known.json["revocation_endpoint"], known.json["jwks_uri"]) == (
        f"{ISSUER}/oauth/token", f"{ISSUER}/oauth/revoke", f"{ISSUER}/.well-known/jwks.json")
    assert set(known.json["token_endpoint_auth_methods_supported"]) == {"client_secret_basic", "client_secret_post", "private_key_jwt"}
    keys = server.get("/.well-known/jwks.json", Authorization="Bearer nonsense")  # public: no token is looked at
    assert keys.status == 200 and server.get("/.well-known/jwks.json", If_None_Match=keys.headers["ETag"]).status == 304
    assert keys.headers["Cache-Control"] == "private, no-store"
    for key in keys.json["keys"]:
        assert set(key) == {"kty", "crv", "x", "y", "kid", "alg", "use"} and (key["alg"], key["use"]) == ("ES256", "sig")
    files = [mint.load_key(path) for path in (harness.LOCAL / "keys").glob("*.pem")]
    assert sorted(mint.jwk(key)["x"] for key in files) == sorted(key["x"] for key in keys.json["keys"])
    for path in (harness.LOCAL / "keys").glob("*.pem"):
        assert path.stat().st_mode & 0o077 == 0
    assert (harness.LOCAL / "keys").stat().st_mode & 0o077 == 0


def rotate(folder, **env):
    return subprocess.run([harness.BINARY, "keys", "rotate"], cwd=harness.ROOT, text=True, capture_output=True,
                          env={**os.environ, "KEYS": str(folder), **{name: str(value) for name, value in env.items()}})


def kid_of(token):
    return json.loads(base64.urlsafe_b64decode(token.split(".")[0] + "=="))["kid"]


class Asking:
    """A client that goes on signing in and using what it gets, old and new, until it has to stop."""

    def __init__(self, servers, client, token):
        self.servers, self.client, self.token = servers, client, token
        self.wrong, self.signed_by, self.stopping, self.count = [], [], False, 0
        self.thread = threading.Thread(target=self.ask)
        self.thread.start()

    def ask(self):
        while not self.stopping:
            for server in self.servers:
                answer = sign_in(server, self.client)
                found = [answer.status]
                if answer.status == 200:
                    self.signed_by.append(kid_of(answer.json["access_token"]))
                    found += [me(other, token).status for other in self.servers for token in (answer.json["access_token"], self.token)]
                self.count += 1
                if set(found) != {200}:
                    self.wrong.append(found)
            time.sleep(0.05)

    def end(self):
        self.stopping = True
        self.thread.join()

    def stop(self):
        self.end()
        assert not self.wrong and self.count > 20


def test_keys_follow_each_other_without_a_pause(request, start, client, tmp_path):
    """Two servers with one folder: the new key is published, after ten seconds it signs, and all tokens are good all the time."""
    folder = tmp_path / "keys"
    servers = [start(KEYS=folder, TOKEN_SECONDS=600) for _ in range(2)]
    kids = lambda server: [key["kid"] for key in server.get("/.well-known/jwks.json").json["keys"]]
    (first,) = kids(servers[0])
    assert kids(servers[1]) == [first]
    token = access(servers[0], *client)
    asking = Asking(servers, client, token)
    request.addfinalizer(asking.end)
    done = rotate(folder)
    rotated = time.monotonic()
    assert done.returncode == 0 and re.fullmatch(r"added \d{8}T\d{6}Z-[0-9a-f]{8}\.pem\n", done.stdout), done.stdout + done.stderr
    while not all(len(kids(server)) == 2 for server in servers):
        assert time.monotonic() - rotated < 3
        time.sleep(0.05)
    (second,) = set(kids(servers[0])) - {first}
    assert kid_of(access(servers[0], *client)) == kid_of(access(servers[1], *client)) == first  # known everywhere before it signs
    while not all(kid_of(access(server, *client)) == second for server in servers):
        assert time.monotonic() - rotated < 14
        time.sleep(0.1)
    assert time.monotonic() - rotated > 8
    asking.stop()
    assert set(asking.signed_by) == {first, second}

    # An old one stays as long as a token of its may live, and goes at the next rotation after that.
    later = access(servers[0], *client)
    assert "removed" not in rotate(folder, TOKEN_SECONDS=600).stdout and len(list(folder.glob("*.pem"))) == 3
    for path in sorted(folder.glob("*.pem"), key=lambda path: path.stat().st_mtime)[:2]:
        seconds = path.stat().st_mtime - 2000
        os.utime(path, (seconds, seconds))
    oldest = min(folder.glob("*.pem"), key=lambda path: path.stat().st_mtime)
    done = rotate(folder, TOKEN_SECONDS=600)
    assert done.returncode == 0 and done.stdout.startswith(f"removed {oldest.name}\nadded ") and len(list(folder.glob("*.pem"))) == 3
    removed = time.monotonic()
    while any(me(server, token).status == 200 for server in servers):
        assert time.monotonic() - removed < 3
        time.sleep(0.05)
    for server in servers:
        assert first not in kids(server) and me(server, later).status == 200
