WITH made AS (
  INSERT INTO scip.group_seat (id, group_id, title, organisation_id, sector, person_id, starts, ends)
  SELECT :new_id, g.id, :title, scip.reference('organisation', :organisation), :sector, :person, coalesce(:from, scip.today()), :to + 1
  FROM scip.alliance_group g WHERE g.slug = :slug
  RETURNING id
)
SELECT '/v1/groups/' || :slug || '/seats/' || id AS _location FROM made
