-- Records have a version: what If-Match asks for. Hubs show their page and whether they may use the branding,
-- headline figures all of their versions.
BEGIN;

CREATE OR REPLACE VIEW scip.hubs WITH (security_invoker) AS
SELECT h.slug, h.name,
       (SELECT coalesce(json_agg(n.name ORDER BY n.name_sort), '[]') FROM scip.hub_name n WHERE n.hub_id = h.id) AS other_names,
       array_to_json(h.nations) AS nations,
       coalesce(g.regions, '[]') AS regions,
       coalesce(s.status, 'unknown') AS status, s.evidence::text AS status_evidence,
       h.launched::text, scip.precision(h.launched) AS launched_precision, h.launch_text,
       coalesce(l.current_leads, '[]') AS current_leads, coalesce(l.last_known_leads, '[]') AS last_known_leads,
       coalesce(l.former_leads, '[]') AS former_leads, h.lead_note,
       h.blurb, h.logo, h.logo_alt, h.page_url,
       array_to_json(h.sources) AS sources, h.confidence, '/v1/hubs/' || h.slug AS href,
       CASE WHEN g.longitude IS NOT NULL THEN
         json_build_object('type', 'Point', 'coordinates', json_build_array(g.longitude, g.latitude)) END AS _geometry,
       h.id AS _id, h.nations AS _nations, h.launched AS _launched, h.name_sort AS _sort,
       h.page::json AS page, coalesce(s.status = 'active', false) AS may_use_branding, h.version AS _version
FROM scip.hub h
LEFT JOIN scip.hub_status s ON s.hub_id = h.id AND s.ends IS NULL
LEFT JOIN LATERAL (
  SELECT json_agg(json_build_object('gss_code', r.gss_code, 'name', r.name, 'href', '/v1/regions/' || r.slug) ORDER BY r.name_sort) AS regions,
         round(avg(r.longitude), 2) AS longitude, round(avg(r.latitude), 2) AS latitude
  FROM scip.hub_region hr JOIN scip.region r ON r.id = hr.region_id WHERE hr.hub_id = h.id) g ON true
LEFT JOIN LATERAL (
  SELECT json_agg(json_build_object('slug', o.slug, 'name', o.name, 'href', '/v1/organisations/' || o.slug,
                                    'since', lower(x.period)) ORDER BY o.name_sort)
           FILTER (WHERE x.period @> scip.today()) AS current_leads,
         json_agg(json_build_object('slug', o.slug, 'name', o.name, 'href', '/v1/organisations/' || o.slug,
                                    'as_of', x.evidence) ORDER BY o.name_sort)
           FILTER (WHERE x.standing = 'last_known') AS last_known_leads,
         json_agg(json_build_object('slug', o.slug, 'name', o.name, 'href', '/v1/organisations/' || o.slug,
                                    'from', coalesce(x.starts::text, lower(x.period)::text),
                                    'to', coalesce(x.ends::text, (upper(x.period) - 1)::text),
                                    'as_of', x.evidence, 'note', x.note) ORDER BY o.name_sort)
           FILTER (WHERE x.standing = 'former' OR upper(x.period) <= scip.today()) AS former_leads
  FROM scip.hub_lead x JOIN scip.organisation o ON o.id = x.organisation_id WHERE x.hub_id = h.id) l ON true;

CREATE OR REPLACE VIEW scip.organisations WITH (security_invoker) AS
SELECT o.slug, o.name,
       (SELECT coalesce(json_agg(json_build_object('name', n.name, 'kind', n.kind) ORDER BY n.name_sort), '[]')
        FROM scip.organisation_name n WHERE n.organisation_id = o.id) AS other_names,
       (SELECT coalesce(json_agg(json_build_object('category', c.category, 'subcategory', c.subcategory, 'from', c.starts, 'to', c.ends)
                                 ORDER BY c.category, c.subcategory), '[]')
        FROM scip.organisation_category c WHERE c.organisation_id = o.id) AS categories,
       o.nation, o.uk_wide,
       CASE WHEN r.id IS NOT NULL THEN json_build_object('gss_code', r.gss_code, 'name', r.name, 'href', '/v1/regions/' || r.slug) END AS region,
       (SELECT coalesce(json_agg(i.identifier ORDER BY i.identifier), '[]')
        FROM scip.organisation_identifier i WHERE i.organisation_id = o.id) AS identifiers,
       (SELECT coalesce(json_agg(json_build_object('role', p.role, 'from', p.starts, 'to', p.ends, 'description', p.description)
                                 ORDER BY p.role), '[]')
        FROM scip.organisation_partnership p WHERE p.organisation_id = o.id) AS partnerships,
       (SELECT coalesce(json_agg(json_build_object('slug', h.slug, 'name', h.name, 'href', '/v1/hubs/' || h.slug, 'standing',
                  CASE WHEN l.period @> scip.today() THEN 'current' WHEN l.standing = 'dated' AND upper(l.period) <= scip.today() THEN 'former'
                       WHEN l.standing = 'dated' THEN 'planned' ELSE l.standing END) ORDER BY h.name_sort, l.id), '[]')
        FROM scip.hub_lead l JOIN scip.hub h ON h.id = l.hub_id WHERE l.organisation_id = o.id) AS hubs_led,
       o.website, o.logo, o.role, o.note,
       array_to_json(o.sources) AS sources, o.confidence, '/v1/organisations/' || o.slug AS href,
       o.id AS _id, o.name_sort AS _sort,
       o.version AS _version, o.search AS _search
FROM scip.organisation o
LEFT JOIN scip.region r ON r.id = o.region_id;

CREATE OR REPLACE VIEW scip.documents WITH (security_invoker) AS
SELECT d.slug, d.title, d.title_is_descriptive, array_to_json(d.authors) AS authors, d.year, d.published::text,
       scip.precision(d.published) AS published_precision, d.publisher, d.kind, d.note, d.commissioned_by, d.url,
       array_to_json(d.sources) AS sources, d.confidence, '/v1/documents/' || d.slug AS href,
       d.search AS _search, d.published_on AS _published_on, d.title_sort AS _sort,
       d.version AS _version
FROM scip.document d;

CREATE OR REPLACE VIEW scip.news_items WITH (security_invoker) AS
SELECT n.slug, n.title, n.title_source, n.section, n.published::text, scip.precision(n.published) AS published_precision,
       n.publisher, n.url, array_to_json(n.sources) AS sources, n.confidence, '/v1/news/' || n.slug AS href,
       n.search AS _search, n.published_on AS _published_on,
       n.version AS _version
FROM scip.news n;

CREATE OR REPLACE VIEW scip.policy_contributions WITH (security_invoker) AS
SELECT p.slug, p.title, p.kind, p.body, p.published::text, scip.precision(p.published) AS published_precision,
       p.summary, p.outcome, p.url, array_to_json(p.sources) AS sources, p.confidence,
       '/v1/policy-contributions/' || p.slug AS href, p.search AS _search, p.published_on AS _published_on,
       p.version AS _version
FROM scip.policy_contribution p;

CREATE OR REPLACE VIEW scip.groups WITH (security_invoker) AS
SELECT g.slug, g.name, g.kind, g.status, g.starts::text, g.ends::text, g.purpose,
       (SELECT coalesce(json_agg(json_build_object('slug', o.slug, 'name', o.name, 'href', '/v1/organisations/' || o.slug) ORDER BY o.name_sort), '[]')
        FROM scip.group_organisation m JOIN scip.organisation o ON o.id = m.organisation_id WHERE m.group_id = g.id) AS organisations,
       array_to_json(g.sources) AS sources, g.confidence, '/v1/groups/' || g.slug AS href, g.name_sort AS _sort,
       g.version AS _version
FROM scip.alliance_group g;

CREATE OR REPLACE VIEW scip.toolkit_principles WITH (security_invoker) AS
SELECT p.slug, p.ordinal, p.name, p.summary, array_to_json(p.sources) AS sources, p.confidence,
       '/v1/toolkit/principles/' || p.slug AS href,
       p.version AS _version
FROM scip.toolkit_principle p;

CREATE OR REPLACE VIEW scip.strategies WITH (security_invoker) AS
SELECT s.slug, s.name, s.period_text AS period, s.starts::text, s.ends::text, s.summary,
       (SELECT coalesce(json_agg(json_build_object('slug', t.slug, 'name', t.name) ORDER BY t.ordinal), '[]')
        FROM scip.strategy_theme t WHERE t.strategy_id = s.id) AS themes,
       array_to_json(s.sources) AS sources, s.confidence, '/v1/strategies/' || s.slug AS href, scip.earliest(s.starts) AS _starts_on,
       s.version AS _version
FROM scip.strategy s;

CREATE OR REPLACE VIEW scip.toolkit_facts WITH (security_invoker) AS
SELECT f.slug, f.kind, f.ordinal, f.name, f.text, f.value, array_to_json(f.sources) AS sources, f.confidence,
       '/v1/toolkit/facts/' || f.slug AS href, f.version AS _version
FROM scip.toolkit_fact f;

-- Every version of each figure, and of those the ones in force.
CREATE VIEW scip.headline_figure_versions WITH (security_invoker) AS
SELECT f.slug, f.version, f.metric, f.definition_version, f.scope, f.label, f.period_text AS period,
       f.period_starts::text, f.period_ends::text, f.as_of::text, f.value, f.unit, f.qualifier,
       CASE WHEN h.id IS NOT NULL THEN json_build_object('kind', 'hub', 'slug', h.slug, 'name', h.name, 'href', '/v1/hubs/' || h.slug)
            WHEN e.id IS NOT NULL THEN json_build_object('kind', 'event', 'slug', e.slug, 'name', e.title, 'href', '/v1/events/' || e.slug)
            WHEN o.id IS NOT NULL THEN json_build_object('kind', 'organisation', 'slug', o.slug, 'name', o.name, 'href', '/v1/organisations/' || o.slug)
       END AS subject,
       s.slug AS strategy, array_to_json(f.sources) AS sources, f.confidence, '/v1/headline-figures/' || f.slug AS href,
       f.version AS _version
FROM scip.headline_figure f
LEFT JOIN scip.hub h ON h.id = f.hub_id
LEFT JOIN scip.event e ON e.id = f.event_id
LEFT JOIN scip.organisation o ON o.id = f.organisation_id
LEFT JOIN scip.strategy s ON s.period_text = f.period_text;

CREATE OR REPLACE VIEW scip.headline_figures WITH (security_invoker) AS
SELECT slug, version, metric, definition_version, scope, label, period, period_starts, period_ends, as_of, value, unit, qualifier,
       subject, strategy, sources, confidence, href, _version
FROM scip.headline_figure_versions f
WHERE NOT EXISTS (SELECT FROM scip.headline_figure newer WHERE newer.slug = f.slug AND newer.supersedes = f.version);

GRANT SELECT ON scip.headline_figure_versions TO scip_anonymous, scip_writer;

COMMIT;
