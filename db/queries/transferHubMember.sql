-- One membership ends and the next begins on the same day.
WITH vis AS (
  SELECT id FROM scip.hub_members WHERE _hub = :slug AND id = :member
), own AS MATERIALIZED (
  SELECT * FROM scip.hub_membership WHERE id = (SELECT id FROM vis) FOR NO KEY UPDATE
), ended AS (
  UPDATE scip.hub_membership t SET ends = :from
  FROM own WHERE t.id = own.id AND own.starts < :from AND (own.ends IS NULL OR own.ends > :from) RETURNING t.id
), made AS (
  INSERT INTO scip.hub_membership (id, hub_id, person_id, organisation_id, organisation_name, sector, ambassador, starts, ends)
  SELECT :new_id, own.hub_id, own.person_id,
         CASE WHEN :body ? 'organisation' THEN scip.reference('organisation', :organisation)
              WHEN :organisation_name IS NULL THEN own.organisation_id END,
         CASE WHEN :body ? 'organisation_name' THEN :organisation_name WHEN :organisation IS NULL THEN own.organisation_name END,
         coalesce(:sector, own.sector), own.ambassador, :from, own.ends
  FROM own JOIN ended USING (id)
  RETURNING id
)
SELECT CASE WHEN own.id IS NULL THEN 403 END AS _status, CASE WHEN made.id IS NULL THEN 'membership-ended' END AS _rule,
       '/v1/hubs/' || :slug || '/members/' || made.id AS _location
FROM vis LEFT JOIN own USING (id) LEFT JOIN made ON true
