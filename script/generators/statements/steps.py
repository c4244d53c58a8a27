"""Statements of a step: a change of state, and functions that do more."""
import re

from generators.statements.sql import commas, every, of, parts_of, rule_when
from generators.statements.writes import MATCH, Looks, correct, location, reasoned, the_seen


def step(resource, operation, said):
    """A change of state, with what the body says of it; which may follow which is the table's to say, or from says it."""
    table, key, rows = f"scip.{resource.table_name}", resource.table.key, resource.rows(resource.path)
    before, wanted, only = (said.get(word) for word in ("from", "wants", "if"))
    values = {column: value for column, value in said.items() if column not in ("from", "unless", "wants", "if")}
    noted = reasoned(resource, operation) and ":reason" not in values.values()
    taken = {*re.findall(r"(?<!:):(\w+)", " ".join(values.values())), *(["reason"] if noted else [])}
    others = commas(sorted({*operation.body} - taken))
    resource.refuse_when({f"{operation.id}: nothing takes {others}": others})
    sets = commas(f"{column} = " + (f"'{value}'" if re.fullmatch(r"[a-z_]+", value) else value) for column, value in values.items())
    keys, returned = commas(key), f"\nRETURNING {commas('t.' + column for column in key)}"
    vis = ("vis", f"SELECT {keys} FROM {table} WHERE {rows}")
    if before and "If-Match" not in operation.headers:
        own = f"SELECT {keys}, {before} AS ready FROM {table} WHERE {rows} FOR NO KEY UPDATE"
        found = every([f"{of('t', key)} = {of('own', key)}", "own.ready", wanted])
        upd = f"UPDATE {table} t SET {sets}\nFROM own WHERE {found}"
        return (parts_of(("own AS MATERIALIZED", own), ("upd", upd + returned)) + f"SELECT CASE WHEN NOT own.ready THEN '{said['unless']}'"
                + (f" WHEN upd.{key[0]} IS NULL THEN 'text-blank'" if wanted else "")
                + f" END AS _rule\nFROM own LEFT JOIN upd USING ({keys})")
    if "If-Match" in operation.headers:
        looks = Looks(resource, operation, "FOR NO KEY UPDATE", commas([*key, resource.version(), before and f"{before} AS ready"]))
        found = looks.found(before and "own.ready", only and f"t.{only}")
        looks.parts.append(("upd", f"UPDATE {table} t SET {sets}\nFROM own WHERE {found}{returned}"))
        return looks.text("upd", only and f"WHEN NOT {MATCH.format('own.')} THEN 412",
                          rule_when("NOT own.ready", said["unless"]) if before else "")
    if only:
        return parts_of(vis, ("upd", f"UPDATE {table} SET {sets} WHERE {rows} AND {only}")) + "SELECT NULL::int AS _status FROM vis"
    if operation.central and not noted:
        return f"UPDATE {table} SET {sets}\nWHERE {rows}\nRETURNING NULL::int AS _status"
    parts = [vis, ("upd", f"UPDATE {table} SET {sets} WHERE {the_seen(key)} RETURNING {keys}")]
    if noted:
        subjects = [column for column in ("hub_id", "group_id") if column in resource.table.types]
        parts[1:] = [("own AS MATERIALIZED", f"SELECT {commas(key + subjects)} FROM {table} WHERE {the_seen(key)} FOR NO KEY UPDATE"),
                     ("noted AS MATERIALIZED", f"SELECT {keys} FROM own WHERE {correct(resource)}"),
                     ("upd", f"UPDATE {table} t SET {sets}\nFROM noted WHERE {of('t', key)} = {of('noted', key)}{returned}")]
    return parts_of(*parts) + f"SELECT CASE WHEN upd.{key[0]} IS NULL THEN 403 END AS _status\nFROM vis LEFT JOIN upd USING ({keys})"


def call(resource, operation, function):
    """A function that says whether there is such a record; NULL: it is not of a version that is wanted."""
    if "If-Match" in operation.headers:
        own = f"SELECT version FROM scip.{resource.table_name} WHERE {resource.rows(resource.path)} FOR NO KEY UPDATE"
        done = f"SELECT {function} AS may FROM own WHERE {MATCH.format('')}"
        return (parts_of(("own AS MATERIALIZED", own), ("done AS MATERIALIZED", done))
                + "SELECT CASE WHEN NOT may THEN 404 WHEN may IS NULL THEN 412 END AS _status\nFROM own LEFT JOIN done ON true")
    if "If-None-Match" in operation.headers:
        return f"SELECT CASE WHEN NOT may THEN 404 WHEN may IS NULL THEN 412 END AS _status\nFROM {function} may"
    made = f",\n       {location(resource, operation, ':new_id')} AS _location" if ":new_id" in function else ""
    return f"SELECT CASE WHEN NOT {function} THEN 404 END AS _status{made}"


def make(resource, operation, function):
    """A function that makes a record and gives its key."""
    return f"SELECT {location(resource, operation, function)} AS _location"


def act(resource, operation, function):
    """A function on a record that is seen, which says whether the caller may; NULL, or not called: it is not of a version that is wanted.
    One that takes :if_match looks itself."""
    if "If-Match" in operation.headers and ":if_match" not in function:
        key, columns = commas(resource.table.key), [c for c in resource.table.types if re.search(rf"(?<!:)\b{c}\b", function)]
        looks = Looks(resource, operation, "FOR NO KEY UPDATE", commas(dict.fromkeys([*resource.table.key, "version", *columns])))
        looks.parts.append(("done AS MATERIALIZED", f"SELECT {key}, {function} AS may FROM own WHERE {MATCH.format('')}"))
        return looks.text("done", "WHEN may IS NULL THEN 412 WHEN NOT may THEN 403")
    other = " WHEN may IS NULL THEN 412" if ":if_match" in function else ""
    vis = f"SELECT * FROM scip.{resource.table_name} WHERE {resource.rows(resource.path)}"
    return (parts_of(("vis", vis), ("done AS MATERIALIZED", f"SELECT {function} AS may FROM vis"))
            + f"SELECT CASE WHEN NOT may THEN 403{other} END AS _status FROM done")
