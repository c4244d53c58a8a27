-- Begins an update, if there is none; whether it may be written is the table's to say.
WITH it AS (
  SELECT h.id FROM scip.hub h WHERE h.slug = :slug AND scip.period_name(:quarter) IS NOT NULL
), made AS (
  INSERT INTO scip.quarterly_update (hub_id, quarter, nil_return, practice, challenges, ideas, priorities, questions, member_updates)
  SELECT it.id, :quarter, coalesce(:nil_return, false), :practice, :challenges, :ideas, :priorities, :questions, :member_updates FROM it
  ON CONFLICT (hub_id, quarter) DO NOTHING
  RETURNING id
)
SELECT CASE WHEN NOT EXISTS (SELECT FROM made) THEN 412 END AS _status,
       '/v1/hubs/' || :slug || '/updates/' || :quarter AS _location
FROM it
