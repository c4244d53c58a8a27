-- What anybody is told of a metric: cells, how one comes about, headline figures beside what the records give; and the figures of training, which
-- say no more than that.
BEGIN;
SET LOCAL client_min_messages = warning;

-- The cells of a release; without one what the records give, where that may be told so (live).
CREATE FUNCTION metric.told(release_id bigint, m scip.metric, first_day date, last_day date, known_at timestamptz, by text[], live boolean,
  OUT definition_version int, OUT hub_id bigint, OUT hub_slug text, OUT hub_name text, OUT nation text, OUT category text,
  OUT value numeric, OUT part numeric, OUT whole numeric, OUT status text)
RETURNS SETOF record LANGUAGE plpgsql STABLE AS $$
BEGIN
  IF release_id IS NOT NULL THEN
    RETURN QUERY SELECT c.definition_version, c.hub_id, c.hub_slug, c.hub_name, c.nation, c.category::text, c.value, c.part, c.whole, c.status FROM scip.release_cell c
      WHERE c.release_id = told.release_id AND c.metric = m.code AND c.breakdown = by;
  ELSIF live THEN
    RETURN QUERY SELECT m.version, c.hub_id, h.slug::text, h.name::text, c.nation, c.category, c.value, c.part, c.whole, c.status
      FROM metric.cells(m.code, told.first_day, told.last_day, told.known_at, by) c LEFT JOIN scip.hub h ON h.id = c.hub_id;
  END IF;
END $$;

-- What is told of a metric, to anybody: of a released period what its release says, otherwise what is counted now, or was known at the
-- end of a day, where that may be told without a release. One row with a status where the question cannot be answered.
CREATE FUNCTION scip.metric_answer(code text, periods text[], by text[], hub text, nation text, category text, as_of date, release int,
  OUT metric text, OUT definition_version int, OUT period text, OUT "from" date, OUT "to" date, OUT hub_id bigint, OUT hub_slug text, OUT hub_name text, OUT of_nation text, OUT of_category text,
  OUT value numeric, OUT numerator numeric, OUT denominator numeric, OUT unit text, OUT status text, OUT basis text, OUT of_release int,
  OUT replaced_by int, OUT refused int, OUT wrong jsonb)
RETURNS SETOF record LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = scip, pg_temp AS $$
#variable_conflict use_variable
DECLARE
  m metric;
  p record;
  r record;
  asked text[];
  known_at timestamptz := CASE WHEN as_of < today() THEN (as_of + 1)::timestamp AT TIME ZONE 'Europe/London' END;
  on_day date := least(as_of, today());
  families text[];
  of_hub bigint;
  told int;
  live boolean;
BEGIN
  SELECT * INTO m FROM metric x WHERE x.code = metric_answer.code;
  IF NOT FOUND THEN
    refused := 404;
    RETURN NEXT;
    RETURN;
  END IF;
  asked := ARRAY(SELECT a FROM unnest(ARRAY['hub', 'nation', 'category']) WITH ORDINALITY u (a, i)
                 WHERE a = ANY (by) OR a = 'hub' AND hub IS NOT NULL OR a = 'nation' AND nation IS NOT NULL OR a = 'category' AND category IS NOT NULL ORDER BY i);
  SELECT x.id INTO of_hub FROM hub x WHERE x.slug = hub;
  SELECT jsonb_agg(jsonb_build_object('pointer', w.pointer, 'detail', w.detail)) INTO wrong FROM (
    SELECT '/query/period' AS pointer, t.given || ' ' || t.wrong AS detail
    FROM (SELECT given, (metric.period(given)).wrong FROM unnest(periods) given) t WHERE t.wrong IS NOT NULL
    UNION ALL
    SELECT '/query/by', format('%s is not broken down by %s, but by: %s', m.code, array_to_string(asked, '+'), coalesce(nullif(array_to_string(m.breakdowns, ', '), ''), 'nothing'))
    WHERE asked <> '{}' AND array_to_string(asked, '+') <> ALL (m.breakdowns)
    UNION ALL
    SELECT '/query/hub', 'is not a Hub' WHERE hub IS NOT NULL AND of_hub IS NULL
    UNION ALL
    SELECT '/query/as_of', 'is yet to come' WHERE as_of > today()
    UNION ALL
    SELECT '/query/release', 'is one of a single period' WHERE release IS NOT NULL AND cardinality(periods) > 1
    UNION ALL
    SELECT '/query/release', 'says all about when: leave out as_of' WHERE release IS NOT NULL AND as_of IS NOT NULL) w;
  families := ARRAY(SELECT DISTINCT (metric.period(given)).family FROM unnest(periods) given);
  IF wrong IS NULL AND cardinality(families) > 1 THEN
    wrong := jsonb_build_array(jsonb_build_object('pointer', '/query/period', 'detail', 'mixes ' || array_to_string(families, ' and ')
      || ' periods, whose days are not the same: their figures would be read side by side as if they were'));
  END IF;
  IF wrong IS NOT NULL THEN
    refused := 400;
    RETURN NEXT;
    RETURN;
  END IF;
  metric := m.code; unit := m.unit;
  FOR p IN SELECT t.* FROM (SELECT DISTINCT ON (d.name) d.*, v.i FROM unnest(periods) WITH ORDINALITY v (given, i), LATERAL metric.period(v.given) d ORDER BY d.name, v.i) t ORDER BY t.i LOOP
    period := p.name; "from" := p.first_day; "to" := p.last_day;
    SELECT x.id, x.number, (SELECT max(y.number) FROM release y WHERE y.period = p.name) AS newest INTO r FROM release x
    WHERE x.period = p.name AND (release IS NULL OR x.number = release) AND (known_at IS NULL OR x.created_at < known_at)
    ORDER BY x.number DESC LIMIT 1;
    IF release IS NOT NULL AND r.id IS NULL THEN
      refused := 404;
      RETURN NEXT;
      RETURN;
    END IF;
    basis := CASE WHEN r.id IS NOT NULL THEN 'release' ELSE 'provisional' END;
    of_release := r.number;
    replaced_by := CASE WHEN r.number < r.newest AND known_at IS NULL THEN r.newest END;
    told := 0;
    live := m.privacy IN ('exact', 'people') AND NOT (m.privacy = 'people' AND cardinality(asked) > 1) AND p.first_day <= on_day
      AND (known_at IS NULL OR known_at >= ALL (SELECT s.at FROM history_start s WHERE s."table" = ANY (m.tables)));
    FOR definition_version, hub_id, hub_slug, hub_name, of_nation, of_category, value, numerator, denominator, status IN
      SELECT * FROM metric.told(r.id, m, p.first_day, least(p.last_day, on_day), known_at, asked, live)
    LOOP
      CONTINUE WHEN of_hub IS NOT NULL AND hub_id IS DISTINCT FROM of_hub OR metric_answer.nation IS NOT NULL AND of_nation IS DISTINCT FROM metric_answer.nation
        OR metric_answer.category IS NOT NULL AND of_category IS DISTINCT FROM metric_answer.category;
      told := told + 1;
      RETURN NEXT;
    END LOOP;
    IF told = 0 THEN -- nothing is of this category, or of any: where the whole is known that is none
      SELECT x.id, x.slug, x.name INTO hub_id, hub_slug, hub_name FROM hub x WHERE x.id = of_hub;
      of_nation := nation; of_category := category; value := NULL; numerator := NULL; denominator := NULL; definition_version := m.version;
      SELECT t.status INTO status FROM metric.told(r.id, m, p.first_day, least(p.last_day, on_day), known_at, '{}', live) t;
      status := CASE WHEN status IS NULL OR asked = '{}' OR status = 'suppressed' THEN 'not_available' WHEN status NOT IN ('value', 'zero') THEN status
                     WHEN m.measure = 'share' THEN 'not_applicable' ELSE 'zero' END;
      value := CASE status WHEN 'zero' THEN 0 END;
      RETURN NEXT;
    END IF;
  END LOOP;
END $$;
-- What is cited, in the form in which it is hashed: a line for each cell, of columns of the CSV. NULL: there are none.
CREATE FUNCTION metric.lines(release_id bigint, metric text, breakdown text[]) RETURNS text LANGUAGE sql STABLE AS $$
  SELECT string_agg(concat_ws('|', c.metric, c.definition_version, r.period, coalesce(c.hub_slug, ''), coalesce(c.nation, ''), coalesce(c.category, ''), coalesce(c.value::text, ''),
                              coalesce(c.part::text, ''), coalesce(c.whole::text, ''), c.status, r.number) || E'\n', '' ORDER BY c.hub_slug COLLATE "C" NULLS FIRST, c.nation NULLS FIRST, c.category COLLATE "C" NULLS FIRST)
  FROM scip.release_cell c JOIN scip.release r ON r.id = c.release_id
  WHERE c.release_id = lines.release_id AND c.metric = lines.metric AND c.breakdown = lines.breakdown
$$;

-- How a cell comes about. Rows are told where the number is; to the central team, and to a Hub of itself, all is, with the number as it was
-- counted and the records behind it.
CREATE FUNCTION scip.metric_explain(code text, given text, hub text, nation text, category text, as_of date, release int,
  OUT metric text, OUT title text, OUT definition text, OUT left_out text, OUT definition_version int, OUT unit text, OUT kind text, OUT period text, OUT "from" date, OUT "to" date,
  OUT filters json, OUT value numeric, OUT numerator numeric, OUT denominator numeric, OUT status text, OUT basis text, OUT of_release int,
  OUT rows_in bigint, OUT rows_left_out json, OUT fresh_at timestamptz, OUT citation json, OUT counted json, OUT records json, OUT refused int, OUT wrong jsonb)
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = scip, pg_temp AS $$
#variable_conflict use_variable
DECLARE
  m metric;
  a record;
  known_at timestamptz := CASE WHEN as_of < today() THEN (as_of + 1)::timestamp AT TIME ZONE 'Europe/London' END;
  asked text[] := array_remove(ARRAY[CASE WHEN hub IS NOT NULL THEN 'hub' END, CASE WHEN nation IS NOT NULL THEN 'nation' END,
                                     CASE WHEN category IS NOT NULL THEN 'category' END], NULL);
  may boolean;
  told boolean;
BEGIN
  SELECT * INTO a FROM metric_answer(code, ARRAY[given], '{}', hub, nation, category, as_of, release) LIMIT 1;
  IF a IS NULL OR a.refused IS NOT NULL THEN
    refused := coalesce(a.refused, 404);
    wrong := a.wrong;
    RETURN;
  END IF;
  SELECT * INTO m FROM metric x WHERE x.code = metric_explain.code;
  SELECT d.definition, d.left_out INTO definition, left_out FROM metric_definition d WHERE d.code = m.code AND d.version = a.definition_version;
  metric := m.code; title := m.title; definition_version := a.definition_version; unit := m.unit; kind := m.kind;
  period := a.period; "from" := a."from"; "to" := a."to"; value := a.value; numerator := a.numerator; denominator := a.denominator;
  status := a.status; basis := a.basis; of_release := a.of_release;
  filters := json_build_object('hub', hub, 'nation', nation, 'category', category);
  may := ctx.central() OR hub IS NOT NULL AND a.hub_id = ANY (ctx.hubs_led());
  told := status <> 'suppressed' AND (m.privacy = 'exact' OR m.privacy = 'people' AND cardinality(asked) < 2);
  IF basis = 'release' THEN
    SELECT r.created_at, CASE WHEN l.lines IS NOT NULL THEN json_build_object('href', format('/v1/metrics/%s?period=%s%s&release=%s', m.code, regexp_replace(r.period, '^(20(?:0[0-9]|1[01]))-(0[1-9]|1[0-2])$', '\1/\2'),
                                             CASE WHEN asked <> '{}' THEN '&by=' || array_to_string(asked, ',') END, r.number),
                                           'sha256', encode(sha256(convert_to(l.lines, 'UTF8')), 'hex')) END
    INTO known_at, citation FROM release r, LATERAL (SELECT metric.lines(r.id, m.code, asked) AS lines) l WHERE r.period = a.period AND r.number = a.of_release;
  END IF;
  IF told OR may THEN
    SELECT count(*) FILTER (WHERE f.left_out IS NULL),
           coalesce((SELECT json_agg(json_build_object('reason', o.reason, 'rows', o.n) ORDER BY o.reason) FROM (
             SELECT x.left_out AS reason, count(*) AS n FROM metric.facts(m.code, a."from", least(a."to", as_of), known_at) x
             WHERE x.left_out IS NOT NULL AND (hub IS NULL OR x.hub_id = a.hub_id) AND (metric_explain.nation IS NULL OR x.nation = metric_explain.nation)
               AND (metric_explain.category IS NULL OR x.category = metric_explain.category) GROUP BY 1) o), '[]'),
           CASE WHEN may THEN coalesce(json_agg(DISTINCT f.record ORDER BY f.record) FILTER (WHERE f.left_out IS NULL AND f.record IS NOT NULL), '[]') END
    INTO rows_in, rows_left_out, records
    FROM metric.facts(m.code, a."from", least(a."to", as_of), known_at) f
    WHERE (hub IS NULL OR f.hub_id = a.hub_id) AND (metric_explain.nation IS NULL OR f.nation = metric_explain.nation)
      AND (metric_explain.category IS NULL OR f.category = metric_explain.category);
  END IF;
  IF may THEN
    SELECT json_build_object('value', s.value, 'numerator', s.part, 'denominator', s.whole) INTO counted
    FROM metric.sums(m.code, a."from", least(a."to", as_of, today()), known_at, asked) s
    WHERE (hub IS NULL OR s.hub_id = a.hub_id) AND (metric_explain.nation IS NULL OR s.nation = metric_explain.nation)
      AND (metric_explain.category IS NULL OR s.category = metric_explain.category);
  END IF;
  SELECT max(x.at) INTO fresh_at FROM unnest(m.tables) t, LATERAL (
    SELECT h.at FROM history h WHERE h."table" = t AND (known_at IS NULL OR h.at < known_at) ORDER BY h.id DESC LIMIT 1) x;
END $$;

-- Asserted figures beside what the records give. A figure of years that a strategy is named by is of that strategy.
CREATE FUNCTION scip.headline_comparison(OUT figure text, OUT derived numeric, OUT status text, OUT basis text, OUT period text, OUT definition_version int)
RETURNS SETOF record LANGUAGE sql STABLE SECURITY DEFINER SET search_path = scip, pg_temp AS $$
  SELECT f.slug, a.value, a.status, a.basis, a.period, a.definition_version
  FROM (SELECT DISTINCT ON (x.slug) x.* FROM headline_figure x ORDER BY x.slug, x.version DESC) f
  JOIN metric m ON m.code = f.metric
  LEFT JOIN strategy s ON s.period_text = f.period_text
  CROSS JOIN LATERAL metric_answer(m.code, ARRAY[coalesce(s.slug, f.period_text)], '{}', NULL, NULL, NULL, NULL, NULL) a
  WHERE f.scope = 'alliance' AND f.qualifier <> 'target' AND a.refused IS NULL
$$;

GRANT EXECUTE ON FUNCTION scip.period_name TO scip_anonymous;
GRANT EXECUTE ON FUNCTION scip.metric_explain, scip.headline_comparison TO scip_anonymous, scip_writer;
GRANT EXECUTE ON FUNCTION scip.metric_answer TO scip_anonymous, scip_writer;

-- The public figures of training: ratings are those of the releases, of a strategy the sum of its years, so that nothing is told here that is not there.
CREATE OR REPLACE FUNCTION scip.training_figures(INOUT period text, INOUT course text, OUT "from" date, OUT "to" date, OUT sessions_held int,
  OUT delegates int, OUT responses int, OUT response_rate json, OUT rating_high json) RETURNS SETOF record
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = scip, pg_temp AS $$
  SELECT p.name, c.slug, p.starts, p.ends, n.held, n.delegates, n.responses,
         CASE n.delegates WHEN 0 THEN share(NULL, NULL, 'not_applicable') ELSE share(n.responses, n.delegates) END,
         CASE WHEN n.delegates = 0 THEN share(NULL, NULL, 'not_applicable')
              WHEN c.id IS NOT NULL AND p.strategy IS NOT NULL OR r.released < r.years THEN share(NULL, NULL, 'not_available')
              WHEN r.hidden THEN share(NULL, NULL, 'suppressed')
              WHEN coalesce(r.rated, 0) = 0 THEN share(NULL, NULL, 'not_available')
              ELSE share(r.high, r.rated) END
  FROM training_period(coalesce(training_figures.period, academic_year(today()))) p
  LEFT JOIN course c ON c.slug = training_figures.course
  CROSS JOIN LATERAL (
    SELECT count(DISTINCT s.id) FILTER (WHERE s.status = 'held')::int AS held, count(b.id)::int AS delegates, count(f.id)::int AS responses
    FROM training_session s
    LEFT JOIN booking b ON b.session_id = s.id AND b.attended
    LEFT JOIN feedback f ON f.booking_id = b.id
    WHERE s.status IN ('published', 'held') AND s.day BETWEEN p.starts AND p.ends AND (c.id IS NULL OR s.course_id = c.id)) n
  CROSS JOIN LATERAL (
    SELECT count(*) AS years, count(e.id) AS released, bool_or(x.status = 'suppressed') AS hidden, sum(x.part)::int AS high, sum(x.whole)::int AS rated
    FROM generate_series(p.starts::timestamp, p.ends, interval '1 year') y
    LEFT JOIN LATERAL (SELECT t.id FROM release t WHERE t.period = academic_year(y::date) ORDER BY t.number DESC LIMIT 1) e ON true
    LEFT JOIN release_cell x ON x.release_id = e.id AND x.metric = 'toolkit_rated_highly'
      AND x.breakdown = CASE WHEN c.id IS NULL THEN '{}' ELSE '{category}' END::text[] AND x.category IS NOT DISTINCT FROM c.slug) r
  WHERE training_figures.course IS NULL OR c.id IS NOT NULL;
$$;
DROP FUNCTION scip.training_ratings;

COMMIT;
