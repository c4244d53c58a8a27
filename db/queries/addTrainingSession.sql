-- Begins a session: a draft.
WITH made AS (
  INSERT INTO scip.training_session (id, course_id, hub_id, starts_at, ends_at, venue, online, accessibility, capacity)
  VALUES (:new_id, scip.course_of(:course), scip.reference('hub', :hub), :starts_at, :ends_at, :venue, coalesce(:online, false),
          :accessibility, :capacity)
  RETURNING id
)
SELECT '/v1/training/sessions/' || id AS _location FROM made
