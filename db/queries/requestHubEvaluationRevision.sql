-- From which status, and by whom, is the table's to say; for a published one the note is the reason of a correction, which
-- comes first.
WITH vis AS (
  SELECT e.id FROM scip.hub_evaluation e JOIN scip.hub h ON h.id = e.hub_id WHERE h.slug = :slug AND e.year = scip.period_name(:year)
), own AS MATERIALIZED (
  SELECT id, hub_id, year, status FROM scip.hub_evaluation WHERE id = (SELECT id FROM vis) FOR NO KEY UPDATE
), noted AS MATERIALIZED (
  SELECT id FROM own
  WHERE scip.correct_record('/v1/hubs/' || :slug || '/evaluations/' || year, CASE status WHEN 'published' THEN :note END, hub_id, NULL)
), upd AS (
  UPDATE scip.hub_evaluation t SET status = 'draft', revision_note = :note FROM noted WHERE t.id = noted.id RETURNING t.id
)
SELECT CASE WHEN upd.id IS NULL THEN 403 END AS _status FROM vis LEFT JOIN upd USING (id)
