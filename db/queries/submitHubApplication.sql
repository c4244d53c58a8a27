-- Whether it is complete, and may be submitted, is the table's to say.
WITH vis AS (
  SELECT id FROM scip.hub_application WHERE id = :id
), upd AS (
  UPDATE scip.hub_application SET status = 'submitted' WHERE id = :id RETURNING id
)
SELECT CASE WHEN upd.id IS NULL THEN 403 END AS _status
FROM vis LEFT JOIN upd USING (id)
