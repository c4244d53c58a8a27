-- Answers a Hub's message, or answers it anew.
WITH vis AS (
  SELECT id, direction FROM scip.message WHERE id = :id
), own AS MATERIALIZED (
  SELECT id, version FROM scip.message WHERE id = :id AND direction = 'from_hub' FOR NO KEY UPDATE
), upd AS (
  UPDATE scip.message t SET response = :response, response_channel = :response_channel, responded_on = scip.today()
  FROM own WHERE t.id = own.id AND (:if_match IS NULL OR own.version = ANY (:if_match))
  RETURNING t.id
)
SELECT CASE WHEN own.id IS NULL THEN 403 WHEN upd.id IS NULL THEN 412 END AS _status,
       CASE WHEN vis.direction = 'to_hubs' THEN 'message-not-from-hub' END AS _rule
FROM vis LEFT JOIN own USING (id) LEFT JOIN upd USING (id)
