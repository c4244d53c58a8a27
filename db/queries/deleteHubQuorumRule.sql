-- The reason comes first: the table's guard looks for it where days are concerned that are over.
WITH vis AS (
  SELECT _id AS id FROM scip.hub_quorum_rules WHERE _hub = :slug AND "from" = :starts
), own AS MATERIALIZED (
  SELECT id, version, hub_id FROM scip.hub_quorum WHERE id = (SELECT id FROM vis) FOR UPDATE
), noted AS MATERIALIZED (
  SELECT id FROM own
  WHERE CASE WHEN :if_match IS NULL OR version = ANY (:if_match) THEN scip.correct_record('/v1/hubs/' || :slug || '/quorum-rules/' || :starts, :reason, hub_id, NULL) END
), gone AS (
  DELETE FROM scip.hub_quorum t USING noted WHERE t.id = noted.id RETURNING t.id
)
SELECT CASE WHEN own.id IS NULL THEN 403 WHEN gone.id IS NULL THEN 412 END AS _status
FROM vis LEFT JOIN own USING (id) LEFT JOIN gone USING (id)
