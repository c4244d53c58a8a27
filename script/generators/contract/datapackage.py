"""The lists that everybody can read, as resources of a Data Package (specs.frictionlessdata.io, version 1)."""
import re

from generators.contract.standard import listed
from generators.shapes import TYPES


def is_public(made):
    """Whether everybody can read it, at an address that names no record."""
    return (made["anonymous"] or "roles" not in made) and "{" not in made["path"]


def describe(engine, operations):
    """The package of what is made of operations."""
    info, resources, licenses = engine.info, [], None
    for made in operations:
        licenses = made.get("licenses", licenses)
        whole = made["list"] and not made["feed"] and made["method"] == "GET" and not made["asks"]
        if whole and "text/csv" in made["media"] and is_public(made):
            resources.append(resource(engine, made))
    return {"profile": "tabular-data-package", "name": re.sub("[^a-z0-9]", "-", info["title"].lower()), "title": info["title"],
            "version": info["version"], "description": info.get("description"), "licenses": licenses, "resources": resources}


def resource(engine, made):
    """A list with its fields, which the engine puts in the order of the columns."""
    name = made["path"].removeprefix("/v1/").replace("/", "-")
    item = engine.of(made["item"])
    columns = {key: field(key, engine.of(inner), key in item.get("required", ())) for key, inner in item.get("properties", {}).items()}
    fields = {key: column for key, column in columns.items() if column}
    return {"operation": made["id"], "name": name, "path": f"{name}.csv", "profile": "tabular-data-resource", "title": made.get("summary"),
            "format": "csv", "mediatype": "text/csv", "encoding": "utf-8", "schema": {"fields": fields, "missingValues": [""]}}


def field(name, node, required):
    """A column in the words of Table Schema, as api/render/csv.c writes it."""
    own, csv, types = node.get("format"), node.get("x-csv"), {*listed(node.get("type", TYPES))}
    if csv is False:
        return None
    flat = types & {"array", "object"}
    kind = "string" if flat and csv else next((word for word in ("array", "object", "number", "integer", "boolean") if word in types),
                                              {"date": "date", "date-time": "datetime"}.get(own, "string"))
    # the default of datetime knows no fractions of a second
    form = "any" if kind == "datetime" else own if kind == "string" and own in ("uuid", "email", "uri") and not flat else "default"
    words = node.get("description")
    if "array" in flat and csv:
        words = f"{words} " * bool(words) + "Joined by ; where there are several."
    held = {} if flat else constraints(node, kind, required and "null" not in types)
    return {"name": name, "type": kind, "format": form, **({"description": words} if words else {}), "constraints": held}


def constraints(node, kind, required):
    """What holds for each cell, of what its type can be held to there; of what CSV flattens nothing is known. A text may be longer by the
    quote mark of a spreadsheet, and where it may be empty it is as good as missing there."""
    held, words = {}, node.get("enum")
    pattern = table_pattern(node["pattern"]) if "pattern" in node else None
    if kind == "string":
        held = {"minLength": node.get("minLength"), "maxLength": node["maxLength"] + 1 if "maxLength" in node else None, "pattern": pattern}
    elif kind in ("number", "integer"):
        held = {key: node.get(key) for key in ("minimum", "maximum")}
    empty = kind == "string" and not words and "format" not in node and not pattern and node.get("minLength", 0) < 1
    held |= {"required": True if required and not empty else None, "enum": [word for word in words if word is not None]
             if words and kind in ("string", "number", "integer") else None}
    return {key: value for key, value in held.items() if value is not None}


# A pattern of JSON Schema in the words of Table Schema, whose patterns are those of XML Schema: they match the whole value, ^ and $ mean
# nothing in them, and a good part of what others have is not there. These escapes mean the same there, or more; behind a quantifier
# another one makes it lazy, or greedier still.
ESCAPE = r"\\[nrt\\|.?*+(){}\[\]\-^dw]"
CLASS = rf"\[\^?(?:{ESCAPE}|[^\[\]\\]-[^\\\[\-\]]|[^\[\]\\])(?:{ESCAPE}|[^\[\]\\\-]-[^\\\[\-\]]|[^\[\]\\\-]|-(?=\]))*\]"
PARTS = rf"(?:(?:{ESCAPE}|{CLASS}|[^\\\[\]{{}}^$()*+?|])(?:[*+?]|{{[0-9]+(?:,[0-9]*)?}})?)*"
GROUP = re.compile(rf"(?<!\\)\((?!\?){PARTS}(?:\|{PARTS})*\)", re.S)
# It can't begin with what gets a quote mark in CSV.
PLAIN = re.compile(r"\(*(?:[A-Za-z0-9/]|\[(?!\^)(?:[A-Za-z0-9_.]|(?<=[A-Za-z0-9])-(?=[A-Za-z0-9]))*\])")


def table_pattern(pattern):
    """The pattern there, or None where it has no such words."""
    ends = len(pattern) > 1 and pattern[-1] == "$" and pattern[-2] != "\\"
    inner = pattern[1:-1] if ends else pattern[1:]
    left, groups = inner, 1
    while groups:  # from the innermost, each as good as one character
        left, groups = GROUP.subn("a", left)
    fits = pattern[:1] == "^" and PLAIN.match(inner) and re.fullmatch(PARTS, left, re.S)
    return inner + ("" if ends else r"[\s\S]*") if fits else None
