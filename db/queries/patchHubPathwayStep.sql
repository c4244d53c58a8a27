WITH vis AS (
  SELECT p.hub_id FROM scip.hub_pathway p JOIN scip.hub h ON h.id = p.hub_id WHERE h.slug = :slug AND p.step = :step
), own AS MATERIALIZED (
  SELECT * FROM scip.hub_pathway WHERE hub_id = (SELECT hub_id FROM vis) AND step = :step FOR NO KEY UPDATE
), upd AS (
  UPDATE scip.hub_pathway t SET done_on = p.done_on, evidence = p.evidence
  FROM own, jsonb_populate_record((own.*)::scip.hub_pathway, :body) p
  WHERE t.hub_id = own.hub_id AND t.step = own.step AND (:if_match IS NULL OR own.version = ANY (:if_match))
  RETURNING t.hub_id
)
SELECT CASE WHEN own.hub_id IS NULL THEN 403 WHEN upd.hub_id IS NULL THEN 412 END AS _status
FROM vis LEFT JOIN own USING (hub_id) LEFT JOIN upd USING (hub_id)
