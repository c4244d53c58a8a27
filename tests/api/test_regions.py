"""Each region's point lies inside that region's boundary (ONS; the file is not part of this repository)."""
import json
from itertools import accumulate

import harness
import pytest

FILE = harness.SHARED / "data/boundaries/geogUKregion.json"


def decode(topology):
    """Rings of longitude and latitude by GSS code: arcs are deltas of quantised positions (TopoJSON 1.0, section 2.1.3)."""
    (sx, sy), (tx, ty) = topology["transform"]["scale"], topology["transform"]["translate"]
    lines = [[(x * sx + tx, y * sy + ty) for x, y in accumulate(arc, lambda a, b: (a[0] + b[0], a[1] + b[1]))] for arc in topology["arcs"]]
    take = lambda i: lines[i] if i >= 0 else lines[~i][::-1]
    for geometry in next(iter(topology["objects"].values()))["geometries"]:
        polygons = geometry["arcs"] if geometry["type"] == "MultiPolygon" else [geometry["arcs"]]
        yield geometry["properties"], [[point for i in ring for point in take(i)] for polygon in polygons for ring in polygon]


def inside(x, y, rings):
    """Even-odd rule over all rings."""
    crossings = 0
    for ring in rings:
        for (x1, y1), (x2, y2) in zip(ring, ring[1:] + ring[:1]):
            crossings += (y1 > y) != (y2 > y) and x < (x2 - x1) * (y - y1) / (y2 - y1) + x1
    return crossings % 2 == 1


@pytest.mark.skipif(not FILE.exists(), reason=f"{FILE} is not there")
def test_points_lie_in_their_regions(server):
    boundaries = {code: rings for properties, rings in decode(json.loads(FILE.read_text()))
                  for code in properties.values() if isinstance(code, str)}
    tested = 0
    for region in server.get("/v1/regions?limit=200").json["items"]:
        rings = boundaries.get(region["gss_code"])
        if rings and region["longitude"] is not None:
            assert inside(region["longitude"], region["latitude"], rings), region["name"]
            others = [code for code, shape in boundaries.items() if code.startswith("E12") and code != region["gss_code"]
                      and inside(region["longitude"], region["latitude"], shape)]
            assert not others or region["kind"] == "country", (region["name"], others)
            tested += 1
    assert tested >= 12
