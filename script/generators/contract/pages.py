"""The pages of problems: what each rule means and what to do, and which operations it refuses."""
import html

from generators.nodes import Map, dump


def page(title, body):
    """A page in the dress of the landing page."""
    return (f'<!doctype html>\n<html lang="en-GB">\n<meta charset="utf-8">\n<meta name="viewport" content="width=device-width">\n'
            f'<meta name="description" content="Why the SCiP Alliance API refuses a request, and what to do">\n'
            f'<title>{title}: SCiP Alliance</title>\n<link rel="icon" href="/web/icon.svg" type="image/svg+xml">\n'
            f'<link rel="stylesheet" href="/web/scip.css">\n<header>\n  <p class="name">SCiP Alliance</p>\n'
            f'  <nav aria-label="Site"><a href="/">Home</a> <a href="/problems">All problems</a> <a href="/docs">API reference</a></nav>\n'
            f'</header>\n<main>\n  <h1>{title}</h1>\n{body}\n</main>\n')


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
        body = (f"  <p>{rule['status']} <code>{name}</code></p>\n  <p>{text(rule['meaning'])}</p>\n  <h2>What to do</h2>\n"
                f"  <p>{text(rule['remedy'])}</p>\n" + (f"  <h2>Where it can occur</h2>\n  <ul>{by}</ul>" if by else ""))
        made[f"/problems/{name} application/json"] = dump(said)
        made[f"/problems/{name} text/html"] = page(text(rule["title"]), body)
        rows += f'<dt><a href="/problems/{name}">{name}</a> {rule["status"]}</dt><dd>{text(rule["title"])}. {text(rule["meaning"])}</dd>\n'
    listed = f"  <p>Why a request was refused: the type of a problem is one of these.</p>\n  <dl>\n{rows}  </dl>"
    items = [{"type": f"/problems/{name}", **rule, "href": f"/problems/{name}"} for name, rule in rules.items()]
    return made | {"/problems application/json": dump({"items": items}), "/problems text/html": page("Problems", listed)}
