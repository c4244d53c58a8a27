"""?dry_run=true: checked and answered as if it were done, and nothing is done."""
import re
import uuid

import harness

FROM = {"sources": ["https://www.scipalliance.example/minutes"], "confidence": "high"}
WRITES = ("POST", "PUT", "PATCH", "DELETE")


def everything(cluster):
    """A fingerprint of every table of the service; sequences may move on."""
    tables = cluster.psql("SELECT c.oid::regclass FROM pg_class c WHERE relkind = 'r' AND relnamespace = 'scip'::regnamespace ORDER BY 1").splitlines()
    long = {"scip.audit", "scip.history", "scip.change"}  # other tables have types without a hash
    assert len(tables) > 30 and {"scip.idempotency", *long} <= set(tables)
    return cluster.psql(";".join(f"SELECT '{table}', count(*), sum({'hash_record_extended(t, 0)' if table in long else 'hashtextextended(t::text, 0)'}) FROM {table} t"
                                 for table in tables))


def plain(body):
    """Without what differs from one time to the next: ids and moments."""
    body = re.sub(r'"instance":"[^"]*"', "", body)
    body = re.sub(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", "(id)", body)
    return re.sub(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d(:\d\d)?)", "(moment)", body)


def dry_then_real(cluster, send, path):
    """Does it without consequence, then really: the answers agree, and only the second one left anything. Gives the real answer."""
    before = everything(cluster)
    dry = send(path + "?dry_run=true")
    assert everything(cluster) == before
    assert send(path + "?dry_run=true").status == dry.status, "any number of times"
    real = send(path)
    assert (dry.status, plain(dry.text)) == (real.status, plain(real.text))
    version = lambda answer: answer.headers["ETag"] and answer.headers["ETag"].split(".")[0]
    assert version(dry) == version(real)
    assert plain(dry.headers["Location"] or "") == plain(real.headers["Location"] or "")
    assert [name for name, _ in dry.header_list] == [name for name, _ in real.header_list]
    assert (everything(cluster) != before) == (real.status < 400)
    return real


def test_every_write_has_it(contract):
    """Only the token endpoint and the counter of clicks, which write no record, have none."""
    found = 0
    for template, method, operation in harness.operations(contract):
        if method in WRITES and not template.startswith("/oauth/") and not template.endswith("/investigations"):
            names = [parameter.get("$ref", "").rpartition("/")[2] or parameter["name"] for parameter in operation.get("parameters", [])]
            assert "DryRun" in names, operation["operationId"]
            found += 1
    assert found >= 40


def test_a_record_from_its_first_day_to_its_last(server, cluster, central):
    path, post = f"/v1/news/dry-{uuid.uuid4().hex}", {"title": "A dry run", "kind": "news", **FROM}
    made = dry_then_real(cluster, lambda target: server.send("PUT", target, post, token=central, If_None_Match="*"), path)
    assert made.status == 201
    assert dry_then_real(cluster, lambda target: server.send("PUT", target, post, token=central, If_None_Match="*"), path).status == 412
    tag = made.headers["ETag"]
    changed = dry_then_real(cluster, lambda target: server.send("PATCH", target, {"publisher": "A publisher"}, token=central, if_match=tag), path)
    assert changed.status == 200 and changed.headers["ETag"] == server.get(path).headers["ETag"]
    assert dry_then_real(cluster, lambda target: server.send("PATCH", target, {"publisher": "Late"}, token=central, if_match=tag), path).status == 412
    assert dry_then_real(cluster, lambda target: server.send("DELETE", target, token=central, if_match=changed.headers["ETag"]), path).status == 204
    assert dry_then_real(cluster, lambda target: server.send("DELETE", target, token=central, if_match="*"), path).status == 404


def test_a_record_with_parts(server, cluster, central):
    """Several rows of several tables, written by functions."""
    path = f"/v1/organisations/dry-{uuid.uuid4().hex}"
    body = {"name": "Dry", "other_names": [{"name": "Arid", "kind": "other"}], "sectors": [{"sector": "charity"}], "region": "london", **FROM}
    assert dry_then_real(cluster, lambda target: server.send("PUT", target, body, token=central, If_None_Match="*"), path).status == 201
    change = {"other_names": [{"name": "Sec", "kind": "other"}, {"name": "Trocken", "kind": "other"}], "sectors": [], "new_slug": path[18:] + "-2"}
    assert dry_then_real(cluster, lambda target: server.send("PATCH", target, change, token=central, if_match="*"), path).status == 200
    assert dry_then_real(cluster, lambda target: server.send("DELETE", target, token=central, if_match="*"), path + "-2").status == 204


def test_a_record_whose_id_the_service_gives(server, cluster, central):
    body = {"issuer": "https://login.dry.example", "subject": str(uuid.uuid4()), "name": "Dry", "roles": [{"role": "hub_lead", "hub": "scotland-hub"}]}
    made = dry_then_real(cluster, lambda target: server.send("POST", target, body, token=central), "/v1/accounts")
    assert made.status == 201
    assert dry_then_real(cluster, lambda target: server.send("POST", target, body, token=central), "/v1/accounts").status == 409
    role = dry_then_real(cluster, lambda target: server.send("POST", target, {"role": "website"}, token=central), made.json["href"] + "/roles")
    assert role.status == 201
    assert dry_then_real(cluster, lambda target: server.send("PATCH", target, {"to": "2999-12-31"}, token=central, if_match="*"), role.json["href"]).status == 200
    assert dry_then_real(cluster, lambda target: server.send("DELETE", target, token=central, if_match="*"), role.json["href"]).status == 204
    assert dry_then_real(cluster, lambda target: server.send("PATCH", target, {"active": False}, token=central, if_match="*"), made.json["href"]).status == 200
    assert dry_then_real(cluster, lambda target: server.send("DELETE", target, token=central, if_match="*"), made.json["href"]).status == 204


def test_a_secret_of_a_dry_run_opens_nothing(server, cluster, central):
    made = server.send("POST", "/v1/clients", {"name": "Dry", "roles": [{"role": "website"}]}, token=central)
    before = everything(cluster)
    dry = server.send("POST", made.json["href"] + "/secrets?dry_run=true", {}, token=central)
    assert dry.status == 201 and everything(cluster) == before
    pair = (dry.json["client_id"], dry.json["secret"])
    assert server.form("/oauth/token", {"grant_type": "client_credentials"}, pair).status == 401
    real = server.send("POST", made.json["href"] + "/secrets", {}, token=central)
    assert set(real.json) == set(dry.json)
    assert server.form("/oauth/token", {"grant_type": "client_credentials"}, (real.json["client_id"], real.json["secret"])).status == 200


def test_a_version_that_follows(server, cluster, central):
    path = f"/v1/headline-figures/dry-{uuid.uuid4().hex}"
    figure = {"metric": "dry_test", "kind": "context", "title": "Schools", "value": 1.50, "unit": "schools", "qualifier": "exact", "period": "2019-22", **FROM}
    assert dry_then_real(cluster, lambda target: server.send("PUT", target, figure, token=central, If_None_Match="*"), path).status == 201
    assert dry_then_real(cluster, lambda target: server.send("POST", target, figure, token=central, if_match="*"), path + "/versions").json["version"] == 2
    assert dry_then_real(cluster, lambda target: server.send("POST", target, figure, token=central, if_match='"1.0"'), path + "/versions").status == 412


def test_who_may_not_may_not_try(server, cluster):
    body = {"title": "Dry", "kind": "news", **FROM}
    send = lambda token: lambda target: server.send("PUT", target, body, token=token, If_None_Match="*")
    assert dry_then_real(cluster, send(cluster.token(server, "analyst")), "/v1/news/dry-forbidden").status == 403
    assert dry_then_real(cluster, send(None), "/v1/news/dry-forbidden").status == 401
    assert dry_then_real(cluster, send("not.a.token"), "/v1/news/dry-forbidden").status == 401
    partner = cluster.token(server, "partner", organisation="university-of-winchester")
    assert dry_then_real(cluster, lambda target: server.send("PATCH", target, {"description": "x"}, token=partner, if_match="*"), "/v1/organisations/university-of-wolverhampton/profile").status in (403, 404)


def test_what_is_not_valid_is_not_valid(server, cluster, central):
    put = lambda body: lambda target: server.send("PUT", target, body, token=central, If_None_Match="*")
    assert dry_then_real(cluster, put({"title": 7}), "/v1/news/dry-bad").status == 400
    assert dry_then_real(cluster, put({"title": "  ", "kind": "news", **FROM}), "/v1/news/dry-bad").status == 422
    assert dry_then_real(cluster, put({"name": "Dry", "region": "atlantis", **FROM}), "/v1/organisations/dry-bad").status == 422
    assert server.send("PUT", "/v1/news/dry-bad?dry_run=perhaps", {"title": "Dry", "kind": "news", **FROM}, token=central, If_None_Match="*").json["errors"][0]["pointer"] == "/query/dry_run"
    assert server.send("PUT", "/v1/news/dry-bad?dry_run=true", {"title": "Dry", "kind": "news", **FROM}, token=central).status == 428


def test_a_rule_that_waits_for_the_commit(server, cluster, central):
    """A deferred constraint is checked as the transaction ends: a dry run ends too."""
    body = {"ordinal": 1, "name": "Second first", **FROM}
    assert dry_then_real(cluster, lambda target: server.send("PUT", target, body, token=central, If_None_Match="*"), "/v1/toolkit/principles/dry-first").status == 409


def test_what_others_refer_to_stays(server, cluster, central):
    assert dry_then_real(cluster, lambda target: server.send("DELETE", target, token=central, if_match="*"), "/v1/organisations/university-of-winchester").status == 409


def test_a_third_lead(server, cluster, central):
    """The rule of two leads is a constraint trigger's, which comes after the statement. Plans far off disturb nobody."""
    clear = "DELETE FROM scip.hub_lead WHERE lower(period) = '2900-01-01'"
    cluster.psql(clear, "scip_migrator")
    lead = lambda organisation: lambda target: server.send("POST", target, {"organisation": organisation, "from": "2900-01-01", **FROM}, token=central)
    first, second, third = cluster.psql("SELECT slug FROM scip.organisation o WHERE NOT EXISTS (SELECT FROM scip.hub_lead l WHERE l.organisation_id = o.id) LIMIT 3").splitlines()
    made = [dry_then_real(cluster, lead(organisation), "/v1/hubs/london-hub/leads") for organisation in (first, second)]
    assert [answer.status for answer in made] == [201, 201]
    refused = dry_then_real(cluster, lead(third), "/v1/hubs/london-hub/leads")
    assert harness.problem(refused) == (409, "hub-has-two-leads")
    cluster.psql(clear, "scip_migrator")
