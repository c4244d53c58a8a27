WITH vis AS (
  SELECT _id AS id FROM scip.hub_quorum_rules WHERE _hub = :slug AND "from" = :starts
), own AS MATERIALIZED (
  SELECT id, version FROM scip.hub_quorum WHERE id = (SELECT id FROM vis) FOR UPDATE
), gone AS (
  DELETE FROM scip.hub_quorum t USING own
  WHERE t.id = own.id AND (:if_match IS NULL OR own.version = ANY (:if_match))
  RETURNING t.id
)
SELECT CASE WHEN own.id IS NULL THEN 403 WHEN gone.id IS NULL THEN 412 END AS _status
FROM vis LEFT JOIN own USING (id) LEFT JOIN gone USING (id)
