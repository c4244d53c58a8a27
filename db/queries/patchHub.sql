-- Changes what the body names; sets are replaced as a whole. The old slug of a renamed one goes on leading to it, the
-- old name is kept among the others.
WITH own AS MATERIALIZED (
  SELECT * FROM scip.hub WHERE slug = :slug FOR NO KEY UPDATE
), upd AS (
  UPDATE scip.hub t SET slug = coalesce(:body ->> 'new_slug', own.slug), name = p.name, nations = p.nations, blurb = p.blurb,
    logo = p.logo, logo_alt = p.logo_alt, page_url = p.page_url, page = scip.patched_page(own.page, :body),
    launched = p.launched, launch_text = p.launch_text, lead_note = p.lead_note, sources = p.sources, confidence = p.confidence
  FROM own, jsonb_populate_record((own.*)::scip.hub, :body) p
  WHERE t.id = own.id AND (:if_match IS NULL OR own.version = ANY (:if_match))
  RETURNING t.id
), parts AS MATERIALIZED (
  SELECT id, scip.set_hub_parts(id, :body) FROM upd
)
SELECT CASE WHEN parts.id IS NULL THEN 412 END AS _status
FROM own LEFT JOIN parts USING (id)
