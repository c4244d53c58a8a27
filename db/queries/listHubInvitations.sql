-- A Hub's invitations in their order. A Hub that there is not is 404.
SELECT * FROM (
  SELECT id, hub, sector, organisation, name, invited_on, answer, answered_on, created_at, updated_at, href,
         invited_on::text AS _after_key, id AS _after_id, NULL::int AS _status
  FROM scip.hub_invitations
  WHERE _hub = :slug
    AND (:sector IS NULL OR sector = :sector)
    AND (:answer IS NULL OR answer = :answer)
    AND (:after_id IS NULL OR (invited_on, id) > (:after_key::date, :after_id::uuid))
  ORDER BY invited_on, id
  LIMIT :limit) page
UNION ALL
SELECT NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, 404
WHERE NOT EXISTS (SELECT FROM scip.hub WHERE slug = :slug)
