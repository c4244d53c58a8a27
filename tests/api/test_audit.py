"""What every write leaves behind: who did it (audit), what the row became (history), what others have to read again (change)."""
import hashlib
import json
import uuid

import pytest
from harness import get

FROM = {"sources": ["https://www.scipalliance.example/minutes"], "confidence": "high"}


@pytest.fixture(scope="module")
def central(cluster, server):
    """A client of the central team: its token and the id of its account."""
    name, secret = cluster.client("central")
    token = server.form("/oauth/token", {"grant_type": "client_credentials"}, (name, secret)).json["access_token"]
    return token, cluster.psql(f"SELECT id FROM scip.account WHERE subject = '{name}'")


@pytest.fixture
def do(cluster, server, central):
    """Does a write under a request id of its own and gives the answer and what it left."""
    def do(method, path, body=None, **more):
        number = f"audit-{uuid.uuid4()}"
        answer = server.send(method, path, body, token=more.pop("token", central[0]), X_Request_Id=number, **more)
        assert answer.headers["X-Request-Id"] == number
        return answer, Left(cluster, number)
    return do


class Left:
    """The rows of one request. History and change are found by its transaction, for it is one."""

    def __init__(self, cluster, number):
        rows = lambda sql: [json.loads(line) for line in cluster.psql(sql).splitlines()]
        self.audit = rows(f"SELECT to_jsonb(a) FROM scip.audit a WHERE request = '{number}' ORDER BY id")
        self.transactions = {row["xid"] for row in self.audit}
        among = "xid::text IN ('', " + ", ".join(f"'{xid}'" for xid in self.transactions) + ")" if self.transactions else "false"
        self.history = rows(f"SELECT to_jsonb(h) FROM scip.history h WHERE {among} ORDER BY id")
        self.change = rows(f"SELECT to_jsonb(c) FROM scip.change c WHERE {among} ORDER BY id")

    def ops(self):
        return sorted((row["table"], row["op"]) for row in self.audit)

    def changes(self):
        return [(row["kind"], row["key"], row["op"], row["audience"]) for row in self.change]


def check(left, operation, account, expected):
    """One audit and one history row for each changed row, all of one transaction and one caller."""
    assert left.ops() == sorted(expected)
    assert len(left.transactions) == 1
    assert {(row["account_id"], row["operation"]) for row in left.audit} == {(account, operation)}
    assert sorted((row["table"], row["record"]) for row in left.history) == sorted((row["table"], row["record"]) for row in left.audit)
    assert len({row["at"] for row in left.audit + left.history + left.change}) == 1, "the moment of the transaction"
    for audit, history in zip(left.audit, left.history):
        assert (history["row"] is None) == (audit["op"] == "DELETE")
        assert (audit["columns"] is not None) == (audit["op"] == "UPDATE")


def test_who_changed_what_can_be_read(server, cluster, do, central):
    """By the central team alone: ids and names of columns, never a value."""
    made, left = do("PUT", "/v1/groups/audit-read", {"name": "Audit read", "kind": "working_group", "status": "active", **FROM}, If_None_Match="*")
    changed, _ = do("PATCH", "/v1/groups/audit-read", {"name": "Audit read again"}, if_match="*")
    gone, _ = do("DELETE", "/v1/groups/audit-read", if_match="*")
    assert (made.status, changed.status, gone.status) == (201, 200, 204)
    key, (token, account) = left.audit[0]["record"], central
    read = lambda query, **more: get(server, token, f"/v1/privacy/audit?{query}", **more)
    entries = read(f"table=alliance_group&record={key}").json["items"]
    assert [(one["change"], one["operation"], one["table"], one["record"], one["account"]["id"]) for one in entries] == [
        (change, operation, "alliance_group", key, account)
        for change, operation in (("delete", "deleteGroup"), ("update", "patchGroup"), ("insert", "putGroup"))]
    assert "name" in entries[1]["columns"] and entries[0]["columns"] == [] and entries[0]["request"] == gone.headers["X-Request-Id"]
    assert "Audit read" not in str(entries)
    mine = read(f"account={account}&limit=2").json
    assert [one["request"] for one in mine["items"]] == [gone.headers["X-Request-Id"], changed.headers["X-Request-Id"]]
    assert read(f"account={account}&limit=2&cursor={mine['next']}").json["items"][0]["request"] == made.headers["X-Request-Id"]
    assert read(f"account={account}&to=2020-01-01").json["items"] == [] and read("table=alliance_group&sort=date&limit=1&from=2020-01-01").json["items"]
    assert read(f"record={key}&table=alliance_group", Accept="text/csv").text.count("audit-") == 3
    assert get(server, None, "/v1/privacy/audit").status == 401
    assert get(server, cluster.token(server, "hub_lead", hub="scotland-hub"), "/v1/privacy/audit").status == 403


def test_the_life_of_a_record(cluster, do, central):
    path, slug = "/v1/news/audit-life", "audit-life"
    cluster.psql(f"DELETE FROM scip.news WHERE slug = '{slug}'", "scip_migrator")
    row = lambda: json.loads(cluster.psql(f"SELECT to_jsonb(n) - '{{title_sort,published_sort,search}}'::text[] FROM scip.news n WHERE slug = '{slug}'"))

    answer, left = do("PUT", path, {"title": "Audited", "kind": "news", **FROM}, If_None_Match="*")
    assert answer.status == 201
    check(left, "putNewsItem", central[1], [("news", "INSERT")])
    assert left.history[0]["row"] == row() and left.audit[0]["record"] == str(row()["id"])
    assert left.changes() == [("news", slug, "changed", ["public"])]

    answer, left = do("PATCH", path, {"title": "Audited twice", "publisher": "P"}, if_match="*")
    assert answer.status == 200
    check(left, "patchNewsItem", central[1], [("news", "UPDATE")])
    assert {"title", "publisher"} <= set(left.audit[0]["columns"]) and not {"kind", "url", "sources"} & set(left.audit[0]["columns"])
    assert left.history[0]["row"] == row() and left.history[0]["row"]["title"] == "Audited twice"
    assert left.changes() == [("news", slug, "changed", ["public"])]

    number = str(row()["id"])
    answer, left = do("DELETE", path, if_match="*")
    assert answer.status == 204
    check(left, "deleteNewsItem", central[1], [("news", "DELETE")])
    assert left.audit[0]["record"] == number and left.changes() == [("news", slug, "deleted", ["public"])]
    titles = cluster.psql(f"""SELECT row ->> 'title' FROM scip.history WHERE "table" = 'news' AND record = '{number}' ORDER BY id""")
    assert titles == "Audited\nAudited twice", "and then nothing"


def test_parts_of_a_record(do, central):
    """Each row of its own; for who follows the changes it is one record."""
    slug = f"audit-{uuid.uuid4().hex}"
    path = "/v1/organisations/" + slug
    answer, left = do("PUT", path, {"name": "Audit", "other_names": [{"name": "A", "kind": "other"}, {"name": "B", "kind": "other"}], "sectors": [{"sector": "charity"}], **FROM},
                      If_None_Match="*")
    assert answer.status == 201
    check(left, "putOrganisation", central[1], [("organisation", "INSERT"), ("organisation_name", "INSERT"), ("organisation_name", "INSERT"), ("organisation_sector", "INSERT")])
    assert left.changes() == [("organisation", slug, "changed", ["public"])]

    answer, left = do("PATCH", path, {"other_names": [{"name": "B", "kind": "other"}, {"name": "C", "kind": "other"}]}, if_match="*")
    check(left, "patchOrganisation", central[1], [("organisation", "UPDATE"), ("organisation_name", "DELETE"), ("organisation_name", "INSERT")])
    assert left.changes() == [("organisation", slug, "changed", ["public"])], "what stays the same is not touched"

    answer, left = do("PATCH", path, {"new_slug": slug + "-2"}, if_match="*")
    check(left, "patchOrganisation", central[1], [("organisation", "UPDATE"), ("organisation_former_slug", "INSERT")])
    assert {change[1:3] for change in left.changes()} >= {(slug, "deleted"), (slug + "-2", "changed")}

    answer, left = do("DELETE", path + "-2", if_match="*")
    assert answer.status == 204
    check(left, "deleteOrganisation", central[1], [("organisation", "DELETE"), ("organisation_name", "DELETE"), ("organisation_name", "DELETE"), ("organisation_sector", "DELETE"),
                                                   ("organisation_former_slug", "DELETE")])
    assert left.changes()[-1] == ("organisation", slug + "-2", "deleted", ["public"]), "the tombstone has the last word"


def test_an_account_without_its_name(cluster, do, central):
    """People stand in the records by their account's id; secrets and names at providers stand there never."""
    subject = f"someone-{uuid.uuid4()}"
    answer, left = do("POST", "/v1/accounts", {"issuer": "https://login.audit.example", "subject": subject, "name": "Audit", "roles": [{"role": "website"}]}, key=subject)
    assert answer.status == 201
    id = answer.json["id"]
    check(left, "addAccount", central[1], [("account", "INSERT"), ("account_role", "INSERT")])
    assert left.changes() == [("account", id, "changed", ["account:" + id])]
    assert subject not in json.dumps([left.audit, left.history, left.change])

    answer, left = do("POST", "/v1/accounts", {"issuer": "https://login.audit.example", "subject": subject, "name": "Audit", "roles": [{"role": "website"}]}, key=subject)
    assert answer.status == 201 and not left.audit, "an answer that is given again does nothing"

    answer, left = do("PATCH", f"/v1/accounts/{id}", {"name": "Audited"}, if_match="*")
    check(left, "patchAccount", central[1], [("account", "UPDATE")])
    assert "label" in left.audit[0]["columns"] and "subject" not in left.audit[0]["columns"]

    client = do("POST", "/v1/clients", {"name": "Audit", "roles": []})[0].json
    secret, left = do("POST", client["href"] + "/secrets", {})
    check(left, "addClientSecret", central[1], [("account", "UPDATE"), ("client_secret", "INSERT")])
    digest = hashlib.sha256(secret.json["secret"].encode()).hexdigest()
    assert digest not in json.dumps([left.audit, left.history]) and secret.json["secret"] not in json.dumps([left.audit, left.history])

    answer, left = do("DELETE", f"/v1/accounts/{id}", if_match="*")
    check(left, "deleteAccount", central[1], [("account", "DELETE"), ("account_role", "DELETE")])
    assert left.changes()[-1] == ("account", id, "deleted", ["account:" + id])


def test_another_caller_is_named(cluster, server, do):
    """The partner who corrects its profile stands there, not the central team."""
    name, secret = cluster.client("partner", organisation="university-of-winchester")
    token = server.form("/oauth/token", {"grant_type": "client_credentials"}, (name, secret)).json["access_token"]
    path = "/v1/organisations/university-of-winchester"
    before = server.get(path).json["description"]
    answer, left = do("PATCH", path + "/profile", {"description": "Audited"}, token=token, if_match="*")
    assert answer.status == 200
    check(left, "patchOrganisationProfile", cluster.psql(f"SELECT id FROM scip.account WHERE subject = '{name}'"), [("organisation", "UPDATE")])
    assert do("PATCH", path + "/profile", {"description": before}, token=token, if_match="*")[0].json["description"] == before


def test_without_an_effect_nothing_is_left(cluster, server, do, central):
    post, figure = {"title": "Audited", "kind": "news", **FROM}, "/v1/headline-figures/hubs-2019-22/versions"
    counts = lambda: cluster.psql("SELECT (SELECT count(*) FROM scip.audit), (SELECT count(*) FROM scip.history), (SELECT count(*) FROM scip.change)")
    analyst, before = cluster.token(server, "analyst"), None
    for status, method, path, body, more in [
            (201, "PUT", "/v1/news/audit-none?dry_run=true", post, {"If_None_Match": "*"}),
            (400, "PUT", "/v1/news/audit-none", {**post, "more": 1}, {"If_None_Match": "*"}),
            (401, "PUT", "/v1/news/audit-none", post, {"If_None_Match": "*", "token": None}),
            (403, "PUT", "/v1/news/audit-none", post, {"If_None_Match": "*", "token": analyst}),
            (404, "PATCH", "/v1/news/audit-none", {"title": "x"}, {"if_match": "*"}),
            (409, "DELETE", "/v1/organisations/university-of-winchester", None, {"if_match": "*"}),
            (409, "PUT", "/v1/toolkit/principles/audit-none", {"ordinal": 1, "name": "Second first", **FROM}, {"If_None_Match": "*"}),
            (412, "PATCH", "/v1/organisations/university-of-winchester", {"note": "x"}, {"if_match": '"999.0"'}),
            (412, "PUT", "/v1/organisations/university-of-winchester", {"name": "Again", **FROM}, {"If_None_Match": "*"}),
            (415, "PUT", "/v1/news/audit-none", b"x", {"If_None_Match": "*", "Content_Type": "text/plain"}),
            (422, "PUT", "/v1/news/audit-none", {**post, "title": "   "}, {"If_None_Match": "*"}),
            (422, "PATCH", "/v1/organisations/university-of-winchester", {"region": "atlantis", "note": "x"}, {"if_match": "*"}),
            (428, "PUT", "/v1/news/audit-none", post, {}),
            (412, "POST", figure, {"metric": "m", "kind": "context", "title": "l", "value": 1, "unit": "people", "qualifier": "exact", "period": "2019-22", **FROM},
             {"if_match": '"999.0"', "key": f"audit-{uuid.uuid4()}"})]:
        before = before or counts()
        answer, left = do(method, path, body, **more)
        assert answer.status == status, answer.text
        assert not left.audit and counts() == before, (status, method, path)


def test_nobody_rewrites_the_audit(cluster):
    """Not even who owns the tables; callers have no way to write them at all."""
    def refused(sql, role):
        with pytest.raises(AssertionError) as error:
            cluster.psql(sql, role)
        return str(error.value)
    for sql in ("UPDATE scip.audit SET operation = 'x'", "DELETE FROM scip.audit", "TRUNCATE scip.audit", "UPDATE scip.audit SET request = NULL WHERE false"):
        assert "Rows of audit do not change" in refused(sql, "scip_migrator")
        assert "permission denied" in refused(sql, "scip_writer") and "permission denied" in refused(sql, "scip_central")
    for table in ("audit", "history", "change", "idempotency", "spent_token"):
        for right in ("INSERT", "UPDATE", "DELETE", "TRUNCATE"):
            assert cluster.psql(f"SELECT has_table_privilege('scip_caller', 'scip.{table}', '{right}'), has_any_column_privilege('scip_caller', 'scip.{table}', 'INSERT,UPDATE')") == "f|f"
    assert "permission denied" in refused("SELECT FROM scip.audit", "scip_anonymous")
    assert "permission denied" in refused("SELECT FROM scip.idempotency", "scip_writer")
    assert cluster.psql("SELECT count(*) FROM scip.audit", "scip_central") == "0", "without claims there is nothing to see"


def test_every_table_keeps_its_records(cluster):
    """One that callers may write and that leaves no records would be a hole. Bytes on their way are none: the file is."""
    assert cluster.psql("""SELECT string_agg(relname, ', ') FROM pg_class c WHERE relkind = 'r' AND relnamespace = 'scip'::regnamespace AND relname NOT IN ('upload', 'file_chunk')
        AND (has_table_privilege('scip_caller', c.oid, 'INSERT, UPDATE, DELETE, TRUNCATE') OR has_any_column_privilege('scip_caller', c.oid, 'INSERT, UPDATE'))
        AND NOT EXISTS (SELECT FROM pg_trigger t WHERE tgrelid = c.oid AND tgname = 'track_changes' AND tgenabled = 'O' AND tgtype & 29 = 29)""") == ""
