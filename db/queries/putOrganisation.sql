-- Makes the record, if its slug is free.
WITH made AS (
  INSERT INTO scip.organisation (slug, name, nation, uk_wide, region_id, website, logo, role, note, sources,
    confidence)
  SELECT :slug, p.name, p.nation, p.uk_wide, scip.reference('region', :body ->> 'region'), p.website, p.logo, p.role,
         p.note, p.sources, p.confidence
  FROM jsonb_populate_record(NULL::scip.organisation, :body) p
  ON CONFLICT (slug) DO NOTHING
  RETURNING id
), parts AS MATERIALIZED (
  SELECT scip.set_organisation_parts(id, :body) FROM made
)
SELECT CASE WHEN NOT EXISTS (SELECT FROM parts) THEN 412 END AS _status, '/v1/organisations/' || :slug AS _location
