"""How operations meet their statements: where each value comes from, its type, and what each column of an answer may be."""
import re

from generators.contract.standard import listed
from generators.files import ROOT, named
from generators.nodes import fault, faults, hold
from generators.shapes import TYPES

COMMENT = "(?!)"
for _ in range(8):  # comments may stand in one another
    COMMENT = rf"/\*(?:{COMMENT}|(?!/\*|\*/).)*\*/"
# What of SQL's tokens holds a colon, or could hold one (PostgreSQL's manual, section 4.1): what has no group stays as it is.
TOKEN = re.compile(rf"""
    (?<!\w)[eE]'(?:[^'\\]++|''|\\.)*+'  |  '(?:[^']++|'')*+'  |  "(?:[^"]++|"")*+"  |  (?P<quote>(?<!\w)[eE]'|['"])
    | (?<!\w)\$(?P<tag>(?!\d)\w*+)\$.*?\$(?P=tag)\$  |  (?P<dollars>(?<!\w)\$(?!\d)\w*+\$)  |  (?P<dollar>(?<!\w)\$)
    | {COMMENT}  |  (?P<comment>/\*)  |  --[^\n]*+  |  ::  |  :=  |  (?<![\w\]]):(?P<name>[a-z_]\w*+)
    | (?P<end>;\s*+\Z)  |  (?P<more>;)""", re.X | re.S | re.A)
WRONG = {"quote": "a quote is not closed", "dollars": "a dollar quote is not closed", "dollar": "write :name, not $1",
         "comment": "a comment is not closed", "more": "one statement a file"}
QUERY_BYTES, NAMES = (1 << 18) - 1, 64
# Where a value comes from, as enum binding_kind in api/contract/binding.h; from `body` on they are the names of what the engine gives
# itself.
BINDINGS = ("parameter", "limit", "after", "property", "body", "if_match", "new_id", "new_secret", "operations", "address", "contact")
OIDS = {"bool": 16, "int8": 20, "int4": 23, "text": 25, "int4[]": 1007, "text[]": 1009, "date": 1082, "date[]": 1182, "timestamptz": 1184,
        "numeric": 1700, "uuid": 2950, "jsonb": 3802}
GIVEN = {"body": "jsonb", "if_match": "int4[]", "new_id": "uuid", "new_secret": "text", "operations": "jsonb", "address": "text",
         "contact": "text"}
# The words for ?format= of all that is rendered (api/render).
RENDERED = {"application/json": "json", "application/x-ndjson": "ndjson", "text/csv": "csv", "application/geo+json": "geojson",
            "text/calendar": "ics", "text/html": "html", "text/plain": "txt", "application/xml": "xml", "application/ld+json": "jsonld",
            "application/vnd.citationstyles.csl+json": "csl"}


class Statements:
    """The statements of the operations of an Engine, in a folder and in `derived` beside it: each with the sources of its values."""

    def __init__(self, engine, queries):
        self.engine, self.folders, self.files = engine, (queries, queries.parent / "derived"), []
        self.operations, engine.facts["columns"] = {made["id"]: made for made in engine.facts["operations"]}, {}
        for made in self.operations.values():
            self.join(made)
        for made in self.operations.values():
            if "answer" in made:
                self.answer(made)
        for folder in self.folders:
            self.check(folder)
        known = re.findall(r'X\(\w+, "(_\w+)", NULL, "([\w ]*)"\)', (ROOT / "api/op/transaction.h").read_text())
        engine.facts["statements"] = {name: self.own(queries / f"{name}.sql", words.split()) for name, words in known
                                      if (queries / f"{name}.sql").is_file()}

    def check(self, folder):
        """Every file belongs to an operation; what begins with '_' is the engine's."""
        paths = [*folder.glob("*.sql")]
        self.files += [folder, *paths]
        for path in paths:
            if path.name[0] != "_" and path.stem not in self.operations:
                fault(named(folder), f"{path.name} belongs to no operation of the contract")

    def own(self, path, words):
        """One of the engine's, which uses just the names that it is given, in any order."""
        text, names = read_statement(path, words)
        hold(f"{named(path)}:1", {f"does not use :{name}": not line for name, line in names.items()})
        return [text, len(names)]

    def join(self, made):
        path, derived = (folder / f"{made['id']}.sql" for folder in self.folders)
        hold(named(derived), {f"{named(path)} is there too": derived.is_file() and path.is_file()})
        path = derived if derived.is_file() else path
        if not path.is_file():
            return
        hold(made["where"], {f"{made['id']}: a body of */* needs a handler": made["streamed"]})
        before, (text, names) = len(faults), read_statement(path)
        parameters = {each["name"]: each for each in map(self.engine.parameter_of, made["parameters"])}
        bindings = [self.bind(made, parameters, name, f"{named(path)}:{line}") for name, line in names.items()]
        for name, each in parameters.items():
            if not each["engine"] and each["in"] != "header" and name not in names:
                fault(each["where"], f"{named(path)} does not use the parameter {name}")
        self.check_media(made, parameters.get("format"))
        made |= {"file": named(path), "text": text, "bindings": bindings}
        self.engine.facts["columns"][made["id"]] = self.columns(made, names)
        if len(faults) == before and made["cursor"] and " IS NULL OR " in text:
            made |= self.split(text, [*map(parameters.get, names)], bindings)

    def type_of(self, schema):
        """What SQL takes a value for that a schema describes, or None."""
        node = self.engine.of(schema)
        form, types = node.get("format"), {*listed(node.get("type", TYPES))} - {"null"}
        if types == {"array"} and "items" in node:
            item = f"{self.type_of(node['items'])}[]"
            return item if item in OIDS else None
        if types & {"array", "object"}:
            return "jsonb"
        plain = {"string": {"date": "date", "date-time": "timestamptz", "uuid": "uuid"}.get(form, "text"), "boolean": "bool",
                 "integer": "int8" if form == "int64" else "int4", "number": "numeric"}
        return "numeric" if types == {"integer", "number"} else plain[types.pop()] if len(types) == 1 else None

    def bind(self, made, parameters, name, where):
        """The source of one :name and its type; a fault where there is none, or two."""
        parameter, inner = parameters.get(name), self.engine.properties(made.get("body")).get(name)
        header = {each["name"] for each in parameters.values() if each["in"] == "header"} & {"If-Match", "If-None-Match"}
        given = name in GIVEN and (name != "body" or "body" in made) and (name != "if_match" or header)
        after = name.startswith("after_") and made["cursor"]
        source = "limit" if name == "limit" else "parameter"
        kind, type_ = ((source, None if parameter["engine"] else self.type_of(parameter["schema"])) if parameter else
                       (name, GIVEN[name]) if given else  # :body is the whole, also where it has a property of that name
                       ("property", self.type_of(inner)) if inner is not None else ("after", "text") if after else (None, None))
        taken = (after or given and name != "body") and (parameter or inner is not None)
        hold(where, {f":{name} is both a parameter and a property of the body": parameter and inner is not None,
                     f":{name} is the engine's here, and the name of a parameter or property too ({made['where']})": taken,
                     f":{name} is neither a parameter of {made['id']} nor a property of its body": not kind,
                     f":{name} has no type that SQL could take (contract: {made['where']})": kind and not type_})
        return [name, BINDINGS.index(kind or "parameter"), OIDS.get(type_, 0), False]

    def split(self, text, parameters, bindings):
        """A list with filters: what becomes of each question by whether its value is given, and the text where none is. A filter by a code,
        a slug or a day, of which any is as good as another, has a plan of its own for when it alone is given."""
        pieces, at = [], 0
        for found in re.finditer(r"\$(\d+)( IS NULL OR | IS NULL)?", text):
            number, question = int(found[1]) - 1, found[2] or ""
            node = self.engine.of(parameters[number]["schema"]) if parameters[number] else {}
            standard = node.get("default")
            if bindings[number][1] > BINDINGS.index("after") or parameters[number] and parameters[number]["in"] == "path":
                continue
            absent = f"true{question.removeprefix(' IS NULL')}" if question else \
                str(standard + 1) if isinstance(standard, int) and bindings[number][0] == "limit" else \
                f"'{standard}'" if isinstance(standard, str) else found[0]
            pieces.append([text[at:found.start()], number, "" if question == " IS NULL OR " else found[0], absent])
            bindings[number][3] = bool(parameters[number] and parameters[number]["in"] == "query" and "default" not in node and
                                       ("enum" in node or "format" in node or node.get("pattern", "").startswith("^[a-z")))
            at = found.end()
        return {"text": "".join(piece[0] + piece[3] for piece in pieces) + text[at:], "pieces": [*pieces, [text[at:], 0, "", ""]]}

    def columns(self, made, names):
        """Columns that there must be; and of those that there may be, by name, the kinds as bits (api/op/operation.c, known), with x-csv
        where it says one."""
        item, bodies = made.get("item"), {"text/html", "text/plain", "application/xml"} & {*made["media"]}
        node, kinds = self.engine.of(item), {}
        for name, schema in node.get("properties", {}).items():
            inner = self.engine.of(schema)
            types, form = {*listed(inner.get("type", TYPES))} - {"null"}, inner.get("format")
            fits = {"text": "string" in types, "whole": types & {"integer", "number"} and form in (None, "int64"),
                    "number": "number" in types and form in (None, "int64"), "bool": "boolean" in types,
                    "date": "string" in types and form == "date", "instant": "string" in types and form == "date-time", "json": types}
            kinds[name] = sum(1 << bit for bit, fit in enumerate(fits.values()) if fit)
            kinds[name] = [kinds[name], inner["x-csv"]] if "x-csv" in inner else kinds[name]
        required = [] if "answer" in made else [*node.get("required", ())]
        needed = [f"_{name}" for name in names if name.startswith("after_") and made["cursor"]]
        return [*required, *needed, *(["_body"] if bodies else [])], None if item is None else kinds

    def check_media(self, made, format_):
        """What a statement offers must be something that is rendered, and ?format= must name no more than that."""
        words, several = self.engine.of(format_ and format_["schema"]).get("enum", ()), len(made["media"]) > 1
        hold(made["where"], {f"{made['id']}: nothing renders {media}": media not in RENDERED for media in made["media"]})
        hold(made["where"], {f"{made['id']} has several representations but no format parameter with an enum": several and not words})
        offered = [RENDERED.get(media) for media in made["media"]]
        hold(format_ and format_["where"], {f"{made['id']} does not offer the format {word}": word not in offered for word in words})

    def answer(self, made):
        """The read that a write answers with takes what the write's path has, or the id that the write makes."""
        read = self.operations.get(made["answer"], {})
        if "text" not in read or read["method"] != "GET":
            return fault(made["where"], f"{made['id']}: x-answer is no read with a statement")
        paths = [{each["name"] for each in map(self.engine.parameter_of, operation["parameters"]) if each["in"] == "path"}
                 for operation in (made, read)]
        own = {"id"} if any(name == "new_id" for name, *_ in made.get("bindings", ())) else set()
        for name in sorted(paths[1] - paths[0] - own):
            fault(made["where"], f"{made['id']}: {made['answer']} needs the path parameter {name}")
        made["answer"] = [*self.operations].index(made["answer"])


def read_statement(path, given=None):
    """A file's statement as PostgreSQL reads it, and the line on which each of its names is first used, in the order of their numbers ($1
    to $n): that of their first use, or of those that are given."""
    text, names = path.read_text(encoding="utf-8"), dict.fromkeys(given or ())
    if len(text.encode()) > QUERY_BYTES:
        fault(f"{named(path)}:1", f"has more than {QUERY_BYTES} bytes")
        return "", {}

    def made(token):
        """What becomes of a token: of a name its number."""
        kind, name, line = token.lastgroup, token["name"], text.count("\n", 0, token.start()) + 1
        wrong = WRONG.get(kind)
        if kind == "name" and name not in names and (given is not None or len(names) == NAMES):
            wrong = "too many parameters" if given is None else "has a parameter that is not given"
        if wrong:
            fault(f"{named(path)}:{line}", wrong)
        elif kind == "name":
            names[name] = names.get(name) or line
            return f"${[*names].index(name) + 1}"
        return "" if kind == "end" else token[0]
    return TOKEN.sub(made, text), names
