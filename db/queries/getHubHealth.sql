SELECT scip.link('hubs', h.slug, h.name) AS hub, r.period,
       json_agg(json_build_object('rule', r.rule, 'title', r.title, 'status', r.state, 'evidence', r.evidence,
                                  'next_action', r.next_action, 'due_on', r.deadline) ORDER BY r.ordinal) AS rules
FROM scip.health(:period, :slug) r JOIN scip.hub h ON h.id = r.hub_id
GROUP BY h.id, r.period
