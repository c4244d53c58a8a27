"""Statements that read: records, lists, templates of what may be imported."""
import re

from generators.statements.resources import address_of, parameters_of
from generators.statements.sql import clauses, commas, indented, name, rule_when

ENGINE = {"format", "cursor", "dry_run", "limit", "sort"}  # query parameters that are no filters


def record(resource, operation):
    """GET of one record."""
    columns, table, view, key = resource.columns(operation), resource.table_name, resource.view_name, parameters_of(resource.path)[-1]
    if resource.get("former"):
        return (f"SELECT {commas(columns)},\n       CASE WHEN {key} <> :{key} THEN 308 END AS _status,\n"
                f"       CASE WHEN {key} <> :{key} THEN {address_of(resource.path, str)} END AS _location\nFROM scip.{view}\n"
                f"WHERE {'_id' if '_id' in resource.view.types else 'id'} = coalesce((SELECT id FROM scip.{table} WHERE {key} = :{key}),\n"
                f"  (SELECT {table}_id FROM scip.{table}_former_{key} WHERE {key} = :{key}))")
    if resource.get("gone"):
        return (f"SELECT {commas('v.' + each for each in columns)}{rule_when('v._id IS NULL')}\n"
                f"FROM (SELECT id FROM scip.{table} WHERE slug = :slug) there LEFT JOIN scip.{view} v ON v._id = there.id")
    conditions = [*resource.view_rows(operation.path), resource.get("shown")]
    return f"SELECT {commas(columns)}{clauses(['scip.' + view, resource.get('with')], conditions)}"


def filters(resource, operation):
    """The conditions of the query's parameters: each has an expression, or is a column of its name, shown or not."""
    types, day = resource.view.types, resource.list.get("day")
    said = {word: condition for words, condition in resource.list.get("filters", {}).items() for word in words.split()}
    where = f"{resource.get('where')} {resource.list.get('where')}"
    for parameter in operation.query:
        if parameter in ENGINE or re.search(rf":{parameter}\b", where):
            continue
        column = next((c for c in ("_" + parameter, parameter) if c in types), None)
        names = commas(each for each in ("name", "name_cy", "title") if each in types)
        words = "_search" if "_search" in types else f"scip.search_text(concat_ws(' ', {names}))"
        ways = [  # the first that there is
            (parameter in said, said.get(parameter)),
            (parameter == "modified_since", f"{resource.get('columns', {}).get('updated_at', 'updated_at')} >= :modified_since"),
            (parameter == "q" and "_words" in types, "_words @@ scip.search_query(:q)"),
            (parameter == "q", f"{words} LIKE ANY (scip.search_term(:q))"),
            (parameter == "period" and day, f"{day} BETWEEN scip.period_start(:period) AND scip.period_end(:period)"),
            (types.get(f"_{parameter}s", "").endswith("[]"), f":{parameter} = ANY (_{parameter}s)"),
            (column, f"{name(column)} = :{parameter}"),
            (parameter == "nation" and "_hub" in types, "_hub IN (SELECT h.slug FROM scip.hub h WHERE :nation = ANY (h.nations))")]
        condition = next((condition for is_one, condition in ways if is_one), None)
        resource.refuse_when({f"{operation.id}: the filter {parameter} is no column of {resource.view_name}": not condition})
        yield f"(:{parameter} IS NULL OR {condition})"


def plain(expression):
    return re.fullmatch(r'["\w]+', expression)


def cast(part, types):
    """To the type of an order's part, where that is not text: of an expression it is seen from a cast or a literal."""
    seen = re.search(r"::(\w+)$", part) or [None, "date" if "date '" in part else "text"]
    kind = types.get(part.strip('"'), "text") if plain(part) else seen[1]
    return "" if re.match(r"text|scip\.", kind) else "::" + {"timestamp with time zone": "timestamptz"}.get(kind, kind)


def ordered(resource, operation):
    """How a list is ordered: source beside the view, condition of the next page, order, columns of the cursor."""
    order, key = resource.list["order"], name(resource.view_column(parameters_of(resource.path)[-1]))
    if isinstance(order, dict):
        source, column, turns = sorted_by(resource, operation, order)
        down, parts = False, [column, key]
    else:
        order, source = order if isinstance(order, list) else [order], ""
        down, parts = order[0].startswith("-"), [part.removeprefix("-") for part in order]
        parts += [] if resource.list.get("unique") or key in parts else [key]
        turned = operation.query.get("sort", {}).get("enum", ["-" * down])
        others = len({value.removeprefix("-") for value in turned}) > 1
        resource.refuse_when({f"{operation.id}: order is not that of sort": turned[0].startswith("-") != down or others})
        turns = f":sort = '-{turned[0].removeprefix('-')}'" if len(turned) > 1 else ""
    named = [re.sub(r'^\w+\.|::\w+$| COLLATE.*|^_|"', "", part) for part in parts]
    names = ["after_" + (part if plain(part) else "key") for part in named]
    names[:-1] = ["after_key"] if len(names) == 2 else names[:-1]
    row = lambda items: items[0] if len(items) == 1 else f"({commas(items)})"
    values = [f":{after}{cast(part, resource.view.types)}" for after, part in zip(names, parts)]
    cursor = [f"{part if plain(part) else f'({part})'}::text AS _{after}" for part, after in zip(parts, names)]
    before, after = (f"{row(parts)} {sign} {row(values)}" for sign in "<>")
    following, columns = before if down else after, [part + " DESC" * down for part in parts]
    if turns:
        following = f"CASE WHEN {turns} THEN {before} ELSE {after} END"
        columns = [f"CASE WHEN {turns} THEN {part} END DESC" for part in parts] + parts
    return source, f"(:{names[-1]} IS NULL OR {following})", commas(columns), cursor


def among(values):
    """The condition that a value is one of these."""
    first, *rest = values
    return f"IN ({commas(repr(value) for value in (first, *rest))})" if rest else f"= '{first}'"


def sorted_by(resource, operation, order):
    """By the parameter sort, whose values are the names in order, with - before them downwards: the source beside the view where that is
    more than a column, the column, and when it is downwards."""
    values = operation.query["sort"]["enum"]
    resource.refuse_when({f"{operation.id}: order is not of the values of sort": {value.removeprefix("-") for value in values} != {*order}})
    text = lambda expression: expression if plain(expression) else f"({expression})::text"
    down = f":sort {among(value for value in values if value.startswith('-'))}"
    *others, (_, last) = order.items()
    if not others and plain(last):
        return "", last, down
    cases = " ".join(f"WHEN :sort {among(v for v in values if v.removeprefix('-') == n)} THEN {text(e)}" for n, e in others)
    made = f"CASE {cases} ELSE {text(last)} END" if others else text(last)
    return f",\n  LATERAL (SELECT {made} COLLATE \"C\" AS key) sorted", "key", down


def refusals(resource, operation):
    """What gives a list's status in the place of rows: no row where there is nothing to refuse."""
    above = resource.above(operation.path)
    if "refuse" in resource.list:
        refused = (f"SELECT {status} AS refused WHERE {condition}" for status, condition in resource.list["refuse"].items())
        return "(\n" + "\n  UNION ALL\n".join(indented(text) for text in refused) + "\n) refusal"
    if "day" in resource.list and "period" in operation.query:
        return f"scip.refuse_list({':' + above if above else 'NULL'}, :period) refused"
    return f"(SELECT 404 AS refused WHERE NOT EXISTS ({resource.parent(above, 'SELECT')})) refusal" if above else None


def refusing(refused):
    """The columns that say more than the status: which parameter is wrong, which rule is broken."""
    word = "quarter" if ":quarter" in refused else "period"
    wrong = f'[{{"pointer": "/query/{word}", "detail": "is no period such as 2024-25"}}]'
    text = f",\n       CASE refused WHEN 400 THEN '{wrong}'::json END AS _errors" if re.search("refuse_list|SELECT 400", refused) else ""
    return text + (",\n       CASE refused WHEN 410 THEN 'record-withdrawn' END AS _rule" if "SELECT 410" in refused else "")


def page(resource, operation):
    """GET of a list."""
    columns, (source, following, order, cursor) = resource.columns(operation), ordered(resource, operation)
    where = [*resource.view_rows(operation.path), "where" in resource.list and f"({resource.list['where']})"]
    where = "\n  AND ".join(filter(None, [*where, *filters(resource, operation), following]))
    text = f"SELECT {commas(columns + cursor)}"
    rows = f"\nFROM scip.{resource.view_name}{source}\nWHERE {where}\nORDER BY {order}\nLIMIT :limit"
    if resource.get("words"):  # read, and noted that they were, for the rows of the page alone; of a table not all may be read
        used = re.sub(r" AS \w+|scip\.\w+", "", text)
        inner = commas(name(c) for c in resource.view.types if re.search(rf"\b{c}\b", used)) if resource.view.key else "*"
        beside = f", {resource.get('with')}" if resource.get("with") else ""
        text += f"\nFROM (\n{indented(f'SELECT {inner}{rows}')}\n) page{beside}\nORDER BY {order}"
    else:
        text += rows
    refused = refusals(resource, operation)
    if not refused:
        return text
    return f"SELECT page.*, refused AS _status{refusing(refused)}\nFROM {refused}\nFULL JOIN (\n{indented(text)}\n) page ON false"


def template(resource, operation):
    """The columns of what may be imported, without rows."""
    columns, above = commas(f"NULL AS {name(shown)}" for shown in operation.shows), resource.above(operation.path)
    return f"SELECT {columns}" + (f", 404 AS _status\nWHERE NOT EXISTS ({resource.parent(above, 'SELECT')})" if above else "\nWHERE false")
