"""The files of the written contract: the root, those that it lists, and the tables and examples beside it."""
import contextlib

from generators import shapes
from generators.contract.texts import Texts
from generators.files import named, read, rows
from generators.nodes import Map, Refused, fault, placed


class Sources:
    """What the files say."""

    def __init__(self, root):
        self.folder, self.files, self.root = root.parent, [root], read(root)
        shapes.check(self.root, "the contract", shapes.ROOT, extensions=True)
        self.parts = [self.root] + [part for part in map(self.read_listed, self.listed()) if part]
        self.components, self.inline = Map(), {}
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
                if name in table:
                    fault(row, f"{name} stands twice")
                table[name] = row
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
            for path in sorted((self.folder / folder).glob("*.yaml")):
                if path.stem not in names:
                    fault(names, f"{folder}/{path.name} is not listed")
            for name in names:
                yield self.folder / folder / f"{name}.yaml"

    def read_listed(self, path):
        self.files.append(path)
        with contextlib.suppress(Refused):
            return shapes.check(read(path), "a file", shapes.FILE)

    def collect(self, part):
        """Puts the components of a file beside the others: all names share one space."""
        shapes.check(part.get("components", Map()), "components", {kind: dict for kind in part.get("components", ())})
        for kind, components in part.get("components", {}).items():
            whole = self.components.setdefault(kind, placed(Map, {}, components.where))
            for name, component in components.items():
                if name in whole:
                    fault(components.at[name], f"{kind}/{name} is defined twice")
                whole[name], whole.at = component, {**whole.at, name: components.at[name]}
        for name, parameter in part.get("path-parameters", {}).items():
            self.inline[name] = shapes.check(parameter, f"the parameter {name}", shapes.INLINE)

    def operations(self):
        """Each with its file and path."""
        for part in self.parts:
            for template, item in part.get("paths", {}).items():
                for method, operation in item.items() if isinstance(item, Map) else ():
                    if method in shapes.METHODS:
                        yield part, template, method, operation
