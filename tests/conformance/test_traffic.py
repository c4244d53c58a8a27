"""All traffic that the other tests recorded, against the contracts: status, media type, headers, body.
An operation or a documented status that was never seen fails. Run after them, on the same $SCIP_TRAFFIC."""
import base64
import collections
import gzip
import hashlib
import json
import re
from urllib.parse import unquote

import harness
import jsonschema
import pytest
import yaml
from generators.contract import engine

# What may come of any request, whatever its operation documents, since it could not be read: always a problem.
# Rules of any operation: the engine's own, and those of a SQLSTATE where no constraint has a line of its own.
ANYWHERE = {*engine.OWN} - {"record-withdrawn"}
ANYWHERE |= set(re.findall(r"^[0-9][0-9A-Z]*,([a-z-]+),", (harness.ROOT / "openapi/constraints.csv").read_text(), re.M))
FRAMING = {408, 411, 413, 414, 417, 431, 505}
PROBLEM = {"schema": {"$ref": "#/components/schemas/Problem"}}
NOWHERE = {400, 404, 405, 501}  # where the contract has no such address, or no such method of it
PROBLEM_ONLY_ENGINE = {401, 403, 409, 422}  # the engine's contract raises these by SQLSTATE
ENGINE_ANYWHERE = {400, 404, 406, 415, 429, 500, 503, 504}  # which it does not list at each of its few operations; some fail on purpose
EDGE = {400, 403}  # what nginx says of a request that it does not pass on, beside framing and what the contract has


def once(keyword, fine):
    """A keyword that looks only once at what is alike: the same records stand in thousands of answers."""
    def look(validator, value, instance, schema):
        key = hash((value, json.dumps(instance)))
        if key in fine:
            return
        errors = list(keyword(validator, value, instance, schema))
        if not errors:
            fine.add(key)
        yield from errors
    return look


class Contract:
    def __init__(self, name, document):
        self.name, self.document = name, document
        self.routes = collections.defaultdict(list)  # by method and number of parts, those without parameters first
        for template, method, operation in sorted(harness.operations(document), key=lambda route: route[0].count("{")):
            pattern = "".join("[^/]+" if part.startswith("{") else re.escape(part) for part in re.split(r"(\{[^}]+\})", template))
            self.routes[method, template.count("/")].append((re.compile(pattern + "$"), operation))
        self.validators, self.known = {}, {}
        self.named = {rule for *_, operation in harness.operations(document) for rule in operation.get("x-problems", ())} - ANYWHERE
        standard = jsonschema.Draft202012Validator
        self.kind = jsonschema.validators.extend(standard, {"$ref": once(standard.VALIDATORS["$ref"], set())})

    def resolve(self, node):
        while isinstance(node, dict) and "$ref" in node:
            target = self.document
            for token in node["$ref"][2:].split("/"):
                target = target[unquote(token).replace("~1", "/").replace("~0", "~")]
            node = target
        return node

    def operation(self, method, target):
        path = unquote(re.sub("(?i)^https?://[^/]+", "", target).split("?")[0])
        method = "GET" if method == "HEAD" else method
        return next((operation for pattern, operation in self.routes[method, path.count("/")] if pattern.match(path)), None)

    def validator(self, schema):
        key = json.dumps(schema, sort_keys=True)
        if key not in self.validators:
            whole = {"$schema": "https://json-schema.org/draft/2020-12/schema", "components": self.document["components"], **schema}
            self.validators[key] = self.kind(whole, format_checker=jsonschema.Draft202012Validator.FORMAT_CHECKER)
        return self.validators[key]

    def faults(self, exchange):
        """What is wrong with a recorded exchange; marks what it shows as seen."""
        status, method = exchange["status"], exchange["method"]
        headers = {name.lower(): value for name, value in exchange["headers"]}
        body = base64.b64decode(exchange["body"])
        operation = self.operation(method, exchange["target"])
        response = operation and self.resolve(operation["responses"].get(str(status)))
        if method == "OPTIONS" and status == 204:
            return [] if "allow" in headers and not body else ["OPTIONS without Allow"]
        if status == 308 and (re.match(r"[^?]+/(\?|$)", exchange["target"]) or self.name == "edge"):  # slashes behind a path; to TLS
            return [] if "location" in headers and (not body or self.name == "edge") else ["308 without Location"]
        if not response:
            if status not in FRAMING | (set() if operation else NOWHERE) | {"engine": PROBLEM_ONLY_ENGINE | ENGINE_ANYWHERE, "edge": EDGE}.get(self.name, set()):
                return [f"{status} of {operation['operationId'] if operation else 'no operation'} is not documented"]
            there = operation or next(filter(None, (self.operation(each, exchange["target"]) for each in ("GET", "POST", "PUT"))), {"responses": {}})
            response = self.resolve(there["responses"].get("default", {"content": {"application/problem+json": PROBLEM}}))
        if status >= 400 and headers.get("content-type") == "text/html; charset=utf-8":  # a problem for people
            accept = next((value for name, value in exchange["request_headers"] if name.lower() == "accept"), "").lower()
            return [] if "text/" in accept and (method == "HEAD" or f"<p>{status}</p>".encode() in body) else ["a page that nobody asked for"]
        rules = (operation or {}).get("x-problems", [])
        answer = json.dumps([response, rules, sorted(headers.items()), method == "HEAD", status]).encode() + body
        key = hashlib.sha256(re.sub(rb'"(x-request-id|date|server-timing)", "[^"]*"', b"", answer)).digest()
        if key not in self.known:  # many are alike
            self.known[key] = [*self.check(response, headers, body, exchange), *self.check_rule(rules, headers, body, exchange)]
        return self.known[key]

    def check_rule(self, rules, headers, body, exchange):
        """A rule that some operations name is broken by these alone, unless it is one of any operation, as not-found."""
        if headers.get("content-type") == "application/problem+json" and exchange["method"] != "HEAD" and self.name == "main":
            rule = json.loads(gzip.decompress(body) if headers.get("content-encoding") == "gzip" else body)["type"].removeprefix("/problems/")
            if rule not in rules and rule in self.named:
                yield f"the operation does not name the rule {rule}"

    def check(self, response, headers, body, exchange):
        status, method = exchange["status"], exchange["method"]
        for name, header in response.get("headers", {}).items():
            schema = self.resolve(self.resolve(header)["schema"])
            value = headers.get(name.lower())
            if value is None and name not in ("Link", "X-Omitted-Count") and self.name != "edge":  # which gives some again, or not
                yield f"no header {name}"
            if value is not None:
                typed = int(value) if schema.get("type") == "integer" else value
                for error in self.validator(schema).iter_errors(typed):
                    yield f"header {name}: {error.message}"
        content = response.get("content", {})
        media = headers.get("content-type", "").split(";")[0]
        if status in (204, 304) or not content:
            if body:
                yield "a body where none is documented"
            return
        if media not in content:
            yield f"media type {media!r} is not documented"
        elif method != "HEAD":
            if int(headers.get("content-length", exchange["length"] if self.name == "edge" else -1)) != exchange["length"]:
                yield "Content-Length is not the body's length"
            if headers.get("content-encoding") == "gzip":
                body = gzip.decompress(body)
            if media.endswith("json") and media != "application/x-ndjson":
                for error in self.validator(content[media].get("schema", {})).iter_errors(json.loads(body)):
                    yield f"body{error.json_path[1:]}: {error.message[:200]}"


@pytest.fixture(scope="session")
def contracts(contract):
    return {"main": Contract("main", contract), "edge": Contract("edge", contract), "engine": Contract("engine", yaml.safe_load((harness.FIXTURE / "openapi.yaml").read_text()))}


@pytest.fixture(scope="session")
def traffic():
    found = list(harness.recorded())
    if len(found) < 1000:
        pytest.fail(f"{harness.TRAFFIC} holds {len(found)} exchanges: run the other tests first")
    return found


def test_every_exchange_fits_its_contract(contracts, traffic):
    wrong = {}
    for exchange in traffic:
        for fault in contracts[exchange["contract"]].faults(exchange):
            wrong.setdefault(fault, f"{exchange['contract']} {exchange['method']} {exchange['target'][:120]} → {exchange['status']}")
    print(f"{len(traffic)} exchanges")
    assert not wrong, "\n".join(f"{fault}: {example}" for fault, example in list(wrong.items())[:30])


@pytest.mark.parametrize("name", ["main", "engine"])
def test_every_documented_status_was_seen(contracts, traffic, name):
    contract = contracts[name]
    seen = set()
    for exchange in traffic:
        operation = exchange["contract"] == name and contract.operation(exchange["method"], exchange["target"])
        if operation:
            seen.add((operation["operationId"], str(exchange["status"])))
    never = [(operation["operationId"], status) for _, _, operation in harness.operations(contract.document)
             for status in operation["responses"] if status != "default" and (operation["operationId"], status) not in seen]
    assert not never, never


def test_every_media_type_was_seen(contracts, traffic):
    contract = contracts["main"]
    seen = set()
    for exchange in traffic:
        operation = exchange["contract"] == "main" and exchange["status"] // 100 == 2 and contract.operation(exchange["method"], exchange["target"])
        if operation:
            media = next((value.split(";")[0] for key, value in exchange["headers"] if key.lower() == "content-type"), None)
            seen.add((operation["operationId"], media))
    never = [(operation["operationId"], media) for _, _, operation in harness.operations(contract.document)
             for status, response in operation["responses"].items() if status.startswith("2")
             for media in contract.resolve(response).get("content", {})
             if (operation["operationId"], media) not in seen and not operation["operationId"].endswith("Asset")]
    assert not never, never


@pytest.mark.parametrize("bend, fault", [
    (lambda e: e.update(status=418), "418 of getHub is not documented"), (lambda e: e.update(status=500), "500 of getHub is not documented"),
    (lambda e: e.update(target="/v1/none", status=500), "500 of no operation is not documented"),
    (lambda e: e.update(headers=[h for h in e["headers"] if h[0] != "ETag"]), "no header ETag"),
    (lambda e: e.update(headers=[h if h[0] != "Cache-Control" else ["Cache-Control", "public"] for h in e["headers"]]), "header Cache-Control"),
    (lambda e: e.update(headers=[h if h[0] != "Content-Type" else ["Content-Type", "text/html"] for h in e["headers"]]), "media type"),
    (lambda e: e.update(body=base64.b64encode(b"{}").decode(), length=2), "Content-Length"),
    (lambda e: bend_body(e, lambda hub: hub.pop("name")), "'name' is a required property"),
    (lambda e: bend_body(e, lambda hub: hub.update(email="x")), "Additional properties"),
    (lambda e: bend_body(e, lambda hub: hub.update(status="open")), "is not one of"),
    (lambda e: bend_body(e, lambda hub: hub.update(launched_on="1 January 2025")), "does not match")])
def test_planted_faults_are_found(contracts, server, bend, fault):
    """The suite can fail: a good exchange, bent, is refused."""
    answer = server.get("/v1/hubs/london-hub")
    exchange = {"method": "GET", "target": "/v1/hubs/london-hub", "status": answer.status, "headers": [list(pair) for pair in answer.header_list], "length": len(answer.body),
                "body": base64.b64encode(answer.body).decode()}
    assert contracts["main"].faults(exchange) == []
    bend(exchange)
    assert any(fault in found for found in contracts["main"].faults(exchange)), contracts["main"].faults(exchange)


def bend_body(exchange, change):
    hub = json.loads(base64.b64decode(exchange["body"]))
    change(hub)
    body = json.dumps(hub).encode()
    exchange["body"], exchange["length"] = base64.b64encode(body).decode(), len(body)
    exchange["headers"] = [pair if pair[0] != "Content-Length" else ["Content-Length", str(len(body))] for pair in exchange["headers"]]
