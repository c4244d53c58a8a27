-- The evaluation that all Hubs' returns of a year make. Its numbers are those of the year's release in force, as the metrics
-- give them (scip.metric_answer): disclosure control stands there, and no other table can be held against them.

-- Where each Hub is with its return of a year: those that owed one, which are the Hubs that were active on its last day (or are today),
-- as in the health of Hubs, and those that gave one all the same. A draft is nothing to anybody else.
CREATE FUNCTION scip.network_returns(year text, OUT hub_id bigint, OUT status text)
RETURNS SETOF record LANGUAGE sql STABLE SECURITY DEFINER SET search_path = scip, pg_temp AS $$
  SELECT h.id, coalesce(e.status, 'not_submitted')
  FROM hub h LEFT JOIN hub_evaluation e ON e.hub_id = h.id AND e.year = network_returns.year AND e.status <> 'draft'
  WHERE period_start(network_returns.year) <= today() AND (e.id IS NOT NULL OR EXISTS (
    SELECT FROM least(period_end(network_returns.year), today()) day, hub_phases(h.id) p
    WHERE p.status = 'active' AND p.since <= day AND (p.until IS NULL OR p.until > day)))
$$;

-- How many of them: each step counts those that have gone further.
CREATE FUNCTION scip.network_return_counts(year text, OUT owed int, OUT submitted int, OUT accepted int, OUT published int)
LANGUAGE sql STABLE AS $$
  SELECT count(*), count(*) FILTER (WHERE r.status <> 'not_submitted'), count(*) FILTER (WHERE r.status IN ('accepted', 'published')),
         count(*) FILTER (WHERE r.status = 'published')
  FROM scip.network_returns(year) r
$$;

-- The evaluated years: those that have a release, by the one that is in force.
CREATE VIEW scip.network_evaluations WITH (security_invoker) AS
SELECT DISTINCT ON (r.period) r.period AS year, r.number AS release, r.created_at AS released_at, r.id AS _release_id
FROM scip.release r WHERE r.family = 'academic' AND length(r.period) = 7 ORDER BY r.period, r.number DESC;
GRANT SELECT ON scip.network_evaluations TO scip_anonymous, scip_caller;

-- What the metrics publish of an evaluated year, and of no other. A slash keeps 2011/12 from being a month.
CREATE FUNCTION scip.network_cells(year text, metric text, by text[], OUT hub_id bigint, OUT category text, OUT value numeric,
  OUT status text, OUT definition_version int) RETURNS SETOF record LANGUAGE sql STABLE AS $$
  SELECT a.hub_id, a.of_category, a.value, a.status, a.definition_version
  FROM scip.network_evaluations n,
       scip.metric_answer(network_cells.metric, ARRAY[replace(n.year, '-', '/')], by, NULL, NULL, NULL, NULL, n.release) a
  WHERE n.year = network_cells.year AND a.refused IS NULL
$$;

-- The year as tidy rows: of the network (hub_id is NULL) and of each Hub that was at work in it, beside the year before.
-- Numbers that are rounded have no difference, nor have those of different definitions.
CREATE FUNCTION scip.network_evaluation(year text, OUT release int, OUT category text, OUT ordinal int, OUT metric text, OUT title text,
  OUT unit text, OUT hub_id bigint, OUT value numeric, OUT status text, OUT previous_value numeric, OUT previous_status text,
  OUT change numeric, OUT "return" text, OUT definition_version int) RETURNS SETOF record LANGUAGE sql STABLE AS $$
  WITH cell AS MATERIALIZED (
    SELECT y.before, e.metric, c.*
    FROM (VALUES (false, network_evaluation.year),
                 (true, scip.academic_year((scip.year_start(network_evaluation.year) - interval '1 year')::date))) y (before, year)
    CROSS JOIN scip.evaluation_metric e CROSS JOIN (VALUES ('{}'::text[]), ('{hub}')) b (by)
    CROSS JOIN LATERAL scip.network_cells(y.year, e.metric, b.by) c
    WHERE (b.by = '{}') = (c.hub_id IS NULL) -- what is of no Hub is in the network's number alone
  ), returned AS MATERIALIZED (SELECT r.hub_id, r.status FROM scip.network_returns(network_evaluation.year) r)
  SELECT n.release, e.category, e.ordinal, e.metric, e.title, m.unit, c.hub_id, c.value, c.status, p.value,
         coalesce(p.status, 'not_available'),
         CASE WHEN c.status IN ('value', 'zero') AND p.status IN ('value', 'zero') AND m.privacy NOT IN ('rounded', 'published_with')
                AND c.definition_version = p.definition_version THEN trim_scale(c.value - p.value) END,
         CASE WHEN c.hub_id IS NOT NULL THEN coalesce(r.status, 'not_applicable') END, c.definition_version
  FROM scip.network_evaluations n CROSS JOIN scip.evaluation_metric e JOIN scip.metric m ON m.code = e.metric
  JOIN cell c ON c.metric = e.metric AND NOT c.before
  LEFT JOIN cell p ON p.metric = e.metric AND p.before AND p.hub_id IS NOT DISTINCT FROM c.hub_id
  LEFT JOIN returned r ON r.hub_id = c.hub_id LEFT JOIN scip.hub h ON h.id = c.hub_id
  WHERE n.year = network_evaluation.year AND (c.hub_id IS NULL OR r.hub_id IS NOT NULL
    OR EXISTS (SELECT FROM cell x WHERE NOT x.before AND x.hub_id = c.hub_id AND x.status <> 'not_applicable'))
  ORDER BY e.ordinal, c.hub_id IS NOT NULL, h.name_sort, c.hub_id
$$;

-- A year as the records and the returns have it now, submitted ones among them: sums over the network alone, for who may read
-- aggregates that are not published. Numbers of young people are published by releases alone.
CREATE FUNCTION scip.network_progress(year text, OUT category text, OUT ordinal int, OUT metric text, OUT title text, OUT unit text,
  OUT value numeric, OUT status text, OUT confirmed int, OUT overridden int)
RETURNS SETOF record LANGUAGE sql STABLE SECURITY DEFINER SET search_path = scip, pg_temp AS $$
  WITH submitted AS MATERIALIZED ( -- accepted returns are in the cells already
    SELECT m.code, t.hub_id, g.value
    FROM hub_evaluation t JOIN hub_evaluation_figure g ON g.evaluation_id = t.id AND g.reason IS NOT NULL JOIN metric m ON m.code = g.metric
    WHERE t.year = network_progress.year AND t.status = 'submitted' AND m.additive AND m.privacy = 'exact'
  ), cell AS MATERIALIZED (
    SELECT m.code, c.* FROM evaluation_metric e JOIN metric m ON m.code = e.metric AND m.privacy = 'exact'
    CROSS JOIN LATERAL metric.cells(m.code, ARRAY[period_start(network_progress.year)], ARRAY[period_end(network_progress.year)], NULL,
      ARRAY[''] || CASE WHEN m.code IN (SELECT s.code FROM submitted s) THEN '{hub}'::text[] END, true) c
  )
  SELECT e.category, e.ordinal, e.metric, e.title, m.unit, CASE WHEN v.status IN ('value', 'zero') THEN v.value END, v.status,
         f.confirmed, f.overridden
  FROM evaluation_metric e JOIN metric m ON m.code = e.metric
  CROSS JOIN LATERAL (
    SELECT count(*) FILTER (WHERE g.reason IS NULL)::int AS confirmed, count(*) FILTER (WHERE g.reason IS NOT NULL)::int AS overridden
    FROM hub_evaluation t JOIN hub_evaluation_figure g ON g.evaluation_id = t.id AND g.metric = e.metric
    WHERE t.year = network_progress.year AND t.status <> 'draft') f
  LEFT JOIN cell whole ON whole.code = e.metric AND whole.breakdown = ''
  LEFT JOIN (
    SELECT s.code, sum(s.value - coalesce(c.value, 0)) AS more
    FROM submitted s LEFT JOIN cell c ON c.code = s.code AND c.breakdown = 'hub' AND c.hub_id = s.hub_id GROUP BY 1) returned
    ON returned.code = e.metric
  CROSS JOIN LATERAL (
    SELECT coalesce(whole.value, 0) + coalesce(returned.more, 0) AS value,
           CASE WHEN m.privacy <> 'exact' THEN 'not_available' WHEN returned.more IS NULL THEN coalesce(whole.status, 'not_available')
                WHEN coalesce(whole.value, 0) + returned.more = 0 THEN 'zero' ELSE 'value' END AS status) v
  WHERE ctx.central() OR 'analyst' = ANY (ctx.roles()) OR cardinality(ctx.groups()) > 0
$$;

-- The document of a year, a page to read, print and keep. What it is made of stands in network_evaluation.html, by parts, and in
-- network_evaluation.css; here is what they are filled with.
\set html `cat views/network_evaluation.html`
\set css `cat views/network_evaluation.css`
SELECT jsonb_object_agg(m[1], regexp_replace(regexp_replace(regexp_replace(m[2],
         '(>|\{\+\w+\})\s*\n\s*', '\1', 'g'), '\s*\n\s*(<|\{\+)', '\1', 'g'), '\s*\n\s*', ' ', 'g')) AS parts
FROM regexp_matches(:'html', '<template id="(\w+?)">\n?(.*?)\n?</template>', 'g') m
\gset
CREATE FUNCTION scip.page_part(part text) RETURNS text LANGUAGE sql IMMUTABLE PARALLEL SAFE RETURN :'parts'::jsonb ->> part;
-- The page at the service's own address, before getLanding fills it.
\set landing `cat views/landing.html`
CREATE FUNCTION scip.landing_page() RETURNS text LANGUAGE sql IMMUTABLE PARALLEL SAFE RETURN :'landing' || E'\n';
GRANT EXECUTE ON FUNCTION scip.landing_page TO scip_anonymous, scip_caller;
CREATE FUNCTION scip.page_style() RETURNS text LANGUAGE sql IMMUTABLE PARALLEL SAFE RETURN E'\n' || :'css' || E'\n';
-- A part with its places filled, all at once: what is filled in is not looked at again.
CREATE FUNCTION scip.page_filled(part text, places jsonb) RETURNS text LANGUAGE sql STABLE PARALLEL SAFE AS $$
  SELECT string_agg(p.m[1] || CASE p.m[2]
           WHEN '+' THEN coalesce(places ->> p.m[3], '')
           WHEN '=' THEN replace(t.text, '"', '&quot;')
           ELSE coalesce(t.text, '') END, '' ORDER BY p.i)
  FROM regexp_matches(scip.page_part(part), '([^{]*)(?:\{([+=]?)(\w+)\})?', 'g') WITH ORDINALITY p (m, i),
       replace(replace(replace(places ->> p.m[3], '&', '&amp;'), '<', '&lt;'), '>', '&gt;') t (text)
$$;

-- A number, what stands where there is none, a name of what it is of.
CREATE FUNCTION scip.page_number(number numeric) RETURNS text LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN replace(rtrim(to_char(number, 'FM999,999,999,990.99'), '.'), '-', '−');
CREATE FUNCTION scip.page_words(status text) RETURNS text LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN CASE status WHEN 'suppressed' THEN 'withheld' ELSE replace(status, '_', ' ') END;
CREATE FUNCTION scip.page_value(value numeric, status text) RETURNS text LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN CASE WHEN status IN ('value', 'zero') THEN scip.page_number(value) ELSE scip.page_words(status) END;
CREATE FUNCTION scip.page_title(code text) RETURNS text LANGUAGE sql STABLE PARALLEL SAFE
RETURN coalesce((SELECT min(t.label) FROM scip.term t WHERE t.code = page_title.code AND t.list IN ('sector', 'evaluation_category')),
                upper(left(code, 1)) || translate(substr(code, 2), '_-', '  '));
CREATE FUNCTION scip.page_cell(value numeric, status text) RETURNS text LANGUAGE sql STABLE PARALLEL SAFE
RETURN scip.page_filled(CASE WHEN status IN ('value', 'zero') THEN 'value' ELSE 'word' END,
                        jsonb_build_object('text', scip.page_value(value, status)));
CREATE FUNCTION scip.page_row(name text, cells text) RETURNS text LANGUAGE sql STABLE PARALLEL SAFE
RETURN scip.page_filled('row', jsonb_build_object('name', name, 'cells', cells));
-- A bar in a chart that is 320 wide. What has no number has its word on a dotted line: never a bar without length.
CREATE FUNCTION scip.page_bar(y int, height int, value numeric, status text, top numeric, class text) RETURNS text
LANGUAGE sql STABLE PARALLEL SAFE
RETURN CASE WHEN status IN ('value', 'zero') THEN
    CASE WHEN value > 0 THEN scip.page_filled('bar', jsonb_build_object('y', y, 'height', height, 'class', class,
      'width', greatest(round(250 * value / top, 1), 1.5))) ELSE '' END
    || scip.page_filled('bar_value', jsonb_build_object('y', y + height - 1, 'class', class, 'text', scip.page_number(value),
      'x', CASE WHEN value > 0 THEN round(250 * value / top, 1) ELSE 0 END + 6))
  ELSE scip.page_filled('bar_word', jsonb_build_object('y', y + height - 2, 'line', y + height + 1, 'class', class,
    'text', scip.page_words(status))) END;

-- NULL of a year that has none. What the year before was like stands beside it where that has a release too.
CREATE FUNCTION scip.network_document(year text) RETURNS text LANGUAGE sql STABLE SECURITY DEFINER SET search_path = scip, pg_temp AS $$
  WITH n AS MATERIALIZED (
    SELECT e.*, b.year AS before, z.compared, r.note, c.*, is_demonstration() AS demo,
           page_filled('year', jsonb_build_object('year', e.year)) AS head,
           CASE WHEN z.compared THEN page_filled('year', jsonb_build_object('year', b.year)) ELSE '' END AS head_before,
           CASE WHEN z.compared THEN page_filled('year', '{"year": "Change"}') ELSE '' END AS head_change,
           to_char(period_start(e.year), 'FMDD FMMonth YYYY') AS first_day, to_char(period_end(e.year), 'FMDD FMMonth YYYY') AS last_day,
           to_char(e.released_at AT TIME ZONE setting.zone(), 'FMDD FMMonth YYYY') AS released_on
    FROM network_evaluations e JOIN release r ON r.id = e._release_id
    CROSS JOIN LATERAL (SELECT academic_year((year_start(e.year) - interval '1 year')::date) AS year) b
    CROSS JOIN LATERAL (SELECT EXISTS (SELECT FROM network_evaluations x WHERE x.year = b.year) AS compared) z
    CROSS JOIN LATERAL network_return_counts(e.year) c
    WHERE e.year = network_document.year
  ), cell AS MATERIALIZED (
    SELECT e.*, h.name, row_number() OVER w - 1 AS place, count(*) OVER (PARTITION BY e.metric, e.hub_id IS NULL) AS many,
           nullif(max(greatest(e.value, e.previous_value)) OVER (PARTITION BY e.metric, e.hub_id IS NULL), 0) AS top
    FROM network_evaluation(network_document.year) e LEFT JOIN hub h ON h.id = e.hub_id
    WINDOW w AS (PARTITION BY e.metric, e.hub_id IS NULL ORDER BY h.name_sort, e.hub_id)
  ), line AS MATERIALIZED (
    SELECT c.*, page_cell(c.value, c.status) || CASE WHEN NOT n.compared THEN '' ELSE page_cell(c.previous_value, c.previous_status)
             || CASE WHEN c.change IS NULL THEN page_part('no_change') ELSE page_filled('value',
                  jsonb_build_object('text', CASE WHEN c.change > 0 THEN '+' ELSE '' END || page_number(c.change))) END END AS cells
    FROM cell c, n
  ), chart AS MATERIALIZED (
    SELECT c.metric, page_filled('chart', jsonb_build_object('metric', c.metric, 'title', c.title, 'many', c.many,
             'height', 24 + c.many * z.high, 'year', n.year,
             'below', CASE WHEN n.compared THEN ', each with ' || n.before || ' below it' END,
             'legend', CASE WHEN n.compared THEN page_filled('legend', jsonb_build_object('before', n.before)) END,
             'bars', string_agg(page_filled('bars', jsonb_build_object('y', 24 + c.place * z.high, 'axis', z.high - 13,
               'name', CASE WHEN length(c.name) > 44 THEN left(c.name, 43) || '…' ELSE c.name END,
               'now', page_bar(19, 13, c.value, c.status, c.top, 'now'),
               'before', CASE WHEN n.compared THEN page_bar(37, 10, c.previous_value, c.previous_status, c.top, 'before') END)),
               '' ORDER BY c.place))) AS svg
    FROM cell c, n, LATERAL (SELECT CASE WHEN n.compared THEN 62 ELSE 47 END AS high) z
    WHERE c.hub_id IS NOT NULL AND c.top IS NOT NULL GROUP BY c.metric, c.title, c.many, z.high, n.year, n.before, n.compared
  ), hubs AS MATERIALIZED (
    SELECT l.metric, page_filled('hubs', jsonb_build_object('title', l.title, 'heads', n.head || n.head_before || n.head_change,
             'rows', string_agg(page_row(l.name, l.cells), '' ORDER BY l.place),
             'network', (SELECT page_row('Network', s.cells) FROM line s WHERE s.metric = l.metric AND s.hub_id IS NULL))) AS body
    FROM line l, n WHERE l.hub_id IS NOT NULL GROUP BY l.metric, l.title, n.head, n.head_before, n.head_change
  ), parts AS MATERIALIZED ( -- what the metric is broken down by besides Hubs, in the network
    SELECT m.code AS metric, page_filled('parts', jsonb_build_object('by', m.category, 'heads', n.head || n.head_before,
             'rows', string_agg(page_row(coalesce(page_title(c.category), 'Not known'), page_cell(c.value, c.status)
               || CASE WHEN n.compared THEN page_cell(c.previous_value, c.previous_status) ELSE '' END), ''
               ORDER BY c.category COLLATE "C"))) AS body
    FROM n CROSS JOIN evaluation_metric e JOIN metric m ON m.code = e.metric AND 'category' = ANY (m.breakdowns)
    CROSS JOIN LATERAL (
      SELECT nullif(u.category, '') AS category, max(u.value) FILTER (WHERE NOT u.before) AS value,
             coalesce(max(u.status) FILTER (WHERE NOT u.before), 'none_recorded') AS status,
             max(u.value) FILTER (WHERE u.before) AS previous_value,
             coalesce(max(u.status) FILTER (WHERE u.before), 'none_recorded') AS previous_status
      FROM (SELECT y.before, coalesce(t.category, '') AS category, t.value, t.status
            FROM (VALUES (false, n.year), (true, n.before)) y (before, year), network_cells(y.year, m.code, '{category}') t) u
      GROUP BY u.category HAVING u.category <> '' OR bool_or(u.status = 'value')) c
    GROUP BY m.code, m.category, n.head, n.head_before, n.compared HAVING bool_or(c.category IS NOT NULL)
  ), figure AS (
    SELECT e.category, e.ordinal, page_filled('figure', jsonb_build_object(
             'heading', CASE WHEN e.title <> page_title(e.category) THEN page_filled('heading', to_jsonb(e)) END,
             'definition', CASE WHEN d.code IS NOT NULL THEN page_filled('definition', jsonb_build_object('definition', d.definition,
               'left_out', lower(left(d.left_out, 1)) || substr(d.left_out, 2),
               'once', CASE WHEN NOT m.additive THEN ' What is in several Hubs counts once in the network.' END)) END,
             'sum', CASE WHEN hubs.metric IS NULL THEN page_filled('sum', jsonb_build_object('sum', page_value(s.value, s.status))) END,
             'pair', CASE WHEN hubs.metric IS NOT NULL THEN page_filled('pair', jsonb_build_object('hubs', hubs.body, 'parts', parts.body,
               'chart', coalesce(chart.svg, page_part('no_chart')))) END,
             'parts', CASE WHEN hubs.metric IS NULL THEN parts.body END)) AS body
    FROM evaluation_metric e JOIN metric m ON m.code = e.metric JOIN cell s ON s.metric = e.metric AND s.hub_id IS NULL
    LEFT JOIN metric_definition d ON d.code = e.metric AND d.version = s.definition_version
    LEFT JOIN chart ON chart.metric = e.metric LEFT JOIN hubs ON hubs.metric = e.metric LEFT JOIN parts ON parts.metric = e.metric
  ), category AS (
    SELECT f.category, min(f.ordinal) AS ordinal, page_title(f.category) AS title, string_agg(f.body, '' ORDER BY f.ordinal) AS figures
    FROM figure f GROUP BY f.category
  ), said AS (
    SELECT q.ordinal, page_filled('question', jsonb_build_object('title', q.title, 'answers', string_agg(page_filled('answer',
             jsonb_build_object('name', h.name, 'lines', ( -- text that people wrote, by its lines
               SELECT string_agg(page_filled('line', jsonb_build_object('line', line)), '' ORDER BY i)
               FROM regexp_split_to_table(regexp_replace(a.text, '[\x01-\x08\x0B\x0C\x0E-\x1F\x7F]', '', 'g'), '\s*\n\s*')
                    WITH ORDINALITY l (line, i)
               WHERE shows(line)))), '' ORDER BY h.name_sort, h.id))) AS body
    FROM published_answers(network_document.year) a JOIN evaluation_question q ON q.code = a.question JOIN hub h ON h.id = a.hub_id
    GROUP BY q.code
  )
  SELECT E'<!DOCTYPE html>\n' || page_filled('page', jsonb_build_object(
    'demonstration', CASE WHEN n.demo THEN 'Demonstration: ' END, 'warning', CASE WHEN n.demo THEN page_part('warning') END,
    'alliance', setting.alliance_name(), 'style', page_style() || CASE WHEN n.demo THEN page_part('warning_style') ELSE '' END,
    'contents', (SELECT string_agg(page_filled('content', to_jsonb(c)), '' ORDER BY c.ordinal) FROM category c),
    'owed', CASE n.owed WHEN 1 THEN '1 return' ELSE n.owed || ' returns' END,
    'submitted', CASE n.submitted WHEN 1 THEN '1 is' ELSE n.submitted || ' are' END,
    'accepted', CASE n.accepted WHEN 1 THEN '1 is' ELSE n.accepted || ' are' END,
    'alone', CASE WHEN NOT n.compared THEN format(' There is no release of %s to compare with.', n.before) END,
    'beside', CASE WHEN n.compared THEN ', beside the year before' END, 'heads', n.head || n.head_before || n.head_change,
    'figures', (SELECT string_agg(page_row(l.title, l.cells), '' ORDER BY l.ordinal) FROM line l WHERE l.hub_id IS NULL),
    'returns', (SELECT page_filled('returns', jsonb_build_object('rows', string_agg(page_row(c.name, page_filled('value',
                  jsonb_build_object('text', CASE c.return WHEN 'not_applicable' THEN 'none owed' ELSE page_words(c.return) END))),
                  '' ORDER BY c.place)))
                FROM cell c WHERE c.hub_id IS NOT NULL AND c.ordinal = (SELECT min(x.ordinal) FROM cell x WHERE x.hub_id IS NOT NULL)
                HAVING count(*) > 0),
    'categories', (SELECT string_agg(page_filled('category', to_jsonb(c)), '' ORDER BY c.ordinal) FROM category c),
    'answers', coalesce((SELECT string_agg(s.body, '' ORDER BY s.ordinal) FROM said s), page_part('no_answers')),
    'words', (
      SELECT page_filled('words', jsonb_build_object('meanings', string_agg(page_filled('meaning',
               jsonb_build_object('meaning', page_part(w.status),
                                  'word', upper(left(page_words(w.status), 1)) || substr(page_words(w.status), 2))), '' ORDER BY w.i)))
      FROM unnest('{suppressed,not_submitted,nil_return,not_applicable,not_available}'::text[]) WITH ORDINALITY w (status, i)
      WHERE EXISTS (SELECT FROM cell c WHERE w.status IN (c.status, c.previous_status)) HAVING count(*) > 0),
    'citations', (SELECT string_agg(page_row(e.title, page_filled('citation', to_jsonb(c))), '' ORDER BY e.ordinal)
                  FROM evaluation_metric e, LATERAL metric.citation(e.metric, n.year, '{hub}', n.release) c WHERE c.href IS NOT NULL))
    || to_jsonb(n) - '{submitted,accepted,owed}'::text[]) || E'\n'
  FROM n
$$;

GRANT EXECUTE ON FUNCTION scip.network_returns, scip.network_return_counts, scip.network_cells, scip.network_evaluation,
  scip.network_document, scip.period_name TO scip_anonymous, scip_caller;
GRANT EXECUTE ON FUNCTION scip.network_progress TO scip_caller;
