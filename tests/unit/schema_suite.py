#!/usr/bin/python3
"""The schemas of the official JSON-Schema-Test-Suite as the engine gets them.

usage: schema_suite.py SUITE FILE    an object of what script/contract makes of each group that it does not refuse, by file and group, into FILE"""
import json
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "script"))
from generators.contract.engine import Engine  # noqa: E402
from generators.contract.forms import FORMS  # noqa: E402
from generators.contract.rules import Rules  # noqa: E402
from generators.nodes import faults  # noqa: E402


def made_of(schema):
    """The schema as rules, with the patterns that they name; None where it is refused."""
    faults.clear()
    document = {"openapi": "3.1.0", "info": {"title": "Suite", "version": "1"}, "paths": {}, "components": {"schemas": {"Thing": schema}}}
    engine, rules = Engine(document), Rules()
    return None if faults else {"schemas": {name: rules.of(node) for name, node in engine.schemas.items()}, "patterns": [*rules.patterns]}


def main(suite, out):
    files = [*Path(suite).glob("*.json"), *(path for path in Path(suite).glob("format/*.json") if path.stem in FORMS)]
    groups = {f"{path.name} / {group['description']}": made_of(group["schema"]) for path in files for group in json.loads(path.read_text())}
    Path(out).write_text(json.dumps({name: made for name, made in groups.items() if made}))


if __name__ == "__main__":
    main(*sys.argv[1:])
