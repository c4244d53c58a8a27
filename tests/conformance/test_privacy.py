"""No name or address that the tests made up is in anything that nobody's token asked for, nor in the servers' logs: of the
whole run. Run after the other tests, on the same $SCIP_TRAFFIC."""
import base64
import json

import canary
import harness
import pytest


@pytest.fixture(scope="module")
def traffic():
    return list(harness.recorded())


def test_nothing_personal_came_out(traffic):
    found = {f"{stain} of {exchange['method']} {exchange['target'].split('?')[0][:80]} → {exchange['status']}"
             for exchange in traffic for stain in canary.stains(exchange)}
    assert not found, "\n".join(sorted(found)[:30])


def test_there_was_something_to_come_out(traffic):
    """With a token the names were given: the search finds them, so it would have found them elsewhere."""
    for kind in ("people", "hubs"):
        given = (base64.b64decode(exchange["body"]) for exchange in traffic if exchange["status"] // 100 == 2 and exchange["target"].startswith(f"/v1/{kind}"))
        assert any(map(canary.shows, given)), kind


def test_no_log_line_has_it():
    logs = sorted(harness.TRAFFIC.parent.glob("**/server-*.log"))
    assert logs and [log.name for log in logs if canary.shows(log.read_bytes())] == []


@pytest.mark.parametrize("part, stain", [
    ({"headers": [["Location", f"/v1/people/{canary.NAME}"]]}, "a header"), ({"headers": [["ETag", f'"1.{canary.EMAIL}"']]}, "a header"),
    ({"target": f"/v1/people?q={canary.WORD}"}, "an address"), ({"status": 422, "body": canary.EMAIL}, "a problem"),
    ({"request_headers": [], "body": canary.NAME.upper()}, "an answer to nobody"),
    ({"headers": [["Content-Type", "application/json"]], "body": json.dumps({"next": base64.urlsafe_b64encode(f"name={canary.NAME}".encode()).decode()})}, "a cursor"),
    ({"headers": [["Link", "<?cursor=ab" + base64.urlsafe_b64encode(f"name={canary.NAME} and more".encode()).decode() + ">"]]}, "a header")])
def test_the_search_bites(part, stain):
    exchange = {"method": "GET", "target": "/v1/people", "status": 200, "request_headers": [["Authorization", "Bearer x"]], "headers": [], "body": "", **part}
    assert stain in canary.stains({**exchange, "body": base64.b64encode(exchange["body"].encode()).decode()})
