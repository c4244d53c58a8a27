WITH vis AS (
  SELECT e.hub_id FROM scip.update_exception e JOIN scip.hub h ON h.id = e.hub_id WHERE h.slug = :slug AND e.quarter = :quarter
), own AS MATERIALIZED (
  SELECT * FROM scip.update_exception WHERE hub_id = (SELECT hub_id FROM vis) AND quarter = :quarter FOR NO KEY UPDATE
), upd AS (
  UPDATE scip.update_exception t SET until = p.until, reason = p.reason
  FROM own, jsonb_populate_record((own.*)::scip.update_exception, :body) p
  WHERE t.hub_id = own.hub_id AND t.quarter = own.quarter AND (:if_match IS NULL OR own.version = ANY (:if_match))
  RETURNING t.hub_id
)
SELECT CASE WHEN own.hub_id IS NULL THEN 403 WHEN upd.hub_id IS NULL THEN 412 END AS _status
FROM vis LEFT JOIN own USING (hub_id) LEFT JOIN upd USING (hub_id)
