"""What a schema asks of a value, as rules that the engine checks."""
import functools
import operator

from generators.contract.forms import FORMS
from generators.contract.standard import listed
from generators.shapes import within

# The kinds of rules in the order of their numbers (api/contract/schema.c, checks), each with its keywords in the order of their checks.
RULES = {"type": 0, "minLength": 1, "maxLength": 1, "minItems": 1, "maxItems": 1, "minProperties": 1, "maxProperties": 1,
         "enum": 2, "const": 2, "minimum": 3, "maximum": 3, "pattern": 4, "format": 4, "anyOf": 6, "oneOf": 7, "not": 8, "items": 9,
         "uniqueItems": 10, "properties": 11, "additionalProperties": 11, "propertyNames": 12, "required": 13}
INSTANT = 5
# The types by their bits (api/contract/schema.h), a number being an integer too, and in words.
TYPE_BITS = {"null": (1, "null"), "boolean": (2, "true or false"), "integer": (4, "an integer"), "number": (12, "a number"),
             "string": (16, "a string"), "array": (32, "an array"), "object": (64, "an object")}
# What is wrong where a message needs no more than the keyword; of others those within say it.
SAID = {"const": "is not the one value that is allowed", "anyOf": "fits none of the forms that are allowed",
        "not": "has a form that is not allowed"}
UNITS = {"L": " characters", "I": " items", "P": " members", "i": ""}
LIST_BYTES = 152  # of the words that a message lists


def bits(types):
    return functools.reduce(operator.or_, (TYPE_BITS[word][0] for word in types), 0)


class Rules:
    """Schemas as the engine checks them: true, false, the name of a component, or a list of [kind, message, operand]."""

    def __init__(self):
        self.patterns = {}

    def of(self, node):
        if not isinstance(node, dict):
            return node
        made = []
        for keyword, kind in RULES.items():
            value = node.get(keyword)
            if keyword not in node or keyword == "uniqueItems" and not value or keyword == "format" and not FORMS[value][1] or \
                    keyword == "additionalProperties" and "properties" in node:
                continue
            make = getattr(self, keyword, self.bound if keyword.startswith(("min", "max")) else self.other)
            message, operand = make(keyword, value, node)
            made.append([INSTANT if value == "date-time" and keyword == "format" else kind, message, operand])
        return made

    def type(self, keyword, value, node):
        mask = bits(listed(value))
        words = [said for own, said in TYPE_BITS.values() if mask & own == own and not (own == 4 and mask & 8)]
        return f"must be {' or '.join(words)}", mask

    def bound(self, keyword, value, node):
        what = keyword[3]
        verb, side = "be" if what == "i" else "have", "least" if keyword[1] == "i" else "most"
        return f"must {verb} at {side} {float(value):g}{UNITS[what]}", [keyword, value]

    def enum(self, keyword, value, node):
        words = ""
        for each in value:
            word = each if isinstance(each, str) else "null" if each is None else "…"
            words += ", " * bool(words) + (word if len((words + word).encode()) <= LIST_BYTES else "…")
            if "…" in words:
                break
        return f"is not one of: {words}", value

    def numbered(self, text, letters):
        return self.patterns.setdefault((text, letters), len(self.patterns))

    def pattern(self, keyword, value, node):
        example = node.get("x-example")
        shown = f", as has {example.encode()[:60].decode(errors='ignore')}" if isinstance(example, str) else ""
        return f"does not have the form {value}{shown}", self.numbered(value, False)

    def format(self, keyword, value, node):
        return f"must be {FORMS[value][0]}", self.numbered(FORMS[value][1], True)

    def properties(self, keyword, value, node):
        return None, [within("properties", node.get("properties", {}), self.of), self.of(node.get("additionalProperties", True))]

    additionalProperties = properties

    def other(self, keyword, value, node):
        return SAID.get(keyword), [value] if keyword == "const" else within(keyword, value, self.of)
