"""What a statement is made of: an operation, and the resource that it is one of."""
import functools
import re

from generators.nodes import hold, refuse
from generators.shapes import LIST, RESOURCE, check
from generators.statements.sql import every, name


class Operation:
    """What a statement needs to know of what the engine reads of an operation."""

    def __init__(self, engine, made):
        self.id, self.path, self.method, self.media, self.list = (made[key] for key in ("id", "path", "method", "media", "list"))
        parameters, body = [*map(engine.parameter_of, made["parameters"])], engine.properties(made.get("body"))
        self.query = {each["name"]: engine.of(each["schema"]) for each in parameters if each["in"] == "query"}
        self.headers = {each["name"] for each in parameters if each["in"] == "header"}
        self.body, self.answer = [*body], made.get("answer")
        self.items = [name for each in body.values() for name in engine.properties(engine.of(each).get("items"))]
        shown = engine.properties(made.get("item"))
        self.shows, self.links = [*shown], {name: to for name, each in shown.items() if (to := collection(engine, each))}
        self.central = made.get("roles") == "central" and not made["anonymous"]


def collection(engine, schema):
    """The collection (people) of the record to which a property leads by its id, as the pattern of the href says; None: it is no such."""
    known = engine.properties(engine.of(schema).get("anyOf", [schema])[0])
    found = re.fullmatch(r"\^/v1/(.+)/", engine.of(known["href"]).get("pattern", "")) if [*known] == ["id", "href"] else None
    return found and found[1]


def parameters_of(path):
    return re.findall(r"{(\w+)}", path)


def shape_of(path):
    """A path whatever its parameters are called."""
    return re.sub(r"{\w+}", "{}", path)


def address_of(path, value):
    """A path as an expression, with the value of each of its parameters."""
    return " || ".join(value(part[1:-1]) if part[0] == "{" else f"'{part}'" for part in re.split(r"({\w+})", path) if part)


class Resource:
    """A description, with what follows from its path."""

    def __init__(self, world, path, said):
        self.world, self.path, self.said = world, path, said
        check(said, path, RESOURCE)
        check(said.get("list", {}), f"the list of {path}", LIST)
        for key in said.keys() & {"table", "view"}:
            hold(said.at[key], {f"there is no relation {said[key]}": said[key] not in world.relations}, refuse)
        self.table_name, self.view_name, self.list = said.get("table"), said.get("view"), said.get("list")
        self.table, self.view = world.relations.get(self.table_name), world.relations.get(self.view_name)

    def get(self, key, default=None):
        return self.said.get(key, default)

    def refuse_when(self, messages):
        hold(self.said, {f"{self.path}: {message}": wrong for message, wrong in messages.items()}, refuse)

    @functools.cached_property
    def parents(self):
        """Path parameter to table and column of the record above that it names."""
        found = {}
        for match in re.finditer(r"{(\w+)}", self.path):
            above = self.world.shapes.get(shape_of(self.path[:match.end()]))
            is_other = above and above is not self and above.table_name and above.table_name != self.table_name
            if is_other and (not self.table or self.table.to(above.table_name)):
                found[match[1]] = above.table_name, parameters_of(above.path)[-1]
        return found

    def above(self, path):
        """The parameter that names the record above, or None."""
        return next((parameter for parameter in parameters_of(path) if parameter in self.parents), None)

    def parent(self, parameter, select="SELECT x.id", seen=True):
        """The row of a record above."""
        table, column = self.parents[parameter]
        return f"{select} FROM scip.{table} x WHERE {every([f'x.{column} = :{parameter}', self.get('seen') if seen else None])}"

    def value(self, parameter):
        """Periods may be spelt in several ways."""
        return f"scip.period_name(:{parameter})" if parameter == self.get("period") else f":{parameter}"

    def known(self, relation, parameter, columns):
        """What a parameter is in the table or the view: what key says, or else the first of these columns that there is."""
        called = self.table_name if relation is self.table else self.view_name
        column = next(filter(relation.types.__contains__, [self.get("key", {}).get(parameter), *columns]), None)
        self.refuse_when({f"{parameter} is no column of {called}": not column})
        return column

    def column(self, parameter):
        """The column of the table that a path parameter of the record itself is."""
        return self.known(self.table, parameter, [parameter, parameter + "_id"])

    def rows(self, path):
        """The condition of the record of a path in the table."""
        said = []
        for parameter in parameters_of(path):
            table, column = self.parents.get(parameter, (None, None))
            sought = f"({self.parent(parameter, seen=False)})" if column == "slug" else self.value(parameter)
            said.append(f"{self.table.to(table) if table else self.column(parameter)} = {sought}")
        return every([*said, self.get("rows")])

    def view_column(self, parameter):
        """The column of the view that a path parameter is."""
        above = self.parents.get(parameter, (None,))[0]
        called = self.world.called.get(above, above)
        columns = [self.view.to(above), f"_{called}", f"_{called}_id"] if above else []
        return self.known(self.view, parameter, [*columns, parameter, "_" + parameter, called])

    def view_rows(self, path):
        """The conditions of the records of a path in the view."""
        said = []
        for parameter in parameters_of(path):
            column = self.view_column(parameter)
            sought = f"({self.parent(parameter)})" if column.endswith("_id") and parameter == "slug" else self.value(parameter)
            said.append(f"{name(column)} = {sought}")
        return [*said, self.get("where")]

    def columns(self, operation):
        """What the answer shows, as columns of the view."""
        types, special = self.view.types, self.get("columns", {}) | self.get("words", {})
        said = []
        for shown in operation.shows:
            self.refuse_when({f"{operation.id}: {shown} is no column of {self.view_name}": shown not in {**special, **types, "href": None}})
            made = special.get(shown) or (f"array_to_json({name(shown)})" if shown in self.view.arrays else None)
            if shown == "href" and not made and shown not in types:  # a table has none
                made = address_of(self.path, lambda parameter: name(self.view_column(parameter)))
            made = self.link(operation.links[shown], made or name(shown)) if shown in operation.links else made
            said.append(f"{made} AS {name(shown)}" if made else name(shown))
        said += ["_geometry"] if "application/geo+json" in operation.media else []
        said += [column for column in types if column.startswith("_ical")] if "text/calendar" in operation.media else []
        if operation.list:
            return said + [f"{expression} AS {column}" for column, expression in self.list.get("columns", {}).items()]
        if "_version" in types:
            return said + ["_version"]
        versioned = "_version" in special or "version" in types and "version" not in [*operation.shows, *special.values()]
        return said + ([f"{special.get('_version', 'version')} AS _version"] if versioned else [])

    def link(self, collection, id):
        """The link to a record by its id: with the address, where the caller may read the record there."""
        to = self.world.shapes[f"/v1/{collection}/{{}}"]
        may = " AND (SELECT ctx.central())" if self.world.reads[to].central else ""
        return f"scip.link_id('{collection}', {id}, (SELECT l.id FROM scip.{to.table_name} l WHERE l.id = {id}{may}))"

    def version(self):
        """The column of the table, or what the version is of one that has none."""
        return f"{self.get('version')} AS version" if self.get("version") else "version"

    def record(self):
        """The address of the record, as the operation names it."""
        return address_of(self.path, lambda parameter: f":{parameter}")
