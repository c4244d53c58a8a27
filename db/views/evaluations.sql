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
-- Beside what was found: who took part, the events by their last day, and the interventions as the metric publishes them.
CREATE VIEW scip.programme_evaluations WITH (security_invoker) AS
SELECT scip.link('programmes', p.slug, p.name) AS programme, e.year, y.first AS "from", y.last AS "to", e.summary, e.summary_cy,
       scip.link('documents', d.slug, d.title) AS document, q.hubs, q.organisations, v.events, a.value AS interventions,
       a.status AS interventions_status, e.published_at, e.created_at, e.updated_at,
       '/v1/programmes/' || p.slug || '/evaluations/' || e.year AS href, e.version AS _version, p.slug AS _programme
FROM scip.programme_evaluation e JOIN scip.programme p ON p.id = e.programme_id LEFT JOIN scip.document d ON d.id = e.document_id,
LATERAL (SELECT scip.year_start(e.year) AS first, (scip.year_start(e.year) + interval '1 year')::date - 1 AS last) y,
LATERAL (SELECT count(DISTINCT x.hub_id)::int AS hubs, count(DISTINCT x.organisation_id)::int AS organisations FROM
  scip.programme_participant x WHERE x.programme_id = p.id AND daterange(x.starts, x.ends) && daterange(y.first, y.last, '[]')) q,
LATERAL (SELECT count(*)::int AS events FROM scip.event x WHERE x.programme_id = p.id AND x.status = 'held'
  AND x.latest_on BETWEEN y.first AND y.last AND (x.earliest_on >= y.first OR length(x.starts) = 10 AND length(x.ends) = 10)) v,
LATERAL scip.metric_answer('outreach_interventions', ARRAY[replace(e.year, '-', '/')], '{}', NULL, NULL, p.slug, NULL, NULL) a;
GRANT SELECT ON scip.programme_evaluations TO scip_anonymous, scip_caller;
