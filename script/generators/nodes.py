"""What is read, each node with the place where it is written, and what is wrong with it."""
import json


class Map(dict):
    """A map, where it is written, and where each of its keys is."""
    where, at = None, {}


# All else that has a place; null, true and false have none.
List, Text, Whole, Real = (type(f"Placed {kind.__name__}", (kind,), {"where": None}) for kind in (list, str, int, float))


class Refused(Exception):
    pass


faults = []


def fault(node, message):
    """Notes what is wrong with a node, or with what a place names."""
    place = node if type(node) is str else getattr(node, "where", None) or "contract"
    if f"{place}: {message}" not in faults:
        faults.append(f"{place}: {message}")


def refuse(node, message):
    """The same, of what nothing can be made of."""
    fault(node, message)
    raise Refused


def placed(kind, value, where, at=None):
    node = kind(value)
    node.where, node.at = where, at or {}
    return node


def dump(value):
    return json.dumps(value, separators=(",", ":"), ensure_ascii=False)
