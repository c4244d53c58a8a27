WITH made AS (
  INSERT INTO scip.hub_lead (uid, hub_id, organisation_id, standing, period, note, sources, confidence)
  SELECT :new_id, h.id, scip.reference('organisation', :organisation), 'dated', daterange(:from, :to, '[]'), :note,
         coalesce(:sources, ARRAY['The central team']), coalesce(:confidence, 'high')
  FROM scip.hub h WHERE h.slug = :slug
  RETURNING uid
)
SELECT '/v1/hubs/' || :slug || '/leads/' || uid AS _location FROM made
