-- One made by mistake: proposed, and without records of its own. Its leads go with it, in the same statement.
WITH vis AS (
  SELECT id FROM scip.hub WHERE slug = :slug
), own AS MATERIALIZED (
  SELECT id, version FROM scip.hub WHERE id = (SELECT id FROM vis) FOR UPDATE
), noted AS MATERIALIZED (
  SELECT id FROM own
  WHERE CASE WHEN :if_match IS NULL OR version = ANY (:if_match) THEN scip.correct_record('/v1/hubs/' || :slug, :reason, NULL, NULL) END
), leads AS (
  DELETE FROM scip.hub_lead l USING noted WHERE l.hub_id = noted.id
), gone AS (
  DELETE FROM scip.hub t USING noted WHERE t.id = noted.id RETURNING t.id
)
SELECT CASE WHEN own.id IS NULL THEN 403 WHEN gone.id IS NULL THEN 412 END AS _status
FROM vis LEFT JOIN own USING (id) LEFT JOIN gone USING (id)
