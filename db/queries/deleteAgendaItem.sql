WITH vis AS (
  SELECT id FROM scip.agenda_item WHERE meeting_id = :meeting AND id = :id
), own AS MATERIALIZED (
  SELECT id, version FROM scip.agenda_item WHERE id = (SELECT id FROM vis) AND (SELECT scip.hold_meeting(:meeting)) FOR UPDATE
), gone AS (
  DELETE FROM scip.agenda_item t USING own
  WHERE t.id = own.id AND (:if_match IS NULL OR own.version = ANY (:if_match))
  RETURNING t.id
)
SELECT CASE WHEN own.id IS NULL THEN 403 WHEN gone.id IS NULL THEN 412 END AS _status
FROM vis LEFT JOIN own USING (id) LEFT JOIN gone USING (id)
