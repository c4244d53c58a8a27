WITH made AS (
  INSERT INTO scip.hub_membership (id, hub_id, person_id, organisation_id, organisation_name, sector, ambassador, starts, ends)
  SELECT :new_id, h.id, CASE WHEN :person IS NULL THEN scip.person_for(:name, :email) ELSE scip.known_person(:person) END,
         scip.reference('organisation', :organisation), :organisation_name, :sector, coalesce(:ambassador, false),
         coalesce(:from, scip.today()), :to + 1
  FROM scip.hub h WHERE h.slug = :slug
  RETURNING id
)
SELECT '/v1/hubs/' || :slug || '/members/' || id AS _location FROM made
