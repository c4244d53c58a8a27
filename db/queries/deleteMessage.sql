-- Whether anybody has acted on it is the table's to say. Who may remove a message may not always change it, so nobody holds it first.
WITH vis AS (
  SELECT id, :if_match IS NULL OR version = ANY (:if_match) AS known FROM scip.message WHERE id = :id
), gone AS (
  DELETE FROM scip.message t USING vis WHERE t.id = vis.id AND vis.known AND (:if_match IS NULL OR t.version = ANY (:if_match))
  RETURNING t.id, t.hub_id, t.group_id
), noted AS MATERIALIZED (
  SELECT id FROM gone WHERE scip.correct_record('/v1/messages/' || id, :reason, hub_id, group_id)
)
SELECT CASE WHEN noted.id IS NULL THEN CASE WHEN vis.known THEN 403 ELSE 412 END END AS _status
FROM vis LEFT JOIN noted USING (id)
