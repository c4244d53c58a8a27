"""CONTRIBUTING's promise: a contract entry and a SQL file make an endpoint, in every representation, without C."""
import shutil

import harness

PATHS = """paths:
  /v1/categories:
    get:
      operationId: listCategories
      summary: List the categories of organisations
      parameters:
        - { name: least, in: query, description: Only those with as many organisations., schema: { type: integer, minimum: 0, default: 0 } }
        - { name: format, in: query, schema: { type: string, enum: [json, csv] } }
      responses:
        '200':
          description: All of them.
          content:
            application/json: { schema: { $ref: '#/components/schemas/CategoryList' } }
            text/csv: { schema: { type: string } }
components:
  schemas:
    Category:
      type: object
      required: [category, organisations]
      properties: { category: { type: string }, organisations: { type: integer } }
      additionalProperties: false
    CategoryList:
      type: object
      required: [items, next]
      properties: { items: { type: array, items: { $ref: '#/components/schemas/Category' } }, next: { type: 'null' } }
      additionalProperties: false
"""
QUERY = """SELECT category, count(*)::int AS organisations FROM scip.organisation_category
GROUP BY category HAVING count(*) >= :least ORDER BY category
"""


def test_an_endpoint_in_three_steps(cluster, tmp_path):
    shutil.copytree(harness.ROOT / "openapi", tmp_path / "openapi")
    shutil.copytree(harness.ROOT / "db/queries", tmp_path / "queries")
    root = tmp_path / "openapi/openapi.yaml"
    root.write_text(root.read_text().replace("  paths: [", "  paths: [categories, ", 1))
    (tmp_path / "openapi/paths/categories.yaml").write_text(PATHS)
    (tmp_path / "queries/listCategories.sql").write_text(QUERY)
    done = harness.expand(root, tmp_path / "openapi.json")
    assert done.returncode == 0, done.stderr
    server = harness.Server("three-steps", DATABASE_URL=cluster.url(), CONTRACT=tmp_path / "openapi.json", QUERIES=tmp_path / "queries")
    everything = server.get("/v1/categories").json["items"]
    assert len(everything) > 3 and all(item["organisations"] > 0 for item in everything)
    some = server.get("/v1/categories?least=10").json["items"]
    assert some == [item for item in everything if item["organisations"] >= 10] and 0 < len(some) < len(everything)
    assert server.get("/v1/categories?format=csv").text.splitlines()[0] == "category,organisations"
    assert server.get("/v1/categories?least=x").json["errors"][0]["pointer"] == "/query/least"
    assert "/v1/categories" in [resource["href"] for resource in server.get("/v1").json["resources"]]
    server.stop()
