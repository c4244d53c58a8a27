"""CONTRIBUTING's promise: a contract entry and SQL files make endpoints, in every representation, without C."""
import re
import shutil

import harness
import pytest

RESOURCE = re.search(r"```yaml\n(tag: .*?)```", (harness.ROOT / "CONTRIBUTING.md").read_text(), re.S)[1]
TEXTS = re.search(r"```csv\n(.*?)```", (harness.ROOT / "CONTRIBUTING.md").read_text(), re.S)[1]
QUERIES = {
    "listTerms": """SELECT slug, name, meaning, updated_at, '/v1/terms/' || slug AS href, slug AS _after_slug FROM example.term
        WHERE (:q IS NULL OR strpos(lower(name), lower(:q)) > 0) AND (:modified_since IS NULL OR updated_at >= :modified_since)
            AND (:after_slug IS NULL OR slug > :after_slug) ORDER BY slug LIMIT :limit""",
    "getTerm": "SELECT slug, name, meaning, updated_at, '/v1/terms/' || slug AS href, version AS _version FROM example.term WHERE slug = :slug",
    "putTerm": """WITH made AS (INSERT INTO example.term (slug, name, meaning) VALUES (:slug, :name, :meaning) ON CONFLICT DO NOTHING RETURNING slug)
        SELECT CASE WHEN NOT EXISTS (SELECT FROM made) THEN 412 END AS _status, '/v1/terms/' || :slug AS _location""",
    "patchTerm": """WITH own AS MATERIALIZED (SELECT * FROM example.term WHERE slug = :slug FOR NO KEY UPDATE), upd AS (
          UPDATE example.term t SET name = p.name, meaning = p.meaning, version = t.version + 1, updated_at = now()
          FROM own, jsonb_populate_record((own.*)::example.term, :body) p
          WHERE t.slug = own.slug AND (:if_match IS NULL OR own.version = ANY (:if_match)) RETURNING t.slug)
        SELECT CASE WHEN upd.slug IS NULL THEN 412 END AS _status FROM own LEFT JOIN upd USING (slug)""",
    "deleteTerm": """WITH own AS MATERIALIZED (SELECT slug, version FROM example.term WHERE slug = :slug FOR UPDATE), gone AS (
          DELETE FROM example.term t USING own WHERE t.slug = own.slug AND (:if_match IS NULL OR own.version = ANY (:if_match)) RETURNING t.slug)
        SELECT CASE WHEN gone.slug IS NULL THEN 412 END AS _status FROM own LEFT JOIN gone USING (slug)"""}


@pytest.fixture
def terms(cluster, tmp_path):
    shutil.copytree(harness.ROOT / "openapi", tmp_path / "openapi")
    for folder in ("queries", "derived"):
        shutil.copytree(harness.ROOT / "db" / folder, tmp_path / folder)
    root = tmp_path / "openapi/openapi.yaml"
    root.write_text(root.read_text().replace("  paths: [", "  paths: [terms, ", 1))
    (tmp_path / "openapi/paths/terms.yaml").write_text(RESOURCE)
    head, *sentences = (tmp_path / "openapi/texts.csv").read_text().splitlines(True)
    name_of = lambda line: line.partition(",")[0]
    (tmp_path / "openapi/texts.csv").write_text(head + "".join(sorted([*sentences, *TEXTS.splitlines(True)], key=name_of)))
    for name, query in QUERIES.items():
        (tmp_path / f"queries/{name}.sql").write_text(query)
    cluster.psql("""DROP SCHEMA IF EXISTS example CASCADE; CREATE SCHEMA example;
        CREATE TABLE example.term (slug text PRIMARY KEY, name text NOT NULL, meaning text NOT NULL, version int NOT NULL DEFAULT 1,
            updated_at timestamptz NOT NULL DEFAULT now());
        GRANT USAGE ON SCHEMA example TO scip_anonymous, scip_caller; GRANT SELECT ON example.term TO scip_anonymous, scip_caller;
        GRANT INSERT, UPDATE, DELETE ON example.term TO scip_caller; INSERT INTO example.term VALUES ('board', 'Board', 'Those who decide.')""")
    done = harness.expand(root, tmp_path / "openapi.json", tmp_path / "queries")
    assert done.returncode == 0, done.stderr
    server = harness.Server("terms", DATABASE_URL=cluster.url(), CONTRACT=tmp_path / "openapi.json", CACHE_BYTES=0)
    yield server
    server.stop()
    cluster.psql("DROP SCHEMA example CASCADE")


def test_a_resource_in_three_steps(cluster, terms):
    assert len(RESOURCE.splitlines()) <= 35 and RESOURCE.count("description: ") >= 4 and len(TEXTS.splitlines()) <= 4
    token = cluster.token(terms, "central")
    hub = {"name": "Hub", "meaning": "Where professionals meet."}
    assert terms.send("PUT", "/v1/terms/hub", hub, If_None_Match="*").status == 401
    assert terms.send("PUT", "/v1/terms/hub", hub, cluster.token(terms, "analyst"), If_None_Match="*").status == 403
    assert terms.send("PUT", "/v1/terms/hub", hub, token).status == 428
    assert terms.send("PUT", "/v1/terms/hub", {"name": "Hub"}, token, If_None_Match="*").json["errors"][0]["pointer"] == "/body/meaning"
    made = terms.send("PUT", "/v1/terms/hub", hub, token, If_None_Match="*")
    at = made.json["updated_at"]
    assert (made.status, made.json, made.headers["Location"]) == (201, {"slug": "hub", **hub, "updated_at": at, "href": "/v1/terms/hub"}, "/v1/terms/hub")
    assert terms.send("PUT", "/v1/terms/hub", hub, token, If_None_Match="*").status == 412
    assert [term["slug"] for term in terms.get("/v1/terms").json["items"]] == ["board", "hub"]
    page = terms.get("/v1/terms?limit=1").json
    assert [term["slug"] for term in terms.get(f"/v1/terms?limit=1&cursor={page['next']}").json["items"]] == ["hub"]
    assert terms.get("/v1/terms?q=HUB&format=csv").text.splitlines() == ["slug,name,meaning,updated_at,href", f"hub,Hub,Where professionals meet.,{at},/v1/terms/hub"]
    assert [term["slug"] for term in terms.get("/v1/terms?modified_since=" + at).json["items"]] == ["hub"]
    assert terms.get("/v1/terms?q=").json["errors"][0]["pointer"] == "/query/q"
    assert "/v1/terms" in [resource["href"] for resource in terms.get("/v1").json["resources"]]
    changed = terms.send("PATCH", "/v1/terms/hub", {"name": "A Hub"}, token, if_match=made.headers["ETag"])
    assert (changed.status, changed.json["name"]) == (200, "A Hub") and terms.get("/v1/terms/hub").json == changed.json
    assert terms.send("DELETE", "/v1/terms/hub", None, token, if_match=made.headers["ETag"]).status == 412
    assert terms.send("DELETE", "/v1/terms/hub", None, token, if_match=changed.headers["ETag"]).status == 204
    assert terms.get("/v1/terms/hub").status == 404
