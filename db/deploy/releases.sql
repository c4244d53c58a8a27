-- Releases: what was told of a closed period, for ever. Disclosure control is here and nowhere else: metric.disclose()
-- stands between what is counted and all that anybody is told, whatever the representation.
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

-- Numbers of young people in the tree of Hubs, nations and the whole: which are not told. Told is a number of five or more,
-- rounded to the nearest five, and nought. Not told are one to four, what was not told before (kept), and as many more as
-- it takes that each hidden number could as well be another. That is shown by what could stand in its place: a number moved
-- from one hidden Hub to another leaves all sums as they are, whoever knows how many of them, how well, and however often. So
-- hidden Hubs of a nation that is told must be three, and without any one of them the others must have three to give
-- (above the one that each is known to have); where a nation has no such three, it is hidden with all its Hubs, and the Hubs of all
-- hidden nations exchange among each other, as nations do; where that does not help, nothing is told.
-- Method: cell suppression with complementary suppression checked against a knowing contributor (Hundepool et al.,
-- Statistical Disclosure Control, Wiley 2012, ch. 4); rounding as the Alliance's own map does it.
CREATE FUNCTION metric.suppress(nations text[], numbers numeric[], kept boolean[], kept_nations text[], kept_total boolean,
  OUT hidden boolean[], OUT hidden_nations text[], OUT hidden_total boolean)
LANGUAGE plpgsql IMMUTABLE AS $$
DECLARE
  g text;
  next int;
  told boolean;
  others record;
BEGIN
  hidden := ARRAY(SELECT coalesce(k, false) OR n BETWEEN 1 AND 4 FROM unnest(numbers, kept) WITH ORDINALITY u (n, k, i) ORDER BY i);
  hidden_nations := '{}';
  hidden_total := kept_total OR (SELECT sum(n) BETWEEN 1 AND 4 FROM unnest(numbers) n);
  FOR g IN SELECT DISTINCT u FROM unnest(nations) u ORDER BY 1 LOOP
    LOOP
      SELECT count(*) AS many, coalesce(sum(w), 0) - coalesce(max(w), 0) AS rest INTO others
      FROM unnest(nations, numbers, hidden) u (nation, n, h), greatest(n - 1, 0) w WHERE nation = g AND h;
      told := g <> ALL (coalesce(kept_nations, '{}')) AND NOT coalesce((SELECT sum(n) BETWEEN 1 AND 4 FROM unnest(nations, numbers) u (nation, n) WHERE nation = g), false);
      EXIT WHEN told AND (others.many = 0 OR others.many >= 3 AND others.rest >= 3);
      SELECT i INTO next FROM unnest(nations, numbers, hidden) WITH ORDINALITY u (nation, n, h, i)
      WHERE told AND nation = g AND NOT h AND n > 0 ORDER BY n, i LIMIT 1;
      IF NOT FOUND THEN
        hidden_nations := hidden_nations || g;
        EXIT;
      END IF;
      hidden[next] := true;
    END LOOP;
  END LOOP;
  WHILE NOT hidden_total AND cardinality(hidden_nations) > 0 LOOP
    EXIT WHEN (SELECT count(*) >= 3 AND sum(n) - max(n) >= 4 FROM unnest(nations, numbers) u (nation, n) WHERE nation = ANY (hidden_nations))
      AND (SELECT bool_and(o.many >= 2 AND o.rest >= greatest(4 - o.own, 1)) FROM unnest(hidden_nations) x (name), LATERAL (
             SELECT count(*) FILTER (WHERE nation <> name) AS many, sum(n) FILTER (WHERE nation = name) AS own,
                    coalesce(sum(n) FILTER (WHERE nation <> name), 0) - coalesce(max(n) FILTER (WHERE nation <> name), 0) AS rest
             FROM unnest(nations, numbers) u (nation, n) WHERE nation = ANY (hidden_nations)) o);
    SELECT nation INTO g FROM unnest(nations, numbers) u (nation, n) WHERE nation <> ALL (hidden_nations)
    GROUP BY nation HAVING sum(n) > 0 ORDER BY sum(n), nation LIMIT 1;
    hidden_total := NOT FOUND;
    hidden_nations := CASE WHEN FOUND THEN hidden_nations || g ELSE hidden_nations END;
  END LOOP;
  IF hidden_total THEN
    hidden_nations := ARRAY(SELECT DISTINCT u FROM unnest(nations) u);
  END IF;
  hidden := ARRAY(SELECT h OR nation = ANY (hidden_nations) FROM unnest(nations, hidden) WITH ORDINALITY u (nation, h, i) ORDER BY i);
END $$;

-- Professionals by Hub and category, whose sums by Hub and by category are told exactly: which Hubs' numbers are not told.
-- A row with one to four goes as a whole, and as many others as it takes that the table tells no more of a hidden number
-- than the sums alone do, up to one and four, to anybody who knows one row. What numbers a cell can have where sums are known are all
-- between max(0, row + column - all) and min(row, column) (Fréchet bounds of a table with two margins).
CREATE FUNCTION metric.suppress_rows(row_of bigint[], column_of text[], numbers numeric[], kept bigint[], OUT hidden bigint[])
LANGUAGE plpgsql IMMUTABLE AS $$
DECLARE
  next bigint;
BEGIN
  hidden := ARRAY(SELECT DISTINCT r FROM unnest(row_of, numbers) u (r, n) WHERE n BETWEEN 1 AND 4 OR r = ANY (kept));
  WHILE cardinality(hidden) > 0 LOOP
    EXIT WHEN NOT EXISTS (
      WITH cell AS (SELECT r, c, n FROM unnest(row_of, column_of, numbers) u (r, c, n)),
      knows AS (SELECT DISTINCT r AS k FROM cell UNION SELECT NULL),
      side AS (SELECT true AS all_rows UNION ALL SELECT false),
      known AS (SELECT s.all_rows, x.k, c.r, c.c, c.n FROM side s, knows x, cell c WHERE (s.all_rows OR c.r = ANY (hidden)) AND c.r IS DISTINCT FROM x.k),
      sums AS (
        SELECT all_rows, k, r, c, n, sum(n) OVER (PARTITION BY all_rows, k, r) AS of_row, sum(n) OVER (PARTITION BY all_rows, k, c) AS of_column,
               sum(n) OVER (PARTITION BY all_rows, k) AS of_all FROM known),
      bounds AS (
        SELECT all_rows, k, r, c, n, greatest(1, of_row + of_column - of_all) AS low, least(4, of_row, of_column) AS high FROM sums)
      SELECT FROM bounds b JOIN bounds a ON a.all_rows AND a.k IS NOT DISTINCT FROM b.k AND a.r = b.r AND a.c = b.c
      WHERE NOT b.all_rows AND b.n BETWEEN 1 AND 4 AND (b.low > a.low OR b.high < a.high));
    SELECT r INTO next FROM unnest(row_of, numbers) u (r, n) WHERE r <> ALL (hidden) GROUP BY r ORDER BY sum(n), r LIMIT 1;
    EXIT WHEN NOT FOUND;
    hidden := hidden || next;
  END LOOP;
END $$;

-- Takes what may not be told out of a new release.
CREATE PROCEDURE metric.disclose(release_id bigint)
LANGUAGE plpgsql AS $$
DECLARE
  r scip.release;
  m scip.metric;
  tree record;
  earlier bigint[];
  years bigint[];
  hubs bigint[];
BEGIN
  SELECT * INTO r FROM scip.release x WHERE x.id = disclose.release_id;
  earlier := ARRAY(SELECT x.id FROM scip.release x WHERE x.period = r.period AND x.number < r.number);
  -- of a strategy: the years within it, as they are told now
  years := ARRAY(SELECT DISTINCT ON (x.period) x.id FROM scip.release x
                 WHERE r.family = 'strategy' AND x.family = 'academic' AND x.first_day <= r.last_day AND x.last_day >= r.first_day ORDER BY x.period, x.number DESC);
  FOR m IN SELECT * FROM scip.metric WHERE privacy <> 'exact' LOOP
    IF m.privacy = 'young_people' THEN
      SELECT s.* , l.hubs AS of INTO tree FROM (
        SELECT array_agg(x.hub_id ORDER BY x.hub_id, x.nation) AS hubs, array_agg(coalesce(x.nation, '') ORDER BY x.hub_id, x.nation) AS nations,
               array_agg(x.value ORDER BY x.hub_id, x.nation) AS numbers,
               array_agg(x.hub_id IS NULL AND x.value > 0 OR EXISTS (SELECT FROM scip.release_cell e WHERE e.release_id = ANY (earlier) AND e.metric = m.code
                 AND e.breakdown = '{hub}' AND e.hub_id = x.hub_id AND e.status = 'suppressed') ORDER BY x.hub_id, x.nation) AS kept
        FROM ( -- those that are of no Hub are leaves of their nations, and are never told
          SELECT c.hub_id, scip.one_nation(h.nations) AS nation, coalesce(c.value, 0) AS value
          FROM scip.release_cell c JOIN scip.hub h ON h.id = c.hub_id
          WHERE c.release_id = r.id AND c.metric = m.code AND c.breakdown = '{hub}' AND c.status <> 'not_applicable'
          UNION ALL
          SELECT NULL, s.nation, s.value FROM metric.sums(m.code, r.first_day, r.last_day, NULL, '{hub,nation}') s WHERE s.hub_id IS NULL AND r.family = 'academic') x) l,
        LATERAL (SELECT coalesce(array_agg(DISTINCT coalesce(e.nation, '')) FILTER (WHERE e.breakdown = '{nation}'), '{}') AS nations, coalesce(bool_or(e.breakdown = '{}'), false) AS total
                 FROM scip.release_cell e WHERE e.release_id = ANY (earlier) AND e.metric = m.code AND e.status = 'suppressed') k,
        LATERAL metric.suppress(coalesce(l.nations, '{}'), coalesce(l.numbers, '{}'), coalesce(l.kept, '{}'), k.nations, k.total) s;
      -- of a strategy only the whole is told, and not where it would tell of a year
      UPDATE scip.release_cell c SET status = 'suppressed', value = NULL
      WHERE c.release_id = r.id AND c.metric = m.code AND (c.status IN ('value', 'zero', 'not_submitted', 'nil_return') AND CASE c.breakdown
        WHEN '{hub}' THEN EXISTS (SELECT FROM unnest(tree.of, tree.hidden) u (hub, h) WHERE u.hub = c.hub_id AND u.h) OR c.hub_id IS NULL AND c.value > 0
        WHEN '{nation}' THEN coalesce(c.nation, '') = ANY (tree.hidden_nations)
        ELSE tree.hidden_total OR c.value BETWEEN 1 AND 4 OR EXISTS (
               SELECT FROM scip.release_cell e WHERE e.release_id = ANY (years || earlier) AND e.metric = m.code AND e.breakdown = '{}' AND e.status = 'suppressed') END);
      UPDATE scip.release_cell c SET value = 5 * round(c.value / 5)
      WHERE c.release_id = r.id AND c.metric = m.code AND c.value > 0;
    ELSIF m.privacy = 'people' AND 'hub+category' = ANY (m.breakdowns) THEN
      SELECT metric.suppress_rows(array_agg(x.hub_id), array_agg(x.category), array_agg(coalesce(x.value, 0)), ARRAY(
               SELECT e.hub_id FROM scip.release_cell e WHERE e.release_id = ANY (earlier) AND e.metric = m.code AND e.breakdown = '{hub,category}' AND e.status = 'suppressed'))
      INTO hubs FROM scip.release_cell x
      WHERE x.release_id = r.id AND x.metric = m.code AND x.breakdown = '{hub,category}' AND x.status <> 'not_applicable' AND x.category IS NOT NULL;
      UPDATE scip.release_cell c SET status = 'suppressed', value = NULL
      WHERE c.release_id = r.id AND c.metric = m.code AND c.breakdown = '{hub,category}' AND c.hub_id = ANY (hubs) AND c.status <> 'not_applicable';
    ELSIF m.privacy = 'ratings' THEN
      -- A share hides with its parts. Fewer than five more than before could be told by a difference: then the number before stands.
      UPDATE scip.release_cell c SET (value, part, whole) = (e.value, e.part, e.whole)
      FROM scip.release_cell e WHERE c.release_id = r.id AND c.metric = m.code AND e.release_id = (SELECT max(x) FROM unnest(earlier) x)
        AND e.metric = m.code AND e.breakdown = c.breakdown AND e.category IS NOT DISTINCT FROM c.category AND e.status IN ('value', 'zero') AND abs(c.whole - e.whole) < 5;
      -- Few: fewer than five; what was hidden before; of a strategy fewer than five more than its years have, or anything where a year is
      -- hidden. Of the whole and its parts no difference is below five: the smallest other part is hidden too, and all of them with the whole.
      UPDATE scip.release_cell c SET status = 'suppressed', value = NULL, part = NULL, whole = NULL
      FROM (
        SELECT f.*, bool_or(f.few AND f.breakdown = '{}') OVER () AS nothing, sum(f.whole) FILTER (WHERE f.few) OVER (PARTITION BY f.breakdown) AS hidden,
               row_number() OVER (PARTITION BY f.breakdown, f.few ORDER BY f.whole, f.category) AS rank
        FROM (
          SELECT x.breakdown, x.category, x.whole, x.whole < 5
            OR EXISTS (SELECT FROM scip.release_cell e WHERE e.release_id = ANY (earlier) AND e.metric = m.code AND e.breakdown = x.breakdown
                       AND e.category IS NOT DISTINCT FROM x.category AND e.status = 'suppressed')
            OR EXISTS (SELECT FROM scip.release_cell e WHERE e.release_id = ANY (years) AND e.metric = m.code AND e.breakdown = '{}' AND e.status = 'suppressed')
            OR coalesce(x.whole - (SELECT sum(e.whole) FROM scip.release_cell e JOIN scip.release y ON y.id = e.release_id
                                   WHERE e.release_id = ANY (years) AND e.metric = m.code AND e.breakdown = '{}' AND y.first_day >= r.first_day AND y.last_day <= r.last_day)
                        BETWEEN 1 AND 4, false) AS few
          FROM scip.release_cell x WHERE x.release_id = r.id AND x.metric = m.code AND x.status IN ('value', 'zero')) f) j
      WHERE c.release_id = r.id AND c.metric = m.code AND c.breakdown = j.breakdown AND c.category IS NOT DISTINCT FROM j.category
        AND (j.few OR j.breakdown = '{category}' AND (j.nothing OR j.hidden BETWEEN 1 AND 4 AND j.rank = 1));
    END IF;
  END LOOP;
END $$;

-- Releases a period that is over: all metrics, as the records are now. SC422: no such period, or not over; SC409: of a strategy,
-- years within it that are not released.
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
  END IF;
  INSERT INTO release (uid, period, number, family, first_day, last_day, note, created_at)
  SELECT make_release.uid, p.name, coalesce(max(r.number), 0) + 1, p.family, p.first_day, p.last_day, make_release.note, clock_timestamp()
  FROM release r WHERE r.period = p.name RETURNING id INTO made;
  INSERT INTO release_cell (release_id, metric, definition_version, breakdown, hub_id, hub_slug, hub_name, nation, category, value, part, whole, status)
  SELECT made, m.code, m.version, string_to_array(c.breakdown, '+'), c.hub_id, h.slug, h.name, c.nation, c.category, c.value, c.part, c.whole, c.status
  FROM metric m CROSS JOIN LATERAL metric.cells(m.code, ARRAY[p.first_day], ARRAY[p.last_day], NULL,
    ARRAY[''] || CASE WHEN p.family = 'academic' OR m.privacy NOT IN ('young_people', 'ratings') THEN m.breakdowns ELSE '{}' END, true) c
  LEFT JOIN hub h ON h.id = c.hub_id;
  CALL metric.disclose(made);
  RETURN uid;
END $$;
GRANT EXECUTE ON FUNCTION scip.make_release TO scip_writer;

COMMIT;
