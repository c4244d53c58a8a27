-- Corrections: a settled record is changed with a reason, which stays for those who see the record. History keeps what the
-- record was before.
BEGIN;
SET LOCAL client_min_messages = warning;

CREATE TABLE scip.correction (
  id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
  record text NOT NULL CHECK (record ~ '^/v1/'),
  operation scip.label NOT NULL,
  reason text NOT NULL CHECK (scip.shows(reason) AND length(reason) <= 2000),
  hub_id bigint REFERENCES scip.hub ON DELETE SET NULL,
  group_id bigint REFERENCES scip.alliance_group ON DELETE SET NULL,
  account_id uuid,
  xid xid8 NOT NULL DEFAULT pg_current_xact_id(),
  created_at timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX ON scip.correction (record);
CREATE INDEX ON scip.correction (created_at, id);
CREATE INDEX ON scip.correction (hub_id);
CREATE INDEX ON scip.correction (group_id);
COMMENT ON COLUMN scip.correction.record IS 'Where the record is, or was';
COMMENT ON COLUMN scip.correction.account_id IS 'Whose account corrected it';
CALL scip.protect('correction');
GRANT SELECT ON scip.correction TO scip_writer;
CREATE POLICY see ON scip.correction FOR SELECT TO scip_writer USING (ctx.sees(hub_id, group_id));
CALL scip.keep_records('correction', NULL, 'NULL', 'NULL');

-- Writes the reason down, before the change: it is what lets the record's own rules accept the change. The caller holds
-- the record's row and may change it. Without a reason nothing is written, and the rules refuse as ever.
CREATE FUNCTION scip.correct_record(record text, reason text, hub bigint, alliance_group bigint) RETURNS boolean
LANGUAGE plpgsql SECURITY DEFINER SET search_path = scip, pg_temp AS $$
BEGIN
  IF correct_record.reason IS NOT NULL THEN
    INSERT INTO correction (record, operation, reason, hub_id, group_id, account_id)
    VALUES (correct_record.record, ctx.operation(), correct_record.reason, hub, alliance_group, ctx.account());
  END IF;
  RETURN true;
END $$;
-- Whether this transaction has given a reason for changing the record. Volatile: it sees what its own statement wrote.
CREATE FUNCTION scip.is_corrected(record text) RETURNS boolean
LANGUAGE sql VOLATILE SECURITY DEFINER SET search_path = scip, pg_temp AS $$
  SELECT EXISTS (SELECT FROM correction c WHERE c.record = is_corrected.record AND c.xid = pg_current_xact_id())
$$;
GRANT EXECUTE ON FUNCTION scip.correct_record, scip.is_corrected TO scip_writer;

CREATE VIEW scip.corrections WITH (security_invoker) AS
SELECT c.id, c.record, c.operation::text, c.reason,
       CASE WHEN h.id IS NOT NULL THEN json_build_object('slug', h.slug, 'name', h.name, 'href', '/v1/hubs/' || h.slug) END AS hub,
       CASE WHEN g.id IS NOT NULL THEN json_build_object('slug', g.slug, 'name', g.name, 'href', '/v1/groups/' || g.slug) END AS "group",
       c.created_at, h.slug AS _hub
FROM scip.correction c LEFT JOIN scip.hub h ON h.id = c.hub_id LEFT JOIN scip.alliance_group g ON g.id = c.group_id;
GRANT SELECT ON scip.corrections TO scip_writer;

COMMIT;
