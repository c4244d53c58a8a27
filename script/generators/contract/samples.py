"""Calls of an operation, for people who begin."""
import json
import shlex


def samples(method, template, operation, components):
    """A call of an operation by curl, in Python and in JavaScript: with what it requires, and its body's example."""
    named = lambda node, kind: components[kind][node["$ref"].split("/")[-1]] if "$ref" in node else node
    required = [each for each in (named(each, "parameters") for each in operation.get("parameters", ())) if each.get("required")]
    query = "&".join(f"{each['name']}={{{each['name']}}}" for each in required if each["in"] == "query")
    url = f"https://api.example.org{template}{query and '?'}{query}"
    headers = {each["name"]: "*" if each["name"].startswith("If-") else "a-name-of-yours" for each in required if each["in"] == "header"}
    if {"$ref": "#/components/parameters/IfNewOrMatch"} in operation.get("parameters", ()):
        headers["If-None-Match"] = "*"
    media, content = next(iter(operation.get("requestBody", {}).get("content", {}).items()), ("", {}))
    body = named(content.get("schema", {}), "schemas").get("examples", [None])[0]
    if body is not None:
        headers["Content-Type"] = media
    shown, token = json.dumps(body, ensure_ascii=False), bool(operation.get("security"))
    pairs = [f"{json.dumps(name)}: {json.dumps(value)}" for name, value in headers.items()]
    curl = [f"curl -X {method.upper()} {shlex.quote(url)}", *['-H "Authorization: Bearer $TOKEN"'][:token],
            *(f"-H {shlex.quote(f'{name}: {value}')}" for name, value in headers.items()), *[f"-d {shlex.quote(shown)}"][:body is not None]]
    given = ["headers={%s}" % ", ".join(['"Authorization": f"Bearer {token}"'][:token] + pairs)][:bool(token or pairs)]
    python = [json.dumps(url), *given, *[f"json={body!r}"][:body is not None]]
    given = ["headers: { %s }" % ", ".join(["Authorization: `Bearer ${token}`"][:token] + pairs)][:bool(token or pairs)]
    script = [f'method: "{method.upper()}"', *given, *[f"body: JSON.stringify({shown})"][:body is not None]]
    return [{"lang": "curl", "source": " \\\n  ".join(curl)},
            {"lang": "Python", "source": f"import requests\n\nanswer = requests.{method}({', '.join(python)})"},
            {"lang": "JavaScript", "source": f"const answer = await fetch({json.dumps(url)}, {{ {', '.join(script)} }})"}]
