WITH hub AS (
  SELECT id FROM scip.hub WHERE slug = :slug
), made AS (
  INSERT INTO scip.hub_quorum (hub_id, starts, sectors, minimum) SELECT id, :starts, :sectors, :minimum FROM hub
  ON CONFLICT (hub_id, starts) DO NOTHING
  RETURNING id
)
SELECT CASE WHEN made.id IS NULL THEN 412 END AS _status, '/v1/hubs/' || :slug || '/quorum-rules/' || :starts AS _location
FROM hub LEFT JOIN made ON true
