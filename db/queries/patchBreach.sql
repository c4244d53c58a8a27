WITH vis AS (
  SELECT id FROM scip.breach WHERE id = :id
), own AS MATERIALIZED (
  SELECT * FROM scip.breach WHERE id = :id FOR NO KEY UPDATE
), upd AS (
  UPDATE scip.breach t SET what = p.what, discovered_at = p.discovered_at, began_at = p.began_at, data = p.data, people = p.people, risk = p.risk,
    consequences = p.consequences, measures = p.measures, reported_at = p.reported_at, not_reported_because = p.not_reported_because,
    people_told_at = p.people_told_at, people_not_told_because = p.people_not_told_because, closed_at = p.closed_at
  FROM own, jsonb_populate_record((own.*)::scip.breach, :body) p
  WHERE t.id = own.id AND (:if_match IS NULL OR own.version = ANY (:if_match))
  RETURNING t.id
)
SELECT CASE WHEN own.id IS NULL THEN 403 WHEN upd.id IS NULL THEN 412 END AS _status
FROM vis LEFT JOIN own USING (id) LEFT JOIN upd USING (id)
