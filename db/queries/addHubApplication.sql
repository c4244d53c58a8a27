-- Begins an application: a draft of the organisation's.
WITH made AS (
  INSERT INTO scip.hub_application (id, organisation_id, slug, name, nations, regions, case_for_hub, expected_partners)
  VALUES (:new_id, scip.reference('organisation', :organisation), :slug, :name, coalesce(:nations, '{}'), coalesce(:regions, '{}'),
          :case_for_hub, coalesce(:body -> 'expected_partners', '[]'))
  RETURNING id
)
SELECT '/v1/hub-applications/' || id AS _location FROM made
