WITH made AS (
  INSERT INTO scip.activity (id, hub_id, kind, held_on, title, description, themes, membership_id, programme, interventions, young_people)
  SELECT :new_id, h.id, :kind, :held_on, :title, :description, coalesce(:themes, '{}'), :membership, :programme, :interventions, :young_people
  FROM scip.hub h WHERE h.slug = :slug
  RETURNING id
)
SELECT '/v1/hubs/' || :slug || '/activities/' || id AS _location FROM made
