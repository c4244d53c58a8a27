-- Begins a return, if there is none; whether there may be one is the table's to say.
WITH it AS (
  SELECT h.id, scip.period_name(:year) AS year FROM scip.hub h WHERE h.slug = :slug AND scip.period_name(:year) IS NOT NULL
), made AS (
  INSERT INTO scip.hub_evaluation (hub_id, year) SELECT id, year FROM it
  ON CONFLICT (hub_id, year) DO NOTHING
  RETURNING id
), filled AS MATERIALIZED (
  SELECT r.errors FROM made, LATERAL scip.change_evaluation(made.id, :body) r
)
SELECT CASE WHEN NOT EXISTS (SELECT FROM made) THEN 412 WHEN (SELECT errors FROM filled) IS NOT NULL THEN 422 END AS _status,
       (SELECT errors FROM filled) AS _errors, '/v1/hubs/' || :slug || '/evaluations/' || it.year AS _location
FROM it
