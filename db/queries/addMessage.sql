WITH made AS (
  INSERT INTO scip.message (id, direction, group_id, title, text)
  VALUES (:new_id, 'down', scip.addressed_group(:group), :title, :text)
  RETURNING id
)
SELECT '/v1/messages/' || id AS _location FROM made
