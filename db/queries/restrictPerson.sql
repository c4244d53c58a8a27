WITH vis AS (
  SELECT id FROM scip.person WHERE id = :id
), upd AS (
  UPDATE scip.person SET restricted = true WHERE id = :id AND NOT restricted
)
SELECT NULL::int AS _status FROM vis
