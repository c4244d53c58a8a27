"""The pages of problems: what each rule means and what to do, and which operations it refuses."""
import html

from generators.files import template
from generators.nodes import Map, dump


def problem_pages(document):
    """For people and for programs, by address and media type: the list of rules, and each of them with the operations that it refuses."""
    rules, text, reached = document["components"].get("x-problems", {}), html.escape, {}
    for path, item in document["paths"].items():
        for method, operation in item.items():
            for rule in operation.get("x-problems", ()) if isinstance(operation, Map) else ():
                reached.setdefault(rule, []).append({"operation": operation["operationId"], "method": method.upper(), "path": path})
    for rule in ("role-needed", *(rule for rule in rules if rule.startswith("idempotency-")), "rights-have-changed"):
        reached.pop(rule, None)  # of all that name a role or take a key
    made, rows = {}, ""
    for name, rule in rules.items():
        said = {"type": f"/problems/{name}", **rule, "operations": reached.get(name, [])}
        by = "".join(f"<li><code>{each['method']} {text(each['path']).replace('/', '<wbr>/')}</code></li>" for each in said["operations"])
        shown = {key: text(str(value)) for key, value in rule.items()}
        body = template("problem.html", name=name, **shown) + (f"  <h2>Where it can occur</h2>\n  <ul>{by}</ul>" if by else "")
        made[f"/problems/{name} application/json"] = dump(said)
        made[f"/problems/{name} text/html"] = template("page.html", title=shown["title"], body=body)
        rows += '<dt><a href="/problems/{name}">{name}</a> {status}</dt><dd>{title}. {meaning}</dd>\n'.format(name=name, **shown)
    listed = f"  <p>Why a request was refused: the type of a problem is one of these.</p>\n  <dl>\n{rows}  </dl>"
    items = [{"type": f"/problems/{name}", **rule, "href": f"/problems/{name}"} for name, rule in rules.items()]
    made["/problems application/json"] = dump({"items": items})
    return made | {"/problems text/html": template("page.html", title="Problems", body=listed)}
