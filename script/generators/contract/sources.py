"""The files of the written contract: the root, those that it lists, and the tables and examples beside it."""
import contextlib
import re

from generators import shapes
from generators.contract.texts import Texts
from generators.files import named, read, rows
from generators.nodes import List, Map, Refused, Text, fault, placed, refuse


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
                if (name := row.pop(key)) in table:
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
        """Puts the components of a file beside the others, for all names share one space, and spells out its operations."""
        for template, item in part.get("paths", {}).items():
            part["paths"][template] = in_full(item) if isinstance(item, Map) else item
        shapes.check(part.get("components", Map()), "components", {kind: dict for kind in part.get("components", ())})
        for kind, components in part.get("components", {}).items():
            whole = self.components.setdefault(kind, placed(Map, {}, components.where))
            for name, component in components.items():
                if name in whole:
                    fault(components.at[name], f"{kind}/{name} is defined twice")
                whole[name], whole.at[name] = component, components.at[name]
        self.inline |= part.get("path-parameters", {})

    def operations(self):
        """Each with its path."""
        paths = [each for part in self.parts for each in part.get("paths", {}).items()]
        return [(template, each) for template, item in paths if isinstance(item, Map) for each in item.values()]


def in_full(item):
    """The operations of a path by their methods, behind which their names stand."""
    whole = placed(Map, {}, item.where)
    for key, written in item.items():
        method, _, name = key.partition(" ")
        if method in whole:
            fault(item.at[key], f"{method.upper()} stands twice")
        whole[method] = spelled_out(written, placed(Text, name, item.at[key])) if name and isinstance(written, Map) else written
        whole.at[method] = item.at[key]
    return whole


def spelled_out(written, name):
    """An operation with a name: what it is says who may, and its description begins with its summary."""
    said, text = written.get("is"), written.get("description")
    for key in (["is"] if not isinstance(said, str) else {"operationId", "summary", "security"} & written.keys()):
        refuse(written.at.get(key, name.where), f'a named operation says what it is, and by that and its description its "{key}"')
    what, by, roles = said.partition(" by ")
    more = {"operationId": name, "is": placed(Text, what, said.where)}
    if by:
        more["security"] = placed(List, [placed(Text, role, said.where) for role in roles.split() if roles != "everybody"], said.where)
        roles.strip() or fault(said, "is by nobody")
    if isinstance(text, str) and ". " in text:
        more |= {key: placed(Text, half, text.where) for key, half in zip(("summary", "description"), text.split(". ", 1))}
    return placed(Map, {**written, **more}, name.where, {**dict.fromkeys(more, said.where), **written.at})
