"""The keys that there are, of the written contract and of the standard document, and the shape of each."""
from generators.nodes import fault, hold, like, refuse

METHODS = ("get", "put", "post", "patch", "delete")
TYPES = ("string", "integer", "number", "boolean", "object", "array", "null")
STRINGS = ("date", "date-time", "uuid", "uri", "email")  # formats that are words for a type
# Of an operation that says what it is: those of the standard document, in its order, and the short ones.
STANDARD = {"tags": [str], "operationId": str, "x-body-limit": dict, "summary": str, "description": str, "x-licenses": [dict],
            "deprecated": dict, "externalDocs": dict, "security": [str], "x-answer": str, "parameters": [(str, dict)], "requestBody": dict,
            "responses": dict}
SHORT = {"is": str, "body": str, "answer": str, "errors": [int], "without": [str], "rules": [str], "stability": str, "sort": [str]}
DEPRECATED = {"since": str, "sunset": str}
PARAMETER = {"name": str, "in": str, "required": bool, "description": str, "explode": bool, "schema": (str, list, dict)}
PATCH = {"patch-of": str, "only": [str], "without": [str], "nullable": [str], "with": dict}
FILE = {"tag": str, "paths": dict, "components": dict, "path-parameters": dict}
ROOT = {**FILE, "files": dict, **dict.fromkeys(("openapi", "info", "servers", "tags", "externalDocs", "security"), object)}
FILES = {"paths": [str], "schemas": [str], "texts": str, "examples": str}
SHORTHANDS = {"schemas": (str, list, dict), "responses": (str, dict)}  # of components that may be no maps
RULE = ["rule", "status", "title", "meaning", "remedy"]  # the columns of openapi/problems.csv
CONSTRAINT = ["constraint", "rule", "values"]  # of constraints.csv,
STATE = ["state", "rule", "detail"]  # and of states.csv
# Of a resource in db/resources.yaml, and of its list.
RESOURCE = {**dict.fromkeys("table view where rows gone seen shown exists hold period version with".split(), str),
            **dict.fromkeys("columns words rename set default key calls acts makes".split(), {str}),
            "former": bool, "always": bool, "either": [str], "then": {list}, "steps": {dict}, "list": dict}
LIST = {"order": (str, [str], {str}), "unique": bool, "where": str, "filters": {str}, "day": str, "refuse": {str}, "columns": {str}}
# Of the standard document: what the engine does not know is not passed over.
OPERATION = {**STANDARD, "deprecated": bool, "security": list, "parameters": list}
PARAMETERS = {**PARAMETER, "schema": (dict, bool), "style": str, "example": object, "examples": dict, "deprecated": bool}
BODY = {"description": str, "content": dict, "required": bool}
RESPONSE = {"description": str, "headers": dict, "content": dict, "links": dict}
LIMITS = {"bytes": int, "values": int}
WORDS = {str: "a text", int: "a whole number", bool: "true or false", dict: "a map", set: "a map", list: "a list"}


def within(keyword, value, make):
    """The value of a keyword of a schema, with what is made of each schema that stands in it."""
    if keyword == "properties" and isinstance(value, dict):
        return like(value, {name: make(inner) for name, inner in value.items()})
    if keyword in ("anyOf", "oneOf", "allOf") and isinstance(value, list):
        return like(value, [*map(make, value)])
    return make(value) if keyword in ("items", "additionalProperties", "propertyNames", "not") else value


def fits(value, shape):
    if isinstance(shape, tuple):
        return any(fits(value, each) for each in shape)
    if isinstance(shape, (list, set)):  # of things of one shape; a set means a map
        inner = value.values() if isinstance(value, dict) else value
        return isinstance(value, list if isinstance(shape, list) else dict) and all(fits(each, *shape) for each in inner)
    return isinstance(value, shape) and (shape in (bool, object) or not isinstance(value, bool))


def said(shape):
    if isinstance(shape, tuple):
        return " or ".join(said(each) for each in shape)
    return f"{WORDS[type(shape)]}, each {said(*shape)}" if isinstance(shape, (list, set)) else WORDS[shape]


def check(node, what, shapes, extensions=False, needs=()):
    """Holds a map to the keys that it may have, and to the shape of each: whatever is written in a wrong one would be passed over."""
    hold(node, {f"{what} is a map": not isinstance(node, dict)}, refuse)
    for key, value in node.items():
        where = getattr(node, "at", {}).get(key) or node
        if key in shapes and not fits(value, shapes[key]):
            refuse(where, f'"{key}" of {what} is {said(shapes[key])}')
        if key not in shapes and not (extensions and key.startswith("x-")):
            fault(where, f'{what} has an unknown key "{key}"')
    hold(node, {f"{what} needs {', '.join(needs)}": not node.keys() >= {*needs}}, refuse)
    return node
