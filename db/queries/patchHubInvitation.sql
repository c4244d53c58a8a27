-- An organisation takes the place of a name, and a name that of an organisation.
WITH vis AS (
  SELECT i.id FROM scip.hub_invitation i JOIN scip.hub h ON h.id = i.hub_id WHERE h.slug = :slug AND i.id = :id
), own AS MATERIALIZED (
  SELECT * FROM scip.hub_invitation WHERE id = (SELECT id FROM vis) FOR NO KEY UPDATE
), upd AS (
  UPDATE scip.hub_invitation t SET sector = p.sector,
    organisation_id = CASE WHEN :body ? 'organisation' THEN scip.reference('organisation', :body ->> 'organisation')
                           WHEN :body ->> 'name' IS NULL THEN own.organisation_id END,
    name = CASE WHEN :body ? 'name' THEN p.name WHEN :body ->> 'organisation' IS NULL THEN own.name END,
    invited_on = p.invited_on, answer = p.answer, answered_on = p.answered_on
  FROM own, jsonb_populate_record((own.*)::scip.hub_invitation, :body) p
  WHERE t.id = own.id AND (:if_match IS NULL OR own.version = ANY (:if_match))
  RETURNING t.id
)
SELECT CASE WHEN own.id IS NULL THEN 403 WHEN upd.id IS NULL THEN 412 END AS _status
FROM vis LEFT JOIN own USING (id) LEFT JOIN upd USING (id)
