-- What an organisation says of itself: its partner's to change, and the central team's.
WITH vis AS (
  SELECT id FROM scip.organisation WHERE slug = :slug
), own AS MATERIALIZED (
  SELECT * FROM scip.organisation WHERE slug = :slug FOR NO KEY UPDATE
), upd AS (
  UPDATE scip.organisation t SET website = p.website, logo = p.logo, description = p.description
  FROM own, jsonb_populate_record((own.*)::scip.organisation, :body) p
  WHERE t.id = own.id AND (:if_match IS NULL OR own.version = ANY (:if_match))
  RETURNING t.id
)
SELECT CASE WHEN own.id IS NULL AND (ctx.central() OR vis.id = ANY (ctx.organisations())) THEN 404 -- removed meanwhile
            WHEN own.id IS NULL THEN 403 WHEN upd.id IS NULL THEN 412 END AS _status
FROM vis LEFT JOIN own USING (id) LEFT JOIN upd USING (id)
