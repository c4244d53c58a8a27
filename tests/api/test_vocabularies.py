"""The vocabularies are public, in both languages, and are what requests may say."""
import csv
import json

import harness
import pytest

CONTRACT = json.loads((harness.ROOT / "openapi/openapi.json").read_text())
FILES = {path.stem: list(csv.DictReader(path.open(newline=""))) for path in sorted((harness.ROOT / "db/terms").glob("*.csv"))}
PROPERTIES = {name: rows[0].keys() - {"code", "label", "label_cy", "retired"} for name, rows in FILES.items()}


def test_each_file_is_a_vocabulary(server):
    shown = server.get("/v1/vocabularies?limit=200").json["items"]
    assert [row["code"] for row in shown] == [row["code"] for row in FILES["vocabulary"]] and {row["code"] for row in shown} == FILES.keys()
    for row in shown:
        assert row["terms"] == [term["code"] for term in FILES[row["code"]] if not term["retired"]], row
        if row["code"] in CONTRACT["x-terms"]:
            assert row["terms"] == CONTRACT["x-terms"][row["code"]]


@pytest.mark.parametrize("name", FILES)
def test_its_terms_are_those_of_the_file(server, name):
    answer = server.get(f"/v1/vocabularies/{name}?limit=200")
    assert answer.headers["Cache-Control"].startswith("public")
    assert [(row["code"], row["label"], row["label_cy"], row["retired"], set(row["properties"])) for row in answer.json["items"]] == [
        (row["code"], row["label"], row["label_cy"] or None, bool(row["retired"]), {each for each in PROPERTIES[name] if row[each]})
        for row in FILES[name]]


def test_they_come_in_pages_and_as_csv(server):
    page = server.get("/v1/vocabularies/sector?limit=4").json
    rest = server.get(f"/v1/vocabularies/sector?limit=4&cursor={page['next']}").json
    assert [row["code"] for row in page["items"] + rest["items"]] == [row["code"] for row in FILES["sector"][:8]]
    lines = server.get("/v1/vocabularies/sector", Accept="text/csv").text.splitlines()
    assert lines[:2] == ["code,label,label_cy,retired,properties", 'he,Higher education,Addysg uwch,false,asked_at_founding;counts_for_quorum;of_members']
    assert server.get("/v1/vocabularies/weather").status == 404
