-- The reason comes first: the table's guard looks for it.
WITH vis AS (
  SELECT id FROM scip.training_session WHERE id = :id
), own AS MATERIALIZED (
  SELECT id, hub_id FROM scip.training_session WHERE id = (SELECT id FROM vis) FOR NO KEY UPDATE
), noted AS MATERIALIZED (
  SELECT id FROM own WHERE scip.correct_record('/v1/training/sessions/' || id, :reason, hub_id, NULL)
), upd AS (
  UPDATE scip.training_session t SET status = 'published' FROM noted WHERE t.id = noted.id RETURNING t.id
)
SELECT CASE WHEN upd.id IS NULL THEN 403 END AS _status
FROM vis LEFT JOIN upd USING (id)
