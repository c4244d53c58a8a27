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
  SELECT e.title, e.starts_on, e.url, e.venue, e.town, e.online, e.status, e._ends_on >= scip.today() AND e.status <> 'held' AS coming
  FROM scip.events e WHERE e._lang = 'en' AND e.starts_on IS NOT NULL
), shown AS (
  (SELECT * FROM event WHERE coming ORDER BY starts_on, title LIMIT 20)
  UNION ALL (SELECT * FROM event WHERE NOT coming ORDER BY starts_on DESC, title LIMIT 5)
), events AS (
  SELECT coming, xmlelement(name ul, xmlagg(xmlelement(name li,
           to_char(scip.earliest(starts_on),
               CASE length(starts_on) WHEN 4 THEN 'YYYY' WHEN 7 THEN 'FMMonth YYYY' ELSE 'FMDD FMMonth YYYY' END) || ': ',
           CASE WHEN url ~* '^https?://' THEN xmlelement(name a, xmlattributes(url AS href), title) ELSE xmlelement(name span, title) END,
           concat(', ' || nullif(concat_ws(', ', venue, town, CASE WHEN online THEN 'online' END), ''),
                  CASE WHEN status = 'cancelled' THEN ' (cancelled)' END))
           ORDER BY CASE WHEN coming THEN starts_on END, starts_on DESC, title)) AS list
  FROM shown GROUP BY coming
), library AS (
  SELECT xmlelement(name ul, xmlagg(xmlelement(name li,
         CASE WHEN url ~* '^https?://' THEN xmlelement(name a, xmlattributes(url AS href), title) ELSE xmlelement(name span, title) END,
           coalesce(', ' || publisher, ''), coalesce(', ' || year, '')) ORDER BY key DESC, href)) AS list
  FROM (SELECT h.*, coalesce(scip.earliest(published_on), make_date(year, 1, 1), '0001-01-01') AS key
        FROM scip.library_items h ORDER BY key DESC, href LIMIT 5) h
), evaluations AS (
  SELECT xmlagg(xmlelement(name li,
         xmlelement(name a, xmlattributes(format('/v1/network/evaluations/%s/document', year) AS href), 'Annual evaluation ' || year),
         ', to read or print')
           ORDER BY year DESC) AS list
  FROM (SELECT year FROM scip.network_evaluations ORDER BY year DESC LIMIT 5) n
)
SELECT format($page$<!doctype html>
<html lang="en-GB">
<head>
  <meta charset="utf-8">
  <meta name="viewport" content="width=device-width, initial-scale=1">
  <title>%2$s%15$s: Hubs, figures and open records</title>
  <meta name="description" content="%2$sThe regional Hubs of the %15$s, its published figures, events and research.">
  <meta name="color-scheme" content="light dark">
  <link rel="canonical" href="%1$s/">
  <meta property="og:type" content="website">
  <meta property="og:title" content="%2$s%15$s: Hubs, figures and open records">
  <meta property="og:description" content="The regional Hubs of the %15$s, its published figures, events and research.">
  <meta property="og:url" content="%1$s/">
  <script type="application/ld+json">%3$s</script>
  <link rel="icon" href="/web/icon.svg" type="image/svg+xml">
  <link rel="stylesheet" href="/web/scip.css">
  %14$s
  <script type="module" src="/web/scip.js"></script>
</head>
<body>
  <header>
    <a class="skip" href="#hubs">Skip to the Hubs</a>
    %4$s
    <p class="name">%15$s</p>
    <nav aria-label="On this page">
      <a href="#figures">Figures</a>
      <a href="#map">Map</a>
      <a href="#hubs">Hubs</a>
      <a href="#events">Events</a>
      <a href="#library">Library</a>
      <a href="#data">Data</a>
    </nav>
  </header>
  <main>
    <section class="intro">
      <h1>For the children of Armed Forces families</h1>
      <p>The Service Children’s Progression Alliance is a partnership across the UK; in its regional Hubs,
        professionals meet. %5$s</p>
    </section>

    <section id="figures" aria-labelledby="figures-title">
      <h2 id="figures-title">Figures</h2>
      <scip-headline period="2019-22" kind="alliance">%6$s</scip-headline>
      <p class="counted">%13$s: %7$s Hubs, and not every event.</p>
    </section>

    <section id="map" aria-labelledby="map-title">
      <h2 id="map-title">Map</h2>
      <scip-hub-map><p>The map is drawn by JavaScript. <a href="#hubs">The list</a> has the regions of each Hub.</p></scip-hub-map>
    </section>

    <section id="hubs" aria-labelledby="hubs-title">
      <h2 id="hubs-title">Hubs</h2>
      <scip-hub-list search>%8$s</scip-hub-list>
    </section>

    <section id="events" aria-labelledby="events-title">
      <h2 id="events-title">Events</h2>
      <scip-events past>%9$s</scip-events>
      <p class="counted">Held events with a recorded date, by academic year; <a href="#figures">the published figure</a> counts more.</p>
      <scip-metrics code="network_events" period="2018-19,2019-20,2020-21,2021-22,2022-23,2023-24,2024-25"><a
        href="/v1/metrics/network_events/values?period=2018-19,2019-20,2020-21,2021-22,2022-23,2023-24,2024-25&amp;format=csv$page$
  || $page$">Events by year (CSV)</a></scip-metrics>
    </section>

    <section id="library" aria-labelledby="library-title">
      <h2 id="library-title">Research and resources</h2>
      <scip-documents>%10$s</scip-documents>
    </section>

    <section id="data" aria-labelledby="data-title">
      <h2 id="data-title">Use the data</h2>
      <div class="ways">
        <div>
          <h3>Take it away</h3>
          <ul>
            <li><a href="/v1/data.zip">Everything that is public</a>, as one zip of CSV</li>
            <li><a href="/v1/hubs?format=geojson">Hubs as GeoJSON</a>, for a map</li>
            <li><a href="/v1/hubs?format=csv">Hubs as CSV</a>, for a spreadsheet</li>
            <li><a href="/v1/headline-figures?format=csv">Figures as CSV</a>, with their sources</li>
            <li><a href="/v1/metrics?format=csv">What is counted, as CSV</a>, with each definition</li>
            <li><a href="/v1/events?format=ics">Calendar of events</a>, to subscribe to</li>
          </ul>
        </div>
        <div>
          <h3>Read about it</h3>
          <ul>
            %11$s
            <li><a href="/docs">API reference</a>, to try each request</li>
            <li><a href="/openapi.json">The contract (JSON)</a>, in OpenAPI 3.1</li>
            <li><a href="/v1">All collections (JSON)</a>, for programs</li>
          </ul>
        </div>
      </div>
      <h3>On a website</h3>
      <p>One script tag, and the elements of this page work on yours.</p>
      <pre tabindex="0" aria-label="HTML to embed the Hubs"><code>&lt;script type="module" src="%1$s/web/scip.js"&gt;&lt;/script&gt;
&lt;scip-hub-list nation="GB-SCT"&gt;&lt;/scip-hub-list&gt;</code></pre>
      <h3>In a shell</h3>
      <p>Anyone may ask, without a key.</p>
      <pre tabindex="0" aria-label="Commands with curl"><code>curl '%1$s/v1/hubs?nation=GB-SCT'
curl '%1$s/v1/headline-figures?period=2019-22&amp;format=csv'</code></pre>
    </section>
  </main>
  <footer>
    <p id="accessibility">Accessibility: made to meet WCAG 2.2 AA, by keyboard and without JavaScript, and tested so.$page$
  || $page$ Known limits: most records are in English alone;
      linked documents are as their publishers made them.</p>
    <p>Privacy: no cookies, no tracking. Your browser keeps the last answers (local storage) for when the service is away.</p>
    <p id="contact">Contact: %12$s</p>
  </footer>
</body>
</html>
$page$,
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
  coalesce((SELECT xmlserialize(CONTENT list AS text) FROM events WHERE coming), '<p>No event to come has been announced.</p>')
    || coalesce((SELECT '<p>Past events, the latest first (<a href="/v1/events?format=csv">all as CSV</a>):</p>'
                        || xmlserialize(CONTENT list AS text) FROM events WHERE NOT coming), ''),
  xmlserialize(CONTENT library.list AS text) || '<p>These are the newest; <a href="/v1/documents?format=csv">all documents</a> and '
    || '<a href="/v1/resources?format=csv">all resources</a> as CSV.</p>',
  evaluations.list,
  coalesce(CASE WHEN s.contact IS NOT NULL
                THEN xmlserialize(CONTENT xmlelement(name a, xmlattributes(s.contact AS href), s.contact) AS text)
                     || ', for weaknesses of the service too.' END,
    '<a href="https://www.scipalliance.org/">scipalliance.org</a>; report weaknesses of the service privately, '
    || 'by the security advisories of its repository.'),
  CASE WHEN s.demonstration THEN 'The Alliance published these for 2019 to 2022; everything below is invented to match them'
       ELSE 'As the Alliance published them for 2019 to 2022. What follows is what is recorded by name or date now' END,
  (SELECT string_agg(format('<link rel="modulepreload" href="/web/%s.js">', module), E'\n  ') FROM unnest(
    '{chart,client,documents,dom,element,events,headline,hubs,metrics,shapes,terms,words}'::text[]) module), s.name) AS _body
FROM site s, figures, hubs, library, evaluations
