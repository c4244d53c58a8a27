-- Tables as they were known at an instant, from the history that every write leaves: one function a table, so that a
-- query that reads known.hub(NULL) reads the table, and known.hub(t) what stood there at t.
BEGIN;
SET LOCAL client_min_messages = warning;

CREATE SCHEMA known;

-- Since when a table's history tells all of it.
CREATE TABLE scip.history_start (
  "table" text PRIMARY KEY,
  at timestamptz NOT NULL DEFAULT now()
);
CALL scip.protect('history_start');
CREATE INDEX ON scip.history ("table", id);

CREATE FUNCTION known.rows(t text, known_at timestamptz) RETURNS SETOF jsonb LANGUAGE sql STABLE AS $$
  SELECT h.row FROM (
    SELECT DISTINCT ON (x.record) x.row FROM scip.history x
    WHERE x."table" = t AND x.at < known_at ORDER BY x.record, x.id DESC) h
  WHERE h.row IS NOT NULL
$$;

-- Makes known.<t>. Only one of its halves runs; generated columns are not in the history, so they are made again.
CREATE PROCEDURE known.offer(VARIADIC tables text[])
LANGUAGE plpgsql SET search_path = pg_catalog AS $$ -- so that expressions come out with all their names
DECLARE
  t text;
  now_list text;
  then_list text;
BEGIN
  FOREACH t IN ARRAY tables LOOP
    SELECT string_agg(format('n.%I', a.attname), ', ' ORDER BY a.attnum),
           string_agg(CASE a.attgenerated WHEN '' THEN format('h.%I', a.attname)
                      ELSE format('(%s)::%s', pg_get_expr(d.adbin, d.adrelid), format_type(a.atttypid, a.atttypmod)) END, ', ' ORDER BY a.attnum)
    INTO now_list, then_list
    FROM pg_attribute a LEFT JOIN pg_attrdef d ON d.adrelid = a.attrelid AND d.adnum = a.attnum
    WHERE a.attrelid = format('scip.%I', t)::regclass AND a.attnum > 0 AND NOT a.attisdropped;
    EXECUTE format($f$
      CREATE OR REPLACE FUNCTION known.%1$I(known_at timestamptz) RETURNS SETOF scip.%1$I LANGUAGE sql STABLE AS $body$
        SELECT %2$s FROM scip.%1$I n WHERE known_at IS NULL
        UNION ALL
        SELECT %3$s FROM known.rows(%1$L, known_at) r, jsonb_populate_record(NULL::scip.%1$I, r) h WHERE known_at IS NOT NULL
      $body$ $f$, t, now_list, then_list);
    INSERT INTO scip.history_start ("table", at)
    SELECT t, coalesce((SELECT min(h.at) FROM scip.history h WHERE h."table" = t), now()) ON CONFLICT DO NOTHING;
  END LOOP;
END $$;

CALL known.offer('hub', 'hub_status', 'hub_lead', 'hub_membership', 'organisation', 'activity', 'meeting', 'attendance', 'event',
  'event_outreach', 'programme', 'course', 'training_session', 'booking', 'feedback', 'quarterly_update', 'quarter_deadline',
  'message', 'message_relay', 'policy_contribution', 'closed_total', 'hub_evaluation', 'hub_evaluation_figure', 'self_assessment');

-- What Hubs were, as scip.hub_phases has it for one Hub and now.
CREATE FUNCTION known.hub_phases(known_at timestamptz, OUT hub_id bigint, OUT status text, OUT since date, OUT since_by date, OUT until date)
RETURNS SETOF record LANGUAGE sql STABLE AS $$
  SELECT s.hub_id, s.status,
         coalesce(scip.earliest(s.starts), least(scip.earliest(l.launched), scip.earliest(s.evidence)), '-infinity'),
         coalesce(scip.latest(s.starts), least(scip.latest(l.launched), scip.latest(s.evidence)), '-infinity'),
         scip.earliest(s.ends)
  FROM known.hub_status(known_at) s JOIN known.hub(known_at) h ON h.id = s.hub_id,
       LATERAL (SELECT CASE s.status WHEN 'active' THEN h.launched END::scip.partial_date AS launched) l
$$;

COMMIT;
