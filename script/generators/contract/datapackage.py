"""The lists that everybody can read, as resources of a Data Package (specs.frictionlessdata.io, version 1)."""
import re


def is_public(made):
    """Whether everybody can read it, at an address that names no record."""
    return (made["anonymous"] or "roles" not in made) and "{" not in made["path"]


def describe(standard, operations):
    """The package of what is made of operations, with each as it is written."""
    info, resources, licenses = standard.info, [], None
    for made, written in operations:
        licenses = written.get("x-licenses", licenses)
        listed = standard.listed(made) if made["method"] == "GET" and "text/csv" in made["media"] and not made["asks"] else {}
        if listed and is_public(made) and "null" in standard.types(listed["next"]):
            resources.append(resource(standard, made, standard.rule(listed["items"], "items")))
    return {"profile": "tabular-data-package", "name": re.sub("[^a-z0-9]", "-", info["title"].lower()), "title": info["title"],
            "version": info["version"], "description": info.get("description"), "licenses": licenses, "resources": resources}


def resource(standard, made, item):
    """A list with its fields, which the engine puts in the order of the columns."""
    name = made["path"].removeprefix("/v1/").replace("/", "-")
    fields = {key: column for key, inner in standard.properties(item).items() if (column := field(standard, item, key, inner))}
    return {"operation": made["id"], "name": name, "path": f"{name}.csv", "profile": "tabular-data-resource", "title": made.get("summary"),
            "format": "csv", "mediatype": "text/csv", "encoding": "utf-8", "schema": {"fields": fields, "missingValues": [""]}}


def field(standard, item, name, schema):
    """A column in the words of Table Schema, as api/render/csv.c writes it."""
    node, own = standard.plain(schema), standard.rule(schema, "format")
    csv, types = node.get("x-csv"), standard.types(schema) - {"null"}
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
    held = {} if flat else constraints(standard, item, name, schema, node, kind)
    return {"name": name, "type": kind, "format": form, **({"description": words} if words else {}), "constraints": held}


def constraints(standard, item, name, schema, node, kind):
    """What holds for each cell, of what its type can be held to there; of what CSV flattens nothing is known. A text may be longer by the
    quote mark of a spreadsheet, and where it may be empty it is as good as missing there."""
    held, words = {}, standard.rule(schema, "enum")
    pattern = table_pattern(node["pattern"]) if "pattern" in node else None
    if kind == "string":
        held = {"minLength": node.get("minLength"), "maxLength": node["maxLength"] + 1 if "maxLength" in node else None, "pattern": pattern}
    elif kind in ("number", "integer"):
        held = {key: node.get(key) for key in ("minimum", "maximum")}
    empty = kind == "string" and not words and not standard.rule(schema, "format") and not pattern and node.get("minLength", 0) < 1
    required = any(name in each for each in standard.all_of(item, "required")) and not empty and "null" not in standard.types(schema)
    held |= {"required": True if required else None, "enum": [word for word in words if word is not None]
             if words and kind in ("string", "number", "integer") else None}
    return {key: value for key, value in held.items() if value is not None}


# A pattern of JSON Schema in the words of Table Schema, whose patterns are those of XML Schema: they match the whole value, ^ and $ mean
# nothing in them, and a good part of what others have is not there. These escapes mean the same there, or more.
ESCAPE = r"\\[nrt\\|.?*+(){}\[\]\-^dw]"
CLASS = rf"\[\^?(?:{ESCAPE}|[^\[\]\\]-[^\\\[\-\]]|[^\[\]\\])(?:{ESCAPE}|[^\[\]\\\-]-[^\\\[\-\]]|[^\[\]\\\-]|-(?=\]))*\]"
ATOM = re.compile(rf"({ESCAPE}|{CLASS}|[^\\\[\]{{}}^$()*+?|])|(\((?!\?))|(\))|(\|)|([*+?]|{{[0-9]+(?:,[0-9]*)?}})", re.S)
# It can't begin with what gets a quote mark in CSV.
PLAIN = re.compile(r"\(*(?:[A-Za-z0-9/]|\[(?!\^)(?:[A-Za-z0-9_.]|(?<=[A-Za-z0-9])-(?=[A-Za-z0-9]))*\])")


def table_pattern(pattern):
    """The pattern there, or None where it has no such words."""
    ends = len(pattern) > 1 and pattern[-1] == "$" and pattern[-2] != "\\"
    inner = pattern[1:-1] if ends else pattern[1:]
    if pattern[:1] != "^" or not PLAIN.match(inner):
        return None
    at, depth, counted = 0, 0, False
    while at < len(inner):
        found = ATOM.match(inner, at)
        if not found or found[4] and not depth or found[5] and counted:  # behind a quantifier another one makes it lazy, or greedier still
            return None
        depth += bool(found[2]) - bool(found[3])
        if depth < 0:
            return None
        at, counted = found.end(), bool(found[5])
    return None if depth else inner + ("" if ends else r"[\s\S]*")
