"""Statements that write: make, replace, change and remove a record."""
import json
import re

from generators.files import template
from generators.statements.resources import address_of, parameters_of
from generators.statements.sql import clauses, commas, every, of, parts_of, rule_when

MATCH = "(:if_match IS NULL OR {0}version = ANY (:if_match))"


def assigned(resource, operation, shown):
    """The column that a property of the body is for, and its value; None: for no column."""
    table, said = resource.table, resource.get("set", {})
    made = next((item for item in said.items() if re.search(rf"(?<!:):{shown}\b", item[1])), None)
    if made or shown in said:
        return made or (shown, said[shown])
    if shown in resource.get("rename", {}):
        return resource.get("rename")[shown], f":{shown}"
    if shown in ("from", "to") and {"starts", "ends"} <= set(table.types):
        return ("starts", ":from") if shown == "from" else ("ends", ":to + 1")
    if shown in table.types and shown not in table.generated:
        return shown, f"p.{shown}"
    column = shown + "_id"
    if column not in table.types:
        return None
    kind = resource.world.called.get(table.references.get(column), table.references.get(column))
    place = "" if shown == kind else f", '{shown}'"
    return column, f":{shown}" if table.types[column] == "uuid" else f"scip.reference('{kind}', :{shown}{place})"


def of_body(resource, operation, **more):
    """The column and the value of each property of the body, those without a column, but for a reason that is kept, and the function that
    takes those."""
    found = {shown: more.get(shown) or assigned(resource, operation, shown) for shown in operation.body}
    rest = [shown for shown in found if not found[shown] and not (shown == "reason" and reasoned(resource, operation))]
    function, taken = next(iter(resource.get("then", {}).items()), (None, []))
    others = commas(shown for shown in rest if shown not in taken)
    resource.refuse_when({f"{operation.id}: there is no column for {others}": others})
    return {shown: each for shown, each in found.items() if each}, rest, function


def reasoned(resource, operation):
    """Whether the operation takes a reason for a correction, which is kept before the record is touched."""
    return "reason" in [*operation.body, *operation.query] and "reason" not in resource.table.types


def correct(resource, hub="hub_id"):
    """The call that keeps the reason."""
    subjects = (said if column in resource.table.types else "NULL" for column, said in (("hub_id", hub), ("group_id", "group_id")))
    return f"scip.correct_record({resource.record()}, :reason, {commas(subjects)})"


class Looks:
    """The looks at a record that a write takes: seen (or 404), locked (or 403), of the wanted version (or 412). What the central team
    sees it may write, so it needs no first one: what is not there to be locked is not there. noted: the columns that are taken on when a
    reason is kept, if the version is the wanted one."""

    def __init__(self, resource, operation, lock, columns="*", noted=None):
        self.key, self.seen, self.own = resource.table.key, not operation.central, "own"
        self.returning = f"RETURNING {commas('t.' + column for column in self.key)}"
        table, found = f"scip.{resource.table_name}", resource.rows(resource.path)
        self.parts = [("vis", f"SELECT {commas(self.key)} FROM {table} WHERE {found}")] if self.seen else []
        found = the_seen(self.key) if self.seen else found
        hold = f" AND (SELECT scip.{resource.get('hold')}(:{parameters_of(resource.path)[0]}))" if resource.get("hold") else ""
        self.parts.append(("own AS MATERIALIZED", f"SELECT {columns} FROM {table} WHERE {found}{hold} {lock}"))
        if noted and reasoned(resource, operation):
            text = f"SELECT {noted} FROM own\nWHERE CASE WHEN {MATCH.format('')}\n           THEN {correct(resource)} END"
            self.parts.append(("noted AS MATERIALIZED", text))
            self.own = "noted"

    def found(self, *conditions, before=None):
        """The condition of the row t that was locked, if it is of the wanted version, which a kept reason has asked already, and so."""
        match = MATCH.format("own.") if self.own == "own" else None
        return every([f"{of('t', self.key)} = {of(self.own, self.key)}", before, match, *conditions])

    def text(self, done, refusal=None, rule=""):
        """The whole, with what refuses after 403; rule: the column of a rule that goes before that."""
        refused = f"WHEN own.{self.key[0]} IS NULL THEN 403 " if self.seen else ""
        refused += refusal or f"WHEN {done}.{self.key[0]} IS NULL THEN 412"
        first, *joined = (["vis"] if self.seen else []) + ["own", done]
        return (parts_of(*self.parts) + f"SELECT CASE {refused} END AS _status{rule}\nFROM {first} "
                + " ".join(f"LEFT JOIN {part} USING ({commas(self.key)})" for part in joined))


def the_seen(key):
    """The condition of the row that the first look saw."""
    return f"{commas(key)} = (SELECT {commas(key)} FROM vis)" if len(key) == 1 else f"({commas(key)}) IN (SELECT {commas(key)} FROM vis)"


def change(resource, operation):
    """PATCH: the columns whose properties the body names."""
    table, key, looks = resource.table_name, resource.table.key, Looks(resource, operation, "FOR NO KEY UPDATE", noted="*")
    gone, either, sets = resource.get("gone"), resource.get("either", []), []
    own, found = looks.own, looks.found(before=gone and f"{looks.own}.{gone} IS NULL")
    columns, rest, function = of_body(resource, operation, new_slug=("slug", f"coalesce(:new_slug, {own}.slug)"))
    for shown, (column, value) in columns.items():
        if shown in either:
            other = either[1 - either.index(shown)]
            value = f"CASE WHEN :body ? '{shown}' THEN {value} WHEN :{other} IS NULL THEN {own}.{column} END"
        elif not value.startswith("p.") and own + "." not in value:
            value = f"CASE WHEN :body ? '{shown}' THEN {value} ELSE {own}.{column} END"
        sets.append(f"{column} = {value}")
    looks.parts.append(("upd", f"UPDATE scip.{table} t SET {commas(sets)}\n"
                        f"FROM {own}, jsonb_populate_record(({own}.*)::scip.{table}, :body) p\nWHERE {found}\n{looks.returning}"))
    if rest:
        looks.parts.append(("parts AS MATERIALIZED", f"SELECT {commas(key)}, {function} FROM upd"))
    return looks.text("parts" if rest else "upd", rule=rule_when(f"own.{gone} IS NOT NULL") if gone else "")


def change_all(resource, operation):
    """PATCH of a collection: of each record that an item of the body names, by its key and version, what else the item says; all or none.
    The looks are those at one record, and errors points at the items that are of another version."""
    parameter, above, listed = parameters_of(resource.path)[-1], parameters_of(operation.path)[0], operation.body[0]
    key, columns, whole = resource.column(parameter), resource.table.key, resource.table.to(resource.parents[above][0])
    word = next(each for each in (parameter, resource.get("key", {}).get(parameter)) if each in operation.items)
    return template(
        "change_all.sql", table=resource.table_name, parent=resource.parent(above, "SELECT x.id"), items=listed, word=word, key=key,
        type=resource.table.types[key], whole=whole, same=f"{of('t', columns)} = {of('own', columns)}",
        hold=f" AND (SELECT scip.{resource.get('hold')}(:{above}))" if resource.get("hold") else "",
        places=f"json_agg(json_build_object('pointer', '/body/{listed}/' || (w.n - 1), 'detail', ",
        sets=commas(f"{shown} = p.{shown}" for shown in operation.items if shown not in (word, "version")))


def remove(resource, operation):
    """DELETE: the record, if it is still of the version that is named."""
    table, key, noted = resource.table_name, resource.table.key, reasoned(resource, operation)
    if "If-Match" not in operation.headers:
        return f"DELETE FROM scip.{table}\nWHERE {resource.rows(resource.path)}\nRETURNING NULL::int AS _status"
    subjects = [column for column in ("hub_id", "group_id") if noted and column in resource.table.types and column not in key]
    looks = Looks(resource, operation, "FOR UPDATE", commas([*key, "version", *subjects]), noted=commas(key))
    looks.parts.append(("gone", f"DELETE FROM scip.{table} t USING {looks.own}\nWHERE {looks.found()}\n{looks.returning}"))
    return looks.text("gone")


def location(resource, operation, key):
    """The address of what was made: that of the read that answers, or of the record."""
    path = resource.world.operations[operation.answer].path if operation.answer else resource.path
    given = parameters_of(operation.path)
    return address_of(path, lambda parameter: f":{parameter}" if parameter in given else key)


def create(resource, operation):
    """PUT of a record, which makes it where its address is free and may replace the one before, or POST to its collection."""
    table, put, noted, above = resource.table_name, operation.method == "PUT", reasoned(resource, operation), resource.above(resource.path)
    sets, defaults, hold = resource.get("set", {}), resource.get("default", {}), resource.get("hold")
    (columns, rest, function), row, key = of_body(resource, operation), {}, None
    for parameter in parameters_of(resource.path):
        if parameter in resource.parents:
            row[resource.table.to(resource.parents[parameter][0])] = "x.id"
        elif put or parameter in parameters_of(operation.path):
            row[resource.column(parameter)] = resource.value(parameter)
        else:
            key = resource.column(parameter)
            row[key] = ":new_id"
    address = dict(row)
    for column, value in columns.values():
        default = None if column in sets else defaults.get(column) or resource.table.defaults.get(column)
        row.setdefault(column, f"coalesce({value}, {default})" if default else re.sub(r"own\.\w+", "NULL", value))
    for column, value in (sets | defaults).items():  # what the body does not name
        if "own." not in value and {*re.findall(r"(?<!:):(\w+)", value)} <= {"body", *operation.body}:
            row.setdefault(column, value)
    sources = [f"jsonb_populate_record(NULL::scip.{table}, :body) p"] if any(re.search(r"\bp\.", value) for value in row.values()) else []
    where = [*(f"{value} IS NOT NULL" for value in address.values() if "period_name" in value), resource.get("exists")]
    insert = f"INSERT INTO scip.{table} ({commas(row)})\nSELECT {commas(row.values())}"
    if "If-Match" in operation.headers:
        given = {column: row[column] for column, _ in columns.values()}
        return replace(resource, operation, row, address, given, (rest, function), sources, where)
    resource.refuse_when({f"{operation.id}: only a PUT that may replace takes {commas(rest or ['reason'])}": rest or noted})
    if not put and not hold:
        if above:
            source, condition = resource.parent(above, "").removeprefix(" FROM ").split(" WHERE ", 1)
            sources, where = [source] + sources, [condition] + where
        return f"{insert}{clauses(sources, where)}\nRETURNING {location(resource, operation, key)} AS _location"
    parts = []
    if above:
        held = f", scip.{hold}(x.id) AS held" if hold else ""
        parts.append(("it AS MATERIALIZED" if hold else "it", every([resource.parent(above, f"SELECT x.id{held}"), *where])))
        sources, where = ["it x"] + sources, ["x.held"] if hold else []
    insert += clauses(sources, where) + (f"\nON CONFLICT ({commas(address)}) DO NOTHING" if put else "")
    parts.append(("made", f"{insert}\nRETURNING {commas(resource.table.key) if put else key}"))
    if not put:
        return (parts_of(*parts) + "SELECT CASE WHEN NOT it.held THEN 403 END AS _status,\n"
                f"       {location(resource, operation, 'made.' + key)} AS _location\nFROM it LEFT JOIN made ON true")
    return (parts_of(*parts) + f"SELECT CASE WHEN NOT EXISTS (SELECT FROM made) THEN 412 END AS _status,\n"
            f"       {location(resource, operation, None)} AS _location" + ("\nFROM it" if above else ""))


def replace(resource, operation, row, address, sets, more, sources, where):
    """PUT with either precondition: the new row where there is none, or all that the body may say in the row of that version."""
    table, key, above, gone = resource.table_name, resource.table.key, resource.above(resource.path), resource.get("gone")
    new, noted, (rest, function) = "0 = ANY (:if_match)", reasoned(resource, operation), more
    new = f"(:if_match IS NULL OR {new})" if resource.get("always") else new
    looks = Looks(resource, operation, "FOR NO KEY UPDATE", commas([*key, "version", gone]))
    it = every([resource.parent(above, "SELECT x.id"), *where]) if above else every(where) and f"SELECT WHERE {every(where)}"
    it = [("it", it)] if it else []
    parts = it + looks.parts
    if noted:
        taken = f"EXISTS (SELECT FROM scip.{table} t WHERE {every(f't.{column} = {value}' for column, value in address.items())})"
        wanted = f"CASE WHEN {new} THEN NOT {taken}\n                     ELSE EXISTS (SELECT FROM own WHERE {MATCH.format('own.')}) END"
        text = f"SELECT id FROM it x\nWHERE CASE WHEN {wanted}\n           THEN {correct(resource, 'id')} END"
        parts.append(("noted AS MATERIALIZED", text))
    sources = [f"{'noted' if noted else 'it'} x"][:len(it)] + sources
    parts.append(("upd", f"UPDATE scip.{table} t SET {commas(f'{column} = {value}' for column, value in sets.items())}"
                  f"{clauses(['own', *sources], [looks.found(gone and f'own.{gone} IS NULL')])}\n{looks.returning}"))
    parts.append(("made", f"INSERT INTO scip.{table} ({commas(row)})\nSELECT {commas(row.values())}\nFROM {commas(sources)}\nWHERE {new}\n"
                  f"ON CONFLICT ({commas(address)}) DO NOTHING\nRETURNING {commas(key)}"))
    parts.append(("done", f"SELECT {commas(key)}, true AS is_new FROM made UNION ALL SELECT {commas(key)}, false FROM upd"))
    if rest:  # a list that the body does not name is empty
        whole = f"'{json.dumps(dict.fromkeys(rest, []))}' || :body"
        parts.append(("parts AS MATERIALIZED", f"SELECT is_new, {function.replace(':body', whole)} FROM done"))
    known, refused, rule = f"NOT coalesce({new}, false)", "", ""
    if looks.seen:
        refused = f"WHEN {known} AND EXISTS (SELECT FROM vis) AND NOT EXISTS (SELECT FROM own) THEN 403 "
    if gone:
        rule = rule_when(f"{known} AND (SELECT {gone} FROM own) IS NOT NULL")
    return (parts_of(*parts) + f"SELECT CASE WHEN is_new THEN 201 WHEN NOT is_new THEN 200 {refused}ELSE 412 END AS _status{rule},\n"
            f"       {location(resource, operation, None)} AS _location\n"
            f"FROM {'it' if it else '(SELECT) it'} LEFT JOIN {'parts' if rest else 'done'} ON true")
