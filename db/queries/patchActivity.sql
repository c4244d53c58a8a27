WITH vis AS (
  SELECT a.id FROM scip.activity a JOIN scip.hub h ON h.id = a.hub_id WHERE h.slug = :slug AND a.id = :id
), own AS MATERIALIZED (
  SELECT * FROM scip.activity WHERE id = (SELECT id FROM vis) FOR NO KEY UPDATE
), upd AS (
  UPDATE scip.activity t SET kind = p.kind, held_on = p.held_on, title = p.title, description = p.description, themes = p.themes,
    membership_id = CASE WHEN :body ? 'membership' THEN (:body ->> 'membership')::uuid ELSE own.membership_id END,
    programme = p.programme, interventions = p.interventions, young_people = p.young_people
  FROM own, jsonb_populate_record((own.*)::scip.activity, :body) p
  WHERE t.id = own.id AND (:if_match IS NULL OR own.version = ANY (:if_match))
  RETURNING t.id
)
SELECT CASE WHEN own.id IS NULL THEN 403 WHEN upd.id IS NULL THEN 412 END AS _status
FROM vis LEFT JOIN own USING (id) LEFT JOIN upd USING (id)
