-- The page at the service's own address. The records stand in it as HTML, for readers without JavaScript and for search engines; the
-- elements of clients/web take the place of what is between their tags. Records are escaped by xmlelement, the address by its form.
WITH site AS (
  SELECT CASE WHEN :address ~ '^https?://[A-Za-z0-9.:\[\]-]+/?$' THEN rtrim(:address, '/') ELSE '' END AS address,
         CASE WHEN :contact ~ '^(https|mailto|tel):\S+$' THEN :contact END AS contact, scip.is_demonstration() AS demonstration,
         replace(replace(replace(setting.alliance_name(), '&', '&amp;'), '<', '&lt;'), '"', '&quot;') AS name
), figures AS (
  SELECT xmlelement(name ul, xmlagg(xmlelement(name li,
           CASE WHEN qualifier <> 'exact' THEN replace(qualifier, '_', ' ') || ' ' END,
           xmlelement(name b, rtrim(to_char(value, 'FM999,999,999,990.99'), '.') || CASE unit WHEN 'percent' THEN '%' ELSE '' END),
           CASE WHEN unit <> 'percent' AND strpos(lower(title), rtrim(unit, 's')) = 0 THEN ' ' || unit END, ': ', title)
           ORDER BY metric, slug)) AS list
  FROM scip.headline_figures WHERE _strategy = 'strategy-2019-22' AND kind = 'alliance'
), hub AS (
  SELECT h.name, h.status, h._sort, CASE WHEN h.page_url ~* '^https?://' THEN h.page_url END AS url,
         coalesce((SELECT string_agg(r ->> 'name', ', ') FROM json_array_elements(h.regions) r),
                  (SELECT string_agg(n.name, ', ') FROM scip.region n WHERE n.kind = 'country' AND n.nation = ANY (h._nations))) AS place,
         (SELECT string_agg(l ->> 'name', ', ') FROM json_array_elements(h.current_leads) l) AS leads
  FROM scip.hubs h
), hubs AS (
  SELECT count(*) FILTER (WHERE status <> 'closed') AS many,
         xmlelement(name ul, xmlagg(xmlelement(name li,
           CASE WHEN url IS NULL THEN xmlelement(name span, name) ELSE xmlelement(name a, xmlattributes(url AS href), name) END,
           concat_ws(', ', ' – ' || place, CASE WHEN status NOT IN ('active', 'unknown') THEN status END,
                     'led by ' || leads)) ORDER BY status = 'closed', _sort)) AS list
  FROM hub
), event AS NOT MATERIALIZED ( -- it is cut twice, and few rows are written out
  SELECT CASE WHEN e._ends_on >= scip.today() AND e.status <> 'held' THEN 'coming' ELSE 'past' END AS part, e.title, e.starts_on AS day,
         e.url, concat(', ' || nullif(concat_ws(', ', e.venue, e.town, CASE WHEN e.online THEN 'online' END), ''),
                       CASE WHEN e.status = 'cancelled' THEN ' (cancelled)' END) AS more
  FROM scip.events e WHERE e._lang = 'en' AND e.starts_on IS NOT NULL
), shown AS (
  (SELECT * FROM event WHERE part = 'coming' ORDER BY day, title LIMIT 20)
  UNION ALL (SELECT * FROM event WHERE part = 'past' ORDER BY day DESC, title LIMIT 5)
  UNION ALL (SELECT 'news', n.title, n.published_on, n.url, ' – ' || n.summary FROM scip.news_items n WHERE n.status = 'published'
             ORDER BY n._published DESC, n.slug DESC LIMIT 5)
), dated AS (
  SELECT part, xmlserialize(CONTENT xmlelement(name ul, xmlagg(xmlelement(name li,
           to_char(scip.earliest(day), CASE length(day) WHEN 4 THEN 'YYYY' WHEN 7 THEN 'FMMonth YYYY' ELSE 'FMDD FMMonth YYYY' END) || ': ',
           CASE WHEN url ~* '^https?://' THEN xmlelement(name a, xmlattributes(url AS href), title) ELSE xmlelement(name span, title) END,
           more) ORDER BY CASE part WHEN 'coming' THEN day END, day DESC NULLS LAST, title)) AS text) AS list
  FROM shown GROUP BY part
), library AS (
  SELECT xmlelement(name ul, xmlagg(xmlelement(name li,
         CASE WHEN url ~* '^https?://' THEN xmlelement(name a, xmlattributes(url AS href), title) ELSE xmlelement(name span, title) END,
           coalesce(', ' || publisher, ''), coalesce(', ' || year, '')) ORDER BY key DESC, href)) AS list
  FROM (SELECT h.*, coalesce(scip.earliest(published_on), make_date(year, 1, 1), '0001-01-01') AS key
        FROM scip.library_items h ORDER BY key DESC, href LIMIT 5) h
), evaluations AS (
  SELECT xmlagg(xmlelement(name li,
         xmlelement(name a, xmlattributes(format('/v1/network/evaluations/%s/document', year) AS href), 'Annual evaluation ' || year),
         ', to read or print') ORDER BY year DESC) AS list
  FROM (SELECT year FROM scip.network_evaluations ORDER BY year DESC LIMIT 5) n
)
SELECT format(scip.landing_page(),
  s.address,
  CASE WHEN s.demonstration THEN 'Demonstration: ' ELSE '' END,
  jsonb_build_object('@context', 'https://schema.org', '@type', 'Dataset', 'url', s.address || '/', 'name',
      concat(CASE WHEN s.demonstration THEN 'Demonstration: ' END, 'open records of the ', setting.alliance_name()),
    'description', 'Its regional Hubs, published figures, events and research.', 'distribution',
    jsonb_build_object('@type', 'DataDownload', 'encodingFormat', 'application/zip', 'contentUrl', s.address || '/v1/data.zip'), 'creator',
    jsonb_build_object('@type', 'Organization', 'name', setting.alliance_name(), 'url', 'https://www.scipalliance.org/')),
  CASE WHEN s.demonstration
      THEN '<p class="demonstration"><strong>Demonstration.</strong> None of these Hubs, organisations, people and events is real.</p>'
      ELSE '' END,
  CASE WHEN s.demonstration THEN 'These records are invented, to show what an alliance may keep here.'
       ELSE 'These are its public records, and each says where it comes from and how sure it is.' END,
  figures.list, hubs.many, hubs.list,
  coalesce((SELECT list FROM dated WHERE part = 'coming'), '<p>No event to come has been announced.</p>')
    || coalesce((SELECT '<p>Past events, the latest first (<a href="/v1/events?format=csv">all as CSV</a>):</p>' || list
                 FROM dated WHERE part = 'past'), ''),
  library.list,
  evaluations.list,
  coalesce(CASE WHEN s.contact IS NOT NULL
                THEN xmlserialize(CONTENT xmlelement(name a, xmlattributes(s.contact AS href), s.contact) AS text)
                     || ', for weaknesses of the service too.' END,
    '<a href="https://www.scipalliance.org/">scipalliance.org</a>; report weaknesses of the service privately, '
    || 'by the security advisories of its repository.'),
  CASE WHEN s.demonstration THEN 'The Alliance published these for 2019 to 2022; everything below is invented to match them'
       ELSE 'As the Alliance published them for 2019 to 2022. What follows is what is recorded by name or date now' END,
  (SELECT string_agg(format('<link rel="modulepreload" href="/web/%s.js">', module), E'\n  ') FROM unnest(
    '{chart,client,dom,element,events,headline,hubs,metrics,shapes,terms,words}'::text[]) module), s.name,
  (SELECT list FROM dated WHERE part = 'news')) AS _body
FROM site s, figures, hubs, library, evaluations
