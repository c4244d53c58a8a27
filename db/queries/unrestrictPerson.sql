WITH vis AS (
  SELECT id FROM scip.person WHERE id = :id
), upd AS (
  UPDATE scip.person SET restricted = false WHERE id = :id AND restricted
)
SELECT NULL::int AS _status FROM vis
