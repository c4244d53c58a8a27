SELECT * FROM (
  SELECT id, ordinal, heading, title, intended_outcome, led_by, notes, outcome, created_at, updated_at, href,
         ordinal AS _after_ordinal, NULL::int AS _status
  FROM scip.agenda_items
  WHERE _meeting = :meeting
    AND (:after_ordinal IS NULL OR ordinal > :after_ordinal::int)
  ORDER BY ordinal
  LIMIT :limit) page
UNION ALL
SELECT NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, 404
WHERE NOT EXISTS (SELECT FROM scip.meeting WHERE id = :meeting)
