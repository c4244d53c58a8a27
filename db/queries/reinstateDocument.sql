-- Takes the withdrawal back.
WITH own AS MATERIALIZED (
  SELECT id, withdrawn_at FROM scip.document WHERE slug = :slug FOR NO KEY UPDATE
), upd AS (
  UPDATE scip.document t SET withdrawn_at = NULL, withdrawal_note = NULL
  FROM own WHERE t.id = own.id AND own.withdrawn_at IS NOT NULL RETURNING t.id
)
SELECT CASE WHEN own.withdrawn_at IS NULL THEN 409 END AS _status
FROM own LEFT JOIN upd USING (id)
