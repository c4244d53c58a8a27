WITH made AS (
  INSERT INTO scip.self_assessment (id, organisation_id, principle_id, stage, assessed_on)
  VALUES (:new_id, scip.reference('organisation', :organisation), scip.principle(:principle), :stage, coalesce(:assessed_on, scip.today()))
  RETURNING id
)
SELECT '/v1/self-assessments/' || id AS _location FROM made
