WITH vis AS (
  SELECT id FROM scip.hub_application WHERE id = :id
), own AS MATERIALIZED (
  SELECT * FROM scip.hub_application WHERE id = :id FOR NO KEY UPDATE
), upd AS (
  UPDATE scip.hub_application t SET slug = p.slug, name = p.name, nations = p.nations, regions = p.regions,
    case_for_hub = p.case_for_hub, expected_partners = p.expected_partners
  FROM own, jsonb_populate_record((own.*)::scip.hub_application, :body) p
  WHERE t.id = own.id AND (:if_match IS NULL OR own.version = ANY (:if_match))
  RETURNING t.id
)
SELECT CASE WHEN own.id IS NULL THEN 403 WHEN upd.id IS NULL THEN 412 END AS _status
FROM vis LEFT JOIN own USING (id) LEFT JOIN upd USING (id)
