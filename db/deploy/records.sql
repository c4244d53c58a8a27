-- Every write leaves three rows in its own transaction: who did it (audit), what the row became (history), and
-- which record others have to read again (change). One trigger a table writes them, so no operation can forget.
BEGIN;
SET LOCAL client_min_messages = warning;

CREATE FUNCTION scip.refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  PERFORM scip.refuse(409, 'record-immutable', '', format('Rows of %s do not change.', TG_TABLE_NAME));
END $$;

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
CREATE INDEX ON scip.audit (at);

-- What a row was from `at` until the next one of its record; the last is the row as it stands, NULL after its end. No personal column.
CREATE TABLE scip.history (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  at timestamptz NOT NULL DEFAULT now(),
  until timestamptz NOT NULL DEFAULT 'infinity',
  xid xid8 NOT NULL DEFAULT pg_current_xact_id(),
  "table" text NOT NULL,
  record text NOT NULL,
  row jsonb
);
CREATE INDEX ON scip.history ("table", record, id DESC);
CREATE INDEX ON scip.history ("table", at) INCLUDE (record);
CREATE INDEX ON scip.history ("table", until);

CALL scip.protect('audit', 'history');
CREATE TRIGGER refuse_change BEFORE UPDATE OR DELETE OR TRUNCATE ON scip.audit
  FOR EACH STATEMENT EXECUTE FUNCTION scip.refuse_change();
GRANT SELECT ON scip.audit, scip.history TO scip_caller;

-- What changed in which transaction: who follows the changes reads them again, and cached answers are as fresh as they are.
CREATE TABLE scip.change (
  xid xid8 NOT NULL DEFAULT pg_current_xact_id(),
  id bigint GENERATED ALWAYS AS IDENTITY,
  kind text NOT NULL,
  at timestamptz NOT NULL DEFAULT now(),
  key text NOT NULL,
  op text NOT NULL CHECK (op IN ('changed', 'deleted', 'redacted')),
  audience text[] NOT NULL CHECK (cardinality(audience) > 0),
  PRIMARY KEY (xid, id),
  CONSTRAINT change_once UNIQUE (xid, kind, key, op, audience)
);
COMMENT ON COLUMN scip.change.audience IS 'Who may see that it changed: words of ctx.audiences()';
CALL scip.protect('change');
GRANT SELECT ON scip.change TO scip_anonymous, scip_caller;

-- How far changes have been removed: who follows them from before that begins again.
CREATE TABLE scip.change_cut (
  one boolean PRIMARY KEY DEFAULT true CHECK (one),
  xid xid8 NOT NULL
);
CALL scip.publish('change_cut');

-- The key of a row r, as audit and history have it.
CREATE FUNCTION scip.record_key(t text) RETURNS text LANGUAGE sql STABLE
RETURN (SELECT format(CASE count(*) WHEN 1 THEN '%s::text' ELSE 'concat_ws(''/'', %s)' END,
          string_agg(format('r.%I', a.attname), ', ' ORDER BY array_position(i.indkey::int2[], a.attnum)))
        FROM pg_index i JOIN pg_attribute a ON a.attrelid = i.indrelid AND a.attnum = ANY (i.indkey)
        WHERE i.indrelid = format('scip.%I', t)::regclass AND i.indisprimary);

-- Where the record of a row is: its kind, and expressions over the row r for its key and for who may see that it changes.
CREATE TABLE scip.record_kind (
  "table" text PRIMARY KEY,
  kind text,
  key text NOT NULL,
  audience text NOT NULL
);
CALL scip.protect('record_kind');

-- Makes table t keep its records. kind and key name the resource that others see; key and audience are
-- expressions over the row r, as is record, its identity. part: a row of a larger record, whose coming and going changes that record.
-- Without kind only audit and history are written; personal columns go into neither, nor do generated ones.
CREATE PROCEDURE scip.track_changes(t text, kind text, key text DEFAULT 'r.slug', audience text DEFAULT $a$ARRAY['public']$a$,
  part boolean DEFAULT false, record text DEFAULT 'r.id', personal text[] DEFAULT '{}') LANGUAGE plpgsql AS $make$
BEGIN
  -- what follows from other columns is not written down again
  personal := personal || ARRAY(SELECT attname::text FROM pg_attribute
                                WHERE attrelid = format('scip.%I', t)::regclass AND attgenerated <> '' ORDER BY attname);
  -- where a transaction says something again: of a record the last word counts, its parts say one thing only
  EXECUTE format($function$
    CREATE FUNCTION scip.record_%1$s() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = scip, pg_temp AS $body$
    #variable_conflict use_variable
    DECLARE
      r scip.%1$I;
      old_row jsonb; new_row jsonb; record text;
      old_key text; new_key text;
      old_audience text[]; new_audience text[];
    BEGIN
      IF TG_OP <> 'INSERT' THEN
        r := OLD; old_row := to_jsonb(OLD) - %5$L::text[]; record := %6$s; old_key := %3$s; old_audience := %4$s;
        -- "IS TRUE" keeps the planner from looking for them by their end
        UPDATE history h SET until = now() WHERE h."table" = %1$L AND h.record = record AND (h.until > now()) IS TRUE;
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
                   (2, new_key, CASE current_setting('scip.redacting', true) WHEN 'yes' THEN 'redacted' ELSE 'changed' END,
                    new_audience)) c (n, key, op, audience)
      WHERE c.key IS NOT NULL AND cardinality(c.audience) > 0 ORDER BY n
      ON CONFLICT (xid, kind, key, op, audience) %8$s;
      RETURN NULL;
    END $body$
    $function$, t, kind, key, audience, personal, record, part,
    CASE WHEN part THEN 'DO NOTHING' ELSE 'DO UPDATE SET id = DEFAULT' END);
  EXECUTE format('CREATE TRIGGER track_changes AFTER INSERT OR UPDATE OR DELETE ON scip.%1$I '
                 'FOR EACH ROW EXECUTE FUNCTION scip.record_%1$s()', t);
  INSERT INTO scip.record_kind VALUES (t, kind, key, audience) ON CONFLICT ("table")
    DO UPDATE SET kind = EXCLUDED.kind, key = EXCLUDED.key, audience = EXCLUDED.audience;
  -- history begins with what there is
  EXECUTE format('INSERT INTO scip.history ("table", record, row) SELECT %L, %s, to_jsonb(r) - %L::text[] FROM scip.%I r',
                 t, record, personal, t);
END $make$;

-- The record changes with its parts, once a request. Where a request that began later was faster, it has said so already.
CREATE FUNCTION scip.touch_whole() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = scip, pg_temp AS $$
BEGIN
  EXECUTE format('UPDATE %I SET updated_at = now() WHERE %I IN (%L, %L) AND updated_at < now()', TG_ARGV[0], coalesce(TG_ARGV[2], 'id'),
                 to_jsonb(OLD) ->> TG_ARGV[1], to_jsonb(NEW) ->> TG_ARGV[1]);
  RETURN NULL;
END $$;
-- Makes table t keep its records as parts of those of another table, which is called kind where it is called otherwise in the API.
CREATE PROCEDURE scip.keep_part(t text, whole text, record text DEFAULT 'r.id', kind text DEFAULT NULL, key text DEFAULT 'slug',
  audience text DEFAULT $a$ARRAY['public']$a$, personal text[] DEFAULT '{}') LANGUAGE plpgsql AS $$
BEGIN
  kind := coalesce(kind, whole);
  CALL scip.track_changes(t, kind, format('(SELECT w.%I FROM %I w WHERE w.id = r.%I)', key, whole, kind || '_id'), audience, true, record,
                         personal);
  EXECUTE format('CREATE TRIGGER touch_whole AFTER INSERT OR UPDATE OR DELETE ON scip.%I FOR EACH ROW
                  EXECUTE FUNCTION scip.touch_whole(%L, %L)', t, whole, kind || '_id');
END $$;

-- Moves all that refers to one record of a table to another, by the catalogue, so that tables to come are moved too, and removes it. What
-- would then be there twice goes where both say the same; else that is for people to settle first. Rules for what people write do not ask.
CREATE FUNCTION scip.merge_records(whole text, gone text, stays text) RETURNS jsonb LANGUAGE plpgsql SET search_path = scip, pg_temp AS $$
DECLARE
  before CONSTANT text := coalesce(current_setting('scip.redacting', true), '');
  f record;
  part record;
  twin text;
  moved jsonb := '[]';
BEGIN
  PERFORM set_config('scip.redacting', 'merge', true);
  FOR f IN SELECT t.relname::text AS kind, a.attname::text AS col, 0 AS moved, 0 AS already_there,
        ARRAY(SELECT g.attname::text FROM pg_attribute g WHERE g.attrelid = t.oid
          AND (g.attnum = a.attnum OR g.attgenerated <> '' OR g.attname ~ '^(u?id|version|(cre|upd)ated_at)$')) AS own
      FROM pg_constraint c JOIN pg_class t ON t.oid = c.conrelid JOIN pg_attribute a ON a.attrelid = t.oid AND a.attnum = c.conkey[1]
      WHERE c.contype = 'f' AND c.confrelid = format('scip.%I', whole)::regclass ORDER BY 1, 2 LOOP
    FOR part IN EXECUTE format('SELECT r.ctid, %s AS key, to_jsonb(r) AS data FROM %I r WHERE r.%I = %L FOR UPDATE', record_key(f.kind),
        f.kind, f.col, gone) LOOP
      BEGIN
        EXECUTE format('UPDATE %I SET %I = %L WHERE ctid = $1', f.kind, f.col, stays) USING part.ctid;
        f.moved := f.moved + 1;
      EXCEPTION WHEN unique_violation OR exclusion_violation OR check_violation THEN
        EXECUTE format('SELECT %s FROM %I r WHERE r.%I = %L AND to_jsonb(r) - $1 = $2 - $1', record_key(f.kind), f.kind, f.col, stays)
          INTO twin USING f.own, part.data;
        PERFORM scip.refuse(409, 'merge-conflict', 'former', format('Both have this, and each says something else of it: %s.',
          coalesce(address_of(f.kind, part.data), f.kind || ' ' || part.key))) WHERE twin IS NULL;
        moved := moved || merge_records(f.kind, part.key, twin);
        f.already_there := f.already_there + 1;
      END;
    END LOOP;
    moved := moved || CASE WHEN f.moved + f.already_there > 0 THEN to_jsonb(f) - '{col,own}'::text[] ELSE '[]' END;
  END LOOP;
  EXECUTE format('DELETE FROM %I r WHERE %s = %L', whole, record_key(whole), gone);
  PERFORM set_config('scip.redacting', before, true);
  RETURN moved;
END $$;

-- Where the record of a change is: a row a kind, so that a new kind is data. An address may be that of a list of a period or metric.
CREATE TABLE scip.kind_address (
  kind scip.code PRIMARY KEY,
  prefix text NOT NULL CHECK (prefix ~ '^/v1/([a-z/-]+(/|\?[a-z]+=))?$')
);
COMMENT ON TABLE scip.kind_address IS 'The address of a change''s record is prefix and key; a kind without a row has none';
INSERT INTO scip.kind_address VALUES
  ('region', '/v1/regions/'), ('organisation', '/v1/organisations/'), ('hub', '/v1/hubs/'), ('hub_pathway', '/v1/hubs/'),
  ('hub_invitation', '/v1/hubs/'), ('hub_application', '/v1/hub-applications/'), ('event', '/v1/events/'),
  ('document', '/v1/documents/'), ('news', '/v1/news/'), ('policy_contribution', '/v1/policy-contributions/'),
  ('group', '/v1/groups/'), ('toolkit_principle', '/v1/toolkit/principles/'), ('toolkit_fact', '/v1/toolkit/facts/'),
  ('strategy', '/v1/strategies/'), ('headline_figure', '/v1/headline-figures/'), ('account', '/v1/accounts/'),
  ('person', '/v1/people/'), ('hub_membership', '/v1/hubs/'), ('activity', '/v1/hubs/'), ('quarterly_update', '/v1/hubs/'),
  ('hub_review', '/v1/hubs/'), ('group_seat', '/v1/groups/'), ('meeting', '/v1/meetings/'), ('minutes', '/v1/minutes/'),
  ('message', '/v1/messages/'), ('quarter', '/v1/quarters/'), ('project', '/v1/projects/'), ('action', '/v1/'),
  ('hub_lead_person', '/v1/hubs/'), ('terms_of_reference', '/v1/hubs/'), ('local_figure', '/v1/hubs/'), ('local_network', '/v1/hubs/'),
  ('hub_report', '/v1/hub-reports/');
CALL scip.publish('kind_address');
CALL scip.track_changes('kind_address', NULL, 'NULL', 'NULL', record => 'r.kind');

CREATE FUNCTION scip.href(kind text, key text) RETURNS text LANGUAGE sql STABLE PARALLEL SAFE
RETURN (SELECT a.prefix || href.key FROM scip.kind_address a WHERE a.kind = href.kind);
-- A reference in an answer by id alone, as its name is not everybody's to read; with the address where the caller may see the record.
CREATE FUNCTION scip.link_id(collection text, id uuid, seen uuid) RETURNS json LANGUAGE sql STABLE PARALLEL SAFE
RETURN CASE WHEN link_id.id IS NOT NULL THEN json_build_object('id', link_id.id, 'href', '/v1/' || collection || '/' || seen) END;
GRANT EXECUTE ON FUNCTION scip.href, scip.link_id TO scip_anonymous, scip_caller;

COMMIT;
