"""What is read, each node with the place where it is written, and what is wrong with it."""
import contextlib
import json


class Map(dict):
    """A map, where it is written, and where each of its keys is."""
    where = None

    def __init__(self, *values):
        super().__init__(*values)
        self.at = {}

    def add(self, key, value, at, twice):
        """Puts in what nothing else may be called; twice: what to say of it otherwise."""
        hold(at, {twice: key in self})
        self[key], self.at[key] = value, at


# All else that has a place; null, true and false have none.
List, Text, Whole, Real = (type(f"Placed {kind.__name__}", (kind,), {"where": None}) for kind in (list, str, int, float))


class Refused(Exception):
    pass


faults = []


def where(node, above=None):
    """The place of a node or, if it has none, of what it stands in, which may be the place itself."""
    return getattr(node, "where", None) or (above if type(above) is str else getattr(above, "where", None)) or "contract"


def fault(node, message):
    """Notes what is wrong with a node, or with what a place names."""
    if (said := f"{where(None, node)}: {message}") not in faults:
        faults.append(said)


def hold(node, messages, note=fault):
    """Notes of a node each message that is so; with refuse the first ends it."""
    for message, wrong in messages.items():
        if wrong:
            note(node, message)


def refuse(node, message):
    """The same, of what nothing can be made of."""
    fault(node, message)
    raise Refused


def attempt(make, *arguments):
    """What is made, or None where that is refused."""
    with contextlib.suppress(Refused):
        return make(*arguments)


def placed(kind, value, where, at=None):
    node = kind(value)
    node.where, node.at = where, at or {}
    return node


def like(node, value, at=None):
    """A map, a list or a text that stands where a node does."""
    return placed(Map if isinstance(value, dict) else List if isinstance(value, list) else Text, value, getattr(node, "where", None), at)


def dump(value):
    return json.dumps(value, separators=(",", ":"), ensure_ascii=False)
