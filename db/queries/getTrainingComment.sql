SELECT id, course, held_on, comment, cleared, given_at, href
FROM scip.training_comments
WHERE id = :id
