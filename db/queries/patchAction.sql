WITH vis AS (
  SELECT id FROM scip.action WHERE meeting_id = :meeting AND id = :id
), own AS MATERIALIZED (
  SELECT * FROM scip.action WHERE id = (SELECT id FROM vis) AND (SELECT scip.hold_meeting(:meeting)) FOR NO KEY UPDATE
), upd AS (
  UPDATE scip.action t SET text = p.text, due_on = p.due_on, done_on = p.done_on,
    owner_id = CASE WHEN :body ? 'owner' THEN (:body ->> 'owner')::uuid ELSE own.owner_id END
  FROM own, jsonb_populate_record((own.*)::scip.action, :body) p
  WHERE t.id = own.id AND (:if_match IS NULL OR own.version = ANY (:if_match))
  RETURNING t.id
)
SELECT CASE WHEN own.id IS NULL THEN 403 WHEN upd.id IS NULL THEN 412 END AS _status
FROM vis LEFT JOIN own USING (id) LEFT JOIN upd USING (id)
