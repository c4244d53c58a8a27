-- The latest year first. A Hub that there is not is 404.
SELECT * FROM (
  SELECT hub, year, starts, ends, status, submitted_at, accepted_at, published_at, returned_at, created_at, updated_at, href,
         year AS _after_year, NULL::int AS _status
  FROM scip.hub_evaluations
  WHERE _hub = :slug AND (:after_year IS NULL OR year < :after_year)
  ORDER BY year DESC
  LIMIT :limit) page
UNION ALL
SELECT NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, refused
FROM scip.refuse_list(:slug, NULL) refused
