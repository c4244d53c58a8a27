BEGIN;
DO $$
DECLARE
  t text;
BEGIN
  FOR t IN SELECT relname FROM pg_trigger JOIN pg_class c ON c.oid = tgrelid WHERE tgname = 'keep_records' LOOP
    EXECUTE format('DROP FUNCTION scip.%I CASCADE', 'record_' || t);
  END LOOP;
  FOR t IN SELECT format('POLICY %I ON %s', polname, polrelid::regclass) FROM pg_policy
           WHERE polname IN ('central_insert', 'central_update', 'central_delete', 'partner_update') LOOP
    EXECUTE 'DROP ' || t;
  END LOOP;
  FOR t IN SELECT oid::regclass::text FROM pg_class
           WHERE relnamespace = 'scip'::regnamespace AND relkind = 'r' AND relname NOT LIKE 'account%' AND relname NOT LIKE 'client%' LOOP
    EXECUTE format('REVOKE INSERT, UPDATE, DELETE ON %s FROM scip_writer', t);
  END LOOP;
END $$;
DROP PROCEDURE scip.let_central_write;
DROP PROCEDURE scip.keep_records;
ALTER FUNCTION scip.retire_slug SECURITY INVOKER RESET ALL;
ALTER FUNCTION scip.refuse_live_slug SECURITY INVOKER RESET ALL;
ALTER FUNCTION scip.check_hub_leads SECURITY INVOKER RESET ALL;
DROP TABLE scip.audit, scip.history, scip.record_kind;
DROP FUNCTION scip.redacting;
DROP POLICY read ON scip.change;
CREATE POLICY read ON scip.change FOR SELECT TO scip_anonymous, scip_writer USING (true);
DELETE FROM scip.change;
ALTER TABLE scip.change DROP COLUMN at, DROP COLUMN key, DROP COLUMN op, DROP COLUMN audience;
-- as in changes.sql
CREATE FUNCTION scip.note_change() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = scip, pg_temp AS $$
BEGIN
  INSERT INTO scip.change (kind) VALUES (TG_TABLE_NAME);
  RETURN NULL;
END $$;
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
                    WHERE relnamespace = 'scip'::regnamespace AND relkind = 'r' AND relname <> 'change'
                      AND relname NOT IN ('account', 'account_role', 'client_secret', 'client_keys', 'spent_token', 'idempotency'));
BEGIN
  CALL scip.watch(VARIADIC tables);
END $$;
COMMIT;
