-- Names are given out, and that noted, for the rows of the page alone.
SELECT page.person, scip.person_name(page.person) AS name, page.sector, page.state, page.href, page.person AS _after_id, page._status
FROM (
  SELECT person, sector, state, href, NULL::int AS _status
  FROM scip.meeting_attendance
  WHERE _meeting = :id
    AND (:after_id IS NULL OR person > :after_id::uuid)
  ORDER BY person
  LIMIT :limit) page
UNION ALL
SELECT NULL, NULL, NULL, NULL, NULL, NULL, 404
WHERE NOT EXISTS (SELECT FROM scip.meeting WHERE id = :id)
