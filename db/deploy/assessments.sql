-- How schools judge themselves, and past years as totals: their rules, what others see of them, and the import.
BEGIN;
SET LOCAL client_min_messages = warning;

-- An address may also be that of a list of a period or a metric.
ALTER TABLE scip.kind_address DROP CONSTRAINT kind_address_prefix_check,
  ADD CONSTRAINT kind_address_prefix_check CHECK (prefix ~ '^/v1/([a-z/-]+(/|\?[a-z]+=))?$');
INSERT INTO scip.kind_address VALUES ('past_totals', '/v1/past-totals?metric=');

-- A principle by its slug; SC422 when there is none.
CREATE FUNCTION scip.principle(slug text) RETURNS bigint
LANGUAGE plpgsql STABLE STRICT AS $$
DECLARE
  found_id bigint;
BEGIN
  SELECT p.id INTO found_id FROM scip.toolkit_principle p WHERE p.slug = principle.slug;
  IF found_id IS NULL THEN
    RAISE 'no principle %', slug USING ERRCODE = 'SC422', CONSTRAINT = 'no-such-principle';
  END IF;
  RETURN found_id;
END $$;
GRANT EXECUTE ON FUNCTION scip.principle TO scip_writer;

-- Of an organisation that may have been a school on the day: its category's dates are only as exact as they are known.
CREATE FUNCTION scip.guard_self_assessment() RETURNS trigger
LANGUAGE plpgsql AS $$
BEGIN
  IF NEW.assessed_on > scip.today() THEN
    RAISE 'in the future' USING ERRCODE = 'SC422', CONSTRAINT = 'assessed-in-future';
  ELSIF NOT EXISTS (SELECT FROM scip.organisation_category c
                    WHERE c.organisation_id = NEW.organisation_id AND c.category = 'school_sector'
                      AND (c.starts IS NULL OR scip.earliest(c.starts) <= NEW.assessed_on)
                      AND (c.ends IS NULL OR scip.latest(c.ends) >= NEW.assessed_on)) THEN
    RAISE 'not of the school sector' USING ERRCODE = 'SC422', CONSTRAINT = 'not-a-school';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER guard_self_assessment BEFORE INSERT OR UPDATE ON scip.self_assessment
  FOR EACH ROW EXECUTE FUNCTION scip.guard_self_assessment();
CREATE INDEX ON scip.self_assessment (assessed_on, id);
CREATE INDEX ON scip.organisation_category (organisation_id, category);

-- What a school says on one day, as a whole: what is not named goes. The school's row is the lock, so of two sets at
-- once the later one stays, never a mixture. Somebody who writes a single one meanwhile comes before or after it.
CREATE FUNCTION scip.set_self_assessments(organisation bigint, day date, stages jsonb) RETURNS void
LANGUAGE plpgsql AS $$
BEGIN
  DELETE FROM scip.self_assessment a USING scip.toolkit_principle p
  WHERE a.organisation_id = organisation AND a.assessed_on = day AND p.id = a.principle_id AND NOT stages ? p.slug;
  INSERT INTO scip.self_assessment AS a (organisation_id, principle_id, stage, assessed_on)
  SELECT organisation, scip.principle(s.key), s.value, day FROM jsonb_each_text(stages) s ORDER BY s.key
  ON CONFLICT ON CONSTRAINT self_assessment_once DO UPDATE SET stage = EXCLUDED.stage WHERE a.stage <> EXCLUDED.stage;
END $$;
GRANT EXECUTE ON FUNCTION scip.set_self_assessments TO scip_writer;

CREATE VIEW scip.self_assessments WITH (security_invoker) AS
SELECT a.id, json_build_object('slug', o.slug, 'name', o.name, 'href', '/v1/organisations/' || o.slug) AS organisation,
       json_build_object('slug', p.slug, 'name', p.name, 'href', '/v1/toolkit/principles/' || p.slug) AS principle,
       a.stage, a.assessed_on, a.created_at, a.updated_at, '/v1/self-assessments/' || a.id AS href, a.version AS _version,
       o.slug AS _organisation, p.slug AS _principle
FROM scip.self_assessment a
JOIN scip.organisation o ON o.id = a.organisation_id
JOIN scip.toolkit_principle p ON p.id = a.principle_id;
GRANT SELECT ON scip.self_assessments TO scip_writer;

-- What totals there are is data: an alliance brings its own list. Those about young people are not public. Of people
-- the totals of a Hub by class are not public either: they may be small.
CREATE TABLE scip.closed_metric (
  code scip.code PRIMARY KEY,
  title scip.label NOT NULL,
  unit scip.code NOT NULL,
  public boolean NOT NULL DEFAULT false,
  people boolean NOT NULL DEFAULT false,
  sources scip.sources NOT NULL
);
COMMENT ON COLUMN scip.closed_metric.people IS 'Counts persons';
CALL scip.publish('closed_metric');
CALL scip.keep_records('closed_metric', 'past_totals', 'r.code', part => true, record => 'r.code');
ALTER TABLE scip.closed_total ADD CONSTRAINT closed_total_metric FOREIGN KEY (metric) REFERENCES scip.closed_metric ON UPDATE CASCADE,
  ADD CONSTRAINT closed_total_size CHECK (value <= 1000000000000 AND scale(value) <= 4),
  ADD COLUMN what text NOT NULL GENERATED ALWAYS AS
    (metric || '/' || coalesce(hub_id::text, '') || '/' || coalesce(item, '') || '/' || coalesce(class, '')) STORED;
CREATE INDEX ON scip.closed_total (what, period);
COMMENT ON COLUMN scip.closed_total.what IS 'What it is a total of: its periods do not overlap';
DROP FUNCTION scip.record_closed_total CASCADE;
CALL scip.keep_records('closed_total', 'closed_total', 'r.id', $$ARRAY['role:central']$$);

-- A period as totals name it (2021-M11, 2021-22 also as 2021/22 and 202122, 2021); NULL for what is none.
CREATE FUNCTION scip.total_period(period text) RETURNS text LANGUAGE sql IMMUTABLE PARALLEL SAFE STRICT
RETURN CASE WHEN period ~ '^(?!0000)[0-9]{4}(-M(0[1-9]|1[0-2]))?$' THEN period
            WHEN period ~ '^(?!0000)[0-9]{4}[-/]?[0-9]{2}$' THEN scip.period_name(period) END;
CREATE FUNCTION scip.total_days(period text) RETURNS daterange LANGUAGE sql IMMUTABLE PARALLEL SAFE STRICT
RETURN CASE WHEN length(period) = 4 THEN daterange(make_date(period::int, 1, 1), make_date(period::int + 1, 1, 1))
            WHEN substr(period, 6, 1) = 'M' THEN daterange(make_date(left(period, 4)::int, right(period, 2)::int, 1),
              (make_date(left(period, 4)::int, right(period, 2)::int, 1) + interval '1 month')::date)
            ELSE daterange(scip.year_start(period), (scip.year_start(period) + interval '1 year')::date) END;
-- All other periods that share a day with this one: what may not be counted beside it. At most 14 of them.
CREATE FUNCTION scip.total_overlaps(period text) RETURNS text[] LANGUAGE sql STABLE PARALLEL SAFE STRICT
RETURN ARRAY(SELECT DISTINCT n.name
             FROM generate_series(lower(scip.total_days(period))::timestamp, upper(scip.total_days(period)) - 1, interval '1 month') m (first),
                  LATERAL (VALUES (to_char(m.first, 'YYYY-"M"MM')), (scip.academic_year(m.first::date)), (to_char(m.first, 'YYYY'))) n (name)
             WHERE n.name <> period);
GRANT EXECUTE ON FUNCTION scip.total_period TO scip_anonymous;
GRANT EXECUTE ON FUNCTION scip.total_period, scip.total_days, scip.total_overlaps TO scip_writer;

-- One at a time adds totals of a metric. Its row is locked before a total is written, and what the ones before have
-- committed is seen by the statement that looks for overlaps afterwards: one for all rows of an import.
CREATE FUNCTION scip.lock_metrics(metrics text[]) RETURNS void
LANGUAGE sql SECURITY DEFINER SET search_path = scip, pg_temp AS $$
  SELECT FROM closed_metric WHERE code = ANY (metrics) ORDER BY code FOR NO KEY UPDATE;
$$;
GRANT EXECUTE ON FUNCTION scip.lock_metrics TO scip_writer;
CREATE FUNCTION scip.guard_closed_total() RETURNS trigger
LANGUAGE plpgsql AS $$
BEGIN
  IF NOT EXISTS (SELECT FROM scip.closed_metric m WHERE m.code = NEW.metric) THEN
    RAISE 'no metric %', NEW.metric USING ERRCODE = 'SC422', CONSTRAINT = 'no-such-metric';
  END IF;
  NEW.period := scip.total_period(NEW.period);
  IF NEW.period IS NULL THEN
    RAISE 'no period' USING ERRCODE = 'SC422', CONSTRAINT = 'no-such-period';
  ELSIF upper(scip.total_days(NEW.period)) > scip.today() THEN
    RAISE 'not over yet' USING ERRCODE = 'SC422', CONSTRAINT = 'period-is-not-over';
  END IF;
  PERFORM scip.lock_metrics(ARRAY[NEW.metric]);
  RETURN NEW;
END $$;
CREATE TRIGGER guard_closed_total BEFORE INSERT OR UPDATE OF metric, period, hub_id, item, class ON scip.closed_total
  FOR EACH ROW EXECUTE FUNCTION scip.guard_closed_total();
CREATE FUNCTION scip.refuse_overlaps() RETURNS trigger
LANGUAGE plpgsql AS $$
DECLARE
  found boolean;
BEGIN
  EXECUTE 'WITH spanned AS MATERIALIZED ( -- planned anew each time: one row differs from thousands
             SELECT w.what, o.period
             FROM (SELECT d.period, scip.total_overlaps(d.period) AS others FROM (SELECT DISTINCT period FROM written) d OFFSET 0) p
             JOIN written w USING (period) CROSS JOIN LATERAL unnest(p.others) o (period))
           SELECT EXISTS (SELECT FROM spanned JOIN scip.closed_total t USING (what, period))' INTO found;
  IF found THEN
    RAISE 'counted already' USING ERRCODE = 'SC409', CONSTRAINT = 'total-overlaps';
  END IF;
  RETURN NULL;
END $$;
CREATE TRIGGER refuse_overlaps AFTER INSERT ON scip.closed_total
  REFERENCING NEW TABLE AS written FOR EACH STATEMENT EXECUTE FUNCTION scip.refuse_overlaps();
CREATE TRIGGER refuse_overlaps_too AFTER UPDATE ON scip.closed_total
  REFERENCING NEW TABLE AS written FOR EACH STATEMENT EXECUTE FUNCTION scip.refuse_overlaps();
-- Changes of what is not public change public totals: their readers are told of the metric, no more.
CREATE FUNCTION scip.note_totals() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = scip, pg_temp AS $$
BEGIN
  INSERT INTO change (kind, key, op, audience)
  SELECT DISTINCT 'past_totals', m.code::text, 'changed', ARRAY['public']
  FROM unnest(ARRAY[to_jsonb(OLD), to_jsonb(NEW)]) r JOIN closed_metric m ON m.code = r ->> 'metric' AND m.public
  ON CONFLICT (xid, kind, key, op, audience) DO NOTHING;
  RETURN NULL;
END $$;
CREATE TRIGGER note_totals AFTER INSERT OR UPDATE OR DELETE ON scip.closed_total
  FOR EACH ROW EXECUTE FUNCTION scip.note_totals();

-- Everybody reads the totals of public metrics, without the notes.
GRANT SELECT (id, metric, period, hub_id, item, class, value, sources) ON scip.closed_total TO scip_anonymous;
CREATE POLICY read ON scip.closed_total FOR SELECT TO scip_anonymous
  USING (EXISTS (SELECT FROM scip.closed_metric m WHERE m.code = metric AND m.public AND NOT (m.people AND hub_id IS NOT NULL AND class IS NOT NULL)));

CREATE VIEW scip.past_totals WITH (security_invoker) AS
SELECT t.metric::text, m.title::text, m.unit::text, t.period,
       CASE WHEN length(t.period) = 4 THEN 'calendar_year' WHEN substr(t.period, 6, 1) = 'M' THEN 'month' ELSE 'academic_year' END AS period_kind,
       CASE WHEN h.id IS NOT NULL THEN json_build_object('slug', h.slug, 'name', h.name, 'href', '/v1/hubs/' || h.slug) END AS hub,
       t.item::text, t.class::text, t.value, 'closed' AS basis, array_to_json(t.sources) AS sources, h.slug AS _hub, t.id AS _id
FROM scip.closed_total t
JOIN scip.closed_metric m ON m.code = t.metric
LEFT JOIN scip.hub h ON h.id = t.hub_id;
CREATE VIEW scip.closed_totals WITH (security_invoker) AS
SELECT p._id AS id, p.metric, p.title, p.unit, m.public, p.period, p.period_kind, p.hub, p.item, p.class, p.value, p.sources, t.note,
       t.created_at, t.updated_at, '/v1/closed-totals/' || t.id AS href, t.version AS _version, p._hub
FROM scip.past_totals p
JOIN scip.closed_total t ON t.id = p._id
JOIN scip.closed_metric m ON m.code = t.metric;
GRANT SELECT ON scip.past_totals TO scip_anonymous, scip_writer;
GRANT SELECT ON scip.closed_totals TO scip_writer;

-- The lines of a spreadsheet as totals: what each means, or what is wrong with it and in which column.
CREATE FUNCTION scip.read_closed_totals(body jsonb, OUT line int, OUT what text, OUT metric text, OUT period text, OUT hub_id bigint,
  OUT item text, OUT class text, OUT value numeric, OUT sources text[], OUT note text, OUT wrong_column text, OUT wrong text)
RETURNS SETOF record LANGUAGE sql STABLE AS $$
  SELECT g.line, g.metric || '/' || coalesce(h.id::text, '') || '/' || coalesce(g.item, '') || '/' || coalesce(g.class, ''), g.metric, p.period, h.id, g.item, g.class, n.value, string_to_array(g.source, ' | '), g.note, w.wrong_column, w.wrong
  FROM (SELECT (r.row ->> 'line')::int AS line, v.* FROM jsonb_array_elements(body -> 'rows') r (row),
               jsonb_to_record(r.row -> 'values') v (metric text, period text, hub text, item text, class text, value text, source text, note text)) g
  LEFT JOIN scip.closed_metric m ON m.code = g.metric
  LEFT JOIN scip.hub h ON h.slug = g.hub
  CROSS JOIN LATERAL (SELECT scip.total_period(g.period) AS period) p
  CROSS JOIN LATERAL (SELECT CASE WHEN g.value ~ '^([0-9]{1,13}|[0-9]{1,3}(,[0-9]{3}){1,4})(\.[0-9]{1,4})?$' -- 23750, 23,750
                                  THEN replace(g.value, ',', '')::numeric END AS value) n
  LEFT JOIN LATERAL (
    SELECT f.* FROM (VALUES
      (m.code IS NULL, 'metric', 'must be one of ' || (SELECT string_agg(a.code, ', ' ORDER BY a.code) FROM scip.closed_metric a)),
      (p.period IS NULL, 'period', 'must be a month (2021-M11), an academic year (2021-22) or a calendar year (2021)'),
      (upper(scip.total_days(p.period)) > scip.today(), 'period', 'is not over yet'),
      (g.hub IS NOT NULL AND h.id IS NULL, 'hub', 'is not the slug of a Hub'),
      (g.item !~ '^[a-z0-9]+(-[a-z0-9]+)*$' OR length(g.item) > 120, 'item', 'must be a slug'),
      (g.class !~ '^[a-z][a-z0-9_]*$' OR length(g.class) > 60, 'class', 'must be a word in small letters'),
      (coalesce(n.value > 1000000000000, true), 'value', 'must be a number without a sign, with at most four decimals'),
      (g.source IS NULL, 'source', 'is missing'),
      (length(g.source) > 4000 OR '' = ANY (string_to_array(g.source, ' | ')), 'source', 'must be up to 4,000 characters; between two stands " | "'),
      (length(g.note) > 2000, 'note', 'must be at most 2,000 characters')) f (faulty, wrong_column, wrong)
    WHERE f.faulty LIMIT 1) w ON true;
$$;

-- All lines or none. A line that is there already with the same values is unchanged; with others it is refused, for
-- whoever wrote that one meant it. What the lines do to each other is looked for with the metrics locked, in one order.
CREATE FUNCTION scip.import_closed_totals(body jsonb, OUT lines int, OUT imported int, OUT unchanged int, OUT errors jsonb)
LANGUAGE plpgsql SET plan_cache_mode = force_custom_plan AS $$
DECLARE
  known text[] := '{metric,period,hub,item,class,value,source,note}';
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
  WITH read AS MATERIALIZED (
    SELECT * FROM scip.read_closed_totals(body)
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
    SELECT o.line, 'period', 'overlaps with the total of ' || min(t.period) FROM spanned o JOIN scip.closed_total t USING (what, period) GROUP BY o.line
    UNION ALL
    SELECT s.line, c.name, c.wrong
    FROM sound s JOIN scip.closed_total t USING (what, period), LATERAL (VALUES
      ('value', t.value <> s.value, 'is another than that of the total that is there, ' || t.value),
      ('source', t.value = s.value AND t.sources <> s.sources, 'is another than that of the total that is there: correct it there'),
      ('note', t.value = s.value AND s.note IS NOT NULL AND s.note IS DISTINCT FROM t.note, 'is another than that of the total that is there: correct it there')) c (name, differs, wrong)
    WHERE c.differs
  ), first AS (
    SELECT j.* FROM judged j ORDER BY j.line, j.wrong_column LIMIT 1000
  ), added AS (
    INSERT INTO scip.closed_total (metric, period, hub_id, item, class, value, sources, note)
    SELECT r.metric, r.period, r.hub_id, r.item, r.class, r.value, r.sources, r.note
    FROM sound r
    WHERE NOT EXISTS (SELECT FROM first) AND NOT EXISTS (SELECT FROM scip.closed_total t WHERE t.what = r.what AND t.period = r.period)
    ORDER BY r.line
    RETURNING id
  )
  SELECT jsonb_agg(jsonb_build_object('pointer', concat_ws('/', '/body/line', f.line, f.wrong_column), 'detail', f.wrong) ORDER BY f.line, f.wrong_column),
         (SELECT count(*) FROM added)
  INTO errors, imported FROM first f;
  unchanged := lines - imported;
END $$;
GRANT EXECUTE ON FUNCTION scip.read_closed_totals, scip.import_closed_totals TO scip_writer;

COMMIT;
