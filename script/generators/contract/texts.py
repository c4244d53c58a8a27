"""The sentences of the contract: what each schema, property, parameter and role means."""
from generators.files import rows
from generators.nodes import Map, fault, hold, like

# The schemas that follow from another, what they say beside the other's sentence, and the names that come before it.
FOLLOWING = {"New": ("What makes a new record", ("",)), "Patch": ("What changes of a record; all else stays as it is", ("New", "")),
             "List": ("A page of records", ("",))}


class Texts:
    """The sentence of each schema, property and parameter, by name: a row of a CSV file each, in order."""

    def __init__(self, path):
        self.path, self.sentences, self.used, before = path, {}, set(), ""
        for row in rows(path, ["name", "sentence"]):
            name, sentence = row.values()
            hold(row, {"a line is name,sentence": not name or not sentence, f"{name} stands behind {before}": name <= before})
            self.sentences[name], before = like(row, sentence), max(name, before)

    def described(self, node, *names):
        """A node with the sentence of the first of these names that has one."""
        if not isinstance(node, Map):
            return node
        name = next((name for name in names if name in self.sentences), None)
        hold(node, {f"the description of {names[0]} stands in {self.path.name}": "description" in node,
                    f"{names[0]} has no sentence in {self.path.name}": not name})
        self.used.add(name)
        return like(node, {"description": self.sentences[name], **node}) if name else node

    def describe(self, document):
        """Puts each sentence where it belongs, and holds that none is left."""
        schemas, parameters = (document["components"].get(kind, {}) for kind in ("schemas", "parameters"))
        for name, schema in schemas.items():
            words, others = next(((words, [name.removesuffix(end) + each for each in ends])
                                  for end, (words, ends) in FOLLOWING.items() if name.endswith(end)), ("", []))
            self.properties(schema, [name, *others])
            schemas[name] = self.described(schema, name, *others)
            if name not in self.sentences and schemas[name] is not schema:
                text = schemas[name]["description"]
                schemas[name]["description"] = like(text, f"{words}: {text[0].lower()}{text[1:]}")
        parameters.update({name: self.parameter(parameter, name) for name, parameter in parameters.items()})
        for item in document["paths"].values():
            for operation in item.values() if isinstance(item, Map) else ():
                own = operation.get("parameters", []) if isinstance(operation, Map) else []
                own[:] = [each if "$ref" in each else self.parameter(each, operation["operationId"]) for each in own]
        for name in sorted(self.sentences.keys() - self.used):
            fault(self.sentences[name], f"{name} is nowhere")

    def properties(self, node, names, known=()):
        """The properties of a schema and of those in it: Schema.property, or for all of that name property."""
        for key, inner in node.items() if isinstance(node, Map) else ():
            if key == "properties":
                for name, property_ in inner.items():
                    paths = [f"{each}.{name}" for each in names]
                    self.properties(property_, paths)
                    inner[name] = property_ if name in known else self.described(property_, *paths, name)
            elif key in ("items", "additionalProperties"):
                self.properties(inner, names)
            elif key in ("anyOf", "oneOf", "allOf"):
                for each in inner:
                    self.properties(each, names, node.get("properties", ()))

    def operation(self, written, kind, record):
        """What it changes, as it is written, and in a second paragraph what follows: what it returns and who may call it."""
        hold(written, {f"{written.get('operationId')} has no {key}": key not in written for key in ("summary", "description")})
        what = next((self.sentences[name] for name in (record, record.removesuffix("List")) if name in self.sentences), None)
        page = "a page of records: " if what and kind == "list" and not what.startswith("A page") else ""
        follow = [f"Returns {page}{what[0].lower()}{what[1:]}"] if what else []
        if kind == "put":
            follow.insert(0, "`If-None-Match: *` only creates; `If-Match` replaces, and what the body leaves out has its default again.")
        follow.append(self.callers(written))
        return like(written.get("description", written), f"{written.get('description', '')}\n\n{' '.join(follow)}")

    def callers(self, written):
        """Who may call an operation: the roles' words are rows as well."""
        roles = [f"@{role}" for role in written.get("security", ()) if role != "anyone"]
        hold(written.at.get("security"), {f"{role} has no sentence in {self.path.name}": role not in self.sentences for role in roles})
        self.used.update(roles)
        words = [self.sentences.get(role, "") for role in roles]
        words = " and ".join(filter(None, (", ".join(words[:-1]), *words[-1:])))
        if not words:
            return "Anyone may call it, without a token."
        if "anyone" in written["security"]:
            return f"Anyone may call it without a token; with one, {words} may see more."
        return f"It may be called by {words}."

    def parameter(self, node, owner):
        """A parameter of a component or an operation: {slug} in a path, ?name elsewhere."""
        name = "{%s}" % node["name"] if node["in"] == "path" else f"?{node['name']}"
        return self.described(node, owner + name, name)
