-- Changes what the body names. Who waits gets the places that come (trigger settle_bookings).
WITH vis AS (
  SELECT id FROM scip.training_session WHERE id = :id
), own AS MATERIALIZED (
  SELECT * FROM scip.training_session WHERE id = :id FOR NO KEY UPDATE
), upd AS (
  UPDATE scip.training_session t SET starts_at = p.starts_at, ends_at = p.ends_at, venue = p.venue, online = p.online,
    accessibility = p.accessibility, capacity = p.capacity
  FROM own, jsonb_populate_record((own.*)::scip.training_session, :body) p
  WHERE t.id = own.id AND (:if_match IS NULL OR own.version = ANY (:if_match))
  RETURNING t.id
)
SELECT CASE WHEN own.id IS NULL THEN 403 WHEN upd.id IS NULL THEN 412 END AS _status
FROM vis LEFT JOIN own USING (id) LEFT JOIN upd USING (id)
