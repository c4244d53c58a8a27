"""Bearer tokens as attackers make them: each is refused with 401, and the process lives. They are signed with the
service's own key where the signature is not the point, so that nothing but the one fault is there to be found."""
import base64
import hashlib
import hmac
import json
import time

import harness
import mint
import pytest
from cryptography.hazmat.primitives.asymmetric import utils

ISSUER = "http://127.0.0.1:8080"


class Forge:
    """Somebody who has the service's key, and an account in its database."""

    def __init__(self, cluster, server, role="analyst"):
        self.server, self.cluster = server, cluster
        self.name, self.secret = cluster.client(role, label="tokens test")
        self.jwks = server.get("/.well-known/jwks.json").json["keys"]
        self.key = mint.load_key(sorted((harness.LOCAL / "keys").glob("*.pem"))[0])
        self.kid = next(key["kid"] for key in self.jwks if key["x"] == mint.jwk(self.key)["x"])

    def header(self, **more):
        whole = {"alg": "ES256", "kid": self.kid, "typ": "JWT", **more}
        return {name: value for name, value in whole.items() if value is not None}

    def claims(self, **more):
        return mint.claims(ISSUER, self.name, ISSUER, **more)

    def token(self, header=None, payload=None, key=None, algorithm=None):
        return mint.mint(key or self.key, self.header() if header is None else header, self.claims() if payload is None else payload, algorithm)

    def ask(self, authorization, target="/v1/me", **headers):
        return self.server.send("GET", target, Authorization=authorization, **headers)

    def status(self, token):
        return self.ask("Bearer " + token).status

    def refused(self, token, why=""):
        answer = self.ask("Bearer " + token)
        assert answer.status == 401, (why, answer.text)
        assert answer.headers["WWW-Authenticate"] == 'Bearer error="invalid_token"' and answer.headers["Cache-Control"] == "no-store"
        assert answer.json["type"] == "/problems/unauthorized"
        assert len(token) < 20 or token[:20] not in answer.text
        assert self.server.alive()


@pytest.fixture(scope="module")
def forge(cluster, server):
    return Forge(cluster, server)


@pytest.fixture(autouse=True)
def well(request):
    """After each the process answers, and a good token is good."""
    yield
    forge = request.getfixturevalue("forge")
    assert forge.status(forge.token()) == 200


def test_the_forge_makes_good_tokens(forge):
    """Else all others would be refused for nothing."""
    for header in ({}, {"typ": "at+jwt"}, {"typ": "application/at+jwt"}, {"x5t": "a"}, {"kid": None}):
        assert forge.status(forge.token(forge.header(**header))) == 200, header
    for claims in ({"aud": ["https://x.example", ISSUER]}, {"nbf": int(time.time()) + 50}, {"iat": int(time.time()) + 50}, {"exp": time.time() + 9.5},
                   {"extra": [[[[[[[]]]]]]]}, {"iat": None}, {"scope": "analyst"}):
        assert forge.status(forge.token(payload=forge.claims(**claims))) == 200, claims


HEADERS = [
    {"alg": "none"}, {"alg": "None"}, {"alg": "NONE"}, {"alg": ""}, {"alg": None}, {"alg": ["ES256"]}, {"alg": "es256"}, {"alg": "ES384"}, {"alg": "ES512"}, {"alg": "ES256K"},
    {"alg": "RS256"}, {"alg": "PS256"}, {"alg": "EdDSA"}, {"alg": "HS256"}, {"alg": "dir"},
    {"kid": "unknown"}, {"kid": ""}, {"kid": 7}, {"kid": "../../../dev/null"}, {"kid": "' OR 1=1 --"}, {"kid": "x" * 4000},
    {"typ": None}, {"typ": "dpop+jwt"}, {"typ": "logout+jwt"}, {"typ": "client-authentication+jwt"}, {"typ": 7}, {"typ": ""},
    {"crit": ["exp"]}, {"crit": []}, {"crit": ["b64"], "b64": False}, {"jku": "https://x.example/keys"}, {"jku": f"{ISSUER}/.well-known/jwks.json"},
    {"x5u": "https://x.example"}, {"x5c": ["AA"]}, {"jwk": {"kty": "EC"}}, {"zip": "DEF"}, {"enc": "A128GCM"}, {"deep": [[[[[[[[[]]]]]]]]]}]


@pytest.mark.parametrize("change", HEADERS, ids=lambda change: str(change)[:60])
def test_headers(forge, change):
    forge.refused(forge.token(forge.header(**change)))


CLAIMS = [
    {"exp": None}, {"exp": 1}, {"seconds": 0}, {"seconds": -3600}, {"exp": "32503680000"}, {"exp": True}, {"exp": [32503680000]}, {"exp": 1e300}, {"exp": -1},
    {"nbf": 32503680000}, {"nbf": "x"}, {"iat": 32503680000}, {"iat": "x"},
    {"iss": None}, {"iss": "https://x.example"}, {"iss": ISSUER + "/"}, {"iss": "self"}, {"iss": [ISSUER]}, {"iss": ISSUER.upper()}, {"iss": ""},
    {"aud": None}, {"aud": "https://x.example"}, {"aud": ISSUER + "/"}, {"aud": []}, {"aud": ["https://x.example"]}, {"aud": {ISSUER: 1}}, {"aud": ISSUER[:-1]}, {"aud": [ISSUER, 1]},
    {"sub": None}, {"sub": ""}, {"sub": 7}, {"sub": "x" * 256}, {"sub": "a\nb"}, {"sub": "a\0b"}, {"jti": None}, {"jti": 7}, {"jti": ""}, {"scope": ["analyst"]}, {"scope": 7},
    {"cnf": {"jkt": "a"}}, {"events": {}}, {"deep": [[[[[[[[[]]]]]]]]]}]


@pytest.mark.parametrize("change", CLAIMS, ids=lambda change: str(change)[:60])
def test_claims(forge, change):
    forge.refused(forge.token(payload=forge.claims(**change)))


def test_claims_that_are_there_twice(forge):
    """One reader takes the first, another the last: nobody takes such a token."""
    good = json.dumps(forge.claims())[1:]
    for twice in ('{"exp": 1, ', '{"sub": "somebody", ', '{"iss": "https://x.example", ', '{"aud": "x", ', '{"scope": "central", "scope": "analyst", ', '{"jti": "a", '):
        forge.refused(forge.token(payload=twice + good), twice)
    header = json.dumps(forge.header())[1:]
    forge.refused(forge.token('{"alg": "none", ' + header, algorithm="ES256"))
    forge.refused(forge.token('{"kid": "x", ' + header, algorithm="ES256"))
    assert forge.status(forge.token("{" + header, "{" + good)) == 200


def test_json_that_is_none(forge):
    good = json.dumps(forge.claims())
    for payload in (good + " {}", good + "x", good[:-1], "[" + good + "]", '"x"', "null", "7", "", " ", "{}", good.replace('"', "'"), "\ufeff" + good,
                    good.encode().replace(b'"jti": "', b'"jti": "\xff'), good.encode() + b"\0", good.replace('"jti": "', '"jti": "\\u0000'), good.replace("{", '{"a": NaN, ', 1),
                    good.encode("utf-16")):
        forge.refused(forge.token(payload=payload), payload)
    header = json.dumps(forge.header())
    for bad in (header + "x", "[" + header + "]", "null", "", header.encode() + b"\0", header.encode("utf-16")):
        forge.refused(forge.token(bad, algorithm="ES256"), bad)


def test_other_keys(forge):
    """A stranger's, one that the token brings along, and the public one as the secret of an HMAC."""
    stranger = mint.new_key("ES256")
    forge.refused(forge.token(key=stranger))
    forge.refused(forge.token(forge.header(jwk=mint.jwk(stranger)), key=stranger))
    forge.refused(forge.token(forge.header(alg="EdDSA"), key=mint.new_key("EdDSA")))
    forge.refused(forge.token(forge.header(alg="RS256"), key=mint.new_key("RS256")))
    pem = mint.public_pem(forge.key)
    own = next(key for key in forge.jwks if key["kid"] == forge.kid)
    for secret in (pem, pem.rstrip(), json.dumps(own).encode(), json.dumps(own, separators=(",", ":")).encode(), own["x"].encode(), base64.urlsafe_b64decode(own["x"] + "="), b""):
        text = f"{mint.encode(forge.header(alg='HS256'))}.{mint.encode(forge.claims())}"
        forge.refused(f"{text}.{mint.base64url(hmac.new(secret, text.encode(), hashlib.sha256).digest())}")


def test_signatures(forge):
    token = forge.token()
    text, _, signature = token.rpartition(".")
    raw = base64.urlsafe_b64decode(signature + "==")
    r, s = raw[:32], raw[32:]
    der = utils.encode_dss_signature(int.from_bytes(r, "big"), int.from_bytes(s, "big"))
    for bad in (b"", raw[:-1], raw + b"\0", b"\0" + raw, der, bytes(64), r + bytes(32), bytes(32) + s, s + r, raw * 2, b"\xff" * 64, raw[:63] + bytes([raw[63] ^ 1])):
        forge.refused(f"{text}.{mint.base64url(bad)}")
    assert forge.status(token) == 200
    # what was verified once is not remembered for another text
    payload = {**json.loads(base64.urlsafe_b64decode(token.split(".")[1] + "==")), "sub": "somebody"}
    forge.refused(".".join([token.split(".")[0], mint.encode(payload), signature]))
    forge.refused(".".join([token.split(".")[0], mint.encode({**payload, "scope": "central"}), signature]))


def test_segments(forge):
    header, payload, signature = forge.token().split(".")
    good = f"{header}.{payload}.{signature}"
    last = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
    loose = signature[:-1] + last[last.index(signature[-1]) ^ 1]  # 64 bytes leave four bits of the last letter unused
    for bad in (f"{header}.{payload}", f"{header}.{payload}.", f".{payload}.{signature}", f"{header}..{signature}", "..", ".", "...", "....", "x", "x.y.z",
                f"{good}.", f"{good}.AA", f"{good}.{signature}.{signature}", f".{good}", f"{good}=", f"{good}==", f"{header}=.{payload}.{signature}", f"{good}A", f"{good}AAAA",
                f"{good}%20", f"{good},{good}", f"{good} x", f"{good} {good}", good.replace("-", "+").replace("_", "/") + "/", good[:40] + " " + good[40:], good[:40] + "%00" + good[40:],
                good.swapcase(), good[1:], '"' + good + '"', loose):
        forge.refused(bad, bad[-30:])
    assert forge.status(good) == 200


def test_sizes(forge):
    """A token has at most 8 KiB; the headers of a request, 16."""
    grown = lambda size: forge.token(payload=forge.claims(fill="x" * size))
    size = 8192 * 3 // 4 - 500
    while len(grown(size + 3)) <= 8192:
        size += 3
    assert 8180 < len(grown(size)) <= 8192 and forge.status(grown(size)) == 200
    forge.refused(grown(size + 10))
    for huge in (grown(8000), "x" * 12000, "." * 12000, "a." * 6000):
        forge.refused(huge)
    assert forge.status("x" * 17000) == 431


def test_nests(forge):
    """5 KB of brackets once ended the process."""
    for nest in ("[" * 5900, '{"a":' * 1100, '{"a":' + "[" * 2900 + "]" * 2900 + "}", '{"a":[' * 900):
        forge.refused(forge.token(payload=nest))
        if len(nest) < 5600:
            forge.refused(forge.token(nest, algorithm="ES256"))
        forge.refused(f"{mint.encode(nest)}.{mint.encode(nest)}.AA")


RUBBISH = [b"Bearer \xff\xfe\xfd", b"Bearer \xc3\x28.\xc3\x28.\xc3\x28", "Bearer ✓.✓.✓".encode(), b"Bearer \x01\x02\x03", b"Bearer \x7f", b"Bearer", b"Bearer ", b"Bearer\tabc", b"", b"Bearerabc",
           b"Bearer:abc", b"Token abc", b"Basic YTpi", b"Negotiate YII", b"Digest username=\"a\"", b"Bearer ,", b"Bearer =", b"bEaReR x", b"DPoP abc", b"Bearer %n%n%n%s%s",
           b"Bearer a.b.c\x00.d", b"Bearer \x00"]


@pytest.mark.parametrize("value", RUBBISH, ids=repr)
def test_rubbish(forge, value):
    """Whatever stands in the header: a refusal, of the token or of the request as such."""
    (answer,), closed = harness.raw(forge.server, b"GET /v1/me HTTP/1.1\r\nHost: x\r\nConnection: close\r\nAuthorization: " + value + b"\r\n\r\n")
    control = any(byte < 0x20 or byte == 0x7f for byte in value)  # no request at all
    assert closed and answer.status == (400 if control else 401), answer.text
    if answer.status == 401:
        assert answer.headers["WWW-Authenticate"] in ('Bearer error="invalid_token"', "Bearer")
    assert forge.server.alive()


def test_the_scheme(forge):
    token = forge.token()
    for scheme in ("Bearer ", "bearer ", "BEARER ", "bEaReR ", "Bearer   "):  # RFC 9110, section 11.1: its case does not matter
        assert forge.ask(scheme + token).status == 200, scheme
    for scheme in ("", "Basic ", "Token ", "JWT ", "Bearer:", "Bearer,", "Bearer=", "Bear "):
        answer = forge.ask(scheme + token)
        assert (answer.status, answer.headers["WWW-Authenticate"]) == (401, 'Bearer error="invalid_token"'), scheme
    basic = base64.b64encode(f"{forge.name}:{forge.secret}".encode()).decode()
    assert forge.ask("Basic " + basic).status == 401  # the secret buys a token and opens nothing else
    assert forge.ask(f"Bearer {token}, Basic {basic}").status == 401
    # in no other place is a token looked for
    none = forge.server.get("/v1/me")
    assert (none.status, none.headers["WWW-Authenticate"]) == (401, "Bearer")
    assert forge.server.get(f"/v1/me?access_token={token}").status in (400, 401)
    assert forge.server.get("/v1/me", Cookie=f"access_token={token}").status == 401


def test_two_authorization_headers(forge):
    """A proxy in front may have read the other one."""
    good, other = forge.token(), Forge(forge.cluster, forge.server).token()
    lines = lambda *values: b"".join(f"Authorization: {value}\r\n".encode() for value in values)
    send = lambda *values: harness.raw(forge.server, b"GET /v1/me HTTP/1.1\r\nHost: x\r\nConnection: close\r\n" + lines(*values) + b"\r\n")[0][0].status
    assert send(f"Bearer {good}") == 200
    for pair in ((f"Bearer {good}", f"Bearer {other}"), (f"Bearer {good}", f"Bearer {good}"), (f"Bearer {good}", "Bearer x"), ("Bearer x", f"Bearer {good}"),
                 (f"Bearer {good}", "Basic YTpi"), ("Basic YTpi", f"Bearer {good}")):
        assert send(*pair) in (400, 401), [value[:12] for value in pair]


# A token says who; the database says what.


def test_an_account_that_nobody_knows(forge):
    for name in ("nobody", forge.name.upper(), forge.name + " ", "self", "'; DROP TABLE scip.account; --", "%", "Zoë ✓"):
        forge.refused(forge.token(payload=forge.claims(sub=name)), name)
    assert forge.status(forge.token()) == 200


def test_an_account_of_another_issuer(cluster, server, forge):
    """The same name elsewhere is somebody else."""
    cluster.psql("INSERT INTO scip.account (issuer, subject, label) VALUES ('https://login.tokens.example', 'tokens-elsewhere', 'tokens test') ON CONFLICT DO NOTHING", "scip_migrator")
    forge.refused(forge.token(payload=forge.claims(sub="tokens-elsewhere")))


def test_tokens_from_a_day_on(cluster, server):
    """Tokens of before are refused at once, also those that were good a moment ago and those that do not say when they were made."""
    own = Forge(cluster, server)
    now = int(time.time())
    old, new, dateless = (own.token(payload=own.claims(iat=iat)) for iat in (now - 30, now, None))
    assert [own.status(token) for token in (old, new, dateless)] == [200, 200, 200]
    cluster.psql(f"UPDATE scip.account SET tokens_from = to_timestamp({now - 10}.5) WHERE subject = '{own.name}'", "scip_migrator")
    own.refused(old)
    own.refused(dateless)
    assert own.status(new) == 200
    assert [own.status(own.token(payload=own.claims(iat=now - 10 + step))) for step in (-1, 0, 1)] == [401, 200, 200]  # whole seconds count


def test_a_role_that_has_ended(cluster, server):
    """Who had a right yesterday learns what is needed, and who has none what there is."""
    own = Forge(cluster, server, "central")
    change = lambda sql: cluster.psql(f"UPDATE scip.account_role SET {sql} WHERE account_id = (SELECT id FROM scip.account WHERE subject = '{own.name}')", "scip_migrator")
    token = own.token()
    accounts = lambda: own.ask("Bearer " + token, "/v1/accounts?limit=1")
    assert accounts().status == 200
    change("starts = scip.today() - 9, ends = scip.today()")
    answer = accounts()
    assert answer.status == 403 and answer.json["type"] == "/problems/role-needed"
    assert answer.headers["WWW-Authenticate"] == 'Bearer error="insufficient_scope", scope="central"'
    assert own.status(token) == 200  # it is still somebody
    change("ends = scip.today() + 1")
    assert accounts().status == 200
    change("starts = scip.today() + 1, ends = NULL")
    assert accounts().status == 403


def test_all_the_roles_that_would_do_are_named(cluster, server, contract):
    """Of every operation that needs one of some roles, as the contract has them."""
    website = cluster.token(server, "website")
    several = 0
    for template, method, operation in harness.operations(contract):
        roles = [role for alternative in operation.get("security", []) for role in alternative.get("bearer", [])]
        if method != "GET" or not roles or "website" in roles:
            continue
        path = template.replace("{slug}", "nothing").replace("{id}", "00000000-0000-7000-8000-000000000000")
        if "{" in path:
            continue
        answer = server.send("GET", path, token=website)
        assert answer.status == 403, (path, answer.text)
        assert answer.headers["WWW-Authenticate"] == f'Bearer error="insufficient_scope", scope="{" ".join(roles)}"', path
        several += 1
    assert several


def test_scopes_of_the_token(cluster, server):
    own = Forge(cluster, server, "central")
    accounts = lambda scope: own.ask("Bearer " + own.token(payload=own.claims(scope=scope)), "/v1/accounts?limit=1").status
    assert [accounts(scope) for scope in (None, "central", "analyst central", "analyst", "centra", "CENTRAL", "*", "central,analyst", "central\u00a0analyst")] == [200, 200, 200] + [403] * 6


def test_public_operations_take_no_notice(forge):
    """A wrong token cannot harm where none is needed, and a good one makes no difference."""
    for path in ("/v1/hubs?limit=1", "/openapi.json", "/health/live", "/.well-known/jwks.json", "/v1/hubs/london-hub"):
        plain = forge.server.get(path)
        assert plain.status == 200 and "private" not in plain.headers["Cache-Control"]
        for authorization in (f"Bearer {forge.token()}", "Bearer nonsense", "Basic YTpi", "x", "Bearer " + "[" * 6000):
            answer = forge.ask(authorization, path)
            assert (answer.status, answer.body, answer.headers["ETag"]) == (200, plain.body, plain.headers["ETag"]), path
            cache = plain.headers["Cache-Control"]
            assert answer.headers["Cache-Control"] == ("no-store" if cache == "no-store" else "private, no-store"), "kept for nobody"
            assert "Authorization" in (plain.headers["Vary"] or "") or not cache.startswith("public")
            assert answer.headers["WWW-Authenticate"] is None


def test_where_nobody_is_welcome_too_a_wrong_token_is_refused(forge):
    """The change list is for everybody, and for some it has more: a wrong token is not taken for none."""
    assert forge.server.get("/v1/changes?limit=1").status == 200
    assert forge.ask(f"Bearer {forge.token()}", "/v1/changes?limit=1").status == 200
    for authorization in ("Bearer nonsense", "Basic YTpi", f"Bearer {forge.token(payload=forge.claims(exp=1))}", f"Bearer {forge.token(payload=forge.claims(sub='nobody'))}"):
        answer = forge.ask(authorization, "/v1/changes?limit=1")
        assert (answer.status, answer.headers["WWW-Authenticate"]) == (401, 'Bearer error="invalid_token"')


def test_a_token_is_good_until_its_second(cluster, server):
    """One that was seen before is looked at again."""
    own = Forge(cluster, server)
    token = own.token(payload=own.claims(seconds=2))
    assert own.status(token) == 200
    time.sleep(2.1)
    own.refused(token)
