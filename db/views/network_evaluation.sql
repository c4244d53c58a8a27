-- The evaluation that all Hubs' returns of a year make. Its numbers are those of the year's release in force, as the metrics
-- tell them (scip.metric_answer): disclosure control is there, and no other table can be held against them.

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

-- What the metrics tell of an evaluated year, and of no other. A slash keeps 2011/12 from being a month.
CREATE FUNCTION scip.network_cells(year text, metric text, by text[],
  OUT hub_id bigint, OUT category text, OUT value numeric, OUT status text, OUT definition_version int)
RETURNS SETOF record LANGUAGE sql STABLE AS $$
  SELECT a.hub_id, a.of_category, a.value, a.status, a.definition_version
  FROM scip.network_evaluations n,
       scip.metric_answer(network_cells.metric, ARRAY[replace(n.year, '-', '/')], by, NULL, NULL, NULL, NULL, n.release) a
  WHERE n.year = network_cells.year AND a.refused IS NULL
$$;

-- The year as tidy rows: of the network (hub_id is NULL) and of each Hub that was at work in it, beside the year before.
-- Numbers that are rounded have no difference, nor have those of different definitions.
CREATE FUNCTION scip.network_evaluation(year text, OUT release int, OUT category text, OUT ordinal int, OUT metric text, OUT title text, OUT unit text,
  OUT hub_id bigint, OUT value numeric, OUT status text, OUT previous_value numeric, OUT previous_status text, OUT change numeric, OUT "return" text, OUT definition_version int)
RETURNS SETOF record LANGUAGE sql STABLE AS $$
  WITH cell AS MATERIALIZED (
    SELECT y.before, e.metric, c.*
    FROM (VALUES (false, network_evaluation.year), (true, scip.academic_year((scip.year_start(network_evaluation.year) - interval '1 year')::date))) y (before, year)
    CROSS JOIN scip.evaluation_metric e CROSS JOIN (VALUES ('{}'::text[]), ('{hub}')) b (by)
    CROSS JOIN LATERAL scip.network_cells(y.year, e.metric, b.by) c
    WHERE (b.by = '{}') = (c.hub_id IS NULL) -- what is of no Hub is in the network's number alone
  ), returned AS MATERIALIZED (SELECT r.hub_id, r.status FROM scip.network_returns(network_evaluation.year) r)
  SELECT n.release, e.category, e.ordinal, e.metric, e.title, m.unit, c.hub_id, c.value, c.status, p.value, coalesce(p.status, 'not_available'),
         CASE WHEN c.status IN ('value', 'zero') AND p.status IN ('value', 'zero') AND m.privacy NOT IN ('rounded', 'beside')
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
-- aggregates that are not published. Numbers of young people are told by releases alone.
CREATE FUNCTION scip.network_progress(year text, OUT category text, OUT ordinal int, OUT metric text, OUT title text, OUT unit text,
  OUT value numeric, OUT status text, OUT confirmed int, OUT overridden int)
RETURNS SETOF record LANGUAGE sql STABLE SECURITY DEFINER SET search_path = scip, pg_temp AS $$
  SELECT e.category, e.ordinal, e.metric, e.title, m.unit, CASE WHEN v.status IN ('value', 'zero') THEN v.value END, v.status, f.confirmed, f.overridden
  FROM evaluation_metric e JOIN metric m ON m.code = e.metric
  CROSS JOIN LATERAL (
    SELECT count(*) FILTER (WHERE g.reason IS NULL)::int AS confirmed, count(*) FILTER (WHERE g.reason IS NOT NULL)::int AS overridden
    FROM hub_evaluation t JOIN hub_evaluation_figure g ON g.evaluation_id = t.id AND g.metric = e.metric
    WHERE t.year = network_progress.year AND t.status <> 'draft') f
  LEFT JOIN LATERAL (
    SELECT c.value, c.status FROM metric.cells(CASE WHEN m.privacy = 'exact' THEN m.code END,
      period_start(network_progress.year), period_end(network_progress.year), NULL, '{}') c) told ON true
  LEFT JOIN LATERAL ( -- accepted returns are in that already
    SELECT sum(g.value - coalesce(s.value, 0)) AS more
    FROM hub_evaluation t JOIN hub_evaluation_figure g ON g.evaluation_id = t.id AND g.metric = e.metric AND g.reason IS NOT NULL
    LEFT JOIN metric.sums(m.code, period_start(network_progress.year), period_end(network_progress.year), NULL, '{hub}') s ON s.hub_id = t.hub_id
    WHERE t.year = network_progress.year AND t.status = 'submitted' AND m.additive AND m.privacy = 'exact') submitted ON true
  CROSS JOIN LATERAL (
    SELECT coalesce(told.value, 0) + coalesce(submitted.more, 0) AS value,
           CASE WHEN m.privacy <> 'exact' THEN 'not_available' WHEN submitted.more IS NULL THEN coalesce(told.status, 'not_available')
                WHEN coalesce(told.value, 0) + submitted.more = 0 THEN 'zero' ELSE 'value' END AS status) v
  WHERE ctx.central() OR 'analyst' = ANY (ctx.roles()) OR cardinality(ctx.groups()) > 0
$$;

-- The document of a year, a page to read, print and keep. Its parts first: a number, what stands where there is none, a cell of a table.
CREATE FUNCTION scip.page_number(number numeric) RETURNS text LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN replace(rtrim(to_char(number, 'FM999,999,999,990.99'), '.'), '-', '−');
CREATE FUNCTION scip.page_words(status text) RETURNS text LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN CASE status WHEN 'suppressed' THEN 'withheld' ELSE replace(status, '_', ' ') END;
CREATE FUNCTION scip.page_title(code text) RETURNS text LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN CASE code WHEN 'he' THEN 'Higher education' WHEN 'fe' THEN 'Further education' WHEN 'hub_led_activity' THEN 'Hub-led activity' ELSE upper(left(code, 1)) || translate(substr(code, 2), '_-', '  ') END;
CREATE FUNCTION scip.page_cell(value numeric, status text) RETURNS xml LANGUAGE sql STABLE
RETURN CASE WHEN status IN ('value', 'zero') THEN xmlelement(name td, scip.page_number(value))
            ELSE xmlelement(name td, xmlattributes('word' AS class), scip.page_words(status)) END;
CREATE FUNCTION scip.page_change(change numeric) RETURNS xml LANGUAGE sql STABLE
RETURN CASE WHEN change IS NULL
  THEN xmlelement(name td, xmlelement(name span, xmlattributes('unseen' AS class), 'not compared'), xmlelement(name span, xmlattributes('true' AS "aria-hidden"), '–'))
  ELSE xmlelement(name td, CASE WHEN change > 0 THEN '+' ELSE '' END || scip.page_number(change)) END;
-- Text that people wrote, by its lines.
CREATE FUNCTION scip.page_paragraphs(text text) RETURNS xml LANGUAGE sql STABLE
RETURN (SELECT xmlagg(xmlelement(name p, line) ORDER BY i)
        FROM regexp_split_to_table(regexp_replace(text, '[\x01-\x08\x0B\x0C\x0E-\x1F\x7F]', '', 'g'), '\s*\n\s*') WITH ORDINALITY l (line, i) WHERE scip.shows(line));

-- A bar in a chart that is 320 wide. What has no number has its word on a dotted line: never a bar without length.
CREATE FUNCTION scip.page_bar(y numeric, height numeric, value numeric, status text, top numeric, class text) RETURNS xml LANGUAGE sql STABLE
RETURN CASE WHEN status IN ('value', 'zero') THEN xmlconcat(
         CASE WHEN value > 0 THEN xmlelement(name rect, xmlattributes(1 AS x, y AS y, greatest(round(250 * value / top, 1), 1.5) AS width, height AS height, class AS class)) END,
         xmlelement(name text, xmlattributes(CASE WHEN value > 0 THEN round(250 * value / top, 1) ELSE 0 END + 6 AS x, y + height - 1 AS y, class AS class), scip.page_number(value)))
       ELSE xmlconcat(xmlelement(name line, xmlattributes(1 AS x1, y + height + 1 AS y1, 251 AS x2, y + height + 1 AS y2, 'none' AS class)),
         xmlelement(name text, xmlattributes(6 AS x, y + height - 2 AS y, class || ' word' AS class), scip.page_words(status))) END;

CREATE FUNCTION scip.page_style() RETURNS text LANGUAGE sql IMMUTABLE PARALLEL SAFE RETURN $css$
:root { color-scheme: light dark; --paper: light-dark(#fff, #12181e); --ink: light-dark(#1b2530, #e7ebee); --quiet: light-dark(#4c5762, #a4afb8);
  --line: light-dark(#cfd3cf, #38434d); --accent: light-dark(#14566b, #86c8d8);
  --serif: "Iowan Old Style", "Palatino Linotype", Palatino, "Book Antiqua", "Source Serif 4", Georgia, serif; }
* { box-sizing: border-box; }
html { -webkit-text-size-adjust: 100%; }
body { margin: 0 auto; max-width: 66rem; padding: 0 clamp(1rem, 5vw, 4rem) 4rem; color: var(--ink); background: var(--paper);
  font: 1rem/1.55 system-ui, -apple-system, "Segoe UI", Roboto, "Liberation Sans", Arial, sans-serif; overflow-wrap: break-word; }
a { color: var(--accent); text-underline-offset: 0.2em; text-decoration-thickness: 1px; }
:focus-visible { outline: 3px solid var(--accent); outline-offset: 3px; }
.unseen { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); white-space: nowrap; }
header { padding-block: clamp(2rem, 7vw, 4.5rem) 1rem; }
.name { margin: 0 0 1.5rem; font: 600 1.125rem/1.5 var(--serif); }
h1 { max-width: 14em; margin: 0 0 1rem; font: 400 clamp(2rem, 6vw, 3.5rem)/1.12 var(--serif); letter-spacing: -0.012em; text-wrap: balance; }
h2 { margin: 0 0 1rem; font: 400 1.875rem/1.25 var(--serif); }
h3 { margin: 0 0 0.375rem; font: 600 1.25rem/1.3 var(--serif); }
h4 { margin: 1.5rem 0 0.25rem; font-size: 1rem; }
p, dd { max-width: 42em; margin: 0 0 0.75rem; text-wrap: pretty; }
header p { color: var(--quiet); font-size: 1.125rem; }
header .name { color: var(--ink); }
header .demonstration { max-width: none; margin-bottom: 1.5rem; padding: 0.5rem 1rem; border: 2px solid; color: var(--ink); }
.quiet, dd { color: var(--quiet); }
nav ul { display: flex; flex-wrap: wrap; gap: 0.25rem 1.5rem; margin: 0; padding: 0; list-style: none; }
nav a { display: inline-block; padding-block: 0.25rem; }
section { margin-top: 3rem; padding-top: 1.25rem; border-top: 1px solid var(--line); }
.figure { margin-top: 2.25rem; }
h2 + .figure { margin-top: 0; }
.pair { display: grid; gap: 1.5rem 3rem; margin-top: 1.25rem; align-items: start; }
table { width: 100%; border-collapse: collapse; font-size: 0.9375rem; line-height: 1.4; font-variant-numeric: tabular-nums; }
caption { padding-bottom: 0.5rem; text-align: left; font-weight: 600; }
th, td { padding: 0.375rem 0 0.375rem 0.625rem; border-bottom: 1px solid var(--line); text-align: right; vertical-align: baseline; white-space: nowrap; }
th:first-child { padding-left: 0; text-align: left; white-space: normal; overflow-wrap: anywhere; min-width: 7rem; }
thead th { color: var(--quiet); font-weight: 600; border-bottom-color: var(--quiet); }
tbody th { font-weight: 400; }
tfoot th, tfoot td { font-weight: 600; }
tfoot tr { border-top: 1px solid var(--quiet); }
td.word { color: var(--quiet); font-style: italic; font-weight: 400; white-space: normal; }
.texts th, .texts td { text-align: left; white-space: normal; }
.texts th + th, .texts td { padding-left: 1.25rem; }
div:not(.pair) table + table, p + table { margin-top: 1.5rem; }
code { font: 0.8125rem/1.5 ui-monospace, "SF Mono", Menlo, Consolas, "Liberation Mono", "DejaVu Sans Mono", monospace; overflow-wrap: anywhere; }
dt { font-weight: 600; }
dd { margin-left: 0; }
.answer p { margin-bottom: 0.5rem; }
svg { display: block; width: 100%; max-width: 24rem; height: auto; overflow: visible; }
.defs { position: absolute; width: 0; height: 0; }
text { font-size: 13px; fill: var(--ink); font-variant-numeric: tabular-nums; }
text.hub { font-size: 12px; font-weight: 600; }
text.before { font-size: 12px; fill: var(--quiet); }
text.word { font-style: italic; fill: var(--quiet); }
rect.now { fill: var(--accent); }
.ground { fill: var(--paper); }
.stripe { fill: var(--quiet); }
rect.before { fill: url(#before); stroke: var(--quiet); stroke-width: 1px; }
line.none { stroke: var(--quiet); stroke-width: 1px; stroke-dasharray: 1 4; }
line.axis { stroke: var(--quiet); stroke-width: 1px; }
@media (min-width: 52rem) { .pair { grid-template-columns: minmax(0, 5fr) minmax(0, 6fr); } .even { grid-template-columns: minmax(0, 6fr) minmax(0, 5fr); } }
@media (max-width: 30rem) { table { font-size: 0.8125rem; } thead th { font-size: 0.75rem; } th:first-child { min-width: 6.25rem; } th, td { padding-left: 0.375rem; } .texts th + th, .texts td { padding-left: 0.75rem; } }
@media (forced-colors: active) {
  text, text.before, text.word, rect.now, .stripe { fill: CanvasText; }
  rect.before, line.none, line.axis { stroke: CanvasText; }
  .ground { fill: Canvas; }
}
@page { size: A4; margin: 17mm 16mm 19mm; @bottom-right { content: counter(page) " / " counter(pages); font: 8.5pt sans-serif; } }
@media print {
  :root { color-scheme: light; }
  body { max-width: none; padding: 0; font-size: 9.5pt; line-height: 1.45; }
  header { padding-block: 0; }
  nav { display: none; }
  h1 { font-size: 28pt; } h2 { font-size: 17pt; } h3 { font-size: 12.5pt; } h4 { font-size: 9.5pt; margin-top: 3mm; }
  section { margin-top: 9mm; } .figure { margin-top: 7mm; }
  .pair { grid-template-columns: minmax(0, 7fr) minmax(0, 9fr); gap: 10mm; margin-top: 4mm; } .even { grid-template-columns: minmax(0, 6fr) minmax(0, 5fr); }
  svg { max-width: 68mm; }
  .pair, table, tr, svg, p.quiet { break-inside: avoid; }
  h2, h3, h4, p.quiet, caption { break-after: avoid; }
  p, dd { orphans: 3; widows: 3; }
  table { font-size: 8.5pt; } th, td { padding-block: 0.8mm; }
  code { font-size: 7.5pt; }
  a { color: inherit; text-decoration: none; }
}
$css$;

-- NULL of a year that has none. What the year before was like stands beside it where that has a release too.
CREATE FUNCTION scip.network_document(year text) RETURNS text
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = scip, pg_temp AS $$
  WITH n AS MATERIALIZED (
    SELECT e.*, b.year AS before, EXISTS (SELECT FROM network_evaluations x WHERE x.year = b.year) AS compared, r.note, c.*,
           to_char(period_start(e.year), 'FMDD FMMonth YYYY') AS first_day, to_char(period_end(e.year), 'FMDD FMMonth YYYY') AS last_day,
           to_char(e.released_at AT TIME ZONE 'Europe/London', 'FMDD FMMonth YYYY') AS released_on
    FROM network_evaluations e JOIN release r ON r.id = e._release_id
    CROSS JOIN LATERAL (SELECT academic_year((year_start(e.year) - interval '1 year')::date) AS year) b
    CROSS JOIN LATERAL network_return_counts(e.year) c
    WHERE e.year = network_document.year
  ), cell AS MATERIALIZED (
    SELECT e.*, h.name, row_number() OVER w - 1 AS place, count(*) OVER (PARTITION BY e.metric, e.hub_id IS NULL) AS many,
           nullif(max(greatest(e.value, e.previous_value)) OVER (PARTITION BY e.metric, e.hub_id IS NULL), 0) AS top
    FROM network_evaluation(network_document.year) e LEFT JOIN hub h ON h.id = e.hub_id
    WINDOW w AS (PARTITION BY e.metric, e.hub_id IS NULL ORDER BY h.name_sort, e.hub_id)
  ), heads AS (
    SELECT xmlconcat(xmlelement(name th, xmlattributes('col' AS scope), n.year),
             CASE WHEN n.compared THEN xmlconcat(xmlelement(name th, xmlattributes('col' AS scope), n.before), xmlelement(name th, xmlattributes('col' AS scope), 'Change')) END) AS years
    FROM n
  ), line AS MATERIALIZED (
    SELECT c.metric, c.hub_id, c.place, c.ordinal, c.title,
           xmlconcat(page_cell(c.value, c.status), CASE WHEN n.compared THEN xmlconcat(page_cell(c.previous_value, c.previous_status), page_change(c.change)) END) AS cells
    FROM cell c, n
  ), chart AS MATERIALIZED (
    SELECT c.metric, xmlelement(name svg, xmlattributes('img' AS role, 'chart-' || c.metric || ' about-' || c.metric AS "aria-labelledby",
               '0 0 320 ' || (24 + c.many * z.high) AS "viewBox"),
             xmlelement(name title, xmlattributes('chart-' || c.metric AS id), c.title || ', by Hub'),
             xmlelement(name desc, xmlattributes('about-' || c.metric AS id), format('A bar chart of %s Hubs in %s%s. The table with it has the same numbers, and the same words where there is none.',
               c.many, n.year, CASE WHEN n.compared THEN ', each with ' || n.before || ' below it' END)),
             xmlelement(name rect, xmlattributes(1 AS x, 1 AS y, 11 AS width, 11 AS height, 'now' AS class)), xmlelement(name text, xmlattributes(18 AS x, 11 AS y), n.year),
             CASE WHEN n.compared THEN xmlconcat(xmlelement(name rect, xmlattributes(86 AS x, 1 AS y, 11 AS width, 11 AS height, 'before' AS class)),
               xmlelement(name text, xmlattributes(103 AS x, 11 AS y), n.before)) END,
             xmlagg(xmlelement(name g, xmlattributes(format('translate(0 %s)', 24 + c.place * z.high) AS transform),
               xmlelement(name text, xmlattributes(0 AS x, 13 AS y, 'hub' AS class), CASE WHEN length(c.name) > 44 THEN left(c.name, 43) || '…' ELSE c.name END),
               page_bar(19, 13, c.value, c.status, c.top, 'now'),
               CASE WHEN n.compared THEN page_bar(37, 10, c.previous_value, c.previous_status, c.top, 'before') END,
               xmlelement(name line, xmlattributes(0.5 AS x1, 17 AS y1, 0.5 AS x2, z.high - 13 AS y2, 'axis' AS class))) ORDER BY c.place)) AS svg
    FROM cell c, n, LATERAL (SELECT CASE WHEN n.compared THEN 62 ELSE 47 END AS high) z
    WHERE c.hub_id IS NOT NULL AND c.top IS NOT NULL GROUP BY c.metric, c.title, c.many, z.high, n.year, n.before, n.compared
  ), hubs AS MATERIALIZED (
    SELECT l.metric, xmlelement(name table,
             xmlelement(name caption, l.title || ', by Hub'),
             xmlelement(name thead, xmlelement(name tr, xmlelement(name th, xmlattributes('col' AS scope), 'Hub'), (TABLE heads))),
             xmlelement(name tbody, xmlagg(xmlelement(name tr, xmlelement(name th, xmlattributes('row' AS scope), c.name), l.cells) ORDER BY l.place)),
             (SELECT xmlelement(name tfoot, xmlelement(name tr, xmlelement(name th, xmlattributes('row' AS scope), 'Network'), s.cells)) FROM line s WHERE s.metric = l.metric AND s.hub_id IS NULL)) AS body
    FROM line l JOIN cell c ON c.metric = l.metric AND c.hub_id = l.hub_id GROUP BY l.metric, l.title
  ), parts AS MATERIALIZED ( -- what the metric is broken down by besides Hubs, in the network
    SELECT m.code AS metric, xmlelement(name table, xmlelement(name caption, 'In the network, by part'),
             xmlelement(name thead, xmlelement(name tr, xmlelement(name th, xmlattributes('col' AS scope), m.category), xmlelement(name th, xmlattributes('col' AS scope), n.year),
               CASE WHEN n.compared THEN xmlelement(name th, xmlattributes('col' AS scope), n.before) END)),
             xmlelement(name tbody, xmlagg(xmlelement(name tr, xmlelement(name th, xmlattributes('row' AS scope), coalesce(page_title(c.category), 'Not known')),
               page_cell(c.value, c.status), CASE WHEN n.compared THEN page_cell(c.previous_value, c.previous_status) END) ORDER BY c.category COLLATE "C"))) AS body
    FROM n CROSS JOIN evaluation_metric e JOIN metric m ON m.code = e.metric AND 'category' = ANY (m.breakdowns)
    CROSS JOIN LATERAL (
      SELECT nullif(u.category, '') AS category, max(u.value) FILTER (WHERE NOT u.before) AS value, coalesce(max(u.status) FILTER (WHERE NOT u.before), 'none_recorded') AS status,
             max(u.value) FILTER (WHERE u.before) AS previous_value, coalesce(max(u.status) FILTER (WHERE u.before), 'none_recorded') AS previous_status
      FROM (SELECT false AS before, coalesce(t.category, '') AS category, t.value, t.status FROM network_cells(n.year, m.code, '{category}') t
            UNION ALL SELECT true, coalesce(t.category, ''), t.value, t.status FROM network_cells(n.before, m.code, '{category}') t) u
      GROUP BY u.category HAVING u.category <> '' OR bool_or(u.status = 'value')) c
    GROUP BY m.code, m.category, n.year, n.before, n.compared HAVING bool_or(c.category IS NOT NULL)
  ), figure AS (
    SELECT e.category, e.ordinal, xmlelement(name div, xmlattributes('figure' AS class),
             CASE WHEN e.title <> page_title(e.category) THEN xmlelement(name h3, e.title) END,
             CASE WHEN d.code IS NOT NULL THEN xmlelement(name p, xmlattributes('quiet' AS class), d.definition, ' Left out: ' || lower(left(d.left_out, 1)) || substr(d.left_out, 2),
               CASE WHEN NOT m.additive THEN ' What is in several Hubs counts once in the network.' END) END,
             CASE WHEN hubs.metric IS NULL THEN xmlelement(name p, 'In the network: ' || CASE WHEN s.status IN ('value', 'zero') THEN page_number(s.value) ELSE page_words(s.status) END || '.') END,
             CASE WHEN hubs.metric IS NOT NULL THEN xmlelement(name div, xmlattributes('pair' AS class),
               CASE WHEN chart.metric IS NULL THEN xmlelement(name p, 'No Hub has a number to show.') ELSE chart.svg END, xmlelement(name div, hubs.body, parts.body)) END,
             CASE WHEN hubs.metric IS NULL THEN parts.body END) AS body
    FROM evaluation_metric e JOIN metric m ON m.code = e.metric JOIN cell s ON s.metric = e.metric AND s.hub_id IS NULL
    LEFT JOIN metric_definition d ON d.code = e.metric AND d.version = s.definition_version
    LEFT JOIN chart ON chart.metric = e.metric LEFT JOIN hubs ON hubs.metric = e.metric LEFT JOIN parts ON parts.metric = e.metric
  ), category AS (
    SELECT f.category, min(f.ordinal) AS ordinal, page_title(f.category) AS title, xmlagg(f.body ORDER BY f.ordinal) AS figures FROM figure f GROUP BY f.category
  ), said AS (
    SELECT q.ordinal, xmlelement(name div, xmlattributes('figure' AS class), xmlelement(name h3, q.title),
             xmlagg(xmlelement(name div, xmlattributes('answer' AS class), xmlelement(name h4, h.name), page_paragraphs(a.text)) ORDER BY h.name_sort, h.id)) AS body
    FROM published_answers(network_document.year) a JOIN evaluation_question q ON q.code = a.question JOIN hub h ON h.id = a.hub_id GROUP BY q.code
  ), words AS (
    SELECT xmlelement(name dl, xmlagg(xmlconcat(xmlelement(name dt, upper(left(page_words(w.status), 1)) || substr(page_words(w.status), 2)), xmlelement(name dd, w.meaning)) ORDER BY w.i)) AS body
    FROM (VALUES (1, 'suppressed', 'The number, or another one that would follow from it, is small enough to tell of single people. It is told nowhere.'),
                 (2, 'not_submitted', 'Nothing has been reported of the year: that does not mean that nothing was done.'),
                 (3, 'nil_return', 'The Hub has reported that there was nothing.'),
                 (4, 'not_applicable', 'The Hub was not active.'),
                 (5, 'not_available', 'It is not known: nothing was recorded, or there is no release to tell it.')) w (i, status, meaning)
    WHERE EXISTS (SELECT FROM cell c WHERE w.status IN (c.status, c.previous_status))
  )
  SELECT E'<!DOCTYPE html>\n' || xmlserialize(CONTENT xmlelement(name html, xmlattributes('en' AS lang),
    xmlelement(name head,
      xmlelement(name meta, xmlattributes('utf-8' AS charset)),
      xmlelement(name title, CASE WHEN is_demonstration() THEN 'Demonstration: ' ELSE '' END || 'Annual network evaluation ' || n.year || ' – SCiP Alliance'),
      xmlelement(name meta, xmlattributes('description' AS name, format('What the Hubs of the SCiP Alliance did from %s to %s: figures by Hub, with charts and tables, and what the Hubs say.', n.first_day, n.last_day) AS content)),
      xmlelement(name meta, xmlattributes('viewport' AS name, 'width=device-width, initial-scale=1' AS content)),
      xmlelement(name link, xmlattributes('icon' AS rel, 'data:,' AS href)),
      xmlelement(name style, page_style() || CASE WHEN is_demonstration() THEN '@page { @bottom-left { content: "Demonstration: none of this is real"; font: 8.5pt sans-serif; } }' ELSE '' END)),
    xmlelement(name body,
      xmlelement(name svg, xmlattributes('defs' AS class, 'true' AS "aria-hidden"), xmlelement(name defs, xmlelement(name pattern, xmlattributes('before' AS id, 4 AS width, 4 AS height,
        'userSpaceOnUse' AS "patternUnits", 'rotate(45)' AS "patternTransform"), xmlelement(name rect, xmlattributes(4 AS width, 4 AS height, 'ground' AS class)),
        xmlelement(name rect, xmlattributes(1.25 AS width, 4 AS height, 'stripe' AS class))))),
      xmlelement(name header,
        CASE WHEN is_demonstration() THEN xmlelement(name p, xmlattributes('demonstration' AS class), xmlelement(name strong, 'Demonstration.'), ' None of these Hubs, people, events and numbers is real.') END,
        xmlelement(name p, xmlattributes('name' AS class), 'The SCiP Alliance'),
        xmlelement(name h1, 'Annual network evaluation ' || n.year),
        xmlelement(name p, format('What the Hubs did from %s to %s, as they reported it and as the Alliance’s records have it. Release %s of %s.', n.first_day, n.last_day, n.release, n.released_on)),
        xmlelement(name nav, xmlattributes('Contents' AS "aria-label"), xmlelement(name ul,
          xmlelement(name li, xmlelement(name a, xmlattributes('#short' AS href), 'In short')),
          (SELECT xmlagg(xmlelement(name li, xmlelement(name a, xmlattributes('#' || c.category AS href), c.title)) ORDER BY c.ordinal) FROM category c),
          xmlelement(name li, xmlelement(name a, xmlattributes('#answers' AS href), 'What the Hubs say')),
          xmlelement(name li, xmlelement(name a, xmlattributes('#method' AS href), 'How the numbers are made'))))),
      xmlelement(name main,
        xmlelement(name section, xmlattributes('short' AS id), xmlelement(name h2, 'In short'),
          xmlelement(name p, format('Of %s, %s submitted; %s accepted and %s published.',
            CASE n.owed WHEN 1 THEN '1 return' ELSE n.owed || ' returns' END || ' of the year', CASE n.submitted WHEN 1 THEN '1 is' ELSE n.submitted || ' are' END,
            CASE n.accepted WHEN 1 THEN '1 is' ELSE n.accepted || ' are' END, n.published),
            CASE WHEN NOT n.compared THEN format(' There is no release of %s to compare with.', n.before) END),
          xmlelement(name div, xmlattributes('pair even' AS class),
            xmlelement(name table, xmlelement(name caption, 'The network' || CASE WHEN n.compared THEN ', beside the year before' ELSE '' END),
              xmlelement(name thead, xmlelement(name tr, xmlelement(name th, xmlattributes('col' AS scope), 'Figure'), (TABLE heads))),
              xmlelement(name tbody, (SELECT xmlagg(xmlelement(name tr, xmlelement(name th, xmlattributes('row' AS scope), l.title), l.cells) ORDER BY l.ordinal) FROM line l WHERE l.hub_id IS NULL))),
            (SELECT CASE WHEN count(*) > 0 THEN xmlelement(name table, xmlattributes('texts' AS class), xmlelement(name caption, 'Where each Hub is with its return'),
               xmlelement(name thead, xmlelement(name tr, xmlelement(name th, xmlattributes('col' AS scope), 'Hub'), xmlelement(name th, xmlattributes('col' AS scope), 'Return'))),
               xmlelement(name tbody, xmlagg(xmlelement(name tr, xmlelement(name th, xmlattributes('row' AS scope), c.name),
                 xmlelement(name td, CASE c.return WHEN 'not_applicable' THEN 'none owed' ELSE page_words(c.return) END)) ORDER BY c.place))) END
             FROM cell c WHERE c.hub_id IS NOT NULL AND c.ordinal = (SELECT min(x.ordinal) FROM cell x WHERE x.hub_id IS NOT NULL)))),
        (SELECT xmlagg(xmlelement(name section, xmlattributes(c.category AS id), xmlelement(name h2, c.title), c.figures) ORDER BY c.ordinal) FROM category c),
        xmlelement(name section, xmlattributes('answers' AS id), xmlelement(name h2, 'What the Hubs say'),
          coalesce((SELECT xmlagg(s.body ORDER BY s.ordinal) FROM said s), xmlelement(name p, 'No return of the year is published yet.'))),
        xmlelement(name section, xmlattributes('method' AS id), xmlelement(name h2, 'How the numbers are made'),
          xmlelement(name p, format('Every number here is of release %s of %s, made on %s, or, of the year before, of its release in force on the day of reading. What Hubs corrected in returns that had been accepted by then is in it. A later release says why it was made, and replaces it; both can be read at ', n.release, n.year, n.released_on),
            xmlelement(name a, xmlattributes('/v1/releases?period=' || n.year AS href), '/v1/releases?period=' || n.year), '. Why this one was made: “' || n.note || '”'),
          xmlelement(name p, 'Disclosure control comes before everything that is published. Numbers of young people are rounded to the nearest five; one to four are withheld, and with them as many others as it takes that nobody, a Hub with its own numbers included, can work them out from all that is told. What a release withheld, later ones withhold as well. It is done once, in the release: this page, the interface and its spreadsheets read the same cells. Organisations, meetings, activities and members are counted exactly.'),
          (SELECT CASE WHEN w.body IS NOT NULL AND xmlserialize(CONTENT w.body AS text) <> '<dl/>' THEN xmlelement(name div, xmlattributes('figure' AS class), xmlelement(name h3, 'Where there is no number'), w.body) END FROM words w),
          xmlelement(name div, xmlattributes('figure' AS class), xmlelement(name h3, 'To cite and to check'),
            xmlelement(name p, 'Each address downloads the cells of this release, the same bytes for ever; beside it is the SHA-256 of the download, as sha256sum prints it.'),
            xmlelement(name table, xmlattributes('texts' AS class), xmlelement(name caption, 'Where each figure stands'),
              xmlelement(name thead, xmlelement(name tr, xmlelement(name th, xmlattributes('col' AS scope), 'Figure'), xmlelement(name th, xmlattributes('col' AS scope), 'Address and SHA-256'))),
              xmlelement(name tbody, (SELECT xmlagg(xmlelement(name tr, xmlelement(name th, xmlattributes('row' AS scope), e.title), xmlelement(name td,
                xmlelement(name code, xmlelement(name a, xmlattributes(c.href AS href), c.href)), xmlelement(name br),
                xmlelement(name code, c.sha256))) ORDER BY e.ordinal)
                FROM evaluation_metric e, LATERAL metric.citation(e.metric, n.year, '{hub}', n.release) c WHERE c.href IS NOT NULL)))))))) AS text) || E'\n'
  FROM n
$$;

GRANT EXECUTE ON FUNCTION scip.network_returns, scip.network_return_counts, scip.network_cells, scip.network_evaluation,
  scip.network_document, scip.period_name TO scip_anonymous, scip_caller;
GRANT EXECUTE ON FUNCTION scip.network_progress TO scip_caller;
