"""The terms of db/terms: which codes a schema means, and what requests may therefore say."""
import json
import re

from generators.files import ROOT, rows
from generators.nodes import fault, hold, like, refuse
from generators.shapes import METHODS

FOLDER = ROOT / "db/terms"
COLUMNS = ["code", "label", "label_cy", "retired"]  # behind them properties


class Terms:
    """The lists of which the contract names any."""

    def __init__(self):
        self.lists = {}

    def codes(self, said, retired=False):
        """The codes of one or more lists, or of their terms with a property."""
        codes = []
        for part in said.split(", "):
            name, _, wanted = part.partition(" ")
            path = FOLDER / f"{name}.csv"
            hold(said, {f"there are no terms {name}": not path.exists()}, refuse)
            if name not in self.lists:
                self.lists[name] = list(rows(path, COLUMNS, more=True))
            if wanted and not all(wanted in row for row in self.lists[name]):
                refuse(said, f"the terms {name} have no property {wanted}")
            codes += [row["code"] for row in self.lists[name] if (not wanted or row[wanted]) and (retired or not row["retired"])]
        return list(dict.fromkeys(codes))

    def close(self, document):
        """What is asked and written is one of the terms that there are, an enum; an answer's stays open, for terms may be added."""
        schemas, parameters = (document["components"].get(kind, {}) for kind in ("schemas", "parameters"))
        operations = [each for item in document["paths"].values() for method, each in item.items() if method in METHODS]
        asked = referred([parameters, [[each.get("parameters"), each.get("requestBody")] for each in operations]], schemas)
        own = {name for name, schema in schemas.items() if "x-terms" in json.dumps(schema)}
        worded = {name for name, schema in schemas.items() if own & {name, *referred(schema, schemas)}}
        both = asked & worded & referred([document["components"].get("responses"), [each.get("responses") for each in operations]], schemas)
        for name in sorted(asked - both):
            schemas[name] = self.closed(schemas[name], schemas, both)
        for place in [parameters, *operations]:
            place.update({key: self.closed(each, schemas, both) for key, each in place.items() if key != "responses"})
        if self.lists:
            document["x-terms"] = {name: self.codes(name) for name in sorted(self.lists)}

    def closed(self, node, schemas, both, retired=False):
        """The same, with the terms that there are; a filter takes retired ones too."""
        if isinstance(node, list):
            return like(node, [self.closed(each, schemas, both, retired) for each in node])
        if not isinstance(node, dict):
            return node
        name = str(node.get("$ref")).removeprefix("#/components/schemas/")
        if name in both:
            if "properties" in schemas[name]:
                fault(node, f"{name} is in answers too, which are open: a request needs a schema of its own")
            here = self.closed(schemas[name], schemas, both, retired)
            schemas[f"{name}Term"] = self.closed(schemas[name], schemas, both)
            return here if here != schemas[f"{name}Term"] else like(node, {"$ref": f"#/components/schemas/{name}Term"})
        retired = retired or node.get("in") == "query"
        whole = like(node, {key: self.closed(value, schemas, both, retired) for key, value in node.items()})
        if isinstance(node.get("x-terms"), str):
            whole["enum"] = self.codes(node["x-terms"], retired) + ([None] if "null" in node["type"] else [])
        return whole


def referred(node, schemas):
    """The schemas that a node refers to, through others too."""
    found, todo = set(), [node]
    while todo:
        names = {*re.findall(r'"#/components/schemas/([\w.-]+)"', json.dumps(todo.pop()))} & schemas.keys() - found
        found |= names
        todo += map(schemas.get, names)
    return found
