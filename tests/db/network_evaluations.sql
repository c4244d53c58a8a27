-- The network's year: its rows are a release's cells and no others; who owed a return; what has no number has a word in the document.
BEGIN;
CREATE EXTENSION IF NOT EXISTS pgtap SCHEMA public;
SELECT no_plan();
SET LOCAL search_path = scip, public;

CREATE FUNCTION pg_temp.h(text) RETURNS bigint LANGUAGE sql AS $$ SELECT id FROM scip.hub WHERE slug = 'test-' || $1 $$;
-- The rows of a metric as text: "hub=value or status (change) return".
CREATE FUNCTION pg_temp.figures(metric text, year text DEFAULT '1989-90') RETURNS text LANGUAGE sql AS $$
  SELECT string_agg(coalesce(replace(h.slug, 'test-', ''), '') || '=' || coalesce(e.value::text, e.status) || '<' || coalesce(e.previous_value::text, e.previous_status)
                    || coalesce(' (' || e.change || ')', '') || coalesce(' ' || e.return, ''), ', ' ORDER BY e.hub_id IS NOT NULL, h.slug)
  FROM scip.network_evaluation(year) e LEFT JOIN hub h ON h.id = e.hub_id WHERE e.metric = figures.metric AND (h.id IS NULL OR h.slug LIKE 'test-%')
$$;

SET LOCAL session_replication_role = replica;
INSERT INTO hub (slug, name, nations, sources, confidence) SELECT 'test-' || s, 'Test ' || upper(s) || ' <&> "Hub"', '{GB-ENG}', '{test}', 'high' FROM unnest('{a,b,c,d,e}'::text[]) s;
INSERT INTO hub_status (hub_id, status, starts, ends) VALUES (pg_temp.h('a'), 'active', '1985', NULL), (pg_temp.h('b'), 'active', '1985', '1990-08-31'), (pg_temp.h('b'), 'paused', '1990-08-31', NULL),
  (pg_temp.h('c'), 'active', '1990-08-31', NULL), (pg_temp.h('d'), 'active', '1985', '1990-01-01'), (pg_temp.h('d'), 'closed', '1990-01-01', NULL), (pg_temp.h('e'), 'proposed', '1989', NULL);
INSERT INTO hub_evaluation (hub_id, year, status, submitted_at, accepted_at, published_at) VALUES (pg_temp.h('a'), '1989-90', 'published', now(), now(), now()),
  (pg_temp.h('b'), '1989-90', 'submitted', now(), NULL, NULL), (pg_temp.h('c'), '1989-90', 'draft', NULL, NULL, NULL);
INSERT INTO hub_evaluation_figure (evaluation_id, metric, derived, value, reason)
SELECT e.id, m, 3, v, r FROM hub_evaluation e JOIN (VALUES ('a', 'meetings_held', 3, NULL), ('b', 'meetings_held', 8, 'Test'), ('c', 'meetings_held', 1000, 'Test'), ('b', 'outreach_young_people', 31337, 'Test'))
  f (hub, m, v, r) ON e.hub_id = pg_temp.h(f.hub) AND e.year = '1989-90';
INSERT INTO hub_evaluation_answer (evaluation_id, question, text) SELECT id, 'practice_shared', E'One <b>line</b> & "two"\x07.\n\n  And another.' FROM hub_evaluation WHERE year = '1989-90';
SET LOCAL session_replication_role = origin;

-- Who owed a return: the active ones of the last day, and who gave one.
SELECT is((SELECT string_agg(replace(h.slug, 'test-', '') || '=' || r.status, ' ' ORDER BY h.slug) FROM network_returns('1989-90') r JOIN hub h ON h.id = r.hub_id WHERE h.slug LIKE 'test-%'),
  'a=published b=submitted c=not_submitted', 'a draft is none, a paused Hub owes none and may give one');
SELECT is((SELECT count(*) FROM network_returns((extract(year FROM today())::int + 2) || '-' || right((extract(year FROM today())::int + 3)::text, 2))), 0::bigint, 'nobody owes one of a year to come');
SELECT is((SELECT (submitted, accepted, published)::text FROM network_return_counts('1989-90')), '(2,1,1)', 'each step counts those that have gone further');

-- A year has rows when it has a release, and not before.
SELECT is_empty($$SELECT * FROM network_evaluation('1989-90')$$, 'no release, no rows');
SELECT is(network_document('1989-90'), NULL, 'nor a document');
INSERT INTO release (period, number, family, first_day, last_day, note) VALUES ('1988-89', 1, 'academic', '1988-09-01', '1989-08-31', 'Test'),
  ('1989-90', 1, 'academic', '1989-09-01', '1990-08-31', 'Test'), ('1989-90', 2, 'academic', '1989-09-01', '1990-08-31', 'Test <&> "2"');
INSERT INTO release_cell (release_id, metric, definition_version, breakdown, hub_id, value, status)
SELECT r.id, c.metric, c.version, CASE c.hub WHEN '' THEN '{}' ELSE '{hub}' END::text[], pg_temp.h(c.hub), c.value, c.status
FROM (VALUES ('1988-89', 1, 'meetings_held', 1, '', 5, 'value'), ('1988-89', 1, 'meetings_held', 1, 'a', 5, 'value'), ('1988-89', 1, 'meetings_held', 1, 'b', NULL, 'nil_return'), ('1988-89', 1, 'meetings_held', 1, 'd', 0, 'zero'),
             ('1988-89', 1, 'meetings_held', 1, 'none', 7, 'value'),
             ('1988-89', 1, 'attendance', 1, '', 10, 'value'), ('1988-89', 1, 'attendance', 1, 'a', 10, 'value'),
             ('1988-89', 1, 'outreach_young_people', 1, '', 100, 'value'), ('1988-89', 1, 'outreach_young_people', 1, 'a', 0, 'zero'),
             ('1989-90', 1, 'meetings_held', 1, '', 99, 'value'), ('1989-90', 2, 'meetings_held', 1, '', 9, 'value'), ('1989-90', 2, 'meetings_held', 1, 'a', 4, 'value'), ('1989-90', 2, 'meetings_held', 1, 'b', 0, 'zero'),
             ('1989-90', 2, 'meetings_held', 1, 'c', NULL, 'not_submitted'), ('1989-90', 2, 'meetings_held', 1, 'd', 2, 'value'), ('1989-90', 2, 'meetings_held', 1, 'e', NULL, 'not_applicable'), ('1989-90', 2, 'meetings_held', 1, 'none', 3, 'value'),
             ('1989-90', 2, 'attendance', 2, '', 12, 'value'), ('1989-90', 2, 'attendance', 2, 'a', 12, 'value'), ('1989-90', 2, 'attendance', 2, 'd', NULL, 'not_applicable'),
             ('1989-90', 2, 'outreach_young_people', 1, '', 120, 'value'), ('1989-90', 2, 'outreach_young_people', 1, 'a', NULL, 'suppressed'), ('1989-90', 2, 'outreach_young_people', 1, 'b', 25, 'value'))
  c (period, number, metric, version, hub, value, status) JOIN release r ON (r.period, r.number) = (c.period, c.number);

SELECT is(pg_temp.figures(metric), said, metric) FROM (VALUES
  ('meetings_held', '=9<5 (4), a=4<5 (-1) published, b=0<nil_return submitted, c=not_submitted<not_available not_submitted, d=2<0 (2) not_applicable'),
  ('attendance', '=12<10, a=12<10 published, d=not_applicable<not_available not_applicable'),
  ('outreach_young_people', '=120<100, a=suppressed<0 published, b=25<not_available submitted'),
  ('memberships', '=not_available<not_available')) v (metric, said);
SELECT is((SELECT array_agg(DISTINCT release) FROM network_evaluation('1989-90')), '{2}'::int[], 'of the release in force');
SELECT is(pg_temp.figures('meetings_held', '1988-89'), '=5<not_available, a=5<not_available not_submitted, b=nil_return<not_available not_submitted, d=0<not_available not_submitted', 'a year with none before it');

-- A part is filled once, text as text; each is used, and each that is asked for exists.
SELECT is(page_filled('citation', '{"href": "<&\"{sha256}", "sha256": null}'),
  '<td><code><a href="&lt;&amp;&quot;{sha256}">&lt;&amp;"{sha256}</a></code><br/><code></code></td>', 'text, an attribute, and nothing');
SELECT is(page_filled('row', '{"name": "{+cells}", "cells": "<td>{name}</td>"}'), '<tr><th scope="row">{+cells}</th><td>{name}</td></tr>', 'markup as it is');
SELECT is(page_filled('none', '{}'), NULL, 'no such part');
SELECT is_empty($$SELECT part FROM jsonb_object_keys(substring(pg_get_function_sqlbody('page_part'::regproc) FROM $x$'(.*)'::jsonb$x$)::jsonb) part
  WHERE NOT EXISTS (SELECT FROM pg_proc WHERE pronamespace = 'scip'::regnamespace AND (proname LIKE 'page\_%' OR proname = 'network_document')
                      AND proname <> 'page_part' AND coalesce(prosrc || pg_get_function_sqlbody(oid), prosrc) ~ ('[''{,]' || part || '['',}]'))$$, 'each part is used');
SELECT is_empty($$SELECT m[1] FROM pg_proc, regexp_matches(coalesce(pg_get_function_sqlbody(oid), prosrc), 'page_(?:part|filled)\(''(\w+)''', 'g') m
  WHERE pronamespace = 'scip'::regnamespace AND page_part(m[1]) IS NULL$$, 'each that is asked for exists');

-- The document: well-formed, nobody's text is markup, missing is a word and never a bar.
CREATE TEMP TABLE page AS SELECT network_document('1989-90') AS text;
SELECT ok(text LIKE '<!DOCTYPE html>%' AND xml_is_well_formed_document(substr(text, 16)), 'it is well-formed') FROM page;
SELECT ok(text !~ '<(td|th|p|div|span|a|dl|h[1-6]|ul|li|title|section)( [^>]*)?/>', 'an element of HTML that is not void has an end tag') FROM page;
SELECT ok(text !~* '<script|\son[a-z]+=|https?://|@import|url\((?!#)', 'no script, and nothing from elsewhere') FROM page;
SELECT ok(text LIKE '%One &lt;b&gt;line&lt;/b&gt; &amp; "two".</p><p>And another.</p>%' AND text LIKE '%Test A &lt;&amp;&gt; "Hub"%' AND text LIKE '%Test &lt;&amp;&gt; "2"%', 'text is text') FROM page;
CREATE FUNCTION pg_temp.found(path text) RETURNS text LANGUAGE sql AS $$
  SELECT string_agg(x::text, ' ' ORDER BY i) FROM page, unnest(xpath(path, substr(text, 16)::xml)) WITH ORDINALITY u (x, i)
$$;
SELECT is(pg_temp.found($$//section[@id='engagement']//svg[title[starts-with(., 'Meetings held')]]//rect[@class='now']/@width$$), '11 200.0 100.0', 'a bar for a number, after the legend');
SELECT is(pg_temp.found($$//section[@id='engagement']//svg[title[starts-with(., 'Meetings held')]]//text[contains(@class, 'word')]/text()$$), 'nil return not submitted not available', 'a word where there is none');
SELECT is(pg_temp.found($$//section[@id='engagement']//table[caption='Meetings held, by Hub']//tr[th[contains(., 'Test A')]]/td/text()$$), '4 5 −1', 'the table has the same numbers');
SELECT is(pg_temp.found($$//section[@id='engagement']//table[caption='Meetings held, by Hub']/tfoot//td/text()$$), '9 5 +4', 'and the network''s');
SELECT is(pg_temp.found($$//section[@id='method']//dt/text()$$), 'Withheld Not submitted Nil return Not applicable Not available', 'each word is explained');
SELECT is(pg_temp.found($$//section[@id='method']//a[contains(@href, 'meetings_held')]/@href$$), '/v1/metrics/meetings_held/values?period=1989-90&amp;by=hub&amp;release=2&amp;format=csv', 'an address to cite');
SELECT ok(text LIKE '%' || (metric.citation('meetings_held', '1989-90', '{hub}', 2)).sha256 || '%', 'and its hash') FROM page;
SELECT ok(network_document('1988-89') LIKE '%There is no release of 1987-88%' AND network_document('1988-89') NOT LIKE '%>Change<%', 'nothing to compare, nothing compared');

-- Progress: what is submitted is in it, drafts and young people are not; for those alone who may.
SELECT is_empty($$SELECT * FROM network_progress('1989-90')$$, 'nobody without a right');
SELECT set_config('scip.roles', '{analyst}', true);
SELECT is((SELECT (value, status, confirmed, overridden)::text FROM network_progress('1989-90') WHERE metric = 'meetings_held'), '(8,value,1,1)', 'a submitted return stands for its records');
SELECT is((SELECT (value, status, confirmed, overridden)::text FROM network_progress('1989-90') WHERE metric = 'outreach_young_people'), '(,not_available,0,1)', 'young people never');
SELECT is((SELECT count(*) FROM network_progress('1989-90') WHERE value = 31337), 0::bigint, 'in no row');
SET LOCAL session_replication_role = replica;
UPDATE hub_evaluation SET status = 'accepted', accepted_at = now() WHERE hub_id = pg_temp.h('b');
SELECT is((SELECT (value, status)::text FROM network_progress('1989-90') WHERE metric = 'meetings_held'), '(8,value)', 'accepted, it is the same');
SELECT set_config('scip.roles', '{website}', true);
SELECT is_empty($$SELECT * FROM network_progress('1989-90')$$, 'nobody without a right');

SELECT * FROM finish();
ROLLBACK;
