WITH made AS (
  INSERT INTO scip.hub_review (id, hub_id, reviewed_on, note)
  SELECT :new_id, h.id, :reviewed_on, :note FROM scip.hub h WHERE h.slug = :slug
  RETURNING id
)
SELECT '/v1/hubs/' || :slug || '/reviews/' || id AS _location FROM made
