WITH vis AS (
  SELECT r.id FROM scip.hub_review r JOIN scip.hub h ON h.id = r.hub_id WHERE h.slug = :slug AND r.id = :id
), own AS MATERIALIZED (
  SELECT * FROM scip.hub_review WHERE id = (SELECT id FROM vis) FOR NO KEY UPDATE
), upd AS (
  UPDATE scip.hub_review t SET reviewed_on = p.reviewed_on, note = p.note
  FROM own, jsonb_populate_record((own.*)::scip.hub_review, :body) p
  WHERE t.id = own.id AND (:if_match IS NULL OR own.version = ANY (:if_match))
  RETURNING t.id
)
SELECT CASE WHEN own.id IS NULL THEN 403 WHEN upd.id IS NULL THEN 412 END AS _status
FROM vis LEFT JOIN own USING (id) LEFT JOIN upd USING (id)
