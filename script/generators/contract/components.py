"""The components of the contract, schemas first: words of types, records, patches and lists become JSON Schema."""
from generators.contract.terms import Terms
from generators.nodes import Map, attempt, fault, hold, like, refuse, where
from generators.shapes import PARAMETER, PATCH, SHORTHANDS, STRINGS, TYPES, check, fits, within

UPDATED = "updated_at"  # what lists and reads show of their record, and lists can be asked by


class Components:
    """Those of all files, and those that follow from which lists and records operations show."""

    def __init__(self, sources):
        self.all, self.terms = sources.components, Terms()
        self.written = dict(self.all.get("schemas", {}))
        self.paths = {each["name"]: name for name, each in self.all.get("parameters", {}).items()
                      if isinstance(each, Map) and each.get("in") == "path" and isinstance(each.get("name"), str)}
        self.lists, self.dated, self.reads = {}, {}, {}
        self.undated = {name: node.pop("undated") for name, node in self.written.items() if isinstance(node, Map) and "undated" in node}
        for template, operation in sources.operations():
            words = operation["is"].split() if isinstance(operation, Map) and fits(operation.get("is"), str) else []
            if len(words) > 1 and words[1] in self.written:
                self.prepare(template, operation, *words[:2])
        for name in [name for name, reason in self.undated.items() if name not in self.dated or not isinstance(reason, str)]:
            fault(self.written[name].at["undated"], f"{name} is undated for a reason, and shown by a list or a read")

    def prepare(self, template, operation, kind, record):
        """Which list and which record there is an operation for, before any of them is written out."""
        if kind in ("list", "read"):
            self.dated[self.item_of(record)] = operation["is"]
        if kind == "list" and self.items_of(record) is None and record + "List" not in self.written:
            self.lists[record + "List"] = record
        if kind == "read" and operation.get("operationId"):
            self.reads.setdefault(record, {})[template] = operation["operationId"]

    def ref(self, kind, name, above=None):
        """A reference to a component; there has to be one."""
        if name not in self.all.get(kind, {}) and not (kind == "schemas" and name in self.lists):
            refuse(where(name, above), f"there is no {kind[:-1]} {name}")
        node = name if above is None else above
        return like(node, {"$ref": like(node, f"#/components/{kind}/{name}")})

    def resolved(self, parameter):
        return self.all["parameters"][parameter["$ref"].split("/")[-1]] if "$ref" in parameter else parameter

    # --- schemas

    def typed(self, word):
        """The schema of a word: string, date, Slug, any of them "or null"; [Sector] is an array of them."""
        if isinstance(word, list):
            hold(word, {"a list of one word is an array": len(word) != 1}, refuse)
            return like(word, {"type": "array", "items": self.schema(word[0])})
        name, null = word.removesuffix(" or null"), word.endswith(" or null")
        plain = {"type": name} if name in TYPES else {"type": "string", "format": name} if name in STRINGS else None
        node, written = like(word, plain) if plain else self.ref("schemas", name, word), self.written.get(name)
        csv = {"x-csv": written["x-csv"]} if null and isinstance(written, Map) and "x-csv" in written else {}
        return like(word, {**(self.nullable(word, node) if null else node), **csv})

    def schema(self, node):
        """The JSON Schema of a written one, at any depth."""
        if isinstance(node, str) or isinstance(node, list):
            return self.typed(node)
        if not isinstance(node, Map):
            return node  # true and false are schemas; the engine refuses the rest
        whole = like(node, {}, node.at)
        for key, value in node.items():
            if key == "minProperties" and "record" in node:
                continue
            if key == "record" or key == "type" and isinstance(value, str) and value not in TYPES:
                follow = self.record(node, value) if key == "record" else self.typed(value)
                for other in (follow.keys() & node.keys()) - {"type", "minProperties"}:
                    refuse(node.at[other], f'"{other}" follows from "{key}"')
                whole.update(follow)
            elif key == "terms":
                whole |= {**({} if "type" in node else {"type": "string"}), "x-terms": value}
                self.terms.codes(value)
            else:
                whole[key] = within(key, value, self.schema)
        return whole

    def record(self, node, properties):
        """A closed object whose properties are all required, but for those written with a question mark."""
        if not isinstance(properties, Map) or "type" in node:
            refuse(node.at["record"], "a record is a map of properties, and its type follows")
        required = [name for name in properties if not name.endswith("?")]
        inner = like(properties, {name.removesuffix("?"): self.schema(value) for name, value in properties.items()})
        hold(properties, {"a property stands twice": len(inner) < len(properties)}, refuse)
        first = {"type": "object", "required": required, "minProperties": node.get("minProperties")}
        return {**{key: value for key, value in first.items() if value}, "properties": inner, "additionalProperties": False}

    def patch(self, node):
        """What may change of a record: the properties of its New, none of them required."""
        check(node, "a patch", PATCH)
        base = self.written.get(node["patch-of"])
        all_ = self.schema(base).get("properties") if isinstance(base, Map) and "patch-of" not in base else None
        hold(node.at["patch-of"], {f"there is no record {node['patch-of']}": not isinstance(all_, Map)}, refuse)
        for name in (name for key in ("only", "without", "nullable") for name in node.get(key, ()) if name not in all_):
            refuse(name, f"{node['patch-of']} has no property {name}")
        own = {name: self.schema(value) for name, value in node.get("with", {}).items()}
        taken = [name for name in all_ if name in own or name not in node.get("without", ()) and name in node.get("only", all_)]
        properties = {name: all_[name] for name in taken} | {name: self.nullable(name, all_[name]) for name in node.get("nullable", ())}
        return like(node, {"type": "object", "minProperties": 1, "properties": properties | own, "additionalProperties": False})

    def nullable(self, name, schema):
        """The schema of a property, or null."""
        hold(name, {f"{name} can be null already": not isinstance(schema, Map) or isinstance(schema.get("type"), list)}, refuse)
        if "type" in schema:
            return like(schema, {**schema, "type": [schema["type"], "null"]})
        return like(schema, {"anyOf": [schema, {"type": "null"}]})

    # --- lists, and what says when it last changed

    def items_of(self, name):
        """What a written list is one of; None: it is no list."""
        written = self.written.get(name)
        properties = written.get("record", written.get("properties")) if isinstance(written, Map) else None
        if not isinstance(properties, Map) or not {"items", "next"} <= properties.keys():
            return None
        items = properties["items"].get("items") if isinstance(properties["items"], Map) else properties["items"]
        return items[0] if isinstance(items, list) and items else items if isinstance(items, str) else ""

    def item_of(self, name):
        """The record of a list, which may be named by the list."""
        items = self.items_of(name)
        return name if items is None else items

    def with_updated(self, name, node):
        """A record that is shown says when it last changed, before its address, where that is not written."""
        record = node.get("record") if isinstance(node, Map) else None
        if name not in self.dated.keys() - self.undated.keys() or isinstance(record, Map) and record.keys() & {UPDATED, f"{UPDATED}?"}:
            return node
        if not isinstance(record, Map):
            return node if "record" in node else refuse(self.dated[name], f"{name} does not say when it last changed")
        more = like(record, {**record, UPDATED: like(node, "date-time")}, record.at)
        if "href" in more:
            more["href"] = more.pop("href")  # the last
        return like(node, {**node, "record": more}, node.at)

    # --- the others

    def parameter(self, node, place="query"):
        """A parameter, written out; in the query if it does not say where. That of one key is a name with its schema."""
        if len(node) == 1:
            node = like(node, {"name": like(node, *node), "schema": [*node.values()][0]})
        check(node, "a parameter", PARAMETER, extensions=True, needs=("name", "schema"))
        place = node.get("in", place)
        first = {"name": node["name"], "in": place, **({"required": True} if place == "path" else {})}
        return like(node, first | node | first | {"schema": self.schema(node["schema"])})

    def media(self, node):
        """A body, a response or a header, with the schemas and headers in it written out; a word is one of the components."""
        whole = like(node, {**node, "schema": self.schema(node["schema"])} if "schema" in node else node)
        for key, kind in (("headers", "headers"), ("content", None)):
            if key in node:
                check(node[key], key, {name: (str, list, dict) for name in node[key]} if isinstance(node[key], Map) else {})
                whole[key] = like(node[key], {name: self.media(inner) if isinstance(inner, Map) else self.ref(kind, inner) if kind else
                                              {"schema": {"contentMediaType": name} if inner == "bytes" else self.schema(inner)}
                                              for name, inner in node[key].items()})
        return whole

    def component(self, kind, name):
        """A component, written out."""
        node = self.all[kind][name]
        hold(self.all[kind].at[name], {f"{name} of {kind} is a map": not fits(node, SHORTHANDS.get(kind, dict))}, refuse)
        if kind == "schemas":
            node = self.with_updated(name, node)
            return self.patch(node) if isinstance(node, Map) and "patch-of" in node else self.schema(node)
        if kind == "responses" and isinstance(node, str):
            problem = {"application/problem+json": {"schema": self.ref("schemas", "Problem", node)}}
            return like(node, {"description": node, "content": problem})
        if kind in ("headers", "responses"):
            return self.media(node)
        return self.parameter(node) if kind == "parameters" and "$ref" not in node else node

    def each(self, kind):
        """The components of a kind, as far as they can be made, and behind its record the page of each list."""
        made = like(self.all[kind], {})
        for name in self.all[kind]:
            if (whole := attempt(self.component, kind, name)) is not None:
                made[name] = whole
                if kind == "schemas" and name + "List" in self.lists:
                    items = {"type": "array", "items": self.ref("schemas", name, whole)}
                    made[name + "List"] = like(whole, self.record({}, like(whole, {"items": items, "next": like(whole, "Next")})))
        return made
