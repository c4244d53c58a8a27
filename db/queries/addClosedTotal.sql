WITH made AS (
  INSERT INTO scip.closed_total (id, metric, period, hub_id, item, class, value, sources, note)
  SELECT :new_id, p.metric, p.period, scip.reference('hub', :hub), p.item, p.class, p.value, p.sources, p.note
  FROM jsonb_populate_record(NULL::scip.closed_total, :body) p
  RETURNING id
)
SELECT '/v1/closed-totals/' || id AS _location FROM made
