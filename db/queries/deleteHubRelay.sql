WITH vis AS (
  SELECT r.hub_id FROM scip.message_relay r JOIN scip.hub h ON h.id = r.hub_id WHERE h.slug = :slug AND r.message_id = :message
), own AS MATERIALIZED (
  SELECT hub_id, version FROM scip.message_relay WHERE hub_id = (SELECT hub_id FROM vis) AND message_id = :message FOR UPDATE
), gone AS (
  DELETE FROM scip.message_relay t USING own
  WHERE t.hub_id = own.hub_id AND t.message_id = :message AND (:if_match IS NULL OR own.version = ANY (:if_match))
  RETURNING t.hub_id
)
SELECT CASE WHEN own.hub_id IS NULL THEN 403 WHEN gone.hub_id IS NULL THEN 412 END AS _status
FROM vis LEFT JOIN own USING (hub_id) LEFT JOIN gone USING (hub_id)
