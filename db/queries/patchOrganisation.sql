-- Changes what the body names; sets are replaced as a whole. The old slug of a renamed one goes on leading to it.
WITH own AS MATERIALIZED (
  SELECT * FROM scip.organisation WHERE slug = :slug FOR NO KEY UPDATE
), upd AS (
  UPDATE scip.organisation t SET slug = coalesce(:body ->> 'new_slug', own.slug), name = p.name, nation = p.nation,
    uk_wide = p.uk_wide,
    region_id = CASE WHEN :body ? 'region' THEN scip.reference('region', :body ->> 'region') ELSE own.region_id END,
    website = p.website, logo = p.logo, role = p.role, note = p.note, sources = p.sources, confidence = p.confidence
  FROM own, jsonb_populate_record((own.*)::scip.organisation, :body) p
  WHERE t.id = own.id AND (:if_match IS NULL OR own.version = ANY (:if_match))
  RETURNING t.id
), parts AS MATERIALIZED (
  SELECT id, scip.set_organisation_parts(id, :body) FROM upd
)
SELECT CASE WHEN parts.id IS NULL THEN 412 END AS _status
FROM own LEFT JOIN parts USING (id)
