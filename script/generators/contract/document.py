"""The complete contract, as one standard OpenAPI document, of what openapi/ says."""
import json
import re

from generators.contract import operations, terms
from generators.contract.components import Components
from generators.contract.samples import samples
from generators.contract.sources import Sources
from generators.files import named
from generators.nodes import List, Map, fault, faults, hold, like, placed


def expand(root):
    """The whole document, usable only if there is no fault, and the files that it is made of."""
    sources = Sources(root)
    components = Components(sources)
    made = {kind: components.each(kind) for kind in sources.components}
    with_examples(made.get("schemas", {}), sources.examples)
    paths = {template: operations.expand(sources, components, template, item) for template, item in sources.paths.items()}
    with_problems(made, sources.rules, sources.constraints)
    own = {key: value for key, value in sources.root.items() if key not in ("paths", "components", "path-parameters")}
    whole = like(sources.root, {**own, "paths": paths, "components": made})
    if sources.examples and not faults:
        for template, item in paths.items():
            for method, operation in item.items():
                operation["x-codeSamples"] = samples(method, template, operation, made)
    if sources.texts and not [each for each in faults if " no sentence in " not in each]:
        sources.texts.describe(whole)
    if not faults:
        components.terms.close(whole)
    return whole, [*sources.files, *(terms.FOLDER / f"{name}.csv" for name in components.terms.lists)]


def with_examples(schemas, examples):
    """Each schema's example, from the file of its name."""
    for name, path in examples.items():
        schema, where = schemas.get(name), named(path) + ":1"
        if not isinstance(schema, Map) or "examples" in schema:
            fault(where, f"there is no schema {name} without an example")
            continue
        try:
            schema["examples"] = placed(List, [json.loads(path.read_text(encoding="utf-8"))], where)
        except (OSError, ValueError) as error:
            fault(where, f"cannot be read: {error}")


def with_problems(components, rules, constraints):
    """The rules that requests can break, and which of them a constraint of the database is: Problem.type is one of them."""
    for name, rule in rules.items():
        known = re.fullmatch(r"[a-z]+(-[a-z]+)*", name) and re.fullmatch("[45][0-9][0-9]", rule["status"])
        hold(rule, {"a rule is a slug and has a status of 400 to 599": not known,
                    f"{name} needs a title, a meaning and a remedy": not all(rule[key].strip() for key in ("title", "meaning", "remedy"))})
        rule["status"] = int("0" + re.sub("[^0-9]", "", rule["status"]))
    for name, constraint in constraints.items():
        hold(constraint, {f"{name} is of no rule: {constraint['rule']}": constraint["rule"] not in rules})
    if rules:
        components["x-problems"], components["x-constraints"] = rules, constraints
        kind = components.get("schemas", {}).get("Problem", {}).get("properties", {}).get("type", {})
        kind["enum"] = [f"/problems/{name}" for name in rules]
