-- Every write leaves three rows in its own transaction: who did it (audit), what the row became (history), and
-- which record others have to read again (change). One trigger a table writes them, so no operation can forget.
BEGIN;
SET LOCAL client_min_messages = warning;

-- Append only. People are named by their account alone, and no value stands here: history has those.
CREATE TABLE scip.audit (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  at timestamptz NOT NULL DEFAULT now(),
  xid xid8 NOT NULL DEFAULT pg_current_xact_id(),
  account_id uuid,
  request text,
  operation text,
  "table" text NOT NULL,
  record text NOT NULL,
  op text NOT NULL CHECK (op IN ('INSERT', 'UPDATE', 'DELETE')),
  columns text[]
);
CREATE INDEX ON scip.audit ("table", record, id);
CREATE INDEX ON scip.audit (account_id, id);

-- What a row was from `at` on; NULL after its end. Personal columns are left out where there are any.
CREATE TABLE scip.history (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  at timestamptz NOT NULL DEFAULT now(),
  xid xid8 NOT NULL DEFAULT pg_current_xact_id(),
  "table" text NOT NULL,
  record text NOT NULL,
  row jsonb
);
CREATE INDEX ON scip.history ("table", record, id);

CALL scip.protect('audit', 'history');
CREATE TRIGGER refuse_change BEFORE UPDATE OR DELETE OR TRUNCATE ON scip.audit
  FOR EACH STATEMENT EXECUTE FUNCTION scip.refuse_change();
GRANT SELECT ON scip.audit, scip.history TO scip_writer;
CREATE POLICY central ON scip.audit FOR SELECT TO scip_writer USING ((SELECT ctx.central()));
CREATE POLICY central ON scip.history FOR SELECT TO scip_writer USING ((SELECT ctx.central()));

-- What changed so far told only that something had: nobody follows it yet.
DROP FUNCTION scip.note_change CASCADE;
DROP PROCEDURE scip.watch;
DELETE FROM scip.change;
ALTER TABLE scip.change
  ADD COLUMN at timestamptz NOT NULL DEFAULT now(),
  ADD COLUMN key text NOT NULL,
  ADD COLUMN op text NOT NULL CHECK (op IN ('changed', 'deleted', 'redacted')),
  ADD COLUMN audience text[] NOT NULL CHECK (cardinality(audience) > 0),
  ADD CONSTRAINT change_once UNIQUE (xid, kind, key, op, audience);
COMMENT ON COLUMN scip.change.audience IS 'Who may see that it changed: words of ctx.audiences()';
DROP POLICY read ON scip.change;
CREATE POLICY read ON scip.change FOR SELECT TO scip_anonymous, scip_writer
  USING (audience && (SELECT ctx.audiences()) OR (SELECT ctx.central()));

-- Where the record of a row is: its kind, and an expression over the row r for its key.
CREATE TABLE scip.record_kind (
  "table" text PRIMARY KEY,
  kind text,
  key text NOT NULL
);
CALL scip.protect('record_kind');
-- Whether words are being taken out of records: then their rules, which are for what people write, do not ask.
CREATE FUNCTION scip.redacting() RETURNS boolean LANGUAGE sql STABLE PARALLEL SAFE
RETURN coalesce(current_setting('scip.redacting', true), '') <> '';
GRANT EXECUTE ON FUNCTION scip.redacting TO scip_anonymous, scip_writer;

-- Makes table t keep its records. kind and key name the resource that others see; key and audience are
-- expressions over the row r, as is record, its identity. part: a row of a larger record, whose coming and going changes that record.
-- Without kind only audit and history are written; personal columns go into neither, nor do generated ones.
CREATE PROCEDURE scip.keep_records(t text, kind text, key text DEFAULT 'r.slug', audience text DEFAULT $a$ARRAY['public']$a$,
                                   part boolean DEFAULT false, record text DEFAULT 'r.id', personal text[] DEFAULT '{}')
LANGUAGE plpgsql AS $make$
BEGIN
  -- what follows from other columns is not written down again
  personal := personal || ARRAY(SELECT attname::text FROM pg_attribute
                                WHERE attrelid = format('scip.%I', t)::regclass AND attgenerated <> '' ORDER BY attname);
  -- where a transaction says something again: of a record the last word counts, its parts say one thing only
  EXECUTE format($function$
    CREATE FUNCTION scip.record_%1$s() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = scip, pg_temp AS $body$
    DECLARE
      r scip.%1$I;
      old_row jsonb; new_row jsonb; record text;
      old_key text; new_key text;
      old_audience text[]; new_audience text[];
    BEGIN
      IF TG_OP <> 'INSERT' THEN
        r := OLD; old_row := to_jsonb(OLD) - %5$L::text[]; record := %6$s; old_key := %3$s; old_audience := %4$s;
      END IF;
      IF TG_OP <> 'DELETE' THEN
        r := NEW; new_row := to_jsonb(NEW) - %5$L::text[]; record := %6$s; new_key := %3$s; new_audience := %4$s;
      END IF;
      INSERT INTO audit (account_id, request, operation, "table", record, op, columns)
      VALUES (ctx.account(), ctx.request(), ctx.operation(), TG_TABLE_NAME, record, TG_OP,
              CASE TG_OP WHEN 'UPDATE' THEN ARRAY(SELECT n.key FROM jsonb_each(new_row) n
                                                  WHERE n.value IS DISTINCT FROM old_row -> n.key) END);
      INSERT INTO history ("table", record, row) VALUES (TG_TABLE_NAME, record, new_row);
      IF %2$L IS NULL THEN
        RETURN NULL;
      END IF;
      INSERT INTO change (kind, key, op, audience)
      SELECT %2$L, c.key, c.op, c.audience
      FROM (VALUES (1, old_key, CASE WHEN %7$L THEN 'changed' ELSE 'deleted' END,
                    CASE WHEN TG_OP = 'DELETE' OR old_key <> new_key THEN old_audience
                         ELSE ARRAY(SELECT unnest(old_audience) EXCEPT SELECT unnest(new_audience)) END),
                   (2, new_key, CASE WHEN scip.redacting() THEN 'redacted' ELSE 'changed' END, new_audience)) c (n, key, op, audience)
      WHERE c.key IS NOT NULL AND cardinality(c.audience) > 0 ORDER BY n
      ON CONFLICT (xid, kind, key, op, audience) %8$s;
      RETURN NULL;
    END $body$
    $function$, t, kind, key, audience, personal, record, part,
    CASE WHEN part THEN 'DO NOTHING' ELSE 'DO UPDATE SET id = DEFAULT' END);
  EXECUTE format('CREATE TRIGGER keep_records AFTER INSERT OR UPDATE OR DELETE ON scip.%1$I '
                 'FOR EACH ROW EXECUTE FUNCTION scip.record_%1$s()', t);
  INSERT INTO scip.record_kind VALUES (t, kind, key) ON CONFLICT ("table") DO UPDATE SET kind = EXCLUDED.kind, key = EXCLUDED.key;
  -- history begins with what there is
  EXECUTE format('INSERT INTO scip.history ("table", record, row) SELECT %L, %s, to_jsonb(r) - %L::text[] FROM scip.%I r',
                 t, record, personal, t);
END $make$;

CALL scip.keep_records('region', 'region');
CALL scip.keep_records('organisation', 'organisation');
CALL scip.keep_records('organisation_name', 'organisation', '(SELECT o.slug FROM organisation o WHERE o.id = r.organisation_id)', part => true);
CALL scip.keep_records('organisation_category', 'organisation', '(SELECT o.slug FROM organisation o WHERE o.id = r.organisation_id)', part => true);
CALL scip.keep_records('organisation_identifier', 'organisation', '(SELECT o.slug FROM organisation o WHERE o.id = r.organisation_id)', part => true, record => 'r.identifier');
CALL scip.keep_records('organisation_partnership', 'organisation', '(SELECT o.slug FROM organisation o WHERE o.id = r.organisation_id)', part => true);
CALL scip.keep_records('organisation_former_slug', 'organisation', '(SELECT o.slug FROM organisation o WHERE o.id = r.organisation_id)', part => true, record => 'r.slug');
CALL scip.keep_records('hub', 'hub');
CALL scip.keep_records('hub_region', 'hub', '(SELECT h.slug FROM hub h WHERE h.id = r.hub_id)', part => true, record => 'concat_ws(''/'', r.hub_id, r.region_id)');
CALL scip.keep_records('hub_name', 'hub', '(SELECT h.slug FROM hub h WHERE h.id = r.hub_id)', part => true);
CALL scip.keep_records('hub_status', 'hub', '(SELECT h.slug FROM hub h WHERE h.id = r.hub_id)', part => true);
CALL scip.keep_records('hub_lead', 'hub', '(SELECT h.slug FROM hub h WHERE h.id = r.hub_id)', part => true);
CALL scip.keep_records('hub_former_slug', 'hub', '(SELECT h.slug FROM hub h WHERE h.id = r.hub_id)', part => true, record => 'r.slug');
CALL scip.keep_records('event', 'event');
CALL scip.keep_records('document', 'document');
CALL scip.keep_records('news', 'news');
CALL scip.keep_records('policy_contribution', 'policy_contribution');
CALL scip.keep_records('alliance_group', 'group');
CALL scip.keep_records('group_organisation', 'group', '(SELECT g.slug FROM alliance_group g WHERE g.id = r.group_id)', part => true, record => 'concat_ws(''/'', r.group_id, r.organisation_id)');
CALL scip.keep_records('toolkit_principle', 'toolkit_principle');
CALL scip.keep_records('toolkit_fact', 'toolkit_fact');
CALL scip.keep_records('strategy', 'strategy');
CALL scip.keep_records('strategy_theme', 'strategy', '(SELECT s.slug FROM strategy s WHERE s.id = r.strategy_id)', part => true);
CALL scip.keep_records('headline_figure', 'headline_figure');
-- Accounts are the central team's and their own; what clients prove themselves with stands nowhere else.
CALL scip.keep_records('account', 'account', 'r.id', 'ARRAY[''account:'' || r.id]', personal => '{subject}');
CALL scip.keep_records('account_role', 'account', '(SELECT a.id FROM account a WHERE a.id = r.account_id)', 'ARRAY[''account:'' || r.account_id]', part => true);
CALL scip.keep_records('client_secret', 'account', '(SELECT a.id FROM account a WHERE a.id = r.account_id)', 'ARRAY[''account:'' || r.account_id]', part => true, personal => '{sha256}');
CALL scip.keep_records('client_keys', 'account', '(SELECT a.id FROM account a WHERE a.id = r.account_id)', 'ARRAY[''account:'' || r.account_id]', part => true, record => 'r.account_id');

-- What writers do not own is done for them: slugs given up, leads counted.
ALTER FUNCTION scip.retire_slug SECURITY DEFINER SET search_path = scip, pg_temp;
ALTER FUNCTION scip.refuse_live_slug SECURITY DEFINER SET search_path = scip, pg_temp;
ALTER FUNCTION scip.check_hub_leads SECURITY DEFINER SET search_path = scip, pg_temp;

-- The central team writes these tables; who else may write one has a policy of its own.
CREATE PROCEDURE scip.let_central_write(VARIADIC tables text[])
LANGUAGE plpgsql AS $$
DECLARE
  t text;
BEGIN
  FOREACH t IN ARRAY tables LOOP
    EXECUTE format('GRANT INSERT, UPDATE, DELETE ON scip.%I TO scip_writer', t);
    EXECUTE format('CREATE POLICY central_insert ON scip.%I FOR INSERT TO scip_writer WITH CHECK ((SELECT ctx.central()))', t);
    EXECUTE format('CREATE POLICY central_update ON scip.%I FOR UPDATE TO scip_writer USING ((SELECT ctx.central()))', t);
    EXECUTE format('CREATE POLICY central_delete ON scip.%I FOR DELETE TO scip_writer USING ((SELECT ctx.central()))', t);
  END LOOP;
END $$;
CALL scip.let_central_write('organisation', 'organisation_name', 'organisation_category', 'organisation_identifier',
  'organisation_partnership', 'hub', 'hub_region', 'hub_name', 'hub_status', 'hub_lead', 'document', 'news',
  'policy_contribution', 'alliance_group', 'group_organisation', 'toolkit_principle', 'toolkit_fact', 'strategy',
  'strategy_theme', 'headline_figure');
-- A partner keeps its own profile.
CREATE POLICY partner_update ON scip.organisation FOR UPDATE TO scip_writer
  USING (id = ANY ((SELECT ctx.organisations())::bigint[]));

COMMIT;
