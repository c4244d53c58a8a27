-- A row for each Hub and year in which it was at work, for who may see returns of it; a draft is none to who may not.
CREATE VIEW scip.hub_evaluations WITH (security_invoker) AS
SELECT scip.link('hubs', h.slug, h.name) AS hub, y.year, y.starts AS "from",
       scip.period_end(y.year) AS "to", coalesce(e.status, 'none') AS status, e.submitted_at, e.accepted_at, e.published_at,
       e.revision_requested_at, e.revision_note, e.created_at, e.updated_at, '/v1/hubs/' || h.slug || '/evaluations/' || y.year AS href,
       e.version AS _version, h.id AS _hub_id, h.slug AS _hub, e.id AS _id, ctx.sees(h.id, NULL) AS _own
FROM scip.hub h
CROSS JOIN LATERAL (SELECT scip.academic_year(starts) AS year, starts -- of numbers it knows how many
  FROM generate_series(setting.first_year(), extract(year FROM scip.year_start(scip.academic_year(scip.today())))::int) n,
       make_date(n, setting.year_month(), 1) starts) y
LEFT JOIN scip.hub_evaluation e ON e.hub_id = h.id AND e.year = y.year
WHERE (ctx.sees(h.id, NULL) OR (SELECT ctx.decides())) AND (e.id IS NOT NULL OR scip.hub_operated(h.id, y.starts, scip.period_end(y.year)));
GRANT SELECT ON scip.hub_evaluations TO scip_caller;
