-- What a Hub says of itself: its lead's to change, and the central team's.
WITH vis AS (
  SELECT id FROM scip.hub WHERE slug = :slug
), own AS MATERIALIZED (
  SELECT * FROM scip.hub WHERE slug = :slug FOR NO KEY UPDATE
), upd AS (
  UPDATE scip.hub t SET blurb = p.blurb, logo = p.logo, logo_alt = p.logo_alt, page_url = p.page_url,
    page = scip.patched_page(own.page, :body)
  FROM own, jsonb_populate_record((own.*)::scip.hub, :body) p
  WHERE t.id = own.id AND (:if_match IS NULL OR own.version = ANY (:if_match))
  RETURNING t.id
)
SELECT CASE WHEN own.id IS NULL THEN 403 WHEN upd.id IS NULL THEN 412 END AS _status
FROM vis LEFT JOIN own USING (id) LEFT JOIN upd USING (id)
