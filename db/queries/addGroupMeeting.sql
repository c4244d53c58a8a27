-- The agenda is free.
WITH made AS (
  INSERT INTO scip.meeting (id, group_id, title, starts_at, venue, online)
  SELECT :new_id, x.id, :title, :starts_at, :venue, coalesce(:online, false)
  FROM scip.alliance_group x WHERE x.slug = :slug AND ctx.sees(NULL, x.id)
  RETURNING id
)
SELECT '/v1/meetings/' || id AS _location FROM made
