-- Withdraws it, once.
WITH own AS MATERIALIZED (
  SELECT id, withdrawn_at FROM scip.document WHERE slug = :slug FOR NO KEY UPDATE
), upd AS (
  UPDATE scip.document t SET withdrawn_at = now(), withdrawal_note = :note
  FROM own WHERE t.id = own.id AND own.withdrawn_at IS NULL AND :note ~ '\S' RETURNING t.id
)
SELECT CASE WHEN own.withdrawn_at IS NOT NULL THEN 409 WHEN upd.id IS NULL THEN 422 END AS _status
FROM own LEFT JOIN upd USING (id)
