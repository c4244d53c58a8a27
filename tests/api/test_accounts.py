"""Accounts, clients and their roles: as the central team keeps them, and as those live who have them."""
import datetime
import os
import subprocess
import threading
import time
import uuid
from zoneinfo import ZoneInfo

import harness
import pytest

ISSUER = "https://id.example.org/realms/test"


@pytest.fixture(autouse=True)
def clean(cluster):
    yield
    cluster.psql(f"DELETE FROM scip.account WHERE issuer = '{ISSUER}' OR label LIKE 'Test %'", "scip_migrator")


def today(days=0):
    return str(datetime.datetime.now(ZoneInfo("Europe/London")).date() + datetime.timedelta(days))


def add_account(server, token, roles=(), label="Test account", **more):
    answer = server.send("POST", "/v1/accounts", {"issuer": ISSUER, "subject": str(uuid.uuid4()), "name": label, "roles": list(roles), **more}, token)
    assert answer.status == 201, answer.text
    return answer


def add_client(server, token, roles=(), label="Test client", **more):
    """A client and its first secret."""
    answer = server.send("POST", "/v1/clients", {"name": label, "roles": list(roles), **more}, token)
    assert answer.status == 201, answer.text
    return answer.json, new_secret(server, token, answer.json["id"])


def new_secret(server, token, client, **body):
    answer = server.send("POST", f"/v1/clients/{client}/secrets", body or None, token)
    assert answer.status == 201, answer.text
    return answer.json["secret"]


def sign_in(server, client, secret):
    return server.form("/oauth/token", {"grant_type": "client_credentials"}, (client["client_id"], secret))


def access(server, client, secret):
    answer = sign_in(server, client, secret)
    assert answer.status == 200, answer.text
    return answer.json["access_token"]


def etag(server, path, token):
    return server.send("GET", path, token=token).headers["ETag"]


def test_the_first_central_account_makes_the_rest(cluster, server):
    """The operator makes the first one on the machine; it signs in and adds a colleague and a system."""
    done = subprocess.run([harness.BINARY, "client", "add", "central", "Test first"], cwd=harness.ROOT, text=True, capture_output=True,
                          env={**os.environ, "DATABASE_URL": cluster.url("scip_migrator")})
    assert done.returncode == 0, done.stderr
    words = dict(line.split() for line in done.stdout.splitlines())
    token = access(server, words, words["client_secret"])
    me = server.send("GET", "/v1/me", token=token).json
    assert me["name"] == "Test first" and [role["role"] for role in me["roles"]] == ["central"]
    colleague = add_account(server, token, [{"role": "central"}], "Test colleague")
    assert colleague.headers["Location"] == colleague.json["href"] and colleague.headers["ETag"].startswith('"1.')
    assert server.send("GET", colleague.json["href"], token=token).body == colleague.body
    system, secret = add_client(server, token, [{"role": "website"}])
    assert server.send("GET", "/v1/me", token=access(server, system, secret)).json["id"] == system["id"]


def test_an_account_from_the_first_day_to_the_last(server, central):
    """A Hub Lead comes, gets a second role, is renamed, leaves."""
    account = add_account(server, central, [{"role": "hub_lead", "hub": "scotland-hub", "organisation": "university-of-winchester", "to": today(300)},
                                            {"role": "group_member", "group": "hub-leads-group"}]).json
    slugs = lambda role: [role[part] and role[part]["slug"] for part in ("hub", "group", "organisation")]
    assert [(r["role"], *slugs(r), r["from"], r["to"]) for r in account["roles"]] == [
        ("group_member", None, "hub-leads-group", None, today(), None),
        ("hub_lead", "scotland-hub", None, "university-of-winchester", today(), today(300))]
    find = lambda query: [item["id"] for item in server.send("GET", f"/v1/accounts?issuer={harness.encode(ISSUER)}&{query}", token=central).json["items"]]
    assert find("hub=scotland-hub") == find("role=hub_lead&hub=scotland-hub&organisation=university-of-winchester") == [account["id"]]
    assert find("group=hub-leads-group&active=true") == [account["id"]]
    assert find("role=group_member&hub=scotland-hub") == find("active=false") == find("hub=london-hub") == []

    role = server.send("POST", account["href"] + "/roles", {"role": "analyst"}, central)
    assert role.status == 201 and server.send("GET", role.headers["Location"], token=central).json == role.json
    assert server.send("POST", account["href"] + "/roles", {"role": "analyst", "from": today(9)}, central).status == 409
    stale = '"1.x"'
    assert server.send("PATCH", account["href"], {"name": "Test lead"}, central, if_match=stale).status == 412  # a role more: another version
    changed = server.send("PATCH", account["href"], {"name": "Test lead"}, central, if_match=etag(server, account["href"], central))
    assert changed.status == 200 and changed.json["name"] == "Test lead" and len(changed.json["roles"]) == 3
    assert changed.headers["ETag"] == etag(server, account["href"], central)

    ended = server.send("PATCH", role.json["href"], {"to": today(30)}, central, if_match=role.headers["ETag"])
    assert ended.status == 200 and ended.json["to"] == today(30)
    assert server.send("PATCH", role.json["href"], {"to": None}, central, if_match=role.headers["ETag"]).status == 412
    later = server.send("POST", account["href"] + "/roles", {"role": "analyst", "from": today(40)}, central)
    assert later.status == 201
    assert server.send("PATCH", role.json["href"], {"to": today(50)}, central, if_match="*").status == 409
    assert server.send("PATCH", role.json["href"], {"to": today(-50)}, central, if_match="*").status == 422
    assert server.send("DELETE", later.json["href"], token=central, if_match='"99.x"').status == 412
    assert server.send("DELETE", later.json["href"], token=central, if_match=later.headers["ETag"]).status == 204
    assert server.send("GET", later.json["href"], token=central).status == 404

    assert server.send("DELETE", account["href"], token=central, if_match=stale).status == 412
    assert server.send("DELETE", account["href"], token=central, if_match="*").status == 204
    assert server.send("GET", account["href"], token=central).status == 404
    assert find("hub=scotland-hub") == []


def test_what_an_account_cannot_be(server, central):
    account = lambda **change: server.send("POST", "/v1/accounts", {"issuer": ISSUER, "subject": "one", "name": "Test", "roles": [], **change}, central)
    assert account().status == 201
    assert account().status == 409
    for bad in ({"issuer": "self"}, {"issuer": "ftp://id.example.org"}, {"subject": ""}, {"name": " "}, {"roles": [{"role": "admin"}]},
                {"roles": [{"role": "central", "nation": "GB-WLS"}]}, {"version": 3}, {"roles": [{}]}):
        assert account(**{"subject": "two", **bad}).status == 400, bad
    for roles in ([{"role": "hub_lead"}], [{"role": "central", "hub": "scotland-hub"}], [{"role": "hub_lead", "hub": "no-such-hub"}],
                  [{"role": "partner", "organisation": "no-such-organisation"}], [{"role": "group_member", "group": "no-such-group"}],
                  [{"role": "analyst", "from": "2026-06-01", "to": "2026-01-01"}]):
        answer = account(subject="two", roles=roles)
        assert answer.status == 422, (roles, answer.text)
    assert harness.problem(account(subject="two", roles=[{"role": "hub_lead", "hub": "no-such-hub"}])) == (422, "reference-not-found")
    assert account(subject="two", roles=[{"role": "analyst"}, {"role": "analyst"}]).status == 409
    listed = server.send("GET", f"/v1/accounts?issuer={harness.encode(ISSUER)}", token=central).json["items"]
    assert [item["subject"] for item in listed] == ["one"]  # what was refused left nothing
    one = listed[0]["href"]
    assert server.send("POST", one + "/roles", {"role": "partner"}, central).status == 422
    assert server.send("PATCH", one, {}, central, if_match="*").status == 400
    assert server.send("PATCH", one, {"name": None}, central, if_match="*").status == 400
    assert server.send("PATCH", one, {"subject": "three"}, central, if_match="*").status == 400
    assert server.send("PATCH", one, {"active": False}, central).status == 428
    assert server.send("DELETE", one, token=central).status == 428
    for method, path in (("GET", ""), ("PATCH", ""), ("DELETE", ""), ("POST", "/roles"), ("GET", f"/roles/{uuid.uuid4()}"),
                         ("PATCH", f"/roles/{uuid.uuid4()}"), ("DELETE", f"/roles/{uuid.uuid4()}")):
        body = {"POST": {"role": "analyst"}, "PATCH": {"to": None} if "roles" in path else {"active": True}}.get(method)
        assert server.send(method, f"/v1/accounts/{uuid.uuid4()}{path}", body, central, if_match="*" if method in ("PATCH", "DELETE") else None).status == 404


def test_a_page_of_accounts(server, central):
    """The list goes by label, in pages, and no account comes twice or not at all."""
    made = {add_account(server, central, label=f"Test {n % 3}").json["id"] for n in range(7)}
    seen, cursor = [], ""
    while cursor is not None:
        page = server.send("GET", f"/v1/accounts?issuer={harness.encode(ISSUER)}&limit=2" + (f"&cursor={cursor}" if cursor else ""), token=central).json
        seen += page["items"]
        cursor = page["next"]
    assert {item["id"] for item in seen} == made and len(seen) == 7
    assert [item["name"] for item in seen] == sorted(item["name"] for item in seen)


def test_a_client_changes_its_secret_without_a_pause(cluster, server, central):
    client, first = add_client(server, central, [{"role": "website"}])
    assert len(first) == 43 and first not in server.send("GET", client["href"], token=central).text
    assert first not in cluster.psql("SELECT (SELECT json_agg(s) FROM scip.client_secret s)::text || (SELECT json_agg(h) FROM scip.history h WHERE \"table\" LIKE 'client%')::text")
    second = new_secret(server, central, client["id"])
    assert sign_in(server, client, first).status == sign_in(server, client, second).status == 200  # for a day both are good
    secrets = server.send("GET", client["href"], token=central).json["secrets"]
    assert [secret["to"] is None for secret in secrets] == [True, False]
    third = new_secret(server, central, client["id"])
    assert [sign_in(server, client, secret).status for secret in (first, second, third)] == [401, 200, 200]
    fourth = new_secret(server, central, client["id"], old_secret_valid_hours=0)
    assert [sign_in(server, client, secret).status for secret in (first, second, third, fourth)] == [401, 401, 401, 200]
    assert server.send("DELETE", f"{client['href']}/secrets?dry_run=true", token=central).status == 204
    assert sign_in(server, client, fourth).status == 200
    assert server.send("DELETE", client["href"] + "/secrets", token=central).status == 204
    assert sign_in(server, client, fourth).status == 401
    assert server.send("GET", client["href"], token=central).json["secrets"] == []


def test_two_secrets_at_most_however_many_are_asked_for_at_once(cluster, server, central):
    client, _ = add_client(server, central, [{"role": "website"}])
    made, barrier = [], threading.Barrier(6)

    def ask():
        barrier.wait()
        made.append(server.send("POST", f"/v1/clients/{client['id']}/secrets", None, central))

    threads = [threading.Thread(target=ask) for _ in range(6)]
    [thread.start() for thread in threads]
    [thread.join() for thread in threads]
    assert {answer.status for answer in made} == {201}
    good = [answer.json["secret"] for answer in made if sign_in(server, client, answer.json["secret"]).status == 200]
    assert len(good) == 2 and len(server.send("GET", client["href"], token=central).json["secrets"]) == 2


def test_keys_of_a_client_are_public_ones(server, central):
    public = {"kty": "EC", "kid": "a", "crv": "P-256", "alg": "ES256", "use": "sig", "x": "f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU",
              "y": "x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0"}
    client, _ = add_client(server, central, [{"role": "website"}], jwks={"keys": [public]})
    assert client["jwks"] == {"keys": [public]}
    for member in ("d", "p", "q", "k", "dp", "qi", "oth"):
        answer = server.send("POST", "/v1/clients", {"name": "Test", "roles": [], "jwks": {"keys": [{**public, member: "AA"}]}}, central)
        assert answer.status == 400 and answer.json["errors"][0]["pointer"].startswith("/body/jwks"), member
        assert server.send("PATCH", client["href"], {"jwks": {"keys": [{**public, member: "AA"}]}}, central, if_match="*").status == 400, member
    for bad in ({"kty": "oct", "kid": "a"}, {"kty": "RSA", "kid": "a", "n": "AA"}, {"kty": "EC", "kid": "a", "crv": "P-256", "x": "AA"}, {**public, "x": "a b"}):
        assert server.send("PATCH", client["href"], {"jwks": {"keys": [bad]}}, central, if_match="*").status == 400, bad
    other = {"kty": "OKP", "kid": "b", "crv": "Ed25519", "x": "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"}
    assert server.send("PATCH", client["href"], {"jwks": {"keys": [public, other]}}, central, if_match="*").json["jwks"] == {"keys": [public, other]}
    renamed = server.send("PATCH", client["href"], {"name": "Test renamed"}, central, if_match="*").json
    assert renamed["jwks"] == {"keys": [public, other]} and renamed["name"] == "Test renamed"
    assert server.send("PATCH", client["href"], {"jwks": None}, central, if_match="*").json["jwks"] is None


def test_clients_are_accounts_and_accounts_are_not_clients(server, central):
    client, _ = add_client(server, central, [{"role": "website"}])
    account = add_account(server, central).json
    assert server.send("GET", f"/v1/accounts/{client['id']}", token=central).json["issuer"] == "self"
    for method, path, body in (("GET", "", None), ("PATCH", "", {"name": "x"}), ("DELETE", "", None), ("POST", "/secrets", {}), ("DELETE", "/secrets", None)):
        answer = server.send(method, f"/v1/clients/{account['id']}{path}", body, central, if_match="*" if not path and method != "GET" else None)
        assert answer.status == 404, (method, path)
    listed = [item["id"] for item in server.send("GET", "/v1/clients?role=website&active=true&limit=200", token=central).json["items"]]
    assert client["id"] in listed and account["id"] not in listed
    assert client["id"] not in [item["id"] for item in server.send("GET", "/v1/clients?role=partner&limit=200", token=central).json["items"]]
    assert server.send("POST", "/v1/clients", {"name": "Test", "roles": [{"role": "partner"}]}, central).status == 422
    assert server.send("POST", "/v1/clients", {"name": "Test", "roles": [{"role": "analyst"}, {"role": "analyst"}]}, central).status == 409
    tag = etag(server, client["href"], central)
    assert server.send("PATCH", client["href"], {"name": "Test 2"}, central, if_match=tag).status == 200
    assert server.send("PATCH", client["href"], {"name": "Test 3"}, central, if_match=tag).status == 412
    assert server.send("DELETE", client["href"], token=central, if_match=tag).status == 412
    assert server.send("PATCH", client["href"], {"name": "Test 3"}, central).status == server.send("DELETE", client["href"], token=central).status == 428
    assert server.send("DELETE", client["href"], token=central, if_match="*").status == 204


def test_a_deactivated_account_is_refused_at_once(server, central):
    """Its token is good for an hour, its account is not: the next request, in less than a second, is refused."""
    client, secret = add_client(server, central, [{"role": "analyst"}])
    token = access(server, client, secret)
    me = lambda: server.send("GET", "/v1/me", token=token).status
    patch = lambda **change: server.send("PATCH", client["href"], change, central, if_match="*")
    assert me() == 200
    assert patch(active=False).status == 200
    start = time.monotonic()
    assert me() == 401 and time.monotonic() - start < 1
    assert sign_in(server, client, secret).status == 401
    assert patch(active=True).status == 200
    assert me() == 200 and sign_in(server, client, secret).status == 200
    # tokens of before, all at once: one that comes later is good
    ahead = (datetime.datetime.now(datetime.timezone.utc) + datetime.timedelta(seconds=1)).strftime("%Y-%m-%dT%H:%M:%SZ")
    assert patch(tokens_from=ahead).json["tokens_from"] == ahead
    assert me() == 401
    time.sleep(1.1)
    assert server.send("GET", "/v1/me", token=access(server, client, secret)).status == 200
    assert me() == 401
    assert server.send("DELETE", client["href"], token=central, if_match="*").status == 204
    assert me() == 401


@pytest.mark.parametrize("first, last, in_force", [(None, None, True), (-5, -1, False), (-5, 0, True), (0, 0, True), (1, None, False), (-5, 5, True)])
def test_roles_are_in_force_from_their_first_to_their_last_day(server, central, first, last, in_force):
    """One that ended yesterday or starts tomorrow gives nothing, in a token of before as well."""
    client, secret = add_client(server, central, [{"role": "central", **({"from": today(first)} if first is not None else {}),
                                                   **({"to": today(last)} if last is not None else {})}])
    token = access(server, client, secret)
    me = server.send("GET", "/v1/me", token=token).json
    assert [role["role"] for role in me["roles"]] == (["central"] if in_force else [])
    assert ("listAccounts" in me["operations"]) == in_force and "getMe" in me["operations"]
    assert server.send("GET", "/v1/accounts?limit=1", token=token).status == (200 if in_force else 403)
    if in_force and last is None:
        role = server.send("GET", f"/v1/accounts/{client['id']}", token=central).json["roles"][0]["href"]
        server.send("DELETE", role, token=central, if_match="*")
        assert server.send("GET", "/v1/accounts?limit=1", token=token).status == 403


def test_me(server, central, cluster):
    """Everybody sees their own account and no other; what they may do follows from their roles."""
    client, secret = add_client(server, central, [{"role": "hub_member", "hub": "london-hub", "organisation": "university-of-winchester"}, {"role": "analyst"}])
    token = access(server, client, secret)
    me = server.send("GET", "/v1/me", token=token)
    assert me.headers["Cache-Control"] == "private, no-store"
    link = lambda path: {part: server.get(path).json[part] for part in ("slug", "name", "href")}
    assert me.json["id"] == client["id"] and me.json["roles"] == [
        {"role": "analyst", "hub": None, "organisation": None, "group": None, "from": today(), "to": None},
        {"role": "hub_member", "hub": link("/v1/hubs/london-hub"), "organisation": link("/v1/organisations/university-of-winchester"),
         "group": None, "from": today(), "to": None}]
    assert "listAccounts" not in me.json["operations"] and me.json["operations"] == sorted(me.json["operations"])
    assert server.send("GET", f"/v1/accounts/{client['id']}", token=token).status == 403
    everything = server.send("GET", "/v1/me", token=central).json["operations"]
    assert {"addAccount", "deleteClientSecrets", "getMe"} <= set(everything)
    missing = server.send("GET", "/v1/me")
    assert missing.status == 401 and missing.headers["WWW-Authenticate"].startswith("Bearer")
    narrow = server.form("/oauth/token", {"grant_type": "client_credentials", "scope": "analyst"}, (client["client_id"], secret)).json["access_token"]
    assert [role["role"] for role in server.send("GET", "/v1/me", token=narrow).json["roles"]] == ["analyst"]


def test_writes_can_be_tried_and_retried(server, central):
    body = {"issuer": ISSUER, "subject": "once", "name": "Test once", "roles": []}
    tried = server.send("POST", "/v1/accounts?dry_run=true", body, central)
    assert tried.status == 201 and server.send("GET", tried.json["href"], token=central).status == 404
    key = str(uuid.uuid4())
    first, again = (server.send("POST", "/v1/accounts", body, central, key=key) for _ in range(2))
    assert first.status == 201 and (first.status, first.body, first.headers["Location"]) == (again.status, again.body, again.headers["Location"])
    assert server.send("POST", "/v1/accounts", {**body, "subject": "other"}, central, key=key).status == 422
    account = first.json["href"]
    assert server.send("PATCH", account + "?dry_run=true", {"name": "Test tried"}, central, if_match="*").json["name"] == "Test tried"
    assert server.send("DELETE", account + "?dry_run=true", token=central, if_match="*").status == 204
    role = server.send("POST", account + "/roles?dry_run=true", {"role": "analyst"}, central)
    assert role.status == 201 and server.send("GET", role.json["href"], token=central).status == 404
    assert server.send("GET", account, token=central).body == first.body
    for path in ("/v1/accounts", account + "/roles", "/v1/clients"):
        assert server.send("POST", path, b"{}", central, Content_Type="text/plain").status == 415
    assert server.send("PATCH", account, b"{}", central, if_match="*", Content_Type="application/json").status == 415


def test_what_is_known_is_not_sent_again(server, central):
    client, _ = add_client(server, central, [{"role": "analyst"}])
    account = f"/v1/accounts/{client['id']}"
    role = client["roles"][0]["href"]
    for path in ("/v1/me", "/v1/accounts?role=analyst", account, role, "/v1/clients?role=analyst", client["href"]):
        known = server.send("GET", path, token=central)
        again = server.send("GET", path, token=central, If_None_Match=known.headers["ETag"])
        assert (again.status, again.body) == (304, b""), path
    server.send("PATCH", client["href"], {"name": "Test again"}, central, if_match="*")
    assert server.send("GET", account, token=central, If_None_Match=known.headers["ETag"]).status == 200
