CREATE VIEW scip.projects WITH (security_invoker) AS
SELECT p.slug, p.name::text, p.kind, p.status, scip.link('hubs', h.slug, h.name) AS hub,
       (SELECT json_agg(scip.link('hubs', x.slug, x.name) ORDER BY x.name_sort)
        FROM scip.project_hub m JOIN scip.hub x ON x.id = m.hub_id WHERE m.project_id = p.id) AS hubs,
       (SELECT coalesce(json_agg(scip.link('organisations', o.slug, o.name) ORDER BY o.name_sort), '[]')
        FROM scip.project_organisation m JOIN scip.organisation o ON o.id = m.organisation_id WHERE m.project_id = p.id) AS partners,
       p.other_partners, p.aims, p.results, p.starts AS "from", p.ends - 1 AS "to", p.created_at, p.updated_at,
       '/v1/projects/' || p.slug AS href, p.version AS _version, p.id AS _id, p.name_sort AS _sort, p.search AS _search
FROM scip.project p JOIN scip.hub h ON h.id = p.hub_id;
GRANT SELECT ON scip.projects TO scip_caller;
