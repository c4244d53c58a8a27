-- What is published of the metrics: releases of closed periods, permanent, with disclosure control; the values of a metric:
-- cells, how one comes about, headline figures beside what the records give; and the figures of training, which say no more than that.
--
-- Disclosure control is here and nowhere else: metric.publish() stands between what is counted and all that is published of a metric
-- that is not exact, whatever the representation. Everything published is a function of what is published of each Hub (course, stage) by
-- itself, which depends on its own number alone: so nobody's knowledge of other numbers, of the rule or of other releases takes anything
-- from what a hidden number can be (metrics/README.md has the proof).
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
COMMENT ON COLUMN scip.release_cell.hub_slug IS 'The Hub''s then: what was published stays as it was';
CALL scip.publish('release', 'release_cell');
CALL scip.track_changes('release', 'release', 'r.uid');
INSERT INTO scip.kind_address VALUES ('release', '/v1/releases/');

CALL scip.add_trigger('keep_released BEFORE UPDATE OR DELETE ON release, release_cell', $$
  PERFORM scip.refuse(409, 'record-immutable', '', 'A release cannot be changed.')
    WHERE NOT EXISTS (SELECT FROM scip.release r WHERE r.id = (to_jsonb(OLD) ->> 'release_id')::bigint AND r.xid = pg_current_xact_id());
$$);

-- Of small numbers that anybody may know 0, but not one to four (NULL), and of all others the nearest five; a number that is no whole
-- one is small below five. Of several the sum of what is published of each, one to four as two and a half, to the nearest five; nothing
-- where nothing is published of any.
CREATE FUNCTION metric.rounded(numbers numeric[]) RETURNS numeric LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN (SELECT CASE WHEN coalesce(bool_or(n >= 5), false) OR coalesce(bool_and(n = 0), true)
                 THEN 5 * round(coalesce(sum(CASE WHEN n = 0 OR n >= 5 THEN 5 * round(n / 5) ELSE 2.5 END), 0) / 5) END
        FROM unnest(numbers) n);
-- The same of answers, of which 0 reveals as much as four: all who answered gave another. 0 to 4 count as two.
CREATE FUNCTION metric.rounded_answers(numbers numeric[]) RETURNS numeric LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN (SELECT CASE WHEN bool_or(n >= 5) THEN 5 * round(sum(CASE WHEN n >= 5 THEN 5 * round(n / 5) ELSE 2 END) / 5) END
  FROM unnest(numbers) n);

-- The pieces into which academic years cut a period: what a strategy is the sum of.
CREATE FUNCTION metric.pieces(first_day date, last_day date, OUT first_days date[],
  OUT last_days date[]) LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN (SELECT ROW (array_agg(greatest(y::date, pieces.first_day) ORDER BY y),
  array_agg(least((y + interval '1 year')::date - 1, pieces.last_day) ORDER BY y))
        FROM generate_series(scip.year_start(scip.academic_year(pieces.first_day))::timestamp, pieces.last_day, interval '1 year') y);

-- What is published of a release of the metrics that are not exact, by privacy class: cells of each breakdown, from what is published
-- of their parts. status: suppressed where nothing is, another where that is for another reason than the records give.
CREATE TYPE metric.published AS (breakdown text, hub_id bigint, nation text, category text, value numeric, part numeric, whole numeric,
  status text);

-- rounded: of each Hub, and of each nation what is of no Hub; all else is their sum, over the pieces of the period.
CREATE FUNCTION metric.publish_rounded(m scip.metric, r scip.release) RETURNS SETOF metric.published LANGUAGE sql STABLE AS $$
  SELECT CASE WHEN grouping(s.hub_id) = 0 THEN 'hub' WHEN grouping(s.nation) = 0 THEN 'nation' ELSE '' END, s.hub_id, s.nation, NULL::text,
         metric.rounded(array_agg(s.value)), NULL::numeric, NULL::numeric,
           CASE WHEN metric.rounded(array_agg(s.value)) IS NULL THEN 'suppressed' END
  FROM metric.pieces((r).first_day, (r).last_day) p, metric.sums((m).code, p.first_days, p.last_days, NULL, '{hub+nation}', true) s
  GROUP BY GROUPING SETS ((s.hub_id), (s.nation), ())
$$;

-- beside: exact where the other metric's number of the same Hub (or of no Hub, in the nation) is published, hidden where that is hidden;
-- all else is the sum of what is published. Categories are all that there are, so that it reveals nothing which one is hidden.
CREATE FUNCTION metric.publish_beside(m scip.metric, r scip.release) RETURNS SETOF metric.published LANGUAGE sql STABLE AS $$
  WITH hidden AS MATERIALIZED (
    SELECT s.n, coalesce(s.hub_id, 0) AS hub, coalesce(s.nation, '') AS nation
    FROM metric.pieces((r).first_day, (r).last_day) p, metric.sums((m).beside, p.first_days, p.last_days, NULL, '{hub+nation}', true) s
    WHERE metric.rounded(ARRAY[s.value]) IS NULL
  ), shown AS MATERIALIZED (
    SELECT coalesce(s.hub_id, 0) AS hub, coalesce(s.nation, '') AS nation, s.category, s.value
    FROM metric.pieces((r).first_day, (r).last_day) p,
      metric.sums((m).code, p.first_days, p.last_days, NULL, '{hub+nation+category}', true) s
    WHERE (s.n, coalesce(s.hub_id, 0), coalesce(s.nation, '')) NOT IN (SELECT h.n, h.hub, h.nation FROM hidden h)
  ), summed AS (
    SELECT CASE WHEN grouping(l.hub) = 0 THEN 'hub' WHEN grouping(l.nation) = 0 THEN 'nation' ELSE '' END AS breakdown,
      nullif(l.hub, 0) AS hub_id, nullif(l.nation, '') AS nation,
           NULL::text AS category, coalesce(sum(l.value), 0) AS value, bool_or(l.value IS NULL) AS part_hidden
    FROM (SELECT hub, nation, value FROM shown UNION ALL SELECT hub, nation, NULL FROM hidden) l
      GROUP BY GROUPING SETS ((l.hub), (l.nation), ())
    UNION ALL
    SELECT 'category', NULL, NULL, c.category, coalesce(sum(x.value), 0), EXISTS (TABLE hidden)
    FROM (SELECT unnest(metric.categories(m)) AS category UNION SELECT category FROM shown) c
      LEFT JOIN shown x ON x.category IS NOT DISTINCT FROM c.category
    GROUP BY c.category
  )
  SELECT s.breakdown, s.hub_id, s.nation, s.category::text, s.value, NULL::numeric, NULL::numeric, CASE WHEN s.part_hidden
    AND s.value = 0 THEN 'suppressed' END FROM summed s
$$;

-- ratings: of each category where five or more gave one; the whole is the sum of these, of a strategy that of its years. What was published
-- stands until five more or fewer gave one, so that no difference shows fewer.
CREATE FUNCTION metric.publish_ratings(m scip.metric, r scip.release) RETURNS SETOF metric.published LANGUAGE sql STABLE AS $$
  WITH rated AS (
    SELECT s.category, CASE WHEN abs(s.whole - e.whole) < 5 THEN e.part WHEN s.whole >= 5 THEN s.part END AS part,
           CASE WHEN abs(s.whole - e.whole) < 5 THEN e.whole WHEN s.whole >= 5 THEN s.whole END AS whole
    FROM metric.sums((m).code, (r).first_day, (r).last_day, NULL, '{category}') s
    LEFT JOIN LATERAL (
      SELECT c.part, c.whole FROM scip.release x JOIN scip.release_cell c ON c.release_id = x.id AND c.metric = (m).code
        AND c.breakdown = '{category}'
      WHERE x.period = (r).period AND x.number < (r).number AND c.category IS NOT DISTINCT FROM s.category AND c.whole IS NOT NULL
        ORDER BY x.number DESC LIMIT 1) e ON true
    WHERE (r).family = 'academic' AND s.whole > 0
    UNION ALL
    SELECT NULL, c.part, c.whole
    FROM (SELECT DISTINCT ON (x.period) x.id FROM scip.release x
          WHERE (r).family = 'strategy' AND x.family = 'academic' AND x.first_day >= (r).first_day AND x.last_day <= (r).last_day
            ORDER BY x.period, x.number DESC) y
    JOIN scip.release_cell c ON c.release_id = y.id AND c.metric = (m).code AND c.breakdown = '{}'
      AND c.status IN ('value', 'zero', 'suppressed')
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
    LEFT JOIN metric.sums((m).code, (r).first_day, (r).last_day, NULL, '{category}') s ON s.category = c.category
      WHERE (r).family = 'academic'
  )
  SELECT s.breakdown, NULL::bigint, NULL::text, s.category, s.value, NULL::numeric, NULL::numeric,
    CASE WHEN (r).family = 'strategy' THEN 'not_available' WHEN s.value IS NULL THEN 'suppressed' END
  FROM (SELECT 'category' AS breakdown, a.category, metric.rounded_answers(ARRAY[a.n]) AS value FROM answered a
        UNION ALL SELECT '', NULL, metric.rounded_answers(array_agg(a.n)) FROM answered a) s
$$;

-- All cells of a metric in a release, with what is published of them: nothing else of the release is ever written. Of a metric that is not
-- exact no number comes from anywhere but its class; and a strategy has no parts.
CREATE FUNCTION metric.publish(m scip.metric, r scip.release) RETURNS SETOF metric.published LANGUAGE sql STABLE AS $$
  WITH asked AS (SELECT ARRAY[''] || CASE WHEN (r).family = 'academic'
    OR (m).privacy = 'exact' THEN (m).breakdowns ELSE '{}' END AS breakdowns),
  shown AS MATERIALIZED (
    SELECT * FROM metric.publish_rounded(m, r) WHERE (m).privacy = 'rounded' UNION ALL
    SELECT * FROM metric.publish_beside(m, r) WHERE (m).privacy = 'published_with' UNION ALL
    SELECT * FROM metric.publish_ratings(m, r) WHERE (m).privacy = 'ratings' UNION ALL
    SELECT * FROM metric.publish_answers(m, r) WHERE (m).privacy = 'answers'
  ), cell AS MATERIALIZED (
    SELECT c.* FROM asked, metric.cells((m).code, ARRAY[(r).first_day], ARRAY[(r).last_day], NULL, asked.breakdowns, true) c
  )
  SELECT c.breakdown, c.hub_id, c.nation, c.category, c.value, c.part, c.whole, c.status FROM cell c WHERE (m).privacy = 'exact'
  UNION ALL
  SELECT s.breakdown, s.hub_id, s.nation, s.category, CASE WHEN j.status IN ('value', 'zero') THEN s.value END,
    CASE WHEN j.status IN ('value', 'zero') THEN s.part END, CASE WHEN j.status IN ('value', 'zero') THEN s.whole END, j.status
  FROM (SELECT s.breakdown, s.hub_id, s.nation, s.category, s.value, s.part, s.whole, s.status, c.status AS recorded
        FROM shown s LEFT JOIN cell c ON c.breakdown = s.breakdown AND coalesce(c.hub_id, 0) = coalesce(s.hub_id, 0)
          AND coalesce(c.nation, '') = coalesce(s.nation, '') AND coalesce(c.category, '') = coalesce(s.category, '')
        UNION ALL -- of what nothing was counted of
        SELECT c.breakdown, c.hub_id, c.nation, c.category, c.value, NULL, NULL, CASE WHEN c.value > 0 OR c.whole > 0 THEN 'suppressed' END,
          c.status
        FROM cell c WHERE (m).privacy <> 'exact' AND c.breakdown <> 'category' AND NOT EXISTS (
          SELECT FROM shown s WHERE c.breakdown = s.breakdown AND coalesce(c.hub_id, 0) = coalesce(s.hub_id, 0)
            AND coalesce(c.nation, '') = coalesce(s.nation, ''))) s
  CROSS JOIN asked
  CROSS JOIN LATERAL (SELECT coalesce(s.status, CASE WHEN s.value > 0 THEN 'value' WHEN s.recorded IS NULL
    OR s.recorded = 'value' THEN 'zero' ELSE s.recorded END) AS status) j
  WHERE s.breakdown = ANY (asked.breakdowns)
$$;

-- Whether one ends and the other begins within the same year: parts that say how much of it is at least in the one, if the other is known.
CREATE FUNCTION metric.cuts_year(ends date, starts date) RETURNS boolean LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN scip.academic_year(ends) = scip.academic_year(starts) AND starts > scip.year_start(scip.academic_year(starts))
  AND ends < scip.period_end(scip.academic_year(ends));

-- Releases a period that is over: all metrics, as the records are now. SC422: no such period, or not over; SC409: of a strategy,
-- years within it that are not released, or another one released that has the other part of a year.
CREATE FUNCTION scip.make_release(period text, note text, uid uuid) RETURNS uuid
LANGUAGE plpgsql SECURITY DEFINER SET search_path = scip, pg_temp AS $$
DECLARE
  p record;
  made bigint;
BEGIN
  PERFORM scip.refuse(403, 'role-needed') WHERE NOT ctx.central();
  SELECT * INTO p FROM metric.period(make_release.period);
  PERFORM scip.refuse(422, 'period-not-valid', 'period')
    WHERE p.wrong IS NOT NULL OR p.family = 'calendar' OR p.family = 'academic' AND length(p.name) > 7;
  PERFORM scip.refuse(422, 'period-not-over', 'period') WHERE p.last_day >= today();
  PERFORM pg_advisory_xact_lock(hashtextextended('scip.release', 0));
  PERFORM scip.refuse(409, 'release-years-first', 'period') WHERE p.family = 'strategy' AND EXISTS (
      SELECT FROM generate_series(extract(year FROM p.first_day)::int, extract(year FROM p.last_day)::int - 1) y,
                  LATERAL (SELECT academic_year(make_date(y, setting.year_month(), 1)) AS name) n
      WHERE year_start(n.name) >= p.first_day AND period_end(n.name) <= p.last_day
        AND NOT EXISTS (SELECT FROM release r WHERE r.period = n.name));
  PERFORM scip.refuse(409, 'strategies-share-a-year', 'period')
    WHERE p.family = 'strategy' AND EXISTS ( -- both parts of a year cannot be more than it: that would reveal small ones
        SELECT FROM release r WHERE r.family = 'strategy' AND (r.first_day, r.last_day) <> (p.first_day, p.last_day)
          AND (metric.cuts_year(r.last_day, p.first_day) OR metric.cuts_year(p.last_day, r.first_day)));
  INSERT INTO release (uid, period, number, family, first_day, last_day, note, created_at)
  SELECT make_release.uid, p.name, coalesce(max(r.number), 0) + 1, p.family, p.first_day, p.last_day, make_release.note, clock_timestamp()
  FROM release r WHERE r.period = p.name RETURNING id INTO made;
  INSERT INTO release_cell (release_id, metric, definition_version, breakdown, hub_id, hub_slug, hub_name, nation, category, value, part,
    whole, status)
  SELECT r.id, m.code, m.version, string_to_array(c.breakdown, '+'), c.hub_id, h.slug, h.name, c.nation, c.category, c.value, c.part,
    c.whole, c.status
  FROM release r CROSS JOIN metric m CROSS JOIN LATERAL metric.publish(m, r) c LEFT JOIN hub h ON h.id = c.hub_id
  WHERE r.id = made;
  RETURN uid;
END $$;
GRANT EXECUTE ON FUNCTION scip.make_release TO scip_caller;

-- A period that is answered for, and its release.
CREATE TYPE metric.span AS (name text, first_day date, last_day date, release_id bigint, release int, replaced_by int);

-- What is published of a metric by each breakdown ('', hub, hub+category): of a released period what its release says, otherwise what is
-- counted now, or was known then (known_at), where that may be published without a release. Where there is nothing, a row with the reason.
CREATE FUNCTION metric.answer(m scip.metric, spans metric.span[], breakdowns text[], of_hub bigint, nation text, category text,
  known_at timestamptz, on_day date, sums metric.sum[], OUT n bigint, OUT breakdown text, OUT definition_version int, OUT hub_id bigint,
  OUT hub_slug text, OUT hub_name text, OUT of_nation text, OUT of_category text, OUT value numeric, OUT part numeric, OUT whole numeric,
  OUT status text, OUT counted boolean) RETURNS SETOF record LANGUAGE plpgsql STABLE SET plan_cache_mode = force_generic_plan AS $$
#variable_conflict use_column
DECLARE
  -- whole days that the history covers
  kept boolean := known_at IS NULL OR known_at >= ALL (SELECT s.at FROM scip.history_start s WHERE s."table" = ANY (m.tables));
BEGIN
  RETURN QUERY
    WITH span AS MATERIALIZED (
      SELECT s.*, c.counted, c.counted AND s.release_id IS NULL AND (m).privacy = 'exact' AS live -- what may be published at once
      FROM unnest(spans) WITH ORDINALITY s (name, first_day, last_day, release_id, release, replaced_by, n),
        LATERAL (SELECT kept AND s.first_day <= on_day AS counted) c
    ), published AS MATERIALIZED (
      SELECT s.n, array_to_string(c.breakdown, '+') AS breakdown, c.definition_version, c.hub_id, c.hub_slug, c.hub_name, c.nation,
        c.category::text, c.value, c.part, c.whole, c.status
      FROM span s JOIN scip.release_cell c ON c.release_id = s.release_id AND c.metric = (m).code
      UNION ALL
      SELECT l.ns[c.n], c.breakdown, (m).version, c.hub_id, h.slug::text, h.name::text, c.nation, c.category, c.value, c.part, c.whole,
        c.status
      FROM (SELECT array_agg(s.n ORDER BY s.n) AS ns, array_agg(s.first_day ORDER BY s.n) AS first_days,
        array_agg(least(s.last_day, on_day) ORDER BY s.n) AS last_days FROM span s WHERE s.live) l,
           metric.cells((m).code, l.first_days, l.last_days, answer.known_at, breakdowns, true, sums) c
      LEFT JOIN scip.hub h ON h.id = c.hub_id
      WHERE l.ns IS NOT NULL
    ), asked AS (SELECT s.*, b AS breakdown FROM span s, unnest(breakdowns) b),
    found AS MATERIALIZED (
      SELECT a.counted, t.* FROM asked a JOIN published t ON t.n = a.n AND t.breakdown = a.breakdown
      WHERE (of_hub IS NULL OR t.hub_id = of_hub) AND (answer.nation IS NULL OR t.nation = answer.nation)
        AND (answer.category IS NULL OR t.category = answer.category)
    ), missing AS MATERIALIZED (
      SELECT a.* FROM asked a WHERE NOT EXISTS (SELECT FROM found f WHERE f.n = a.n AND f.breakdown = a.breakdown)
    )
    SELECT f.n, f.breakdown, f.definition_version, f.hub_id, f.hub_slug, f.hub_name, f.nation, f.category, f.value, f.part, f.whole,
      f.status, f.counted FROM found f
    UNION ALL -- nothing is of this part, or of any: where the whole is known that is none
    SELECT a.n, a.breakdown, coalesce(w.definition_version, (m).version), h.id, h.slug::text, h.name::text, answer.nation, answer.category,
           CASE r.status WHEN 'zero' THEN 0 END, NULL, NULL, r.status, a.counted
    FROM missing a LEFT JOIN scip.hub h ON h.id = of_hub LEFT JOIN LATERAL (
      SELECT t.definition_version, t.status FROM published t WHERE t.n = a.n AND t.breakdown = ''
      UNION ALL
      SELECT (m).version, c.status
      FROM metric.cells((m).code, ARRAY[a.first_day], ARRAY[least(a.last_day, on_day)], answer.known_at, ARRAY[''], true) c
      WHERE a.live LIMIT 1) w ON true
    CROSS JOIN LATERAL (SELECT CASE
      WHEN w.status IS NULL OR a.breakdown = '' OR w.status = 'suppressed' OR a.release_id IS NULL
        AND (m).privacy <> 'exact' THEN 'not_available'
      WHEN w.status NOT IN ('value', 'zero') THEN w.status WHEN (m).measure = 'share' THEN 'not_applicable' ELSE 'zero' END AS status) r;
END $$;

-- The periods that are asked for, each with its release: the one that was in force then, or that number. A period that only a release names
-- (a strategy that has another name now) is what it was.
CREATE FUNCTION metric.spans(given text[], known_at timestamptz, release int) RETURNS SETOF metric.span LANGUAGE plpgsql STABLE AS $$
#variable_conflict use_column
BEGIN
  RETURN QUERY
    SELECT p.name, coalesce(r.first_day, p.first_day), coalesce(r.last_day, p.last_day), r.id, r.number, CASE WHEN r.number < r.newest
      AND known_at IS NULL THEN r.newest END
    FROM metric.periods(given) WITH ORDINALITY p (name, family, first_day, last_day, wrong, i)
    LEFT JOIN LATERAL (
      SELECT x.id, x.number, x.first_day, x.last_day, (SELECT max(y.number) FROM scip.release y WHERE y.period = p.name) AS newest
        FROM scip.release x
      WHERE x.period = p.name AND (spans.release IS NULL OR x.number = spans.release) AND (known_at IS NULL OR x.created_at < known_at)
      ORDER BY x.number DESC LIMIT 1) r ON true
    ORDER BY p.i;
END $$;

-- A text in a query, with % for all that has a meaning there; a period so that it is no month.
CREATE FUNCTION metric.quoted(value text) RETURNS text LANGUAGE sql IMMUTABLE PARALLEL SAFE STRICT
RETURN CASE WHEN value ~ '^[A-Za-z0-9._~/-]*$' THEN value ELSE (
  SELECT string_agg(CASE WHEN c ~ '[A-Za-z0-9._~/-]' THEN c
    ELSE upper(regexp_replace(encode(convert_to(c, 'UTF8'), 'hex'), '(..)', '%\1', 'g')) END, '' ORDER BY i)
  FROM string_to_table(value, NULL) WITH ORDINALITY u (c, i)) END;
CREATE FUNCTION metric.quoted_period(name text) RETURNS text LANGUAGE sql IMMUTABLE PARALLEL SAFE STRICT
RETURN regexp_replace(name, '^(20(?:0[0-9]|1[01]))-(0[1-9]|1[0-2])$', '\1/\2');

-- A Hub by a name that it has or had.
CREATE FUNCTION metric.hub(slug text) RETURNS bigint LANGUAGE plpgsql STABLE AS $$ BEGIN
  RETURN coalesce((SELECT h.id FROM scip.hub h WHERE h.slug = hub.slug),
    (SELECT f.hub_id FROM scip.hub_former_slug f WHERE f.slug = hub.slug));
END $$;

-- What is wrong with what is asked for, or NULL. metrics: all that have to be broken down so.
CREATE FUNCTION metric.faults(metrics text[], periods text[], asked text[], hub text, category text, as_of date,
  release int) RETURNS jsonb LANGUAGE plpgsql STABLE AS $$ BEGIN RETURN (
  WITH p AS MATERIALIZED (SELECT * FROM metric.periods(periods)),
  fault AS (
    SELECT 1 AS i, '/query/metric' AS pointer, u || ' is no metric: /v1/metrics lists them' AS detail FROM unnest(metrics) u
      WHERE NOT EXISTS (SELECT FROM scip.metric m WHERE m.code = u)
    UNION ALL
    SELECT 2, '/query/period', p.wrong FROM p WHERE p.wrong IS NOT NULL
    UNION ALL
    SELECT 3, '/query/period', format('%s periods are asked for: no more than 60 can be at once', count(*)) FROM p HAVING count(*) > 60
    UNION ALL
    SELECT 4, '/query/by', format('%s is not broken down by %s, but by: %s', m.code, array_to_string(asked, '+'),
      coalesce(nullif(array_to_string(m.breakdowns, ', '), ''), 'nothing'))
    FROM scip.metric m WHERE m.code = ANY (metrics) AND asked <> '{}' AND array_to_string(asked, '+') <> ALL (m.breakdowns)
    UNION ALL
    SELECT 5, '/query/hub', 'is not a Hub' WHERE hub IS NOT NULL AND metric.hub(hub) IS NULL
    UNION ALL
    SELECT 6, '/query/category', format('%s is no category of %s: %s', faults.category, m.code,
      CASE WHEN cardinality(c.found) <= 40 THEN 'it has ' || array_to_string(c.found, ', ') ELSE m.category END)
    FROM scip.metric m, LATERAL (SELECT metric.categories(m) AS found) c WHERE m.code = ANY (metrics) AND m.category IS NOT NULL
      AND faults.category IS NOT NULL AND faults.category <> ALL (c.found)
    UNION ALL
    SELECT 7, '/query/as_of', 'is yet to come' WHERE as_of > scip.today()
    UNION ALL
    SELECT 8, '/query/release', 'is one of a single period' WHERE release IS NOT NULL AND (SELECT count(*) FROM p) > 1
    UNION ALL
    SELECT 9, '/query/release', 'says all about when: leave out as_of' WHERE release IS NOT NULL AND as_of IS NOT NULL
  )
  SELECT coalesce((SELECT jsonb_agg(jsonb_build_object('pointer', f.pointer, 'detail', f.detail) ORDER BY f.i, f.detail) FROM fault f),
    (SELECT jsonb_build_array(jsonb_build_object('pointer', '/query/period', 'detail', 'mixes ' || string_agg(DISTINCT p.family, ' and '
      ORDER BY p.family) || ' periods, whose days are not the same: their figures would be read side by side as if they were')) FROM p
         HAVING count(DISTINCT p.family) > 1)));
END $$;
-- All that a published value says; explanation: where it says how it comes about; counted: whether the records of then are known at all. Or
-- the status of a question that cannot be answered, and why.
CREATE TYPE metric.cell AS (metric text, definition_version int, period text, "from" date, "to" date, breakdown text, hub_id bigint,
  hub_slug text, hub_name text, of_nation text, of_category text, value numeric, numerator numeric, denominator numeric, unit text,
  status text, basis text, of_release int, replaced_by int, explanation text, counted boolean, refused int, wrong jsonb);

-- What is published of a metric. as_of: a day before today, or NULL; sums: of what is counted now, where they are known already.
CREATE FUNCTION metric.rows(m scip.metric, spans metric.span[], breakdowns text[], of_hub bigint, nation text, category text, as_of date,
  sums metric.sum[]) RETURNS SETOF metric.cell LANGUAGE plpgsql STABLE AS $$
#variable_conflict use_column
BEGIN
  RETURN QUERY
    SELECT (m).code::text, a.definition_version, s.name, s.first_day, s.last_day, nullif(a.breakdown, ''), a.hub_id, a.hub_slug, a.hub_name,
           a.of_nation, a.of_category, a.value, a.part, a.whole, coalesce(d.unit::text, (m).unit::text), a.status,
           CASE WHEN s.release_id IS NULL THEN 'provisional' ELSE 'release' END, s.release, s.replaced_by,
           concat('/v1/metrics/', (m).code, '/explanation?period=', metric.quoted_period(s.name),
             CASE WHEN b.by && ARRAY[CASE WHEN a.hub_id IS NULL THEN 'hub' END, CASE WHEN a.of_nation IS NULL THEN 'nation' END,
               CASE WHEN a.of_category IS NULL THEN 'category' END]
               THEN '&by=' || array_to_string(b.by, ',') END, '&hub=' || a.hub_slug, '&nation=' || a.of_nation,
                 '&category=' || metric.quoted(a.of_category),
             CASE WHEN s.release_id IS NULL THEN '&as_of=' || rows.as_of ELSE '&release=' || s.release END),
           a.counted, NULL::int, NULL::jsonb
    FROM metric.answer(m, spans, breakdowns, of_hub, rows.nation, rows.category, (rows.as_of + 1)::timestamp AT TIME ZONE setting.zone(),
      least(rows.as_of, scip.today()), sums) a
    CROSS JOIN LATERAL (SELECT spans[a.n].*) s
    CROSS JOIN LATERAL (SELECT string_to_array(a.breakdown, '+') AS by) b
    LEFT JOIN scip.metric_definition d ON d.code = (m).code AND d.version = a.definition_version;
END $$;

-- What is asked of a metric: of which periods, by what, as of which day before today; or why that cannot be answered.
CREATE FUNCTION metric.question(code text, periods text[], by text[], hub text, nation text, category text, INOUT as_of date, release int,
  OUT m scip.metric, OUT known_at timestamptz, OUT asked text[], OUT spans metric.span[], OUT refused int, OUT wrong jsonb)
LANGUAGE plpgsql STABLE AS $$
#variable_conflict use_variable
BEGIN
  SELECT * INTO m FROM scip.metric x WHERE x.code = question.code;
  IF NOT FOUND THEN
    refused := 404;
    RETURN;
  END IF;
  asked := ARRAY(SELECT a FROM unnest(ARRAY['hub', 'nation', 'category']) WITH ORDINALITY u (a, i)
                 WHERE a = ANY (by) OR a = 'hub' AND hub IS NOT NULL OR a = 'nation' AND nation IS NOT NULL OR a = 'category'
                   AND category IS NOT NULL ORDER BY i);
  wrong := metric.faults(ARRAY[m.code::text], periods, asked, hub, category, as_of, release);
  IF wrong IS NOT NULL THEN
    refused := 400;
    RETURN;
  END IF;
  as_of := CASE WHEN as_of < scip.today() THEN as_of END;
  known_at := (as_of + 1)::timestamp AT TIME ZONE setting.zone();
  spans := ARRAY(SELECT s FROM metric.spans(periods, known_at, release) s);
  IF release IS NOT NULL AND spans[1].release_id IS NULL THEN
    SELECT 404, '[{"pointer": "/query/release", "detail": "is no release of the period"}]' INTO refused, wrong;
  END IF;
END $$;

-- The cells of a metric, to anybody, as metric.answer() gives them. Here and below a session keeps its plans, whatever is asked: to make
-- them took most of an answer's time.
CREATE FUNCTION scip.metric_answer(code text, periods text[], by text[], hub text, nation text, category text, as_of date, release int)
RETURNS SETOF metric.cell LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = scip, pg_temp
SET plan_cache_mode = force_generic_plan AS $$
DECLARE
  q record;
  refusal metric.cell;
BEGIN
  SELECT * INTO q FROM metric.question(code, periods, by, hub, nation, category, as_of, release);
  IF q.refused IS NOT NULL THEN
    refusal.refused := q.refused; refusal.wrong := q.wrong;
    RETURN NEXT refusal;
    RETURN;
  END IF;
  RETURN QUERY SELECT *
    FROM metric.rows(q.m, q.spans, ARRAY[array_to_string(q.asked, '+')], metric.hub(hub), nation, category, q.as_of, NULL);
END $$;

-- What a metric is broken down by when that is asked for, of what it can be broken down by; of itself, as a whole and by each dimension.
CREATE FUNCTION metric.breakdowns(m scip.metric, by text[], asked text[]) RETURNS text[] LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN CASE WHEN asked <> '{}' THEN ARRAY(SELECT b FROM unnest((m).breakdowns) b WHERE b = array_to_string(asked, '+'))
            WHEN by = '{none}' THEN ARRAY['']
            ELSE ARRAY[''] || ARRAY(SELECT b FROM unnest((m).breakdowns) WITH ORDINALITY u (b, i) WHERE b !~ '\+' ORDER BY i) END;

-- The cells of all metrics, or of some, in their order: each as a whole and by each of its dimensions, or by what is asked for, where it is
-- broken down so. Without periods all academic years since the Alliance began. What is counted for it is bounded; who reads
-- page by page (after what, how many) has no more counted than that.
CREATE FUNCTION scip.metric_values(metrics text[], periods text[], by text[], hub text, nation text, after_metric int, after_place text,
  many int, OUT ordinal int, OUT place text, OUT cell metric.cell) RETURNS SETOF record LANGUAGE plpgsql STABLE SECURITY DEFINER
  SET search_path = scip, pg_temp SET plan_cache_mode = force_generic_plan AS $$
#variable_conflict use_variable
DECLARE
  most CONSTANT int := 3000;
  q record;
  asked text[] := ARRAY(SELECT a FROM unnest(ARRAY['hub', 'nation', 'category']) WITH ORDINALITY u (a, i)
                        WHERE a = ANY (by) OR a = 'hub' AND hub IS NOT NULL OR a = 'nation' AND nation IS NOT NULL ORDER BY i);
  given text[] := coalesce(periods, ARRAY[academic_year(make_date(setting.first_year(), setting.year_month(), 1)) || '..'
    || metric.quoted_period(academic_year(today()))]); -- since the Alliance began
  spans metric.span[];
  rows bigint;
  total bigint := 0;
BEGIN
  cell.wrong := metric.faults(metrics, given, asked, hub, NULL, NULL, NULL);
  IF cell.wrong IS NULL AND 'none' = ANY (by) AND cardinality(by) > 1 THEN
    cell.wrong := '[{"pointer": "/query/by", "detail": "none stands alone"}]';
  END IF;
  IF cell.wrong IS NULL THEN
    spans := ARRAY(SELECT s FROM metric.spans(given, NULL, NULL) s);
    SELECT coalesce(sum(cardinality(b.breakdowns)), 0) * (SELECT count(*) FROM unnest(spans) s WHERE s.release_id IS NULL) INTO total
    FROM metric x, metric.breakdowns(x, by, asked) b (breakdowns) WHERE metrics IS NULL OR x.code = ANY (metrics);
    IF total > most THEN
      cell.wrong := jsonb_build_array(jsonb_build_object('pointer', '/query/period', 'detail',
        format('%s sums would have to be made (metrics x breakdowns x periods that are not released), and no more than %s are at once: '
        'ask for fewer', total, most)));
    END IF;
  END IF;
  IF cell.wrong IS NOT NULL THEN
    cell.refused := 400;
    RETURN NEXT;
    RETURN;
  END IF;
  total := 0;
  FOR q IN SELECT x AS m, x.ordinal, b.breakdowns FROM metric x, metric.breakdowns(x, by, asked) b (breakdowns)
           WHERE (metrics IS NULL OR x.code = ANY (metrics)) AND b.breakdowns <> '{}'
             AND (after_metric IS NULL OR x.ordinal >= after_metric) ORDER BY x.ordinal LOOP
    RETURN QUERY SELECT q.ordinal, k.place, c FROM metric.rows(q.m, spans, q.breakdowns, metric.hub(hub), nation, NULL, NULL, NULL) c
      CROSS JOIN LATERAL (SELECT concat_ws(' ', lpad(array_position(q.breakdowns, coalesce(c.breakdown, ''))::text, 2, '0'), c."from",
        c."to", coalesce(c.hub_slug, ''), coalesce(c.of_nation, ''), coalesce(c.of_category, '')) COLLATE "C" AS place) k
      WHERE after_metric IS NULL OR q.ordinal > after_metric OR k.place > after_place COLLATE "C";
    GET DIAGNOSTICS rows = ROW_COUNT;
    total := total + rows;
    EXIT WHEN total >= many;
  END LOOP;
END $$;

-- A cell of CSV as render/csv.c writes it.
CREATE FUNCTION metric.csv(value text) RETURNS text LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE AS $$
DECLARE
  guarded text := CASE WHEN value ~ E'^''*[-=+@\t\r]' THEN '''' ELSE '' END || value;
BEGIN
  RETURN CASE WHEN value = '' THEN '""' WHEN value ~ E'[,"\n\r]' THEN '"' || replace(guarded, '"', '""') || '"'
    ELSE coalesce(guarded, '') END;
END $$;

-- Where cells of a release can always be downloaded, and the SHA-256 of the bytes that come: the CSV of the operation with what the address
-- names. NULL: there are none.
CREATE FUNCTION metric.citation(code text, period text, by text[], release int, OUT href text, OUT sha256 text)
LANGUAGE plpgsql STABLE AS $$ BEGIN
  SELECT format('/v1/metrics/%s/values?period=%s%s&release=%s&format=csv', citation.code, metric.quoted_period(citation.period),
                CASE WHEN by <> '{}' THEN '&by=' || array_to_string(by, ',') END, citation.release),
         encode(sha256(convert_to(E'\uFEFFmetric,definition_version,period,from,to,hub,nation,category,value,numerator,denominator,unit,'
                  'status,basis,release,by,hub_name,explanation\r\n'
           || string_agg(concat_ws(',', metric.csv(a.metric), a.definition_version, metric.csv(a.period), a."from", a."to",
                metric.csv(a.hub_slug), metric.csv(a.of_nation), metric.csv(a.of_category),
                coalesce(a.value::text, ''), coalesce(a.numerator::text, ''), coalesce(a.denominator::text, ''), metric.csv(a.unit),
                  metric.csv(a.status), metric.csv(a.basis), a.of_release,
                metric.csv(a.breakdown), metric.csv(a.hub_name), metric.csv(a.explanation)) || E'\r\n', ''
              ORDER BY a.hub_slug COLLATE "C" NULLS FIRST, a.of_nation NULLS FIRST, a.of_category COLLATE "C" NULLS FIRST), 'UTF8')), 'hex')
  INTO href, sha256
  FROM scip.metric_answer(citation.code, ARRAY[metric.quoted_period(citation.period)], by, NULL, NULL, NULL, NULL, citation.release) a
  WHERE EXISTS (SELECT FROM scip.release r JOIN scip.release_cell c ON c.release_id = r.id
                WHERE r.period = citation.period AND r.number = citation.release AND c.metric = citation.code)
  HAVING count(*) > 0;
END $$;

-- How a cell comes about; by: of what it is a part, where it is that of none. Rows and records are shown to those who may see the records:
-- all of them where these are public, otherwise the central team, and a Hub of itself; to these two also the number as it was counted. Of a
-- time without records, nothing.
CREATE FUNCTION scip.metric_explain(code text, given text, by text[], hub text, nation text, category text, as_of date, release int,
  OUT metric text, OUT title text, OUT definition text, OUT exclusions text, OUT definition_version int, OUT unit text, OUT kind text,
  OUT period text, OUT "from" date, OUT "to" date, OUT filters json, OUT value numeric, OUT numerator numeric, OUT denominator numeric,
  OUT status text, OUT basis text, OUT of_release int, OUT rows_included bigint, OUT rows_excluded json, OUT data_changed_at timestamptz,
  OUT citation json, OUT unrounded json, OUT records json, OUT corrections json, OUT refused int, OUT wrong jsonb) LANGUAGE plpgsql STABLE
SECURITY DEFINER SET search_path = scip, pg_temp SET plan_cache_mode = force_generic_plan AS $$
#variable_conflict use_variable
DECLARE
  q record;
  a record;
  m metric;
  known_at timestamptz;
  facts metric.facts;
  may boolean;
  shown boolean;
BEGIN
  SELECT * INTO q FROM metric.question(code, ARRAY[given], by, hub, nation, category, as_of, release);
  refused := q.refused; wrong := q.wrong;
  IF refused IS NULL AND given LIKE '%..%' THEN
    refused := 400;
    wrong := jsonb_build_array(jsonb_build_object('pointer', '/query/period', 'detail',
      given || ' is a range: one figure is explained at a time'));
  END IF;
  IF refused IS NOT NULL THEN
    RETURN;
  END IF;
  m := q.m;
  may := ctx.central() OR hub IS NOT NULL AND metric.hub(hub) = ANY (ctx.hubs_led());
  shown := may OR m.records = 'public';
  known_at := coalesce((SELECT r.created_at FROM release r WHERE r.id = q.spans[1].release_id), q.known_at);
  IF shown THEN
    EXECUTE format('SELECT * FROM facts.%I($1, $2, $3, true, $4, $5, $6, $7, $8)', m.code) INTO facts
    USING ARRAY[q.spans[1].first_day], ARRAY[least(q.spans[1].last_day, q.as_of, today())], known_at, q.asked, metric.hub(hub), nation,
      category, may;
  END IF;
  SELECT * INTO a FROM metric.rows(m, q.spans, ARRAY[array_to_string(q.asked, '+')], metric.hub(hub), nation, category, q.as_of,
    CASE cardinality(q.asked) WHEN num_nonnulls(hub, nation, category) THEN facts.sums END) x -- a part that nothing names may not be there
  WHERE (hub IS NOT NULL OR x.hub_id IS NULL) AND (nation IS NOT NULL OR x.of_nation IS NULL)
    AND (category IS NOT NULL OR x.of_category IS NULL) LIMIT 1;
  IF NOT FOUND THEN
    refused := 404;
    RETURN;
  END IF;
  SELECT d.definition, d.left_out INTO definition, exclusions FROM metric_definition d
    WHERE d.code = m.code AND d.version = a.definition_version;
  metric := m.code; title := m.title; definition_version := a.definition_version; unit := a.unit; kind := m.kind;
  period := a.period; "from" := a."from"; "to" := a."to"; value := a.value; numerator := a.numerator; denominator := a.denominator;
  status := a.status; basis := a.basis; of_release := a.of_release;
  filters := json_build_object('hub', hub, 'nation', nation, 'category', category);
  IF basis = 'release' THEN
    citation := (SELECT row_to_json(c) FROM metric.citation(m.code, a.period, q.asked, a.of_release) c WHERE c.href IS NOT NULL);
  END IF;
  IF a.counted AND shown THEN
    rows_included := coalesce(facts.sums[1].rows_in, 0);
    rows_excluded := facts.rows_excluded; records := facts.records; corrections := facts.corrections;
    unrounded := (SELECT json_build_object('value', s.value, 'numerator', s.part, 'denominator', s.whole)
                  FROM unnest(facts.sums) s WHERE may);
  END IF;
  IF shown OR m.privacy = 'exact' THEN -- when somebody changed a hidden number is nobody else's to know
    SELECT max(x.at) INTO data_changed_at FROM unnest(m.tables) t, LATERAL (
      SELECT h.at FROM history h WHERE h."table" = t AND (known_at IS NULL OR h.at < known_at) ORDER BY h.at DESC LIMIT 1) x;
  END IF;
END $$;

-- Asserted figures beside what the records give. A figure of years that a strategy is named by is of that strategy. Of a metric all
-- periods are counted at once.
CREATE FUNCTION scip.headline_comparison(OUT figure text, OUT derived numeric, OUT status text, OUT basis text, OUT period text,
  OUT definition_version int) RETURNS SETOF record LANGUAGE sql STABLE SECURITY DEFINER SET search_path = scip, pg_temp AS $$
  WITH asserted AS MATERIALIZED (
    SELECT f.slug, f.metric, p.*
    FROM (SELECT DISTINCT ON (x.slug) x.* FROM headline_figure x ORDER BY x.slug, x.version DESC) f
    LEFT JOIN strategy s ON s.period_text = f.period_text
    CROSS JOIN LATERAL metric.spans(ARRAY[coalesce(s.slug, f.period_text)], NULL, NULL) p
    WHERE f.kind = 'alliance' AND f.qualifier <> 'target' AND p.name IS NOT NULL
  ), shown AS MATERIALIZED (
    SELECT a.* FROM (
      SELECT x.metric, array_agg(DISTINCT (x.name, x.first_day, x.last_day, x.release_id, x.release, x.replaced_by)::metric.span) AS spans
      FROM asserted x GROUP BY 1) q
    JOIN metric m ON m.code = q.metric CROSS JOIN LATERAL metric.rows(m, q.spans, ARRAY[''], NULL, NULL, NULL, NULL, NULL) a
  )
  SELECT f.slug, a.value, a.status, a.basis, a.period, a.definition_version
  FROM shown a JOIN asserted f ON f.metric = a.metric AND f.name = a.period
$$;
GRANT EXECUTE ON FUNCTION scip.metric_explain, scip.headline_comparison, scip.metric_answer TO scip_anonymous, scip_caller;

-- Where a period begins and ends: an academic year, or of a strategy the academic years that lie within it. No row:
-- neither.
CREATE FUNCTION scip.training_period(period text, OUT name text, OUT strategy bigint, OUT starts date, OUT ends date) RETURNS SETOF record
LANGUAGE sql STABLE AS $$
  SELECT year, NULL::bigint, scip.year_start(year), (scip.year_start(year) + interval '1 year - 1 day')::date
  FROM (SELECT regexp_replace(period, '^([0-9]{4})[-/]?([0-9]{2})$', '\1-\2') AS year) y
  WHERE scip.is_academic_year(year)
  UNION ALL
  SELECT s.slug, s.id, min(year)::date, (max(year) + interval '1 year - 1 day')::date
  FROM scip.strategy s, generate_series(make_date(extract(year FROM scip.earliest(s.starts))::int, setting.year_month(), 1)::timestamp,
                                        scip.latest(s.ends)::timestamp, interval '1 year') year
  WHERE s.slug = period AND year >= scip.earliest(s.starts) AND year + interval '1 year - 1 day' <= scip.latest(s.ends)
  GROUP BY s.id;
$$;

-- A share with its parts; NULL parts: not to be published.
CREATE FUNCTION scip.share(numerator int, denominator int, status text DEFAULT NULL) RETURNS json LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN CASE WHEN status IS NOT NULL THEN json_build_object('status', status, 'numerator', NULL, 'denominator', NULL, 'share', NULL)
  ELSE json_build_object('status', CASE numerator WHEN 0 THEN 'zero' ELSE 'value' END, 'numerator', numerator, 'denominator', denominator,
                         'share', round(numerator::numeric / nullif(denominator, 0), 4)) END;

-- The public figures of training: ratings are those of the releases, of a strategy the sum of its years, so that nothing is published
-- here that is not there.
CREATE FUNCTION scip.training_figures(INOUT period text, INOUT course text, OUT "from" date, OUT "to" date, OUT sessions_held int,
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
    SELECT count(*) AS years, count(e.id) AS released, bool_or(x.status = 'suppressed') AND sum(x.whole) IS NULL AS hidden,
      sum(x.part)::int AS high, sum(x.whole)::int AS rated
    FROM generate_series(year_start(academic_year(p.starts))::timestamp, p.ends, interval '1 year') y
    LEFT JOIN LATERAL (SELECT t.id FROM release t WHERE t.period = academic_year(y::date) ORDER BY t.number DESC LIMIT 1) e ON true
    LEFT JOIN release_cell x ON x.release_id = e.id AND x.metric = 'toolkit_rated_highly'
      AND x.breakdown = CASE WHEN c.id IS NULL THEN '{}' ELSE '{category}' END::text[] AND x.category IS NOT DISTINCT FROM c.slug
    WHERE y >= p.starts AND y + interval '1 year' <= p.ends + 1) r
  WHERE training_figures.course IS NULL OR c.id IS NOT NULL;
$$;
GRANT EXECUTE ON FUNCTION scip.training_figures TO scip_anonymous, scip_caller;

-- How schools stand by each principle in an academic year (this one, where none is named), as its release has it; the number of schools is
-- the sum of what is published of the stages. Before there is one nothing is published.
CREATE FUNCTION scip.self_assessment_sums(period text, OUT principle_id bigint, OUT year text, OUT schools int, OUT schools_status text,
  OUT emerging int, OUT emerging_status text, OUT developing int, OUT developing_status text, OUT embedding int, OUT embedding_status text)
RETURNS SETOF record LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = scip, pg_temp AS $$
DECLARE
  named text := coalesce(period_name(coalesce(period, academic_year(today()))), '');
BEGIN
  PERFORM scip.refuse(400, 'bad-request', '/query/period', 'This needs an academic year, such as 2024-25.')
    WHERE NOT is_academic_year(named);
  RETURN QUERY
  SELECT p.id, named, s.schools, CASE WHEN s.published = 0 THEN 'not_available' WHEN s.schools IS NULL THEN 'suppressed' ELSE 'value' END,
         s.stage[1], s.status[1], s.stage[2], s.status[2], s.stage[3], s.status[3]
  FROM toolkit_principle p
  LEFT JOIN LATERAL (SELECT r.id FROM release r WHERE r.period = named ORDER BY r.number DESC LIMIT 1) r ON true
  CROSS JOIN LATERAL (
    SELECT array_agg(c.value::int ORDER BY g.i) AS stage, array_agg(coalesce(c.status, 'not_available') ORDER BY g.i) AS status,
      count(c.status) AS published, metric.rounded_answers(array_agg(coalesce(c.value, 0)))::int AS schools
    FROM unnest(terms_with('self_assessment_stage')) WITH ORDINALITY g (stage, i)
    LEFT JOIN release_cell c ON c.release_id = r.id AND c.metric = 'self_assessments' AND c.breakdown = '{category}'
      AND c.category = p.slug || '/' || g.stage) s;
END $$;
GRANT EXECUTE ON FUNCTION scip.metric_values, scip.self_assessment_sums TO scip_anonymous;

COMMIT;
