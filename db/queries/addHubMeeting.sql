-- The agenda comes with it.
WITH made AS (
  INSERT INTO scip.meeting (id, hub_id, kind, title, starts_at, venue, online)
  SELECT :new_id, x.id, coalesce(:kind, 'ordinary'), :title, :starts_at, :venue, coalesce(:online, false)
  FROM scip.hub x WHERE x.slug = :slug AND ctx.sees(x.id, NULL)
  RETURNING id
)
SELECT '/v1/meetings/' || id AS _location FROM made
