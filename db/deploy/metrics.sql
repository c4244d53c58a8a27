-- Metrics: definitions as data, facts, periods, sums, cells; tables as they were known at an instant; and past months and years as
-- totals.
BEGIN;
SET LOCAL client_min_messages = warning;

-- What totals there are is data: an alliance brings its own list. Those about young people are not public. Of people
-- the totals of a Hub by agent are not public either: they may be small.
CREATE TABLE scip.historical_metric (
  code scip.code PRIMARY KEY,
  title scip.label NOT NULL,
  unit text NOT NULL REFERENCES term.unit,
  public boolean NOT NULL DEFAULT false,
  people boolean NOT NULL DEFAULT false,
  sources scip.sources NOT NULL
);
COMMENT ON COLUMN scip.historical_metric.people IS 'Counts persons';
CALL scip.publish('historical_metric');
CALL scip.track_changes('historical_metric', 'historical_totals', 'r.code', part => true, record => 'r.code');

-- Past months and years as what they are: totals, with where they come from, never rows that nobody recorded.
CREATE TABLE scip.historical_total (
  LIKE ctx.entry INCLUDING ALL,
  metric scip.code NOT NULL CONSTRAINT historical_total_metric REFERENCES scip.historical_metric ON UPDATE CASCADE,
  period text NOT NULL CHECK (period ~ '^[0-9]{4}(-M(0[1-9]|1[0-2])|-[0-9]{2})?$'),
  hub_id bigint REFERENCES scip.hub,
  item scip.slug,
  agent scip.code,
  value numeric NOT NULL CHECK (value >= 0 AND value < 'Infinity'),
  sources scip.sources NOT NULL,
  note text CHECK (length(note) <= 2000),
  what text NOT NULL GENERATED ALWAYS AS
    (metric || '/' || coalesce(hub_id::text, '') || '/' || coalesce(item, '') || '/' || coalesce(agent, '')) STORED,
  CONSTRAINT historical_total_once UNIQUE NULLS NOT DISTINCT (metric, period, hub_id, item, agent),
  CONSTRAINT historical_total_size CHECK (value <= 1000000000000 AND scale(value) <= 4)
);
CREATE INDEX ON scip.historical_total (updated_at);
CREATE INDEX ON scip.historical_total (what, period);
CREATE INDEX ON scip.historical_total (metric, period, id);
COMMENT ON COLUMN scip.historical_total.period IS 'A month 2021-M11, an academic year 2021-22 or a calendar year 2021';
COMMENT ON COLUMN scip.historical_total.item IS 'Of counts by item: the slug of a document or resource';
COMMENT ON COLUMN scip.historical_total.what IS 'What it is a total of: its periods do not overlap';
CALL scip.protect('historical_total');
GRANT SELECT, INSERT, UPDATE, DELETE ON scip.historical_total TO scip_caller;
CALL scip.track_changes('historical_total', 'historical_total', 'r.id', $$ARRAY['role:central']$$);
INSERT INTO scip.kind_address VALUES ('historical_totals', '/v1/historical-totals?metric='), ('historical_total', '/v1/historical-totals/');

-- A period as totals name it (2021-M11, 2021-22 also as 2021/22 and 202122, 2021); NULL for what is none.
CREATE FUNCTION scip.total_period(period text) RETURNS text LANGUAGE sql IMMUTABLE PARALLEL SAFE STRICT
RETURN CASE WHEN period ~ '^(?!0000)[0-9]{4}(-M(0[1-9]|1[0-2]))?$' THEN period
            WHEN period ~ '^(?!0000)[0-9]{4}[-/]?[0-9]{2}$' THEN scip.period_name(period) END;
CREATE FUNCTION scip.total_days(period text) RETURNS daterange LANGUAGE sql IMMUTABLE PARALLEL SAFE -- STRICT it would be a call a row
RETURN CASE WHEN length(period) = 4 THEN daterange(make_date(period::int, 1, 1), make_date(period::int + 1, 1, 1))
            WHEN substr(period, 6, 1) = 'M' THEN daterange(make_date(left(period, 4)::int, right(period, 2)::int, 1),
              (make_date(left(period, 4)::int, right(period, 2)::int, 1) + interval '1 month')::date)
            WHEN period <> '' THEN daterange(scip.year_start(period), (scip.year_start(period) + interval '1 year')::date) END;
-- All other periods that share a day with this one: what may not be counted beside it. At most 14 of them.
CREATE FUNCTION scip.total_overlaps(period text) RETURNS text[] LANGUAGE sql STABLE PARALLEL SAFE STRICT
RETURN ARRAY(SELECT DISTINCT n.name
             FROM generate_series(lower(scip.total_days(period))::timestamp, upper(scip.total_days(period)) - 1,
               interval '1 month') m (first),
                  LATERAL (VALUES (to_char(m.first, 'YYYY-"M"MM')), (scip.academic_year(m.first::date)),
                    (to_char(m.first, 'YYYY'))) n (name)
             WHERE n.name <> period);
GRANT EXECUTE ON FUNCTION scip.total_period, scip.total_days TO scip_anonymous;

-- One at a time adds totals of a metric. Its row is locked before a total is written, and what the ones before have
-- committed is seen by the statement that looks for overlaps afterwards: one for all rows of an import.
CREATE FUNCTION scip.lock_metrics(metrics text[]) RETURNS void LANGUAGE plpgsql SECURITY DEFINER SET search_path = scip, pg_temp AS $$ BEGIN
  PERFORM FROM historical_metric WHERE code = ANY (metrics) ORDER BY code FOR NO KEY UPDATE;
END $$;
GRANT EXECUTE ON FUNCTION scip.total_period, scip.total_days, scip.total_overlaps, scip.lock_metrics TO scip_caller;
CALL scip.add_trigger('guard_historical_total BEFORE INSERT OR UPDATE OF metric, period, hub_id, item, agent ON historical_total', $$
  PERFORM scip.refuse(422, 'reference-not-found', 'metric', 'There is no such metric.')
    WHERE NOT EXISTS (SELECT FROM scip.historical_metric m WHERE m.code = NEW.metric);
  NEW.period := scip.total_period(NEW.period);
  PERFORM scip.refuse(422, 'period-not-valid', 'period') WHERE NEW.period IS NULL;
  PERFORM scip.refuse(422, 'period-not-over', 'period') WHERE upper(scip.total_days(NEW.period)) > scip.today();
  PERFORM scip.lock_metrics(ARRAY[NEW.metric]);
$$);
CREATE FUNCTION scip.refuse_overlaps() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  found boolean;
BEGIN
  EXECUTE 'WITH spanned AS MATERIALIZED ( -- planned again each time: one row differs from thousands
             SELECT w.what, o.period
             FROM (SELECT d.period, scip.total_overlaps(d.period) AS others FROM (SELECT DISTINCT period FROM written) d OFFSET 0) p
             JOIN written w USING (period) CROSS JOIN LATERAL unnest(p.others) o (period))
           SELECT EXISTS (SELECT FROM spanned JOIN scip.historical_total t USING (what, period))' INTO found;
  PERFORM scip.refuse(409, 'total-overlaps', 'period') WHERE found;
  RETURN NULL;
END $$;
CREATE TRIGGER refuse_overlaps AFTER INSERT ON scip.historical_total
  REFERENCING NEW TABLE AS written FOR EACH STATEMENT EXECUTE FUNCTION scip.refuse_overlaps();
CREATE TRIGGER refuse_overlaps_too AFTER UPDATE ON scip.historical_total
  REFERENCING NEW TABLE AS written FOR EACH STATEMENT EXECUTE FUNCTION scip.refuse_overlaps();
-- Changes of what is not public change public totals: the list of changes names the metric, no more.
CALL scip.add_trigger('notify_historical_totals AFTER INSERT OR UPDATE OR DELETE ON historical_total', $$
  INSERT INTO change (kind, key, op, audience)
  SELECT DISTINCT 'historical_totals', m.code::text, 'changed', ARRAY['public']
  FROM unnest(ARRAY[to_jsonb(OLD), to_jsonb(NEW)]) r JOIN historical_metric m ON m.code = r ->> 'metric' AND m.public
  ON CONFLICT (xid, kind, key, op, audience) DO NOTHING;
$$);

-- Everybody reads the totals of public metrics, without the notes, which are the central team's.
GRANT SELECT (id, metric, period, hub_id, item, agent, value, sources, version, created_at, updated_at) ON scip.historical_total
  TO scip_anonymous;
CREATE FUNCTION scip.note_of_total(total uuid) RETURNS text LANGUAGE sql STABLE SECURITY DEFINER SET search_path = scip, pg_temp AS $$
  SELECT note FROM historical_total WHERE id = total AND ctx.central();
$$;
GRANT EXECUTE ON FUNCTION scip.note_of_total TO scip_anonymous, scip_caller;
CREATE POLICY read ON scip.historical_total FOR SELECT TO scip_anonymous, scip_writer
  USING (EXISTS (SELECT FROM scip.historical_metric m
    WHERE m.code = metric AND m.public AND NOT (m.people AND hub_id IS NOT NULL AND agent IS NOT NULL)));

-- The lines of a spreadsheet as totals: what each means, or what is wrong with it and in which column.
CREATE FUNCTION scip.read_historical_totals(body jsonb, OUT line int, OUT what text, OUT metric text, OUT period text, OUT hub_id bigint,
  OUT item text, OUT agent text, OUT value numeric, OUT sources text[], OUT note text, OUT wrong_column text, OUT wrong text)
RETURNS SETOF record LANGUAGE sql STABLE AS $$
  SELECT g.line, g.metric || '/' || coalesce(h.id::text, '') || '/' || coalesce(g.item, '') || '/' || coalesce(g.agent, ''), g.metric,
    p.period, h.id, g.item, g.agent, n.value, string_to_array(g.source, ' | '), g.note, w.wrong_column, w.wrong
  FROM (SELECT (r.row ->> 'line')::int AS line, v.* FROM jsonb_array_elements(body -> 'rows') r (row),
               jsonb_to_record(r.row -> 'values') v (metric text, period text, hub text, item text, agent text, value text, source text,
                 note text)) g
  LEFT JOIN scip.historical_metric m ON m.code = g.metric
  LEFT JOIN scip.hub h ON h.slug = g.hub
  CROSS JOIN LATERAL (SELECT scip.total_period(g.period) AS period) p
  CROSS JOIN LATERAL (SELECT CASE WHEN g.value ~ '^([0-9]{1,13}|[0-9]{1,3}(,[0-9]{3}){1,4})(\.[0-9]{1,4})?$' -- 23750, 23,750
                                  THEN replace(g.value, ',', '')::numeric END AS value) n
  LEFT JOIN LATERAL (
    SELECT f.* FROM (VALUES
      (m.code IS NULL, 'metric', 'must be one of ' || (SELECT string_agg(a.code, ', ' ORDER BY a.code) FROM scip.historical_metric a)),
      (p.period IS NULL, 'period', 'must be a month (2021-M11), an academic year (2021-22) or a calendar year (2021)'),
      (upper(scip.total_days(p.period)) > scip.today(), 'period', 'is not over yet'),
      (g.hub IS NOT NULL AND h.id IS NULL, 'hub', 'is not the slug of a Hub'),
      (g.item !~ '^[a-z0-9]+(-[a-z0-9]+)*$' OR length(g.item) > 120, 'item', 'must be a slug'),
      (g.agent !~ '^[a-z][a-z0-9_]*$' OR length(g.agent) > 60, 'agent', 'must be a word in small letters'),
      (coalesce(n.value > 1000000000000, true), 'value', 'must be a number without a sign, with at most four decimals'),
      (g.source IS NULL, 'source', 'is missing'),
      (length(g.source) > 4000 OR '' = ANY (string_to_array(g.source, ' | ')), 'source',
        'must be up to 4,000 characters; between two stands " | "'),
      (length(g.note) > 2000, 'note', 'must be at most 2,000 characters')) f (faulty, wrong_column, wrong)
    WHERE f.faulty LIMIT 1) w ON true;
$$;

-- All lines or none. A line that is there already with the same values is unchanged; with others it is refused, for
-- that one was meant by its author. What the lines do to each other is looked for with the metrics locked, in one order.
CREATE FUNCTION scip.import_historical_totals(body jsonb, OUT lines int, OUT imported int, OUT unchanged int, OUT errors jsonb)
LANGUAGE plpgsql AS $$
DECLARE
  known text[] := '{metric,period,hub,item,agent,value,source,note}';
BEGIN
  lines := jsonb_array_length(body -> 'rows');
  SELECT jsonb_agg(jsonb_build_object('pointer', '/body/line/1', 'detail', f.wrong)) INTO errors
  FROM (SELECT 'has no column ' || c AS wrong FROM unnest('{metric,period,value,source}'::text[]) c WHERE NOT body -> 'columns' ? c
        UNION ALL
        SELECT 'has a column that is none of ' || array_to_string(known, ', ') || ': ' || left(c, 60)
        FROM jsonb_array_elements_text(body -> 'columns') c WHERE c <> ALL (known)
        UNION ALL
        SELECT 'has no lines below it' WHERE lines = 0
        UNION ALL
        SELECT 'is followed by more than 2,000 lines: send them in parts' WHERE lines > 2000) f;
  IF errors IS NOT NULL THEN
    RETURN;
  END IF;
  PERFORM scip.lock_metrics(ARRAY(SELECT DISTINCT r.row -> 'values' ->> 'metric' FROM jsonb_array_elements(body -> 'rows') r (row)));
  EXECUTE $import$ -- planned again each time, as one line differs from thousands; what is triggered is planned once
  WITH read AS MATERIALIZED (
    SELECT * FROM scip.read_historical_totals($1)
  ), sound AS MATERIALIZED (
    SELECT * FROM read r WHERE r.wrong IS NULL
  ), spanned AS MATERIALIZED (
    SELECT s.line, s.what, o.period
    FROM (SELECT d.period, scip.total_overlaps(d.period) AS others FROM (SELECT DISTINCT period FROM sound) d OFFSET 0) p
    JOIN sound s USING (period) CROSS JOIN LATERAL unnest(p.others) o (period)
  ), judged AS (
    SELECT r.line, r.wrong_column, r.wrong FROM read r WHERE r.wrong IS NOT NULL
    UNION ALL
    SELECT d.line, 'period', 'is the same as in line ' || d.first
    FROM (SELECT s.line, min(s.line) OVER (PARTITION BY s.what, s.period) AS first FROM sound s) d WHERE d.line > d.first
    UNION ALL
    SELECT o.line, 'period', 'overlaps with that of line ' || min(s.line) FROM spanned o JOIN sound s USING (what, period) GROUP BY o.line
    UNION ALL
    SELECT o.line, 'period', 'overlaps with the total of ' || min(t.period) FROM spanned o JOIN scip.historical_total t USING (what, period)
      GROUP BY o.line
    UNION ALL
    SELECT s.line, c.name, c.wrong
    FROM sound s JOIN scip.historical_total t USING (what, period), LATERAL (VALUES
      ('value', t.value <> s.value, 'differs from that of the recorded total, ' || t.value),
      ('source', t.value = s.value AND t.sources <> s.sources, 'differs from that of the recorded total: correct that total'),
      ('note', t.value = s.value AND s.note IS NOT NULL AND s.note IS DISTINCT
        FROM t.note, 'differs from that of the recorded total: correct that total')) c (name, differs, wrong)
    WHERE c.differs
  ), first AS (
    SELECT j.* FROM judged j ORDER BY j.line, j.wrong_column LIMIT 1000
  ), added AS (
    INSERT INTO scip.historical_total (metric, period, hub_id, item, agent, value, sources, note)
    SELECT r.metric, r.period, r.hub_id, r.item, r.agent, r.value, r.sources, r.note
    FROM sound r
    WHERE NOT EXISTS (SELECT FROM first) AND NOT EXISTS (SELECT FROM scip.historical_total t WHERE t.what = r.what AND t.period = r.period)
    ORDER BY r.line
    RETURNING id
  )
  SELECT jsonb_agg(jsonb_build_object('pointer', concat_ws('/', '/body/line', f.line, f.wrong_column), 'detail', f.wrong)
    ORDER BY f.line, f.wrong_column), (SELECT count(*) FROM added)
  FROM first f $import$ INTO errors, imported USING body;
  unchanged := lines - imported;
END $$;
GRANT EXECUTE ON FUNCTION scip.read_historical_totals, scip.import_historical_totals TO scip_caller;

-- Tables as they were known at an instant, from the history that every write leaves: one function a table, so that a
-- query that reads known.hub(NULL) reads the table, and known.hub(t) what stood there at t.

CREATE SCHEMA known;

-- Since when a table's history is complete.
CREATE TABLE scip.history_start (
  "table" text PRIMARY KEY,
  at timestamptz NOT NULL DEFAULT now()
);
CALL scip.protect('history_start');

-- Makes known.<t>: the table's columns, those of a domain as what it is of, for nothing is checked again. What has not changed since is
-- read where it stands, what has from its former state, of which a query that this becomes a part of reads the columns that it asks for;
-- generated ones are not in the history, so they are made again.
CREATE PROCEDURE known.offer(VARIADIC tables text[])
LANGUAGE plpgsql SET search_path = pg_catalog AS $$ -- so that expressions come out with all their names
DECLARE
  t text;
  c record;
BEGIN
  FOREACH t IN ARRAY tables LOOP
    SELECT string_agg(format('%I %s', a.attname, y.type), ', ' ORDER BY a.attnum) AS typed,
           string_agg(format('r.%I::%s', a.attname, y.type), ', ' ORDER BY a.attnum) AS live,
           string_agg(format('(%s)::%s', coalesce(pg_get_expr(d.adbin, d.adrelid), format('h.%I', a.attname)), y.type), ', '
             ORDER BY a.attnum) AS made,
           string_agg(CASE WHEN y.array THEN format('(jsonb_populate_record(NULL::scip.%I, row)).%I', t, a.attname)
                           ELSE format('(row ->> %L)::%s AS %I', a.attname, y.type, a.attname) END, ', ' ORDER BY a.attnum)
             FILTER (WHERE a.attgenerated = '') AS read
    INTO c
    FROM pg_attribute a LEFT JOIN pg_attrdef d ON d.adrelid = a.attrelid AND d.adnum = a.attnum AND a.attgenerated <> ''
      JOIN pg_type x ON x.oid = a.atttypid
    CROSS JOIN LATERAL (SELECT x.typcategory = 'A' AS array,
      format_type(CASE x.typtype WHEN 'd' THEN x.typbasetype ELSE x.oid END, NULL) AS type) y
    WHERE a.attrelid = format('scip.%I', t)::regclass AND a.attnum > 0 AND NOT a.attisdropped;
    EXECUTE format('DROP FUNCTION IF EXISTS known.%I(timestamptz)', t);
    EXECUTE format($f$
      CREATE FUNCTION known.%1$I(known_at timestamptz) RETURNS TABLE (%2$s) LANGUAGE sql STABLE AS $body$
        SELECT %3$s FROM scip.%1$I r WHERE known_at IS NULL
        UNION ALL
        SELECT %3$s FROM scip.%1$I r WHERE known_at IS NOT NULL
          AND NOT EXISTS (SELECT FROM scip.history h WHERE h."table" = %1$L AND h.record = %6$s AND h.at >= known_at)
        UNION ALL
        SELECT %4$s FROM (SELECT %5$s FROM scip.history
          WHERE "table" = %1$L AND at < known_at AND until >= known_at AND until < 'infinity' AND row IS NOT NULL) h
      $body$ $f$, t, c.typed, c.live, c.made, c.read, scip.record_key(t));
    INSERT INTO scip.history_start ("table", at)
    SELECT t, coalesce((SELECT min(h.at) FROM scip.history h WHERE h."table" = t), now()) ON CONFLICT DO NOTHING;
  END LOOP;
END $$;

CALL known.offer('hub', 'hub_status', 'hub_lead', 'hub_membership', 'organisation', 'activity', 'meeting', 'attendance', 'event',
  'event_outreach', 'programme', 'course', 'training_session', 'booking', 'feedback', 'quarterly_update', 'quarter_deadline',
  'message', 'message_relay', 'policy_contribution', 'historical_total', 'hub_evaluation', 'hub_evaluation_figure', 'self_assessment');

-- What Hubs were, as scip.hub_phases has it for one Hub and now.
CREATE FUNCTION known.hub_phases(known_at timestamptz, OUT hub_id bigint, OUT status text, OUT since date, OUT since_by date,
  OUT until date) RETURNS SETOF record LANGUAGE sql STABLE AS $$
  SELECT s.hub_id, s.status,
         coalesce(scip.earliest(s.starts), least(scip.earliest(l.launched_on), scip.earliest(s.evidence)), '-infinity'),
         coalesce(scip.latest(s.starts), least(scip.latest(l.launched_on), scip.latest(s.evidence)), '-infinity'),
         scip.earliest(s.ends)
  FROM known.hub_status(known_at) s JOIN known.hub(known_at) h ON h.id = s.hub_id,
       LATERAL (SELECT CASE s.status WHEN 'active' THEN h.launched_on END AS launched_on) l
$$;

-- Where something of a Hub is counted: a Hub of several nations is in none of them.
CREATE FUNCTION scip.one_nation(nations text[]) RETURNS text LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN CASE cardinality(nations) WHEN 1 THEN nations[1] END;
-- An event counts where its Hub does, wherever it took place, so that a Hub's numbers are in one nation; one of no Hub in its own.
CREATE FUNCTION scip.event_nation(hub bigint, nations text[], own text) RETURNS text LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN CASE WHEN hub IS NULL THEN own ELSE scip.one_nation(nations) END;

-- Outreach of a period, as activities and events report it; of an event on its last day.
CREATE FUNCTION known.outreach(first_day date, last_day date, known_at timestamptz, OUT interventions int, OUT young_people int,
  OUT day date, OUT hub_id bigint, OUT nation text, OUT programme text, OUT left_out text, OUT record text)
RETURNS SETOF record LANGUAGE sql STABLE AS $$
  SELECT a.interventions, a.young_people, a.held_on, a.hub_id, scip.one_nation(h.nations), a.programme, NULL,
         '/v1/hubs/' || h.slug || '/activities/' || a.id
  FROM known.activity(known_at) a JOIN known.hub(known_at) h ON h.id = a.hub_id
  WHERE a.kind = 'outreach' AND a.held_on BETWEEN first_day AND last_day
  UNION ALL
  SELECT o.interventions, o.young_people, e.latest_on, e.hub_id, scip.event_nation(e.hub_id, h.nations, e.nation), p.slug,
         CASE WHEN e.status = 'cancelled' THEN 'event that was cancelled' WHEN e.status <> 'held' THEN 'event that is not recorded as held'
              WHEN (e.earliest_on < first_day OR e.latest_on > last_day) AND NOT scip.are_days(e.starts, e.ends)
                THEN 'date that may be outside the period' END, '/v1/events/' || e.slug || '/outreach'
  FROM known.event_outreach(known_at) o JOIN known.event(known_at) e ON e.id = o.event_id
  LEFT JOIN known.hub(known_at) h ON h.id = e.hub_id LEFT JOIN known.programme(known_at) p ON p.id = e.programme_id
  WHERE e.status <> 'draft' AND e.latest_on >= first_day
    AND CASE WHEN scip.are_days(e.starts, e.ends) THEN e.latest_on ELSE e.earliest_on END <= last_day
$$;

-- Quarters that Hubs owed a report of: whole ones of a period, and why one does not count.
CREATE FUNCTION known.quarters_owed(first_day date, last_day date, known_at timestamptz, OUT hub_id bigint, OUT hub text, OUT nation text,
  OUT quarter text, OUT ends date, OUT due_on date, OUT left_out text) RETURNS SETOF record LANGUAGE sql STABLE AS $$
  WITH quarter AS MATERIALIZED (
    SELECT n.name, s::date AS starts, scip.quarter_end(n.name) AS ends, coalesce(d.due_on, scip.quarter_end(n.name) + 21) AS due_on
    FROM generate_series(scip.quarter_start(scip.quarter(first_day))::timestamp, last_day, interval '3 months') s
    CROSS JOIN LATERAL (SELECT scip.quarter(s::date) AS name) n
    LEFT JOIN known.quarter_deadline(known_at) d ON d.quarter = n.name
    WHERE s::date >= first_day AND scip.quarter_end(n.name) <= last_day
  ), first_report AS MATERIALIZED (
    SELECT scip.quarter_start(min(u.quarter)) AS starts FROM known.quarterly_update(known_at) u WHERE u.status = 'submitted'
  ), active AS MATERIALIZED (
    SELECT DISTINCT p.hub_id, q.name FROM quarter q JOIN known.hub_phases(known_at) p
      ON p.status = 'active' AND p.since_by <= q.starts AND (p.until IS NULL OR p.until > q.ends)
  )
  SELECT h.id, h.slug, scip.one_nation(h.nations), q.name, q.ends, q.due_on,
         CASE WHEN a.hub_id IS NULL THEN 'Hub that was not active in all of the quarter'
              WHEN q.starts < f.starts THEN 'quarter before any was reported here'
              WHEN q.due_on >= coalesce((known_at AT TIME ZONE setting.zone())::date, scip.today()) THEN 'quarter that was not due yet' END
  FROM first_report f JOIN quarter q ON f.starts IS NOT NULL CROSS JOIN known.hub(known_at) h
  LEFT JOIN active a ON a.hub_id = h.id AND a.name = q.name
$$;

CREATE SCHEMA metric;
CREATE SCHEMA fact;

CREATE TABLE scip.metric (
  code scip.code PRIMARY KEY,
  version int NOT NULL CHECK (version > 0),
  title scip.label NOT NULL,
  definition text NOT NULL CHECK (scip.shows(definition)),
  left_out text NOT NULL CHECK (scip.shows(left_out)),
  unit text NOT NULL REFERENCES term.unit,
  kind text NOT NULL CHECK (kind IN ('stock', 'flow')),
  measure text NOT NULL CHECK (measure IN ('count', 'share')),
  privacy text NOT NULL CHECK (privacy IN ('exact', 'rounded', 'published_with', 'ratings', 'answers')),
  beside scip.code REFERENCES scip.metric DEFERRABLE INITIALLY DEFERRED,
  records text NOT NULL CHECK (records IN ('public', 'own')),
  breakdowns text[] NOT NULL DEFAULT '{}',
  category scip.label,
  categories text[] NOT NULL DEFAULT '{}',
  category_of scip.code,
  reported boolean NOT NULL DEFAULT false,
  additive boolean NOT NULL DEFAULT false,
  tables text[] NOT NULL DEFAULT '{}',
  sources scip.sources NOT NULL,
  ordinal int NOT NULL,
  CONSTRAINT metric_category CHECK ((category IS NOT NULL) = (array_to_string(breakdowns, ' ') ~ 'category')
    AND (category IS NOT NULL) = (cardinality(categories) > 0 OR category_of IS NOT NULL) AND (categories = '{}' OR category_of IS NULL)),
  CONSTRAINT metric_breakdowns CHECK (breakdowns <@ ARRAY['hub', 'nation', 'category', 'hub+category']),
  -- what is summed from what is published of its parts has parts that add up
  CONSTRAINT metric_parts CHECK (CASE privacy WHEN 'exact' THEN true WHEN 'rounded' THEN breakdowns <@ '{hub,nation}' AND additive
    AND measure = 'count'
    WHEN 'published_with' THEN breakdowns <@ '{hub,nation,category}' AND additive AND measure = 'count' ELSE breakdowns = '{category}'
      AND measure = CASE privacy WHEN 'ratings' THEN 'share' ELSE 'count' END END),
  CONSTRAINT metric_beside CHECK ((privacy = 'published_with') = (beside IS NOT NULL))
);
COMMENT ON COLUMN scip.metric.privacy IS 'How it is published: see releases.sql, metric.publish()';
COMMENT ON COLUMN scip.metric.beside IS 'The metric that is rounded, whose hidden numbers this one would reveal';
COMMENT ON COLUMN scip.metric.records IS 'Whether everybody may see the rows that it counts, or only who may see the records';
COMMENT ON COLUMN scip.metric.category IS 'What the dimension category is of this metric';
COMMENT ON COLUMN scip.metric.categories IS 'All that there are';
COMMENT ON COLUMN scip.metric.category_of IS 'Or the table or view whose slugs they are';
COMMENT ON COLUMN scip.metric.reported IS 'Hubs report it: where nothing is, they may not have';
COMMENT ON COLUMN scip.metric.additive IS 'A Hub''s number is a part of the total: its return may give it';
COMMENT ON COLUMN scip.metric.tables IS 'What it reads: the latest change of these is how fresh it is';

-- What a version of a definition was: for figures that name it. It does not change.
CREATE TABLE scip.metric_definition (
  code scip.code,
  version int,
  definition text NOT NULL,
  left_out text NOT NULL,
  sql text NOT NULL,
  since timestamptz NOT NULL DEFAULT now(),
  unit text NOT NULL REFERENCES term.unit,
  PRIMARY KEY (code, version)
);
CALL scip.publish('metric', 'metric_definition');
CALL scip.track_changes('metric', 'metric', 'r.code', record => 'r.code');
INSERT INTO scip.kind_address VALUES ('metric', '/v1/metrics/');
CREATE TRIGGER refuse_change BEFORE UPDATE OR DELETE OR TRUNCATE ON scip.metric_definition
  FOR EACH STATEMENT WHEN (NOT scip.redacting()) EXECUTE FUNCTION scip.refuse_change();

-- One that is counted: a subject counts once however often it comes; without one the weight is added. Of a share, part
-- is what is above the line, weight what is below. left_out says why it does not count; record, where it stands.
CREATE TYPE fact.row AS (
  subject text, weight numeric, part numeric, day date, hub_id bigint, nation text, category text, left_out text, record text
);

-- What categories there are of a metric, some as other records have them.
CREATE VIEW metric.event_kind AS SELECT DISTINCT kind AS slug FROM scip.event WHERE status <> 'draft';
CREATE VIEW metric.contribution_kind AS SELECT DISTINCT kind AS slug FROM scip.policy_contribution;
CREATE VIEW metric.principle_stage AS SELECT p.slug || '/' || s AS slug
  FROM scip.toolkit_principle p, unnest(scip.terms_with('self_assessment_stage')) s;
CREATE FUNCTION metric.categories(m scip.metric) RETURNS text[] LANGUAGE plpgsql STABLE AS $$
DECLARE
  found text[] := m.categories;
BEGIN
  IF m.category_of IS NOT NULL THEN
    EXECUTE format('SELECT coalesce(array_agg(slug::text ORDER BY slug), ''{}'') FROM %s',
                   coalesce(to_regclass('metric.' || m.category_of), to_regclass('scip.' || m.category_of))) INTO found;
  END IF;
  RETURN found;
END $$;

-- Takes a metric's SQL: the body of fact.<code>(first_day, last_day, known_at). What a version says stays said.
CREATE PROCEDURE metric.define(code text, sql text) LANGUAGE plpgsql AS $$
DECLARE
  m scip.metric;
  same boolean;
BEGIN
  SELECT * INTO m FROM scip.metric x WHERE x.code = define.code;
  IF NOT FOUND THEN
    RAISE 'metrics/%.sql: no such metric', code;
  END IF;
  SELECT (d.definition, d.left_out, d.unit, d.sql) = (m.definition, m.left_out, m.unit, define.sql) INTO same
  FROM scip.metric_definition d WHERE d.code = define.code AND d.version = m.version;
  IF same IS NULL THEN
    INSERT INTO scip.metric_definition (code, version, definition, left_out, unit, sql)
      VALUES (define.code, m.version, m.definition, m.left_out, m.unit, define.sql);
  ELSIF NOT same THEN
    RAISE 'metric %: what version % says has changed: give it the next version', code, m.version;
  END IF;
  EXECUTE format('CREATE OR REPLACE FUNCTION fact.%I(first_day date, last_day date, known_at timestamptz) RETURNS SETOF fact.row LANGUAGE '
  'sql STABLE AS %L',
    code, format(E'SELECT subject::text, weight::numeric, part::numeric, day::date, hub_id::bigint, nation::text, category::text, '
    'left_out::text, record::text FROM (\n%s\n) f (subject, weight, part, day, hub_id, nation, category, left_out, record)', sql));
  CALL metric.make(m);
END $$;

-- Every metric has its SQL.
CREATE PROCEDURE metric.check_defined() LANGUAGE plpgsql AS $$
DECLARE
  missing text := (SELECT string_agg(m.code, ', ') FROM scip.metric m
                   WHERE NOT EXISTS (SELECT FROM scip.metric_definition d WHERE d.code = m.code AND d.version = m.version));
BEGIN
  IF missing IS NOT NULL THEN
    RAISE 'metrics without SQL: %', missing;
  END IF;
END $$;

-- A period by its name. Families are never mixed in an answer. wrong: why it is none, or which two it could be.
CREATE FUNCTION metric.period(given text, OUT name text, OUT family text, OUT first_day date, OUT last_day date, OUT wrong text)
LANGUAGE plpgsql STABLE AS $$
DECLARE
  s record;
  year text := scip.period_name(given);
BEGIN
  IF given IS NULL THEN -- there is no second one of a range
    RETURN;
  END IF;
  SELECT t.slug, scip.earliest(t.starts) AS starts, scip.latest(t.ends) AS ends INTO s FROM scip.strategy t WHERE t.slug = given;
  IF s.slug IS NOT NULL THEN
    IF year IS NOT NULL THEN
      wrong := format('could be the strategy %s or the period %s', s.slug, year);
    END IF;
    name := s.slug; family := 'strategy'; first_day := s.starts; last_day := s.ends;
  ELSIF given ~ '^20(0[0-9]|1[0-1])-?(0[1-9]|1[0-2])$' AND year IS NOT NULL THEN
    wrong := format('could be the academic year %s/%s or the month %1$s-M%2$s', left(given, 4), right(given, 2));
  ELSIF year IS NOT NULL THEN
    name := year; family := 'academic'; first_day := scip.period_start(year); last_day := scip.period_end(year);
  ELSIF given ~ '^(?!0000)[0-9]{4}(-M(0[1-9]|1[0-2]))?$' THEN
    name := given; family := 'calendar'; first_day := lower(scip.total_days(given)); last_day := upper(scip.total_days(given)) - 1;
  ELSE
    SELECT t.slug INTO s FROM scip.strategy t WHERE t.period_text = given;
    wrong := coalesce('is no year; the strategy of these years is ' || s.slug,
      'must be an academic year (2021-22), its quarter (2021-22-Q1), a calendar year (2021), a month (2021-M11) or the slug of a strategy');
  END IF;
END $$;

-- Periods as they are asked for, one by one or from one to another (2019-20..2023-24), each once and in the order in which they come.
-- wrong: a sentence that begins with what was given.
CREATE FUNCTION metric.periods(given text[], OUT name text, OUT family text, OUT first_day date, OUT last_day date, OUT wrong text)
RETURNS SETOF record LANGUAGE plpgsql STABLE AS $$
#variable_conflict use_column
BEGIN
  RETURN QUERY
    WITH asked AS (
      SELECT g.i, g.given, a AS since, b AS until, g.given LIKE '%..%' AS ranges,
        strpos(split_part(g.given, '..', 2), '..') + (split_part(g.given, '..', 3) <> '')::int > 0 AS more
      FROM unnest(given) WITH ORDINALITY g (given, i), LATERAL metric.period(split_part(g.given, '..', 1)) a,
        LATERAL metric.period(CASE WHEN g.given LIKE '%..%' THEN split_part(g.given, '..', 2) END) b
    ), judged AS (
      SELECT q.*, n.many, CASE
        WHEN NOT q.ranges THEN (q.since).wrong
        WHEN q.more OR (q.since).wrong IS NOT NULL
          OR (q.until).wrong IS NOT NULL THEN 'must be two periods with .. between them (2019-20..2023-24)'
          || coalesce('; ' || nullif(split_part(q.given, '..', 1), '') || ' ' || (q.since).wrong, '')
            || coalesce('; ' || nullif(split_part(q.given, '..', 2), '') || ' ' || (q.until).wrong, '')
        WHEN 'strategy' IN ((q.since).family, (q.until).family) THEN 'is no range: strategies are named one by one'
        WHEN (q.since).family <> (q.until).family THEN format('mixes %s and %s periods, whose days are not the same', (q.since).family,
          (q.until).family)
        WHEN length((q.since).name) <> length((q.until).name)
          THEN 'must go from one year to another, or from one quarter or month to another'
        WHEN (q.until).first_day < (q.since).first_day THEN 'ends before it begins'
        WHEN n.many > 60 THEN format('is %s periods: no more than 60 can be asked for at once', n.many) END AS wrong
      FROM asked q, LATERAL (SELECT CASE length((q.since).name) WHEN 10 THEN 3 WHEN 8 THEN 1 ELSE 12 END AS months) s, LATERAL (
        SELECT 1 + ((extract(year FROM (q.until).first_day) - extract(year FROM (q.since).first_day)) * 12
                    + extract(month FROM (q.until).first_day) - extract(month FROM (q.since).first_day))::int / s.months AS many) n
    )
    SELECT d.name, d.family, d.first_day, d.last_day, d.wrong FROM (
      SELECT DISTINCT ON (p.wrong, p.name) j.i, p.* FROM judged j, LATERAL (
        SELECT NULL::text AS name, NULL::text AS family, NULL::date AS first_day, NULL::date AS last_day, j.given || ' ' || j.wrong AS wrong
          WHERE j.wrong IS NOT NULL
        UNION ALL
        SELECT (j.since).* WHERE j.wrong IS NULL AND NOT j.ranges
        UNION ALL
        SELECT p.name, p.family, p.first_day, p.last_day, NULL
        FROM generate_series(CASE WHEN j.wrong IS NULL AND j.ranges THEN (j.since).first_day END::timestamp, (j.until).first_day,
                             CASE length((j.since).name) WHEN 10 THEN '3 months' WHEN 8 THEN '1 month' ELSE '1 year' END::interval) t,
             LATERAL metric.period(CASE length((j.since).name) WHEN 10 THEN scip.quarter(t::date) WHEN 8 THEN to_char(t, 'YYYY-"M"MM')
               WHEN 4 THEN to_char(t, 'YYYY')
                                   ELSE replace(scip.academic_year(t::date), '-', '/') END) p) p
      ORDER BY p.wrong, p.name, j.i) d
    ORDER BY d.i, d.first_day;
END $$;

-- The days from one to another; none where they come the other way round, as those of a period that had not begun.
CREATE FUNCTION metric.days(first_day date, last_day date) RETURNS daterange LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN CASE WHEN first_day <= last_day THEN daterange(first_day, last_day, '[]') WHEN first_day > last_day THEN 'empty' END;

-- All facts of a metric: those of its SQL; totals of the past, which stand for the records of their days; and where a Hub's accepted
-- return for the year gives another number, that one in place of its records (not without returns). As a query, so that who sums
-- them makes no row of each: of a row p with first_day, last_day and until_day, the last one as far as it has come, and known_at and
-- returns. listed: with where they stand; of a union all columns are made, asked for or not.
CREATE FUNCTION metric.query(code text, listed boolean) RETURNS text LANGUAGE sql IMMUTABLE AS $$
  SELECT format($sql$
    WITH m AS MATERIALIZED (SELECT * FROM scip.metric WHERE code = %1$L),
    given AS MATERIALIZED (
      SELECT e.hub_id, f.value, f.parts, e.id, e.year FROM m, known.hub_evaluation(known_at) e
        JOIN known.hub_evaluation_figure(known_at) f ON f.evaluation_id = e.id AND f.metric = %1$L
      WHERE e.year = (SELECT y FROM scip.academic_year(p.first_day) y
        WHERE scip.year_start(y) = p.first_day AND scip.period_end(y) = p.last_day)
        AND e.status IN ('accepted', 'published') AND f.reason IS NOT NULL AND m.additive AND returns
    ), total AS MATERIALIZED (
      SELECT t.*, scip.total_days(t.period) AS days,
             CASE WHEN t.agent <> 'human' THEN t.agent
                  WHEN t.hub_id IN (SELECT g.hub_id FROM given g) THEN 'the return of the Hub stands'
                  WHEN NOT CASE m.kind WHEN 'stock' THEN upper(scip.total_days(t.period)) - 1 = p.last_day
                    ELSE scip.total_days(t.period) <@ metric.days(p.first_day, p.last_day) END
                    THEN 'a total of the past that is of other days too' END AS not_this
      FROM known.historical_total(known_at) t, m
      WHERE t.metric = %1$L AND scip.total_days(t.period) && metric.days(p.first_day, p.last_day)
    ), stands AS MATERIALIZED (
      SELECT t.hub_id, range_agg(t.days) AS days FROM total t WHERE t.not_this IS NULL GROUP BY t.hub_id
    )
    SELECT r.subject, r.weight, r.part, r.day, r.hub_id, r.nation, r.category,
           coalesce(r.left_out, CASE WHEN r.hub_id IN (SELECT g.hub_id FROM given g) THEN 'the return of the Hub stands'
             WHEN s.days @> r.day OR (SELECT a.days FROM stands a WHERE a.hub_id IS NULL) @> r.day THEN 'a total of the past stands'
             END) AS left_out, %2$s AS record
    FROM fact.%1$I(p.first_day, p.until_day, known_at) r LEFT JOIN stands s ON s.hub_id = r.hub_id
    UNION ALL
    SELECT NULL, t.value, NULL, t.days_last, t.hub_id, h.nation, NULL, t.not_this, '/v1/historical-totals/' || t.id
    FROM (SELECT total.*, upper(days) - 1 AS days_last FROM total) t
    LEFT JOIN LATERAL (SELECT scip.one_nation(x.nations) AS nation FROM scip.hub x WHERE x.id = t.hub_id) h ON true
    UNION ALL
    SELECT NULL, coalesce(b.value::numeric, g.value), NULL, p.until_day, g.hub_id, scip.one_nation(h.nations), nullif(b.key, '-'), NULL,
      '/v1/hubs/' || h.slug || '/evaluations/' || g.year
    FROM m CROSS JOIN given g JOIN scip.hub h ON h.id = g.hub_id
    LEFT JOIN LATERAL jsonb_each_text(g.parts) b ON m.category IS NOT NULL
    $sql$, code, CASE WHEN listed THEN 'r.record' ELSE 'NULL::text' END)
$$;
-- How far a period has come by then.
CREATE FUNCTION metric.until(last_day date, known_at timestamptz) RETURNS date LANGUAGE sql STABLE
RETURN least(last_day, scip.today(), (known_at AT TIME ZONE setting.zone())::date - 1);

-- By what a metric's facts are summed: what it is broken down by, and where less is published than counted what that is made of.
CREATE FUNCTION metric.summed_by(m scip.metric) RETURNS text[] LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE AS $$ BEGIN
  RETURN ARRAY[''] || (m).breakdowns || CASE (m).privacy WHEN 'rounded' THEN '{hub+nation}'
    WHEN 'published_with' THEN '{hub+nation,hub+nation+category}' ELSE '{}' END::text[];
END $$;

-- What is asked of a metric's facts, of several periods (n: their place) at once: sum.<code>; recorded.<code>, the periods by whose end
-- something had ever been recorded; and of a part in one period facts.<code>, its sum and all that it comes from. Made with the metric, so
-- that a session plans each once: to plan them takes longer than they do.
CREATE SCHEMA facts;
CREATE SCHEMA sum;
CREATE SCHEMA recorded;
CREATE TYPE metric.sum AS (n bigint, breakdown text, hub_id bigint, nation text, category text, value numeric, part numeric, whole numeric,
  rows_in bigint);
CREATE TYPE metric.facts AS (sums metric.sum[], rows_excluded json, records json, corrections json);
CREATE PROCEDURE metric.make(m scip.metric) LANGUAGE plpgsql AS $make$
DECLARE
  periods CONSTANT text := '(SELECT x.*, metric.until(x.last_day, known_at) AS until_day FROM unnest(first_days, last_days) WITH '
  'ORDINALITY x (first_day, last_day, n) LIMIT cardinality(first_days)) p'; -- without it ten are expected
  by_subject CONSTANT text := $$f.subject, count(*) AS rows_in,
    sum(f.weight) FILTER (WHERE f.weight IS NOT NULL) AS weight, -- else each subject costs the state of a sum
    sum(f.part) FILTER (WHERE f.part IS NOT NULL) AS part$$;
  summed CONSTANT text := format($$
    CASE WHEN %1$L THEN trim_scale(round(100 * coalesce(sum(s.part), 0) / nullif(coalesce(sum(s.weight), 0), 0), 1))
      ELSE trim_scale(count(s.subject) + coalesce(sum(s.weight) FILTER (WHERE s.subject IS NULL), 0)) END,
    CASE WHEN %1$L THEN coalesce(sum(s.part), 0) END, CASE WHEN %1$L THEN coalesce(sum(s.weight), 0) END, sum(s.rows_in)::bigint$$,
    m.measure = 'share');
  made record;
BEGIN
  FOR made IN SELECT * FROM (VALUES
    ('facts', ', asked text[], of_hub bigint, of_nation text, of_category text, corrected boolean', 'SETOF metric.facts', format($$
      WITH fact AS MATERIALIZED (
        SELECT f.subject, f.weight, f.part, f.left_out, f.record FROM %%s CROSS JOIN LATERAL (%%s) f
        WHERE ((SELECT 'hub' <> ALL (asked)) OR f.hub_id IS NOT DISTINCT FROM of_hub)
          AND ((SELECT 'nation' <> ALL (asked)) OR f.nation IS NOT DISTINCT FROM of_nation)
          AND ((SELECT 'category' <> ALL (asked)) OR f.category IS NOT DISTINCT FROM of_category))
      SELECT ARRAY(SELECT (1, array_to_string(asked, '+'), of_hub, of_nation, of_category, %s)::metric.sum
                   FROM (SELECT %s FROM fact f WHERE f.left_out IS NULL GROUP BY 1) s HAVING count(*) > 0),
             (SELECT coalesce(json_agg(json_build_object('reason', o.left_out, 'rows', o.n) ORDER BY o.left_out), '[]')
              FROM (SELECT f.left_out, count(*) AS n FROM fact f WHERE f.left_out IS NOT NULL GROUP BY 1) o),
             (SELECT coalesce(to_json(array_agg(DISTINCT f.record COLLATE "C")), '[]') FROM fact f
              WHERE f.left_out IS NULL AND f.record IS NOT NULL),
             CASE WHEN corrected THEN (
               SELECT coalesce(json_agg(json_build_object('record', c.record, 'operation', c.operation, 'reason', c.reason, 'created_at',
                 c.created_at) ORDER BY c.created_at, c.id), '[]')
               FROM (SELECT DISTINCT c.* FROM scip.correction c JOIN fact f ON f.record = c.record
                     WHERE known_at IS NULL OR c.created_at < known_at) c) END$$, summed, by_subject)),
    ('recorded', '', 'SETOF bigint', 'SELECT p.n FROM %s WHERE EXISTS (SELECT FROM (%s) f WHERE f.left_out IS NULL)'),
    ('sum', ', breakdowns text[]', 'SETOF metric.sum', format($$
      SELECT s.n, s.breakdown, s.hub_id, s.nation, s.category, %s
      FROM (SELECT p.n, b.breakdown, CASE WHEN b.hub THEN f.hub_id END AS hub_id, CASE WHEN b.nation THEN f.nation END AS nation,
                   CASE WHEN b.category THEN f.category END AS category, %s
            FROM %%s CROSS JOIN LATERAL (%%s) f
            CROSS JOIN (WITH b AS MATERIALIZED (SELECT u AS breakdown, u ~ 'hub' AS hub, u ~ 'nation' AS nation, u ~ 'category' AS category
              FROM unnest(breakdowns) u LIMIT cardinality(breakdowns)) TABLE b) b
            WHERE f.left_out IS NULL GROUP BY 1, 2, 3, 4, 5, 6) s -- each subject once
      GROUP BY s.n, s.breakdown, s.hub_id, s.nation, s.category$$, summed, by_subject))) v (schema, further, result, query)
  LOOP
    EXECUTE format('CREATE OR REPLACE FUNCTION %I.%I(first_days date[], last_days date[], known_at timestamptz, returns boolean%s) '
      'RETURNS %s LANGUAGE plpgsql STABLE SET plan_cache_mode = force_generic_plan SET enable_nestloop = off SET enable_sort = off '
      'SET enable_incremental_sort = off SET work_mem = ''32MB'' AS %L', made.schema, m.code, made.further, made.result,
      E'#variable_conflict use_column\nBEGIN\n  RETURN QUERY '
        || format(made.query, periods, metric.query(m.code, made.schema = 'facts')) || E';\nEND');
  END LOOP;
END $make$;

-- Sums by each of these breakdowns; whether they may be published is not asked here. The facts of a period are read once.
CREATE FUNCTION metric.sums(code text, first_days date[], last_days date[], known_at timestamptz, breakdowns text[], returns boolean)
RETURNS SETOF metric.sum LANGUAGE plpgsql STABLE AS $$
DECLARE
  known text[] := (SELECT metric.summed_by(m) FROM scip.metric m WHERE m.code = sums.code);
BEGIN
  IF known IS NULL THEN
    RETURN;
  ELSIF NOT breakdowns <@ known THEN
    RAISE 'metric % is not summed by %', code, breakdowns;
  END IF;
  RETURN QUERY EXECUTE format('SELECT * FROM sum.%I($1, $2, $3, $4, $5)', code) USING first_days, last_days, known_at, returns, breakdowns;
END $$;
CREATE FUNCTION metric.sums(code text, first_day date, last_day date, known_at timestamptz, by text[],
  OUT hub_id bigint, OUT nation text, OUT category text, OUT value numeric, OUT part numeric, OUT whole numeric, OUT rows_in bigint)
RETURNS SETOF record LANGUAGE sql STABLE AS $$
  SELECT s.hub_id, s.nation, s.category, s.value, s.part, s.whole, s.rows_in
  FROM metric.sums(sums.code, ARRAY[sums.first_day], ARRAY[sums.last_day], sums.known_at, ARRAY[array_to_string(by, '+')], true) s
$$;

-- The periods by whose end something had ever been recorded.
CREATE FUNCTION metric.recorded(code text, last_days date[], known_at timestamptz) RETURNS SETOF bigint LANGUAGE plpgsql STABLE AS $$
BEGIN
  RETURN QUERY EXECUTE format('SELECT * FROM recorded.%I($1, $2, $3, $4)', code) USING array_fill(date '1900-01-01',
    ARRAY[cardinality(last_days)]), last_days, known_at, true;
END $$;

-- A cell for all that there could be: every Hub, nation and category that has facts, with the reason where there is no number. Of several
-- periods and breakdowns, as metric.sums(), unless these sums are known already.
CREATE FUNCTION metric.cells(code text, first_days date[], last_days date[], known_at timestamptz, breakdowns text[], returns boolean,
  sums metric.sum[] DEFAULT NULL, OUT n bigint, OUT breakdown text, OUT hub_id bigint, OUT nation text, OUT category text,
  OUT value numeric, OUT part numeric, OUT whole numeric, OUT status text)
RETURNS SETOF record LANGUAGE plpgsql STABLE SET plan_cache_mode = force_generic_plan SET enable_nestloop = off AS $$
#variable_conflict use_column
BEGIN
  RETURN QUERY
    WITH m AS (SELECT * FROM scip.metric x WHERE x.code = cells.code),
    span AS MATERIALIZED (SELECT * FROM unnest(first_days, last_days) WITH ORDINALITY s (first_day, last_day, n)),
    question AS (SELECT s.n, b AS breakdown, string_to_array(b, '+') AS by FROM span s, unnest(breakdowns) b),
    sum AS MATERIALIZED (SELECT * FROM unnest(cells.sums) UNION ALL
      SELECT * FROM metric.sums(cells.code, first_days, last_days, cells.known_at, breakdowns, cells.returns) WHERE cells.sums IS NULL),
    phase AS MATERIALIZED (
      SELECT p.*, scip.one_nation(h.nations) AS nation FROM known.hub_phases(known_at) p JOIN known.hub(known_at) h ON h.id = p.hub_id
        WHERE p.status = 'active'
    ),
    at_work AS MATERIALIZED ( -- Hubs that were active in the period, of a stock on its last day
      SELECT DISTINCT s.n, p.hub_id, p.nation FROM m, span s, phase p
      WHERE p.since <= s.last_day AND (p.until IS NULL OR p.until > CASE m.kind WHEN 'stock' THEN s.last_day ELSE s.first_day END)
    ),
    named AS MATERIALIZED ( -- the quarters and years that share a day with it
      SELECT DISTINCT s.n, q.period FROM m, span s,
        generate_series(scip.quarter_start(scip.quarter(s.first_day))::timestamp, s.last_day, interval '3 months') d,
        LATERAL (VALUES (scip.quarter(d::date)), (scip.academic_year(d::date))) q (period) WHERE m.reported
    ),
    said AS MATERIALIZED ( -- what Hubs have reported for them, and whether that was no more than that there was nothing: what makes a zero
      SELECT q.n, d.hub_id, bool_and(d.nil) AS nil FROM named q JOIN (
        SELECT u.hub_id, u.quarter AS period, u.nil_return AS nil FROM known.quarterly_update(known_at) u
        WHERE u.status = 'submitted' AND u.quarter = ANY (ARRAY(SELECT x.period FROM named x))
        UNION ALL
        SELECT e.hub_id, e.year, false FROM known.hub_evaluation(known_at) e
        WHERE e.status <> 'draft' AND e.year = ANY (ARRAY(SELECT x.period FROM named x))) d ON d.period = q.period GROUP BY 1, 2
    ),
    nations AS MATERIALIZED ( -- of a nation, and of all ('')
      SELECT w.n, CASE grouping(w.nation) WHEN 1 THEN '' ELSE w.nation END AS nation, bool_or(d.hub_id IS NOT NULL) AS said
      FROM at_work w LEFT JOIN said d ON d.n = w.n AND d.hub_id = w.hub_id GROUP BY GROUPING SETS ((w.n), (w.n, w.nation))
    ),
    recorded AS MATERIALIZED ( -- what there is in the period itself was
      SELECT DISTINCT s.n FROM sum s
      UNION
      SELECT g.ns[r] FROM m, (SELECT array_agg(s.n ORDER BY s.n) AS ns, array_agg(s.last_day ORDER BY s.n) AS last_days FROM span s
        WHERE NOT EXISTS (SELECT FROM sum u WHERE u.n = s.n)) g,
                     metric.recorded(m.code, g.last_days, known_at) r WHERE m.measure = 'count' AND g.ns IS NOT NULL
    ),
    frame AS (
      SELECT q.n, q.breakdown, h.id AS hub_id, NULL::text AS nation, c.category FROM question q CROSS JOIN known.hub(known_at) h
      LEFT JOIN (SELECT DISTINCT s.n, s.breakdown, s.category FROM sum s WHERE s.category IS NOT NULL) c ON c.n = q.n
        AND c.breakdown = q.breakdown
      WHERE 'hub' = ANY (q.by)
      UNION
      SELECT q.n, q.breakdown, NULL, x, NULL FROM question q, unnest(scip.terms_with('nation')) x
        WHERE 'nation' = ANY (q.by)
      UNION
      SELECT s.n, s.breakdown, s.hub_id, s.nation, s.category FROM sum s
      UNION
      SELECT q.n, q.breakdown, NULL, NULL, NULL FROM question q WHERE q.breakdown = ''
    )
    SELECT f.n, f.breakdown, f.hub_id, f.nation, f.category,
           CASE WHEN e.status IN ('value', 'zero') THEN coalesce(s.value, 0) END, CASE WHEN e.status IN ('value', 'zero') THEN s.part END,
           CASE WHEN e.status IN ('value', 'zero') THEN s.whole END, e.status
    FROM m CROSS JOIN frame f LEFT JOIN sum s -- by one text: of several comparisons a merge takes one alone
      ON concat_ws('|', s.n, s.breakdown, coalesce(s.hub_id, 0), coalesce(s.nation, ''), s.category)
       = concat_ws('|', f.n, f.breakdown, coalesce(f.hub_id, 0), coalesce(f.nation, ''), f.category)
    LEFT JOIN said d ON d.n = f.n AND d.hub_id = f.hub_id
    LEFT JOIN at_work w ON w.n = f.n AND w.hub_id = f.hub_id
    LEFT JOIN nations a ON a.n = f.n AND a.nation = coalesce(f.nation, '')
    LEFT JOIN recorded r ON r.n = f.n
    CROSS JOIN LATERAL (SELECT CASE
      WHEN s.value <> 0 THEN 'value'
      WHEN s.rows_in > 0 AND m.measure = 'count' THEN 'zero' -- somebody said so
      WHEN f.hub_id IS NOT NULL AND coalesce(s.whole, 0) = 0 AND w.hub_id IS NULL THEN 'not_applicable'
      WHEN m.reported AND f.hub_id IS NOT NULL AND d.hub_id IS NULL AND coalesce(s.whole, 0) = 0 THEN 'not_submitted'
      WHEN m.reported AND f.hub_id IS NULL AND f.nation IS NOT NULL AND a.n IS NULL THEN 'not_applicable'
      WHEN m.reported AND f.hub_id IS NULL AND NOT coalesce(a.said, false) THEN 'not_submitted'
      WHEN m.reported AND f.hub_id IS NOT NULL AND d.nil AND coalesce(s.whole, 0) = 0 THEN 'nil_return'
      WHEN m.measure = 'share' AND coalesce(s.whole, 0) = 0 THEN 'not_applicable'
      -- what was never recorded by then is not known to be nothing
      WHEN coalesce(s.whole, 0) = 0 AND r.n IS NULL AND m.measure = 'count' THEN 'not_available'
      ELSE 'zero' END AS status) e;
END $$;

-- What the records say of one Hub and academic year, of what Hubs confirm in their returns. For the Hub itself: nothing recorded is 0,
-- which it may confirm.
CREATE FUNCTION metric.of_hub(hub bigint, year text, OUT metric text, OUT value numeric, OUT status text)
RETURNS SETOF record LANGUAGE sql STABLE AS $$
  SELECT m.code, CASE WHEN c.status = 'not_applicable' THEN NULL ELSE coalesce(c.value, 0) END,
    CASE WHEN c.status IN ('value', 'not_applicable') THEN c.status ELSE 'zero' END
  FROM scip.evaluation_metric e JOIN scip.metric m ON m.code = e.metric
  CROSS JOIN LATERAL metric.cells(m.code, ARRAY[scip.period_start(year)], ARRAY[scip.period_end(year)], NULL, '{hub}', false) c
  WHERE c.hub_id = hub
$$;

-- What of it is of each sector, meeting or programme ('-' is none). An organisation that several sectors represented is one of the latest,
-- so that the parts add up to it; a meeting to which nobody came is one of 0.
CREATE FUNCTION metric.parts_of_hub(code text, by text, hub bigint, year text, OUT parts jsonb) LANGUAGE plpgsql STABLE STRICT AS $$ BEGIN
  EXECUTE format($f$
    SELECT coalesce(jsonb_object_agg(s.part, s.value), '{}') FROM (SELECT coalesce(d.part, '-') AS part, sum(d.weight) AS value FROM (
        (SELECT DISTINCT ON (f.who) coalesce(f.weight, 1), CASE $4 WHEN 'meeting' THEN split_part(f.record, '/', 4) ELSE f.category END
         FROM (SELECT coalesce(r.subject, row_number() OVER ()::text) AS who, r.* FROM fact.%I($1, $2, NULL) r) f
         WHERE f.hub_id = $3 AND f.left_out IS NULL ORDER BY f.who, f.day DESC, f.category)
        UNION ALL
        SELECT 0, split_part(r.record, '/', 4) FROM fact.meetings_held($1, $2, NULL) r
        WHERE $4 = 'meeting' AND r.hub_id = $3 AND r.left_out IS NULL) d (weight, part) GROUP BY 1) s
    $f$, code) INTO parts USING scip.period_start(year), metric.until(scip.period_end(year), NULL), hub, by;
END $$;

COMMIT;
