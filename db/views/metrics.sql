CREATE VIEW scip.historical_totals WITH (security_invoker) AS
SELECT t.id, t.metric::text, m.title::text, m.unit::text, m.public, t.period,
       CASE WHEN length(t.period) = 4 THEN 'calendar_year' WHEN substr(t.period, 6, 1) = 'M' THEN 'month'
         ELSE 'academic_year' END AS period_kind,
       scip.link('hubs', h.slug, h.name) AS hub,
       scip.kind_link(CASE WHEN d.id IS NULL AND r.id IS NOT NULL THEN 'resource' ELSE 'document' END, t.item, coalesce(d.title, r.title))
         AS item, t.agent::text, t.value, array_to_json(t.sources) AS sources, scip.note_of_total(t.id) AS note,
       t.created_at, t.updated_at, '/v1/historical-totals/' || t.id AS href, t.version AS _version, h.slug AS _hub, h.nations AS _nations
FROM scip.historical_total t
JOIN scip.historical_metric m ON m.code = t.metric
LEFT JOIN scip.hub h ON h.id = t.hub_id
LEFT JOIN scip.document d ON d.slug = t.item LEFT JOIN scip.resource r ON r.slug = t.item;
GRANT SELECT ON scip.historical_totals TO scip_anonymous, scip_caller;
