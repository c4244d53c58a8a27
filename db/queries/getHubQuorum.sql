SELECT scip.link('hubs', h.slug, h.name) AS hub, d.day AS as_of,
       array_to_json(rule.sectors) AS sectors, rule.minimum AS minimum_members, rule.starts AS rule_from, q.heads AS members,
       array_to_json(q.missing_sectors) AS missing_sectors, q.quorate
FROM scip.hub h, LATERAL (SELECT coalesce(:as_of, scip.today()) AS day) d, LATERAL scip.quorum_of(h.id, d.day) rule,
     LATERAL scip.quorate(h.id, d.day, NULL) q
WHERE h.slug = :slug AND ctx.sees(h.id, NULL)
