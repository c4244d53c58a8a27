-- A Hub's members in the order of their first days; names for the rows of the page alone. A Hub that there is not is 404.
SELECT id, hub, person, scip.person_name(person) AS name, scip.person_email(person) AS email, organisation, organisation_name, sector,
       ambassador, "from", "to", current, created_at, updated_at, href, "from"::text AS _after_key, id AS _after_id, NULL::int AS _status
FROM (
  SELECT * FROM scip.hub_members
  WHERE _hub = :slug
    AND (:as_of IS NULL OR "from" <= :as_of AND (_ends IS NULL OR _ends > :as_of))
    AND (:sector IS NULL OR sector = :sector)
    AND (:current IS NULL OR current = :current)
    AND (:after_id IS NULL OR ("from", id) > (:after_key::date, :after_id::uuid))
  ORDER BY "from", id
  LIMIT :limit) page
UNION ALL
SELECT NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, 404
WHERE NOT EXISTS (SELECT FROM scip.hub WHERE slug = :slug)
