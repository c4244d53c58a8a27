WITH vis AS (
  SELECT id FROM scip.account WHERE id = :id AND issuer = 'self'
), own AS MATERIALIZED (
  SELECT * FROM scip.account WHERE id = :id AND issuer = 'self' FOR NO KEY UPDATE
), upd AS (
  UPDATE scip.account t SET label = coalesce(:name, own.label), active = p.active, tokens_from = p.tokens_from
  FROM own, jsonb_populate_record(NULL::scip.account, to_jsonb(own) || :body) p
  WHERE t.id = own.id AND (:if_match IS NULL OR own.version = ANY (:if_match))
  RETURNING t.id
), no_keys AS (
  DELETE FROM scip.client_keys k USING upd WHERE k.account_id = upd.id AND :body -> 'jwks' = 'null'
), keys AS (
  INSERT INTO scip.client_keys (account_id, jwks)
  SELECT upd.id, :body -> 'jwks' FROM upd WHERE :body -> 'jwks' <> 'null'
  ON CONFLICT (account_id) DO UPDATE SET jwks = excluded.jwks
)
SELECT CASE WHEN own.id IS NULL THEN 403 WHEN upd.id IS NULL THEN 412 END AS _status
FROM vis LEFT JOIN own USING (id) LEFT JOIN upd USING (id)
