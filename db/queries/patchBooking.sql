-- Changes what the body names; needs are in a table of their own.
WITH vis AS (
  SELECT id FROM scip.booking WHERE id = :id
), own AS MATERIALIZED (
  SELECT * FROM scip.booking WHERE id = :id FOR NO KEY UPDATE
), upd AS (
  UPDATE scip.booking t SET
    organisation_id = CASE WHEN :body ? 'organisation' THEN scip.reference('organisation', :body ->> 'organisation')
                           WHEN :body ->> 'organisation_name' IS NULL THEN own.organisation_id END,
    organisation_name = CASE WHEN :body ? 'organisation_name' THEN p.organisation_name
                             WHEN :body ->> 'organisation' IS NULL THEN own.organisation_name END,
    sector = p.sector
  FROM own, jsonb_populate_record((own.*)::scip.booking, :body) p
  WHERE t.id = own.id AND (:if_match IS NULL OR own.version = ANY (:if_match))
  RETURNING t.id, scip.set_needs(t.id, :body, false) AS needs
)
SELECT CASE WHEN own.id IS NULL THEN 403 WHEN upd.id IS NULL THEN 412 END AS _status
FROM vis LEFT JOIN own USING (id) LEFT JOIN upd USING (id)
