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
  privacy text NOT NULL CHECK (privacy IN ('exact', 'rounded', 'beside', 'ratings', 'answers')),
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
  CONSTRAINT metric_parts CHECK (CASE privacy WHEN 'exact' THEN true WHEN 'rounded' THEN breakdowns <@ '{hub,nation}' AND additive AND measure = 'count'
    WHEN 'beside' THEN breakdowns <@ '{hub,nation,category}' AND additive AND measure = 'count' ELSE breakdowns = '{category}' AND measure = CASE privacy WHEN 'ratings' THEN 'share' ELSE 'count' END END),
  CONSTRAINT metric_beside CHECK ((privacy = 'beside') = (beside IS NOT NULL))
);
COMMENT ON COLUMN scip.metric.privacy IS 'How it is published: see releases.sql, metric.publish()';
COMMENT ON COLUMN scip.metric.beside IS 'The metric that is rounded, whose hidden numbers this one would tell';
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
  unit scip.code NOT NULL,
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

-- What categories there are of a metric, some as other records have them.
CREATE VIEW metric.event_kind AS SELECT DISTINCT kind AS slug FROM scip.event WHERE status <> 'draft';
CREATE VIEW metric.contribution_kind AS SELECT DISTINCT kind AS slug FROM scip.policy_contribution;
CREATE VIEW metric.principle_stage AS SELECT p.slug || '/' || s AS slug FROM scip.toolkit_principle p, unnest(ARRAY['emerging', 'developing', 'embedding']) s;
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
  SELECT (d.definition, d.left_out, d.unit, d.sql) = (m.definition, m.left_out, m.unit, define.sql) INTO same
  FROM scip.metric_definition d WHERE d.code = define.code AND d.version = m.version;
  IF same IS NULL THEN
    INSERT INTO scip.metric_definition (code, version, definition, left_out, unit, sql) VALUES (define.code, m.version, m.definition, m.left_out, m.unit, define.sql);
  ELSIF NOT same THEN
    RAISE 'metric %: what version % says has changed: give it the next version', code, m.version;
  END IF;
  EXECUTE format('CREATE OR REPLACE FUNCTION fact.%I(first_day date, last_day date, known_at timestamptz) RETURNS SETOF fact.row LANGUAGE sql STABLE AS %L',
    code, format(E'SELECT subject::text, weight::numeric, part::numeric, day::date, hub_id::bigint, nation::text, category::text, left_out::text, record::text FROM (\n%s\n) f (subject, weight, part, day, hub_id, nation, category, left_out, record)', sql));
  CALL metric.make(m);
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

-- Periods as they are asked for, one by one or from one to another (2019-20..2023-24), each once and in the order in which they come.
-- wrong: a sentence that begins with what was given.
CREATE FUNCTION metric.periods(given text[], OUT name text, OUT family text, OUT first_day date, OUT last_day date, OUT wrong text)
RETURNS SETOF record LANGUAGE plpgsql STABLE AS $$
#variable_conflict use_column
BEGIN
  RETURN QUERY
    WITH asked AS (
      SELECT g.i, g.given, a AS since, b AS until, g.given LIKE '%..%' AS ranges, strpos(split_part(g.given, '..', 2), '..') + (split_part(g.given, '..', 3) <> '')::int > 0 AS more
      FROM unnest(given) WITH ORDINALITY g (given, i), LATERAL metric.period(split_part(g.given, '..', 1)) a, LATERAL metric.period(split_part(g.given, '..', 2)) b
    ), judged AS (
      SELECT q.*, n.many, CASE
        WHEN NOT q.ranges THEN (q.since).wrong
        WHEN q.more OR (q.since).wrong IS NOT NULL OR (q.until).wrong IS NOT NULL THEN 'must be two periods with .. between them (2019-20..2023-24)'
          || coalesce('; ' || nullif(split_part(q.given, '..', 1), '') || ' ' || (q.since).wrong, '') || coalesce('; ' || nullif(split_part(q.given, '..', 2), '') || ' ' || (q.until).wrong, '')
        WHEN 'strategy' IN ((q.since).family, (q.until).family) THEN 'is no range: strategies are named one by one'
        WHEN (q.since).family <> (q.until).family THEN format('mixes %s and %s periods, whose days are not the same', (q.since).family, (q.until).family)
        WHEN length((q.since).name) <> length((q.until).name) THEN 'must go from one year to another, or from one quarter or month to another'
        WHEN (q.until).first_day < (q.since).first_day THEN 'ends before it begins'
        WHEN n.many > 60 THEN format('is %s periods: no more than 60 can be asked for at once', n.many) END AS wrong
      FROM asked q, LATERAL (SELECT CASE length((q.since).name) WHEN 10 THEN 3 WHEN 8 THEN 1 ELSE 12 END AS months) s, LATERAL (
        SELECT 1 + ((extract(year FROM (q.until).first_day) - extract(year FROM (q.since).first_day)) * 12
                    + extract(month FROM (q.until).first_day) - extract(month FROM (q.since).first_day))::int / s.months AS many) n
    )
    SELECT d.name, d.family, d.first_day, d.last_day, d.wrong FROM (
      SELECT DISTINCT ON (p.wrong, p.name) j.i, p.* FROM judged j, LATERAL (
        SELECT NULL::text AS name, NULL::text AS family, NULL::date AS first_day, NULL::date AS last_day, j.given || ' ' || j.wrong AS wrong WHERE j.wrong IS NOT NULL
        UNION ALL
        SELECT (j.since).* WHERE j.wrong IS NULL AND NOT j.ranges
        UNION ALL
        SELECT p.name, p.family, p.first_day, p.last_day, NULL
        FROM generate_series(CASE WHEN j.wrong IS NULL AND j.ranges THEN (j.since).first_day END::timestamp, (j.until).first_day,
                             CASE length((j.since).name) WHEN 10 THEN '3 months' WHEN 8 THEN '1 month' ELSE '1 year' END::interval) t,
             LATERAL metric.period(CASE length((j.since).name) WHEN 10 THEN scip.quarter(t::date) WHEN 8 THEN to_char(t, 'YYYY-"M"MM') WHEN 4 THEN to_char(t, 'YYYY')
                                   ELSE replace(scip.academic_year(t::date), '-', '/') END) p) p
      ORDER BY p.wrong, p.name, j.i) d
    ORDER BY d.i, d.first_day;
END $$;

-- The days from one to another; none where they come the other way round, as those of a period that had not begun.
CREATE FUNCTION metric.days(first_day date, last_day date) RETURNS daterange LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN CASE WHEN first_day <= last_day THEN daterange(first_day, last_day, '[]') WHEN first_day > last_day THEN 'empty' END;

-- All facts of a metric: those of its SQL; totals of the past, which stand for the records of their days; and where a Hub's accepted
-- return for the year gives another number, that one in place of its records (not without returns). As a query, so that who sums
-- them makes no row of each: of a row p with first_day, last_day and until_day, the last one as far as it has come, and known_at and returns.
CREATE FUNCTION metric.query(code text) RETURNS text LANGUAGE sql IMMUTABLE AS $$
  SELECT format($sql$
    WITH m AS MATERIALIZED (SELECT * FROM scip.metric WHERE code = %1$L),
    given AS MATERIALIZED (
      SELECT e.hub_id, f.value, e.id, e.year FROM m, known.hub_evaluation(known_at) e JOIN known.hub_evaluation_figure(known_at) f ON f.evaluation_id = e.id AND f.metric = %1$L
      WHERE e.year = scip.academic_year(p.first_day) AND scip.year_start(e.year) = p.first_day AND scip.period_end(e.year) = p.last_day
        AND e.status IN ('accepted', 'published') AND f.reason IS NOT NULL AND m.additive AND returns
    ), total AS MATERIALIZED (
      SELECT t.*, scip.total_days(t.period) AS days,
             CASE WHEN t.class <> 'human' THEN t.class
                  WHEN t.hub_id IN (SELECT g.hub_id FROM given g) THEN 'the return of the Hub stands'
                  WHEN NOT CASE m.kind WHEN 'stock' THEN upper(scip.total_days(t.period)) - 1 = p.last_day ELSE scip.total_days(t.period) <@ metric.days(p.first_day, p.last_day) END
                    THEN 'a total of the past that is of other days too' END AS not_this
      FROM known.closed_total(known_at) t, m
      WHERE t.metric = %1$L AND scip.total_days(t.period) && metric.days(p.first_day, p.last_day)
    )
    SELECT r.subject, r.weight, r.part, r.day, r.hub_id, r.nation, r.category,
           coalesce(r.left_out, CASE WHEN r.hub_id = ANY (ARRAY(SELECT g.hub_id FROM given g)) THEN 'the return of the Hub stands'
             WHEN EXISTS (SELECT FROM total) AND EXISTS (SELECT FROM total t WHERE t.not_this IS NULL AND t.days @> r.day AND (t.hub_id IS NULL OR t.hub_id = r.hub_id)) THEN 'a total of the past stands' END) AS left_out,
           r.record
    FROM fact.%1$I(p.first_day, p.until_day, known_at) r
    UNION ALL
    SELECT NULL, t.value, NULL, t.days_last, t.hub_id, h.nation, NULL, t.not_this, '/v1/closed-totals/' || t.id
    FROM (SELECT total.*, upper(days) - 1 AS days_last FROM total) t
    LEFT JOIN LATERAL (SELECT scip.one_nation(x.nations) AS nation FROM scip.hub x WHERE x.id = t.hub_id) h ON true
    UNION ALL
    SELECT NULL, g.value, NULL, p.until_day, g.hub_id, scip.one_nation(h.nations), NULL, NULL, '/v1/hubs/' || h.slug || '/evaluations/' || g.year
    FROM given g JOIN scip.hub h ON h.id = g.hub_id
    $sql$, code)
$$;
-- How far a period has come by then.
CREATE FUNCTION metric.until(last_day date, known_at timestamptz) RETURNS date LANGUAGE sql STABLE
RETURN least(last_day, scip.today(), (known_at AT TIME ZONE 'Europe/London')::date - 1);


-- By what a metric's facts are summed: what it is broken down by, and where less is published than counted what that is made of.
CREATE FUNCTION metric.summed_by(m scip.metric) RETURNS text[] LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN ARRAY[''] || (m).breakdowns || CASE (m).privacy WHEN 'rounded' THEN '{hub+nation}' WHEN 'beside' THEN '{hub+nation,hub+nation+category}' ELSE '{}' END::text[];

-- What is asked of a metric's facts, of several periods (n: their place) at once: facts.<code>, sum.<code>, and recorded.<code>, the periods by
-- whose end something had ever been recorded. Made with the metric, so that a session plans each once: to plan them takes longer than they do.
CREATE SCHEMA facts;
CREATE SCHEMA sum;
CREATE SCHEMA recorded;
CREATE TYPE metric.sum AS (n bigint, breakdown text, hub_id bigint, nation text, category text, value numeric, part numeric, whole numeric, rows_in bigint);
CREATE PROCEDURE metric.make(m scip.metric)
LANGUAGE plpgsql AS $$
DECLARE
  periods CONSTANT text := '(SELECT x.*, metric.until(x.last_day, known_at) AS until_day FROM unnest(first_days, last_days) WITH ORDINALITY x (first_day, last_day, n)) p';
  breakdowns CONSTANT text[] := metric.summed_by(m);
  has CONSTANT text[] := string_to_array(array_to_string(breakdowns, '+'), '+');
  made record;
BEGIN
  FOR made IN SELECT * FROM (VALUES
    ('facts', 'fact.row', 'SELECT f.* FROM %s CROSS JOIN LATERAL (%s) f'),
    ('recorded', 'bigint', 'SELECT p.n FROM %s WHERE EXISTS (SELECT FROM (%s) f WHERE f.left_out IS NULL)'),
    ('sum', 'metric.sum', format($sql$
      SELECT p.n, concat_ws('+', %s), %s, %s, %s,
             CASE WHEN %6$L THEN trim_scale(round(100 * coalesce(sum(f.part), 0) / nullif(coalesce(sum(f.weight), 0), 0), 1))
               ELSE trim_scale(count(DISTINCT f.subject) + coalesce(sum(f.weight) FILTER (WHERE f.subject IS NULL), 0)) END,
             CASE WHEN %6$L THEN coalesce(sum(f.part), 0) END, CASE WHEN %6$L THEN coalesce(sum(f.weight), 0) END, count(*)
      FROM %%s CROSS JOIN LATERAL (%%s) f WHERE f.left_out IS NULL GROUP BY GROUPING SETS (%5$s)
      $sql$,
      (SELECT coalesce(string_agg(format('CASE grouping(f.%s) WHEN 0 THEN %L END', CASE u WHEN 'hub' THEN 'hub_id' ELSE u END, u), ', ' ORDER BY i), 'NULL')
       FROM unnest(ARRAY['hub', 'nation', 'category']) WITH ORDINALITY h (u, i) WHERE u = ANY (has)),
      CASE WHEN 'hub' = ANY (has) THEN 'f.hub_id' ELSE 'NULL::bigint' END, CASE WHEN 'nation' = ANY (has) THEN 'f.nation' ELSE 'NULL' END,
      CASE WHEN 'category' = ANY (has) THEN 'f.category' ELSE 'NULL' END,
      (SELECT string_agg(concat('(p.n', CASE WHEN b ~ 'hub' THEN ', f.hub_id' END, CASE WHEN b ~ 'nation' THEN ', f.nation' END, CASE WHEN b ~ 'category' THEN ', f.category' END, ')'), ', ')
       FROM unnest(breakdowns) b),
      m.measure = 'share'))) v (schema, result, query)
  LOOP
    EXECUTE format('CREATE OR REPLACE FUNCTION %I.%I(first_days date[], last_days date[], known_at timestamptz, returns boolean) RETURNS SETOF %s '
                   'LANGUAGE plpgsql STABLE SET plan_cache_mode = force_generic_plan AS %L', made.schema, m.code, made.result,
      E'#variable_conflict use_column\nBEGIN\n  RETURN QUERY ' || format(made.query, periods, metric.query(m.code)) || E';\nEND');
  END LOOP;
END $$;

CREATE FUNCTION metric.facts(code text, first_day date, last_day date, known_at timestamptz, returns boolean DEFAULT true) RETURNS SETOF fact.row
LANGUAGE plpgsql STABLE AS $$
BEGIN
  RETURN QUERY EXECUTE format('SELECT * FROM facts.%I($1, $2, $3, $4)', code) USING ARRAY[first_day], ARRAY[last_day], known_at, returns;
END $$;

-- Sums by each of these breakdowns; nobody is asked whether they may be told. The facts of a period are read once.
CREATE FUNCTION metric.sums(code text, first_days date[], last_days date[], known_at timestamptz, breakdowns text[], returns boolean) RETURNS SETOF metric.sum
LANGUAGE plpgsql STABLE AS $$
DECLARE
  known text[] := (SELECT metric.summed_by(m) FROM scip.metric m WHERE m.code = sums.code);
BEGIN
  IF known IS NULL THEN
    RETURN;
  ELSIF NOT breakdowns <@ known THEN
    RAISE 'metric % is not summed by %', code, breakdowns;
  END IF;
  RETURN QUERY EXECUTE format('SELECT * FROM sum.%I($1, $2, $3, $4) s WHERE s.breakdown = ANY ($5)', code) USING first_days, last_days, known_at, returns, breakdowns;
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
  RETURN QUERY EXECUTE format('SELECT * FROM recorded.%I($1, $2, $3, $4)', code) USING array_fill(date '1900-01-01', ARRAY[cardinality(last_days)]), last_days, known_at, true;
END $$;

-- What Hubs have said of times, and whether that was no more than that there was nothing: what makes a zero.
CREATE FUNCTION metric.said(known_at timestamptz, OUT hub_id bigint, OUT first_day date, OUT last_day date, OUT nil boolean)
RETURNS SETOF record LANGUAGE sql STABLE AS $$
  SELECT u.hub_id, scip.quarter_start(u.quarter), scip.quarter_end(u.quarter), u.nil_return FROM known.quarterly_update(known_at) u WHERE u.status = 'submitted'
  UNION ALL
  SELECT e.hub_id, scip.year_start(e.year), scip.period_end(e.year), false FROM known.hub_evaluation(known_at) e WHERE e.status <> 'draft'
$$;

-- A cell for all that there could be: every Hub, nation and category that has facts, with the reason where there is no number. Of several
-- periods and breakdowns, as metric.sums().
CREATE FUNCTION metric.cells(code text, first_days date[], last_days date[], known_at timestamptz, breakdowns text[], returns boolean,
  OUT n bigint, OUT breakdown text, OUT hub_id bigint, OUT nation text, OUT category text, OUT value numeric, OUT part numeric, OUT whole numeric, OUT status text)
RETURNS SETOF record LANGUAGE plpgsql STABLE SET plan_cache_mode = force_generic_plan AS $$
#variable_conflict use_column
BEGIN
  RETURN QUERY
    WITH m AS (SELECT * FROM scip.metric x WHERE x.code = cells.code),
    span AS MATERIALIZED (SELECT * FROM unnest(first_days, last_days) WITH ORDINALITY s (first_day, last_day, n)),
    question AS (SELECT s.n, b AS breakdown, string_to_array(b, '+') AS by FROM span s, unnest(breakdowns) b),
    sum AS MATERIALIZED (SELECT * FROM metric.sums(cells.code, first_days, last_days, cells.known_at, breakdowns, cells.returns)),
    phase AS MATERIALIZED (
      SELECT p.*, scip.one_nation(h.nations) AS nation FROM known.hub_phases(known_at) p JOIN known.hub(known_at) h ON h.id = p.hub_id WHERE p.status = 'active'
    ),
    at_work AS MATERIALIZED ( -- Hubs that were active in the period, of a stock on its last day
      SELECT DISTINCT s.n, p.hub_id, p.nation FROM m, span s, phase p
      WHERE p.since <= s.last_day AND (p.until IS NULL OR p.until > CASE m.kind WHEN 'stock' THEN s.last_day ELSE s.first_day END)
    ),
    saying AS MATERIALIZED (SELECT * FROM metric.said(known_at)),
    said AS MATERIALIZED (
      SELECT s.n, d.hub_id, bool_and(d.nil) AS nil FROM span s JOIN saying d ON d.first_day <= s.last_day AND d.last_day >= s.first_day GROUP BY 1, 2
    ),
    nations AS MATERIALIZED ( -- of a nation, and of all ('')
      SELECT w.n, CASE grouping(w.nation) WHEN 1 THEN '' ELSE w.nation END AS nation, bool_or(d.hub_id IS NOT NULL) AS said
      FROM at_work w LEFT JOIN said d ON d.n = w.n AND d.hub_id = w.hub_id GROUP BY GROUPING SETS ((w.n), (w.n, w.nation))
    ),
    recorded AS MATERIALIZED ( -- what there is in the period itself was
      SELECT DISTINCT s.n FROM sum s
      UNION
      SELECT g.ns[r] FROM m, (SELECT array_agg(s.n ORDER BY s.n) AS ns, array_agg(s.last_day ORDER BY s.n) AS last_days FROM span s WHERE NOT EXISTS (SELECT FROM sum u WHERE u.n = s.n)) g,
                     metric.recorded(m.code, g.last_days, known_at) r WHERE m.measure = 'count' AND g.ns IS NOT NULL
    ),
    frame AS (
      SELECT q.n, q.breakdown, h.id AS hub_id, NULL::text AS nation, c.category FROM question q CROSS JOIN known.hub(known_at) h
      LEFT JOIN (SELECT DISTINCT s.n, s.breakdown, s.category FROM sum s WHERE s.category IS NOT NULL) c ON c.n = q.n AND c.breakdown = q.breakdown
      WHERE 'hub' = ANY (q.by)
      UNION
      SELECT q.n, q.breakdown, NULL, x, NULL FROM question q, unnest(ARRAY['GB-ENG', 'GB-NIR', 'GB-SCT', 'GB-WLS']) x WHERE 'nation' = ANY (q.by)
      UNION
      SELECT s.n, s.breakdown, s.hub_id, s.nation, s.category FROM sum s
      UNION
      SELECT q.n, q.breakdown, NULL, NULL, NULL FROM question q WHERE q.breakdown = ''
    )
    SELECT f.n, f.breakdown, f.hub_id, f.nation, f.category,
           CASE WHEN e.status IN ('value', 'zero') THEN coalesce(s.value, 0) END, CASE WHEN e.status IN ('value', 'zero') THEN s.part END,
           CASE WHEN e.status IN ('value', 'zero') THEN s.whole END, e.status
    FROM m CROSS JOIN frame f LEFT JOIN sum s ON s.n = f.n AND s.breakdown = f.breakdown AND coalesce(s.hub_id, 0) = coalesce(f.hub_id, 0)
                                              AND coalesce(s.nation, '') = coalesce(f.nation, '') AND s.category IS NOT DISTINCT FROM f.category
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
CREATE FUNCTION metric.cells(code text, first_day date, last_day date, known_at timestamptz, by text[],
  OUT hub_id bigint, OUT nation text, OUT category text, OUT value numeric, OUT part numeric, OUT whole numeric, OUT status text)
RETURNS SETOF record LANGUAGE sql STABLE AS $$
  SELECT c.hub_id, c.nation, c.category, c.value, c.part, c.whole, c.status
  FROM metric.cells(cells.code, ARRAY[cells.first_day], ARRAY[cells.last_day], cells.known_at, ARRAY[array_to_string(by, '+')], true) c
$$;

-- What the records say of one Hub and academic year, of what Hubs confirm in their returns. For the Hub itself: nothing recorded is nought,
-- which it may confirm.
CREATE FUNCTION metric.of_hub(hub bigint, year text, OUT metric text, OUT value numeric, OUT status text)
RETURNS SETOF record LANGUAGE sql STABLE AS $$
  SELECT m.code, CASE WHEN c.status = 'not_applicable' THEN NULL ELSE coalesce(c.value, 0) END, CASE WHEN c.status IN ('value', 'not_applicable') THEN c.status ELSE 'zero' END
  FROM scip.evaluation_metric e JOIN scip.metric m ON m.code = e.metric
  CROSS JOIN LATERAL metric.cells(m.code, ARRAY[scip.period_start(year)], ARRAY[scip.period_end(year)], NULL, '{hub}', false) c
  WHERE c.hub_id = hub
$$;

COMMIT;
