BEGIN;
SET LOCAL client_min_messages = warning;
-- as the change before had them
CREATE FUNCTION scip.training_ratings(OUT strategy bigint, OUT year text, OUT course bigint, OUT rated int, OUT high int, OUT shown boolean)
RETURNS SETOF record
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = scip, pg_temp AS $$
  WITH leaves AS (
    SELECT academic_year(s.day) AS year, s.course_id AS course, count(f.rating)::int AS rated, count(*) FILTER (WHERE f.rating >= 4)::int AS high
    FROM feedback f JOIN training_session s ON s.id = f.session_id GROUP BY 1, 2
  ), years AS (
    SELECT l.year, sum(l.rated)::int AS rated, sum(l.high)::int AS high FROM leaves l GROUP BY 1
  ), strategies AS (
    SELECT s.id AS strategy, y.* FROM strategy s, training_period(s.slug) p, years y
    WHERE p.strategy = s.id AND year_start(y.year) BETWEEN p.starts AND p.ends
  ), siblings AS (
    SELECT t.strategy, t.year, t.rated, sum(t.rated) FILTER (WHERE t.rated < 5) OVER (PARTITION BY t.strategy) AS few,
           row_number() OVER (PARTITION BY t.strategy, t.rated < 5 ORDER BY t.rated, t.year) AS rank
    FROM strategies t
  ), shown_years AS (
    SELECT y.*, y.rated >= 5 AND NOT EXISTS (SELECT FROM siblings b WHERE b.year = y.year AND b.few BETWEEN 1 AND 4 AND b.rank = 1 AND b.rated >= 5) AS shown
    FROM years y
  ), courses AS (
    SELECT l.*, sum(l.rated) FILTER (WHERE l.rated < 5) OVER (PARTITION BY l.year) AS few,
           row_number() OVER (PARTITION BY l.year, l.rated < 5 ORDER BY l.rated, l.course) AS rank
    FROM leaves l
  )
  SELECT t.strategy, NULL::text, NULL::bigint, sum(t.rated)::int, sum(t.high)::int, sum(t.rated) >= 5 FROM strategies t GROUP BY 1
  UNION ALL
  SELECT NULL, y.year, NULL::bigint, y.rated, y.high, y.shown FROM shown_years y
  UNION ALL
  SELECT NULL, c.year, c.course, c.rated, c.high, y.shown AND c.rated >= 5 AND NOT (coalesce(c.few, 0) BETWEEN 1 AND 4 AND c.rank = 1)
  FROM courses c JOIN shown_years y USING (year);
$$;
CREATE OR REPLACE FUNCTION scip.training_figures(INOUT period text, INOUT course text, OUT "from" date, OUT "to" date, OUT sessions_held int,
  OUT delegates int, OUT responses int, OUT response_rate json, OUT rating_high json) RETURNS SETOF record
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = scip, pg_temp AS $$
  SELECT p.name, c.slug, p.starts, p.ends, n.held, n.delegates, n.responses,
         CASE n.delegates WHEN 0 THEN share(NULL, NULL, 'not_applicable') ELSE share(n.responses, n.delegates) END,
         CASE WHEN c.id IS NOT NULL AND p.strategy IS NOT NULL THEN share(NULL, NULL, 'not_available') -- not in the tree
              WHEN coalesce(r.rated, 0) = 0 THEN share(NULL, NULL, CASE n.delegates WHEN 0 THEN 'not_applicable' ELSE 'not_available' END)
              WHEN NOT r.shown THEN share(NULL, NULL, 'suppressed')
              ELSE share(r.high, r.rated) END
  FROM training_period(coalesce(training_figures.period, academic_year(today()))) p
  LEFT JOIN course c ON c.slug = training_figures.course
  CROSS JOIN LATERAL (
    SELECT count(DISTINCT s.id) FILTER (WHERE s.status = 'held')::int AS held, count(b.id)::int AS delegates, count(f.id)::int AS responses
    FROM training_session s
    LEFT JOIN booking b ON b.session_id = s.id AND b.attended
    LEFT JOIN feedback f ON f.booking_id = b.id
    WHERE s.status IN ('published', 'held') AND s.day BETWEEN p.starts AND p.ends AND (c.id IS NULL OR s.course_id = c.id)) n
  LEFT JOIN LATERAL (
    SELECT * FROM training_ratings() t
    WHERE t.strategy IS NOT DISTINCT FROM p.strategy AND t.year IS NOT DISTINCT FROM CASE WHEN p.strategy IS NULL THEN p.name END
      AND t.course IS NOT DISTINCT FROM c.id) r ON true
  WHERE training_figures.course IS NULL OR c.id IS NOT NULL;
$$;
REVOKE EXECUTE ON FUNCTION scip.period_name FROM scip_anonymous;
DROP FUNCTION scip.self_assessment_sums, scip.headline_comparison, scip.metric_explain, scip.metric_answer, scip.metric_values, metric.breakdowns, metric.is_in, metric.citation, metric.csv, metric.rows, metric.faults, metric.hub,
  metric.quoted, metric.quoted_period, metric.spans, metric.answer;
DROP TYPE metric.span;
COMMIT;
