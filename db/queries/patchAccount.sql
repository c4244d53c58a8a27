WITH vis AS (
  SELECT id FROM scip.account WHERE id = :id
), own AS MATERIALIZED (
  SELECT * FROM scip.account WHERE id = :id FOR NO KEY UPDATE
), upd AS (
  UPDATE scip.account t SET label = p.label, active = p.active, tokens_from = p.tokens_from,
    person_id = CASE WHEN :body ? 'person' THEN scip.known_person((:body ->> 'person')::uuid) ELSE own.person_id END
  FROM own, jsonb_populate_record(NULL::scip.account, to_jsonb(own) || :body) p
  WHERE t.id = own.id AND (:if_match IS NULL OR own.version = ANY (:if_match))
  RETURNING t.id
)
SELECT CASE WHEN own.id IS NULL THEN 403 WHEN upd.id IS NULL THEN 412 END AS _status
FROM vis LEFT JOIN own USING (id) LEFT JOIN upd USING (id)
