-- The reason comes first: the table's guard looks for it where days are concerned that are over.
WITH hub AS (
  SELECT id FROM scip.hub WHERE slug = :slug
), free AS MATERIALIZED (
  SELECT id FROM hub WHERE NOT EXISTS (SELECT FROM scip.hub_quorum q WHERE q.hub_id = hub.id AND q.starts = :starts)
), noted AS MATERIALIZED (
  SELECT id FROM free
  WHERE scip.correct_record('/v1/hubs/' || :slug || '/quorum-rules/' || :starts, :reason, id, NULL)
), made AS (
  INSERT INTO scip.hub_quorum (hub_id, starts, sectors, minimum) SELECT id, :starts, :sectors, :minimum FROM noted
  ON CONFLICT (hub_id, starts) DO NOTHING
  RETURNING id
)
SELECT CASE WHEN made.id IS NULL THEN 412 END AS _status, '/v1/hubs/' || :slug || '/quorum-rules/' || :starts AS _location
FROM hub LEFT JOIN made ON true
