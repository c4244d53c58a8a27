CREATE VIEW scip.past_totals WITH (security_invoker) AS
SELECT t.metric::text, m.title::text, m.unit::text, t.period,
       CASE WHEN length(t.period) = 4 THEN 'calendar_year' WHEN substr(t.period, 6, 1) = 'M' THEN 'month'
         ELSE 'academic_year' END AS period_kind,
       CASE WHEN h.id IS NOT NULL THEN json_build_object('slug', h.slug, 'name', h.name, 'href', '/v1/hubs/' || h.slug) END AS hub,
       t.item::text, t.agent::text, t.value, 'historical' AS basis, array_to_json(t.sources) AS sources, t.updated_at, h.slug AS _hub,
       t.id AS _id
FROM scip.historical_total t
JOIN scip.historical_metric m ON m.code = t.metric
LEFT JOIN scip.hub h ON h.id = t.hub_id;
CREATE VIEW scip.historical_totals WITH (security_invoker) AS
SELECT p._id AS id, p.metric, p.title, p.unit, m.public, p.period, p.period_kind, p.hub, p.item, p.agent, p.value, p.sources, t.note,
       t.created_at, t.updated_at, '/v1/historical-totals/' || t.id AS href, t.version AS _version, p._hub
FROM scip.past_totals p
JOIN scip.historical_total t ON t.id = p._id
JOIN scip.historical_metric m ON m.code = t.metric;
GRANT SELECT ON scip.past_totals TO scip_anonymous, scip_caller;
GRANT SELECT ON scip.historical_totals TO scip_caller;
