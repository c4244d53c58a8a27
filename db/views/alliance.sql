-- Records have a version: what If-Match asks for.

CREATE VIEW scip.terms WITH (security_invoker) AS
SELECT list, code, label, label_cy, retired, array_to_json(properties) AS properties, ordinal AS _ordinal FROM scip.term;
CREATE VIEW scip.vocabularies WITH (security_invoker) AS
SELECT code, label AS title, label_cy AS title_cy, '/v1/vocabularies/' || code AS href, ordinal AS _ordinal,
       (SELECT coalesce(json_agg(t.code ORDER BY t.ordinal), '[]') FROM scip.term t WHERE t.list = v.code AND NOT t.retired) AS terms
FROM scip.term v WHERE list = 'vocabulary';
CREATE VIEW scip.regions WITH (security_invoker) AS
SELECT r.slug, r.gss_code, r.name, r.kind, r.nation, scip.link('regions', w.slug, w.name) AS within, r.longitude, r.latitude,
       coalesce((SELECT json_agg(scip.link('hubs', h.slug, h.name) ORDER BY h.name_sort)
                 FROM scip.hub_region hr JOIN scip.hub h ON h.id = hr.hub_id WHERE hr.region_id = r.id), '[]') AS hubs,
       array_to_json(r.sources) AS sources, r.updated_at, '/v1/regions/' || r.slug AS href,
       json_build_object('type', 'Point', 'coordinates', json_build_array(r.longitude, r.latitude)) AS _geometry,
       r.name_sort AS _sort, r.version AS _version, w.slug AS _within
FROM scip.region r
LEFT JOIN scip.region w ON w.id = r.within_id OR r.kind = 'region' AND w.kind = 'country' AND w.nation = r.nation;

CREATE VIEW scip.hubs WITH (security_invoker) AS
SELECT h.slug, h.name,
       (SELECT coalesce(json_agg(n.name ORDER BY n.name_sort), '[]') FROM scip.hub_name n WHERE n.hub_id = h.id) AS other_names,
       array_to_json(h.nations) AS nations,
       coalesce(g.regions, '[]') AS regions,
       coalesce(s.status, 'unknown') AS status, s.evidence::text AS status_evidence_on,
       h.launched_on::text, scip.precision(h.launched_on) AS launched_precision, h.launched_text,
       coalesce(l.current_leads, '[]') AS current_leads, coalesce(l.last_known_leads, '[]') AS last_known_leads,
       coalesce(l.former_leads, '[]') AS former_leads, h.lead_note,
       h.blurb, h.logo, h.logo_alt, h.page_url,
       array_to_json(h.sources) AS sources, h.confidence, h.updated_at, '/v1/hubs/' || h.slug AS href,
       CASE WHEN g.longitude IS NOT NULL THEN
         json_build_object('type', 'Point', 'coordinates', json_build_array(g.longitude, g.latitude)) END AS _geometry,
       h.id AS _id, h.nations AS _nations, h.launched_sort AS _launched, h.name_sort AS _sort, h.search AS _search,
       h.page::json AS page, coalesce(s.status = 'active', false) AS branding_allowed, h.version AS _version
FROM scip.hub h
LEFT JOIN scip.hub_status s ON s.hub_id = h.id AND s.ends IS NULL
LEFT JOIN LATERAL (
  SELECT json_agg(json_build_object('slug', r.slug, 'gss_code', r.gss_code, 'name', r.name, 'href', '/v1/regions/' || r.slug)
           ORDER BY r.name_sort) AS regions,
         round(avg(r.longitude), 2) AS longitude, round(avg(r.latitude), 2) AS latitude
  FROM scip.hub_region hr JOIN scip.region r ON r.id = hr.region_id WHERE hr.hub_id = h.id) g ON true
LEFT JOIN LATERAL (
  SELECT json_agg(json_build_object('slug', o.slug, 'name', o.name, 'href', '/v1/organisations/' || o.slug,
                                    'from', lower(x.period)) ORDER BY o.name_sort)
           FILTER (WHERE x.period @> scip.today()) AS current_leads,
         json_agg(json_build_object('slug', o.slug, 'name', o.name, 'href', '/v1/organisations/' || o.slug,
                                    'evidence_on', x.evidence) ORDER BY o.name_sort)
           FILTER (WHERE x.evidence_kind = 'last_known') AS last_known_leads,
         json_agg(json_build_object('slug', o.slug, 'name', o.name, 'href', '/v1/organisations/' || o.slug,
                                    'from', coalesce(x.starts::text, lower(x.period)::text),
                                    'to', coalesce(x.ends::text, (upper(x.period) - 1)::text),
                                    'evidence_on', x.evidence, 'note', x.note) ORDER BY o.name_sort)
           FILTER (WHERE x.evidence_kind = 'former' OR upper(x.period) <= scip.today()) AS former_leads
  FROM scip.hub_lead x JOIN scip.organisation o ON o.id = x.organisation_id WHERE x.hub_id = h.id) l ON true;

-- A row for each of the two. By subqueries, for a join would read all organisations, and each of them asks for this.
CREATE VIEW scip.organisation_lineages WITH (security_invoker) AS
SELECT l.id, l.kind, coalesce((SELECT scip.link('organisations', p.slug, p.name) FROM scip.organisation p WHERE p.id = l.predecessor_id),
         scip.link('organisations', l.slug, l.name)) AS predecessor,
       (SELECT scip.link('organisations', s.slug, s.name) FROM scip.organisation s WHERE s.id = l.organisation_id) AS successor,
       l.happened_on::text, l.note, CASE WHEN (SELECT ctx.central()) THEN l.moved::json END AS moved, l.created_at, l.updated_at,
       (SELECT '/v1/organisations/' || s.slug FROM scip.organisation s WHERE s.id = l.organisation_id) || '/lineage/' || l.id AS href,
       l.version AS _version, o AS _organisation_id
FROM scip.organisation_lineage l, unnest(ARRAY[l.organisation_id, l.predecessor_id]) o;
CREATE VIEW scip.organisations WITH (security_invoker) AS
SELECT o.slug, o.name,
       (SELECT coalesce(json_agg(json_build_object('name', n.name, 'kind', n.kind) ORDER BY n.name_sort), '[]')
        FROM scip.organisation_name n WHERE n.organisation_id = o.id) AS other_names,
       (SELECT coalesce(json_agg(json_build_object('sector', c.sector, 'kind', c.kind, 'from', c.starts, 'to', c.ends)
                                 ORDER BY c.sector, c.kind), '[]')
        FROM scip.organisation_sector c WHERE c.organisation_id = o.id) AS sectors,
       o.nation, o.uk_wide,
       CASE WHEN r.id IS NOT NULL
         THEN json_build_object('slug', r.slug, 'gss_code', r.gss_code, 'name', r.name, 'href', '/v1/regions/' || r.slug) END AS region,
       (SELECT coalesce(json_agg(i.identifier ORDER BY i.identifier), '[]')
        FROM scip.organisation_identifier i WHERE i.organisation_id = o.id) AS identifiers,
       (SELECT coalesce(json_agg(json_build_object('role', p.role, 'from', p.starts, 'to', p.ends, 'description', p.description,
                                                   'brings', p.brings, 'brings_cy', p.brings_cy) ORDER BY p.role), '[]')
        FROM scip.organisation_partnership p WHERE p.organisation_id = o.id) AS partnerships,
       (SELECT coalesce(json_agg(json_build_object('slug', h.slug, 'name', h.name, 'href', '/v1/hubs/' || h.slug, 'status',
                  CASE WHEN l.period @> scip.today() THEN 'current' WHEN l.evidence_kind = 'dated'
                    AND upper(l.period) <= scip.today() THEN 'former'
                       WHEN l.evidence_kind = 'dated' THEN 'planned' ELSE l.evidence_kind END) ORDER BY h.name_sort, l.id), '[]')
        FROM scip.hub_lead l JOIN scip.hub h ON h.id = l.hub_id WHERE l.organisation_id = o.id) AS hubs_led,
       (SELECT coalesce(json_agg(json_build_object('kind', l.kind, 'predecessor', l.predecessor, 'successor', l.successor,
               'happened_on', l.happened_on) ORDER BY l.created_at), '[]')
        FROM scip.organisation_lineages l WHERE l._organisation_id = o.id AND l.id = ANY (ARRAY( -- which an index finds
          SELECT n.id FROM scip.organisation_lineage n WHERE o.id IN (n.organisation_id, n.predecessor_id)))) AS lineage,
       o.website, o.logo, o.description, o.note, o.renamed_on::text,
       array_to_json(o.sources) AS sources, o.confidence, o.updated_at, '/v1/organisations/' || o.slug AS href,
       o.id AS _id, o.name_sort AS _sort,
       o.version AS _version, o.search AS _search
FROM scip.organisation o
LEFT JOIN scip.region r ON r.id = o.region_id;

CREATE VIEW scip.groups WITH (security_invoker) AS
SELECT g.slug, g.name, g.kind, g.status, g.starts::text AS "from", g.ends::text AS "to", g.purpose, g.counts_for_representation,
       (SELECT coalesce(json_agg(scip.link('organisations', o.slug, o.name) ORDER BY o.name_sort), '[]')
        FROM scip.group_organisation m JOIN scip.organisation o ON o.id = m.organisation_id WHERE m.group_id = g.id) AS organisations,
       array_to_json(g.sources) AS sources, g.confidence, g.updated_at, '/v1/groups/' || g.slug AS href, g.name_sort AS _sort,
       g.version AS _version
FROM scip.alliance_group g;

CREATE VIEW scip.toolkit_principles WITH (security_invoker) AS
SELECT p.slug, p.ordinal, p.name, p.summary, array_to_json(p.sources) AS sources, p.confidence, p.updated_at,
       '/v1/toolkit/principles/' || p.slug AS href,
       p.version AS _version
FROM scip.toolkit_principle p;

CREATE VIEW scip.strategies WITH (security_invoker) AS
SELECT s.slug, s.name, s.period_text AS period, s.starts::text AS "from", s.ends::text AS "to", s.summary,
       (SELECT coalesce(json_agg(json_build_object('slug', t.slug, 'name', t.name) ORDER BY t.ordinal), '[]')
        FROM scip.strategy_theme t WHERE t.strategy_id = s.id) AS themes,
       array_to_json(s.sources) AS sources, s.confidence, s.updated_at, '/v1/strategies/' || s.slug AS href,
       scip.earliest(s.starts) AS _starts_on, s.version AS _version
FROM scip.strategy s;

CREATE VIEW scip.toolkit_facts WITH (security_invoker) AS
SELECT f.slug, f.kind, f.ordinal, f.name, f.text, f.value, array_to_json(f.sources) AS sources, f.confidence, f.updated_at,
       '/v1/toolkit/facts/' || f.slug AS href, f.version AS _version
FROM scip.toolkit_fact f;
CREATE VIEW scip.hub_leads WITH (security_invoker) AS
SELECT l.uid AS id, scip.link('hubs', h.slug, h.name) AS hub, scip.link('organisations', o.slug, o.name) AS organisation,
       CASE WHEN l.evidence_kind <> 'dated' THEN l.evidence_kind WHEN l.period @> scip.today() THEN 'current'
            WHEN lower(l.period) > scip.today() THEN 'planned' ELSE 'former' END AS status,
       coalesce(lower(l.period)::text, l.starts) AS "from", coalesce((upper(l.period) - 1)::text, l.ends) AS "to",
       l.evidence::text AS evidence_on, l.note, array_to_json(l.sources) AS sources, l.confidence, l.updated_at,
       '/v1/hubs/' || h.slug || '/leads/' || l.uid AS href, l.version AS _version, h.slug AS _hub,
       coalesce(lower(l.period), scip.earliest(l.starts), scip.earliest(l.evidence)) AS _since
FROM scip.hub_lead l
JOIN scip.hub h ON h.id = l.hub_id
JOIN scip.organisation o ON o.id = l.organisation_id;
CREATE VIEW scip.hub_statuses WITH (security_invoker) AS
SELECT scip.link('hubs', h.slug, h.name) AS hub, s.status, s.starts::text AS "from",
       s.ends::text AS "to", s.evidence::text AS evidence_on, s.updated_at, h.slug AS _hub,
       coalesce(scip.latest(s.ends), 'infinity') AS _until, s.id AS _id
FROM scip.hub_status s JOIN scip.hub h ON h.id = s.hub_id;
GRANT SELECT ON scip.organisation_lineages, scip.hub_leads, scip.hub_statuses TO scip_anonymous, scip_caller;

CREATE VIEW scip.corrections WITH (security_invoker) AS
SELECT c.id, c.record, c.operation::text, c.reason,
       scip.link('hubs', h.slug, h.name) AS hub, scip.link('groups', g.slug, g.name) AS "group",
       c.created_at, c.created_at AS updated_at, h.slug AS _hub
FROM scip.correction c LEFT JOIN scip.hub h ON h.id = c.hub_id LEFT JOIN scip.alliance_group g ON g.id = c.group_id;
GRANT SELECT ON scip.corrections TO scip_caller;

GRANT SELECT ON scip.terms, scip.vocabularies, scip.regions, scip.hubs, scip.organisations, scip.groups, scip.toolkit_principles,
  scip.toolkit_facts, scip.strategies TO scip_anonymous, scip_caller;
