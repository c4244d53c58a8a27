-- What changed in which transaction: the freshness of cached answers. Every table notes it by itself.
BEGIN;

CREATE TABLE scip.change (
  xid xid8 NOT NULL DEFAULT pg_current_xact_id(),
  id bigint GENERATED ALWAYS AS IDENTITY,
  kind text NOT NULL,
  PRIMARY KEY (xid, id)
);
CALL scip.publish('change');

-- SECURITY DEFINER: writers hold no grant on what they leave behind.
CREATE FUNCTION scip.note_change() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = scip, pg_temp AS $$
BEGIN
  INSERT INTO scip.change (kind) VALUES (TG_TABLE_NAME);
  RETURN NULL;
END $$;

-- For tables of later migrations.
CREATE PROCEDURE scip.watch(VARIADIC tables text[])
LANGUAGE plpgsql AS $$
DECLARE
  t text;
BEGIN
  FOREACH t IN ARRAY tables LOOP
    EXECUTE format('CREATE TRIGGER note_change AFTER INSERT OR UPDATE OR DELETE OR TRUNCATE ON scip.%I '
                   'FOR EACH STATEMENT EXECUTE FUNCTION scip.note_change()', t);
  END LOOP;
END $$;

DO $$
DECLARE
  tables text[] := (SELECT array_agg(relname ORDER BY relname) FROM pg_class
                    WHERE relnamespace = 'scip'::regnamespace AND relkind IN ('r', 'p') AND relname <> 'change');
BEGIN
  CALL scip.watch(VARIADIC tables);
END $$;

COMMIT;
