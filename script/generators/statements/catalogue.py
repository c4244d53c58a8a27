"""The relations of the schema scip, as the catalogue of a database has them: columns, defaults, keys, generated columns."""
from generators.database import ask

CATALOGUE = """
SELECT json_build_object('columns', (
  SELECT json_agg(json_build_array(c.relname, a.attname, format_type(a.atttypid, a.atttypmod), a.attgenerated <> '' OR a.attidentity <> '',
                                   pg_get_expr(d.adbin, d.adrelid), coalesce(nullif(t.typbasetype, 0), t.oid)::regtype::text LIKE '%[]')
                  ORDER BY c.relname, a.attnum)
  FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid JOIN pg_type t ON t.oid = a.atttypid
  LEFT JOIN pg_attrdef d ON d.adrelid = c.oid AND d.adnum = a.attnum
  WHERE c.relnamespace = 'scip'::regnamespace AND c.relkind IN ('r', 'v', 'p') AND a.attnum > 0 AND NOT a.attisdropped
), 'constraints', (
  SELECT json_agg(json_build_array(c.relname, k.contype, f.relname,
           (SELECT json_agg(a.attname ORDER BY u.n) FROM unnest(k.conkey) WITH ORDINALITY u (key, n)
            JOIN pg_attribute a ON a.attrelid = k.conrelid AND a.attnum = u.key)) ORDER BY c.relname, k.conname)
  FROM pg_constraint k JOIN pg_class c ON c.oid = k.conrelid LEFT JOIN pg_class f ON f.oid = k.confrelid
  WHERE k.connamespace = 'scip'::regnamespace AND k.contype IN ('p', 'f')))"""


class Relation:
    """A table or a view of the schema scip; only a table has a key."""

    def __init__(self):
        self.types, self.generated, self.defaults, self.arrays, self.key, self.references = {}, set(), {}, set(), [], {}

    def to(self, table):
        """The column that refers to a table, or None."""
        return next((column for column, referred in self.references.items() if referred == table), None)


def catalogue():
    """The relations by name."""
    said, relations = ask(CATALOGUE), {}
    for relation, column, kind, generated, default, array in said["columns"]:
        relation = relations.setdefault(relation, Relation())
        relation.types[column] = kind
        relation.generated |= {column} if generated else set()
        relation.arrays |= {column} if array else set()
        relation.defaults |= {column: default} if default and not generated else {}
    for relation, kind, referred, columns in said["constraints"]:
        if kind == "p":
            relations[relation].key = columns
        elif len(columns) == 1:
            relations[relation].references[columns[0]] = referred
    return relations
