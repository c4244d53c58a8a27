"""What a Hub knows of its area: local authorities, figures with their source, the networks that there are."""
import pytest
from harness import delete, get, patch, post, problem, put

FROM = {"sources": ["https://www.scipalliance.example/minutes"], "confidence": "high"}
HUB, OTHER = "local-north", "local-south"
FIGURES, NETWORKS = f"/v1/hubs/{HUB}/local-figures", f"/v1/hubs/{HUB}/local-networks"
FIGURE = {"region": "E07999950", "title": "Service children in state schools", "as_of": "2025-01", "value": 1203, "unit": "children",
          "source": "https://www.example.org/figures", "licence": "Open Government Licence v3.0", "published": True}
DISTRICT = {"name": "Local Vale", "gss_code": "E07999950", "within": "south-east", "longitude": -1.1, "latitude": 51.2, "sources": ["https://www.example.org/"]}


@pytest.fixture(scope="module", autouse=True)
def hubs(cluster, server):
    clear = lambda: cluster.remove(hub="slug LIKE 'local-%'", region="slug LIKE 'local-%'")
    clear()
    for slug in (HUB, OTHER):
        assert server.send("PUT", f"/v1/hubs/{slug}", {"name": slug.title(), "nations": ["GB-ENG"], "regions": ["south-east"], **FROM},
                           token=cluster.token(server, "central"), If_None_Match="*").status == 201
    yield
    clear()


@pytest.fixture(scope="module")
def district(server, central):
    made = server.send("PUT", "/v1/regions/local-vale", DISTRICT, token=central, If_None_Match="*")
    assert made.status == 201, made.text
    return made


def test_areas_are_a_tree(server, central, lead, neighbour, district):
    """Nation, region, local authority: the nation follows, and there is nothing within a local authority."""
    assert (district.json["kind"], district.json["nation"], district.json["within"]["slug"]) == ("local_authority", "GB-ENG", "south-east")
    within = lambda slug: (server.get(f"/v1/regions/{slug}").json["within"] or {}).get("slug")
    assert [within(slug) for slug in ("local-vale", "south-east", "england", "wales")] == ["south-east", "england", None, None]
    assert [one["slug"] for one in server.get("/v1/regions?within=south-east").json["items"]] == ["local-vale"]
    assert {one["kind"] for one in server.get("/v1/regions?within=england").json["items"]} == {"region"}
    for values, status, rule in (({"within": "local-vale"}, 422, "reference-not-found"), ({"within": "nowhere"}, 422, "reference-not-found"),
                                 ({"gss_code": "E12000008"}, 409, "already-exists"), ({"name": " "}, 422, "text-blank")):
        assert problem(server.send("PUT", "/v1/regions/local-hill", {**DISTRICT, "gss_code": "E07999951", **values}, token=central, If_None_Match="*")) == (status, rule), values
        assert problem(patch(server, central, "/v1/regions/local-vale", values)) == (status, rule), values
    # the regions and nations themselves stay as they are
    assert problem(server.send("PUT", "/v1/regions/wales", DISTRICT, token=central, if_match="*")) == (412, "precondition-failed")
    assert problem(patch(server, central, "/v1/regions/wales", {"name": "X"}))[0] == problem(delete(server, central, "/v1/regions/wales"))[0] == 404
    moved = patch(server, central, "/v1/regions/local-vale", {"within": "wales"}, if_match=district.headers["ETag"])
    assert (moved.json["nation"], moved.json["within"]["slug"]) == ("GB-WLS", "wales")
    assert problem(patch(server, central, "/v1/regions/local-vale", {"name": "X"}, if_match=district.headers["ETag"]))[0] == 412
    back = put(server, central, "/v1/regions/local-vale", DISTRICT)
    assert back.status == 200 and back.json["nation"] == "GB-ENG"
    # a lead names the areas of the Hub, and of no other
    hub = patch(server, lead, f"/v1/hubs/{HUB}/profile", {"regions": ["E07999950", "south-east"]})
    assert hub.status == 200 and [region["slug"] for region in hub.json["regions"]] == ["local-vale", "south-east"], hub.text
    assert [one["slug"] for one in server.get("/v1/hubs?region=local-vale").json["items"]] == [HUB]
    assert problem(patch(server, neighbour, f"/v1/hubs/{HUB}/profile", {"regions": ["wales"]}))[0] == 403
    assert problem(patch(server, lead, f"/v1/hubs/{HUB}/profile", {"regions": ["nowhere"]})) == (422, "reference-not-found")
    assert problem(delete(server, central, "/v1/regions/local-vale")) == (409, "in-use")
    spare = server.send("PUT", "/v1/regions/local-hill", {**DISTRICT, "gss_code": "E07999951"}, token=central, If_None_Match="*")
    assert spare.status == 201 and delete(server, central, "/v1/regions/local-hill").status == 204


@pytest.mark.parametrize("unit, published, value, shown", [
    ("children", True, 3, (3, "value")), ("children", False, 0, (0, "zero")), ("children", False, 1, (None, "suppressed")),
    ("children", False, 4, (None, "suppressed")), ("children", False, 5, (5, "value")), ("children", False, 1203, (1205, "value")),
    ("schools", False, 3, (3, "value"))])
def test_a_small_number_is_not_kept(cluster, server, lead, district, unit, published, value, shown):
    """As published; or 0, one to four, the nearest five. What may not be shown is nowhere, not even for the Hub."""
    made = post(server, lead, FIGURES, {**FIGURE, "unit": unit, "published": published, "value": value})
    assert made.status == 201, made.text
    for answer in (made, get(server, lead, made.json["href"]), server.get(made.json["href"])):
        assert (answer.json["value"], answer.json["status"]) == shown
    kept = cluster.psql(f"SELECT DISTINCT row -> 'value' FROM scip.history WHERE record = '{made.json['id']}'")
    assert kept == ("null" if shown[0] is None else str(shown[0]))


def test_figures_have_a_source(server, lead, neighbour, district):
    made = post(server, lead, FIGURES, {**FIGURE, "value": 7, "as_of": "2026"}).json
    assert (made["region"]["slug"], made["as_of"], made["licence"]) == ("local-vale", "2026", "Open Government Licence v3.0")
    assert server.get(FIGURES + "?region=local-vale").json["items"][0] == made and server.get(FIGURES + "?region=wales").json["items"] == []
    for values, rule in (({"region": "nowhere"}, "reference-not-found"), ({"title": " "}, "text-blank")):
        assert problem(patch(server, lead, made["href"], values)) == (422, rule)
    assert patch(server, lead, made["href"], {"published": False, "value": 8}).json["value"] == 10
    assert patch(server, lead, made["href"], {"value": 2}).json["status"] == "suppressed"
    assert patch(server, lead, made["href"], {"title": "Service children at one school"}).json["value"] is None, "what is not known stays so"
    for values, status, rule in (({"region": "nowhere"}, 422, "reference-not-found"), ({"title": " "}, 422, "text-blank"), ({"as_of": "2025-13"}, 400, "bad-request"),
                                 ({"source": "mailto:x"}, 400, "bad-request"), ({"unit": "pupils"}, 400, "bad-request"), ({"value": -1}, 400, "bad-request")):
        assert problem(post(server, lead, FIGURES, {**FIGURE, **values})) == (status, rule), values
    assert problem(post(server, neighbour, FIGURES, FIGURE))[0] == problem(patch(server, neighbour, made["href"], {"value": 1}))[0] == 403
    assert delete(server, lead, made["href"]).status == 204 and server.get(made["href"]).status == 404


def test_networks_are_for_the_network(server, lead, neighbour, district):
    made = post(server, lead, NETWORKS, {"name": "Covenant partnership", "region": "local-vale", "website": "https://www.example.org/covenant"}).json
    assert made["description"] is None and get(server, neighbour, NETWORKS).json["items"] == [made] and server.get(NETWORKS).status == 401
    changed = patch(server, lead, made["href"], {"region": None, "description": "Meets each term.", "found_on": "2025-03-01"}).json
    assert (changed["region"], changed["description"], changed["found_on"]) == (None, "Meets each term.", "2025-03-01")
    for values, rule in (({"found_on": "2999-01-01"}, "date-in-future"), ({"description": " "}, "text-blank"), ({"region": "nowhere"}, "reference-not-found")):
        assert problem(patch(server, lead, made["href"], values)) == problem(post(server, lead, NETWORKS, {"name": "X", **values})) == (422, rule)
    assert problem(post(server, neighbour, NETWORKS, {"name": "X"}))[0] == problem(delete(server, neighbour, made["href"]))[0] == 403
    assert delete(server, lead, made["href"]).status == 204
