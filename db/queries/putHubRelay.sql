WITH it AS (
  SELECT h.id AS hub_id, m.id AS message_id FROM scip.hub h, scip.message m
  WHERE h.slug = :slug AND m.id = :message AND m.direction = 'down'
), made AS (
  INSERT INTO scip.message_relay (message_id, hub_id, relayed_on, how)
  SELECT it.message_id, it.hub_id, coalesce(:relayed_on, scip.today()), :how FROM it
  ON CONFLICT (message_id, hub_id) DO NOTHING
  RETURNING hub_id
)
SELECT CASE WHEN NOT EXISTS (SELECT FROM made) THEN 412 END AS _status,
       '/v1/hubs/' || :slug || '/relays/' || it.message_id AS _location
FROM it
