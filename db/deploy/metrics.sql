-- Metrics: a definition is a row of scip.metric (data/metric.csv) with its SQL beside it (metrics/<code>.sql), which
-- gives the facts that are counted and those that are left out, each with its reason. All else here is for all of them.
BEGIN;
SET LOCAL client_min_messages = warning;

CREATE SCHEMA metric;
CREATE SCHEMA fact;

CREATE TABLE scip.metric (
  code scip.code PRIMARY KEY,
  version int NOT NULL CHECK (version > 0),
  title scip.label NOT NULL,
  definition text NOT NULL CHECK (scip.shows(definition)),
  left_out text NOT NULL CHECK (scip.shows(left_out)),
  unit scip.code NOT NULL,
  kind text NOT NULL CHECK (kind IN ('stock', 'flow')),
  measure text NOT NULL CHECK (measure IN ('count', 'share')),
  privacy text NOT NULL CHECK (privacy IN ('exact', 'people', 'ratings', 'young_people')),
  breakdowns text[] NOT NULL DEFAULT '{}',
  category scip.label,
  reported boolean NOT NULL DEFAULT false,
  additive boolean NOT NULL DEFAULT false,
  tables text[] NOT NULL DEFAULT '{}',
  sources scip.sources NOT NULL,
  ordinal int NOT NULL,
  CONSTRAINT metric_category CHECK ((category IS NOT NULL) = (array_to_string(breakdowns, ' ') ~ 'category')),
  CONSTRAINT metric_breakdowns CHECK (breakdowns <@ ARRAY['hub', 'nation', 'category', 'hub+category']),
  -- the one that hides Hubs goes by the tree of Hubs in nations
  CONSTRAINT metric_tree CHECK (privacy <> 'young_people' OR breakdowns = ARRAY['hub', 'nation'] AND additive AND measure = 'count'),
  -- parts of a whole, in one way alone
  CONSTRAINT metric_ratings CHECK (privacy <> 'ratings' OR breakdowns <@ '{category}' AND measure = 'share')
);
COMMENT ON COLUMN scip.metric.category IS 'What the dimension category is of this metric';
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
  PRIMARY KEY (code, version)
);
CALL scip.publish('metric', 'metric_definition');
CALL scip.keep_records('metric', 'metric', 'r.code', record => 'r.code');
INSERT INTO scip.kind_address VALUES ('metric', '/v1/metrics/');
CREATE TRIGGER refuse_change BEFORE UPDATE OR DELETE OR TRUNCATE ON scip.metric_definition
  FOR EACH STATEMENT EXECUTE FUNCTION scip.refuse_change();

-- One that is counted: a subject counts once however often it comes; without one the weight is added. Of a share, part
-- is what is above the line, weight what is below. left_out says why it does not count; record, where it stands.
CREATE TYPE fact.row AS (
  subject text, weight numeric, part numeric, day date, hub_id bigint, nation text, category text, left_out text, record text
);

-- Where something of a Hub is counted: a Hub of several nations is in none of them.
CREATE FUNCTION scip.one_nation(nations scip.nation[]) RETURNS text LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN CASE cardinality(nations) WHEN 1 THEN nations[1] END;
-- An event counts where its Hub does, wherever it took place, so that a Hub's numbers are in one nation; one of no Hub in its own.
CREATE FUNCTION scip.event_nation(hub bigint, nations scip.nation[], own text) RETURNS text LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN CASE WHEN hub IS NULL THEN own ELSE scip.one_nation(nations) END;

-- Takes a metric's SQL: the body of fact.<code>(first_day, last_day, known_at). What a version says stays said.
CREATE PROCEDURE metric.define(code text, sql text)
LANGUAGE plpgsql AS $$
DECLARE
  m scip.metric;
  same boolean;
BEGIN
  SELECT * INTO m FROM scip.metric x WHERE x.code = define.code;
  IF NOT FOUND THEN
    RAISE 'metrics/%.sql: no such metric', code;
  END IF;
  SELECT (d.definition, d.left_out, d.sql) = (m.definition, m.left_out, define.sql) INTO same
  FROM scip.metric_definition d WHERE d.code = define.code AND d.version = m.version;
  IF same IS NULL THEN
    INSERT INTO scip.metric_definition VALUES (define.code, m.version, m.definition, m.left_out, define.sql);
  ELSIF NOT same THEN
    RAISE 'metric %: what version % says has changed: give it the next version', code, m.version;
  END IF;
  EXECUTE format('CREATE OR REPLACE FUNCTION fact.%I(first_day date, last_day date, known_at timestamptz) RETURNS SETOF fact.row LANGUAGE sql STABLE AS %L',
    code, format(E'SELECT subject::text, weight::numeric, part::numeric, day::date, hub_id::bigint, nation::text, category::text, left_out::text, record::text FROM (\n%s\n) f (subject, weight, part, day, hub_id, nation, category, left_out, record)', sql));
END $$;

-- Every metric has its SQL.
CREATE PROCEDURE metric.check_defined()
LANGUAGE plpgsql AS $$
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

-- All facts of a metric: those of its SQL; totals of the past, which stand for the records of their days; and where a Hub's accepted
-- return for the year gives another number, that one in place of its records (not with returns => false). As a query, so that who sums
-- them makes no row of each: $1 code, $2 and $3 first and last day as far as they have come, $4 when it was known, $5 last day, $6 returns.
CREATE FUNCTION metric.query(code text) RETURNS text LANGUAGE sql IMMUTABLE AS $$
  SELECT format($sql$
    WITH m AS MATERIALIZED (SELECT * FROM scip.metric WHERE code = $1),
    given AS MATERIALIZED (
      SELECT e.hub_id, f.value, e.id FROM scip.academic_year($2) y, m, known.hub_evaluation($4) e
      JOIN known.hub_evaluation_figure($4) f ON f.evaluation_id = e.id AND f.metric = $1
      WHERE e.year = y AND scip.year_start(y) = $2 AND $5 = $2 + interval '1 year' - interval '1 day' AND e.status IN ('accepted', 'published')
        AND f.reason IS NOT NULL AND m.additive AND $6
    ), total AS MATERIALIZED (
      SELECT t.*, scip.total_days(t.period) AS days,
             CASE WHEN t.class <> 'human' THEN t.class
                  WHEN t.hub_id IN (SELECT g.hub_id FROM given g) THEN 'the return of the Hub stands'
                  WHEN NOT CASE m.kind WHEN 'stock' THEN upper(scip.total_days(t.period)) - 1 = $5 ELSE scip.total_days(t.period) <@ daterange($2, $5, '[]') END
                    THEN 'a total of the past that is of other days too' END AS not_this
      FROM known.closed_total($4) t, m
      WHERE t.metric = $1 AND scip.total_days(t.period) && daterange($2, $5, '[]')
    )
    SELECT r.subject, r.weight, r.part, r.day, r.hub_id, r.nation, r.category,
           coalesce(r.left_out, CASE WHEN r.hub_id = ANY (ARRAY(SELECT g.hub_id FROM given g)) THEN 'the return of the Hub stands'
             WHEN EXISTS (SELECT FROM total) AND EXISTS (SELECT FROM total t WHERE t.not_this IS NULL AND t.days @> r.day AND (t.hub_id IS NULL OR t.hub_id = r.hub_id)) THEN 'a total of the past stands' END) AS left_out,
           r.record
    FROM fact.%1$I($2, $3, $4) r
    UNION ALL
    SELECT NULL, t.value, NULL, t.days_last, t.hub_id, h.nation, NULL, t.not_this, '/v1/closed-totals/' || t.id
    FROM (SELECT total.*, upper(days) - 1 AS days_last FROM total) t
    LEFT JOIN LATERAL (SELECT scip.one_nation(x.nations) AS nation FROM scip.hub x WHERE x.id = t.hub_id) h ON true
    UNION ALL
    SELECT NULL, g.value, NULL, $3, g.hub_id, scip.one_nation(h.nations), NULL, NULL,
           '/v1/hubs/' || h.slug || '/evaluations/' || scip.academic_year($2)
    FROM given g JOIN scip.hub h ON h.id = g.hub_id
    $sql$, code)
$$;
-- How far a period has come by then.
CREATE FUNCTION metric.until(last_day date, known_at timestamptz) RETURNS date LANGUAGE sql STABLE
RETURN least(last_day, scip.today(), (known_at AT TIME ZONE 'Europe/London')::date - 1);

CREATE FUNCTION metric.facts(code text, first_day date, last_day date, known_at timestamptz, returns boolean DEFAULT true) RETURNS SETOF fact.row
LANGUAGE plpgsql STABLE AS $$
BEGIN
  RETURN QUERY EXECUTE metric.query(code) USING code, first_day, metric.until(last_day, known_at), known_at, last_day, returns;
END $$;

-- Sums over what `by` does not name, of all that is asked; nobody is asked whether it may be told.
CREATE FUNCTION metric.sums(code text, first_day date, last_day date, known_at timestamptz, by text[], returns boolean DEFAULT true,
  OUT hub_id bigint, OUT nation text, OUT category text, OUT value numeric, OUT part numeric, OUT whole numeric, OUT rows_in bigint)
RETURNS SETOF record LANGUAGE plpgsql STABLE AS $$
DECLARE
  share boolean := (SELECT m.measure = 'share' FROM scip.metric m WHERE m.code = sums.code);
BEGIN
  IF share IS NULL THEN
    RETURN;
  END IF;
  RETURN QUERY EXECUTE format($sql$
    SELECT g.hub_id, g.nation, g.category,
           CASE WHEN %1$L THEN trim_scale(round(100 * coalesce(sum(g.part), 0) / nullif(coalesce(sum(g.weight), 0), 0), 1))
             ELSE trim_scale(count(DISTINCT g.subject) + coalesce(sum(g.weight) FILTER (WHERE g.subject IS NULL), 0)) END,
           CASE WHEN %1$L THEN coalesce(sum(g.part), 0) END, CASE WHEN %1$L THEN coalesce(sum(g.weight), 0) END, count(*)
    FROM (SELECT f.subject, f.weight, f.part, %2$s AS hub_id, %3$s AS nation, %4$s AS category FROM (%5$s) f WHERE f.left_out IS NULL) g
    GROUP BY 1, 2, 3
    $sql$, share, CASE WHEN 'hub' = ANY (by) THEN 'f.hub_id' ELSE 'NULL::bigint' END, CASE WHEN 'nation' = ANY (by) THEN 'f.nation' ELSE 'NULL::text' END,
    CASE WHEN 'category' = ANY (by) THEN 'f.category' ELSE 'NULL::text' END, metric.query(code))
  USING code, first_day, metric.until(last_day, known_at), known_at, last_day, returns;
END $$;

-- Whether Hubs have said anything of a period, and whether more than that there was nothing: what makes a zero.
CREATE FUNCTION metric.said(first_day date, last_day date, known_at timestamptz, OUT hub_id bigint, OUT nil boolean)
RETURNS SETOF record LANGUAGE sql STABLE AS $$
  SELECT r.hub_id, bool_and(r.nil) FROM (
    SELECT u.hub_id, u.nil_return AS nil FROM known.quarterly_update(known_at) u
    WHERE u.status = 'submitted' AND scip.quarter_start(u.quarter) <= last_day AND scip.quarter_end(u.quarter) >= first_day
    UNION ALL
    SELECT e.hub_id, false FROM known.hub_evaluation(known_at) e
    WHERE e.status <> 'draft' AND scip.year_start(e.year) <= last_day AND scip.period_end(e.year) >= first_day) r
  GROUP BY 1
$$;

-- A cell for all that there could be: every Hub, nation and category that has facts, with the reason where there is no number.
CREATE FUNCTION metric.cells(code text, first_day date, last_day date, known_at timestamptz, by text[], returns boolean DEFAULT true,
  OUT hub_id bigint, OUT nation text, OUT category text, OUT value numeric, OUT part numeric, OUT whole numeric, OUT status text)
RETURNS SETOF record LANGUAGE sql STABLE AS $$
  WITH m AS (SELECT * FROM scip.metric x WHERE x.code = cells.code),
  sum AS MATERIALIZED (SELECT * FROM metric.sums(cells.code, cells.first_day, cells.last_day, cells.known_at, by, cells.returns)),
  at_work AS MATERIALIZED ( -- Hubs that were active in the period, of a stock on its last day
    SELECT DISTINCT p.hub_id, scip.one_nation(h.nations) AS nation FROM m, known.hub_phases(known_at) p JOIN known.hub(known_at) h ON h.id = p.hub_id
    WHERE p.status = 'active' AND p.since <= cells.last_day AND (p.until IS NULL OR p.until > CASE m.kind WHEN 'stock' THEN cells.last_day ELSE cells.first_day END)
  ),
  said AS MATERIALIZED (SELECT * FROM metric.said(cells.first_day, cells.last_day, cells.known_at)),
  frame AS (
    SELECT h.id AS hub_id, NULL::text AS nation, c.category FROM known.hub(known_at) h
    LEFT JOIN (SELECT DISTINCT s.category FROM sum s WHERE 'category' = ANY (by) AND s.category IS NOT NULL) c ON true
    WHERE 'hub' = ANY (by)
    UNION
    SELECT NULL, n, NULL FROM unnest(ARRAY['GB-ENG', 'GB-NIR', 'GB-SCT', 'GB-WLS']) n WHERE 'nation' = ANY (by)
    UNION
    SELECT s.hub_id, s.nation, s.category FROM sum s
    UNION
    SELECT NULL, NULL, NULL WHERE by = '{}'
  )
  SELECT f.hub_id, f.nation, f.category,
         CASE WHEN e.status IN ('value', 'zero') THEN coalesce(s.value, 0) END, CASE WHEN e.status IN ('value', 'zero') THEN s.part END,
         CASE WHEN e.status IN ('value', 'zero') THEN s.whole END, e.status
  FROM m CROSS JOIN frame f LEFT JOIN sum s ON (s.hub_id, s.nation, s.category) IS NOT DISTINCT FROM (f.hub_id, f.nation, f.category)
  LEFT JOIN said d ON d.hub_id = f.hub_id
  CROSS JOIN LATERAL (SELECT CASE
    WHEN s.value <> 0 THEN 'value'
    WHEN f.hub_id IS NOT NULL AND coalesce(s.whole, 0) = 0 AND NOT EXISTS (SELECT FROM at_work w WHERE w.hub_id = f.hub_id) THEN 'not_applicable'
    WHEN m.reported AND f.hub_id IS NOT NULL AND d.hub_id IS NULL AND coalesce(s.whole, 0) = 0 THEN 'not_submitted'
    WHEN s.rows_in > 0 AND m.measure = 'count' THEN 'zero'
    WHEN m.reported AND f.hub_id IS NULL AND f.nation IS NOT NULL AND NOT EXISTS (SELECT FROM at_work w WHERE w.nation = f.nation) THEN 'not_applicable'
    WHEN m.reported AND f.hub_id IS NULL AND NOT EXISTS (SELECT FROM said x JOIN at_work w ON w.hub_id = x.hub_id WHERE f.nation IS NULL OR w.nation = f.nation) THEN 'not_submitted'
    WHEN m.reported AND f.hub_id IS NOT NULL AND d.nil AND coalesce(s.whole, 0) = 0 THEN 'nil_return'
    WHEN m.measure = 'share' AND coalesce(s.whole, 0) = 0 THEN 'not_applicable'
    -- what was never recorded by then is not known to be nothing
    WHEN coalesce(s.whole, 0) = 0 AND NOT (SELECT EXISTS (SELECT FROM metric.facts(cells.code, '1900-01-01', cells.last_day, cells.known_at) a WHERE a.left_out IS NULL)) THEN 'not_available'
    ELSE 'zero' END AS status) e
$$;

-- What the records say of one Hub and academic year, of what Hubs confirm in their returns. For the Hub itself: nothing recorded is nought,
-- which it may confirm.
CREATE FUNCTION metric.of_hub(hub bigint, year text, OUT metric text, OUT value numeric, OUT status text)
RETURNS SETOF record LANGUAGE sql STABLE AS $$
  SELECT m.code, CASE WHEN c.status = 'not_applicable' THEN NULL ELSE coalesce(c.value, 0) END, CASE WHEN c.status IN ('value', 'not_applicable') THEN c.status ELSE 'zero' END
  FROM scip.evaluation_metric e JOIN scip.metric m ON m.code = e.metric
  CROSS JOIN LATERAL metric.cells(m.code, scip.period_start(year), scip.period_end(year), NULL, '{hub}', false) c
  WHERE c.hub_id = hub
$$;

COMMIT;
