WITH it AS (
  SELECT h.id FROM scip.hub h WHERE h.slug = :slug AND scip.period_name(:quarter) IS NOT NULL
), made AS (
  INSERT INTO scip.update_exception (hub_id, quarter, until, reason)
  SELECT it.id, :quarter, :until, :reason FROM it
  ON CONFLICT (hub_id, quarter) DO NOTHING
  RETURNING hub_id
)
SELECT CASE WHEN NOT EXISTS (SELECT FROM made) THEN 412 END AS _status,
       '/v1/hubs/' || :slug || '/updates/' || :quarter || '/exception' AS _location
FROM it
