WITH vis AS (
  SELECT id FROM scip.agenda_item WHERE meeting_id = :meeting AND id = :id
), own AS MATERIALIZED (
  SELECT * FROM scip.agenda_item WHERE id = (SELECT id FROM vis) AND (SELECT scip.hold_meeting(:meeting)) FOR NO KEY UPDATE
), upd AS (
  UPDATE scip.agenda_item t SET ordinal = p.ordinal, title = p.title, intended_outcome = p.intended_outcome, led_by = p.led_by,
    notes = p.notes, outcome = p.outcome
  FROM own, jsonb_populate_record((own.*)::scip.agenda_item, :body) p
  WHERE t.id = own.id AND (:if_match IS NULL OR own.version = ANY (:if_match))
  RETURNING t.id
)
SELECT CASE WHEN own.id IS NULL THEN 403 WHEN upd.id IS NULL THEN 412 END AS _status
FROM vis LEFT JOIN own USING (id) LEFT JOIN upd USING (id)
