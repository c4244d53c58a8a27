WITH made AS (
  INSERT INTO scip.hub_invitation (id, hub_id, sector, organisation_id, name, invited_on, answer, answered_on)
  SELECT :new_id, h.id, :sector, scip.reference('organisation', :organisation), :name, coalesce(:invited_on, scip.today()),
         coalesce(:answer, 'pending'), :answered_on
  FROM scip.hub h WHERE h.slug = :slug
  RETURNING id
)
SELECT '/v1/hubs/' || :slug || '/invitations/' || id AS _location FROM made
