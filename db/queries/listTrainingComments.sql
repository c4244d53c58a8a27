-- What delegates wrote, the newest first; what is not cleared is the central team's to see.
SELECT id, course, held_on, comment, cleared, given_at, href, given_at::text AS _after_key, id AS _after_id
FROM scip.training_comments
WHERE (:cleared IS NULL OR cleared = :cleared)
  AND (:course IS NULL OR _course = :course)
  AND (:after_id IS NULL OR (given_at, id) < (:after_key::timestamptz, :after_id::uuid))
ORDER BY given_at DESC, id DESC
LIMIT :limit
