WITH made AS (
  INSERT INTO scip.message (id, direction, group_id, hub_id, kind, title, text)
  SELECT :new_id, 'up', scip.addressed_group(:group), h.id, :kind, :title, :text
  FROM scip.hub h WHERE h.slug = :slug
  RETURNING id
)
SELECT '/v1/messages/' || id AS _location FROM made
