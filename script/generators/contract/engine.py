"""What the engine reads of the contract: each operation with all that it refers to, each schema without what says nothing of values."""
import json
import re

from generators.contract.datapackage import describe, is_public
from generators.contract.rules import Rules, bits
from generators.contract.standard import Standard, listed
from generators.files import ROOT, rows
from generators.nodes import Map, attempt, dump, fault, faults, hold, refuse, where
from generators.shapes import BODY, LIMITS, OPERATION, PARAMETERS, RESPONSE, RULE, STATE, TYPES, check, fits, within

LIMIT_MAX = 16 * 1024 * 1024
MEDIA = ("application/json", "application/merge-patch+json", "application/x-www-form-urlencoded", "text/csv", "*/*")
# Of ours or in a vocabulary of others: the statement's columns are the members.
JSON_MEDIA = ("application/json", "application/ld+json", "application/vnd.citationstyles.csl+json")
NAMES_BYTES = 149  # of the parameters that a refusal lists
SEGMENTS, PATH_PARAMETERS = 16, 8  # of a path at most, as in api/contract/router.h
# As a path's Allow has its methods, in this order.
ALLOW = {"GET": "GET, HEAD", "POST": "POST", "PUT": "PUT", "PATCH": "PATCH", "DELETE": "DELETE"}
# Parameters that the engine itself reads mean the same everywhere.
RESERVED = {"format": "string", "cursor": "string", "dry_run": "boolean", "limit": "integer"}
OTHERS = ("summary", "asks", "licenses")  # what is made of an operation for the index and the package alone
# The rules by which the engine itself refuses, as problems.csv has them: of a status the first is what a statement means by it alone.
OWN = ("bad-request", "bad-framing", "unauthorized", "forbidden", "not-found", "method-not-allowed", "not-acceptable", "request-timeout",
       "conflict", "length-required", "precondition-failed", "too-large", "uri-too-long", "unsupported-media-type",
       "range-not-satisfiable", "expectation-failed", "invalid", "precondition-required", "too-many-requests", "headers-too-large",
       "internal", "not-implemented", "unavailable", "timeout", "version-not-supported", "record-withdrawn")


class Engine(Standard):
    """What is made of a document: facts, the index of its lists, and the description of the archive of all lists."""

    def __init__(self, document):
        super().__init__(document)
        self.ids, self.shared = Map(), {}  # shared: the parameters, each once, by what is made of it
        hold(document, {"openapi must be 3.1.x": not str(document.get("openapi")).startswith("3.1.")})
        self.info = document.get("info")
        if not isinstance(self.info, dict) or not all(isinstance(self.info.get(key), str) for key in ("title", "version")):
            refuse(self.info or document, "info needs title and version")
        self.schemas = {name: attempt(self.schema, schema, document) for name, schema in self.component("schemas").items()}
        operations = [*filter(None, (attempt(self.operation, *place) for place in self.items()))]
        self.package = describe(self, [] if faults else operations)
        routes = {}
        for number, made in enumerate(operations):
            self.route(routes, number, made)
        self.index = {f"{made['path']} application/json": self.collections(operations) for made in operations if made["id"] == "getIndex"}
        roles = {each["id"]: each["roles"].split(",") if each["roles"] else [] for each in operations if "roles" in each}
        self.facts = {"roles": dump(roles), "routes": routes, "problems": self.problems(), "constraints": self.component("x-constraints"),
                      "states": {row["state"]: [row["rule"], row["detail"]] for row in rows(ROOT / "openapi/states.csv", STATE)},
                      "operations": [{key: value for key, value in each.items() if key not in OTHERS} for each in operations],
                      "parameters": [*map(json.loads, self.shared)],
                      **({"terms": dump(document["x-terms"])} if "x-terms" in document else {})}

    def problems(self):
        """The engine's own rules, of which a contract that does not list them has the statuses alone, and behind them the contract's."""
        return {row["rule"]: {"status": int(row["status"])} for row in rows(ROOT / "openapi/problems.csv", RULE) if row["rule"] in OWN} | {
            rule: {key: said[key] for key in ("status", "title", "meaning")} for rule, said in self.component("x-problems").items()}

    def operation(self, path, method, node):
        """All that the engine asks of an operation."""
        check(node, "an operation", OPERATION, extensions=True)
        name = node.get("operationId", "")
        hold(node, {f"{method.upper()} {path}: operationId must be letters and digits": not re.fullmatch("[A-Za-z0-9]+", name)}, refuse)
        self.ids.add(name, path, where(node), f"the operationId {name} stands twice")
        parameters = self.parameters(path, node)
        texts = [json.dumps(each, ensure_ascii=False) for each in parameters]
        made = {"id": name, "method": method.upper(), "path": path, "where": where(node),
                "summary": node.get("summary"), "licenses": node.get("x-licenses"), "answer": node.get("x-answer"),
                "asks": any(each["required"] for each in parameters),
                "parameters": [self.shared.setdefault(text, len(self.shared)) for text in texts],
                "cursor": any((each["in"], each["name"]) == ("query", "cursor") for each in parameters),
                **self.security(node), **self.body(node), **self.success(node)}
        sure = [each["name"] for each in parameters if each["in"] == "path" or each["in"] == "header" and each["required"]]
        names = ", ".join(each["name"] for each in parameters if each["in"] == "query")
        made["names"] = f"; it has {names}"[:NAMES_BYTES] if names else ""
        made["given"] = ",".join([*sure, *(self.of(made["body"]).get("required", ()) if made["body_required"] else ())])
        if made["shared"] and made["roles"] is not None and not made["anonymous"]:
            fault(node, f"{name} needs a token, and its Cache-Control is public: kept answers are everybody's")
        return {key: value for key, value in made.items() if value is not None}

    def route(self, node, number, made):
        """Puts an operation where the parts of its path lead to; a part in braces is any."""
        parts = made["path"].split("/")[1:]
        if len(parts) > SEGMENTS or made["path"].count("{") > PATH_PARAMETERS:
            fault(made["where"], f"the path is too long: {made['path']}")
        for part in parts:
            node = node.setdefault("any", {}) if part.startswith("{") else node.setdefault("parts", {}).setdefault(part, {})
        node[made["method"]] = number
        node["allow"] = ", ".join([*(words for method, words in ALLOW.items() if method in node), "OPTIONS"])

    def parameters(self, path, operation):
        """Its parameters, with the schemas that they refer to."""
        made = Map()
        for node in operation.get("parameters", ()):
            node = check(self.resolve(node), "a parameter", PARAMETERS, extensions=True, needs=("name", "in", "schema"))
            made.add(node["name"], self.parameter(path, node), where(node), f"the parameter {node['name']} stands twice")
        braces, declared = path.count("{"), sum(each["in"] == "path" for each in made.values())
        if braces != declared:
            fault(operation, f"{operation['operationId']}: the path has {braces} parameters, the operation declares {declared}")
        return [*made.values()]

    def parameter(self, path, node):
        name, place, schema = node["name"], node["in"], self.schema(node["schema"], node)
        rules, braced = self.of(schema), f"{{{name}}}"
        types, default = {*listed(rules.get("type", TYPES))}, rules.get("default")
        exploded = place == "query" and types == {"array"} and node.get("explode") is not False
        taken = name in RESERVED and (place != "query" or types != {RESERVED[name]} or "format" in rules)
        hold(node, {f"parameters are in path, query or header, not in {place}": place not in ("path", "query", "header"),
                    f"{path} has no {braced}": place == "path" and braced not in path,
                    f"the name {name} is the engine's: it stands in the query, with its type and no format": taken,
                    "the default of limit is a whole number": name == "limit" and not isinstance(default, (int, type(None))),
                    "an array in the query needs explode: false": exploded})
        return {"name": name, "in": place, "index": path[:path.find(braced)].count("{"), "required": node.get("required") is True,
                "engine": name in RESERVED and name != "limit", "schema": schema, "where": where(node),
                **({} if default is None else {"standard": default if isinstance(default, str) else dump(default)})}

    def parameter_of(self, number):
        return json.loads([*self.shared][number])

    def security(self, operation):
        """Alternatives of one scheme, whose list names a role (OpenAPI 3.1, Security Requirement Object); {}: no token."""
        alternatives = operation.get("security", [])
        for each in alternatives:
            if not isinstance(each, dict) or each.keys() - {"bearer"} or not fits(names := each.get("bearer", []), [str]) or len(names) > 1:
                refuse(where(each, operation), f"{operation['operationId']}: an alternative is {{}} or {{ bearer: [at most one role] }}")
        roles = ",".join(role for each in alternatives for role in each.get("bearer", ()))
        return {"anonymous": {} in alternatives, "roles": roles if any(alternatives) else None}

    def body(self, operation):
        name, body = operation["operationId"], self.resolve(operation.get("requestBody"))
        content = check(body, "a request body", BODY, extensions=True).get("content", {}) if body is not None else {}
        media = next(iter(content), None)
        streamed = media == "*/*"
        whole = self.named(content, media, body, f"{name} body") if media and not streamed else None
        limit = check(operation.get("x-body-limit", {}), "x-body-limit", LIMITS, extensions=True)
        hold(body, {f"{name}: a body is JSON, a JSON merge patch, a form, CSV or */*, not {media}": media and media not in MEDIA,
                    f"{name}: one media type for the body": len(content) > 1})
        hold(limit, {f"{name}: a bound of x-body-limit is 1 to {LIMIT_MAX}": not all(1 <= value <= LIMIT_MAX for value in limit.values()),
                     f"{name}: x-body-limit has bytes or values, of a body that is read whole":
                     "x-body-limit" in operation and (not limit or whole is None)})
        return {"body": whole, "body_type": media, "streamed": streamed, "body_bytes": limit.get("bytes"),
                "body_required": not streamed and bool(body and body.get("required")), "body_values": limit.get("values")}

    def named(self, content, media, above, name):
        """The name of the schema of one media type: that of the component, or this one."""
        hold(above, {f"{media} has a map with a schema": not isinstance(content[media], dict)}, refuse)
        schema = self.schema(content[media].get("schema"), above)
        if isinstance(schema, str):
            return schema
        self.schemas[name] = schema
        return name

    def success(self, operation):
        """What it answers with when all is well."""
        name, made = operation["operationId"], None
        for status, response in operation.get("responses", {}).items():
            response = check(self.resolve(response), "a response", RESPONSE, extensions=True, needs=("description",))
            is_good = re.fullmatch("2..|303", status)
            if is_good and not made:
                made = {"success": int(status) if status.isdigit() else 200, **self.answer(response, f"{name} answer")}
            elif is_good and (made["success"] != 200 or status not in ("201", "206")):
                fault(response, f"{name}: one 2xx response an operation, but for 201 or 206 beside 200")
        return made or refuse(operation, f"{name}: no 2xx response, nor a 303")

    def answer(self, response, name):
        content, fixed = response.get("content", {}), {}
        kinds = [media for media in content if media in JSON_MEDIA]
        for header, node in response.get("headers", {}).items():
            node = self.resolve(node)
            rules = self.of(self.schema(node.get("schema", True), node)) if isinstance(node, dict) else {}
            value = rules.get("const") or rules.get("default")
            if isinstance(value, str):
                hold(node, {f"{header} has a control character": re.search(r"[\0-\x1f\x7f]", value)})
                fixed[header] = value
        cache = next((value for header, value in fixed.items() if header.lower() == "cache-control"), None)
        head = "".join(f"{header}: {value}\r\n" for header, value in fixed.items() if header.lower() != "cache-control")
        response = self.named(content, kinds[-1], response, name) if kinds else None
        properties = self.properties(response)
        items, next_ = self.of(properties.get("items")), self.of(properties.get("next"))
        paged = "next" in properties and items.get("type") in ("array", ["array"])
        return {"media": [*content], "cache": cache, "head": head, "shared": (cache or "").startswith("public"), "response": response,
                "list": paged, "feed": paged and "null" not in listed(next_.get("type", TYPES)),
                "item": items.get("items") if paged else response}

    def of(self, schema):
        """A schema as the engine reads it, of the component that it names; of one that leads to itself alone, nothing."""
        names = set()
        while isinstance(schema, str) and schema not in names:
            names.add(schema)
            schema = self.schemas[schema]
        return schema if isinstance(schema, dict) else {}

    def properties(self, schema):
        return self.of(schema).get("properties", {})

    def leave_answers(self):
        """Takes out what only answers are of: the engine holds no value against it."""
        todo, kept = [each["schema"] for each in self.facts["parameters"]] + [made.get("body") for made in self.facts["operations"]], {}
        for made in self.facts["operations"]:
            made.pop("response", None), made.pop("item", None)
        while todo:
            node = todo.pop()
            if isinstance(node, str) and node not in kept:
                todo.append(kept.setdefault(node, self.schemas[node]))
            for key, inner in node.items() if isinstance(node, dict) else ():
                within(key, inner, todo.append)
        rules = Rules()
        for each in self.facts["parameters"]:
            node = self.of(each["schema"])
            types, items = (bits(listed(said.get("type", TYPES))) for said in (node, self.of(node.get("items"))))
            each |= {"schema": rules.of(each["schema"]), "types": types, "items": items}
        self.facts["schemas"] = {name: rules.of(node) for name, node in kept.items()}
        self.facts["patterns"] = [*rules.patterns]

    def collections(self, operations):
        """The lists that everybody can read, from the top, so that nobody has to guess."""
        listed = [{"name": made["path"].removeprefix("/v1/"), "href": made["path"], "title": made.get("summary", ""),
                   "media_types": made["media"]} for made in operations if is_public(made) and made["list"]]
        return dump({"title": self.info["title"], "version": self.info["version"], "documentation": "/docs", "contract": "/openapi.json",
                     "resources": listed})
