"""Somebody of an OpenID provider whom nobody here knows: the answer says what to do, and the central team sees them and can make the account."""
import http.server
import json
import threading
import time

import harness
import mint
import pytest

AUDIENCE = "https://api.example.org"


class Provider:
    """An OpenID provider, as far as the service asks one: a key set."""

    def __init__(self):
        self.key = mint.new_key("ES256")
        keys = json.dumps({"keys": [mint.jwk(self.key, kid="one", alg="ES256", use="sig")]}).encode()

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_GET(self):
                self.send_response(200)
                self.send_header("Content-Type", "application/json")
                self.send_header("Content-Length", str(len(keys)))
                self.end_headers()
                self.wfile.write(keys)

            def log_message(self, *arguments):
                pass

        self.http = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        threading.Thread(target=self.http.serve_forever, daemon=True).start()
        self.issuer = f"http://127.0.0.1:{self.http.server_port}"

    def token(self, subject, key=None, **more):
        return mint.mint(key or self.key, {"alg": "ES256", "kid": "one", "typ": "at+jwt"}, mint.claims(self.issuer, subject, AUDIENCE, **more))

    def entry(self):
        return {"issuer": self.issuer, "audience": AUDIENCE, "algorithms": ["ES256"], "jwks_uri": self.issuer + "/jwks"}


@pytest.fixture(scope="module")
def provider():
    provider = Provider()
    yield provider
    provider.http.shutdown()


@pytest.fixture(scope="module")
def server(cluster, provider, tmp_path_factory):
    file = tmp_path_factory.mktemp("issuers") / "issuers.json"
    file.write_text(json.dumps({"issuers": [provider.entry()]}))
    server = harness.Server("main", DATABASE_URL=cluster.url(), ISSUERS_FILE=file)
    until = time.monotonic() + 10  # its keys are fetched beside the requests
    while "key" in me(server, provider.token("first"))["detail"] and time.monotonic() < until:
        time.sleep(0.05)
    yield server
    server.stop()
    cluster.psql(f"DELETE FROM scip.unknown_account; DELETE FROM scip.account WHERE issuer = '{provider.issuer}'")


def me(server, token, status=401):
    answer = server.send("GET", "/v1/me", token=token)
    assert answer.status == status, answer.text
    return answer.json


def listed(server, central, provider):
    answer = server.send("GET", f"/v1/unknown-accounts?issuer={harness.encode(provider.issuer)}", token=central)
    assert server.send("GET", f"/v1/unknown-accounts?issuer={harness.encode(provider.issuer)}", token=central, If_None_Match=answer.headers["ETag"]).status == 304
    assert answer.status == 200, answer.text
    return {item["subject"]: item for item in answer.json["items"]}


def test_they_are_told_what_to_do_and_the_central_team_makes_the_account(server, provider, central):
    detail = me(server, provider.token("newcomer"))["detail"]
    assert provider.issuer in detail and "newcomer" in detail and "central team" in detail and "()" not in detail
    seen = listed(server, central, provider)["newcomer"]
    assert (seen["issuer"], seen["minutes_seen"]) == (provider.issuer, 1) and seen["first_seen_at"] == seen["last_seen_at"]
    body = {"issuer": seen["issuer"], "subject": seen["subject"], "name": "Lead of a Hub", "roles": [{"role": "hub_lead", "hub": "scotland-hub"}]}
    assert server.send("POST", "/v1/accounts?dry_run=true", body, central).status == 201
    assert "newcomer" in listed(server, central, provider)
    assert server.send("POST", "/v1/accounts", body, central).status == 201
    assert "newcomer" not in listed(server, central, provider)
    assert me(server, provider.token("newcomer"), 200)["name"] == "Lead of a Hub"


def test_asking_often_is_one_line_and_one_write_a_minute(cluster, server, provider, central):
    for _ in range(5):
        me(server, provider.token("eager"))
    assert listed(server, central, provider)["eager"]["minutes_seen"] == 1
    cluster.psql("UPDATE scip.unknown_account SET last_asked_at = last_asked_at - interval '61 seconds' WHERE subject = 'eager'")
    me(server, provider.token("eager"))
    seen = listed(server, central, provider)["eager"]
    assert seen["minutes_seen"] == 2 and seen["last_seen_at"] > seen["first_seen_at"]


def test_every_operation_says_it(server, provider):
    """Also those that a handler answers, and those where a token may be left out."""
    token = provider.token("everywhere")
    for method, target, body in [("GET", "/v1/hubs/scotland-hub/pathway", None), ("POST", "/v1/hub-applications", {"region": "x"}),
                                 ("GET", "/v1/metrics/network_events/explanation", None)]:
        answer = server.send(method, target, body, token=token)
        assert answer.status in (400, 401) and (answer.status == 400 or "everywhere" in answer.json["detail"]), answer.text


@pytest.mark.parametrize("more", [dict(key=mint.new_key("ES256")), dict(exp=int(time.time()) - 600), dict(aud="https://elsewhere.example")])
def test_nothing_is_noted_without_a_good_token(server, provider, central, more):
    detail = me(server, provider.token("forged", **more))["detail"]
    assert "forged" not in detail and "()" not in detail
    assert "forged" not in listed(server, central, provider)


def test_an_account_that_is_closed_is_not_among_them(server, provider, central):
    body = {"issuer": provider.issuer, "subject": "leaver", "name": "Leaver", "roles": [{"role": "analyst"}]}
    account = server.send("POST", "/v1/accounts", body, central).json
    assert server.send("PATCH", account["href"], {"active": False}, central, if_match="*").status == 200
    assert "closed" in me(server, provider.token("leaver"))["detail"]
    assert "leaver" not in listed(server, central, provider)


def test_those_of_the_service_itself_are_not_among_them(cluster, server, central):
    token = cluster.token(server, "analyst", fresh=True)
    id = me(server, token, 200)["id"]
    assert server.send("DELETE", f"/v1/clients/{id}", token=central, if_match="*").status == 204
    assert "no longer known" in me(server, token)["detail"]
    assert server.send("GET", "/v1/unknown-accounts?issuer=self", token=central).json["items"] == []


def test_no_more_than_a_thousand_and_no_longer_than_thirty_days(cluster, server, provider, central):
    cluster.psql("""INSERT INTO scip.unknown_account SELECT 'https://full.example', n::text, now() - interval '40 days', now() - n * interval '1 day' / 40
        FROM generate_series(1, 1500) n""")
    me(server, provider.token("one more"))
    assert cluster.psql("SELECT count(*) FROM scip.unknown_account") == "1000"
    assert "one more" in listed(server, central, provider)
    pages, target = [], "/v1/unknown-accounts?limit=200"
    while target:
        page = server.send("GET", target, token=central).json
        pages += page["items"]
        target = page["next"] and f"/v1/unknown-accounts?limit=200&cursor={page['next']}"
    assert len({(item["issuer"], item["subject"]) for item in pages}) == 1000
    assert [item["last_seen_at"] for item in pages] == sorted((item["last_seen_at"] for item in pages), reverse=True)
    cluster.psql("UPDATE scip.unknown_account SET last_asked_at = now() - interval '31 days' WHERE issuer = 'https://full.example'")
    assert int(cluster.psql("SELECT scip.retain_unknown_account()")) > 900
    assert cluster.psql("SELECT count(*) FROM scip.unknown_account WHERE issuer = 'https://full.example'") == "0"


def test_what_is_logged_does_not_name_them(server, provider):
    me(server, provider.token("whispered-subject"))
    assert not [event for event in server.events() if "whispered-subject" in json.dumps(event)]
