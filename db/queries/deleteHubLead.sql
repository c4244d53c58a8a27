-- One entered by mistake; that a Hub needs a lead is the table's to say.
WITH vis AS (
  SELECT l.id FROM scip.hub_lead l JOIN scip.hub h ON h.id = l.hub_id WHERE h.slug = :slug AND l.uid = :id
), own AS MATERIALIZED (
  SELECT id, version, hub_id, uid FROM scip.hub_lead WHERE id = (SELECT id FROM vis) FOR UPDATE
), noted AS MATERIALIZED (
  SELECT id FROM own
  WHERE CASE WHEN :if_match IS NULL OR version = ANY (:if_match) THEN scip.correct_record('/v1/hubs/' || :slug || '/leads/' || uid, :reason, hub_id, NULL) END
), gone AS (
  DELETE FROM scip.hub_lead t USING noted WHERE t.id = noted.id RETURNING t.id
)
SELECT CASE WHEN own.id IS NULL THEN 403 WHEN gone.id IS NULL THEN 412 END AS _status
FROM vis LEFT JOIN own USING (id) LEFT JOIN gone USING (id)
