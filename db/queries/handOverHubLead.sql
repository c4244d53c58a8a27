-- One lead ends and the next starts, on the same day and in one statement.
WITH vis AS (
  SELECT h.id, l.id AS lead
  FROM scip.hub h JOIN scip.hub_lead l ON l.hub_id = h.id AND l.uid = :lead
  WHERE h.slug = :slug
), own AS MATERIALIZED (
  SELECT * FROM scip.hub_lead
  WHERE id = (SELECT lead FROM vis) AND evidence_kind = 'dated' AND (upper_inf(period) OR upper(period) > :from) FOR NO KEY UPDATE
), ended AS (
  UPDATE scip.hub_lead t SET period = daterange(lower(own.period), :from) FROM own WHERE t.id = own.id RETURNING t.hub_id
), made AS (
  INSERT INTO scip.hub_lead (uid, hub_id, organisation_id, evidence_kind, period, note, sources, confidence)
  SELECT :new_id, ended.hub_id, scip.reference('organisation', :organisation), 'dated', daterange(:from, NULL), :note,
         coalesce(:sources, ARRAY['The central team']), coalesce(:confidence, 'high')
  FROM ended
  RETURNING hub_id, uid
)
SELECT CASE WHEN made.uid IS NULL THEN 'lead-ended' END AS _rule,
       '/v1/hubs/' || :slug || '/leads/' || made.uid AS _location
FROM vis LEFT JOIN made ON made.hub_id = vis.id
