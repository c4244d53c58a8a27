-- What the records say now stands beside what the Hub has said. A metric that is not for the caller is shown as one that is withheld.
SELECT v.hub, v.year, v."from", v."to", v.status, c.categories, a.answers, v.submitted_at, v.accepted_at, v.published_at,
       v.revision_requested_at, CASE WHEN v._own THEN v.revision_note END AS revision_note, v.created_at, v.updated_at, v.href, v._version
FROM scip.hub_evaluations v,
LATERAL (
  SELECT json_agg(json_build_object('category', g.category, 'figures', g.figures) ORDER BY g.ordinal) AS categories FROM (
    SELECT m.category, min(m.ordinal) AS ordinal, json_agg(json_build_object('metric', m.metric, 'title', m.title,
             'calculated_value', d.derived,
             'status', CASE WHEN m.restricted AND NOT v._own THEN 'suppressed' ELSE coalesce(d.status, 'not_available') END,
             'value', f.value, 'confirmation', CASE WHEN m.restricted AND NOT v._own THEN NULL WHEN f.metric IS NULL THEN 'unconfirmed'
                           WHEN f.reason IS NULL THEN 'confirmed' ELSE 'overridden' END, 'reason', f.reason,
             'breakdown_by', m.breakdown, 'breakdown', b.parts) ORDER BY m.ordinal) AS figures
    FROM scip.evaluation_metric m
    LEFT JOIN scip.evaluation_derived(v._hub_id, v.year) d ON d.metric = m.metric
    LEFT JOIN scip.hub_evaluation_figure f ON f.evaluation_id = v._id AND f.metric = m.metric
    CROSS JOIN LATERAL (
      SELECT coalesce(json_agg(json_build_object('part', k.part, 'name', n.name, 'calculated_value', d.parts -> k.part,
               'value', CASE WHEN f.parts IS NOT NULL THEN coalesce(f.parts -> k.part, '0') END) ORDER BY n.name, k.part), '[]') AS parts
      FROM jsonb_object_keys(coalesce(d.parts, '{}') || coalesce(f.parts, '{}')) k (part),
           coalesce(scip.part_name(v._hub_id, v.year, m.breakdown, k.part), k.part) n (name)) b
    GROUP BY m.category) g) c,
LATERAL (
  SELECT json_agg(json_build_object('question', q.code, 'title', q.title, 'required', q.required, 'text', t.text)
                  ORDER BY q.ordinal) AS answers
  FROM scip.evaluation_question q LEFT JOIN scip.hub_evaluation_answer t ON t.evaluation_id = v._id AND t.question = q.code) a
WHERE v._hub = :slug AND v.year = scip.period_name(:year)
