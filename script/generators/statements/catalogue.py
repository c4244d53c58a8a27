"""The relations of the schema scip, as the catalogue of a database has them: columns, defaults, keys, generated columns."""
from types import SimpleNamespace

from generators.database import ask

CATALOGUE = """
SELECT json_object_agg(c.relname, json_build_object('types', types, 'generated', generated, 'defaults', defaults, 'arrays', arrays,
                                                    'key', key, 'references', refers))
FROM pg_class c, LATERAL (
  SELECT json_object_agg(a.attname, format_type(a.atttypid, a.atttypmod) ORDER BY a.attnum) AS types,
         coalesce(json_agg(a.attname) FILTER (WHERE is_made), '[]') AS generated,
         coalesce(json_object_agg(a.attname, pg_get_expr(d.adbin, d.adrelid)) FILTER (WHERE NOT is_made AND d.oid IS NOT NULL), '{}')
           AS defaults,
         coalesce(json_agg(a.attname) FILTER (WHERE coalesce(nullif(t.typbasetype, 0), t.oid)::regtype::text LIKE '%[]'), '[]') AS arrays
  FROM pg_attribute a JOIN pg_type t ON t.oid = a.atttypid LEFT JOIN pg_attrdef d ON d.adrelid = a.attrelid AND d.adnum = a.attnum,
       LATERAL (SELECT a.attgenerated <> '' OR a.attidentity <> '' AS is_made) made
  WHERE a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped) columns, LATERAL (
  SELECT coalesce(json_agg(a.attname ORDER BY u.n) FILTER (WHERE k.contype = 'p'), '[]') AS key,
         coalesce(json_object_agg(a.attname, f.relname ORDER BY k.conname) FILTER (WHERE f.oid IS NOT NULL AND cardinality(k.conkey) = 1),
                  '{}') AS refers
  FROM pg_constraint k LEFT JOIN pg_class f ON f.oid = k.confrelid, unnest(k.conkey) WITH ORDINALITY u (key, n), pg_attribute a
  WHERE k.conrelid = c.oid AND a.attrelid = c.oid AND a.attnum = u.key) constraints
WHERE c.relnamespace = 'scip'::regnamespace AND c.relkind IN ('r', 'v', 'p')"""


class Relation(SimpleNamespace):
    """A table or a view of the schema scip; only a table has a key."""

    def to(self, table):
        """The column that refers to a table, or None."""
        return next((column for column, referred in self.references.items() if referred == table), None)


def catalogue():
    """The relations by name."""
    return {name: Relation(**said) for name, said in ask(CATALOGUE).items()}
