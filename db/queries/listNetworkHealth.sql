-- A row for each Hub, by its name; with the address of its evidence for those who may read that.
SELECT scip.link('hubs', h.slug, h.name) AS hub, r.period,
       max(r.state) FILTER (WHERE r.rule = 'membership_quorate') AS membership_quorate,
       max(r.state) FILTER (WHERE r.rule = 'two_meetings') AS two_meetings,
       max(r.state) FILTER (WHERE r.rule = 'five_headings') AS five_headings,
       max(r.state) FILTER (WHERE r.rule = 'minutes_shared') AS minutes_shared,
       max(r.state) FILTER (WHERE r.rule = 'quarterly_updates') AS quarterly_updates,
       max(r.state) FILTER (WHERE r.rule = 'messages_relayed') AS messages_relayed,
       max(r.state) FILTER (WHERE r.rule = 'pathway') AS pathway,
       max(r.state) FILTER (WHERE r.rule = 'evaluation') AS evaluation,
       max(r.state) FILTER (WHERE r.rule = 'national_meetings') AS national_meetings,
       max(r.state) FILTER (WHERE r.rule = 'yearly_review') AS yearly_review,
       (count(*) FILTER (WHERE r.state = 'met'))::int AS met, (count(*) FILTER (WHERE r.state = 'not_yet'))::int AS not_yet,
       (count(*) FILTER (WHERE r.state = 'missed'))::int AS missed,
       CASE WHEN ctx.sees(h.id, NULL) OR (SELECT ctx.decides()) THEN '/v1/hubs/' || h.slug || '/health?period=' || r.period END AS href,
       h.name_sort::text AS _after_key, h.slug::text AS _after_slug
FROM scip.health(:period, NULL) r JOIN scip.hub h ON h.id = r.hub_id
WHERE (:after_slug IS NULL OR (h.name_sort, h.slug) > (:after_key COLLATE "C", :after_slug))
  AND (:nation IS NULL OR :nation = ANY (h.nations))
GROUP BY h.id, r.period
ORDER BY h.name_sort, h.slug
LIMIT :limit
