-- Words for the rows of the page alone.
SELECT id, person, received_on, w.purpose, w.grounds, decision, w.reasons, decided_at, created_at, updated_at, href,
       created_at::text AS _after_at, id AS _after_id
FROM (
  SELECT * FROM scip.objections
  WHERE (:person IS NULL OR person = :person)
    AND (:decision IS NULL OR decision = :decision)
    AND (:after_id IS NULL OR (created_at, id) < (:after_at::timestamptz, :after_id::uuid))
  ORDER BY created_at DESC, id DESC
  LIMIT :limit) page, scip.objection_words(page.id) w
ORDER BY created_at DESC, id DESC
