"""The files of the written contract: the root, those that it lists, and the tables and examples beside it."""
from generators import shapes
from generators.contract.texts import Texts
from generators.files import named, read, rows
from generators.nodes import Map, Text, attempt, fault, hold, like, placed, refuse


class Sources:
    """What the files say."""

    def __init__(self, root):
        self.folder, self.files, self.root = root.parent, [root], read(root)
        shapes.check(self.root, "the contract", shapes.ROOT, extensions=True)
        self.parts = [self.root] + [part for path in self.listed() if (part := attempt(self.read_listed, path))]
        self.paths, self.components, self.inline = placed(Map, {}, self.root.where), Map(), {}
        self.rules = self.table("problems.csv", *shapes.RULE)
        self.reached = self.table("rules.csv", "operation", "rules")
        self.beyond = self.table("without-rules.csv", "operation", "rules", "reason")
        self.constraints = self.table("constraints.csv", *shapes.CONSTRAINT)
        for part in self.parts:
            self.collect(part)

    def table(self, name, key, *columns):
        """The rows of a table beside the root, by their first column; none where there is no such table."""
        path = self.folder / name
        table = placed(Map, {}, f"{named(path)}:1")
        if path.exists():
            self.files.append(path)
            for row in rows(path, [key, *columns]):
                name = row.pop(key)
                table.add(name, row, row.where, f"{name} stands twice")
        return table

    def listed(self):
        """The files that the root lists, in its order, which is the order of the whole."""
        listed = self.root.pop("files", Map())
        shapes.check(listed, "files", shapes.FILES)
        self.texts = Texts(self.folder / listed.pop("texts")) if "texts" in listed else None
        examples = self.folder / listed.pop("examples") if "examples" in listed else None
        self.examples = {path.stem: path for path in sorted(examples.glob("*.json"))} if examples else {}
        self.files += [*([self.texts.path] if self.texts else []), *([examples] if examples else []), *self.examples.values()]
        for folder, names in listed.items():
            paths = sorted((self.folder / folder).glob("*.yaml"))
            hold(names, {f"{folder}/{path.name} is not listed": path.stem not in names for path in paths})
            for name in names:
                yield self.folder / folder / f"{name}.yaml"

    def read_listed(self, path):
        self.files.append(path)
        return shapes.check(read(path), "a file", shapes.FILE)

    def collect(self, part):
        """Puts the paths and components of a file beside the others, for all names share one space, and spells out its operations."""
        paths, components = part.get("paths", Map()), part.get("components", Map())
        shapes.check(components, "components", {kind: dict for kind in components})
        items = {template: in_full(item, part) if isinstance(item, Map) else item for template, item in paths.items()}
        kinds = [("", self.paths, like(paths, items, paths.at))]
        kinds += [(f"{kind}/", self.components.setdefault(kind, like(nodes, {})), nodes) for kind, nodes in components.items()]
        for prefix, whole, nodes in kinds:
            for name, node in nodes.items():
                whole.add(name, node, nodes.at[name], f"{prefix}{name} is defined twice")
        self.inline |= part.get("path-parameters", {})

    def operations(self):
        """Each with its path."""
        return [(template, each) for template, item in self.paths.items() if isinstance(item, Map) for each in item.values()]


def in_full(item, part):
    """The operations of a path by their methods, behind which their names stand; what is tagged as all of its file does not say so."""
    whole = like(item, {})
    for key, written in item.items():
        method, _, name = key.partition(" ")
        said = spelled_out(written, placed(Text, name, item.at[key])) if name and isinstance(written, Map) else written
        whole.add(method, said, item.at[key], f"{method.upper()} stands twice")
        if isinstance(said, Map) and "is" in said and "tag" in part:
            said.setdefault("tags", [part["tag"]])
    return whole


def spelled_out(written, name):
    """An operation with a name: what it is says who may, and its description begins with its summary."""
    said, text = written.get("is"), written.get("description")
    for key in (["is"] if not isinstance(said, str) else {"operationId", "summary", "security"} & written.keys()):
        refuse(written.at.get(key, name.where), f'a named operation says what it is, and by that and its description its "{key}"')
    what, by, roles = said.partition(" by ")
    more = {"operationId": name, "is": like(said, what)}
    if by:
        more["security"] = like(said, [like(said, role) for role in roles.split() if roles != "everybody"])
        roles.strip() or fault(said, "is by nobody")
    if isinstance(text, str) and ". " in text:
        more |= {key: like(text, half) for key, half in zip(("summary", "description"), text.split(". ", 1))}
    return like(name, {**written, **more}, {**dict.fromkeys(more, said.where), **written.at})
