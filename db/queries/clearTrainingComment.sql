UPDATE scip.feedback SET comment_cleared = :cleared WHERE id = :id AND comment IS NOT NULL RETURNING NULL::int AS _status
