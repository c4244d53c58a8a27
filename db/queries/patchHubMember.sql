WITH vis AS (
  SELECT id FROM scip.hub_members WHERE _hub = :slug AND id = :id
), own AS MATERIALIZED (
  SELECT * FROM scip.hub_membership WHERE id = (SELECT id FROM vis) FOR NO KEY UPDATE
), upd AS (
  UPDATE scip.hub_membership t SET ambassador = p.ambassador,
    starts = CASE WHEN :body ? 'from' THEN (:body ->> 'from')::date ELSE own.starts END,
    ends = CASE WHEN :body ? 'to' THEN (:body ->> 'to')::date + 1 ELSE own.ends END
  FROM own, jsonb_populate_record((own.*)::scip.hub_membership, :body) p
  WHERE t.id = own.id AND (:if_match IS NULL OR own.version = ANY (:if_match))
  RETURNING t.id
)
SELECT CASE WHEN own.id IS NULL THEN 403 WHEN upd.id IS NULL THEN 412 END AS _status
FROM vis LEFT JOIN own USING (id) LEFT JOIN upd USING (id)
