-- Releases: what was published of a closed period, for ever. Disclosure control is here and nowhere else: metric.publish() stands between
-- what is counted and all that anybody is told of a metric that is not exact, whatever the representation. Everything published is a
-- function of what is published of each Hub (course, stage) by itself, which depends on its own number alone: so nobody's knowledge of other
-- numbers, of the rule or of other releases takes anything from what a hidden number can be (metrics/README.md has the proof).
BEGIN;
SET LOCAL client_min_messages = warning;

-- xid: that cells are made in the release's own transaction and never changed afterwards.
CREATE TABLE scip.release (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  uid uuid NOT NULL UNIQUE DEFAULT gen_random_uuid(),
  period text NOT NULL,
  number int NOT NULL CHECK (number > 0),
  family text NOT NULL CHECK (family IN ('academic', 'strategy')),
  first_day date NOT NULL,
  last_day date NOT NULL,
  note text NOT NULL CHECK (scip.shows(note) AND length(note) <= 2000),
  xid xid8 NOT NULL DEFAULT pg_current_xact_id(),
  version int NOT NULL DEFAULT 1,
  created_at timestamptz NOT NULL DEFAULT now(),
  CONSTRAINT release_once UNIQUE (period, number)
);
CREATE TABLE scip.release_cell (
  release_id bigint NOT NULL REFERENCES scip.release,
  metric scip.code NOT NULL,
  definition_version int NOT NULL,
  breakdown text[] NOT NULL,
  hub_id bigint,
  hub_slug text,
  hub_name text,
  nation text,
  category text,
  value numeric,
  part numeric,
  whole numeric,
  status text NOT NULL CHECK (status IN ('value', 'zero', 'suppressed', 'not_submitted', 'nil_return', 'not_applicable', 'not_available')),
  CONSTRAINT release_cell_once UNIQUE NULLS NOT DISTINCT (release_id, metric, breakdown, hub_id, nation, category),
  CONSTRAINT release_cell_hidden CHECK (status IN ('value', 'zero') OR num_nonnulls(value, part, whole) = 0)
);
CREATE INDEX ON scip.release_cell (metric, hub_id);
COMMENT ON COLUMN scip.release_cell.hub_slug IS 'The Hub''s then: what was told stays as it was told';
CALL scip.publish('release', 'release_cell');
CALL scip.keep_records('release', 'release', 'r.uid');
INSERT INTO scip.kind_address VALUES ('release', '/v1/releases/');

CREATE FUNCTION scip.keep_released() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF NOT EXISTS (SELECT FROM scip.release r WHERE r.id = (to_jsonb(OLD) ->> 'release_id')::bigint AND r.xid = pg_current_xact_id()) THEN
    RAISE 'released' USING ERRCODE = 'SC409', CONSTRAINT = 'release-is-immutable';
  END IF;
  RETURN CASE TG_OP WHEN 'DELETE' THEN OLD ELSE NEW END;
END $$;
CREATE TRIGGER keep_released BEFORE UPDATE OR DELETE ON scip.release FOR EACH ROW EXECUTE FUNCTION scip.keep_released();
CREATE TRIGGER keep_released BEFORE UPDATE OR DELETE ON scip.release_cell FOR EACH ROW EXECUTE FUNCTION scip.keep_released();

-- Of small numbers that anybody may know nought, but not one to four (NULL), and of all others the nearest five; a number that is no whole one
-- is small below five. Of several the sum of what is published of each, one to four as two and a half, to the nearest five; nothing
-- where nothing is published of any.
CREATE FUNCTION metric.rounded(numbers numeric[]) RETURNS numeric LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN (SELECT CASE WHEN coalesce(bool_or(n >= 5), false) OR coalesce(bool_and(n = 0), true)
                 THEN 5 * round(coalesce(sum(CASE WHEN n = 0 OR n >= 5 THEN 5 * round(n / 5) ELSE 2.5 END), 0) / 5) END
        FROM unnest(numbers) n);
-- The same of answers, of which nought tells as much as four: whoever answered gave another. Nought to four count as two.
CREATE FUNCTION metric.rounded_answers(numbers numeric[]) RETURNS numeric LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN (SELECT CASE WHEN bool_or(n >= 5) THEN 5 * round(sum(CASE WHEN n >= 5 THEN 5 * round(n / 5) ELSE 2 END) / 5) END FROM unnest(numbers) n);

-- The pieces into which academic years cut a period: what a strategy is the sum of.
CREATE FUNCTION metric.pieces(first_day date, last_day date, OUT first_days date[], OUT last_days date[]) LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN (SELECT ROW (array_agg(greatest(y::date, pieces.first_day) ORDER BY y), array_agg(least((y + interval '1 year')::date - 1, pieces.last_day) ORDER BY y))
        FROM generate_series(scip.year_start(scip.academic_year(pieces.first_day))::timestamp, pieces.last_day, interval '1 year') y);

-- What is published of a release of the metrics that are not exact, by privacy class: cells of each breakdown, from what is published
-- of their parts. status: suppressed where nothing is, another where that is for another reason than the records give.
CREATE TYPE metric.published AS (breakdown text, hub_id bigint, nation text, category text, value numeric, part numeric, whole numeric, status text);

-- rounded: of each Hub, and of each nation what is of no Hub; all else is their sum, over the pieces of the period.
CREATE FUNCTION metric.publish_rounded(m scip.metric, r scip.release) RETURNS SETOF metric.published LANGUAGE sql STABLE AS $$
  SELECT CASE WHEN grouping(s.hub_id) = 0 THEN 'hub' WHEN grouping(s.nation) = 0 THEN 'nation' ELSE '' END, s.hub_id, s.nation, NULL::text,
         metric.rounded(array_agg(s.value)), NULL::numeric, NULL::numeric, CASE WHEN metric.rounded(array_agg(s.value)) IS NULL THEN 'suppressed' END
  FROM metric.pieces((r).first_day, (r).last_day) p, metric.sums((m).code, p.first_days, p.last_days, NULL, '{hub+nation}', true) s
  GROUP BY GROUPING SETS ((s.hub_id), (s.nation), ())
$$;

-- beside: exact where the other metric's number of the same Hub (or of no Hub, in the nation) is published, hidden where that is hidden; all
-- else is the sum of what is published. Categories are all that there are, so that it tells nothing which one is hidden.
CREATE FUNCTION metric.publish_beside(m scip.metric, r scip.release) RETURNS SETOF metric.published LANGUAGE sql STABLE AS $$
  WITH hidden AS MATERIALIZED (
    SELECT s.n, coalesce(s.hub_id, 0) AS hub, coalesce(s.nation, '') AS nation
    FROM metric.pieces((r).first_day, (r).last_day) p, metric.sums((m).beside, p.first_days, p.last_days, NULL, '{hub+nation}', true) s
    WHERE metric.rounded(ARRAY[s.value]) IS NULL
  ), shown AS MATERIALIZED (
    SELECT coalesce(s.hub_id, 0) AS hub, coalesce(s.nation, '') AS nation, s.category, s.value
    FROM metric.pieces((r).first_day, (r).last_day) p, metric.sums((m).code, p.first_days, p.last_days, NULL, '{hub+nation+category}', true) s
    WHERE (s.n, coalesce(s.hub_id, 0), coalesce(s.nation, '')) NOT IN (SELECT h.n, h.hub, h.nation FROM hidden h)
  ), summed AS (
    SELECT CASE WHEN grouping(l.hub) = 0 THEN 'hub' WHEN grouping(l.nation) = 0 THEN 'nation' ELSE '' END AS breakdown, nullif(l.hub, 0) AS hub_id, nullif(l.nation, '') AS nation,
           NULL::text AS category, coalesce(sum(l.value), 0) AS value, bool_or(l.value IS NULL) AS part_hidden
    FROM (SELECT hub, nation, value FROM shown UNION ALL SELECT hub, nation, NULL FROM hidden) l GROUP BY GROUPING SETS ((l.hub), (l.nation), ())
    UNION ALL
    SELECT 'category', NULL, NULL, c.category, coalesce(sum(x.value), 0), EXISTS (TABLE hidden)
    FROM (SELECT unnest(metric.categories(m)) AS category UNION SELECT category FROM shown) c LEFT JOIN shown x ON x.category IS NOT DISTINCT FROM c.category
    GROUP BY c.category
  )
  SELECT s.breakdown, s.hub_id, s.nation, s.category::text, s.value, NULL::numeric, NULL::numeric, CASE WHEN s.part_hidden AND s.value = 0 THEN 'suppressed' END FROM summed s
$$;

-- ratings: of each category where five or more gave one; the whole is the sum of these, of a strategy that of its years. What was published
-- stands until five more or fewer gave one, so that no difference tells of fewer.
CREATE FUNCTION metric.publish_ratings(m scip.metric, r scip.release) RETURNS SETOF metric.published LANGUAGE sql STABLE AS $$
  WITH rated AS (
    SELECT s.category, CASE WHEN abs(s.whole - e.whole) < 5 THEN e.part WHEN s.whole >= 5 THEN s.part END AS part,
           CASE WHEN abs(s.whole - e.whole) < 5 THEN e.whole WHEN s.whole >= 5 THEN s.whole END AS whole
    FROM metric.sums((m).code, (r).first_day, (r).last_day, NULL, '{category}') s
    LEFT JOIN LATERAL (
      SELECT c.part, c.whole FROM scip.release x JOIN scip.release_cell c ON c.release_id = x.id AND c.metric = (m).code AND c.breakdown = '{category}'
      WHERE x.period = (r).period AND x.number < (r).number AND c.category IS NOT DISTINCT FROM s.category AND c.whole IS NOT NULL ORDER BY x.number DESC LIMIT 1) e ON true
    WHERE (r).family = 'academic' AND s.whole > 0
    UNION ALL
    SELECT NULL, c.part, c.whole
    FROM (SELECT DISTINCT ON (x.period) x.id FROM scip.release x
          WHERE (r).family = 'strategy' AND x.family = 'academic' AND x.first_day >= (r).first_day AND x.last_day <= (r).last_day ORDER BY x.period, x.number DESC) y
    JOIN scip.release_cell c ON c.release_id = y.id AND c.metric = (m).code AND c.breakdown = '{}' AND c.status IN ('value', 'zero', 'suppressed')
  )
  SELECT s.breakdown, NULL::bigint, NULL::text, s.category::text, trim_scale(round(100 * s.part / s.whole, 1)), s.part, s.whole,
         CASE WHEN s.rated = 0 THEN 'not_applicable' WHEN s.whole IS NULL THEN 'suppressed' END
  FROM (SELECT 'category' AS breakdown, x.category, x.part, x.whole, 1 AS rated FROM rated x
        UNION ALL SELECT '', NULL, sum(x.part), sum(x.whole), count(*) FROM rated x) s
$$;

-- answers: of years alone, of each category by itself; the whole is the sum of what is published.
CREATE FUNCTION metric.publish_answers(m scip.metric, r scip.release) RETURNS SETOF metric.published LANGUAGE sql STABLE AS $$
  WITH answered AS MATERIALIZED (
    SELECT c.category, coalesce(s.value, 0) AS n FROM unnest(metric.categories(m)) c (category)
    LEFT JOIN metric.sums((m).code, (r).first_day, (r).last_day, NULL, '{category}') s ON s.category = c.category WHERE (r).family = 'academic'
  )
  SELECT s.breakdown, NULL::bigint, NULL::text, s.category, s.value, NULL::numeric, NULL::numeric, CASE WHEN (r).family = 'strategy' THEN 'not_available' WHEN s.value IS NULL THEN 'suppressed' END
  FROM (SELECT 'category' AS breakdown, a.category, metric.rounded_answers(ARRAY[a.n]) AS value FROM answered a
        UNION ALL SELECT '', NULL, metric.rounded_answers(array_agg(a.n)) FROM answered a) s
$$;

-- All cells of a metric in a release, with what is published of them: nothing else of the release is ever written. Of a metric that is not
-- exact no number comes from anywhere but its class; and a strategy has no parts.
CREATE FUNCTION metric.publish(m scip.metric, r scip.release) RETURNS SETOF metric.published LANGUAGE sql STABLE AS $$
  WITH asked AS (SELECT ARRAY[''] || CASE WHEN (r).family = 'academic' OR (m).privacy = 'exact' THEN (m).breakdowns ELSE '{}' END AS breakdowns),
  shown AS MATERIALIZED (
    SELECT * FROM metric.publish_rounded(m, r) WHERE (m).privacy = 'rounded' UNION ALL
    SELECT * FROM metric.publish_beside(m, r) WHERE (m).privacy = 'beside' UNION ALL
    SELECT * FROM metric.publish_ratings(m, r) WHERE (m).privacy = 'ratings' UNION ALL
    SELECT * FROM metric.publish_answers(m, r) WHERE (m).privacy = 'answers'
  ), cell AS MATERIALIZED (
    SELECT c.* FROM asked, metric.cells((m).code, ARRAY[(r).first_day], ARRAY[(r).last_day], NULL, asked.breakdowns, true) c
  )
  SELECT c.breakdown, c.hub_id, c.nation, c.category, c.value, c.part, c.whole, c.status FROM cell c WHERE (m).privacy = 'exact'
  UNION ALL
  SELECT s.breakdown, s.hub_id, s.nation, s.category, CASE WHEN j.status IN ('value', 'zero') THEN s.value END, CASE WHEN j.status IN ('value', 'zero') THEN s.part END,
         CASE WHEN j.status IN ('value', 'zero') THEN s.whole END, j.status
  FROM (SELECT s.breakdown, s.hub_id, s.nation, s.category, s.value, s.part, s.whole, s.status, c.status AS recorded
        FROM shown s LEFT JOIN cell c ON c.breakdown = s.breakdown AND coalesce(c.hub_id, 0) = coalesce(s.hub_id, 0) AND coalesce(c.nation, '') = coalesce(s.nation, '')
                                     AND coalesce(c.category, '') = coalesce(s.category, '')
        UNION ALL -- of what nothing was counted of
        SELECT c.breakdown, c.hub_id, c.nation, c.category, c.value, NULL, NULL, CASE WHEN c.value > 0 OR c.whole > 0 THEN 'suppressed' END, c.status
        FROM cell c WHERE (m).privacy <> 'exact' AND c.breakdown <> 'category' AND NOT EXISTS (
          SELECT FROM shown s WHERE c.breakdown = s.breakdown AND coalesce(c.hub_id, 0) = coalesce(s.hub_id, 0) AND coalesce(c.nation, '') = coalesce(s.nation, ''))) s
  CROSS JOIN asked
  CROSS JOIN LATERAL (SELECT coalesce(s.status, CASE WHEN s.value > 0 THEN 'value' WHEN s.recorded IS NULL OR s.recorded = 'value' THEN 'zero' ELSE s.recorded END) AS status) j
  WHERE s.breakdown = ANY (asked.breakdowns)
$$;

-- Whether one ends and the other begins within the same year: parts that say how much of it is at least in the one, if the other is known.
CREATE FUNCTION metric.cuts_year(ends date, starts date) RETURNS boolean LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN scip.academic_year(ends) = scip.academic_year(starts) AND starts > scip.year_start(scip.academic_year(starts)) AND ends < scip.period_end(scip.academic_year(ends));

-- Releases a period that is over: all metrics, as the records are now. SC422: no such period, or not over; SC409: of a strategy,
-- years within it that are not released, or another one released that has the other part of a year.
CREATE FUNCTION scip.make_release(period text, note text, uid uuid) RETURNS uuid
LANGUAGE plpgsql SECURITY DEFINER SET search_path = scip, pg_temp AS $$
DECLARE
  p record;
  made bigint;
BEGIN
  IF NOT ctx.central() THEN
    RAISE 'not theirs to do' USING ERRCODE = 'SC403', CONSTRAINT = 'role-needed';
  END IF;
  SELECT * INTO p FROM metric.period(make_release.period);
  IF p.wrong IS NOT NULL OR p.family = 'calendar' OR p.family = 'academic' AND length(p.name) > 7 THEN
    RAISE 'no academic year or strategy' USING ERRCODE = 'SC422', CONSTRAINT = 'no-such-period';
  ELSIF p.last_day >= today() THEN
    RAISE 'not over yet' USING ERRCODE = 'SC422', CONSTRAINT = 'period-is-not-over';
  END IF;
  PERFORM pg_advisory_xact_lock(hashtextextended('scip.release', 0));
  IF p.family = 'strategy' AND EXISTS (
      SELECT FROM generate_series(extract(year FROM p.first_day)::int, extract(year FROM p.last_day)::int - 1) y,
                  LATERAL (SELECT academic_year(make_date(y, 9, 1)) AS name) n
      WHERE year_start(n.name) >= p.first_day AND period_end(n.name) <= p.last_day AND NOT EXISTS (SELECT FROM release r WHERE r.period = n.name)) THEN
    RAISE 'its years come first' USING ERRCODE = 'SC409', CONSTRAINT = 'release-years-first';
  ELSIF p.family = 'strategy' AND EXISTS ( -- both parts of a year cannot be more than it: that would tell of small ones
      SELECT FROM release r WHERE r.family = 'strategy' AND (r.first_day, r.last_day) <> (p.first_day, p.last_day)
        AND (metric.cuts_year(r.last_day, p.first_day) OR metric.cuts_year(p.last_day, r.first_day))) THEN
    RAISE 'a year in two parts' USING ERRCODE = 'SC409', CONSTRAINT = 'strategies-share-a-year';
  END IF;
  INSERT INTO release (uid, period, number, family, first_day, last_day, note, created_at)
  SELECT make_release.uid, p.name, coalesce(max(r.number), 0) + 1, p.family, p.first_day, p.last_day, make_release.note, clock_timestamp()
  FROM release r WHERE r.period = p.name RETURNING id INTO made;
  INSERT INTO release_cell (release_id, metric, definition_version, breakdown, hub_id, hub_slug, hub_name, nation, category, value, part, whole, status)
  SELECT r.id, m.code, m.version, string_to_array(c.breakdown, '+'), c.hub_id, h.slug, h.name, c.nation, c.category, c.value, c.part, c.whole, c.status
  FROM release r CROSS JOIN metric m CROSS JOIN LATERAL metric.publish(m, r) c LEFT JOIN hub h ON h.id = c.hub_id
  WHERE r.id = made;
  RETURN uid;
END $$;
GRANT EXECUTE ON FUNCTION scip.make_release TO scip_writer;

COMMIT;
