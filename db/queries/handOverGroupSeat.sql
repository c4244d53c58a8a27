-- One holder ends and the next starts, on the same day and in one statement.
WITH vis AS (
  SELECT id, group_id FROM scip.group_seat WHERE id = :seat AND group_id = (SELECT g.id FROM scip.alliance_group g WHERE g.slug = :slug)
), own AS MATERIALIZED (
  SELECT * FROM scip.group_seat WHERE id = (SELECT id FROM vis) AND (ends IS NULL OR ends > :from) FOR NO KEY UPDATE
), ended AS (
  UPDATE scip.group_seat t SET ends = :from FROM own WHERE t.id = own.id RETURNING t.id
), made AS (
  INSERT INTO scip.group_seat (id, group_id, title, organisation_id, sector, person_id, starts, ends)
  SELECT :new_id, own.group_id, own.title, own.organisation_id, own.sector, :person, :from, own.ends FROM own, ended
  RETURNING id
)
SELECT CASE WHEN made.id IS NULL THEN 'seat-ended' END AS _rule, '/v1/groups/' || :slug || '/seats/' || made.id AS _location
FROM vis LEFT JOIN made ON true
