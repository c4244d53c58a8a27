"""The files that are read: YAML, whose nodes have places, and tables of CSV, whose lines have; and those that are written or checked."""
import csv
import re
import sys
from pathlib import Path

import yaml

from generators.nodes import List, Map, Real, Text, Whole, attempt, fault, faults, hold, placed, refuse

PLAIN = {"": None, "~": None, "null": None, "true": True, "false": False}
ROOT = Path(__file__).resolve().parents[2]


def named(path):
    """A file as faults name it."""
    full = path.resolve()
    return str(next((full.relative_to(base) for base in (Path.cwd(), ROOT) if full.is_relative_to(base)), path))


# --- YAML

def scalar(event, where):
    """By the core schema of YAML 1.2 (10.3.2): null, true, false and decimal numbers; all else, dates too, is text."""
    text = event.value
    if not event.style:  # plain, not quoted
        if text in PLAIN:
            return PLAIN[text]
        if re.fullmatch(r"0|-?[1-9][0-9]*", text) and -1 << 63 <= int(text) < 1 << 63:
            return placed(Whole, text, where)
        if re.fullmatch(r"-?(0|[1-9][0-9]*)(\.[0-9]+)?([eE][-+]?[0-9]+)?", text):
            return placed(Real, text, where) if abs(float(text)) < float("inf") else refuse(where, "is too large a number")
    return placed(Text, text, where)


def read_node(events, event, label, depth=0):
    """What begins with an event, up to its end."""
    where = f"{label}:{event.start_mark.line + 1}"
    hold(where, {"aliases are not read": isinstance(event, yaml.AliasEvent), "anchors and tags are not read": event.anchor or event.tag,
                 "nested too deep": depth > 64}, refuse)
    if isinstance(event, yaml.ScalarEvent):
        return scalar(event, where)
    node = placed(List if isinstance(event, yaml.SequenceStartEvent) else Map, (), where)
    while (event := next(events)) and not isinstance(event, (yaml.SequenceEndEvent, yaml.MappingEndEvent)):
        if isinstance(node, List):
            node.append(read_node(events, event, label, depth + 1))
            continue
        place = f"{label}:{event.start_mark.line + 1}"
        key = read_node(events, event, label, depth + 1)
        hold(place, {"a key is not a string: quote it": not isinstance(key, str)}, refuse)
        node.add(key, read_node(events, next(events), label, depth + 1), place, f'a key stands twice: "{key}"')
    return node


def read(path):
    """The one document of a file, a map."""
    label = named(path)
    try:
        events = yaml.parse(path.read_text(encoding="utf-8"), yaml.CSafeLoader)
        next(events)
        hold(f"{label}:1", {"is empty": isinstance(next(events), yaml.StreamEndEvent)}, refuse)
        document = read_node(events, next(events), label)
        next(events)
        if not isinstance(event := next(events), yaml.StreamEndEvent):
            refuse(f"{label}:{event.start_mark.line + 1}", "one document a file")
    except yaml.MarkedYAMLError as error:
        refuse(f"{label}:{(error.problem_mark or error.context_mark).line + 1}", error.problem or "is not YAML")
    except (OSError, ValueError, yaml.YAMLError) as error:
        refuse(label, f"cannot be read: {error}")
    return document if isinstance(document, Map) else refuse(f"{label}:1", "is not a map")


# --- CSV

def rows(path, columns, more=False):
    """The lines of a table by the names of its columns, which are these and, where there may be more, what else its first line names."""
    label = named(path)
    try:
        with path.open(newline="", encoding="utf-8") as file:
            lines = csv.reader(file, strict=True)
            names = next(lines, [])
            if names != columns and not (more and names[:len(columns)] == columns):
                fault(f"{label}:1", f"the first line is {','.join(columns)}")
                return
            for line in lines:
                where = f"{label}:{lines.line_num}"
                if len(line) == len(names):
                    yield placed(Map, zip(names, line), where)
                else:
                    fault(where, f"a line is {','.join(names)}")
    except (OSError, ValueError, csv.Error) as error:
        fault(label, f"cannot be read: {error}")


# --- what is written

def template(file, **values):
    """A text of the folder templates, with these values in its braces."""
    return (ROOT / f"script/generators/templates/{file}.in").read_text(encoding="utf-8").format(**values)


def write(texts, script):
    """Texts into files, by their paths from the root: None for one that is not to be. With --check, says which are different."""
    different = sorted(name for name, text in texts.items() if text != ((ROOT / name).read_text() if (ROOT / name).exists() else None))
    if "--check" in sys.argv:
        sys.exit("\n".join(f"{name} is not what script/{script} writes" for name in different) or 0)
    for name in different:
        if texts[name] is None:
            (ROOT / name).unlink()
        else:
            (ROOT / name).write_text(texts[name])


def command(script, usage, make):
    """Runs a command that makes files; where something is wrong it says that and writes nothing."""
    if sys.argv[1:] not in ([], ["--check"]):
        sys.exit(usage)
    faults.clear()
    texts = attempt(make)
    write(texts, script) if not faults else sys.exit("\n".join(faults))
