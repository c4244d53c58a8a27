-- Of a meeting of others, what is shared.
SELECT * FROM (
  SELECT id, hub, "group", meeting, number, status, current, approved_at, shared_at, created_at, updated_at, href,
         number AS _after_number, NULL::int AS _status
  FROM scip.minutes_versions
  WHERE _meeting = :meeting
    AND (:after_number IS NULL OR number < :after_number::int)
  ORDER BY number DESC
  LIMIT :limit) page
UNION ALL
SELECT NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, 404
WHERE NOT EXISTS (SELECT FROM scip.meeting WHERE id = :meeting)
  AND NOT EXISTS (SELECT FROM scip.minutes WHERE meeting_id = :meeting)
