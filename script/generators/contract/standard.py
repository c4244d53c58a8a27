"""The standard document, for those who read it: its references followed, its schemas held to the keywords that there are."""
import re

from generators.contract.forms import FORMS
from generators.nodes import fault, hold, refuse, where
from generators.shapes import METHODS, TYPES, fits, within

COMPONENT = "#/components/schemas/"
ANNOTATIONS = ("title", "examples", "deprecated", "readOnly", "writeOnly", "$comment", "$schema", "x-terms")
KEPT = ("default", "description")  # no rules of the engine, but read beside them


def is_pattern(value):
    try:
        return bool(re.compile(value))
    except re.error:
        return False


# Of a schema, the keywords that there are, and the shape of what each takes: all but $ref and allOf become rules of the engine.
COUNTS = ("minLength", "maxLength", "minItems", "maxItems", "minProperties", "maxProperties")
KEYWORDS = {"type": (str, [str]), "enum": list, "const": object, "pattern": str, "format": str, "required": [str], "uniqueItems": bool,
            "properties": dict, "$ref": str, **dict.fromkeys(("minimum", "maximum", *COUNTS), (int, float)),
            **dict.fromkeys(("allOf", "anyOf", "oneOf"), [object]),
            **dict.fromkeys(("items", "not", "additionalProperties", "propertyNames"), (dict, bool))}
# What else has to be so of a value.
MEANS = {"type": lambda value: value != [] and {*listed(value)} <= {*TYPES}, "pattern": is_pattern, "format": FORMS.__contains__,
         "$ref": lambda value: value.startswith(COMPONENT), **dict.fromkeys(("allOf", "anyOf", "oneOf"), bool),
         **dict.fromkeys(COUNTS, lambda value: value >= 0 and value == int(value))}


def listed(value):
    return value if isinstance(value, (list, tuple)) else [value]


class Standard:
    """A document, made or written as it is."""

    def __init__(self, document):
        self.document = document

    def component(self, kind):
        components = self.document.get("components")
        return components.get(kind, {}) if isinstance(components, dict) and isinstance(components.get(kind, {}), dict) else {}

    def items(self):
        """Path, method and operation of each."""
        for path, item in self.document["paths"].items():
            for key, value in item.items() if isinstance(item, dict) else ():
                if key in METHODS:
                    yield path, key, value
                elif key not in ("summary", "description") and not key.startswith("x-"):
                    fault(getattr(item, "at", {}).get(key) or item, f'{path} has an unknown key "{key}"')

    def resolve(self, node):
        """Follows a $ref to a component: a parameter, response, header or body."""
        for _ in range(8):
            if not isinstance(node, dict) or "$ref" not in node:
                return node
            pointer = node["$ref"] if isinstance(node["$ref"], str) else ""
            found = re.fullmatch(r"#/components/(\w+)/([\w.-]+)", pointer)
            node = found and self.component(found[1]).get(found[2]) or refuse(node, f'$ref "{pointer}" leads nowhere')
        refuse(node, "refers to itself")

    # --- schemas

    def schema(self, node, above):
        """A schema, its keywords held against those that there are; of one that only refers to a component, the component's name. above: a
        node with a place, for one that has none."""
        here = where(node, above)
        if isinstance(node, bool):
            return node
        hold(here, {"a schema is an object, true or false": not isinstance(node, dict)}, refuse)
        made = {}
        for key, value in node.items():
            if key in ANNOTATIONS:
                continue
            if key not in KEYWORDS and key not in KEPT and not key.startswith("x-"):
                fault(where(value, here), f'the schema keyword "{key}" is not supported')
            elif key in KEYWORDS and not self.is_valid(node, key, value):
                fault(where(value, here), f"pattern: {value} is none" if key == "pattern" else f'the value of "{key}" is not valid')
            elif key == "$ref":
                made[key] = value.removeprefix(COMPONENT)
            else:
                made[key] = within(key, value, lambda inner: self.schema(inner, here))
        if "pattern" in made and isinstance(node.get("examples"), list) and node["examples"]:
            made["x-example"] = node["examples"][0]  # a message shows it beside the pattern
        if made.keys() - {"description"} == {"$ref"}:
            return made["$ref"]
        parts = [*filter(None, [made.pop("$ref", None)]), *made.pop("allOf", [])]
        return self.joined(made, parts, here)

    def joined(self, made, parts, here):
        """A schema with what stands in those that it is all of: no keyword in two of them."""
        for part in parts:
            while isinstance(part, str):
                part = self.schema(self.component("schemas")[part], here)
            if not isinstance(part, dict) or part.keys() & made.keys() - {"description"}:
                refuse(here, "of what a schema is all of, no two say the same keyword")
            made = {**part, **made}
        return made

    def is_valid(self, node, key, value):
        if key == "uniqueItems" and fits(node.get("maxItems"), (int, float)) and node["maxItems"] > 1000:
            return False  # pairs are compared
        known = fits(value, KEYWORDS[key]) and (key not in MEANS or MEANS[key](value))
        return known and (key != "$ref" or value.removeprefix(COMPONENT) in self.component("schemas"))
