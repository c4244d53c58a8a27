-- Names are given out, and that noted, for the rows of the page alone.
SELECT page.id, page."group", page.title, page.organisation, page.sector, page.person, scip.person_name(page.person) AS name, page."from", page."to",
       page.created_at, page.updated_at, page.href, page."from"::text AS _after_key, page.id AS _after_id, page._status
FROM (
  SELECT id, "group", title, organisation, sector, person, "from", "to", created_at, updated_at, href, NULL::int AS _status
  FROM scip.group_seats
  WHERE _group = :slug
    AND (:vacant IS NULL OR (person IS NULL) = :vacant)
    AND (:as_of IS NULL OR "from" <= :as_of AND (_ends IS NULL OR _ends > :as_of))
    AND (:after_id IS NULL OR ("from", id) > (:after_key::date, :after_id::uuid))
  ORDER BY "from", id
  LIMIT :limit) page
UNION ALL
SELECT NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, 404
WHERE NOT EXISTS (SELECT FROM scip.alliance_group g WHERE g.slug = :slug AND ctx.sees(NULL, g.id))
